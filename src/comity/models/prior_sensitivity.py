"""What each reading would say under other priors: halved, doubled, and with equal weights.

A light estimate: the parameters of an item's level are posterior means on a coarse grid instead of
draws, and distributions are normal quantiles instead of paths. It is made once under the declared
priors and once under each other choice, with the same numerics; the difference of the two is added
to the published value. A choice that changes nothing therefore moves nothing, and no chance enters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models._protocol import Item, Reading, ReadingPath
from comity.models.item_levels import (
    ItemPriors,
    Standardised,
    autocorrelation,
    standardise,
)
from comity.models.kalman import Filtered, Plan, filter_levels, plan_spans
from comity.models.mixture import (
    BALANCE_UNIT,
    Mixture,
    ReadingPriors,
    disagreement,
    rescaled,
)
from comity.models.rise import NORMAL, chance_of_rise
from comity.models.shared_errors import shared_lifts
from comity.models.smoother import smooth

__all__ = ["PriorChoice", "prior_sensitivity"]

Array = NDArray[np.float64]
_RATIOS = np.exp(np.linspace(-2.5, 2.5, 5))
_Z80 = 1.2816
_DEFAULT = ReadingPriors()


@dataclass(frozen=True)
class PriorChoice:
    """One reading's latest value under another choice of prior.

    Parameters
    ----------
    prior : str
        Field of `ItemPriors`, or ``weights``.
    factor : float or None
        What the prior is multiplied with; None for equal weights.
    value, lo80, hi80 : float
        Latest value with its 80 % interval, on the scale of the reading.
    p_rise : float
        Chance that the reading is higher in 12 months.
    move : float
        `value` less the published one. [points of the scale]
    """

    prior: str
    factor: float | None
    value: float
    lo80: float
    hi80: float
    p_rise: float
    move: float


def prior_sensitivity(
    reading: Reading, items: Sequence[Item], path: ReadingPath, priors: ReadingPriors = _DEFAULT
) -> list[PriorChoice]:
    """Return the latest value of a reading under other priors, the farthest move first.

    Parameters
    ----------
    reading : Reading
        Which.
    items : sequence of Item
        As given to `estimate_readings`; those of other readings are left aside.
    path : ReadingPath
        The published reading.
    priors : ReadingPriors, optional
        Declared ones, as given to `estimate_readings`.
    """
    chosen = sorted(
        (item for item in items if item.reads == reading and np.isfinite(item.values).any()),
        key=lambda item: item.name,
    )
    choices = list(_choices(priors.items))
    each = [priors.items, *(prior for _, _, prior in choices), priors.items]
    declared, *others = _summaries(reading, chosen, each, (priors, path.common_steps))
    labels = [*((name, factor) for name, factor, _ in choices), ("weights", None)]
    lo, mid, hi = np.quantile(path.filtered[:, -1], [0.1, 0.5, 0.9]).tolist()
    published = _Summary(mid, lo, hi, 0.5 if path.p_rise_12m is None else path.p_rise_12m)
    low = -100.0 if reading == "asymmetry" else 0.0
    made = [
        _choice(label, other, declared, published, low)
        for label, other in zip(labels, others, strict=True)
    ]
    return sorted(made, key=lambda each: (-round(abs(each.move), 6), each.prior, each.factor or 0))


def _choices(priors: ItemPriors) -> Iterator[tuple[str, float, ItemPriors]]:
    for each in fields(ItemPriors):
        for factor in (0.5, 2.0):
            value = getattr(priors, each.name)
            yield each.name, factor, replace(priors, **{each.name: value * factor})


class _Summary(NamedTuple):
    value: float
    lo80: float
    hi80: float
    p_rise: float


def _choice(
    label: tuple[str, float | None],
    other: _Summary,
    declared: _Summary,
    published: _Summary,
    low: float,
) -> PriorChoice:
    move = [now - then for now, then in zip(other, declared, strict=True)]
    value, lo, hi = (
        float(np.clip(was + by, low, 100.0))
        for was, by in zip(published[:3], move[:3], strict=True)
    )
    return PriorChoice(
        prior=label[0],
        factor=label[1],
        value=value,
        lo80=min(lo, value),
        hi80=max(hi, value),
        p_rise=float(np.clip(published.p_rise + move[3], 0.0, 1.0)),
        move=value - published.value,
    )


def _summaries(
    reading: Reading,
    items: Sequence[Item],
    each: Sequence[ItemPriors],
    published: tuple[ReadingPriors, float],
) -> list[_Summary]:
    """Return the light estimate under each choice, the last one with equal weights.

    All are filtered in one pass: the last has the levels of the first. How far items step together
    is taken from the published reading for all of them.
    """
    priors, common = published
    signed = reading == "asymmetry"
    unit = BALANCE_UNIT if signed else 1.0
    # only this prior says how items are scaled
    distinct = {prior.scale_n: prior for prior in each}
    scales = {
        scale_n: rescaled(standardise(items, prior, signed=signed), unit)
        for scale_n, prior in distinct.items()
    }
    data = [scales[prior.scale_n] for prior in each[:-1]]
    mixtures = [Mixture.of(items, data[0])] * len(data)
    mixtures.append(Mixture.of([replace(item, weight=1.0) for item in items], data[0]))
    shares = np.stack([mixture.share for mixture in mixtures])
    levels, smoothed = _levels(data, [item.kind for item in items], each, (shares, common))
    made = []
    for i, mixture in enumerate(mixtures):
        mean, var, lift = levels.level[i], levels.var[i], levels.lift[i]
        doubt = disagreement(mean, mixture, priors)
        own = doubt**2 * mixture.concentration
        latent, latent_var = mixture.combine(mean, var)
        latent_sd = np.sqrt(latent_var * lift + own)
        centre, centre_var = mixture.combine(smoothed.level[i], smoothed.var[i])
        reference = None if signed else (centre, np.sqrt(centre_var * lift + own))
        ends = latent[-1] + latent_sd[-1] * np.array([0.0, -_Z80, _Z80])
        value, lo, hi = _placed(ends, reference, unit).tolist()
        rise = chance_of_rise(latent, latent[-1] + latent_sd[-1] * NORMAL)
        made.append(_Summary(value, lo, hi, rise.p))
    return made


def _parameters(
    data: Sequence[Standardised], kinds: Sequence[str], priors: Sequence[ItemPriors]
) -> tuple[Array, Array]:
    """Return posterior means of step and noise by choice, dims (choice, item).

    The likelihood of a grid does not know the priors around it, so that all choices which leave the
    scale, the start and the floor as they are share one.
    """
    held: dict[tuple[float, float, float], _Surface] = {}
    steps, noises = [], []
    for each, prior in zip(data, priors, strict=True):
        key = prior.scale_n, prior.start_var, prior.episode_floor
        if key not in held:
            scale_n, start_var, floor = key
            around = replace(priors[0], scale_n=scale_n, start_var=start_var, episode_floor=floor)
            held[key] = _Surface.of(each, kinds, around)
        step, noise = held[key].means(kinds, prior)
        steps.append(step)
        noises.append(noise)
    return np.array(steps), np.array(noises)


def _noise_medians(kinds: Sequence[str], prior: ItemPriors) -> Array:
    factor = {"flow": 1.0, "state": prior.state_noise, "episode": prior.episode_noise}
    return np.array([prior.noise * factor[kind] for kind in kinds])


class _Surface(NamedTuple):
    """Log-likelihood on a grid of step and noise, dims (item, step, noise)."""

    loglik: Array
    steps: Array
    noises: Array
    nominal: Array

    @classmethod
    def of(cls, data: Standardised, kinds: Sequence[str], prior: ItemPriors) -> _Surface:
        size, time = data.z.shape
        steps = prior.step * _RATIOS
        nominal = _noise_medians(kinds, prior)[:, None] * _RATIOS
        floor = np.array([prior.episode_floor * (kind == "episode") for kind in kinds])
        noises = np.maximum(nominal, floor[:, None])
        count = len(_RATIOS)
        plan = plan_spans(np.isfinite(data.z), data.span)
        spread = Plan(*(np.repeat(part, count**2, axis=0) for part in plan))
        noise = np.repeat(noises[:, None], count, axis=1).reshape(-1)
        step = np.tile(np.repeat(steps, count), size)
        fit = filter_levels(
            np.repeat(data.z, count**2, axis=0),
            noise[:, None] + np.repeat(data.variance, count**2, axis=0),
            np.broadcast_to(step[:, None], (len(step), time)),
            spread,
            start=(0.0, prior.start_var),
        )
        return cls(fit.loglik.reshape(size, count, count), steps, noises, nominal)

    def means(self, kinds: Sequence[str], prior: ItemPriors) -> tuple[Array, Array]:
        """Return posterior means around the medians of a prior, pooled as in `fit_levels`."""
        step_log = np.log(self.steps / prior.step)
        noise_log = np.log(self.nominal / _noise_medians(kinds, prior)[:, None])
        centre = np.zeros(2)
        for _ in range(3):
            bend = -0.5 * ((step_log - centre[0]) ** 2)[None, :, None]
            bend = bend - 0.5 * ((noise_log - centre[1]) ** 2)[:, None, :]
            post = self.loglik + bend / prior.spread**2
            chance = np.exp(post - post.max(axis=(1, 2), keepdims=True))
            chance /= chance.sum(axis=(1, 2), keepdims=True)
            by_step, by_noise = chance.sum(axis=2), chance.sum(axis=1)
            own = np.array([by_step @ step_log, (by_noise * noise_log).sum(axis=1)])
            centre = own.sum(axis=1) / (own.shape[1] + prior.pool_n)
        return by_step @ self.steps, (by_noise * self.noises).sum(axis=1)


class _Moments(NamedTuple):
    """Mean and variance of the levels, dims (choice, item, time), and lift, dims (choice, time)."""

    level: Array
    var: Array
    lift: Array


def _levels(
    data: Sequence[Standardised],
    kinds: Sequence[str],
    each: Sequence[ItemPriors],
    together: tuple[Array, float],
) -> tuple[_Moments, _Moments]:
    """Filter and smooth the items under all choices at once.

    Residuals, and with them the autocorrelation of the noise, are those of the first choice. The
    last choice has the items of the first and other shares.
    """
    shares, common = together
    data, each = [*data, data[0]], [*each[:-1], each[0]]
    step, noise = _parameters(data, kinds, each)
    size, time = data[0].z.shape
    shape = len(data), size, time
    plan = plan_spans(np.isfinite(data[0].z), data[0].span)
    rest = (
        data[0].z - smooth(_run(data[:1], plan, step[:1], noise[:1], each)).cumulator / plan.months
    )
    rho = np.array([autocorrelation(rest, prior) for prior in each])
    noise = noise * (1.0 + rho) / (1.0 - rho)
    fit = _run(data, plan, step, noise, each)
    after = smooth(fit)
    known = np.stack([np.where(np.isfinite(part.z), part.variance, np.nan) for part in data])
    scatter = (noise[:, :, None] + known) * plan.inflation
    tiled = Plan(*(np.tile(part, (len(data), 1)) for part in plan))
    start = np.array([prior.start_var for prior in each])
    lift = shared_lifts(fit, tiled, scatter.reshape(-1, time), start, shares, common)
    return (
        _Moments(fit.level.reshape(shape), fit.level_var.reshape(shape), lift),
        _Moments(after.level.reshape(shape), after.level_var.reshape(shape), lift),
    )


def _run(
    data: Sequence[Standardised], plan: Plan, step: Array, noise: Array, each: Sequence[ItemPriors]
) -> Filtered:
    copies, size = step.shape
    start = np.repeat([prior.start_var for prior in each[:copies]], size)
    return filter_levels(
        np.concatenate([part.z for part in data]),
        noise.reshape(-1, 1) + np.concatenate([part.variance for part in data]),
        step.reshape(-1, 1),
        Plan(*(np.tile(part, (copies, 1)) for part in plan)),
        start=(0.0, start),
    )


def _placed(latent: Array, reference: tuple[Array, Array] | None, unit: float) -> Array:
    """Return values on the scale of the reading: the share of all months that stood lower."""
    if reference is None:
        return np.asarray(100.0 * np.clip(latent * unit, -1.0, 1.0))
    known = np.isfinite(reference[0])
    pooled = reference[0][known, None] + reference[1][known, None] * NORMAL
    return np.array([100.0 * np.count_nonzero(pooled <= x) / pooled.size for x in latent])
