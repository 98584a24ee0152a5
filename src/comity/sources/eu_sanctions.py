"""European Union sanctions: framework acts as transcribed, and the Financial Sanctions Files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.sources._context import Frame, Seen, States, reject
from comity.sources._formats import files_of, find_header, read_frames, text_files
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
from comity.sources._places import Places, values_of
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from comity.core.records import Batch, Reject
    from comity.sources._formats import Header, TextFile
    from comity.sources._remote import Site

__all__ = ["SPEC", "expected", "parse"]

_ACTS = Layout(
    "consolidated acts",
    "*.csv",
    ("celex", "recordId", "programKey", "annex", "measure", "startDate", "reason", "schema", "name",
     "country", "nationality", "jurisdiction", "flag", "imoNumber", "address"),
    "One file per framework act (32014R0269.csv), transcribed from the Official Journal by"
    " OpenSanctions: github.com/opensanctions/opensanctions, datasets/eu/journal_sanctions/data/"
    "consolidated; FORMAT.md there explains the columns.",
)  # fmt: skip
_FSF = Layout(
    "financial sanctions files",
    "*.csv",
    ("fileGenerationDate", "Entity_LogicalId", "Entity_EU_ReferenceNumber",
     "Entity_DesignationDate", "Entity_SubjectType", "Entity_SubjectType_ClassificationCode",
     "Entity_Regulation_NumberTitle", "Entity_Regulation_Programme", "NameAlias_WholeName",
     "Address_CountryDescription", "Citizenship_CountryDescription"),
    "The Commission's full list, csvFullSanctionsList 1.1: separated by ';', several rows per"
    " entity (one per name, address, birth date, document or citizenship).",
)  # fmt: skip

SPEC = SourceSpec(
    name="eu_sanctions",
    title="EU restrictive measures: annexes of framework acts, and Financial Sanctions Files",
    publisher="Council of the European Union; European Commission; transcription of the acts by"
    " OpenSanctions",
    url="https://data.europa.eu/data/datasets/consolidated-list-of-persons-groups-and-entities-subject-to-eu-financial-sanctions",
    licence="acts: transcription under the MIT licence, legal acts reusable with credit (Commission"
    " decision 2011/833/EU; not verified); Financial Sanctions Files: not verified",
    redistribution="attribution",
    citation="eu_sanctions",
    cadence="D",
    coverage="2004/",
    reliability="B",
    tables=("designations",),
    layouts=(_ACTS, _FSF),
    gated="for the Financial Sanctions Files: a token, part of the address that the EU open data"
    " portal gives; nothing for the acts",
    key="eu_fsf",
    out_of_scope=(*NOTES, "undated", "duplicate"),
    notes="A row of an act occurred and was public on its start date. Start dates are those printed"
    " in the annex: in annex VIII of 32012R0267 that is the day of the United Nations listing, and"
    " entries that were lifted in 2016 and restored in 2025 keep their first date, so that a start"
    " date is never 'in force since'. Who was taken off before the list stood is missing. Rows"
    " without a start date (sectoral annexes) are dated by the list; they need the day before the"
    " file's name or as the folder's name (2026-08-22/), and are set aside as undated without it."
    " For the others, list_date is then the file's newest start date: the list stood on that day or"
    " later. Reasons and countries are rewritten in place, so that they count as known only from"
    " list_date. Annexes freeze assets, ban exports or list ships: legal_basis says which. Count"
    " names, not rows, across acts: one firm can stand in several. The acts say a nationality for"
    " about half of the persons; the end of an address is used as well. The programme UKR of"
    " the Financial Sanctions Files joins two acts, one of them against former Ukrainian officials:"
    " there an entry has the target RUS only if its own citizenship or address says Russia"
    " (target_basis entry). That layout was tested on made-up rows in the documented columns only;"
    " its first name of an entity is taken as the main one. The XML form is not read.",
)

_KINDS = {
    "Person": "person", "LegalEntity": "entity", "Organization": "entity", "Company": "entity",
    "Vessel": "vessel", "Airplane": "aircraft", "Asset": "other",
}  # fmt: skip
_FSF_KINDS = {"person": "person", "p": "person", "enterprise": "entity", "e": "entity"}
_LIST = "EU Financial Sanctions Files"
_PATTERNS = ("*.csv",)


@dataclass
class _Read:
    """What was read of all files so far: rows, entries of acts, and days of the full list."""

    rows: Seen = field(default_factory=Seen)
    refs: set[tuple[str, Period, str]] = field(default_factory=set)
    days: set[Period] = field(default_factory=set)


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Name today's full list; past ones are no longer served."""
    del since, until
    url = "https://webgate.ec.europa.eu/fsd/fsf/public/files/csvFullSanctionsList_1_1/content"
    query = {"token": site.key(SPEC.key)}
    yield RemoteFile("csvFullSanctionsList_1_1.csv", url, changes=True, query=query)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per entry of each act or list in a file or folder.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of some, or a folder.

    Raises
    ------
    SourceChanged
        If a file has neither layout, or is damaged.
    UsageError
        If nothing in a file, its name or its folder says from which day it is.
    """
    states, read = States(), _Read()
    for file in files_of(path, (*_PATTERNS, "*.zip")):
        for text in text_files(file, _PATTERNS, SPEC.name):
            header = find_header(text, (_ACTS.columns, _FSF.columns), SPEC.name)
            rows_of = _act if header.layout == 0 else _full_list
            yield from rows_of(text, header, states, read)


# ---- framework acts


def _act(file: TextFile, header: Header, states: States, read: _Read) -> Iterator[Batch | Reject]:
    act, newest = _survey(file, header)
    if not act:
        return  # An act whose annexes list nobody has a file without rows.
    named = day_of_name(file)
    stood = named or newest
    if stood is None:
        raise undated(file)
    places = Places(states, stood.first)
    rejects: list[Reject] = []
    frames = _checked(file, header, act, stood, read, rejects)
    entries = (
        entry
        for frame in frames
        for entry in _entries(frame, act, stood, named is not None, places, read)
    )
    yield from batches_of_entries("eu", "EU", act, stood, entries)
    yield from rejects
    yield from places.rejects()


def _survey(file: TextFile, header: Header) -> tuple[str, Period | None]:
    """Return the act that a file is of, and its newest start date."""
    act, newest = "", None
    for frame in read_frames(file, header, SPEC.name):
        act = act or next((cell for cell in frame.data["celex"].str.strip() if cell), "")
        for text in frame.data["startDate"].unique():
            found = day_of(str(text))
            if found and found.precision == "day" and (not newest or found.last > newest.last):
                newest = found
    return act, newest


def _checked(
    file: TextFile, header: Header, act: str, stood: Period, read: _Read, rejects: list[Reject]
) -> Iterator[Frame]:
    """Yield the rows that can be read; once a frame is done with, its rejects are kept."""
    for frame in read_frames(file, header, SPEC.name):
        data = frame.data = frame.data.apply(lambda column: column.str.strip())
        # The same row in the list of another day is another record.
        keys = data.assign(stood=f"{stood.first} {stood.last}")
        frame.drop_repeated(keys, read.rows, "the row repeats an earlier one in every cell.")
        frame.drop(data["name"].eq(""), "missing_value", "the entry has no name.")
        frame.drop(
            data["celex"].ne(act),
            "bad_value",
            lambda row, frame=frame: f"not of the act {act}: {frame.cell('celex', row)!r}.",  # type: ignore[misc]
        )
        frame.drop(
            ~data["schema"].isin(list(_KINDS)),
            "bad_value",
            lambda row, frame=frame: f"unknown schema {frame.cell('schema', row)!r}.",  # type: ignore[misc]
        )
        yield frame
        rejects += frame.rejects


def _entries(
    frame: Frame,
    act: str,
    stood: Period,
    is_dated: bool,  # noqa: FBT001
    places: Places,
    read: _Read,
) -> Iterator[Entry]:
    for row in (int(place) for place in frame.keep.nonzero()[0]):
        cells = {str(name): str(cell) for name, cell in frame.data.iloc[row].items()}
        locator = frame.locators[row]
        listed, trouble = day_of(cells["startDate"]), None
        ref = _reference(cells)
        if cells["startDate"] and listed is None:
            trouble = "bad_value", f"the start date is {cells['startDate'][:80]!r}."
        elif (act, stood, ref) in read.refs:
            trouble = "repeated_reference", f"annex and number {ref!r} stand for another row."
        elif listed is None and not is_dated:
            why = "no start date, and neither file nor folder is named by the day of the list"
            trouble = "undated", f"{why}, e.g. 2026-08-22_{act}.csv."
        if trouble:
            frame.rejects.append(reject(locator, *trouble, frame.raw(row)))
            continue
        read.refs.add((act, stood, ref))
        yield Entry(
            ref,
            cells["name"],
            _KINDS[cells["schema"]],
            (act,),
            tuple(_countries(cells, places, locator)),
            locator,
            listed,
            f"{act}, annex {cells['annex'] or 'not given'}: {cells['measure']}",
            cells["reason"],
        )


def _reference(cells: dict[str, str]) -> str:
    """Return annex and printed number; a hash of what identifies a row that has no number."""
    number = cells["recordId"]
    if not number:
        identity = ("measure", "name", "imoNumber", "startDate")
        text = "\x1f".join(cells[column] for column in identity)
        number = hashlib.sha256(text.encode()).hexdigest()[:12]
    # Persons and firms are numbered each from 1 in some annexes.
    return f"{cells['annex']}/{number}/{cells['schema']}"


def _countries(cells: dict[str, str], places: Places, locator: str) -> Iterator[str]:
    for column in ("country", "nationality", "jurisdiction", "flag"):
        for value in values_of(cells[column]):
            yield from places.several(value, locator)
    for value in values_of(cells["address"]):
        yield from places.address(value, locator)


# ---- Financial Sanctions Files


def _full_list(
    file: TextFile, header: Header, states: States, read: _Read
) -> Iterator[Batch | Reject]:
    grouped = Grouped()
    stood: Period | None = None
    places: Places | None = None
    for frame in read_frames(file, header, SPEC.name):
        data = frame.data = frame.data.apply(lambda column: column.str.strip())
        frame.drop_repeated(data, read.rows, "the row repeats an earlier one in every cell.")
        yield from frame.rejects
        for row in (int(place) for place in frame.keep.nonzero()[0]):
            cells = {name: str(data[name].iloc[row]) for name in _FSF.columns}
            if stood is None or places is None:
                stood = day_of(cells["fileGenerationDate"]) or day_of_name(file)
                if stood is None:
                    raise undated(file)
                places = Places(states, stood.first)
            item = _row_of_full_list(cells, places, frame.locators[row])
            problem = item if isinstance(item, tuple) else grouped.add(item)
            if problem:
                yield reject(frame.locators[row], *problem, frame.raw(row))
    if stood in read.days:
        why = "another file holds the list of the same day."
        yield reject(file.label, "same_list", why, file.label)
    elif stood and places:
        read.days.add(stood)
        yield from batches_of_entries("eu", "EU", _LIST, stood, grouped.entries())
        yield from places.rejects()


def _row_of_full_list(
    cells: dict[str, str], places: Places, locator: str
) -> Entry | tuple[str, str]:
    ref = cells["Entity_EU_ReferenceNumber"] or cells["Entity_LogicalId"]
    # Which of the two cells holds the word and which the letter differs between editions.
    kinds = (cells["Entity_SubjectType"], cells["Entity_SubjectType_ClassificationCode"])
    kind = next((_FSF_KINDS[text.lower()] for text in kinds if text.lower() in _FSF_KINDS), "")
    listed = day_of(cells["Entity_DesignationDate"])
    if not ref:
        return "missing_value", "the entity has no reference number."
    if not kind:
        return "bad_value", f"unknown subject type {kinds[0][:80]!r}."
    if cells["Entity_DesignationDate"] and listed is None:
        return "bad_value", f"the day of listing is {cells['Entity_DesignationDate'][:80]!r}."
    named = (cells["Address_CountryDescription"], cells["Citizenship_CountryDescription"])
    programme = cells["Entity_Regulation_Programme"]
    return Entry(
        ref,
        cells["NameAlias_WholeName"],
        kind,
        (programme,) if programme else (),
        tuple(state for cell in named for state in places.named(cell, locator)),
        locator,
        listed,
        cells["Entity_Regulation_NumberTitle"],
    )
