"""Which states border each other, by land or across water (Correlates of War)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import Frame, Seen, States, days_of, numbers_of
from comity.sources._dyads import (
    BEFORE_OUR_STATES,
    FIRST_YEAR,
    frames_of,
    joined,
    sides_of,
    year_batches,
)
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]

_YEARS = Layout(
    "COW directed dyad years",
    "contdird.csv",
    ("state1no", "state2no", "year", "conttype"),
    "correlatesofwar.org, contdird.csv in DirectContiguity320.zip.",
)
_MASTER = Layout(
    "COW master file",
    "contdir.csv",
    ("statelno", "statehno", "conttype", "begin", "end"),
    "correlatesofwar.org, contdir.csv in DirectContiguity320.zip: spells from month to month.",
)
_PACKAGE = Layout(
    "peacesciencer package",
    "cow_contdir.rda",
    ("ccode1", "ccode2", "conttype", "stdate", "enddate"),
    "R package peacesciencer, cow_contdir.rda: spells, both orders of a dyad, 0 for none.",
)

SPEC = SourceSpec(
    name="cow_contiguity",
    title="Direct Contiguity, version 3.2",
    publisher="Correlates of War Project (Stinnett, Tir, Schafer, Diehl and Gochman)",
    url="https://correlatesofwar.org/data-sets/direct-contiguity/",
    licence="free for scholarly use with citation; terms not verified",
    redistribution="unknown",
    citation="cow_contiguity",
    cadence="Y",
    coverage="1816/2016",
    reliability="B",
    tables=("contiguity",),
    layouts=(_YEARS, _MASTER, _PACKAGE),
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="1 is a border on land or along a river; 2 to 5 are up to 12, 24, 150 and 400 miles of"
    " water. 0 is written where the package lists a time without contiguity; the publisher's files"
    " leave such dyads out, and within the years covered a dyad that is not listed is not"
    " contiguous. In a year of change the closer relation counts, whatever its share of the year."
    " The codes are no scale of distance: some dyads without an entry lie closer than some with"
    " one. Colonies and dependencies do not count. If several layouts lie in one folder, the first"
    " is read.",
)

_NONE = 9  # ranks after all kinds of contiguity, so that the closer relation is the smaller number
_SPELLS = {
    _MASTER.name: ("statelno", "statehno", "begin", "end"),
    _PACKAGE.name: ("ccode1", "ccode2", "stdate", "enddate"),
}


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per dyad and year with the kind of contiguity.

    The (few) columns of all rows are held in memory.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, the publisher's zip archive, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states, seen = States(), Seen()
    parts: list[pd.DataFrame] = []
    for frame, layout in frames_of(path, SPEC):
        also = "year"
        columns = ("state1no", "state2no")
        if layout is not _YEARS:
            first, second, also, _ = _SPELLS[layout.name]
            columns = (first, second)
        kinds = _kinds(frame)
        frame.drop_repeated(frame.data[[*columns, also]], seen, "this row is given twice.")
        if layout is _YEARS:
            years = frame
        else:
            years, kinds = _expanded(frame, layout, kinds)
        sides = sides_of(years, columns, states)
        parts.append(sides.rows({"type": kinds, "spell": years.locators}))
        yield from frame.rejects
        if years is not frame:
            # A spell is given up once, not once for each of its years.
            yield from {(row.locator, row.code): row for row in years.rejects}.values()
    keys = ("state_a", "state_b", "year")
    rows, _ = joined(parts, keys, {"type": "min"}, also=("spell",))
    rows["type"] = rows["type"].replace(_NONE, 0)
    yield from year_batches(
        "contiguity",
        rows,
        {"state_a": str, "state_b": str, "year": int, "type": int},
        lambda year: dt.date(year + 1, 1, 1),
    )


def _kinds(frame: Frame) -> Any:
    kinds = numbers_of(frame.data["conttype"])
    frame.drop(
        ~np.isin(kinds, (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)),
        "bad_value",
        lambda row: f"{frame.cell('conttype', row)!r} is no kind of contiguity, 0 to 5.",
    )
    return np.where(kinds == 0.0, _NONE, kinds)


def _expanded(frame: Frame, layout: Layout, kinds: Any) -> tuple[Frame, Any]:
    """Return a frame with one row for each year of each spell, and its kinds."""
    *_, begin, end = _SPELLS[layout.name]
    first, last = (_spell_years(frame.data[name], layout) for name in (begin, end))
    frame.drop(
        np.isnan(first) | np.isnan(last) | (first > last),
        "bad_value",
        lambda row: (
            f"{frame.cell(begin, row)} to {frame.cell(end, row)} is no time from month to month."
        ),
    )
    frame.drop(
        last < FIRST_YEAR,
        BEFORE_OUR_STATES,
        f"our table of states begins in {FIRST_YEAR}, this spell ended before.",
    )
    kept = np.flatnonzero(frame.keep)
    start = np.maximum(first[kept], FIRST_YEAR).astype(int)
    lengths = last[kept].astype(int) - start + 1
    rows = np.repeat(kept, lengths)
    offsets = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    data = frame.data.iloc[rows].reset_index(drop=True)
    data["year"] = np.repeat(start, lengths) + offsets
    locators = [frame.locators[row] for row in rows]
    return Frame(data, locators, lambda row: frame.raw(int(rows[row]))), kinds[rows]


def _spell_years(values: Any, layout: Layout) -> Any:
    """Return the years of dates, or of months written YYYYMM; NaN where there is none."""
    if layout is _PACKAGE:
        return np.array([np.nan if day is None else day.year for day in days_of(values)])
    months = numbers_of(values)
    good = (months == np.floor(months)) & (months % 100 >= 1) & (months % 100 <= 12)
    return np.where(good & (months >= 100_000), months // 100, np.nan)
