"""One process at a time sends notices; the turn ends with the process, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from comity.core.errors import ActsUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from comity.acts.address import ActsAddress

__all__ = ["sending_turn"]

_KEY = 20010502
"""Key of the advisory lock of senders in PostgreSQL; writers take another."""
_PAUSE = 0.05


@contextlib.contextmanager
def sending_turn(address: ActsAddress, patience: float) -> Iterator[None]:
    """Wait for the turn to send, and hold it.

    While it is held, an attempt that was begun and not ended is that of a process which is gone.

    Parameters
    ----------
    address : ActsAddress
        Of the database of acts: an SQLite file has a lock file beside it, a server an advisory
        lock.
    patience : float
        Longest wait. [s]

    Raises
    ------
    ActsUnavailable
        If another process has the turn for longer, or the server cannot be reached.
    """
    if address.path is not None:
        with _file_turn(address.path, patience):
            yield
    else:
        with _server_turn(address, patience):
            yield


@contextlib.contextmanager
def _file_turn(path: Path, patience: float) -> Iterator[None]:
    place = path.with_name(f"{path.name}.sending")
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:

        def take() -> bool:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        _wait(take, patience)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _server_turn(address: ActsAddress, patience: float) -> Iterator[None]:
    engine = create_engine(address.url, poolclass=NullPool)
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except SQLAlchemyError as error:
        raise ActsUnavailable(f"the database of acts {address} cannot be reached.") from error
    with connection:
        asked = text("SELECT pg_try_advisory_lock(:key)")
        _wait(lambda: bool(connection.execute(asked, {"key": _KEY}).scalar_one()), patience)
        yield


def _wait(take: Callable[[], bool], patience: float) -> None:
    until = time.monotonic() + patience
    while not take():
        if time.monotonic() > until:
            msg = (
                "another run is sending notices and has not ended; what waits is sent by it or at "
                "the next run."
            )
            raise ActsUnavailable(msg)
        time.sleep(_PAUSE)
