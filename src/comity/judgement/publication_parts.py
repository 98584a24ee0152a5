"""The parts of an assessment that say who made it, who reviewed it, and where it stands."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from comity.judgement._part import Part

__all__ = ["CheckAnswer", "Dissent", "HistoryLine", "Publication"]


class Dissent(Part):
    """Somebody who does not agree, in that person's words."""

    by: str
    text: str
    on: str


class CheckAnswer(Part):
    """What a reviewer answered to one row of the tradecraft checklist; not ``met`` is a no."""

    row: str
    met: bool
    text: str
    by: str
    on: str


class HistoryLine(Part):
    """One act on this assessment, or on an earlier version of it: who, what, why, when (UTC)."""

    who: str
    what: str
    why: str
    when: str


class Publication(Part):
    """Author, number, version and review. Not stored with the assessment: laid over it when read.

    ``number`` is that of the question (``RUS-IRN-2026-04-15``) unless its author gave another;
    ``version`` counts what was put forward for review. ``signed_hash`` is the ``inputs_hash`` that
    was signed: it equals that of the assessment, or the assessment is a draft. ``note`` says what
    stands against an earlier version.
    """

    number: str
    version: int = Field(ge=1)
    series: str
    author: str
    affiliation: str
    funder: str
    independence: str
    status: Literal["draft", "in_review", "signed_off"]
    reviewers: list[str]
    signed_by: str | None
    signed_on: str | None
    signed_hash: str | None
    comments_open: int
    checks: list[CheckAnswer] = Field(default_factory=list)
    dissent: list[Dissent]
    history: list[HistoryLine]
    note: str
