"""Dyad-years of militarised disputes, as two publishers lay them out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.sources._context import Frame, States, numbers_of
from comity.sources._dyads import MISSING, frames_of, joined, sides_of, year_batches

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from comity.core.records import Batch, Reject
    from comity.sources._spec import SourceSpec

__all__ = ["Columns", "disputes_of"]


@dataclass(frozen=True)
class Columns:
    """What a layout calls the cells of a dispute.

    Parameters
    ----------
    sides, hostility, fatality : tuple of str
        Columns of the first and the second state.
    number : str
        Column of the dispute's number.
    onset : str
        Column that is 1 in the first year, or, if `onset_year`, the year of the start.
    onset_year : bool
        Whether `onset` is a year.
    """

    sides: tuple[str, str]
    hostility: tuple[str, str]
    fatality: tuple[str, str]
    number: str
    onset: str
    onset_year: bool = False


_KINDS = {
    "state_a": str, "state_b": str, "dispute_ref": str, "year": int, "onset": bool,
    "hostility": int, "hostility_a": int, "hostility_b": int, "fatality": int,
    "fatality_a": int, "fatality_b": int,
}  # fmt: skip


def disputes_of(
    path: Path, spec: SourceSpec, columns: Mapping[str, Columns]
) -> Iterator[Batch | Reject]:
    """Yield one row per dispute, dyad and year; both orders of a dyad are joined.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``spec.layouts``, or a folder.
    spec : SourceSpec
        The declaration.
    columns : mapping of str to Columns
        By the name of the layout.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states = States()
    parts: list[pd.DataFrame] = []
    for frame, layout in frames_of(path, spec):
        parts.append(_rows(frame, columns[layout.name], states))
        yield from frame.rejects
    keys = ("state_a", "state_b", "dispute_ref", "year")
    values = ("onset", "hostility_a", "hostility_b", "fatality_a", "fatality_b")
    rows, repeated = joined(parts, keys, dict.fromkeys(values, "max"), also=("dispute_ref",))
    yield from repeated
    if rows.empty:
        return
    rows["hostility"] = rows[["hostility_a", "hostility_b"]].max(axis=1)
    # One side's unknown losses leave those of the dyad unknown.
    rows["fatality"] = rows[["fatality_a", "fatality_b"]].max(axis=1, skipna=False)
    yield from year_batches("disputes", rows, _KINDS, lambda year: dt.date(year + 1, 1, 1))


def _rows(frame: Frame, columns: Columns, states: States) -> pd.DataFrame:
    sides = sides_of(frame, columns.sides, states)
    numbers = numbers_of(frame.data[columns.number])
    frame.drop(
        ~(numbers > 0),
        "bad_value",
        lambda row: f"{frame.cell(columns.number, row)!r} is not the number of a dispute.",
    )
    hostility = _levels(frame, columns.hostility, 1, 5)
    fatality = _levels(frame, columns.fatality, 0, 6)
    onset = numbers_of(frame.data[columns.onset])
    if columns.onset_year:
        begins = np.array([year or 0 for year in sides.years], dtype=float)
        frame.drop(
            ~(onset <= begins),
            "bad_value",
            lambda row: f"{frame.cell(columns.onset, row)!r} is not a year before this row's.",
        )
        began = onset == begins
    else:
        frame.drop(
            ~np.isin(onset, (0.0, 1.0)),
            "bad_value",
            lambda row: f"onset is {frame.cell(columns.onset, row)!r}, neither 0 nor 1.",
        )
        began = onset == 1.0
    refs = np.array([f"{number:.0f}" for number in numbers], dtype=object)
    return sides.rows(
        {"dispute_ref": refs, "onset": began, "hostility": hostility, "fatality": fatality}
    )


def _levels(frame: Frame, names: tuple[str, str], low: int, high: int) -> tuple[Any, Any]:
    """Return the levels of both sides, NaN where the publisher has none."""
    found = []
    for name in names:
        levels = numbers_of(frame.data[name])
        good = (levels >= low) & (levels <= high) & (levels == np.floor(levels))
        frame.drop(
            ~(good | (levels == MISSING)),
            "bad_value",
            lambda row, name=name: (
                f"{name} is {frame.cell(name, row)!r}; expected {low} to {high}, or -9."
            ),  # type: ignore[misc]
        )
        found.append(np.where(good, levels, np.nan))
    return found[0], found[1]
