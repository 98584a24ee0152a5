"""The tradecraft checklist of an assessment, and what a reviewer answered to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.judgement.checklist import Answer, load_checklist, with_answers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.judgement.assessment import Assessment
    from comity.judgement.publication_parts import Publication

__all__ = ["answered", "rows_for_a_person"]


def rows_for_a_person(catalogs: Sequence[Path]) -> dict[str, str]:
    """Return what a reviewer is asked, by row of the tradecraft checklist."""
    rows = load_checklist(catalogs).rows
    return {row.id: f"{row.standard} {row.how}" for row in rows if row.by == "person"}


def answered(assessment: Assessment, block: Publication) -> dict[str, Any]:
    """Return the checklist with the reviewer's answers laid over it, as fields to update."""
    asked = {row.id for row in assessment.checklist if row.by == "person"}
    answers = {
        each.row: Answer(status=each.status, by=each.by, on=each.on, why=each.text)
        for each in block.checks
        if each.row in asked
    }
    return {"checklist": with_answers(assessment.checklist, answers)} if answers else {}
