"""Key judgements: likelihood as a number and a word, confidence in a sentence of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Confidence, Panel, Panels, Paragraph, Quiet
from comity.briefs.sections._words import cite, likelihood_words
from comity.briefs.wording import join_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, Judgement

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 50
TITLE = "Key judgements"


def build(assessment: Assessment) -> list[Block]:
    """Return one panel a judgement; nothing where none was made."""
    panels = tuple(_panel(item) for item in assessment.judgements)
    panels += tuple(
        Panel(f"For {item.audience}", (Paragraph((item.text, *_traces(item.traces_to))),))
        for item in assessment.implications
    )
    return [Panels(panels)] if panels else []


def _panel(item: Judgement) -> Panel:
    text = item.text
    if item.likelihood is not None and item.likelihood.word not in text:
        text = f"{text.rstrip('.')}: {likelihood_words(item.likelihood)}."
    blocks: list[Block] = [Paragraph((text, *cite(item.evidence)))]
    tail = f"Rests on {join_words(item.assumptions)}." if item.assumptions else ""
    if item.confidence:
        said = item.confidence.rstrip(".")
        sure = said if said.lower().startswith("confidence") else f"Confidence is {said}"
        blocks.append(Confidence((f"{sure}. ", Quiet(tail))))
    elif tail:
        blocks.append(Paragraph((Quiet(tail),)))
    return Panel("", tuple(blocks))


def _traces(ids: list[str]) -> tuple[Quiet, ...]:
    return (Quiet(f" Follows from {join_words(ids)}."),) if ids else ()
