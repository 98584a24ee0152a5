"""Outside validity of the panel: allies above rivals, tension before disputes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import UsageError
from comity.judgement.readings import significant
from comity.models.panel._types import DECLARED
from comity.models.panel.estimate import estimate_panel_of_dyads
from comity.models.panel.validation import (
    Labels,
    Scores,
    ablate,
    bootstrap_by_dyad,
    check_orderings,
    score_labels,
)
from comity.workspace.panel_inputs import panel_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.core.actor import Actors
    from comity.evidence.store import EvidenceStore
    from comity.evidence.view import EvidenceView
    from comity.models.panel._types import PanelInputs, PanelReadings

__all__ = ["check_panel", "panel_labels"]

Mask = NDArray[np.bool_]
GROUPS = {
    "votes": ("un",),
    "organisations": ("igo",),
    "trade": ("trade",),
    "events": ("share_vf", "share_mf", "amount_vf", "amount_mf"),
}
"""Items that one kind of source gives."""
_DRAWS = 40
_ROUNDS = 200


@dataclass(frozen=True)
class _World:
    inputs: PanelInputs
    found: PanelReadings
    labels: Labels

    def inside(self, since: int, until: int) -> Mask:
        """Return the dyad-periods of the years that have both readings, dims (dyad, time)."""
        years = np.array([int(period[:4]) for period in self.found.periods])
        said = np.isfinite(self.found.readings["cohesion"].filtered)
        return np.asarray(said & (years >= since) & (years <= until))


def check_panel(
    store: EvidenceStore,
    actors: Actors,
    seed: int,
    years: tuple[int | None, int | None],
    written: Mapping[str, Sequence[Mapping[str, Any]]] | None,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Score the readings of the stored data against alliances, rivalries and disputes.

    Parameters
    ----------
    store : EvidenceStore
        Holds items and labels (sources ``atop``, ``rivalries``, ``cow_mid`` or ``gml_mid``).
    actors : Actors
        States.
    seed : int
        Seed of draws and of the bootstrap.
    years : tuple of int or None
        First and last year to score; by default all with cohesion.
    written : mapping, optional
        Judgements written down before looking, as for `check_orderings`.
    progress : callable
        Told what is being done.

    Raises
    ------
    UsageError
        If no alliances, no rivalries or no disputes are stored: names the sources.
    ModelError
        If no coded events are stored.
    """
    with store.view(dt.date.max) as view:
        inputs = panel_inputs(view, actors)
        progress(f"estimating {len(inputs.dyads()[0]):,} dyads")
        found = estimate_panel_of_dyads(
            inputs, seed=seed, draws=_DRAWS, readings=("cohesion", "tension")
        )
        world = _World(inputs, found, panel_labels(view, inputs, found))
    first, last = years[0] or int(found.periods[0]), years[1] or int(found.periods[-1])
    inside = world.inside(first, last)
    progress("leaving out one kind of source at a time")
    scores = _scores(world, inside)
    ablated = ablate(inputs, world.labels, GROUPS, within=inside)
    spans = {name: _interval(world, inside, name, seed) for name in ("cohesion", "tension")}
    return {
        "years": [first, last],
        "dyads": int(inside.any(axis=1).sum()),
        "pacts": int((world.labels.pact & ~world.labels.rivalry & inside).any(axis=1).sum()),
        "rivals": int((world.labels.rivalry & ~world.labels.pact & inside).any(axis=1).sum()),
        "onsets": int((world.labels.onset_next & world.labels.known_next & inside).sum()),
        "scores": _plain(scores),
        "bootstrap90": spans,
        "without": {
            name: _plain(each, has_tension=not set(DECLARED.tension) <= set(GROUPS[name]))
            for name, each in ablated.items()
            if name
        },
        "orderings": _orderings(found, written),
    }


def _plain(scores: Scores, *, has_tension: bool = True) -> dict[str, float | None]:
    """Return the scores; what cannot be scored, and a reading without items, is None."""
    known = {name: np.isfinite(value) for name, value in scores._asdict().items()}
    return {
        name: significant(getattr(scores, name), 3)
        if known[name] and (has_tension or not name.startswith("tension"))
        else None
        for name in known
    }


def _scores(world: _World, inside: Mask) -> Scores:
    cohesion, tension = (world.found.readings[r].filtered for r in ("cohesion", "tension"))
    return score_labels(cohesion, tension, world.labels, within=inside)


def _interval(world: _World, inside: Mask, name: str, seed: int) -> list[float]:
    cohesion, tension = (world.found.readings[r].filtered for r in ("cohesion", "tension"))

    def statistic(rows: NDArray[np.int64]) -> float:
        scores = score_labels(
            cohesion[rows], tension[rows], world.labels.take(rows), within=inside[rows]
        )
        return float(getattr(scores, name))

    low, high = bootstrap_by_dyad(statistic, len(cohesion), seed=seed, rounds=_ROUNDS)
    return [significant(low, 3), significant(high, 3)]


def _orderings(
    found: PanelReadings, written: Mapping[str, Sequence[Mapping[str, Any]]] | None
) -> dict[str, Any] | None:
    if written is None:
        return None
    made = check_orderings(found, written)
    shares = {
        name: significant(value, 3) if np.isfinite(value := getattr(made, name)) else None
        for name in made._fields[:5]
    }
    return {**shares, "misses": list(made.misses), "unusable": len(made.unusable)}


def panel_labels(view: EvidenceView, inputs: PanelInputs, found: PanelReadings) -> Labels:
    """Return what registers say of the dyads and years of the panel.

    Raises
    ------
    UsageError
        If a register is not stored.
    """
    grid = _Rows(
        {key: i for i, key in enumerate(found.dyads)},
        {int(period): t for t, period in enumerate(found.periods)},
    )
    pact = grid.mark(
        _needed(view, "SELECT state_a, state_b, year, year FROM alliances WHERE defense", "atop")
    )
    ((known,),) = view.query("SELECT max(year) FROM alliances")
    rivalry = grid.mark(
        _needed(
            view,
            f"SELECT state_a, state_b, start_year, coalesce(end_year, {known}) FROM rivalries",
            "rivalries",
        )
    )
    onset = grid.mark(
        _needed(view, "SELECT state_a, state_b, year, year FROM disputes WHERE onset", "cow_mid")
    )
    ((ends,),) = view.query("SELECT max(year) FROM disputes")
    following = np.zeros_like(onset)
    following[:, :-1] = onset[:, 1:]
    years = np.array([int(period) for period in found.periods])
    borders = "SELECT state_a, state_b, year, year FROM contiguity WHERE type BETWEEN 1 AND 5"
    near: Mask = np.asarray(grid.mark(view.query(borders)).any(axis=1))
    _, a, b = inputs.dyads()
    events = inputs.counts.sum(axis=0)[inputs.first_shown :]
    both = np.where(np.isfinite(events), events, 0.0)
    volume = np.log1p(both[:, a, b] + both[:, b, a]).T
    return Labels(
        pact=pact,
        rivalry=rivalry,
        onset_next=following,
        known_next=np.broadcast_to(years < ends, onset.shape).copy(),
        contiguous=np.broadcast_to(near[:, None], onset.shape).copy(),
        volume=np.ascontiguousarray(volume),
    )


def _needed(view: EvidenceView, sql: str, source: str) -> list[tuple[Any, ...]]:
    rows = view.query(sql)
    if not rows:
        msg = f"the panel is checked against {source}: `comity collect {source} --from PATH`."
        raise UsageError(msg)
    return rows


@dataclass(frozen=True)
class _Rows:
    """Places of dyads and years."""

    dyads: dict[str, int]
    years: dict[int, int]

    def mark(self, rows: Sequence[tuple[Any, ...]]) -> Mask:
        """Mark rows (a, b, first year, last year), dims (dyad, time)."""
        out = np.zeros((len(self.dyads), len(self.years)), dtype=bool)
        first = min(self.years)
        for a, b, start, end in rows:
            at = self.dyads.get("-".join(sorted((a, b))))
            if at is not None:
                span = range(max(start, first), end + 1)
                out[at, [self.years[year] for year in span if year in self.years]] = True
        return out
