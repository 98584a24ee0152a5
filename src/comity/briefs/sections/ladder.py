"""The ladder of alignment: which rung, on which criteria, and what would move it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Callout, Column, Empty, Finding, Outside, Row, Rungs, Table, Tag
from comity.briefs.sections._words import cite, dash
from comity.briefs.wording import named

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Criterion

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 120
TITLE = "Ladder of alignment"
_TOP = 6


def build(assessment: Assessment) -> list[Block]:
    """Return the rung, the criteria and the evidence that would move it."""
    ladder = assessment.ladder
    if not ladder.criteria and ladder.rung is None:
        return [Empty("No criterion of the ladder can be judged.", "comity sources")]
    criteria = sorted(ladder.criteria, key=lambda item: (item.rung, item.id))
    columns = (Column("Criterion"), Column("Rung", "number"), Column("Met"), Column("Why", "wide"))
    blocks: list[Block] = [
        Finding((_finding(assessment),)),
        Rungs(ladder.rung, _TOP, ladder.rung_name),
        Table(
            "Criteria, lowest rung first.",
            columns,
            tuple(_row(assessment, item) for item in criteria),
        ),
    ]
    if ladder.would_move:
        onwards = f"Towards {ladder.next_rung}" if ladder.next_rung else "What would move it"
        text = ladder.would_move[:1].upper() + ladder.would_move[1:]
        blocks.append(Callout(onwards, (f"{text.rstrip('.')}.",)))
    blocks += _down(assessment)
    return blocks


def _down(assessment: Assessment) -> list[Block]:
    """Return what holds the dyad on its rung, the nearest to failing first."""
    down = assessment.ladder.down
    if down is None or not down.holding:
        return []
    words = {item.id: item.statement for item in assessment.ladder.criteria}
    rows = tuple(
        Row(
            (
                (words[item.criterion], *cite(item.evidence)),
                (str(item.falls_to),),
                (f"{100 * item.margin:.0f}\N{NO-BREAK SPACE}%",),
                (str(item.lapses_in),) if item.lapses_in else dash(),
                (item.would_fall,),
            )
        )
        for item in down.holding
    )
    columns = (
        Column("Held by"),
        Column("Falls to rung", "number"),
        Column("Above threshold", "number"),
        Column("Lapses in, if nothing more is recorded", "number"),
        Column("What would end it", "wide"),
    )
    return [Table(f"Down, towards {down.name}: the nearest to failing first.", columns, rows)]


def _finding(assessment: Assessment) -> str:
    ladder = assessment.ladder
    if ladder.rung is None:
        return "The rung cannot be given: the evidence leaves a criterion open"
    met = sum(item.met is True for item in ladder.criteria)
    unknown = sum(item.met is None for item in ladder.criteria)
    text = (
        f"Rung {ladder.rung} of {_TOP} ({ladder.rung_name}); {met} of {len(ladder.criteria)} "
        "criteria met"
    )
    return f"{text}, {unknown} not known" if unknown else text


def _row(assessment: Assessment, item: Criterion) -> Row:
    met = {True: Tag("met", "up"), False: Tag("not met", "down"), None: Tag("not known", "quiet")}
    why: Parts = (Outside(named(item.why, assessment.dyad) or "–"), *cite(item.evidence))
    return Row(((item.statement,), (str(item.rung),), (met[item.met],), why))
