"""What is established of a promised item, beside what is said of it.

Rows are walked in the order in which things happened. A state is established once the rows that
assert it satisfy the minimum evidence rule; a denial moves nothing. What the declared transitions
do not allow is reported, never repaired.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from comity.judgement.book import partial_date
from comity.judgement.dates import printed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.core.ledger_rules import LedgerRules

__all__ = ["Denial", "Established", "Fault", "Span", "Track", "walk"]


_DAY = dt.timedelta(days=1)
_SETTLED = "delivered"
_WORD = "requested"  # up to here a state is what somebody says


@dataclass(frozen=True)
class Span:
    """First and last day on which something may have happened."""

    lo: dt.date
    hi: dt.date

    def days_to(self, other: Span) -> tuple[int, int]:
        """Return the fewest and most days from this to a later span [days]."""
        return max(0, (other.lo - self.hi).days), max(0, (other.hi - self.lo).days)


@dataclass(frozen=True)
class Established:
    """A state that satisfied the minimum evidence rule.

    Attributes
    ----------
    since : str
        Date of the act, as precisely as the earliest report that counts gives it.
    span : Span
        When the state may have begun: from the earliest report that counts to the one that
        completed the evidence.
    on : datetime.date
        First day on which the evidence that was public satisfied the rule.
    rows : tuple
        The reports that count.
    reached : str
        The highest step established by then, since the item last ended.
    """

    state: str
    since: str
    span: Span
    on: dt.date
    rows: tuple[Mapping[str, Any], ...]
    reached: str | None = None


@dataclass(frozen=True)
class Denial:
    """A denial, what it answers, and what became of it.

    Attributes
    ----------
    outcome : str
        ``stands``; ``against_established`` if what it denies, more than a claim or a request, is
        established and had begun by then; ``asserted_again`` if the same side later asserts it.
    """

    row: Mapping[str, Any]
    answers: Mapping[str, Any] | None
    outcome: str


@dataclass(frozen=True)
class Fault:
    """Two rows that the machine does not allow together."""

    rule: str
    text: str
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Track:
    """An item through its states.

    Attributes
    ----------
    path : tuple of Established
        Every change of what is established, in order; the last is the present state.
    established : frozenset of str
        Record ids of the rows that establish a state.
    highest : str or None
        Highest step ever established.
    """

    path: tuple[Established, ...]
    established: frozenset[str]
    highest: str | None
    denials: tuple[Denial, ...]
    contested: bool
    faults: tuple[Fault, ...]


def walk(rows: Sequence[Mapping[str, Any]], rules: LedgerRules) -> Track:
    """Return what the rows of one item establish, deny and contradict.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of the table claims, of one item, as known at the as-of date.
    rules : LedgerRules
        States, transitions and evidence.
    """
    ordered = sorted(rows, key=_order)
    walker = _Walker(rules)
    for row in ordered:
        walker.read(row)
    denials = tuple(_denials(ordered, walker.path, rules))
    return Track(
        path=tuple(walker.path),
        established=frozenset(walker.proof),
        highest=walker.highest,
        denials=denials,
        contested=_contested(denials, walker.path),
        faults=(
            *_after_end(ordered, rules),
            *_by_side(ordered, rules),
            *_same_day(ordered, rules),
        ),
    )


def span_of(row: Mapping[str, Any]) -> Span:
    """Return the first and last day of a row's period."""
    return Span(row["occurred_from"], row["occurred_to"] - _DAY)


def _order(row: Mapping[str, Any]) -> tuple[dt.date, dt.date, str]:
    return row["occurred_from"], row["occurred_to"], str(row["record_id"])


@dataclass
class _Walker:
    """Reads rows in order and keeps what is established."""

    rules: LedgerRules
    path: list[Established] = field(default_factory=list)
    proof: set[str] = field(default_factory=set)
    highest: str | None = None
    _pools: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _found: set[str] = field(default_factory=set)
    _reached: str | None = None

    def read(self, row: Mapping[str, Any]) -> None:
        state = self.rules.state(str(row["state"]))
        if state.kind == "denial":
            return
        pool = self._pools[state.id]
        pool.append(row)
        if not self.rules.evidence.enough(pool):
            return
        counting = [each for each in pool if self._counts(each)]
        self.proof.update(str(each["record_id"]) for each in counting)
        if state.id not in self._found:
            self._found.add(state.id)
            self._move(state.id, state.kind, row, counting)

    def _counts(self, row: Mapping[str, Any]) -> bool:
        """Say whether a report is good enough to be one of several that establish a state."""
        rule = self.rules.evidence
        grade, credibility = row["reliability"] or "F", row["credibility_now"] or 6
        together = credibility <= rule.together.credibility and grade in rule.together.reliability
        return together or rule.enough([row])

    def _move(
        self,
        state: str,
        kind: str,
        last: Mapping[str, Any],
        counting: list[Mapping[str, Any]],
    ) -> None:
        rank = self.rules.rank(state)
        ended = bool(self.path) and self.rules.state(self.path[-1].state).kind == "end"
        halted = bool(self.path) and self.rules.state(self.path[-1].state).kind == "halt"
        if ended and rank:
            self._reached = None
        before = self.rules.rank(self._reached) if self._reached else 0
        if rank > before:
            self._reached = state
        if rank and (self.highest is None or rank > self.rules.rank(self.highest)):
            self.highest = state
        # a word, such as an offer, does not lift the suspension of what had come further
        lifts = rank >= min(before, self.rules.rank("contracted"))
        if rank and not ended and (not lifts if halted else rank < before):
            return
        self.path.append(self._entry(state, last, counting))
        if kind in {"halt", "end"}:
            # what is said from now on is about what comes after
            self._pools.clear()
            self._found.clear()
            self._found.add(state)
        else:
            for each in self.rules.states:
                if each.kind in {"halt", "end"}:
                    self._pools.pop(each.id, None)
                    self._found.discard(each.id)

    def _entry(
        self, state: str, last: Mapping[str, Any], counting: list[Mapping[str, Any]]
    ) -> Established:
        alone = [each for each in counting if self.rules.evidence.enough([each])]
        proof = alone[:1] or counting
        first = proof[0]
        public = sorted({each["public_from"] for each in proof})
        on = next(
            day
            for day in public
            if self.rules.evidence.enough([each for each in proof if each["public_from"] <= day])
        )
        span = Span(span_of(first).lo, span_of(first if alone else last).hi)
        return Established(state, partial_date(first), span, on, tuple(proof), self._reached)


# ------------------------------------------------------------------ denials


def _denials(
    rows: list[Mapping[str, Any]], path: list[Established], rules: LedgerRules
) -> list[Denial]:
    found = []
    for row in rows:
        if rules.state(str(row["state"])).kind != "denial":
            continue
        answered = _answered(rows, row, rules)
        found.append(Denial(row, answered, _outcome(row, answered, rows, path, rules)))
    return found


def _answered(
    rows: list[Mapping[str, Any]], denial: Mapping[str, Any], rules: LedgerRules
) -> Mapping[str, Any] | None:
    """Return the latest assertion of somebody else on or before the day of a denial."""
    earlier = [
        row
        for row in rows
        if row["occurred_from"] < denial["occurred_to"]
        and rules.state(str(row["state"])).kind != "denial"
        and (row["speaker"], row["speaker_side"]) != (denial["speaker"], denial["speaker_side"])
    ]
    return earlier[-1] if earlier else None


def _outcome(
    denial: Mapping[str, Any],
    answered: Mapping[str, Any] | None,
    rows: list[Mapping[str, Any]],
    path: list[Established],
    rules: LedgerRules,
) -> str:
    if answered is None:
        return "stands"
    rank = rules.rank(str(answered["state"]))
    # who admits a delivery no longer denies the use of it
    least = min(rank, rules.rank(_SETTLED))
    later = [
        row
        for row in rows
        if row["occurred_from"] > denial["occurred_from"]
        and row["speaker_side"] == denial["speaker_side"]
        and denial["speaker_side"] in {"A", "B"}
    ]
    if least and any(rules.rank(str(row["state"])) >= least for row in later):
        return "asserted_again"
    # that somebody claims or asks for a thing is no proof against who denies the thing
    beyond = max(rank, rules.rank(_WORD) + 1)
    for entry in path:
        same = entry.state == answered["state"] if not rank else rules.rank(entry.state) >= beyond
        begun = entry.span.lo < denial["occurred_to"]
        if same and begun and entry.span.hi >= answered["occurred_from"]:
            return "against_established"
    return "stands"


def _contested(denials: tuple[Denial, ...], path: list[Established]) -> bool:
    """Say whether a denial of somebody's assertion is still open."""
    last = path[-1].span.hi if path else dt.date.min
    return any(
        denial.answers is not None
        and denial.outcome != "asserted_again"
        and denial.row["occurred_to"] > last
        for denial in denials
    )


# ------------------------------------------------------------------ contradictions


def _after_end(rows: list[Mapping[str, Any]], rules: LedgerRules) -> list[Fault]:
    faults = []
    end: Mapping[str, Any] | None = None
    for row in rows:
        state = rules.state(str(row["state"]))
        if state.kind == "denial":
            continue
        if state.kind == "end":
            end = row
            continue
        if end is None:
            continue
        ended = rules.state(str(end["state"]))
        if state.id in ended.reopened_by:
            end = None
        elif state.id not in ended.then and row["occurred_from"] >= end["occurred_to"]:
            needed = " or ".join(ended.reopened_by)
            text = f"{_said(row)}, after {_said(end)}, with nothing {needed} in between."
            faults.append(Fault("after_end", text, (end, row)))
    return faults


def _by_side(rows: list[Mapping[str, Any]], rules: LedgerRules) -> list[Fault]:
    faults = []
    sides: dict[object, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if rules.state(str(row["state"])).kind != "denial":
            sides[row["speaker_side"]].append(row)
    for said in sides.values():
        first = {state: next((row for row in said if row["state"] == state), None)
                 for state in {str(row["state"]) for row in said}}  # fmt: skip
        for state in rules.states:
            early = first.get(state.id)
            for name in state.never_before:
                late = first.get(name)
                if early and late and late["occurred_from"] >= early["occurred_to"]:
                    text = f"{_said(early)}, and only later {_said(late)}, by the same side."
                    faults.append(Fault("order", text, (early, late)))
        for one, two in pairwise(said):
            before = rules.state(str(one["state"]))
            follows = two["state"] in before.then or before.kind == "end"
            if not follows and two["occurred_from"] >= one["occurred_to"]:
                text = f"{_said(two)} cannot follow {_said(one)}, by the same side."
                faults.append(Fault("transition", text, (one, two)))
    return faults


def _same_day(rows: list[Mapping[str, Any]], rules: LedgerRules) -> list[Fault]:
    faults = []
    for at, one in enumerate(rows):
        for two in rows[at + 1 :]:
            if two["occurred_from"] > one["occurred_from"]:
                break
            same = (
                one["speaker"] == two["speaker"]
                and one["speaker"] is not None
                and one["precision"] == two["precision"] == "day"
            )
            if same and rules.excludes(str(one["state"]), str(two["state"])):
                text = f"{_said(one)} and {_said(two)}, on one day, by one speaker."
                faults.append(Fault("same_day", text, (one, two)))
    return faults


def _said(row: Mapping[str, Any]) -> str:
    who = f" ({row['speaker']})" if row["speaker"] else ""
    return f"{str(row['state']).replace('_', ' ')} {printed(partial_date(row))}{who}"
