"""Aid announced to Ukraine, piece by piece (Kiel Institute, Ukraine Support Tracker)."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.actor import Actors
from comity.sources._context import Frame, Seen, States, batches_of, numbers_of
from comity.sources._formats import files_of
from comity.sources._sheets import open_books, sheet_frames
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]

_COLUMNS = (
    "activity_id", "sub_activity_id", "donor", "announcement_date", "aid_type_general", "measure",
    "tot_activity_value_EUR", "tot_sub_activity_value_EUR",
)  # fmt: skip
_SHEET = "Bilateral Assistance, MAIN DATA"
_WORKBOOK = Layout(
    "main data",
    "*Ukraine_Support_Tracker*.xlsx",
    _COLUMNS,
    f"kielinstitut.de, Ukraine Support Tracker Data, workbook of a release: the sheet {_SHEET!r},"
    " one row per item of a sub-activity.",
)
_ANNOTATED = Layout(
    "annotated copy",
    "*UkraineTracker*.xlsx",
    (*_COLUMNS, "classified_category"),
    "A copy of that sheet with a category by another author, which is not read.",
)

SPEC = SourceSpec(
    name="kiel_ukraine_support",
    title="Ukraine Support Tracker",
    publisher="Kiel Institute for the World Economy",
    url="https://www.kielinstitut.de/publications/ukraine-support-tracker-data-6453/",
    licence="not verified",
    redistribution="unknown",
    citation="kiel_ukraine_support",
    cadence="M",
    coverage="2022/",
    reliability="B",
    tables=("aid_activities",),
    layouts=(_WORKBOOK, _ANNOTATED),
    notes="Never add a commitment to an allocation: a commitment is all that was promised in an"
    " activity, an allocation what was set aside for one delivery of it, so the second is part of"
    " the first. Sum the rows of one measure only. A row with both values gives two records. The"
    " value of a package stands in the first of its items; the others are empty, which is not zero,"
    " and so is a value of 0, '.' or 'Not given': something was given whose worth nobody said."
    " Values are nominal euros as published (tot_activity_value_EUR, tot_sub_activity_value_EUR)."
    " Dates such as 'until 12/31/2022' are stored as spans from 24 January 2022, when the tracker"
    " begins: use such rows for totals, not for months. The Commission, the Council and the"
    " European Peace Facility are EU, the European Investment Bank is EIB; what members gave"
    " through them is not theirs here. Aid is civil and military: see aid_type. Each release"
    " revises earlier rows and moves to a new address, so get the file from the publisher's page."
    " Tables cut from it without activity numbers (one row per item, repeated values) are not read:"
    " what is the same there cannot be told from what is repeated.",
)

_FIRST_DAY = dt.date(2022, 1, 24)
_MISSING = frozenset({"", ".", "not given", "no value available", "no price", "undisclosed"})
_ORGANISATIONS = {
    "EU (Commission and Council)": "EU",
    "European Peace Facility": "EU",  # a fund of the Union, outside its budget
    "European Investment Bank": "EIB",
}
_TYPES = ("military", "humanitarian", "financial")
_MEASURES = {"allocation": "tot_sub_activity_value_EUR", "commitment": "tot_activity_value_EUR"}
_IDENTITY = ("activity_id", "sub_activity_id", "donor", "announcement_date", "item", "item_numb")


@dataclass(frozen=True)
class _Span:
    """First day, last day, and whether the source gives the very day."""

    first: dt.date
    last: dt.date
    exact: bool


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per item and measure.

    Parameters
    ----------
    path : pathlib.Path
        A workbook in one of ``SPEC.layouts``, a zip archive of one, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states, seen, refs = States(), Seen(), Counter[str]()
    patterns = (_WORKBOOK.pattern, _ANNOTATED.pattern, "*Ukraine*Tracker*.zip")
    for file in files_of(path, patterns):
        with open_books(file, SPEC.name, _COLUMNS) as books:
            for book in books:
                title = _SHEET if _SHEET in book.titles else next(iter(book.titles), "")
                for frame, _ in sheet_frames(book, title, [_COLUMNS]):
                    yield from _activities(frame, states, seen, refs)


def _activities(
    frame: Frame, states: States, seen: Seen, refs: Counter[str]
) -> Iterator[Batch | Reject]:
    data = frame.data
    for column in ("activity_id", "donor", "aid_type_general", "measure"):
        data[column] = data[column].map(_text)
        frame.drop(data[column].eq(""), "missing_value", f"the column {column} is empty.")
    spans = np.array([_span(cell) for cell in data["announcement_date"]], dtype=object)
    frame.drop(
        pd.isna(spans),
        "bad_date",
        lambda row: f"no such day or span: {frame.cell('announcement_date', row)!r}.",
    )
    types, measures = (data[c].str.lower() for c in ("aid_type_general", "measure"))
    for given, known, column in (
        (types, _TYPES, "aid_type_general"),
        (measures, _MEASURES, "measure"),
    ):
        frame.drop(
            ~given.isin(list(known)),
            "bad_value",
            lambda row, column=column: f"{column} is {frame.cell(column, row)!r}.",  # type: ignore[misc]
        )
    amounts = {measure: _values(frame, column) for measure, column in _MEASURES.items()}
    actors = _donors(frame, spans, states)
    frame.drop_repeated(data.astype(str), seen, "the row repeats an earlier one in every cell.")
    yield from frame.rejects
    said = {
        "allocation": (measures == "allocation").to_numpy(),
        "commitment": (measures == "commitment").to_numpy()
        | ~data["tot_activity_value_EUR"].map(_text).eq("").to_numpy(),
    }
    for measure, rows in said.items():
        kept = [int(row) for row in np.flatnonzero(frame.keep & rows)]
        first = [span.first for span in spans[kept]]
        yield from batches_of("aid_activities", {
            "aid_ref": [_reference(data, row, measure, refs) for row in kept],
            "actor": list(actors[kept]),
            "recipient": list(states.on_day(["Ukraine"] * len(kept), first, "name")),
            "aid_type": list(types.iloc[kept]),
            "measure": [measure] * len(kept),
            "item": [_item(data, row) for row in kept],
            "value": [None if np.isnan(v) else float(v) for v in amounts[measure][kept]],
            "explanation": [_cell(data, "explanation", row) for row in kept],
            "source_url": [_cell(data, "source_of_aid_1", row) for row in kept],
            "locator": [frame.locators[row] for row in kept],
            **_times(spans[kept]),
        })  # fmt: skip


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _cell(data: pd.DataFrame, column: str, row: int) -> str | None:
    text = _text(data[column].iloc[row]) if column in data else ""
    return None if text.lower() in _MISSING else text


def _item(data: pd.DataFrame, row: int) -> str | None:
    """Return the item, with how many there are where the publisher counts them."""
    item, number = _cell(data, "item", row), _cell(data, "item_numb", row)
    return f"{item}: {number}" if item and number and number[0].isdigit() else item


def _values(frame: Frame, column: str) -> Any:
    """Return amounts in million euros, NaN where none is said, dims (row)."""
    cells = frame.data[column]
    amounts = numbers_of(cells)
    unread = np.isnan(amounts) & ~cells.map(lambda cell: _text(cell).lower() in _MISSING)
    frame.drop(
        unread | (amounts < 0),
        "bad_value",
        lambda row: f"{column} is {frame.cell(column, row)!r}.",
    )
    # A gift is not worth zero: the publisher enters 0 where the donor named no value.
    return np.where(amounts == 0, np.nan, amounts / 1e6)


def _donors(frame: Frame, spans: Any, states: States) -> Any:
    names = frame.data["donor"].tolist()
    days = [None if span is None else span.last for span in spans]
    found = states.on_day(names, days, "name")
    known = Actors.load()
    for row, name in enumerate(names):
        if name in _ORGANISATIONS:
            found[row] = known.organisation(_ORGANISATIONS[name]).id
    frame.drop(
        pd.isna(found), "unknown_state", lambda row: f"no donor {names[row]!r} on {days[row]}."
    )
    return found


def _reference(data: pd.DataFrame, row: int, measure: str, refs: Counter[str]) -> str:
    """Return the publisher's number and a hash of what tells items apart, counted if need be."""
    cells = [_text(data[column].iloc[row]) for column in _IDENTITY if column in data]
    digest = hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:8]
    number = cells[1] if measure == "allocation" else cells[0]
    ref = f"{number}.{measure}.{digest}"
    refs[ref] += 1
    return ref if refs[ref] == 1 else f"{ref}.{refs[ref]}"


# ---- dates

_DAY = re.compile(r"^(?:(\d{1,2})/)?(\d{1,2})/(\d{4})$")
_EUROPEAN = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")
_UNTIL = re.compile(r"^until\s+(\S+)$", re.IGNORECASE)
_BETWEEN = re.compile(r"^(?:from|between)\s+(\S+)\s+(?:until|and)\s+(\S+)$", re.IGNORECASE)


def _span(cell: Any) -> _Span | None:
    if isinstance(cell, dt.datetime):
        return _Span(cell.date(), cell.date(), exact=True)
    text = _text(cell)
    first: dt.date | None = _FIRST_DAY
    if match := _UNTIL.match(text):
        last = _last_day(match[1])
    elif match := _BETWEEN.match(text):
        first, last = _first_day(match[1]), _last_day(match[2])
    else:
        first, last = _first_day(text), _last_day(text)
    if first is None or last is None or last < first:
        return None
    return _Span(first, last, exact=first == last)


def _first_day(text: str) -> dt.date | None:
    return _day(text, last=False)


def _last_day(text: str) -> dt.date | None:
    return _day(text, last=True)


def _day(text: str, *, last: bool) -> dt.date | None:
    """Read 12/31/2022, 6/2022 (first or last day of the month), 31.12.2022; None for no day."""
    try:
        if match := _EUROPEAN.match(text):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        match = _DAY.match(text)
        if match is None:
            return None
        if match[1] is not None:
            return dt.date(int(match[3]), int(match[1]), int(match[2]))
        year, month = int(match[3]), int(match[2])
        return dt.date(year, month, calendar.monthrange(year, month)[1] if last else 1)
    except ValueError:
        return None


def _times(spans: Any) -> dict[str, list[Any]]:
    return {
        "occurred_from": [span.first for span in spans],
        "occurred_to": [span.last + dt.timedelta(days=1) for span in spans],
        "precision": ["day" if span.exact else "span" for span in spans],
        "public_from": [span.last for span in spans],
        "public_from_basis": ["act" if span.exact else "source" for span in spans],
    }
