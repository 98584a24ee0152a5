"""What changed at a date, against what the items' own past led to expect.

An event study on the items of one dyad. The effect on an item is a shift of its level that begins
at the date and lasts through the window, estimated by generalised least squares on the innovations
of the item's own local level: the level before the date is not known exactly, and levels wander
without any event, so both are in the interval. Parameters are those of the whole record. The same
is asked of the same month of other years; how far shifts there exceed or fall short of what the
model expects (items wander together; priors are cautious) scales the interval. An item that was not
observed in the window says nothing and is left out, never counted as no effect; one that hardly saw
it counts for little. Years with events of their own are among the placebos, so their share is a
rank among years, not a test.

References
----------
.. [1] MacKinlay, A. C. (1997), Event Studies in Economics and Finance, Journal of Economic
   Literature 35(1).
.. [2] Box, G. E. P. and Tiao, G. C. (1975), Intervention Analysis with Applications to Economic
   and Environmental Problems, Journal of the American Statistical Association 70(349).
.. [3] de Jong, P. (1991), The Diffuse Kalman Filter, Annals of Statistics 19(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import UsageError
from comity.models._protocol import READINGS, Item, Reading
from comity.models.item_levels import ItemPriors, Standardised, fit_levels, standardise
from comity.models.kalman import Plan, filter_levels, plan_spans

__all__ = ["Effect", "ItemEffect", "event_effects"]

Array = NDArray[np.float64]
_APART = 24  # months between a placebo and the date itself
_FEWEST = 8  # placebos below which a share of them says nothing
_BETWEEN = 1.0  # declared spread of one event's effects on the items of a reading
_COMMON = 0.3  # declared correlation of two items' errors: they wander together
_TRUST_N = 2.0  # windows that the model's own variance is worth against the placebo dates
_Z80 = 1.2816


@dataclass(frozen=True)
class ItemEffect:
    """What one item did, in its own standard deviations, with an 80 % interval.

    All three are None if the item was not observed between the date and the horizon.
    """

    item: str
    effect: float | None
    lo80: float | None
    hi80: float | None
    observed: bool


@dataclass(frozen=True)
class Effect:
    """What one reading did after a date.

    Parameters
    ----------
    reading : Reading
        Which.
    effect, lo80, hi80 : float or None
        Shift of the level at the date, the mean over the window, with an 80 % interval; None if no
        item was observed in the window. [item standard deviations; asymmetry: its scale over 100]
    z : float or None
        The shift in its standard deviations under no effect.
    months : int
        Length of the window: fewer than asked if the record ends before. [months]
    weight_observed : float
        Share of the weight of the items known before the date that was observed in the window; the
        effect is that of these items. [0-1]
    placebo_share : float or None
        Share of placebo years whose shift was at least as far from none; None with fewer than 8 of
        them.
    placebos : int
        Number of placebo years.
    items : tuple of ItemEffect
        Largest part in the effect first, those that were not observed last.
    """

    reading: Reading
    effect: float | None
    lo80: float | None
    hi80: float | None
    z: float | None
    months: int
    weight_observed: float
    placebo_share: float | None
    placebos: int
    items: tuple[ItemEffect, ...]


def event_effects(
    months: Sequence[str],
    items: Sequence[Item],
    date: str,
    *,
    horizon: int = 12,
    seed: int,
    priors: ItemPriors | None = None,
) -> list[Effect]:
    """Return the effect of a date on every reading that was known before it.

    Parameters
    ----------
    months : sequence of str
        The grid, dims (time,).
    items : sequence of Item
        On that grid.
    date : str
        Month of the event, ``YYYY-MM``.
    horizon : int, optional
        Months after the date that the window holds; fewer if the grid ends before. [months]
    seed : int
        Seed of the parameter draws.
    priors : ItemPriors, optional
        As for readings.

    Raises
    ------
    UsageError
        If the date is not inside the grid with at least two years before it, or the horizon is not
        positive.
    """
    if date not in months or horizon < 1:
        msg = f"an effect needs a month between {months[0]} and {months[-1]}, got {date}."
        raise UsageError(msg)
    place = list(months).index(date)
    if place < _APART:
        msg = f"{date} has less than two years of record before it; choose a later month."
        raise UsageError(msg)
    found = []
    for index, reading in enumerate(READINGS):
        chosen = sorted(
            (
                item
                for item in items
                if item.reads == reading and np.isfinite(item.values[:place]).any()
            ),
            key=lambda item: item.name,
        )
        if chosen:
            rng = np.random.default_rng([seed, index])
            found.append(_effect(reading, chosen, place, horizon, rng, priors or ItemPriors()))
    return found


def _effect(
    reading: Reading,
    items: Sequence[Item],
    place: int,
    horizon: int,
    rng: np.random.Generator,
    priors: ItemPriors,
) -> Effect:
    data = standardise(items, priors, signed=reading == "asymmetry")
    last = len(data.z[0]) - 1
    window = min(horizon, last - place)
    kinds = [item.kind for item in items]
    first = _shifts(data, _learn(data, kinds, rng, priors), [place], window, priors)
    # the event must not teach the model how far levels wander without events
    without = _less(data, place, np.nan_to_num(first.effect[0]))
    learnt = _learn(without, kinds, rng, priors)
    # the same month of other years: what a yearly value shows of a shift depends on the month
    others = [
        t
        for t in range(place % 12, last - window + 1, 12)
        if t >= _APART and abs(t - place) >= _APART
    ]
    shifts = _shifts(data, learnt, [place, *others], window, priors)
    # windows that overlap tell of the same months
    worth = min(12.0 / (window + 1), 1.0)
    shifts = shifts._replace(var=shifts.var * _scale(shifts.z[1:], worth))
    weight = np.array([item.weight for item in items])
    here, *rest = (_weighed(shifts, d, weight) for d in range(len(others) + 1))
    null = np.array([each.z for each in rest])
    wide = float(np.sqrt(_scale(null, worth)))
    here = _Weighed(here.effect, here.sd * wide, here.z / wide)
    known = [abs(z) / wide for z in null.tolist() if np.isfinite(z)]
    # 80 % of Student's t: the scale is learnt from so many windows
    bound = _Z80 + 0.85 / (len(known) * worth + _TRUST_N)
    share = None
    if len(known) >= _FEWEST and np.isfinite(here.z):
        share = float(np.mean([z >= abs(here.z) for z in known]))
    return Effect(
        reading=reading,
        effect=_known(here.effect),
        lo80=_known(here.effect - bound * here.sd),
        hi80=_known(here.effect + bound * here.sd),
        z=_known(here.z),
        months=window,
        weight_observed=float(weight[shifts.known[0]].sum() / weight.sum()),
        placebo_share=share,
        placebos=len(known),
        items=_parts(items, shifts, weight),
    )


class _Shifts(NamedTuple):
    """Shift of every item at every date with its variance, dims (date, item); NaN if not seen."""

    effect: Array
    var: Array

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.effect)

    @property
    def z(self) -> Array:
        return self.effect / np.sqrt(self.var)


class _Weighed(NamedTuple):
    effect: float
    sd: float
    z: float


class _Learnt(NamedTuple):
    """Variance of a month's step and of the noise, dims (item,)."""

    step: Array
    noise: Array


def _learn(
    data: Standardised, kinds: Sequence[str], rng: np.random.Generator, priors: ItemPriors
) -> _Learnt:
    levels = fit_levels(data, kinds, rng=rng, prior=priors, parameter_draws=0)
    return _Learnt(levels.step, levels.noise * (1.0 + levels.rho) / (1.0 - levels.rho))


def _less(data: Standardised, place: int, shift: Array) -> Standardised:
    """Return the values without a shift of every level at a date."""
    plan = plan_spans(np.isfinite(data.z), data.span)
    return data._replace(z=data.z - shift[:, None] * _showing(plan, place))


def _shifts(
    data: Standardised,
    learnt: _Learnt,
    places: Sequence[int],
    window: int,
    priors: ItemPriors,
) -> _Shifts:
    """Estimate the shift of every level at every date from the values up to `window` after it.

    The filter is linear: run over the values it gives what they say beyond the past, run over a
    unit shift it gives how much of a shift of one each of them would show.
    """
    seen = np.isfinite(data.z)
    plan = plan_spans(seen, data.span)
    var = learnt.noise[:, None] + data.variance
    start = (0.0, priors.start_var)
    told = filter_levels(data.z, var, learnt.step[:, None], plan, start=start).innovation
    copies = len(places)
    stacked = Plan(*(np.tile(part, (copies, 1)) for part in plan))
    unit = filter_levels(
        np.concatenate([np.where(seen, _showing(plan, place), np.nan) for place in places]),
        np.tile(var, (copies, 1)),
        np.tile(learnt.step, copies)[:, None],
        stacked,
        start=start,
    ).innovation.reshape(copies, *data.z.shape)
    time = np.arange(data.z.shape[1])
    at = np.asarray(places)[:, None]
    inside = (time >= at) & (time <= at + window)
    use = inside[:, None, :] & seen
    unit = np.where(use, unit, 0.0)
    weight = (unit**2).sum(axis=2)
    begun = np.stack([seen[:, :place].any(axis=1) for place in places])
    weight = np.where(begun & (weight > 0), weight, np.nan)
    return _Shifts((unit * np.nan_to_num(told)).sum(axis=2) / weight, 1.0 / weight)


def _showing(plan: Plan, place: int) -> Array:
    """Return how much of a shift at a date each value shows, from 0 to 1, dims (item, time)."""
    time = np.arange(plan.months.shape[1])
    return np.clip((time - place + 1) / plan.months, 0.0, 1.0)


def _scale(z: Array, worth: float) -> float:
    """Return the variance of placebo shifts over what the model expects, drawn towards 1.

    Parameters
    ----------
    z : numpy.ndarray
        Dims (date,) or (date, item); NaN where nothing was seen.
    worth : float
        Independent windows that one date is worth: those of neighbouring dates overlap.
    """
    seen = np.isfinite(z)
    dates = seen.reshape(len(z), -1).any(axis=1).sum() * worth
    square = float((z[seen] ** 2).mean()) if seen.any() else 1.0
    return float((dates * square + _TRUST_N) / (dates + _TRUST_N))


def _weighed(shifts: _Shifts, date: int, weight: Array) -> _Weighed:
    """Return the mean shift of the items that were seen, by weight and by how much they saw."""
    known = shifts.known[date]
    if not known.any():
        return _Weighed(np.nan, np.nan, np.nan)
    var = shifts.var[date][known]
    share = _shares(weight[known], var)
    effect = float((share * shifts.effect[date][known]).sum())
    part = share * np.sqrt(var)
    alone = float((part**2).sum())
    sd = float(np.sqrt(alone + _COMMON * (float(part.sum()) ** 2 - alone)))
    return _Weighed(effect, sd, effect / sd)


def _shares(weight: Array, var: Array) -> Array:
    share = weight / (_BETWEEN**2 + var)
    return np.asarray(share / share.sum())


def _parts(items: Sequence[Item], shifts: _Shifts, weight: Array) -> tuple[ItemEffect, ...]:
    seen = shifts.known[0]
    part = np.zeros(len(items))
    if seen.any():
        part[seen] = _shares(weight[seen], shifts.var[0, seen]) * shifts.effect[0, seen]
    made = []
    for i, item in enumerate(items):
        effect, spread = float(shifts.effect[0, i]), _Z80 * float(np.sqrt(shifts.var[0, i]))
        made.append(
            ItemEffect(
                item.name,
                _known(effect),
                _known(effect - spread),
                _known(effect + spread),
                bool(shifts.known[0, i]),
            )
        )
    order = np.lexsort((-np.abs(part), ~seen))
    return tuple(made[i] for i in order.tolist())


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
