"""From stored records to the arrays of the reference panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError
from comity.models.panel._types import CLASSES, PanelInputs
from comity.models.panel.agreement import vote_agreement
from comity.workspace.panel_grid import Grid, period_texts

if TYPE_CHECKING:
    from comity.core.actor import Actors
    from comity.evidence.store import EvidenceView
    from comity.workspace.panel_grid import PanelPeriod

__all__ = ["BURN_IN", "FIRST_YEAR", "MAJORS", "panel_inputs", "vote_agreements"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAJORS = ("USA", "RUS", "CHN", "GBR", "FRA", "DEU", "JPN", "SUN")
"""States whose every dyad is politically relevant; the Soviet Union while it lasted."""
FIRST_YEAR = 1990
"""First year that the panel shows, if anything is stored of it."""
BURN_IN = 4
"""Years before the first that is shown; they start the levels. [years]"""
_BUSY = 30.0  # coded events a year, on average, above which any dyad is relevant
_COLUMNS = dict(
    zip(
        CLASSES,
        ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict"),
        strict=True,
    )
)
_CHOICES = {"yes": 1.0, "abstain": 0.5, "no": 0.0}
_YEARS = {
    "events": "SELECT CAST(period[:4] AS INTEGER) FROM dyad_counts",
    "votes": "SELECT session + 1945 FROM ballots",
    "shared organisations": "SELECT year FROM shared_memberships",
    "trade": "SELECT year FROM trade_flows",
}
_STATES = (
    "SELECT actor FROM dyad_counts UNION SELECT recipient FROM dyad_counts UNION "
    "SELECT voter FROM ballots WHERE session + 1945 BETWEEN $1 AND $2 UNION "
    "SELECT state_a FROM shared_memberships WHERE year BETWEEN $1 AND $2 UNION "
    "SELECT state_b FROM shared_memberships WHERE year BETWEEN $1 AND $2 ORDER BY 1"
)


def panel_inputs(view: EvidenceView, actors: Actors, by: PanelPeriod = "year") -> PanelInputs:
    """Return what the store holds for the reference panel.

    The panel runs from 1990, or from the first year of which anything is stored, to the last; four
    more years before them start the levels. A year of which only some items are stored has those
    items only: no count is made up for the others. A dyad is a member if the two are contiguous,
    if one is a major power, or if at least 30 events a year are coded between them.

    Parameters
    ----------
    view : EvidenceView
        The store; contiguity and the like are read as of today.
    actors : Actors
        Which state existed when, and which came out of which: successors of one state are near
        each other.
    by : str
        ``year`` or ``month``.

    Raises
    ------
    ModelError
        If no counts of coded events are stored: names the sources to collect.
    """
    grid = _grid(view, by)
    counts = _counts(view, grid)
    contiguous = _contiguous(view, grid)
    un, variance = vote_agreements(view, grid)
    burn_in = BURN_IN * (12 if by == "month" else 1)
    exists = grid.exists(actors)
    shown = exists[burn_in:].astype(float)
    return PanelInputs(
        states=grid.states,
        periods=grid.periods,
        counts=counts,
        # two states that never existed together have no dyad
        member=_members(counts, contiguous, grid) & (shown.T @ shown > 0),
        symmetric={
            "un": un,
            "igo": grid.symmetric(
                view.query("SELECT state_a, state_b, year, shared FROM shared_memberships")
            ),
            "treaty": _treaties(view, grid),
        },
        symmetric_variance={"un": variance},
        flows={
            "trade": grid.directed(
                view.query("SELECT actor, recipient, year, value FROM trade_flows")
            ),
            "arms": _arms(view, grid),
        },
        near=contiguous | _of_one_state(grid, actors),
        distance=_distance(view, grid),
        exists=exists,
        first_shown=burn_in,
    )


def _grid(view: EvidenceView, by: PanelPeriod) -> Grid:
    """Return the periods and states of which anything is stored."""
    spans = [
        view.query(f"SELECT min(y), max(y) FROM ({sql}) AS t(y)")[0] for sql in _YEARS.values()
    ]
    if spans[0][0] is None:
        msg = (
            "the reference panel needs counts of coded events; "
            "`comity collect icews --from PATH` reads them."
        )
        raise ModelError(msg)
    first = max(FIRST_YEAR, min(span[0] for span in spans if span[0] is not None))
    last = max(span[1] for span in spans if span[1] is not None)
    states = tuple(state for (state,) in view.query(_STATES, [first, last]))
    return Grid(states, period_texts(first - BURN_IN, last, by))


def _counts(view: EvidenceView, grid: Grid) -> Array:
    """Return counts by class, dims (class, time, actor, recipient)."""
    length = 7 if grid.is_monthly else 4
    planes = []
    for column in _COLUMNS.values():
        rows = view.query(
            f"SELECT actor, recipient, period, {column} FROM dyad_counts WHERE length(period) = ?",
            [length],
        )
        planes.append(grid.directed(rows))
    return np.stack(planes)


def _treaties(view: EvidenceView, grid: Grid) -> Array:
    """Return how far two states are bound: 1 to fight, 0.5 to anything less, 0 to nothing.

    Only the years of the register are covered; in them two states without an entry have none.
    """
    rows = view.query(
        "SELECT state_a, state_b, year, CASE WHEN defense OR offense THEN 1.0 ELSE 0.5 END "
        "FROM alliances WHERE defense OR offense OR neutrality OR nonaggression OR consultation"
    )
    bound = grid.symmetric(rows)
    ((first, last),) = view.query("SELECT min(year), max(year) FROM alliances")
    for t, period in enumerate(grid.periods):
        is_end = not grid.is_monthly or period.endswith("-12")
        if first is not None and first <= int(period[:4]) <= last and is_end:
            bound[t] = np.where(np.isfinite(bound[t]), bound[t], 0.0)
    return bound


def _arms(view: EvidenceView, grid: Grid) -> Array:
    """Return volumes of major arms; states that the register never names are not covered."""
    rows = view.query(
        "SELECT actor, recipient, delivery_year, sum(tiv_delivered) FROM transfers "
        "WHERE delivery_year IS NOT NULL GROUP BY ALL"
    )
    return grid.directed(rows)


def _contiguous(view: EvidenceView, grid: Grid) -> Mask:
    place = grid.place
    found = np.zeros((len(place), len(place)), dtype=bool)
    rows = view.query(
        "SELECT DISTINCT state_a, state_b FROM contiguity WHERE type BETWEEN 1 AND 5 "
        "AND year BETWEEN ? AND ?",
        [int(grid.periods[0][:4]), int(grid.periods[-1][:4])],
    )
    for a, b in rows:
        if a in place and b in place:
            found[place[a], place[b]] = found[place[b], place[a]] = True
    return found


def _of_one_state(grid: Grid, actors: Actors) -> Mask:
    """Mark states that came out of the same one: they meet a great deal for good reason."""
    origin = np.array([_origin(state, actors) for state in grid.states])
    return np.asarray(origin[:, None] == origin[None, :])


def _origin(state: str, actors: Actors) -> str:
    while state in actors.states and actors.states[state].predecessor:
        state = actors.states[state].predecessor
    return state


def _distance(view: EvidenceView, grid: Grid) -> Array | None:
    rows = view.query("SELECT state_a, state_b, min(km) FROM distances GROUP BY ALL")
    if not rows:
        return None
    place = grid.place
    out = np.full((len(place), len(place)), np.nan)
    for a, b, km in rows:
        if a in place and b in place:
            out[place[a], place[b]] = out[place[b], place[a]] = km
    return out


def _members(counts: Array, contiguous: Mask, grid: Grid) -> Mask:
    covered = np.isfinite(counts).any(axis=0)
    per_year = 12.0 if grid.is_monthly else 1.0
    # periods without counts are not quiet ones
    busy = per_year * np.nansum(counts, axis=(0, 1)) / np.maximum(covered.sum(axis=0), 1)
    member: Mask = contiguous | ((busy + busy.T) >= _BUSY)
    place = grid.place
    for state in MAJORS:
        if state in place:
            member[place[state], :] = member[:, place[state]] = True
    np.fill_diagonal(member, val=False)
    return member


def vote_agreements(view: EvidenceView, grid: Grid) -> tuple[Array, Array]:
    """Return agreement on votes and its sampling variance, session by session.

    Parameters
    ----------
    view : EvidenceView
        Holds the ballots.
    grid : Grid
        States and periods to return; agreement is weighed over all states that voted.

    Returns
    -------
    tuple of numpy.ndarray
        Agreement [0-1] and variance, dims (time, state, state); NaN where missing.
    """
    place = grid.place
    agreement = np.full((len(grid.periods), len(place), len(place)), np.nan)
    variance = agreement.copy()
    for year in sorted({int(period[:4]) for period in grid.periods}):
        t = grid.when(year)
        rows = view.query(
            "SELECT rcid, voter, choice FROM ballots WHERE session = ? ORDER BY rcid, voter",
            [year - 1945],
        )
        rows = [(rcid, voter, choice) for rcid, voter, choice in rows if choice in _CHOICES]
        if not rows or t is None:
            continue
        votes = {rcid: i for i, rcid in enumerate(dict.fromkeys(row[0] for row in rows))}
        voters = {name: i for i, name in enumerate(sorted({row[1] for row in rows}))}
        table = np.full((len(votes), len(voters)), np.nan)
        for rcid, voter, choice in rows:
            table[votes[rcid], voters[voter]] = _CHOICES[choice]
        agree, doubt = vote_agreement(table)
        both = [(place[name], voters[name]) for name in voters if name in place]
        here, there = (np.array(part) for part in zip(*both, strict=True))
        agreement[t][np.ix_(here, here)] = agree[np.ix_(there, there)]
        variance[t][np.ix_(here, here)] = doubt[np.ix_(there, there)]
    return agreement, variance
