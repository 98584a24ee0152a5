"""One consistent reading of the store: what was publicly known by a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from comity.core.errors import StoreDamaged, UnknownName
from comity.core.records import TABLES
from comity.evidence.archive.reading import ArchiveReading
from comity.evidence.engine.duck import Engine, quoted, scan
from comity.evidence.tables import ENVELOPE, column_types, empty_sql, stored_types

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

    from comity.core.records import Table
    from comity.evidence.manifest import Segment

__all__ = ["EvidenceView", "Exclusions"]


class Exclusions:
    """What a reader leaves out: whole sources, outlets, or a class of reliability.

    Parameters
    ----------
    names : sequence of str
        Source names, ``outlet:ID``, or ``reliability:A`` to ``reliability:F``.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.outlets = sorted(_after("outlet:", names))
        self.grades = sorted(_after("reliability:", names))
        self.sources = {name for name in names if not name.startswith(("outlet:", "reliability:"))}
        for grade in self.grades:
            if grade not in set("ABCDEF"):
                raise UnknownName("reliability", grade, "ABCDEF")

    @property
    def salt(self) -> tuple[str, ...]:
        """What is excluded within sources, as text."""
        return (
            *(f"outlet:{name}" for name in self.outlets),
            *(f"reliability:{grade}" for grade in self.grades),
        )

    def condition(self, table: Table) -> str:
        """Return the SQL that is true of rows that stay."""
        parts = ["true"]
        if table.cited:
            for column, values in (("outlet", self.outlets), ("reliability", self.grades)):
                if values:
                    listed = ", ".join(quoted(value) for value in values)
                    parts.append(f"coalesce({column}, '') NOT IN ({listed})")
        return " AND ".join(parts)


class EvidenceView:
    """One consistent reading of one generation, as of a day. A context manager.

    Each kind of record is an SQL view by the name of its table, with the columns of the table and
    of `comity.evidence.tables.ENVELOPE`; a record appears once, in the version that was known by
    then. Columns that are held back are empty until their date, and dates that lie later are empty.
    A record without a credibility with hindsight has that of its own date.

    Parameters
    ----------
    home : pathlib.Path
        Folder of the store.
    segments : sequence of Segment
        The files to read.
    as_of : datetime.date
        Last day whose public knowledge is used.
    exclusions : Exclusions
        What is left out within sources.
    tables : sequence of str
        The tables to offer.
    memory_limit : str
        Of the database.
    hindsight : bool
        Whether ``credibility_now`` may use what became known later; if not, it is the credibility
        at the record's own date.
    archive : ArchiveReading, optional
        Coded events in bulk, offered as the view ``archive_events``.

    Raises
    ------
    StoreDamaged
        If a file of the generation is missing.
    """

    def __init__(  # noqa: PLR0913 -- made by EvidenceStore.view only
        self,
        home: Path,
        segments: Sequence[Segment],
        as_of: dt.date,
        exclusions: Exclusions,
        tables: Sequence[str],
        memory_limit: str,
        *,
        hindsight: bool = True,
        archive: ArchiveReading | None = None,
    ) -> None:
        self.as_of = as_of
        self.archive = archive or ArchiveReading(home, as_of, ())
        self._hindsight = hindsight
        self._home = home
        self._exclusions = exclusions
        self._tables = tuple(tables)
        by_table = {name: [s for s in segments if s.table == name] for name in self._tables}
        _check_files(home, [segment for part in by_table.values() for segment in part])
        self._engine = Engine(memory_limit)
        try:
            self._engine.confine(home)
            for name, part in by_table.items():
                self._create(TABLES[name], part)
            self._engine.run(f"CREATE VIEW archive_events AS {self.archive.sql('events')}")
        except BaseException:
            self._engine.close()
            raise

    def query(
        self, sql: str, params: Sequence[object] | Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Return all rows of a query over the tables.

        Raises
        ------
        EvidenceError
            If memory or disk is too small.
        StoreDamaged
            If a stored file cannot be read.
        """
        return self._engine.rows(sql, params)

    def columns(
        self, sql: str, params: Sequence[object] | None = None
    ) -> dict[str, np.ndarray[Any, Any]]:
        """Return the columns of a query as arrays; see `query`.

        A missing number is NaN where the column can hold it; else the array is masked.
        """
        return self._engine.arrays(sql, params)

    def rows(self, sql: str, params: Sequence[object] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a query as dictionaries; see `query`."""
        return self._engine.records(sql, params)

    def record(self, record_id: str) -> dict[str, Any] | None:
        """Return a record as it was known, with its envelope and the name of its ``table``.

        None if there is no such record or it was not public by then.
        """
        for table in self._tables_of(record_id):
            found = self.rows(f"SELECT * FROM {table} WHERE record_id = ?", [record_id])
            if found:
                return {"table": table, **found[0]}
        return None

    def history(self, record_id: str) -> list[dict[str, Any]]:
        """Return all stored versions of a record, whenever they were known, oldest first."""
        for table in self._tables_of(record_id):
            found = self.rows(
                f"SELECT * FROM _stored_{table} WHERE record_id = ? ORDER BY generation",
                [record_id],
            )
            if found:
                return [{"table": table, **row} for row in found]
        return []

    def close(self) -> None:
        """Let go of the database."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ building

    def _tables_of(self, record_id: str) -> list[str]:
        kind = record_id.partition(":")[0]
        return [name for name in self._tables if TABLES[name].kind == kind]

    def _create(self, table: Table, segments: Sequence[Segment]) -> None:
        run, name = self._engine.run, table.name
        shown = {**column_types(table), **{key: kind for key, (kind, _) in ENVELOPE.items()}}
        if not segments:
            run(f"CREATE VIEW _stored_{name} AS {empty_sql(stored_types(table))}")
            run(f"CREATE VIEW {name} AS {empty_sql(shown)}")
            return
        run(f"CREATE VIEW _stored_{name} AS {self._stored_sql(table, segments)}")
        day = f"DATE {quoted(self.as_of.isoformat())}"
        current = f"SELECT * FROM _stored_{name} WHERE public_from <= {day}"
        revised = [segment for segment in segments if segment.revisions]
        if revised:
            self._resolve(table, revised, day)
            current += (
                f" AND record_id NOT IN (SELECT record_id FROM _touched_{name})"
                f" UNION ALL BY NAME SELECT * FROM _resolved_{name}"
            )
        listed = ", ".join(self._shown(table, column, day) for column in shown)
        stays = self._exclusions.condition(table)
        run(f"CREATE VIEW {name} AS SELECT {listed} FROM ({current}) WHERE {stays}")

    def _shown(self, table: Table, column: str, day: str) -> str:
        if column == "credibility_now" and not self._hindsight:
            return "credibility_at_date AS credibility_now"
        return _shown_column(table, column, day)

    def _stored_sql(self, table: Table, segments: Sequence[Segment]) -> str:
        """Return the SQL of all versions, with columns that older files lack."""
        files = [self._home / segment.file for segment in segments]
        types = stored_types(table)
        present = {name for segment in segments for name in segment.columns}
        cells = ", ".join(
            f'"{name}"::{kind} AS "{name}"' if name in present else f'NULL::{kind} AS "{name}"'
            for name, kind in types.items()
        )
        differ = any(set(segment.columns) != set(types) for segment in segments)
        return f"SELECT {cells} FROM {scan(files, by_name=differ)}"

    def _resolve(self, table: Table, revised: Sequence[Segment], day: str) -> None:
        """Find the version that counts of each record that has several.

        A correction takes the place of all older versions at all dates. Of what is left, each
        source's newest version known by the day counts, unless it is a withdrawal; of several
        sources the newest.
        """
        name = table.name
        files = [self._home / segment.file for segment in revised]
        self._engine.run(
            f"CREATE TEMP TABLE _touched_{name} AS SELECT DISTINCT record_id"
            f" FROM {scan(files, by_name=True)} WHERE revision <> 'original'"
        )
        self._engine.run(
            f"CREATE TEMP TABLE _resolved_{name} AS WITH versions AS (SELECT *,"
            " max(CASE WHEN revision = 'corrected' THEN generation END)"
            " OVER (PARTITION BY record_id) AS floor"
            f" FROM _stored_{name} WHERE record_id IN (SELECT record_id FROM _touched_{name})),"
            " newest AS (SELECT * FROM versions WHERE generation >= coalesce(floor, 0)"
            f" AND known_from <= {day} AND (public_from <= {day} OR revision = 'withdrawn')"
            " QUALIFY row_number() OVER"
            " (PARTITION BY record_id, source ORDER BY generation DESC) = 1)"
            " SELECT * EXCLUDE (floor) FROM newest WHERE revision <> 'withdrawn'"
            " QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY generation DESC) = 1"
        )


def _after(prefix: str, names: Sequence[str]) -> set[str]:
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def _shown_column(table: Table, column: str, day: str) -> str:
    for date, columns in table.held_back:
        if column == date or column in columns:
            return f'CASE WHEN "{date}" <= {day} THEN "{column}" END AS "{column}"'
    if column in table.dated:
        begins = f"""TRY_CAST("{column}" || substr('0000-01-01', length("{column}") + 1) AS DATE)"""
        return f'CASE WHEN coalesce({begins} <= {day}, TRUE) THEN "{column}" END AS "{column}"'
    if column == "credibility_now":
        return 'coalesce("credibility_now", "credibility_at_date") AS "credibility_now"'
    return f'"{column}"'


def _check_files(home: Path, segments: Sequence[Segment]) -> None:
    for segment in segments:
        if not (home / segment.file).is_file():
            msg = (
                f"{home / segment.file} is missing ({segment.rows:,} rows of {segment.source})."
                " Restore it from a backup, or collect again into an empty folder."
            )
            raise StoreDamaged(msg)
