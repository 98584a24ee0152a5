"""Overdispersed counts between states: what is left of a dyad beyond its two states' habits.

Per period and class, with ``i`` the actor and ``j`` the recipient::

    y_ij ~ Poisson(exp(eta_ij + z_ij)),   z ~ N(0, tau2),  a ~ N(0, s2a),  b ~ N(0, s2b)
    amount:  eta_ij = c + a_i + b_j
    share:   eta_ij = c + a_i + b_j + rho * x_ij,   x the log of the dyad's own co-operative traffic

fitted by penalised quasi-likelihood, each period on its own. Geography is left out on purpose:
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
_NEWTON = 2
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
    seen = np.isfinite(x)
    total = np.where(seen, x, 0.0).sum(axis=(1, 2), keepdims=True)
    return np.asarray(x - total / np.maximum(seen.sum(axis=(1, 2), keepdims=True), 1))


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
    out = CountFit(
        residual=np.full(y.shape, np.nan),
        variance=np.full(y.shape, np.nan),
        actor=np.zeros(y.shape[:2]),
        recipient=np.zeros(y.shape[:2]),
        slope=np.zeros(len(y)),
        dispersion=np.full(len(y), np.nan),
    )
    for t in np.flatnonzero(seen.any(axis=(1, 2))).tolist():
        # one period fits in the processor's cache, all together do not
        alive = np.flatnonzero(seen[t].any(axis=0) | seen[t].any(axis=1))
        grid = np.ix_(alive, alive)
        covariate = None if x is None else x[t][grid]
        fit = _Period(y[t][grid], covariate, seen[t][grid])
        for _ in range(rounds):
            fit.step()
        fit.store(out, t, alive)
    return out


class _Period:
    """State of the iteration for one period; arrays have dims (actor, recipient) or (state,)."""

    def __init__(self, y: Array, x: Array | None, seen: NDArray[np.bool_]) -> None:
        self.seen = seen.astype(float)
        self.y = np.where(seen, y, 0.0)
        self.with_slope = x is not None
        self.x = np.zeros_like(self.y) if x is None else np.where(seen, x, 0.0)
        mean = self.y.sum() / max(float(self.seen.sum()), 1.0)
        self.eta = np.full_like(self.y, np.log(mean + 1e-3))
        self.z = np.zeros_like(self.y)
        self.tau = 1.0
        self.actor = self.recipient = np.zeros(len(y))
        self.slope = 0.0
        self.spread = [1.0, 1.0]

    def mean(self) -> Array:
        return np.asarray(np.exp(np.clip(self.eta + self.z, *_MEAN_RANGE)))

    def step(self) -> None:
        mu = self.mean()
        for _ in range(_NEWTON):
            move = (self.y - mu - self.z / self.tau) / (mu + 1.0 / self.tau)
            self.z = self.z + self.seen * np.clip(move, -_STEP, _STEP)
            mu = self.mean()
        working = self.eta + self.z + (self.y - mu) / mu
        # the marginal weight: one huge dyad cannot set a state's effect
        self._solve(working, self.seen / (1.0 / mu + self.tau))
        alive = self.seen.any(axis=1), self.seen.any(axis=0)
        for side, effect in enumerate((self.actor, self.recipient)):
            known = effect[alive[side]]
            self.spread[side] = max(float(known.var()) if len(known) else 0.0, _VAR_FLOOR)
        second = self.seen * (self.z**2 + 1.0 / (self.mean() + 1.0 / self.tau))
        self.tau = float(np.clip(second.sum() / self.seen.sum(), *_TAU_RANGE))

    def _solve(self, working: Array, weight: Array) -> None:
        """Ridge-weighted normal equations on [1, x, actors, recipients]; actors are eliminated."""
        states = len(weight)
        wx, wy = weight * self.x, weight * working
        diagonal = weight.sum(axis=1) + 1.0 / self.spread[0]
        # columns: constant, slope, recipients
        cross = np.column_stack([weight.sum(axis=1), wx.sum(axis=1), weight])
        lhs = np.zeros((states + 2, states + 2))
        by_recipient = weight.sum(axis=0)
        lhs[0, 0], lhs[0, 1] = weight.sum(), wx.sum()
        lhs[0, 2:], lhs[1, 2:] = by_recipient, wx.sum(axis=0)
        lhs = lhs + np.triu(lhs, 1).T
        # without an exposure the slope's equation is rho = 0
        lhs[1, 1] = float((wx * self.x).sum()) if self.with_slope else 1.0
        np.fill_diagonal(lhs[2:, 2:], by_recipient + 1.0 / self.spread[1])
        # a period without any count, or one exposure for all, is left to the penalties
        lhs[[0, 1], [0, 1]] += 1e-9
        rhs = np.concatenate([[wy.sum(), (wy * self.x).sum()], wy.sum(axis=0)])
        scaled = cross / diagonal[:, None]
        by_actor = wy.sum(axis=1)
        beta = np.linalg.solve(lhs - cross.T @ scaled, rhs - scaled.T @ by_actor)
        self.actor = (by_actor - cross @ beta) / diagonal
        self.slope, self.recipient = float(beta[1]), beta[2:]
        fitted = beta[0] + self.actor[:, None] + self.recipient[None, :] + self.slope * self.x
        self.eta = np.clip(fitted, *_MEAN_RANGE)

    def store(self, out: CountFit, t: int, alive: NDArray[np.int64]) -> None:
        mu = self.mean()
        seen = self.seen > 0
        grid = np.ix_(alive, alive)
        out.residual[t][grid] = np.where(seen, self.z + self.z / (self.tau * mu), np.nan)
        out.variance[t][grid] = np.where(seen, 1.0 / mu, np.nan)
        out.actor[t, alive], out.recipient[t, alive] = self.actor, self.recipient
        out.slope[t], out.dispersion[t] = self.slope, self.tau


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
