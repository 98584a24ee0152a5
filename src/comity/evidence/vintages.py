"""Vintages: what each admission of a source read, and which release of the dataset it was."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from comity.core.errors import StoreDamaged, UnknownName, UsageError
from comity.evidence.snapshots import snapshot_path
from comity.sources._spec import discover

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from comity.evidence.archive.index import ArchiveFile
    from comity.evidence.manifest import Transaction
    from comity.evidence.store import EvidenceStore

__all__ = [
    "ReadFile",
    "Vintage",
    "last_two",
    "read_files",
    "release_of",
    "restored",
    "vintage_named",
    "vintages",
]

_HEAD = 8_192
_ANY_NAME = (
    # the day of retrieval, put before names that say nothing
    r"^(?P<release>\d{4}-\d\d-\d\d)_",
    # a version: V202401b, v24.1, 4.03, v3
    r"(?<![A-Za-z0-9])(?P<release>[vV]\d{6}[a-z]?)(?![A-Za-z0-9])",
    r"(?<![\d.])(?P<release>[vV]?\d{1,3}(?:\.\d{1,3}){1,2})(?![\d.]*\d)",
    r"(?<=[A-Za-z_ -])(?P<release>[vV]\d{1,3}(?:_\d{1,2})*)(?![A-Za-z0-9])",
)
"""Versions that publishers write into file names, whatever the source."""


@dataclass(frozen=True)
class ReadFile:
    """One file that an admission read.

    Parameters
    ----------
    name, sha256 : str
        As given, and the hash of its bytes.
    release : str
        What it says of its release, in its own words; empty if it says nothing.
    rows : int
        Good rows that it gave. [count]
    """

    name: str
    sha256: str
    release: str
    rows: int = 0


@dataclass(frozen=True)
class Vintage:
    """What one admission of a source read.

    Parameters
    ----------
    id : str
        Number of the admission in the store.
    source : str
        Whose.
    recorded_on : datetime.datetime
        When it was admitted. [UTC]
    parser_version : int or None
        Of the parser that read it; None in the archive, whose files are read once.
    files : tuple of ReadFile
        What it read.
    rows : dict of str to int
        Good rows by table. [count]
    whole : bool
        Whether the user said that it is the whole dataset.
    folder, given : str
        Name of the folder that the files came from, and of the file that was named; empty if the
        folder was.
    """

    id: str
    source: str
    recorded_on: dt.datetime
    parser_version: int | None
    files: tuple[ReadFile, ...]
    rows: dict[str, int]
    whole: bool = False
    folder: str = ""
    given: str = ""

    @property
    def release(self) -> str:
        """Releases that the files name, joined; empty if none does."""
        return ", ".join(dict.fromkeys(file.release for file in self.files if file.release))

    @property
    def digests(self) -> set[str]:
        """Hashes of the files that it read."""
        return {file.sha256 for file in self.files}

    @property
    def label(self) -> str:
        """The release, or else the day on which it was recorded."""
        return self.release or f"recorded {self.recorded_on:%Y-%m-%d}"


def release_of(name: str, path: Path | None = None, patterns: Iterable[str] = ()) -> str:
    """Return what a file says of its release; empty if it says nothing.

    Its name and its first lines are read, nothing is guessed: by the patterns that its source
    declares, then by the versions and days that publishers and we write into names.

    Parameters
    ----------
    name : str
        File name as the publisher gave it.
    path : pathlib.Path, optional
        Where its bytes are.
    patterns : iterable of str
        Regular expressions with a group ``release``.

    Examples
    --------
    >>> release_of("BACI_HS92_Y2020_V202401b.csv"), release_of("2026-11-22_sdn.csv")
    ('V202401b', '2026-11-22')
    >>> release_of("Dyadic_COW_4.0.csv"), release_of("events.2018.tab")
    ('4.0', '')
    """
    declared = tuple(patterns)
    if found := _first((*declared,), name):
        return found
    if declared and path is not None and path.is_file():
        with path.open("rb") as stream:
            head = stream.read(_HEAD).decode("utf-8", "replace")
        if found := _first(declared, head):
            return found
    return _first(_ANY_NAME, name)


def vintages(store: EvidenceStore, source: str) -> list[Vintage]:
    """Return what each admission of a source read, oldest first.

    Files of the archive are admitted by the dozen; a vintage of theirs is all that one run took.

    Raises
    ------
    UnknownName
        If there is no such source.
    """
    known = discover()
    held = store.manifest()
    if files := store.archive.files(source):
        return _archive_vintages(store, source, files)
    names = {item.source for item in held.transactions}
    if source not in names and source not in known:
        raise UnknownName(
            "source", source, sorted({*names, *known}), "`comity sources` lists them."
        )
    return [_vintage(store, item) for item in held.admissions(source)]


def vintage_named(found: Sequence[Vintage], name: str) -> Vintage:
    """Return a vintage by its number, its release, or the day on which it was recorded.

    Raises
    ------
    UnknownName
        If there is none.
    UsageError
        If there are several.
    """
    hits = [item for item in found if item.id == name]
    hits = hits or [
        item for item in found if name in {item.release, *(file.release for file in item.files)}
    ]
    hits = hits or [item for item in found if item.recorded_on.date().isoformat() == name]
    if not hits:
        names = [item.id for item in found] + [item.release for item in found if item.release]
        listed = list(dict.fromkeys(names))
        hint = "`comity sources vintages SOURCE` lists them; a file of your own does too."
        raise UnknownName("vintage", name, listed, hint)
    if len(hits) > 1:
        ids = ", ".join(item.id for item in hits)
        msg = f"{len(hits)} vintages are {name!r}: {ids}. Give one of these numbers."
        raise UsageError(msg)
    return hits[0]


def last_two(found: Sequence[Vintage]) -> tuple[Vintage, Vintage]:
    """Return the last vintage and the one to set it against.

    That is the last one before it with a file of the same name, if there is one: what was admitted
    between may be another part of the dataset. A day in front of a name is no part of it. Otherwise
    it is the one before. The same bytes read twice are one release.

    Raises
    ------
    UsageError
        If there are not two.
    """
    last = found[-1] if found else None
    others = [item for item in reversed(found[:-1]) if last and item.digests != last.digests]
    if last is None or not others:
        have = "one release" if found else "no release"
        msg = f"{have} is stored, a comparison needs two: give files with --from and --to."
        raise UsageError(msg)
    names = _undated(last)
    alike = (item for item in others if names & _undated(item))
    return next(alike, others[0]), last


def read_files(store: EvidenceStore) -> dict[tuple[str, str], ReadFile]:
    """Return the files that were read, by source and hash; the same whenever they were read."""
    made: dict[tuple[str, str], ReadFile] = {}
    for item in sorted(store.snapshots(), key=lambda each: (each.source, each.sha256, each.name)):
        key = item.source, item.sha256
        if key not in made:
            made[key] = _read_file(store, item.source, item.name, item.sha256, 0)
    return made


def restored(store: EvidenceStore, vintage: Vintage, folder: Path) -> Path:
    """Lay out the files of a vintage as they were read; return what to parse.

    Parameters
    ----------
    store : EvidenceStore
        That keeps the bytes; it stays as it is.
    vintage : Vintage
        Which.
    folder : pathlib.Path
        An empty folder.

    Raises
    ------
    StoreDamaged
        If the bytes of a file are missing.
    """
    place = folder / (vintage.folder or "files")
    place.mkdir(parents=True)
    for file in vintage.files:
        kept = snapshot_path(store.home, file.sha256)
        if not kept.is_file():
            msg = (
                f"{kept} ({file.name} of {vintage.source}) is missing: its vintage cannot be read"
                " again. Restore it from a backup, or give the file with --from or --to."
            )
            raise StoreDamaged(msg)
        # a parser may ask in which folder its file lies: that one must not lead elsewhere
        link = os.link if file.name == vintage.given else os.symlink
        try:
            link(kept, place / file.name)
        except OSError:
            shutil.copyfile(kept, place / file.name)
    return place / vintage.given if vintage.given else place


# ---------------------------------------------------------------------- inside


def _first(patterns: Iterable[str], text: str) -> str:
    hits = (re.search(pattern, text) for pattern in patterns)
    return next((" ".join(hit["release"].split()) for hit in hits if hit), "")


def _vintage(store: EvidenceStore, item: Transaction) -> Vintage:
    return Vintage(
        id=item.batch.lstrip("0"),
        source=item.source,
        recorded_on=item.recorded_on,
        parser_version=item.parser_version,
        files=tuple(
            _read_file(store, item.source, name, sha256, rows) for name, sha256, rows in item.files
        ),
        rows={table: count for table, count in item.rows.items() if count},
        whole=item.whole,
        folder=item.folder,
        given=item.given or (item.files[0][0] if len(item.files) == 1 else ""),
    )


def _archive_vintages(
    store: EvidenceStore, source: str, files: Iterable[ArchiveFile]
) -> list[Vintage]:
    found = discover().get(source)
    patterns = found.SPEC.release if found else ()
    segments = store.archive.segments()
    relation = next((each.relation for each in segments if each.source == source), "events")
    runs = groupby(sorted(files, key=attrgetter("admitted_on")), attrgetter("admitted_on"))
    made = []
    for number, (moment, run) in enumerate(runs, start=1):
        read = tuple(
            ReadFile(
                each.name, each.sha256, release_of(each.name, None, patterns),
                each.rows + each.repeated,
            )
            for each in run
        )  # fmt: skip
        rows = {relation: sum(file.rows for file in read)}
        made.append(Vintage(str(number), source, moment, None, read, rows))
    return made


def _undated(vintage: Vintage) -> set[str]:
    """Return the names of files without the day of retrieval in front."""
    return {re.sub(r"^\d{4}-\d\d-\d\d_", "", file.name) for file in vintage.files}


def _read_file(store: EvidenceStore, source: str, name: str, sha256: str, rows: int) -> ReadFile:
    found = discover().get(source)
    patterns = found.SPEC.release if found else ()
    path = snapshot_path(store.home, sha256)
    release = release_of(name, path, patterns) if found else ""
    return ReadFile(name, sha256, release, rows)
