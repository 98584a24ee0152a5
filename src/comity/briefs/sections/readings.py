"""The chart of the four readings, and the text of its numbered events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Empty, Event, Events
from comity.briefs.charts import readings as chart
from comity.briefs.sections._words import evidence_line
from comity.briefs.wording import date_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 20
TITLE = "Four readings over time"


def build(assessment: Assessment) -> list[Block]:
    """Return the chart, or what would make one possible."""
    figure = chart.figure(assessment)
    if figure is None:
        return [
            Empty(
                "No reading can be drawn: no indicator that informs one has an observation.",
                "comity sources",
            )
        ]
    events = tuple(
        Event(number, date_words(assessment.evidence[item].date), evidence_line(assessment, item))
        for number, item in chart.chart_events(assessment)
    )
    return [figure, *([Events(events)] if events else [])]
