"""The chance that a reading stands higher in twelve months, and whether that is more than a coin.

A local level has no view on direction: it gives 0.5. Here the dyad's own history may say more: a
reading far from its mean tends back, a moving one moves on. Both effects are learnt with shrinkage
from origins whose outcome was known by then and scored on the ones after; what showed no skill is
drawn back to 0.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rise", "chance_of_rise"]

Array = NDArray[np.float64]
_HORIZON = 12
_BURN_IN = 48
_EVERY = 3
_RIDGE = 10.0


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
        Draws of the level of the last month, dims (draw,).

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
    facts = np.array([_facts(path[: at + 1], path[at]) for at in origins])
    rose = (path[origins + _HORIZON] > path[origins]).astype(float)
    said, scored = [], []
    for i, at in enumerate(origins):
        past = origins + _HORIZON <= at
        if past.sum() >= 8:
            said.append(_probability(_learn(facts[past], rose[past]), facts[i]))
            scored.append(rose[i])
    if len(said) < 8:
        method = "0.5: the history is too short to test a direction on it."
        return Rise(0.5, method, math.nan, len(said), 0.0)
    p, outcome = np.array(said), np.array(scored)
    brier = float(np.mean((p - outcome) ** 2))
    worth = len(said) * _EVERY / _HORIZON
    trust = 0.0
    if brier < 0.25:
        away = p - 0.5
        slope = float((away * (outcome - 0.5)).sum() / max((away**2).sum(), 1e-9))
        trust = float(np.clip(slope, 0.0, 1.0)) * worth / (worth + 8.0)
    weights = _learn(facts, rose)
    last = float(np.mean([_probability(weights, _facts(path, x)) for x in draws]))
    record = f"Brier score {brier:.3f} against 0.250 over {len(said)} rolling origins"
    if trust > 0:
        method = (
            f"Mean reversion and momentum of the dyad's own history: {record}; "
            f"{trust:.0%} of the departure from 0.5 is kept."
        )
    else:
        method = f"0.5: the dyad's own history showed no skill ({record})."
    return Rise(0.5 + trust * (last - 0.5), method, brier, len(said), trust)


def _facts(path: Array, now: float) -> Array:
    spread = float(path.std()) + 1e-9
    return np.array([(path.mean() - now) / spread, (now - path[-1 - _HORIZON]) / spread])


def _learn(facts: Array, rose: Array) -> Array:
    """Logistic regression without intercept, ridge towards no effect: Newton steps."""
    weights = np.zeros(facts.shape[1])
    # origins three months apart share most of their outcome: count them for what they are worth
    worth = _EVERY / _HORIZON
    for _ in range(8):
        p = 1.0 / (1.0 + np.exp(-facts @ weights))
        slope = worth * facts.T @ (rose - p) - _RIDGE * worth * weights
        bend = worth * (facts * (p * (1 - p))[:, None]).T @ facts
        weights = weights + np.linalg.solve(bend + _RIDGE * worth * np.eye(len(weights)), slope)
    return weights


def _probability(weights: Array, facts: Array) -> float:
    return float(1.0 / (1.0 + math.exp(-float(np.clip(facts @ weights, -20.0, 20.0)))))
