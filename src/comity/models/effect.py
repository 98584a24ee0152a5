"""What changed after a date, against what the items' own past led to expect.

An event study on the items of one dyad. The counterfactual of each item is its level as filtered up
to the month before the date, carried forward; the outcome is its level as filtered `horizon` months
after. Both use the parameters of the whole record, so that only the data differ. The same is done
at placebo dates: a date is unusual only if few others moved the reading as far. Windows of
neighbouring placebo dates overlap, so their share is a rank among dates, not a test.

References
----------
.. [1] MacKinlay, A. C. (1997), Event Studies in Economics and Finance, Journal of Economic
   Literature 35(1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import UsageError
from comity.models._protocol import READINGS, Item, Reading
from comity.models.item_levels import ItemPriors, Standardised, fit_levels, standardise
from comity.models.kalman import Filtered, filter_levels, plan_spans

__all__ = ["Effect", "ItemEffect", "event_effects"]

Array = NDArray[np.float64]
_APART = 24  # months between a placebo date and the date itself
_EVERY = 3


@dataclass(frozen=True)
class ItemEffect:
    """What one item did, in its own standard deviations, with an 80 % interval."""

    item: str
    effect: float
    lo80: float
    hi80: float
    observed: bool


@dataclass(frozen=True)
class Effect:
    """What one reading did after a date.

    Parameters
    ----------
    reading : Reading
        Which.
    effect, lo80, hi80 : float
        Level `horizon` months after the date less the expected one, with an 80 % interval.
        [item standard deviations]
    z : float
        The change of the filtered level in its standard deviations under no effect.
    placebo_share : float or None
        Share of placebo dates whose change was at least as far from the expected one; None with
        fewer than 8 of them.
    placebos : int
        Number of placebo dates.
    items : tuple of ItemEffect
        Largest first.
    """

    reading: Reading
    effect: float
    lo80: float
    hi80: float
    z: float
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
        Months after the date at which the outcome is read; fewer if the grid ends before. [months]
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
    levels = fit_levels(data, [item.kind for item in items], rng=rng, prior=priors)
    lift = (1.0 + levels.rho) / (1.0 - levels.rho)
    fit = _refilter(data, levels.step, levels.noise * lift, priors)
    weight = np.array([item.weight for item in items])
    seen = np.isfinite(data.z)
    last = len(data.z[0]) - 1
    here = _change(fit, seen, weight, place, min(place + horizon, last))
    others = [
        _change(fit, seen, weight, t, t + horizon).z
        for t in range(_APART, last - horizon + 1, _EVERY)
        if abs(t - place) >= _APART
    ]
    known = [abs(z) for z in others if np.isfinite(z)]
    share = float(np.mean([z >= abs(here.z) for z in known])) if len(known) >= 8 else None
    spread = 1.2816 * here.after_sd
    parts = [
        ItemEffect(
            item.name,
            float(here.item_change[i]),
            float(here.item_change[i] - 1.2816 * here.item_sd[i]),
            float(here.item_change[i] + 1.2816 * here.item_sd[i]),
            bool(seen[i, place : min(place + horizon, last) + 1].any()),
        )
        for i, item in enumerate(items)
    ]
    return Effect(
        reading=reading,
        effect=here.change,
        lo80=here.change - spread,
        hi80=here.change + spread,
        z=here.z,
        placebo_share=share,
        placebos=len(known),
        items=tuple(sorted(parts, key=lambda part: (-abs(part.effect), part.item))),
    )


def _refilter(data: Standardised, step: Array, noise: Array, priors: ItemPriors) -> Filtered:
    plan = plan_spans(np.isfinite(data.z), data.span)
    return filter_levels(
        data.z,
        noise[:, None] + data.variance,
        step[:, None],
        plan,
        start=(0.0, priors.start_var),
    )


@dataclass(frozen=True)
class _Change:
    change: float
    after_sd: float
    z: float
    item_change: Array
    item_sd: Array


def _change(fit: Filtered, seen: NDArray[np.bool_], weight: Array, place: int, end: int) -> _Change:
    """Compare the filtered levels before `place` with those at `end`, item by item and weighted."""
    alive = seen[:, :place].any(axis=1)
    share = np.where(alive, weight, 0.0)
    share = share / share.sum() if share.any() else share
    before, after = fit.level[:, place - 1], fit.level[:, end]
    steps = fit.step_var[:, place : end + 1].sum(axis=1)
    # what the level was expected to wander, less what is still not known of it
    wander = np.maximum(fit.level_var[:, place - 1] + steps - fit.level_var[:, end], 0.0)
    item_change = after - before
    item_sd = np.sqrt(fit.level_var[:, end])
    change = float((share * item_change).sum())
    null = float(np.sqrt((share**2 * wander).sum()))
    return _Change(
        change=change,
        after_sd=float(np.sqrt((share**2 * fit.level_var[:, end]).sum())),
        z=change / null if null > 0 else float("nan"),
        item_change=item_change,
        item_sd=item_sd,
    )
