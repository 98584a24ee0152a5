"""What can be said about an indicator itself: unusual, fresh, agreed upon, diagnostic or not."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from comity.core.opportunities import diagnosticity as of_tests
from comity.core.period import add_months

if TYPE_CHECKING:
    from comity.core.framework import DiscriminatingTest
    from comity.indicators.definition import IndicatorDefinition
    from comity.indicators.panel import IndicatorSeries, Panel

__all__ = [
    "Disagreement",
    "Flag",
    "diagnosticity",
    "disagreements",
    "flag",
    "is_stale",
    "next_expected",
    "own_scale",
    "z_own",
]

Flag = Literal["high", "low", ""]

_ENOUGH = 8
_UNUSUAL = 2.0
# Months from one release to the next; an event-driven indicator has no next release.
_CADENCE = {"D": 1, "M": 1, "Q": 3, "H": 6, "Y": 12, "S": 12, "E": 0}
_EVENT_DRIVEN_STALE = 36


@dataclass(frozen=True)
class Disagreement:
    """How far two measures of one indicator tell the same story.

    Parameters
    ----------
    indicator : str
        Id with direction.
    used, other : str
        Tables of the two measures.
    periods : int
        Years that both cover.
    correlation : float
        Rank correlation of yearly means. [1]
    """

    indicator: str
    used: str
    other: str
    periods: int
    correlation: float


def z_own(series: IndicatorSeries) -> float | None:
    """Return how unusual the latest value is in the series' own history, robustly.

    The median and the median absolute deviation of all earlier values are taken, the latter not
    below half their standard deviation.

    Returns
    -------
    float or None
        [standard deviations]; None with fewer than 8 observations or without any variation.
    """
    values = [item.value for item in series.observations]
    scale = own_scale(values[:-1])
    return (values[-1] - scale[0]) / scale[1] if scale is not None else None


def own_scale(past: Sequence[float]) -> tuple[float, float] | None:
    """Return centre and spread of past values, robustly: what `z_own` measures against.

    Returns
    -------
    (float, float) or None
        In the unit of the values; None with fewer than 7 values or without any variation.
    """
    if len(past) < _ENOUGH - 1:
        return None
    centre = statistics.median(past)
    gaps = [abs(value - centre) for value in past]
    # a series that hardly ever moves has no spread worth the name: half its standard deviation is
    # the least that is taken, or the first change would count dozens of deviations
    scale = max(1.4826 * statistics.median(gaps), 0.5 * statistics.pstdev(past))
    return (centre, scale) if scale > 0 else None


def flag(series: IndicatorSeries) -> Flag:
    """Return ``high`` or ``low`` if the latest value is 2 or more deviations off, else nothing."""
    z = z_own(series)
    if z is None or abs(z) < _UNUSUAL:
        return ""
    return "high" if z > 0 else "low"


def is_stale(series: IndicatorSeries, as_of: dt.date) -> bool:
    """Say whether the latest observation is older than two releases and the publication lag.

    A coded state holds until it changes and an event-driven one has no release to miss: these are
    stale only if nothing was observed for three years.
    """
    if not series.observations:
        return True
    definition = series.definition
    cadence = _CADENCE[definition.cadence]
    months = max(cadence, series.months) * 2 if cadence else _EVENT_DRIVEN_STALE
    due = add_months(series.observations[-1].end, months)
    return as_of > due + dt.timedelta(days=definition.publication_lag_days + 31)


def next_expected(series: IndicatorSeries) -> dt.date | None:
    """Return when the next observation should be public; None for event-driven indicators."""
    cadence = _CADENCE[series.definition.cadence]
    if not cadence or not series.observations:
        return None
    end = add_months(series.observations[-1].end, max(cadence, series.months))
    return end + dt.timedelta(days=series.definition.publication_lag_days)


def diagnosticity(
    definition: IndicatorDefinition, tests: Mapping[str, DiscriminatingTest]
) -> float | None:
    """Return how far the hypotheses differ in what they expect of an indicator [score].

    The largest among the tests that read it; None if none does: then it is context.
    """
    found = of_tests(tests)
    read = [found[name] for name, test in tests.items() if definition.id in test.indicators]
    return max(read, default=None)


def disagreements(panel: Panel, *, least: int = 5) -> tuple[Disagreement, ...]:
    """Return how the measures of one indicator compare, over the years that both cover.

    Parameters
    ----------
    panel : Panel
        With its alternates.
    least : int
        Fewest common years; pairs with fewer are left out.
    """
    used = {series.id: series for series in panel.series}
    found = []
    for other in panel.alternates:
        series = used.get(other.id)
        if series is None:
            continue
        mine, theirs = _yearly(series), _yearly(other)
        years = sorted(set(mine) & set(theirs))
        if len(years) < least:
            continue
        correlation = _rank_correlation([mine[y] for y in years], [theirs[y] for y in years])
        if correlation is not None:
            found.append(
                Disagreement(series.id, series.table, other.table, len(years), correlation)
            )
    return tuple(found)


def _yearly(series: IndicatorSeries) -> dict[int, float]:
    values: dict[int, list[float]] = {}
    for item in series.observations:
        values.setdefault(item.start.year, []).append(item.value)
    return {year: statistics.fmean(items) for year, items in values.items()}


def _rank_correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    if len(set(x)) < 2 or len(set(y)) < 2:
        return None
    return statistics.correlation(_ranks(x), _ranks(y))


def _ranks(values: Sequence[float]) -> list[float]:
    """Return ranks; equal values share the mean of theirs."""
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) - 1) / 2 for value in values]
