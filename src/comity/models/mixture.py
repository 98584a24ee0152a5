"""Items of one reading together: their shares, how they disagree, and the scale they are put on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from comity.models._protocol import Item
from comity.models.item_levels import ItemPriors, Standardised

__all__ = [
    "BALANCE_UNIT",
    "QUANTILES",
    "Mixture",
    "ReadingPriors",
    "disagreement",
    "percentile",
    "rescaled",
    "scaled",
]

Array = NDArray[np.float64]
QUANTILES = np.linspace(0.0, 1.0, 1001)
BALANCE_UNIT = 0.5
"""Items from -1 to 1 have about this spread: brings them to the scale of the priors."""


@dataclass(frozen=True)
class ReadingPriors:
    """What is declared before the items are seen.

    Parameters
    ----------
    items : ItemPriors
        For the items' own levels.
    disagreement, disagreement_n : float
        Prior standard deviation between items of one reading, and the items that it is worth.
        [item standard deviations]
    disagreement_phi : float
        Month-to-month autocorrelation of what an item says beside its reading.
    common, common_n : float
        Prior correlation between the steps of two items' levels, and the years that it is worth.
    weight_sd : float
        Standard deviation of the log of each declared weight.
    """

    items: ItemPriors = field(default_factory=ItemPriors)
    disagreement: float = 0.6
    disagreement_n: float = 3.0
    disagreement_phi: float = 0.97
    common: float = 0.5
    common_n: float = 5.0
    weight_sd: float = 0.1


@dataclass(frozen=True)
class Mixture:
    """Weights of the items, dims (item,) and by month (item, time); 0 before an item is alive."""

    weight: Array
    alive: NDArray[np.bool_]
    share: Array

    @classmethod
    def of(cls, items: Sequence[Item], data: Standardised) -> Mixture:
        """Return the declared weights, shared among the items that were observed so far."""
        weight = np.array([item.weight for item in items], dtype=float)
        alive = np.logical_or.accumulate(np.isfinite(data.z), axis=1)
        return cls(weight, alive, _shares(weight[:, None] * alive))

    @property
    def concentration(self) -> Array:
        """Sum of squared shares: 1 over the effective number of items, dims (time,)."""
        return np.asarray((self.share**2).sum(axis=0))

    def combine(self, mean: Array, var: Array) -> tuple[Array, Array]:
        """Return mean and variance of the weighted mean, NaN before any item is alive."""
        none = ~self.alive.any(axis=0)
        total = (self.share * mean).sum(axis=0)
        spread = (self.share**2 * var).sum(axis=0)
        return np.where(none, np.nan, total), np.where(none, np.nan, spread)

    def jittered(self, rng: np.random.Generator, draws: int, sd: float) -> Array:
        """Return shares with uncertain weights, dims (draw, item, time)."""
        factor = np.exp(sd * rng.standard_normal((draws, len(self.weight), 1)))
        return _shares(factor * self.weight[:, None] * self.alive)


def _shares(weights: Array) -> Array:
    total = weights.sum(axis=-2, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1.0))


def rescaled(data: Standardised, unit: float) -> Standardised:
    """Return the items in another unit."""
    return data._replace(z=data.z / unit, variance=data.variance / unit**2)


def disagreement(mean: Array, mixture: Mixture, priors: ReadingPriors) -> float:
    """Return the standard deviation of item levels around their reading, drawn to a prior one."""
    total = (mixture.share * mean).sum(axis=0)
    away = np.where(mixture.alive, (mean - total) ** 2, 0.0)
    per_item = away.sum(axis=1) / np.maximum(mixture.alive.sum(axis=1), 1)
    freedom = max(len(mean) - 1, 0)
    prior = priors.disagreement**2 * priors.disagreement_n
    return float(np.sqrt((prior + per_item.sum()) / (priors.disagreement_n + freedom)))


def percentile(latent: Array, reference: Array) -> Array:
    """Return where latent values stand among quantiles of a reference, from 0 to 100."""
    return np.asarray(100.0 * np.interp(latent, reference, QUANTILES))


def scaled(latent: Array, reference: Array | None) -> Array:
    """Return latent values on the scale of their reading; without a reference, of asymmetry."""
    if reference is None:
        return np.asarray(100.0 * np.clip(latent, -1.0, 1.0))
    return np.where(np.isfinite(latent), percentile(latent, reference), np.nan)
