"""Who wrote it, who paid, who reviewed it, who disagrees, and what was done when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Callout, Caveat, Column, Finding, Fold, Outside, Quiet, Row, Table
from comity.briefs.sections._words import text_or_dash
from comity.briefs.standing_words import review_words
from comity.briefs.wording import capital, count_words, date_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Publication

__all__ = ["ORDER", "OWN_WORDS", "TITLE", "build"]

ORDER = 190
TITLE = "Author, review and dissent"
OWN_WORDS = True
"""What stands here was written by named people in the review: its source is the log."""


def build(assessment: Assessment) -> list[Block]:
    """Return the title page's small print; nothing for an assessment that is only computed."""
    block = assessment.publication
    if block is None:
        return []
    blocks: list[Block] = [Finding((Outside(f"{capital(review_words(assessment))}."),))]
    if block.note:
        blocks.append(Callout("An earlier version", (Outside(block.note),)))
    blocks.append(_table(block))
    blocks += [
        Callout(f"Dissent, {date_words(each.on)}", (Outside(each.by), ": ", Outside(each.text)))
        for each in block.dissent
    ]
    if block.history:
        title = f"{capital(count_words(len(block.history), 'act'))}, in order"
        blocks.append(Fold(title, (_log(block),)))
    blocks.append(
        Caveat(
            (
                "Names are as people gave them. What is signed is one hash of the inputs: if any "
                "input changes, the assessment is a draft again. A funder can neither comment, "
                "dissent nor sign.",
            )
        )
    )
    return blocks


def _table(block: Publication) -> Table:
    rows: list[tuple[str, Parts]] = [
        ("Number and version", (f"{block.number}, version {block.version}",)),
        ("Series", text_or_dash(block.series)),
        ("Author", (Outside(block.author),)),
        ("Affiliation", text_or_dash(block.affiliation)),
        ("Funder", _stated(block.funder)),
        ("Independence", _stated(block.independence)),
        ("Reviewers", (Outside("; ".join(block.reviewers)),) if block.reviewers else _none()),
    ]
    if block.status == "in_review":
        rows.append(("Comments without an answer", (str(block.comments_open),)))
    if block.signed_hash is not None:
        rows.append(("Inputs signed", (Quiet(block.signed_hash[:16]),)))
    columns = (Column("About"), Column("What is said", "wide"))
    return Table("", columns, tuple(Row(((name,), cell)) for name, cell in rows))


def _stated(text: str) -> Parts:
    return (Outside(text),) if text else (Quiet("not stated"),)


def _none() -> Parts:
    return (Quiet("none"),)


def _log(block: Publication) -> Table:
    columns = (Column("When"), Column("Who"), Column("What"), Column("In their words", "wide"))
    rows = tuple(
        Row(
            (
                (f"{date_words(line.when[:10])}, {line.when[11:16]} UTC",),
                (Outside(line.who),),
                (line.what,),
                text_or_dash(line.why),
            )
        )
        for line in block.history
    )
    return Table("", columns, rows, show=30)
