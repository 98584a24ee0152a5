"""One local level per item and dyad, with parameters common to the whole panel.

``y_t = l_t + e_t``, ``e_t ~ N(0, r + v_t)`` with ``v_t`` known; ``l_t = l_{t-1} + N(0, q)``,
``l_0 ~ N(m0, p0)`` at the dyad's own start. A dyad alone has too few years to tell movement from
noise; the panel has not. Several streams, such as two coders of the news, may observe one level:
``y_s,t = l_t + e_t + u_s,t``, ``u_s,t ~ N(0, c_s + v_s,t)``, ``c = 0`` for the main one. What a
period has of its own, ``e_t``, is common to them: a second coder of the same news is no second
year.
Everything is vectorised over dyads; the only loop is over periods.

References
----------
.. [1] Durbin, J. and Koopman, S. J. (2012), Time Series Analysis by State Space Methods, 2.2-2.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError, NotEnoughObservations

__all__ = ["LevelFit", "LevelParameters", "draw_paths", "fit_levels", "pool_streams", "run_levels"]

Array = NDArray[np.float64]
Draws = NDArray[np.float32]
Mask = NDArray[np.bool_]
_FLOOR = 1e-6


class LevelParameters(NamedTuple):
    """Parameters of one item's level, common to all dyads.

    Parameters
    ----------
    step : float
        Variance of the level's step from one period to the next (q).
    noise : float
        Variance of a period's own value beyond its known sampling variance (r).
    start_mean, start_var : float
        Level before anything is seen.
    others : tuple of float
        Variance of each other stream beyond the main one's (c), in their order.
    """

    step: float
    noise: float
    start_mean: float
    start_var: float
    others: tuple[float, ...] = ()


@dataclass(frozen=True)
class LevelFit:
    """Levels of one item, dims (dyad, time); `seen_by` has the streams as its first dim.

    Before a dyad's start the level is the panel's prior. `filtered` uses the period and those
    before it; only it may be scored against what came later or stand in a past assessment.
    `predicted` is what was expected before the period was seen.
    """

    parameters: LevelParameters
    filtered: Array
    filtered_var: Array
    predicted: Array
    predicted_var: Array
    smoothed: Array
    smoothed_var: Array
    lag_cov: Array
    seen_by: Mask
    start: NDArray[np.int64]

    @property
    def seen(self) -> Mask:
        """Where any stream saw the item, dims (dyad, time)."""
        return np.asarray(self.seen_by.any(axis=0))

    def innovation(self, y: Array, variance: Array) -> Array:
        """Return standardised one-step errors of a single stream, NaN where nothing was seen."""
        spread = self.predicted_var + self.parameters.noise + np.where(self.seen, variance, 1.0)
        error = np.where(self.seen, y, np.nan) - self.predicted
        return np.asarray(error / np.sqrt(spread))


def run_levels(
    y: Array,
    variance: Array,
    parameters: LevelParameters,
    *,
    start: NDArray[np.int64] | None = None,
) -> LevelFit:
    """Filter and smooth all dyads with given parameters.

    Parameters
    ----------
    y : numpy.ndarray
        Values, dims (dyad, time) or (stream, dyad, time), NaN where missing.
    variance : numpy.ndarray
        Known sampling variance, same dims; not read where `y` is missing.
    parameters : LevelParameters
        As learnt by `fit_levels`, on these dyads or others.
    start : numpy.ndarray of int, optional
        First period of each dyad, dims (dyad,); the first of all by default. A level does not
        wander before its dyad, or its item, exists.

    Raises
    ------
    ModelError
        If dims do not agree, or there are more streams than noises.
    """
    value, doubt, seen_by = pool_streams(y, variance, parameters.others)
    seen = np.asarray(seen_by.any(axis=0))
    dyads, time = value.shape
    first = np.zeros(dyads, dtype=np.int64) if start is None else start
    out = np.empty((4, dyads, time))
    level, var = np.full(dyads, parameters.start_mean), np.full(dyads, parameters.start_var)
    for t in range(time):
        var = var + np.where(t > first, parameters.step, 0.0)
        out[2, :, t], out[3, :, t] = level, var
        gain = np.where(seen[:, t], var / (var + parameters.noise + doubt[:, t]), 0.0)
        level = level + gain * (value[:, t] - level)
        var = var * (1.0 - gain)
        out[0, :, t], out[1, :, t] = level, var
    filtered, filtered_var, predicted, predicted_var = out
    smoothed, smoothed_var = filtered.copy(), filtered_var.copy()
    lag = np.zeros_like(filtered)
    for t in range(time - 2, -1, -1):
        back = filtered_var[:, t] / np.maximum(predicted_var[:, t + 1], _FLOOR)
        smoothed[:, t] += back * (smoothed[:, t + 1] - predicted[:, t + 1])
        smoothed_var[:, t] += back**2 * (smoothed_var[:, t + 1] - predicted_var[:, t + 1])
        lag[:, t + 1] = back * smoothed_var[:, t + 1]
    return LevelFit(
        parameters, filtered, filtered_var, predicted, predicted_var, smoothed, smoothed_var, lag,
        seen_by, first,
    )  # fmt: skip


def pool_streams(y: Array, variance: Array, extra: Sequence[float]) -> tuple[Array, Array, Mask]:
    """Return what all streams say together, weighted by how well each knows it.

    Parameters
    ----------
    y, variance : numpy.ndarray
        Values and known variances, dims (dyad, time) or (stream, dyad, time).
    extra : sequence of float
        Variance of each stream after the first beyond that of the first.

    Returns
    -------
    tuple of numpy.ndarray
        Value and variance, dims (dyad, time), 0 and 1 where nothing was seen; and where each
        stream saw something, dims (stream, dyad, time).

    Raises
    ------
    ModelError
        If dims do not agree, or the streams and their variances do not.
    """
    streams, known, seen = _streams(y, variance)
    if len(extra) != len(streams) - 1:
        raise ModelError(f"{len(streams)} streams need {len(streams) - 1} variances, not {extra}.")
    if len(streams) == 1:
        return streams[0], known[0], seen
    own = np.array([0.0, *extra])[:, None, None]
    weight = np.where(seen, 1.0 / np.maximum(known + own, _FLOOR), 0.0)
    total = weight.sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    return (weight * streams).sum(axis=0) / safe, 1.0 / safe, seen


def _streams(y: Array, variance: Array) -> tuple[Array, Array, Mask]:
    """Return values, known variances and where both are known, dims (stream, dyad, time)."""
    if y.shape != variance.shape or y.ndim not in (2, 3):
        raise ModelError(f"levels need values and variances of dims (dyad, time), not {y.shape}.")
    seen = np.isfinite(y) & np.isfinite(variance)
    shape = y.shape if y.ndim == 3 else (1, *y.shape)
    value, known = np.where(seen, y, 0.0), np.where(seen, variance, 1.0)
    return value.reshape(shape), known.reshape(shape), seen.reshape(shape)


def fit_levels(
    y: Array,
    variance: Array,
    *,
    start: NDArray[np.int64] | None = None,
    centred: bool = False,
    rounds: int = 40,
    tolerance: float = 1e-3,
) -> LevelFit:
    """Learn the parameters on the panel by EM and return the levels.

    Parameters
    ----------
    y, variance, start : numpy.ndarray
        As for `run_levels`.
    centred : bool
        Levels start at 0 on average, as for items that turn their sign with the dyad.
    rounds : int
        Most rounds of EM.
    tolerance : float
        Largest relative change of a variance at which EM stops.

    Raises
    ------
    NotEnoughObservations
        If the panel has fewer than three values.
    """
    value, _, seen = _streams(y, variance)
    if seen.sum() < 3:
        raise NotEnoughObservations("fewer than three values of an item on the whole panel.")
    middle = 0.0 if centred else float(np.mean(value[seen]))
    spread = float(np.mean((value[seen] - middle) ** 2)) or 1.0
    others = (0.1 * spread,) * (len(seen) - 1)
    now = LevelParameters(0.1 * spread, 0.3 * spread, middle, spread, others)
    for _ in range(rounds):
        fit = run_levels(y, variance, now, start=start)
        after = _maximise(fit, y, variance, 1e-4 * spread, centred=centred)
        pairs = zip(_flat(after), _flat(now), strict=True)
        change = max(abs(a - b) / (b + 1e-3 * spread) for a, b in pairs)
        now = after
        if change < tolerance:
            break
    return run_levels(y, variance, now, start=start)


def _flat(parameters: LevelParameters) -> tuple[float, ...]:
    return (*parameters[:4], *parameters.others)


def _maximise(
    fit: LevelFit, y: Array, variance: Array, floor: float, *, centred: bool
) -> LevelParameters:
    seen, noise = fit.seen, fit.parameters.noise
    mean, var, lag = fit.smoothed, fit.smoothed_var, fit.lag_cov
    # only spans between first and last value of a dyad tell how much a level moves
    inside = np.logical_or.accumulate(seen, axis=1)
    inside &= np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    moved = inside[:, 1:] & inside[:, :-1]
    square = (mean[:, 1:] - mean[:, :-1]) ** 2 + var[:, 1:] + var[:, :-1] - 2.0 * lag[:, 1:]
    step = square[moved].mean() if moved.any() else fit.parameters.step
    value, known, _ = _streams(y, variance)
    pooled, doubt, _ = pool_streams(y, variance, fit.parameters.others)
    share = noise / (noise + doubt[seen])
    error = (pooled[seen] - mean[seen]) ** 2 + var[seen]
    own = max(float((share**2 * error + share * doubt[seen]).mean()), floor)
    others = []
    for which in range(1, len(value)):
        here = fit.seen_by[which]
        # what a stream is off beyond its sampling and the period's own noise, by moments
        spread = (value[which][here] - mean[here]) ** 2 + var[here] - known[which][here] - own
        trust = 1.0 / (known[which][here] + own) ** 2
        others.append(
            max(float((trust * spread).sum() / trust.sum()), floor) if here.any() else floor
        )
    alive = np.flatnonzero(seen.any(axis=1))
    first, first_var = (x[alive, fit.start[alive]] for x in (mean, var))
    start = 0.0 if centred else float(first.mean())
    start_var = float(((first - start) ** 2 + first_var).mean())
    return LevelParameters(
        max(float(step), floor), own, start, max(start_var, floor), tuple(others)
    )


def draw_paths(fit: LevelFit, rng: np.random.Generator, draws: int) -> tuple[Draws, Draws]:
    """Return draws of the levels: filtered (period by period) and smoothed (joint paths).

    Parameters
    ----------
    fit : LevelFit
        Levels of one item.
    rng : numpy.random.Generator
        Source of chance.
    draws : int
        Number of draws.

    Returns
    -------
    tuple of numpy.ndarray
        Dims (dyad, time, draw). The same shocks drive both, so that they can be compared.
    """
    dyads, time = fit.filtered.shape
    shock = rng.standard_normal((dyads, time, draws), dtype=np.float32)
    level = fit.filtered.astype(np.float32)
    now = level[:, :, None] + np.sqrt(fit.filtered_var).astype(np.float32)[:, :, None] * shock
    path = np.empty_like(now)
    path[:, -1] = now[:, -1]
    back = fit.filtered_var / (fit.filtered_var + fit.parameters.step)
    rest = np.sqrt(fit.filtered_var * (1.0 - back)).astype(np.float32)
    offset, gain = ((1.0 - back) * fit.filtered).astype(np.float32), back.astype(np.float32)
    for t in range(time - 2, -1, -1):
        path[:, t] = offset[:, t, None] + gain[:, t, None] * path[:, t + 1]
        path[:, t] += rest[:, t, None] * shock[:, t]
    return now, path
