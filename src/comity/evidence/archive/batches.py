"""Publisher's files on their way in: those not known yet, unpacked into batches of bounded size."""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.core.errors import QuarantineExceeded, SourceChanged
from comity.core.provenance import sha256_of
from comity.evidence.archive.unpack import pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from comity.evidence.archive.index import ArchiveIndex
    from comity.evidence.archive.unpack import Piece
    from comity.sources._archive import Archive
    from comity.sources._spec import SourceSpec

__all__ = ["Batch", "Batches", "Incoming", "Refused"]

Refused = SourceChanged | QuarantineExceeded
"""Why nothing of a file was admitted."""

_NO_DAYS = (dt.date.min, dt.date.min)


@dataclass
class Incoming:
    """One publisher's file on its way in.

    Parameters
    ----------
    path : pathlib.Path
        Where it lies.
    sha256 : str
        Of its bytes.
    size : int
        [byte]
    mark : int
        Moment of its last change, by which a change while reading is seen. [ns]
    days : tuple of datetime.date
        First and last day that it covers.

    Attributes
    ----------
    rows, repeated, bad : int
        Rows stored; rows whose number is in already; rows set aside. [count]
    repairs : Counter
        Rows that each declared correction changed. [count]
    """

    path: Path
    sha256: str
    size: int
    mark: int
    days: tuple[dt.date, dt.date]
    rows: int = 0
    repeated: int = 0
    bad: int = 0
    repairs: Counter[str] = field(default_factory=Counter)

    @property
    def is_back_file(self) -> bool:
        """Whether it covers more than one day, gathered later."""
        return self.days[0] != self.days[1]


@dataclass
class Batch:
    """Pieces of text that are loaded together.

    Parameters
    ----------
    items : list of (Incoming, Piece)
        The pieces, and the files that they are of; all of one year.
    complete : list of Incoming
        The files that are complete with them.
    broken : tuple of (Incoming, SourceChanged), optional
        A file of which pieces came before and the rest cannot be read.
    """

    items: list[tuple[Incoming, Piece]] = field(default_factory=list)
    complete: list[Incoming] = field(default_factory=list)
    broken: tuple[Incoming, SourceChanged] | None = None

    @property
    def files(self) -> list[Incoming]:
        """Its files, each once."""
        return list({file.sha256: file for file, _ in self.items}.values())

    @property
    def size(self) -> int:
        """Of the text [byte]."""
        return sum(piece.size for _, piece in self.items)

    @property
    def year(self) -> int:
        """In which its files begin."""
        return self.items[0][0].days[0].year


class Batches:
    """Unpacks files; runs in a thread of its own, one batch ahead of the database.

    Parameters
    ----------
    index : ArchiveIndex
        What is in already.
    spec, archive
        Of the source.
    folder : pathlib.Path
        For temporary text.
    limit : int
        Size of a batch of text. [byte]

    Attributes
    ----------
    refused : deque of (Incoming, error)
        Files that cannot be read; taken out by the reader of batches.
    skipped : deque of pathlib.Path
        Files whose bytes are in already; taken out likewise.
    """

    def __init__(
        self,
        index: ArchiveIndex,
        spec: SourceSpec,
        archive: Archive,
        folder: Path,
        limit: int,
    ) -> None:
        self._index = index
        self._spec = spec
        self._archive = archive
        self._folder = folder
        self._limit = limit
        self.refused: deque[tuple[Incoming, Refused]] = deque()
        self.skipped: deque[Path] = deque()

    def of(self, files: Sequence[Path]) -> Iterator[Batch]:
        """Yield the files that are not in yet, as batches of one year and of bounded size.

        A file that is larger than a batch comes in several, of which the last completes it.
        """
        batch = Batch()
        for file in self._wanted(files):
            try:
                pieces = pieces_of(self._spec, file.path, self._folder, self._limit)
                first, second = next(pieces), next(pieces, None)
            except SourceChanged as error:
                self.refused.append((file, error))
                continue
            if batch.items and (
                second is not None
                or batch.year != file.days[0].year
                or batch.size + first.size > self._limit
            ):
                yield batch
                batch = Batch()
            if second is None:
                batch.items.append((file, first))
                batch.complete.append(file)
            else:
                yield from self._parts(file, first, second, pieces)
        if batch.items:
            yield batch

    def _wanted(self, files: Sequence[Path]) -> Iterator[Incoming]:
        seen = self._index.hashes(self._spec.name)
        for path in files:
            status = path.stat()
            sha256 = sha256_of(path)
            if sha256 in seen:
                self.skipped.append(path)
                continue
            seen.add(sha256)
            days = self._archive.days_of(path.name)
            file = Incoming(path, sha256, status.st_size, status.st_mtime_ns, days or _NO_DAYS)
            if days is None:
                patterns = [layout.pattern for layout in self._spec.layouts]
                error = SourceChanged(self._spec.name, path.name, patterns, [path.name], sha256)
                self.refused.append((file, error))
                continue
            yield file

    def _parts(
        self, file: Incoming, first: Piece, second: Piece, rest: Iterator[Piece]
    ) -> Iterator[Batch]:
        """Yield a large file piece by piece; it is complete with its last."""
        current, after = first, second
        try:
            while True:
                following = next(rest, None)
                yield Batch([(file, current)])
                if following is None:
                    yield Batch([(file, after)], [file])
                    return
                current, after = after, following
        except SourceChanged as error:
            yield Batch(broken=(file, error))
