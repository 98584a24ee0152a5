"""The evidence store: append-only, bitemporal, one writer and any number of readers."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Self

from comity.core.errors import StoreDamaged, UnknownName, UsageError
from comity.core.provenance import Snapshot, sha256_of
from comity.core.records import TABLES, table_named
from comity.evidence import manifest as manifests
from comity.evidence import quarantine as quarantines
from comity.evidence.archive.index import ArchiveIndex
from comity.evidence.archive.reading import ArchiveReading
from comity.evidence.holding import Holding, holdings_of
from comity.evidence.lock import writing
from comity.evidence.manifest import Manifest, Segment, Transaction
from comity.evidence.quarantine import QuarantinedRow
from comity.evidence.snapshots import MAX_BYTES
from comity.evidence.view import EvidenceView, Exclusions
from comity.sources._spec import discover

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

__all__ = [
    "EvidenceStore",
    "EvidenceView",
    "Holding",
    "QuarantinedRow",
    "Segment",
    "Snapshot",
]

_FOLDERS = ("tables", "quarantine", "snapshots")
USER = "user"
"""Name of the source of a user's own rows."""


class EvidenceStore:
    """A folder of evidence.

    Parameters
    ----------
    home : pathlib.Path
        The folder.
    memory_limit : str
        Upper bound of the database's memory, e.g. ``"2GB"``.
    max_snapshot : int
        Largest file that is kept. [bytes]
    """

    def __init__(
        self, home: Path, memory_limit: str = "2GB", max_snapshot: int = MAX_BYTES
    ) -> None:
        self.home = home
        self.memory_limit = memory_limit
        self.max_snapshot = max_snapshot
        self._read: tuple[tuple[int, int, int] | None, Manifest] | None = None

    @classmethod
    def open(cls, home: Path, memory_limit: str = "2GB", max_snapshot: int = MAX_BYTES) -> Self:
        """Open a store, made empty if there is none.

        Raises
        ------
        UsageError
            If the folder cannot be made.
        StoreDamaged
            If there is something else, or its manifest cannot be read.
        """
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"{home} cannot be a store: {error.strerror}. Set COMITY_HOME or --store."
            raise UsageError(msg) from None
        _check_fresh(home)
        store = cls(home.resolve(), memory_limit, max_snapshot)
        store.manifest()
        return store

    def manifest(self) -> Manifest:
        """Return the generation that is published at this moment.

        Raises
        ------
        StoreDamaged
            If it cannot be read.
        """
        mark = _mark(self.home / "manifest.json")
        if self._read is None or self._read[0] != mark:
            self._read = (mark, manifests.load(self.home))
        return self._read[1]

    @property
    def generation(self) -> int:
        """How many transactions have been published; 0 when empty [count]."""
        return self.manifest().generation

    @property
    def archive(self) -> ArchiveIndex:
        """Coded events in bulk: which publisher's files are in, and where their rows lie."""
        return ArchiveIndex(self.home)

    def is_empty(self) -> bool:
        """Return whether nothing has been admitted."""
        return not self.manifest().segments

    def segments(self) -> list[Segment]:
        """Return the stored files."""
        return list(self.manifest().segments)

    def snapshots(self) -> list[Snapshot]:
        """Return the raw files that were read, oldest first."""
        return list(self.manifest().snapshots)

    def transactions(self) -> list[Transaction]:
        """Return all admissions and failed attempts, oldest first."""
        return list(self.manifest().transactions)

    def sources(self) -> dict[str, Holding]:
        """Return what is held of each source, by name."""
        current = self.manifest()
        held: dict[str, Holding] = {}
        for item in current.transactions:
            holding = held.setdefault(item.source, Holding(item.source))
            if not item.admitted:
                holding.failed += 1
                continue
            holding.last_admitted = item.recorded_on
            holding.quarantined += item.quarantined
            holding.out_of_scope += item.out_of_scope
            for correction, rows in item.repaired.items():
                holding.repaired[correction] = holding.repaired.get(correction, 0) + rows
            known = set(holding.files)
            holding.files += [name for name, _, _ in item.files if name not in known]
        for segment in current.segments:
            holding = held[segment.source]
            by_table = holding.rows
            by_table[segment.table] = by_table.get(segment.table, 0) + segment.records
            holding.first = min(holding.first or segment.first, segment.first)
            holding.last = max(holding.last or segment.last, segment.last)
        held |= holdings_of(self.archive)
        return dict(sorted(held.items()))

    def view(
        self,
        as_of: dt.date,
        exclude_sources: Sequence[str] = (),
        tables: Sequence[str] | None = None,
        *,
        hindsight: bool = True,
    ) -> EvidenceView:
        """Return what was publicly known by a day; stays as it is while others write.

        Parameters
        ----------
        as_of : datetime.date
            Last day whose public knowledge is used.
        exclude_sources : sequence of str
            Source names; ``outlet:ID`` or ``reliability:D`` leave out rows by their citation.
        tables : sequence of str, optional
            Offer only these tables, which is faster; all by default.
        hindsight : bool
            False grades every record as it could be graded at its own date: a past day must be
            assessed without what later proved a report right or wrong.

        Raises
        ------
        UnknownName
            If a table or a source does not exist.
        StoreDamaged
            If a file is missing.
        """
        chosen = tuple(table_named(name).name for name in (tables or TABLES))
        current = self.manifest()
        exclusions = self._exclusions(current, exclude_sources)
        return EvidenceView(
            self.home,
            _included(current, exclusions),
            as_of,
            exclusions,
            chosen,
            self.memory_limit,
            hindsight=hindsight,
            archive=ArchiveReading.of(self.home, as_of, exclusions.sources),
        )

    def content_hash(
        self,
        as_of: dt.date | None = None,
        exclude_sources: Sequence[str] = (),
        tables: Sequence[str] | None = None,
    ) -> str:
        """Return a digest of what is stored: what rows say, not when or in which order they came.

        Parameters
        ----------
        as_of : datetime.date, optional
            Leave out files none of whose rows was public by then.
        exclude_sources, tables
            As in `view`.

        Raises
        ------
        UnknownName
            If a table or a source does not exist.
        """
        chosen = {table_named(name).name for name in (tables or TABLES)}
        current = self.manifest()
        exclusions = self._exclusions(current, exclude_sources)
        contents = [
            segment.content
            for segment in _included(current, exclusions)
            if segment.table in chosen and (as_of is None or segment.public_from <= as_of)
        ]
        return manifests.content_digest(contents, *exclusions.salt)

    def quarantine(self, source: str | None = None) -> list[QuarantinedRow]:
        """Return the rows set aside, oldest first, failed attempts included.

        Raises
        ------
        StoreDamaged
            If a quarantine file is missing or unreadable.
        """
        files = [
            item.quarantine
            for item in self.manifest().transactions
            if item.quarantine and source in (None, item.source)
        ]
        rows = [
            row
            for name in (*files, *self.archive.quarantines())
            for row in quarantines.read(self.home / name)
        ]
        return [row for row in rows if source in (None, row.source)]

    def verify(self) -> int:
        """Check every stored file against its hash; return how many there are.

        Raises
        ------
        StoreDamaged
            Naming the first file that is missing or differs, and what to do.
        """
        files = self.manifest().files()
        files |= {each.path: each.sha256 for each in self.archive.segments()}
        for name, sha256 in files.items():
            path = self.home / name
            try:
                found = sha256_of(path)
            except OSError as error:
                found = str(error.strerror)
            if found != sha256:
                state = "is missing or unreadable" if not path.is_file() else "was changed"
                msg = (
                    f"{path} {state}: expected sha256 {sha256[:12]}, found {found[:40]}. Restore it"
                    " from a backup, or collect again into an empty folder."
                )
                raise StoreDamaged(msg)
        return len(files)

    @contextlib.contextmanager
    def writing(self, since: dt.datetime) -> Iterator[None]:
        """Hold the lock, and clear away what a killed writer left behind.

        Raises
        ------
        StoreBusy
            If another writer is at work.
        StoreDamaged
            If the manifest is missing though there are files.
        """
        with writing(self.home, since):
            (self.home / "tmp").mkdir(exist_ok=True)
            if not self.generation:
                _check_fresh(self.home)
                self.publish(Manifest())
            self._sweep(self.manifest())
            try:
                yield
            except BaseException:
                self._sweep(self.manifest())
                raise

    def publish(self, manifest: Manifest) -> None:
        """Make a generation visible in one step; only the holder of the lock may."""
        manifests.save(self.home, manifest)

    def _sweep(self, current: Manifest) -> None:
        """Remove files that the manifest does not name; only the holder of the lock may."""
        named = set(current.files())
        for folder in ("tmp", *_FOLDERS):
            for path in sorted((self.home / folder).rglob("*"), reverse=True):
                if path.is_dir() and not path.is_symlink():
                    with contextlib.suppress(OSError):
                        path.rmdir()
                elif path.relative_to(self.home).as_posix() not in named:
                    path.unlink(missing_ok=True)

    def _exclusions(self, current: Manifest, names: Sequence[str]) -> Exclusions:
        exclusions = Exclusions(names)
        held = {item.source for item in current.transactions}
        held |= {each.source for each in self.archive.segments()}
        for name in sorted(exclusions.sources - held):
            known = held | set(discover()) | {USER}
            if name not in known:
                raise UnknownName("source", name, sorted(known), "`comity sources` lists them.")
        return exclusions


def _included(current: Manifest, exclusions: Exclusions) -> list[Segment]:
    """Return the segments of sources that stay; a dataset is graded as a whole."""
    grades = {item.source: item.reliability for item in current.transactions if item.reliability}
    out = exclusions.sources | {
        source for source, grade in grades.items() if grade in exclusions.grades
    }
    return [segment for segment in current.segments if segment.source not in out]


def _check_fresh(home: Path) -> None:
    """Refuse a folder that has files but no manifest: sweeping would empty it."""
    if (home / "manifest.json").is_file():
        return
    for name in _FOLDERS:
        if (home / name).exists():
            msg = (
                f"{home} has a folder {name!r} but no manifest.json: either the manifest was lost,"
                " then restore it from a backup; or this is no store, then give another folder."
            )
            raise StoreDamaged(msg)


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
