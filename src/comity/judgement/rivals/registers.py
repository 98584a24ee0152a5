"""Findings from rows of registers and from the ledger of promised items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.core.period import add_months, window_over
from comity.indicators.register_rows import flagged_rows
from comity.judgement.book import describe
from comity.judgement.deliveries import load_grading
from comity.judgement.rivals.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from comity.core.case import Case
    from comity.core.reading_rules import DecayRule, PromiseRule, RowsRule
    from comity.evidence.store import EvidenceView
    from comity.indicators.query import Subject
    from comity.judgement.deliveries import Grading
    from comity.judgement.ledger_items import TrackedItem
    from comity.judgement.rivals.finding import Weighing

__all__ = ["Field", "decay_findings", "promise_findings", "row_findings"]

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
_ASKED = ("requested", "claimed", "contracted", "paid", "in_production")
_ARRIVED = ("delivered", "operational")
_LEAST_MONTHS = 12  # a shorter part of a period is no opportunity to deliver


@dataclass(frozen=True)
class Field:
    """Where findings are looked for: the store, the dyad, and whose words are left out.

    Parameters
    ----------
    view : EvidenceView
        The store as of the day.
    subject : Subject
        The dyad in the order of its case.
    weighing : Weighing
        Declared doubts.
    distrusted : collection of str
        Outlets whose rows are left out.
    spans : sequence of (datetime.date, datetime.date)
        The periods judged, half-open.
    seen : dict
        Rows already read, by what was asked: shared between fields of one dyad and day.
    items : sequence of TrackedItem
        The ledger as the whole assessment has it, without the rows of distrusted outlets.
    grading : Grading
        How grades read as probabilities.
    """

    view: EvidenceView
    subject: Subject
    weighing: Weighing
    distrusted: Collection[str] = ()
    spans: Sequence[tuple[dt.date, dt.date]] = ()
    seen: dict[tuple[object, ...], Rows] = field(default_factory=dict)
    items: Sequence[TrackedItem] = ()
    grading: Grading = field(default_factory=load_grading)

    @property
    def case(self) -> Case | None:
        """The case of the dyad."""
        return self.subject.case

    def rows(self, table: str, flags: dict[str, str], place: str) -> Rows:
        """Return flagged rows of a register without those of distrusted outlets."""
        asked = (table, *flags.items())
        if asked not in self.seen:
            self.seen[asked] = flagged_rows(self.view, self.subject, table, flags, place)
        found = self.seen[asked]
        return [row for row in found if row.get("outlet") not in self.distrusted]

    def truth(self, row: Row) -> float:
        """Return the probability that a row is right, from its grade; at least a coin."""
        credibility = row.get("q_credibility", row.get("credibility_now"))
        if row.get("reliability") is None and credibility is None:
            return self.weighing.series_truth
        return max(self.grading.probability(row.get("reliability"), credibility), 0.5)


def row_findings(test: str, rule: RowsRule, field: Field) -> list[Finding]:
    """Return a finding for every row in which the thing was seen or was absent."""
    flags = {
        "where": rule.where,
        "q_present": rule.present,
        "q_absent": rule.absent,
        "q_unsettled": rule.unsettled,
        "q_doubtful": rule.doubtful,
    }
    kinds = field.case.crisis_kinds if field.case else {}
    found = []
    for row in field.rows(rule.table, flags, f"tests/{test}.yml"):
        if rule.crises and kinds.get(str(row.get("crisis_id")), "other") not in rule.crises:
            continue
        if row["q_present"] + row["q_absent"] + row["q_unsettled"] != 1:
            continue
        if rule.months and not window_over(row["occurred_to"], rule.months, field.subject.as_of):
            continue
        truth = field.truth(row)
        if row["q_doubtful"]:
            truth = 0.5 + (truth - 0.5) * field.weighing.doubtful_share
        group = (row.get(rule.group) if rule.group else "") or row.get("independence_group")
        found.append(
            Finding(
                test=test,
                day=_middle(row),
                present=bool(row["q_present"]),
                truth=truth,
                group=f"{rule.table}:{group or row['record_id']}",
                why=describe(rule.table, row),
                records=(row["record_id"],),
                once=rule.once,
                unsettled=bool(row["q_unsettled"]),
            )
        )
    return found


def _middle(row: dict[str, Any]) -> dt.date:
    start, end = row["occurred_from"], row["occurred_to"]
    return start + (end - start - dt.timedelta(days=1)) // 2  # type: ignore[no-any-return]


# ------------------------------------------------------------------ the ledger


@dataclass(frozen=True)
class _Promise:
    """An item of the ledger: every day on which it was asked for or promised, when it arrived."""

    item: str
    name: str
    flow_class: str
    actor: str
    item_class: str
    rows: Sequence[Row]
    asked: tuple[dt.date, ...]
    arrived: dt.date | None
    cancelled: tuple[dt.date, ...]

    def open_at(self, day: dt.date) -> bool:
        """Return whether it had been asked for by a day and not been given up since."""
        asked = [each for each in self.asked if each < day]
        if not asked or (self.arrived is not None and self.arrived < day):
            return False
        return not any(asked[-1] <= each < day for each in self.cancelled)

    def last_asked(self, day: dt.date) -> dt.date:
        """Return when it was last asked for or promised before a day."""
        return max(each for each in self.asked if each < day)


def promise_findings(test: str, rule: PromiseRule, field: Field) -> list[Finding]:
    """Return a finding for every item and period in which it was open long enough to arrive."""
    promises = [each for each in _promises(field) if each.asked]
    since = _first_help(field) if rule.after_help else dt.date.min
    if since is None:
        return []
    high_end = {each.item for each in promises if _wanted(each, rule, field)}
    if rule.items == "others":
        others = [each for each in promises if each.flow_class not in rule.flow_classes]
        told = [_announced(test, rule, each, field) for each in others]
        return [each for each in told if each is not None]
    found = []
    for start, end in field.spans:
        opened, closed = max(start, since), min(end, field.subject.as_of)
        if add_months(opened, _LEAST_MONTHS) > closed:
            continue
        told = [
            _withheld(test, rule, each, (opened, closed), field)
            for each in promises
            if each.item in high_end
        ]
        found += [each for each in told if each is not None]
    return found


def _wanted(promise: _Promise, rule: PromiseRule, field: Field) -> bool:
    """Return whether the second state's wish-list names an item of a high-end class."""
    a = field.subject.states["A"]
    wanted = {
        item.id
        for wishes in (field.case.wish_lists if field.case else [])
        if wishes.supplier in a
        for item in wishes.items
    }
    return promise.item in wanted and promise.flow_class in rule.flow_classes and promise.actor in a


def _withheld(
    test: str, rule: PromiseRule, each: _Promise, span: tuple[dt.date, dt.date], field: Field
) -> Finding | None:
    """Return what an item says that was open in a period: it arrived, or was kept back."""
    start, end = span
    came = each.arrived is not None and start <= each.arrived < end
    if came and each.arrived is not None:
        if not any(day < each.arrived for day in each.asked):
            return None
        day, told, truth = each.arrived, *_arrival(each, field)
        words = f"arrival established from {each.arrived}"
    else:
        if not each.open_at(end) or add_months(each.asked[0], rule.months) > end:
            return None
        last = each.last_asked(end)
        if add_months(last, rule.alive) < end or _said_to_have_come(each, end, field):
            return None
        day, told, truth = end - dt.timedelta(days=1), each.rows, field.weighing.absence_truth
        words = f"asked for or promised from {each.asked[0]} to {last}, no arrival established"
    present = came == (rule.present == "delivered")
    if not present and not rule.both:
        return None
    return Finding(
        test, day, present, truth, f"claims:{each.item}", f"{each.name}: {words}", _ids(told)
    )


def _announced(test: str, rule: PromiseRule, each: _Promise, field: Field) -> Finding | None:
    """Return whether an item arrived within the time that its announcement gives it."""
    first = each.asked[0]
    months = rule.slow.get(each.item_class, rule.months)
    due = add_months(first, months)
    if due > field.subject.as_of or (each.arrived is not None and each.arrived < first):
        return None
    came = each.arrived is not None and each.arrived <= due
    present = came == (rule.present == "delivered")
    if not present and not rule.both:
        return None
    if not came and _said_to_have_come(each, due, field):
        return None
    told, truth = _arrival(each, field) if came else (each.rows, field.weighing.absence_truth)
    words = "arrived" if came else "not established to have arrived"
    return Finding(
        test, first, present, truth, f"claims:{each.item}",
        f"{each.name}: announced by {first}, {words} within {months} months", _ids(told),
    )  # fmt: skip


def _arrival(each: _Promise, field: Field) -> tuple[Sequence[Row], float]:
    """Return the rows that tell of an arrival and how surely the best of them is right."""
    told = [row for row in each.rows if row["state"] in _arrived_states(each.item_class)]
    return told, max(field.truth(row) for row in told)


def _said_to_have_come(each: _Promise, day: dt.date, field: Field) -> bool:
    """Return whether a report that is rather true than not tells of an arrival by a day."""
    states = _arrived_states(each.item_class)
    return any(
        row["state"] in states and row["occurred_from"] < day and field.truth(row) > 0.5
        for row in each.rows
    )


def decay_findings(test: str, rule: DecayRule, field: Field) -> list[Finding]:
    """Return whether deliveries by the first state fell after it had localised an item."""
    a, b = field.subject.states["A"], field.subject.states["B"]
    promises = _promises(field)
    arrivals = [each.arrived for each in promises if each.arrived is not None and each.actor in a]
    found = []
    for each in promises:
        told = [row for row in each.rows if row["state"] == "localised"]
        if not told or each.actor not in b:
            continue
        day = min(row["occurred_from"] for row in told)
        until = add_months(day, rule.months)
        if until > field.subject.as_of:
            continue
        before = sum(add_months(day, -rule.months) <= at < day for at in arrivals)
        after = sum(day <= at < until for at in arrivals)
        if before == after:
            continue
        found.append(
            Finding(
                test, day, after < before, max(field.truth(row) for row in told),
                f"claims:{each.item}",
                f"{each.name} localised; {before} arrivals in {rule.months} months before, "
                f"{after} after", _ids(told),
            )
        )  # fmt: skip
    return found


def _promises(field: Field) -> list[_Promise]:
    """Return the items of the ledger, each with what its track establishes."""
    classes = field.case.flow_class_by_item_class if field.case else {}
    made = []
    for item in field.items:
        item_class = str(item.named["item_class"])
        arrived = _days(item, _arrived_states(item_class))
        made.append(
            _Promise(
                item=item.id,
                name=str(item.named["item_name"]),
                flow_class=classes.get(item_class, ""),
                actor=str(item.named["actor"]),
                item_class=item_class,
                rows=item.rows,
                asked=tuple(row["occurred_from"] for row in item.rows if row["state"] in _ASKED),
                arrived=min(arrived, default=None),
                cancelled=_days(item, ("cancelled",)),
            )
        )
    return made


def _days(item: TrackedItem, states: tuple[str, ...]) -> tuple[dt.date, ...]:
    """Return the days from which an item is established to have been in one of the states."""
    return tuple(entry.span.lo for entry in item.track.path if entry.state in states)


def _arrived_states(item_class: str) -> tuple[str, ...]:
    """Return the states that mean arrival: a plant has arrived when it produces."""
    made_there = item_class == "co_production"
    return (*_ARRIVED, "localised", *(("in_production",) if made_there else ()))


def _first_help(field: Field) -> dt.date | None:
    """Return when the second state first gave the first materiel or armed help in trouble."""
    flags = {
        "where": "responder == B and on_actor == A and score >= 4 and not is_alternative_coding"
    }
    rows = field.rows("stress_tests", flags, "first help")
    return min((row["occurred_from"] for row in rows), default=None)


def _ids(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row["record_id"] for row in rows[-6:])
