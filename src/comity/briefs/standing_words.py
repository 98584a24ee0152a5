"""Where an assessment stands between draft and signed, in words for the top of a brief."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.wording import date_words, join_words

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment

__all__ = ["is_draft", "review_note", "review_words"]


def is_draft(assessment: Assessment) -> bool:
    """Say whether nobody has signed this assessment as it stands."""
    return assessment.review != "signed_off"


def review_words(assessment: Assessment) -> str:
    """Return what a reader must know first: a draft, who reviews it, or who signed it when.

    Names are as people gave them: escape them as text from outside.
    """
    block = assessment.publication
    if assessment.review == "signed_off":
        if block is None or block.signed_by is None:
            return "signed off"
        return f"signed off by {block.signed_by} on {date_words(block.signed_on)}"
    if assessment.review == "in_review":
        named = f" by {join_words(block.reviewers)}" if block and block.reviewers else ""
        return f"DRAFT, in review{named}"
    return "DRAFT, not reviewed"


def review_note(assessment: Assessment) -> str:
    """Return what stands against an earlier version; empty where nothing does."""
    return assessment.publication.note if assessment.publication else ""
