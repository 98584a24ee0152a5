"""Phases: where all items together shift their means, with dates known only to an interval.

Exact Bayesian segmentation of many items at once. Within a phase each item scatters around a mean
of its own; the marginal likelihood of every possible phase is exact, and so are the draws of the
boundaries (dynamic programming). Three guards keep noise from passing for history: noise counts
with its long-run variance, single wild values are pulled in, and a phase has a shortest length. A
value of a whole year or session stands in the middle of its period, so that a boundary inside is as
uncertain as the period is long.

References
----------
.. [1] Fearnhead, P. (2006), Exact and efficient Bayesian inference for multiple changepoint
   problems. Statistics and Computing 16.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError, UsageError
from comity.core.period import Period, month_of, month_text
from comity.models._protocol import ChangePoint, Item

__all__ = ["PhasePriors", "Segmentation", "segment"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PhasePriors:
    """What is declared before the items are seen.

    Parameters
    ----------
    phase_length : float
        Expected length of a phase. [months]
    shift : float
        Prior standard deviation of an item's mean between phases, relative to its own spread.
    window : int
        Months over which an item's running median tells noise from level. [months]
    wild : float
        Noise standard deviations from the running median at which a value is pulled in.
    max_rho : float
        Largest autocorrelation of the noise that is believed.
    reach : int
        Boundaries of single draws within so many months of a date tell of that date. [months]
    min_probability : float
        Boundaries below it are not reported.
    """

    phase_length: float = 96.0
    shift: float = 1.0
    window: int = 49
    wild: float = 3.5
    max_rho: float = 0.9
    reach: int = 24
    min_probability: float = 0.5


@dataclass(frozen=True)
class Segmentation:
    """What lies behind the boundaries.

    Parameters
    ----------
    months : tuple of str
        The grid.
    boundary_probability : numpy.ndarray
        Probability that a phase begins in a month, dims (time,).
    phases : mapping of int to float
        Probability of each number of phases.
    starts : numpy.ndarray of int
        First month of the likeliest phases, as indices; the first is 0.
    means : mapping of str to numpy.ndarray
        Each item's mean by phase in its own standard deviations times polarity, NaN where it was
        not observed.
    rho : mapping of str to float
        Autocorrelation of each item's noise.
    """

    months: tuple[str, ...]
    boundary_probability: Array
    phases: Mapping[int, float]
    starts: Ints
    means: Mapping[str, Array]
    rho: Mapping[str, float]


def segment(
    months: Sequence[str],
    items: Sequence[Item],
    *,
    seed: int,
    draws: int = 2000,
    max_phases: int = 12,
    min_months: int = 9,
    priors: PhasePriors = PhasePriors(),
) -> tuple[list[ChangePoint], Segmentation]:
    """Find the boundaries between phases of one dyad.

    Assumes that items are independent given the phases; declared weights temper what each may say.

    Parameters
    ----------
    months : sequence of str
        Consecutive months ``YYYY-MM``, dims (time,).
    items : sequence of Item
        Of all readings, in any order. Items with fewer than four values are left aside.
    seed : int
        Seed of the draws.
    draws : int, optional
        Number of draws of all boundaries together.
    max_phases : int, optional
        Largest number of phases.
    min_months : int, optional
        Shortest phase. [months]
    priors : PhasePriors, optional
        Declared before the items are seen.

    Returns
    -------
    list of ChangePoint
        In order of time; empty where one phase is likelier than two.
    Segmentation
        Probabilities by month and by number of phases, and the items' means by phase.

    Raises
    ------
    UsageError
        If months, draws, `max_phases` or `min_months` are not positive.
    ModelError
        If an item has not one value per month.
    """
    if not months or min(draws, max_phases, min_months) < 1:
        msg = "phases need months, and positive draws, max_phases and min_months."
        raise UsageError(msg)
    for item in items:
        if len(item.values) != len(months):
            msg = f"item {item.name} has {len(item.values)} values for {len(months)} months."
            raise ModelError(msg)
    usable = [item for item in items if np.isfinite(item.values).sum() > 3]
    data = _prepare(sorted(usable, key=lambda item: item.name), priors)
    time = len(months)
    table = _Table.build(_evidence(data, time, priors), max_phases, min_months, priors)
    starts = table.likeliest()
    if len(starts) > 1:
        # residuals around the phases found tell noise from level better than a running median
        data = _sharpen(data, starts, priors)
        table = _Table.build(_evidence(data, time, priors), max_phases, min_months, priors)
        starts = table.likeliest()
    sampled = table.sample(np.random.default_rng(seed), draws)
    found = _summarise(months, sampled, starts, draws, data, priors)
    chance = np.bincount(np.concatenate([np.zeros(0, dtype=np.int64), *sampled]), minlength=time)
    sizes = np.bincount([len(cuts) + 1 for cuts in sampled])
    return found, Segmentation(
        months=tuple(months),
        boundary_probability=chance / draws,
        phases={k: float(n / draws) for k, n in enumerate(sizes.tolist()) if n},
        starts=starts,
        means={item.name: _phase_means(item, starts) for item in data},
        rho={item.name: item.rho for item in data},
    )


class _Series(NamedTuple):
    """One item: values at the middle of their periods, in its own standard deviations."""

    name: str
    weight: float
    at: Ints
    z: Array
    known: Array
    pulled: Array
    long: NDArray[np.bool_]
    noise: float
    rho: float


def _prepare(items: Sequence[Item], priors: PhasePriors) -> list[_Series]:
    out = []
    top = max((item.weight for item in items), default=1.0)
    for item in items:
        end = np.flatnonzero(np.isfinite(item.values))
        span = np.maximum(item.span[end], 1)
        at = np.maximum(end - (span - 1) // 2, 0)
        values = item.values[end] * item.polarity
        spread = float(values.std())
        if spread <= 0:
            continue
        z = (values - np.median(values)) / spread
        known = np.nan_to_num(item.sd[end] / spread) ** 2
        level = _running_median(at, z, priors.window)
        noise, rho = _noise(z - level, priors)
        # a short running median follows the noise: neighbouring values know its size better
        noise = max(noise, 0.5 * (1.4826 * float(np.median(np.abs(np.diff(z))))) ** 2)
        # values of moving windows share their months: only one in a span is news
        overlap = float(np.median(span / np.maximum(np.diff(end, prepend=end[0] - span[0]), 1)))
        limit = priors.wild * np.sqrt(noise + known)
        pulled = level + np.clip(z - level, -limit, limit)
        weight = item.weight / top / max(overlap, 1.0)
        out.append(_Series(item.name, weight, at, z, known, pulled, span > 1, noise, rho))
    return out


def _running_median(at: Ints, z: Array, window: int) -> Array:
    low = np.searchsorted(at, at - window // 2, side="left")
    high = np.searchsorted(at, at + window // 2, side="right")
    # sparse items: at least three neighbours on either side
    index = np.arange(len(at))
    low = np.maximum(np.minimum(low, index - 3), 0)
    high = np.minimum(np.maximum(high, index + 4), len(at))
    return np.array([np.median(z[a:b]) for a, b in zip(low, high, strict=True)])


def _noise(rest: Array, priors: PhasePriors) -> tuple[float, float]:
    """Return variance and first autocorrelation of residuals, robustly and not too small."""
    size = 1.4826 * float(np.median(np.abs(rest)))
    plain = float(rest.std())
    size = size if size > 0.3 * plain else plain
    noise = max(size**2, 0.02)
    bounded = np.clip(rest, -priors.wild * np.sqrt(noise), priors.wild * np.sqrt(noise))
    both = float((bounded[1:] * bounded[:-1]).mean())
    rho = both / max(float((bounded**2).mean()), 1e-9)
    n = len(rest)
    # the level is estimated too, which hides autocorrelation: correct the first-order bias
    rho = (rho * n + 1.0) / max(n - 3.0, 1.0) * n / (n + 4.0)
    return noise, float(np.clip(rho, 0.0, priors.max_rho))


def _sharpen(data: list[_Series], starts: Ints, priors: PhasePriors) -> list[_Series]:
    out = []
    for item in data:
        level = _levels(item, starts)
        noise, rho = _noise(item.z - level, priors)
        noise, rho = max(noise, item.noise), max(rho, item.rho)
        out.append(item._replace(noise=noise, rho=rho))
    return out


def _levels(item: _Series, starts: Ints) -> Array:
    phase = np.searchsorted(starts, item.at, side="right") - 1
    level = np.zeros(len(item.at))
    for k in range(len(starts)):
        inside = phase == k
        if inside.any():
            level[inside] = np.median(item.pulled[inside])
    return level


def _phase_means(item: _Series, starts: Ints) -> Array:
    phase = np.searchsorted(starts, item.at, side="right") - 1
    n = np.bincount(phase, minlength=len(starts))
    total = np.bincount(phase, weights=item.pulled, minlength=len(starts))
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _evidence(data: list[_Series], time: int, priors: PhasePriors) -> Array:
    """Log marginal likelihood of a phase from month s to before e, dims (s, e) of time + 1.

    Parts that are the same for every segmentation are left out.
    """
    out = np.zeros((time + 1, time + 1))
    for item in data:
        long_run = (1.0 + item.rho) / (1.0 - item.rho)
        precision = 1.0 / (item.noise * long_run + item.known)
        inside = _between(item.at, precision, time)
        value = _between(item.at, precision * item.pulled, time)
        flat = 1.0 / priors.shift**2
        inside = np.maximum(inside, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            term = 0.5 * value**2 / (inside + flat) - 0.5 * np.log1p(inside / flat)
        if item.long.any():
            lone = _between(item.at, np.ones(len(item.at)), time) == 1
            borrowed = _between(item.at, _borrowed(item, precision), time)
            term = np.where(lone, borrowed - 0.5 * np.log1p(inside / flat), term)
        out += item.weight * np.where(inside > 0, term, 0.0)
    return out


def _between(at: Ints, amounts: Array, time: int) -> Array:
    """Sum the amounts from month s to before e, dims (s, e) of time + 1."""
    total = np.zeros(time + 1)
    np.add.at(total, at + 1, amounts)
    total = total.cumsum()
    return np.asarray(np.round(total[None, :] - total[:, None], 9))


def _borrowed(item: _Series, precision: Array) -> Array:
    """Return what a long period alone in a phase may say: no more than with its neighbour's mean.

    A year in which the mean shifts reads halfway; it must not become a phase of its own.
    """
    z = item.pulled
    before, after = np.roll(z, 1), np.roll(z, -1)
    before[0], after[-1] = after[0], before[-1]
    near = np.where(np.abs(z - before) < np.abs(z - after), before, after)
    return np.asarray(precision * (z * near - 0.5 * near**2))


class _Table(NamedTuple):
    """Log weights of all segmentations of the months before each end, by number of phases.

    `forward` has dims (phases, end); `step` dims (start, end) holds evidence and prior of a phase.
    """

    forward: Array
    best: Array
    step: Array

    @classmethod
    def build(cls, evidence: Array, phases: int, shortest: int, priors: PhasePriors) -> _Table:
        size = len(evidence)
        length = np.arange(size)[None, :] - np.arange(size)[:, None]
        hazard = 1.0 / max(priors.phase_length, 2.0)
        step = evidence + np.log(hazard) + np.maximum(length - 1, 0) * np.log1p(-hazard)
        # a grid shorter than the shortest phase still is one phase
        allowed = length >= min(shortest, size - 1)
        step = np.where(allowed, step, -np.inf)
        forward = np.full((phases, size), -np.inf)
        best = np.full((phases, size), -np.inf)
        forward[0] = best[0] = step[0]
        for k in range(1, phases):
            forward[k] = _logsumexp(forward[k - 1][:, None] + step)
            best[k] = (best[k - 1][:, None] + step).max(axis=0)
        return cls(forward, best, step)

    def likeliest(self) -> Ints:
        """Return the first months of the phases: likeliest number, then likeliest dates."""
        end = self.step.shape[1] - 1
        k = int(np.argmax(self.forward[:, end]))
        starts = []
        while k > 0:
            end = int(np.argmax(self.best[k - 1] + self.step[:, end]))
            starts.append(end)
            k -= 1
        return np.array([0, *reversed(starts)], dtype=np.int64)

    def sample(self, rng: np.random.Generator, draws: int) -> list[Ints]:
        """Draw all boundaries together, from the last to the first."""
        end = self.step.shape[1] - 1
        count = _pick(self.forward[:, end], rng.random(draws))
        where = np.full(draws, end, dtype=np.int64)
        cuts: list[list[int]] = [[] for _ in range(draws)]
        left = count.copy()
        while (left > 0).any():
            uniform = rng.random(draws)
            groups: dict[tuple[int, int], list[int]] = {}
            for draw in np.flatnonzero(left > 0).tolist():
                groups.setdefault((int(left[draw]), int(where[draw])), []).append(draw)
            for (k, at), members in groups.items():
                start = _pick(self.forward[k - 1] + self.step[:, at], uniform[members])
                where[members] = start
                for draw, cut in zip(members, start.tolist(), strict=True):
                    cuts[draw].append(cut)
            left = np.maximum(left - 1, 0)
        return [np.array(sorted(row), dtype=np.int64) for row in cuts]


def _logsumexp(x: Array) -> Array:
    top = np.maximum(x.max(axis=0), -1e300)
    with np.errstate(divide="ignore"):
        return np.asarray(top + np.log(np.exp(x - top).sum(axis=0)))


def _pick(logs: Array, uniform: Array) -> Ints:
    chance = np.exp(logs - logs.max()).cumsum()
    index = np.searchsorted(chance, uniform * chance[-1], side="right")
    return np.asarray(np.minimum(index, len(logs) - 1))


def _summarise(
    months: Sequence[str],
    sampled: list[Ints],
    starts: Ints,
    draws: int,
    data: list[_Series],
    priors: PhasePriors,
) -> list[ChangePoint]:
    first = month_of(Period.parse(months[0]).start)
    centres = starts[1:]
    dates: list[list[int]] = [[] for _ in centres]
    for cuts in sampled:
        if not len(cuts):
            continue
        for k, centre in enumerate(centres):
            nearest = int(cuts[np.argmin(np.abs(cuts - centre))])
            mine = np.argmin(np.abs(centres - nearest)) == k
            if mine and abs(nearest - centre) <= priors.reach:
                dates[k].append(nearest)
    found = []
    for k, seen in enumerate(dates):
        probability = len(seen) / draws
        if probability < priors.min_probability:
            continue
        low, middle, high = np.quantile(seen, [0.1, 0.5, 0.9], method="nearest").tolist()
        found.append(
            ChangePoint(
                month=month_text(first + middle),
                lo80=month_text(first + low),
                hi80=month_text(first + high + 1),
                probability=probability,
                movers=_movers(data, starts, k),
            )
        )
    return found


def _movers(data: list[_Series], starts: Ints, k: int) -> tuple[tuple[str, float], ...]:
    moved = []
    for item in data:
        means = _phase_means(item, starts)
        change = float(means[k + 1] - means[k])
        if np.isfinite(change):
            moved.append((item.name, change))
    return tuple(sorted(moved, key=lambda pair: (-abs(pair[1]), pair[0])))
