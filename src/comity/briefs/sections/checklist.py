"""Tradecraft checklist: how the assessment stands to nine standards, what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Column, Finding, Outside, Quiet, Row, Table, Tag
from comity.briefs.wording import capital, date_words, join_words, of_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, CheckRow

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 165
TITLE = "Tradecraft checklist"


def build(assessment: Assessment) -> list[Block]:
    """Return the nine standards with their state; nothing where none was checked."""
    rows = assessment.checklist
    if not rows:
        return []
    columns = (
        Column("Standard", "wide"),
        Column("State", "graphic"),
        Column("How it is checked", "wide"),
    )
    return [
        Finding((_finding(rows),)),
        Table("After the nine standards of ICD 203.", columns, tuple(_row(row) for row in rows)),
    ]


def _finding(rows: list[CheckRow]) -> str:
    met = sum(row.status == "met" for row in rows)
    wanting = [row.id for row in rows if row.status == "not_met"]
    waiting = sum(row.status == "needs_person" for row in rows)
    text = f"{capital(of_words(met, len(rows), 'standard'))} met"
    if wanting:
        text += f"; not met: {join_words(wanting)}"
    if moot := [row.id for row in rows if row.status == "not_applicable"]:
        text += f"; answered as not applicable: {join_words(moot)}"
    return f"{text}; {waiting} wait for a reviewer" if waiting else text


def _row(row: CheckRow) -> Row:
    state = {
        "met": Tag("met", "up"),
        "not_met": Tag("not met", "down"),
        "not_applicable": Tag("not applicable", "quiet"),
        "needs_person": Tag("needs a person", "quiet"),
    }[row.status]
    who: Parts = ()
    if row.answered_by:
        when = f", {date_words(row.answered_on)}" if row.answered_on else ""
        who = (" ", Quiet(f"{row.answered_by}{when}"))
    return Row(
        ((row.standard,), (state, *who), (f"{row.how} ", Outside(row.detail))),
    )
