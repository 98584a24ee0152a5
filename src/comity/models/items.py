"""From a panel of indicators to items on a monthly grid."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import numpy as np

from comity.core.errors import ModelError
from comity.core.period import month_of, month_range
from comity.models._protocol import READINGS, Item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from comity.indicators.panel import IndicatorSeries, Panel

__all__ = ["fingerprint", "grid", "items_from_panel", "transformed"]


def grid(panel: Panel, first: dt.date) -> tuple[str, ...]:
    """Return the months from `first`, or the first observation if later, to the as-of date.

    Raises
    ------
    ModelError
        If no indicator that informs a reading has an observation.
    """
    starts = [
        observation.start
        for series in panel.series
        if series.definition.reads in READINGS
        for observation in series.observations
    ]
    if not starts:
        msg = (
            f"no indicator of {panel.dyad} can be measured as of {panel.as_of}; "
            "`comity sources` lists what can be collected."
        )
        raise ModelError(msg)
    return tuple(month_range(max(first, min(starts)), panel.as_of))


def items_from_panel(
    panel: Panel, months: tuple[str, ...], weights: Mapping[str, float] | None = None
) -> list[Item]:
    """Return the items that inform a reading; context indicators never do.

    The weight of an indicator, declared or given in `weights`, is shared by its directions; an
    indicator of weight 0 is left out.
    """
    given = weights or {}
    items = []
    for series in panel.series:
        definition = series.definition
        if definition.reads not in READINGS or not series.observations:
            continue
        directions = sum(1 for each in panel.of(definition.id) if each.observations)
        values, sd, span = _on_grid(series, months)
        weight = given.get(definition.id, definition.declared_weight)
        if not np.isfinite(values).any() or weight <= 0:
            continue
        items.append(
            Item(
                name=series.id,
                reads=definition.reads,
                polarity=definition.polarity,
                weight=weight / directions,
                values=values,
                sd=sd,
                span=span,
                kind=series.kind,
                comparable=series.comparable,
            )
        )
    return items


def fingerprint(items: Sequence[Item], count: int) -> str:
    """Return a short hash of what the items say in the first months of their grid.

    The same on every machine, from either state's side, and whatever came later: values count to
    nine digits and without the sign of balances, names do not count.

    Parameters
    ----------
    items : sequence of Item
        In any order.
    count : int
        Months that count.
    """
    told = []
    for item in items:
        values = item.values[:count]
        seen = np.flatnonzero(np.isfinite(values))
        if not len(seen):
            continue
        size = np.abs(values) if item.reads == "asymmetry" else values
        cells = [f"{at}:{size[at]:.9g}:{item.sd[at]:.9g}:{item.span[at]}" for at in seen.tolist()]
        head = f"{item.reads} {item.polarity} {item.weight:.9g} {item.kind}"
        told.append(f"{head} {' '.join(cells)}")
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:16]


def transformed(value: float, sd: float | None, how: str) -> tuple[float, float]:
    """Return a value and its standard deviation on the declared scale (delta method).

    Examples
    --------
    >>> transformed(0.0, 1.0, "log1p")
    (0.0, 1.0)
    """
    spread = float("nan") if sd is None else sd
    match how:
        case "log1p":
            return float(np.log1p(value)), spread / (1.0 + value)
        case "sqrt":
            return float(np.sqrt(value)), spread / (2.0 * max(float(np.sqrt(value)), 0.5))
        case "logit":
            share = min(max(value, 0.01), 0.99)
            return float(np.log(share / (1 - share))), spread / (share * (1 - share))
    return value, spread


def _settled(value: float) -> float:
    """Return a number without its last bits: a parallel sum gives these in no fixed order."""
    return float(f"{value:.12g}")


def _on_grid(
    series: IndicatorSeries, months: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    size = len(months)
    origin = int(months[0][:4]) * 12 + int(months[0][5:]) - 1
    values, sd = np.full(size, np.nan), np.full(size, np.nan)
    span = np.ones(size, dtype=np.int64)
    for observation in series.observations:
        last = month_of(observation.end - dt.timedelta(days=1)) - origin
        first = month_of(observation.start) - origin
        place = min(last, size - 1)  # a period that is still running stands at the as-of month
        if place < 0 or first >= size:
            continue
        value, spread = transformed(observation.value, observation.sd, series.transform)
        values[place], sd[place] = _settled(value), _settled(spread)
        span[place] = place - max(first, 0) + 1
    return values, sd, span
