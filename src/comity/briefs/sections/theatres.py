"""Where they diverge: alignment by theatre and phase."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Column,
    Finding,
    Fold,
    Level,
    Outside,
    Quiet,
    Row,
    Strong,
    Table,
)
from comity.briefs.sections._words import cite, dash, empty
from comity.briefs.wording import date_words, join_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Theatre, TheatreCell

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 100
TITLE = "Where they diverge"

_WORDS = {
    2: "act together",
    1: "same aim, little action",
    0: "indifferent or balanced",
    -1: "declared disagreement",
    -2: "open dispute",
}


def build(assessment: Assessment) -> list[Block]:
    """Return the grid of theatres by phase, and the reasons of each cell."""
    theatres = [item for item in assessment.theatres if item.cells]
    if not theatres:
        return [empty(assessment, "theatres", "The grid of theatres is empty.")]
    phases = _phases(theatres)
    columns = (Column("Theatre"), *(Column(_label(phase), "graphic") for phase in phases))
    rows = tuple(
        Row(((item.name,), *(_cell(item, phase) for phase in phases)))
        for item in sorted(theatres, key=_latest_level)
    )
    caption = (
        "Alignment of the two in each theatre, −2 open dispute to +2 act together, most divergent "
        "now first. An empty cell was not coded, which is not neutral."
    )
    return [
        Finding((_finding(theatres, phases[-1]),)),
        Table(caption, columns, rows),
        Fold("Why each cell reads as it does, with sources", (_reasons(theatres),)),
        Caveat(
            (
                "The modal reading of a phase, not its peak. The sources of each cell stand in the "
                "table of reasons.",
            )
        ),
    ]


def _phases(theatres: list[Theatre]) -> list[str]:
    starts = {cell.phase: cell.start for item in theatres for cell in item.cells}
    return sorted(starts, key=lambda phase: (starts[phase], phase))


def _label(phase: str) -> str:
    """Return the name of a phase: spans of years and of months as a reader writes them."""
    if hit := re.fullmatch(r"(\d{4})-(\d{4})", phase):
        return f"{hit[1]}–{hit[2]}"
    return date_words(phase)


def _find(item: Theatre, phase: str) -> TheatreCell | None:
    return next((cell for cell in item.cells if cell.phase == phase), None)


def _latest_level(item: Theatre) -> tuple[int, str]:
    coded = [cell for cell in item.cells if cell.alignment is not None]
    last = max(coded, key=lambda cell: cell.start, default=None)
    return (3 if last is None or last.alignment is None else last.alignment, item.name)


def _cell(item: Theatre, phase: str) -> Parts:
    cell = _find(item, phase)
    if cell is None or cell.alignment is None:
        return (Level(None, -2, 2, "not coded"),)
    words = _WORDS.get(cell.alignment, str(cell.alignment))
    sure = f", {cell.confidence} confidence of the coder" if cell.confidence else ""
    return (Level(cell.alignment, -2, 2, f"{words}{sure}"), *cite(cell.evidence[:2]))


def _finding(theatres: list[Theatre], phase: str) -> str:
    found = [(item.name, _find(item, phase)) for item in theatres]
    coded = [
        (name, cell) for name, cell in found if cell is not None and cell.alignment is not None
    ]
    if not coded:
        return f"In the latest phase ({_label(phase)}) no theatre is coded"
    apart = [name for name, cell in coded if (cell.alignment or 0) < 0]
    close = [name for name, cell in coded if (cell.alignment or 0) > 0]
    rest = [name for name, cell in coded if cell.alignment == 0]
    parts = []
    parts.append(f"at odds in {join_words(apart)}" if apart else "at odds in no coded theatre")
    if close:
        parts.append(f"aligned in {join_words(close)}")
    if rest:
        parts.append(f"neither in {join_words(rest)}")
    return f"In the latest phase ({_label(phase)}): {'; '.join(parts)}"


def _reasons(theatres: list[Theatre]) -> Table:
    columns = (
        Column("Theatre"),
        Column("Phase"),
        Column("Alignment"),
        Column("Why", "wide"),
        Column("Confidence of the coder"),
    )
    rows = []
    for item in theatres:
        for cell in sorted(item.cells, key=lambda each: each.start, reverse=True):
            level = (
                "not coded" if cell.alignment is None else f"{cell.alignment:+d}".replace("-", "−")
            )
            words = _WORDS.get(cell.alignment, "") if cell.alignment is not None else ""
            rows.append(
                Row(
                    (
                        (item.name,),
                        (Strong(_label(cell.phase)),),
                        (level, " ", Quiet(words)),
                        (Outside(cell.why or "–"), *cite(cell.evidence)),
                        (cell.confidence,) if cell.confidence else dash(),
                    )
                )
            )
    return Table("Every cell of the grid with its reason, latest first.", columns, tuple(rows))
