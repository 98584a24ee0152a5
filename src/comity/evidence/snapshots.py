"""Raw bytes as retrieved, kept by their hash."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from comity.core.errors import EvidenceError, UsageError
from comity.evidence import durable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAX_BYTES", "ReadFile", "keep", "snapshot_path", "unchanged"]

MAX_BYTES = 8 << 30
"""Largest file that is kept unless told otherwise. [bytes]"""

ReadFile = tuple[str, int, tuple[int, int, int]]
"""SHA-256, size [bytes] and a mark by which a change while reading is seen."""


def snapshot_path(home: Path, sha256: str) -> Path:
    """Return where the bytes with this hash lie."""
    return home / "snapshots" / sha256[:2] / sha256


def keep(home: Path, path: Path, max_bytes: int = MAX_BYTES) -> ReadFile:
    """Copy a file into the store under its hash, in bounded memory.

    Parameters
    ----------
    home : pathlib.Path
        Folder of the store.
    path : pathlib.Path
        A regular file.
    max_bytes : int
        Larger files are refused. [bytes]

    Raises
    ------
    UsageError
        If `path` is no regular file.
    EvidenceError
        If the file is larger than `max_bytes`.
    """
    mark = _mark(path)
    temporary = home / "tmp" / "snapshot"
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, temporary.open("wb") as target:
        while block := source.read(1 << 20):
            size += len(block)
            if size > max_bytes:
                limit = f"{max_bytes / (1 << 20):,.0f} MB"
                msg = f"{path} is larger than {limit}. Split it, and admit the parts."
                raise EvidenceError(msg)
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    sha256 = digest.hexdigest()
    final = snapshot_path(home, sha256)
    if final.is_file() and final.stat().st_size == size:
        temporary.unlink()
    else:
        durable.publish(temporary, final)
    return sha256, size, mark


def unchanged(path: Path, mark: tuple[int, int, int]) -> bool:
    """Return whether a file is still as it was when it was kept."""
    try:
        return _mark(path) == mark
    except UsageError:
        return False


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        msg = f"there is no file {path}. Check the path after --from."
        raise UsageError(msg) from None
    if not stat.S_ISREG(status.st_mode):
        msg = f"{path} is not a regular file. Give a file, or a folder of files."
        raise UsageError(msg)
    return status.st_ino, status.st_size, status.st_mtime_ns
