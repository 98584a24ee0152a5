"""Panels with known truth, for recovery tests and examples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models.panel._types import CLASSES, PanelInputs

__all__ = ["PanelWorld", "simulate_panel_inputs"]

Array = NDArray[np.float64]


class PanelWorld(NamedTuple):
    """Inputs and the truth behind them.

    Parameters
    ----------
    inputs : PanelInputs
        What the estimator sees.
    levels : numpy.ndarray
        True levels by class, dims (class, dyad, time), without what the states themselves do.
    closeness : numpy.ndarray
        True closeness behind votes, organisations and trade, dims (dyad, time).
    """

    inputs: PanelInputs
    levels: Array
    closeness: Array


def simulate_panel_inputs(
    seed: int, *, states: int = 40, periods: int = 12, mean_count: float = 2.0
) -> PanelWorld:
    """Return a made-up panel in which every dyad belongs.

    Parameters
    ----------
    seed : int
        Seed of the world.
    states, periods : int
        Size.
    mean_count : float
        Level of counts of a middling dyad.
    """
    rng = np.random.default_rng(seed)
    a, b = np.triu_indices(states, 1)
    names = tuple(f"S{i:02d}" for i in range(states))

    def walk(start: float, step: float) -> Array:
        moves = rng.normal(0.0, step, (len(a), periods))
        moves[:, 0] = rng.normal(0.0, start, len(a))
        return np.asarray(moves.cumsum(axis=1))

    def spread(x: NDArray[np.floating]) -> Array:
        out = np.full((periods, states, states), np.nan)
        out[:, a, b] = out[:, b, a] = x.T
        return out

    closeness = walk(1.0, 0.2)
    levels = np.stack([walk(1.0, 0.3) for _ in CLASSES])
    levels[:2] += 0.5 * closeness
    levels[2:] -= 0.5 * closeness
    counts = np.full((len(CLASSES), periods, states, states), np.nan)
    for at, level in enumerate(levels):
        own = rng.normal(0.0, 0.7, (2, states))
        base = np.log(mean_count) + own[0][:, None] + own[1][None, :]
        noise = rng.normal(0.0, 0.5, (len(a), periods))
        rate = np.exp(np.clip(base + np.nan_to_num(spread(level + noise)), -12.0, 8.0))
        counts[at] = rng.poisson(rate).astype(float)
        counts[at][:, range(states), range(states)] = np.nan
    states_part = rng.normal(0.0, 0.5, states)
    joint = states_part[a] + states_part[b]
    votes = joint[:, None] + 0.6 * closeness + rng.normal(0.0, 0.3, closeness.shape)
    shared = np.round(np.exp(3.0 + 0.3 * joint[:, None] + 0.3 * closeness))
    flow = spread(np.exp(5.0 + joint[:, None] + closeness + rng.normal(0, 0.4, closeness.shape)))
    inputs = PanelInputs(
        states=names,
        periods=tuple(str(2000 + t) for t in range(periods)),
        counts=counts,
        member=~np.eye(states, dtype=bool),
        symmetric={"un": spread(votes), "igo": spread(shared)},
        flows={"trade": flow},
    )
    return PanelWorld(inputs, levels, closeness)
