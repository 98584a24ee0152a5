"""Tables that people keep by hand: a user's own rows, and the files of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from comity.core.case_table import parse_case_table
from comity.core.errors import UsageError
from comity.core.records import Batch, Reject, record_id, table_named
from comity.evidence import detection
from comity.evidence.inputs import files_at, is_latest, skipped
from comity.evidence.job import Job, Terms, utc
from comity.evidence.register_checks import case_check, row_check
from comity.evidence.report import IngestReport, Progress
from comity.evidence.store import USER, EvidenceStore
from comity.evidence.tables import checked_source_name
from comity.evidence.transaction import admit
from comity.evidence.validation import checked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from comity.core.table import Table
    from comity.evidence.register_checks import RegisterRules

__all__ = ["Checked", "admit_table", "check_table", "sync_case", "table_of_file"]

_CASE_TERMS = Terms(licence="each row cites its source", min_rows=0, parser_version=1)
_USER_TERMS = Terms(licence="the user's own", max_quarantine_share=0.5)


def admit_table(  # noqa: PLR0913 -- everything that a user may ask for
    store: EvidenceStore,
    table_name: str | None,
    path: Path,
    recorded_on: dt.datetime,
    source: str = USER,
    *,
    replace_others: bool = False,
    progress: Progress | None = None,
    rules: RegisterRules | None = None,
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
    rules : RegisterRules, optional
        Codebooks and what else rows of a register are held against. With them a changed row is set
        aside unless `replace_others`.

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
    table = table_of_file(table_name, path)
    check = None
    if rules is not None:
        check = row_check(store, rules, table, source, may_change=replace_others)
    job = Job(
        source=source,
        files=((path.name, path),),
        batches=parse_case_table(table, path, check),
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


def table_of_file(table_name: str | None, path: Path) -> Table:
    """Return what the rows of a file are: as said, or as told from its header.

    Raises
    ------
    UsageError, UnknownName
        As `admit_table`.
    """
    if path.is_dir():
        msg = f"{path} is a folder. Admit tables file by file."
        raise UsageError(msg)
    files_at(path)
    return table_named(table_name) if table_name else detection.detect_table(path)


@dataclass(frozen=True)
class Checked:
    """What an admission would do, without doing it.

    Parameters
    ----------
    table : str
        What the rows are.
    rows : int
        Rows that would be admitted, or are stored already. [count]
    rejects : tuple of Reject
        Rows that would be set aside, with the reason.
    """

    table: str
    rows: int
    rejects: tuple[Reject, ...]


def check_table(
    store: EvidenceStore,
    table_name: str | None,
    path: Path,
    rules: RegisterRules,
    source: str = USER,
    *,
    replace_others: bool = False,
) -> Checked:
    """Read a file as `admit_table` does, and say which rows would be set aside; store nothing.

    Raises
    ------
    UsageError, CatalogError, UnknownName
        As `admit_table`.
    """
    table = table_of_file(table_name, path)
    check = row_check(store, rules, table, source, may_change=replace_others)
    rows, rejects = 0, []
    for item in parse_case_table(table, path, check):
        if isinstance(item, Reject):
            rejects.append(item)
            continue
        clean, bad = checked(item)
        rejects += bad
        good, taken = _not_taken(store, table, clean, source, replace=replace_others)
        rows += good
        rejects += taken
    return Checked(table.name, rows, tuple(rejects))


def _not_taken(
    store: EvidenceStore, table: Table, columns: dict[str, Any], source: str, *, replace: bool
) -> tuple[int, list[Reject]]:
    """Return how many rows have an id that no other source holds, and the others."""
    count = len(columns["locator"])
    if replace:
        return count, []
    ids = [
        record_id(table, key) for key in zip(*(columns[each] for each in table.key), strict=True)
    ]
    with store.view(dt.date.max) as view:
        held = view.rows(
            f"SELECT record_id, source FROM {table.name} WHERE list_contains(?, record_id)", [ids]
        )
    owners = {row["record_id"]: row["source"] for row in held if row["source"] != source}
    taken = [
        Reject(
            str(place), "duplicate_key",
            f"The id of {own} is already taken by {owners[own]}; give the row an id of its own, or"
            " admit it with --replace if it corrects that record.", own,
        )
        for place, own in zip(columns["locator"], ids, strict=True)
        if own in owners
    ]  # fmt: skip
    return count - len(taken), taken


def sync_case(
    store: EvidenceStore,
    case_name: str,
    tables: Mapping[str, Path],
    recorded_on: dt.datetime,
    rules: Callable[[], RegisterRules] | None = None,
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
    rules : callable, optional
        Gives the codebooks and what else rows of a register are held against; called only if a
        file has changed.

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
        batches=_tag_all(store, stale, tables, job.source, rules() if rules else None),
        whole_tables=tuple(stale),
    )
    with store.writing(job.recorded_on):
        return total + admit(store, job)


def _tag_all(
    store: EvidenceStore,
    stale: Mapping[str, Path],
    tables: Mapping[str, Path],
    source: str,
    rules: RegisterRules | None,
) -> Iterable[Batch | Reject]:
    """Parse several files, each row's locator led by its file's name."""
    for name, path in stale.items():
        check = None
        if rules is not None:
            check = case_check(store, rules, table_named(name), source, tables)
        for item in parse_case_table(table_named(name), path, check):
            if isinstance(item, Reject):
                yield replace(item, locator=f"{path.name} {item.locator}")
            else:
                places: list[object] = [f"{path.name} {at}" for at in item.columns["locator"]]
                yield Batch(item.table, {**item.columns, "locator": places})
