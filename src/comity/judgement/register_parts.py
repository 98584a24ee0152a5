"""The parts of an assessment that show the registers of a case."""

from __future__ import annotations

from comity.judgement._part import EvidenceIds, Part

__all__ = [
    "Lever",
    "Perspective",
    "StressTest",
    "Theatre",
    "TheatreCell",
]


class StressTest(Part):
    """A crisis of one side and what the other did."""

    id: str
    name: str
    start: str
    end: str | None
    on: str
    responder: str
    score: int | None
    score_word: str
    days_to_response: int | None
    cost_borne: str | None
    done: str
    withheld: str | None
    contested: bool
    evidence: EvidenceIds
    parent: str | None = None
    lowest_score: int | None = None


class Lever(Part):
    """An outside offer or threat and what became of its target.

    ``outcome`` is judged over 24 months. Until they have passed it is ``open``, ``window_over`` is
    false, and what is seen so far stands in ``response_so_far`` and ``outcome_so_far``.
    """

    id: str
    date: str
    third_party: str
    target: str
    type: str
    instrument: str
    target_item: str
    terms: str
    response_6m: str | None
    response_12m: str | None
    response_24m: str | None
    outcome: str | None
    reads_on_h1: str | None
    group: str
    rival_explanations: str | None
    evidence: EvidenceIds
    window_over: bool = True
    response_so_far: str | None = None
    outcome_so_far: str | None = None


class TheatreCell(Part):
    """Alignment in one theatre in one phase; null is not coded."""

    phase: str
    start: str
    end: str
    alignment: int | None
    confidence: str | None
    why: str
    evidence: EvidenceIds


class Theatre(Part):
    """One theatre through the phases."""

    id: str
    name: str
    cells: list[TheatreCell]


class Perspective(Part):
    """One statement in one side's own terms."""

    side: str
    speaker: str
    rank: str | None
    date: str
    label_used: str | None
    text: str
    salience: str | None
    evidence: EvidenceIds
    grade: str | None = None
