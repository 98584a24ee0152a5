"""The part of an assessment that says what it takes for granted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from comity.judgement._part import EvidenceIds, Part

__all__ = ["KeyAssumption"]


class KeyAssumption(Part):
    """What must hold for some judgements, how sure that is, what would break it, and its state.

    ``holds`` is read off the watched indicator; null where nothing can be read. ``judgements`` are
    those of this assessment that rest on it.
    """

    id: str
    text: str
    basis: str
    confidence: Literal["low", "moderate", "high"]
    breaks_if: str
    indicator: str | None
    indicator_state: str
    holds: bool | None
    scope: Literal["method", "case"]
    author: str
    judgements: list[str]
    citations: list[str] = Field(default_factory=list)
    evidence: EvidenceIds
