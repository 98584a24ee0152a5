"""EM for one level behind many items: what each round of the panel estimator does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from comity.models.kalman import Filtered, Plan, filter_levels, plan_spans
from comity.models.smoother import Smoothed, smooth

__all__ = [
    "Data",
    "FactorPriors",
    "Parameters",
    "climb",
    "filter_panel",
    "standardise_panel",
    "start",
]

Array = NDArray[np.float64]
_YEAR = 12


@dataclass(frozen=True)
class FactorPriors:
    """What is declared before the panel is seen.

    Parameters
    ----------
    loading_sd : float
        Prior standard deviation of a loading around the panel's mean loading, relative to it.
    loading_n : float
        Items that the prior mean loading is worth against the panel's own items. That mean is what
        the prior noise leaves of a standardised item. Without it loadings and their own mean can
        shrink together until a level is taken for noise.
    noise, noise_n : float
        Prior noise variance of a standardised item, and the values it is worth.
    rho_n : float
        Values that the pooled autocorrelation of noise is worth against the item's own.
    step, step_n : float
        Prior variance of a month's step of the level, and the months it is worth.
    jump : float
        Standardised disturbance from which a month counts as an abrupt shift; inf for none.
    iterations : int
        EM rounds.
    parameter_draws : int
        Draws of the parameters that the intervals mix over.
    """

    loading_sd: float = 0.5
    loading_n: float = 5.0
    noise: float = 0.5
    noise_n: float = 2.0
    rho_n: float = 20.0
    step: float = 0.02
    step_n: float = 4.0
    jump: float = 3.5
    iterations: int = 40
    parameter_draws: int = 8

    @property
    def loading(self) -> float:
        """Prior mean loading: item and level have unit spread, and noise takes its part."""
        return float(np.sqrt(max(1.0 - self.noise, 0.0)))

    def mean_loading(self, loading: Array) -> Array:
        """Return the mean that loadings are drawn to, dims (dyad, 1)."""
        items = loading.shape[1]
        total = loading.sum(axis=1, keepdims=True) + self.loading_n * self.loading
        return np.asarray(np.maximum(total / (items + self.loading_n), 0.05))


@dataclass(frozen=True)
class Data:
    """Standardised values split by span; unobserved cells hold 0 and mask 0."""

    monthly: Array
    seen: Array
    yearly: Array
    seen_yearly: Array
    variance: Array | None
    plan: Plan
    n: Array


@dataclass(frozen=True)
class Parameters:
    """Loadings, means, noise and its autocorrelation, dims (dyad, item); steps, dims (dyad,)."""

    loading: Array
    mu: Array
    noise: Array
    rho: Array
    step: Array
    extra: Array  # variance added to the steps of months with a jump, dims (dyad, time)

    @property
    def long_run(self) -> Array:
        """Noise variance that a slow level sees."""
        return np.asarray(self.noise * (1.0 + self.rho) / (1.0 - self.rho))


def standardise_panel(values: Array, sd: Array | None, span: NDArray[np.int64] | None) -> Data:
    """Bring items to unit spread and split them by span; arguments as in `fit_factor`."""
    seen = np.isfinite(values)
    n = seen.sum(axis=1)
    count = np.maximum(n, 1)[:, None]
    centre = np.where(seen, values, 0.0).sum(axis=1, keepdims=True) / count
    away = np.where(seen, values - centre, 0.0)
    spread = np.sqrt((away**2).sum(axis=1, keepdims=True) / np.maximum(count - 1, 1))
    spread = np.where(spread > 0, spread, 1.0)
    z = away / spread
    # a wild value would own its item's scale: pull it in to eight robust deviations
    z = np.clip(z, -8.0, 8.0)
    yearly = np.zeros_like(seen) if span is None else seen & (span > 1)
    variance = None
    if sd is not None and np.isfinite(sd).any():
        variance = np.where(seen & np.isfinite(sd), sd / spread, 0.0) ** 2
    ends = np.asarray(yearly.any(axis=2))
    return Data(
        monthly=np.where(seen & ~yearly, z, 0.0),
        seen=(seen & ~yearly).astype(float),
        yearly=np.where(yearly, z, 0.0),
        seen_yearly=yearly.astype(float),
        variance=variance,
        plan=plan_spans(ends, np.full(ends.shape, _YEAR)),
        n=n.astype(float),
    )


def start(data: Data, priors: FactorPriors) -> Parameters:
    """Return where EM sets out: equal loadings."""
    dyads, time, items = data.monthly.shape
    return Parameters(
        loading=np.full((dyads, items), priors.loading),
        mu=np.zeros((dyads, items)),
        noise=np.full((dyads, items), priors.noise),
        rho=np.zeros((dyads, items)),
        step=np.full(dyads, priors.step),
        extra=np.zeros((dyads, time)),
    )


def _weights(data: Data, seen: Array, noise: Array) -> Array:
    """Precision of each value, dims (dyad, time, item) or (dyad, 1, item) where it is constant."""
    if data.variance is None:
        return np.asarray(1.0 / noise[:, None])
    return np.asarray(seen / (noise[:, None] + data.variance))


def _collapse(
    z: Array, seen: Array, weights: Array, loading: Array, mu: Array
) -> tuple[Array, Array]:
    """Reduce all items of a month to one value of the level and its variance (sufficient)."""
    if weights.shape[1] == 1:
        by = (loading * weights[:, 0])[:, :, None]
        value = (z @ by)[:, :, 0] - (seen @ (mu[:, :, None] * by))[:, :, 0]
        total = (seen @ (loading[:, :, None] * by))[:, :, 0]
    else:
        value = ((z - seen * mu[:, None]) * weights) @ loading[:, :, None]
        value = value[:, :, 0]
        total = (weights @ (loading**2)[:, :, None])[:, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, value / total, np.nan), np.where(total > 0, 1.0 / total, 1.0)


def filter_panel(data: Data, p: Parameters, step: Array | None = None) -> Filtered:
    """Filter with the given steps, dims (dyad,) or (grid, dyad): then series are grid by dyad."""
    step = p.step if step is None else step
    steps = (step[..., None] + p.extra).reshape(-1, p.extra.shape[1])
    copies = len(steps) // len(p.extra)
    noise = p.long_run
    y, variance = _collapse(
        data.monthly, data.seen, _weights(data, data.seen, noise), p.loading, p.mu
    )
    y, variance = np.tile(y, (copies, 1)), np.tile(variance, (copies, 1))
    if not data.seen_yearly.any():
        return filter_levels(y, variance, steps)
    weights = _weights(data, data.seen_yearly, p.noise)
    yearly, yearly_variance = _collapse(data.yearly, data.seen_yearly, weights, p.loading, p.mu)
    plan = Plan(*(np.tile(part, (copies, 1)) for part in data.plan))
    yearly, yearly_variance = np.tile(yearly, (copies, 1)), np.tile(yearly_variance, (copies, 1))
    return filter_levels(yearly, yearly_variance, steps, plan, direct=(y, variance))


def climb(
    data: Data, p: Parameters, priors: FactorPriors, rounds: int
) -> tuple[Parameters, Smoothed]:
    """Run rounds of EM and return the parameters with their smoothed level."""
    smoothed = smooth(filter_panel(data, p))
    for _ in range(rounds):
        p = _maximise(data, p, smoothed, priors)
        smoothed = smooth(filter_panel(data, p))
    return p, smoothed


def _maximise(data: Data, p: Parameters, s: Smoothed, priors: FactorPriors) -> Parameters:
    level, var, lag = s.level, s.level_var, s.lag_cov
    step = _step(level, var, lag, p.extra, priors)
    # the window fixes the scale: rescale the level to unit spread before the loadings are learnt
    centre = level.mean(axis=1, keepdims=True)
    size = np.sqrt(level.var(axis=1, keepdims=True) + var.mean(axis=1, keepdims=True) + 1e-9)
    level, var, lag = (level - centre) / size, var / size**2, lag / size**2
    total = (s.cumulator / data.plan.months - centre) / size
    total_var = s.cumulator_var / data.plan.months**2 / size**2
    sums = _sums(data, level, var) + _sums_yearly(data, total, total_var)
    n, sf, sff, sy, syf, syy = sums
    n = np.maximum(n, 1e-9)
    noise = p.long_run
    mean = priors.mean_loading(p.loading)
    prior = 1.0 / (priors.loading_sd * mean) ** 2
    data_precision = np.maximum(sff - sf**2 / n, 0.0) / noise
    loading = ((syf - sf * sy / n) / noise + mean * prior) / (data_precision + prior)
    mu = (sy - loading * sf) / n
    square = syy - 2 * mu * sy - 2 * loading * syf + n * mu**2 + 2 * mu * loading * sf
    square = np.maximum(square + loading**2 * sff, 0.0)
    if data.variance is not None:
        known = (data.variance * (data.seen + data.seen_yearly)).sum(axis=1)
        square = np.maximum(square - known, 0.02 * square)
    learnt = (square + priors.noise * priors.noise_n) / (n + priors.noise_n)
    return replace(
        p,
        loading=loading,
        mu=mu,
        noise=np.maximum(learnt, 0.02),
        rho=_rho(data, level, var, lag, loading, mu, priors),
        step=step / size[:, 0] ** 2,
        extra=p.extra / size**2,
    )


def _step(level: Array, var: Array, lag: Array, extra: Array, priors: FactorPriors) -> Array:
    moves = (level[:, 1:] - level[:, :-1]) ** 2 + var[:, 1:] + var[:, :-1] - 2 * lag[:, 1:]
    plain = extra[:, 1:] == 0
    total = np.where(plain, moves, 0.0).sum(axis=1)
    months = plain.sum(axis=1)
    return np.asarray((total + priors.step * priors.step_n) / (months + priors.step_n))


def _sums(data: Data, level: Array, var: Array) -> Array:
    """Sufficient statistics of the items, dims (6, dyad, item): n, f, ff, y, yf, yy."""
    basis = np.stack([np.ones_like(level), level, level**2 + var], axis=2)
    n, sf, sff = np.moveaxis(data.seen.transpose(0, 2, 1) @ basis, 2, 0)
    sy, syf = np.moveaxis(data.monthly.transpose(0, 2, 1) @ basis[:, :, :2], 2, 0)
    return np.stack([n, sf, sff, sy, syf, np.einsum("dti,dti->di", data.monthly, data.monthly)])


def _sums_yearly(data: Data, total: Array, var: Array) -> Array:
    if not data.seen_yearly.any():
        return np.zeros((6, total.shape[0], data.yearly.shape[2]))
    view = replace(data, monthly=data.yearly, seen=data.seen_yearly)
    return _sums(view, total, var)


def _rho(
    data: Data,
    level: Array,
    var: Array,
    lag: Array,
    loading: Array,
    mu: Array,
    priors: FactorPriors,
) -> Array:
    """First autocorrelation of the noise, expected over the level, pooled over the items."""
    rest = data.monthly - data.seen * (mu[:, None] + loading[:, None] * level[:, :, None])
    pairs = data.seen[:, 1:] * data.seen[:, :-1]
    n = pairs.sum(axis=1)
    square = loading**2
    both = (rest[:, 1:] * rest[:, :-1]).sum(axis=1)
    both = both + square * np.einsum("dti,dt->di", pairs, lag[:, 1:])
    ends = 0.5 * ((rest[:, 1:] ** 2 + rest[:, :-1] ** 2) * pairs).sum(axis=1)
    ends = ends + square * np.einsum("dti,dt->di", pairs, 0.5 * (var[:, 1:] + var[:, :-1]))
    pooled = both.sum(axis=1, keepdims=True) / np.maximum(ends.sum(axis=1, keepdims=True), 1e-9)
    own = both / np.maximum(ends, 1e-9)
    shrunk = (n * own + priors.rho_n * pooled) / (n + priors.rho_n)
    return np.asarray(np.clip(shrunk, 0.0, 0.9))
