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
from comity.models.phase_evidence import (
    PhasePriors,
    Series,
    evidence,
    phase_means,
    prepare,
    sharpen,
)

__all__ = ["PhasePriors", "Segmentation", "segment"]

Array = NDArray[np.float64]
_DEFAULT = PhasePriors()
Ints = NDArray[np.int64]
_SHARPENINGS = 6  # rounds in which the noise is learnt anew; two nearly always do


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
    priors: PhasePriors = _DEFAULT,
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
    data = prepare(sorted(usable, key=lambda item: item.name), priors)
    time = len(months)
    table = _Table.build(evidence(data, time, priors), max_phases, min_months, priors)
    starts = table.likeliest()
    for _ in range(_SHARPENINGS):
        # residuals around the phases found tell noise from level better than a running median;
        # what they take for noise may do away with a boundary, and then there is more of it
        before = starts
        data = sharpen(data, starts, priors)
        table = _Table.build(evidence(data, time, priors), max_phases, min_months, priors)
        starts = table.likeliest()
        if np.array_equal(before, starts):
            break
    sampled = table.sample(np.random.default_rng(seed), draws)
    found = _summarise(months, sampled, starts, draws, data, priors)
    chance = np.bincount(np.concatenate([np.zeros(0, dtype=np.int64), *sampled]), minlength=time)
    sizes = np.bincount([len(cuts) + 1 for cuts in sampled])
    return found, Segmentation(
        months=tuple(months),
        boundary_probability=chance / draws,
        phases={k: float(n / draws) for k, n in enumerate(sizes.tolist()) if n},
        starts=starts,
        means={item.name: phase_means(item, starts) for item in data},
        rho={item.name: item.rho for item in data},
    )


class _Table(NamedTuple):
    """Log weights of all segmentations of the months before each end, by number of phases.

    `forward` has dims (phases, end); `step` dims (start, end) holds evidence and prior of a phase.
    """

    forward: Array
    best: Array
    step: Array

    @classmethod
    def build(cls, said: Array, phases: int, shortest: int, priors: PhasePriors) -> _Table:
        size = len(said)
        length = np.arange(size)[None, :] - np.arange(size)[:, None]
        hazard = 1.0 / max(priors.phase_length, 2.0)
        step = said + np.log(hazard) + np.maximum(length - 1, 0) * np.log1p(-hazard)
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
    data: list[Series],
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


def _movers(data: list[Series], starts: Ints, k: int) -> tuple[tuple[str, float], ...]:
    moved = []
    for item in data:
        means = phase_means(item, starts)
        change = float(means[k + 1] - means[k])
        if np.isfinite(change):
            moved.append((item.name, change))
    return tuple(sorted(moved, key=lambda pair: (-abs(pair[1]), pair[0])))
