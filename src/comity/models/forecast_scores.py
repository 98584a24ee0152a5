"""Scores of forecasts that are sets of 99 quantiles: CRPS, Brier, coverage and skill.

Dyads that share a state are not independent. Where the states are known, the bootstrap draws
states, and a dyad counts as often as both of its states were drawn [2]_.

References
----------
.. [1] Gneiting, T. and Raftery, A. E. (2007), Strictly Proper Scoring Rules, Prediction, and
   Estimation, Journal of the American Statistical Association 102(477).
.. [2] Owen, A. B. (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVELS", "Forecasts", "Scored", "score", "scored"]

Array = NDArray[np.float64]
LEVELS = np.arange(1, 100) / 100.0
"""Probabilities of the quantiles of a forecast."""


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of one reading at one horizon, dims (forecast,).

    Parameters
    ----------
    dyad : numpy.ndarray of int
        Which dyad, or which two years of origins of a single one: the cluster of the bootstrap.
    present, outcome : numpy.ndarray
        On the published scale.
    p_rise : numpy.ndarray
        Stated probability that the outcome is above the present.
    pit : numpy.ndarray
        Share of the forecast below the outcome, halves at ties. [0-1]
    inside : numpy.ndarray of bool
        Whether the outcome lay in the 50, 80 and 95 % interval, dims (forecast, 3).
    crps : numpy.ndarray
        Of the forecast, of persistence and of drift, dims (forecast, 3). [points]
    """

    dyad: NDArray[np.int64]
    present: Array
    outcome: Array
    p_rise: Array
    pit: Array
    inside: NDArray[np.bool_]
    crps: Array

    @classmethod
    def joined(cls, parts: Sequence[Forecasts]) -> Forecasts:
        """Return several sets as one."""
        return cls(
            *(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls))
        )


class Scored(NamedTuple):
    """Scores of a set of forecasts.

    Parameters
    ----------
    forecasts, clusters : int
        How many forecasts, and how many clusters of the bootstrap.
    crps, crps_persistence, crps_drift : float
        Mean continuous ranked probability score. [points]
    skill_persistence, skill_drift : tuple of float
        1 less the ratio of the scores, with a 90 % interval by bootstrap over clusters: value, low,
        high. Low and high are NaN with fewer than two.
    brier : float
        Of the direction, where the outcome differed from the present; 0.25 is always one half.
    directed : int
        Forecasts behind it; the others ended where they began.
    covered50, covered80, covered95 : float
        Share of outcomes inside.
    reliability : tuple of (float, float, int)
        Mean stated chance of a rise, share that rose, and count, by tenth of the stated chance.
    pit : tuple of int
        Counts of the PIT in ten equal bins.
    """

    forecasts: int
    clusters: int
    crps: float
    crps_persistence: float
    crps_drift: float
    skill_persistence: tuple[float, float, float]
    skill_drift: tuple[float, float, float]
    brier: float
    directed: int
    covered50: float
    covered80: float
    covered95: float
    reliability: tuple[tuple[float, float, int], ...]
    pit: tuple[int, ...]


def score(
    made: Forecasts,
    *,
    seed: int,
    rounds: int = 400,
    states: NDArray[np.int64] | None = None,
) -> Scored:
    """Score forecasts, with a bootstrap over clusters: states where given, else `Forecasts.dyad`.

    Parameters
    ----------
    made : Forecasts
        Of one reading at one horizon.
    seed : int
        Seed of the bootstrap.
    rounds : int, optional
        Draws of clusters.
    states : numpy.ndarray of int, optional
        The two states of every dyad, dims (dyad, 2).
    """
    rose = made.outcome > made.present
    moved = made.outcome != made.present
    mean = made.crps.mean(axis=0)
    said = made.p_rise[moved]
    tenth = np.clip((10 * made.p_rise).astype(int), 0, 9)
    kept = [tenth == k for k in range(10)]
    kept = [(each & moved) for each in kept]
    return Scored(
        forecasts=len(made.dyad),
        clusters=len(np.unique(made.dyad if states is None else states[made.dyad])),
        crps=float(mean[0]),
        crps_persistence=float(mean[1]),
        crps_drift=float(mean[2]),
        skill_persistence=_skill(made, 1, seed, rounds, states),
        skill_drift=_skill(made, 2, seed, rounds, states),
        brier=float(np.mean((said - rose[moved]) ** 2)) if moved.any() else float("nan"),
        directed=int(moved.sum()),
        covered50=float(made.inside[:, 0].mean()),
        covered80=float(made.inside[:, 1].mean()),
        covered95=float(made.inside[:, 2].mean()),
        reliability=tuple(
            (float(made.p_rise[each].mean()), float(rose[each].mean()), int(each.sum()))
            for each in kept
            if each.any()
        ),
        pit=tuple(int(x) for x in np.histogram(made.pit, bins=10, range=(0.0, 1.0))[0]),
    )


def _skill(
    made: Forecasts, rival: int, seed: int, rounds: int, states: NDArray[np.int64] | None
) -> tuple[float, float, float]:
    names, at = np.unique(made.dyad, return_inverse=True)
    sums = np.stack([np.bincount(at, made.crps[:, which]) for which in (0, rival)])
    if not sums[1].sum() > 0:
        return float("nan"), float("nan"), float("nan")  # nothing moved: nothing to be better at
    whole = 1.0 - sums[0].sum() / sums[1].sum()
    drawn = _drawn_clusters(names, states, np.random.default_rng(seed), rounds)
    below = drawn @ sums[1]
    if len(names) < 2 or not (below > 0).any():
        return float(whole), float("nan"), float("nan")
    ratio = 1.0 - (drawn @ sums[0])[below > 0] / below[below > 0]
    low, high = np.quantile(ratio, [0.05, 0.95]).tolist()
    return float(whole), low, high


def _drawn_clusters(
    names: NDArray[np.int64],
    states: NDArray[np.int64] | None,
    rng: np.random.Generator,
    rounds: int,
) -> NDArray[np.int64]:
    """Return how often each cluster counts in each round, dims (round, cluster)."""
    if states is None:
        return rng.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=rounds)
    known, pair = np.unique(states[names], return_inverse=True)
    pair = pair.reshape(-1, 2)
    times = rng.multinomial(len(known), np.full(len(known), 1.0 / len(known)), size=rounds)
    return np.asarray(times[:, pair[:, 0]] * times[:, pair[:, 1]])


def scored(
    dyad: NDArray[np.int64],
    present: Array,
    outcome: Array,
    p_rise: Array,
    pit: Array,
    ways: Sequence[Array],
) -> Forecasts:
    """Score quantile forecasts, dims (forecast, level) each."""
    import scoringrules  # noqa: PLC0415 -- slow to import

    crps = np.stack(
        [np.asarray(scoringrules.crps_quantile(outcome, way, LEVELS)) for way in ways], axis=1
    )
    inside = np.stack([np.abs(pit - 0.5) <= level / 2.0 for level in (0.5, 0.8, 0.95)], axis=1)
    return Forecasts(dyad, present, outcome, p_rise, pit, inside, crps)
