"""Joint futures of the readings of one dyad, from where their filters stand.

A reading's level is a random walk, so its future is its present, with all doubt about it, plus
steps. The size of the steps is estimated with the items' levels; here it is checked against how far
the filtered mean really moved over the past half-years of this dyad, and so is the weight of the
tails: a Student t whose degrees of freedom have a posterior, with half of the prior on the normal.
Moves of several readings are drawn together, with the correlation that they had. An abrupt half-
year is abrupt for all readings.

The published line moves less than the level behind it, since filters wait for values. `levels` are
forecasts of the level, with its doubt; `changes` are those of the published line, to be compared
with its past changes, and `lines` where they lead: what a question about a later assessment
resolves on. The moves of one are those of the other times a constant, so that both rise or fall
together.

Direction is not learnt here but in `comity.models.rise`: the moves are shifted so that the share of
futures above their own present twelve months ahead is the chance of a rise that the assessment
gives. Nothing is known of the direction after that, so the shift stops growing there.

A reading's disagreement term (how far its items stand from what they are meant to show) is a doubt
about the level and is carried along unchanged; it is part of the interval and of no move.

References
----------
.. [1] Gneiting, T. and Raftery, A. E. (2007), Strictly Proper Scoring Rules, Prediction, and
   Estimation, Journal of the American Statistical Association 102(477).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models._protocol import HORIZONS, READINGS, Ahead, Reading, ReadingPath
from comity.models.mixture import scaled

__all__ = [
    "Futures",
    "Hazard",
    "MovePriors",
    "Tails",
    "move_tails",
    "simulate_futures",
    "simulate_shocks",
    "usual_change",
]

Array = NDArray[np.float64]
_SPAN = HORIZONS[0]  # moves are checked against their expected size over so many months
_DIRECTION = 12  # months over which a direction is learnt
_FEWEST = 24  # past changes of one length below which none is called usual
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
    """

    degrees: tuple[float, ...] = (2.5, 3.0, 4.0, 6.0, 10.0, 20.0, 1e6)
    normal: float = 0.5
    spread: float = 0.35
    pairs_n: float = 10.0


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


class Hazard(NamedTuple):
    """A Gamma belief about how often something happens.

    Parameters
    ----------
    events, years : float
        Shape and rate: as if so many events had been seen in so many years. [count, years]
    """

    events: float
    years: float


@dataclass(frozen=True)
class Futures:
    """Futures of the readings, dims (horizon, parameter, draw).

    Every parameter draw is tried on the same chances, so that shares differ between parameters for
    the parameters' sake.

    Parameters
    ----------
    horizons : tuple of int
        Months ahead.
    changes : mapping of Reading to numpy.ndarray
        Moves of the published line from the last month on. [latent]
    levels : mapping of Reading to numpy.ndarray
        The level itself, with all doubt about it. [0-100; asymmetry -100 to 100]
    lines : mapping of Reading to numpy.ndarray
        What later assessments should print for that month: the filtered line, same scale.
    tails : Tails
        What was learnt of the size of moves.
    shifts : mapping of Reading to float
        What the moves of the level were shifted by over twelve months. [latent]
    """

    horizons: tuple[int, ...]
    changes: Mapping[Reading, Array]
    levels: Mapping[Reading, Array]
    lines: Mapping[Reading, Array]
    tails: Tails
    shifts: Mapping[Reading, float]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Horizons, parameter draws and draws."""
        parameters, draws = next(iter(self.changes.values())).shape[1:]
        return len(self.horizons), parameters, draws

    @property
    def heavy_tails(self) -> float:
        """Probability that moves have heavier tails than the normal."""
        return float(1.0 - self.tails.degrees[-1])

    @property
    def factors(self) -> list[float]:
        """Posterior median of past moves over what was expected, in the order of the readings."""
        return [float(x) for x in np.exp(self.tails.centre)]

    def rises(self, reading: Reading) -> Array:
        """Return the share of futures above their own present, dims (horizon,)."""
        return np.asarray((self.changes[reading] > 0).mean(axis=(1, 2)))


def simulate_futures(
    paths: Mapping[Reading, ReadingPath],
    *,
    seed: int,
    parameters: int = 32,
    draws: int = 4000,
    priors: MovePriors | None = None,
) -> Futures | None:
    """Draw futures of all readings whose record is long enough.

    Parameters
    ----------
    paths : mapping of Reading to ReadingPath
        From `comity.models.readings.estimate_readings`.
    seed : int
        Seed; the same seed and paths give the same futures.
    parameters, draws : int, optional
        Number of parameter draws, and of futures for each.
    priors : MovePriors, optional
        Declared before the moves are seen.

    Returns
    -------
    Futures or None
        None if no reading can be forecast.
    """
    priors = priors or MovePriors()
    starts = {name: paths[name].ahead for name in READINGS if name in paths}
    ahead = {name: start for name, start in starts.items() if start is not None}
    if not ahead:
        return None
    past = np.stack([_past(start) for start in ahead.values()])
    tails = move_tails(past, priors)
    rng = np.random.default_rng([seed, len(READINGS)])
    spans = HORIZONS[-1] // _SPAN
    shocks = rng.standard_normal((spans, draws, len(ahead))) @ _root(past, priors).T
    widths = rng.random((spans, draws))
    of_degree, factor = _drawn(tails, rng, parameters)
    wide = {int(k): _widening(widths, priors.degrees[int(k)]) for k in np.unique(of_degree)}
    turns = np.arange(parameters)
    changes: dict[Reading, Array] = {}
    levels: dict[Reading, Array] = {}
    lines: dict[Reading, Array] = {}
    shifts: dict[Reading, float] = {}
    for at, (name, start) in enumerate(ahead.items()):
        size = np.sqrt(_SPAN * start.step[turns % len(start.step)]) * factor[at]
        steps = np.stack([wide[int(k)] * shocks[:, :, at] for k in of_degree])
        walk = steps.cumsum(axis=1) * size[:, None, None]
        shifts[name] = _tilt(walk[:, _DIRECTION // _SPAN - 1], paths[name])
        moved = np.stack(
            [
                walk[:, span // _SPAN - 1] + shifts[name] * min(span, _DIRECTION) / _DIRECTION
                for span in HORIZONS
            ]
        )
        present = start.level[rng.integers(len(start.level), size=draws)]
        levels[name] = scaled(present + moved, paths[name].reference)
        changes[name] = moved * np.array([_muting(start, span) for span in HORIZONS])[:, None, None]
        lines[name] = scaled(paths[name].latent_mean[-1] + changes[name], paths[name].reference)
    return Futures(HORIZONS, changes, levels, lines, tails, shifts)


def simulate_shocks(
    hazards: Mapping[str, Hazard], futures: Futures, *, seed: int
) -> dict[str, NDArray[np.bool_]]:
    """Draw whether each shock has come by each horizon, dims (horizon, parameter, draw).

    Shocks come at a constant hazard, each by itself and whatever the readings do. The hazard is
    drawn once for each parameter draw.

    Parameters
    ----------
    hazards : mapping of str to Hazard
        Beliefs by id.
    futures : Futures
        For horizons and sizes.
    seed : int
        Seed.
    """
    _, parameters, draws = futures.shape
    found = {}
    years = np.array(futures.horizons) / 12.0
    for index, name in enumerate(sorted(hazards)):
        rng = np.random.default_rng([seed, len(READINGS) + 1, index])
        # one draw from each slice of the belief: shares then hardly depend on luck
        slices = (rng.permutation(parameters) + rng.random(parameters)) / parameters
        rate = _gamma(slices, hazards[name])
        chances = (rng.permutation(draws) + rng.random(draws)) / draws
        arrival = -np.log1p(-chances) / rate[:, None]
        found[name] = arrival <= years[:, None, None]
    return found


def usual_change(start: Ahead, span: int) -> float | None:
    """Return the usual size of a change of the published line over a span: a root mean square.

    Past changes count as multiples of what was expected of them, taken times what is expected now:
    a line that is read from more values than it was moves more. None with fewer than 24 of them.
    [latent]
    """
    moves, expected = start.moves(span), start.expected[span]
    seen = np.isfinite(moves) & (expected > 0)
    if seen.sum() < _FEWEST:
        return None
    recent = float(np.mean(expected[start.first :][-_RECENT:]))
    return float(np.sqrt(np.mean(moves[seen] ** 2 / expected[seen]) * recent))


def move_tails(past: Array, priors: MovePriors) -> Tails:
    """Learn how moves compare with what was expected of them.

    Their size is that of their mean square, which abrupt moves are part of; it is known the worse
    the heavier the tails are. The weight of the tails is learnt from the shape that is left, over
    all readings.

    Parameters
    ----------
    past : numpy.ndarray
        Moves over their expected standard deviation, dims (reading, move); NaN is missing.
    priors : MovePriors
        Declared before they are seen.
    """
    seen = np.isfinite(past)
    count = np.maximum(seen.sum(axis=1), 1)
    square = np.nansum(past**2, axis=1) / count
    known = square > 0
    square = np.where(known, square, 1.0)
    kurtosis = np.nansum(past**4, axis=1) / count / square**2
    doubt = np.maximum(kurtosis - 1.0, 2.0) / (4.0 * count)
    trust = np.where(known, priors.spread**2 / (priors.spread**2 + doubt), 0.0)
    degrees = np.array(priors.degrees)
    # of unit variance, so that the factor alone says how large moves are
    unit = np.sqrt((degrees - 2.0) / degrees)
    shape = past / np.sqrt(square)[:, None]
    logpdf = _log_student(shape[:, :, None] / unit, degrees) - np.log(unit)
    evidence = np.nansum(logpdf[known], axis=(0, 1))
    rest = (1.0 - priors.normal) / (len(degrees) - 1)
    prior = np.where(np.arange(len(degrees)) == len(degrees) - 1, priors.normal, rest)
    chance = np.exp(evidence - evidence.max()) * prior
    return Tails(
        chance / chance.sum(), trust * 0.5 * np.log(square), np.sqrt(1.0 - trust) * priors.spread
    )


def _past(start: Ahead) -> Array:
    """Return half-yearly moves of the published line over their expected spread, the last first."""
    moves, spread = start.moves(_SPAN), np.sqrt(start.expected[_SPAN])
    seen = np.arange(len(moves) - 1, -1, -_SPAN)
    usable = spread[seen] > 0
    return np.where(usable, moves[seen] / np.where(usable, spread[seen], 1.0), np.nan)


def _muting(start: Ahead, span: int) -> float:
    """Return how far the published line moves for each point that the level moves."""
    expected = start.expected[span][start.first :][-_RECENT:]
    if not len(expected):
        return 1.0
    return float(np.sqrt(expected.mean() / (span * start.step.mean())))


def _root(past: Array, priors: MovePriors) -> Array:
    """Return a root of the correlation between readings, drawn to none."""
    count = len(past)
    found = np.eye(count)
    for i in range(count):
        for j in range(i):
            both = np.isfinite(past[i]) & np.isfinite(past[j])
            a, b = past[i, both], past[j, both]
            size = np.sqrt((a**2).sum() * (b**2).sum())
            r = float((a * b).sum() / size) if size > 0 else 0.0
            found[i, j] = found[j, i] = r * both.sum() / (both.sum() + priors.pairs_n)
    values, vectors = np.linalg.eigh(found)
    root = vectors * np.sqrt(np.maximum(values, 1e-6))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1, keepdims=True)))


def _drawn(
    tails: Tails, rng: np.random.Generator, parameters: int
) -> tuple[NDArray[np.int64], Array]:
    """Draw degrees, dims (parameter,), and factors, dims (reading, parameter), slice by slice."""
    from scipy.special import ndtri  # noqa: PLC0415 -- slow to import, and only needed to assess

    def slices() -> Array:
        return np.asarray((rng.permutation(parameters) + rng.random(parameters)) / parameters)

    last = len(tails.degrees) - 1
    of_degree = np.minimum((slices()[:, None] > tails.degrees.cumsum()).sum(axis=1), last)
    normal = np.stack([ndtri(slices()) for _ in tails.centre])
    return of_degree, np.exp(tails.centre[:, None] + tails.spread[:, None] * normal)


def _widening(widths: Array, degrees: float) -> Array:
    """Return what normal shocks are multiplied by to have a t of unit variance."""
    from scipy.special import gammaincinv  # noqa: PLC0415 -- slow to import, and only needed to assess

    squares = 2.0 * gammaincinv(degrees / 2.0, widths)
    return np.asarray(np.sqrt((degrees - 2.0) / squares))


def _tilt(moved: Array, path: ReadingPath) -> float:
    """Return the shift that makes the share of moves above zero the chance of a rise."""
    chance = 0.5 if path.p_rise_12m is None else path.p_rise_12m
    return float(-np.quantile(moved, 1.0 - chance))


def _gamma(chances: Array, hazard: Hazard) -> Array:
    from scipy.special import gammaincinv  # noqa: PLC0415 -- slow to import, and only needed to assess

    return np.maximum(np.asarray(gammaincinv(hazard.events, chances)) / hazard.years, 1e-12)


def _log_student(z: Array, degrees: Array) -> Array:
    from scipy.special import gammaln  # noqa: PLC0415 -- slow to import, and only needed to assess

    half = 0.5 * (degrees + 1.0)
    norm = gammaln(half) - gammaln(0.5 * degrees) - 0.5 * np.log(np.pi * degrees)
    return np.asarray(norm - half * np.log1p(z**2 / degrees))
