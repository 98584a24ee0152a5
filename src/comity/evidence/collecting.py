"""Collect from a publisher's server: expect, fetch what is missing or changed, admit, book."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.core.errors import ComityError, SourceError, StoreBusy, StoreDamaged, UsageError
from comity.evidence.booking import Clerk
from comity.evidence.fetch.addresses import checked_base, scrubbed
from comity.evidence.fetch.client import Client, Manners
from comity.evidence.fetch.site import PublisherSite
from comity.evidence.fetching import Fetcher
from comity.evidence.ingest import admit_source
from comity.evidence.inputs import admitted_hashes
from comity.evidence.ledger import Entry, Ledger
from comity.evidence.lock import writing
from comity.evidence.report import IngestReport, Outcome
from comity.evidence.tables import checked_source_name
from comity.sources._spec import expected_of

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.store import EvidenceStore
    from comity.sources._remote import RemoteFile
    from comity.sources._spec import Source

__all__ = ["Collection", "Order", "cannot_be_fetched", "collect_remote"]

_CHUNK = 1_000
_BATCH_FILES = 64
_BATCH_BYTES = 256 << 20
# What a parser of ours may trip over in a damaged file; a full disk is not the file's fault.
_BROKEN = (
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError),
    *(zipfile.BadZipFile, zlib.error, gzip.BadGzipFile),
)


@dataclass(frozen=True)
class Order:
    """What is to be collected.

    Parameters
    ----------
    since, until : datetime.date
        First and last day.
    now : datetime.datetime
        The moment of collecting. [UTC]
    base : str
        Base address of a mirror; empty for the publisher.
    keys : mapping of str to str
        The user's keys by name; a mirror is given none.
    manners : Manners, optional
        How the server is treated; the source's pause by default.
    """

    since: dt.date
    until: dt.date
    now: dt.datetime
    base: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    manners: Manners | None = None


@dataclass
class Collection:
    """What a run did.

    Attributes
    ----------
    report : IngestReport
        What was admitted.
    fetched : int
        Files that came whole. [count]
    fetched_bytes : int
        Their size. [byte]
    unchanged : int
        Files that the server says are as they were. [count]
    stopped : str
        Why the run gave up before it had asked for every file; empty if it did not.
    """

    report: IngestReport
    fetched: int = 0
    fetched_bytes: int = 0
    unchanged: int = 0
    stopped: str = ""


def cannot_be_fetched(source: Source) -> UsageError:
    """Return the error for a source that names no files at a server."""
    spec = source.SPEC
    how = f"It is gated: {spec.gated.rstrip('.')}. " if spec.gated else ""
    return UsageError(
        f"{spec.name} cannot be fetched. {how}Get its files from {spec.url} and name them with "
        f"--from PATH; `comity sources show {spec.name}` lists the layouts."
    )


def collect_remote(
    store: EvidenceStore,
    source: Source,
    order: Order,
    progress: Callable[[str], None] = lambda _: None,
) -> Collection:
    """Fetch what is missing or changed of a source, and admit it.

    Each step is durable before the next, so that a run that was cut short goes on where it
    stopped: nothing that was whole is fetched again, and nothing is admitted twice.

    Raises
    ------
    UsageError
        If the source cannot be fetched, needs a key, or the mirror's address is none.
    SourceUnavailable
        If the publisher's index cannot be had.
    StoreBusy
        If another process collects the same source, or writes to the store.
    StoreDamaged
        If the ledger cannot be read.
    """
    spec = source.SPEC
    checked_source_name(spec.name)
    expected = expected_of(source)
    if expected is None:
        raise cannot_be_fetched(source)
    base = checked_base(order.base) if order.base else ""
    manners = (order.manners or Manners(pause=spec.pause)).towards(base)
    secrets = list(order.keys.values())
    locks = store.home / "downloads" / ".locks" / spec.name
    locks.mkdir(parents=True, exist_ok=True)
    with (
        writing(locks, order.now),
        Ledger.open(store.home) as ledger,
        Client(manners, base, secrets, progress) as client,
    ):
        number = ledger.begin(spec.name, order.now, order.since, order.until)
        site = PublisherSite(client, spec, order.keys, mirror=bool(base))
        run = _Run(store, source, order, ledger, Fetcher(store, source, ledger, client, order.now))
        try:
            run.expect(number, lambda: expected(site, order.since, order.until))
            run.fetch_and_admit(expected(site, order.since, order.until))
        except ComityError as error:
            ledger.end(number, order.now, scrubbed(str(error), secrets))
            raise
        ledger.end(number, order.now, run.made.stopped or "done")
    return run.made


class _Run:
    def __init__(
        self, store: EvidenceStore, source: Source, order: Order, ledger: Ledger, fetcher: Fetcher
    ) -> None:
        self._store = store
        self._source = source
        self._spec = source.SPEC
        self._order = order
        self._ledger = ledger
        self._fetcher = fetcher
        self._clerk = Clerk(ledger, store, source)
        self._admitted = admitted_hashes(store, self._spec.name, self._spec.parser_version)
        self._progress = fetcher.progress
        self.made = Collection(IngestReport(self._spec.name))

    # ------------------------------------------------------------------ expecting

    def expect(self, number: int, files: Callable[[], Iterator[RemoteFile]]) -> None:
        """Book every expected file before the first is asked for."""
        self._progress(f"asking which files of {self._spec.name} there are")
        rest = iter(files())
        while chunk := list(itertools.islice(rest, _CHUNK)):
            for remote in chunk:
                _checked_name(self._spec.name, remote.name)
            self._ledger.expect(number, self._spec.name, chunk)
        self._ledger.drop_unlisted(number, self._spec.name, self._order.since, self._order.until)

    # ------------------------------------------------------------------ fetching

    def fetch_and_admit(self, files: Iterator[RemoteFile]) -> None:
        """Fetch file after file; admit in batches, or at the end where all are read together."""
        waiting: list[Entry] = []
        size = 0
        names: list[str] = []
        for remote in files:
            entry = self._fetch(remote)
            if not self._spec.file_by_file:
                names.append(remote.name)
            if entry is None or not self._spec.file_by_file:
                continue
            waiting.append(entry)
            size += entry.size or 0
            if len(waiting) >= _BATCH_FILES or size >= _BATCH_BYTES:
                self._admit_apart(waiting)
                waiting, size = [], 0
        if self._spec.file_by_file:
            self._admit_apart(waiting)
        else:
            self._admit_together(names)
        self._fetcher.tidy()

    def _fetch(self, remote: RemoteFile) -> Entry | None:
        """Return the file's row if it is whole on disk and has to be admitted."""
        entry = self._ledger.entry(self._spec.name, remote.name)
        assert entry is not None
        if entry.state == "present" and entry.sha256 not in self._admitted:
            # read by an older parser, or the store was restored from an older copy
            self._ledger.book(entry, state="expected")
            entry = self._ledger.entry(self._spec.name, remote.name) or entry
        elif entry.state == "quarantined" and entry.parser_version != self._spec.parser_version:
            self._ledger.book(entry, state="expected", fault="", error="")
            entry = self._ledger.entry(self._spec.name, remote.name) or entry
        if entry.state == "expected" and self._fetcher.place_of(entry) is not None:
            return entry
        if self._fetcher.gave_up(remote) or not _is_wanted(remote, entry):
            return None
        arrived = self._fetcher.fetch(remote, entry)
        self.made.stopped = self._fetcher.hopeless
        if arrived is None:
            self.made.unchanged += self._fetcher.was_unchanged
            return None
        self.made.fetched += 1
        self.made.fetched_bytes += arrived.size or 0
        return arrived

    # ------------------------------------------------------------------ admitting

    def _admit_apart(self, entries: list[Entry]) -> None:
        """Admit files that can each be read alone."""
        places = {entry: self._fetcher.place_of(entry) for entry in entries}
        rows = {path: entry for entry, path in places.items() if path is not None}
        if rows:
            self._offer(rows)

    def _admit_together(self, names: list[str]) -> None:
        """Admit files that are read together, once all of them are whole."""
        found = [self._ledger.entry(self._spec.name, name) for name in dict.fromkeys(names)]
        entries = [entry for entry in found if entry is not None]
        places = {
            entry: self._fetcher.place_of(entry)
            for entry in entries
            if entry.state in {"expected", "present", "quarantined"}
        }
        fresh = [entry for entry in places if entry.state == "expected"]
        away = [entry.name for entry, path in places.items() if path is None]
        away += [entry.name for entry in entries if entry.state == "failed"]
        if not fresh:
            self._fetcher.clear(list(places))
            return
        if away:
            for entry in fresh:
                if entry.name not in away:
                    self._ledger.book(entry, error=f"is here and waits for {away[0]}")
            return
        rows = {path: entry for entry, path in places.items() if path is not None}
        self._offer(rows)

    def _offer(self, rows: dict[Path, Entry]) -> None:
        """Hand whole files to the store, and book what it says of each."""
        left = {path.name: entry for path, entry in rows.items()}
        apart = self._spec.file_by_file or len(rows) == 1

        def told(outcome: Outcome) -> None:
            self._clerk.settle(outcome, lambda name, _: left.get(name))
            about = [left.pop(name) for name, _ in outcome.files if name in left]
            if outcome.report is not None:
                self.made.report += outcome.report
                self._fetcher.clear(about)

        try:
            admit_source(
                self._store,
                self._source,
                list(rows) if apart else self._fetcher.together(rows),
                self._order.now,
                url={path.name: entry.url for path, entry in rows.items()},
                progress=lambda what, count: self._progress(f"{what}: {count:,} rows"),
                told=told,
            )
        except (StoreBusy, StoreDamaged):
            raise
        except ComityError as error:
            for entry in left.values():
                self._clerk.refused(entry, str(error))
        except _BROKEN as error:
            self._broken(rows, left, error, apart=apart)
        else:
            # a store that says nothing of a file that it took has taken it
            for path, entry in rows.items():
                if left.get(path.name) is entry:
                    told(Outcome(((path.name, path),), IngestReport(self._spec.name)))

    def _broken(
        self, rows: dict[Path, Entry], left: dict[str, Entry], error: Exception, *, apart: bool
    ) -> None:
        """Book a file over which our own parser broke, so that it does not keep others out."""
        if apart and len(rows) > 1:
            for path, entry in rows.items():
                if left.get(path.name) is entry:
                    self._offer({path: entry})
            return
        what = f"{type(error).__name__}: {error}"
        for entry in left.values():
            self._clerk.refused(entry, f"comity's reader broke over it ({what}); report this")


def _is_wanted(remote: RemoteFile, entry: Entry) -> bool:
    """Return whether a file has to be asked for."""
    if entry.state != "present" or remote.changes:
        return True
    if remote.md5:
        return remote.md5.lower() != entry.md5
    return remote.size is not None and remote.size != entry.size


def _checked_name(source: str, name: str) -> None:
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name:
        msg = f"{source} expects a file {name!r}, which is no file name; this is a bug of comity."
        raise SourceError(msg)
