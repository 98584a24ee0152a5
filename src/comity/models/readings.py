"""The readings of one dyad over time: weighted means of item levels, with all uncertainty kept.

First version, for one dyad by itself. Every item is standardised against its own history and
smoothed by its own local level; a reading is the mean of its items' levels by their declared
weights, over the items that have been observed at least once. An item that is not observed any more
keeps its last level with growing doubt: the reading neither falls nor stays certain. Items that
disagree, and readings that rest on few of them, are wide; what items lag by when their levels step
together does not average out (`comity.models.shared_errors`). The scale is the dyad's own history:
0-100 is the percentile among the pooled smoothed draws of all months.

Asymmetry keeps its sign. Its items are ratios from -1 to 1 (others are squeezed by ``tanh``); the
reading is 100 times their weighted mean, and 0 is balance.

References
----------
.. [1] Harvey, A. C. (1989), Forecasting, Structural Time Series Models and the Kalman Filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError, UsageError
from comity.models._protocol import (
    HORIZONS,
    READINGS,
    Ahead,
    Item,
    Reading,
    ReadingPath,
    Readings,
)
from comity.models.item_levels import Levels, check_item, fit_levels, standardise
from comity.models.mixture import (
    BALANCE_UNIT,
    QUANTILES,
    Mixture,
    ReadingPriors,
    disagreement,
    percentile,
    rescaled,
    scaled,
)
from comity.models.rise import NORMAL, Rise, chance_of_rise
from comity.models.shared_errors import (
    common_steps,
    error_parts,
    expected_moves,
    shared_lift,
)

__all__ = ["ReadingPriors", "estimate_readings", "leave_one_out", "movers"]

Array = NDArray[np.float64]


BURN_IN = 48
"""Months after the first value in which a filter still learns where it stands. [months]"""
FEWEST_MOVES = 6
"""Moves that a record must hold before its future is forecast."""
_DEFAULT = ReadingPriors()


def estimate_readings(
    months: Sequence[str],
    items: Sequence[Item],
    *,
    seed: int,
    draws: int = 1000,
    priors: ReadingPriors = _DEFAULT,
) -> Readings:
    """Estimate the readings of one dyad.

    Parameters
    ----------
    months : sequence of str
        Consecutive months ``YYYY-MM``, dims (time,).
    items : sequence of Item
        In any order; those without a single value are left aside.
    seed : int
        Seed of the draws; same seed and items give the same numbers.
    draws : int, optional
        Number of draws.
    priors : ReadingPriors, optional
        Declared before the items are seen.

    Returns
    -------
    Readings
        A reading without an observed item is absent. Diagnostics by reading: Brier score of the
        12-month direction, origins, between-item disagreement, median step and noise.

    Raises
    ------
    UsageError
        If there are no months or draws.
    ModelError
        If an item cannot be meant, two have one name, or one has not one value per month.
    """
    if not months or draws < 1:
        msg = f"readings need months and draws, got {len(months)} and {draws}."
        raise UsageError(msg)
    names = [item.name for item in items]
    for item in items:
        check_item(item)
        if len(item.values) != len(months):
            msg = f"item {item.name} has {len(item.values)} values for {len(months)} months."
            raise ModelError(msg)
        if names.count(item.name) > 1:
            msg = f"two items are named {item.name}; names must be unique."
            raise ModelError(msg)
    # by what they say, so that neither the order of the items can change the draws nor that of the
    # two states, which renames them and turns the balances around
    ordered = sorted(items, key=lambda item: (np.abs(item.values).tobytes(), item.name))
    paths: dict[Reading, ReadingPath] = {}
    diagnostics: dict[str, float | str] = {"scale": "own history", "draws": float(draws)}
    for index, reading in enumerate(READINGS):
        chosen = [
            item for item in ordered if item.reads == reading and np.isfinite(item.values).any()
        ]
        if chosen:
            rng = np.random.default_rng([seed, index])
            path, notes = _estimate(reading, chosen, rng, draws, priors)
            paths[reading] = path
            diagnostics |= {f"{reading}.{key}": value for key, value in notes.items()}
    return Readings(tuple(months), paths, diagnostics)


def movers(path: ReadingPath, *, end: int = -1, months: int = 12) -> list[tuple[str, float]]:
    """Return what each item did to the reading over the last months, in points, largest first.

    The effects add up exactly to the change of the reading's filtered mean on its scale. An item
    that came alive in between counts with all it brought.

    Parameters
    ----------
    path : ReadingPath
        From `estimate_readings`.
    end : int, optional
        Index of the month to explain.
    months : int, optional
        How far back to compare. [months]

    Raises
    ------
    UsageError
        If there is no such month or nothing was known in it.
    """
    time = len(path.latent_mean)
    end = end % time
    start = max(end - months, int(np.argmax(path.items_alive > 0)))
    if start > end or path.items_alive[end] == 0:
        msg = f"month {end} of the reading has no observed item: nothing moved it."
        raise UsageError(msg)
    slope = _points_per_latent(path, start, end)
    effects = {
        name: (float(np.nan_to_num(part[end])) - float(np.nan_to_num(part[start]))) * slope
        for name, part in path.contributions.items()
    }
    return sorted(effects.items(), key=lambda pair: (-abs(pair[1]), pair[0]))


def leave_one_out(
    path: ReadingPath, weights: Mapping[str, float], *, end: int = -1
) -> list[tuple[str, float]]:
    """Return the reading's filtered mean in one month without each of its items.

    Levels, scale and parameters stay those of the whole; only the item's share goes to the others.

    Parameters
    ----------
    path : ReadingPath
        From `estimate_readings`.
    weights : mapping of str to float
        Declared weight of each item.
    end : int, optional
        Index of the month.

    Returns
    -------
    list of (str, float)
        Item and the value on the reading's scale without it, by distance from the value with it;
        empty where a single item is alive.
    """
    alive = {name: float(part[end]) for name, part in path.contributions.items()}
    alive = {name: part for name, part in alive.items() if np.isfinite(part)}
    total = sum(weights[name] for name in alive)
    whole = float(scaled(np.array([sum(alive.values())]), path.reference)[0])
    found = []
    for name in alive if len(alive) > 1 else ():
        kept = 1.0 - weights[name] / total
        rest = sum(part for other, part in alive.items() if other != name) / kept
        found.append((name, float(scaled(np.array([rest]), path.reference)[0])))
    return sorted(found, key=lambda pair: (-abs(pair[1] - whole), pair[0]))


def _points_per_latent(path: ReadingPath, start: int, end: int) -> float:
    if path.reference is None:
        return 100.0
    low, high = sorted((float(path.latent_mean[start]), float(path.latent_mean[end])))
    if high - low < 1e-6:
        low, high = low - 1e-3, high + 1e-3
    bottom, top = percentile(np.array([low, high]), path.reference)
    return float((top - bottom) / (high - low))


def _estimate(
    reading: Reading,
    items: Sequence[Item],
    rng: np.random.Generator,
    draws: int,
    priors: ReadingPriors,
) -> tuple[ReadingPath, Mapping[str, float | str]]:
    signed = reading == "asymmetry"
    unit = BALANCE_UNIT if signed else 1.0
    data = rescaled(standardise(items, priors.items, signed=signed), unit)
    # a balance is estimated one way round, whichever state is named first
    turn = -1.0 if signed and np.nansum(data.z) < 0 else 1.0
    data = data._replace(z=turn * data.z)
    levels = fit_levels(data, [item.kind for item in items], rng=rng, prior=priors.items)
    mixture = Mixture.of(items, data)
    mean, var = levels.filtered
    doubt = disagreement(mean, mixture, priors)
    latent, latent_var = mixture.combine(mean, var)
    common = common_steps(levels, mixture.alive, rng, (priors.common, priors.common_n))
    latent_var = latent_var * shared_lift(levels, mixture.share, common)
    latent_var = latent_var + doubt**2 * mixture.concentration
    filtered, smoothed = (
        draw * unit * turn for draw in _draws(levels, mixture, (doubt, common), rng, draws, priors)
    )
    own = np.where(np.isfinite(data.z), mixture.weight[:, None], 0.0)
    with np.errstate(invalid="ignore"):
        point = (own * np.nan_to_num(data.z)).sum(axis=0) / own.sum(axis=0) * unit * turn
    reference = None
    if not signed:
        reference = np.quantile(smoothed[:, mixture.alive.any(axis=0)], QUANTILES)
    rise = _rise(levels, mixture, priors)
    parts = np.where(mixture.alive, mixture.share * mean * unit * turn, np.nan)
    path = ReadingPath(
        filtered=scaled(filtered, reference),
        smoothed=scaled(smoothed, reference),
        point=scaled(point, reference),
        latent_mean=latent * unit * turn,
        latent_sd=np.sqrt(latent_var) * unit,
        items_alive=mixture.alive.sum(axis=0),
        contributions={item.name: part for item, part in zip(items, parts, strict=True)},
        p_rise_12m=rise.p if turn > 0 else 1.0 - rise.p,
        p_rise_method=rise.method,
        reference=reference,
        common_steps=common,
        ahead=_ahead(levels, mixture, common, unit * turn, filtered[:, -1], rng),
    )
    return path, _notes(rise, levels, (doubt, common), items)


def _rise(levels: Levels, mixture: Mixture, priors: ReadingPriors) -> Rise:
    """Return the chance of a rise from the filter with posterior mean parameters: no draws."""
    mean, var = levels.central.level, levels.central.level_var
    level, spread = mixture.combine(mean, var)
    own = disagreement(mean, mixture, priors) ** 2 * mixture.concentration
    return chance_of_rise(level, level[-1] + np.sqrt(spread[-1] + own[-1]) * NORMAL)


def _notes(
    rise: Rise, levels: Levels, between: tuple[float, float], items: Sequence[Item]
) -> Mapping[str, float | str]:
    notes: dict[str, float | str] = {
        "items": float(len(items)),
        "disagreement": between[0],
        "common_steps": between[1],
        "step_median": float(np.median(levels.step)),
        "noise_median": float(np.median(levels.noise)),
        "rho_median": float(np.median(levels.rho)),
        "rise_origins": float(rise.origins),
        "rise_trust": rise.trust,
        "rise_method": rise.method,
    }
    if rise.origins and np.isfinite(rise.brier):
        notes |= {"rise_brier": rise.brier, "rise_brier_of_half": 0.25}
    return notes


def _draws(
    levels: Levels,
    mixture: Mixture,
    between: tuple[float, float],
    rng: np.random.Generator,
    draws: int,
    priors: ReadingPriors,
) -> tuple[Array, Array]:
    """Draw the reading given each month's past, and given all months; dims (draw, time)."""
    doubt, common = between
    share = mixture.jittered(rng, draws, priors.weight_sd)
    own = _wander(rng, (draws, len(mixture.alive[0])), priors.disagreement_phi)
    own *= doubt * np.sqrt((share**2).sum(axis=1))
    out, centres = (own.copy(), own), levels.means
    first = 0
    for turn, errors in enumerate(error_parts(levels, rng, draws, common)):
        last = first + errors[0].shape[1]
        part = share[first:last]
        for path, error, means in zip(out, errors, centres, strict=True):
            for item, weight in enumerate(part.swapaxes(0, 1)):
                path[first:last] += weight * (means[turn, item] + error[:, :, item].T)
        first = last
    for path in out:
        path[:, ~mixture.alive.any(axis=0)] = np.nan
    return out


def _wander(rng: np.random.Generator, shape: tuple[int, int], phi: float) -> Array:
    """Draw stationary paths of unit variance that return to zero, dims (draw, time)."""
    out = rng.standard_normal(shape)
    for t in range(1, shape[1]):
        out[:, t] = phi * out[:, t - 1] + np.sqrt(1.0 - phi**2) * out[:, t]
    return np.asarray(out)


def _ahead(
    levels: Levels,
    mixture: Mixture,
    common: float,
    unit: float,
    level: Array,
    rng: np.random.Generator,
) -> Ahead | None:
    """Return what forecasts start from; None while the record is too short to have moved."""
    first = int(mixture.alive.any(axis=0).argmax()) + BURN_IN
    if mixture.alive.shape[1] - first < HORIZONS[0] * FEWEST_MOVES:
        return None
    steps = [fit.step_var[:, -1] for fit in levels.filters]
    expected = expected_moves(levels, mixture.share, HORIZONS, rng, common)
    now = mixture.share[:, -1]
    step = np.array([_mean_variance(now, x, common) for x in steps])
    return Ahead(
        level=level,
        step=unit**2 * _shared_doubt(step, now, common),
        first=first,
        means=unit * levels.filtered[0],
        share=mixture.share,
        expected={span: unit**2 * var for span, var in expected.items()},
    )


def _mean_variance(share: Array, var: Array, common: float) -> Array:
    """Return the variance of a weighted mean of moves with one correlation, items first."""
    alone = (share**2 * var).sum(axis=0)
    together = (share * np.sqrt(var)).sum(axis=0) ** 2
    return np.asarray(alone + common * (together - alone))


def _shared_doubt(step: Array, share: Array, common: float) -> Array:
    """Return draws of the step of the mean with the doubt that its items share.

    The parameters of each item are drawn by themselves, so that in the mean their errors average
    out. Items whose levels step together have seen one path, and are wrong together.
    """
    alone = float((share**2).sum() / share.sum() ** 2)
    # squares of steps with correlation `common` have its square
    lift = np.sqrt((alone + common**2 * (1.0 - alone)) / alone)
    log = np.log(step)
    return np.asarray(np.exp(log.mean() + lift * (log - log.mean())))
