"""The chance that a reading stands higher in twelve months, and whether that is more than a coin.

A local level has no view on direction: it gives 0.5. Here the dyad's own history may say more: a
reading far from its mean tends back, a moving one moves on. Both effects are learnt with shrinkage
from origins whose outcome was known by then and scored on the ones after; what showed no skill is
drawn back to 0.5.

How much is kept grows with how far the scored departures from 0.5 went the right way: a rule that
keeps all or nothing would turn on the third digit of a score. The record is that of one filter,
with the parameters' posterior means, so that no chance is in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["NORMAL", "Rise", "chance_of_rise"]

Array = NDArray[np.float64]
NORMAL = np.array([NormalDist().inv_cdf((i + 0.5) / 50) for i in range(50)])
"""Middles of fifty equal slices of the normal: a belief without chance."""
_HORIZON = 12
_BURN_IN = 48
_EVERY = 3
_RIDGE = 10.0
_TRUST_N = 8.0  # years of scored origins that keeping nothing is worth


@dataclass(frozen=True)
class Rise:
    """Probability of a rise with its record.

    Parameters
    ----------
    p : float
        Probability that the reading is higher 12 months after the last month.
    method : str
        How it came about, as a sentence.
    brier : float
        Mean squared error of the rolling-origin probabilities; NaN without origins. [1]
    origins : int
        Scored origins; those of one year overlap.
    trust : float
        Share of the model's departure from 0.5 that is kept.
    """

    p: float
    method: str
    brier: float
    origins: int
    trust: float


def chance_of_rise(level: Array, draws: Array) -> Rise:
    """Return the chance that the level is higher 12 months after its last month.

    Parameters
    ----------
    level : numpy.ndarray
        Filtered level by month, dims (time,); NaN before anything is known.
    draws : numpy.ndarray
        Equally likely levels of the last month, dims (draw,).

    Returns
    -------
    Rise
        With the Brier score against 0.25, which is what always saying 0.5 scores.
    """
    path = level[np.isfinite(level)]
    origins = np.arange(_BURN_IN, len(path) - _HORIZON, _EVERY)
    # a level that nothing was observed of stands still: that is no evidence of direction
    moved = np.abs(path[origins + _HORIZON] - path[origins]) > 1e-6 * (path.std() + 1e-12)
    origins = origins[moved]
    if len(origins) < 12:
        method = "0.5: the history is too short to learn a direction from it."
        return Rise(0.5, method, math.nan, 0, 0.0)
    facts = _facts(path, origins, path[origins])
    rose = (path[origins + _HORIZON] > path[origins]).astype(float)
    known = np.searchsorted(origins + _HORIZON, origins, side="right")
    tested = np.flatnonzero(known >= 8)
    weights = _learn(facts, rose, known[tested])
    said, scored = _probability(weights, facts[tested]), rose[tested]
    if len(said) < 8:
        method = "0.5: the history is too short to test a direction on it."
        return Rise(0.5, method, math.nan, len(said), 0.0)
    brier = float(np.mean((said - scored) ** 2))
    trust = _kept(said - 0.5, scored - 0.5)
    final = _learn(facts, rose, np.array([len(facts)]))
    last = float(np.mean(_probability(final, _facts(path, np.array([len(path) - 1]), draws))))
    record = f"Brier score {brier:.3f} against 0.250 over {len(said)} rolling origins"
    if trust > 0:
        method = (
            f"Mean reversion and momentum of the dyad's own history: {record}; "
            f"as far as past departures from 0.5 went the right way, {trust:.0%} of this one is "
            "kept."
        )
    else:
        method = f"0.5: the dyad's own history showed no skill ({record})."
    return Rise(0.5 + trust * (last - 0.5), method, brier, len(said), trust)


def _kept(away: Array, came: Array) -> float:
    """Return the share of a departure from one half that is kept, from departures and outcomes.

    How far outcomes went with the departures (a slope, 0 to 1), drawn to 0 while they are few.
    """
    slope = float((away * came).sum() / max(float((away**2).sum()), 1e-9))
    worth = len(away) * _EVERY / _HORIZON
    return float(np.clip(slope, 0.0, 1.0)) * worth / (worth + _TRUST_N)


def _facts(path: Array, at: NDArray[np.int64], now: Array) -> Array:
    """Return distance of `now` from the mean of the path so far, and momentum, dims (now, fact)."""
    count = at + 1.0
    away = path - path.mean()
    mean, square = away.cumsum()[at] / count, (away**2).cumsum()[at] / count
    spread = np.sqrt(np.maximum(square - mean**2, 0.0)) + 1e-9
    distance = mean + path.mean() - now
    return np.stack([distance / spread, (now - path[at - _HORIZON]) / spread], axis=1)


def _learn(facts: Array, rose: Array, known: NDArray[np.int64]) -> Array:
    """Logistic regressions without intercept, ridge towards no effect: Newton steps.

    One for every entry of `known`, on so many of the first origins; dims (regression, fact).
    """
    inside = np.arange(len(facts))[:, None] < known
    weights = np.zeros((len(known), facts.shape[1]))
    # origins three months apart share most of their outcome: count them for what they are worth
    worth = _EVERY / _HORIZON
    penalty = _RIDGE * worth
    products = facts[:, :, None] * facts[:, None, :]
    for _ in range(8):
        p = 1.0 / (1.0 + np.exp(-facts @ weights.T))
        slope = worth * (inside * (rose[:, None] - p)).T @ facts - penalty * weights
        bend = worth * np.tensordot((inside * p * (1 - p)).T, products, axes=1)
        bend += penalty * np.eye(facts.shape[1])
        weights = weights + np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
    return weights


def _probability(weights: Array, facts: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip((facts * weights).sum(axis=1), -20.0, 20.0))))
