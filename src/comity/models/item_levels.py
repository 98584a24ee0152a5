"""Each item on its own: brought to a scale of its own history, smoothed by its own local level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError
from comity.models._protocol import Item
from comity.models.kalman import Filtered, Plan, filter_levels, plan_spans
from comity.models.smoother import smooth

__all__ = [
    "ItemPriors",
    "Levels",
    "Standardised",
    "autocorrelation",
    "check_item",
    "fit_levels",
    "on_scale_of",
    "standardise",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ItemPriors:
    """What is declared about items before they are seen.

    Parameters
    ----------
    scale_n : float
        Values that the prior scale of an item is worth: with few of its own an item cannot call
        one of them extreme.
    start_var : float
        Variance of the level before anything is seen. [item standard deviations squared]
    step, noise : float
        Prior medians of a month's step variance and of the noise variance, same unit.
    spread : float
        Standard deviation of the logs of both around their medians. [log]
    pool_n : float
        Items that the prior medians are worth against the dyad's own items.
    state_noise, episode_noise : float
        Factor on the prior noise of items that hold until changed, and of rare scored events.
    episode_floor : float
        Noise variance that a scored event has at least, whatever the few others say.
    rho_n : float
        Values that uncorrelated noise is worth.
    """

    scale_n: float = 6.0
    start_var: float = 2.0
    step: float = 0.015
    noise: float = 0.4
    spread: float = 1.0
    pool_n: float = 5.0
    state_noise: float = 0.1
    episode_noise: float = 3.0
    episode_floor: float = 0.6
    rho_n: float = 20.0


class Standardised(NamedTuple):
    """Items on their own scale, times polarity, dims (item, time); `unit` turns them back."""

    z: Array
    variance: Array
    span: NDArray[np.int64]
    centre: Array
    unit: Array


@dataclass(frozen=True)
class Levels:
    """Local levels of all items, once per draw of their parameters.

    Parameters
    ----------
    filters : tuple of Filtered
        One per draw of (step, noise); items along the series dimension.
    noises : tuple of numpy.ndarray
        Long-run noise variance behind each filter, dims (item,).
    central, central_noise : Filtered, numpy.ndarray
        The filter with the posterior means of step and long-run noise, and that noise.
    step, noise, rho : numpy.ndarray
        Posterior means of the variances and autocorrelation of the noise, dims (item,).
    plan : Plan
        Spans of the values.
    known : numpy.ndarray
        Known sampling variance, dims (item, time), NaN where nothing was observed.
    start_var : float
        Variance of the level before anything was seen.
    """

    filters: tuple[Filtered, ...]
    noises: tuple[Array, ...]
    central: Filtered
    central_noise: Array
    step: Array
    noise: Array
    rho: Array
    plan: Plan
    known: Array
    start_var: float

    def variance(self, noise: Array) -> Array:
        """Return what a value scatters by around its level, dims (item, time), NaN if missing."""
        return np.asarray((noise[:, None] + self.known) * self.plan.inflation)

    @property
    def means(self) -> tuple[Array, Array]:
        """Filtered and smoothed means, dims (parameter draw, item, time)."""
        filtered = np.array([f.level for f in self.filters])
        return filtered, np.array([smooth(f).level for f in self.filters])

    def turns(self, draws: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the parameter draws and how many of so many draws each of them serves."""
        rounds = np.arange(len(self.filters))
        return rounds, (draws - rounds + len(rounds) - 1) // len(rounds)

    @property
    def filtered(self) -> tuple[Array, Array]:
        """Mean and variance given each month's past, mixed over parameters, dims (item, time)."""
        means = np.array([f.level for f in self.filters])
        within = np.mean([f.level_var for f in self.filters], axis=0)
        return means.mean(axis=0), within + means.var(axis=0)


def standardise(items: Sequence[Item], prior: ItemPriors, *, signed: bool = False) -> Standardised:
    """Bring items to a scale on which they can be added up.

    Centre is the median, unit a robust standard deviation that is drawn towards a prior one (half
    the item's typical size, or its sampling error) while there are few values. Signed items keep
    their zero: those within -1 and 1 are ratios and stay as they are, others are squeezed by
    ``tanh`` of value over typical size.

    Parameters
    ----------
    items : sequence of Item
        Of one reading.
    prior : ItemPriors
        Declared before they are seen.
    signed : bool, optional
        True for asymmetry, where 0 means balance.
    """
    y = np.array([item.values for item in items], dtype=float)
    known = np.array([item.sd for item in items], dtype=float)
    span = np.array([item.span for item in items], dtype=np.int64)
    polarity = np.array([float(item.polarity) for item in items])
    centre, unit = np.zeros(len(items)), np.ones(len(items))
    for i, values in enumerate(y):
        seen = values[np.isfinite(values)]
        if signed:
            unit[i] = _signed_unit(seen, prior)
        else:
            centre[i] = np.median(seen)
            unit[i] = _unit(seen, known[i], prior)
    squeezed = np.array([signed and not _is_ratio(values) for values in y])
    return _placed(y, known, span, (centre, unit, squeezed, polarity))


def on_scale_of(
    like: Sequence[Item], data: Standardised, items: Sequence[Item], *, signed: bool = False
) -> Standardised:
    """Bring another vintage of the same items to the scale of `data`.

    Parameters
    ----------
    like : sequence of Item
        The items that `data` was made from.
    data : Standardised
        From `standardise`.
    items : sequence of Item
        The same items, in the same order, with other values.
    signed : bool, optional
        As given to `standardise`.
    """
    y = np.array([item.values for item in items], dtype=float)
    known = np.array([item.sd for item in items], dtype=float)
    span = np.array([item.span for item in items], dtype=np.int64)
    polarity = np.array([float(item.polarity) for item in items])
    squeezed = np.array([signed and not _is_ratio(np.asarray(item.values)) for item in like])
    return _placed(y, known, span, (data.centre, data.unit, squeezed, polarity))


def _placed(
    y: Array,
    known: Array,
    span: NDArray[np.int64],
    scale: tuple[Array, Array, NDArray[np.bool_], Array],
) -> Standardised:
    centre, unit, squeezed, polarity = scale
    z = (y - centre[:, None]) / unit[:, None]
    known = np.where(np.isfinite(known), known, 0.0) / unit[:, None]
    slope = np.where(squeezed[:, None] & np.isfinite(z), 1.0 - np.tanh(z) ** 2, 1.0)
    z, known = np.where(squeezed[:, None], np.tanh(z), z), known * slope
    return Standardised(z * polarity[:, None], known**2, span, centre, unit)


def fit_levels(
    data: Standardised,
    kinds: Sequence[str],
    *,
    rng: np.random.Generator,
    prior: ItemPriors,
    parameter_draws: int = 8,
) -> Levels:
    """Learn step and noise of every item, pooled over the items, and filter each.

    The likelihood is exact on a grid of (step, noise); the prior medians move to the dyad's own
    items as there are more of them; parameters are drawn from the grid, so that levels know that
    they were estimated. Where residuals are autocorrelated, noise is raised to its long-run value.

    Parameters
    ----------
    data : Standardised
        From `standardise`.
    kinds : sequence of str
        ``flow``, ``state`` or ``episode`` per item.
    rng : numpy.random.Generator
        Source of chance.
    prior : ItemPriors
        Declared before they are seen.
    parameter_draws : int, optional
        Draws of (step, noise) per item.
    """
    plan = plan_spans(np.isfinite(data.z), data.span)
    ratios = np.exp(np.linspace(-2.5, 2.5, 9))
    steps = prior.step * ratios
    factor = {"flow": 1.0, "state": prior.state_noise, "episode": prior.episode_noise}
    noises = np.array([prior.noise * factor[kind] for kind in kinds])[:, None] * ratios
    floor = np.array([prior.episode_floor * (kind == "episode") for kind in kinds])
    noises = np.maximum(noises, floor[:, None])
    loglik = _grid(data, plan, steps, noises, prior)
    chance = _posterior(loglik, np.log(ratios), prior)
    average = np.tensordot(chance.sum(axis=2), steps, axes=1)
    noise = (chance.sum(axis=1) * noises).sum(axis=1)

    def run(noise: Array, step: Array) -> Filtered:
        return filter_levels(
            data.z,
            noise[:, None] + data.variance,
            step[:, None],
            plan,
            start=(0.0, prior.start_var),
        )

    rho = autocorrelation(data.z - smooth(run(noise, average)).cumulator / plan.months, prior)
    lift = (1.0 + rho) / (1.0 - rho)
    filters, drawn = [], []
    flat = chance.reshape(len(chance), -1).cumsum(axis=1)
    for _ in range(parameter_draws):
        pick = (rng.random((len(flat), 1)) * flat[:, -1:] > flat).sum(axis=1)
        at_step, at_noise = np.divmod(np.minimum(pick, flat.shape[1] - 1), len(ratios))
        drawn.append(noises[np.arange(len(noises)), at_noise] * lift)
        filters.append(run(drawn[-1], steps[at_step]))
    return Levels(
        filters=tuple(filters),
        noises=tuple(drawn),
        central=run(noise * lift, average),
        central_noise=noise * lift,
        step=average,
        noise=noise,
        rho=rho,
        plan=plan,
        known=np.where(np.isfinite(data.z), data.variance, np.nan),
        start_var=prior.start_var,
    )


def check_item(item: Item) -> None:
    """Refuse an item that cannot be meant.

    Raises
    ------
    ModelError
        If its arrays differ in length or hold infinite values, its polarity is not 1 or -1, or its
        weight is not positive.
    """
    size = len(item.values)
    if not (len(item.sd) == len(item.span) == size):
        msg = f"item {item.name}: values, sd and span differ in length; give all by month."
        raise ModelError(msg)
    if np.isinf(item.values).any() or np.isinf(item.sd).any() or (item.sd < 0).any():
        msg = f"item {item.name}: values and sd must be finite and sd not negative; NaN is missing."
        raise ModelError(msg)
    if item.polarity not in (-1, 1) or not (np.isfinite(item.weight) and item.weight > 0):
        msg = (
            f"item {item.name}: polarity {item.polarity} and weight {item.weight:g}; "
            "polarity is 1 or -1 and weight positive."
        )
        raise ModelError(msg)


def _unit(seen: Array, known: Array, prior: ItemPriors) -> float:
    robust = 1.4826 * float(np.median(np.abs(seen - np.median(seen))))
    plain = float(seen.std())
    # a mostly constant item has no median deviation; a wild value inflates the plain one
    own = robust if robust > 0.25 * plain else plain
    errors = known[np.isfinite(known)]
    sampling = float(np.median(errors)) if len(errors) else 0.0
    typical = max(0.5 * float(np.median(np.abs(seen))), sampling)
    declared = typical if typical > 0 else (own if own > 0 else 1.0)
    n = len(seen)
    return float(np.sqrt((prior.scale_n * declared**2 + n * own**2) / (prior.scale_n + n)))


def _is_ratio(values: Array) -> bool:
    seen = values[np.isfinite(values)]
    return bool((np.abs(seen) <= 1.0).all())


def _signed_unit(seen: Array, prior: ItemPriors) -> float:
    if _is_ratio(seen):
        return 1.0
    size = float(np.sqrt(np.mean(seen**2)))
    return size * float(np.sqrt(1.0 + prior.scale_n / len(seen)))


def _grid(data: Standardised, plan: Plan, steps: Array, noises: Array, prior: ItemPriors) -> Array:
    """Log-likelihood, dims (item, step, noise)."""
    items, time = data.z.shape
    copies = len(steps) * noises.shape[1]
    noise = np.broadcast_to(noises[:, None], (items, len(steps), noises.shape[1])).reshape(-1)
    step = np.broadcast_to(steps[None, :, None], (items, len(steps), noises.shape[1])).reshape(-1)
    spread = Plan(*(np.repeat(part, copies, axis=0) for part in plan))
    fit = filter_levels(
        np.repeat(data.z, copies, axis=0),
        noise[:, None] + np.repeat(data.variance, copies, axis=0),
        np.broadcast_to(step[:, None], (items * copies, time)),
        spread,
        start=(0.0, prior.start_var),
    )
    return fit.loglik.reshape(items, len(steps), noises.shape[1])


def _posterior(loglik: Array, logs: Array, prior: ItemPriors) -> Array:
    """Posterior over (step, noise) with medians learnt from all items, dims (item, step, noise)."""
    centre = np.zeros(2)
    chance = loglik
    for _ in range(3):
        bend = -0.5 * ((logs - centre[0]) ** 2)[:, None] - 0.5 * (logs - centre[1]) ** 2
        post = loglik + bend / prior.spread**2
        chance = np.exp(post - post.max(axis=(1, 2), keepdims=True))
        chance /= chance.sum(axis=(1, 2), keepdims=True)
        own = np.array([chance.sum(axis=2) @ logs, chance.sum(axis=1) @ logs])
        centre = own.sum(axis=1) / (own.shape[1] + prior.pool_n)
    return chance


def autocorrelation(rest: Array, prior: ItemPriors) -> Array:
    """Return the first autocorrelation of neighbouring residuals, drawn towards none, dims (item,).

    Parameters
    ----------
    rest : numpy.ndarray
        Values less their smoothed levels, dims (item, time); NaN where nothing was observed.
    prior : ItemPriors
        For `rho_n`.
    """
    out = np.zeros(len(rest))
    for i, row in enumerate(rest):
        seen = row[np.isfinite(row)]
        if len(seen) > 2:
            square = float((seen**2).mean())
            both = float((seen[1:] * seen[:-1]).mean())
            out[i] = both / max(square, 1e-9) * len(seen) / (len(seen) + prior.rho_n)
    return np.clip(out, 0.0, 0.8)
