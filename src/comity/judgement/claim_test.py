"""Put a published claim to the test, episode by episode.

Episodes that share one result count once. Few episodes can give no narrow answer: the verdict is a
likelihood ratio for each and a posterior against declared rivals, never a p-value.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from comity.core.claim_test import load_claim_tests
from comity.core.errors import CatalogError
from comity.core.framework import load_hypotheses, load_tests
from comity.core.opportunities import opportunities
from comity.judgement._part import Bounded
from comity.judgement.book import partial_date
from comity.judgement.claim_parts import ClaimEpisode, ClaimSensitivity, ClaimVerdict, Odds
from comity.judgement.registers import over_so_far
from comity.judgement.rivals.balance import Balance, Scales
from comity.judgement.rivals.finding import Finding, load_weighing
from comity.judgement.rivals.observe import case_order, field_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.claim_test import ClaimTest
    from comity.judgement.context import Context
    from comity.judgement.rivals.registers import Field

__all__ = ["claim_verdicts"]

Result = Literal["kept", "cut", "open"]
Strict = Literal["holds", "fails", "untested"]
_JEFFREYS = 0.5
_DRAWS = 4000
_ENOUGH = 0.6  # a report less surely true than this breaks no claim by itself


@dataclass(frozen=True)
class _Episode:
    row: dict[str, Any]
    result: Result
    attributed: bool
    truth: float
    outside: tuple[bool, ...]

    @property
    def group(self) -> str:
        return str(self.row["outcome_group"] or self.row["episode_id"])

    @property
    def day(self) -> dt.date:
        return self.row["occurred_from"]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _Tally:
    """Groups of episodes by result; a group with one attributed cut is a cut."""

    groups: int
    kept: int
    cut: int
    open: int
    strict: Strict


def claim_verdicts(
    context: Context, seed: int, catalogs: Sequence[Path] = ()
) -> list[ClaimVerdict]:
    """Return a verdict on every claim that the case puts to the test.

    Raises
    ------
    CatalogError
        If a claim names an unknown hypothesis or test.
    """
    return [
        _verdict(claim, context, seed, catalogs)
        for claim in load_claim_tests(case_order(context), catalogs)
    ]


def _verdict(
    claim: ClaimTest, context: Context, seed: int, catalogs: Sequence[Path]
) -> ClaimVerdict:
    scales = _scales(claim, seed, catalogs)
    field = field_of(context, scales.weighing, (), catalogs=catalogs)
    episodes = _episodes(claim, field)
    tally = _tally(episodes)
    weight, odds = _weight(claim, scales, episodes)
    rate = _rate(tally, seed)
    return ClaimVerdict(
        id=claim.id,
        title=claim.title,
        statement=claim.statement,
        author=claim.author,
        stated_on=claim.stated_on.isoformat(),
        operational=claim.operational,
        falsified_by=claim.falsified_by,
        coded_by=claim.coded_by,
        groups=tally.groups,
        kept=tally.kept,
        cut=tally.cut,
        open=tally.open,
        kept_rate=rate,
        strict=tally.strict,
        weight=weight,
        odds=odds,
        verdict=_words(tally, rate, weight, claim),
        episodes=[_part(each, claim, scales, context) for each in episodes],
        sensitivity=_sensitivity(claim, scales, episodes, context),
        scope=[each.text for each in claim.scope],
        evidence=context.book.cite(
            (each.row["record_id"] for each in episodes if each.result != "open"), limit=12
        ),
    )


def _scales(claim: ClaimTest, seed: int, catalogs: Sequence[Path]) -> Scales:
    """Return the claim's hypothesis and its rivals with the tests that its episodes end in."""
    hypotheses, tests = load_hypotheses(catalogs), load_tests(catalogs)
    wanted = [claim.hypothesis, *claim.rivals]
    for known, names, what in (
        (hypotheses, wanted, "hypothesis"),
        (tests, [claim.kept_test, claim.cut_test], "test"),
    ):
        for name in names:
            if name not in known:
                raise CatalogError(
                    f"claims/{claim.id}.yml", f"unknown {what} {name!r}", list(known)
                )
    kept, cut = tests[claim.kept_test], tests[claim.cut_test]
    if not kept.outcome_of or kept.outcome_of != cut.outcome_of:
        raise CatalogError(
            f"claims/{claim.id}.yml, key cut_test",
            f"{cut.id} and {kept.id} are not declared as outcomes of one opportunity (outcome_of), "
            "so that an episode would be judged twice",
            [name for name, test in tests.items() if test.outcome_of],
        )
    chosen = {name: hypotheses[name] for name in wanted}
    used = {
        name: tests[name].model_copy(
            update={"expected": {each: tests[name].expected[each] for each in wanted}}
        )
        for name in opportunities(tests)[kept.outcome_of]
    }
    return Scales(chosen, used, load_weighing(catalogs), seed)


def _episodes(claim: ClaimTest, field: Field) -> list[_Episode]:
    flags = {
        "where": claim.episodes,
        "q_kept": claim.kept,
        "q_cut": claim.cut,
        "q_attributed": claim.attributed,
    }
    flags |= {f"q_out{at}": each.leaves_out for at, each in enumerate(claim.scope)}
    made = []
    for row in field.rows("levers", flags, f"claims/{claim.id}.yml"):
        told = over_so_far(row, field.subject.as_of)
        result: Result = "cut" if row["q_cut"] else "kept" if row["q_kept"] else "open"
        if told["outcome"] == "open":
            result = "open"
        truth = field.truth(row)
        attributed = bool(row["q_attributed"]) and result != "open"
        if not attributed:
            truth = 0.5 + (truth - 0.5) * field.weighing.doubtful_share
        outside = tuple(bool(row[f"q_out{at}"]) for at in range(len(claim.scope)))
        made.append(_Episode(row | told, result, attributed, truth, outside))
    return made


def _tally(episodes: Sequence[_Episode]) -> _Tally:
    groups: dict[str, list[_Episode]] = defaultdict(list)
    for each in episodes:
        groups[each.group].append(each)
    kept = cut = left = 0
    strict: Strict = "untested"
    for members in groups.values():
        results = {each.result for each in members}
        if "cut" in results:
            cut += 1
        elif "kept" in results:
            kept += 1
        else:
            left += 1
    if kept or cut:
        attributed = any(
            each.result == "cut" and each.attributed and each.truth >= _ENOUGH for each in episodes
        )
        strict = "fails" if attributed else "holds"
    return _Tally(kept + cut, kept, cut, left, strict)


def _findings(claim: ClaimTest, episodes: Sequence[_Episode]) -> list[Finding]:
    """Return a finding a group: a cut where any member was cut, else kept."""
    groups: dict[str, list[_Episode]] = defaultdict(list)
    for each in episodes:
        if each.result != "open":
            groups[each.group].append(each)
    made = []
    for group, members in sorted(groups.items()):
        cuts = [each for each in members if each.result == "cut"]
        best = max(cuts or members, key=lambda each: each.truth)
        test = claim.cut_test if cuts else claim.kept_test
        records = tuple(each.row["record_id"] for each in members)
        # every group is its own period: what they share is said by their being one group
        made.append(Finding(test, best.day, True, best.truth, f"{group}|", group, records))  # noqa: FBT003
    return made


def _weight(
    claim: ClaimTest, scales: Scales, episodes: Sequence[_Episode]
) -> tuple[Bounded, list[Odds]]:
    findings = _findings(claim, episodes)
    if not findings:
        nothing = {"value": None, "lo80": None, "hi80": None}
        return Bounded(**nothing), []
    draws, summary = Balance(scales, findings).posterior()
    own = summary[0]
    odds = []
    for at, rival in enumerate(claim.rivals, start=1):
        ratio = draws.support[:, 0] - draws.support[:, at]
        low, middle, high = map(_ratio, np.quantile(ratio, [0.1, 0.5, 0.9]))
        odds.append(Odds(rival=rival, value=middle, lo80=low, hi80=high))
    return Bounded(value=own.weight, lo80=own.lo80, hi80=own.hi80), odds


def _ratio(logs: float) -> float:
    """Return a log likelihood ratio as a ratio of two digits: what the findings say, no prior."""
    return float(f"{np.exp(logs):.2g}")


def _rate(tally: _Tally, seed: int) -> Bounded:
    """Return the share of groups that ended without a cut, with a Jeffreys interval."""
    if not tally.groups:
        return Bounded(value=None, lo80=None, hi80=None)
    rng = np.random.default_rng([seed, tally.kept, tally.cut])
    draws = rng.beta(tally.kept + _JEFFREYS, tally.cut + _JEFFREYS, _DRAWS)
    value = tally.kept / tally.groups
    low, high = np.quantile(draws, [0.1, 0.9])
    return Bounded(
        value=round(value, 3),
        lo80=round(float(min(low, value)), 3),
        hi80=round(float(max(high, value)), 3),
    )


def _words(tally: _Tally, rate: Bounded, weight: Bounded, claim: ClaimTest) -> str:
    if tally.strict == "untested" or rate.value is None or weight.value is None:
        return "Untested: no episode with a judged outcome was known by this day."
    groups = f"{tally.groups} judged groups of episodes"
    strict = (
        f"In its strict form the claim fails: of {groups} {tally.cut} ended in a cut that lasted "
        "24 months or more, and at least one of these is traced to the lever."
        if tally.strict == "fails"
        else f"In its strict form the claim holds so far: of {groups} {tally.cut} ended in a cut "
        "that lasted 24 months or more, and none of these is traced to the lever."
    )
    tendency = (
        f" As a tendency, the targeted item was kept in {100 * rate.value:.0f} % of them (80 % "
        f"interval {100 * rate.lo80:.0f}–{100 * rate.hi80:.0f})."  # type: ignore[operator]
    )
    against = " and ".join(claim.rivals)
    belief = (
        f" Against {against} alone the claim has a weight of {100 * weight.value:.0f} % (80 % "
        f"interval {100 * weight.lo80:.0f}–{100 * weight.hi80:.0f})."  # type: ignore[operator]
    )
    return strict + tendency + belief


def _part(each: _Episode, claim: ClaimTest, scales: Scales, context: Context) -> ClaimEpisode:
    row = each.row
    odds: dict[str, float] = {}
    if each.result != "open":
        logs = Balance(scales, _findings(claim, [each])).likelihood()
        odds = {name: _ratio(logs[claim.hypothesis] - logs[name]) for name in claim.rivals}
    return ClaimEpisode(
        id=row["episode_id"],
        date=partial_date(row),
        third_party=row["third_party"],
        type=row["type"],
        target_item=row["target_item"] or "",
        response_6m=row["response_6m"],
        response_12m=row["response_12m"],
        response_24m=row["response_24m"],
        outcome=row["outcome"],
        response_so_far=row["response_so_far"],
        outcome_so_far=row["outcome_so_far"],
        result=each.result,
        attributed=each.attributed,
        group=each.group,
        sample="before" if each.day < claim.stated_on else "after",
        odds=odds,
        rival_explanations=row["rival_explanations"],
        evidence=context.book.cite([row["record_id"]]),
    )


def _sensitivity(
    claim: ClaimTest, scales: Scales, episodes: Sequence[_Episode], context: Context
) -> list[ClaimSensitivity]:
    """Return the verdict under other choices: which episodes count, and as how many."""
    rows = [_replace_group(each) for each in episodes]
    after = [each for each in episodes if each.day >= claim.stated_on]
    before = [each for each in episodes if each.day < claim.stated_on]
    by_kind = {
        kind: [each for each in episodes if each.row["type"] == kind]
        for kind in ("reward", "coercion")
    }
    choices: list[tuple[str, Sequence[_Episode]]] = [
        ("only episodes after the claim was made", after),
        ("only episodes before it", before),
        (
            "only outcomes that the coder traces to the lever",
            [each for each in episodes if each.attributed],
        ),
        ("every episode by itself, not groups", rows),
        ("offers only", by_kind["reward"]),
        ("threats only", by_kind["coercion"]),
    ]
    for at, scope in enumerate(claim.scope):
        if scope.leaves_out:
            inside = [each for each in episodes if not each.outside[at]]
            choices.append((f"within the limit: {_first_words(scope.text)}", inside))
    if context.case is not None:
        for side in context.case.outlets_by_side:
            name = context.names[side.side]
            outlets = set(side.outlets)
            trusted = [each for each in episodes if each.row.get("outlet") not in outlets]
            choices.append((f"without outlets that speak for {name}", trusted))
    made = [_alternative(change, chosen, claim, scales) for change, chosen in choices]
    return [*made, *_leave_one_out(claim, scales, episodes)]


def _replace_group(each: _Episode) -> _Episode:
    return replace(each, row={**each.row, "outcome_group": each.row["episode_id"]})


def _first_words(text: str) -> str:
    return text.split(";", maxsplit=1)[0].rstrip(".")


def _alternative(
    change: str, episodes: Sequence[_Episode], claim: ClaimTest, scales: Scales
) -> ClaimSensitivity:
    tally = _tally(episodes)
    findings = _findings(claim, episodes)
    weight = Balance(scales, findings).centre()[claim.hypothesis] if findings else None
    return ClaimSensitivity(
        change=change, groups=tally.groups, kept=tally.kept, cut=tally.cut, weight=weight,
        strict=tally.strict,
    )  # fmt: skip


def _leave_one_out(
    claim: ClaimTest, scales: Scales, episodes: Sequence[_Episode]
) -> list[ClaimSensitivity]:
    """Return the two groups that move the weight most when they are left out."""
    groups = sorted({each.group for each in episodes if each.result != "open"})
    if len(groups) < 2:
        return []
    whole = _alternative("", episodes, claim, scales).weight or 0.0
    made = [
        _alternative(
            f"without the group {group}",
            [each for each in episodes if each.group != group],
            claim,
            scales,
        )
        for group in groups
    ]
    return sorted(made, key=lambda each: (-abs((each.weight or 0.0) - whole), each.change))[:2]
