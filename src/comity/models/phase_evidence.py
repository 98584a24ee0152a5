"""What items say about a phase: their noise, and the evidence of every possible phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models._protocol import Item

__all__ = ["PhasePriors", "Series", "evidence", "phase_means", "prepare", "sharpen"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PhasePriors:
    """What is declared before the items are seen.

    Parameters
    ----------
    phase_length : float
        Expected length of a phase. [months]
    shift : float
        Prior standard deviation of an item's mean between phases, relative to its own spread.
    window : int
        Months over which an item's running median tells noise from level. [months]
    wild : float
        Noise standard deviations from the running median at which a value is pulled in.
    max_rho : float
        Largest autocorrelation of the noise that is believed.
    reach : int
        Boundaries of single draws within so many months of a date tell of that date. [months]
    min_probability : float
        Boundaries below it are not reported.
    """

    phase_length: float = 96.0
    shift: float = 1.0
    window: int = 49
    wild: float = 3.5
    max_rho: float = 0.9
    reach: int = 24
    min_probability: float = 0.5


class Series(NamedTuple):
    """One item: values at the middle of their periods, in its own standard deviations.

    Parameters
    ----------
    name, weight : str, float
        The item and what its likelihood counts for.
    at : numpy.ndarray of int
        Month of each value, dims (value,), as are the rest.
    z, known : numpy.ndarray
        Standardised values and their known variance.
    pulled : numpy.ndarray
        Values with wild ones pulled in.
    long : numpy.ndarray of bool
        Whether a value stands for more than one month.
    noise, rho : float
        Variance and first autocorrelation of the noise.
    """

    name: str
    weight: float
    at: Ints
    z: Array
    known: Array
    pulled: Array
    long: NDArray[np.bool_]
    noise: float
    rho: float


def prepare(items: Sequence[Item], priors: PhasePriors) -> list[Series]:
    """Standardise items and tell their noise from their level; constant ones are left aside."""
    out = []
    top = max((item.weight for item in items), default=1.0)
    for item in items:
        end = np.flatnonzero(np.isfinite(item.values))
        span = np.maximum(item.span[end], 1)
        at = np.maximum(end - (span - 1) // 2, 0)
        values = item.values[end] * item.polarity
        spread = float(values.std())
        if spread <= 0:
            continue
        z = (values - np.median(values)) / spread
        known = np.nan_to_num(item.sd[end] / spread) ** 2
        level = _running_median(at, z, priors.window)
        per = float(np.median(np.diff(at))) if len(at) > 1 else 1.0
        local = max(priors.window / max(per, 1.0), 7.0)
        noise, rho = _noise(z - level, local, priors)
        # a short running median follows the noise: neighbouring values know its size better
        noise = max(noise, 0.5 * (1.4826 * float(np.median(np.abs(np.diff(z))))) ** 2)
        # values of moving windows share their months: only one in a span is news
        overlap = float(np.median(span / np.maximum(np.diff(end, prepend=end[0] - span[0]), 1)))
        limit = priors.wild * np.sqrt(noise + known)
        pulled = level + np.clip(z - level, -limit, limit)
        weight = item.weight / top / max(overlap, 1.0)
        out.append(Series(item.name, weight, at, z, known, pulled, span > 1, noise, rho))
    return out


def _running_median(at: Ints, z: Array, window: int) -> Array:
    low = np.searchsorted(at, at - window // 2, side="left")
    high = np.searchsorted(at, at + window // 2, side="right")
    # sparse items: at least three neighbours on either side
    index = np.arange(len(at))
    low = np.maximum(np.minimum(low, index - 3), 0)
    high = np.minimum(np.maximum(high, index + 4), len(at))
    return np.array([np.median(z[a:b]) for a, b in zip(low, high, strict=True)])


def _noise(rest: Array, local: float, priors: PhasePriors) -> tuple[float, float]:
    """Return variance and first autocorrelation of residuals, robustly and not too small.

    Each level was estimated from about `local` values, which hides part of both: the first-order
    bias is put back.
    """
    size = 1.4826 * float(np.median(np.abs(rest)))
    plain = float(rest.std())
    size = size if size > 0.3 * plain else plain
    noise = max(size**2, 0.02)
    bounded = np.clip(rest, -priors.wild * np.sqrt(noise), priors.wild * np.sqrt(noise))
    both = float((bounded[1:] * bounded[:-1]).mean())
    rho = both / max(float((bounded**2).mean()), 1e-9)
    n = len(rest)
    rho = rho * n / (n + 4.0)
    rho = float(np.clip(rho + (1.0 + 3.0 * rho) / max(local, 7.0), 0.0, priors.max_rho))
    hidden = (1.0 + rho) / (1.0 - rho) / max(local, 7.0)
    return noise / (1.0 - min(hidden, 0.5)), rho


def sharpen(data: list[Series], starts: Ints, priors: PhasePriors) -> list[Series]:
    """Learn the noise anew from residuals around the phases that begin at `starts`."""
    out = []
    for item in data:
        level = _levels(item, starts)
        local = len(item.z) / len(starts)
        noise, rho = _noise(item.z - level, local, priors)
        noise, rho = max(noise, item.noise), max(rho, item.rho)
        out.append(item._replace(noise=noise, rho=rho))
    return out


def _levels(item: Series, starts: Ints) -> Array:
    phase = np.searchsorted(starts, item.at, side="right") - 1
    level = np.zeros(len(item.at))
    for k in range(len(starts)):
        inside = phase == k
        if inside.any():
            level[inside] = np.median(item.pulled[inside])
    return level


def phase_means(item: Series, starts: Ints) -> Array:
    """Return the item's mean in every phase, dims (phase,), NaN where it was not observed."""
    phase = np.searchsorted(starts, item.at, side="right") - 1
    n = np.bincount(phase, minlength=len(starts))
    total = np.bincount(phase, weights=item.pulled, minlength=len(starts))
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def evidence(data: list[Series], time: int, priors: PhasePriors) -> Array:
    """Return log marginal likelihoods of phases from month s to before e, dims (s, e).

    Both run over time + 1 edges. Parts that are the same for every segmentation are left out.
    """
    out = np.zeros((time + 1, time + 1))
    for item in data:
        long_run = (1.0 + item.rho) / (1.0 - item.rho)
        precision = 1.0 / (item.noise * long_run + item.known)
        inside = _between(item.at, precision, time)
        value = _between(item.at, precision * item.pulled, time)
        flat = 1.0 / priors.shift**2
        inside = np.maximum(inside, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            term = 0.5 * value**2 / (inside + flat) - 0.5 * np.log1p(inside / flat)
        if item.long.any():
            lone = _between(item.at, np.ones(len(item.at)), time) == 1
            borrowed = _between(item.at, _borrowed(item, precision), time)
            term = np.where(lone, borrowed - 0.5 * np.log1p(inside / flat), term)
        out += item.weight * np.where(inside > 0, term, 0.0)
    return out


def _between(at: Ints, amounts: Array, time: int) -> Array:
    """Sum the amounts from month s to before e, dims (s, e) of time + 1."""
    total = np.zeros(time + 1)
    np.add.at(total, at + 1, amounts)
    total = total.cumsum()
    return np.asarray(np.round(total[None, :] - total[:, None], 9))


def _borrowed(item: Series, precision: Array) -> Array:
    """Return what a long period alone in a phase may say: no more than with its neighbour's mean.

    A year in which the mean shifts reads halfway; it must not become a phase of its own.
    """
    z = item.pulled
    before, after = np.roll(z, 1), np.roll(z, -1)
    before[0], after[-1] = after[0], before[-1]
    near = np.where(np.abs(z - before) < np.abs(z - after), before, after)
    return np.asarray(precision * (z * near - 0.5 * near**2))
