"""Readings of the whole panel, with draws pushed through the whole chain."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import NotEnoughObservations, UnknownName
from comity.models._protocol import READINGS, Reading
from comity.models.panel._types import DECLARED, PanelInputs, PanelReading, PanelReadings, Weights
from comity.models.panel.artefacts import screen_artefacts
from comity.models.panel.combine import ScaledItem, percentile, scale_item, signed_percentile
from comity.models.panel.items import DyadItem, measure_items
from comity.models.panel.levels import LevelFit, draw_paths, fit_levels

__all__ = ["estimate_panel_of_dyads"]

Array = NDArray[np.float64]
Draws = NDArray[np.float32]


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
    asked = {name for reading in readings for name in weights.of(reading)}
    for name in items or ():
        if name not in known:
            raise UnknownName("panel item", name, sorted(known))
    wanted = asked if items is None else asked & set(items)
    flagged = screen_artefacts(inputs)
    keys, a, b = inputs.dyads()
    fitted = {
        name: _Fitted(item, fit_levels(item.value, item.variance, centred=item.is_signed))
        for name, item in measure_items(inputs, flagged, wanted).items()
        if np.isfinite(item.value).sum() >= 3
    }
    sums = {
        reading: _Sum(reading, weights, fitted, draws, inputs.first_shown)
        for reading in READINGS
        if reading in readings and set(weights.of(reading)) & set(fitted)
    }
    if not sums:
        raise NotEnoughObservations("no reading of the panel has an item with values.")
    for name, part in fitted.items():
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        paths = draw_paths(part.fit, rng, draws)
        shock = rng.standard_normal((len(keys), draws), dtype=np.float32)
        for total in sums.values():
            total.add_draws(name, paths, shock)
    return PanelReadings(
        dyads=keys,
        periods=inputs.periods[inputs.first_shown :],
        readings={reading: total.reading() for reading, total in sums.items()},
        artefact=np.ascontiguousarray(flagged[inputs.first_shown :, a, b].T),
        parameters={name: tuple(part.fit.parameters) for name, part in fitted.items()},
    )


class _Sum:
    """Weighted sum of one reading, built item by item so that only one item's draws are held."""

    def __init__(
        self,
        reading: Reading,
        weights: Weights,
        fitted: Mapping[str, _Fitted],
        draws: int,
        first: int,
    ) -> None:
        self.weights = {n: w for n, w in weights.of(reading).items() if n in fitted}
        self.is_signed = reading == "asymmetry"
        self.shown = slice(first, None)
        kept = weights.kept_state.get(reading, 0.0)
        self.scaled: dict[str, ScaledItem] = {
            name: scale_item(fitted[name].item, fitted[name].fit, kept)
            for name in sorted(self.weights)
        }
        self.seen = np.stack([fitted[name].fit.seen[:, self.shown] for name in self.scaled])
        shape = (*self.seen.shape[1:], draws)
        self.draws = (np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32))

    def add_draws(self, name: str, paths: tuple[Draws, Draws], shock: Draws) -> None:
        if name not in self.weights:
            return
        for which, levels in enumerate(paths):
            part = self.scaled[name].draws(levels, which, shock)[:, self.shown]
            self.draws[which][...] += np.float32(self.weights[name]) * part

    def reading(self) -> PanelReading:
        to_scale = signed_percentile if self.is_signed else percentile
        parts = {
            name: self.weights[name] * item.filtered[:, self.shown]
            for name, item in self.scaled.items()
        }
        var = sum((self.weights[n] * x.sd[:, self.shown]) ** 2 for n, x in self.scaled.items())
        point = sum(self.weights[n] * x.point[:, self.shown] for n, x in self.scaled.items())
        any_seen = self.seen.any(axis=0)
        filtered, smoothed = (to_scale(x).astype(np.float32) for x in self.draws)
        return PanelReading(
            filtered=np.median(filtered, axis=2).astype(float),
            smoothed=np.median(smoothed, axis=2).astype(float),
            filtered_draws=filtered,
            smoothed_draws=smoothed,
            point=np.asarray(to_scale(np.where(any_seen, point, np.nan)), dtype=float),
            latent=np.asarray(sum(parts.values())),
            latent_sd=np.sqrt(np.asarray(var)),
            contributions=parts,
            items=self.seen.sum(axis=0),
        )
