"""The archive's side of admitting a source's files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from comity.core.errors import EvidenceError
from comity.evidence.archive.admit import ArchiveTerms, admit_archive
from comity.evidence.inputs import files_at, layout_files
from comity.evidence.report import IngestReport, Outcome
from comity.sources._spec import archive_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from comity.evidence.archive.batches import Refused
    from comity.evidence.report import Progress, Told
    from comity.evidence.store import EvidenceStore
    from comity.sources._spec import Source

__all__ = ["admit_files"]


def admit_files(
    store: EvidenceStore,
    source: Source,
    path: Path | Sequence[Path],
    recorded_on: dt.datetime,
    url: str | Mapping[str, str] = "",
    progress: Progress | None = None,
    told: Told | None = None,
) -> IngestReport:
    """Admit a file, the files of a folder, or the files given, into the archive.

    Raises
    ------
    UsageError
        If there is no such file.
    SourceChanged, QuarantineExceeded
        If the only file was refused.
    EvidenceError
        If some of several were refused; the others are in.
    StoreBusy
        If another process is writing.
    """
    spec, archive = source.SPEC, archive_of(source)
    assert archive is not None
    in_folder = isinstance(path, Path) and path.is_dir()
    files = layout_files(spec, cast("Path", path)) if in_folder else files_at(path)

    def tell(file: Path, outcome: IngestReport | Refused) -> None:
        named = ((file.name, file),)
        if told is None:
            return
        if isinstance(outcome, IngestReport):
            told(Outcome(named, outcome))
        else:
            told(Outcome(named, error=outcome))

    terms = ArchiveTerms(recorded_on, url if isinstance(url, str) else dict(url))
    with store.writing(recorded_on):
        report, failures = admit_archive(store, spec, archive, files, terms, progress, tell)
    if len(files) == 1 and failures:
        raise failures[0][1]
    if failures:
        msg = (
            f"{spec.name}: {len(failures)} of {len(files)} files were refused, the others are"
            f" admitted. First: {failures[0][1]}"
        )
        raise EvidenceError(msg)
    return report
