"""From a file to stored records: one file (or one folder parsed as a whole) is one transaction."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.core.case_table import parse_case_table
from comity.core.errors import (
    ComityError,
    EvidenceError,
    SourceError,
    StoreBusy,
    StoreDamaged,
    UsageError,
)
from comity.core.records import Batch, Reject, Repair, table_named
from comity.evidence import detection
from comity.evidence.inputs import (
    files_at,
    files_in,
    is_known,
    is_latest,
    layout_files,
    skipped,
)
from comity.evidence.report import IngestReport, Outcome, Progress, Told
from comity.evidence.store import USER, EvidenceStore
from comity.evidence.tables import checked_source_name
from comity.evidence.transaction import Job, Terms, admit
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
    "admit_table",
    "ingest",
    "sync_case",
]

_CASE_TERMS = Terms(licence="each row cites its source", min_rows=0, parser_version=1)
_USER_TERMS = Terms(licence="the user's own", max_quarantine_share=0.5)


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
        recorded_on=_utc(recorded_on),
        changed=revision,
        progress=progress,
    )
    if is_known(store, job):
        return skipped(store, job)
    with store.writing(job.recorded_on):
        return admit(store, job)


def admit_source(
    store: EvidenceStore,
    source: Source,
    path: Path | Sequence[Path],
    recorded_on: dt.datetime,
    url: str | Mapping[str, str] = "",
    progress: Progress | None = None,
    told: Told | None = None,
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

    Raises
    ------
    UsageError
        If there is no such file.
    SourceChanged
        If a file does not have a known layout, or a folder has none that has.
    QuarantineExceeded, StoreBusy, EvidenceError
        As `ingest`.
    """
    spec = source.SPEC
    checked_source_name(spec.name)
    if archive_of(source):
        # Only who fills an archive need wait for what unpacks it.
        from comity.evidence.archive.door import admit_files  # noqa: PLC0415

        return admit_files(store, source, path, _utc(recorded_on), url, progress, told)
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
        _job_of(source, group, terms, _utc(recorded_on), progress) for group in _groups(spec, path)
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
    with store.writing(_utc(recorded_on)):
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


def _groups(spec: SourceSpec, path: Path | Sequence[Path]) -> Sequence[Path]:
    """Return what is read in one transaction each."""
    if isinstance(path, Sequence):
        if len(path) > 1 and not spec.file_by_file:
            msg = f"{spec.name} reads its files together: give the folder, not {len(path)} files."
            raise UsageError(msg)
        return path
    return layout_files(spec, path) if path.is_dir() and spec.file_by_file else [path]


def _tell(told: Told | None, job: Job, report: IngestReport) -> IngestReport:
    if told:
        told(Outcome(job.files, report))
    return report


def admit_table(
    store: EvidenceStore,
    table_name: str | None,
    path: Path,
    recorded_on: dt.datetime,
    source: str = USER,
    *,
    replace_others: bool = False,
    progress: Progress | None = None,
) -> IngestReport:
    """Store a CSV file of a user's own rows.

    A changed row of the same source corrects the old one at all dates.

    Parameters
    ----------
    store : EvidenceStore
        Where to.
    table_name : str or None
        What the rows are; found from the header if None.
    path : pathlib.Path
        UTF-8, comma-separated, with a header.
    recorded_on : datetime.datetime
        The moment of admission. [UTC]
    source : str
        Name under which the rows are kept.
    replace_others : bool
        Whether a row may correct one of another source that has the same id.
    progress : callable, optional
        Told about the rows read so far.

    Raises
    ------
    UsageError
        If the header fits no table, or there is no such file.
    CatalogError
        If the header has an unknown column or lacks a required one.
    UnknownName
        If there is no table of this name.
    QuarantineExceeded, StoreBusy, EvidenceError
        As `ingest`.
    """
    checked_source_name(source)
    if path.is_dir():
        msg = f"{path} is a folder. Admit tables file by file."
        raise UsageError(msg)
    files_at(path)
    table = table_named(table_name) if table_name else detection.detect_table(path)
    job = Job(
        source=source,
        files=((path.name, path),),
        batches=parse_case_table(table, path),
        terms=_USER_TERMS,
        recorded_on=_utc(recorded_on),
        changed="corrected",
        replace=replace_others,
        progress=progress,
    )
    if not replace_others and is_latest(store, job, path.name, path):
        return skipped(store, job)
    with store.writing(job.recorded_on):
        return admit(store, job)


def sync_case(
    store: EvidenceStore,
    case_name: str,
    tables: Mapping[str, Path],
    recorded_on: dt.datetime,
) -> IngestReport:
    """Bring the stored rows of a case into line with its files, in one transaction.

    Files whose bytes are those last admitted are not read. In a changed file, changed rows are
    stored as corrected, and rows that have gone as withdrawn; both take effect at all dates.

    Parameters
    ----------
    store : EvidenceStore
        Where to.
    case_name : str
        Rows are kept under the source ``case:NAME``.
    tables : mapping of str to pathlib.Path
        The CSV file of each table; a table that is not named is left as it is.
    recorded_on : datetime.datetime
        The moment of admission. [UTC]

    Raises
    ------
    CatalogError
        If a file has an unknown column or lacks a required one.
    QuarantineExceeded, StoreBusy, EvidenceError
        As `ingest`.
    """
    job = Job(
        source=checked_source_name(f"case:{case_name}"),
        files=tuple((path.name, path) for path in tables.values()),
        batches=(),
        terms=_CASE_TERMS,
        recorded_on=_utc(recorded_on),
        changed="corrected",
    )
    stale = {
        name: path for name, path in tables.items() if not is_latest(store, job, path.name, path)
    }
    current = [item for item in job.files if item[1] not in stale.values()]
    total = skipped(store, replace(job, files=tuple(current)))
    if not stale:
        return total
    job = replace(
        job,
        files=tuple((path.name, path) for path in stale.values()),
        batches=_tag_all(stale),
        whole_tables=tuple(stale),
    )
    with store.writing(job.recorded_on):
        return total + admit(store, job)


# ---------------------------------------------------------------------- files


def _tag_all(tables: Mapping[str, Path]) -> Iterable[Batch | Reject]:
    """Parse several files, each row's locator led by its file's name."""
    for name, path in tables.items():
        for item in parse_case_table(table_named(name), path):
            if isinstance(item, Reject):
                yield replace(item, locator=f"{path.name} {item.locator}")
            else:
                places: list[object] = [f"{path.name} {at}" for at in item.columns["locator"]]
                yield Batch(item.table, {**item.columns, "locator": places})


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
    return Job(
        source=source.SPEC.name,
        files=tuple((file.name, file) for file in files),
        batches=_Lazy(functools.partial(source.parse, path)),
        terms=terms,
        recorded_on=recorded_on,
        changed="revised",
        beside=tuple((file.name, file) for file in files_in(folder) if file not in files),
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


def _utc(moment: dt.datetime) -> dt.datetime:
    """Return a moment in UTC without its zone, as it is stored."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
