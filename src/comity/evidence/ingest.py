"""From a file to stored records: one file (or one folder parsed as a whole) is one transaction."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.core.errors import (
    ComityError,
    EvidenceError,
    SourceError,
    StoreBusy,
    StoreDamaged,
    UsageError,
)
from comity.core.records import Batch, Reject, Repair
from comity.evidence.inputs import (
    files_at,
    files_in,
    is_companion,
    is_known,
    layout_files,
    skipped,
)
from comity.evidence.job import Job, Terms, utc
from comity.evidence.report import IngestReport, Outcome, Progress, Told
from comity.evidence.store import EvidenceStore
from comity.evidence.tables import checked_source_name
from comity.evidence.transaction import admit
from comity.sources._spec import archive_of

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.tables import Revision
    from comity.sources._spec import Source, SourceSpec

__all__ = [
    "IngestReport",
    "Progress",
    "Terms",
    "admit_source",
    "ingest",
]


def ingest(  # noqa: PLR0913 -- the door of every parser
    store: EvidenceStore,
    source_name: str,
    path: Path | Sequence[Path],
    batches: Iterable[Batch | Reject | Repair],
    *,
    spec_like: Terms | None = None,
    recorded_on: dt.datetime,
    progress: Progress | None = None,
    revision: Revision = "revised",
) -> IngestReport:
    """Store the rows that a parser gives of a file: all of them in one step, or none.

    The same file twice is stored once, and so is the same row in two files.

    Parameters
    ----------
    store : EvidenceStore
        Where to.
    source_name : str
        Who gives the rows.
    path : pathlib.Path or sequence of pathlib.Path
        The file, a folder all of whose files are read together, or such files.
    batches : iterable of Batch, Reject or Repair
        What the parser makes of it; not asked for if the file is known.
    spec_like : Terms, optional
        Licence and bounds.
    recorded_on : datetime.datetime
        The moment of admission. [UTC]
    progress : callable, optional
        Told about the rows read so far.
    revision : str
        What a changed row is stored as: ``revised`` by the publisher, or ``corrected``.

    Raises
    ------
    UsageError
        If there is no such file, or the source's name cannot be one.
    QuarantineExceeded
        If too many rows are bad, or there are too few; nothing is admitted.
    StoreBusy
        If another process is writing.
    EvidenceError
        If the file changes while it is read, or is too large.
    """
    checked_source_name(source_name)
    terms = spec_like or Terms()
    job = Job(
        source=source_name,
        files=tuple((file.name, file) for file in files_at(path)),
        batches=batches,
        terms=terms,
        recorded_on=utc(recorded_on),
        changed=revision,
        progress=progress,
    )
    if is_known(store, job):
        return skipped(store, job)
    with store.writing(job.recorded_on):
        return admit(store, job)


def admit_source(  # noqa: PLR0913 -- the door of every publisher's files
    store: EvidenceStore,
    source: Source,
    path: Path | Sequence[Path],
    recorded_on: dt.datetime,
    url: str | Mapping[str, str] = "",
    progress: Progress | None = None,
    told: Told | None = None,
    *,
    whole: bool = False,
) -> IngestReport:
    """Read a publisher's file or folder with its source's parser, and store what it gives.

    Files known from before are skipped, so that a run that was cut short can be repeated. A folder
    is parsed as a whole, or file by file where the source says so; then a bad file does not keep
    the others out, and is reported at the end.

    Parameters
    ----------
    store : EvidenceStore
        Where to.
    source : Source
        Whose parser reads.
    path : pathlib.Path or sequence of pathlib.Path
        A file, a folder, or files of a source that is read file by file.
    recorded_on : datetime.datetime
        The moment of admission. [UTC]
    url : str or mapping of str to str
        Where the bytes came from; by file name if there are several.
    progress : callable, optional
        Told about the rows read so far.
    told : callable, optional
        Told what became of each file as soon as that is durable.
    whole : bool
        Whether this is the whole dataset: a stored record that it no longer has is withdrawn from
        the day of admission on, in each table of which it gives rows. A folder is then one
        transaction. Nothing is ever withdrawn unasked: a file may be a part.

    Raises
    ------
    UsageError
        If there is no such file; or if `whole`, of several files without their folder, or of a
        source whose files go into the archive.
    SourceChanged
        If a file does not have a known layout, or a folder has none that has.
    QuarantineExceeded, StoreBusy, EvidenceError
        As `ingest`; and if `whole` though a row that cannot be read may be a record's that seems
        to be gone.
    """
    spec = source.SPEC
    checked_source_name(spec.name)
    moment = utc(recorded_on)
    if archive_of(source):
        _must_be_parts(spec, whole=whole)
        # Only who fills an archive need wait for what unpacks it.
        from comity.evidence.archive.door import admit_files  # noqa: PLC0415

        return admit_files(store, source, path, moment, url, progress, told)
    terms = Terms(
        licence=spec.licence,
        url=url if isinstance(url, str) else "",
        urls={} if isinstance(url, str) else url,
        max_quarantine_share=spec.max_quarantine_share,
        min_rows=spec.min_rows,
        out_of_scope=frozenset(spec.out_of_scope),
        reliability=spec.reliability,
        parser_version=spec.parser_version,
    )
    jobs = [
        replace(_job_of(source, group, terms, moment, progress), whole=whole)
        for group in _groups(spec, path, whole=whole)
    ]
    total = IngestReport(spec.name)
    todo: list[Job] = []
    for job in jobs:
        if is_known(store, job):
            total += _tell(told, job, skipped(store, job))
        else:
            todo.append(job)
    if not todo:
        return total
    failures: list[ComityError] = []
    with store.writing(moment):
        for job in todo:
            try:
                report = admit(store, job)
            except (StoreBusy, StoreDamaged):
                raise
            except (SourceError, EvidenceError, UsageError) as error:
                failures.append(error)
                if told:
                    told(Outcome(job.files, error=error))
            else:
                total += _tell(told, job, report)
    _raise_failures(spec.name, len(jobs), failures)
    return total


def _groups(spec: SourceSpec, path: Path | Sequence[Path], *, whole: bool) -> Sequence[Path]:
    """Return what is read in one transaction each."""
    apart = spec.file_by_file and not whole
    if isinstance(path, Sequence):
        if len(path) > 1 and not apart:
            why = "a whole dataset is read" if whole else f"{spec.name} reads its files"
            msg = f"{why} together: give the folder, not {len(path)} files."
            raise UsageError(msg)
        return path
    return layout_files(spec, path) if path.is_dir() and apart else [path]


def _must_be_parts(spec: SourceSpec, *, whole: bool) -> None:
    """Refuse a whole dataset of a source whose files go into the archive."""
    if whole:
        msg = (
            f"{spec.name} goes into the archive file by file, where --whole means nothing: a file"
            " that comes again takes the place of the one of its name, and no other is touched."
            " Collect it without --whole."
        )
        raise UsageError(msg)


def _tell(told: Told | None, job: Job, report: IngestReport) -> IngestReport:
    if told:
        told(Outcome(job.files, report))
    return report


# ---------------------------------------------------------------------- files


def _job_of(
    source: Source,
    path: Path,
    terms: Terms,
    recorded_on: dt.datetime,
    progress: Progress | None,
) -> Job:
    """Return the admission of one file, or of a folder that is parsed as a whole."""
    files = layout_files(source.SPEC, path) if path.is_dir() else files_at(path)
    folder = path if path.is_dir() else path.parent
    others = [file for file in files_in(folder) if file not in files]
    companions = [file for file in others if is_companion(source.SPEC, file)]
    return Job(
        source=source.SPEC.name,
        files=tuple((file.name, file) for file in files),
        batches=_Lazy(functools.partial(source.parse, path)),
        terms=terms,
        recorded_on=recorded_on,
        changed="revised",
        beside=tuple((file.name, file) for file in others if file not in companions),
        companions=tuple((file.name, file) for file in companions),
        folder=folder.resolve().name,
        given="" if path.is_dir() else path.name,
        progress=progress,
    )


def _raise_failures(name: str, attempts: int, failures: Sequence[ComityError]) -> None:
    if not failures:
        return
    if attempts == 1:
        raise failures[0]
    msg = (
        f"{name}: {len(failures)} of {attempts} files were refused, the others are admitted."
        f" First: {failures[0]}"
    )
    raise EvidenceError(msg)


@dataclass(frozen=True)
class _Lazy:
    """Rows that are parsed only when asked for."""

    parse: Callable[[], Iterable[Batch | Reject | Repair]]

    def __iter__(self) -> Iterator[Batch | Reject | Repair]:
        return iter(self.parse())
