"""What the reader's own choice changed, side by side with the assessment as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Column, Finding, Outside, Paragraph, Row, Table
from comity.briefs.wording import (
    capital,
    choice_words,
    date_words,
    interval,
    join_words,
    percent,
    phrase,
    signed,
)

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, Beside, LatestReading

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 45
TITLE = "Beside the unchanged assessment"


def build(assessment: Assessment) -> list[Block]:
    """Return the readings both ways and what else differs; nothing if nothing was chosen."""
    found = assessment.beside
    if found is None:
        return []
    choices = join_words(choice_words(assessment.manifest))
    blocks: list[Block] = [
        Finding((f"This brief is not the assessment as declared: {choices}",)),
        _readings(found),
        Paragraph((_rung(found),)),
    ]
    if found.dates:
        blocks.append(_dates(found))
    else:
        blocks.append(Paragraph(("No phase begins and no role turns at another date.",)))
    if any(each.unchanged is not None for each in found.rivals):
        blocks.append(_rivals(found))
    if found.items:
        blocks.append(_items(found))
    return blocks


def _rivals(found: Beside) -> Table:
    columns = (
        Column("Rival"), Column("As declared", "number"), Column("With this choice", "number")
    )  # fmt: skip
    rows = tuple(
        Row(((each.id,), (_share(each.unchanged),), (_share(each.changed),)))
        for each in found.rivals
    )
    return Table("Weights of the rival explanations over the whole record.", columns, rows)


def _share(weight: float | None) -> str:
    return "not weighed" if weight is None else percent(weight)


def _items(found: Beside) -> Table:
    columns = (Column("Item"), Column("As declared"), Column("With this choice"))
    rows = tuple(
        Row(
            (
                (Outside(each.name),),
                (phrase(each.unchanged or "nothing"),),
                (phrase(each.changed or "nothing"),),
            )
        )
        for each in found.items
    )
    return Table("Items of the ledger whose established state differs.", columns, rows)


def _readings(found: Beside) -> Table:
    columns = (
        Column("Reading"),
        Column("As declared", "number"),
        Column("With this choice", "number"),
        Column("Difference [points]", "number"),
        Column("Higher in 12 months"),
    )
    rows = tuple(
        Row(
            (
                (capital(row.reading),),
                (_value(row.unchanged, row.reading),),
                (_value(row.changed, row.reading),),
                ("–" if row.difference is None else signed(row.difference),),
                (f"{percent(row.p_rise_unchanged)}, now {percent(row.p_rise_changed)}",),
            )
        )
        for row in found.readings
    )
    return Table("The latest readings both ways, with their 80 % intervals.", columns, rows)


def _value(latest: LatestReading | None, reading: str) -> str:
    if latest is None or latest.value is None:
        return "not known"
    return interval(latest.value, latest.lo80, latest.hi80, sign=reading == "asymmetry")


def _rung(found: Beside) -> str:
    one, other = (
        "not known" if each is None else f"rung {each}"
        for each in (found.rung.unchanged, found.rung.changed)
    )
    if one == other:
        return f"The ladder stands the same both ways: {one}."
    return f"The ladder stands on {one} as declared and on {other} with this choice."


def _dates(found: Beside) -> Table:
    columns = (Column("What"), Column("As declared"), Column("With this choice"))
    rows = tuple(
        Row(((capital(each.what),), (_date(each.unchanged),), (_date(each.changed),)))
        for each in found.dates
    )
    return Table("Phases and changes of the main supplier that differ.", columns, rows)


def _date(text: str | None) -> str:
    return "not found" if text is None else date_words(text)
