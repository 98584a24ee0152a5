"""Tables that people keep by hand: a user's own rows, and the files of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from comity.core.case_table import parse_case_table
from comity.core.errors import UsageError
from comity.core.records import Batch, Reject, table_named
from comity.evidence import detection
from comity.evidence.inputs import files_at, is_latest, skipped
from comity.evidence.job import Job, Terms, utc
from comity.evidence.report import IngestReport, Progress
from comity.evidence.store import USER, EvidenceStore
from comity.evidence.tables import checked_source_name
from comity.evidence.transaction import admit

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

__all__ = ["admit_table", "sync_case"]

_CASE_TERMS = Terms(licence="each row cites its source", min_rows=0, parser_version=1)
_USER_TERMS = Terms(licence="the user's own", max_quarantine_share=0.5)


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
        As `comity.evidence.ingest.ingest`.
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
        recorded_on=utc(recorded_on),
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
        As `comity.evidence.ingest.ingest`.
    """
    job = Job(
        source=checked_source_name(f"case:{case_name}"),
        files=tuple((path.name, path) for path in tables.values()),
        batches=(),
        terms=_CASE_TERMS,
        recorded_on=utc(recorded_on),
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


def _tag_all(tables: Mapping[str, Path]) -> Iterable[Batch | Reject]:
    """Parse several files, each row's locator led by its file's name."""
    for name, path in tables.items():
        for item in parse_case_table(table_named(name), path):
            if isinstance(item, Reject):
                yield replace(item, locator=f"{path.name} {item.locator}")
            else:
                places: list[object] = [f"{path.name} {at}" for at in item.columns["locator"]]
                yield Batch(item.table, {**item.columns, "locator": places})
