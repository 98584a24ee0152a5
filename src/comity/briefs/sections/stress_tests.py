"""When it cost something: what each side did in the other's crises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Column, Finding, Level, Outside, Quiet, Row, Table, Tag
from comity.briefs.sections._words import cite, empty, text_or_dash
from comity.briefs.wording import actor_words, count_words, month_span, of_words, percent

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, StressTest

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 90
TITLE = "When it cost something"
_TOP = 5
_COSTLY = 4
_SHOWN = 14


def build(assessment: Assessment) -> list[Block]:
    """Return the crises of either side with the other's response, the latest first."""
    tests = sorted(assessment.stress_tests, key=lambda item: (item.start, item.id), reverse=True)
    if not tests:
        return [empty(assessment, "stress_tests", "The register of crises is empty.")]
    columns = (
        Column("Crisis"),
        Column("Crisis of"),
        Column("Tested"),
        Column("Response 0–5", "graphic"),
        Column("Days", "number"),
        Column("Cost borne"),
        Column("What was done", "wide"),
        Column("What was withheld", "wide"),
    )
    caption = (
        f"{count_words(len(tests), 'response').capitalize()} in crises, the latest first. Score is "
        "the highest level reached: 0 opposed or withheld, 1 silent, 2 words, 3 votes or "
        "mediation, 4 covert or materiel help, 5 overt force."
    )
    rows = tuple(_row(assessment, item) for item in tests)
    return [
        Finding((_finding(assessment, tests),)),
        Table(caption, columns, rows, show=_SHOWN),
        *_by_side(assessment),
        Caveat(
            (
                "A handful of crises cannot give tight numbers. Contested codings are shown beside "
                "the main one and are not counted. A blank score was searched for and not found.",
            )
        ),
    ]


def _by_side(assessment: Assessment) -> list[Block]:
    """Return each side's responses as a whole, each crisis counted once."""
    found = assessment.stress_summary
    if found is None:
        return []
    dyad = assessment.dyad
    rows = tuple(
        Row(
            (
                (f"{actor_words(side.responder, dyad)} for {actor_words(side.on, dyad)}",
                 *cite(side.evidence)),
                (str(side.crises),),
                (Quiet("–"),) if side.median is None else (f"{side.median:g}",),
                (str(side.costly),),
                (str(side.opposed),),
            )
        )
        for side in found.sides
    )  # fmt: skip
    heads = ("Crises", "Median score", "With materiel help or force", "Opposed or withheld")
    columns = (Column("Who for whom"), *(Column(name, "number") for name in heads))
    lines = [f"By side. {found.note}"]
    each = found.reciprocity
    if each is not None:
        first, second = (actor_words(name, dyad) for name in (each.first, each.second))
        lines.append(
            f"A response of {first}, drawn at random, is higher than one of {second} with chance "
            f"{percent(each.p_more)}, where {percent(0.5)} means alike."
        )
    return [Table(" ".join(lines), columns, rows)]


def _finding(assessment: Assessment, tests: list[StressTest]) -> str:
    scored = [item for item in tests if item.score is not None and not item.contested]
    if not scored:
        return "No response could be scored"
    parts = []
    order = {assessment.dyad.a: 0, assessment.dyad.b: 1}
    responders = sorted({item.responder for item in scored}, key=lambda each: order.get(each, 2))
    for responder in responders:
        mine = [item for item in scored if item.responder == responder]
        costly = sum((item.score or 0) >= _COSTLY for item in mine)
        opposed = sum(item.score == 0 for item in mine)
        name = actor_words(responder, assessment.dyad)
        parts.append(
            f"{name} gave materiel help or force in "
            f"{of_words(costly, len(mine), 'scored response')} and opposed or "
            f"withheld in {opposed or 'none'}"
        )
    return "; ".join(parts)


def _row(assessment: Assessment, item: StressTest) -> Row:
    dyad = assessment.dyad
    contested: Parts = (" ", Tag("contested coding", "warn")) if item.contested else ()
    days: Parts = (
        (Quiet("–"),) if item.days_to_response is None else (f"{item.days_to_response:,}",)
    )
    return Row(
        (
            (Outside(item.name), " ", Quiet(month_span(item.start, item.end)), *contested),
            (actor_words(item.on, dyad),),
            (actor_words(item.responder, dyad),),
            (Level(item.score, 0, _TOP, item.score_word), " ", item.score_word),
            days,
            text_or_dash(item.cost_borne),
            (Outside(item.done or "–"), *cite(item.evidence)),
            text_or_dash(item.withheld),
        )
    )
