"""The index of the archive: which publisher's files are in, and which Parquet files hold them.

One SQLite database beside the Parquet files. What it does not name is not there; a batch of files
becomes visible in one commit, after its Parquet file was forced to disk.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.core.errors import StoreDamaged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = ["ArchiveFile", "ArchiveIndex", "ArchiveSegment", "Refusal"]

_SCHEMA = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS files (
  sha256 TEXT NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
  stream TEXT NOT NULL, admitted_on TEXT NOT NULL, rows INTEGER NOT NULL,
  repeated INTEGER NOT NULL, quarantined INTEGER NOT NULL, first_day TEXT NOT NULL,
  last_day TEXT NOT NULL, url TEXT NOT NULL, quarantine TEXT NOT NULL,
  known_from TEXT, superseded_on TEXT, PRIMARY KEY (source, sha256));
CREATE INDEX IF NOT EXISTS file_names ON files (source, name);
CREATE TABLE IF NOT EXISTS refused (
  source TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, refused_on TEXT NOT NULL,
  reason TEXT NOT NULL, quarantine TEXT NOT NULL, PRIMARY KEY (source, sha256));
CREATE TABLE IF NOT EXISTS repairs (
  source TEXT NOT NULL, sha256 TEXT NOT NULL, correction TEXT NOT NULL, rows INTEGER NOT NULL,
  PRIMARY KEY (source, sha256, correction));
CREATE TABLE IF NOT EXISTS segments (
  path TEXT PRIMARY KEY, source TEXT NOT NULL, relation TEXT NOT NULL, year INTEGER NOT NULL,
  rows INTEGER NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, first_day TEXT NOT NULL,
  last_day TEXT NOT NULL, first_public TEXT NOT NULL, last_public TEXT NOT NULL,
  first_id INTEGER NOT NULL, last_id INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class ArchiveFile:
    """One publisher's file whose rows are in the archive.

    Parameters
    ----------
    sha256, source, name : str
        Its bytes, who published it, and what it is called.
    size : int
        Of the file as published. [byte]
    stream : str
        Part of the source that is kept apart; empty if none.
    admitted_on : datetime.datetime
        When. [UTC]
    rows, repeated, quarantined : int
        Rows stored; rows whose number another file had given before; rows set aside. [count]
    first_day, last_day : datetime.date
        Days that the file covers by its name.
    url : str
        Where it came from; empty if a user brought it.
    quarantine : str
        File with the rows set aside, below the store's folder; empty if there are none.
    known_from : datetime.date, optional
        Set where it took the place of another file: readers of an earlier day do not see it.
    superseded_on : datetime.date, optional
        Set when another file took its place: readers of that day or later do not see it.
    """

    sha256: str
    source: str
    name: str
    size: int
    stream: str
    admitted_on: dt.datetime
    rows: int
    repeated: int
    quarantined: int
    first_day: dt.date
    last_day: dt.date
    url: str = ""
    quarantine: str = ""
    known_from: dt.date | None = None
    superseded_on: dt.date | None = None

    def hidden_on(self, day: dt.date) -> bool:
        """Say whether a reader of that day must not see its rows."""
        gone = self.superseded_on is not None and self.superseded_on <= day
        return gone or (self.known_from is not None and self.known_from > day)


@dataclass(frozen=True)
class ArchiveSegment:
    """One Parquet file of the archive.

    Parameters
    ----------
    path : str
        Below the store's folder.
    source, relation : str
        Whose rows, and of what kind.
    year : int
        Of the publisher's files.
    rows, size : int
        [count, byte]
    sha256 : str
        Of the Parquet file.
    first_day, last_day, first_public, last_public : datetime.date
        Earliest and latest day of its rows, and from when they were public.
    first_id, last_id : int
        Least and greatest number of a row.
    """

    path: str
    source: str
    relation: str
    year: int
    rows: int
    size: int
    sha256: str
    first_day: dt.date
    last_day: dt.date
    first_public: dt.date
    last_public: dt.date
    first_id: int
    last_id: int


@dataclass(frozen=True)
class Refusal:
    """One publisher's file of which nothing was admitted.

    Parameters
    ----------
    source, name, sha256 : str
        Who published it, what it is called, and its bytes.
    refused_on : datetime.datetime
        When. [UTC]
    reason : str
        In one sentence.
    quarantine : str
        File with the rows set aside, below the store's folder; empty if there are none.
    """

    source: str
    name: str
    sha256: str
    refused_on: dt.datetime
    reason: str
    quarantine: str = ""


class ArchiveIndex:
    """The index of one store; cheap to make, opens the database for each question.

    Parameters
    ----------
    home : pathlib.Path
        Folder of the store.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "archive" / "index.sqlite"

    def exists(self) -> bool:
        """Say whether the store has an archive."""
        return self.path.is_file()

    def files(self, source: str | None = None) -> list[ArchiveFile]:
        """Return the files in the archive, in the order of their names."""
        where, params = ("WHERE source = ?", [source]) if source else ("", [])
        rows = self._rows(f"SELECT * FROM files {where} ORDER BY source, name, admitted_on", params)
        return [_file(row) for row in rows]

    def replaced(self) -> list[ArchiveFile]:
        """Return the files that were superseded, and those that took the place of another."""
        rows = self._rows(
            "SELECT * FROM files WHERE superseded_on IS NOT NULL OR known_from IS NOT NULL"
            " ORDER BY source, name, admitted_on"
        )
        return [_file(row) for row in rows]

    def named(self, source: str, names: Sequence[str]) -> list[ArchiveFile]:
        """Return the files of a source that have one of these names."""
        found = []
        for name in names:
            sql = "SELECT * FROM files WHERE source = ? AND name = ? ORDER BY admitted_on"
            found += [_file(row) for row in self._rows(sql, [source, name])]
        return found

    def totals(self) -> list[dict[str, Any]]:
        """Return for each source how much is in: files, rows, days, what was set aside."""
        rows = self._rows(
            "SELECT source, count(*) AS files, sum(rows) AS rows, sum(repeated) AS repeated,"
            " sum(quarantined) AS quarantined, min(first_day) AS first, max(last_day) AS last,"
            " sum(size) AS bytes, max(admitted_on) AS last_admitted,"
            " sum(superseded_on IS NOT NULL) AS superseded FROM files GROUP BY 1 ORDER BY 1"
        )
        return [dict(row) for row in rows]

    def spans(
        self, as_of: dt.date, exclude: Collection[str] = ()
    ) -> list[tuple[str, str, dt.date, dt.date, int]]:
        """Return which days the files cover that a reader of a day may see.

        Returns
        -------
        list of (str, str, datetime.date, datetime.date, int)
            Source, stream, first and last day, and how many files cover just these. [count]
        """
        day = as_of.isoformat()
        rows = self._rows(
            "SELECT source, stream, first_day, last_day, count(*) AS n FROM files"
            " WHERE (superseded_on IS NULL OR superseded_on > ?)"
            " AND (known_from IS NULL OR known_from <= ?) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            [day, day],
        )
        return [
            (
                row["source"],
                row["stream"],
                dt.date.fromisoformat(row["first_day"]),
                dt.date.fromisoformat(row["last_day"]),
                row["n"],
            )
            for row in rows
            if row["source"] not in exclude
        ]

    def segments(self, relation: str | None = None) -> list[ArchiveSegment]:
        """Return the Parquet files, in the order of their paths."""
        where, params = ("WHERE relation = ?", [relation]) if relation else ("", [])
        rows = self._rows(f"SELECT * FROM segments {where} ORDER BY path", params)
        return [_segment(row) for row in rows]

    def hashes(self, source: str) -> set[str]:
        """Return the SHA-256 of every file of a source that is in."""
        sql = "SELECT sha256 FROM files WHERE source = ?"
        return {row["sha256"] for row in self._rows(sql, [source])}

    def digest(self) -> str:
        """Return one hash of all files that are in; empty if there is no archive."""
        rows = self._rows(
            "SELECT source, sha256, known_from, superseded_on FROM files ORDER BY 1, 2"
        )
        text = "\n".join("|".join(str(cell) for cell in row) for row in rows)
        return hashlib.sha256(text.encode()).hexdigest() if rows else ""

    def repairs(self, source: str | None = None) -> dict[str, dict[str, int]]:
        """Return how many rows each declared correction repaired, by source and id [count]."""
        where, params = ("WHERE source = ?", [source]) if source else ("", [])
        found: dict[str, dict[str, int]] = {}
        for row in self._rows(
            f"SELECT source, correction, sum(rows) AS n FROM repairs {where}"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            params,
        ):
            found.setdefault(row["source"], {})[row["correction"]] = row["n"]
        return found

    def refusals(self, source: str | None = None) -> list[Refusal]:
        """Return the files of which nothing was admitted, oldest first."""
        where, params = ("WHERE source = ?", [source]) if source else ("", [])
        rows = self._rows(f"SELECT * FROM refused {where} ORDER BY refused_on, name", params)
        return [
            Refusal(**{**dict(row), "refused_on": dt.datetime.fromisoformat(row["refused_on"])})
            for row in rows
        ]

    def quarantines(self) -> list[str]:
        """Return the files with rows set aside, below the store's folder."""
        rows = self._rows(
            "SELECT quarantine FROM files WHERE quarantine <> ''"
            " UNION SELECT quarantine FROM refused WHERE quarantine <> '' ORDER BY 1"
        )
        return [row["quarantine"] for row in rows]

    def commit(
        self,
        files: Sequence[ArchiveFile],
        segments: Sequence[ArchiveSegment],
        repairs: Sequence[tuple[str, str, str, int]],
        refused: Sequence[Refusal] = (),
    ) -> None:
        """Make files and the Parquet files that hold them visible in one step.

        A file of the same source and name that is in already is superseded.

        Parameters
        ----------
        files, segments : sequence
            What came in; the Parquet files lie at their places, forced to disk.
        repairs : sequence of (str, str, str, int)
            Source, SHA-256 of the file, id of the correction, rows repaired.
        refused : sequence of Refusal
            Files of which nothing came in.
        """
        with self._writing() as database:
            for file in files:
                day = file.known_from
                if day is not None:
                    database.execute(
                        "UPDATE files SET superseded_on = ? WHERE source = ? AND name = ?"
                        " AND superseded_on IS NULL",
                        [day.isoformat(), file.source, file.name],
                    )
                _insert(database, "files", asdict(file))
            for segment in segments:
                _insert(database, "segments", asdict(segment))
                database.execute(
                    "DELETE FROM refused WHERE source = ? AND sha256 = ?",
                    [file.source, file.sha256],
                )
            database.executemany("INSERT INTO repairs VALUES (?, ?, ?, ?)", repairs)
            for each in refused:
                _insert(database, "refused", asdict(each), "INSERT OR REPLACE")

    def replace(self, old: Sequence[ArchiveSegment], new: Sequence[ArchiveSegment]) -> None:
        """Put larger Parquet files in the place of small ones that hold the same rows."""
        with self._writing() as database:
            paths = [(each.path,) for each in old]
            database.executemany("DELETE FROM segments WHERE path = ?", paths)
            for segment in new:
                _insert(database, "segments", asdict(segment))

    def _rows(self, sql: str, params: Sequence[object] = ()) -> list[sqlite3.Row]:
        if not self.exists():
            return []
        try:
            with contextlib.closing(self._connect()) as database:
                return database.execute(sql, params).fetchall()
        except sqlite3.DatabaseError as error:
            msg = (
                f"{self.path} cannot be read: {error}. Restore it from a backup, or collect the"
                " archive again into an empty folder."
            )
            raise StoreDamaged(msg) from None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(self._connect()) as database:
            database.executescript(_TABLES)
            database.execute(f"PRAGMA user_version = {_SCHEMA}")
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=30.0, isolation_level=None)
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        return database


def _insert(
    database: sqlite3.Connection, table: str, values: dict[str, Any], verb: str = "INSERT"
) -> None:
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    cells = [v.isoformat() if isinstance(v, dt.date) else v for v in values.values()]
    database.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", cells)


_DAYS = ("first_day", "last_day", "first_public", "last_public", "known_from", "superseded_on")


def _typed(row: sqlite3.Row) -> dict[str, Any]:
    return {
        key: dt.date.fromisoformat(row[key]) if key in _DAYS and row[key] else row[key]
        for key in row.keys()  # noqa: SIM118 -- a Row iterates over its values
    }


def _file(row: sqlite3.Row) -> ArchiveFile:
    values = _typed(row)
    return ArchiveFile(
        **{**values, "admitted_on": dt.datetime.fromisoformat(values["admitted_on"])}
    )


def _segment(row: sqlite3.Row) -> ArchiveSegment:
    return ArchiveSegment(**_typed(row))
