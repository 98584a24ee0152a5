"""Where the dyad stands among others, on items that are comparable across dyads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Empty, Finding, Row, Table
from comity.briefs.wording import capital, interval, whole

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, PanelStanding

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 55
TITLE = "Against other dyads"
_YEARS = 12


def build(assessment: Assessment) -> list[Block]:
    """Return the readings on the scale of the reference panel, year by year."""
    found = {
        name: reading.panel
        for name, reading in assessment.readings.items()
        if reading.panel is not None
    }
    if not found:
        return [
            Empty(
                "No reference panel holds this dyad: whether it is closer than others cannot be "
                "told.",
                "comity panel build",
            )
        ]
    years = sorted({point.period for each in found.values() for point in each.series})[-_YEARS:]
    columns = (Column("Year"), *(Column(capital(name), "number") for name in found))
    rows = tuple(_row(year, found) for year in reversed(years))
    return [
        Finding((_finding(found),)),
        Table(
            "Percentile among the dyads of the panel in that year, 80 % interval; asymmetry from "
            "−100 to 100.",
            columns,
            rows,
        ),
        Caveat(
            (
                "From machine-coded events, UN votes, shared organisations, trade and arms, "
                "by year, as far as they are stored: not the hand-coded evidence of the other "
                "sections. The two scales answer different questions.",
            )
        ),
    ]


def _finding(found: dict[str, PanelStanding]) -> str:
    parts = []
    for name, words in (("cohesion", "closer than"), ("tension", "tenser than")):
        if name in found:
            latest = found[name].latest
            if latest.value is None or latest.lo80 is None or latest.hi80 is None:
                continue
            span = f"{whole(latest.value)} % ({whole(latest.lo80)}–{whole(latest.hi80)})"
            parts.append(f"{words} {span} of {found[name].dyads:,} dyads in {latest.period}")
    return capital("; ".join(parts)) if parts else "Where the dyad stands among others"


def _row(year: str, found: dict[str, PanelStanding]) -> Row:
    cells = [(year,)]
    for name, standing in found.items():
        sign = name == "asymmetry"
        point = next((each for each in standing.series if each.period == year), None)
        if point is None or point.value is None:
            cells.append(("–",))
        elif point.lo80 is None or point.hi80 is None:
            cells.append((whole(point.value, sign=sign),))
        else:
            cells.append((interval(point.value, point.lo80, point.hi80, sign=sign),))
    return Row(tuple(cells))
