"""Writing so that a kill or a power cut leaves the old file or the new one, never a part."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["flush_file", "flush_folder", "publish", "write"]


def flush_file(path: Path) -> None:
    """Force the bytes of a file to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(path: Path) -> None:
    """Force the names in a folder to disk."""
    flush_file(path)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished temporary file its final name in one step.

    Parameters
    ----------
    temporary : pathlib.Path
        On the same file system as `final`, already forced to disk.
    final : pathlib.Path
        Its folder is made if need be; an older file of this name is replaced.
    """
    missing = [folder for folder in final.parents if not folder.exists()]
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(final)
    flush_folder(final.parent)
    for folder in missing:
        flush_folder(folder.parent)


def write(final: Path, data: bytes, temporary: Path) -> None:
    """Write a whole file through a temporary one."""
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    publish(temporary, final)
