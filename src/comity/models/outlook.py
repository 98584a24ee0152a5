"""Joint futures of the readings of one dyad, from where their filters stand.

A reading's level is a random walk, so its future is its present, with all doubt about it, plus
steps. The size of the steps is estimated with the items' levels; here it is checked against how far
the filtered mean really moved over the past years of this dyad, and so is the weight of the tails:
a Student t whose degrees of freedom have a posterior, with half of the prior on the normal. Whole
years, since many values come once a year: half-years without them would pass for calm ones, and
those with them for abrupt ones. Moves of several readings are drawn together, with the correlation
that they had. An abrupt year is abrupt for all readings.

Steps need not be independent: moves that go on make two years larger than one year leads to expect,
moves that are taken back smaller. The ratio of past moves of each length to those of a year [2]_,
drawn to 1 by a declared prior, enters every future with its doubt.

The published line moves less than the level behind it, since filters wait for values, and not at
all where no value is due within the span. `levels` are
forecasts of the level, with its doubt; `changes` are those of the published line, to be compared
with its past changes, and `lines` where they lead: what a question about a later assessment
resolves on. In each draw of the parameters the moves of one are those of the other times a
constant, so that both rise or fall together.

Direction is not learnt here but in `comity.models.rise`: the moves are shifted so that the share of
futures above their own present twelve months ahead is the chance of a rise that the assessment
gives. Nothing is known of the direction after that, so the shift stops growing there.

A reading's disagreement term (how far its items stand from what they are meant to show) is a doubt
about the level and is carried along unchanged; it is part of the interval and of no move.

References
----------
.. [1] Gneiting, T. and Raftery, A. E. (2007), Strictly Proper Scoring Rules, Prediction, and
   Estimation, Journal of the American Statistical Association 102(477).
.. [2] Lo, A. W. and MacKinlay, A. C. (1988), Stock Market Prices Do Not Follow Random Walks,
   Review of Financial Studies 1(1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models._protocol import HORIZONS, READINGS, Reading, ReadingPath
from comity.models.mixture import scaled
from comity.models.moves import (
    YEAR,
    Lengths,
    MovePriors,
    Tails,
    common_root,
    compare_lengths,
    is_due,
    move_tails,
    muting,
    yearly_moves,
)

__all__ = [
    "METHOD_VERSION",
    "Futures",
    "Hazard",
    "simulate_futures",
    "simulate_shocks",
]

Array = NDArray[np.float64]
METHOD_VERSION = 2
"""Raised when forecasts are made in another way: a test of another version is none of this one."""
_SPAN = HORIZONS[0]  # months of a simulated step


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
    higher : mapping of Reading to numpy.ndarray
        Share of futures in which the level stands above its own present, dims (horizon,).
    due : mapping of Reading to tuple of bool
        Whether a value is due within each horizon; where none is, the line cannot move.
    tails : Tails
        What was learnt of the size of moves.
    lengths : Lengths
        What was learnt of moves over other spans than a year.
    shifts : mapping of Reading to float
        What the moves of the level were shifted by over twelve months. [latent]
    """

    horizons: tuple[int, ...]
    changes: Mapping[Reading, Array]
    levels: Mapping[Reading, Array]
    lines: Mapping[Reading, Array]
    higher: Mapping[Reading, Array]
    due: Mapping[Reading, tuple[bool, ...]]
    tails: Tails
    lengths: Lengths
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

    @property
    def lasting(self) -> list[float]:
        """Posterior median of moves over the longest horizon over what a year's lead to expect."""
        return [float(x) for x in np.exp(self.lengths.centre[-1])]

    def rises(self, reading: Reading) -> Array:
        """Return the share of futures above their own present, dims (horizon,)."""
        return self.higher[reading]


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
    moved_before = list(ahead.values())
    past, expected = yearly_moves(moved_before)
    # a balance is drawn one way round, whichever state is named first
    turns = np.array([_turn(name, paths[name]) for name in ahead])
    past = past * turns[:, None]
    tails = move_tails(past, expected, priors)
    lengths = compare_lengths(moved_before, priors)
    rng = np.random.default_rng([seed, len(READINGS)])
    years = -(-HORIZONS[-1] // YEAR)
    each = YEAR // _SPAN
    shocks = rng.standard_normal((years * each, draws, len(ahead))) @ common_root(past, priors).T
    widths = rng.random((years, draws))
    of_degree, factor, lasting = _drawn(tails, lengths, rng, parameters)
    wide = {
        int(k): _widening(widths, priors.degrees[int(k)]).repeat(each, axis=0)
        for k in np.unique(of_degree)
    }
    each_in_turn = np.arange(parameters)
    changes: dict[Reading, Array] = {}
    levels: dict[Reading, Array] = {}
    lines: dict[Reading, Array] = {}
    higher: dict[Reading, Array] = {}
    due: dict[Reading, tuple[bool, ...]] = {}
    shifts: dict[Reading, float] = {}
    for at, (name, start) in enumerate(ahead.items()):
        size = np.sqrt(_SPAN * start.step[each_in_turn % len(start.step)]) * factor[at]
        steps = np.stack([wide[int(k)] * shocks[:, :, at] for k in of_degree])
        walk = turns[at] * steps.cumsum(axis=1) * size[:, None, None]
        shifts[name] = _tilt(walk[:, YEAR // _SPAN - 1], paths[name])
        moved = np.stack(
            [
                walk[:, span // _SPAN - 1] * lasting[which, at][:, None]
                + shifts[name] * min(span, YEAR) / YEAR
                for which, span in enumerate(HORIZONS)
            ]
        )
        present = start.level[rng.integers(len(start.level), size=draws)]
        levels[name] = scaled(present + moved, paths[name].reference)
        muted = np.stack([muting(start, span) for span in HORIZONS])
        higher[name] = np.asarray((moved > 0).mean(axis=(1, 2)))
        due[name] = tuple(is_due(start, span) for span in HORIZONS)
        changes[name] = moved * muted[:, each_in_turn % len(start.step), None]
        lines[name] = scaled(paths[name].latent_mean[-1] + changes[name], paths[name].reference)
    return Futures(HORIZONS, changes, levels, lines, higher, due, tails, lengths, shifts)


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


def _drawn(
    tails: Tails, lengths: Lengths, rng: np.random.Generator, parameters: int
) -> tuple[NDArray[np.int64], Array, Array]:
    """Draw the parameters of moves, slice by slice.

    Degrees, dims (parameter,); factors, dims (reading, parameter); and factors of each horizon,
    dims (horizon, reading, parameter).
    """
    from scipy.special import ndtri  # noqa: PLC0415 -- slow to import, and only needed to assess

    def slices() -> Array:
        return np.asarray((rng.permutation(parameters) + rng.random(parameters)) / parameters)

    last = len(tails.degrees) - 1
    of_degree = np.minimum((slices()[:, None] > tails.degrees.cumsum()).sum(axis=1), last)
    normal = np.stack([ndtri(slices()) for _ in tails.centre])
    lasting = np.stack([[ndtri(slices()) for _ in each] for each in lengths.centre])
    return (
        of_degree,
        np.exp(tails.centre[:, None] + tails.spread[:, None] * normal),
        np.exp(lengths.centre[:, :, None] + lengths.spread[:, :, None] * lasting),
    )


def _widening(widths: Array, degrees: float) -> Array:
    """Return what normal shocks are multiplied by to have a t of unit variance."""
    from scipy.special import gammaincinv  # noqa: PLC0415 -- slow to import, and only needed to assess

    squares = 2.0 * gammaincinv(degrees / 2.0, widths)
    return np.asarray(np.sqrt((degrees - 2.0) / squares))


def _turn(name: Reading, path: ReadingPath) -> float:
    return -1.0 if name == "asymmetry" and path.latent_mean[-1] < 0 else 1.0


def _tilt(moved: Array, path: ReadingPath) -> float:
    """Return the shift that makes the share of moves above zero the chance of a rise."""
    chance = 0.5 if path.p_rise_12m is None else path.p_rise_12m
    return float(-np.quantile(moved, 1.0 - chance))


def _gamma(chances: Array, hazard: Hazard) -> Array:
    from scipy.special import gammaincinv  # noqa: PLC0415 -- slow to import, and only needed to assess

    return np.maximum(np.asarray(gammaincinv(hazard.events, chances)) / hazard.years, 1e-12)
