"""One file at a time: from the server to a whole, checked and booked file on disk."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from comity.core.errors import (
    SourceAbsent,
    SourceCorrupt,
    SourceDenied,
    SourceError,
    SourceUnavailable,
)
from comity.core.provenance import sha256_of
from comity.evidence import durable
from comity.evidence.fetch.client import Held
from comity.evidence.fetch.partfile import PartFile
from comity.evidence.snapshots import snapshot_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.evidence.fetch.client import Client
    from comity.evidence.fetch.partfile import Arrival
    from comity.evidence.ledger import Entry, Fault, Ledger, State
    from comity.evidence.store import EvidenceStore
    from comity.sources._remote import RemoteFile
    from comity.sources._spec import Source

__all__ = ["Fetcher"]

_HOPELESS = 3


class Fetcher:
    """Fetches the files of one source in one run.

    Parameters
    ----------
    store : EvidenceStore
        Files are kept in ``downloads/SOURCE`` below its folder until they are admitted.
    source : Source
        Whose files.
    ledger : Ledger
        Where each step is booked.
    client : Client
        Asks the server.
    now : datetime.datetime
        The moment of the run. [UTC]

    Attributes
    ----------
    hopeless : str
        Why servers are asked no more: they failed for several files in a row; empty if none did.
    was_unchanged : bool
        Whether the last file was as it had been.
    """

    def __init__(
        self,
        store: EvidenceStore,
        source: Source,
        ledger: Ledger,
        client: Client,
        now: dt.datetime,
    ) -> None:
        self._home = store.home
        self._spec = source.SPEC
        self._folder = store.home / "downloads" / source.SPEC.name
        self._ledger = ledger
        self._client = client
        self._now = now
        self._in_vain: Counter[str] = Counter()
        self.hopeless = ""
        self.was_unchanged = False
        self._folder.mkdir(parents=True, exist_ok=True)

    @property
    def progress(self) -> Callable[[str], None]:
        """Told what is being done."""
        return self._client.progress

    def gave_up(self, remote: RemoteFile) -> bool:
        """Return whether the file's server has failed for several files in a row."""
        return self._in_vain[_host(remote)] >= _HOPELESS

    def fetch(self, remote: RemoteFile, entry: Entry) -> Entry | None:
        """Fetch one file and book it; None if it did not come, or is as it was."""
        part = PartFile(self._folder / f"{remote.name}.part")
        held = None
        # one that was refused comes again as a whole: it may have been garbled on its way here
        if entry.state == "present" and (entry.etag or entry.last_modified):
            held = Held(entry.etag, entry.last_modified)
        self.was_unchanged = False
        try:
            arrival = self._client.fetch(remote, part, held)
        except SourceError as error:
            self._failed(remote, entry, error)
            return None
        self._in_vain[_host(remote)] = 0
        if arrival is None or (arrival.sha256 == entry.sha256 and _is_settled(entry)):
            part.forget()
            self.was_unchanged = True
            marks = (
                {"etag": arrival.etag, "last_modified": arrival.last_modified} if arrival else {}
            )
            if entry.state == "present":
                marks |= {"fault": "", "error": ""}
            self._ledger.book(entry, attempts=0, **marks)
            return None
        return self._keep(remote, entry, part, arrival)

    def _keep(self, remote: RemoteFile, entry: Entry, part: PartFile, arrival: Arrival) -> Entry:
        """Book a whole file, then give it its name: in this order a kill loses neither."""
        name = remote.name
        if remote.dated:
            name = f"{_day_of(arrival.last_modified, self._now):%Y-%m-%d}_{name}"
        old = entry.kept_as
        made = self._ledger.arrived(
            replace(entry, url=remote.url),
            {
                "kept_as": name,
                "size": arrival.size,
                "md5": arrival.md5,
                "sha256": arrival.sha256,
                "etag": arrival.etag,
                "last_modified": arrival.last_modified,
                "fetched_on": self._now,
            },
        )
        part.done(self._folder / name)
        if old and old != name:
            (self._folder / old).unlink(missing_ok=True)
        return made

    def _failed(self, remote: RemoteFile, entry: Entry, error: SourceError) -> None:
        state: State = "failed"
        fault: Fault = "unavailable"
        if isinstance(error, SourceAbsent) and not remote.listed:
            state, fault = "absent_upstream", ""
        elif isinstance(error, SourceCorrupt):
            fault = "corrupt"
        elif isinstance(error, SourceDenied):
            fault = "denied"
        passing = isinstance(error, SourceUnavailable) and fault == "unavailable"
        said = self._client.clean(str(error))
        if passing and not isinstance(error, SourceAbsent):
            self._in_vain[_host(remote)] += 1
            if self.gave_up(remote):
                self.hopeless = f"{_HOPELESS} files in a row failed, last {said}"
        else:
            self._in_vain[_host(remote)] = 0
        if entry.state in {"present", "quarantined"}:
            # what is held stays held; that it may be out of date is said
            if entry.state == "present":
                fault = fault or "unavailable"
                self._ledger.book(
                    entry, fault=fault, error=f"not refreshed: {said}", attempts=entry.attempts + 1
                )
            return
        self._ledger.book(entry, state=state, fault=fault, error=said, attempts=entry.attempts + 1)

    # ------------------------------------------------------------------ on disk

    def place_of(self, entry: Entry) -> Path | None:
        """Return where the booked bytes of a file lie under its name, brought there if need be."""
        if not entry.sha256:
            return None
        place = self._folder / entry.kept_as
        part = PartFile(self._folder / f"{entry.name}.part")
        if _is(place, entry):
            return place
        if _is(part.path, entry):
            part.done(place)
            return place
        kept = snapshot_path(self._home, entry.sha256)
        if _is(kept, entry):
            temporary = place.with_name(f"{place.name}.copy")
            shutil.copyfile(kept, temporary)
            durable.flush_file(temporary)
            durable.publish(temporary, place)
            return place
        return None

    def together(self, rows: Mapping[Path, Entry]) -> Path:
        """Return a folder that holds these files and no others."""
        folder = self._home / "downloads" / ".sets" / self._spec.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in rows:
            try:
                os.link(path, folder / path.name)
            except OSError:
                shutil.copyfile(path, folder / path.name)
        return folder

    def clear(self, entries: Iterable[Entry]) -> None:
        """Remove files whose bytes the store keeps."""
        for entry in entries:
            if entry.kept_as and snapshot_path(self._home, entry.sha256).is_file():
                (self._folder / entry.kept_as).unlink(missing_ok=True)
        shutil.rmtree(self._home / "downloads" / ".sets" / self._spec.name, ignore_errors=True)

    def tidy(self) -> None:
        """Remove what a run that was cut short left behind of files that are admitted."""
        for path in sorted(self._folder.iterdir()):
            # a dated file is kept under its day, ``2026-11-22_`` and its name
            rows = (
                self._ledger.entry(self._spec.name, name) for name in (path.name, path.name[11:])
            )
            entry = next((row for row in rows if row and row.kept_as == path.name), None)
            if entry is not None and entry.state == "present":
                self.clear([entry])
            elif path.suffix == ".copy" or PartFile.is_orphan(path):
                path.unlink()


def _host(remote: RemoteFile) -> str:
    return urlsplit(remote.url).netloc


def _is_settled(entry: Entry) -> bool:
    """Return whether these very bytes were dealt with before."""
    return entry.state in {"present", "quarantined"}


def _is(path: Path, entry: Entry) -> bool:
    return path.is_file() and path.stat().st_size == entry.size and sha256_of(path) == entry.sha256


def _day_of(last_modified: str, now: dt.datetime) -> dt.date:
    try:
        return parsedate_to_datetime(last_modified).date()
    except ValueError:
        return now.date()
