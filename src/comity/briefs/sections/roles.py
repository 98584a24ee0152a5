"""Who supplies whom, in which class of goods, and when the roles changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Finding, Paragraph, Quiet, Row, Strong, Table
from comity.briefs.charts import roles as chart
from comity.briefs.sections._words import cite, dash, empty
from comity.briefs.wording import actor_words, capital, date_words, end_words, percent, signed

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Role

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 70
TITLE = "Who supplies whom"


def build(assessment: Assessment) -> list[Block]:
    """Return the role balances and the dated changes of the main supplier."""
    figure = chart.figure(assessment)
    if figure is None:
        return [
            Finding(("Who supplies whom is not known",)),
            empty(assessment, "claims", "No delivery with a supplier is on record."),
        ]
    blocks: list[Block] = [figure, _table(assessment)]
    if not any(role.flips for role in assessment.roles.values()):
        blocks.append(
            Paragraph(("No change of the main supplier was found in any flow class above.",))
        )
    blocks.append(
        Caveat(
            (
                "Each report of a delivery counts once, whatever its quantity, with the "
                "probability that its grade gives, and fades with a half-life of 24 months; claims "
                "and contracts do not count. A register of transfers, if collected, counts volumes "
                "instead. A change is over when the old supplier leads again for six months or "
                "the new one has not led up to now. A month in which neither has supplied for long "
                "is left blank: no role is not balance.",
            )
        )
    )
    return blocks


def _table(assessment: Assessment) -> Table:
    columns = (
        Column("Flow class"),
        Column("Now"),
        Column("Changes of the main supplier [80 % interval]", "wide"),
        Column("Rests on"),
    )
    roles = [assessment.roles[key] for key in chart.ordered(assessment)]
    rows = tuple(_row(assessment, role) for role in roles)
    return Table("Main supplier now, and every change found.", columns, rows)


def _row(assessment: Assessment, role: Role) -> Row:
    return Row(
        (
            (capital(role.name),),
            _now(assessment, role),
            _flips(assessment, role),
            (role.coverage or "", *cite(role.evidence[:6])),
        )
    )


def _now(assessment: Assessment, role: Role) -> Parts:
    dyad = assessment.dyad
    last = role.series[-1] if role.series else None
    if last is None or last.value is None:
        return (Quiet("neither supplies now, or not known"),)
    words = f"{signed(last.value)}, {signed(last.lo80)} to {signed(last.hi80)}"
    if (last.lo80 or 0) <= 0 <= (last.hi80 or 0):
        return ("cannot be told apart ", Quiet(words))
    giver, taker = (dyad.a_name, dyad.b_name) if last.value > 0 else (dyad.b_name, dyad.a_name)
    return (Strong(f"{giver} → {taker}"), " ", Quiet(words))


def _flips(assessment: Assessment, role: Role) -> Parts:
    if not role.flips:
        return (Quiet("none found"),)
    dyad = assessment.dyad
    made: list[Parts] = []
    for flip in sorted(role.flips, key=lambda item: item.date):
        before, after = actor_words(flip.from_, dyad), actor_words(flip.to, dyad)
        bounds = f"{date_words(flip.lo80)} to {date_words(flip.hi80)}"
        made.append(
            (
                Strong(f"{date_words(flip.date)}: "),
                f"from {before} to {after} ",
                Quiet(f"[{bounds}], probability {percent(flip.probability)}"),
                *cite(flip.evidence),
                f". {end_words(flip.end, dyad)}. " if flip.end else ". ",
            )
        )
    return tuple(part for parts in made for part in parts) or dash()
