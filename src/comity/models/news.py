"""What moved a reading between two vintages of the evidence, observation by observation, exactly.

Under fixed parameters a local level moves only when something is observed: the filtered level of an
item at the end is its level at the start plus the step that each later observation caused. A change
of a reading between two vintages is therefore the sum of three kinds of terms per item: *news*, one
for each month with a new observation; *revision*, what later knowledge of earlier months changed;
and *weight*, where items that came alive changed the shares. What is left to the published values
is the re-estimation of scale and parameters, and is reported as such.

References
----------
.. [1] Banbura, M. and Modugno, M. (2014), Maximum likelihood estimation of factor models on
   datasets with arbitrary pattern of missing data, Journal of Applied Econometrics 29(1).
   https://doi.org/10.1002/jae.2306
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import UsageError
from comity.models._protocol import READINGS, Item, Reading
from comity.models.item_levels import ItemPriors, fit_levels, on_scale_of, standardise
from comity.models.kalman import filter_levels, plan_spans

__all__ = ["News", "Term", "reading_news"]

Array = NDArray[np.float64]
_NOTHING = 1e-9


@dataclass(frozen=True)
class Term:
    """One cause of a change.

    Parameters
    ----------
    item : str
        Series id.
    kind : str
        ``news``, ``revision`` or ``weight``.
    month : str or None
        Month of the observation, for news.
    effect : float
        On the reading. [item standard deviations]
    """

    item: str
    kind: Literal["news", "revision", "weight"]
    month: str | None
    effect: float


@dataclass(frozen=True)
class News:
    """The change of one reading; `terms` add up to `change` exactly.

    Parameters
    ----------
    reading : Reading
        Which.
    before, after : float
        Filtered reading at the two dates under common parameters. [item standard deviations]
    terms : tuple of Term
        Largest first.
    """

    reading: Reading
    before: float
    after: float
    terms: tuple[Term, ...]

    @property
    def change(self) -> float:
        """After less before [item standard deviations]."""
        return self.after - self.before


def reading_news(
    months: Sequence[str],
    before: Sequence[Item],
    after: Sequence[Item],
    since: str,
    *,
    seed: int,
    priors: ItemPriors | None = None,
) -> list[News]:
    """Decompose the change of every reading between two vintages.

    Parameters
    ----------
    months : sequence of str
        Grid of the later vintage, dims (time,).
    before : sequence of Item
        The items as known at the earlier date, on the first months of the grid up to `since`.
    after : sequence of Item
        The items as known at the later date, on the whole grid.
    since : str
        Month of the earlier date.
    seed : int
        Seed of the parameter draws.
    priors : ItemPriors, optional
        As for readings.

    Raises
    ------
    UsageError
        If `since` is not before the last month of the grid.
    """
    if since not in months[:-1]:
        msg = f"news needs a month from {months[0]} to before {months[-1]}, got {since}."
        raise UsageError(msg)
    start = list(months).index(since)
    found = []
    for index, reading in enumerate(READINGS):
        chosen = sorted(
            (item for item in after if item.reads == reading and np.isfinite(item.values).any()),
            key=lambda item: item.name,
        )
        if chosen:
            rng = np.random.default_rng([seed, index])
            old = {item.name: item for item in before}
            found.append(_news(reading, months, chosen, old, start, rng, priors or ItemPriors()))
    return found


def _news(
    reading: Reading,
    months: Sequence[str],
    items: Sequence[Item],
    old: dict[str, Item],
    start: int,
    rng: np.random.Generator,
    priors: ItemPriors,
) -> News:
    signed = reading == "asymmetry"
    data = standardise(items, priors, signed=signed)
    levels = fit_levels(data, [item.kind for item in items], rng=rng, prior=priors)
    padded = [_padded(old.get(item.name), item) for item in items]
    past = on_scale_of(items, data, padded, signed=signed)
    now = levels.central.level
    then = filter_levels(
        past.z,
        levels.central_noise[:, None] + past.variance,
        levels.step[:, None],
        plan_spans(np.isfinite(past.z), past.span),
        start=(0.0, levels.start_var),
    ).level
    weight = np.array([item.weight for item in items])
    share_now = _shares(weight, data.z)
    share_then = _shares(weight, past.z[:, : start + 1])
    terms: list[Term] = []
    for i, item in enumerate(items):
        steps = share_now[i] * np.diff(now[i, start:])
        terms += [
            Term(item.name, "news", months[start + 1 + k], float(step))
            for k, step in enumerate(steps)
            if abs(step) > _NOTHING
        ]
        revision = share_now[i] * (now[i, start] - then[i, start])
        shift = (share_now[i] - share_then[i]) * then[i, start]
        terms += [
            Term(item.name, kind, None, float(effect))
            for kind, effect in _named(revision, shift)
            if abs(effect) > _NOTHING
        ]
    return News(
        reading=reading,
        before=float((share_then * then[:, start]).sum()),
        after=float((share_now * now[:, -1]).sum()),
        terms=tuple(sorted(terms, key=_by_size)),
    )


def _named(
    revision: float, shift: float
) -> tuple[tuple[Literal["revision"], float], tuple[Literal["weight"], float]]:
    return ("revision", revision), ("weight", shift)


def _by_size(term: Term) -> tuple[float, str, str]:
    return (-abs(term.effect), term.item, str(term.month))


def _padded(old: Item | None, new: Item) -> Item:
    """Return the earlier vintage of an item on the later grid; nothing where it was not known."""
    size = len(new.values)
    values, sd = np.full(size, np.nan), np.full(size, np.nan)
    span = np.ones(size, dtype=np.int64)
    if old is not None:
        known = len(old.values)
        values[:known], sd[:known], span[:known] = old.values, old.sd, old.span
    return replace(new, values=values, sd=sd, span=span)


def _shares(weight: Array, z: Array) -> Array:
    """Return the shares of the items that were observed at least once, dims (item,)."""
    kept = np.where(np.isfinite(z).any(axis=1), weight, 0.0)
    return np.asarray(kept / kept.sum()) if kept.any() else kept
