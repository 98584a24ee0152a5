"""Readings of the whole panel, with draws pushed through the whole chain."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import NotEnoughObservations, UnknownName
from comity.models._protocol import READINGS, Reading
from comity.models.panel._types import (
    DECLARED,
    LEAST_INFORMED,
    ItemStanding,
    PanelInputs,
    PanelReading,
    PanelReadings,
    Weights,
)
from comity.models.panel.artefacts import screen_artefacts
from comity.models.panel.combine import ScaledItem, percentile, scale_item, signed_percentile
from comity.models.panel.items import DyadItem, measure_items
from comity.models.panel.levels import LevelFit, draw_paths, fit_levels

__all__ = ["estimate_panel_of_dyads"]

Array = NDArray[np.float64]
Draws = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Fitted:
    item: DyadItem
    fit: LevelFit


def estimate_panel_of_dyads(
    inputs: PanelInputs,
    *,
    seed: int,
    draws: int = 200,
    weights: Weights = DECLARED,
    items: Collection[str] | None = None,
    readings: Collection[Reading] = READINGS,
    standing_of: Collection[str] = (),
) -> PanelReadings:
    """Estimate depth, cohesion, tension and asymmetry of every dyad of the panel.

    Assumes that the panel's dyads share the parameters of each item's level, and that items err
    independently of each other. Weights are declared, never learnt.

    Parameters
    ----------
    inputs : PanelInputs
        Counts, votes, memberships and flows between all states.
    seed : int
        Seed of the draws; the same seed gives the same draws, item by item, whatever other items
        are asked for.
    draws : int
        Posterior draws.
    weights : Weights
        Declared weights.
    items : collection of str, optional
        Only these items, e.g. to leave one out; all that have a weight by default.
    readings : collection of Reading
        Only these readings.
    standing_of : collection of str
        Items of which the percentile is wanted by itself.

    Raises
    ------
    UnknownName
        If an item has no weight in any reading.
    NotEnoughObservations
        If no reading has an item.
    ModelError
        If inputs do not fit together.
    """
    known = {name for reading in READINGS for name in weights.of(reading)}
    asked = {name for reading in readings for name in weights.of(reading)} | set(standing_of)
    for name in items or ():
        if name not in known:
            raise UnknownName("panel item", name, sorted(known))
    wanted = asked if items is None else asked & ({*items} | {*standing_of})
    flagged = screen_artefacts(inputs)
    keys, a, b = inputs.dyads()
    alive = inputs.alive()
    fitted = {
        name: _Fitted(item, _levels(item, alive))
        for name, item in measure_items(inputs, flagged, wanted).items()
        if np.isfinite(item.streams()[0]).sum() >= 3
    }
    shown = slice(inputs.first_shown, None)
    found = {
        reading: _read(reading, weights, fitted, alive, shown, seed, draws)
        for reading in READINGS
        if reading in readings and set(weights.of(reading)) & set(fitted)
    }
    standing = {
        name: _stand(name, fitted[name], alive, shown, seed, draws)
        for name in sorted(standing_of)
        if name in fitted and not fitted[name].item.is_signed
    }
    if not found and not standing:
        raise NotEnoughObservations("no reading of the panel has an item with values.")
    return PanelReadings(
        dyads=keys,
        periods=inputs.periods[shown],
        readings=found,
        artefact=np.ascontiguousarray(flagged[shown, a, b].T),
        parameters={
            name: (*part.fit.parameters[:4], *part.fit.parameters.others)
            for name, part in fitted.items()
        },
        items=standing,
    )


def _levels(item: DyadItem, alive: Mask) -> LevelFit:
    """Fit the levels of an item from the first period in which it and the dyad exist."""
    value, variance = item.streams()
    covered = int(np.isfinite(value).any(axis=(0, 1)).argmax())
    start = np.maximum(alive.argmax(axis=1), covered)
    return fit_levels(value, variance, start=start, centred=item.is_signed)


def _read(
    reading: Reading,
    weights: Weights,
    fitted: Mapping[str, _Fitted],
    alive: Mask,
    shown: slice,
    seed: int,
    draws: int,
) -> PanelReading:
    """Add up one reading, item by item, so that only one item's draws are held beside the sum."""
    declared = weights.of(reading)
    asked = (name for name in declared if name in fitted or name not in weights.optional)
    total = sum(abs(declared[name]) for name in asked)
    kept = weights.kept_state.get(reading, 0.0)
    names = [name for name in sorted(declared) if name in fitted]
    scaled = {name: scale_item(fitted[name].item, fitted[name].fit, kept, alive) for name in names}
    seen = np.stack([fitted[name].fit.seen for name in names])
    size = np.array([abs(declared[name]) / total for name in names])[:, None, None]
    informed = (size * np.logical_or.accumulate(seen, axis=2)).sum(axis=0)
    is_said = alive & (informed >= LEAST_INFORMED - 1e-9)
    needed = weights.needed.get(reading)
    if needed in names:  # an analyst who leaves the item out has chosen to do without it
        is_said &= np.logical_or.accumulate(seen[names.index(needed)], axis=1)
    is_said = is_said[:, shown]
    sums = _sums_of_draws(
        {name: declared[name] for name in names}, fitted, scaled, shown, seed, draws
    )
    to_scale = signed_percentile if reading == "asymmetry" else percentile
    for drawn in sums:
        drawn[~is_said] = np.nan
    filtered, smoothed = (to_scale(x).astype(np.float32) for x in sums)
    parts = {name: declared[name] * item.filtered[:, shown] for name, item in scaled.items()}
    var = sum((declared[name] * item.sd[:, shown]) ** 2 for name, item in scaled.items())
    point = sum(declared[name] * item.point[:, shown] for name, item in scaled.items())
    seen = seen[:, :, shown]
    return PanelReading(
        filtered=np.median(filtered, axis=2).astype(float),
        smoothed=np.median(smoothed, axis=2).astype(float),
        filtered_draws=filtered,
        smoothed_draws=smoothed,
        point=np.asarray(
            to_scale(np.where(seen.any(axis=0) & is_said, point, np.nan)), dtype=float
        ),
        latent=np.asarray(sum(parts.values())),
        latent_sd=np.sqrt(np.asarray(var)),
        contributions=parts,
        items=seen.sum(axis=0),
        observed=(size * seen).sum(axis=0),
        informed=informed[:, shown],
    )


def _stand(
    name: str, part: _Fitted, alive: Mask, shown: slice, seed: int, draws: int
) -> ItemStanding:
    """Return where every dyad stands on one item; one that was never seen stands nowhere."""
    scaled = scale_item(part.item, part.fit, 0.0, alive)
    drawn, _ = _sums_of_draws({name: 1.0}, {name: part}, {name: scaled}, shown, seed, draws)
    is_said = (alive & np.logical_or.accumulate(part.fit.seen, axis=1))[:, shown]
    drawn[~is_said] = np.nan
    low, middle, high = np.quantile(percentile(drawn), [0.1, 0.5, 0.9], axis=2)
    own = np.where(part.fit.seen[:, shown] & is_said, scaled.point[:, shown], np.nan)
    return ItemStanding(middle, low, high, np.asarray(percentile(own), dtype=float))


def _sums_of_draws(
    weights: Mapping[str, float],
    fitted: Mapping[str, _Fitted],
    scaled: Mapping[str, ScaledItem],
    shown: slice,
    seed: int,
    draws: int,
) -> tuple[Draws, Draws]:
    """Return the weighted sums of filtered and of smoothed draws, dims (dyad, time, draw)."""
    dyads, time = next(iter(scaled.values())).filtered[:, shown].shape
    sums = tuple(np.zeros((dyads, time, draws), dtype=np.float32) for _ in range(2))
    for name, weight in weights.items():
        # seeded by item, so that an item draws the same in every reading and whatever is left out
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        paths = draw_paths(fitted[name].fit, rng, draws)
        shock = rng.standard_normal((dyads, draws), dtype=np.float32)
        for which, levels in enumerate(paths):
            part = scaled[name].draws(levels, which, shock)[:, shown]
            sums[which][...] += np.float32(weight) * part
    return sums[0], sums[1]
