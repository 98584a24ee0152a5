"""Outside validity of panel readings. Labels come in as arrays and never touch the estimate."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import NotEnoughObservations
from comity.models._protocol import Reading
from comity.models.panel._types import DECLARED, PanelInputs, PanelReadings, Weights
from comity.models.panel.estimate import estimate_panel_of_dyads

__all__ = [
    "Labels",
    "Orderings",
    "Scores",
    "ablate",
    "auc",
    "bootstrap_by_dyad",
    "check_orderings",
    "match_volume",
    "score_labels",
]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Labels:
    """What the world says about the dyads, dims (dyad, time).

    Parameters
    ----------
    pact, rivalry : numpy.ndarray of bool
        Defence pact in force; rivalry running. Dyad-periods with both are left out.
    onset_next : numpy.ndarray of bool
        A dispute begins in the period after.
    known_next : numpy.ndarray of bool
        The period after is covered by the list of disputes.
    contiguous : numpy.ndarray of bool
        The two share a border.
    volume : numpy.ndarray
        Coded events of all kinds, in logs.
    """

    pact: Mask
    rivalry: Mask
    onset_next: Mask
    known_next: Mask
    contiguous: Mask
    volume: Array

    def take(self, rows: NDArray[np.int64]) -> Labels:
        """Return the labels of some dyads, in that order."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dict__})


class Scores(NamedTuple):
    """Areas under the curve: cohesion of pacts over rivals, tension before disputes.

    `*_near` are of contiguous dyads only, `*_volume` weighted to the same volume of events: rivals
    are loud, and volume alone is a good guess. NaN where a group is empty.
    """

    cohesion: float
    cohesion_near: float
    cohesion_volume: float
    tension: float
    tension_near: float
    tension_volume: float


def auc(
    positive: Array,
    negative: Array,
    positive_weight: Array | None = None,
    negative_weight: Array | None = None,
) -> float:
    """Return the weighted probability that a positive lies above a negative; ties count half.

    Parameters
    ----------
    positive, negative : numpy.ndarray
        Scores of both groups, dims (case,).
    positive_weight, negative_weight : numpy.ndarray, optional
        Weights, same dims; equal by default.

    Examples
    --------
    >>> auc(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    if not len(positive) or not len(negative):
        return float("nan")
    up = np.ones(len(positive)) if positive_weight is None else positive_weight
    down = np.ones(len(negative)) if negative_weight is None else negative_weight
    order = np.argsort(negative, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(down[order])])
    ranked = negative[order]
    left = below[np.searchsorted(ranked, positive, "left")]
    right = below[np.searchsorted(ranked, positive, "right")]
    total = float(up.sum() * below[-1])
    return float((0.5 * (left + right) * up).sum() / total) if total > 0 else float("nan")


def match_volume(positive: Array, negative: Array, bins: int = 8) -> tuple[Array, Array]:
    """Return weights that give both groups one distribution over volume.

    Parameters
    ----------
    positive, negative : numpy.ndarray
        Log volumes of both groups, dims (case,).
    bins : int
        Quantile bins of the negatives. A bin with one group only has no weight.
    """
    cuts = np.quantile(negative, np.linspace(0.0, 1.0, bins + 1)[1:-1])
    at = np.searchsorted(cuts, positive), np.searchsorted(cuts, negative)
    n = np.stack([np.bincount(x, minlength=bins) for x in at]).astype(float)
    both = (n > 0).all(axis=0)
    each = np.where(both, 1.0 / np.maximum(n, 1.0), 0.0)
    return each[0][at[0]], each[1][at[1]]


def score_labels(
    cohesion: Array,
    tension: Array,
    labels: Labels,
    *,
    within: Mask | None = None,
    tension_within: Mask | None = None,
) -> Scores:
    """Score filtered readings against labels.

    Parameters
    ----------
    cohesion, tension : numpy.ndarray
        Filtered readings or latents, dims (dyad, time). Smoothed ones have seen the future.
    labels : Labels
        Same dims.
    within, tension_within : numpy.ndarray of bool, optional
        Dyad-periods to use for each, e.g. those held out from every choice.
    """
    every = np.ones(cohesion.shape, dtype=bool)
    first = every if within is None else within
    second = first if tension_within is None else tension_within
    pact = labels.pact & ~labels.rivalry & first
    rival = labels.rivalry & ~labels.pact & first
    known = labels.known_next & second
    onset, calm = labels.onset_next & known, ~labels.onset_next & known
    return Scores(*_three(cohesion, pact, rival, labels), *_three(tension, onset, calm, labels))


def _three(score: Array, positive: Mask, negative: Mask, labels: Labels) -> tuple[float, ...]:
    near = labels.contiguous
    volume = labels.volume[positive], labels.volume[negative]
    matched = float("nan")
    if len(volume[0]) and len(volume[1]):
        matched = auc(score[positive], score[negative], *match_volume(*volume))
    return (
        auc(score[positive], score[negative]),
        auc(score[positive & near], score[negative & near]),
        matched,
    )


def bootstrap_by_dyad(
    statistic: Callable[[NDArray[np.int64]], float],
    dyads: int,
    *,
    seed: int,
    rounds: int = 200,
    level: float = 0.9,
) -> tuple[float, float]:
    """Return an interval of a statistic when whole dyads are drawn anew.

    Parameters
    ----------
    statistic : callable
        Takes indices of dyads, some of them more than once.
    dyads : int
        Number of dyads.
    seed : int
        Seed of the draws.
    rounds : int
        Samples.
    level : float
        Probability inside. [0-1]

    Raises
    ------
    NotEnoughObservations
        If the statistic is undefined in every sample.
    """
    rng = np.random.default_rng(seed)
    values = np.array([statistic(rng.integers(0, dyads, dyads)) for _ in range(rounds)])
    values = values[np.isfinite(values)]
    if not len(values):
        raise NotEnoughObservations("the statistic is undefined in every sample of dyads.")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def ablate(
    inputs: PanelInputs,
    labels: Labels,
    groups: Mapping[str, Collection[str]],
    *,
    weights: Weights = DECLARED,
    within: Mask | None = None,
) -> dict[str, Scores]:
    """Return scores with each group of items left out, and with all of them under ``""``.

    Parameters
    ----------
    inputs : PanelInputs
        The panel.
    labels : Labels
        Of its dyads, in order of name, and of the periods shown.
    groups : mapping of str to collection of str
        Items to leave out together, e.g. those of one source.
    weights : Weights
        Declared weights.
    within : numpy.ndarray of bool, optional
        Dyad-periods to score.
    """
    readings: tuple[Reading, ...] = ("cohesion", "tension")
    every = {name for reading in readings for name in weights.of(reading)}
    out = {}
    for name, left_out in {"": (), **groups}.items():
        fit = estimate_panel_of_dyads(
            inputs,
            seed=0,
            draws=2,
            weights=weights,
            items=every - set(left_out),
            readings=readings,
        )
        paths = [
            fit.readings[r].latent if r in fit.readings else np.zeros(labels.pact.shape)
            for r in readings
        ]
        out[name] = score_labels(paths[0], paths[1], labels, within=within)
    return out


class Orderings(NamedTuple):
    """How many judgements written down beforehand hold, and those that do not.

    Shares are NaN without usable judgements; a judgement whose dyad is not in the panel, or has a
    reading in fewer than half of the years, is not usable. `misses` are the judgements with the
    readings found, `unusable` those left out.
    """

    cohesion: float
    tension: float
    within: float
    close: float
    hostile: float
    misses: tuple[dict[str, Any], ...]
    unusable: tuple[dict[str, Any], ...]


def check_orderings(
    readings: PanelReadings, written: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Orderings:
    """Check judgements that were written down before looking.

    Parameters
    ----------
    readings : PanelReadings
        Filtered medians are used.
    written : mapping
        Lists ``between`` (`more` above `less` over `years`), ``within`` (one dyad, years `more`
        above years `less`), ``close`` (cohesion above 70) and ``hostile`` (cohesion below 30).
    """
    at = {key: i for i, key in enumerate(readings.dyads)}
    years = np.array([int(period[:4]) for period in readings.periods])

    def mean(reading: Reading, dyad: str, span: Sequence[int]) -> float:
        inside = (years >= span[0]) & (years <= span[1])
        value = readings.readings[reading].filtered[at[dyad], inside]
        known = value[np.isfinite(value)]
        return float(known.mean()) if 2 * len(known) >= len(value) > 0 else float("nan")

    held: dict[str, list[bool]] = {name: [] for name in Orderings._fields[:5]}
    misses, unusable = [], []
    for kind in ("between", "within", "close", "hostile"):
        for line in written.get(kind, ()):
            named = [
                line[key] for key in ("dyad", "more", "less") if isinstance(line.get(key), str)
            ]
            if any(dyad not in at for dyad in named):
                unusable.append(dict(line))
                continue
            if kind == "between":
                reading = line["reading"]
                found = [mean(reading, line[key], line["years"]) for key in ("more", "less")]
                group, good = reading, found[0] > found[1]
            elif kind == "within":
                found = [mean(line["reading"], line["dyad"], line[key]) for key in ("more", "less")]
                group, good = kind, found[0] > found[1]
            else:
                found = [mean("cohesion", line["dyad"], line["years"])]
                group, good = kind, found[0] > 70.0 if kind == "close" else found[0] < 30.0
            if not np.isfinite(found).all():
                unusable.append(dict(line))
                continue
            held[group].append(bool(good))
            if not good:
                misses.append({**line, "found": [round(x, 1) for x in found]})
    share = {name: float(np.mean(x)) if x else float("nan") for name, x in held.items()}
    return Orderings(
        cohesion=share["cohesion"],
        tension=share["tension"],
        within=share["within"],
        close=share["close"],
        hostile=share["hostile"],
        misses=tuple(misses),
        unusable=tuple(unusable),
    )
