"""One measure of one dyad as one SQL query, over all its periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.core.period import add_months
from comity.indicators.aggregates import Value, compile_value
from comity.indicators.expressions import Parameters, Scope, compile_filter, names_in
from comity.indicators.relations import Relation, relation_named

if TYPE_CHECKING:
    from comity.core.case import Case
    from comity.core.dyad import Dyad
    from comity.indicators.definition import Measure

__all__ = ["EVIDENCE", "MONTHS", "Query", "Subject", "build_query", "presence_query"]

EVIDENCE = 12
"""Most records named behind one observation; `n` keeps the true number."""

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "session": 12}
"""Length of a period. [months]"""


@dataclass(frozen=True)
class Subject:
    """Who is measured, and on what knowledge.

    Parameters
    ----------
    dyad : Dyad
        In the order asked.
    lineage : mapping of str to tuple of str
        For each state, its own id and those of its predecessors.
    as_of : datetime.date
        Last day whose knowledge is used.
    first : datetime.date
        First day of interest.
    case : Case or None
        The case of the dyad, if there is one.
    """

    dyad: Dyad
    lineage: Mapping[str, tuple[str, ...]]
    as_of: dt.date
    first: dt.date
    case: Case | None

    @property
    def states(self) -> dict[str, tuple[str, ...]]:
        """What ``A``, ``B``, ``THIRD`` and ``MAIN`` stand for."""
        a, b = self.dyad.a, self.dyad.b
        third = self.case.third_parties if self.case else []
        return {
            "A": tuple(dict.fromkeys((a, *self.lineage.get(a, ())))),
            "B": tuple(dict.fromkeys((b, *self.lineage.get(b, ())))),
            "THIRD": tuple(dict.fromkeys(party.id for party in third)),
            "MAIN": tuple(party.id for party in third[:1]),
        }

    @property
    def case_source(self) -> str:
        """Name under which the rows of the case are stored."""
        return f"case:{self.case.id}" if self.case else ""

    @property
    def registers(self) -> tuple[str, ...]:
        """Sources whose registers belong to the dyad: its case, and the user's own rows."""
        own = f"user:{self.dyad.key.lower()}"
        return (self.case_source, own) if self.case else (own,)

    @property
    def has_hindsight(self) -> bool:
        """Whether all that the case knows may be used, so that grades may rest on it."""
        return self.case is None or self.as_of >= self.case.information_cut_off


@dataclass(frozen=True)
class Query:
    """A compiled measure.

    Rows are ``start, until, direction, value, n, trials, variance, count, credibility, records,
    further records, known from, sources``, ordered by direction and time. ``fills`` says whether an
    empty period has the value 0 if absence means zero; a share or a mean of nothing has none.
    """

    sql: str
    parameters: tuple[object, ...]
    relation: Relation
    value: Value
    months: int
    fills: bool


class Binder(dict[str, str]):
    """Fill the placeholders of a relation, binding only what is used."""

    def __init__(self, subject: Subject, parameters: Parameters) -> None:
        super().__init__()
        self._subject, self._parameters = subject, parameters

    def __missing__(self, key: str) -> str:
        add, states = self._parameters.add, self._subject.states
        match key:
            case "A" | "B" | "THIRD":
                return self._parameters.members(states[key])
            case "A_items" | "B_items":
                return ", ".join(add(item) for item in states[key[0]])
            case "registers":
                return self._parameters.members(self._subject.registers)
            case "case_a" | "case_b":
                pair = self._subject.case.states if self._subject.case else self._subject.dyad
                return f"CAST({add(pair.a if key == 'case_a' else pair.b)} AS VARCHAR)"
            case "credibility":
                columns = ["credibility_now", "credibility_at_date"]
                ordered = columns if self._subject.has_hindsight else columns[::-1]
                return f"coalesce({ordered[0]}, {ordered[1]})"
        raise KeyError(key)


def build_query(measure: Measure, subject: Subject, where: str) -> Query:
    """Compile a measure for a dyad.

    Parameters
    ----------
    measure : Measure
        As declared.
    subject : Subject
        Whose, and as of when.
    where : str
        File and key, for errors.

    Raises
    ------
    CatalogError
        If an expression is not in the language.
    UnknownName
        If a table or a column does not exist; names file and key.
    """
    relation = relation_named(measure.table, f"{where}, key table")
    parameters = Parameters()
    binder = Binder(subject, parameters)

    def scope(key: str) -> Scope:
        return Scope(f"{where}, key {key}", relation.name, relation.columns,
                     subject.states, parameters)  # fmt: skip

    asserted = _asserted(relation, measure)
    hit = compile_filter(measure.where, scope("where")) + asserted
    exposed = "FALSE"
    if measure.exposure:
        exposed = compile_filter(measure.exposure, scope("exposure")) + asserted
    source = relation.sql.format_map(binder)
    member, direction = _belongs(relation, measure, binder)
    value = compile_value(
        measure.value, scope("value"), exposure="h.q_exposed" if measure.exposure else ""
    )
    count = "NULL"
    if measure.count_of:
        count = compile_value(measure.count_of, scope("count_of")).sql
    months = MONTHS[measure.by]
    sql = f"""WITH base AS (
  SELECT h.*, {direction} AS q_dir, {_unit(relation)} AS q_unit, {_credibility(relation)} AS q_cred,
    {relation.binding.rank} AS q_rank, {_also(relation)} AS q_second, ({hit}) AS q_hit,
    ({exposed}) AS q_exposed, h.source AS q_source
  FROM ({source}) h WHERE ({member})
    AND h.occurred_from < {_date(parameters, subject.as_of)} + 1
),
grid AS ({_grid(measure, subject, parameters, months)}),
placed AS (
  SELECT h.*, g.q_start, g.q_until, {_weight(relation, value)} AS q_w
  FROM base h JOIN grid g ON {_join(relation, value, measure)}
  WHERE h.q_dir IS NOT NULL AND (h.q_hit OR h.q_exposed)
),
reports AS (
  SELECT h.*, row_number() OVER (PARTITION BY q_start, q_dir, q_unit
    ORDER BY q_hit DESC, q_cred, q_rank DESC, record_id) = 1 AS q_u
  FROM placed h
)
SELECT h.q_start, h.q_until, h.q_dir, CAST({value.sql} AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST({value.trials or "NULL"} AS DOUBLE) AS trials,
  {f"var_samp({value.scalar}) FILTER (WHERE h.q_hit AND h.q_u)" if value.scalar else "NULL"} AS var,
  CAST({count} AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY {_order(value)})[1:{_cap(value)}] AS records,
  list(h.q_second ORDER BY {_order(value)})[1:{_cap(value)}] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start"""
    fills = not (value.trials or value.scalar or measure.count_of or value.sql.startswith("last("))
    return Query(sql, tuple(parameters.values), relation, value, months, fills)


def presence_query(relation: Relation, subject: Subject) -> tuple[str, list[object]]:
    """Return a query for the span of a publisher's table and whether it covers both states.

    The row is ``first, last, a as actor, a as recipient, b as actor, b as recipient``.
    """
    parameters = Parameters()
    table = relation.tables[-1] if relation.name == "ballot_pairs" else relation.tables[0]
    flags = "TRUE, TRUE, TRUE, TRUE"
    if relation.binding.presence is not None:
        actor, recipient = relation.binding.presence
        flags = ", ".join(
            f"coalesce(bool_or({column} IN {parameters.members(subject.states[state])}), FALSE)"
            for state in "AB"
            for column in (actor, recipient)
        )
    sql = f'SELECT min(occurred_from), max(occurred_to), {flags} FROM "{table}"'
    if relation.binding.covers:
        sql += f" WHERE {relation.binding.covers}"
    return sql, parameters.values


def _belongs(relation: Relation, measure: Measure, binder: Binder) -> tuple[str, str]:
    """Return whether a row is about the dyad, and its direction; binds only what is used.

    Coded rows count only from the registers of the dyad: those of another case were chosen for what
    they say about that other dyad.
    """
    binding = relation.binding
    mutual = measure.direction == "mutual"
    told = "'mutual'" if mutual and binding.member else binding.direction.format_map(binder)
    member = binding.member.format_map(binder) if binding.member else f"({told}) IS NOT NULL"
    if relation.is_cited:
        member = f"({member}) AND h.source IN {binder['registers']}"
    return member, "'mutual'" if mutual else told


def _asserted(relation: Relation, measure: Measure) -> str:
    """Only deeds count, unless the measure itself speaks of modality."""
    used = names_in(measure.where) | names_in(measure.value) | names_in(measure.exposure)
    if not relation.has_modality or "modality" in used:
        return ""
    return " AND coalesce(h.modality = 'asserted', TRUE)"


def _unit(relation: Relation) -> str:
    if "independence_group" not in relation.columns:
        return "h.record_id"
    # One report is one act as told by one group: other acts of the same page are other reports.
    return "coalesce(h.independence_group || '|' || h.occurred_from, h.record_id)"


def _credibility(relation: Relation) -> str:
    return "h.q_credibility" if relation.is_cited else "NULL"


def _also(relation: Relation) -> str:
    return "h.q_also" if relation.name == "ballot_pairs" else "NULL"


def _date(parameters: Parameters, day: dt.date) -> str:
    return f"CAST({parameters.add(day.isoformat())} AS DATE)"


def _grid(measure: Measure, subject: Subject, parameters: Parameters, months: int) -> str:
    first = add_months(subject.first, -((subject.first.month - 1) % months))
    start = f"CAST(t AS DATE) AS q_start, CAST(t + INTERVAL {months} MONTH AS DATE) AS q_until"
    origin = (
        f"CAST(t - INTERVAL {measure.window - months} MONTH AS DATE)"
        if measure.window > months
        else "CAST(t AS DATE)"
    )
    return (
        f"SELECT {start}, {origin} AS q_origin FROM generate_series("
        f"{_date(parameters, first)}, {_date(parameters, subject.as_of)}, "
        f"INTERVAL {months} MONTH) AS g(t)"
    )


def _join(relation: Relation, value: Value, measure: Measure) -> str:
    if value.reach == "history":
        limit = " AND h.occurred_from >= g.q_origin" if measure.window else ""
        return f"h.occurred_from < g.q_until{limit}"
    if relation.binding.timing == "midpoint":
        middle = "(h.occurred_from + CAST((h.occurred_to - h.occurred_from - 1) // 2 AS INTEGER))"
        return f"{middle} >= g.q_origin AND {middle} < g.q_until"
    return "h.occurred_from < g.q_until AND h.occurred_to > g.q_origin"


def _weight(relation: Relation, value: Value) -> str:
    overlap = "(least(h.occurred_to, g.q_until) - greatest(h.occurred_from, g.q_origin))"
    if value.reach == "history" or relation.binding.timing == "midpoint":
        return "CAST(1 AS DOUBLE)"
    whole = (
        "(h.occurred_to - h.occurred_from)"
        if relation.binding.timing == "spread"
        else "(g.q_until - g.q_origin)"
    )
    return f"CAST({overlap} AS DOUBLE) / {whole}"


def _order(value: Value) -> str:
    if value.reach == "history":
        return "h.q_hit DESC, h.occurred_from DESC, h.public_from DESC, h.record_id DESC"
    return "h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id"


def _cap(value: Value) -> int:
    return 1 if value.sql.startswith("last(") else EVIDENCE
