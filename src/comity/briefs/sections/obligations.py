"""What binds the two: treaties, accords and memberships, as they stand at the as-of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Finding, Level, Outside, Quiet, Row, Table, Tag
from comity.briefs.sections._words import cite, dash, empty, text_or_dash
from comity.briefs.wording import capital, count_words, date_words, of_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Obligation

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 125
TITLE = "What binds them"
_TOP = 6
_SHOWN = 14
_STATUS = {
    "in_force": ("in force", "up"),
    "ended": ("ended", "quiet"),
    "not_seen": ("entry into force not recorded by then", "quiet"),
    "signed": ("entry into force not recorded by then", "quiet"),  # in files of before
}
_RANK = {"in_force": 2, "not_seen": 1, "signed": 1, "ended": 0}


def build(assessment: Assessment) -> list[Block]:
    """Return the register, what is in force first, the highest level first."""
    items = assessment.obligations
    if not items:
        return [empty(assessment, "obligations", "The register of treaties is empty.")]
    ranked = sorted(
        items,
        key=lambda item: (_RANK[item.status], item.level or 0, item.date, item.id),
        reverse=True,
    )
    columns = (
        Column("Treaty, accord or membership"),
        Column("Level 0–6", "graphic"),
        Column("Status", "graphic"),
        Column("Signed"),
        Column("In force"),
        Column("Ended"),
        Column("What it says", "wide"),
        Column("What became of it", "wide"),
    )
    caption = (
        f"{capital(count_words(len(items), 'entry', 'entries'))}. 1 friendship or trade, "
        "2 consultation, 3 non-aggression, 4 security cooperation, 5 defence framework, "
        "6 mutual defence."
    )
    return [
        Finding((_finding(items),)),
        Table(caption, columns, tuple(_row(item) for item in ranked), show=_SHOWN),
        Caveat(
            (
                "Where no entry into force is recorded, an accord may still bind: memoranda and "
                "accords between ministries often take effect on signature.",
            )
        ),
    ]


def _finding(items: list[Obligation]) -> str:
    live = [item for item in items if item.status == "in_force"]
    text = f"{capital(of_words(len(live), len(items), 'entry', 'entries'))} recorded as in force"
    levels = [item.level for item in live if item.level is not None]
    if levels:
        best = max(levels)
        word = next(item.level_word for item in live if item.level == best)
        text += f", the highest at level {best} of {_TOP} ({word})"
    unseen = [item.level for item in items if item.status == "not_seen" and item.level is not None]
    if unseen and max(unseen) > max(levels, default=-1):
        text += f"; accords at level {max(unseen)} are signed, their entry into force not recorded"
    return text


def _row(item: Obligation) -> Row:
    word, tone = _STATUS[item.status]
    level: Parts = (Quiet("–"),)
    if item.level is not None:
        level = (Level(item.level, 0, _TOP, item.level_word),)
    mark = cite(item.evidence)
    return Row(
        (
            (Outside(item.name), " ", Quiet(item.scope or ""), *mark),
            level,
            (Tag(word, tone),),
            *(_date(day) for day in (item.signed, item.in_force, item.ended)),
            (*text_or_dash(item.articles or None), *(mark if item.articles else ())),
            (*text_or_dash(item.later), *(mark if item.later else ())),
        )
    )


def _date(day: str | None) -> Parts:
    return (date_words(day),) if day else dash()
