"""Key assumptions: what must hold, how sure that is, what would break it, and its state now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Finding, Outside, Quiet, Row, Table, Tag
from comity.briefs.sections._words import cite
from comity.briefs.wording import capital, join_words, named, of_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, KeyAssumption

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 155
TITLE = "Key assumptions"


def build(assessment: Assessment) -> list[Block]:
    """Return every assumption, those that no longer hold first; nothing where none is declared."""
    items = assessment.key_assumptions
    if not items:
        return []
    order = {False: 0, None: 1, True: 2}
    ranked = sorted(items, key=lambda item: order[item.holds])
    columns = (
        Column("Taken for granted", "wide"),
        Column("How sure"),
        Column("Now"),
        Column("Broken if", "wide"),
        Column("Carries"),
    )
    authors = join_words(sorted({item.author for item in items}))
    return [
        Finding((_finding(items),)),
        Table(
            "Those that do not hold first, then those whose state is not known.",
            columns,
            tuple(_row(assessment, item) for item in ranked),
        ),
        Caveat(
            (
                f"Assumptions and how sure they are: judgement of {authors}. Whether one holds is "
                "read off the indicator named, by a declared condition.",
            )
        ),
    ]


def _finding(items: list[KeyAssumption]) -> str:
    held = sum(item.holds is True for item in items)
    broken = [item.id for item in items if item.holds is False]
    unknown = sum(item.holds is None for item in items)
    text = f"{capital(of_words(held, len(items), 'assumption'))} hold by what is watched"
    if broken:
        text += f"; {join_words(broken)} {'do' if len(broken) > 1 else 'does'} not"
    return f"{text}; of {unknown} it is not known" if unknown else text


def _row(assessment: Assessment, item: KeyAssumption) -> Row:
    now = {
        True: Tag("holds", "up"),
        False: Tag("does not hold", "down"),
        None: Tag("not known", "quiet"),
    }
    state: Parts = (
        now[item.holds],
        " ",
        Quiet(f"{named(item.indicator_state, assessment.dyad)}"),
        *cite(item.evidence),
    )
    said: Parts = (f"{item.id}: ", Outside(item.text))
    sure: Parts = (f"{capital(item.confidence)}. ", Quiet(item.basis))
    carries = join_words(item.judgements) if item.judgements else "–"
    return Row((said, sure, state, (Outside(item.breaks_if),), (Quiet(carries),)))
