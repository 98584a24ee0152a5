"""From stored records to the arrays of the reference panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import UsageError
from comity.indicators.relations import ONE_SET_OF_BALLOTS
from comity.models.panel._types import PanelInputs
from comity.models.panel.agreement import vote_agreement
from comity.workspace.event_counts import event_counts
from comity.workspace.panel_grid import Grid, period_texts
from comity.workspace.panel_streams import event_years, panel_streams

if TYPE_CHECKING:
    from comity.core.actor import Actors
    from comity.evidence.store import EvidenceView
    from comity.workspace.event_counts import EventCounts
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
_CHOICES = {"yes": 1.0, "abstain": 0.5, "no": 0.0}
_YEARS = (
    "SELECT session + 1945 FROM ballots",
    "SELECT year FROM shared_memberships",
    "SELECT year FROM trade_flows",
)
_STATES = (
    "SELECT voter FROM ballots WHERE session + 1945 BETWEEN $1 AND $2 UNION "
    "SELECT state_a FROM shared_memberships WHERE year BETWEEN $1 AND $2 UNION "
    "SELECT state_b FROM shared_memberships WHERE year BETWEEN $1 AND $2 ORDER BY 1"
)


def panel_inputs(
    view: EvidenceView,
    actors: Actors,
    by: PanelPeriod = "year",
    since: int | None = None,
    until: int | None = None,
) -> PanelInputs:
    """Return what the store holds for the reference panel.

    Unless told otherwise the panel runs from 1990, or from the first year of which anything is
    stored, to the last; four more years before them start the levels. A year of which only some
    items are stored has those items only: no count is made up for the others. A dyad is a member
    if the two are contiguous, if one is a major power, or if at least 30 events a year are coded
    between them.

    Parameters
    ----------
    view : EvidenceView
        The store; contiguity and the like are read as of today.
    actors : Actors
        Which state existed when, and which came out of which: successors of one state are near
        each other.
    by : str
        ``year`` or ``month``.
    since, until : int, optional
        First and last year to show.

    Raises
    ------
    ModelError
        If no coded events are stored: names the sources to collect.
    """
    events = event_counts(view, by=by)
    grid = _grid(view, events, by, (since, until))
    streams = panel_streams(events, grid)
    contiguous = _contiguous(view, grid)
    un, variance = vote_agreements(view, grid)
    burn_in = BURN_IN * (12 if by == "month" else 1)
    exists = grid.exists(actors)
    shown = exists[burn_in:].astype(float)
    return PanelInputs(
        states=grid.states,
        periods=grid.periods,
        counts=streams.main,
        other_counts=streams.others,
        coder=streams.coder,
        # two states that never existed together have no dyad
        member=_members(streams.main, contiguous, grid) & (shown.T @ shown > 0),
        symmetric={
            "un": un,
            "igo": grid.symmetric(
                view.query("SELECT state_a, state_b, year, shared FROM shared_memberships")
            ),
            "treaty": _treaties(view, grid),
        },
        symmetric_variance={"un": variance},
        acts={"visits": _visits(view, grid)},
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


def _grid(
    view: EvidenceView,
    events: EventCounts,
    by: PanelPeriod,
    asked: tuple[int | None, int | None],
) -> Grid:
    """Return the periods and states of which anything is stored."""
    spans = [event_years(events)]
    for sql in _YEARS:
        ((first, last),) = view.query(f"SELECT min(y), max(y) FROM ({sql}) AS t(y)")
        if first is not None:
            spans.append((first, last))
    since = asked[0] or max(FIRST_YEAR, min(first for first, _ in spans))
    until = asked[1] or max(last for _, last in spans)
    if since > until:
        msg = f"the panel cannot run from {since} to {until}; what is stored spans {spans[0]}."
        raise UsageError(msg)
    named = {state for (state,) in view.query(_STATES, [since, until])}
    states = sorted(named.union(*events.states.values()))
    return Grid(tuple(states), period_texts(since - BURN_IN, until, by))


def _visits(view: EvidenceView, grid: Grid) -> Array:
    """Return trips of leaders to each other's state; meetings of many states are left out.

    Covered are the periods from the first to the last trip, for states whose leaders are listed.
    """
    rows = view.query(
        "SELECT actor, recipient, strftime(occurred_from, ?), count(*) FROM leader_visits "
        "WHERE NOT coalesce(multilateral, false) GROUP BY ALL ORDER BY ALL",
        ["%Y-%m" if grid.is_monthly else "%Y"],
    )
    found = grid.directed(rows)
    listed = np.array([state in {actor for actor, *_ in rows} for state in grid.states])
    times = [at for _, _, period, _ in rows if (at := grid.when(period)) is not None]
    if times:
        here = found[min(times) : max(times) + 1]
        covered = np.broadcast_to(listed[None, :, None], here.shape)
        here[...] = np.where(covered & ~np.isfinite(here), 0.0, here)
        here[:, range(len(listed)), range(len(listed))] = np.nan
    return found


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
            "SELECT rcid, voter, choice FROM ballots"
            f" WHERE session = ? AND {ONE_SET_OF_BALLOTS} ORDER BY rcid, voter",
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
