"""The files that an admission reads, and whether the store knows them already."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from comity.core.errors import SourceChanged, UsageError
from comity.core.provenance import sha256_of
from comity.evidence.report import IngestReport

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.job import Job
    from comity.evidence.manifest import Transaction
    from comity.evidence.store import EvidenceStore
    from comity.sources._spec import SourceSpec

__all__ = [
    "admitted_hashes",
    "files_at",
    "files_in",
    "is_companion",
    "is_known",
    "is_latest",
    "layout_files",
    "skipped",
]


def files_at(path: Path | Sequence[Path]) -> list[Path]:
    """Return the file, the files of the folder, or the files given.

    Raises
    ------
    UsageError
        If there is none, or one of them does not exist.
    """
    if isinstance(path, Sequence):
        files = list(path)
    else:
        files = files_in(path) if path.is_dir() else [path]
    missing = [file for file in files if not file.exists()]
    if missing or not files:
        msg = f"there is no file {missing[0] if missing else path}. Check the path."
        raise UsageError(msg)
    return files


def files_in(folder: Path) -> list[Path]:
    """Return the regular files of a folder, sorted by name."""
    return sorted(file for file in folder.iterdir() if file.is_file())


def layout_files(spec: SourceSpec, folder: Path) -> list[Path]:
    """Return the files of a folder whose names fit a layout of a source.

    Raises
    ------
    SourceChanged
        If there is none.
    """
    patterns = [layout.pattern.lower() for layout in spec.layouts]
    every = files_in(folder)
    files = [file for file in every if _fits(file, patterns)]
    if not files:
        found = [file.name for file in every]
        raise SourceChanged(spec.name, str(folder), patterns, found)
    return files


def is_companion(spec: SourceSpec, file: Path) -> bool:
    """Return whether a file holds no rows but changes what rows of others say."""
    return _fits(file, spec.companions)


def _fits(file: Path, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(file.name.lower(), pattern.lower()) for pattern in patterns)


def admitted_hashes(store: EvidenceStore, source: str, parser_version: int) -> set[str]:
    """Return the SHA-256 of every file of a source that this version of its parser has read."""
    known = _hashes(store.manifest().admissions(source), parser_version)
    return known or store.archive.hashes(source)


def _hashes(admissions: Iterable[Transaction], parser_version: int) -> set[str]:
    return {
        digest
        for item in admissions
        if item.parser_version == parser_version
        for _, digest, _ in item.files
    }


def is_known(store: EvidenceStore, job: Job) -> bool:
    """Return whether these very files were admitted before, by this version of the parser.

    Files that are said to be the whole dataset are only known if they were the last to say so, and
    nothing was admitted since.
    """
    if job.whole:
        last = store.manifest().admissions(job.source)[-1:]
        known = _hashes((item for item in last if item.whole), job.terms.parser_version)
    else:
        known = admitted_hashes(store, job.source, job.terms.parser_version)
    return bool(known) and all(sha256_of(file) in known for _, file in job.files)


def is_latest(store: EvidenceStore, job: Job, name: str, path: Path) -> bool:
    """Return whether these bytes are the last that were admitted under this name."""
    last = store.manifest().latest(job.source, name)
    return (
        last is not None
        and last.parser_version == job.terms.parser_version
        and path.is_file()
        and (name, sha256_of(path)) in {(file, digest) for file, digest, _ in last.files}
    )


def skipped(store: EvidenceStore, job: Job) -> IngestReport:
    """Report files that are known: their rows are all the same."""
    rows = {
        digest: count
        for item in store.manifest().admissions(job.source)
        for _, digest, count in item.files
    }
    return IngestReport(
        job.source,
        rows_same=sum(rows.get(sha256_of(file), 0) for _, file in job.files),
        skipped=tuple(name for name, _ in job.files),
    )
