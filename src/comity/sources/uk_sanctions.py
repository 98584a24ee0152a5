"""The UK Sanctions List of the Foreign, Commonwealth and Development Office."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from comity.sources._context import Seen, States, reject
from comity.sources._formats import MAX_LINE, files_of, find_header, read_frames, text_files
from comity.sources._listings import (
    NOTES,
    Entry,
    Grouped,
    Period,
    batches_of_entries,
    day_of,
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
    from comity.sources._formats import Header, TextFile
    from comity.sources._remote import Site

__all__ = ["SPEC", "expected", "parse"]

_GIVEN = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
_LAYOUT = Layout(
    "UK Sanctions List",
    "*.csv",
    ("Last Updated", "Unique ID", "OFSI Group ID", "UN Reference Number", "Name 6", "Name 1",
     "Name 2", "Name 3", "Name 4", "Name 5", "Name type", "Regime Name", "Designation Type",
     "Designation source", "Sanctions Imposed", "UK Statement of Reasons", "Address Country",
     "Date Designated", "Nationality(/ies)", "Current believed flag of ship"),
    "UK-Sanctions-List.csv: a line 'Report Date: 13-Feb-2026', a header of 58 columns, then several"
    " rows per designation (one per name and address).",
)  # fmt: skip

SPEC = SourceSpec(
    name="uk_sanctions",
    title="UK Sanctions List",
    publisher="Foreign, Commonwealth & Development Office (FCDO)",
    url="https://www.gov.uk/government/publications/the-uk-sanctions-list",
    licence="not verified",
    redistribution="unknown",
    citation="uk_sanctions",
    cadence="D",
    coverage="2020/",
    reliability="A",
    tables=("designations",),
    layouts=(_LAYOUT,),
    credibility=1,
    out_of_scope=(*NOTES, "duplicate"),
    notes="Tested on made-up rows in the documented columns only: no file of the publisher was at"
    " hand. A file with other columns is refused. One row stands for one name and address, and"
    " repeats; entries are put together by Unique ID. listed_on is Date Designated, which for"
    " listings taken over from European Union law can be the day they entered British law; the row"
    " occurred and was public on it. The list holds only who is on it on its report date, which is"
    " list_date: whoever was taken off before is missing. Reasons and countries are rewritten in"
    " place and count as known only from list_date. The United Kingdom also lists what the United"
    " Nations lists (Designation source): do not add the two. Programmes are the titles of the"
    " regulations.",
)

_LIST = "UK Sanctions List"
_KINDS = {"individual": "person", "entity": "entity", "ship": "vessel"}
_REPORT = "report date:"


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Name today's list; past ones are no longer served."""
    del site, since, until
    url = "https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv"
    yield RemoteFile("UK-Sanctions-List.csv", url, changes=True)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per designation of a list.

    Parameters
    ----------
    path : pathlib.Path
        The CSV file, a zip archive of it, or a folder.

    Raises
    ------
    SourceChanged
        If a file has other columns, or is damaged.
    UsageError
        If neither the report date nor the file's or folder's name says the day of the list.
    """
    states, seen = States(), Seen()
    days: set[Period] = set()
    for file in files_of(path, ("*.csv", "*.zip")):
        for text in text_files(file, ("*.csv",), SPEC.name):
            header = find_header(text, (_LAYOUT.columns,), SPEC.name)
            stood = _report_date(text, header) or day_of_name(text)
            if stood is None:
                raise undated(text)
            if stood in days:
                why = "a list of the same report date was read already."
                yield reject(text.label, "same_list", why, text.label)
                continue
            days.add(stood)
            yield from _list_of(text, header, stood, states, seen)


def _report_date(file: TextFile, header: Header) -> Period | None:
    with file.open() as stream:
        for _ in range(header.line - 1):
            line = stream.readline(MAX_LINE).strip().strip(",\"' ")
            if line.lower().startswith(_REPORT):
                return day_of(line[len(_REPORT) :])
    return None


def _list_of(
    file: TextFile, header: Header, stood: Period, states: States, seen: Seen
) -> Iterator[Batch | Reject]:
    grouped, places = Grouped(), Places(states, stood.first)
    for frame in read_frames(file, header, SPEC.name):
        data = frame.data = frame.data.apply(lambda column: column.str.strip())
        frame.drop_repeated(
            data.assign(stood=str(stood.first)),
            seen,
            "the row repeats an earlier one in every cell.",
        )
        yield from frame.rejects
        for row in (int(place) for place in frame.keep.nonzero()[0]):
            cells = {name: str(data[name].iloc[row]) for name in _LAYOUT.columns}
            item = _row(cells, places, frame.locators[row])
            is_main = cells["Name type"].lower() == "primary name"
            problem = item if isinstance(item, tuple) else grouped.add(item, is_main=is_main)
            if problem:
                yield reject(frame.locators[row], *problem, frame.raw(row))
    yield from batches_of_entries("uk", "GBR", _LIST, stood, grouped.entries())
    yield from places.rejects()


def _row(cells: dict[str, str], places: Places, locator: str) -> Entry | tuple[str, str]:
    kind = _KINDS.get(cells["Designation Type"].lower(), "")
    listed = day_of(cells["Date Designated"])
    if not cells["Unique ID"]:
        return "missing_value", "the designation has no Unique ID."
    if not kind:
        return "bad_value", f"unknown designation type {cells['Designation Type'][:80]!r}."
    if cells["Date Designated"] and listed is None:
        return "bad_value", f"the day of designation is {cells['Date Designated'][:80]!r}."
    found = places.named(cells["Address Country"], locator)
    found += places.several(cells["Nationality(/ies)"], locator)
    found += places.named(cells["Current believed flag of ship"], locator)
    regime = cells["Regime Name"]
    return Entry(
        cells["Unique ID"],
        " ".join(filter(None, (cells[name] for name in _GIVEN))),
        kind,
        (regime,) if regime else (),
        tuple(found),
        locator,
        listed,
        regime,
        cells["UK Statement of Reasons"],
    )
