"""Periods and states of the reference panel, and records placed on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.core.actor import Actors

__all__ = ["Grid", "PanelPeriod", "period_texts"]

Array = NDArray[np.float64]
PanelPeriod = Literal["year", "month"]


def period_texts(first: int, last: int, by: PanelPeriod) -> tuple[str, ...]:
    """Return the periods of the years from first to last.

    Examples
    --------
    >>> period_texts(1990, 1992, "year")
    ('1990', '1991', '1992')
    """
    years = range(first, last + 1)
    if by == "year":
        return tuple(str(year) for year in years)
    return tuple(f"{year}-{month:02}" for year in years for month in range(1, 13))


@dataclass(frozen=True)
class Grid:
    """Where a record lies in the arrays of the panel.

    A record of a whole year stands in the last month of it: then it was known at the earliest.

    Parameters
    ----------
    states : tuple of str
        ISO3 codes.
    periods : tuple of str
        ``YYYY`` or ``YYYY-MM``.
    """

    states: tuple[str, ...]
    periods: tuple[str, ...]

    @property
    def place(self) -> dict[str, int]:
        """Index of each state."""
        return {state: i for i, state in enumerate(self.states)}

    @property
    def is_monthly(self) -> bool:
        """The periods are months."""
        return len(self.periods[0]) > 4

    def when(self, period: str | int) -> int | None:
        """Return the index of a period; a year is looked up by its last month if need be."""
        text = str(period)
        if self.is_monthly and len(text) == 4:
            text = f"{text}-12"
        elif not self.is_monthly:
            text = text[:4]
        first = self.periods[0]
        at = int(text[:4]) - int(first[:4])
        if self.is_monthly:
            at = 12 * at + int(text[5:7]) - int(first[5:7])
        return at if 0 <= at < len(self.periods) else None

    def directed(self, rows: Sequence[tuple[Any, ...]]) -> Array:
        """Return rows (a, b, period, value) as dims (time, a, b); NaN where there is none."""
        place = self.place
        out = np.full((len(self.periods), len(place), len(place)), np.nan)
        for a, b, period, value in rows:
            at = self.when(period)
            if at is not None and a in place and b in place and a != b and value is not None:
                out[at, place[a], place[b]] = value
        return out

    def symmetric(self, rows: Sequence[tuple[Any, ...]]) -> Array:
        """Return rows (a, b, period, value) given one way or both as dims (time, state, state)."""
        one_way = self.directed(rows)
        return np.where(np.isfinite(one_way), one_way, one_way.transpose(0, 2, 1))

    def exists(self, actors: Actors) -> NDArray[np.bool_]:
        """Return whether each state existed at the end of each period, dims (time, state)."""
        days = [_last_day(period) for period in self.periods]
        return np.array(
            [[actors.states[s].existed_on(day) if s in actors.states else True for s in self.states]
             for day in days]
        )  # fmt: skip


def _last_day(period: str) -> dt.date:
    year, month = int(period[:4]), int(period[5:7] or 12)
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
