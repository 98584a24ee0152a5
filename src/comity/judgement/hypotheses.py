"""Rival explanations, weighed on graded evidence: over the whole record and by period."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.core.framework import load_hypotheses, load_tests
from comity.core.ledger_rules import load_ledger_rules
from comity.core.opportunities import diagnosticity, opportunities
from comity.judgement.hypothesis_parts import (
    Challenge,
    Distrust,
    Hypothesis,
    HypothesisPhase,
    HypothesisWeight,
    MatrixRow,
    TestFinding,
)
from comity.judgement.ledger_items import without_outlets
from comity.judgement.rivals.balance import CLEAR, Balance, Scales
from comity.judgement.rivals.finding import load_weighing
from comity.judgement.rivals.observe import case_order, field_of, observe

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from comity.core.framework import DiscriminatingTest
    from comity.core.ledger_rules import LedgerRules
    from comity.judgement.assessment import Phase
    from comity.judgement.context import Context
    from comity.judgement.ledger_items import TrackedItem
    from comity.judgement.rivals.finding import Finding
    from comity.judgement.rivals.registers import Field
    from comity.models._protocol import Readings

__all__ = ["RivalParts", "rival_parts"]

_KEY = 3
_MOST = 8


@dataclass(frozen=True)
class RivalParts:
    """Hypotheses over the whole record, by period, and the evidence matrix."""

    hypotheses: list[Hypothesis]
    phases: list[HypothesisPhase]
    matrix: list[MatrixRow]


@dataclass(frozen=True)
class _Span:
    name: str
    start: dt.date
    end: dt.date


def rival_parts(
    context: Context,
    readings: Readings,
    phases: Sequence[Phase],
    items: Sequence[TrackedItem],
    seed: int,
    catalogs: Sequence[Path] = (),
) -> RivalParts:
    """Set the declared hypotheses against each other on what the record holds.

    Parameters
    ----------
    context : Context
        The dyad and its evidence as of the day.
    readings : Readings
        With draws.
    phases : sequence of Phase
        Found in the data; the periods judged where the case declares none.
    items : sequence of TrackedItem
        The ledger, as the rest of the assessment has it.
    seed : int
        Of every draw.
    catalogs : sequence of Path
        Further catalogs.

    Returns
    -------
    RivalParts
        Without any finding the hypotheses stand unweighed.
    """
    names = _names(context)
    tests = {
        key: test.model_copy(update={"text": _phrased(test.text, names)})
        for key, test in load_tests(catalogs).items()
    }
    scales = Scales(load_hypotheses(catalogs), tests, load_weighing(catalogs), seed)
    spans = _spans(context, phases)
    ranges = [(each.start, each.end) for each in spans]
    field = field_of(context, scales.weighing, ranges, items, catalogs)
    findings = observe(tests, context, readings, field)
    rules = load_ledger_rules(catalogs)
    distrusted = _distrusted(context, readings, scales, field, rules) if findings else {}
    overall = _Span("the whole record", spans[0].start, spans[-1].end)
    made = []
    for index, span in enumerate([overall, *spans]):
        chosen = [each for each in findings if span.start <= each.day < span.end]
        doubts = {
            whose: [each for each in others if span.start <= each.day < span.end]
            for whose, (others, _) in distrusted.items()
        }
        made.append(_phase(scales, span, chosen, doubts, distrusted, overall=index == 0))
    whole = Balance(scales, findings)
    return RivalParts(
        hypotheses=_hypotheses(whole, made[0], names, context),
        phases=made,
        matrix=_matrix(tests, findings, spans, context),
    )


def _names(context: Context) -> dict[str, str]:
    dyad = case_order(context)
    third = context.case.third_parties if context.case else []
    main = _with_article(third[0].name) if third else "third parties"
    return {"a": context.names[dyad.a], "b": context.names[dyad.b], "main": main}


def _with_article(name: str) -> str:
    plural = name.startswith("United ") or name.endswith(("Union", "Emirates", "Netherlands"))
    return f"the {name}" if plural else name


def _phrased(text: str, names: Mapping[str, str]) -> str:
    """Return a declared text with the names of the two states and the main third party."""
    for key, name in names.items():
        text = text.replace(f"{{{key}}}", name)
    return text


def _spans(context: Context, phases: Sequence[Phase]) -> list[_Span]:
    """Return the periods: those of the case, else the phases found, as far as the as-of date."""
    after = context.as_of + dt.timedelta(days=1)
    if context.case is not None and context.case.periods:
        given = [_Span(each.name, each.start, each.end) for each in context.case.periods]
    else:
        ends = [phase.end for phase in phases]
        given = [
            _Span(
                f"{phase.start} to {end or 'now'}", _month(phase.start),
                _month(end) if end else after,
            )
            for phase, end in zip(phases, ends, strict=True)
        ]  # fmt: skip
    kept = [
        _Span(_known_name(each, after), each.start, min(each.end, after))
        for each in given
        if each.start < after
    ]
    return kept or [_Span("the record", dt.date(context.as_of.year, 1, 1), after)]


def _known_name(span: _Span, after: dt.date) -> str:
    """Return the name of a period, without an end that nobody knew yet."""
    years = [int(year) for year in re.findall(r"\b[12]\d{3}\b", span.name)]
    if span.end <= after or all(year <= after.year for year in years):
        return span.name
    return f"the time since {span.start.year}"


def _month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01" if len(text) == 7 else f"{text}-01-01")


def _distrusted(
    context: Context, readings: Readings, scales: Scales, field: Field, rules: LedgerRules
) -> dict[str, tuple[list[Finding], _Doubted]]:
    """Return the findings that are left without the outlets that speak for either side."""
    if context.case is None:
        return {}
    sides = {each.side: frozenset(each.outlets) for each in context.case.outlets_by_side}
    asked = {f"outlets that speak for {context.names[side]}": sides[side] for side in sides}
    if len(sides) > 1:
        asked["outlets that speak for either side"] = frozenset().union(*sides.values())
    made = {}
    for whose, outlets in asked.items():
        items = without_outlets(field.items, outlets, rules)
        highest = {each.id: each.track.highest for each in items}
        changed = [
            f"{each.named['item_name']}: {each.track.highest or 'nothing'} established, without "
            f"them {highest.get(each.id) or 'nothing'}"
            for each in field.items
            if highest.get(each.id) != each.track.highest
        ]
        other = replace(field, distrusted=outlets, items=items)
        left = observe(scales.tests, context, readings, other)
        made[whose] = (left, _Doubted(len(outlets), _rows_of(context, outlets), changed))
    return made


@dataclass(frozen=True)
class _Doubted:
    outlets: int
    rows: int
    items: list[str]


def _rows_of(context: Context, outlets: Collection[str]) -> int:
    """Return how many rows of the dyad's registers are left out: those that findings rest on."""
    tables = ("claims", "stress_tests", "levers", "body_votes", "theatres")
    where = "list_contains(?, source) AND list_contains(?, outlet)"
    counts = " + ".join(f"(SELECT count(*) FROM {table} WHERE {where})" for table in tables)
    asked = [list(context.sources), sorted(outlets)] * len(tables)
    return int(context.view.query(f"SELECT {counts}", asked)[0][0])


def _phase(
    scales: Scales,
    span: _Span,
    findings: Sequence[Finding],
    doubts: Mapping[str, Sequence[Finding]],
    distrusted: Mapping[str, tuple[list[Finding], _Doubted]],
    *,
    overall: bool,
) -> HypothesisPhase:
    balance = Balance(scales, findings)
    base = {
        "name": span.name,
        "start": span.start.isoformat(),
        "end": (span.end - dt.timedelta(days=1)).isoformat(),
        "overall": overall,
        "findings": len(findings),
        "tests": len({each.test for each in findings}),
        "missing": balance.missing(),
    }
    if not findings:
        return HypothesisPhase(
            **base, weights=[], leader=None, clear=False, tested=0, challenges=[],
            text=f"In {span.name} nothing on record tells the rivals apart.",
        )  # fmt: skip
    _, weights = balance.posterior()
    leader = max(weights, key=lambda each: each.weight)
    clear = leader.leads >= CLEAR
    tried, challenges = balance.challenges()
    made, before = [], balance.centre()
    for whose, left in doubts.items():
        if not left:
            continue
        others = Balance(scales, left).centre()
        first = max(others, key=lambda each: others[each])
        detail = distrusted[whose][1]
        made.append(
            Distrust(
                whose=whose, outlets=detail.outlets, rows=detail.rows, leader=first,
                weight=others[first], weights=others, before=before,
                items=detail.items if overall else [],
            )
        )  # fmt: skip
    mixture = [each.id for each in sorted(weights, key=lambda each: -each.share)][:2]
    return HypothesisPhase(
        **base, weights=weights, leader=leader.id, clear=clear, mixture=mixture, tested=tried,
        challenges=_shown(challenges), distrust=made,
        changed=dict(sorted(Counter(each.leader for each in challenges).items())),
        text=_sentence(span, leader, weights, clear=clear),
    )  # fmt: skip


def _shown(challenges: Sequence[Challenge]) -> list[Challenge]:
    """Return some changes in their order: the first of each leader, then the first of all."""
    first: dict[str, int] = {}
    for at, each in enumerate(challenges):
        first.setdefault(each.leader, at)
    others = [at for at in range(len(challenges)) if at not in first.values()]
    kept = sorted([*first.values(), *others[: max(0, _MOST - len(first))]])
    return [challenges[at] for at in kept]


def _sentence(
    span: _Span,
    leader: HypothesisWeight,
    weights: Sequence[HypothesisWeight],
    *,
    clear: bool,
) -> str:
    shown = f"{100 * leader.weight:.0f} %, 80 % interval {100 * leader.lo80:.0f}–"
    shown += f"{100 * leader.hi80:.0f}"
    if clear:
        return f"In {span.name} {leader.id} weighs most ({shown})."
    second = sorted(weights, key=lambda each: -each.weight)[1]
    return (
        f"In {span.name} no explanation leads clearly: {leader.id} weighs most ({shown}), then "
        f"{second.id} ({100 * second.weight:.0f} %)."
    )


def _hypotheses(
    balance: Balance, whole: HypothesisPhase, names: Mapping[str, str], context: Context
) -> list[Hypothesis]:
    weights = {each.id: each for each in whole.weights}
    support = balance.support()
    made = []
    for index, (key, declared) in enumerate(balance.scales.hypotheses.items()):
        found = weights.get(key)
        ranked = sorted(range(len(balance.findings)), key=lambda at: -support[at, index])
        speaks_for = [at for at in ranked[: 2 * _KEY] if support[at, index] > 0]
        speaks_against = [at for at in reversed(ranked[-2 * _KEY :]) if support[at, index] < 0]
        made.append(
            Hypothesis(
                id=key,
                title=_phrased(declared.title, names),
                statement=_phrased(declared.statement, names),
                weight=found.weight if found else None,
                lo80=found.lo80 if found else None,
                hi80=found.hi80 if found else None,
                share=found.share if found else None,
                share_lo80=found.share_lo80 if found else None,
                share_hi80=found.share_hi80 if found else None,
                inconsistency=found.inconsistency if found else None,
                who_says=list(declared.who_says),
                core_prediction=_phrased(declared.core_prediction, names),
                counts_against=_phrased(declared.counts_against, names),
                key_evidence=_cited(balance, speaks_for, context),
                against_evidence=_cited(balance, speaks_against, context),
                sensitivity=_sensitivity(key, whole) if found else "Nothing on record to weigh.",
            )
        )
    return made


def _cited(balance: Balance, at: Sequence[int], context: Context) -> list[str]:
    ids = [balance.findings[index].records[:2] for index in at]
    return context.book.cite([name for part in ids for name in part], limit=2 * _KEY)


def _sensitivity(key: str, whole: HypothesisPhase) -> str:
    """Return in a sentence what would change the hypothesis's standing."""
    example = next((each for each in whole.challenges if each.leader == key), None)
    if key == whole.leader:
        if not whole.challenges:
            return f"It stays first under all {whole.tested} single changes tried."
        first = whole.challenges[0]
        return (
            f"{sum(whole.changed.values())} of {whole.tested} single changes put another first, "
            f"e.g. {first.leader} {first.change}."
        )
    if example is not None:
        return (
            f"It would weigh most {example.change} ({whole.changed[key]} of {whole.tested} single "
            "changes put it first)."
        )
    return f"None of {whole.tested} single changes puts it first."


def _matrix(
    tests: Mapping[str, DiscriminatingTest],
    findings: Sequence[Finding],
    spans: Sequence[_Span],
    context: Context,
) -> list[MatrixRow]:
    """Return every test with what was found of it; an ending is a finding of one test only."""
    differ, shared = diagnosticity(tests), opportunities(tests)
    made = []
    for name, test in tests.items():
        own = [each for each in findings if each.test == name]
        others = [each for each in shared[test.opportunity] if each != name]
        otherwise = sum(each.test in others for each in findings)
        unread = test.not_read or "Nothing on record shows it or its absence."
        if otherwise:
            unread = f"Every opportunity on record ended otherwise: see {' or '.join(others)}."
        made.append(
            MatrixRow(
                id=name,
                text=test.text,
                indicators=list(test.indicators),
                expected=dict(test.expected),
                author=test.author,
                diagnosticity=differ[name],
                findings=_told(own, spans, context),
                not_read="" if own else unread,
                caution=test.caution,
                other_outcomes=others,
                ended_otherwise=otherwise,
            )
        )
    return made


def _told(
    findings: Sequence[Finding], spans: Sequence[_Span], context: Context
) -> list[TestFinding]:
    return [
        TestFinding(
            date=each.day.isoformat(),
            period=next((s.name for s in spans if s.start <= each.day < s.end), ""),
            present=each.present,
            truth=round(each.truth, 2),
            why=each.why,
            evidence=context.book.cite(each.records, limit=6),
        )
        for each in sorted(findings, key=lambda each: (each.day, each.group))
    ]
