"""Rolling-origin tests on a panel, against staying put and against going on as so far.

At every origin the size of steps, the weight of the tails and the direction are learnt from moves
that were over by then. The forecasts are made in a plainer way than those of
`comity.models.outlook`, with the same parts (own size of steps, heavy tails, a learnt direction),
on values whose filter has parameters that were estimated once, from all periods: the panel tests a
sibling of the forecasts that an assessment gives.

Persistence is a random walk with the pooled step: its centre is the present, its spread the root
mean square of all past moves of that length. Drift has the same spread, and the dyad's own mean
step so far as its centre.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri, stdtr, stdtrit

from comity.core.errors import NotEnoughObservations
from comity.models.forecast_scores import LEVELS, Forecasts, scored

__all__ = ["backtest_panel"]

Array = NDArray[np.float64]
_BURN_IN = 5  # moves of a dyad before it is forecast
_OWN_N = 8.0  # moves that the pooled step is worth against a dyad's own
_RIDGE = 10.0
_DEGREES = np.array([2.5, 3.0, 4.0, 6.0, 10.0, 20.0, 1e6])
_MOST_LEARNT = 40_000  # moves of the whole panel that the tails are learnt from


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
    return scored(
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
