"""How fragile the readings are: without an indicator, and under other priors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Finding, Paragraph, Quiet, Row, Table
from comity.briefs.sections._words import indicator_name
from comity.briefs.wording import capital, interval, join_words, percent, whole

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
    priors = _priors(assessment)
    if not rows:
        return [
            Finding(("Whether a reading hangs on one indicator cannot be told",)),
            Caveat(("No reading has more than one indicator behind it.",)),
            *priors,
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
                "the others. comity assess A B --weight ID=0 estimates everything anew.",
            )
        ),
        *priors,
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


def _priors(assessment: Assessment) -> list[Block]:
    """Return what other priors would change: in words, and the farthest moves in a table."""
    rows = [
        row for name, reading in assessment.readings.items() for row in _prior_rows(name, reading)
    ]
    if not rows:
        return []
    columns = (
        Column("Reading"),
        Column("Now", "number"),
        Column("With", "wide"),
        Column("It would read", "number"),
        Column("Higher in 12 months", "number"),
    )
    return [
        Paragraph((_prior_words(assessment),)),
        Table(
            "The latest value under other priors, the farthest moves: each prior of the levels "
            "halved and doubled, and all weights equal.",
            columns,
            tuple(rows),
        ),
        Caveat(
            (
                "One choice at a time. Moves are estimated with point parameters and added to the "
                "published value; the JSON has every choice.",
            )
        ),
    ]


def _prior_words(assessment: Assessment) -> str:
    """Say the largest move by weights and by any other prior: they are different doubts."""
    found = [
        (name, choice)
        for name, reading in assessment.readings.items()
        for choice in (reading.sensitivity.priors if reading.sensitivity else ())
        if choice.value is not None
    ]
    levels = [pair for pair in found if pair[1].factor is not None]
    parts = []
    if levels:
        name, choice = max(levels, key=lambda pair: abs(pair[1].move))
        parts.append(
            f"No prior of the levels, halved or doubled, moves a reading by more than "
            f"{_points(choice.move)} ({name}: {choice.text})"
        )
    equal = [pair for pair in found if pair[1].factor is None]
    if equal:
        name, choice = max(equal, key=lambda pair: abs(pair[1].move))
        parts.append(
            f"Equal weights move {name} most, by {_points(choice.move)} to "
            f"{whole(choice.value or 0.0, sign=name == 'asymmetry')}"
        )
    return ". ".join(parts) + "."


def _points(move: float) -> str:
    size = abs(move)
    return f"{size:.1f} points" if size < _NAMED else f"{size:.0f} points"


def _prior_rows(name: str, reading: Reading) -> list[Row]:
    sign = name == "asymmetry"
    latest = reading.latest
    chosen = reading.sensitivity.priors[:_SHOWN] if reading.sensitivity else []
    rows = []
    for place, choice in enumerate(chosen):
        shown = interval(latest.value, latest.lo80, latest.hi80, sign=sign) if place == 0 else ""
        rows.append(
            Row(
                (
                    (capital(name),) if place == 0 else ("",),
                    (shown,),
                    (choice.text,),
                    (interval(choice.value, choice.lo80, choice.hi80, sign=sign),),
                    ("–" if choice.p_rise_12m is None else percent(choice.p_rise_12m),),
                )
            )
        )
    return rows
