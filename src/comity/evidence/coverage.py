"""Between which days anything about a dyad was public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.context_records import CONTEXT_TABLES
from comity.core.records import TABLES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from comity.evidence.view import EvidenceView

__all__ = ["public_span"]

_BY_SOURCE = "list_contains(?, source)"
# How a publisher's row concerns a dyad; every other table belongs to a dyad through its source.
_CONCERNS = {
    "ballots": "list_contains(?, voter)",
    "alliances": "list_contains(?, state_a) AND list_contains(?, state_b)",
    # Sets that overlap or are samples serve the panel only.
    "media_events": "stream IS NULL AND list_contains(?, actor) AND list_contains(?, recipient)",
    "dyad_counts": "list_contains(?, actor) AND list_contains(?, recipient)",
    "transfers": "list_contains(?, actor) AND list_contains(?, recipient)",
    "shared_memberships": "list_contains(?, state_a) AND list_contains(?, state_b)",
    "trade_flows": "list_contains(?, actor) AND list_contains(?, recipient)",
    "roll_calls": "FALSE",
    # Context: says where and among whom, not what a dyad did, so that it moves no cut-off.
    **dict.fromkeys(
        ("disputes", "contiguity", "distances", "rivalries", "capabilities", "major_powers"),
        "FALSE",
    ),
    **dict.fromkeys((table.name for table in CONTEXT_TABLES), "FALSE"),
}


def public_span(
    view: EvidenceView, ids: Sequence[str], sources: Sequence[str]
) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and last day from which a record of a dyad became public.

    Parameters
    ----------
    view : EvidenceView
        The store as of some date.
    ids : sequence of str
        All ids that count as either state.
    sources : sequence of str
        Sources whose registers belong to the dyad.

    Returns
    -------
    tuple of date or None
        Both None if nothing is stored.
    """
    parts, params = [], []
    for table in TABLES:
        concerns = _CONCERNS.get(table, _BY_SOURCE)
        parts.append(f"SELECT min(public_from), max(public_from) FROM {table} WHERE {concerns}")
        params += [list(sources if concerns == _BY_SOURCE else ids)] * concerns.count("?")
    sql = f"SELECT min(first), max(last) FROM ({' UNION ALL '.join(parts)}) AS span(first, last)"
    first, last = view.query(sql, params)[0]
    return first, last
