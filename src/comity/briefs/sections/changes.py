"""What moved the readings over the last twelve months, up and down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Column,
    Empty,
    Fold,
    Listing,
    Panel,
    Panels,
    Quiet,
    Row,
    Strong,
    Table,
    Tag,
)
from comity.briefs.sections._words import cite, dash, indicator_name
from comity.briefs.wording import capital, named, signed

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Mover

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 30
TITLE = "What changed in twelve months"
_SHOWN = 3


def build(assessment: Assessment) -> list[Block]:
    """Return three movers up and three down, and the rest in a table."""
    movers = sorted(
        (
            (name, mover)
            for name, reading in assessment.readings.items()
            for mover in reading.movers
            if mover.effect
        ),
        key=lambda pair: (-abs(pair[1].effect), pair[0], pair[1].indicator),
    )
    if not movers:
        return [
            Empty(
                "No indicator moved a reading by a measurable amount over the last twelve months, "
                "or none was observed in them.",
                "comity sources status",
            )
        ]
    up = [pair for pair in movers if pair[1].effect > 0][:_SHOWN]
    down = [pair for pair in movers if pair[1].effect < 0][:_SHOWN]
    panels = (
        Panel("Moved a reading up", _lines(assessment, up, "up"), "up"),
        Panel("Moved a reading down", _lines(assessment, down, "down"), "down"),
    )
    blocks: list[Block] = [Panels(panels, columns=1)]
    if len(movers) > len(up) + len(down):
        table = _table(assessment, movers)
        blocks.append(Fold(f"All {len(movers)} movers, by size", (table,)))
    blocks.append(
        Caveat(("Effects in points of the reading's scale. A rise of tension is not a gain.",))
    )
    return blocks


def _lines(assessment: Assessment, pairs: list[tuple[str, Mover]], way: str) -> tuple[Block, ...]:
    if not pairs:
        return (Listing(((Quiet(f"Nothing moved a reading {way}."),),)),)
    return (Listing(tuple(_line(assessment, name, mover) for name, mover in pairs)),)


def _line(assessment: Assessment, name: str, mover: Mover) -> Parts:
    title, arrow = indicator_name(assessment, mover.indicator)
    tail = f", {arrow}" if arrow else ""
    text = named(mover.text, assessment.dyad)
    own = text if text and text != title else ""
    return (
        Tag(f"{name} {signed(mover.effect)}", name),
        " ",
        Strong(title),
        tail,
        f": {own}" if own else "",
        *cite(mover.evidence),
    )


def _table(assessment: Assessment, movers: list[tuple[str, Mover]]) -> Table:
    rows = []
    for name, mover in movers:
        title, arrow = indicator_name(assessment, mover.indicator)
        rows.append(
            Row(
                (
                    (title, *((" ", Quiet(arrow)) if arrow else ())),
                    (capital(name),),
                    (signed(mover.effect),),
                    cite(mover.evidence) or dash(),
                )
            )
        )
    columns = (
        Column("Indicator"),
        Column("Reading"),
        Column("Effect [points]", "number"),
        Column("Sources"),
    )
    return Table("Movers of the last twelve months, largest first.", columns, tuple(rows))
