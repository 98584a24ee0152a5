"""Items of the panel: one value per dyad and period from counts, votes, memberships and flows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models.panel._types import CLASSES, PanelInputs
from comity.models.panel.artefacts import DOUBT
from comity.models.panel.centring import centre_two_way
from comity.models.panel.counts import CountFit, exposure, fit_counts, pool_directions

__all__ = ["DyadItem", "measure_items"]

Array = NDArray[np.float64]
_LOGGED = ("igo",)
_NO_SHARES = 1e-9
_FULL = 0.25  # of the main stream's usual events


class DyadItem(NamedTuple):
    """One item, dims (dyad, time); an item of counts may be observed by several coders.

    Parameters
    ----------
    value, variance : numpy.ndarray
        Value and known sampling variance, NaN where missing.
    state_part : numpy.ndarray
        What the two states' own activity adds; 0 for items that have none.
    doubt : numpy.ndarray
        Variance of an error that stays the same over the periods and does not average out; 0 for
        dyads that nobody suspects.
    is_signed : bool
        The value turns its sign when the states change places.
    others : tuple of (numpy.ndarray, numpy.ndarray)
        Value and variance by other coders, in order of their names.
    """

    value: Array
    variance: Array
    state_part: Array
    doubt: Array
    is_signed: bool = False
    others: tuple[tuple[Array, Array], ...] = ()

    def streams(self) -> tuple[Array, Array]:
        """Return values and variances of all coders, dims (stream, dyad, time)."""
        value, variance = zip((self.value, self.variance), *self.others, strict=True)
        return np.stack(value), np.stack(variance)


def measure_items(
    inputs: PanelInputs, artefact: NDArray[np.bool_], wanted: Collection[str]
) -> dict[str, DyadItem]:
    """Return the wanted items that the inputs allow, in order of name.

    ``amount_K`` and ``share_K`` for classes K, ``courting_K`` (directed difference of amounts),
    every symmetric input and every kind of act by its own name, and ``F``, ``F_amount`` (with the
    states' own part) and ``F_need`` (who depends on whom) for flows F.

    Parameters
    ----------
    inputs : PanelInputs
        The panel's inputs.
    artefact : numpy.ndarray of bool
        Flagged dyads, dims (time, state, state); their counts are taken with more doubt.
    wanted : collection of str
        Names of items.
    """
    _, a, b = inputs.dyads()

    def pick(x: Array) -> Array:
        return np.ascontiguousarray(x[:, a, b].T)

    doubt = pick(np.where(artefact, DOUBT, 0.0))
    streams = [("", inputs.counts)]
    streams += [(inputs.coder.get(name, name), x) for name, x in inputs.other_counts.items()]
    made = _merged(
        [
            (coder, _is_full(x, inputs.counts), _of_stream(x, pick, doubt, wanted))
            for coder, x in streams
        ]
    )
    none = np.zeros_like(doubt)
    for name, x in inputs.symmetric.items():
        if name in wanted and np.isfinite(x).any():
            value = pick(centre_two_way(np.log1p(x) if name in _LOGGED else x))
            known = inputs.symmetric_variance.get(name)
            variance = np.where(np.isfinite(value), 0.0 if known is None else pick(known), np.nan)
            made[name] = DyadItem(value, variance, none, none)
    for name, x in inputs.acts.items():
        if name in wanted and np.isfinite(x).any():
            made[name] = _undirected(fit_counts(x), pick, none)
    for name, x in inputs.flows.items():
        if {name, f"{name}_amount", f"{name}_need"} & set(wanted) and np.isfinite(x).any():
            fit = fit_counts(x)
            # a flow is money and not a number of acts: its size is no sampling variance
            exact = np.where(np.isfinite(fit.residual), 0.0, np.nan)
            item = _undirected(replace(fit, variance=exact), pick, none)
            made[f"{name}_amount"] = item
            made[name] = item._replace(state_part=none)
            made[f"{name}_need"] = _need(x, pick)
    return {name: made[name] for name in sorted(made) if name in wanted}


def _of_stream(
    counts: Array, pick: Callable[[Array], Array], doubt: Array, wanted: Collection[str]
) -> dict[str, DyadItem]:
    """Return the count items as one stream has them, against that stream's own baselines."""
    made: dict[str, DyadItem] = {}
    traffic = exposure(counts[0] + counts[1])
    for at, name in enumerate(CLASSES):
        y = counts[at]
        if not np.isfinite(y).any():
            continue
        if {f"amount_{name}", f"courting_{name}"} & set(wanted):
            fit = fit_counts(y)
            made[f"amount_{name}"] = _undirected(fit, pick, doubt)
            made[f"courting_{name}"] = _directed(fit, pick, doubt)
        # co-operation given the dyad's own co-operation would be a share of itself
        if f"share_{name}" in wanted and at >= 2:
            item = _undirected(fit_counts(y, traffic), pick, doubt)
            made[f"share_{name}"] = item._replace(state_part=np.zeros_like(doubt))
    return made


def _is_full(counts: Array, main: Array) -> NDArray[np.bool_]:
    """Say in which periods a stream tells how active a state is, dims (time,).

    A thin sample draws every state's activity to the mean, so that the most active states would
    seem to calm down in the years of which there is only a sample.
    """
    volume, usual = (np.nansum(x, axis=(0, 2, 3)) for x in (counts, main))
    spoken = usual[usual > 0]
    return np.asarray(volume >= _FULL * (np.median(spoken) if len(spoken) else 0.0))


def _merged(
    streams: list[tuple[str, NDArray[np.bool_], dict[str, DyadItem]]],
) -> dict[str, DyadItem]:
    """Put what several streams say of one item together; the first to cover a period leads it."""
    merged: dict[str, DyadItem] = {}
    said: dict[tuple[str, str], NDArray[np.bool_]] = {}
    for coder, is_full, made in streams:
        for name, item in made.items():
            # the events that this coder has already given are not another observation
            known = said.get((coder, name), np.zeros(item.value.shape, dtype=bool))
            value = np.where(known, np.nan, item.value)
            said[coder, name] = known | np.isfinite(value)
            if name not in merged:
                merged[name] = item
                continue
            main = merged[name]
            silent = ~np.isfinite(main.value).any(axis=0)
            merged[name] = main._replace(
                state_part=np.where(silent & is_full, item.state_part, main.state_part),
                others=(*main.others, (value, item.variance)),
            )
    return merged


def _undirected(fit: CountFit, pick: Callable[[Array], Array], doubt: Array) -> DyadItem:
    value, variance = pool_directions(fit.residual, fit.variance)
    part = fit.state_part()
    for t in np.flatnonzero(~np.isfinite(fit.dispersion)):
        # a period without the source keeps the states' activity of the one before
        part[t] = part[t - 1] if t else 0.0
    return DyadItem(pick(value), pick(variance), pick(part), doubt)


def _directed(fit: CountFit, pick: Callable[[Array], Array], doubt: Array) -> DyadItem:
    value = pick(fit.residual - np.transpose(fit.residual, (0, 2, 1)))
    variance = pick(fit.variance + np.transpose(fit.variance, (0, 2, 1)))
    return DyadItem(value, variance, np.zeros_like(value), doubt, is_signed=True)


def _need(flow: Array, pick: Callable[[Array], Array]) -> DyadItem:
    """Share of the dyad in a's exchanges less its share in b's, signed square root."""
    known = np.where(np.isfinite(flow), flow, 0.0)
    both = known + np.transpose(known, (0, 2, 1))
    own = both.sum(axis=2)
    share = both / np.maximum(own[:, :, None], _NO_SHARES)
    seen = np.isfinite(flow) | np.isfinite(np.transpose(flow, (0, 2, 1)))
    gap = share - np.transpose(share, (0, 2, 1))
    value = pick(np.where(seen, np.sign(gap) * np.sqrt(np.abs(gap)), np.nan))
    exact, none = np.where(np.isfinite(value), 0.0, np.nan), np.zeros_like(value)
    return DyadItem(value, exact, none, none, is_signed=True)
