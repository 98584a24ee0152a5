"""In their own words: what each side and third parties say of the tie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.briefs.blocks import Column, Finding, Fold, Outside, Quiet, Row, Strong, Table
from comity.briefs.sections._words import cite, empty, text_or_dash
from comity.briefs.wording import actor_words, capital, count_words, date_words, phrase
from comity.judgement.perspective_grid import salience_grid

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
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
    blocks: list[Block] = [Finding((_finding(assessment, sides),)), _grid(assessment)]
    for side in ranked:
        name = capital(actor_words(side, dyad))
        head = f"{name}: {count_words(len(sides[side]), 'statement')}"
        blocks.append(Fold(head, (_table(sides[side]),)))
    return blocks


def _grid(assessment: Assessment) -> Table:
    """Return the latest words of each side under each test of salience."""
    grid = salience_grid(assessment, assessment.perspectives)
    sides = list(grid[0]["cells"])
    rows = tuple(
        Row(((phrase(row["test"]),), *(_cell(row["cells"][side]) for side in sides)))
        for row in grid
    )
    caption = (
        "How each counts for the other, by three tests; the latest statement of each side. An "
        "empty cell says that nothing is recorded, not that the answer is no."
    )
    heads = (Column(capital(actor_words(side, assessment.dyad)), "wide") for side in sides)
    return Table(caption, (Column("Test"), *heads), rows)


def _cell(said: list[dict[str, Any]]) -> Parts:
    if not said:
        return (Quiet("nothing recorded"),)
    last = said[0]
    more: Parts = (Quiet(f" and {len(said) - 1} more"),) if len(said) > 1 else ()
    return (
        f"{date_words(last['date'])}, ",
        Outside(f"{last['speaker']}: {last['text']}"),
        *cite(last["evidence"]),
        *more,
    )


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
