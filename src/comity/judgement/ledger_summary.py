"""The whole ledger: promises kept, announcements without proof, who claims and who stays silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.core.ledger_rules import LedgerRules, load_ledger_rules
from comity.judgement.ledger_items import TrackedItem, sides_of
from comity.judgement.ledger_machine import Span
from comity.judgement.ledger_parts import (
    Asymmetry,
    Fulfilment,
    FulfilmentPoint,
    Inflation,
    Inflow,
    LedgerSummary,
    Share,
)
from comity.judgement.readings import significant
from comity.models.time_to_event import Followed, incidence, median_time, wilson

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.judgement.book import EvidenceBook
    from comity.judgement.context import Context

__all__ = ["followed", "ledger_summary"]

_YEAR = 365.25
_MOST = 60
_FATES = ("joint", "said_first", "proven", "confirmed", "denied", "refused", "silent")
_CONTRACTED, _DELIVERED = "contracted", "delivered"


def ledger_summary(
    context: Context, items: Sequence[TrackedItem], catalogs: Sequence[Path] = ()
) -> LedgerSummary | None:
    """Return the summary of all items; None without any."""
    if not items:
        return None
    rules = load_ledger_rules(catalogs)
    made = _Summary(rules, context.as_of, context.book)
    counts: dict[str, int] = {}
    for item in items:
        state = item.track.path[-1].state if item.track.path else "nothing"
        counts[state] = counts.get(state, 0) + 1
    sides = sides_of(context)
    return LedgerSummary(
        items=len(items),
        established={name: counts[name] for name in sorted(counts)},
        contested=sum(item.track.contested for item in items),
        contradictions=sum(len(item.track.faults) for item in items),
        fulfilment=made.fulfilment(items),
        by_direction=_by_direction(context, items, made),
        by_flow_class=_by_flow_class(context, items, made),
        inflation=[made.inflation(items, state) for state in (_CONTRACTED, _DELIVERED)],
        asymmetry=[
            made.asymmetry(items, "A", "B", sides), made.asymmetry(items, "B", "A", sides)
        ],
        note=" ".join([rules.fulfilment.note, rules.evidence.note]),
    )  # fmt: skip


def followed(item: TrackedItem, rules: LedgerRules, as_of: dt.date) -> Followed | None:
    """Return how long an item took from its first established contract to a delivery [days].

    None if no contract is established. An end before any delivery closes it; so does nothing else.
    """
    path = item.track.path
    starts = [at for at, entry in enumerate(path) if entry.state == _CONTRACTED]
    if not starts:
        return None
    first = path[starts[0]]
    delivered = rules.rank(_DELIVERED)
    for entry in path[starts[0] + 1 :]:
        if rules.rank(entry.state) >= delivered:
            return Followed(_middle(first.span.days_to(entry.span)), "done")
        if rules.state(entry.state).kind == "end":
            return Followed(_middle(first.span.days_to(entry.span)), "ended")
    return Followed(_middle(first.span.days_to(Span(as_of, as_of))), "open")


def _middle(days: tuple[int, int]) -> float:
    return (days[0] + days[1]) / 2


class _Summary:
    """Counts over items, by the declared rules, as of one day."""

    def __init__(self, rules: LedgerRules, as_of: dt.date, book: EvidenceBook) -> None:
        self._book = book
        self._rules = rules
        self._as_of = as_of

    def fulfilment(self, items: Sequence[TrackedItem]) -> Fulfilment:
        found = [followed(item, self._rules, self._as_of) for item in items]
        known = [each for each in found if each is not None]
        rule = self._rules.fulfilment
        median = median_time(known)
        return Fulfilment(
            contracted=len(known),
            delivered=sum(each.outcome == "done" for each in known),
            ended=sum(each.outcome == "ended" for each in known),
            open=sum(each.outcome == "open" for each in known),
            within=_point(known, rule.within_years),
            curve=[_point(known, years) for years in rule.horizons_years],
            median_days=None if median is None else round(median),
            evidence=self._book.cite(self._proof(items), limit=_MOST),
        )

    def _proof(self, items: Sequence[TrackedItem]) -> list[str]:
        """Return the rows that establish the contracts that are counted, and their deliveries."""
        delivered = self._rules.rank(_DELIVERED)
        return [
            str(row["record_id"])
            for item in items
            if any(entry.state == _CONTRACTED for entry in item.track.path)
            for entry in item.track.path
            if entry.state == _CONTRACTED or self._rules.rank(entry.state) >= delivered
            for row in entry.rows
        ]

    def inflation(self, items: Sequence[TrackedItem], state: str) -> Inflation:
        least = self._rules.rank(state)
        said = [item for item in items if self._furthest(item.rows) >= least]
        proven = [
            item
            for item in said
            if item.track.highest and self._rules.rank(item.track.highest) >= least
        ]
        return Inflation(
            state=state,
            asserted=len(said),
            established=len(proven),
            unproven=_share(len(said) - len(proven), len(said)),
        )

    def asymmetry(
        self, items: Sequence[TrackedItem], side: str, other: str, sides: Mapping[str, str]
    ) -> Asymmetry:
        """Return how `other` answered what `side` asserts on its own word alone."""
        fates: dict[str, list[str]] = {name: [] for name in _FATES}
        for item in items:
            fate = self._fate(item.rows, side, other)
            if fate:
                fates[fate].append(item.id)
        asserted = sum(map(len, fates.values()))
        left = {name: len(fates[name]) for name in ("joint", "said_first", "proven")}
        n = asserted - sum(left.values())
        return Asymmetry(
            by=sides[side],
            partner=sides[other],
            asserted=asserted,
            proven=sum(left.values()),
            joint=left["joint"],
            said_first=left["said_first"],
            confirmed=_share(len(fates["confirmed"]), n),
            denied=_share(len(fates["denied"]), n),
            refused=_share(len(fates["refused"]), n),
            silent=_share(len(fates["silent"]), n),
            items=fates["silent"],
        )

    def _fate(self, rows: Sequence[Mapping[str, Any]], side: str, other: str) -> str:
        """Return what became of the furthest step that a side asserts; empty if it asserts none.

        An answer is what the other side says by itself, not before the assertion.
        """
        mine = [row for row in rows if row["speaker_side"] == side or row["joint"]]
        furthest = self._furthest(mine)
        if not furthest:
            return ""
        best = [row for row in mine if self._rules.rank(str(row["state"])) == furthest]
        if any(row["joint"] for row in best):
            return "joint"
        if any(row["credibility_now"] == 1 for row in best):
            return "proven"
        day = min(row["occurred_from"] for row in best)
        theirs = [row for row in rows if row["speaker_side"] == other or row["joint"]]
        if self._furthest([row for row in theirs if row["occurred_to"] <= day]) >= furthest:
            return "said_first"
        answers = [row for row in theirs if row["occurred_to"] > day]
        if self._furthest(answers) >= furthest:
            return "confirmed"
        last = answers[-1]["state"] if answers else ""
        return str(last) if last in {"denied", "refused"} else "silent"

    def _furthest(self, rows: Sequence[Mapping[str, Any]]) -> int:
        return max((self._rules.rank(str(row["state"])) for row in rows), default=0)


def _point(items: Sequence[Followed], years: int) -> FulfilmentPoint:
    found = incidence(items, years * _YEAR)
    if found is None:
        return FulfilmentPoint(years=years, at_risk=0, value=None, lo80=None, hi80=None)
    lo, value, hi = (significant(part) for part in (found.lo80, found.value, found.hi80))
    return FulfilmentPoint(
        years=years, at_risk=found.at_risk, value=value, lo80=min(lo, value), hi80=max(hi, value)
    )


def _share(k: int, n: int) -> Share:
    if n == 0:
        return Share(k=k, n=n, value=None, lo80=None, hi80=None)
    lo, hi = wilson(k, n)
    return Share(
        k=k, n=n, value=significant(k / n), lo80=significant(min(lo, k / n)),
        hi80=significant(max(hi, k / n)),
    )  # fmt: skip


def _by_direction(context: Context, items: Sequence[TrackedItem], made: _Summary) -> list[Inflow]:
    a, b = context.dyad.a, context.dyad.b
    found = []
    for supplier, recipient in ((a, b), (b, a)):
        mine = [
            item
            for item in items
            if item.named["actor"] in context.lineage[supplier]
            and item.named["recipient"] in context.lineage[recipient]
        ]
        if mine:
            name = f"{context.names[supplier]} to {context.names[recipient]}"
            found.append(_inflow(f"{supplier}>{recipient}", name, mine, made, supplier, recipient))
    return found


def _by_flow_class(context: Context, items: Sequence[TrackedItem], made: _Summary) -> list[Inflow]:
    """Return the flow classes of the case; without a case, the items' own classes."""
    case = context.case
    classes = case.flow_class_by_item_class if case else {}
    names = {flow.id: flow.name for flow in case.flow_classes} if case else {}
    grouped: dict[str, list[TrackedItem]] = {}
    for item in items:
        own = str(item.named["item_class"])
        grouped.setdefault(classes.get(own, "other" if case else own), []).append(item)
    return [
        _inflow(name, names.get(name, name.replace("_", " ")), grouped[name], made)
        for name in [*names, *sorted(set(grouped) - set(names))]
        if name in grouped
    ]


def _inflow(
    key: str,
    name: str,
    items: Sequence[TrackedItem],
    made: _Summary,
    supplier: str | None = None,
    recipient: str | None = None,
) -> Inflow:  # fmt: skip
    return Inflow(
        id=key, name=name, supplier=supplier, recipient=recipient, items=len(items),
        fulfilment=made.fulfilment(items),
    )  # fmt: skip
