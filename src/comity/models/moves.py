"""What the past moves of a dyad's readings say about their next ones.

Moves are those of the published line, set against what the estimated steps lead to expect of them
(`comity.models.shared_errors.expected_moves`): how large they really are, how heavy their tails,
how alike those of several readings, and whether they go on or are taken back.

References
----------
.. [1] Lo, A. W. and MacKinlay, A. C. (1988), Stock Market Prices Do Not Follow Random Walks,
   Review of Financial Studies 1(1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models._protocol import HORIZONS, Ahead

__all__ = [
    "FEWEST_USUAL",
    "YEAR",
    "Lengths",
    "MovePriors",
    "Tails",
    "common_root",
    "compare_lengths",
    "is_due",
    "move_tails",
    "muting",
    "usual_change",
    "yearly_moves",
]

Array = NDArray[np.float64]
YEAR = 12
"""Months over which size, tails and direction of moves are learnt."""
FEWEST_USUAL = 24
"""Past changes of one length below which none is called usual."""
_RECENT = 120  # starts over which the muting of moves by the filters is averaged: ten years


@dataclass(frozen=True)
class MovePriors:
    """What is declared before the moves are seen.

    Parameters
    ----------
    degrees : tuple of float
        Degrees of freedom that moves may have; the last is as good as normal.
    normal : float
        Prior probability of the last; the others share the rest. [0-1]
    spread : float
        Standard deviation of the log of what moves really are over what is expected. [log]
    pairs_n : float
        Pairs of moves that no correlation between two readings is worth.
    going_on : float
        Standard deviation of the log of the size of moves over half a year or two years, over what
        those over a year lead to expect: 0.2 takes two years at 1.2 times or 0.8 times for usual.
        [log]
    """

    degrees: tuple[float, ...] = (2.5, 3.0, 4.0, 6.0, 10.0, 20.0, 1e6)
    normal: float = 0.5
    spread: float = 0.35
    pairs_n: float = 10.0
    going_on: float = 0.2


class Tails(NamedTuple):
    """Posterior of how moves compare with what the estimated steps lead to expect.

    Parameters
    ----------
    degrees : numpy.ndarray
        Probability of each of `MovePriors.degrees`, dims (degrees,).
    centre, spread : numpy.ndarray
        Mean and standard deviation of the log of the factor on the expected size, dims (reading,).
    """

    degrees: Array
    centre: Array
    spread: Array


class Lengths(NamedTuple):
    """Posterior of how moves over each horizon compare with what moves over a year make expected.

    Parameters
    ----------
    centre, spread : numpy.ndarray
        Mean and standard deviation of the log of the factor on their size, dims (horizon, reading).
    """

    centre: Array
    spread: Array


def usual_change(start: Ahead, span: int) -> float | None:
    """Return the usual size of a change of the published line over a span: a root mean square.

    Past changes count as multiples of what was expected of them, taken times what is expected now:
    a line that is read from more values than it was moves more. None with fewer than 24 of them, or
    where no value is due within the span. [latent]
    """
    ratio, seen = _square_ratio(start, span)
    expected = _expected_now(start, span)
    if seen < FEWEST_USUAL or not expected:
        return None
    return float(np.sqrt(ratio * expected))


def is_due(start: Ahead, span: int) -> bool:
    """Return whether any value is expected within the span, so that the published line can move."""
    return _expected_now(start, span) != 0.0


def yearly_moves(starts: Sequence[Ahead]) -> tuple[Array, Array]:
    """Return yearly moves of the published lines over their expected spread, and its square.

    Dims (reading, time), by month of their start.
    """
    moves = np.stack([start.moves(YEAR) for start in starts])
    expected = np.stack([start.expected[YEAR] for start in starts])
    usable = expected > 0
    return np.where(usable, moves / np.sqrt(np.where(usable, expected, 1.0)), np.nan), expected


def move_tails(past: Array, expected: Array, priors: MovePriors) -> Tails:
    """Learn how moves over a year compare with what was expected of them.

    Their size is that of their mean square, which abrupt moves are part of; it is known the worse
    the heavier the tails are. The weight of the tails is learnt from the shape that is left, over
    all readings. Moves start in every month, so that no month of the year is chosen; those of one
    year overlap and count as one.

    Parameters
    ----------
    past : numpy.ndarray
        Moves over their expected standard deviation, by month of their start, dims (reading,
        time); NaN is missing.
    expected : numpy.ndarray
        Their expected variance, dims as `past`: of which much is expected, much is learnt.
    priors : MovePriors
        Declared before they are seen.
    """
    seen = np.isfinite(past)
    worth = np.where(seen, expected, 0.0)
    whole = worth.sum(axis=1)
    worth = worth / np.where(whole > 0, whole, 1.0)[:, None]
    square = np.nansum(worth * past**2, axis=1)
    known = square > 0
    square = np.where(known, square, 1.0)
    years = np.maximum(seen.sum(axis=1) / YEAR, 1.0)
    off = np.nansum((worth * (past**2 / square[:, None] - 1.0)) ** 2, axis=1)
    # of the log of a root; never known better than if moves were normal
    doubt = np.maximum(YEAR * off, 2.0 / years) / 4.0
    trust = np.where(known, priors.spread**2 / (priors.spread**2 + doubt), 0.0)
    degrees = np.array(priors.degrees)
    # of unit variance, so that the factor alone says how large moves are
    unit = np.sqrt((degrees - 2.0) / degrees)
    shape = past / np.sqrt(square)[:, None]
    logpdf = _log_student(shape[:, :, None] / unit, degrees) - np.log(unit)
    evidence = np.nansum(logpdf[known], axis=(0, 1)) / YEAR
    rest = (1.0 - priors.normal) / (len(degrees) - 1)
    prior = np.where(np.arange(len(degrees)) == len(degrees) - 1, priors.normal, rest)
    chance = np.exp(evidence - evidence.max()) * prior
    return Tails(
        chance / chance.sum(), trust * 0.5 * np.log(square), np.sqrt(1.0 - trust) * priors.spread
    )


def compare_lengths(starts: Sequence[Ahead], priors: MovePriors) -> Lengths:
    """Learn how moves over each horizon compare with what those over a year lead to expect.

    Variance ratios of overlapping moves, each over what was expected of it, drawn to 1 by the prior
    and their error if steps are independent [1]_.

    Parameters
    ----------
    starts : sequence of Ahead
        Of the readings.
    priors : MovePriors
        Declared before they are seen.
    """
    centre, spread = np.zeros((2, len(HORIZONS), len(starts)))
    for at, start in enumerate(starts):
        year, _ = _square_ratio(start, YEAR)
        for which, span in enumerate(HORIZONS):
            if span == YEAR:
                continue
            square, seen = _square_ratio(start, span)
            short, times = min(span, YEAR), max(span, YEAR) / min(span, YEAR)
            trust = 0.0
            if square > 0 and year > 0:
                doubt = 2.0 * (2.0 * times - 1.0) * (times - 1.0) / (3.0 * times) * short / seen
                trust = priors.going_on**2 / (priors.going_on**2 + doubt / 4.0)
                centre[which, at] = trust * 0.5 * np.log(square / year)
            spread[which, at] = np.sqrt(1.0 - trust) * priors.going_on
    return Lengths(centre, spread)


def common_root(past: Array, priors: MovePriors) -> Array:
    """Return a root of the correlation between readings, drawn to none."""
    count = len(past)
    found = np.eye(count)
    for i in range(count):
        for j in range(i):
            both = np.isfinite(past[i]) & np.isfinite(past[j])
            a, b = past[i, both], past[j, both]
            size = np.sqrt((a**2).sum() * (b**2).sum())
            r = float((a * b).sum() / size) if size > 0 else 0.0
            pairs = both.sum() / YEAR
            found[i, j] = found[j, i] = r * pairs / (pairs + priors.pairs_n)
    values, vectors = np.linalg.eigh(found)
    root = vectors * np.sqrt(np.maximum(values, 1e-6))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1, keepdims=True)))


def muting(start: Ahead, span: int) -> Array:
    """Return how far the published line moves for each point that the level moves.

    Dims (parameter,): past moves of the line are known, whatever the size of the level's. 0 where
    no value is due within the span: the line then stands where it is; 1 without any past span.
    """
    expected = _expected_now(start, span)
    if expected is None:
        return np.ones(len(start.step))
    return np.asarray(np.sqrt(expected / (span * start.step)))


def _square_ratio(start: Ahead, span: int) -> tuple[float, int]:
    """Return the sum of squared moves over what was expected of it, and how many there are.

    Sums, not a mean of ratios: moves of which nothing is expected are no evidence of calm.
    """
    moves, expected = start.moves(span), start.expected[span]
    seen = np.isfinite(moves) & (expected > 0)
    if not seen.any():
        return 0.0, 0
    return float((moves[seen] ** 2).sum() / expected[seen].sum()), int(seen.sum())


def _expected_now(start: Ahead, span: int) -> float | None:
    """Return the variance that is expected of the next move of the published line.

    None without a past span to go by, 0 where none ever brought a value; otherwise that of the last
    ten years. Over less than whole years it depends on the month of the year how many values come
    in between: there only starts in this month count.
    """
    expected = start.expected[span]
    if span % YEAR:
        same = np.arange(len(expected)) % YEAR == (len(expected) + span - 1) % YEAR
        found = expected[start.first :][same[start.first :]][-_RECENT // YEAR :]
    else:
        found = expected[start.first :][-_RECENT:]
    return float(found.mean()) if len(found) else None


def _log_student(z: Array, degrees: Array) -> Array:
    from scipy.special import gammaln  # noqa: PLC0415 -- slow to import, and only needed to assess

    half = 0.5 * (degrees + 1.0)
    norm = gammaln(half) - gammaln(0.5 * degrees) - 0.5 * np.log(np.pi * degrees)
    return np.asarray(norm - half * np.log1p(z**2 / degrees))
