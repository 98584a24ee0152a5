"""United States sanctions lists (OFAC): the SDN list and the consolidated non-SDN list."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

import pandas as pd

from comity.core.errors import UsageError
from comity.sources._context import Frame, Seen, States, reject
from comity.sources._formats import (
    MAX_LINE,
    Header,
    changed,
    files_of,
    read_frames,
    text_files,
)
from comity.sources._listings import (
    NOTES,
    Entry,
    Period,
    batches_of_entries,
    day_of_name,
    undated,
)
from comity.sources._places import Places
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from comity.core.records import Batch, Reject
    from comity.sources._formats import TextFile
    from comity.sources._remote import Site

__all__ = ["SPEC", "expected", "parse"]

_MAIN = ("ent_num", "SDN_Name", "SDN_Type", "Program", "Title", "Call_Sign", "Vess_type",
         "Tonnage", "GRT", "Vess_flag", "Vess_owner", "Remarks")  # fmt: skip
_ADDRESSES = ("ent_num", "Add_num", "Address", "City", "Country", "Add_remarks")
_COMMENTS = ("ent_num", "Remarks")

SPEC = SourceSpec(
    name="ofac_sdn",
    title="Specially Designated Nationals List and Consolidated Sanctions List (non-SDN)",
    publisher="United States Department of the Treasury, Office of Foreign Assets Control (OFAC)",
    url="https://sanctionslist.ofac.treas.gov/Home/SdnList",
    licence="United States Government work, public domain",
    redistribution="yes",
    citation="ofac_sdn",
    cadence="D",
    coverage="2019/",
    reliability="A",
    tables=("designations",),
    layouts=(
        Layout(
            "SDN list",
            "*sdn.csv",
            _MAIN,
            "sdn.csv of the legacy format: 12 columns without a header, '-0-' for an empty cell,"
            " several tags in one cell as 'IFSR] [NPWMD', and in some files a last line that holds"
            " the end-of-file sign Ctrl-Z. The day has to be in the file's or folder's name.",
        ),
        Layout(
            "non-SDN list",
            "*cons_prim.csv",
            _MAIN,
            "cons_prim.csv, laid out like sdn.csv, with cons_add.csv and cons_comments.csv.",
        ),
        Layout(
            "addresses",
            "*add.csv",
            _ADDRESSES,
            "add.csv or cons_add.csv of the same day beside the list: 6 columns, no header.",
        ),
        Layout(
            "comments",
            "*comments.csv",
            _COMMENTS,
            "sdn_comments.csv or cons_comments.csv: where remarks that did not fit go on.",
        ),
    ),
    credibility=1,
    out_of_scope=(*NOTES, "no_addresses", "unused_file"),
    notes="The files say neither from which day they are nor since when an entry is listed: name"
    " the file or its folder by the day (2021-07-15_sdn.csv, 2021-07-15/) or month (2021-07/)."
    " list_date is that day, or the first of that month; an entry was in force then, may have been"
    " listed years before, and listed_on stays empty. What was listed or dropped between two lists"
    " is their difference. A list of a month is public from the month's last day. Targets come from"
    " vocabulary/sanctions_programmes.csv: terrorism, narcotics and the like have none, nor has"
    " UKRAINE-EO13660, which names no state. An entry can carry several Iran tags: count entries,"
    " not tags. Countries are those of addresses, flags,"
    " nationality and citizenship, not of birth; Hong Kong, Gaza, Jersey and such are no states of"
    " the table and are counted as unresolved_country. Aliases (alt.csv) are not kept. The"
    " published list has no reasons; they are in press releases.",
)

_EXPORTS = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/"
_KINDS = {"individual": "person", "": "entity", "vessel": "vessel", "aircraft": "aircraft"}
_ROLES = {
    "cons_prim.csv": ("Consolidated non-SDN", "main"),
    "cons_add.csv": ("Consolidated non-SDN", "addresses"),
    "cons_comments.csv": ("Consolidated non-SDN", "comments"),
    "sdn_comments.csv": ("SDN", "comments"),
    "sdn.csv": ("SDN", "main"),
    "add.csv": ("SDN", "addresses"),
}
_OF_STATE = re.compile(
    r"\b(?:nationality|citizen|Nationality of Registration) ([^;]+?)\.?\s*(?=;|$)"
)
_SEARCHED_LINES = 40


@dataclass
class _Files:
    """The files of one list of one day."""

    mains: list[TextFile] = field(default_factory=list)
    addresses: list[TextFile] = field(default_factory=list)
    comments: list[TextFile] = field(default_factory=list)


@dataclass
class _Beside:
    """What the files beside a list say of its entries, by their number."""

    places: Places
    countries: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    remarks: dict[str, str] = field(default_factory=lambda: defaultdict(str))


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Name today's lists; past ones are no longer served."""
    del site, since, until
    for name in _ROLES:
        yield RemoteFile(name, _EXPORTS + name.upper(), changes=True, dated=True)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per entry of each list in a file or folder.

    Addresses and the rest of remarks are taken from the files of the same list and day beside it.

    Parameters
    ----------
    path : pathlib.Path
        A list, a zip archive with its files, or a folder of them.

    Raises
    ------
    SourceChanged
        If a file does not have the columns of its name, or is damaged.
    UsageError
        If neither file nor folder says the day of a list, or there is no list among the files.
    """
    patterns = tuple(f"*{name}" for name in _ROLES)
    groups: dict[tuple[Period, str], _Files] = defaultdict(_Files)
    for file in files_of(path, (*patterns, "*.zip")):
        for text in text_files(file, patterns, SPEC.name):
            list_name, role = _role(text)
            stood = day_of_name(text)
            if stood is None:
                raise undated(text)
            files = groups[stood, list_name]
            {"main": files.mains, "addresses": files.addresses, "comments": files.comments}[
                role
            ].append(text)
    if not any(files.mains for files in groups.values()):
        msg = (
            f"{path.name}: addresses and comments say nothing without their list. Collect the"
            " folder that holds sdn.csv or cons_prim.csv as well."
        )
        raise UsageError(msg)
    states, seen = States(), Seen()
    for (stood, list_name), files in sorted(
        groups.items(), key=lambda item: (item[0][0].first, item[0][0].last, item[0][1])
    ):
        yield from _list_of_day(stood, list_name, files, states, seen)


def _role(file: TextFile) -> tuple[str, str]:
    name = PurePath(file.member or file.path.name).name
    for ending, role in _ROLES.items():
        if name.lower().endswith(ending):
            return role
    raise changed(SPEC.name, file.path, list(_ROLES), [name])


def _list_of_day(
    stood: Period, list_name: str, files: _Files, states: States, seen: Seen
) -> Iterator[Batch | Reject]:
    if not files.mains:
        for file in (*files.addresses, *files.comments):
            why = "the list of the same day is not beside it."
            yield reject(file.label, "unused_file", why, file.label)
        return
    if not files.addresses:
        why = "no addresses of the same day lie beside it; countries come from remarks and flags."
        yield reject(files.mains[0].label, "no_addresses", why, files.mains[0].label)
    beside = _Beside(Places(states, stood.first))
    rejects: list[Reject] = []
    for file in files.addresses:
        for frame in _frames(file, _ADDRESSES, rejects):
            cells = zip(frame.data["ent_num"], frame.data["Country"], frame.locators, strict=True)
            for ref, country, locator in cells:
                beside.countries[ref].update(beside.places.named(country, locator))
    for file in files.comments:
        for frame in _frames(file, _COMMENTS, rejects):
            for ref, text in zip(frame.data["ent_num"], frame.data["Remarks"], strict=True):
                beside.remarks[ref] += text
    yield from rejects
    for file in files.mains:
        rejects = []
        frames = _checked(file, f"{list_name} {stood.first} {stood.last}", seen, rejects)
        entries = (entry for frame in frames for entry in _entries(frame, beside))
        yield from batches_of_entries("ofac", "USA", list_name, stood, entries)
        yield from rejects
    yield from beside.places.rejects()


def _checked(
    file: TextFile, list_of_day: str, seen: Seen, rejects: list[Reject]
) -> Iterator[Frame]:
    for frame in _frames(file, _MAIN, rejects):
        data = frame.data
        frame.drop(data["ent_num"].eq(""), "missing_value", "the entry has no number.")
        frame.drop(data["SDN_Name"].eq(""), "missing_value", "the entry has no name.")
        frame.drop(
            ~data["SDN_Type"].isin(list(_KINDS)),
            "bad_value",
            lambda row, frame=frame: f"unknown type {frame.cell('SDN_Type', row)!r}.",  # type: ignore[misc]
        )
        keys = pd.DataFrame({"ref": data["ent_num"], "list": list_of_day})
        frame.drop_repeated(keys, seen, "the list of this day has an entry of this number already.")
        rejects += frame.rejects
        yield frame


def _entries(frame: Frame, beside: _Beside) -> Iterator[Entry]:
    for row in (int(place) for place in frame.keep.nonzero()[0]):
        cells = {name: str(frame.data[name].iloc[row]) for name in _MAIN}
        ref, locator = cells["ent_num"], frame.locators[row]
        countries = set(beside.countries.get(ref, ()))
        # Comments go on where the remarks were cut off, in the middle of a word.
        remarks = cells["Remarks"] + beside.remarks.get(ref, "")
        for text in (cells["Vess_flag"], *_OF_STATE.findall(remarks)):
            countries.update(beside.places.named(text, locator))
        kind, tags = _KINDS[cells["SDN_Type"]], _tags(cells["Program"])
        yield Entry(ref, cells["SDN_Name"], kind, tags, tuple(countries), locator)


def _tags(cell: str) -> tuple[str, ...]:
    """Return the tags of a cell such as ``IFSR] [NPWMD``."""
    return tuple(tag for part in re.split(r"[\[\]]", cell) if (tag := part.strip(" ;,")))


def _frames(file: TextFile, columns: Sequence[str], rejects: list[Reject]) -> Iterator[Frame]:
    """Yield the rows of a file without a header, empty cells as empty text."""
    _check(file, columns)
    header = Header(0, tuple(columns), ",", 0)
    for frame in read_frames(file, header, SPEC.name):
        frame.data = frame.data.apply(lambda column: column.str.strip().replace("-0-", ""))
        # A last line with nothing but Ctrl-Z marks the end of the file, as in DOS.
        rejects += [row for row in frame.rejects if row.raw.strip(" \x1a")]
        frame.rejects = []
        yield frame


def _check(file: TextFile, columns: Sequence[str]) -> None:
    """Raise `SourceChanged` unless one of the first lines has the cells of the layout."""
    found: list[str] = []
    try:
        with file.open() as stream:
            for _ in range(_SEARCHED_LINES):
                line = stream.readline(MAX_LINE)
                cells = next(csv.reader([line.rstrip("\r\n")]), [])
                if len(cells) == len(columns) and cells[0].strip().isdecimal():
                    return
                found = max(found, cells, key=len)
    except (UnicodeError, csv.Error, zipfile.BadZipFile, zlib.error, EOFError):
        found = ["bytes that are not text"]
    shown = [cell[:60].encode("ascii", "backslashreplace").decode("ascii") for cell in found]
    expected = [f"{len(columns)} cells without a header: {columns[0]}", *columns[1:]]
    raise changed(SPEC.name, file.path, expected, shown or ["an empty file"])
