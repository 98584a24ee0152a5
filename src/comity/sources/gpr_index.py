"""Index of geopolitical risk from newspapers, by month and by day (Caldara and Iacoviello)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import Frame, Seen, States, batches_of, numbers_of, reject
from comity.sources._dyads import BEFORE_OUR_STATES, FIRST_YEAR
from comity.sources._formats import files_of
from comity.sources._remote import RemoteFile, Site
from comity.sources._sheets import open_books, sheet_frames
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "parse"]

_MONTHLY = Layout(
    "monthly",
    "data_gpr_export*.xls*",
    ("month", "GPR", "GPRT", "GPRA", "GPRH", "GPRHT", "GPRHA"),
    "matteoiacoviello.com/gpr.htm, data_gpr_export.xls: one row per month, one column per series,"
    " among them GPRC_XXX and GPRHC_XXX for 44 countries.",
)
_DAILY = Layout(
    "daily",
    "data_gpr_daily*.xls*",
    ("DAY", "GPRD", "GPRD_ACT", "GPRD_THREAT"),
    "matteoiacoviello.com/gpr.htm, data_gpr_daily_recent.xls: one row per day from 1985, DAY as"
    " YYYYMMDD.",
)
_LAYOUTS = (_MONTHLY, _DAILY)

SPEC = SourceSpec(
    name="gpr_index",
    title="Geopolitical Risk (GPR) Index",
    publisher="Dario Caldara and Matteo Iacoviello",
    url="https://www.matteoiacoviello.com/gpr.htm",
    licence="terms not verified; the authors ask to be cited",
    redistribution="unknown",
    citation="gpr_index",
    cadence="M",
    coverage="1900/",
    reliability="B",
    tables=("risk_indices",),
    layouts=_LAYOUTS,
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="It counts articles of English-language newspapers, mostly American: it says how much"
    " they wrote of risk, not how great the risk was. Series have different units: GPR, GPRT, GPRA,"
    " GPRD and their kin are indices (1985-2019 = 100), GPRH ones too (1900-2019 = 100), GPRC_XXX"
    " and GPRHC_XXX are percent of articles, so a country's value is not comparable with GPR. Only"
    " 44 countries have a series; Iran has none: absent, not zero. XXX is today's code; the state"
    " is resolved by month (GPRHC_RUS is SUN until 1991, GPRHC_DEU the Federal Republic until 1990)"
    f" and country series begin in {FIRST_YEAR}, as the table of states does: earlier months are"
    " counted as before_our_states, with their world series stored. Hong Kong is no state; its"
    " series are left out, as are numbers of articles, shares by category and moving averages. An"
    " empty cell gives no row: the recent series begin in 1985. Every edition revises the past: an"
    " old month in a new file is not what was known then. A month is taken to be public on the 10th"
    " of the next one, a day after one week.",
)  # fmt: skip

_SERIES = re.compile(r"^GPR[A-Z]*(_[A-Z]+)?$")
_COUNTRY = re.compile(r"^GPRH?C_([A-Z]{3})$")
_NO_STATES = frozenset({"HKG"})
_SITE = "https://www.matteoiacoviello.com/gpr_files/"


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the two files that the publisher overwrites; each holds the whole history."""
    del site, since, until
    for name in ("data_gpr_export.xls", "data_gpr_daily_recent.xls"):
        yield RemoteFile(name, _SITE + name, changes=True)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per series and month or day, empty cells left out.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of one, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states, seen = States(), Seen()
    columns = [layout.columns for layout in _LAYOUTS]
    for file in files_of(path, (*(layout.pattern for layout in _LAYOUTS), "*gpr*.zip")):
        with open_books(file, SPEC.name, (*_MONTHLY.columns, *_DAILY.columns)) as books:
            for book in books:
                title = book.titles[0] if book.titles else ""
                for frame, layout in sheet_frames(book, title, columns):
                    yield from _values(frame, _LAYOUTS[layout], states, seen)


def _values(frame: Frame, layout: Layout, states: States, seen: Seen) -> Iterator[Batch | Reject]:
    column = layout.columns[0]
    days = [_day(cell, layout) for cell in frame.data[column]]
    frame.drop(
        [day is None for day in days],
        "bad_date",
        lambda row: f"no such {column.lower()}: {frame.cell(column, row)!r}.",
    )
    names = [n for n in map(str, frame.data) if _SERIES.match(n) and "_MA" not in n]
    _check(frame, names)
    keys = pd.DataFrame({"day": days, "layout": layout.name})
    frame.drop_repeated(keys, seen, f"this {column.lower()} is given twice.")
    yield from frame.rejects
    yield from _before_our_states(frame, days, names)
    for name in names:
        yield from _series(frame, layout, name, days, states)


def _before_our_states(frame: Frame, days: list[Any], names: list[str]) -> Iterator[Reject]:
    if any(_COUNTRY.match(name) for name in names):
        for row in map(int, np.flatnonzero(frame.keep)):
            if days[row].year < FIRST_YEAR:
                why = (
                    f"our table of states begins in {FIRST_YEAR}: no country series for this month."
                )
                yield reject(frame.locators[row], BEFORE_OUR_STATES, why, frame.raw(row))


def _series(
    frame: Frame, layout: Layout, name: str, days: list[Any], states: States
) -> Iterator[Batch | Reject]:
    country = _COUNTRY.match(name)
    if country and country[1] in _NO_STATES:
        return
    values = numbers_of(frame.data[name])
    first = FIRST_YEAR if country else 1
    rows = [
        row
        for row in map(int, np.flatnonzero(frame.keep & ~np.isnan(values)))
        if days[row].year >= first
    ]
    state: Any = np.full(len(frame.data), None, dtype=object)
    if country:
        state[rows] = states.on_day([country[1]] * len(rows), [days[row] for row in rows], "iso3")
        for row in [row for row in rows if state[row] is None]:
            where, why = f"{frame.locators[row]}, {name}", f"no state {country[1]} on {days[row]}."
            yield reject(where, "unknown_state", why, frame.raw(row))
        rows = [row for row in rows if state[row] is not None]
    found = [days[row] for row in rows]
    yield from batches_of("risk_indices", {
        "index": [name] * len(rows),
        "state": list(state[rows]),
        "period": [day.isoformat() if layout is _DAILY else f"{day:%Y-%m}" for day in found],
        "value": [float(values[row]) for row in rows],
        "locator": [f"{frame.locators[row]}, {name}" for row in rows],
        **_times(found, layout),
    })  # fmt: skip


def _day(cell: Any, layout: Layout) -> dt.date | None:
    """Return a day from a date cell or from a number such as 20240131; a month is its first."""
    if isinstance(cell, dt.datetime):
        return cell.date() if layout is _DAILY else cell.date().replace(day=1)
    text = f"{cell:.0f}" if isinstance(cell, float) and np.isfinite(cell) else str(cell)
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date() if len(text) == 8 else None  # noqa: DTZ007
    except ValueError:
        return None


def _check(frame: Frame, names: list[str]) -> None:
    for name in names:
        cells = frame.data[name]
        unread = np.isnan(numbers_of(cells)) & ~cells.isna().to_numpy() & ~cells.isin(["", "."])
        frame.drop(
            unread | (numbers_of(cells) < 0),
            "bad_value",
            lambda row, name=name: f"{name} is {frame.cell(name, row)!r}.",  # type: ignore[misc]
        )


def _times(days: list[dt.date], layout: Layout) -> dict[str, list[object]]:
    if layout is _DAILY:
        ends = [day + dt.timedelta(days=1) for day in days]
        public = [day + dt.timedelta(days=7) for day in days]
    else:
        ends = [(day + dt.timedelta(days=31)).replace(day=1) for day in days]
        public = [end.replace(day=10) for end in ends]
    return {
        "occurred_from": list(days),
        "occurred_to": list(ends),
        "precision": ["day" if layout is _DAILY else "month"] * len(days),
        "public_from": list(public),
        "public_from_basis": ["assumed"] * len(days),
    }
