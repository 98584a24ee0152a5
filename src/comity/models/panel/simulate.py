"""Panels with known truth, for recovery tests and examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models.panel._types import CLASSES, PanelInputs

__all__ = ["PanelTroubles", "PanelWorld", "simulate_panel_inputs"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PanelTroubles:
    """Ways in which a made-up panel can be unlike what the estimator assumes.

    Parameters
    ----------
    rho : float
        Autocorrelation from period to period of what an item says beside its level.
    shift : float
        Size of an abrupt shift in every tenth dyad in the middle of the window, up or down in all
        its levels. [standard deviations between dyads]
    tails : float, optional
        Degrees of freedom of the steps of the levels; normal without.
    missing : str
        ``informative``: a state is missing in a period with all its dyads, the likelier the tenser
        it is with the others then; about a fifth of the states.
    """

    rho: float = 0.0
    shift: float = 0.0
    tails: float | None = None
    missing: Literal["none", "informative"] = "none"


_NONE = PanelTroubles()


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
    seed: int,
    *,
    states: int = 40,
    periods: int = 12,
    mean_count: float = 2.0,
    troubles: PanelTroubles = _NONE,
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
    troubles : PanelTroubles
        What makes estimation harder; nothing by default.
    """
    rng = np.random.default_rng(seed)
    a, b = np.triu_indices(states, 1)
    names = tuple(f"S{i:02d}" for i in range(states))

    def walk(start: float, step: float) -> Array:
        moves = rng.normal(0.0, step, (len(a), periods))
        if troubles.tails is not None:
            heavy = rng.standard_t(troubles.tails, moves.shape)
            moves = step * heavy / np.sqrt(troubles.tails / (troubles.tails - 2.0))
        moves[:, 0] = rng.normal(0.0, start, len(a))
        return np.asarray(moves.cumsum(axis=1))

    def scatter(size: float) -> Array:
        noise = rng.normal(0.0, size, (len(a), periods))
        for t in range(1, periods):
            fresh = np.sqrt(1.0 - troubles.rho**2) * noise[:, t]
            noise[:, t] = troubles.rho * noise[:, t - 1] + fresh
        return noise

    def spread(x: NDArray[np.floating]) -> Array:
        out = np.full((periods, states, states), np.nan)
        out[:, a, b] = out[:, b, a] = x.T
        return out

    closeness = walk(1.0, 0.2)
    levels = np.stack([walk(1.0, 0.3) for _ in CLASSES])
    levels[:2] += 0.5 * closeness
    levels[2:] -= 0.5 * closeness
    if troubles.shift:
        jump = _jumps(rng, len(a), periods, troubles.shift)
        closeness = closeness + jump
        levels[:2] += jump
        levels[2:] -= jump
    counts = np.full((len(CLASSES), periods, states, states), np.nan)
    for at, level in enumerate(levels):
        own = rng.normal(0.0, 0.7, (2, states))
        base = np.log(mean_count) + own[0][:, None] + own[1][None, :]
        noise = scatter(0.5)
        rate = np.exp(np.clip(base + np.nan_to_num(spread(level + noise)), -12.0, 8.0))
        counts[at] = rng.poisson(rate).astype(float)
        counts[at][:, range(states), range(states)] = np.nan
    states_part = rng.normal(0.0, 0.5, states)
    joint = states_part[a] + states_part[b]
    votes = joint[:, None] + 0.6 * closeness + scatter(0.3)
    shared = np.round(np.exp(3.0 + 0.3 * joint[:, None] + 0.3 * closeness))
    flow = spread(np.exp(5.0 + joint[:, None] + closeness + scatter(0.4)))
    symmetric = {"un": spread(votes), "igo": spread(shared)}
    if troubles.missing == "informative":
        gone = _gone(rng, spread(levels[2] + levels[3]))
        for grid in (*counts, *symmetric.values(), flow):
            grid[gone] = np.nan
    inputs = PanelInputs(
        states=names,
        periods=tuple(str(2000 + t) for t in range(periods)),
        counts=counts,
        member=~np.eye(states, dtype=bool),
        symmetric=symmetric,
        flows={"trade": flow},
    )
    return PanelWorld(inputs, levels, closeness)


def _jumps(rng: np.random.Generator, dyads: int, periods: int, size: float) -> Array:
    """Shift every tenth dyad up or down from the middle of the window on, dims (dyad, time)."""
    chosen = np.arange(dyads) % 10 == 0
    sign = rng.choice([-1.0, 1.0], dyads)
    return np.asarray((size * sign * chosen)[:, None] * (np.arange(periods) >= periods // 2))


def _gone(rng: np.random.Generator, tension: Array) -> NDArray[np.bool_]:
    """Choose the dyads of missing states, dims (time, state, state)."""
    mean = np.nanmean(tension, axis=2)
    tense = (mean - mean.mean()) / mean.std()
    away = rng.random(tense.shape) < 1.0 / (1.0 + np.exp(2.0 - 1.2 * tense))
    return np.asarray(away[:, :, None] | away[:, None, :])
