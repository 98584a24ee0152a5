"""Rolling-origin tests of one dyad's forecasts: against staying put and going on as so far.

Everything is estimated anew at each origin, and the forecasts are those of `comity.models.outlook`.

Persistence is a random walk with the pooled step: its centre is the present, its spread the root
mean square of all past moves of that length. Drift has the same spread, and the dyad's own mean
step so far as its centre. Over less than whole years the rivals too know the calendar: they have
the past moves from the same month of the year, since how many values come in between depends on it.

References
----------
.. [1] Tashman, L. J. (2000), Out-of-sample tests of forecasting accuracy: an analysis and review,
   International Journal of Forecasting 16(4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from comity.models._protocol import HORIZONS, Item, Reading, ReadingPath
from comity.models.forecast_scores import LEVELS, Forecasts, scored
from comity.models.item_levels import ItemPriors, fit_levels, on_scale_of, standardise
from comity.models.kalman import filter_levels, plan_spans
from comity.models.mixture import BALANCE_UNIT, rescaled, scaled
from comity.models.outlook import Futures, simulate_futures
from comity.models.readings import estimate_readings

__all__ = ["FIRST_ORIGIN", "ORIGINS_EVERY", "backtest_readings"]

Array = NDArray[np.float64]
FIRST_ORIGIN = 144
"""Index of the first month from which one dyad is forecast. [months]"""
ORIGINS_EVERY = 13
"""Not twelve: which values are due within half a year depends on the month of the year. [months]"""
_FEWEST = 24  # past moves of one length that a spread is learnt from
_FEWEST_SAME = 6  # of these, from the same month of the year
_YEAR = 12
_CLUSTER = 24  # months of origins that are drawn together where there is one dyad


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
            for span, told in _own_origin(reading, found.paths[reading], futures, later, origin):
                made.setdefault((reading, span), []).append(told)
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
            scored(
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
