"""What registers of rivalries, disputes and alliances say about dyads: context, never a reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.judgement.comparison_parts import (
    Alliance,
    Disputes,
    DyadContext,
    Register,
    Rivalry,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from comity.evidence.view import EvidenceView

__all__ = ["SINCE", "States", "contexts_of", "registers_of"]

States = tuple["Sequence[str]", "Sequence[str]"]
"""All ids that count as the first state of a dyad, and as the second."""

SINCE = 1990
"""First year whose disputes are counted."""

# Two codings of disputes are two readings of the same acts: both are shown, never added.
_SOURCES = (
    ("rivalries", "rivalries"),
    ("disputes", "cow_mid"),
    ("disputes", "gml_mid"),
    ("alliances", "atop"),
)
_OBLIGATIONS = ("defense", "offense", "neutrality", "nonaggression", "consultation")


def registers_of(view: EvidenceView, stored: Collection[str]) -> list[Register]:
    """Return the registers of context with the years that they cover as of the day of `view`.

    Parameters
    ----------
    view : EvidenceView
        The store as of a day.
    stored : collection of str
        Sources of which anything is stored, public by that day or not.
    """
    spans = _spans(view)
    made = []
    for kind, source in _SOURCES:
        first, last = spans.get((kind, source), (None, None))
        state = "not_collected" if source not in stored else "not_public"
        made.append(
            Register(
                kind=kind,
                source=source,
                state="collected" if last is not None else state,
                first=first,
                last=last,
            )
        )
    return made


def _spans(view: EvidenceView) -> dict[tuple[str, str], tuple[int, int]]:
    """Return first and last year by register; of rivalries the newest list that was public."""
    found = {}
    for kind in ("disputes", "alliances"):
        for source, first, last in view.query(
            f"SELECT source, min(year), max(year) FROM {kind} GROUP BY source"
        ):
            found[kind, source] = (first, last)
    if (newest := _newest_list(view)) is not None:
        found["rivalries", "rivalries"] = newest[1:]
    return found


def _newest_list(view: EvidenceView) -> tuple[str, int, int] | None:
    """Return name, first and last year of the newest list of rivalries: it revises the older."""
    rows = view.query(
        "SELECT scheme, min(start_year), max(year(occurred_to)) - 1 FROM rivalries "
        "GROUP BY scheme ORDER BY 3 DESC, 1 LIMIT 1"
    )
    return (str(rows[0][0]), int(rows[0][1]), int(rows[0][2])) if rows else None


def contexts_of(
    view: EvidenceView, dyads: Mapping[str, States], registers: Sequence[Register]
) -> dict[str, DyadContext]:
    """Return the context of each dyad, by the key under which it was given.

    Parameters
    ----------
    view : EvidenceView
        The store as of a day.
    dyads : mapping of str to pair of sequence of str
        All ids of either state: rows of a state that one continues count for it.
    registers : sequence of Register
        As `registers_of` gave them.
    """
    ids = sorted({each for sides in dyads.values() for side in sides for each in side})
    rivalries = _rivalries(view, ids)
    disputes = _rows(view, "disputes", ids, f"year >= {SINCE}")
    alliances = _rows(view, "alliances", ids, " OR ".join(_OBLIGATIONS))
    return {
        key: _context(
            [row for row in rivalries if _between(row, sides)],
            [row for row in disputes if _between(row, sides)],
            [row for row in alliances if _between(row, sides)],
            registers,
        )
        for key, sides in dyads.items()
    }


def _rows(view: EvidenceView, table: str, ids: Sequence[str], where: str) -> list[dict[str, Any]]:
    return view.rows(
        f"SELECT * FROM {table} WHERE list_contains(?, state_a) AND list_contains(?, state_b) "
        f"AND ({where}) ORDER BY year, record_id",
        [list(ids), list(ids)],
    )


def _rivalries(view: EvidenceView, ids: Sequence[str]) -> list[dict[str, Any]]:
    newest = _newest_list(view)
    if newest is None:
        return []
    return view.rows(
        "SELECT * FROM rivalries WHERE scheme = ? AND list_contains(?, state_a) "
        "AND list_contains(?, state_b) ORDER BY start_year, record_id",
        [newest[0], list(ids), list(ids)],
    )


def _between(row: Mapping[str, Any], sides: States) -> bool:
    a, b = row["state_a"], row["state_b"]
    return (a in sides[0] and b in sides[1]) or (a in sides[1] and b in sides[0])


def _context(
    rivalries: list[dict[str, Any]],
    disputes: list[dict[str, Any]],
    alliances: list[dict[str, Any]],
    registers: Sequence[Register],
) -> DyadContext:
    evidence = [row["record_id"] for row in rivalries]
    counted = []
    for each in registers:
        if each.kind == "disputes" and each.last is not None and each.last >= SINCE:
            own = [row for row in disputes if row["source"] == each.source]
            counted.append(_counted(each.source, own))
            evidence += [row["record_id"] for row in own[-1:]]
    alliance = _alliance(alliances, registers)
    evidence += [row["record_id"] for row in alliances[-1:]]
    return DyadContext(
        rivalries=[
            Rivalry(
                start=row["start_year"],
                end=row["end_year"],
                kinds=[each for each in (row["kinds"] or "").split(";") if each],
            )
            for row in rivalries
        ],
        disputes=counted,
        alliance=alliance,
        evidence=evidence,
    )


def _counted(source: str, rows: list[dict[str, Any]]) -> Disputes:
    """Return disputes counted once each, however many years they lasted."""
    refs = {row["dispute_ref"] for row in rows}
    if not rows:
        return Disputes(source=source, since=SINCE, count=0, latest=None, hostility=None)
    last = max(row["year"] for row in rows)
    latest = {row["dispute_ref"] for row in rows if row["year"] == last}
    levels = [row["hostility"] for row in rows if row["dispute_ref"] in latest]
    known = [level for level in levels if level is not None]
    return Disputes(
        source=source,
        since=SINCE,
        count=len(refs),
        latest=last,
        hostility=max(known) if known else None,
    )


def _alliance(rows: list[dict[str, Any]], registers: Sequence[Register]) -> Alliance | None:
    register = next(each for each in registers if each.kind == "alliances")
    if register.last is None:
        return None
    # successors of one state may both have a row in the year of a union
    now = [row for row in rows if row["year"] == register.last]
    return Alliance(
        source=register.source,
        year=register.last,
        obligations=[name for name in _OBLIGATIONS if any(row[name] for row in now)],
        last_in_force=rows[-1]["year"] if rows else None,
    )
