"""The parts of an assessment that say what follows, for whom."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from comity.judgement._part import EvidenceIds, Part

__all__ = ["CapabilityEffect", "CapabilityWatch", "Implication", "ImplicationSentence", "Stated"]


class Stated(Part):
    """One number or date of a sentence: as it is printed, and what it is of.

    ``part`` is the word of the part (``reading``, ``ledger`` ...), ``of`` what in it, ``field`` its
    field; ``values`` holds the numbers behind it by name, ``date`` the date.
    """

    shown: str
    part: str
    of: str
    field: str
    values: dict[str, float] = Field(default_factory=dict)
    date: str | None = None


class ImplicationSentence(Part):
    """One sentence: a fact with its evidence, a judgement with its basis, or what is not known.

    ``outside`` holds the pieces of the text that come from a register. ``confidence`` is a sentence
    of its own and belongs to a judgement.
    """

    text: str
    kind: Literal["fact", "judgement", "not_known"]
    traces_to: list[str]
    basis: str = ""
    confidence: str = ""
    stated: list[Stated] = Field(default_factory=list)
    outside: list[str] = Field(default_factory=list)
    evidence: EvidenceIds


class Implication(Part):
    """What follows for an audience: the rule that says it, its outcome, and its sentences.

    A rule that serves several audiences stands once for each, with the same text; ``first`` marks
    the one that it serves before all others.
    """

    audience: str
    text: str
    traces_to: list[str]
    audience_title: str = ""
    id: str = ""
    topic: str = ""
    topic_title: str = ""
    title: str = ""
    outcome: Literal["holds", "fails", "unknown"] | None = None
    author: str = ""
    first: bool = True
    sentences: list[ImplicationSentence] = Field(default_factory=list)


class CapabilityEffect(Part):
    """One plausible effect of a transfer, with the confidence of its author apart."""

    text: str
    confidence: str


class CapabilityWatch(Part):
    """One transfer that is watched: state, plausible effects, what would confirm, lag, unknowns."""

    id: str
    title: str
    item: str
    name: str
    actor: str
    recipient: str
    state: str
    verified_state: str | None
    effects: list[CapabilityEffect]
    confirms: list[str]
    lag: list[str]
    unknowns: list[str]
    author: str
    stated: list[Stated] = Field(default_factory=list)
    outside: list[str] = Field(default_factory=list)
    traces_to: list[str]
    evidence: EvidenceIds
