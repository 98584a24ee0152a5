"""From stored records to the arrays of the reference panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError
from comity.models.panel._types import CLASSES, PanelInputs
from comity.models.panel.agreement import vote_agreement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.evidence.store import EvidenceView

__all__ = ["MAJORS", "panel_inputs"]

Array = NDArray[np.float64]

MAJORS = ("USA", "RUS", "CHN", "GBR", "FRA", "DEU", "JPN")
"""States whose every dyad is politically relevant."""
_BURN_IN = 4  # years before the first that is shown
_BUSY = 30.0  # coded events a year, on average, above which any dyad is relevant
_COLUMNS = dict(
    zip(
        CLASSES,
        ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict"),
        strict=True,
    )
)
_CHOICES = {"yes": 1.0, "abstain": 0.5, "no": 0.0}


def panel_inputs(view: EvidenceView, kin: Mapping[str, str]) -> PanelInputs:
    """Return what the store holds for the reference panel, by year.

    The years shown are those for which yearly counts of coded events are stored; four more before
    them start the levels of votes, organisations and trade. A dyad is a member if the two are
    contiguous, if one is a major power, or if at least 30 events a year are coded between them.

    Parameters
    ----------
    view : EvidenceView
        The store; contiguity and the like are read as of today.
    kin : mapping of str to str
        State to the state that it came out of: successors of one state are near each other.

    Raises
    ------
    ModelError
        If no yearly counts are stored: names the sources to collect.
    """
    rows = view.query("SELECT DISTINCT period FROM dyad_counts WHERE length(period) = 4 ORDER BY 1")
    years = [int(period) for (period,) in rows]
    if len(years) < 2:
        msg = (
            "the reference panel needs yearly counts of coded events; "
            "`comity collect icews --from PATH` reads them."
        )
        raise ModelError(msg)
    years = list(range(years[0] - _BURN_IN, years[-1] + 1))
    states = [
        state
        for (state,) in view.query(
            "SELECT actor FROM dyad_counts WHERE length(period) = 4 UNION "
            "SELECT recipient FROM dyad_counts WHERE length(period) = 4 ORDER BY 1"
        )
    ]
    place = {state: i for i, state in enumerate(states)}
    counts = np.stack([_counts(view, column, place, years) for column in _COLUMNS.values()])
    contiguous = _contiguous(view, place, years)
    un, variance = _agreement(view, place, years)
    return PanelInputs(
        states=tuple(states),
        periods=tuple(str(year) for year in years),
        counts=counts,
        member=_members(counts, contiguous, place),
        symmetric={
            "un": un,
            "igo": _pairs(view, "shared_memberships", "shared", place, years),
        },
        symmetric_variance={"un": variance},
        flows={
            "trade": _flows(view, "SELECT actor, recipient, year, value FROM trade_flows",
                            place, years),
            "arms": _arms(view, place, years),
        },
        near=contiguous | _of_one_state(place, kin),
        distance=_distance(view, place),
        first_shown=_BURN_IN,
    )  # fmt: skip


def _grid(rows: Sequence[tuple[Any, ...]], place: dict[str, int], years: Sequence[int]) -> Array:
    """Return rows (a, b, year, value) as dims (time, state, state); NaN where there is none."""
    out = np.full((len(years), len(place), len(place)), np.nan)
    first = years[0]
    for a, b, year, value in rows:
        if a in place and b in place and 0 <= year - first < len(years) and value is not None:
            out[year - first, place[a], place[b]] = value
    return out


def _counts(view: EvidenceView, column: str, place: dict[str, int], years: Sequence[int]) -> Array:
    rows = view.query(
        f"SELECT actor, recipient, CAST(period AS INTEGER), {column} FROM dyad_counts "
        "WHERE length(period) = 4 AND actor <> recipient"
    )
    return _grid(rows, place, years)


def _flows(view: EvidenceView, sql: str, place: dict[str, int], years: Sequence[int]) -> Array:
    return _grid(view.query(sql), place, years)


def _arms(view: EvidenceView, place: dict[str, int], years: Sequence[int]) -> Array:
    """Return volumes of major arms; states that the register never names are not covered."""
    rows = view.query(
        "SELECT actor, recipient, delivery_year, sum(tiv_delivered) FROM transfers "
        "WHERE delivery_year IS NOT NULL GROUP BY ALL"
    )
    return _grid(rows, place, years)


def _pairs(
    view: EvidenceView, table: str, column: str, place: dict[str, int], years: Sequence[int]
) -> Array:
    one_way = _grid(
        view.query(f"SELECT state_a, state_b, year, {column} FROM {table}"), place, years
    )
    return np.where(np.isfinite(one_way), one_way, one_way.transpose(0, 2, 1))


def _contiguous(
    view: EvidenceView, place: dict[str, int], years: Sequence[int]
) -> NDArray[np.bool_]:
    found = np.zeros((len(place), len(place)), dtype=bool)
    rows = view.query(
        "SELECT DISTINCT state_a, state_b FROM contiguity WHERE type BETWEEN 1 AND 5 "
        "AND year BETWEEN ? AND ?",
        [years[0], years[-1]],
    )
    for a, b in rows:
        if a in place and b in place:
            found[place[a], place[b]] = found[place[b], place[a]] = True
    return found


def _of_one_state(place: dict[str, int], kin: Mapping[str, str]) -> NDArray[np.bool_]:
    """Mark states that came out of the same one: they meet a great deal for good reason."""
    origin = np.array([kin.get(state, state) for state in place])
    return np.asarray(origin[:, None] == origin[None, :])


def _distance(view: EvidenceView, place: dict[str, int]) -> Array | None:
    rows = view.query("SELECT state_a, state_b, min(km) FROM distances GROUP BY ALL")
    if not rows:
        return None
    out = np.full((len(place), len(place)), np.nan)
    for a, b, km in rows:
        if a in place and b in place:
            out[place[a], place[b]] = out[place[b], place[a]] = km
    return out


def _members(
    counts: Array, contiguous: NDArray[np.bool_], place: dict[str, int]
) -> NDArray[np.bool_]:
    covered = np.isfinite(counts).any(axis=0)
    # years without counts are not quiet years
    busy = np.nansum(counts, axis=(0, 1)) / np.maximum(covered.sum(axis=0), 1)
    member: NDArray[np.bool_] = contiguous | ((busy + busy.T) >= _BUSY)
    for state in MAJORS:
        if state in place:
            member[place[state], :] = member[:, place[state]] = True
    np.fill_diagonal(member, val=False)
    return member


def _agreement(
    view: EvidenceView, place: dict[str, int], years: Sequence[int]
) -> tuple[Array, Array]:
    """Return agreement over all states that vote, kept for those of the panel."""
    size = len(place)
    agreement = np.full((len(years), size, size), np.nan)
    variance = agreement.copy()
    for t, year in enumerate(years):
        rows = view.query(
            "SELECT rcid, voter, choice FROM ballots WHERE session = ? ORDER BY rcid, voter",
            [year - 1945],
        )
        rows = [(rcid, voter, choice) for rcid, voter, choice in rows if choice in _CHOICES]
        if not rows:
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
