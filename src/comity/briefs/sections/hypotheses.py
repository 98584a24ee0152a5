"""Rival explanations: who weighs most when, on what evidence, and what would change it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Column,
    Finding,
    Fold,
    Outside,
    Paragraph,
    Quiet,
    Row,
    Strong,
    Table,
    Tag,
)
from comity.briefs.sections._words import cite, dash
from comity.briefs.wording import capital, count_words, date_words, join_words, percent

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import (
        Assessment,
        Hypothesis,
        HypothesisPhase,
        HypothesisWeight,
        MatrixRow,
    )

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 140
TITLE = "Rival explanations"

_MARKS = {2: "++", 1: "+", 0: "0", -1: "−", -2: "−−"}


def build(assessment: Assessment) -> list[Block]:
    """Return the rivals, their weights by period, what would change them, and the matrix."""
    items = assessment.hypotheses
    if not items:
        return []
    whole = next((each for each in assessment.hypothesis_phases if each.overall), None)
    if whole is None or not whole.weights:
        return [
            Finding((_unweighed(items),)),
            Table("", (Column("Hypothesis"), Column("Statement", "wide")),
                  tuple(Row(((Strong(item.id),), (item.statement,))) for item in items)),
        ]  # fmt: skip
    periods = [each for each in assessment.hypothesis_phases if not each.overall]
    return [
        Finding((_finding(whole, items),)),
        Paragraph((_reading_note(),)),
        _by_period(whole, periods, items),
        _statements(items),
        Fold("Period by period, and what evidence is missing", tuple(_period_notes(periods))),
        Fold("What would change the order", tuple(_changes(whole))),
        Fold(
            "The evidence by test: what each rival expects, and what was found",
            (_matrix(assessment.hypothesis_matrix, items),),
        ),
        Caveat(
            (
                "Ratings are priors of a named author: what each rival leads one to expect, not "
                "what was found. Findings of one test in one period depend on each other and are "
                "counted for less. A weight is the probability of a rival if exactly one of those "
                "listed rules; explanations that nobody listed have none.",
                *_cautions(assessment.hypothesis_matrix),
            )
        ),
    ]


def _unweighed(items: list[Hypothesis]) -> str:
    return (
        f"{capital(count_words(len(items), 'rival explanation'))} are kept open; nothing on record "
        "tells them apart yet, so none is favoured here"
    )


def _finding(whole: HypothesisPhase, items: list[Hypothesis]) -> str:
    best = _of(whole, whole.leader or "")
    title = next(item.title for item in items if item.id == best.id)
    shown = f"{best.id}, {title[:1].lower()}{title[1:]}, weighs most over the whole record"
    if whole.clear:
        return f"{shown} ({percent(best.weight)})"
    return f"No explanation leads clearly: {shown}, with {percent(best.weight)}"


def _reading_note() -> str:
    return (
        "Each cell gives the probability of a rival if exactly one of them rules, in percent, with "
        "its 80 % interval. A leader is named only where it weighs most in at least four of five "
        "draws."
    )


def _of(phase: HypothesisPhase, name: str) -> HypothesisWeight:
    return next(each for each in phase.weights if each.id == name)


def _by_period(
    whole: HypothesisPhase, periods: list[HypothesisPhase], items: list[Hypothesis]
) -> Table:
    shown = [*periods, whole]
    columns = (
        Column("Rival"),
        *(Column(each.name if not each.overall else "All") for each in shown),
        Column("Inconsistency"),
    )
    rows = []
    for item in sorted(items, key=lambda each: (-(each.weight or 0.0), each.id)):
        cells: list[Parts] = [(Strong(item.id), " ", Quiet(item.title))]
        cells += [_cell(each, item.id) for each in shown]
        cells.append((f"{item.inconsistency:.1f}" if item.inconsistency is not None else "–",))
        rows.append(Row(tuple(cells)))
    counts = "; ".join(f"{each.name}: {each.findings}" for each in periods)
    caption = (
        f"Weights by period, the heaviest over the whole record first. Findings: {counts}. "
        "Inconsistency is Heuer's score over the whole record: the less, the better."
    )
    return Table(caption, columns, tuple(rows))


def _cell(phase: HypothesisPhase, name: str) -> Parts:
    if not phase.weights:
        return dash()
    found = _of(phase, name)
    interval = Quiet(f"{100 * found.lo80:.0f}–{100 * found.hi80:.0f}")
    value = f"{100 * found.weight:.0f}"
    first: Parts = (Strong(value),) if phase.leader == name else (value,)
    mark: Parts = (" ", Tag("leads", "plain")) if phase.leader == name and phase.clear else ()
    return (*first, " ", interval, *mark)


def _period_notes(periods: list[HypothesisPhase]) -> list[Block]:
    made: list[Block] = []
    for each in periods:
        missing = each.missing
        note = ""
        if missing is not None:
            note = (
                f" Nothing reads {missing.test} ({missing.text[:1].lower()}{missing.text[1:]}; "
                f"{join_words(missing.indicators)}), which would tell most."
            )
        made.append(Paragraph((f"{each.text}{note}",)))
    return made


def _statements(items: list[Hypothesis]) -> Table:
    columns = (
        Column("Rival"),
        Column("What it says", "wide"),
        Column("Share of findings"),
        Column("Speaks most for it"),
        Column("Speaks most against it"),
        Column("How firm", "wide"),
    )
    rows = []
    for item in sorted(items, key=lambda each: (-(each.weight or 0.0), each.id)):
        share: Parts = dash()
        if item.share is not None and item.share_lo80 is not None and item.share_hi80 is not None:
            bounds = Quiet(f"{100 * item.share_lo80:.0f}–{100 * item.share_hi80:.0f}")
            share = (percent(item.share), " ", bounds)
        rows.append(
            Row(
                (
                    (Strong(item.id),),
                    (item.statement,),
                    share,
                    tuple(cite(item.key_evidence)) or dash(),
                    tuple(cite(item.against_evidence)) or dash(),
                    (item.sensitivity,),
                )
            )
        )
    caption = (
        "Share: the part of the findings that a rival accounts for if several rule at once, with "
        "its 80 % interval."
    )
    return Table(caption, columns, tuple(rows))


def _changes(whole: HypothesisPhase) -> list[Block]:
    counted = whole.changed or Counter(each.leader for each in whole.challenges)
    changed = sum(counted.values())
    lead = (
        f"{capital(count_words(whole.tested, 'single change'))} were tried: every opportunity with "
        "its tests and every finding left out once, every rating turned round once. "
    )
    if not changed:
        lead += f"{whole.leader} stays first under all of them."
    else:
        leaders = [f"{name} ({count})" for name, count in counted.items()]
        lead += f"{capital(str(changed))} of them put another rival first: {join_words(leaders)}."
    made: list[Block] = [Paragraph((lead,))]
    if changed:
        rows = tuple(
            Row(((Outside(each.change),), (each.leader,), (percent(each.weight),)))
            for each in whole.challenges
        )
        shown = len(whole.challenges)
        some = f"{shown} of the {changed} changes" if shown < changed else "Changes"
        made.append(
            Table(
                f"{some} that put another rival first.",
                (Column("Change", "wide"), Column("First then"), Column("Its weight")), rows,
            )
        )  # fmt: skip
    if whole.distrust:
        rows = tuple(
            Row(
                (
                    (capital(each.whose),),
                    (f"{each.outlets} outlets, {each.rows} rows",),
                    (each.leader, " ", Quiet(percent(each.weight))),
                    (_moved(each.before, each.weights),),
                    (Outside("; ".join(each.items)),) if each.items else dash(),
                )
            )
            for each in whole.distrust
        )
        made.append(
            Table(
                "If certain outlets are not believed. Weights with every doubt at its centre.",
                (
                    Column("Not believed"), Column("Left out"), Column("First then"),
                    Column("Largest change of a weight"),
                    Column("Ledger items that change", "wide"),
                ),
                rows,
            )
        )  # fmt: skip
    return made


def _moved(before: dict[str, float], after: dict[str, float]) -> str:
    name = max(before, key=lambda each: abs(after[each] - before[each]))
    return f"{name}: {percent(before[name])} to {percent(after[name])}"


def _matrix(matrix: list[MatrixRow], items: list[Hypothesis]) -> Table:
    names = [item.id for item in items]
    columns = (
        Column("Test", "wide"),
        *(Column(name, "number") for name in names),
        Column("Spread", "number"),
        Column("Seen", "number"),
        Column("Not seen", "number"),
        Column("Latest", "wide"),
    )
    rows = []
    for test in sorted(matrix, key=lambda each: (-each.diagnosticity, each.id)):
        seen = sum(each.present for each in test.findings)
        told = len(test.findings) + test.ended_otherwise
        last = test.findings[-1] if test.findings else None
        latest: Parts = (Quiet(test.not_read),)
        if last is not None:
            what = "seen" if last.present else "not seen"
            latest = (f"{date_words(last.date)}, {what}: ", Outside(last.why), *cite(last.evidence))
        rows.append(
            Row(
                (
                    (Strong(test.id), f" {test.text}"),
                    *((_MARKS[test.expected[name]],) for name in names),
                    (f"{test.diagnosticity:.2f}",),
                    (str(seen),) if told else dash(),
                    (str(told - seen),) if told else dash(),
                    latest,
                )
            )
        )
    caption = (
        "What each rival leads one to expect (++ strongly expected, + expected, 0 silent, "
        "− unexpected, −− counts heavily against) and what was found, the most telling test first. "
        f"Ratings by {_authors(matrix)}."
    )
    return Table(caption, columns, tuple(rows), show=16)


def _cautions(matrix: list[MatrixRow]) -> list[str]:
    """Return what in the reading of tests decides the order, once for tests that share it."""
    by: dict[str, list[str]] = {}
    for test in matrix:
        if test.caution and (test.findings or test.ended_otherwise):
            by.setdefault(test.caution, []).append(test.id)
    return [f" On {join_words(names)}: {text}" for text, names in by.items()]


def _authors(matrix: list[MatrixRow]) -> str:
    """Return who rated; where several did, who rated which tests, the most first."""
    by: dict[str, list[str]] = {}
    for test in matrix:
        by.setdefault(test.author, []).append(test.id)
    if len(by) < 2:
        return next(iter(by), "nobody")
    first, *others = sorted(by, key=lambda author: -len(by[author]))
    return join_words([first, *(f"{author} ({', '.join(by[author])})" for author in others)])
