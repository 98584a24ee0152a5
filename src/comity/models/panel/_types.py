"""What the panel estimator takes and gives. Array dimensions: class, time, state, dyad, draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError
from comity.models._protocol import Reading

__all__ = [
    "CLASSES",
    "DECLARED",
    "LEAST_INFORMED",
    "WITH_TREATIES",
    "ItemStanding",
    "PanelInputs",
    "PanelReading",
    "PanelReadings",
    "Weights",
]

Array = NDArray[np.float64]
Draws = NDArray[np.float32]
Mask = NDArray[np.bool_]

CLASSES = ("vc", "mc", "vf", "mf")
"""Verbal and material co-operation, verbal and material conflict."""


LEAST_INFORMED = 0.5
"""Share of a reading's declared weight below which a dyad has no reading."""


@dataclass(frozen=True)
class PanelInputs:
    """Everything the panel knows before it estimates. Nothing here is a treaty or a rivalry.

    Parameters
    ----------
    states : tuple of str
        ISO3 codes of all states with any data, not only those of the panel.
    periods : tuple of str
        ``YYYY`` or ``YYYY-MM``, consecutive; early ones may serve as burn-in only.
    counts : numpy.ndarray
        Coded events by class (`CLASSES`), dims (class, time, actor, recipient); NaN uncovered.
    symmetric : mapping of str to numpy.ndarray
        Togetherness measured between two states, dims (time, state, state), NaN missing: ``un``
        agreement on votes [0-1], ``igo`` shared organisations [count], and others by their names.
    symmetric_variance : mapping of str to numpy.ndarray
        Known sampling variances of some of them, same dims and unit squared.
    flows : mapping of str to numpy.ndarray
        Directed amounts, dims (time, supplier, recipient), NaN missing: ``trade``, ``arms``.
    member : numpy.ndarray of bool
        Politically relevant dyads, dims (state, state), symmetric.
    near : numpy.ndarray of bool, optional
        Contiguous, of one region or with a colonial tie, dims (state, state).
    distance : numpy.ndarray, optional
        Between the states, dims (state, state). [km]
    other_counts : mapping of str to numpy.ndarray
        The same by other streams, dims as `counts`, the fullest first. Each gets baselines and a
        noise of its own, so that a coder who hears more of a state, or of everything, shifts
        nothing.
    coder : mapping of str to str
        Who coded each other stream; the main one is ``""``. Two streams of one coder hold the same
        events, so that a dyad and period is taken from the first that has it.
    acts : mapping of str to numpy.ndarray
        Counts of one kind of act, such as leaders' ``visits``, dims (time, actor, recipient); NaN
        uncovered.
    exists : numpy.ndarray of bool, optional
        Dims (time, state): the state existed in the period; all of them by default.
    first_shown : int
        Index of the first period shown; those before it only start the levels.

    Raises
    ------
    ModelError
        If dims do not agree, states repeat, or `member` is empty or not symmetric.
    """

    states: tuple[str, ...]
    periods: tuple[str, ...]
    counts: Array
    member: Mask
    symmetric: Mapping[str, Array] = field(default_factory=dict)
    symmetric_variance: Mapping[str, Array] = field(default_factory=dict)
    flows: Mapping[str, Array] = field(default_factory=dict)
    near: Mask | None = None
    distance: Array | None = None
    other_counts: Mapping[str, Array] = field(default_factory=dict)
    coder: Mapping[str, str] = field(default_factory=dict)
    acts: Mapping[str, Array] = field(default_factory=dict)
    exists: Mask | None = None
    first_shown: int = 0

    def __post_init__(self) -> None:
        n, time = len(self.states), len(self.periods)
        if len(set(self.states)) != n:
            raise ModelError("panel inputs name a state twice; give each ISO3 code once.")
        wanted: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
            "counts": (self.counts.shape, (len(CLASSES), time, n, n))
        }
        for group in (self.symmetric, self.symmetric_variance, self.flows, self.acts):
            wanted |= {name: (x.shape, (time, n, n)) for name, x in group.items()}
        counted = (len(CLASSES), time, n, n)
        wanted |= {name: (x.shape, counted) for name, x in self.other_counts.items()}
        if self.exists is not None:
            wanted["exists"] = (self.exists.shape, (time, n))
        wanted["member"] = (self.member.shape, (n, n))
        if self.near is not None:
            wanted["near"] = (self.near.shape, (n, n))
        if self.distance is not None:
            wanted["distance"] = (self.distance.shape, (n, n))
        for name, (found, dims) in wanted.items():
            if found != dims:
                raise ModelError(f"panel input {name!r} has dims {found}, expected {dims}.")
        if not self.member.any() or not np.array_equal(self.member, self.member.T):
            raise ModelError(
                "the membership mask is empty or not symmetric; mark both (i, j), (j, i)."
            )
        if not 0 <= self.first_shown < time:
            raise ModelError(f"first_shown is {self.first_shown}, the panel has {time} periods.")

    def alive(self) -> Mask:
        """Return where both states of each member dyad existed, dims (dyad, time)."""
        _, a, b = self.dyads()
        if self.exists is None:
            return np.ones((len(a), len(self.periods)), dtype=bool)
        return np.ascontiguousarray((self.exists[:, a] & self.exists[:, b]).T)

    def dyads(self) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
        """Return keys of the member dyads in order of name, and the indices of a and b."""
        order = np.argsort(np.array(self.states))
        grid = self.member[np.ix_(order, order)]
        first, second = np.nonzero(np.triu(grid, 1))
        a, b = order[first], order[second]
        keys = tuple(f"{self.states[i]}-{self.states[j]}" for i, j in zip(a, b, strict=True))
        return keys, a, b


@dataclass(frozen=True)
class Weights:
    """Declared weights of items in readings, in standard deviations of their levels.

    Declared and not learnt: weights learnt from the items' covariance lock on to the smoothest
    item, and weights learnt from labels make the index a forecast of the labels.

    Parameters
    ----------
    depth, cohesion, tension, asymmetry : mapping of str to float
        Item name to weight.
    kept_state : mapping of Reading to float
        How much of the two states' own activity stays in the amount items of a reading. [0-1]
    needed : mapping of Reading to str
        Item without which a dyad has no such reading. Votes and shared organisations alone put
        India and Pakistan among the closest dyads of the 1990s: togetherness without a measure of
        hostility is not cohesion.
    optional : frozenset of str
        Items of which few have a source: what is not stored of them counts as nothing missing.
    """

    depth: Mapping[str, float]
    cohesion: Mapping[str, float]
    tension: Mapping[str, float]
    asymmetry: Mapping[str, float]
    kept_state: Mapping[Reading, float]
    needed: Mapping[Reading, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()

    def of(self, reading: Reading) -> Mapping[str, float]:
        """Return the weights of one reading."""
        weights: Mapping[str, float] = getattr(self, reading)
        return weights


DECLARED = Weights(
    depth=MappingProxyType(
        {
            "amount_vc": 0.5,
            "amount_mc": 1.0,
            "trade_amount": 1.0,
            "igo": 0.5,
            "arms_amount": 1.0,
            "visits": 0.5,
        }
    ),
    cohesion=MappingProxyType(
        {"un": 1.0, "igo": 0.5, "trade": 0.75, "share_vf": -1.0, "amount_vf": -0.5}
    ),
    tension=MappingProxyType(
        {"amount_vf": 0.35, "amount_mf": 0.35, "share_vf": 0.15, "share_mf": 0.15}
    ),
    asymmetry=MappingProxyType(
        {"trade_need": 1.0, "arms_need": 1.0, "courting_vc": 0.5, "courting_mc": 0.5}
    ),
    kept_state=MappingProxyType({"depth": 0.5, "tension": 0.5}),
    needed=MappingProxyType({"cohesion": "share_vf"}),
    optional=frozenset({"visits"}),
)
"""Chosen on half of the dyads and 2003-2008, and scored on the other half and 2009-2013."""

WITH_TREATIES = replace(DECLARED, cohesion=MappingProxyType({**DECLARED.cohesion, "treaty": 0.5}))
"""The same with obligations in force: half a vote's weight, since a signature costs less than
what is done under it. Alliances are what the readings are validated on, so that validation must
leave them out: never score these weights against pacts."""


@dataclass(frozen=True)
class PanelReading:
    """One reading of every dyad of the panel.

    0-100 is the percentile within period and panel (asymmetry: -100, b needs a, to 100, a needs
    b). Draws have dims (dyad, time, draw), everything else (dyad, time).

    Parameters
    ----------
    filtered, smoothed : numpy.ndarray
        Median of the draws that use the past and present only, and all periods.
    filtered_draws, smoothed_draws : numpy.ndarray
        Posterior draws.
    point : numpy.ndarray
        The period's own value, NaN where nothing was observed in it.
    latent, latent_sd : numpy.ndarray
        Weighted sum behind `filtered`, in standard deviations of the items.
    contributions : mapping of str to numpy.ndarray
        Each item's part of `latent`; they sum to it.
    items : numpy.ndarray of int
        Items observed in the period.
    observed, informed : numpy.ndarray
        Share of the declared weight of the reading that was observed in the period, and by then at
        least once. [0-1] Where less than `LEAST_INFORMED` is informed, or an item that the reading
        needs is not, nothing is said (NaN).
    """

    filtered: Array
    smoothed: Array
    filtered_draws: Draws
    smoothed_draws: Draws
    point: Array
    latent: Array
    latent_sd: Array
    contributions: Mapping[str, Array]
    items: NDArray[np.int64]
    observed: Array
    informed: Array

    def interval(self, level: float = 0.8, *, smoothed: bool = False) -> tuple[Array, Array]:
        """Return lower and upper bounds, dims (dyad, time).

        Parameters
        ----------
        level : float
            Probability inside. [0-1]
        smoothed : bool
            Use all periods instead of the past and present only.
        """
        draws = self.smoothed_draws if smoothed else self.filtered_draws
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=2)
        return np.asarray(low, dtype=float), np.asarray(high, dtype=float)


class ItemStanding(NamedTuple):
    """One item of every dyad as percentile within period and panel.

    Dims (dyad, time). [0-100]
    `value` is the filtered level's, with an 80 % interval; `point` the period's own; NaN where the
    item was never seen of the dyad until then.
    """

    value: Array
    lo80: Array
    hi80: Array
    point: Array


@dataclass(frozen=True)
class PanelReadings:
    """Readings of the whole panel.

    Parameters
    ----------
    dyads, periods : tuple of str
        Coordinates of the dims dyad and time.
    readings : mapping of Reading to PanelReading
        A reading without items is absent.
    artefact : numpy.ndarray of bool
        Dims (dyad, time): counts that look miscoded; kept, with wider intervals.
    items : mapping of str to ItemStanding
        Where each dyad stands on single items, if that was asked for.
    parameters : mapping of str to tuple of float
        Step, noise, start mean and start variance of every item's level.
    """

    dyads: tuple[str, ...]
    periods: tuple[str, ...]
    readings: Mapping[Reading, PanelReading]
    artefact: Mask
    parameters: Mapping[str, tuple[float, ...]]
    items: Mapping[str, ItemStanding] = field(default_factory=dict)
