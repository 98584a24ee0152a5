"""A published claim put to the test: verdict, episodes, what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Column,
    Finding,
    Fold,
    Listing,
    Outside,
    Paragraph,
    Quiet,
    Row,
    Strong,
    Table,
    Tag,
)
from comity.briefs.sections._words import cite, dash, responses
from comity.briefs.wording import actor_words, count_words, date_words, percent, phrase

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, ClaimEpisode, ClaimVerdict

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 115
TITLE = "The claim, put to the test"

_RESULTS = {"kept": ("kept", "up"), "cut": ("cut", "down"), "open": ("open", "plain")}


def build(assessment: Assessment) -> list[Block]:
    """Return the verdict on each claim of the case; nothing where none is declared."""
    return [block for claim in assessment.claim_tests for block in _claim(assessment, claim)]


def _claim(assessment: Assessment, claim: ClaimVerdict) -> list[Block]:
    odds = "; ".join(
        f"against {each.rival} {each.value:g} (80 % interval {each.lo80:g} to {each.hi80:g})"
        for each in claim.odds
    )
    return [
        Finding((_finding(claim),)),
        Paragraph((Outside(claim.statement), " ", Quiet(claim.author))),
        Paragraph((claim.verdict, *cite(claim.evidence))),
        *((Paragraph((f"Likelihood ratio of the whole record: {odds}.",)),) if odds else ()),
        _episodes(assessment, claim),
        Fold("What would change the verdict", (_sensitivity(claim),)),
        Paragraph((Strong("What the claim does not cover. "),)),
        Listing(tuple((text,) for text in claim.scope)),
        Caveat(
            (
                f"Operational form, by {claim.coded_by}: {claim.operational} Falsified by: "
                f"{claim.falsified_by[:1].lower()}{claim.falsified_by[1:]} Episodes that share one "
                "result are one group. With so few groups no narrow answer is possible.",
            )
        ),
    ]


def _finding(claim: ClaimVerdict) -> str:
    if claim.strict == "untested":
        return f"{claim.title} is untested: no judged episode was known by then"
    kept = f"{claim.kept} of {claim.groups}"
    groups = "group" if claim.groups == 1 else "groups"
    if claim.strict == "fails":
        return (
            f"{claim.title} fails as it stands; the targeted item was kept in {kept} {groups} of "
            "offers and threats"
        )
    return f"{claim.title} stands so far: the targeted item was kept in {kept} {groups}"


def _episodes(assessment: Assessment, claim: ClaimVerdict) -> Table:
    columns = (
        Column("Episode"),
        Column("Aimed at"),
        Column("After 6, 12 and 24 months", "wide"),
        Column("Result", "graphic"),
        Column("Traced to the lever"),
        *(Column(f"Claim against {each.rival}", "number") for each in claim.odds),
        Column("Rival explanations", "wide"),
    )
    rows = [_row(assessment, claim, each) for each in claim.episodes]
    made = [each for each in claim.episodes if each.sample == "before"]
    caption = (
        f"{count_words(len(claim.episodes), 'episode').capitalize()}, {len(made)} of them from "
        f"before the claim was made ({date_words(claim.stated_on)}): it was made from those, and "
        "the later ones test it. Numbers: how many times more probable the result is under the "
        "claim; 1 tells nothing."
    )
    return Table(caption, columns, tuple(rows), show=12)


def _row(assessment: Assessment, claim: ClaimVerdict, each: ClaimEpisode) -> Row:
    dyad = assessment.dyad
    words, tone = _RESULTS[each.result]
    after = responses(each)
    known = {item.id: item.name for item in assessment.ledger}
    item = known.get(each.target_item) or phrase(each.target_item.replace("-", " "))
    odds: list[Parts] = [
        (f"{each.odds[rival.rival]:g}",) if rival.rival in each.odds else dash()
        for rival in claim.odds
    ]
    return Row(
        (
            (
                f"{date_words(each.date)}, {actor_words(each.third_party, dyad)} ",
                Quiet(each.type), *cite(each.evidence),
            ),
            (Outside(item),),
            (Outside(after),) if after else dash(),
            (Tag(words, tone),),
            ("yes" if each.attributed else "no",) if each.result != "open" else dash(),
            *odds,
            (Outside(each.rival_explanations),) if each.rival_explanations else dash(),
        )
    )  # fmt: skip


def _sensitivity(claim: ClaimVerdict) -> Table:
    rows = tuple(
        Row(
            (
                (each.change,),
                (f"{each.kept} of {each.groups}",),
                (each.strict,),
                (percent(each.weight),) if each.weight is not None else dash(),
            )
        )
        for each in claim.sensitivity
    )
    columns = (
        Column("Choice", "wide"), Column("Kept"), Column("Strict form"),
        Column("Weight against its rivals"),
    )  # fmt: skip
    return Table("The same test with other choices of episodes.", columns, rows)
