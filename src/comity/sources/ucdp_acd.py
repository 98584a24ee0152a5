"""Armed conflicts that involve a government, year by year (UCDP/PRIO)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import NOT_A_STATE, Frame, Seen, States, days_of, numbers_of
from comity.sources._dyads import BEFORE_OUR_STATES, frames_of, whole_years, year_batches
from comity.sources._remote import RemoteFile, Site
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "parse"]

_CSV = Layout(
    "UCDP/PRIO conflict years",
    "ucdp*prio*.csv",
    ("conflict_id", "location", "side_a", "side_a_2nd", "side_b", "side_b_2nd", "incompatibility",
     "year", "intensity_level", "type_of_conflict", "start_date", "gwno_a", "gwno_a_2nd", "gwno_b",
     "gwno_b_2nd"),
    "ucdp.uu.se/downloads, CSV in ucdp-prio-acd-261-csv.zip: one row per conflict and year, several"
    " governments of one side in one cell (365, 369).",
)  # fmt: skip
_PACKAGE = Layout(
    "peacesciencer package",
    "ucdp_acd.rda",
    ("conflict_id", "year", "gwno_a", "gwno_a_2nd", "gwno_b", "gwno_b_2nd", "incompatibility",
     "intensity_level", "type_of_conflict", "start_date"),
    "R package peacesciencer, ucdp_acd.rda: one row per conflict, year and combination of"
    " governments; without the names of the sides.",
)  # fmt: skip

SPEC = SourceSpec(
    name="ucdp_acd",
    title="UCDP/PRIO Armed Conflict Dataset",
    publisher="Uppsala Conflict Data Program and Peace Research Institute Oslo (PRIO)",
    url="https://ucdp.uu.se/downloads/",
    licence="CC BY 4.0",
    redistribution="attribution",
    citation="ucdp_acd",
    cadence="Y",
    coverage="1946/",
    reliability="A",
    tables=("armed_conflicts",),
    layouts=(_CSV, _PACKAGE),
    out_of_scope=(NOT_A_STATE, BEFORE_OUR_STATES),
    notes="A conflict-year has at least 25 battle-related deaths (minor) or 1,000 (war) and a"
    " government on at least one side; a year without a row had fewer, which is not peace. The"
    " first side is the government in conflicts inside a state; in conflicts between states it is"
    " an order, not a verdict on who began. States without armed forces of their own in it are not"
    " named: sending arms is no support here. Support (side_a_2nd, side_b_2nd) is troops on the"
    " ground. Internationalised means that another government sent some. Start date is that of the"
    " first death in the conflict, often years before the row. Rows give no day and count as known"
    " from 1 January of the next year, though the release of a year appears in its summer. The R"
    " package spreads one conflict-year over many rows, which are joined; it has no names of sides"
    " and no location. The number 345 is Serbia to this day; Hyderabad (751) is not in our table"
    " and set aside as not_a_state.",
)

_INCOMPATIBILITY = {"1": "territory", "2": "government", "3": "both"}
_INTENSITY = {"1": "minor", "2": "war"}
_KIND = {"1": "extrasystemic", "2": "interstate", "3": "intrastate", "4": "internationalised"}
_PACKAGE_KIND = {"II": "internationalised"}
_GOVERNMENTS = {
    "states_a": "gwno_a", "states_b": "gwno_b", "support_a": "gwno_a_2nd",
    "support_b": "gwno_b_2nd",
}  # fmt: skip
_SERBIA = "345"  # the publisher's number of Serbia, which Gleditsch and Ward number 340 since 2006
_NOT_OURS = frozenset({"751"})  # Hyderabad, 1947-1948
_KINDS: dict[str, Callable[[Any], Any]] = {
    "conflict_ref": str, "year": int, "location": str, "side_a": str, "side_b": str,
    "states_a": str, "states_b": str, "support_a": str, "support_b": str, "incompatibility": str,
    "intensity": str, "kind": str, "start_date": lambda day: day,
}  # fmt: skip


def expected(_site: Site, _since: dt.date, _until: dt.date) -> Iterator[RemoteFile]:
    """Yield the latest yearly release; it holds all years."""
    name = "ucdp-prio-acd-261-csv.zip"
    yield RemoteFile(name, f"https://ucdp.uu.se/downloads/ucdpprio/{name}")


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per conflict and year; all rows are held in memory (some thousands).

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
        if layout is _CSV:
            keys = frame.data[["conflict_id", "year"]]
            frame.drop_repeated(keys, seen, "this conflict is given twice in one year.")
        parts.append(_rows(frame, states))
        yield from frame.rejects
    rows = pd.concat(parts, ignore_index=True)
    if rows.empty:
        return
    how = {name: "first" for name in (*_KINDS, "locator") if name not in _GOVERNMENTS}
    how = {name: way for name, way in how.items() if name not in ("conflict_ref", "year")}
    joined = rows.groupby(["conflict_ref", "year"], sort=True, as_index=False).agg(
        {**how, **dict.fromkeys(_GOVERNMENTS, _united)}
    )
    yield from year_batches("armed_conflicts", joined, _KINDS, lambda year: dt.date(year + 1, 1, 1))


def _united(lists: Any) -> str | None:
    """Return the states of several rows, each once, joined by ``;``."""
    return ";".join(sorted({state for each in lists for state in each})) or None


def _rows(frame: Frame, states: States) -> pd.DataFrame:
    years = whole_years(frame, "year")
    refs = _numbers_as_text(frame.data["conflict_id"])
    frame.drop(pd.isna(refs), "missing_value", "the conflict has no number.")
    governments = {
        ours: _states_in(frame, theirs, years, states) for ours, theirs in _GOVERNMENTS.items()
    }
    columns = {
        "conflict_ref": refs,
        "year": np.array([year or 0 for year in years]),
        **{name: _text(frame, name) for name in ("location", "side_a", "side_b")},
        **governments,
        "incompatibility": _coded(frame, "incompatibility", _INCOMPATIBILITY),
        "intensity": _coded(frame, "intensity_level", _INTENSITY),
        "kind": _coded(frame, "type_of_conflict", _KIND),
        "start_date": _start(frame),
        "locator": np.array(frame.locators, dtype=object),
    }
    kept = {name: np.asarray(values, dtype=object)[frame.keep] for name, values in columns.items()}
    return pd.DataFrame(kept)


def _states_in(frame: Frame, column: str, years: list[int | None], states: States) -> Any:
    """Return a tuple of states for each cell with Gleditsch-Ward numbers, empty for an empty one.

    A row with a number that is no state of that year is dropped.
    """
    found = np.empty(len(frame.data), dtype=object)
    for row, cell in enumerate(frame.data[column]):
        named: list[str] = []
        for number in _parts(cell):
            state = states.in_year([number], [years[row]], "gw")[0]
            if state is None and number == _SERBIA:
                state = states.in_year([number], [years[row]], "cow")[0]
            if state is None:
                mask = np.arange(len(found)) == row
                code = NOT_A_STATE if number in _NOT_OURS else "unknown_state"
                frame.drop(
                    mask, code, f"{column} {number} is no state of our table in {years[row]}."
                )
            else:
                named.append(state)
        found[row] = tuple(named)
    return found


def _parts(cell: Any) -> list[str]:
    if cell is None or cell != cell:  # noqa: PLR0124 -- NaN
        return []
    text = f"{cell:.0f}" if isinstance(cell, float) else str(cell)
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]


def _numbers_as_text(values: Any) -> Any:
    numbers = numbers_of(values)
    return np.array([f"{n:.0f}" if n >= 0 else None for n in numbers], dtype=object)


def _text(frame: Frame, column: str) -> Any:
    if column not in frame.data:
        return np.full(len(frame.data), None, dtype=object)
    return np.array([str(cell).strip() or None for cell in frame.data[column]], dtype=object)


def _coded(frame: Frame, column: str, codes: dict[str, str]) -> Any:
    """Return what a code means; a word of the package stands for itself."""
    words = {**codes, **{word: word for word in codes.values()}, **_PACKAGE_KIND}
    texts = [_parts(cell)[0] if _parts(cell) else "" for cell in frame.data[column]]
    found = np.array([words.get(text) for text in texts], dtype=object)
    frame.drop(
        pd.isna(found),
        "bad_value",
        lambda row: f"{column} is {frame.cell(column, row)!r}, none of {', '.join(codes)}.",
    )
    return found


def _start(frame: Frame) -> Any:
    days = days_of(frame.data["start_date"])
    given = [cell is not None and str(cell) not in ("", "NaT") for cell in frame.data["start_date"]]
    frame.drop(
        pd.isna(days) & np.array(given, dtype=bool),
        "bad_date",
        lambda row: f"start_date is no day: {frame.cell('start_date', row)!r}.",
    )
    return days
