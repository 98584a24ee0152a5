"""What pulls the two together and what pulls them apart, side by side and never netted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Empty,
    Finding,
    Listing,
    Outside,
    Panel,
    Panels,
    Quiet,
    Strong,
)
from comity.briefs.sections._words import cite
from comity.briefs.wording import (
    actor_words,
    count_words,
    date_words,
    percent,
    year_of,
)

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Driver

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 130
TITLE = "Drivers and tensions"


def build(assessment: Assessment) -> list[Block]:
    """Return drivers and tensions, the strongest first."""
    if not assessment.drivers and not assessment.tensions:
        return [
            Empty(
                "No driver or tension is on record: no event between the two is stored.",
                f"comity admit events.csv --dyad {assessment.dyad.a}-{assessment.dyad.b}",
            )
        ]
    return [
        Finding((_finding(assessment),)),
        Panels(
            (
                Panel("Pulls together", _items(assessment, assessment.drivers), "up"),
                Panel("Pulls apart", _items(assessment, assessment.tensions), "down"),
            )
        ),
        Caveat(
            (
                "Weight: share of the intensity of all recorded acts of the same kind, halved for "
                "every 24 months of age. It measures the record, which is uneven, not the force "
                "itself.",
            )
        ),
    ]


def _finding(assessment: Assessment) -> str:
    first = assessment.drivers[0].name if assessment.drivers else None
    against = assessment.tensions[0].name if assessment.tensions else None
    pull = f"Strongest recorded driver: {_low(first)}" if first else "No driver is on record"
    apart = f"strongest recorded tension: {_low(against)}" if against else "no tension is on record"
    return f"{pull}; {apart}"


def _low(name: str) -> str:
    """Lower the first letter of an ordinary word; leave names in capitals alone."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _items(assessment: Assessment, drivers: list[Driver]) -> tuple[Block, ...]:
    if not drivers:
        return (Listing(((Quiet("None on record."),),)),)
    return (Listing(tuple(_line(assessment, item) for item in drivers), ordered=True),)


def _line(assessment: Assessment, item: Driver) -> Parts:
    who = "both sides" if item.who == "both" else actor_words(item.who, assessment.dyad)
    facts = [item.type, who]
    if item.since:
        facts.append(f"since {year_of(item.since) or date_words(item.since)}")
    if item.strength is not None:
        facts.append(f"weight {percent(item.strength)}")
    if item.independent_groups:
        facts.append(count_words(item.independent_groups, "independent report"))
    if item.trend:
        facts.append(item.trend)
    return (
        Strong(f"{item.name}. "),
        Quiet(f"{', '.join(facts)}. "),
        Outside(item.text),
        *cite(item.evidence),
    )
