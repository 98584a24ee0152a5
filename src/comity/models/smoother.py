"""Local levels given everything observed: smoother, gains and exact joint draws.

All go back over what the filter left, month by month, for all series together.

References
----------
.. [1] Rauch, H. E., Tung, F. and Striebel, C. T. (1965), Maximum likelihood estimates of linear
   dynamic systems.
.. [2] Carter, C. K. and Kohn, R. (1994), On Gibbs sampling for state space models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from comity.models.kalman import TINY

if TYPE_CHECKING:
    from comity.models.kalman import Array, Filtered

__all__ = ["Smoothed", "draw_levels", "smooth", "smoothing_gains"]


@dataclass(frozen=True)
class Smoothed:
    """Moments given everything observed, dims (series, time).

    `lag_cov` is the covariance of the level with that of the month before (0 in the first month).
    """

    level: Array
    level_var: Array
    lag_cov: Array
    cumulator: Array
    cumulator_var: Array


def smooth(filtered: Filtered) -> Smoothed:
    """Return the moments of every level given all values, earlier and later (Rauch-Tung-Striebel).

    Parameters
    ----------
    filtered : Filtered
        What `filter_levels` returned.
    """
    back = _backward(filtered)
    time = filtered.level.shape[1]
    out = np.empty((5, time, filtered.level.shape[0]))
    lag = np.zeros_like(out[0])
    last = (
        filtered.level[:, -1],
        filtered.cumulator[:, -1],
        filtered.level_var[:, -1],
        filtered.cross[:, -1],
        filtered.cumulator_var[:, -1],
    )
    out[:, -1] = last
    for t in range(time - 2, -1, -1):
        level, total, vll, vlc, vcc = out[:, t + 1]
        gll, glc, gcl, gcc = back.gain[:, t]
        lag[t + 1] = gll * vll + glc * vlc
        cross = gll * vlc + glc * vcc
        clag, ccross = gcl * vll + gcc * vlc, gcl * vlc + gcc * vcc
        out[0, t] = back.offset[0, t] + gll * level + glc * total
        out[1, t] = back.offset[1, t] + gcl * level + gcc * total
        out[2, t] = back.spread[0, t] + lag[t + 1] * gll + cross * glc
        out[3, t] = back.spread[1, t] + clag * gll + ccross * glc
        out[4, t] = back.spread[2, t] + clag * gcl + ccross * gcc
    level, total, level_var, _, total_var = (np.ascontiguousarray(x.T) for x in out)
    return Smoothed(
        level=level,
        level_var=np.maximum(level_var, 0.0),
        lag_cov=np.ascontiguousarray(lag.T),
        cumulator=total,
        cumulator_var=np.maximum(total_var, 0.0),
    )


def draw_levels(filtered: Filtered, rng: np.random.Generator, draws: int) -> Array:
    """Return joint paths of the levels given all values, dims (draw, series, time).

    Forward filtering, backward sampling; each draw is one path that the level may have taken.

    Parameters
    ----------
    filtered : Filtered
        What `filter_levels` returned.
    rng : numpy.random.Generator
        Source of chance.
    draws : int
        Number of paths.
    """
    back = _backward(filtered)
    series, time = filtered.level.shape
    out = np.empty((time, draws, series))
    root = np.sqrt(back.spread[0])
    mixed = back.spread[1] / np.maximum(root, TINY)
    rest = np.sqrt(np.maximum(back.spread[2] - mixed**2, 0.0))
    joined = np.asarray((filtered.carry.T > 0).any(axis=1))
    level = total = np.zeros((draws, series))
    for t in range(time - 1, -1, -1):
        shock = rng.standard_normal((draws, series))
        later, after = level, total
        gll, glc, gcl, gcc = back.gain[:, t]
        level = back.offset[0, t] + gll * later + root[t] * shock
        if glc.any():
            level = level + glc * after
        if joined[t]:
            fresh = rng.standard_normal((draws, series))
            total = back.offset[1, t] + gcl * later + gcc * after
            total = total + mixed[t] * shock + rest[t] * fresh
        else:
            total = level
        out[t] = level
    return np.ascontiguousarray(np.moveaxis(out, 0, 2))


def smoothing_gains(filtered: Filtered) -> Array:
    """Return what the state of a month takes from that of the month after, dims (4, time, series).

    In order: level from level and from cumulator, cumulator from level and from cumulator.
    """
    return _backward(filtered).gain


class _Backward(NamedTuple):
    """State of month t given that of month t + 1: offset + gain @ state, covariance spread."""

    offset: Array
    gain: Array
    spread: Array


def _backward(filtered: Filtered) -> _Backward:
    """Where the cumulator runs on it is known exactly from the month after, else it is free."""
    level, var = filtered.level.T, filtered.level_var.T
    total, cross, total_var = filtered.cumulator.T, filtered.cross.T, filtered.cumulator_var.T
    carry = np.zeros_like(level)
    step = np.zeros_like(level)
    carry[:-1], step[:-1] = filtered.carry.T[1:], filtered.step_var.T[1:]
    on = carry > 0
    by_total = np.where(on, cross / np.maximum(total_var, TINY), 0.0)
    free = np.maximum(var - by_total * cross, 0.0)
    gain = free / np.maximum(free + step, TINY)
    total_gain = np.where(on, 0.0, cross / np.maximum(var + step, TINY))
    keep = 1.0 - gain
    offset = np.stack(
        [keep * (level - by_total * total), np.where(on, 0.0, total - total_gain * level)]
    )
    gains = np.stack(
        [gain - keep * by_total, keep * by_total, np.where(on, -1.0, total_gain), on * 1.0]
    )
    spread = np.stack(
        [
            keep * free,
            np.where(on, 0.0, cross * keep),
            np.where(on, 0.0, np.maximum(total_var - total_gain * cross, 0.0)),
        ]
    )
    # in the last month nothing comes after: the filter's own moments
    offset[:, -1] = level[-1], total[-1]
    gains[:, -1] = 0.0
    spread[:, -1] = var[-1], cross[-1], total_var[-1]
    return _Backward(
        offset, gains, np.maximum(spread, np.array([0.0, -np.inf, 0.0])[:, None, None])
    )
