"""The parts of an assessment that say who made it, who reviewed it, and where it stands."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from comity.judgement._part import Part

__all__ = ["CheckAnswer", "Dissent", "HistoryLine", "Publication"]


class Dissent(Part):
    """Somebody who does not agree, in that person's words."""

    by: str
    text: str
    on: str


class CheckAnswer(Part):
    """What a reviewer answered to one row of the tradecraft checklist.

    ``met`` is true for a yes alone: an answer that the row does not apply is neither met nor a no,
    which ``status`` tells apart.
    """

    row: str
    met: bool
    status: Literal["met", "not_met", "not_applicable"]
    text: str
    by: str
    on: str

    @model_validator(mode="before")
    @classmethod
    def _as_written_before(cls, data: Any) -> Any:
        """Read a file from before there was a status, when all but a no counted as met."""
        if isinstance(data, dict) and "status" not in data and "met" in data:
            return {**data, "status": "met" if data["met"] else "not_met"}
        return data


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
