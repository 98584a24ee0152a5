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
from comity.models.factor_em import (
    Data,
    FactorPriors,
    Parameters,
    climb,
    filter_panel,
    standardise_panel,
    start,
)
from comity.models.smoother import Smoothed, draw_levels, smooth

if TYPE_CHECKING:
    from comity.models.panel_table import PanelTable

__all__ = ["FactorFit", "FactorPriors", "estimate_panel", "fit_factor"]

Array = NDArray[np.float64]
_DEFAULT = FactorPriors()
_JUMP_REACH = 6  # a jump is smeared over its neighbours: only the sharpest of these months counts


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


def fit_factor(
    values: Array,
    sd: Array | None = None,
    span: NDArray[np.int64] | None = None,
    *,
    seed: int,
    draws: int = 0,
    priors: FactorPriors = _DEFAULT,
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
    data = standardise_panel(values, sd, span)
    parameters = start(data, priors)
    parameters, smoothed = climb(data, parameters, priors, priors.iterations)
    if np.isfinite(priors.jump):
        for _ in range(2):
            jumps = _jumps(smoothed, parameters, priors.jump)
            if not jumps.any():
                break
            parameters = replace(parameters, extra=np.maximum(parameters.extra, jumps))
            parameters, smoothed = climb(data, parameters, priors, max(priors.iterations // 6, 4))
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


def _jumps(s: Smoothed, p: Parameters, limit: float) -> Array:
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
    data: Data, p: Parameters, priors: FactorPriors, rng: np.random.Generator, draws: int
) -> FactorFit:
    """Mix over draws of the parameters, so that the intervals know that they were estimated."""
    rounds = priors.parameter_draws
    # a stream of their own for the paths: how many are asked for cannot change the moments
    rng, own = rng.spawn(2)
    grid = np.exp(np.linspace(-1.5, 1.5, 9))
    means, spreads, paths = [], [], []
    for b in range(rounds):
        drawn = _draw_parameters(data, p, priors, rng)
        loglik = filter_panel(data, drawn, grid[:, None] * p.step).loglik.reshape(len(grid), -1).T
        loglik = loglik - 0.5 * np.log(grid) ** 2
        chance = np.exp(loglik - loglik.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        pick = (rng.random((len(chance), 1)) > chance.cumsum(axis=1)).sum(axis=1)
        filtered = filter_panel(data, drawn, p.step * grid[np.minimum(pick, len(grid) - 1)])
        s = smooth(filtered)
        centre = s.level.mean(axis=1, keepdims=True)
        size = np.sqrt(s.level.var(axis=1, keepdims=True) + s.level_var.mean(axis=1, keepdims=True))
        means.append((s.level - centre) / size)
        spreads.append(s.level_var / size**2)
        share = len(range(b, draws, rounds))
        if share:
            paths.append((draw_levels(filtered, own, share) - centre) / size)
    mean = np.mean(means, axis=0)
    sd = np.sqrt(np.mean(spreads, axis=0) + np.var(means, axis=0, ddof=1))
    kept = np.concatenate(paths) if paths else np.zeros((0, *mean.shape))
    return FactorFit(mean, sd, p.loading, p.noise, p.rho, p.step, p.extra > 0, kept)


def _draw_parameters(
    data: Data, p: Parameters, priors: FactorPriors, rng: np.random.Generator
) -> Parameters:
    """Draw noise and loadings around their estimates, as wide as the effective sample is small."""
    thin = (1.0 - p.rho) / (1.0 + p.rho)
    worth = data.n * thin + priors.noise_n
    noise = p.noise * worth / rng.chisquare(worth)
    mean = priors.mean_loading(p.loading)
    precision = data.n / p.long_run + 1.0 / (priors.loading_sd * mean) ** 2
    loading = p.loading + rng.standard_normal(p.loading.shape) / np.sqrt(precision)
    rho = np.clip(
        p.rho
        + rng.standard_normal(p.rho.shape) * np.sqrt((1 - p.rho**2) / (data.n + priors.rho_n)),
        0.0,
        0.95,
    )
    return replace(p, noise=noise, loading=loading, rho=rho)
