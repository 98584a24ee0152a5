"""Military spending of states by year (SIPRI Military Expenditure Database)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.sources._context import NOT_A_STATE, States, batches_of, reject, year_columns
from comity.sources._formats import files_of
from comity.sources._remote import RemoteFile, Site
from comity.sources._sheets import Book, SheetRow, open_books
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "parse"]

_WORKBOOK = Layout(
    "workbook",
    "SIPRI-Milex-data-*.xlsx",
    ("Country", "Notes"),
    "sipri.org/databases/milex, SIPRI-Milex-data-1949-2025_v1.2.xlsx: a sheet per measure, some"
    " lines of text above the header, rows of regions between those of states, a column per year.",
)

SPEC = SourceSpec(
    name="sipri_milex",
    title="SIPRI Military Expenditure Database",
    publisher="Stockholm International Peace Research Institute (SIPRI)",
    url="https://www.sipri.org/databases/milex",
    licence="(c) SIPRI; fair use is non-commercial and less than 10 % of the data set, with credit",
    redistribution="no",
    citation="sipri_milex",
    cadence="Y",
    coverage="1949/",
    reliability="B",
    tables=("military_spending",),
    layouts=(_WORKBOOK,),
    out_of_scope=(NOT_A_STATE,),
    notes="The reader was written from descriptions of the workbook in public code and tested on a"
    " made-up one; no file of the publisher was at hand. Constant dollars are those of the edition:"
    " the base year stands in the title of the sheet, so values of two editions must not be mixed."
    " Each edition revises the past. Dots are missing and xxx is no state: neither is a zero; a 0"
    " counts only where no other sheet leaves the same year open. Shares are fractions, not"
    " percent. Figures in blue (SIPRI's estimate) or red (highly uncertain) set `estimated`; where"
    " a workbook has no coloured figure at all, it stays empty. Germany before 1990 is the Federal"
    " Republic, Serbia in 1992-2005 Serbia and Montenegro. Figures follow the calendar year; where"
    " the budget year is another one, SIPRI spreads it. Secret and off-budget spending is estimated"
    " or absent: the figures for Russia and Iran are a floor. A year is taken to be public on 1 May"
    " of the next.",
)

_SHEETS = {
    "constant_usd": re.compile(r"^Constant \((\d{4})\) US(\$|D)$"),
    "current_usd": re.compile(r"^Current US(\$|D)$"),
    "share_gdp": re.compile(r"^Share of GDP$"),
    "share_government": re.compile(r"^Share of Govt\. spending$"),
}
_TITLES = ("Constant (YYYY) US$", "Current US$", "Share of GDP", "Share of Govt. spending")
_NOTHING = frozenset({"", "xxx", "xx"})  # no state then, or no figure expected
_UNKNOWN = frozenset({".", "..", ". .", "...", ". . .", "…", "n/a", "na"})
_SHARES = ("share_gdp", "share_government")
_REASONS = {
    "bad_value": "a cell is neither a figure nor a mark for a missing one:",
    "unknown_state": "no state",
    "duplicate": "another row gives the state of",
}
_MARKS = frozenset({"indexed:10", "indexed:12", "rgb:FFFF0000", "rgb:FF0000FF"})
_MEANT = {
    "Congo, DR": "Democratic Republic of the Congo",
    "Yemen, North": "North Yemen",
    "German DR": "German Democratic Republic",
}
# Its row stands beside that of the German Democratic Republic.
_BEFORE_UNION = {"Germany": "West Germany"}
_NO_STATES = frozenset({"European Union", "World", "NATO"})
_MAX_PREAMBLE = 40
_MAX_MEDIAN_SHARE = 0.5


@dataclass(frozen=True)
class _Figure:
    """One cell: a figure, or None where the sheet says that it is not known."""

    state: str
    year: int
    value: float | None
    marked: bool
    locator: str


@dataclass
class _Row:
    """What the sheets say about one state in one year."""

    values: dict[str, float] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    marked: bool = False
    locator: str = ""

    def take(self, measure: str, figure: _Figure) -> None:
        if figure.value is None:
            self.unknown.add(measure)
            return
        self.values[measure] = figure.value
        self.marked |= figure.marked
        self.locator = self.locator or figure.locator


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the workbook of the edition that is known; the address changes with each edition."""
    del site, since, until
    name = "SIPRI-Milex-data-1949-2025_v1.2.xlsx"
    yield RemoteFile(name, f"https://www.sipri.org/sites/default/files/{name}", changes=True)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per state and year with a figure in any of the four sheets.

    The (few) figures of a workbook are held in memory.

    Parameters
    ----------
    path : pathlib.Path
        A workbook, a zip archive of one, or a folder.

    Raises
    ------
    SourceChanged
        If a sheet is missing, has no header with years, or gives shares in percent; or if the file
        is damaged.
    """
    states = States()
    for file in files_of(path, (_WORKBOOK.pattern, "SIPRI-Milex*.zip")):
        with open_books(file, SPEC.name, (*_TITLES, *_WORKBOOK.columns)) as books:
            for book in books:
                yield from _workbook(book, states)


def _workbook(book: Book, states: States) -> Iterator[Batch | Reject]:
    found: dict[tuple[str, int], _Row] = {}
    for measure, pattern in _SHEETS.items():
        title = next((title for title in book.titles if pattern.match(title)), None)
        if title is None:
            raise book.changed([f"the sheets {', '.join(book.titles) or 'none'}"])
        figures: list[float] = []
        for item in _sheet(book, title, states):
            if isinstance(item, _Figure):
                row = found.setdefault((item.state, item.year), _Row())
                row.take(measure, item)
                figures += [item.value] if item.value is not None else []
            else:
                yield item
        if measure in _SHARES and figures and float(np.median(figures)) > _MAX_MEDIAN_SHARE:
            raise book.changed([f"{title} with shares that look like percent"])
    yield from _batches(found)


def _sheet(book: Book, title: str, states: States) -> Iterator[_Figure | Reject]:
    """Yield the figures of one sheet, those marked as unknown too, and its rejects."""
    lines = book.rows(title, colours=True)
    years = _header(book, title, lines)
    seen: set[tuple[str, int]] = set()
    for line in lines:
        name = _text(line.cells[0]) if line.cells else ""
        cells = {year: line.cells[at] for at, year in years.items() if at < len(line.cells)}
        if not name or not any(_text(cell) for cell in cells.values()):
            continue  # a blank line, or the heading of a region
        where = f"{book.label}, {title}, row {line.number}"
        raw = f"{name} | " + " | ".join(map(_text, cells.values()))
        if name in _NO_STATES:
            yield reject(where, NOT_A_STATE, f"{name} is no state.", raw)
            continue
        ids = dict(zip(cells, _states_of(name, list(cells), states), strict=True))
        numbers = {year: _number(cell) for year, cell in cells.items()}
        told = {year: number for year, number in numbers.items() if number is not None}
        trouble = {
            "bad_value": [year for year, number in told.items() if not number >= 0],
            "unknown_state": [year for year in told if ids[year] is None],
            "duplicate": [year for year in told if (ids[year], year) in seen],
        }
        for code, bad in trouble.items():
            if bad:
                why = f"{_REASONS[code]} {name!r} in {', '.join(map(str, bad))}."
                yield reject(where, code, why, raw)
        wrong = {year for bad in trouble.values() for year in bad}
        colours = {year: line.colours[at] for at, year in years.items() if at < len(line.colours)}
        for year, cell in cells.items():
            state = ids[year]
            if state is not None and year not in wrong and _text(cell).lower() not in _NOTHING:
                seen |= {(state, year)} if year in told else set()
                yield _Figure(state, year, told.get(year), colours[year] in _MARKS, where)


def _header(book: Book, title: str, lines: Iterator[SheetRow]) -> dict[int, int]:
    """Return the year of each column that has one, from the row that begins with Country."""
    for line in lines:
        if line.cells and _text(line.cells[0]) == "Country":
            years = {at: int(float(_text(cell))) for at, cell in enumerate(line.cells)
                     if re.fullmatch(r"(19|20)\d\d(\.0)?", _text(cell))}  # fmt: skip
            if years:
                return years
        if line.number >= _MAX_PREAMBLE:
            break
    raise book.changed([f"{title} without a row of Country and years"])


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _number(cell: Any) -> float | None:
    """Return a figure, None where it is missing, NaN where it is neither."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell) if np.isfinite(cell) else float("nan")
    return None if _text(cell).lower() in _UNKNOWN | _NOTHING else float("nan")


def _states_of(name: str, years: list[int], states: States) -> list[str | None]:
    meant = _MEANT.get(name, name)
    ids = list(states.in_year([meant] * len(years), years, "name"))
    if name in _BEFORE_UNION:
        before = states.in_year([_BEFORE_UNION[name]] * len(years), years, "name")
        ids = [given or other for given, other in zip(ids, before, strict=True)]
    return ids


def _batches(found: dict[tuple[str, int], _Row]) -> Iterator[Batch]:
    for row in found.values():
        # Some sheets hold a 0 where another says that nothing is known.
        if row.unknown - {"share_government"}:
            row.values = {name: value for name, value in row.values.items() if value != 0}
    rows = {key: row for key, row in sorted(found.items()) if row.values}
    # Without a single mark, the copy may have lost its colours.
    coloured = any(row.marked for row in rows.values())
    years = [year for _, year in rows]
    yield from batches_of("military_spending", {
        "state": [state for state, _ in rows],
        "year": years,
        **{name: [row.values.get(name) for row in rows.values()] for name in _SHEETS},
        "estimated": [row.marked if coloured else None for row in rows.values()],
        "locator": [row.locator for row in rows.values()],
        **year_columns(years, lambda year: dt.date(year + 1, 5, 1), "assumed"),
    })  # fmt: skip
