"""Rolling-origin tests of forecasts: against staying put and against going on as so far.

At every origin the size of steps, the weight of the tails and the direction are learnt from moves
that were over by then. Every forecast is a set of 99 quantiles on the published scale, so that
three ways of forecasting are scored alike.

Of one dyad everything is estimated anew at each origin, and the forecasts are those of
`comity.models.outlook`. On a panel they are made in a plainer way with the same parts (own size of
steps, heavy tails, a learnt direction), on values whose filter has parameters that were estimated
once, from all periods: the panel tests a sibling of the forecasts that an assessment gives.

Persistence is a random walk with the pooled step: its centre is the present, its spread the root
mean square of all past moves of that length. Drift has the same spread, and the dyad's own mean
step so far as its centre. Over less than whole years the rivals too know the calendar: they have
the past moves from the same month of the year, since how many values come in between depends on it.

Dyads that share a state are not independent. Where the states are known, the bootstrap draws
states, and a dyad counts as often as both of its states were drawn [3]_.

References
----------
.. [1] Gneiting, T. and Raftery, A. E. (2007), Strictly Proper Scoring Rules, Prediction, and
   Estimation, Journal of the American Statistical Association 102(477).
.. [2] Tashman, L. J. (2000), Out-of-sample tests of forecasting accuracy: an analysis and review,
   International Journal of Forecasting 16(4).
.. [3] Owen, A. B. (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1(2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri, stdtr, stdtrit

from comity.core.errors import NotEnoughObservations
from comity.models._protocol import HORIZONS, Item, Reading, ReadingPath
from comity.models.item_levels import ItemPriors, fit_levels, on_scale_of, standardise
from comity.models.kalman import filter_levels, plan_spans
from comity.models.mixture import BALANCE_UNIT, rescaled, scaled
from comity.models.outlook import Futures, simulate_futures
from comity.models.readings import estimate_readings

__all__ = [
    "FIRST_ORIGIN",
    "LEVELS",
    "ORIGINS_EVERY",
    "Forecasts",
    "Scored",
    "backtest_panel",
    "backtest_readings",
    "score",
]

Array = NDArray[np.float64]
LEVELS = np.arange(1, 100) / 100.0
"""Probabilities of the quantiles of a forecast."""
FIRST_ORIGIN = 144
"""Index of the first month from which one dyad is forecast. [months]"""
ORIGINS_EVERY = 13
"""Not twelve: which values are due within half a year depends on the month of the year. [months]"""
_BURN_IN = 5  # moves of a dyad before it is forecast
_OWN_N = 8.0  # moves that the pooled step is worth against a dyad's own
_RIDGE = 10.0
_FEWEST = 24  # past moves of one length that a spread is learnt from
_FEWEST_SAME = 6  # of these, from the same month of the year
_YEAR = 12
_CLUSTER = 24  # months of origins that are drawn together where there is one dyad
_DEGREES = np.array([2.5, 3.0, 4.0, 6.0, 10.0, 20.0, 1e6])
_MOST_LEARNT = 40_000  # moves of the whole panel that the tails are learnt from


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of one reading at one horizon, dims (forecast,).

    Parameters
    ----------
    dyad : numpy.ndarray of int
        Which dyad, or which two years of origins of a single one: the cluster of the bootstrap.
    present, outcome : numpy.ndarray
        On the published scale.
    p_rise : numpy.ndarray
        Stated probability that the outcome is above the present.
    pit : numpy.ndarray
        Share of the forecast below the outcome, halves at ties. [0-1]
    inside : numpy.ndarray of bool
        Whether the outcome lay in the 50, 80 and 95 % interval, dims (forecast, 3).
    crps : numpy.ndarray
        Of the forecast, of persistence and of drift, dims (forecast, 3). [points]
    """

    dyad: NDArray[np.int64]
    present: Array
    outcome: Array
    p_rise: Array
    pit: Array
    inside: NDArray[np.bool_]
    crps: Array

    @classmethod
    def joined(cls, parts: Sequence[Forecasts]) -> Forecasts:
        """Return several sets as one."""
        return cls(
            *(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls))
        )


class Scored(NamedTuple):
    """Scores of a set of forecasts.

    Parameters
    ----------
    forecasts, clusters : int
        How many forecasts, and how many clusters of the bootstrap.
    crps, crps_persistence, crps_drift : float
        Mean continuous ranked probability score. [points]
    skill_persistence, skill_drift : tuple of float
        1 less the ratio of the scores, with a 90 % interval by bootstrap over clusters: value, low,
        high. Low and high are NaN with fewer than two.
    brier : float
        Of the direction, where the outcome differed from the present; 0.25 is always one half.
    directed : int
        Forecasts behind it; the others ended where they began.
    covered50, covered80, covered95 : float
        Share of outcomes inside.
    reliability : tuple of (float, float, int)
        Mean stated chance of a rise, share that rose, and count, by tenth of the stated chance.
    pit : tuple of int
        Counts of the PIT in ten equal bins.
    """

    forecasts: int
    clusters: int
    crps: float
    crps_persistence: float
    crps_drift: float
    skill_persistence: tuple[float, float, float]
    skill_drift: tuple[float, float, float]
    brier: float
    directed: int
    covered50: float
    covered80: float
    covered95: float
    reliability: tuple[tuple[float, float, int], ...]
    pit: tuple[int, ...]


def score(
    made: Forecasts,
    *,
    seed: int,
    rounds: int = 400,
    states: NDArray[np.int64] | None = None,
) -> Scored:
    """Score forecasts, with a bootstrap over clusters: states where given, else `Forecasts.dyad`.

    Parameters
    ----------
    made : Forecasts
        Of one reading at one horizon.
    seed : int
        Seed of the bootstrap.
    rounds : int, optional
        Draws of clusters.
    states : numpy.ndarray of int, optional
        The two states of every dyad, dims (dyad, 2).
    """
    rose = made.outcome > made.present
    moved = made.outcome != made.present
    mean = made.crps.mean(axis=0)
    said = made.p_rise[moved]
    tenth = np.clip((10 * made.p_rise).astype(int), 0, 9)
    kept = [tenth == k for k in range(10)]
    kept = [(each & moved) for each in kept]
    return Scored(
        forecasts=len(made.dyad),
        clusters=len(np.unique(made.dyad if states is None else states[made.dyad])),
        crps=float(mean[0]),
        crps_persistence=float(mean[1]),
        crps_drift=float(mean[2]),
        skill_persistence=_skill(made, 1, seed, rounds, states),
        skill_drift=_skill(made, 2, seed, rounds, states),
        brier=float(np.mean((said - rose[moved]) ** 2)) if moved.any() else float("nan"),
        directed=int(moved.sum()),
        covered50=float(made.inside[:, 0].mean()),
        covered80=float(made.inside[:, 1].mean()),
        covered95=float(made.inside[:, 2].mean()),
        reliability=tuple(
            (float(made.p_rise[each].mean()), float(rose[each].mean()), int(each.sum()))
            for each in kept
            if each.any()
        ),
        pit=tuple(int(x) for x in np.histogram(made.pit, bins=10, range=(0.0, 1.0))[0]),
    )


def _skill(
    made: Forecasts, rival: int, seed: int, rounds: int, states: NDArray[np.int64] | None
) -> tuple[float, float, float]:
    names, at = np.unique(made.dyad, return_inverse=True)
    sums = np.stack([np.bincount(at, made.crps[:, which]) for which in (0, rival)])
    if not sums[1].sum() > 0:
        return float("nan"), float("nan"), float("nan")  # nothing moved: nothing to be better at
    whole = 1.0 - sums[0].sum() / sums[1].sum()
    drawn = _drawn_clusters(names, states, np.random.default_rng(seed), rounds)
    below = drawn @ sums[1]
    if len(names) < 2 or not (below > 0).any():
        return float(whole), float("nan"), float("nan")
    ratio = 1.0 - (drawn @ sums[0])[below > 0] / below[below > 0]
    low, high = np.quantile(ratio, [0.05, 0.95]).tolist()
    return float(whole), low, high


def _drawn_clusters(
    names: NDArray[np.int64],
    states: NDArray[np.int64] | None,
    rng: np.random.Generator,
    rounds: int,
) -> NDArray[np.int64]:
    """Return how often each cluster counts in each round, dims (round, cluster)."""
    if states is None:
        return rng.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=rounds)
    known, pair = np.unique(states[names], return_inverse=True)
    pair = pair.reshape(-1, 2)
    times = rng.multinomial(len(known), np.full(len(known), 1.0 / len(known)), size=rounds)
    return np.asarray(times[:, pair[:, 0]] * times[:, pair[:, 1]])


# ------------------------------------------------------------------------------- the panel
def backtest_panel(
    values: Array,
    observed: NDArray[np.bool_],
    years: int,
    *,
    signed: bool = False,
    first: int = 8,
) -> Forecasts:
    """Forecast every dyad of a yearly panel from every origin.

    The same ways as for one dyad, with what one dyad learns from its own history learnt from all
    moves of the panel that were over by the origin: the size of a dyad's steps is its own, drawn to
    that of all; tails are common; direction is a logistic regression on the distance from the
    dyad's mean so far and on its last move, by which the forecast is shifted.

    Parameters
    ----------
    values : numpy.ndarray
        Percentiles as read by the filter, dims (dyad, time); NaN where nothing was said. [0-100]
    observed : numpy.ndarray of bool
        Whether anything was observed in the period; only such outcomes count, dims as `values`.
    years : int
        Horizon. [periods]
    signed : bool, optional
        Values run from -100 to 100.
    first : int, optional
        Index of the first origin.

    Raises
    ------
    NotEnoughObservations
        If the panel is too short.
    """
    share = (values + 100.0) / 200.0 if signed else values / 100.0
    # a percentile has ends: moves are measured where the scale has none
    x = ndtri(np.clip(share, 0.0025, 0.9975))
    made = []
    for origin in range(first, x.shape[1] - years):
        found = _panel_origin(x, observed, years, origin)
        if found is not None:
            made.append(found)
    if not made:
        msg = f"a panel of {x.shape[1]} periods cannot test forecasts {years} ahead."
        raise NotEnoughObservations(msg)
    return Forecasts.joined(made)


def _panel_origin(
    x: Array, observed: NDArray[np.bool_], years: int, origin: int
) -> Forecasts | None:
    past = x[:, : origin + 1]
    ended = observed[:, years : origin + 1]
    moves = np.where(ended, past[:, years:] - past[:, :-years], np.nan)
    count = np.isfinite(moves).sum(axis=1)
    said = np.isfinite(x[:, origin]) & np.isfinite(x[:, origin - 1])
    due = np.isfinite(x[:, origin + years]) & observed[:, origin + years]
    use = said & due & (count >= _BURN_IN)
    if use.sum() < 10:
        return None
    pooled = float(np.sqrt(np.nanmean(moves**2)))
    square = np.nansum(moves**2, axis=1)
    own = np.sqrt((square + _OWN_N * pooled**2) / (count + _OWN_N))
    degrees = _panel_degrees(moves / own[:, None])
    chance = _panel_direction(x, observed, years, origin)
    centre, spread = x[use, origin], own[use]
    unit = spread * np.sqrt((degrees - 2.0) / degrees)
    shift = -unit * stdtrit(degrees, 1.0 - chance[use])
    drift = np.nansum(moves, axis=1)[use] / count[use]
    normal = ndtri(LEVELS)
    ways = (
        (centre + shift)[:, None] + unit[:, None] * stdtrit(degrees, LEVELS),
        centre[:, None] + pooled * normal,
        (centre + drift)[:, None] + pooled * normal,
    )
    outcome = x[use, origin + years]
    return _scored(
        np.flatnonzero(use),
        100.0 * ndtr(centre),
        100.0 * ndtr(outcome),
        chance[use],
        stdtr(degrees, (outcome - centre - shift) / unit),
        [100.0 * ndtr(way) for way in ways],
    )


def _panel_degrees(shape: Array) -> float:
    """Return the posterior mode of the degrees of freedom, with half of the prior on the normal."""
    seen = shape[np.isfinite(shape)]
    seen = seen[:: max(len(seen) // _MOST_LEARNT, 1), None]
    unit = np.sqrt((_DEGREES - 2.0) / _DEGREES)
    half = 0.5 * (_DEGREES + 1.0)
    norm = gammaln(half) - gammaln(0.5 * _DEGREES) - 0.5 * np.log(np.pi * _DEGREES) - np.log(unit)
    found = (norm - half * np.log1p((seen / unit) ** 2 / _DEGREES)).sum(axis=0)
    prior = np.full(len(_DEGREES), 0.5 / (len(_DEGREES) - 1))
    prior[-1] = 0.5
    return float(_DEGREES[int((found + np.log(prior)).argmax())])


def _panel_direction(x: Array, observed: NDArray[np.bool_], years: int, origin: int) -> Array:
    """Return the chance of a rise of every dyad, learnt from moves that were over by the origin."""
    weights = np.zeros(2)
    rows, rose = [], []
    for start in range(2, origin - years + 1):
        facts = _facts(x, start)
        end = x[:, start + years]
        fits = np.isfinite(facts).all(axis=1) & np.isfinite(end) & observed[:, start + years]
        rows.append(facts[fits])
        rose.append((end > x[:, start])[fits])
    facts, up = np.concatenate(rows), np.concatenate(rose).astype(float)
    for _ in range(6):
        p = 1.0 / (1.0 + np.exp(-facts @ weights))
        slope = facts.T @ (up - p) - _RIDGE * weights
        bend = (facts * (p * (1 - p))[:, None]).T @ facts + _RIDGE * np.eye(2)
        weights = weights + np.linalg.solve(bend, slope)
    now = np.nan_to_num(_facts(x, origin))
    return np.clip(1.0 / (1.0 + np.exp(-now @ weights)), 0.02, 0.98)


def _facts(x: Array, at: int) -> Array:
    """Return distance from the mean so far and the last move, dims (dyad, 2)."""
    past = x[:, : at + 1]
    seen = np.isfinite(past)
    count = np.maximum(seen.sum(axis=1), 1)
    mean = np.nansum(past, axis=1) / count
    spread = np.sqrt(np.nansum((past - mean[:, None]) ** 2, axis=1) / count) + 0.1
    now = x[:, at]
    return np.stack([(mean - now) / spread, (now - x[:, at - 1]) / spread], axis=1)


def _scored(
    dyad: NDArray[np.int64],
    present: Array,
    outcome: Array,
    p_rise: Array,
    pit: Array,
    ways: Sequence[Array],
) -> Forecasts:
    """Score quantile forecasts, dims (forecast, level) each."""
    import scoringrules  # noqa: PLC0415 -- slow to import

    crps = np.stack(
        [np.asarray(scoringrules.crps_quantile(outcome, way, LEVELS)) for way in ways], axis=1
    )
    inside = np.stack([np.abs(pit - 0.5) <= level / 2.0 for level in (0.5, 0.8, 0.95)], axis=1)
    return Forecasts(dyad, present, outcome, p_rise, pit, inside, crps)


# ------------------------------------------------------------------------------- one dyad
def backtest_readings(
    months: Sequence[str],
    items: Sequence[Item],
    *,
    seed: int,
    every: int = ORIGINS_EVERY,
    first: int = FIRST_ORIGIN,
    draws: int = 200,
) -> dict[tuple[Reading, int], Forecasts]:
    """Forecast one dyad's readings from origins thirteen months apart, and see what came.

    Thirteen, so that origins go through the months of the year: which values are due within half a
    year depends on it.

    At each origin everything is estimated anew from the values up to it. The outcome is the
    filtered reading by the same items, on the scale and with the parameters of the origin, from the
    values up to the horizon. What an item says after it came alive later is in neither.

    Parameters
    ----------
    months : sequence of str
        The grid, dims (time,).
    items : sequence of Item
        On it.
    seed : int
        Seed.
    every, first : int, optional
        Months between origins, and index of the first. [months]
    draws : int, optional
        Draws of the readings at each origin.
    """
    made: dict[tuple[Reading, int], list[Forecasts]] = {}
    for origin in range(first, len(months) - HORIZONS[0], every):
        cut = [_until(item, origin + 1) for item in items]
        found = estimate_readings(months[: origin + 1], cut, seed=seed, draws=draws)
        futures = simulate_futures(found.paths, seed=seed, parameters=16, draws=1000)
        if futures is None:
            continue
        for reading in futures.changes:
            later = _later(reading, items, origin)
            for span, scored in _own_origin(reading, found.paths[reading], futures, later, origin):
                made.setdefault((reading, span), []).append(scored)
    return {key: Forecasts.joined(parts) for key, parts in made.items()}


def _own_origin(
    reading: Reading, path: ReadingPath, futures: Futures, later: Array, origin: int
) -> Iterator[tuple[int, Forecasts]]:
    """Yield the scored forecasts of one reading from one origin, by horizon."""
    present = later[origin]
    for at, span in enumerate(HORIZONS):
        moves = _known_moves(path, span)
        if origin + span >= len(later) or moves is None:
            continue
        normal = float(np.sqrt(np.mean(moves**2))) * ndtri(LEVELS)
        # from the line as it is read here: what is tested is where it goes
        lines = scaled(present + futures.changes[reading][at], path.reference)
        ways = (
            np.quantile(lines, LEVELS),
            scaled(present + normal, path.reference),
            scaled(present + moves.mean() + normal, path.reference),
        )
        outcome = scaled(later[[origin + span]], path.reference)
        pit = (lines < outcome).mean() + 0.5 * (lines == outcome).mean()
        yield (
            span,
            _scored(
                np.array([origin // _CLUSTER]),
                scaled(later[[origin]], path.reference),
                outcome,
                futures.rises(reading)[[at]],
                np.array([float(pit)]),
                [way[None] for way in ways],
            ),
        )


def _known_moves(path: ReadingPath, span: int) -> Array | None:
    """Return past moves of one length, from the same month of the year if it is no whole year.

    None where there are too few.
    """
    moves = path.ahead.moves(span) if path.ahead is not None else np.array([])
    seen = np.isfinite(moves)
    if seen.sum() < _FEWEST:
        return None
    if span % _YEAR:
        seen &= np.arange(len(moves)) % _YEAR == (len(moves) + span - 1) % _YEAR
    return moves[seen] if seen.sum() >= _FEWEST_SAME else None


def _until(item: Item, end: int) -> Item:
    return replace(item, values=item.values[:end], sd=item.sd[:end], span=item.span[:end])


def _later(reading: Reading, items: Sequence[Item], origin: int) -> Array:
    """Return the reading of the items alive at the origin, as it was then and came to be after."""
    priors = ItemPriors()
    signed = reading == "asymmetry"
    unit = BALANCE_UNIT if signed else 1.0
    chosen = sorted(
        (
            item
            for item in items
            if item.reads == reading and np.isfinite(item.values[: origin + 1]).any()
        ),
        key=lambda item: item.name,
    )
    cut = [_until(item, origin + 1) for item in chosen]
    data = standardise(cut, priors, signed=signed)
    learnt = fit_levels(
        rescaled(data, unit),
        [item.kind for item in chosen],
        rng=np.random.default_rng(0),
        prior=priors,
        parameter_draws=0,
    )
    whole = [_until(item, origin + HORIZONS[-1] + 1) for item in chosen]
    later = rescaled(on_scale_of(cut, data, whole, signed=signed), unit)
    fit = filter_levels(
        later.z,
        learnt.central_noise[:, None] + later.variance,
        learnt.step[:, None],
        plan_spans(np.isfinite(later.z), later.span),
        start=(0.0, priors.start_var),
    )
    weight = np.array([item.weight for item in chosen])
    return np.asarray(unit * (weight / weight.sum()) @ fit.level)
