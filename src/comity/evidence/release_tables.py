"""One table of two releases: records matched by their key, differences counted and shown."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from comity.core.table import TIME
from comity.core.units import UNITS
from comity.evidence.engine.duck import quoted
from comity.evidence.tables import column_types, record_id_sql, version_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.core.records import Table
    from comity.evidence.engine.duck import Engine

__all__ = ["TableChange"]

_PAIRS = (
    ("actor", "recipient"), ("state_a", "state_b"), ("states_a", "states_b"),
    ("reporter", "partner"), ("imposer", "target"),
)  # fmt: skip
_SINGLE = ("voter", "state")
_KINDS = ("changed", "removed", "added")
_ADDITIVE = frozenset({"count", "USD", "TIV", "mass"})
_UNIT = re.compile(r"\[([^\]]+)\]")


class TableChange:
    """The rows of one table in two releases, as ``read_before_TABLE`` and ``read_after_TABLE``.

    Parameters
    ----------
    engine : Engine
        That holds them.
    table : Table
        What the rows are.
    source : str
        Whose they are; part of the names of its records.
    lineage : sequence of sequence of str
        The ids of two states to narrow the rows to; empty for all rows.
    """

    def __init__(
        self, engine: Engine, table: Table, source: str, lineage: Sequence[Sequence[str]] = ()
    ) -> None:
        self._engine = engine
        self._table = table
        self._source = source
        self._types = column_types(table)
        # the day of a list differs in every row, and so do the days that are taken from it
        edition = (table.edition, *(each.name for each in TIME)) if table.edition else ()
        self._compared = [name for name in self._types if name not in edition]
        own = [column.name for column in table.columns]
        self._states = next(
            (pair for pair in (*_PAIRS, *((name,) for name in _SINGLE)) if set(pair) <= set(own)),
            (),
        )
        self.narrowed = bool(lineage and self._states)
        stays = self._between(lineage) if self.narrowed else "true"
        self._repeated = {side: self._key(side, stays) for side in ("before", "after")}
        self._units = {
            column.name: (found[1] if (found := _UNIT.search(column.doc)) else "")
            for column in table.columns
            if column.type in {"int", "float"}
        }
        # a year is a number too, but a difference of years is no size
        self._measures = [
            column.name
            for column in table.columns
            if column.type == "float" or self._units.get(column.name)
        ]
        self._additive = [
            name
            for name in self._measures
            if UNITS.get(self._units[name], ("", 1.0))[0] in _ADDITIVE
        ]
        self._match()

    def summary(self, limit: int | None) -> dict[str, Any]:
        """Return counts, columns, years, states, and the rows themselves, largest change first.

        Parameters
        ----------
        limit : int, optional
            Rows of each kind, and states, that are shown; None for all.
        """
        counts = dict(self._engine.rows("SELECT kind, count(*) FROM matched GROUP BY 1"))
        found = {kind: int(counts.get(kind, 0)) for kind in (*_KINDS, "same")}
        return {
            "table": self._table.name,
            "what": self._table.doc,
            "narrowed": self.narrowed,
            "before": found["same"] + found["changed"] + found["removed"],
            "after": found["same"] + found["changed"] + found["added"],
            **found,
            "repeated": self._repeated,
            "columns": self._columns(),
            "totals": self._totals(),
            "by_year": self._by_year(),
            "by_state": self._by_state(limit),
            "rows": {
                "changed": self._changed(limit),
                "removed": self._whole_rows("removed", limit),
                "added": self._whole_rows("added", limit),
            },
        }

    def close(self) -> None:
        """Drop everything that was made of this table."""
        name = self._table.name
        for each in ("matched", "before", "after", f"read_before_{name}", f"read_after_{name}"):
            self._engine.run(f"DROP TABLE {each}")

    # ------------------------------------------------------------------ matching

    def _between(self, lineage: Sequence[Sequence[str]]) -> str:
        """Return the SQL that is true of rows between two states, or about either of them."""
        sides = [f"[{', '.join(quoted(name) for name in ids)}]" for ids in lineage]

        def names(column: str, ids: str) -> str:
            return f"list_has_any(string_split(coalesce(\"{column}\", ''), ';'), {ids})"

        if len(self._states) == 1:
            return " OR ".join(names(self._states[0], ids) for ids in sides)
        a, b = self._states
        one, other = sides
        return f"({names(a, one)} AND {names(b, other)}) OR ({names(a, other)} AND {names(b, one)})"

    def _key(self, side: str, stays: str) -> int:
        """Name the records of a release; of rows that share a name the first counts.

        Lists of several days share the names of their entries; then that of the last day counts.
        """
        edition = self._table.edition
        key = record_id_sql(self._table, self._source, (edition,))
        says = version_sql(self._table, [n for n in self._types if n not in self._compared])
        first = f'"{edition}" DESC, seq' if edition else "seq"
        read = f"read_{side}_{self._table.name}"
        total = int(self._engine.one(f"SELECT count(*) FROM {read} WHERE {stays}"))
        self._engine.run(
            f"CREATE TEMP TABLE {side} AS SELECT *, {key} AS record_id, {says} AS version,"
            f" {record_id_sql(self._table, self._source)} AS stored_as FROM {read} WHERE {stays}"
            f" QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY {first}) = 1"
        )
        return total - int(self._engine.one(f"SELECT count(*) FROM {side}"))

    def _match(self) -> None:
        """Match the records of both, and say of each what became of it."""
        who = self._who_sql()
        light = "SELECT record_id, version, year(occurred_from) AS year, {} AS who FROM {}"
        self._engine.run(
            "CREATE TEMP TABLE matched AS SELECT coalesce(a.record_id, b.record_id) AS record_id,"
            " CASE WHEN b.record_id IS NULL THEN 'added' WHEN a.record_id IS NULL THEN 'removed'"
            " WHEN a.version <> b.version THEN 'changed' ELSE 'same' END AS kind,"
            " coalesce(b.year, a.year) AS year, coalesce(b.who, a.who) AS who"
            f" FROM ({light.format(who, 'before')}) b FULL JOIN ({light.format(who, 'after')}) a"
            " ON a.record_id = b.record_id"
        )

    def _who_sql(self) -> str:
        """Return the SQL of the dyad that a row is about, or of the one state it names."""
        if not self._states:
            return "NULL::VARCHAR"
        if len(self._states) == 1:
            return f'"{self._states[0]}"'
        a, b = (f"nullif(\"{name}\", '')" for name in self._states)
        both = f"{a} IS NOT NULL AND {b} IS NOT NULL"
        return (
            f"CASE WHEN {both} THEN least({a}, {b}) || '-' || greatest({a}, {b})"
            f" ELSE coalesce({a}, {b}) END"
        )

    # ------------------------------------------------------------------ counting

    def _pairs(self, kind: str) -> str:
        return (
            "FROM matched m JOIN before b USING (record_id) JOIN after a USING (record_id)"
            f" WHERE m.kind = {quoted(kind)}"
        )

    def _columns(self) -> list[dict[str, Any]]:
        """Return the columns that differ, in how many records, and by how much at most."""
        cells = [f'count(*) FILTER (a."{n}" IS DISTINCT FROM b."{n}")' for n in self._compared]
        cells += [f'max(abs(a."{name}" - b."{name}"))' for name in self._measures]
        found = self._engine.rows(f"SELECT {', '.join(cells)} {self._pairs('changed')}")[0]
        largest = dict(zip(self._measures, found[len(self._compared) :], strict=True))
        shown = [
            {
                "column": name,
                "unit": self._units.get(name, ""),
                "records": int(count),
                "largest": None if largest.get(name) is None else float(largest[name]),
            }
            for name, count in zip(self._compared, found, strict=False)
            if count
        ]
        return sorted(shown, key=lambda each: (-int(str(each["records"])), str(each["column"])))

    def _totals(self) -> list[dict[str, Any]]:
        """Return the sums of quantities that add up; a missing value adds nothing."""
        made = []
        for name in self._additive:
            before, after = (
                self._engine.one(f'SELECT sum("{name}") FROM {side}')
                for side in ("before", "after")
            )
            if before is not None or after is not None:
                made.append(
                    {
                        "column": name,
                        "unit": self._units[name],
                        "before": _rounded(before),
                        "after": _rounded(after),
                    }
                )
        return made

    def _counts_by(self, column: str, order: str, limit: int | None) -> list[tuple[Any, ...]]:
        kinds = ", ".join(f"count(*) FILTER (kind = '{kind}')" for kind in (*_KINDS, "same"))
        cut = "" if limit is None else f" LIMIT {limit:d}"
        return self._engine.rows(
            f"SELECT {column}, {kinds}, count(*) FILTER (kind <> 'same') AS moved FROM matched"
            f" GROUP BY 1 HAVING moved > 0 ORDER BY {order}{cut}"
        )

    def _by_year(self) -> list[dict[str, Any]]:
        """Return the years in which records differ, with the sums of quantities that add up."""
        years = self._counts_by("year", "year", None)
        sums: dict[str, dict[int, tuple[Any, ...]]] = {}
        if self._additive and years:
            cells = ", ".join(f'sum("{name}")' for name in self._additive)
            for side in ("before", "after"):
                rows = self._engine.rows(
                    f"SELECT year(occurred_from), {cells} FROM {side} GROUP BY 1"
                )
                sums[side] = {row[0]: row[1:] for row in rows}
        nothing = [None] * len(self._additive)
        return [
            {
                "year": year,
                **dict(zip((*_KINDS, "same"), counts, strict=True)),
                "totals": {
                    name: {
                        side: _rounded((sums[side].get(year) or nothing)[index])
                        for side in ("before", "after")
                    }
                    for index, name in enumerate(self._additive)
                },
            }
            for year, *counts, _ in years
        ]

    def _by_state(self, limit: int | None) -> list[dict[str, Any]]:
        """Return the dyads (or states) whose records differ, most of them first."""
        if not self._states:
            return []
        rows = self._counts_by("who", "moved DESC, who NULLS LAST", limit)
        return [
            {"who": who, **dict(zip((*_KINDS, "same"), counts, strict=True))}
            for who, *counts, _ in rows
        ]

    # ------------------------------------------------------------------ rows

    def _score(self, source: str, size: str) -> str:
        """Return the SQL of how large a change is: its share of the largest one in its column."""
        parts = []
        for name in self._measures:
            of = size.format(name)
            largest = self._engine.one(f"SELECT max({of}) {source}")
            if largest:
                parts.append(f"coalesce({of} / {float(largest)!r}, 0)")
        return f"greatest(0.0, {', '.join(parts)})" if parts else "0.0::DOUBLE"

    def _changed(self, limit: int | None) -> list[dict[str, Any]]:
        source = self._pairs("changed")
        score = self._score(source, 'abs(a."{0}" - b."{0}")')
        both = ", ".join(
            f'{side}."{name}" AS "{side}.{name}"'
            for side in ("b", "a")
            for name in (*self._types, "locator")
        )
        rows = self._engine.records(
            f"SELECT a.stored_as, m.year, m.who, {both} {source}"
            f" ORDER BY {score} DESC, m.year DESC, record_id{_cut(limit)}"
        )
        return [
            {
                "record": row["stored_as"],
                "who": row["who"],
                "year": row["year"],
                "key": {name: plain(row[f"b.{name}"]) for name in self._table.key},
                "before_at": row["b.locator"],
                "after_at": row["a.locator"],
                "columns": {
                    name: {"before": plain(row[f"b.{name}"]), "after": plain(row[f"a.{name}"])}
                    for name in self._compared
                    if row[f"b.{name}"] != row[f"a.{name}"]
                },
            }
            for row in rows
        ]

    def _whole_rows(self, kind: str, limit: int | None) -> list[dict[str, Any]]:
        side = "before" if kind == "removed" else "after"
        source = f"FROM matched m JOIN {side} r USING (record_id) WHERE m.kind = {quoted(kind)}"
        score = self._score(source, 'abs(r."{0}")')
        cells = ", ".join(f'r."{name}"' for name in (*self._types, "locator"))
        rows = self._engine.records(
            f'SELECT r.stored_as, m.year AS "m.year", m.who, {cells} {source}'
            f" ORDER BY {score} DESC, m.year DESC, record_id{_cut(limit)}"
        )
        return [
            {
                "record": row["stored_as"],
                "who": row["who"],
                "year": row["m.year"],
                "at": row["locator"],
                "values": {name: plain(row[name]) for name in self._types if row[name] is not None},
            }
            for row in rows
        ]


def plain(value: Any) -> Any:
    """Return a cell as JSON can hold it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _rounded(total: float | None) -> float | None:
    """Return a sum without the last digits, which depend on the order of adding."""
    return None if total is None else float(f"{total:.12g}")


def _cut(limit: int | None) -> str:
    return "" if limit is None else f" LIMIT {limit:d}"
