"""Measure a dyad: every declared indicator as of one date, with coverage and known variance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from comity.core.period import add_months, month_of, month_text
from comity.indicators.panel import Coverage, IndicatorSeries, Observation, Panel, Status
from comity.indicators.quality import is_stale
from comity.indicators.query import MONTHS, Query, Subject, build_query, presence_query
from comity.indicators.relations import RELATIONS
from comity.indicators.sampling import LEAST_TRIALS, Sample, pooled_variance, sampling_sd
from comity.indicators.signed import combined

if TYPE_CHECKING:
    from comity.core.case import Case
    from comity.core.dyad import Direction, Dyad
    from comity.indicators.definition import IndicatorDefinition, Measure
    from comity.indicators.relations import Relation

__all__ = ["Evidence", "compile_indicator", "measure"]

_COLLECT = {
    "ballots": "comity collect un_votes",
    "alliances": "comity collect atop",
    "dyad_counts": "comity collect icews",
    "media_events": "comity collect icews",
    "transfers": "comity collect sipri_arms",
    "shared_memberships": "comity collect cow_igo",
    "trade_flows": "comity collect cow_trade",
    "disputes": "comity collect cow_mid",
    "capabilities": "comity collect cow_capabilities",
}


class Evidence(Protocol):
    """What measuring needs of a reading of the store."""

    def query(self, sql: str, params: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query over the tables."""
        ...


class _Row(NamedTuple):
    """One row of a compiled measure; see `Query`."""

    start: dt.date
    until: dt.date
    direction: str
    value: float | None
    n: int
    trials: float | None
    variance: float | None
    counted: float | None
    credibility: float | None
    records: list[str]
    further: list[str | None]
    known: dt.date
    sources: list[str]

    @property
    def sample(self) -> Sample:
        """What the variance follows from."""
        return Sample(
            self.value or 0.0, self.n, self.trials, self.variance, self.counted, self.credibility
        )

    @property
    def evidence(self) -> tuple[str, ...]:
        """Record ids, each followed by the record that it was compared with."""
        pairs = zip(self.records, self.further, strict=True)
        found = [item for pair in pairs for item in pair if item is not None]
        return tuple(dict.fromkeys(found))[:12]


class _Window(NamedTuple):
    """Days that a source covers, both included."""

    first: dt.date
    last: dt.date


def measure(
    view: Evidence,
    dyad: Dyad,
    definitions: Mapping[str, IndicatorDefinition],
    as_of: dt.date,
    *,
    lineage: Mapping[str, tuple[str, ...]],
    first: dt.date,
    case: Case | None,
) -> Panel:
    """Return the panel of a dyad.

    Each measure is one query. For each direction the first measure of an indicator that yields
    anything is used; what further ones yield is kept as alternates. Outside the coverage of a
    source there is no value; inside it, an empty period is 0 only where the indicator declares so.

    Parameters
    ----------
    view : Evidence
        Tables as they were publicly known on `as_of`.
    dyad : Dyad
        In the order asked; ``ab`` is from its first state to its second.
    definitions : mapping of str to IndicatorDefinition
        By id.
    as_of : datetime.date
        Last day whose knowledge is used.
    lineage : mapping of str to tuple of str
        For each state, its predecessors, with or without its own id.
    first : datetime.date
        First day of interest.
    case : Case or None
        The case of the dyad.

    Raises
    ------
    CatalogError
        If an expression is not in the language; names file and key.
    UnknownName
        If a table or a column does not exist.
    """
    subject = Subject(dyad, lineage, as_of, first, case)
    gauge = _Gauge(view, subject)
    series: list[IndicatorSeries] = []
    alternates: list[IndicatorSeries] = []
    statuses: dict[str, Status] = {}
    gaps: dict[str, str] = {}
    for name, definition in sorted(definitions.items()):
        used: dict[Direction, IndicatorSeries] = {}
        for place in range(len(definition.measures)):
            for found in gauge.series(definition, place):
                if found.direction in used or "mutual" in used:
                    alternates.append(found)
                else:
                    used[found.direction] = found
        series += used.values()
        statuses[name] = _status(list(used.values()), as_of)
        if not used:
            gaps[name] = _gap(definition, subject)
    return Panel(dyad, as_of, tuple(series), definitions, statuses, gaps, tuple(alternates))


def compile_indicator(
    definition: IndicatorDefinition, subject: Subject
) -> list[tuple[str, tuple[object, ...]]]:
    """Return the SQL and the bound values of each measure of an indicator, without running it."""
    queries = [
        build_query(item, subject, _where(definition, place))
        for place, item in enumerate(definition.measures)
    ]
    return [(query.sql, query.parameters) for query in queries]


def _where(definition: IndicatorDefinition, place: int) -> str:
    file = definition.id.lower().replace("-", "_")
    return f"indicators/{file}.yml, measure {place + 1}"


class _Gauge:
    """Runs measures for one subject and remembers what tables cover."""

    def __init__(self, view: Evidence, subject: Subject) -> None:
        self._view = view
        self._subject = subject
        self._presence: dict[str, tuple[Any, ...]] = {}
        self._filled: dict[str, bool] = {}

    def series(self, definition: IndicatorDefinition, place: int) -> list[IndicatorSeries]:
        """Return the series of one measure, by direction; those without any value are left out.

        So are those in which coded evidence never shows a single record: that is silence, and no
        measured zero.
        """
        item = definition.measures[place]
        query = build_query(item, self._subject, _where(definition, place))
        rows = [_Row(*row) for row in self._view.query(query.sql, query.parameters)]
        pooled = pooled_variance([row.sample for row in rows if row.value is not None])
        by_direction: dict[Direction, list[Observation]] = {}
        for direction in _directions(item):
            window = self._window(query.relation, item, direction)
            mine = [row for row in rows if row.direction == direction]
            fills = definition.absent == "zero" and query.fills
            if item.direction == "signed" and not mine and not rows:
                fills = False
            by_direction[direction] = _observations(
                item, mine, pooled, window, self._subject.as_of, fills=fills
            )
        if item.direction == "signed":
            by_direction = {"mutual": combined(by_direction, query.value.combine, item)}
        sources = tuple(sorted({name for row in rows for name in row.sources}))
        return [
            _as_series(definition, place, direction, found, query, sources)
            for direction, found in by_direction.items()
            if found and (not query.relation.is_cited or any(item.n for item in found))
        ]

    def _window(self, relation: Relation, item: Measure, direction: Direction) -> _Window | None:
        """Return the days in which absence can be told from silence; None if there are none."""
        subject = self._subject
        first = max(subject.first, _since(item)) if item.since else subject.first
        if relation.is_cited:
            case = subject.case
            if case is None or not self._case_fills(relation):
                return None
            return _Window(max(first, case.start), min(subject.as_of, case.information_cut_off))
        row = self._covered(relation)
        if row[0] is None or not _covers(row[2:], direction):
            return None
        return _Window(max(first, row[0]), min(subject.as_of, row[1] - dt.timedelta(days=1)))

    def _covered(self, relation: Relation) -> tuple[Any, ...]:
        if relation.name not in self._presence:
            sql, parameters = presence_query(relation, self._subject)
            self._presence[relation.name] = self._view.query(sql, parameters)[0]
        return self._presence[relation.name]

    def _case_fills(self, relation: Relation) -> bool:
        table = relation.tables[0]
        if table not in self._filled:
            sql = f'SELECT count(*) FROM "{table}" WHERE source = $1'
            self._filled[table] = self._view.query(sql, [self._subject.case_source])[0][0] > 0
        return self._filled[table]


def _covers(flags: Sequence[bool], direction: Direction) -> bool:
    a_acts, a_receives, b_acts, b_receives = flags
    match direction:
        case "ab":
            return a_acts and b_receives
        case "ba":
            return b_acts and a_receives
    return (a_acts and b_receives) or (b_acts and a_receives)


def _directions(item: Measure) -> tuple[Direction, ...]:
    match item.direction:
        case "mutual":
            return ("mutual",)
        case "ab":
            return ("ab",)
        case "ba":
            return ("ba",)
    return ("ab", "ba")


def _observations(
    item: Measure,
    rows: Sequence[_Row],
    pooled: float | None,
    window: _Window | None,
    as_of: dt.date,
    *,
    fills: bool,
) -> list[Observation]:
    """Return the values of one direction; zeros where absence is known to mean zero.

    A period that is not over ends with the month in which knowledge ends. A count over half a
    period is not half the count: of these, unfinished periods are left out.
    """
    months = MONTHS[item.by]
    limit = add_months(as_of if window is None else window.last, 1)
    counts = fills and item.kind == "flow"
    found: dict[dt.date, Observation] = {}
    for row in rows:
        too_early = bool(item.since) and row.start < _since(item)
        too_few = row.trials is not None and row.trials < LEAST_TRIALS
        unfinished = row.start >= limit or (counts and row.until > _after(window, limit))
        if row.value is None or too_early or too_few or unfinished:
            continue
        end = min(row.until, limit)
        known = min(max(row.known, end if counts else row.known), as_of)
        found[row.start] = Observation(
            row.start, end, _label(row.start, end), float(row.value),
            sampling_sd(item, row.sample, pooled), row.n, row.evidence, known,
        )  # fmt: skip
    if fills and window is not None:
        sd = sampling_sd(item, Sample(0.0, 0), pooled)
        for start, until in _periods(window, months):
            if start in found or (counts and until > _after(window, limit)):
                continue
            end = min(until, limit)
            found[start] = Observation(
                start, end, _label(start, end), 0.0, sd, 0, (), min(end, as_of)
            )
    return [found[start] for start in sorted(found)]


def _since(item: Measure) -> dt.date:
    return dt.date.fromisoformat((item.since + "-01-01")[:10])


def _after(window: _Window | None, limit: dt.date) -> dt.date:
    """Return the first day that is not known about."""
    return limit if window is None else window.last + dt.timedelta(days=1)


def _periods(window: _Window, months: int) -> list[tuple[dt.date, dt.date]]:
    """Return the periods that begin inside a window."""
    start = add_months(window.first, -((window.first.month - 1) % months))
    if start < window.first:
        start = add_months(start, months)
    found = []
    while start <= window.last:
        until = add_months(start, months)
        found.append((start, until))
        start = until
    return found


def _label(start: dt.date, end: dt.date) -> str:
    """Return the year, or the last month of any other period."""
    whole_year = start.month == 1 and end == dt.date(start.year + 1, 1, 1)
    return f"{start.year:04d}" if whole_year else month_text(month_of(end) - 1)


def _as_series(
    definition: IndicatorDefinition,
    place: int,
    direction: Direction,
    found: list[Observation],
    query: Query,
    sources: tuple[str, ...],
) -> IndicatorSeries:
    item = definition.measures[place]
    last = found[-1].end - dt.timedelta(days=1)
    return IndicatorSeries(
        definition=definition,
        direction=direction,
        unit=item.unit,
        transform=item.transform,
        comparable=item.comparable,
        observations=tuple(found),
        coverage=Coverage(found[0].start, last, len(found)),
        table=query.relation.name,
        sources=sources,
        kind=item.kind,
        months=query.months,
        measure=place,
    )


def _status(used: Sequence[IndicatorSeries], as_of: dt.date) -> Status:
    if not used:
        return "no_data"
    if all(is_stale(series, as_of) for series in used):
        return "stale"
    coded = (RELATIONS[item.table].is_cited and item.table != "values" for item in used)
    return "coded" if all(coded) else "measured"


def _gap(definition: IndicatorDefinition, subject: Subject) -> str:
    if definition.no_data:
        return f"{definition.name}: not computed yet. {definition.no_data}"
    tables = sorted({item.table for item in definition.measures})
    hints = [_collect_hint(item.table) for item in definition.measures]
    told = "; ".join(dict.fromkeys(hint for hint in hints if hint))
    known = (
        f"no row about {subject.dyad} in {', '.join(tables)} that was public on {subject.as_of}"
        " meets its rules"
    )
    return f"{definition.name}: {known}.{f' To fill it: {told}.' if told else ''}"


def _collect_hint(table: str) -> str:
    stored = RELATIONS[table].tables[0]
    return _COLLECT.get(stored, f"add rows of {stored} to a case folder or with comity admit")
