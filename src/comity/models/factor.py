"""One latent path per reading from any panel of items: loadings learnt, noise autocorrelated.

The generic estimator. Every item is ``mu + loading * level + noise``; the level is a random walk
that may jump. Loadings are pooled towards their common mean (equal declared weights), noise is
estimated by EM and inflated to its long-run variance where residuals are autocorrelated, known
sampling variance is added per value, values of a whole year see the mean of its months. All dyads
are run together, dims (dyad, time, item). Intervals include the uncertainty of the parameters.

The scale of the level is its own window: mean 0 and standard deviation 1 over the months shown.

References
----------
.. [1] De Jong, P. and Penzer, J. (1998), Diagnosing shocks in time series.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import NotEnoughObservations
from comity.models.kalman import (
    Filtered,
    Plan,
    Smoothed,
    draw_levels,
    filter_levels,
    plan_spans,
    smooth,
)

if TYPE_CHECKING:
    from comity.models.panel_table import PanelTable

__all__ = ["FactorFit", "FactorPriors", "estimate_panel", "fit_factor"]

Array = NDArray[np.float64]
_YEAR = 12
_JUMP_REACH = 6  # a jump is smeared over its neighbours: only the sharpest of these months counts


@dataclass(frozen=True)
class FactorPriors:
    """What is declared before the panel is seen.

    Parameters
    ----------
    loading_sd : float
        Prior standard deviation of a loading around the panel's mean loading, relative to it.
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
    noise: float = 0.5
    noise_n: float = 2.0
    rho_n: float = 20.0
    step: float = 0.02
    step_n: float = 4.0
    jump: float = 3.5
    iterations: int = 40
    parameter_draws: int = 8


@dataclass(frozen=True)
class FactorFit:
    """Paths with their uncertainty and the parameters behind them.

    Parameters
    ----------
    mean, sd : numpy.ndarray
        Posterior moments of the level, dims (dyad, time). [standard deviations of the window]
    loading, noise, rho : numpy.ndarray
        Per standardised item: loading, noise variance (short-run), autocorrelation of the noise,
        dims (dyad, item).
    step : numpy.ndarray
        Variance of a month's step, dims (dyad,).
    jumps : numpy.ndarray of bool
        Months taken as abrupt shifts, dims (dyad, time).
    draws : numpy.ndarray
        Joint paths, dims (draw, dyad, time); no draws unless asked for.
    """

    mean: Array
    sd: Array
    loading: Array
    noise: Array
    rho: Array
    step: Array
    jumps: NDArray[np.bool_]
    draws: Array


@dataclass(frozen=True)
class _Data:
    """Standardised values split by span; unobserved cells hold 0 and mask 0."""

    monthly: Array
    seen: Array
    yearly: Array
    seen_yearly: Array
    variance: Array | None
    plan: Plan
    n: Array


@dataclass(frozen=True)
class _Parameters:
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


def fit_factor(
    values: Array,
    sd: Array | None = None,
    span: NDArray[np.int64] | None = None,
    *,
    seed: int,
    draws: int = 0,
    priors: FactorPriors = FactorPriors(),
) -> FactorFit:
    """Return one latent path per dyad.

    Parameters
    ----------
    values : numpy.ndarray
        Dims (dyad, time, item), already multiplied by polarity; NaN is missing. A yearly value
        stands at December.
    sd : numpy.ndarray, optional
        Known sampling standard deviation, same dims, NaN if unknown.
    span : numpy.ndarray of int, optional
        1 monthly or 12 yearly, same dims; monthly by default. [months]
    seed : int
        Seed of the draws.
    draws : int, optional
        Joint paths to keep; moments need none.
    priors : FactorPriors, optional
        Declared before the panel is seen.

    Raises
    ------
    NotEnoughObservations
        If a dyad has fewer than two values.
    """
    if (np.isfinite(values).sum(axis=(1, 2)) < 2).any():
        msg = (
            "a reading needs at least two values to have a scale; add observations or leave it out."
        )
        raise NotEnoughObservations(msg)
    data = _standardise(values, sd, span)
    parameters = _start(data, priors)
    parameters, smoothed = _climb(data, parameters, priors, priors.iterations)
    if np.isfinite(priors.jump):
        for _ in range(2):
            jumps = _jumps(smoothed, parameters, priors.jump)
            if not jumps.any():
                break
            parameters = replace(parameters, extra=np.maximum(parameters.extra, jumps))
            parameters, smoothed = _climb(data, parameters, priors, max(priors.iterations // 6, 4))
    return _spread(data, parameters, priors, np.random.default_rng(seed), draws)


def estimate_panel(panel: PanelTable, *, seed: int, draws: int = 1000) -> dict[str, Any]:
    """Estimate one latent path per reading of a user's own panel.

    Parameters
    ----------
    panel : PanelTable
        Checked table, from `comity.models.panel_table.read_panel_table`.
    seed : int
        Seed of the draws; same seed and table give the same numbers.
    draws : int, optional
        Joint paths behind the quantiles.

    Returns
    -------
    dict
        ``{"readings": {NAME: {"series": [{period, mean, sd, lo80, hi80, lo95, hi95}]}}}``, monthly,
        in latent units (mean 0 and standard deviation 1 over the reading's own window).

    Raises
    ------
    NotEnoughObservations
        If a reading has fewer than two values.
    """
    readings: dict[str, Any] = {}
    for name in panel.readings:
        months, values, sd, span = panel.arrays(name)
        try:
            fit = fit_factor(values[None], sd[None], span[None], seed=seed, draws=max(draws, 100))
        except NotEnoughObservations as error:
            msg = f"{panel.where}: reading {name}: {error}"
            raise NotEnoughObservations(msg) from None
        low95, low80, high80, high95 = np.quantile(
            fit.draws[:, 0], [0.025, 0.1, 0.9, 0.975], axis=0
        )
        readings[name] = {
            "series": [
                {
                    "period": month,
                    "mean": float(fit.mean[0, t]),
                    "sd": float(fit.sd[0, t]),
                    "lo80": float(low80[t]),
                    "hi80": float(high80[t]),
                    "lo95": float(low95[t]),
                    "hi95": float(high95[t]),
                }
                for t, month in enumerate(months)
            ]
        }
    return {"readings": readings}


def _standardise(values: Array, sd: Array | None, span: NDArray[np.int64] | None) -> _Data:
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
    return _Data(
        monthly=np.where(seen & ~yearly, z, 0.0),
        seen=(seen & ~yearly).astype(float),
        yearly=np.where(yearly, z, 0.0),
        seen_yearly=yearly.astype(float),
        variance=variance,
        plan=plan_spans(ends, np.full(ends.shape, _YEAR)),
        n=n.astype(float),
    )


def _start(data: _Data, priors: FactorPriors) -> _Parameters:
    dyads, time, items = data.monthly.shape
    return _Parameters(
        loading=np.full((dyads, items), 0.7),
        mu=np.zeros((dyads, items)),
        noise=np.full((dyads, items), priors.noise),
        rho=np.zeros((dyads, items)),
        step=np.full(dyads, priors.step),
        extra=np.zeros((dyads, time)),
    )


def _weights(data: _Data, seen: Array, noise: Array) -> Array:
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


def _filter(data: _Data, p: _Parameters, step: Array | None = None) -> Filtered:
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


def _climb(
    data: _Data, p: _Parameters, priors: FactorPriors, rounds: int
) -> tuple[_Parameters, Smoothed]:
    smoothed = smooth(_filter(data, p))
    for _ in range(rounds):
        p = _maximise(data, p, smoothed, priors)
        smoothed = smooth(_filter(data, p))
    return p, smoothed


def _maximise(data: _Data, p: _Parameters, s: Smoothed, priors: FactorPriors) -> _Parameters:
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
    mean = np.maximum(p.loading.mean(axis=1, keepdims=True), 0.05)
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


def _sums(data: _Data, level: Array, var: Array) -> Array:
    """Sufficient statistics of the items, dims (6, dyad, item): n, f, ff, y, yf, yy."""
    basis = np.stack([np.ones_like(level), level, level**2 + var], axis=2)
    n, sf, sff = np.moveaxis(data.seen.transpose(0, 2, 1) @ basis, 2, 0)
    sy, syf = np.moveaxis(data.monthly.transpose(0, 2, 1) @ basis[:, :, :2], 2, 0)
    return np.stack([n, sf, sff, sy, syf, np.einsum("dti,dti->di", data.monthly, data.monthly)])


def _sums_yearly(data: _Data, total: Array, var: Array) -> Array:
    if not data.seen_yearly.any():
        return np.zeros((6, total.shape[0], data.yearly.shape[2]))
    view = replace(data, monthly=data.yearly, seen=data.seen_yearly)
    return _sums(view, total, var)


def _rho(
    data: _Data,
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


def _jumps(s: Smoothed, p: _Parameters, limit: float) -> Array:
    """Return the squared size of abrupt shifts, dims (dyad, time), 0 where there is none."""
    move = np.zeros_like(s.level)
    move[:, 1:] = np.diff(s.level, axis=1)
    left = np.zeros_like(move)
    left[:, 1:] = s.level_var[:, 1:] + s.level_var[:, :-1] - 2 * s.lag_cov[:, 1:]
    step = p.step[:, None] + p.extra
    learnt = np.maximum(step - left, 1e-12)
    score = np.abs(move) / np.sqrt(learnt)
    score[:, 0] = 0.0
    score[p.extra > 0] = 0.0
    padded = np.pad(score, ((0, 0), (_JUMP_REACH, _JUMP_REACH)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _JUMP_REACH + 1, axis=1)
    sharp = (score > limit) & (score >= windows.max(axis=2))
    return np.where(sharp, (move * step / learnt) ** 2, 0.0)


def _spread(
    data: _Data, p: _Parameters, priors: FactorPriors, rng: np.random.Generator, draws: int
) -> FactorFit:
    """Mix over draws of the parameters, so that the intervals know that they were estimated."""
    rounds = priors.parameter_draws
    grid = np.exp(np.linspace(-1.5, 1.5, 9))
    means, spreads, paths = [], [], []
    for b in range(rounds):
        drawn = _draw_parameters(data, p, priors, rng)
        loglik = _filter(data, drawn, grid[:, None] * p.step).loglik.reshape(len(grid), -1).T
        loglik = loglik - 0.5 * np.log(grid) ** 2
        chance = np.exp(loglik - loglik.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        pick = (rng.random((len(chance), 1)) > chance.cumsum(axis=1)).sum(axis=1)
        filtered = _filter(data, drawn, p.step * grid[np.minimum(pick, len(grid) - 1)])
        s = smooth(filtered)
        centre = s.level.mean(axis=1, keepdims=True)
        size = np.sqrt(s.level.var(axis=1, keepdims=True) + s.level_var.mean(axis=1, keepdims=True))
        means.append((s.level - centre) / size)
        spreads.append(s.level_var / size**2)
        share = len(range(b, draws, rounds))
        if share:
            paths.append((draw_levels(filtered, rng, share) - centre) / size)
    mean = np.mean(means, axis=0)
    sd = np.sqrt(np.mean(spreads, axis=0) + np.var(means, axis=0, ddof=1))
    kept = np.concatenate(paths) if paths else np.zeros((0, *mean.shape))
    return FactorFit(mean, sd, p.loading, p.noise, p.rho, p.step, p.extra > 0, kept)


def _draw_parameters(
    data: _Data, p: _Parameters, priors: FactorPriors, rng: np.random.Generator
) -> _Parameters:
    """Draw noise and loadings around their estimates, as wide as the effective sample is small."""
    thin = (1.0 - p.rho) / (1.0 + p.rho)
    worth = data.n * thin + priors.noise_n
    noise = p.noise * worth / rng.chisquare(worth)
    mean = np.maximum(p.loading.mean(axis=1, keepdims=True), 0.05)
    precision = data.n / p.long_run + 1.0 / (priors.loading_sd * mean) ** 2
    loading = p.loading + rng.standard_normal(p.loading.shape) / np.sqrt(precision)
    rho = np.clip(
        p.rho
        + rng.standard_normal(p.rho.shape) * np.sqrt((1 - p.rho**2) / (data.n + priors.rho_n)),
        0.0,
        0.95,
    )
    return replace(p, noise=noise, loading=loading, rho=rho)
