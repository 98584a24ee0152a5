"""One latent path of one dyad by NUTS, to check what EM and the Kalman filter say of it.

The generative model of `comity.models.factor.fit_factor` without its approximations: every item is
``mu + loading * level + noise``, the level is a random walk, loadings are pooled towards their
common mean, noise is first-order autocorrelated over the calendar (gaps included) and known
sampling variance is added per value; a value with a span sees the mean of its months, with white
noise. All parameters are drawn jointly with the level. There are no abrupt shifts: compare with
``FactorPriors(jump=inf)`` where a level jumps. Minutes rather than milliseconds, so that it is
for cross-checks of single dyads, not for panels.

Needs the extra ``bayes``.

References
----------
.. [1] Hoffman, M. D. and Gelman, A. (2014), The No-U-Turn Sampler.
.. [2] Vehtari, A. et al. (2021), Rank-normalization, folding, and localization: an improved R-hat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import DidNotConverge, ModelError, NotEnoughObservations
from comity.models.factor_em import Data, FactorPriors, standardise_panel

__all__ = ["BayesFit", "fit_bayes"]

Array = NDArray[np.float64]
_DEFAULT = FactorPriors()
_MAX_RHAT = 1.02
_START_VAR = 4.0  # of the level in the first month, as in the Kalman filter
_PIN = 0.1  # how loosely the window's mean and spread are held while sampling


@dataclass(frozen=True)
class BayesFit:
    """Posterior of one dyad's level and parameters; draws are of all chains, one after the other.

    Parameters
    ----------
    mean, sd : numpy.ndarray
        Posterior moments of the level, dims (time,). [standard deviations of the window]
    draws : numpy.ndarray
        Joint paths, dims (draw, time), each with mean 0 and standard deviation 1 over the window.
    loading, noise, rho : numpy.ndarray
        Draws per standardised item: loading, noise variance (short-run), autocorrelation of the
        noise, dims (draw, item).
    step : numpy.ndarray
        Draws of the variance of a month's step, dims (draw,).
    rhat, ess : mapping
        Worst split R-hat and smallest effective sample size of each of the above, by name.
    divergences : int
        Trajectories that diverged after warm-up.
    """

    mean: Array
    sd: Array
    draws: Array
    loading: Array
    noise: Array
    rho: Array
    step: Array
    rhat: Mapping[str, float]
    ess: Mapping[str, float]
    divergences: int


def fit_bayes(  # noqa: PLR0913 -- the panel's arrays and the sampler's settings
    values: Array,
    sd: Array | None = None,
    span: NDArray[np.int64] | None = None,
    *,
    seed: int,
    draws: int = 500,
    warmup: int = 500,
    chains: int = 4,
    autocorrelated: bool = True,
    priors: FactorPriors = _DEFAULT,
) -> BayesFit:
    """Return the posterior of one dyad's latent path.

    Parameters
    ----------
    values : numpy.ndarray
        Dims (time, item), already multiplied by polarity; NaN is missing. A yearly value stands at
        December.
    sd : numpy.ndarray, optional
        Known sampling standard deviation, same dims, NaN if unknown.
    span : numpy.ndarray of int, optional
        1 monthly or 12 yearly, same dims; monthly by default. [months]
    seed : int
        Seed of the sampler; same seed and values give the same draws on one machine.
    draws, warmup : int, optional
        Kept and discarded draws of each chain.
    chains : int, optional
        Independent chains; at least two, so that they can disagree.
    autocorrelated : bool, optional
        Whether the noise of monthly values is autocorrelated.
    priors : FactorPriors, optional
        As in `fit_factor`; its `jump`, `iterations` and `parameter_draws` have no part here.

    Raises
    ------
    NotEnoughObservations
        If there are fewer than two values.
    ModelError
        If numpyro is not installed.
    DidNotConverge
        If a split R-hat is above 1.02.
    """
    if np.isfinite(values).sum() < 2:
        msg = "a path needs at least two values to have a scale; add observations or leave it out."
        raise NotEnoughObservations(msg)
    jax, numpyro = _load()
    given = None if sd is None else sd[None]
    spans = None if span is None else span[None]
    panel = _Panel.of(standardise_panel(values[None], given, spans), spans)
    with jax.enable_x64(True):  # noqa: FBT003 -- jax takes it by position
        model = _model(jax, numpyro, panel, priors, autocorrelated=autocorrelated)
        sampler = numpyro.infer.MCMC(
            numpyro.infer.NUTS(
                model,
                init_strategy=numpyro.infer.init_to_value(values={"white": np.zeros(len(values))}),
                target_accept_prob=0.9,
            ),
            num_warmup=warmup,
            num_samples=draws,
            num_chains=chains,
            chain_method="vectorized",
            progress_bar=False,
        )
        sampler.run(jax.random.PRNGKey(seed), extra_fields=("diverging",))
        kept = {k: np.asarray(v) for k, v in sampler.get_samples(group_by_chain=True).items()}
        divergences = int(np.asarray(sampler.get_extra_fields()["diverging"]).sum())
        return _summarise(numpyro.diagnostics, panel, kept, divergences)


@dataclass(frozen=True)
class _Panel:
    """What the sampler is given of one dyad, dims (time, item) unless said."""

    monthly: Array
    seen: Array
    yearly: Array
    seen_yearly: Array
    variance: Array
    average: Array  # row t averages the months that a value at t sees, dims (time, time)

    @classmethod
    def of(cls, data: Data, span: NDArray[np.int64] | None) -> _Panel:
        seen, seen_yearly = data.seen[0], data.seen_yearly[0]
        average = np.eye(len(seen))
        for t in np.flatnonzero(seen_yearly.any(axis=1)).tolist():
            months = 1 if span is None else int(np.where(seen_yearly[t] > 0, span[0, t], 0).max())
            first = max(t - months + 1, 0)
            average[t, first : t + 1] = 1.0 / (t + 1 - first)
        variance = np.zeros_like(seen) if data.variance is None else data.variance[0]
        return cls(data.monthly[0], seen, data.yearly[0], seen_yearly, variance, average)


def _load() -> tuple[Any, Any]:
    try:
        import jax  # noqa: PLC0415 -- optional and slow to import
        import numpyro  # noqa: PLC0415
    except ImportError as error:
        msg = (
            f"the NUTS cross-check needs numpyro, which cannot be imported ({error}); "
            "install it with: pip install 'comity[bayes]'. The EM estimator needs nothing more."
        )
        raise ModelError(msg) from None
    return jax, numpyro


def _model(
    jax: Any, numpyro: Any, panel: _Panel, priors: FactorPriors, *, autocorrelated: bool
) -> Callable[[], None]:
    jnp, dist = jax.numpy, numpyro.distributions
    time, items = panel.monthly.shape

    def model() -> None:
        step = numpyro.sample("step", _scaled(dist, priors.step, priors.step_n))
        pooled = numpyro.sample("pooled", dist.HalfNormal(1.0))
        with numpyro.plate("item", items):
            apart = numpyro.sample("apart", dist.Normal(0.0, 1.0))
            noise = numpyro.sample("noise", _scaled(dist, priors.noise, priors.noise_n))
            mu = numpyro.sample("mu", dist.Normal(0.0, 2.0))
        loading = numpyro.deterministic("loading", pooled * (1.0 + priors.loading_sd * apart))
        rho = _sample_rho(jax, numpyro, priors, items) if autocorrelated else jnp.zeros(items)
        white = numpyro.sample(
            "white", dist.ImproperUniform(dist.constraints.real_vector, (), (time,))
        )
        level, scale = _unwhiten(jax, panel, white, (loading, mu, noise, rho, step))
        numpyro.deterministic("level", level)
        numpyro.factor("map", scale)
        numpyro.factor("begin", dist.Normal(0.0, _START_VAR**0.5).log_prob(level[0]))
        numpyro.factor("walk", dist.Normal(0.0, jnp.sqrt(step)).log_prob(jnp.diff(level)).sum())
        # loadings and level are only known up to a common scale: the window fixes it
        numpyro.factor("centre", dist.Normal(0.0, _PIN).log_prob(level.mean()))
        numpyro.factor("spread", dist.Normal(0.0, _PIN).log_prob(jnp.log(level.std())))
        rest = panel.monthly - mu - loading * level[:, None]
        if autocorrelated:
            loglik = _loglik_ar1(jax, panel, rest, noise, rho)
        else:
            loglik = _loglik_white(jnp, panel.seen, rest, noise + panel.variance)
        if panel.seen_yearly.any():
            mean = panel.average @ level
            away = panel.yearly - mu - loading * mean[:, None]
            loglik += _loglik_white(jnp, panel.seen_yearly, away, noise + panel.variance)
        numpyro.factor("values", loglik)

    return model


def _unwhiten(jax: Any, panel: _Panel, white: Any, at: tuple[Any, ...]) -> tuple[Any, Any]:
    """Return the level and the log of the map's volume.

    `white` is what is left of the level once its moments under long-run white noise are taken out,
    so that it hardly hangs on the parameters. Only the sampler's speed depends on this map: its
    volume is in the density, and the posterior is that of the model under any such map.
    """
    jnp = jax.numpy
    loading, mu, noise, rho, step = at
    weight = panel.seen / (noise * (1.0 + rho) / (1.0 - rho) + panel.variance)
    # a mean of k months as k values, each worth a k-th: the precision stays tridiagonal
    late = panel.average.T @ (panel.seen_yearly / (noise + panel.variance))
    late_values = panel.average.T @ (panel.seen_yearly * panel.yearly / (noise + panel.variance))
    towards = (weight * (panel.monthly - mu) + late_values - late * mu) @ loading
    walk = np.full(len(panel.seen), 2.0)
    walk[[0, -1]] = 1.0
    linked = np.append(0.0, np.ones(len(walk) - 1))  # the first month has none before it
    diagonal = walk / step + (weight + late) @ loading**2
    diagonal = diagonal.at[0].add(1.0 / _START_VAR)

    def onward(before: tuple[Any, Any], now: tuple[Any, Any, Any]) -> tuple[Any, Any]:
        below = -now[2] / (step * before[0])
        root = jnp.sqrt(now[0] - below**2)
        value = (now[1] - below * before[1]) / root
        return (root, value), (root, below, value)

    def back(after: tuple[Any, Any], now: tuple[Any, Any, Any]) -> tuple[Any, Any]:
        level = (now[2] - after[0] * after[1]) / now[0]
        return (now[1], level), level

    zero, one = jnp.asarray(0.0), jnp.asarray(1.0)
    _, (root, below, value) = jax.lax.scan(onward, (one, zero), (diagonal, towards, linked))
    _, level = jax.lax.scan(back, (zero, zero), (root, below, value + white), reverse=True)
    return level, -jnp.log(root).sum()


def _scaled(dist: Any, size: float, worth: float) -> Any:
    """Return the distribution of a variance known as well as from `worth` values of that size."""
    return dist.InverseGamma(0.5 * worth, 0.5 * worth * size)


def _sample_rho(jax: Any, numpyro: Any, priors: FactorPriors, items: int) -> Any:
    dist = numpyro.distributions
    common = numpyro.sample("common_rho", dist.Normal(-1.0, 1.5))
    with numpyro.plate("item", items):
        apart = numpyro.sample("apart_rho", dist.Normal(0.0, 1.0))
    # a logit is four times as wide as the proportion behind it
    logit = common + 4.0 / np.sqrt(priors.rho_n) * apart
    return numpyro.deterministic("rho", 0.95 * jax.nn.sigmoid(logit))


def _loglik_white(jnp: Any, seen: Array, rest: Any, variance: Any) -> Any:
    return -0.5 * jnp.sum(seen * (jnp.log(2.0 * np.pi * variance) + rest**2 / variance))


def _loglik_ar1(jax: Any, panel: _Panel, rest: Any, noise: Any, rho: Any) -> Any:
    """Filter the noise of every item: exact whatever is missing, known variance included."""
    jnp = jax.numpy

    def month(state: tuple[Any, Any], now: tuple[Any, Any, Any]) -> tuple[Any, Any]:
        mean, var = state
        away, seen, known = now
        mean, var = rho * mean, rho**2 * var + (1.0 - rho**2) * noise
        error, spread = away - mean, var + known
        term = seen * (jnp.log(2.0 * np.pi * spread) + error**2 / spread)
        gain = seen * var / spread
        return (mean + gain * error, var * (1.0 - gain)), term

    begin = (jnp.zeros_like(noise), noise)
    _, terms = jax.lax.scan(month, begin, (rest, panel.seen, panel.variance))
    return -0.5 * jnp.sum(terms)


def _summarise(
    diagnostics: Any, panel: _Panel, kept: Mapping[str, Array], divergences: int
) -> BayesFit:
    level = kept["level"]
    size = level.std(axis=-1, keepdims=True)
    found = {
        "level": (level - level.mean(axis=-1, keepdims=True)) / size,
        "loading": kept["loading"] * size,
        "noise": kept["noise"],
        "step": kept["step"] / size[..., 0] ** 2,
    }
    if "rho" in kept:
        found["rho"] = kept["rho"]
    rhat = {k: float(np.max(diagnostics.split_gelman_rubin(v))) for k, v in found.items()}
    ess = {k: float(np.min(diagnostics.effective_sample_size(v))) for k, v in found.items()}
    worst = max(rhat, key=lambda name: rhat[name])
    if not rhat[worst] <= _MAX_RHAT:
        msg = (
            f"the chains disagree about the {worst}: R-hat {rhat[worst]:.3f}, above {_MAX_RHAT}, "
            f"with {divergences} divergent trajectories; ask for more warmup and draws, or check "
            "that the items move together."
        )
        raise DidNotConverge(msg)
    flat = {name: x.reshape(-1, *x.shape[2:]) for name, x in found.items()}
    items = panel.monthly.shape[1]
    return BayesFit(
        mean=flat["level"].mean(axis=0),
        sd=flat["level"].std(axis=0, ddof=1),
        draws=flat["level"],
        loading=flat["loading"],
        noise=flat["noise"],
        rho=flat.get("rho", np.zeros((len(flat["noise"]), items))),
        step=flat["step"],
        rhat=rhat,
        ess=ess,
        divergences=divergences,
    )
