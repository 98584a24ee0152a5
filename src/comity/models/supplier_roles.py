"""Who supplies whom, per flow class, and when that turned round.

Every draw decides for each delivery whether it happened, on which day of its span and how large it
was; past deliveries fade with a half-life, so that the balance is about the role of the day and not
about the sum of history. Flips, their ends and lapses are dated in each draw and then gathered over
the draws.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError, UsageError
from comity.core.period import Period, month_of, month_text
from comity.models._protocol import Delivery, Flip, FlipEnd, Lapse, RolePath

__all__ = ["ARMS", "RolePriors", "role_balance"]

Array = NDArray[np.float64]
Side = Literal["a", "b"]

#: Flow classes that the aggregate role ``arms`` adds up, with their weights. [typical deliveries]
ARMS: Mapping[str, Mapping[str, float]] = {
    "arms": {"major_arms": 1.0, "uav_missiles": 1.0, "munitions": 1.0}
}


@dataclass(frozen=True)
class RolePriors:
    """What is declared before the deliveries are seen.

    Parameters
    ----------
    size_sd : float
        Standard deviation of the log of a delivery's size around what is recorded. [log]
    unseen : float
        Mean of the supply that both sides may have given unseen, relative to the class's typical
        delivery; keeps a lone delivery from being an absolute role.
    floor : float
        Faded supply of one side below which it has no role, relative to the typical delivery.
    hold : int
        Months that a new supplier must stay the main one before it counts as a flip. [months]
    min_probability : float
        Share of the draws below which a flip or lapse is not reported, and an end not dated.
    reach : int
        Draws whose dates lie within so many months of each other tell of the same flip. [months]
    """

    size_sd: float = 0.3
    unseen: float = 0.05
    floor: float = 0.1
    hold: int = 6
    min_probability: float = 0.2
    reach: int = 24


_DEFAULT = RolePriors()


def role_balance(
    deliveries: Sequence[Delivery],
    months: Sequence[str],
    *,
    seed: int,
    draws: int = 1000,
    half_life: float = 24.0,
    aggregates: Mapping[str, Mapping[str, float]] = ARMS,
    prior: RolePriors = _DEFAULT,
) -> dict[str, RolePath]:
    """Return who supplies whom over time, per flow class and per aggregate of classes.

    Assumes that deliveries are independent given their grades. Months at the end of the grid in
    which nothing is recorded count as no supply; a source that ends early must end the grid.

    Parameters
    ----------
    deliveries : sequence of Delivery
        All that is known, in any order. Those after the last month are not used; those before the
        first month have faded by it.
    months : sequence of str
        Consecutive months ``YYYY-MM``.
    seed : int
        Seed of the draws.
    draws : int, optional
        Number of draws.
    half_life : float, optional
        After so many months a delivery weighs half. [months]
    aggregates : mapping, optional
        Name of an aggregate to the weights of its classes. Sizes are taken relative to the typical
        delivery of their class, since classes have different units.
    prior : RolePriors, optional
        Declared before the deliveries are seen.

    Returns
    -------
    dict of str to RolePath
        By flow class, then by aggregate that has deliveries in any of its classes.

    Raises
    ------
    UsageError
        If the months are not consecutive or the half-life is not positive.
    ModelError
        If a delivery has a sign, size or probability that cannot be meant.
    """
    first = _check(deliveries, months, half_life)
    # an order that does not know which side is a: exchanging a and b must mirror every draw
    ordered = sorted(deliveries, key=lambda d: (d.flow_class, d.record, d.start, d.end, d.size))
    sampled = _sample(ordered, first, draws, np.random.default_rng(seed), prior)
    clock = _Clock(first, len(months), half_life)
    classes = sorted({d.flow_class for d in ordered})
    typical = {c: float(np.mean([d.size for d in ordered if d.flow_class == c])) for c in classes}
    wanted = {c: {c: 1.0} for c in classes}
    wanted |= {k: dict(v) for k, v in aggregates.items() if v.keys() & set(classes)}
    out = {}
    for name, weights in wanted.items():
        scale = np.array([weights.get(d.flow_class, 0.0) / typical[d.flow_class] for d in ordered])
        chosen = np.flatnonzero(scale > 0)
        given = _faded(ordered, sampled, scale, chosen, clock)
        records = tuple(dict.fromkeys(ordered[i].record for i in chosen))
        out[name] = _path(name, months, records, given, sampled.unseen, prior)
    return out


class _Sampled(NamedTuple):
    """What each draw takes for true: sizes (0 if it did not happen) and months from the first."""

    size: Array  # dims (draw, delivery)
    month: NDArray[np.int64]  # dims (draw, delivery)
    unseen: Array  # dims (draw,)


class _Clock(NamedTuple):
    first: int
    time: int
    half_life: float


def _check(deliveries: Sequence[Delivery], months: Sequence[str], half_life: float) -> int:
    if not months or half_life <= 0:
        msg = f"roles need at least one month and a positive half-life, got {half_life:g} months."
        raise UsageError(msg)
    numbers = [month_of(Period.parse(month).start) for month in months]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        msg = f"months must be consecutive, got {months[0]} to {months[-1]} with gaps; fill them."
        raise UsageError(msg)
    for d in deliveries:
        fine = d.sign in (-1, 1) and d.end > d.start and 0.0 <= d.p_real <= 1.0
        if not (fine and np.isfinite(d.size) and d.size > 0):
            msg = (
                f"delivery {d.record} ({d.flow_class}): sign {d.sign}, size {d.size:g}, "
                f"p_real {d.p_real:g}, {d.start} to {d.end} cannot be meant; "
                "sign is 1 or -1, size positive, p_real from 0 to 1 and the span not empty."
            )
            raise ModelError(msg)
    return numbers[0]


def _sample(
    deliveries: Sequence[Delivery],
    first: int,
    draws: int,
    rng: np.random.Generator,
    prior: RolePriors,
) -> _Sampled:
    shape = draws, len(deliveries)
    real = rng.random(shape) < np.array([d.p_real for d in deliveries])
    spread = prior.size_sd
    error = np.exp(spread * rng.standard_normal(shape) - 0.5 * spread**2)
    size = real * error * np.array([d.size for d in deliveries])
    start = np.array([d.start.toordinal() for d in deliveries], dtype=float)
    length = np.array([(d.end - d.start).days for d in deliveries], dtype=float)
    day = (start + np.floor(rng.random(shape) * length)).astype(np.int64)
    stamp = (day - 719163).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    unseen = prior.unseen * rng.gamma(1.0, 1.0, draws)
    return _Sampled(size, stamp + 1970 * 12 - first, unseen)


def _faded(
    deliveries: Sequence[Delivery],
    sampled: _Sampled,
    scale: Array,
    chosen: NDArray[np.int64],
    clock: _Clock,
) -> Array:
    """Return the faded supply of both sides, dims (side, draw, time); side 0 is a."""
    draws = len(sampled.unseen)
    given = np.zeros((2, draws, clock.time))
    rows = np.arange(draws)
    keep = 0.5 ** (1.0 / clock.half_life)
    for i in chosen.tolist():
        side = 0 if deliveries[i].sign > 0 else 1
        at = sampled.month[:, i]
        size = sampled.size[:, i] * scale[i] * keep ** np.maximum(-at, 0)
        inside = at < clock.time
        given[side, rows[inside], np.maximum(at[inside], 0)] += size[inside]
    for t in range(1, clock.time):
        given[:, :, t] += keep * given[:, :, t - 1]
    return given


def _path(
    name: str,
    months: Sequence[str],
    records: tuple[str, ...],
    given: Array,
    unseen: Array,
    prior: RolePriors,
) -> RolePath:
    first = month_of(Period.parse(months[0]).start)
    total = given.sum(axis=0)
    alive = given.max(axis=0) >= prior.floor
    balance = np.where(alive, (given[0] - given[1]) / (total + 2.0 * unseen[:, None]), np.nan)
    signs = np.where(alive, np.sign(given[0] - given[1]), 0.0)
    events = _flip_events(signs, prior.hold)
    flips = []
    for sign in (1, -1):
        dates = [(draw, at) for draw, at, now in events if now == sign]
        for gathered in _gather(dates, len(balance), prior):
            before, after = _sides(sign)
            end = _end(signs, gathered, sign, first, prior)
            flips.append(
                Flip(*_dated(gathered.months, first), before, after, gathered.probability, end)
            )
    lapses = []
    for side, supplier in enumerate(_sides(-1)):
        ended = _lapse_events(given[side] >= prior.floor, prior.hold)
        lapses += [
            Lapse(*_dated(gathered.months, first), supplier, gathered.probability)
            for gathered in _gather(ended, len(balance), prior)
        ]
    return RolePath(
        flow_class=name,
        months=tuple(months),
        draws=balance,
        flips=tuple(sorted(flips, key=lambda flip: (flip.month, flip.supplier_after))),
        records=records,
        lapses=tuple(sorted(lapses, key=lambda lapse: (lapse.month, lapse.supplier))),
    )


def _sides(sign: int) -> tuple[Side, Side]:
    """Supplier before and after a flip to `sign`."""
    return ("b", "a") if sign > 0 else ("a", "b")


def _flip_events(signs: Array, hold: int) -> list[tuple[int, int, int]]:
    """Return (draw, month, new sign) of every change of the main supplier that lasts.

    A month without a role keeps the role before it; a run shorter than `hold` is no role unless it
    reaches the end.
    """
    time = signs.shape[1]
    at = np.where(signs != 0, np.arange(time), -1)
    latest = np.maximum.accumulate(at, axis=1)
    held = np.where(latest >= 0, np.take_along_axis(signs, np.maximum(latest, 0), axis=1), 0.0)
    events = []
    for draw, path in enumerate(held):
        starts = np.flatnonzero(np.diff(path, prepend=0.0)).tolist()
        current = 0
        for start, end in itertools.pairwise([*starts, time]):
            now = int(path[start])
            if end - start < hold and end < time:
                continue
            if current and now != current:
                events.append((draw, start, now))
            current = now
    return events


def _lapse_events(has_role: NDArray[np.bool_], hold: int) -> list[tuple[int, int]]:
    """Return (draw, month) of every end of a role that lasts `hold` months or to the end."""
    time = has_role.shape[1]
    events = []
    for draw, path in enumerate(has_role):
        edges = np.flatnonzero(np.diff(path.astype(int), prepend=0)).tolist()
        for i, edge in enumerate(edges):
            after = edges[i + 1] if i + 1 < len(edges) else time
            if not path[edge] and (after - edge >= hold or after == time):
                events.append((draw, edge))
    return events


def _end(signs: Array, gathered: _Gathered, sign: int, first: int, prior: RolePriors) -> FlipEnd:
    """Return since when the new supplier is no longer the main one, over the draws with the flip.

    It is over when the other leads for `hold` months, or when the new supplier does not lead to the
    last month; a pause after which it leads again is no end.
    """
    months, after = [], []
    for draw, start in zip(gathered.draws.tolist(), gathered.months.tolist(), strict=True):
        path = signs[draw, start:]
        edges = np.flatnonzero(np.diff((path != sign).astype(int), prepend=0)).tolist()
        for at, until in itertools.zip_longest(edges[::2], edges[1::2], fillvalue=len(path)):
            other = np.count_nonzero(path[at:until] == -sign)
            if other >= prior.hold or until == len(path):
                months.append(start + at)
                after.append(other > 0)
                break
    probability = len(months) / len(gathered.months)
    if probability < prior.min_probability:
        return FlipEnd(probability)
    before, _ = _sides(sign)
    back = sum(after) > len(after) / 2
    dates = _dated(np.array(months), first)
    return FlipEnd(probability, *dates, before if back else None)


class _Gathered(NamedTuple):
    months: NDArray[np.int64]
    draws: NDArray[np.int64]
    probability: float


def _gather(events: list[tuple[int, int]], draws: int, prior: RolePriors) -> list[_Gathered]:
    """Gather dates of single draws into dated events, likeliest first."""
    left = np.array(sorted(events), dtype=np.int64).reshape(-1, 2)
    out = []
    while len(left):
        counts = np.bincount(left[:, 1])
        width = np.ones(2 * min(prior.reach // 2, len(counts)) + 1)
        smooth = np.convolve(counts, width, mode="full")[len(width) // 2 :][: len(counts)]
        best = np.flatnonzero(smooth == smooth.max())
        distance = np.abs(left[:, 1] - best[len(best) // 2])
        near = distance <= prior.reach
        # one date per draw: the nearest
        order = np.lexsort((distance, left[:, 0]))
        order = order[near[order]]
        _, index = np.unique(left[order, 0], return_index=True)
        draw, months = left[order[index]].T
        if len(months) / draws < prior.min_probability:
            break
        out.append(_Gathered(months, draw, len(months) / draws))
        left = left[~near]
    return out


def _dated(months: NDArray[np.int64], first: int) -> tuple[str, str, str]:
    low, middle, high = np.quantile(months, [0.1, 0.5, 0.9], method="nearest").tolist()
    return month_text(first + middle), month_text(first + low), month_text(first + high + 1)
