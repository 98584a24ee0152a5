"""The ledger of completeness: which files a source should have, and what became of each."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from comity.core.errors import StoreBusy, StoreDamaged

if TYPE_CHECKING:
    from pathlib import Path

    from comity.sources._remote import RemoteFile

__all__ = ["LEDGER_FILE", "STATES", "Entry", "Fault", "Ledger", "State"]

LEDGER_FILE = "ledger.sqlite"

State = Literal["expected", "present", "absent_upstream", "failed", "quarantined", "superseded"]
STATES: tuple[State, ...] = get_args(State)
Fault = Literal["", "unavailable", "denied", "corrupt", "refused"]

_WAIT = 30.0
_SCHEMA = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS files (
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 0,
    url TEXT NOT NULL DEFAULT '',
    first TEXT,
    last TEXT,
    state TEXT NOT NULL DEFAULT 'expected',
    kept_as TEXT NOT NULL DEFAULT '',
    size INTEGER,
    md5 TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL DEFAULT '',
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    fetched_on TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    fault TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    rows INTEGER,
    rows_quarantined INTEGER,
    parser_version INTEGER,
    run INTEGER,
    PRIMARY KEY (source, name, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_state ON files (source, state, first);
CREATE TABLE IF NOT EXISTS runs (
    source TEXT NOT NULL,
    began TEXT NOT NULL,
    ended TEXT,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'interrupted'
);
"""


@dataclass(frozen=True)
class Entry:
    """One file of a source in one version, as the ledger has it.

    Attributes
    ----------
    source, name, url : str
        As in `comity.sources._remote.RemoteFile`; the address without keys, empty for a file that
        the user had.
    version : int
        Counts the contents that the publisher gave under this name, from 0.
    first, last : datetime.date or None
        Days that it covers; None for all.
    state : State
        ``expected`` also while it is fetched and not yet admitted; then it has a `sha256`.
        ``quarantined`` if the whole file was refused.
    kept_as : str
        Name under which it was read.
    size : int or None
        [byte]
    md5, sha256 : str
        Of the bytes.
    etag, last_modified : str
        As the server said, to ask for changes only.
    fetched_on : datetime.datetime or None
        [UTC]
    attempts : int
        How often it was asked for in vain since it last came. [count]
    fault : Fault
        Kind of failure; of a present file, why it could not be asked for again.
    error : str
        The reason on one line.
    rows, rows_quarantined : int or None
        Rows admitted and rows set aside; None where several files are admitted as one. [count]
    parser_version : int or None
        Version of the parser that read it.
    run : int or None
        Number of the last run that expected it.
    """

    source: str
    name: str
    version: int = 0
    url: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    state: State = "expected"
    kept_as: str = ""
    size: int | None = None
    md5: str = ""
    sha256: str = ""
    etag: str = ""
    last_modified: str = ""
    fetched_on: dt.datetime | None = None
    attempts: int = 0
    fault: Fault = ""
    error: str = ""
    rows: int | None = None
    rows_quarantined: int | None = None
    parser_version: int | None = None
    run: int | None = None


class Ledger:
    """The ledger of one store; each change is one short transaction.

    Parameters
    ----------
    path : pathlib.Path
        The database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, _SCHEMA):
                msg = f"{path} has layout {found}, this version reads {_SCHEMA}. Update comity."
                raise StoreDamaged(msg)
            if not found:
                self._db.executescript(f"{_TABLES}PRAGMA user_version = {_SCHEMA};")
        except sqlite3.Error as error:
            raise self._damaged(error) from None

    @classmethod
    def open(cls, home: Path) -> Self:
        """Open the ledger of a store, made empty if there is none.

        Raises
        ------
        StoreDamaged
            If it cannot be read.
        """
        return cls(home / LEDGER_FILE)

    @classmethod
    def of(cls, home: Path) -> Self | None:
        """Open the ledger of a store if there is one."""
        return cls(home / LEDGER_FILE) if (home / LEDGER_FILE).is_file() else None

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ asking

    def sources(self) -> list[str]:
        """Return the sources that have a row."""
        rows = self._all("SELECT DISTINCT source FROM files ORDER BY source")
        return [str(row["source"]) for row in rows]

    def entry(self, source: str, name: str) -> Entry | None:
        """Return the newest version of a file."""
        rows = self._all(
            "SELECT * FROM files WHERE source = ? AND name = ? ORDER BY version DESC LIMIT 1",
            (source, name),
        )
        return next(map(_entry, rows), None)

    def entries(
        self,
        source: str,
        states: Iterable[State] = STATES,
        since: dt.date = dt.date.min,
        until: dt.date = dt.date.max,
    ) -> Iterator[Entry]:
        """Yield the rows of a source in these states that cover a day of the span, oldest first."""
        wanted = list(states)
        marks = ", ".join("?" * len(wanted))
        rows = self._all(
            f"SELECT * FROM files WHERE source = ? AND state IN ({marks})"
            " AND coalesce(first, '0001-01-01') <= ? AND coalesce(last, '9999-12-31') >= ?"
            " ORDER BY first, name, version",
            (source, *wanted, until.isoformat(), since.isoformat()),
        )
        return map(_entry, rows)

    def counts(
        self, source: str, since: dt.date = dt.date.min, until: dt.date = dt.date.max
    ) -> dict[str, int]:
        """Return how many files of a source are in each state [count]."""
        rows = self._all(
            "SELECT state, count(*) AS n FROM files WHERE source = ?"
            " AND coalesce(first, '0001-01-01') <= ? AND coalesce(last, '9999-12-31') >= ?"
            " GROUP BY state",
            (source, until.isoformat(), since.isoformat()),
        )
        found = {row["state"]: int(row["n"]) for row in rows}
        return {state: found.get(state, 0) for state in STATES}

    def last_run(self, source: str) -> dict[str, Any] | None:
        """Return when the last run began and ended, for which days, and its outcome."""
        rows = self._all(
            "SELECT began, ended, since, until, outcome FROM runs WHERE source = ?"
            " ORDER BY rowid DESC LIMIT 1",
            (source,),
        )
        return next((dict(row) for row in rows), None)

    # ------------------------------------------------------------------ booking

    def begin(self, source: str, now: dt.datetime, since: dt.date, until: dt.date) -> int:
        """Book the beginning of a run; returns its number."""
        with self._writing() as db:
            done = db.execute(
                "INSERT INTO runs (source, began, since, until) VALUES (?, ?, ?, ?)",
                (source, now.isoformat(), since.isoformat(), until.isoformat()),
            )
            return int(done.lastrowid or 0)

    def end(self, run: int, now: dt.datetime, outcome: str) -> None:
        """Book the end of a run."""
        with self._writing() as db:
            db.execute(
                "UPDATE runs SET ended = ?, outcome = ? WHERE rowid = ?",
                (now.isoformat(), outcome, run),
            )

    def expect(self, run: int, source: str, files: Iterable[RemoteFile]) -> None:
        """Book files that a publisher should have; those that are booked keep their state."""
        rows = [
            (source, f.name, source, f.name, f.url, _iso(f.first), _iso(f.last), run) for f in files
        ]
        with self._writing() as db:
            db.executemany(
                "INSERT INTO files (source, name, version, url, first, last, run) VALUES (?, ?,"
                " coalesce((SELECT max(version) FROM files WHERE source = ? AND name = ?), 0),"
                " ?, ?, ?, ?) ON CONFLICT DO UPDATE SET url = excluded.url, first = excluded.first,"
                " last = excluded.last, run = excluded.run, state = CASE WHEN state = 'superseded'"
                " THEN 'expected' ELSE state END",
                rows,
            )

    def drop_unlisted(self, run: int, source: str, since: dt.date, until: dt.date) -> None:
        """Book as superseded what a publisher no longer names for these days and never gave."""
        with self._writing() as db:
            db.execute(
                "UPDATE files SET state = 'superseded', fault = '',"
                " error = 'the publisher no longer names it'"
                " WHERE source = ? AND run < ? AND state NOT IN ('present', 'superseded')"
                " AND coalesce(first, ?) >= ? AND coalesce(last, ?) <= ?",
                (source, run, *(day.isoformat() for day in (since, since, until, until))),
            )

    def arrived(self, entry: Entry, found: Mapping[str, Any]) -> Entry:
        """Book the content of a file that is whole on disk and not yet admitted.

        Another content than the one that was booked supersedes it.

        Parameters
        ----------
        entry : Entry
            The row as it was.
        found : mapping
            Of ``kept_as``, ``size``, ``md5``, ``sha256``, ``etag``, ``last_modified`` and
            ``fetched_on``.
        """
        known = bool(entry.sha256) and entry.sha256 != found["sha256"]
        version = entry.version + known
        with self._writing() as db:
            if known:
                db.execute(
                    "UPDATE files SET state = 'superseded', fault = '', error = ''"
                    " WHERE source = ? AND name = ? AND version = ?",
                    (entry.source, entry.name, entry.version),
                )
                db.execute(
                    "INSERT INTO files (source, name, version, url, first, last, run)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(entry.source, entry.name, version, entry.url),
                        *(_iso(entry.first), _iso(entry.last), entry.run),
                    ),
                )
            self._set(
                db,
                (entry.source, entry.name, version),
                {**found, "state": "expected", "fault": "", "error": "", "attempts": 0},
            )
        made = self.entry(entry.source, entry.name)
        assert made is not None
        return made

    def book(self, entry: Entry, **changes: Any) -> None:
        """Change columns of a row, made if need be."""
        with self._writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO files (source, name, version) VALUES (?, ?, ?)",
                (entry.source, entry.name, entry.version),
            )
            self._set(db, (entry.source, entry.name, entry.version), changes)

    # ------------------------------------------------------------------ inside

    def _set(
        self, db: sqlite3.Connection, key: tuple[str, str, int], changes: Mapping[str, Any]
    ) -> None:
        cells = {name: _plain(value) for name, value in changes.items()}
        names = ", ".join(f"{name} = ?" for name in cells)
        db.execute(
            f"UPDATE files SET {names} WHERE source = ? AND name = ? AND version = ?",
            (*cells.values(), *key),
        )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                msg = f"{self._path}: another process is writing to it. Repeat the command later."
                raise StoreBusy(msg) from None
            raise self._damaged(error) from None
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from None

    def _all(self, sql: str, params: tuple[Any, ...] = ()) -> Iterator[sqlite3.Row]:
        try:
            yield from self._db.execute(sql, params)
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from None

    def _damaged(self, error: sqlite3.Error) -> StoreDamaged:
        return StoreDamaged(
            f"{self._path} cannot be read or written: {error}. Restore it from a backup, or move it"
            " away: the next `comity collect` makes it anew and admits nothing twice."
        )


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _entry(row: sqlite3.Row) -> Entry:
    cells = dict(row)
    for name in ("first", "last"):
        cells[name] = dt.date.fromisoformat(cells[name]) if cells[name] else None
    if cells["fetched_on"]:
        cells["fetched_on"] = dt.datetime.fromisoformat(cells["fetched_on"])
    return Entry(**cells)
