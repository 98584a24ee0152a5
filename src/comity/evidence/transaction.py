"""One admission: read files, check rows, compare them with the store, publish all or nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from comity.core.errors import EvidenceError, QuarantineExceeded
from comity.core.provenance import Snapshot
from comity.core.records import TABLES, Batch, Reject, Repair
from comity.evidence import snapshots
from comity.evidence.engine.duck import Engine
from comity.evidence.manifest import Manifest, Segment, Transaction
from comity.evidence.quarantine import QuarantineWriter
from comity.evidence.report import IngestReport, Progress
from comity.evidence.staging import Conflict, Counts, Staging
from comity.evidence.validation import checked

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from comity.evidence.store import EvidenceStore
    from comity.evidence.tables import Revision

__all__ = ["Job", "Terms", "admit"]

_MAX_STEMS = 10_000


@dataclass(frozen=True)
class Terms:
    """What a source declares that matters when its rows are admitted.

    Parameters
    ----------
    licence, url : str
        Terms of the publisher, and where the file came from.
    urls : mapping of str to str
        Where each file came from, by its name, if they are several.
    max_quarantine_share : float
        Above this share of bad rows nothing is admitted. [share]
    min_rows : int
        A file that gives fewer rows is refused as truncated. [count]
    out_of_scope : frozenset of str
        Codes of rejects that are readable but do not concern us.
    reliability : str
        Admiralty reliability of the source as a whole; empty if rows carry their own.
    parser_version : int
        A file is read again when this changes; what then differs is a correction.
    """

    licence: str = ""
    url: str = ""
    urls: Mapping[str, str] = field(default_factory=dict)
    max_quarantine_share: float = 0.02
    min_rows: int = 1
    out_of_scope: frozenset[str] = frozenset({"out_of_scope"})
    reliability: str = ""
    parser_version: int = 1


_FEW_BAD = 20


@dataclass(frozen=True, eq=False)
class Job:
    """What is to be admitted in one transaction.

    Parameters
    ----------
    source : str
        Who gives the rows.
    files : tuple of (str, pathlib.Path)
        Each file that is read, and its name as kept.
    batches : iterable of Batch, Reject or Repair
        What the parser makes of them.
    terms : Terms
        Licence and bounds.
    beside : tuple of (str, pathlib.Path)
        Files that the parser may draw on; kept if a locator names them.
    recorded_on : datetime.datetime
        The moment, in UTC, without its zone.
    changed : str
        What a changed row is stored as.
    replace : bool
        Whether a row may correct one of another source.
    whole_tables : tuple of str
        Tables given in full, so that what is missing from them is withdrawn.
    progress : callable, optional
        Told about the rows read so far.
    """

    source: str
    files: tuple[tuple[str, Path], ...]
    batches: Iterable[Batch | Reject | Repair]
    terms: Terms
    recorded_on: dt.datetime
    changed: Revision
    beside: tuple[tuple[str, Path], ...] = ()
    replace: bool = False
    whole_tables: tuple[str, ...] = ()
    progress: Progress | None = None


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
        self._stems: dict[str, str] = {}

    def run(self) -> IngestReport:
        job = self._job
        for name, path in job.files:
            self._keep(name, path)
        for table in job.whole_tables:
            self._staging.declare(table)
        for item in job.batches:
            if isinstance(item, Reject):
                self._aside.add(self._file_of(item.locator), item)
            elif isinstance(item, Repair):
                self._repaired[item.correction] += item.rows
            else:
                self._read(item)
        self._check_files()
        counts = {table: self._settle(table) for table in self._staging.tables}
        self._check_bounds()
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
            self._aside.add(self._file_of(reject.locator), reject)
        places: Sequence[str] = columns["locator"]
        if len(places):
            columns["snapshot"] = self._snapshots_of(places)
            self._staging.add(batch.table, columns)
        self._seen += len(batch)
        if self._job.progress:
            self._job.progress(self._file_of(places[0]) if len(places) else "", self._seen)

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
            withdraw=table in self._job.whole_tables,
        )
        for conflict in conflicts:
            self._set_aside(conflict)
        self._staging.tables[table] -= len(conflicts)
        return counts

    def _revision(self) -> Revision:
        """Return what changed rows are stored as.

        A file that is read anew, by a mended parser, says what it said before; so what differs now
        had been read wrongly.
        """
        kept = {sha256 for sha256, _, _ in self._kept.values()}
        known = {
            sha256
            for item in self._manifest.admissions(self._job.source)
            for _, sha256, _ in item.files
        }
        return "corrected" if kept <= known else self._job.changed

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
