"""Local levels of many series at once: the filter; `comity.models.smoother` goes back over it.

One series is a random walk ``l`` seen through noise. A value with a span of k months is the mean of
the level over those months: a cumulator ``c`` is carried beside the level (Harvey 1989, section
6.3), so that yearly and session values enter as what they are. The state has two parts and every
step is written out, which lets NumPy run all series together; the only loop is over months.

References
----------
.. [1] Harvey, A. C. (1989), Forecasting, Structural Time Series Models and the Kalman Filter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["TINY", "Array", "Filtered", "Plan", "filter_levels", "plan_spans"]

Array = NDArray[np.float64]
TINY = 1e-300
"""Least divisor: what is smaller counts as nothing. [unitless]"""


class Plan(NamedTuple):
    """Which months each value averages over, dims (series, time).

    Parameters
    ----------
    carry : numpy.ndarray
        1 where the cumulator goes on from the month before, 0 where it starts anew.
    months : numpy.ndarray
        Months in the mean at an observation, 1 elsewhere. [months]
    inflation : numpy.ndarray
        Factor on the noise variance of values whose spans overlap. [unitless]
    """

    carry: Array
    months: Array
    inflation: Array


@dataclass(frozen=True)
class Filtered:
    """Moments of level and cumulator given what was observed by each month.

    Parameters
    ----------
    level, level_var : numpy.ndarray
        Dims (series, time).
    cumulator, cross, cumulator_var : numpy.ndarray
        Mean, covariance with the level, and variance of the cumulator, dims (series, time).
    carry, step_var : numpy.ndarray
        The plan's `carry` and the variance of the step into each month, dims (series, time).
    innovation : numpy.ndarray
        Standardised one-step errors, dims (series, time), NaN where nothing was observed.
    loglik : numpy.ndarray
        Log-likelihood, dims (series,).
    """

    level: Array
    level_var: Array
    cumulator: Array
    cross: Array
    cumulator_var: Array
    carry: Array
    step_var: Array
    innovation: Array
    loglik: Array


def plan_spans(observed: NDArray[np.bool_], span: NDArray[np.int64]) -> Plan:
    """Return which months each observed value averages over.

    A span that reaches back over the month of the value before it (a moving window) is cut there
    and its variance raised by the share that is cut, so that overlapping windows do not count the
    same months as independent news. A span that begins before the grid is cut at the grid.

    Parameters
    ----------
    observed : numpy.ndarray of bool
        Dims (series, time).
    span : numpy.ndarray of int
        Dims (series, time); only read where observed. [months]

    Examples
    --------
    >>> plan = plan_spans(np.array([[False, False, True]]), np.array([[1, 1, 3]]))
    >>> plan.carry.tolist(), plan.months.tolist()
    ([[0.0, 1.0, 1.0]], [[1.0, 1.0, 3.0]])
    """
    carry = np.zeros(observed.shape)
    months = np.ones(observed.shape)
    inflation = np.ones(observed.shape)
    for series, seen in enumerate(observed):
        before = -1
        for at in np.flatnonzero(seen).tolist():
            asked = max(int(span[series, at]), 1)
            first = max(at - asked + 1, before + 1)
            kept = at - first + 1
            if first > max(at - asked + 1, 0):
                inflation[series, at] = asked / kept
            carry[series, first + 1 : at + 1] = 1.0
            months[series, at] = kept
            before = at
    return Plan(carry, months, inflation)


def filter_levels(
    y: Array,
    noise: ArrayLike,
    step: ArrayLike,
    plan: Plan | None = None,
    *,
    start: tuple[float, float | Array] = (0.0, 4.0),
    direct: tuple[Array, Array] | None = None,
) -> Filtered:
    """Run the Kalman filter over all series at once.

    Parameters
    ----------
    y : numpy.ndarray
        Dims (series, time), NaN where missing.
    noise : array-like
        Variance of each value, learnt and known parts together, broadcast to (series, time).
    step : array-like
        Variance of the step of the level into each month, broadcast to (series, time).
    plan : Plan, optional
        Spans of the values; every value is one month's by default.
    start : tuple of float
        Mean and variance of the level in the first month, the variance also by series.
    direct : tuple of numpy.ndarray, optional
        A second value per month that sees the level of that month alone: values and variances,
        dims (series, time).

    Returns
    -------
    Filtered
        Moments by month, standardised innovations and log-likelihood.
    """
    series, time = y.shape
    plan = plan or Plan(np.zeros(y.shape), np.ones(y.shape), np.ones(y.shape))
    step_t = _by_month(np.broadcast_to(np.asarray(step, dtype=float), y.shape))
    carry, share = _by_month(plan.carry), 1.0 / _by_month(plan.months)
    first = _Channel.of(y, np.broadcast_to(noise, y.shape) * plan.inflation)
    second = None if direct is None else _Channel.of(*direct)
    out = np.empty((5, time, series))
    state = (np.full(series, start[0]), np.full(series, start[1]), *np.zeros((3, series)))
    for t in range(time):
        state = _predict(state, carry[t], step_t[t] if t else np.zeros(series))
        if first.busy[t]:
            state = _update(state, first, share[t], t)
        if second is not None and second.busy[t]:
            state = _update_direct(state, second, t)
        out[:, t] = state
    error, loglik = first.score()
    if second is not None:
        other, term = second.score()
        error, loglik = np.where(np.isfinite(error), error, other), loglik + term
    level, level_var, cumulator, cross, cumulator_var = (np.ascontiguousarray(x.T) for x in out)
    return Filtered(
        level=level,
        level_var=level_var,
        cumulator=cumulator,
        cross=cross,
        cumulator_var=cumulator_var,
        carry=plan.carry,
        step_var=np.ascontiguousarray(step_t.T),
        innovation=np.ascontiguousarray(error.T),
        loglik=loglik,
    )


State = tuple[Array, Array, Array, Array, Array]


def _by_month(x: Array) -> Array:
    return np.ascontiguousarray(np.asarray(x, dtype=float).T)


def _predict(state: State, carry: Array, step: Array) -> State:
    level, var, total, cross, total_var = state
    new_var = var + step
    return (
        level,
        new_var,
        carry * total + level,
        carry * cross + new_var,
        carry * (total_var + 2.0 * cross) + new_var,
    )


@dataclass(frozen=True)
class _Channel:
    """One value per month and series, dims (time, series); a missing one has infinite variance."""

    y: Array
    noise: Array
    seen: NDArray[np.bool_]
    busy: list[bool]
    error: Array
    spread: Array

    @classmethod
    def of(cls, y: Array, noise: Array) -> _Channel:
        by_month = _by_month(y)
        seen = np.isfinite(by_month)
        return cls(
            y=np.where(seen, by_month, 0.0),
            noise=np.where(seen, _by_month(noise), np.inf),
            seen=seen,
            busy=np.asarray(seen.any(axis=1)).tolist(),
            error=np.zeros_like(by_month),
            spread=np.ones_like(by_month),
        )

    def score(self) -> tuple[Array, Array]:
        """Return standardised errors, dims (time, series), and log-likelihood, dims (series,)."""
        spread = np.maximum(np.where(self.seen, self.spread, 1.0), TINY)
        term = np.log(2.0 * np.pi * spread) + self.error**2 / spread
        loglik = -0.5 * np.where(self.seen, term, 0.0).sum(axis=0)
        return np.where(self.seen, self.error / np.sqrt(spread), np.nan), loglik


def _update(state: State, seen: _Channel, share: Array, t: int) -> State:
    level, var, total, cross, total_var = state
    on_level, on_total = cross * share, total_var * share
    seen.spread[t] = spread = on_total * share + seen.noise[t]
    seen.error[t] = error = seen.y[t] - total * share
    to_level, to_total = on_level / spread, on_total / spread
    return (
        level + to_level * error,
        var - to_level * on_level,
        total + to_total * error,
        cross - to_level * on_total,
        total_var - to_total * on_total,
    )


def _update_direct(state: State, seen: _Channel, t: int) -> State:
    level, var, total, cross, total_var = state
    seen.spread[t] = spread = var + seen.noise[t]
    seen.error[t] = error = seen.y[t] - level
    to_level, to_total = var / spread, cross / spread
    return (
        level + to_level * error,
        var - to_level * var,
        total + to_total * error,
        cross - to_level * cross,
        total_var - to_total * cross,
    )
