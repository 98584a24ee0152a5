"""Key judgements: likelihood as a number and a word, confidence in a sentence of its own."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Confidence, Panel, Panels, Paragraph, Quiet
from comity.briefs.sections._words import cite, likelihood_words
from comity.briefs.wording import join_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, Judgement

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 50
TITLE = "Key judgements"
_CONFIDENCE = re.compile(r"Confidence is ([^:.]+): (.+?)\.?")
_COMMA = re.compile(r", (?![^(]*\))")
"""A comma between two reasons, not one inside brackets."""


def build(assessment: Assessment) -> list[Block]:
    """Return one panel for each group of judgements held alike; nothing where none was made.

    What every confidence rests on is said once, below.
    """
    shared = _shared(assessment.judgements)
    panels = tuple(
        _panel(list(group), sure, shared)
        for sure, group in groupby(
            assessment.judgements, key=lambda item: (item.confidence, item.assumptions)
        )
    )
    blocks: list[Block] = [Panels(panels)] if panels else []
    if shared:
        blocks.append(Caveat((f"Behind each confidence above, too: {', '.join(shared)}.",)))
    return blocks


def _reasons(confidence: str) -> tuple[str, list[str]] | None:
    """Return the level of a confidence and its reasons; None where it is worded otherwise."""
    hit = _CONFIDENCE.fullmatch(confidence)
    return (hit[1], _COMMA.split(hit[2])) if hit else None


def _shared(items: list[Judgement]) -> list[str]:
    """Return the reasons that every confidence gives, if several different ones are given."""
    found = [_reasons(text) for text in dict.fromkeys(item.confidence for item in items) if text]
    known = [part[1] for part in found if part is not None]
    if len(known) < 2 or len(known) < len(found):
        return []
    return [reason for reason in known[0] if all(reason in reasons for reasons in known)]


def _panel(items: list[Judgement], sure: tuple[str, list[str]], shared: list[str]) -> Panel:
    confidence, assumptions = sure
    blocks: list[Block] = []
    for item in items:
        text = item.text
        if item.likelihood is not None and item.likelihood.word not in text:
            text = f"{text.rstrip('.')}: {likelihood_words(item.likelihood)}."
        blocks.append(Paragraph((text, *cite(item.evidence))))
    noun = "assumption" if len(assumptions) == 1 else "assumptions"
    tail = f"Rests on {noun} {join_words(assumptions)}." if assumptions else ""
    if confidence:
        blocks.append(Confidence((f"{_own(confidence, shared)} ", Quiet(tail))))
    elif tail:
        blocks.append(Paragraph((Quiet(tail),)))
    return Panel("", tuple(blocks))


def _own(confidence: str, shared: list[str]) -> str:
    """Return a confidence as a sentence, without the reasons that all share."""
    parts = _reasons(confidence)
    if parts is None:
        said = confidence.rstrip(".")
        return f"{said}." if said.lower().startswith("confidence") else f"Confidence is {said}."
    level, reasons = parts
    own = [reason for reason in reasons if reason not in shared]
    return f"Confidence is {level}: {', '.join(own)}." if own else f"Confidence is {level}."
