"""The tradecraft checklist of an assessment, and what a reviewer answered to it."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from comity.acts.checklist import load_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.judgement.assessment import Assessment
    from comity.judgement.publication_parts import Publication

__all__ = ["answered", "rows_for_a_person"]

_CHECKLIST = "comity.judgement.checklist"


def rows_for_a_person(catalogs: Sequence[Path]) -> dict[str, str]:
    """Return what a reviewer is asked, by row of the tradecraft checklist."""
    module = _module()
    if module is None:
        return load_rows(catalogs)
    rows = module.load_checklist(catalogs).rows
    return {row.id: f"{row.standard} {row.how}" for row in rows if row.by == "person"}


def answered(assessment: Assessment, block: Publication) -> dict[str, Any]:
    """Return the checklist with the reviewer's answers laid over it, as fields to update."""
    rows, module = getattr(assessment, "checklist", []), _module()
    if module is None or not rows:
        return {}
    asked = {row.id for row in rows if row.by == "person"}
    answers = {
        each.row: module.Answer(status=each.status, by=each.by, on=each.on, why=each.text)
        for each in block.checks
        if each.row in asked
    }
    return {"checklist": module.with_answers(rows, answers)} if answers else {}


def _module() -> Any:
    found = importlib.util.find_spec(_CHECKLIST)
    return importlib.import_module(_CHECKLIST) if found is not None else None
