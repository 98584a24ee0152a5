"""Overdispersed counts between states: what is left of a dyad beyond its two states' habits.

Per period and class, with ``i`` the actor and ``j`` the recipient::

    y_ij ~ Poisson(exp(eta_ij + z_ij)),   z ~ N(0, tau2),  a ~ N(0, s2a),  b ~ N(0, s2b)
    amount:  eta_ij = c + a_i + b_j
    share:   eta_ij = c + a_i + b_j + rho * x_ij,   x the log of the dyad's own co-operative traffic

fitted by penalised quasi-likelihood. All periods run together; geography is left out on purpose:
nearness is a cause of tension and not something to be explained away.

References
----------
.. [1] Breslow, N. E. and Clayton, D. G. (1993), Approximate inference in generalized linear mixed
   models, JASA 88, 9-25. doi:10.1080/01621459.1993.10594284
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError

__all__ = ["CountFit", "exposure", "fit_counts", "pool_directions"]

Array = NDArray[np.float64]
_STEP = 2.0
_VAR_FLOOR = 0.05
_TAU_RANGE = (0.05, 6.0)
_MEAN_RANGE = (-30.0, 20.0)


@dataclass(frozen=True)
class CountFit:
    """What remains of the counts of one class.

    Parameters
    ----------
    residual : numpy.ndarray
        Pseudo-observation of the log residual, dims (time, actor, recipient); NaN uncovered.
    variance : numpy.ndarray
        Its known sampling variance, same dims. Where nothing was expected and nothing seen it is
        large: such a count says little.
    actor, recipient : numpy.ndarray
        State effects, dims (time, state). [log]
    slope : numpy.ndarray
        Elasticity to the exposure, dims (time,); 0 for the amount baseline.
    dispersion : numpy.ndarray
        Variance of the dyad effects, dims (time,). [log squared]
    """

    residual: Array
    variance: Array
    actor: Array
    recipient: Array
    slope: Array
    dispersion: Array

    def state_part(self) -> Array:
        """Return the mean over both directions of a_i + b_j, dims (time, state, state)."""
        both = self.actor + self.recipient
        return 0.5 * (both[:, :, None] + both[:, None, :])


def exposure(cooperation: Array) -> Array:
    """Return the log of co-operative traffic, centred per period.

    Parameters
    ----------
    cooperation : numpy.ndarray
        Counts of verbal and material co-operation added, dims (time, actor, recipient).
    """
    x = np.log1p(cooperation)
    return np.asarray(x - np.nanmean(x, axis=(1, 2), keepdims=True))


def fit_counts(y: Array, x: Array | None = None, *, rounds: int = 12) -> CountFit:
    """Fit the two-way random effects and return what is left of each directed dyad.

    Parameters
    ----------
    y : numpy.ndarray
        Counts (or flows), dims (time, actor, recipient); NaN where uncovered, and on the diagonal.
    x : numpy.ndarray, optional
        Exposure, same dims (see `exposure`); with it the baseline is that of shares.
    rounds : int
        Rounds of quasi-likelihood.

    Raises
    ------
    ModelError
        If counts are negative or the dims are not (time, state, state).
    """
    if y.ndim != 3 or y.shape[1] != y.shape[2]:
        raise ModelError(f"counts need dims (time, state, state), not {y.shape}.")
    if np.nanmin(y, initial=0.0) < 0:
        raise ModelError("counts are negative; a missing count is NaN.")
    seen = np.isfinite(y) if x is None else np.isfinite(y) & np.isfinite(x)
    seen &= ~np.eye(y.shape[1], dtype=bool)
    count = np.where(seen, y, 0.0)
    covariate = np.zeros_like(count) if x is None else np.where(seen, x, 0.0)
    fit = _Working(count, covariate, seen, with_slope=x is not None)
    for _ in range(rounds):
        fit.step()
    return fit.result()


class _Working:
    """State of the iteration; arrays have dims (time, actor, recipient) or (time, state)."""

    def __init__(
        self, y: Array, x: Array, seen: NDArray[np.bool_], *, with_slope: bool
    ) -> None:
        time, states, _ = y.shape
        self.y, self.x, self.seen, self.with_slope = y, x, seen, with_slope
        mean = y.sum(axis=(1, 2)) / np.maximum(seen.sum(axis=(1, 2)), 1)
        self.eta = np.broadcast_to(np.log(mean + 1e-3)[:, None, None], y.shape).copy()
        self.z = np.zeros_like(y)
        self.tau = np.ones(time)
        self.actor = np.zeros((time, states))
        self.recipient = np.zeros((time, states))
        self.slope = np.zeros(time)
        self.spread = np.ones((2, time))

    def mean(self) -> Array:
        return np.asarray(np.exp(np.clip(self.eta + self.z, *_MEAN_RANGE)))

    def step(self) -> None:
        tau = self.tau[:, None, None]
        for _ in range(4):
            mu = np.exp(np.clip(self.eta + self.z, *_MEAN_RANGE))
            move = (self.y - mu - self.z / tau) / (mu + 1.0 / tau)
            self.z = self.z + np.where(self.seen, np.clip(move, -_STEP, _STEP), 0.0)
        mu = self.mean()
        working = self.eta + self.z + (self.y - mu) / mu
        weight = np.where(self.seen, 1.0 / (1.0 / mu + tau), 0.0)
        self._solve(working, weight)
        self.eta = np.clip(self.eta, *_MEAN_RANGE)
        # states without a count keep their prior and do not inform the spread
        alive = self.seen.any(axis=2), self.seen.any(axis=1)
        for side, (effect, has) in enumerate(zip((self.actor, self.recipient), alive, strict=True)):
            n = np.maximum(has.sum(axis=1), 1)
            centre = (effect * has).sum(axis=1) / n
            var = (has * (effect - centre[:, None]) ** 2).sum(axis=1) / n
            self.spread[side] = np.maximum(var, _VAR_FLOOR)
        mu = self.mean()
        second = np.where(self.seen, self.z**2 + 1.0 / (mu + 1.0 / tau), 0.0).sum(axis=(1, 2))
        self.tau = np.clip(second / np.maximum(self.seen.sum(axis=(1, 2)), 1), *_TAU_RANGE)

    def _solve(self, working: Array, weight: Array) -> None:
        """Ridge-weighted normal equations on [1, actors, recipients, x], all periods at once."""
        time, states, _ = working.shape
        size = 2 * states + 2
        lhs, rhs = np.zeros((time, size, size)), np.zeros((time, size))
        rows, cols = slice(1, states + 1), slice(states + 1, 2 * states + 1)
        by_actor, by_recipient = weight.sum(axis=2), weight.sum(axis=1)
        wx, wy = weight * self.x, weight * working
        lhs[:, 0, 0] = weight.sum(axis=(1, 2))
        lhs[:, 0, rows] = by_actor
        lhs[:, 0, cols] = by_recipient
        lhs[:, rows, cols] = weight
        lhs[:, rows, -1] = wx.sum(axis=2)
        lhs[:, cols, -1] = wx.sum(axis=1)
        lhs[:, 0, -1] = wx.sum(axis=(1, 2))
        lhs = lhs + np.transpose(np.triu(lhs, 1), (0, 2, 1))
        at = np.arange(states)
        lhs[:, 1 + at, 1 + at] = by_actor + 1.0 / self.spread[0][:, None]
        lhs[:, 1 + states + at, 1 + states + at] = by_recipient + 1.0 / self.spread[1][:, None]
        # without an exposure the slope's equation is 1 * rho = 0
        lhs[:, -1, -1] = (wx * self.x).sum(axis=(1, 2)) if self.with_slope else 1.0
        # a period without any count has nothing but the penalties
        lhs[:, (0, -1), (0, -1)] += 1e-9
        rhs[:, 0], rhs[:, -1] = wy.sum(axis=(1, 2)), (wy * self.x).sum(axis=(1, 2))
        rhs[:, rows], rhs[:, cols] = wy.sum(axis=2), wy.sum(axis=1)
        beta = np.linalg.solve(lhs, rhs[:, :, None])[:, :, 0]
        self.actor, self.recipient, self.slope = beta[:, rows], beta[:, cols], beta[:, -1]
        self.eta = (
            beta[:, 0][:, None, None]
            + self.actor[:, :, None]
            + self.recipient[:, None, :]
            + self.slope[:, None, None] * self.x
        )

    def result(self) -> CountFit:
        mu = self.mean()
        residual = self.z + self.z / (self.tau[:, None, None] * mu)
        return CountFit(
            residual=np.where(self.seen, residual, np.nan),
            variance=np.where(self.seen, 1.0 / mu, np.nan),
            actor=self.actor,
            recipient=self.recipient,
            slope=self.slope if self.with_slope else np.zeros_like(self.slope),
            dispersion=self.tau,
        )


def pool_directions(value: Array, variance: Array, extra: float = 0.5) -> tuple[Array, Array]:
    """Return the precision-weighted mean of both directions and its variance.

    Parameters
    ----------
    value, variance : numpy.ndarray
        Dims (time, actor, recipient); NaN uncovered.
    extra : float
        Variance of a direction of its own, added before weighting so that one well-counted
        direction does not speak for both. [log squared]

    Returns
    -------
    tuple of numpy.ndarray
        Dims (time, state, state), symmetric; NaN where neither direction is covered.
    """
    seen = np.isfinite(value) & np.isfinite(variance)
    weight = np.where(seen, 1.0 / (np.where(seen, variance, 1.0) + extra), 0.0)
    total = weight + np.transpose(weight, (0, 2, 1))
    numerator = weight * np.where(seen, value, 0.0)
    numerator = numerator + np.transpose(numerator, (0, 2, 1))
    noise = weight**2 * np.where(seen, variance, 0.0)
    noise = noise + np.transpose(noise, (0, 2, 1))
    known = total > 0
    safe = np.where(known, total, 1.0)
    return np.where(known, numerator / safe, np.nan), np.where(known, noise / safe**2, np.nan)
