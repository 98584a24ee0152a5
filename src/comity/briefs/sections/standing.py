"""Where the dyad stands among others, on items that are comparable across dyads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Cite, Column, Empty, Finding, Fold, Row, Table
from comity.briefs.charts._cells import dyad_words
from comity.briefs.charts.compared import figure as compared_figure
from comity.briefs.charts.network import figure as network_figure
from comity.briefs.context_words import (
    alliance_words,
    disputes_words,
    registers_words,
    rivalry_words,
)
from comity.briefs.wording import capital, interval, join_words, percentile

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import (
        Assessment,
        ComparedDyad,
        Comparison,
        PanelStanding,
    )

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 55
TITLE = "Against other dyads"
_YEARS = 12


def build(assessment: Assessment) -> list[Block]:
    """Return the readings on the scale of the panel, other dyads beside them, and their context."""
    found = {
        name: reading.panel
        for name, reading in assessment.readings.items()
        if reading.panel is not None
    }
    blocks: list[Block] = [_head(assessment, found)]
    if assessment.comparison is not None and assessment.comparison.caution:
        blocks.append(Caveat((f"Caution: {assessment.comparison.caution}",)))
    if (compared := compared_figure(assessment)) is not None:
        blocks.append(compared)
    if assessment.comparison is not None:
        blocks += _context(assessment.comparison)
    if (network := network_figure(assessment)) is not None:
        blocks.append(network)
    if found:
        years = _by_year(found)
        blocks.append(Fold("Year by year", (years,)) if compared is not None else years)
        blocks.append(
            Caveat(
                (
                    "From machine-coded events, UN votes, shared organisations, trade and arms, "
                    "by year, as far as they are stored: not the hand-coded evidence of the other "
                    "sections. The two scales answer different questions.",
                )
            )
        )
    return blocks


def _head(assessment: Assessment, found: dict[str, PanelStanding]) -> Block:
    if found:
        return Finding((_finding(found),))
    own = assessment.comparison.dyads[0] if assessment.comparison is not None else None
    if own is not None and own.why_empty:
        words = f"{dyad_words(own)} is {own.why_empty}: whether it is closer than others cannot be "
        return Empty(f"{words}told.", "")
    if (votes := _votes(assessment)) is not None:
        return votes
    return Empty(
        "No reference panel holds this dyad: whether it is closer than others cannot be told.",
        "comity panel build",
    )


def _votes(assessment: Assessment) -> Block | None:
    """Return where the dyad stands in votes alone, which ship with the package."""
    for indicator in assessment.indicators:
        standing = indicator.panel
        if standing is None or standing.latest.value is None:
            continue
        latest = standing.latest
        value, _, bounds = percentile(latest.value, latest.lo80, latest.hi80).partition(", ")
        return Finding(
            (
                f"In contested votes of the UN General Assembly of {latest.period} the two voted "
                f"more alike than {value} % ({bounds}) of {standing.dyads:,} pairs of states. "
                "Whether they are closer than others in more than votes needs a reference panel "
                "from collected data (comity panel build).",
            )
        )
    return None


def _context(comparison: Comparison) -> list[Block]:
    """Return what registers say about every dyad that is shown."""
    registers = comparison.registers
    rows = [
        Row(
            (
                (dyad_words(each),),
                (rivalry_words(each.context, registers), _cite(each, "rivalry")),
                (disputes_words(each.context, registers), _cite(each, "dispute")),
                (alliance_words(each.context, registers), _cite(each, "alliance")),
            )
        )
        for each in comparison.dyads
    ]
    since = max((each.since for dyad in comparison.dyads for each in dyad.context.disputes),
                default=None)  # fmt: skip
    columns = (
        Column("Dyad"),
        Column("Strategic rivalry"),
        Column(f"Militarised disputes since {since}" if since else "Militarised disputes"),
        Column("Alliance obligations"),
    )
    caption = (
        "Context from publishers' registers, which enters no reading. Covered: "
        f"{registers_words(registers)}. What is later than a register's last year is not known. "
        "Regional pacts make many states allies, and only defence promises help in war."
    )
    blocks: list[Block] = [Table(caption, columns, tuple(rows))]
    missing = [each.source for each in registers if each.state == "not_collected"]
    if missing:
        lines = " ".join(f"comity collect {name} --from PATH;" for name in missing)
        blocks.append(Empty("Some registers of context are not collected.", lines.rstrip(";")))
    return blocks


def _cite(dyad: ComparedDyad, kind: str) -> Cite:
    """Return the records of one kind that the words rest on."""
    return Cite(tuple(each for each in dyad.context.evidence if each.startswith(f"{kind}:")))


def _finding(found: dict[str, PanelStanding]) -> str:
    parts: dict[str, list[str]] = {}
    for name, words in (("cohesion", "closer"), ("tension", "tenser")):
        if name in found:
            latest = found[name].latest
            if latest.value is None:
                continue
            value, _, bounds = percentile(latest.value, latest.lo80, latest.hi80).partition(", ")
            span = f"{value} % ({bounds})"
            when = f"of the panel's {found[name].dyads:,} dyads in {latest.period}"
            parts.setdefault(when, []).append(f"{words} than {span}")
    said = [f"{join_words(each)} {when}" for when, each in parts.items()]
    return capital("; ".join(said)) if said else "Where the dyad stands among others"


def _by_year(found: dict[str, PanelStanding]) -> Table:
    years = sorted({point.period for each in found.values() for point in each.series})[-_YEARS:]
    return Table(
        "Percentile among the dyads of the panel in that year, 80 % interval; asymmetry from "
        "−100 to 100.",
        (Column("Year"), *(Column(capital(name), "number") for name in found)),
        tuple(_row(year, found) for year in reversed(years)),
    )


def _row(year: str, found: dict[str, PanelStanding]) -> Row:
    cells = [(year,)]
    for name, standing in found.items():
        point = next((each for each in standing.series if each.period == year), None)
        if point is None or point.value is None:
            cells.append(("–",))
        elif name == "asymmetry":
            cells.append((interval(point.value, point.lo80, point.hi80, sign=True),))
        else:
            cells.append((percentile(point.value, point.lo80, point.hi80),))
    return Row(tuple(cells))
