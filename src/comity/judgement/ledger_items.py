"""The ledger of promised items: every step by its speaker, and what is established of each item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.core.item_merges import Merges, resolve_merges
from comity.core.ledger_rules import LedgerRules, load_ledger_rules
from comity.judgement.book import partial_date
from comity.judgement.ledger_machine import Denial, Established, Span, Track, walk
from comity.judgement.ledger_parts import (
    Contradiction,
    DenialPart,
    EstablishedState,
    LedgerItem,
    LedgerStep,
    MergedItem,
    Quantity,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from comity.judgement.context import Context

__all__ = ["TrackedItem", "ledger_items", "sides_of", "tracked_items", "without_outlets"]

_ALL = 400


@dataclass(frozen=True)
class TrackedItem:
    """The rows of one item and what the state machine makes of them."""

    id: str
    rows: tuple[Mapping[str, Any], ...]
    track: Track

    @property
    def last(self) -> Mapping[str, Any]:
        """The latest row."""
        return self.rows[-1]

    @property
    def named(self) -> Mapping[str, Any]:
        """The latest row under the item's own id, for its name and class."""
        own = [row for row in self.rows if row["item_id"] == self.id]
        return own[-1] if own else self.last


def sides_of(context: Context) -> dict[str, str]:
    """Return the state that each side of the registers means.

    ``A`` is the first state of the case; without a case, the first by its code.
    """
    if context.case is not None:
        return {"A": context.case.dyad.a, "B": context.case.dyad.b}
    first, second = sorted((context.dyad.a, context.dyad.b))
    return {"A": first, "B": second}


def tracked_items(
    context: Context, catalogs: Sequence[Path] = ()
) -> tuple[list[TrackedItem], Merges]:
    """Return every promised item of the dyad with its track, by id, and the merges in force."""
    rows = context.view.rows(
        "SELECT * FROM claims WHERE list_contains(?, source) "
        "ORDER BY occurred_from, occurred_to, record_id",
        [list(context.sources)],
    )
    merges = resolve_merges(
        context.view.rows(
            "SELECT * FROM item_merges WHERE list_contains(?, source) ORDER BY record_id",
            [list(context.sources)],
        )
    )
    rules = load_ledger_rules(catalogs)
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(merges.item(str(row["item_id"])), []).append(row)
    items = [
        TrackedItem(name, tuple(grouped[name]), walk(grouped[name], rules))
        for name in sorted(grouped)
    ]
    return items, merges


def without_outlets(
    items: Sequence[TrackedItem], outlets: Collection[str], rules: LedgerRules
) -> list[TrackedItem]:
    """Return the items as they would be without the rows of certain outlets."""
    made = []
    for item in items:
        rows = tuple(row for row in item.rows if row["outlet"] not in outlets)
        if len(rows) == len(item.rows):
            made.append(item)
        elif rows:
            made.append(TrackedItem(item.id, rows, walk(rows, rules)))
    return made


def ledger_items(
    context: Context, items: Sequence[TrackedItem], merges: Merges, catalogs: Sequence[Path] = ()
) -> list[LedgerItem]:
    """Return every promised item, the most recently moved first."""
    rules = load_ledger_rules(catalogs)
    writer = _Writer(context, rules, sides_of(context))
    made = [writer.item(item, merges) for item in items]
    return sorted(made, key=lambda item: (item.since, item.id), reverse=True)


@dataclass(frozen=True)
class _Writer:
    """Writes tracks as parts, with every row cited."""

    context: Context
    rules: LedgerRules
    sides: Mapping[str, str]

    def item(self, item: TrackedItem, merges: Merges) -> LedgerItem:
        rows, track, cite = item.rows, item.track, self.context.book.cite
        denials, refusals = (
            sum(row["state"] == name for row in rows) for name in ("denied", "refused")
        )
        classes = self.context.case.flow_class_by_item_class if self.context.case else {}
        item_class = str(item.named["item_class"])
        path = self._path(track.path)
        return LedgerItem(
            id=item.id,
            name=str(item.named["item_name"]),
            item_class=item_class,
            actor=str(item.named["actor"]),
            recipient=str(item.named["recipient"]),
            state=str(item.last["state"]),
            verified_state=track.highest,
            since=partial_date(item.last),
            claims=len(rows) - denials - refusals,
            denials=denials,
            refusals=refusals,
            steps=[self._step(row, track) for row in rows],
            evidence=cite((row["record_id"] for row in rows), limit=_ALL),
            established=path[-1] if path else None,
            path=path,
            words=self._words(rows),
            contested=track.contested,
            answers=[self._denial(each) for each in track.denials],
            contradictions=[
                Contradiction(
                    rule=each.rule,
                    text=each.text,
                    evidence=cite(row["record_id"] for row in each.rows),
                )
                for each in track.faults
            ],
            quantities=self._quantities(rows, track),
            flow_class=classes.get(item_class),
            merged=[
                MergedItem(
                    item=name,
                    on=row["occurred_from"].isoformat(),
                    decided_by=row["decided_by"],
                    why=row["why"],
                    evidence=cite([row["record_id"]]),
                )
                for name, row in sorted(merges.rows.items())
                if merges.into[name] == item.id
            ],
        )

    def _path(self, path: Sequence[Established]) -> list[EstablishedState]:
        as_of = self.context.as_of
        ends = [*(each.span for each in path[1:]), *[Span(as_of, as_of)][: len(path)]]
        return [
            self._established(each, each.span.days_to(end), running=index == len(path) - 1)
            for index, (each, end) in enumerate(zip(path, ends, strict=True))
        ]

    def _established(
        self, found: Established, days: tuple[int, int], *, running: bool
    ) -> EstablishedState:
        by = {self.sides[row["speaker_side"]] for row in found.rows
              if row["speaker_side"] in self.sides}  # fmt: skip
        if any(row["joint"] for row in found.rows):
            by |= set(self.sides.values())
        return EstablishedState(
            state=found.state,
            since=found.since,
            since_lo=found.span.lo.isoformat(),
            since_hi=found.span.hi.isoformat(),
            established_on=found.on.isoformat(),
            reached=found.reached,
            confirmed_by=sorted(by),
            days_lo=days[0],
            days_hi=days[1],
            running=running,
            evidence=self.context.book.cite(row["record_id"] for row in found.rows),
        )

    def _step(self, row: Mapping[str, Any], track: Track) -> LedgerStep:
        return LedgerStep(
            date=partial_date(row),
            state=row["state"],
            speaker=row["speaker"],
            side=row["speaker_side"],
            verified=row["record_id"] in track.established and self.rules.evidence.enough([row]),
            note=row["note"] or "",
            grade=_grade(row),
            evidence=self.context.book.cite([row["record_id"]]),
            by=self.sides.get(row["speaker_side"]),
            establishes=row["record_id"] in track.established,
            joint=bool(row["joint"]),
            quantity=row["quantity"],
            unit=row["unit"],
        )

    def _words(self, rows: Sequence[Mapping[str, Any]]) -> list[Word]:
        """Return the latest assertion of each side, press and third parties included."""
        latest = {row["speaker_side"]: row for row in rows}
        ranked = sorted(
            latest.values(), key=lambda row: (row["occurred_from"], row["record_id"]), reverse=True
        )
        return [
            Word(
                by=self.sides.get(row["speaker_side"]),
                side=row["speaker_side"],
                state=row["state"],
                date=partial_date(row),
                speaker=row["speaker"],
                grade=_grade(row),
                evidence=self.context.book.cite([row["record_id"]]),
            )
            for row in ranked
        ]

    def _denial(self, found: Denial) -> DenialPart:
        row, answered = found.row, found.answers
        said = None
        if answered is not None:
            who = f" ({answered['speaker']})" if answered["speaker"] else ""
            said = f"{answered['state']} {partial_date(answered)}{who}"
        ids = [row["record_id"], *([answered["record_id"]] if answered else [])]
        return DenialPart(
            date=partial_date(row),
            by=self.sides.get(row["speaker_side"]),
            speaker=row["speaker"],
            grade=_grade(row),
            answers=said,
            outcome=found.outcome,
            evidence=self.context.book.cite(ids),
        )

    def _quantities(self, rows: Sequence[Mapping[str, Any]], track: Track) -> list[Quantity]:
        return [
            Quantity(
                date=partial_date(row),
                state=row["state"],
                quantity=row["quantity"],
                unit=row["unit"],
                by=self.sides.get(row["speaker_side"]),
                establishes=row["record_id"] in track.established,
                evidence=self.context.book.cite([row["record_id"]]),
            )
            for row in rows
            if row["quantity"] is not None
        ]


def _grade(row: Mapping[str, Any]) -> str:
    return f"{row['reliability'] or 'F'}{row['credibility_now'] or 6}"
