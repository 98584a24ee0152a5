"""The answer, how sure we are, and the four readings at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Confidence,
    Lead,
    Panel,
    Panels,
    Rungs,
    Spark,
    Tile,
    Tiles,
)
from comity.briefs.sections._words import cite, likelihood_words
from comity.briefs.wording import NOT_KNOWN, date_words, interval, percent

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, Reading

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 10
TITLE = "Bottom line"

_QUESTIONS = {
    "depth": "How much do they do together?",
    "cohesion": "Do they agree, deliver and stand by each other?",
    "tension": "How much open dispute and withholding?",
    "asymmetry": "Who needs whom?",
}
_SPARK_MONTHS = 180
_EVEN = (0.45, 0.55)
"""Between these a chance is the word "roughly even chance"."""


def build(assessment: Assessment) -> list[Block]:
    """Return the bottom line, its confidence, tiles of the readings and the ladder."""
    line = assessment.bottom_line
    parts = [line.text]
    if line.likelihood is not None and line.likelihood.word not in line.text:
        parts.append(f" Judged {likelihood_words(line.likelihood)}.")
    tiles = tuple(_tile(assessment, name) for name in _QUESTIONS)
    ladder = assessment.ladder
    rungs = Rungs(ladder.rung, 6, ladder.rung_name, compact=True)
    return [
        Lead((*parts, *cite(line.evidence))),
        Confidence((_confidence(line.confidence),)),
        Panels((Panel("", (Tiles(tiles), rungs)),), columns=1),
    ]


def _confidence(text: str) -> str:
    """Return the confidence as a sentence; a bare level becomes one."""
    if not text:
        return f"Confidence: {NOT_KNOWN}."
    return text if text.endswith(".") else f"Confidence is {text}."


def _tile(assessment: Assessment, name: str) -> Tile:
    reading = assessment.readings.get(name)
    if reading is None or reading.latest.value is None:
        why = next((gap.why for gap in assessment.gaps if name in gap.what.lower()), "")
        return Tile(name, name, _QUESTIONS[name], NOT_KNOWN, "", None, why)
    latest = reading.latest
    words = interval(latest.value, latest.lo80, latest.hi80, sign=name == "asymmetry")
    value, _, bounds = words.partition(", ")
    return Tile(
        name=name,
        tone=name,
        question=_question(assessment, name),
        value=value,
        bounds=bounds,
        spark=_spark(name, reading),
        note=_outlook(assessment, name, reading),
    )


def _outlook(assessment: Assessment, name: str, reading: Reading) -> str:
    """Return the chance of a rise; near one half it says only that no direction is shown."""
    chance = reading.p_rise_12m
    if chance is None:
        return ""
    if _EVEN[0] <= chance <= _EVEN[1]:
        return "next 12 months: no direction shown"
    if name != "asymmetry":
        return f"chance of a rise in 12 months: {percent(chance)}"
    dyad = assessment.dyad
    needy = dyad.a_name if chance > 0.5 else dyad.b_name
    return f"chance that {needy} needs more in 12 months: {percent(max(chance, 1 - chance))}"


def _question(assessment: Assessment, name: str) -> str:
    """Return what a reading asks; for the balance, what it answers."""
    latest = assessment.readings[name].latest
    if name != "asymmetry" or latest.value is None:
        return _QUESTIONS[name]
    if (latest.lo80 or 0) <= 0 <= (latest.hi80 or 0):
        return "Who needs whom more cannot be told apart"
    dyad = assessment.dyad
    needy, other = (dyad.a_name, dyad.b_name) if latest.value > 0 else (dyad.b_name, dyad.a_name)
    return f"{needy} needs {other} more than the reverse"


def _spark(name: str, reading: Reading) -> Spark:
    points = reading.series[-_SPARK_MONTHS:]
    label = (
        f"{name} from {date_words(points[0].period)} to {date_words(points[-1].period)}"
        if points
        else name
    )
    return Spark(tuple(point.value for point in points), label, name)
