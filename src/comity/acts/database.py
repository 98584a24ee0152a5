"""The database of acts: opened, brought up to date, read and written in transactions."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from comity.acts import watch_tables  # noqa: F401 -- its tables belong to the database
from comity.acts.glance import MIGRATIONS, newest_revision
from comity.acts.protection import protected
from comity.acts.tables import Base
from comity.core.errors import ActsError, ActsUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.acts.address import ActsAddress

__all__ = ["ActsDatabase"]

_BUSY_SECONDS = 30
_LOCK = 20010501
"""Key of the advisory lock that writers of acts take in PostgreSQL."""
_LOCKED = ("database is locked", "database is busy")


class ActsDatabase:
    """A database of acts; `open` it.

    Every writer holds the one right to write from its first statement on, so what it has read
    still holds when it writes. Readers never wait for it.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Connected on demand; nothing stays open between two transactions.
    address : ActsAddress
        For messages.
    """

    def __init__(self, engine: Engine, address: ActsAddress) -> None:
        self._engine = engine
        self._address = address

    @classmethod
    def open(cls, address: ActsAddress) -> ActsDatabase:
        """Open a database, make it if it is not there, and bring its tables up to date.

        Raises
        ------
        UsageError
            If the address cannot be read, or its driver is not installed.
        ActsError
            If the database was made by a newer comity, or is not a database.
        ActsUnavailable
            If the server cannot be reached or another process holds the file too long.
        """
        database = cls(_engine(address), address)
        if address.path is not None:
            address.path.parent.mkdir(parents=True, exist_ok=True)
            _write_ahead(address, address.path)
        with database._errors():
            with database._engine.connect() as connection:
                current = _revision(connection)
            if current != newest_revision():
                with database._begin(write=True) as connection:
                    _upgrade(connection, address)
        return database

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database; what it changes is dropped."""
        with (
            self._errors(),
            self._begin(write=False) as connection,
            Session(connection, autoflush=False, expire_on_commit=False) as session,
        ):
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that alone may write; kept whole at the end, or not at all on an error."""
        with (
            self._errors(),
            self._begin(write=True) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    def counts(self) -> dict[str, int]:
        """Return the number of rows by table."""
        with self.reading() as session:
            return {
                table.name: session.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
                for table in Base.metadata.sorted_tables
            }

    def unprotected(self) -> list[str]:
        """Return the tables whose rows could be changed or removed: none, unless meddled with."""
        with self.reading() as session:
            safe = protected(session.connection())
        return sorted({table.name for table in Base.metadata.sorted_tables} - safe)

    def revision(self) -> str | None:
        """Return the revision of the tables."""
        with self._errors(), self._engine.connect() as connection:
            return _revision(connection)

    @contextmanager
    def _begin(self, *, write: bool) -> Iterator[Connection]:
        engine = self._engine.execution_options(acts_write=write)
        with engine.connect() as connection, connection.begin():
            if write and connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say what the database said, in a line that names the database without its password."""
        try:
            yield
        except OperationalError as error:
            said = _said(error)
            msg = f"the database of acts {self._address}: {said}."
            if self._address.path is None:
                raise ActsUnavailable(f"{msg} Is the server up, and the address right?") from error
            if any(words in said for words in _LOCKED):
                msg = f"{msg} Another process holds it; try again."
                raise ActsUnavailable(msg) from error
            raise ActsError(msg) from error
        except SQLAlchemyError as error:
            msg = f"the database of acts {self._address}: {_said(error)}."
            raise ActsError(msg) from error


def _engine(address: ActsAddress) -> Engine:
    try:
        url: URL = make_url(address.url)
        engine = create_engine(url, poolclass=NullPool)
    except ModuleNotFoundError as error:
        msg = (
            f"{address}: the driver {error.name} is not installed. "
            "Install it with `pip install 'comity[postgres]'`."
        )
        raise UsageError(msg) from None
    except (ArgumentError, ValueError):
        msg = f"COMITY_DATABASE {address}: this is not the address of a database."
        raise UsageError(msg) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, record: object) -> None:
    """Take transactions out of the driver's hands, and switch the checks on."""
    del record
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("acts_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _write_ahead(address: ActsAddress, path: Path) -> None:
    """Let readers read while somebody writes. Two processes may both be the first to ask.

    Raises
    ------
    ActsError
        If the file is no database, or cannot be opened.
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            # the change of mode does not wait for the other process as statements do
            if not any(words in str(error) for words in _LOCKED):
                msg = f"the database of acts {address}: {error}."
                raise ActsError(msg) from error
            if time.monotonic() > deadline:
                msg = f"the database of acts {address}: another process holds it; try again."
                raise ActsUnavailable(msg) from error
            time.sleep(0.05)
        else:
            return


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return str(found[0]) if found else None


def _upgrade(connection: Connection, address: ActsAddress) -> None:
    """Apply the migrations that are missing, in the caller's transaction: all or none."""
    # slow to import, and needed only on the day that the tables change
    from alembic.operations import Operations  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory(str(MIGRATIONS))
    current = _revision(connection)
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        msg = (
            f"the database of acts {address} was made by a newer comity (its tables are at "
            f"revision {current}, this version knows up to {newest_revision()}). Install that "
            "version, or name another database with COMITY_DATABASE. Nothing was changed."
        )
        raise ActsError(msg)
    context = MigrationContext.configure(connection)
    for script in reversed(list(scripts.iterate_revisions("heads", current or "base"))):
        with Operations.context(context):
            script.module.upgrade()
        context.stamp(scripts, script.revision)


def _said(error: Exception) -> str:
    """Return the first line of what the driver said."""
    said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return " ".join(said.splitlines()[0].split()).rstrip(".")
