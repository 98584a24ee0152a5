"""One writer at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from typing import TYPE_CHECKING

from comity.core.errors import StoreBusy

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["writing"]


@contextlib.contextmanager
def writing(home: Path, since: dt.datetime) -> Iterator[None]:
    """Hold the lock of a store; it is released when the process ends, however it ends.

    Parameters
    ----------
    home : pathlib.Path
        Folder of the store.
    since : datetime.datetime
        The moment of writing, shown to whoever is refused.

    Raises
    ------
    StoreBusy
        If another writer holds it; says who and since when.
    """
    with (home / "lock").open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            msg = (
                f"{home}: {_holder(stream.read())}. Reading is not affected;"
                " repeat the command when that has ended."
            )
            raise StoreBusy(msg) from None
        stream.truncate(0)
        stream.write(json.dumps({"pid": os.getpid(), "since": since.isoformat()}))
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)


def _holder(text: str) -> str:
    try:
        note = json.loads(text)
        return f"process {int(note['pid'])} has been writing to the store since {note['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process is writing to the store"
