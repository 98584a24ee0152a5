"""Publisher's files into the archive: whole files, each exactly once, in bounded memory."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from comity.core.correction import load_corrections
from comity.core.errors import EvidenceError, QuarantineExceeded
from comity.core.provenance import sha256_of
from comity.evidence import durable
from comity.evidence.archive.batches import Batches, Refused
from comity.evidence.archive.index import ArchiveFile, ArchiveIndex, ArchiveSegment, Refusal
from comity.evidence.archive.load import Loader, Place
from comity.evidence.archive.repeats import drop_repeated, superseded
from comity.evidence.archive.unpack import PIECE_BYTES
from comity.evidence.engine.duck import Engine, quoted
from comity.evidence.quarantine import QuarantineWriter
from comity.evidence.report import IngestReport, Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.evidence.archive.batches import Batch, Incoming
    from comity.evidence.store import EvidenceStore
    from comity.sources._archive import Archive
    from comity.sources._spec import SourceSpec

__all__ = ["ArchiveTerms", "Refused", "Told", "admit_archive", "sweep"]

MEMORY = "400MB"
"""What the database may hold in memory while it admits; more goes to disk."""

ROW_GROUP = 40_960
"""Rows of a Parquet file that are read or passed over together. [count]"""

Told = Callable[[Path, IngestReport | Refused], None]
"""Called with a file and what was done with it, or why it was refused."""

_FEW_BAD = 20


@dataclass(frozen=True)
class ArchiveTerms:
    """How files are admitted.

    Parameters
    ----------
    recorded_on : datetime.datetime
        The moment. [UTC, without its zone]
    url : str or mapping of str to str
        Where they came from, by file name if from several places; empty if a user brought them.
    memory : str
        Upper bound of the database's memory.
    piece_bytes : int
        Text that is loaded at once. [byte]
    """

    recorded_on: dt.datetime
    url: str | Mapping[str, str] = ""
    memory: str = MEMORY
    piece_bytes: int = PIECE_BYTES


def admit_archive(
    store: EvidenceStore,
    spec: SourceSpec,
    archive: Archive,
    files: Sequence[Path],
    terms: ArchiveTerms,
    progress: Progress | None = None,
    told: Told | None = None,
) -> tuple[IngestReport, list[tuple[Path, Refused]]]:
    """Admit files that are not in yet; one bad file does not keep the others out.

    The caller holds the lock of the store. Files are taken in batches of bounded size, each of one
    year; a batch becomes one Parquet file, sorted so that a dyad's rows lie together, and is
    visible as a whole or not at all. What was admitted before an interruption stays.

    Parameters
    ----------
    store : EvidenceStore
        Where to.
    spec, archive
        Of the source.
    files : sequence of pathlib.Path
        Whole files.
    terms : ArchiveTerms
        When, from where, and how much at once.
    progress : callable, optional
        Told the name of the file and the rows stored so far.
    told : callable, optional
        Told what became of each file, as soon as that is durable.

    Returns
    -------
    tuple of (IngestReport, list of (pathlib.Path, error))
        What was done, and the files that were refused, with the reason.

    Raises
    ------
    EvidenceError
        If a file changes while it is read, or the disk is too small.
    """
    started = time.monotonic()
    run = _Run(store, spec, archive, terms, progress, told)
    try:
        report = run.admit(files)
    finally:
        run.close()
    return replace(report, seconds=time.monotonic() - started), run.failures


class _Run:
    def __init__(
        self,
        store: EvidenceStore,
        spec: SourceSpec,
        archive: Archive,
        terms: ArchiveTerms,
        progress: Progress | None,
        told: Told | None,
    ) -> None:
        self._told = told
        self._home = store.home
        self._index = ArchiveIndex(store.home)
        self._spec = spec
        self._archive = archive
        self._relation = archive.relation
        self._terms = terms
        self._progress = progress
        self._folder = store.home / "tmp" / "archive"
        self._folder.mkdir(parents=True, exist_ok=True)
        # One core unpacks the next batch meanwhile.
        spare = max(1, (os.cpu_count() or 1) - 1)
        self._engine = Engine(terms.memory, self._folder / "spill", threads=spare)
        self._corrections = load_corrections(spec.name)
        self._loader = Loader(self._engine, spec, archive, self._corrections)
        self.failures: list[tuple[Path, Refused]] = []
        self._stored = self._same = self._bad = 0
        self._repaired: Counter[str] = Counter()
        self._read: list[str] = []
        self._skipped: list[str] = []
        self._group = _Group()
        self._batches = Batches(self._index, spec, archive, self._folder, terms.piece_bytes)

    def close(self) -> None:
        self._engine.close()

    def admit(self, files: Sequence[Path]) -> IngestReport:
        sweep(self._home, self._index)
        with ThreadPoolExecutor(1) as unpacker:
            batches = self._batches.of(files)
            waiting = unpacker.submit(next, batches, None)
            while batch := waiting.result():
                # The next batch is unpacked while the database sorts this one.
                waiting = unpacker.submit(next, batches, None)
                self._admit_batch(batch)
                self._tell_skipped()
        self._tell_skipped()
        if self._batches.refused:
            self._commit()
        return IngestReport(
            source=self._spec.name,
            rows_new=self._stored,
            rows_same=self._same,
            quarantined=self._bad,
            snapshots=tuple(self._read),
            skipped=tuple(self._skipped),
            by_table={self._relation.name: self._stored},
            repaired=dict(sorted(self._repaired.items())),
        )

    # ------------------------------------------------------------------ a batch

    def _admit_batch(self, batch: Batch) -> None:
        if batch.broken:
            self._refuse(*batch.broken)
            self._group.segments.clear()
            return
        numbers = {file.sha256: n for n, file in enumerate(batch.files, start=1)}
        places = [
            Place(
                piece,
                numbers[file.sha256],
                file.sha256,
                file.is_back_file,
                self._stream(file),
            )
            for file, piece in batch.items
        ]
        by_number = {numbers[file.sha256]: file for file in batch.files}
        for place, reject in self._loader.load(places):
            file = by_number[place.number]
            file.bad += 1
            self._group.aside(self._quarantine).add(file.path.name, reject)
        for _, piece in batch.items:
            piece.discard()
        self._count(by_number)
        for file in batch.complete:
            if error := self._too_bad(file):
                self._refuse(file, error)
                if len(by_number) == 1:
                    self._group.segments.clear()
                self._engine.run("DELETE FROM staged WHERE n = ?", [numbers[file.sha256]])
            else:
                self._group.files.append(file)
        stored = (*self._index.segments(self._relation.name), *self._group.segments)
        ours = [each for each in stored if each.source == self._spec.name]
        gone = superseded(self._index, self._spec.name, batch.files)
        repeated = drop_repeated(self._engine, self._relation, self._home, ours, gone)
        for number, count in repeated.items():
            by_number[number].repeated += count
            by_number[number].rows -= count
        year = batch.items[0][0].days[0].year
        self._group.segments += self._write(year)
        if self._progress:
            self._progress(batch.items[-1][0].path.name, self._stored + self._group.rows)
        if batch.complete:
            self._commit()

    def _stream(self, file: Incoming) -> str | None:
        return self._archive.stream_of(file.path.name)

    def _quarantine(self) -> QuarantineWriter:
        path = self._folder / "quarantine.jsonl"
        return QuarantineWriter(path, "archive", self._spec.name, self._spec.out_of_scope)

    def _count(self, by_number: dict[int, Incoming]) -> None:
        for number, rows in self._engine.rows("SELECT n, count(*) FROM staged GROUP BY 1"):
            by_number[number].rows += rows
        if not self._engine.one("SELECT count(*) FROM staged WHERE corrected IS NOT NULL"):
            return
        for number, ids, rows in self._engine.rows(
            "SELECT n, json_keys(corrected), count(*) FROM staged WHERE corrected IS NOT NULL"
            " GROUP BY 1, 2"
        ):
            for name in ids:
                by_number[number].repairs[name] += rows

    def _too_bad(self, file: Incoming) -> QuarantineExceeded | None:
        """Return why a file is refused as a whole, if it is."""
        total = file.bad + file.rows
        share = file.bad / total if total else 1.0
        bound = self._spec.max_quarantine_share
        if file.rows >= self._spec.min_rows and (
            share <= bound or (file.bad <= _FEW_BAD and share <= 0.5)
        ):
            return None
        return QuarantineExceeded(
            f"{self._spec.name}: {file.path.name} has {file.bad:,} bad rows of {total:,}"
            f" ({share:.1%}, bound {bound:.1%}). Nothing of it was admitted; the rows set aside are"
            " kept: see `comity sources status`."
        )

    # ------------------------------------------------------------------ publishing

    def _write(self, year: int) -> list[ArchiveSegment]:
        relation, engine = self._relation, self._engine
        key = relation.order[0] if not relation.identity else relation.identity
        day = "day" if "day" in relation.columns else "public_from"
        rows, *edges = engine.rows(
            f"SELECT count(*), min({day}), max({day}), min(public_from), max(public_from),"
            f" min({key}), max({key}) FROM staged"
        )[0]
        if not rows:
            return []
        temporary = self._folder / "segment.parquet"
        engine.run(
            f"COPY ({self._loader.rows_sql()}) TO {quoted(str(temporary))}"
            f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        durable.flush_file(temporary)
        digest, size = sha256_of(temporary), temporary.stat().st_size
        path = f"archive/{relation.name}/source={self._spec.name}/year={year}/{digest[:20]}.parquet"
        durable.publish(temporary, self._home / path)
        return [
            ArchiveSegment(path, self._spec.name, relation.name, year, rows, size, digest, *edges)
        ]

    def _commit(self) -> None:
        group, recorded = self._group, self._terms.recorded_on
        for file in group.files:
            if file.path.stat().st_mtime_ns != file.mark:
                msg = f"{file.path} was changed while it was read. Repeat the command."
                raise EvidenceError(msg)
        quarantine = self._publish_aside()
        names = [file.path.name for file in group.files]
        stored = {each.name for each in self._index.named(self._spec.name, names)}
        files = [
            ArchiveFile(
                sha256=file.sha256,
                source=self._spec.name,
                name=file.path.name,
                size=file.size,
                stream=self._stream(file) or "",
                admitted_on=recorded,
                rows=file.rows,
                repeated=file.repeated,
                quarantined=file.bad,
                first_day=file.days[0],
                last_day=file.days[1],
                url=self._url(file),
                quarantine=quarantine if file.bad else "",
                known_from=recorded.date() if file.path.name in stored else None,
            )
            for file in group.files
        ]
        repairs = [
            (self._spec.name, file.sha256, name, rows)
            for file in group.files
            for name, rows in sorted(file.repairs.items())
        ]
        turned_away = [self._batches.refused.popleft() for _ in range(len(self._batches.refused))]
        refused = [
            Refusal(self._spec.name, file.path.name, file.sha256, recorded, str(error), quarantine)
            for file, error in turned_away
        ]
        self._index.commit(files, group.segments, repairs, refused)
        self._stored += sum(file.rows for file in group.files)
        self._same += sum(file.repeated for file in group.files)
        self._bad += sum(file.bad for file in group.files)
        for file in group.files:
            self._repaired.update(file.repairs)
        self._read += [file.sha256 for file in group.files]
        self._group = _Group()
        for file in group.files:
            self._tell(file.path, self._report_of(file))
        for file, error in turned_away:
            self.failures.append((file.path, error))
            self._tell(file.path, error)

    def _report_of(self, file: Incoming) -> IngestReport:
        return IngestReport(
            source=self._spec.name,
            rows_new=file.rows,
            rows_same=file.repeated,
            quarantined=file.bad,
            snapshots=(file.sha256,),
            by_table={self._relation.name: file.rows},
            repaired=dict(sorted(file.repairs.items())),
        )

    def _tell(self, path: Path, outcome: IngestReport | Refused) -> None:
        if self._told:
            self._told(path, outcome)

    def _url(self, file: Incoming) -> str:
        url = self._terms.url
        return url if isinstance(url, str) else url.get(file.path.name, "")

    def _publish_aside(self) -> str:
        writer = self._group.writer
        digest = writer.finish() if writer else ""
        if not writer or not digest:
            return ""
        path = f"archive/quarantine/{digest[:20]}.jsonl"
        writer.publish(self._home / path)
        return path

    def _refuse(self, file: Incoming, error: Refused) -> None:
        self._batches.refused.append((file, error))

    def _tell_skipped(self) -> None:
        """Tell what the unpacking thread passed over; only this thread tells."""
        for _ in range(len(self._batches.skipped)):
            path = self._batches.skipped.popleft()
            self._skipped.append(path.name)
            self._tell(path, IngestReport(self._spec.name, skipped=(path.name,)))


@dataclass
class _Group:
    """What becomes visible in one step."""

    files: list[Incoming] = field(default_factory=list)
    segments: list[ArchiveSegment] = field(default_factory=list)
    writer: QuarantineWriter | None = None

    @property
    def rows(self) -> int:
        return sum(segment.rows for segment in self.segments)

    def aside(self, make: Callable[[], QuarantineWriter]) -> QuarantineWriter:
        self.writer = self.writer or make()
        return self.writer


def sweep(home: Path, index: ArchiveIndex) -> None:
    """Remove files that the index does not name: what a killed writer left behind."""
    named = {segment.path for segment in index.segments()} | set(index.quarantines())
    for pattern in ("*.parquet", "*.jsonl"):
        for path in (home / "archive").rglob(pattern):
            if path.relative_to(home).as_posix() not in named:
                path.unlink(missing_ok=True)
