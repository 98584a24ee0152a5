"""Two releases of one dataset side by side: what was added, removed and changed between them.

Both are read by the same parser into a database of their own that spills to disk; the store is
not touched. So what differs is what the publisher changed, never what a parser learnt since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.core.records import TABLES, Batch, Reject, Repair
from comity.evidence.engine.duck import Engine
from comity.evidence.release_tables import TableChange
from comity.evidence.tables import column_types, empty_sql
from comity.evidence.validation import checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.core.dyad import Dyad
    from comity.core.records import Table

__all__ = ["Reading", "Release", "compare_releases"]

_FEW = 0.5
_WHICH = {False: "the first of each", True: "that of the list of the last day"}


@dataclass(frozen=True)
class Release:
    """One release of a dataset, as rows.

    Parameters
    ----------
    name : str
        As a person would call it.
    batches : callable
        Gives what the source's parser makes of it.
    about : mapping
        What else is told of it: vintage, day, files.
    """

    name: str
    batches: Callable[[], Iterable[Batch | Reject | Repair]]
    about: dict[str, Any]


@dataclass
class Reading:
    """What came of reading one release [count]."""

    rows: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    out_of_scope: int = 0
    repaired: Counter[str] = field(default_factory=Counter)


def compare_releases(  # noqa: PLR0913 -- what is compared, and how it is shown
    source: str,
    before: Release,
    after: Release,
    *,
    memory_limit: str,
    out_of_scope: frozenset[str] = frozenset(),
    dyad: Dyad | None = None,
    lineage: Sequence[Sequence[str]] = (),
    limit: int | None = 20,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Return how two releases of one dataset differ.

    Parameters
    ----------
    source : str
        Whose releases; part of the names of its records.
    before, after : Release
        The earlier and the later.
    memory_limit : str
        Upper bound of the database's memory, e.g. ``"2GB"``.
    out_of_scope : frozenset of str
        Codes of rejects that are readable but do not concern us.
    dyad : Dyad, optional
        Only rows between these two states, or about either where a table names one state.
    lineage : sequence of sequence of str
        All ids that count as each of the two states.
    limit : int, optional
        Rows and states shown of each kind; None for all.
    progress : callable
        Told what is being done.

    Returns
    -------
    dict
        ``source``, ``before``, ``after``, ``dyad``, ``tables`` (each with counts, columns, years,
        states and rows) and ``notes``; see the how-to on vintages.

    Raises
    ------
    SourceChanged
        If a file has none of the source's layouts.
    EvidenceError
        If memory or disk is too small.
    """
    engine = Engine(memory_limit, keep_order=False)
    try:
        readings = {}
        for side, release in (("before", before), ("after", after)):
            progress(f"reading {release.name}")
            readings[side] = _read(engine, side, release, out_of_scope, progress)
        progress("comparing")
        names = [name for name in TABLES if any(name in each.rows for each in readings.values())]
        tables = []
        for name in names:
            change = TableChange(engine, TABLES[name], source, lineage)
            tables.append(change.summary(limit))
            change.close()
    finally:
        engine.close()
    sides = {
        side: _side(release, readings[side])
        for side, release in (("before", before), ("after", after))
    }
    return {
        "source": source,
        "dyad": dyad.key if dyad else None,
        **sides,
        "tables": tables,
        "notes": _notes(sides, tables, dyad),
    }


def _read(
    engine: Engine,
    side: str,
    release: Release,
    out_of_scope: frozenset[str],
    progress: Callable[[str], None],
) -> Reading:
    """Put the good rows of a release into tables ``read_SIDE_TABLE``, in the order they stand."""
    reading = Reading()
    seen = 0
    for item in release.batches():
        if isinstance(item, Reject):
            _count(reading, item, out_of_scope)
            continue
        if isinstance(item, Repair):
            reading.repaired[item.correction] += item.rows
            continue
        columns, rejects = checked(item)
        for reject in rejects:
            _count(reading, reject, out_of_scope)
        table, count = TABLES[item.table], len(columns["locator"])
        types = _read_types(table)
        _declare(engine, item.table)
        columns["seq"] = range(seen, seen + count)
        if count:
            engine.append(f"read_{side}_{item.table}", columns, types)
        seen += count
        reading.rows[item.table] += count
        progress(f"{release.name}: {seen:,} rows")
    return reading


def _count(reading: Reading, reject: Reject, out_of_scope: frozenset[str]) -> None:
    if reject.code in out_of_scope:
        reading.out_of_scope += 1
    else:
        reading.unreadable += 1


def _read_types(table: Table) -> dict[str, str]:
    return {**column_types(table), "locator": "VARCHAR", "seq": "BIGINT"}


def _declare(engine: Engine, table: str) -> None:
    empty = empty_sql(_read_types(TABLES[table]))
    for side in ("before", "after"):
        engine.run(f"CREATE TEMP TABLE IF NOT EXISTS read_{side}_{table} AS {empty}")


def _side(release: Release, reading: Reading) -> dict[str, Any]:
    return {
        "name": release.name,
        **release.about,
        "rows": dict(reading.rows),
        "unreadable": reading.unreadable,
        "out_of_scope": reading.out_of_scope,
        "repaired": dict(sorted(reading.repaired.items())),
    }


def _notes(
    sides: dict[str, dict[str, Any]], tables: list[dict[str, Any]], dyad: Dyad | None
) -> list[str]:
    """Return what a reader has to know before taking a missing row for a deleted one."""
    notes = []
    for table in tables:
        name, earlier, later = table["table"], table["before"], table["after"]
        removed = table["removed"]
        shared = table["same"] + table["changed"]
        if earlier and later and not shared:
            notes.append(
                f"{name}: no record is in both. They may be two parts of one release, or two "
                "layouts that number records differently; then nothing was removed."
            )
        elif earlier and removed > _FEW * earlier:
            notes.append(
                f"{name}: {removed:,} of {earlier:,} records are not in the later one. It may be a "
                "part of the dataset; then nothing was removed."
            )
        if not table["narrowed"] and dyad is not None:
            notes.append(f"{name}: its rows name no states, so all of them are compared.")
        notes += [
            f"{name}: {table['repeated'][side]:,} rows of the {word} one repeat a record; "
            f"{_WHICH[bool(TABLES[name].edition)]} counts."
            for side, word in (("before", "earlier"), ("after", "later"))
            if table["repeated"][side]
        ]
    for side, word, verb in (("before", "earlier", "added"), ("after", "later", "removed")):
        if bad := sides[side]["unreadable"]:
            notes.append(
                f"{bad:,} rows of the {word} one cannot be read: a record of theirs would show as "
                f"{verb}."
            )
    return notes
