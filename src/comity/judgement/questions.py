"""Questions that a register can answer on a day, with a probability from the record."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from comity.core.errors import UnknownName
from comity.core.period import add_months
from comity.indicators.expressions import Parameters, Scope, compile_filter
from comity.indicators.relations import relation_named
from comity.judgement.outlook_parts import Question
from comity.judgement.question_definitions import (
    ByFutures,
    ByItems,
    ByRecords,
    BySteps,
    ByWindows,
    QuestionDefinition,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.core.dyad import Dyad
    from comity.judgement.context import Context
    from comity.models.outlook import Futures

__all__ = ["answer"]

_FEWEST = 4  # past cases below which no base rate is given
_CITED = 6


class _Answer(NamedTuple):
    p: float | None
    lo80: float | None
    hi80: float | None
    n: int | None
    hits: int | None
    method: str
    evidence: list[str]


def answer(
    question: QuestionDefinition,
    context: Context,
    futures: Futures | None,
    order: Dyad,
) -> Question | None:
    """Return the question with its probability; None where this dyad has nothing of what it needs.

    A base rate is the mean of Jeffreys' posterior, (hits + 1/2) / (n + 1), with its 80 % interval;
    with fewer than four past cases no probability is given, and the method says so.

    Parameters
    ----------
    question : QuestionDefinition
        As declared.
    context : Context
        The dyad and its evidence.
    futures : Futures or None
        What may come, if anything can be forecast.
    order : Dyad
        Which state the question calls a and A, and which b and B.

    Raises
    ------
    CatalogError, UnknownName
        If a rule names a table, column or indicator that does not exist.
    """
    found = _answered(question, context, futures, order)
    names = {"a": context.names[order.a], "b": context.names[order.b]}
    if found is None:
        return None
    said = None if found.p is None else context.likelihood(found.p)
    return Question(
        id=question.id,
        text=question.text.format_map(names),
        criteria=question.criteria.format_map(names),
        source=question.source.format_map(names),
        void=question.void.format_map(names),
        months=question.months,
        resolves_on=_resolves_on(context.as_of, question.months).isoformat(),
        probability=None if said is None else said.p,
        word=None if said is None else said.word,
        # what is said is never 0 or 1: the interval holds what is said
        lo80=None if found.lo80 is None or said is None else min(round(found.lo80, 3), said.p),
        hi80=None if found.hi80 is None or said is None else max(round(found.hi80, 3), said.p),
        n=found.n,
        hits=found.hits,
        method=found.method,
        author=question.author,
        evidence=context.book.cite(found.evidence, limit=_CITED),
    )


def _resolves_on(as_of: dt.date, months: int) -> dt.date:
    month = add_months(as_of.replace(day=1), months)
    last = (add_months(month, 1) - dt.timedelta(days=1)).day
    return month.replace(day=min(as_of.day, last))


def _answered(
    question: QuestionDefinition,
    context: Context,
    futures: Futures | None,
    order: Dyad,
) -> _Answer | None:
    rule = question.probability
    if isinstance(rule, ByFutures):
        return _by_futures(rule, futures, question.months, _turn(context, order))
    if isinstance(rule, BySteps):
        return _by_steps(rule, context, question.months, _turn(context, order))
    register = _Register(context, question.id, order)
    if isinstance(rule, ByRecords):
        return _by_records(rule, register)
    if isinstance(rule, ByItems):
        return _by_items(rule, register, question.months, _last_coded(context))
    return _by_windows(rule, register, question.months, _last_coded(context))


def _turn(context: Context, order: Dyad) -> float:
    """Return -1 where the question calls the states the other way round than was asked."""
    return 1.0 if order.a == context.dyad.a else -1.0


def _by_futures(
    rule: ByFutures, futures: Futures | None, months: int, turn: float
) -> _Answer | None:
    if futures is None or rule.reading not in futures.changes:
        return None
    at = futures.horizons.index(months)
    if not futures.due[rule.reading][at]:
        why = f"no value of {rule.reading} is due within {months} months, so that its line stands"
        return _Answer(None, None, None, None, None, f"No probability: {why}.", [])
    change, level = futures.changes[rule.reading][at], futures.lines[rule.reading][at]
    if rule.reading == "asymmetry":
        change, level = turn * change, turn * level
    bound = 0.0 if rule.level is None else rule.level
    holds = {
        "higher": change > 0,
        "lower": change < 0,
        "above": level > bound,
        "below": level < bound,
    }[rule.is_]
    by_parameter = holds.mean(axis=1)
    lo, hi = np.quantile(by_parameter, [0.1, 0.9]).tolist()
    end = "" if rule.level is None else f" {bound:g}"
    text = (
        f"Share of {holds.size:,} simulated futures in which the line of {rule.reading} is "
        f"{rule.is_}{end} after {months} months; the interval is over "
        f"{holds.shape[0]} draws of the parameters."
    )
    p = float(by_parameter.mean())
    return _Answer(p, min(lo, p), max(hi, p), None, None, text, [])


def _by_steps(rule: BySteps, context: Context, months: int, turn: float) -> _Answer | None:
    panel = context.panel
    if rule.indicator not in panel.definitions:
        raise UnknownName("indicator of a question", rule.indicator, panel.definitions)
    fits = (each for each in panel.of(rule.indicator) if each.table == rule.table)
    series = next((each for each in fits if each.direction == "mutual"), None)
    if series is None:
        return None
    measures = series.definition.measures
    is_balance = any(each.table == rule.table and each.direction == "signed" for each in measures)
    sign = turn if is_balance else 1.0
    seen = {each.end: each for each in series.observations}
    moves: list[tuple[dt.date, float]] = []
    evidence: list[str] = []
    for end, last in sorted(seen.items(), reverse=True):
        before = seen.get(add_months(end, -months))
        # spans that overlap would tell of the same months twice
        if before is not None and (not moves or end <= moves[-1][0]):
            moves.append((before.end, sign * (last.value - before.value)))
            evidence += last.evidence[:1]
    up = rule.is_ == "higher"
    hits = sum(move > 0 if up else move < 0 for _, move in moves)
    what = f"{series.definition.name} was {rule.is_} at the end than at the start"
    return _rate(hits, len(moves), f"past spans of {months} months in which {what}", evidence)


def _last_coded(context: Context) -> dt.date:
    """Return the last day of past spans: what came after the coder's last day is not listed."""
    coded = context.as_of if context.case is None else context.case.information_cut_off
    return min(context.as_of, coded)


def _by_windows(rule: ByWindows, register: _Register, months: int, last: dt.date) -> _Answer | None:
    lists = ((rule.table, rule.where), *((each.table, each.where) for each in rule.also))
    if not all(register.holds(table) for table, _ in lists):
        return None
    rows = [row for table, where in lists for row in register.rows(table, where)]
    rows.sort(key=lambda row: (row["occurred_from"], row["record_id"]))
    days = [row["occurred_from"] for row in rows]
    if rule.also:
        days = sorted(set(days))
    hits = count = 0
    end = last + dt.timedelta(days=1)
    while (start := _resolves_on(end, -months)) >= rule.since:
        hits += sum(start <= day < end for day in days) >= rule.at_least
        count += 1
        end = start
    which = "such a record" if rule.at_least == 1 else f"{rule.at_least} such records or more"
    reach = f"from {end} to {last}" if count else f"since {rule.since}"
    what = f"spans of {months} months {reach} with {which}"
    return _rate(hits, count, what, [row["record_id"] for row in reversed(rows)])


def _by_records(rule: ByRecords, register: _Register) -> _Answer | None:
    if not register.holds(rule.table):
        return None
    rows = register.rows(rule.table, rule.where)
    good = {
        row["record_id"] for row in register.rows(rule.table, f"({rule.where}) and ({rule.then})")
    }
    hits = sum(row["record_id"] in good for row in rows)
    ids = [row["record_id"] for row in reversed(rows)]
    return _rate(hits, len(rows), "past cases that came out so", ids)


def _by_items(rule: ByItems, register: _Register, months: int, last: dt.date) -> _Answer | None:
    if not register.holds(rule.table):
        return None
    opened, done, ended = (
        _firsts(register.rows(rule.table, f"({rule.where}) and ({part})"))
        for part in (rule.opened, rule.done, rule.ended)
    )
    hits = count = 0
    evidence: list[str] = []
    end = last + dt.timedelta(days=1)
    while opened and end >= min(day for day, _ in opened.values()):
        start = _resolves_on(end, -months)
        for item, (day, _) in opened.items():
            closed = min(
                (part[item][0] for part in (done, ended) if item in part), default=dt.date.max
            )
            if day >= start or closed < start:
                continue
            count += 1
            if item in done and start <= done[item][0] < end:
                hits += 1
                evidence.append(done[item][1])
        end = start
    what = f"pairs of an open item and a span of {months} months up to {last} in which it was done"
    return _rate(hits, count, what, evidence)


def _firsts(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[dt.date, str]]:
    found: dict[str, tuple[dt.date, str]] = {}
    for row in rows:
        found.setdefault(row["item_id"], (row["occurred_from"], row["record_id"]))
    return found


def _rate(hits: int, n: int, what: str, evidence: list[str]) -> _Answer:
    counted = f"{hits} of {n} {what}"
    if n < _FEWEST:
        text = f"No probability: {counted}; fewer than {_FEWEST} past cases say too little."
        return _Answer(None, None, None, n, hits, text, evidence)
    from scipy.special import betaincinv  # noqa: PLC0415 -- slow to import

    lo, hi = betaincinv(hits + 0.5, n - hits + 0.5, [0.1, 0.9]).tolist()
    p = (hits + 0.5) / (n + 1)
    text = f"Base rate: {counted}; Jeffreys interval."
    return _Answer(p, min(lo, p), max(hi, p), n, hits, text, evidence)


class _Register:
    """Rows of one dyad in the stored tables, through the filter language of indicators."""

    def __init__(self, context: Context, where: str, order: Dyad) -> None:
        self._context = context
        self._where = where
        self._order = order

    def holds(self, table: str) -> bool:
        """Return whether the register has any row of the dyad."""
        return bool(self.rows(table, "", limit=1))

    def rows(self, table: str, where: str, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the dyad's rows that satisfy a filter, in order of time.

        Raises
        ------
        CatalogError, UnknownName
            If table, column or filter cannot be meant.
        """
        context, key = self._context, f"question {self._where}"
        columns = relation_named(table, key).columns
        values = Parameters()
        a, b = (tuple(context.lineage[each]) for each in (self._order.a, self._order.b))
        states = {"A": a, "B": b, "THIRD": (), "MAIN": ()}
        own = [name for name in columns if name not in {"verified", "speaker_state"}]
        scope = Scope(key, table, {name: columns[name] for name in own}, states, values)
        hit = compile_filter(where, scope)
        if table == "events":
            first, second = values.members(a), values.members(b)
            mine = (
                f"(h.actor IN {first} AND h.recipient IN {second}"
                f" OR h.actor IN {second} AND h.recipient IN {first})"
            )
        else:
            mine = f"h.source IN {values.members(tuple(context.sources))}"
        cut = "" if limit is None else f" LIMIT {limit}"
        return context.view.rows(
            f"SELECT h.* FROM {table} h WHERE {mine} AND ({hit}) "
            f"ORDER BY h.occurred_from, h.record_id{cut}",
            values.values,
        )
