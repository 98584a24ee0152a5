"""How fragile the readings are: what each would say without its most influential indicator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Finding, Quiet, Row, Table
from comity.briefs.sections._words import indicator_name
from comity.briefs.wording import capital, interval, join_words, whole

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Reading

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 135
TITLE = "How fragile the readings are"
_SHOWN = 3
_NAMED = 10.0


def build(assessment: Assessment) -> list[Block]:
    """Return the latest readings without each of their most influential indicators."""
    rows = [
        row
        for name, reading in assessment.readings.items()
        for row in _rows(assessment, name, reading)
    ]
    if not rows:
        return [
            Finding(("Whether a reading hangs on one indicator cannot be told",)),
            Caveat(("No reading has more than one indicator behind it.",)),
        ]
    columns = (
        Column("Reading"),
        Column("Now", "number"),
        Column("Without", "wide"),
        Column("It would read", "number"),
    )
    return [
        Finding((_finding(assessment),)),
        Table("The latest value without one indicator, the most influential first.", columns,
              tuple(rows)),
        Caveat(
            (
                "Levels, scale and parameters stay as they are; the share of the indicator goes to "
                "the others. `comity assess A B --weight ID=0` estimates everything anew.",
            )
        ),
    ]  # fmt: skip


def _finding(assessment: Assessment) -> str:
    parts = []
    for name, reading in assessment.readings.items():
        if not reading.leave_one_out or reading.latest.value is None:
            continue
        first = reading.leave_one_out[0]
        if abs(first.value - reading.latest.value) >= _NAMED:
            title, _ = indicator_name(assessment, first.indicator)
            value = whole(first.value, sign=name == "asymmetry")
            parts.append(f"{name} would read {value} without {title}")
    if not parts:
        return "No reading moves by ten points when one indicator is left out"
    return capital(join_words(parts))


def _rows(assessment: Assessment, name: str, reading: Reading) -> list[Row]:
    sign = name == "asymmetry"
    latest = reading.latest
    rows = []
    for place, item in enumerate(reading.leave_one_out[:_SHOWN]):
        title, direction = indicator_name(assessment, item.indicator)
        without: Parts = (title, " ", Quiet(direction)) if direction else (title,)
        shown = interval(latest.value, latest.lo80, latest.hi80, sign=sign) if place == 0 else ""
        rows.append(
            Row(
                (
                    (capital(name),) if place == 0 else ("",),
                    (shown,),
                    without,
                    (whole(item.value, sign=sign),),
                )
            )
        )
    return rows
