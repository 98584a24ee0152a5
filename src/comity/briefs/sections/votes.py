"""How each side voted on the other's file in the bodies that bind or censure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Finding, Level, Outside, Quiet, Row, Table, Tag
from comity.briefs.sections._words import cite, empty, text_or_dash
from comity.briefs.wording import actor_words, capital, count_words, date_words, of_words, phrase

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Vote

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 95
TITLE = "Votes on each other's file"
_LOW, _HIGH = -2, 2
_SHOWN = 14
_WORDS = {
    -2: "votes to penalise",
    -1: "abstains",
    0: "absent",
    1: "votes for the other side",
    2: "vetoes or sponsors relief",
}
_BINDING = {"UNSC", "IAEA_BOARD"}


def build(assessment: Assessment) -> list[Block]:
    """Return the named votes, those in binding bodies first, the latest first."""
    items = assessment.votes
    if not items:
        return [empty(assessment, "body_votes", "The register of votes is empty.")]
    ranked = sorted(items, key=lambda item: (item.body in _BINDING, item.date), reverse=True)
    columns = (
        Column("Text"),
        Column("File of"),
        Column("Voter"),
        Column("Vote"),
        Column("Score −2 to 2", "graphic"),
        Column("Tally"),
        Column("Note", "wide"),
    )
    caption = (
        f"{capital(count_words(len(items), 'named vote'))}, Security Council and IAEA Board first, "
        "then the latest. −2 votes to penalise, −1 abstains, 0 absent, 1 votes against a penalty "
        "or for relief, 2 vetoes or sponsors relief."
    )
    return [
        Finding((_finding(assessment, items),)),
        Table(caption, columns, tuple(_row(assessment, item) for item in ranked), show=_SHOWN),
        Caveat(
            (
                "A vote that was not found is not a vote that was not cast. Inferred votes are "
                "marked.",
            )
        ),
    ]


def _finding(assessment: Assessment, items: list[Vote]) -> str:
    parts = []
    for voter in (assessment.dyad.a, assessment.dyad.b):
        mine = [item for item in items if item.voter == voter and item.directed_score is not None]
        if not mine:
            continue
        harmful = [item for item in mine if (item.directed_score or 0) < 0]
        passed = sum(item.vote == "abstain" for item in harmful)
        name = actor_words(voter, assessment.dyad)
        noun = of_words(len(harmful) - passed, len(mine), "scored vote")
        text = f"{name} voted against the other side's interest in {noun}"
        parts.append(f"{text} and let {passed} more pass by abstaining" if passed else text)
    return "; ".join(parts) or "No vote could be scored"


def _row(assessment: Assessment, item: Vote) -> Row:
    dyad = assessment.dyad
    guess: Parts = (" ", Tag("inferred", "warn")) if item.inferred else ()
    score: Parts = (Quiet("–"),)
    if item.directed_score is not None:
        word = _WORDS[item.directed_score]
        score = (Level(item.directed_score, _LOW, _HIGH, word), f" {word}")
    effect = f", on a text to {item.effect}" if item.effect else ""
    return Row(
        (
            (Outside(f"{phrase(item.body)} {item.resolution}"), " ", Quiet(date_words(item.date)),
             *cite(item.evidence)),
            (actor_words(item.subject, dyad),),
            (actor_words(item.voter, dyad),),
            (f"{phrase(item.vote)}{effect}", *guess),
            score,
            (*text_or_dash(item.tally), *(cite(item.evidence) if item.tally else ())),
            (*text_or_dash(item.note or None), *(cite(item.evidence) if item.note else ())),
        )
    )  # fmt: skip
