"""Read every discriminating test from the record, by its declared rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from comity.core.dyad import Dyad
from comity.core.reading_rules import (
    AroundRule,
    CoMovementRule,
    DecayRule,
    ParallelRule,
    PromiseRule,
    RowsRule,
    YearlyRule,
)
from comity.indicators.query import Subject
from comity.judgement.deliveries import load_grading
from comity.judgement.rivals.finding import Finding, merged
from comity.judgement.rivals.paths import Course, around, co_movement, parallel, yearly
from comity.judgement.rivals.registers import (
    Field,
    decay_findings,
    promise_findings,
    row_findings,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.core.framework import DiscriminatingTest
    from comity.core.reading_rules import ReadingRule
    from comity.judgement.context import Context
    from comity.judgement.ledger_items import TrackedItem
    from comity.judgement.rivals.finding import Weighing
    from comity.models._protocol import Readings

__all__ = ["case_order", "field_of", "observe", "subject_of"]


def case_order(context: Context) -> Dyad:
    """Return the dyad in the order of its case: that of hypotheses, tests and registers."""
    return context.case.states if context.case is not None else context.dyad


def subject_of(context: Context) -> Subject:
    """Return whose registers are read: the dyad in the order of its case."""
    lineage = {state: tuple(ids) for state, ids in context.lineage.items()}
    first = context.case.start if context.case else context.as_of
    return Subject(case_order(context), lineage, context.as_of, first, context.case)


def field_of(
    context: Context,
    weighing: Weighing,
    spans: Sequence[tuple[dt.date, dt.date]],
    items: Sequence[TrackedItem] = (),
    catalogs: Sequence[Path] = (),
) -> Field:
    """Return where findings are looked for: the dyad's registers and the ledger's items."""
    return Field(
        context.view, subject_of(context), weighing, (), spans, items=items,
        grading=load_grading(catalogs),
    )  # fmt: skip


def observe(
    tests: Mapping[str, DiscriminatingTest],
    context: Context,
    readings: Readings,
    field: Field,
) -> list[Finding]:
    """Return the findings of all tests; those of one opportunity and group are one finding.

    Parameters
    ----------
    tests : mapping of str to DiscriminatingTest
        With their rules.
    context : Context
        The dyad and its evidence as of the day.
    readings : Readings
        With draws, as of the day.
    field : Field
        Where register rows are looked for, and whose are left out.
    """
    crises = field.rows("stress_tests", {"where": "not is_alternative_coding"}, "crises")
    course = Course(
        readings=readings,
        panel=context.panel,
        case=context.case,
        comparison=context.comparison,
        truth=field.weighing.series_truth,
        crises=[(row["occurred_from"], str(row["crisis_id"])) for row in crises],
        flipped=context.dyad.a != field.subject.dyad.a,
    )
    found = [
        each
        for test in tests.values()
        for rule in test.read
        for each in _read(test.id, rule, field, course)
        if each.day <= context.as_of
    ]
    shared = {name: test.opportunity for name, test in tests.items()}
    return merged(_dated(found, field.spans), shared)


def _dated(findings: Sequence[Finding], spans: Sequence[tuple[dt.date, dt.date]]) -> list[Finding]:
    """Return findings whose group is one of its period: a matter may be told of in several."""
    made = []
    for each in findings:
        at = next((index for index, (a, b) in enumerate(spans) if a <= each.day < b), -1)
        made.append(replace(each, group=f"{at}|{each.group}"))
    return made


def _read(test: str, rule: ReadingRule, field: Field, course: Course) -> list[Finding]:
    if isinstance(rule, RowsRule | PromiseRule | DecayRule):
        readers = {RowsRule: row_findings, PromiseRule: promise_findings, DecayRule: decay_findings}
        return readers[type(rule)](test, rule, field)  # type: ignore[operator,no-any-return]
    courses = {
        CoMovementRule: co_movement,
        AroundRule: around,
        YearlyRule: yearly,
        ParallelRule: parallel,
    }
    return courses[type(rule)](test, rule, course)  # type: ignore[operator,no-any-return]
