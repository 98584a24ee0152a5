"""What every source declares about itself."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

import comity.sources
from comity.core.errors import DuplicateName, UnknownName
from comity.core.records import Batch, Reject, Repair

if TYPE_CHECKING:
    from comity.sources._archive import Archive
    from comity.sources._remote import Expected

__all__ = [
    "Layout",
    "Parse",
    "Source",
    "SourceSpec",
    "archive_of",
    "discover",
    "expected_of",
    "source_named",
]

_MODULE = re.compile(r"[a-z][a-z0-9_]*")
Redistribution = Literal["yes", "attribution", "non_commercial", "no", "unknown"]


@dataclass(frozen=True)
class Layout:
    """One file layout that a source reads.

    Parameters
    ----------
    name : str
        Short name, e.g. ``"new register"``.
    pattern : str
        Glob over file names, e.g. ``"*.tab"``.
    columns : tuple of str
        Columns that must be there, as published.
    doc : str
        Where a user gets such a file and what marks the layout.
    """

    name: str
    pattern: str
    columns: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class SourceSpec:
    """Licence, citation, cadence and expectations of a publisher's dataset.

    Parameters
    ----------
    name : str
        As in ``comity collect NAME``; equals the module's name.
    title, publisher : str
        As the publisher writes them.
    url : str
        Landing page of the dataset.
    licence : str
        Terms in the publisher's words, or "not verified".
    redistribution : Redistribution
        Whether the publisher's rows may be passed on.
    citation : str
        Key in ``catalog/references.bib``.
    cadence : str
        D, W, M, Y or S (session of a body).
    coverage : str
        First and last year the publisher covers, ``"1946/"`` if it goes on.
    reliability : str
        Admiralty reliability of the dataset as a whole, A-F.
    tables : tuple of str
        Tables it fills.
    layouts : tuple of Layout
        The file layouts it reads.
    max_quarantine_share : float
        Above this share of bad rows a run fails. [share]
    min_rows : int
        A file that gives fewer rows is refused as truncated.
    gated : str
        Empty, or what a user has to apply for.
    notes : str
        What bites.
    parser_version : int
        Raised when the same bytes give other records.
    credibility : int
        Admiralty credibility of a row, 1-6, for tables that do not carry their own grade.
    out_of_scope : tuple of str
        Codes of rejected rows that are no errors of the file, e.g. actors that are not states;
        they do not count towards `max_quarantine_share`.
    file_by_file : bool
        Whether each file of a folder can be read without the others; then a folder is admitted
        file by file, and a run that was cut short goes on where it stopped.
    coder : str
        Who coded the events, if another source passes on the same ones: its name.
    pause : float
        Least time between two requests to the publisher's server. [s]
    key : str
        Name of the key that a user has to have from the publisher, as in ``COMITY_KEYS``; empty
        if none is needed.
    release : tuple of str
        Regular expressions by which a file says which release it is; each has a group ``release``
        and is looked for in the file's name, then in its first lines of text.
    companions : tuple of str
        Globs of files that hold no rows but change what rows of others say (issue codes, scores);
        they are kept with the files beside which they stand, so that these can be read again.
    """

    name: str
    title: str
    publisher: str
    url: str
    licence: str
    redistribution: Redistribution
    citation: str
    cadence: str
    coverage: str
    reliability: str
    tables: tuple[str, ...]
    layouts: tuple[Layout, ...]
    max_quarantine_share: float = 0.02
    min_rows: int = 1
    gated: str = ""
    notes: str = ""
    parser_version: int = 1
    credibility: int = field(default=2)
    out_of_scope: tuple[str, ...] = ("not_a_state",)
    file_by_file: bool = False
    coder: str = ""
    pause: float = 1.0
    key: str = ""
    release: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()


Parse = Callable[[Path], Iterator[Batch | Reject | Repair]]


class Source(Protocol):
    """A module of `comity.sources`: a declaration and a parser.

    ``parse(path)`` reads one file and yields batches and rejects in bounded memory; it raises
    `SourceChanged` where the layout is not one of ``SPEC.layouts``. Same bytes, same records.
    Where a declared correction mends rows, it yields a repair for the count.
    A source that can be fetched also has ``expected``; see `comity.sources._remote`. One whose
    files are too many to be parsed has ``ARCHIVE`` in place of ``parse``; see
    `comity.sources._archive`.
    """

    SPEC: SourceSpec
    parse: Parse


@cache
def discover() -> dict[str, Source]:
    """Return all sources by name: modules of this folder, and entry points ``comity.sources``.

    Raises
    ------
    DuplicateName
        If two claim one name.
    """
    found: dict[str, Source] = {}
    modules = [
        importlib.import_module(f"comity.sources.{info.name}")
        for info in pkgutil.iter_modules(comity.sources.__path__)
        if not info.name.startswith("_")
    ]
    modules += [point.load() for point in entry_points(group="comity.sources")]
    for module in modules:
        source = cast("Source", module)
        name = source.SPEC.name
        if name in found:
            raise DuplicateName(f"source {name}", "two modules declare this name")
        found[name] = source
    return dict(sorted(found.items()))


def expected_of(source: Source) -> Expected | None:
    """Return the function that names a source's files at the publisher; None if it has none."""
    return cast("Expected | None", getattr(source, "expected", None))


def archive_of(source: Source) -> Archive | None:
    """Return how a source's files go into the archive; None if they are parsed row by row."""
    return cast("Archive | None", getattr(source, "ARCHIVE", None))


def source_named(name: str) -> Source:
    """Return a source by name; one of this folder without importing the others.

    Raises
    ------
    UnknownName
        If there is none; names those that exist.
    """
    if _MODULE.fullmatch(name) and importlib.util.find_spec(f"comity.sources.{name}"):
        return cast("Source", importlib.import_module(f"comity.sources.{name}"))
    sources = discover()
    if name not in sources:
        raise UnknownName("source", name, sources, "`comity sources` lists them.")
    return sources[name]
