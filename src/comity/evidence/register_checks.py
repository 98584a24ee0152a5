"""What a row of a register must satisfy beside its neighbours and what is stored.

The codebook looks at one row. Here a row is held against the rows above it in its file and against
the rows of the same dyad in the store: one id with two contents, one speaker with two exclusive
states of one item on one day, merges that go round in a circle.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.core.case_table import BadRowError, parse_case_table
from comity.core.codebook import Codebook, Scope, breaches
from comity.core.item_merges import merge_fault, resolve_merges
from comity.core.ledger_rules import role_of
from comity.core.records import TABLES, Batch, record_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from comity.core.case_table import RowCheck
    from comity.core.ledger_rules import LedgerRules
    from comity.core.table import Table
    from comity.evidence.store import EvidenceStore

__all__ = ["RegisterRules", "case_check", "row_check"]

_ITEMS = frozenset({"claims", "item_merges"})
"""Tables whose rows are held against each other."""


@dataclass(frozen=True)
class RegisterRules:
    """What rows of registers are held against.

    Parameters
    ----------
    codebooks : mapping of str to Codebook
        By table.
    ledger : LedgerRules
        Which states exclude each other.
    scope : Scope
        Who may stand in the rows.
    sources : collection of str
        Sources whose rows belong to the same dyad.
    first : collection of str
        The state that side A means, with those that it continues.
    """

    codebooks: Mapping[str, Codebook]
    ledger: LedgerRules
    scope: Scope
    sources: Collection[str] = ()
    first: Collection[str] = ()


def row_check(
    store: EvidenceStore, rules: RegisterRules, table: Table, source: str, *, may_change: bool
) -> RowCheck:
    """Return the check of one file's rows, in their order; it remembers the rows that it let pass.

    Parameters
    ----------
    store : EvidenceStore
        What is stored.
    rules : RegisterRules
        What to hold the rows against.
    table : Table
        What the rows are.
    source : str
        Under which they are admitted.
    may_change : bool
        Whether a row may have another content than the stored one with its id.
    """
    return _Check(store, rules, table, source, may_change).check


def case_check(
    store: EvidenceStore,
    rules: RegisterRules,
    table: Table,
    source: str,
    tables: Mapping[str, Path],
) -> RowCheck:
    """Return the check of one file of a case, whose rows take the place of those stored of it.

    Parameters
    ----------
    store, rules, table, source
        As `row_check`.
    tables : mapping of str to pathlib.Path
        All files of the case: merges are held against its claims.
    """
    claims: list[Mapping[str, Any]] = []
    if table.name == "item_merges" and "claims" in tables:
        for part in parse_case_table(TABLES["claims"], tables["claims"]):
            if isinstance(part, Batch):
                names, columns = list(part.columns), list(part.columns.values())
                claims += [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    made = _Check(store, rules, table, source, may_change=True, whole=True, claims=claims)
    return made.check


@dataclass
class _Check:
    store: EvidenceStore
    rules: RegisterRules
    table: Table
    source: str
    may_change: bool
    whole: bool = False
    claims: list[Mapping[str, Any]] = field(default_factory=list)
    _said: dict[tuple[object, ...], list[tuple[str, str]]] = field(default_factory=dict)
    _stored: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    _merges: list[Mapping[str, Any]] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _loaded: bool = False

    def check(self, record: dict[str, object], line: int) -> None:
        """Raise if a row cannot be admitted.

        Raises
        ------
        BadRowError
            With the rule and what it allows.
        """
        book = self.rules.codebooks.get(self.table.name)
        if book is None:
            return
        found = breaches(book, self.table, record, self.rules.scope)
        if found:
            first = found[0]
            reason = "; ".join(each.reason for each in found) + "."
            raise BadRowError("codebook", reason, first.field, first.rule, first.allowed)
        self._load()
        own = record_id(self.table, tuple(record.get(name) for name in self.table.key))
        self._same_id(record, own)
        if self.table.name == "claims":
            self._claim(record, own, line)
        elif self.table.name == "item_merges":
            self._merge(record, own, line)
        self._ids.add(own)

    # ------------------------------------------------------------------ against the store

    def _load(self) -> None:
        """Read what is stored of the dyad, once."""
        if self._loaded:
            return
        self._loaded = True
        sources = {*self.rules.sources, self.source} - ({self.source} if self.whole else set())
        names = {self.table.name}
        if self.table.name in _ITEMS:
            names |= _ITEMS
        with self.store.view(dt.date.max) as view:
            for name in sorted(names):
                rows = view.rows(
                    f"SELECT * FROM {name} WHERE list_contains(?, source)"
                    " ORDER BY occurred_from, record_id",
                    [sorted(sources)],
                )
                self._stored[name] = {row["record_id"]: row for row in rows}
        self._merges = [*self._stored.get("item_merges", {}).values()]

    def _same_id(self, record: dict[str, object], own: str) -> None:
        held = self._stored[self.table.name].get(own)
        if held is None or self.may_change or held["source"] != self.source:
            return  # of another source: the store itself refuses it
        for column in self.table.all_columns:
            if record.get(column.name) != held.get(column.name):
                old, new = held.get(column.name), record.get(column.name)
                raise BadRowError(
                    "contradicts_stored",
                    f"{own} is stored with {column.name} {old!r}, and this row says {new!r}. Give"
                    " it an id of its own, or admit it with --replace if it corrects that record;"
                    " the stored row stays as it is.",
                    column.name, "same-id", "the stored content, or an id of its own",
                )  # fmt: skip

    # ------------------------------------------------------------------ claims

    def _claim(self, record: dict[str, object], own: str, line: int) -> None:
        if not self._said:
            self._said = defaultdict(list)
            merges = resolve_merges(self._merges)
            for name, row in self._stored["claims"].items():
                self._hear(row, merges.item(str(row["item_id"])), f"the stored row {name}", name)
        state = str(record["state"])
        self._may_assert(record, state)
        key = _moment(record, resolve_merges(self._merges).item(str(record["item_id"])))
        if key is None:
            return
        for other, where in self._said[key]:
            if where.endswith(f" {own}"):
                continue  # the row itself, stored before
            if self.rules.ledger.excludes(state, other):
                raise BadRowError(
                    "contradictory_states",
                    f"{record['speaker']} cannot assert {state} of {record['item_id']} on"
                    f" {record['occurred_from']}: {where} has {other} for that day. One of the two"
                    " is another speaker, another day or another item.",
                    "state", "exclusive-states", f"a state that goes with {other}",
                )  # fmt: skip
        self._said[key].append((state, f"line {line}"))

    def _may_assert(self, record: dict[str, object], state: str) -> None:
        """Refuse a state that a speaker of this part cannot assert."""
        side = record.get("speaker_side")
        role = role_of(
            str(side) if side else None, supplier_is_a=record["actor"] in self.rules.first
        )
        may = self.rules.ledger.state(state).by
        if role not in may:
            named = ", ".join(self.rules.ledger.roles[each] for each in may)
            raise BadRowError(
                "speaker_cannot_assert",
                f"{state} cannot be asserted by {self.rules.ledger.roles[role]}, only by {named}.",
                "speaker_side", "asserted-by", named,
            )  # fmt: skip

    def _hear(self, row: Mapping[str, Any], item: str, where: str, name: str) -> None:
        key = _moment(row, item)
        if key is not None and name not in self._ids:
            self._said[key].append((str(row["state"]), where))

    # ------------------------------------------------------------------ merges

    def _merge(self, record: dict[str, object], own: str, line: int) -> None:
        directions: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in (*self._stored["claims"].values(), *self.claims):
            directions[str(row["item_id"])].add((str(row["actor"]), str(row["recipient"])))
        before = [row for row in self._merges if row.get("record_id") != own]
        if why := merge_fault(record, before, directions):
            raise BadRowError(
                "merge_refused", f"line {line}: {why}.", "into_item", "merge",
                "a known item of the same direction, without a circle",
            )  # fmt: skip
        self._merges = [*before, record]


def _moment(row: Mapping[str, Any], item: str) -> tuple[object, ...] | None:
    """Return speaker, day and item of a claim; None if the day or the speaker is not known."""
    if row.get("precision") != "day" or not row.get("speaker"):
        return None
    return item, str(row["speaker"]).casefold(), row.get("speaker_side"), row["occurred_from"]
