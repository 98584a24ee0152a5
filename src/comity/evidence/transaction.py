"""One admission: read files, check rows, compare them with the store, publish all or nothing."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from comity.core.errors import EvidenceError, QuarantineExceeded
from comity.core.provenance import Snapshot
from comity.core.records import TABLES, Batch, Reject, Repair
from comity.evidence import quarantine as quarantines
from comity.evidence import snapshots
from comity.evidence.engine.duck import Engine
from comity.evidence.manifest import Manifest, Segment, Transaction
from comity.evidence.quarantine import RAW_LIMIT, QuarantineWriter
from comity.evidence.report import IngestReport
from comity.evidence.staging import Conflict, Counts, Staging
from comity.evidence.validation import checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.evidence.job import Job
    from comity.evidence.store import EvidenceStore
    from comity.evidence.tables import Revision

__all__ = ["admit"]

_MAX_STEMS = 10_000
_FEW_BAD = 20
_REPEATS = frozenset({"duplicate", "duplicate_key"})
"""Codes of rows whose record stands elsewhere in the same file."""


def admit(store: EvidenceStore, job: Job) -> IngestReport:
    """Carry out one transaction. The caller holds the lock of the store.

    Raises
    ------
    QuarantineExceeded
        If too many rows are bad, or there are too few. Nothing is admitted; the rows set aside are
        kept as a failed attempt, so that a person can look at them.
    EvidenceError
        If a file changes while it is read, or is too large.
    """
    started = time.monotonic()
    admission = _Admission(store, job)
    try:
        report = admission.run()
    finally:
        admission.close()
    return replace(report, seconds=time.monotonic() - started)


class _Admission:
    def __init__(self, store: EvidenceStore, job: Job) -> None:
        self._store = store
        self._job = job
        self._manifest = store.manifest()
        self._generation = self._manifest.generation + 1
        temporary = store.home / "tmp"
        self._engine = Engine(store.memory_limit, temporary / "spill", keep_order=False)
        self._staging = Staging(
            self._engine, store.home, job.source, self._generation, job.recorded_on
        )
        self._aside = QuarantineWriter(
            temporary / "quarantine.jsonl",
            self._staging.batch,
            job.source,
            job.terms.out_of_scope,
        )
        self._kept: dict[str, snapshots.ReadFile] = {}
        self._paths: dict[str, Path] = {}
        self._beside = dict(job.beside)
        self._rows: Counter[str] = Counter()
        self._repaired: Counter[str] = Counter()
        self._seen = 0
        self._unread: set[str] = set()
        self._stems: dict[str, str] = {}

    def run(self) -> IngestReport:
        job = self._job
        for name, path in (*job.files, *job.companions):
            self._keep(name, path)
        for table in job.whole_tables:
            self._staging.declare(table)
        for item in job.batches:
            if isinstance(item, Reject):
                self._reject(item)
            elif isinstance(item, Repair):
                self._repaired[item.correction] += item.rows
            else:
                self._read(item)
        self._check_files()
        counts = {table: self._settle(table) for table in self._staging.tables}
        self._check_bounds()
        self._check_whole(sum(item.withdrawn for item in counts.values()))
        segments = [part for table in counts for part in self._staging.write(table)]
        self._publish(segments)
        return IngestReport(
            source=job.source,
            rows_new=sum(item.new for item in counts.values()),
            rows_same=sum(item.same for item in counts.values()),
            rows_corrected=sum(item.changed for item in counts.values()),
            rows_withdrawn=sum(item.withdrawn for item in counts.values()),
            quarantined=self._aside.bad,
            out_of_scope=self._aside.out_of_scope,
            snapshots=tuple(sha256 for sha256, _, _ in self._kept.values()),
            by_table=dict(self._staging.tables),
            repaired=dict(sorted(self._repaired.items())),
        )

    def close(self) -> None:
        self._engine.close()
        self._aside.close()

    # ------------------------------------------------------------------ reading

    def _keep(self, name: str, path: Path) -> None:
        self._kept[name] = snapshots.keep(self._store.home, path, self._store.max_snapshot)
        self._paths[name] = path

    def _read(self, batch: Batch) -> None:
        columns, rejects = checked(batch)
        for reject in rejects:
            self._reject(reject)
        places: Sequence[str] = columns["locator"]
        if len(places):
            columns["snapshot"] = self._snapshots_of(places)
            self._staging.add(batch.table, columns)
        self._seen += len(batch)
        if self._job.progress:
            self._job.progress(self._file_of(places[0]) if len(places) else "", self._seen)

    def _reject(self, reject: Reject) -> None:
        self._aside.add(self._file_of(reject.locator), reject)
        if self._job.whole and reject.code not in _REPEATS | self._job.terms.out_of_scope:
            self._unread.add(reject.raw[:RAW_LIMIT])

    def _snapshots_of(self, locators: Sequence[str]) -> list[str]:
        if len(self._kept) > 1 or self._beside:
            return [self._snapshot_of(locator) for locator in locators]
        ((name, (sha256, _, _)),) = self._kept.items()
        self._rows[name] += len(locators)
        return [sha256] * len(locators)

    def _snapshot_of(self, locator: str) -> str:
        """Return the hash of the file in which a row stands, or of all if the row does not say."""
        file = self._file_of(locator)
        self._rows[file or self._job.files[0][0]] += 1
        if file:
            return self._kept[file][0]
        return "+".join(sha256 for sha256, _, _ in self._kept.values())

    def _file_of(self, locator: str) -> str:
        """Return the file that a locator begins with; the only file needs no naming."""
        stem = locator.rstrip("0123456789")
        if stem not in self._stems:
            if len(self._stems) > _MAX_STEMS:
                self._stems.clear()
            self._stems[stem] = self._named(locator)
        return self._stems[stem]

    def _named(self, locator: str) -> str:
        for name in (*self._kept, *self._beside):
            if _begins(locator, name):
                if name in self._beside:
                    self._keep(name, self._beside.pop(name))
                return name
        return next(iter(self._kept)) if len(self._kept) == 1 else ""

    def _check_files(self) -> None:
        for name, path in self._paths.items():
            if not snapshots.unchanged(path, self._kept[name][2]):
                msg = f"{path} was changed while it was read. Nothing was admitted; try again."
                raise EvidenceError(msg)

    # ------------------------------------------------------------------ deciding

    def _settle(self, table: str) -> Counts:
        cited = TABLES[table].cited
        stored = [
            segment
            for segment in self._manifest.segments
            if segment.table == table and (cited or segment.source == self._job.source)
        ]
        counts, conflicts = self._staging.settle(
            table,
            stored,
            self._revision(),
            replace=self._job.replace,
            withdrawn_from=self._withdrawn_from(table),
        )
        for conflict in conflicts:
            self._set_aside(conflict)
        self._staging.tables[table] -= len(conflicts)
        return counts

    def _withdrawn_from(self, table: str) -> dt.date | None:
        """Return the day from which rows of a table that are not there any more are withdrawn.

        A coder's row that is taken back never stood; a publisher's stood until it was dropped.
        """
        if table in self._job.whole_tables:
            return dt.date.min
        return self._job.recorded_on.date() if self._job.whole else None

    def _revision(self) -> Revision:
        """Return what changed rows are stored as.

        A file that is read anew, by a mended parser, says what it said before; so what differs now
        had been read wrongly. One that this parser has read before is an older release that is
        taken up again, whose rows differ since then.
        """
        beside = dict(self._job.companions)
        kept = {sha256 for name, (sha256, _, _) in self._kept.items() if name not in beside}
        admissions = self._manifest.admissions(self._job.source)
        known = {sha256 for item in admissions for _, sha256, _ in item.files}
        version = self._job.terms.parser_version
        read = {
            sha256
            for item in admissions
            if item.parser_version == version
            for _, sha256, _ in item.files
        }
        return "corrected" if kept <= known and not kept <= read else self._job.changed

    def _set_aside(self, conflict: Conflict) -> None:
        names = {sha256: name for name, (sha256, _, _) in self._kept.items()}
        file = names.get(conflict.snapshot, "")
        reject = Reject(conflict.locator, "duplicate_key", conflict.reason, conflict.raw)
        self._aside.add(file, reject)

    def _check_bounds(self) -> None:
        terms, bad = self._job.terms, self._aside.bad
        good = sum(self._staging.tables.values())
        share = bad / (bad + good) if bad else 0.0
        # a share says little of a small file: a few bad rows are set aside, not held against it
        tolerable = share <= terms.max_quarantine_share or (bad <= _FEW_BAD and share <= 0.5)
        if tolerable and good >= terms.min_rows:
            return
        names = ", ".join(sorted(self._kept)[:3]) + (" …" if len(self._kept) > 3 else "")
        if good < terms.min_rows and tolerable:
            why = f"gives {good:,} rows, fewer than the {terms.min_rows:,} expected (cut short?)"
        else:
            why = f"has {bad:,} bad rows of {bad + good:,} ({share:.1%}, bound"
            why += f" {terms.max_quarantine_share:.1%}), most often {_most(self._aside)}"
        self._publish([], admitted=False)
        msg = (
            f"{self._job.source}: {names} {why}. Nothing was admitted; the rows set aside are kept:"
            " see `comity sources status`."
        )
        raise QuarantineExceeded(msg)

    def _check_whole(self, withdrawn: int) -> None:
        """Refuse to withdraw by a file with rows that cannot be read: they may be the lost ones.

        A row that no earlier release had in words that can be read was never stored, so that it is
        not lost.
        """
        if not (self._job.whole and withdrawn and self._unread):
            return
        unread = self._unread - self._never_read()
        if not unread:
            return
        why = _most(self._aside)
        self._publish([], admitted=False)
        msg = (
            f"{self._job.source}: {len(unread):,} rows cannot be read, most often {why}, and"
            f" {withdrawn:,} records would be withdrawn. A row that cannot be read is not one that"
            " was dropped, so nothing was admitted. Collect without --whole; `comity sources diff`"
            " shows what is no longer there."
        )
        raise QuarantineExceeded(msg)

    def _never_read(self) -> set[str]:
        """Return the rows that stand in every earlier release and could be read in none."""
        ours = {sha256 for sha256, _, _ in self._kept.values()}
        earlier = [
            item
            for item in self._manifest.admissions(self._job.source)
            if not {sha256 for _, sha256, _ in item.files} <= ours
        ]
        home = self._store.home
        bad = [
            {row.raw for row in quarantines.read(home / item.quarantine)}
            if item.quarantine
            else set()
            for item in earlier
        ]
        return set.intersection(*bad) if bad else set()

    # ------------------------------------------------------------------ publishing

    def _publish(self, segments: list[Segment], *, admitted: bool = True) -> None:
        batch, job = self._staging.batch, self._job
        digest = self._aside.finish()
        file = f"quarantine/{batch}.jsonl" if digest else ""
        if file:
            self._aside.publish(self._store.home / file)
        done = Transaction(
            batch=batch,
            source=job.source,
            recorded_on=job.recorded_on,
            admitted=admitted,
            parser_version=job.terms.parser_version,
            reliability=job.terms.reliability,
            files=tuple((n, kept[0], self._rows[n]) for n, kept in self._kept.items()),
            rows=dict(self._staging.tables),
            quarantined=self._aside.bad,
            out_of_scope=self._aside.out_of_scope,
            quarantine=file,
            quarantine_sha256=digest,
            folder=job.folder,
            given=job.given,
            whole=job.whole,
            repaired=dict(sorted(self._repaired.items())),
        )
        manifest = Manifest(
            generation=self._generation,
            transactions=(*self._manifest.transactions, done),
            segments=(*self._manifest.segments, *segments),
            snapshots=self._manifest.snapshots + (self._fresh_snapshots() if admitted else ()),
        )
        self._store.publish(manifest)

    def _fresh_snapshots(self) -> tuple[Snapshot, ...]:
        known = {(item.sha256, item.source, item.name) for item in self._manifest.snapshots}
        job = self._job
        return tuple(
            Snapshot(
                sha256=sha256,
                source=job.source,
                name=name,
                url=job.terms.urls.get(name, job.terms.url),
                size=size,
                retrieved_on=job.recorded_on,
                licence=job.terms.licence,
            )
            for name, (sha256, size, _) in self._kept.items()
            if (sha256, job.source, name) not in known
        )


def _begins(locator: str, name: str) -> bool:
    return locator.startswith(name) and locator[len(name) : len(name) + 1] in {
        "",
        " ",
        ":",
        ",",
        "/",
    }


def _most(aside: QuarantineWriter) -> str:
    code, count = aside.codes.most_common(1)[0]
    example = aside.first
    shown = f"; first: {example.locator}: {example.reason.rstrip('.')}" if example else ""
    return f"{code} ({count:,}{shown})"
