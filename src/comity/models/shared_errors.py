"""Errors of item levels that move together: how wrong the mean of several smoothed items can be.

Each item is smoothed by itself, so that none sets the pace of the others. Their errors are not
independent for that: where the true levels step together, all filters lag together, and what they
lag by does not average out. Here the errors are simulated. True levels are drawn whose steps have a
given correlation between items, they are observed where and as noisily as the items are, and put
through each item's own filter and smoother; true less estimated is a draw of the error, with all
its correlations between items and months (simulation smoother [1]_).

How far items step together is learnt from the filters' own yearly steps. A filter mutes steps and
two filters mute them differently, so a plain correlation would be far too low: the products are set
against those that the same filters would give if all true steps were one and the same.

References
----------
.. [1] Durbin, J. and Koopman, S. J. (2002), A simple and efficient simulation smoother for state
   space time series analysis, Biometrika 89(3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models.item_levels import Levels
from comity.models.kalman import Filtered, Plan
from comity.models.smoother import smoothing_gains

__all__ = ["common_steps", "error_parts", "expected_moves", "shared_lift", "shared_lifts"]

Array = NDArray[np.float64]
_YEAR = 12
_WALKS = 100
_MOST = 0.99  # no two items are one


def common_steps(
    levels: Levels, alive: NDArray[np.bool_], rng: np.random.Generator, prior: tuple[float, float]
) -> float:
    """Return the correlation between the true steps of two items, drawn to a prior one.

    Parameters
    ----------
    levels : Levels
        Of the items of one reading.
    alive : numpy.ndarray of bool
        Whether the item has been observed, dims (item, time).
    rng : numpy.random.Generator
        Source of chance.
    prior : tuple of float
        Prior correlation, and the years that it is worth. [1, years]
    """
    declared, worth = prior
    fit = levels.central
    items, time = fit.level.shape
    if items < 2 or time <= _YEAR:
        return declared
    walk = rng.standard_normal((time, _WALKS, 1)).cumsum(axis=0)
    true = walk * np.sqrt(fit.step_var[:, -1])
    gains = _Gains.of(fit, levels.plan, levels.variance(levels.central_noise))
    reply = np.moveaxis(_filter_means(gains, true)[0], 0, 2)
    known = alive[:, :-_YEAR]
    found = np.where(known, fit.level[:, _YEAR:] - fit.level[:, :-_YEAR], 0.0)
    alike = np.where(known, reply[:, :, _YEAR:] - reply[:, :, :-_YEAR], 0.0)
    both = _pairs(found)
    full = float(np.mean([_pairs(each) for each in alike]))
    pairs = items * (items - 1)
    years = _pairs(known.astype(float)) / pairs / _YEAR
    if full <= 0.0 or years <= 0.0:
        return declared
    own = both / full
    return float(np.clip((years * own + worth * declared) / (years + worth), 0.0, _MOST))


def error_parts(
    levels: Levels, rng: np.random.Generator, draws: int, common: float
) -> Iterator[tuple[Array, Array]]:
    """Yield draws of true less estimated levels: of the filter and of the smoother.

    One draw of the parameters at a time, since all draws of all items at once would be the largest
    arrays of an assessment.

    Parameters
    ----------
    levels : Levels
        Of the items of one reading.
    rng : numpy.random.Generator
        Source of chance.
    draws : int
        Number of draws; they are shared out among the draws of the parameters in turn.
    common : float
        Correlation between the steps of two items. [1]

    Yields
    ------
    tuple of numpy.ndarray
        Dims (time, draw, item), in order of the parameter draws.
    """
    sizes = levels.turns(draws)[1].tolist()
    for size, fit, noise in zip(sizes, levels.filters, levels.noises, strict=True):
        # an error is as likely as its mirror image: each that is drawn serves twice
        half = (size + 1) // 2
        true = _true_levels(fit, levels.start_var, rng, half, common)
        gains = _Gains.of(fit, levels.plan, levels.variance(noise))
        filtered = _filter_means(gains, true, _noise(levels, noise, rng, half))
        first, second = (true - x for x in (filtered[0], _smooth_means(fit, filtered)))
        rest = size - half
        yield (
            np.concatenate([first, -first[:, :rest]], axis=1),
            np.concatenate([second, -second[:, :rest]], axis=1),
        )


def expected_moves(
    levels: Levels,
    share: Array,
    spans: Sequence[int],
    rng: np.random.Generator,
    common: float,
) -> dict[int, Array]:
    """Return the variance that the moves of a filtered mean should have, by month of their start.

    A filtered mean moves less than the level behind it: each filter waits for its own values. The
    moves are those of the items alive at the start, with their shares then.

    Parameters
    ----------
    levels : Levels
        Of the items of one reading.
    share : numpy.ndarray
        Shares of the items in the mean, dims (item, time).
    spans : sequence of int
        Lengths of the moves. [months]
    rng : numpy.random.Generator
        Source of chance.
    common : float
        Correlation between the steps of two items. [1]

    Returns
    -------
    dict of int to numpy.ndarray
        By length, dims (time - length,); empty where the record is shorter.
    """
    fit, noise = levels.central, levels.central_noise
    gains = _Gains.of(fit, levels.plan, levels.variance(noise))
    true = _true_levels(fit, levels.start_var, rng, _WALKS, common)
    found = _filter_means(gains, true, _noise(levels, noise, rng, _WALKS))[0]
    by_month = share.T[:, :, None]
    moves = {}
    for span in spans:
        steps = found[span:] - found[:-span] if span < len(found) else found[:0]
        moves[span] = np.asarray(((steps @ by_month[: len(steps)])[:, :, 0] ** 2).mean(axis=1))
    return moves


def shared_lift(levels: Levels, share: Array, common: float) -> Array:
    """Return the factor on the variance of the filtered mean for steps in common, dims (time,).

    Exact, where `error_parts` has chance in it.

    Parameters
    ----------
    levels : Levels
        Of the items of one reading.
    share : numpy.ndarray
        Shares of the items in the mean, dims (item, time).
    common : float
        Correlation between the steps of two items. [1]
    """
    gains = [
        _Gains.of(fit, levels.plan, levels.variance(noise))
        for fit, noise in zip(levels.filters, levels.noises, strict=True)
    ]
    stacked = _Gains(*(np.stack(part, axis=1) for part in zip(*gains, strict=True)))
    size = np.sqrt(np.stack([fit.step_var.T for fit in levels.filters], axis=1))
    size[0] = np.sqrt(levels.start_var)
    shares = np.broadcast_to(share, (len(gains), *share.shape))
    together = _together(stacked, size, shares).mean(axis=0)
    alone = (share**2 * np.mean([fit.level_var for fit in levels.filters], axis=0)).sum(axis=0)
    return np.asarray(1.0 + common * together / np.where(alone > 0, alone, 1.0))


def shared_lifts(
    fit: Filtered, plan: Plan, variance: Array, start_var: Array, share: Array, common: float
) -> Array:
    """Return the same factors for several runs of the filters at once, dims (run, time).

    Parameters
    ----------
    fit : Filtered
        Items of all runs along the series dimension, run by run.
    plan : Plan
        Spans of the values, dims as the filter.
    variance : numpy.ndarray
        What a value scatters by around its level, dims as the filter; NaN where missing.
    start_var : numpy.ndarray
        Variance of the level before anything was seen, dims (run,).
    share : numpy.ndarray
        Shares of the items in the mean, dims (run, item, time).
    common : float
        Correlation between the steps of two items. [1]
    """
    runs, items, time = share.shape
    flat = _Gains.of(fit, plan, variance)
    gains = _Gains(*(part.reshape(time, runs, items) for part in flat))
    size = np.sqrt(fit.step_var.T.reshape(time, runs, items))
    size[0] = np.sqrt(start_var)[:, None]
    alone = (share**2 * fit.level_var.reshape(runs, items, time)).sum(axis=1)
    together = _together(gains, size, share)
    return np.asarray(1.0 + common * together / np.where(alone > 0, alone, 1.0))


def _together(gains: _Gains, size: Array, share: Array) -> Array:
    """Return what pairs of items add to the variance of the mean if all steps are one.

    Parameters
    ----------
    gains : _Gains
        Dims (time, run, item).
    size : numpy.ndarray
        Standard deviations of the steps, same dims.
    share : numpy.ndarray
        Dims (run, item, time).

    Returns
    -------
    numpy.ndarray
        Dims (run, time).
    """
    to_level = gains.to_level * gains.share
    keep = 1.0 - gains.to_total * gains.share
    carry = gains.carry[:, 0]
    _, runs, items = to_level.shape
    # covariances of two items' errors if all steps are one: level and level, level and total, ...
    ll = lt = tt = np.zeros((runs, items, items))
    together = np.zeros((runs, len(size)))
    for t, step in enumerate(size):
        ll = ll + step[:, :, None] * step[:, None]
        mixed = carry[t] * lt
        turned = mixed.transpose(0, 2, 1)
        tt = carry[t][:, None] * carry[t] * tt + mixed + turned + ll
        lt = mixed + ll
        by, rest = to_level[t][:, :, None], keep[t][:, None]
        seen = by * lt.transpose(0, 2, 1)
        ll = ll - seen - seen.transpose(0, 2, 1) + by * by.transpose(0, 2, 1) * tt
        # rounding that sets the two halves apart would grow where gains are near 1
        ll = 0.5 * (ll + ll.transpose(0, 2, 1))
        lt = (lt - by * tt) * rest
        tt = rest.transpose(0, 2, 1) * rest * tt
        now = share[:, :, t]
        alone = (now**2 * np.diagonal(ll, axis1=1, axis2=2)).sum(axis=1)
        together[:, t] = (now * (ll @ now[:, :, None])[:, :, 0]).sum(axis=1) - alone
    return together


def _pairs(steps: Array) -> float:
    """Sum over all pairs of different items and all months of the product of their steps."""
    return float((steps.sum(axis=0) ** 2).sum() - (steps**2).sum())


def _true_levels(
    fit: Filtered, start_var: float, rng: np.random.Generator, draws: int, common: float
) -> Array:
    """Draw random walks whose steps are correlated, dims (time, draw, item)."""
    items, time = fit.level.shape
    steps = rng.standard_normal((time, draws, items))
    steps *= np.sqrt(1.0 - common)
    steps += np.sqrt(common) * rng.standard_normal((time, draws, 1))
    size = np.sqrt(fit.step_var.T)
    size[0] = np.sqrt(start_var)
    steps *= size[:, None]
    return np.asarray(steps.cumsum(axis=0, out=steps))


def _noise(levels: Levels, noise: Array, rng: np.random.Generator, draws: int) -> Array:
    """Draw the errors of values, dims (time, draw, item): learnt noise and the known part."""
    items, time = levels.known.shape
    out = np.zeros((time, draws, items))
    for i, rho in enumerate(levels.rho.tolist()):
        at = np.flatnonzero(np.isfinite(levels.known[i]))
        shock = rng.standard_normal((len(at), draws))
        if rho > 0.0:
            shock[1:] *= np.sqrt(1.0 - rho**2)
            for k in range(1, len(at)):
                shock[k] += rho * shock[k - 1]
        short = noise[i] * (1.0 - rho) / (1.0 + rho)
        inflation, sampling = levels.plan.inflation[i, at], levels.known[i, at]
        shock *= np.sqrt(short * inflation)[:, None]
        if sampling.any():
            more = np.sqrt(sampling * inflation)[:, None]
            shock += rng.standard_normal((len(at), draws)) * more
        out[at, :, i] = shock
    return out


class _Gains(NamedTuple):
    """What a filter does to its values, dims (time, ..., item); 0 where nothing was observed."""

    to_level: Array
    to_total: Array
    carry: Array
    share: Array

    @classmethod
    def of(cls, fit: Filtered, plan: Plan, variance: Array) -> _Gains:
        share = 1.0 / plan.months
        # the gain is the posterior covariance with what is seen, over the noise
        with np.errstate(invalid="ignore"):
            by = np.where(np.isfinite(variance), share / variance, 0.0)
        parts = (fit.cross * by, fit.cumulator_var * by, plan.carry, share)
        return cls(*(np.ascontiguousarray(part.T) for part in parts))


def _filter_means(gains: _Gains, true: Array, error: Array | None = None) -> tuple[Array, Array]:
    """Filter values made of true levels and errors; levels and totals, dims (time, draw, item)."""
    levels, totals = np.empty((2, *true.shape))
    level = total = whole = np.zeros(true.shape[1:])
    for t, walk in enumerate(true):
        carry = gains.carry[t]
        total = carry * total + level
        whole = carry * whole + walk if carry.any() else walk
        if gains.to_level[t].any():
            miss = (whole - total) * gains.share[t]
            if error is not None:
                miss += error[t]
            level = level + gains.to_level[t] * miss
            total = total + gains.to_total[t] * miss
        levels[t], totals[t] = level, total
    return levels, totals


def _smooth_means(fit: Filtered, filtered: tuple[Array, Array]) -> Array:
    """Smooth what `_filter_means` gave, dims (time, draw, item)."""
    gll, glc, gcl, gcc = smoothing_gains(fit)
    out = np.empty_like(filtered[0])
    level = total = np.zeros(out.shape[1:])
    for t in range(len(out) - 1, -1, -1):
        own, so_far = filtered[0][t], filtered[1][t]
        later, after = level - own, total - level
        level = own + gll[t] * later
        if glc[t].any():
            level += glc[t] * (later + after - so_far)
        total = so_far + gcl[t] * later
        if gcc[t].any():
            total = np.where(gcc[t] > 0, after, total)
        out[t] = level
    return out
