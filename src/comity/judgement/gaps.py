"""What is not known, why, and what would fill it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.indicators.relations import RELATIONS
from comity.judgement.assessment import Gap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence.gaps import SourceGap
    from comity.judgement.assessment import Reading
    from comity.judgement.context import Context

__all__ = ["gaps_part"]

_SPANS = 6
_REGISTERS = {
    "claims": "promised and delivered items",
    "stress_tests": "responses to crises",
    "levers": "outside offers and threats",
    "theatres": "alignment by theatre",
    "body_votes": "votes on each other's file",
    "obligations": "treaties and memberships",
    "perspectives": "statements in each side's own terms",
    "contacts": "leader-level contacts",
    "exercises": "joint exercises",
    "commissions": "sessions of joint commissions",
    "polls": "opinion polls",
}


def gaps_part(readings: Mapping[str, Reading], context: Context) -> list[Gap]:
    """Return the gaps: missing readings, empty registers, indicators without data, known holes."""
    made = [
        Gap(
            what=f"{name} cannot be read",
            why="No indicator that informs it has an observation.",
            fill="Collect a source that its indicators name (`comity sources`).",
        )
        for name in ("depth", "cohesion", "tension", "asymmetry")
        if name not in readings
    ]
    made += _missing_files(context)
    made += _empty_registers(context)
    for indicator in sorted(context.panel.definitions):
        status = context.panel.statuses.get(indicator)
        if status in {"no_data", "stale"}:
            definition = context.panel.definitions[indicator]
            made.append(
                Gap(
                    what=f"{indicator} {definition.name}",
                    why=context.panel.gaps.get(indicator, "No observation."),
                    fill=definition.no_data or "Newer records of the same kind.",
                )
            )
    if context.case is not None:
        made += [
            Gap(what=text, why="Known hole in the hand-coded evidence.", fill="")
            for text in context.case.gaps
        ]
    if not context.standing:
        made.append(
            Gap(
                what="Percentile in a reference panel of dyads",
                why="No panel that holds this dyad is stored; the scale is its own history.",
                fill="Collect yearly event counts, UN votes, shared memberships and trade, then "
                "`comity panel build`.",
            )
        )
    return made


def _missing_files(context: Context) -> list[Gap]:
    """Return a gap per source of whose files some are missing, with the indicators it touches."""
    made = []
    for gap in context.missing:
        touched = [
            name
            for name, definition in sorted(context.panel.definitions.items())
            if any(_reads(measure.table, gap) for measure in definition.measures)
        ]
        if not touched:
            continue
        made.append(
            Gap(
                what=f"{gap.source}: {gap.files:,} of {gap.of:,} files are not there{_days(gap)}",
                why=f"{'; '.join(gap.reasons)}. Read by {', '.join(touched)}: a low count or none "
                "there may be a gap.",
                fill=f"`comity collect {gap.source}` fetches what is missing; "
                f"`comity sources status {gap.source}` lists the files.",
            )
        )
    return made


def _reads(table: str, gap: SourceGap) -> bool:
    """Return whether a measure's table is built from one that the source fills."""
    return not set(RELATIONS[table].tables).isdisjoint(gap.tables)


def _days(gap: SourceGap) -> str:
    shown = [
        f"{first}" if first == last else f"{first} to {last}" for first, last in gap.days[:_SPANS]
    ]
    more = f" and {len(gap.days) - _SPANS:,} spans more" if len(gap.days) > _SPANS else ""
    return f" ({', '.join(shown)}{more})" if shown else ""


def _empty_registers(context: Context) -> list[Gap]:
    made = []
    for table, what in _REGISTERS.items():
        found = context.view.query(
            f"SELECT count(*) FROM {table} WHERE list_contains(?, source)", [list(context.sources)]
        )
        if not found[0][0]:
            made.append(
                Gap(
                    what=f"Register of {what} is empty",
                    why=f"No row is stored for {context.a} and {context.b}.",
                    fill=f"`comity admit {table}.csv --dyad {context.dyad}` brings your own.",
                )
            )
    return made
