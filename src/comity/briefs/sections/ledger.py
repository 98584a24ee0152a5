"""Promised and delivered: every item on its way from word to deed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Column,
    Finding,
    Outside,
    Quiet,
    Row,
    Table,
    Tag,
    Track,
)
from comity.briefs.sections._words import cite, dash, empty
from comity.briefs.wording import (
    actor_words,
    capital,
    count_words,
    date_words,
    of_words,
    phrase,
)

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement._part import Bounded
    from comity.judgement.assessment import Assessment, LedgerItem, LedgerStep

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 80
TITLE = "Promised and delivered"

_STAGES = ("claimed", "contracted", "paid, built or produced", "delivered", "in use")
_STAGE_OF = {
    "requested": 1,
    "claimed": 1,
    "contracted": 2,
    "paid": 3,
    "in_production": 3,
    "delivered": 4,
    "operational": 5,
    "localised": 5,
}
_WORDS = frozenset({"requested", "claimed", "denied"})
"""Established or not, these are words and no deed."""
_DELIVERED = 4
_SHOWN = 15


def build(assessment: Assessment) -> list[Block]:
    """Return the ledger, the widest gap between word and deed first."""
    items = assessment.ledger
    if not items:
        return [empty(assessment, "claims", "The ledger of promised items is empty.")]
    ranked = sorted(items, key=_rank, reverse=True)
    columns = (
        Column("Item"),
        Column("Who to whom"),
        Column("Claimed – contracted – made – delivered – in use", "graphic"),
        Column("Claims", "number"),
        Column("Denials", "number"),
        Column("Latest verified deed", "wide"),
        Column("Latest assertion", "wide"),
    )
    rows = tuple(_row(assessment, item) for item in ranked)
    caption = (
        f"{capital(count_words(len(items), 'item'))}, first those with most stages asserted "
        "beyond the verified one and most statements. ● verified, ○ only asserted, · not reached."
    )
    return [
        Finding((_finding(items),)),
        Table(caption, columns, rows, show=_SHOWN),
        *_summary(assessment),
        Caveat(
            (
                "Verified: credibility 1; or 2 from a source graded A or B; or two independent "
                "reports of grade C3 or better, all that one side says being one report. "
                "Everything else stays a claim.",
            )
        ),
    ]


def _stage(state: str | None) -> int:
    return _STAGE_OF.get(state or "", 0)


def _asserted(item: LedgerItem) -> int:
    reached = [_stage(step.state) for step in item.steps]
    return max([_stage(item.state), _stage(item.verified_state), *reached])


def _rank(item: LedgerItem) -> tuple[int, int, str, str]:
    gap = _asserted(item) - _stage(item.verified_state)
    return (gap * (item.claims + item.denials), gap, item.since, item.id)


def _finding(items: list[LedgerItem]) -> str:
    delivered = [item for item in items if _stage(item.verified_state) >= _DELIVERED]
    said = [item for item in items if _asserted(item) >= _DELIVERED]
    unseen = [item for item in items if _stage(item.verified_state) == 0]
    text = f"{capital(of_words(len(delivered), len(items), 'promised item'))} verified as delivered"
    hollow = len(said) - len([item for item in said if item in delivered])
    if hollow:
        noun = "delivery" if hollow == 1 else "deliveries"
        text += f"; {hollow} further {noun} asserted without proof"
    if unseen:
        text += f"; for {len(unseen)} not even the promise is verified"
    return text


def _row(assessment: Assessment, item: LedgerItem) -> Row:
    dyad = assessment.dyad
    ending = "" if item.state in _STAGE_OF else phrase(item.state)
    if item.state == "localised":
        ending = "made by the receiver"
    track = Track(_STAGES, _stage(item.verified_state), _asserted(item), ending)
    route = f"{actor_words(item.actor, dyad)} → {actor_words(item.recipient, dyad)}"
    verified = [
        step
        for step in item.steps
        if (step.verified or step.establishes) and step.state not in _WORDS
    ]
    return Row(
        (
            (
                Outside(item.name),
                " ",
                Quiet(phrase(item.item_class)),
                *_flags(item),
                *_rest(item, verified),
            ),
            (route,),
            (track,),
            (str(item.claims),),
            (str(item.denials),),
            _step(assessment, item, verified[-1]) if verified else (Quiet("none"),),
            _step(assessment, item, item.steps[-1]) if item.steps else dash(),
        )
    )


def _flags(item: LedgerItem) -> Parts:
    flags: Parts = (" ", Tag("contested", "warn")) if item.contested else ()
    if item.contradictions:
        flags = (*flags, " ", Tag("contradictory", "warn"))
    return flags


def _summary(assessment: Assessment) -> list[Block]:
    """Return promises kept, and how each side answers what the other claims."""
    found = assessment.ledger_summary
    if found is None:
        return []
    groups = [("All items", found.fulfilment)]
    groups += [(each.name, each.fulfilment) for each in (*found.by_direction, *found.by_flow_class)]
    kept = tuple(
        Row(
            (
                (Outside(name), *cite(part.evidence)),
                *((str(number),) for number in (part.contracted, part.delivered, part.open)),
                (_share(part.within),),
            )
        )
        for name, part in groups
        if part.contracted
    )
    years = found.fulfilment.within.years
    answers = tuple(
        Row(
            (
                (actor_words(each.by, assessment.dyad),),
                (str(each.asserted - each.proven),),
                *(
                    (_share(part) if part is not None else "–",)
                    for part in (each.confirmed, each.denied, each.refused, each.silent)
                ),
            )
        )
        for each in found.asymmetry
    )
    return [
        Table(
            f"Promises kept: established contracts with an established delivery within {years} "
            "years. Contracts too young to judge are censored, not failed.",
            (
                Column("Contracts"),
                *(Column(name, "number") for name in ("n", "Delivered", "Open")),
                Column(f"Share within {years} years, 80 %", "number"),
            ),
            kept,
        ),
        Table(
            "Who claims, and how the other side answers. Items for which the evidence needs no "
            "second word are left out.",
            (
                Column("Claimed by"),
                Column("Items", "number"),
                *(
                    Column(name, "number")
                    for name in ("Confirmed", "Denied", "Refused", "No answer")
                ),
            ),
            answers,
        ),
    ]


def _share(part: Bounded) -> str:
    if part.value is None or part.lo80 is None or part.hi80 is None:
        return "not known"
    return (
        f"{100 * part.value:.0f}\N{NO-BREAK SPACE}% ({100 * part.lo80:.0f}–{100 * part.hi80:.0f})"
    )


def _rest(item: LedgerItem, verified: list[LedgerStep]) -> Parts:
    """Return the mark of the evidence that no other cell of the row cites."""
    shown = {one for step in (*verified[-1:], *item.steps[-1:]) for one in step.evidence}
    return cite([one for one in item.evidence if one not in shown])


def _acts(item: LedgerItem, step: LedgerStep) -> bool:
    """Return whether the speaker is one who does what is told, and does not only tell of it."""
    doers = {
        "claimed": {item.actor, item.recipient},
        "denied": {item.actor, item.recipient},
        "requested": {item.recipient},
        "refused": {item.actor},
    }
    return (step.by or step.side) in doers.get(step.state, set())


def _step(assessment: Assessment, item: LedgerItem, step: LedgerStep) -> Parts:
    side = step.by or step.side  # a side is a state of the case, whichever is asked first
    who = step.speaker or (actor_words(side, assessment.dyad) if side else "")
    lead = " by " if _acts(item, step) else ", according to "
    said: Parts = (lead, Outside(who)) if who else ()
    note: Parts = (" ", Outside(step.note)) if step.note else ()
    grade: Parts = (Quiet(f" (grade {step.grade})"),) if step.grade else ()
    return (
        f"{date_words(step.date)}: {phrase(step.state)}",
        *said,
        ".",
        *note,
        *grade,
        *cite(step.evidence),
    )
