"""From what an admission says of each file to the ledger; and files that the user has."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from comity.core.errors import SourceChanged
from comity.core.provenance import sha256_of
from comity.evidence.ingest import admit_source
from comity.evidence.inputs import admitted_hashes
from comity.evidence.ledger import Entry, Ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from comity.core.errors import ComityError
    from comity.evidence.report import IngestReport, Outcome, Progress
    from comity.evidence.store import EvidenceStore
    from comity.sources._spec import Source

__all__ = ["Clerk", "collect_local"]


class Clerk:
    """Books what became of files that were offered to a store.

    Parameters
    ----------
    ledger : Ledger
        Where to.
    store : EvidenceStore
        Who admits.
    source : Source
        Whose files.
    """

    def __init__(self, ledger: Ledger, store: EvidenceStore, source: Source) -> None:
        self._ledger = ledger
        self._store = store
        self._spec = source.SPEC

    def settle(self, outcome: Outcome, entry_of: Callable[[str, Path], Entry | None]) -> None:
        """Book the outcome of an admission.

        Parameters
        ----------
        outcome : Outcome
            What became of which files.
        entry_of : callable
            Gives the row of a file by its name and place; None leaves it unbooked.
        """
        for name, path in outcome.files:
            if outcome.error is not None and not _is_about(outcome.error, name, outcome):
                # its set waits for another file: what came of it stays as it was
                continue
            if outcome.error is not None and self._is_stored(path):
                # its rows stay: refused is what was said of it, that it is the whole dataset
                continue
            entry = entry_of(name, path)
            if entry is None:
                continue
            if outcome.report is not None:
                self._present(entry, name, outcome.report, alone=len(outcome.files) == 1)
            elif outcome.error is not None:
                self.refused(entry, str(outcome.error))

    def _present(self, entry: Entry, name: str, report: IngestReport, *, alone: bool) -> None:
        rows: int | None
        rows, bad = report.rows_new + report.rows_same + report.rows_corrected, report.quarantined
        if not alone or report.skipped:
            done = self._store.manifest().latest(self._spec.name, name)
            counts = {digest: n for _, digest, n in done.files} if done else {}
            rows = counts.get(entry.sha256)
            bad = done.quarantined if done and len(done.files) == 1 else 0
        self._ledger.book(
            entry,
            state="present",
            fault="",
            error="",
            rows=rows,
            rows_quarantined=bad,
            parser_version=self._spec.parser_version,
        )

    def _is_stored(self, path: Path) -> bool:
        known = admitted_hashes(self._store, self._spec.name, self._spec.parser_version)
        return bool(known) and sha256_of(path) in known

    def refused(self, entry: Entry, error: str) -> None:
        """Book a file that is refused as a whole."""
        self._ledger.book(
            entry,
            state="quarantined",
            fault="refused",
            error=" ".join(error.split()),
            parser_version=self._spec.parser_version,
        )


def collect_local(
    store: EvidenceStore,
    source: Source,
    path: Path,
    recorded_on: dt.datetime,
    progress: Progress | None = None,
    *,
    whole: bool = False,
) -> IngestReport:
    """Admit files that the user has, and book them.

    Parameters
    ----------
    store : EvidenceStore
        Where to.
    source : Source
        Whose files.
    path : pathlib.Path
        A file or a folder.
    recorded_on : datetime.datetime
        The moment of admission. [UTC]
    progress : callable, optional
        Told about the rows read so far.
    whole : bool
        Whether they are the whole dataset; see `admit_source`.

    Raises
    ------
    UsageError, SourceChanged, QuarantineExceeded, StoreBusy, EvidenceError
        As `admit_source`.
    """
    name = source.SPEC.name
    with Ledger.open(store.home) as ledger:
        clerk = Clerk(ledger, store, source)

        def entry_of(file: str, place: Path) -> Entry:
            entry = ledger.entry(name, file) or Entry(name, file)
            found: dict[str, Any] = {
                "kept_as": file,
                "size": place.stat().st_size,
                "sha256": sha256_of(place),
                "fetched_on": recorded_on,
            }
            if found["sha256"] == entry.sha256 and entry.state != "superseded":
                return entry
            ledger.book(entry, kept_as=file)  # makes the row of a file that nobody expected
            return ledger.arrived(entry, {**found, "md5": "", "etag": "", "last_modified": ""})

        return admit_source(
            store,
            source,
            path,
            recorded_on,
            progress=progress,
            told=lambda outcome: clerk.settle(outcome, entry_of),
            whole=whole,
        )


def _is_about(error: ComityError, name: str, outcome: Outcome) -> bool:
    """Return whether an error is about this file of a set, or about the set as a whole."""
    if not isinstance(error, SourceChanged) or len(outcome.files) == 1:
        return True
    accused = error.path.replace("\\", "/").rpartition("/")[2]
    return accused == name or accused not in {each for each, _ in outcome.files}
