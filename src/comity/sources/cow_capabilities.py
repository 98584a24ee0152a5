"""Material capabilities of states, and who was a major power (Correlates of War)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from comity.sources._context import Frame, Seen, States, batches_of, numbers_of, reject, years_of
from comity.sources._dyads import (
    BEFORE_OUR_STATES,
    FIRST_YEAR,
    amounts_of,
    frames_of,
    named_states,
    whole_years,
    year_batches,
)
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]

_MEASURES = ("milex", "milper", "irst", "pec", "tpop", "upop")
_STATE_YEAR = ("ccode", "year", *_MEASURES, "cinc")
_SPAN = (
    "ccode", "styear", "stmonth", "stday", "endyear", "endmonth", "endday", "version",
)  # fmt: skip
_CAPABILITIES = (
    Layout(
        "COW capabilities",
        "NMC*.csv",
        _STATE_YEAR,
        "correlatesofwar.org, NMC-70-abridged.csv; the archive holds a further archive: unpack it.",
    ),
    Layout(
        "peacesciencer capabilities",
        "cow_nmc.rda",
        _STATE_YEAR,
        "R package peacesciencer, cow_nmc.rda.",
    ),
)
_MAJORS = (
    Layout(
        "COW major powers",
        "majors*.csv",
        _SPAN,
        "correlatesofwar.org, majors2016.csv or majors2024.csv.",
    ),
    Layout(
        "peacesciencer major powers",
        "cow_majors.rda",
        _SPAN,
        "R package peacesciencer, cow_majors.rda.",
    ),
)

SPEC = SourceSpec(
    name="cow_capabilities",
    title="National Material Capabilities, and Major Powers",
    publisher="Correlates of War Project (Singer, Bremer and Stuckey; Greig and Enterline)",
    url="https://correlatesofwar.org/data-sets/national-material-capabilities/",
    licence="free for scholarly use with citation; terms not verified",
    redistribution="unknown",
    citation="cow_capabilities",
    cadence="Y",
    coverage="1816/2022",
    reliability="B",
    tables=("capabilities", "major_powers"),
    layouts=(*_CAPABILITIES, *_MAJORS),
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="The composite index (CINC) is a state's mean share of the world in six things, two of"
    " them steel and energy: it says more of bulk than of technology, and a share falls when others"
    " grow. -9 is missing, never zero. A figure of a year counts as known two years after it begins"
    " (assumed); the project publishes later and revises. An end of a major power on the last day"
    " of the version's year is the end of the list: the end stays empty and censored is true. Both"
    " layouts of a kind hold the same rows: keep one of each in a folder.",
    release=(r"(?i)^NMC[-_ ]v?(?P<release>\d+)", r"(?i)^majors(?P<release>\d{4})"),
)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per state and year, and one per time as a major power.

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
    parts: list[pd.DataFrame] = []
    powers: list[pd.DataFrame] = []
    for frame, layout in frames_of(path, SPEC, every=True):
        if layout in _CAPABILITIES:
            parts.append(_state_years(frame, states))
        else:
            powers.append(_times(frame, states, seen))
        yield from frame.rejects
    if parts:
        rows = pd.concat(parts, ignore_index=True)
        yield from _repeated(rows)
        # Two numbers may stand for one state in the year of a union: the larger of them counts.
        rows = rows.sort_values(["state", "year", "cinc"], ascending=[True, True, False])
        rows = rows.drop_duplicates(["state", "year"])
        kinds = {"state": str, "year": int, **dict.fromkeys((*_MEASURES, "cinc"), float)}
        yield from year_batches(
            "capabilities", rows, kinds, lambda year: dt.date(year + 2, 1, 1), "assumed"
        )
    if powers:
        yield from _powers(pd.concat(powers, ignore_index=True))


def _state_years(frame: Frame, states: States) -> pd.DataFrame:
    years = whole_years(frame, "year")
    found = named_states(frame, "ccode", years, states)
    values = {name: amounts_of(frame, name) for name in (*_MEASURES, "cinc")}
    frame.drop(values["cinc"] > 1.0, "bad_value", "the composite index is a share, at most 1.")
    keep = frame.keep
    return pd.DataFrame({
        "state": found[keep],
        "given": np.asarray(frame.data["ccode"], dtype=object)[keep],
        "year": np.array([year or 0 for year in years], dtype=int)[keep],
        **{name: cells[keep] for name, cells in values.items()},
        "locator": np.asarray(frame.locators, dtype=object)[keep],
    })  # fmt: skip


def _times(frame: Frame, states: States, seen: Seen) -> pd.DataFrame:
    starts, ends = (_days(frame, side) for side in ("st", "end"))
    frame.drop(
        [
            start is None or end is None or start > end
            for start, end in zip(starts, ends, strict=True)
        ],
        "bad_value",
        "the dates do not make a time.",
    )
    frame.drop(
        [end is not None and end.year < FIRST_YEAR for end in ends],
        BEFORE_OUR_STATES,
        lambda row: f"our table of states begins in {FIRST_YEAR}, this ended on {ends[row]}.",
    )
    years = [None if start is None else max(start.year, FIRST_YEAR) for start in starts]
    named_states(frame, "ccode", years, states)
    versions = years_of(frame.data["version"])
    frame.drop([v is None for v in versions], "bad_value", "the row has no version.")
    keys = pd.DataFrame({"code": frame.data["ccode"], "start": starts})
    frame.drop_repeated(keys, seen, "this row is given twice.")
    parts: list[dict[str, Any]] = []
    for row in map(int, np.flatnonzero(frame.keep)):
        start, end = cast("tuple[dt.date, dt.date]", (starts[row], ends[row]))
        given = f"{numbers_of(frame.data['ccode'].iloc[[row]])[0]:.0f}"
        common = {
            "version": versions[row],
            "locator": frame.locators[row],
        }
        for state, first, last in _under_each_name(given, start, end, states):
            parts.append({"state": state, "start": first, "end": last, **common})
    return pd.DataFrame(parts, columns=["state", "start", "end", "version", "locator"])


def _under_each_name(
    code: str, start: dt.date, end: dt.date, states: States
) -> Iterator[tuple[str, dt.date, dt.date]]:
    """Yield the time of one number by the states that bore it: 365 was SUN, then RUS."""
    years: list[int | None] = list(range(max(start.year, FIRST_YEAR), end.year + 1))
    ids = states.in_year([code] * len(years), years, "cow").tolist()
    turns = [i for i in range(1, len(ids)) if ids[i] != ids[i - 1] and ids[i] is not None]
    days = [dt.date(cast("int", years[i]), 1, 1) for i in turns]
    until = [*(day - dt.timedelta(days=1) for day in days), end]
    yield from zip([ids[i] for i in (0, *turns)], [start, *days], until, strict=True)


def _days(frame: Frame, side: str) -> list[dt.date | None]:
    parts = [numbers_of(frame.data[side + unit]) for unit in ("year", "month", "day")]
    return [_day(cells) for cells in zip(*parts, strict=True)]


def _day(cells: tuple[float, ...]) -> dt.date | None:
    try:
        year, month, day = map(int, cells)
        return dt.date(year, month, day)
    except ValueError:
        return None


def _powers(rows: pd.DataFrame) -> Iterator[Batch | Reject]:
    ends, versions = rows["end"].tolist(), rows["version"].tolist()
    censored = [
        end == dt.date(version, 12, 31) for end, version in zip(ends, versions, strict=True)
    ]
    yield from batches_of("major_powers", {
        "state": rows["state"].tolist(),
        "start_date": rows["start"].tolist(),
        "end_date": [None if open_ else end for end, open_ in zip(ends, censored, strict=True)],
        "censored": censored,
        "locator": rows["locator"].tolist(),
        "occurred_from": rows["start"].tolist(),
        "occurred_to": [end + dt.timedelta(days=1) for end in ends],
        "precision": ["span"] * len(rows),
        "public_from": [dt.date(version + 1, 1, 1) for version in versions],
        "public_from_basis": ["source"] * len(rows),
    })  # fmt: skip


def _repeated(rows: pd.DataFrame) -> Iterator[Reject]:
    for row in rows[rows.duplicated(["given", "year"])].itertuples():
        text = f"{row.given}, {row.year}"
        yield reject(str(row.locator), "duplicate", "this row is given twice.", text)
