"""The phases between change points, each with the date that opened it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Column, Empty, Finding, Outside, Quiet, Row, Strong, Table
from comity.briefs.sections._words import cite, dash
from comity.briefs.wording import (
    capital,
    count_words,
    date_words,
    named,
    percent,
    phase_letter,
    signed,
)

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Phase

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 40
TITLE = "Phases"


def build(assessment: Assessment) -> list[Block]:
    """Return the phases with the intervals of their boundaries."""
    phases = assessment.phases
    if not phases:
        return [
            Empty("No phase can be told apart: no reading covers enough months.", "comity sources")
        ]
    columns = (
        Column("Phase"),
        Column("From, until"),
        Column("Opened [80 % interval]"),
        Column("What it was like", "wide"),
        Column("Largest shifts [standard deviations]"),
    )
    rows = tuple(_row(assessment, position, phase) for position, phase in enumerate(phases))
    caption = (
        "Phases found in the readings without being told, latest last. Letters as in the chart."
    )
    return [Finding((_finding(phases),)), Table(caption, columns, rows)]


def _finding(phases: list[Phase]) -> str:
    dated = [phase for phase in phases if phase.boundary.date is not None]
    if not dated:
        return "No change point was found: the record reads as one phase"
    last = dated[-1].boundary
    return (
        f"{capital(count_words(len(dated), 'change point'))} found without being told; the latest "
        f"opened in {date_words(last.date)} (80 % interval {_interval(dated[-1])}, "
        f"probability {percent(last.probability)})"
    )


def _interval(phase: Phase) -> str:
    return f"{date_words(phase.boundary.lo80)} to {date_words(phase.boundary.hi80)}"


def _row(assessment: Assessment, position: int, phase: Phase) -> Row:
    letter = phase_letter(position)
    boundary = phase.boundary
    opened: Parts = (
        (Quiet("start of the record"),)
        if boundary.date is None
        else (
            f"{date_words(boundary.date)} ",
            Quiet(f"[{_interval(phase)}], probability {percent(boundary.probability)}"),
        )
    )
    until = f"until {date_words(phase.end)}" if phase.end else "to now"
    shifts = "; ".join(
        f"{named(mover.text or mover.indicator, assessment.dyad)} {signed(mover.effect)}"
        for mover in phase.movers[:3]
    )
    return Row(
        (
            (Strong(f"{letter} "), phase.name),
            (f"{date_words(phase.start)} {until}",),
            opened,
            (Outside(phase.summary), *cite(phase.evidence)),
            (shifts,) if shifts else dash(),
        )
    )
