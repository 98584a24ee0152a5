"""Rows on their way into the store: checked, compared with what is stored, written to files.

Everything happens in a database that spills to disk, so that memory stays bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from comity.core.provenance import sha256_of
from comity.core.records import TABLES
from comity.evidence import durable
from comity.evidence.engine.duck import Engine, quoted, scan
from comity.evidence.manifest import Segment
from comity.evidence.tables import (
    Revision,
    column_types,
    content_sql,
    empty_sql,
    record_id_sql,
    sort_columns,
    stored_types,
    version_sql,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from comity.core.records import Table

__all__ = ["Conflict", "Counts", "Staging"]

_ROWS_PER_FILE = 50_000


@dataclass(frozen=True)
class Conflict:
    """A row whose key another row already has: where it stands, why, and its file."""

    locator: str
    snapshot: str
    reason: str
    raw: str


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one table [count]."""

    new: int = 0
    same: int = 0
    changed: int = 0
    withdrawn: int = 0


class Staging:
    """The rows of one transaction.

    Parameters
    ----------
    engine : Engine
        An empty database of its own.
    home : pathlib.Path
        Folder of the store.
    source : str
        Who gives the rows.
    generation : int
        That the transaction will make.
    recorded_on : datetime.datetime
        When.
    """

    def __init__(
        self,
        engine: Engine,
        home: Path,
        source: str,
        generation: int,
        recorded_on: dt.datetime,
    ) -> None:
        self._engine = engine
        self._home = home
        self._source = source
        self._generation = generation
        self._recorded_on = recorded_on
        self._next = 0
        self.batch = f"{generation:08d}"
        self.tables: dict[str, int] = {}

    def add(self, table: str, columns: dict[str, Any]) -> None:
        """Append checked rows; `columns` has ``locator`` and ``snapshot`` too."""
        count = len(columns["locator"])
        types = {**_staged_types(TABLES[table]), "seq": "BIGINT"}
        self.declare(table)
        columns["seq"] = range(self._next, self._next + count)
        self._next += count
        self._engine.append(f"staged_{table}", columns, types)
        self.tables[table] += count

    def declare(self, table: str) -> None:
        """Say that the transaction is about a table, even if it gives no rows of it."""
        if table in self.tables:
            return
        types = {**_staged_types(TABLES[table]), "seq": "BIGINT"}
        self._engine.run(f"CREATE TEMP TABLE staged_{table} AS {empty_sql(types)}")
        self.tables[table] = 0

    def settle(
        self,
        table: str,
        stored: Sequence[Segment],
        changed: Revision,
        *,
        replace: bool = False,
        withdrawn_from: dt.date | None = None,
    ) -> tuple[Counts, list[Conflict]]:
        """Decide which staged rows are new, the same, changed or in conflict.

        Parameters
        ----------
        table : str
            One of `tables`.
        stored : sequence of Segment
            What the store has of this table, from any source whose keys may meet ours.
        changed : str
            The revision that a changed row is stored as.
        replace : bool
            Whether a row may replace one of another source.
        withdrawn_from : datetime.date, optional
            A stored row of this source that is not staged is withdrawn from this day on; from the
            first day there is, at all dates. None withdraws nothing.
        """
        spec = TABLES[table]
        key, says = record_id_sql(spec, self._source), version_sql(spec)
        self._engine.run(
            f"CREATE TEMP TABLE keyed AS SELECT *, {key} AS record_id, {says} AS version"
            f" FROM staged_{table}"
        )
        self._engine.run(f"DROP TABLE staged_{table}")
        same, conflicts = self._repeated()
        self._compare(stored)
        taken = self._taken(replace=replace)
        conflicts += taken
        same += int(
            self._engine.one(
                "SELECT count(*) FROM keyed JOIN held USING (record_id)"
                " WHERE held.version = keyed.version AND held.live"
            )
        )
        self._compose(spec, changed)
        withdrawn = 0
        if withdrawn_from is not None:
            withdrawn = self._withdraw(spec, stored, withdrawn_from)
        new, corrected = self._engine.rows(
            "SELECT count(*) FILTER (revision = 'original'),"
            " count(*) FILTER (revision IN ('revised', 'corrected')) FROM composed"
        )[0]
        self._engine.run("DROP TABLE keyed; DROP TABLE held")
        self._engine.run(f"ALTER TABLE composed RENAME TO settled_{table}")
        return Counts(int(new), same, int(corrected), withdrawn), conflicts

    def write(self, table: str) -> Iterator[Segment]:
        """Write the settled rows of a table to files that are forced to disk, and drop them."""
        total = int(self._engine.one(f"SELECT count(*) FROM settled_{table}"))
        if total:
            for number, (folder, condition) in enumerate(self._parts(table, total)):
                yield self._write_part(table, folder, condition, number)
        self._engine.run(f"DROP TABLE settled_{table}")

    # ------------------------------------------------------------------ comparing

    def _repeated(self) -> tuple[int, list[Conflict]]:
        """Keep the first of staged rows that share a key; tell repeats from contradictions."""
        engine = self._engine
        engine.run(
            "CREATE TEMP TABLE firsts AS SELECT record_id, min(seq) AS seq FROM keyed"
            " GROUP BY record_id HAVING count(*) > 1"
        )
        found = engine.rows(
            "SELECT k.locator, k.snapshot, first.locator, to_json(k)::VARCHAR"
            " FROM keyed k JOIN firsts f USING (record_id) JOIN keyed first ON first.seq = f.seq"
            " WHERE k.seq <> f.seq AND k.version <> first.version ORDER BY k.seq"
        )
        repeats = int(
            engine.one(
                "SELECT count(*) FROM keyed k JOIN firsts f USING (record_id) WHERE k.seq <> f.seq"
            )
        )
        if repeats:
            engine.run(
                "DELETE FROM keyed USING firsts"
                " WHERE keyed.record_id = firsts.record_id AND keyed.seq <> firsts.seq"
            )
        engine.run("DROP TABLE firsts")
        conflicts = [
            Conflict(where, snapshot, f"The key is already used at {first} with other values.", raw)
            for where, snapshot, first, raw in found
        ]
        return repeats - len(conflicts), conflicts

    def _compare(self, stored: Sequence[Segment]) -> None:
        """Find the newest stored version of each staged key: our own, else another source's."""
        kinds = {"record_id": "VARCHAR", "owner": "VARCHAR", "version": "VARCHAR"}
        found = empty_sql({**kinds, "live": "BOOLEAN"})
        files = [self._home / segment.file for segment in stored]
        if files:
            found = (
                "SELECT record_id, source AS owner, arg_max(version, generation) AS version,"
                " arg_max(revision, generation) <> 'withdrawn' AS live"
                f" FROM {scan(files, by_name=True)}"
                " WHERE record_id IN (SELECT record_id FROM keyed) GROUP BY ALL"
            )
        ours = f"owner = {quoted(self._source)}"
        self._engine.run(
            f"CREATE TEMP TABLE held AS SELECT *, {ours} AS ours FROM ({found})"
            f" WHERE {ours} OR live"
            f" QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY ours DESC, owner) = 1"
        )

    def _taken(self, *, replace: bool) -> list[Conflict]:
        """Take out rows whose key another source holds with other values."""
        if replace:
            return []
        meets = (
            "keyed.record_id = held.record_id AND NOT held.ours AND held.version <> keyed.version"
        )
        found = self._engine.rows(
            f"SELECT keyed.locator, keyed.snapshot, held.owner, to_json(keyed)::VARCHAR"
            f" FROM keyed JOIN held ON {meets} ORDER BY keyed.seq"
        )
        if found:
            self._engine.run(f"DELETE FROM keyed USING held WHERE {meets}")
        return [
            Conflict(where, snapshot, _taken_reason(owner), raw)
            for where, snapshot, owner, raw in found
        ]

    def _compose(self, table: Table, changed: Revision) -> None:
        """Build the full stored rows of what is new or changed."""
        day = f"DATE {quoted(self._recorded_on.date().isoformat())}"
        since = f"greatest(public_from, {day})" if changed == "revised" else "public_from"
        own = ", ".join(f'keyed."{name}"' for name in column_types(table))
        self._engine.run(
            f"CREATE TEMP TABLE composed AS SELECT {own}, keyed.record_id, keyed.version,"
            f" {quoted(self._source)} AS source, snapshot, locator, {self._stamp} AS recorded_on,"
            f" CASE WHEN held.record_id IS NULL THEN 'original' ELSE {quoted(changed)} END"
            f" AS revision, CASE WHEN held.record_id IS NULL THEN public_from ELSE {since} END"
            f" AS known_from, {self._generation}::BIGINT AS generation,"
            f" CASE WHEN held.live THEN 0 ELSE 1 END AS born"
            f" FROM keyed LEFT JOIN held USING (record_id)"
            f" WHERE held.record_id IS NULL OR NOT held.live OR held.version <> keyed.version"
        )

    def _withdraw(self, table: Table, stored: Sequence[Segment], since: dt.date) -> int:
        """Add a withdrawn version of each row that we stored and that is staged no more.

        A row of an edition that is not staged stays: a list of another day says nothing of it.
        """
        ours = [segment for segment in stored if segment.source == self._source]
        files = [self._home / segment.file for segment in ours]
        if not files:
            return 0
        present = {name for segment in ours for name in segment.columns}
        own = ", ".join(
            f'"{name}"' if name in present else f"NULL::{kind}"
            for name, kind in column_types(table).items()
        )
        gone = (
            f"FROM (SELECT * FROM {scan(files, by_name=True)}"
            f" WHERE source = {quoted(self._source)}"
            " QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY generation DESC) = 1)"
            " WHERE revision <> 'withdrawn' AND record_id NOT IN (SELECT record_id FROM keyed)"
        )
        if table.edition:
            gone += f' AND "{table.edition}" IN (SELECT "{table.edition}" FROM keyed)'
        count = int(self._engine.one(f"SELECT count(*) {gone}"))
        self._engine.run(
            f"INSERT INTO composed SELECT {own}, record_id, version, source, snapshot, locator,"
            f" {self._stamp}, 'withdrawn', DATE {quoted(since.isoformat())},"
            f" {self._generation}, -1 {gone}"
        )
        return count

    @property
    def _stamp(self) -> str:
        return f"TIMESTAMP {quoted(self._recorded_on.isoformat(' '))}"

    # ------------------------------------------------------------------ writing

    def _parts(self, table: str, total: int) -> Iterator[tuple[str, str]]:
        """Split a large table into runs of years, each a file of a useful size."""
        base = f"tables/{table}/source={quote(self._source, safe='')}"
        if total <= _ROWS_PER_FILE:
            yield base, "true"
            return
        run: list[int] = []
        rows = left = 0
        left = total
        years = self._engine.rows(
            f"SELECT year(occurred_from), count(*) FROM settled_{table} GROUP BY 1 ORDER BY 1"
        )
        for year, count in years:
            run.append(year)
            rows += count
            left -= count
            if rows >= _ROWS_PER_FILE or not left:
                name = str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"
                yield f"{base}/year={name}", f"year(occurred_from) BETWEEN {run[0]} AND {run[-1]}"
                run, rows = [], 0

    def _write_part(self, table: str, folder: str, condition: str, number: int) -> Segment:
        spec = TABLES[table]
        names = tuple(stored_types(spec))
        order = ", ".join(f'"{name}"' for name in sort_columns(spec))
        rows = f"FROM settled_{table} WHERE {condition}"
        temporary = self._home / "tmp" / "segment.parquet"
        shown = ", ".join(f'"{name}"' for name in names)
        self._engine.run(
            f"COPY (SELECT {shown} {rows} ORDER BY {order}) TO {quoted(str(temporary))}"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
        count, born, revisions, first, last, public, upper, lower = self._engine.rows(
            "SELECT count(*), sum(born), count(*) FILTER (revision <> 'original'),"
            f" min(occurred_from), max(occurred_from), min(public_from), {content_sql()} {rows}"
        )[0]
        durable.flush_file(temporary)
        file = f"{folder}/{self.batch}-{number}.parquet"
        digest = sha256_of(temporary)
        durable.publish(temporary, self._home / file)
        return Segment(
            table=table,
            source=self._source,
            file=file,
            rows=int(count),
            records=int(born),
            revisions=int(revisions),
            sha256=digest,
            batch=self.batch,
            first=first,
            last=last,
            public_from=public,
            content=(int(upper), int(lower)),
            columns=names,
        )


def _staged_types(table: Table) -> dict[str, str]:
    return {**column_types(table), "locator": "VARCHAR", "snapshot": "VARCHAR"}


def _taken_reason(owner: str) -> str:
    return (
        f"The id is already taken by {owner} with other values; give the row an id of its own, or"
        " admit it with --replace if it corrects that record."
    )
