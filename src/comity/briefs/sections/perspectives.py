"""In their own words: what each side and third parties say of the tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Column, Finding, Fold, Outside, Quiet, Row, Strong, Table
from comity.briefs.sections._words import cite, empty, text_or_dash
from comity.briefs.wording import actor_words, capital, count_words, date_words, phrase

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, Perspective

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 170
TITLE = "In each side's terms"


def build(assessment: Assessment) -> list[Block]:
    """Return the statements by side, the latest first."""
    items = assessment.perspectives
    if not items:
        return [empty(assessment, "perspectives", "No statement in a side's own terms is stored.")]
    sides: dict[str, list[Perspective]] = {}
    for item in sorted(items, key=lambda each: (each.date, each.speaker), reverse=True):
        sides.setdefault(item.side, []).append(item)
    dyad = assessment.dyad
    order = {dyad.a: 0, dyad.b: 1, "A": 0, "B": 1}
    ranked = sorted(sides, key=lambda each: (order.get(each, 2), each))
    sides = {side: sides[side] for side in ranked}
    blocks: list[Block] = [Finding((_finding(assessment, sides),))]
    for side in ranked:
        name = capital(actor_words(side, dyad))
        head = f"{name}: {count_words(len(sides[side]), 'statement')}"
        blocks.append(Fold(head, (_table(sides[side]),)))
    return blocks


def _finding(assessment: Assessment, sides: dict[str, list[Perspective]]) -> str:
    parts = []
    for side, items in sides.items():
        labelled = next((item for item in items if item.label_used), None)
        if labelled is not None:
            parts.append(
                f"{actor_words(side, assessment.dyad)} “{labelled.label_used}” "
                f"({date_words(labelled.date)})"
            )
    if not parts:
        total = capital(count_words(sum(map(len, sides.values())), "statement"))
        return f"{total}; none names the tie"
    return f"Latest labels: {'; '.join(parts)}"


def _table(items: list[Perspective]) -> Table:
    columns = (
        Column("Speaker"),
        Column("Date"),
        Column("Said, in our words", "wide"),
        Column("Label used"),
        Column("About"),
    )
    rows = tuple(
        Row(
            (
                (Outside(item.speaker), *((" ", Quiet(item.rank)) if item.rank else ())),
                (date_words(item.date),),
                (Outside(item.text), *cite(item.evidence)),
                (Strong("“"), Outside(item.label_used), Strong("”"))
                if item.label_used
                else (Quiet("–"),),
                text_or_dash(phrase(item.salience) if item.salience else None),
            )
        )
        for item in items
    )
    return Table("", columns, rows)
