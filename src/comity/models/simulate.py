"""Worlds with a known truth, to test estimators on and to show in the documentation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.period import add_months, month_range
from comity.models._protocol import Delivery, Item, Reading

__all__ = [
    "SimulatedItems",
    "SimulatedPanel",
    "simulate_deliveries",
    "simulate_items",
    "simulate_panel",
    "simulate_phases",
]

Array = NDArray[np.float64]


class SimulatedPanel(NamedTuple):
    """One dyad's panel: true level, dims (time,), and values with gaps, dims (time, item)."""

    level: Array
    values: Array


class SimulatedItems(NamedTuple):
    """Items of one reading with its true level, dims (time,)."""

    months: tuple[str, ...]
    level: Array
    items: tuple[Item, ...]


def simulate_panel(  # noqa: PLR0913 -- every way in which a world can be unlike the model
    seed: int,
    *,
    months: int = 420,
    items: int = 15,
    rho: float = 0.0,
    missing: Literal["random", "informative"] = "random",
    shift: float = 0.8,
    tails: float | None = None,
    loadings: tuple[float, float] = (0.4, 1.3),
) -> SimulatedPanel:
    """Simulate items that all see one random walk with an abrupt shift.

    Parameters
    ----------
    seed : int
        Seed.
    months, items : int, optional
        Size of the panel.
    rho : float, optional
        Autocorrelation of each item's noise from month to month.
    missing : str, optional
        ``random`` drops 30 % of the values; ``informative`` drops them the likelier the higher the
        level. Every fourth item starts late in both.
    shift : float, optional
        Size of the shift at three fifths of the window. [steps are 0.12 a month]
    tails : float, optional
        Degrees of freedom of the noise; normal without.
    loadings : tuple of float, optional
        Range of the items' loadings; below zero an item speaks against its declared polarity.
    """
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(0.0, 0.12, months))
    level += np.where(np.arange(months) > 0.6 * months, shift, 0.0)
    level = (level - level.mean()) / level.std()
    loading = rng.uniform(*loadings, items)
    size = rng.uniform(0.6, 1.6, items)
    noise = _noise(rng, (months, items), rho, tails)
    values = rng.normal(0.0, 0.5, items) + np.outer(level, loading) + noise * size
    chance = 0.3 if missing == "random" else 1.0 / (1.0 + np.exp(1.0 - 1.2 * level[:, None]))
    values[rng.random((months, items)) < chance] = np.nan
    for item in range(0, items, 4):
        values[: rng.integers(months // 20, months // 3), item] = np.nan
    return SimulatedPanel(level, values)


def simulate_items(  # noqa: PLR0913 -- every way in which a world can be unlike the model
    seed: int,
    *,
    reads: Reading = "cohesion",
    start: dt.date = dt.date(1995, 1, 1),
    months: int = 360,
    monthly: int = 4,
    yearly: int = 3,
    own: float = 0.3,
    rho: float = 0.0,
    missing: Literal["random", "informative"] = "random",
    shift: float = 0.0,
    tails: float | None = None,
    loadings: tuple[float, float] = (1.0, 1.0),
) -> SimulatedItems:
    """Simulate the items of one reading of one dyad: monthly and yearly, each with its own drift.

    Parameters
    ----------
    seed : int
        Seed.
    reads : Reading, optional
        The reading that all inform.
    start : datetime.date, optional
        First month.
    months : int, optional
        Length.
    monthly, yearly : int, optional
        Items of either cadence.
    own : float, optional
        Size of each item's own drift against the common level.
    rho : float, optional
        Autocorrelation of the noise from value to value.
    missing : str, optional
        ``random`` drops 20 % of the monthly values; ``informative`` drops values of both cadences
        the likelier the higher the level.
    shift : float, optional
        Abrupt shift of the level at three fifths of the window. [steps are 0.1 a month]
    tails : float, optional
        Degrees of freedom of the noise; normal without.
    loadings : tuple of float, optional
        Range of what an item sees of the level; the declared weights stay equal.
    """
    rng = np.random.default_rng(seed)
    grid = tuple(month_range(start, add_months(start, months - 1)))
    level = np.cumsum(rng.normal(0.0, 0.1, months))
    level += np.where(np.arange(months) >= 0.6 * months, shift, 0.0)
    high = (level - level.mean()) / level.std()
    drop = np.full(months, 0.2) if missing == "random" else 1.0 / (1.0 + np.exp(1.0 - 1.2 * high))
    ends = np.arange(11, months, 12)
    items = []
    for index in range(monthly + yearly):
        loading = rng.uniform(*loadings)
        path = loading * level + own * np.cumsum(rng.normal(0.0, 0.1, months))
        span = np.ones(months, dtype=np.int64)
        if index < monthly:
            values = path + 0.6 * _noise(rng, (months, 1), rho, tails)[:, 0]
            values[rng.random(months) < drop] = np.nan
        else:
            means = np.array([path[at - 11 : at + 1].mean() for at in ends])
            means += 0.2 * _noise(rng, (len(ends), 1), rho, tails)[:, 0]
            if missing == "informative":
                means[rng.random(len(ends)) < drop[ends]] = np.nan
            values = np.full(months, np.nan)
            values[ends] = means
            span[ends] = 12
        items.append(
            Item(
                name=f"item-{index:02d}",
                reads=reads,
                polarity=1,
                weight=1.0,
                values=values,
                sd=np.full(months, np.nan),
                span=span,
            )
        )
    return SimulatedItems(grid, level, tuple(items))


def simulate_phases(
    seed: int,
    boundaries: Sequence[int],
    *,
    months: int = 300,
    items: int = 12,
    size: float = 1.5,
    rho: float = 0.0,
    start: dt.date = dt.date(2000, 1, 1),
) -> SimulatedItems:
    """Simulate items whose means shift at known months and hold between them.

    Parameters
    ----------
    seed : int
        Seed.
    boundaries : sequence of int
        Index of the first month of each new phase.
    months, items : int, optional
        Size.
    size : float, optional
        Standard deviation of an item's shift. [noise standard deviations]
    rho : float, optional
        Autocorrelation of the noise from month to month.
    start : datetime.date, optional
        First month.
    """
    rng = np.random.default_rng(seed)
    grid = tuple(month_range(start, add_months(start, months - 1)))
    phase = np.searchsorted(np.asarray(boundaries), np.arange(months), side="right")
    means = np.cumsum(rng.normal(0.0, size, (len(boundaries) + 1, items)), axis=0)
    values = means[phase] + _noise(rng, (months, items), rho, None)
    values[rng.random(values.shape) < 0.2] = np.nan
    made = tuple(
        Item(
            name=f"item-{index:02d}",
            reads="cohesion",
            polarity=1,
            weight=1.0,
            values=column,
            sd=np.full(months, np.nan),
            span=np.ones(months, dtype=np.int64),
        )
        for index, column in enumerate(values.T)
    )
    return SimulatedItems(grid, phase.astype(float), made)


def simulate_deliveries(
    seed: int,
    flip: dt.date,
    *,
    back: dt.date | None = None,
    start: dt.date = dt.date(2000, 1, 1),
    end: dt.date = dt.date(2025, 1, 1),
    a_year: float = 3.0,
    flow_class: str = "major_arms",
) -> tuple[Delivery, ...]:
    """Simulate deliveries from a to b that turn round at a known date, and perhaps back.

    Parameters
    ----------
    seed : int
        Seed.
    flip : datetime.date
        Before it a supplies b, from then on b supplies a, twice as much.
    back : datetime.date, optional
        From then on a supplies b again, as much as b did.
    start, end : datetime.date, optional
        Half-open span of the history.
    a_year : float, optional
        Mean number of deliveries a year before the flip.
    flow_class : str, optional
        Name of the class.
    """
    rng = np.random.default_rng(seed)
    made: list[Delivery] = []
    day = start
    while day < end:
        after = day >= flip
        wait = rng.exponential(365.0 / (a_year * (2.0 if after else 1.0)))
        following = day + dt.timedelta(days=1 + int(wait))
        turns = [turn for turn in (flip, back) if turn and day < turn <= following]
        day = turns[0] if turns else following
        if day >= end:
            break
        known_to = int(rng.choice([1, 31, 365]))
        first = day - dt.timedelta(days=int(rng.integers(0, known_to)))
        made.append(
            Delivery(
                record=f"delivery-{len(made):03d}",
                flow_class=flow_class,
                sign=-1 if flip <= day and (back is None or day < back) else 1,
                start=first,
                end=first + dt.timedelta(days=known_to),
                size=float(rng.lognormal(0.0, 0.5)),
                p_real=float(rng.uniform(0.7, 1.0)),
            )
        )
    return tuple(made)


def _noise(
    rng: np.random.Generator, shape: tuple[int, int], rho: float, tails: float | None
) -> Array:
    noise = rng.standard_normal(shape)
    if tails is not None:
        noise = rng.standard_t(tails, shape) / np.sqrt(tails / (tails - 2.0))
    for t in range(1, shape[0]):
        noise[t] = rho * noise[t - 1] + np.sqrt(1.0 - rho**2) * noise[t]
    return noise
