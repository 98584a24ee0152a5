"""A file that notices are appended to, one JSON object a line. It is never rotated here."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.core.errors import NoticeFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.notices.notice import Notice

__all__ = ["Journal"]


@dataclass(frozen=True)
class Journal:
    """Appends whole lines: after a kill or a full disk the file ends in a whole line.

    Parameters
    ----------
    path : pathlib.Path
        Made if it is not there.
    """

    path: Path
    name: str = "file"

    @property
    def place(self) -> str:
        """The file."""
        return str(self.path)

    def check(self) -> None:
        """Refuse a folder.

        Raises
        ------
        UsageError
            If it is one.
        """
        if self.path.is_dir():
            msg = f"watch.file: {self.path} is a folder; name a file."
            raise UsageError(msg)

    def send(self, notice: Notice) -> str:
        """Append a notice; one that may be there already is looked for first.

        Raises
        ------
        NoticeFailed
            If the file cannot be written.
        """
        try:
            return self._append(notice)
        except OSError as error:
            msg = f"{self.path}: {error.strerror or type(error).__name__}"
            raise NoticeFailed(msg) from error

    def _append(self, notice: Notice) -> str:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        with self._opened() as descriptor:
            size = os.fstat(descriptor).st_size
            if notice.repeat and self._holds(notice.key):
                return "it was there already"
            start = b"" if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n" else b"\n"
            data = start + notice.line + b"\n"
            _write_whole(descriptor, data, size)
            os.fsync(descriptor)
        if is_new:
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        return ""

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(self.path, flags, 0o644)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(0, "this is no ordinary file")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    def _holds(self, key: str) -> bool:
        mark = f'"key": "{key}"'.encode()
        with self.path.open("rb") as stream:
            return any(mark in line for line in stream)


def _write_whole(descriptor: int, data: bytes, size: int) -> None:
    """Write at the end of a file of some size, all or nothing."""
    written = 0
    try:
        written = os.write(descriptor, data)
    finally:
        if written != len(data):
            os.ftruncate(descriptor, size)
    if written != len(data):
        raise OSError(0, "there is no room for the whole line")
