"""Outside levers: offers and threats by third parties, and what became of their target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Finding, Outside, Paragraph, Quiet, Row, Table, Tag
from comity.briefs.sections._words import cite, empty, responses, text_or_dash
from comity.briefs.wording import actor_words, capital, count_words, date_words, of_words, phrase

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, Lever

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 110
TITLE = "Outside levers"

_OUTCOMES = {
    "no_change": "no change",
    "nominal": "nominal",
    "substantive_cut": "substantive cut",
    "reversal": "reversal",
    "reinforced": "reinforced",
}
_TONES = {"substantive_cut": "down", "reinforced": "up"}
_READS = {"+": "for", "-": "against", "0": "not diagnostic"}


def build(assessment: Assessment) -> list[Block]:
    """Return the episodes, the latest first, and how they read on the claim of 2001."""
    levers = sorted(assessment.levers, key=lambda item: (item.date, item.id), reverse=True)
    if not levers:
        return [empty(assessment, "levers", "The register of outside offers and threats is empty.")]
    columns = (
        Column("Episode"),
        Column("Aimed at"),
        Column("Terms"),
        Column("After 6, 12 and 24 months", "wide"),
        Column("Outcome"),
        Column("On the claim of 2001"),
        Column("Rival explanations", "wide"),
    )
    rows = tuple(_row(assessment, item) for item in levers)
    caption = (
        f"{capital(count_words(len(levers), 'episode'))}, the latest first. Outcome of the "
        "targeted item over 24 months, open until these have passed; nominal: a paper step or a "
        "delay while the flow went on."
    )
    return [
        Finding((_finding(levers),)),
        *((Paragraph((_claim(levers),)),) if _has_readings(assessment, levers) else ()),
        Table(caption, columns, rows, show=12),
        Caveat(
            (
                "Episodes that share one result are one group and count once. That an outcome "
                "follows a lever does not show that the lever caused it: see the rival "
                "explanations.",
            )
        ),
    ]


def _has_readings(assessment: Assessment, levers: list[Lever]) -> bool:
    """Return whether to count readings on the claim here: not where a section tests it."""
    return not assessment.claim_tests and any(item.reads_on_h1 for item in levers)


def _groups(levers: list[Lever]) -> dict[str, list[Lever]]:
    found: dict[str, list[Lever]] = {}
    for item in levers:
        found.setdefault(item.group, []).append(item)
    return found


def _finding(levers: list[Lever]) -> str:
    groups = list(_groups(levers).values())
    judged = [group for group in groups if any(item.outcome != "open" for item in group)]
    if not judged:
        return "No outside lever has a judged outcome"
    cut = sum(any(item.outcome == "substantive_cut" for item in group) for group in judged)
    nominal = sum(
        not any(item.outcome == "substantive_cut" for item in group)
        and any(item.outcome == "nominal" for item in group)
        for group in judged
    )
    return (
        f"{capital(of_words(cut, len(judged), 'group'))} of outside offers and threats ended in a "
        f"cut that lasted 24 months; {nominal or 'none'} brought only a nominal step"
    )


def _claim(levers: list[Lever]) -> str:
    counts = {"+": 0, "-": 0, "0": 0}
    for group in _groups(levers).values():
        reads = {item.reads_on_h1 for item in group} - {None}
        if len(reads) == 1 and (only := reads.pop()) in counts:
            counts[only] += 1
    return (
        "On the claim of 2001 that the tie is not given up for short-term gain or from fear of "
        f"penalties, {_some(counts['+'])} read for it, {_some(counts['-'])} against it, and "
        f"{_some(counts['0'])} cannot tell; groups whose episodes read both ways are left out."
    )


def _item(assessment: Assessment, lever: Lever) -> str:
    """Return the name of the targeted item as the ledger has it, or its code as words."""
    known = {item.id: item.name for item in assessment.ledger}
    return known.get(lever.target_item) or phrase(lever.target_item.replace("-", " "))


def _some(n: int) -> str:
    return count_words(n, "group")


def _row(assessment: Assessment, item: Lever) -> Row:
    dyad = assessment.dyad
    after = responses(item)
    outcome = item.outcome or "open"
    so_far = item.outcome_so_far
    reads = _READS.get(item.reads_on_h1 or "", "–")
    return Row(
        (
            (
                f"{date_words(item.date)}, {actor_words(item.third_party, dyad)}: ",
                Outside(item.instrument),
                " ",
                Quiet(item.type),
            ),
            (f"{actor_words(item.target, dyad)}: ", Outside(_item(assessment, item))),
            text_or_dash(item.terms),
            (Outside(after or "–"), *cite(item.evidence)),
            (
                Tag(_OUTCOMES.get(outcome, phrase(outcome)), _TONES.get(outcome, "plain")),
                *((" ", Quiet(f"so far {_OUTCOMES[so_far]}")) if so_far else ()),
            ),
            (reads,),
            text_or_dash(item.rival_explanations),
        )
    )
