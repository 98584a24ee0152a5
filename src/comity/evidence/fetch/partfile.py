"""A file that is being fetched: its bytes so far, and what is needed to go on with it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from comity.core.errors import SourceCorrupt
from comity.evidence import durable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from comity.sources._remote import RemoteFile

__all__ = ["Arrival", "PartFile"]


@dataclass(frozen=True)
class Arrival:
    """A whole file on disk.

    Attributes
    ----------
    size : int
        [byte]
    md5, sha256 : str
        Of the bytes.
    etag, last_modified : str
        As the server said; empty if it said nothing.
    """

    size: int
    md5: str
    sha256: str
    etag: str
    last_modified: str


class PartFile:
    """``NAME.part`` with the bytes, and ``NAME.part.json`` with the server's marks of them.

    Parameters
    ----------
    path : pathlib.Path
        Of the bytes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._notes = path.with_name(f"{path.name}.json")

    @property
    def size(self) -> int:
        """Bytes so far [byte]."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def notes(self) -> dict[str, str]:
        """Return the address, etag and date that the bytes so far belong to."""
        try:
            data = json.loads(self._notes.read_bytes())
        except (OSError, ValueError):
            return {}
        return {str(key): str(value) for key, value in data.items()}

    def is_whole(self, url: str, remote: RemoteFile) -> bool:
        """Return whether all bytes came before, and only their booking was cut short."""
        notes = self.notes()
        known = str(remote.size) if remote.size is not None else notes.get("length", "")
        return bool(notes) and notes.get("url") == url and known == str(self.size)

    def resumption(self, url: str, remote: RemoteFile) -> dict[str, str]:
        """Return the headers that ask for the rest; none if it has to start again.

        A rest is asked for only where it is certain to fit: the server tells a changed file by a
        strong etag or its date, or the publisher's index has a checksum.
        """
        notes = self.notes()
        if not self.size or remote.body or notes.get("url") != url:
            return {}
        if remote.size is not None and self.size >= remote.size:
            return {}
        mark = notes.get("etag", "")
        if not mark or mark.startswith("W/"):
            mark = notes.get("last_modified", "")
        if not mark and not remote.md5:
            return {}
        asked = {"Range": f"bytes={self.size}-"}
        return {**asked, "If-Range": mark} if mark else asked

    def begin(self, url: str, headers: Mapping[str, str]) -> None:
        """Forget the bytes so far, and note what the coming ones belong to."""
        self.path.unlink(missing_ok=True)
        notes = {
            "url": url,
            "etag": headers.get("etag", ""),
            "last_modified": headers.get("last-modified", ""),
            "length": headers.get("content-length", ""),
        }
        fresh = self._notes.with_name(f"{self._notes.name}.new")
        durable.write(self._notes, json.dumps(notes).encode(), fresh)

    @contextlib.contextmanager
    def writing(self) -> Iterator[IO[bytes]]:
        """Open for appending; what was written is on disk afterwards, however it ends."""
        with self.path.open("ab") as stream:
            try:
                yield stream
            finally:
                stream.flush()
                os.fsync(stream.fileno())

    def finish(self, remote: RemoteFile) -> Arrival:
        """Return the whole file's hashes, checked against the publisher's index.

        Raises
        ------
        SourceCorrupt
            If size or checksum differ; the bytes are forgotten.
        """
        if not self.path.exists():
            self.path.touch()
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        with self.path.open("rb") as stream:
            while block := stream.read(1 << 20):
                md5.update(block)
                sha256.update(block)
        size, notes = self.size, self.notes()
        wrong = ""
        if remote.size is not None and size != remote.size:
            wrong = f"{size:,} bytes, the publisher's index says {remote.size:,}"
        elif remote.md5 and md5.hexdigest() != remote.md5.lower():
            wrong = f"MD5 {md5.hexdigest()}, the publisher's index says {remote.md5.lower()}"
        if wrong:
            self.forget()
            msg = f"{remote.name} came with {wrong} (sha256 {sha256.hexdigest()[:12]})"
            raise SourceCorrupt(msg)
        return Arrival(
            size,
            md5.hexdigest(),
            sha256.hexdigest(),
            notes.get("etag", ""),
            notes.get("last_modified", ""),
        )

    def done(self, final: Path) -> None:
        """Give the whole file its final name."""
        durable.publish(self.path, final)
        self._notes.unlink(missing_ok=True)

    @staticmethod
    def is_orphan(path: Path) -> bool:
        """Return whether a path holds notes on bytes that are no longer beside it.

        A run that was cut short between giving the bytes their name and removing the notes leaves
        such a file.
        """
        name = path.name.removesuffix(".new")
        bytes_so_far = path.with_name(name.removesuffix(".json"))
        return name.endswith(".part.json") and not bytes_so_far.exists()

    def forget(self) -> None:
        """Remove what has come so far."""
        self.path.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)
