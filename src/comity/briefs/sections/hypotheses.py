"""Rival explanations, weighed or honestly not yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Column, Finding, Quiet, Row, Strong, Table
from comity.briefs.sections._words import cite, dash
from comity.briefs.wording import count_words, percent

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Hypothesis

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 140
TITLE = "Rival explanations"


def build(assessment: Assessment) -> list[Block]:
    """Return the hypotheses, the heaviest first; nothing where none is declared."""
    items = assessment.hypotheses
    if not items:
        return []
    weighed = [item for item in items if item.weight is not None]
    ranked = sorted(items, key=lambda item: (-(item.weight or 0.0), item.id)) if weighed else items
    columns: tuple[Column, ...] = (Column("Hypothesis"), Column("Statement", "wide"))
    if weighed:
        columns += (Column("Weight [80 % interval]"), Column("Sensitivity", "wide"))
    rows = tuple(_row(item, weighed=bool(weighed)) for item in ranked)
    caption = "Weights are shares of belief over all rivals listed." if weighed else ""
    return [Finding((_finding(items, weighed),)), Table(caption, columns, rows)]


def _finding(items: list[Hypothesis], weighed: list[Hypothesis]) -> str:
    if not weighed:
        return (
            f"{count_words(len(items), 'rival explanation').capitalize()} are kept open; "
            "they have not been weighed yet, so none is favoured here"
        )
    best = max(weighed, key=lambda item: item.weight or 0.0)
    return f"{best.id} carries most weight ({percent(best.weight)})"


def _row(item: Hypothesis, *, weighed: bool) -> Row:
    cells: tuple[Parts, ...] = (
        (Strong(item.id),),
        (item.statement, *cite(item.key_evidence)),
    )
    if weighed:
        bounds = Quiet(f"{percent(item.lo80)} to {percent(item.hi80)}")
        weight: Parts = dash() if item.weight is None else (percent(item.weight), " ", bounds)
        cells += (weight, (item.sensitivity,) if item.sensitivity else dash())
    return Row(cells)
