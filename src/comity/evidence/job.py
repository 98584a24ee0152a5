"""What is to be admitted in one transaction, and on which terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject, Repair
    from comity.evidence.report import Progress
    from comity.evidence.tables import Revision

__all__ = ["Job", "Terms", "utc"]


@dataclass(frozen=True)
class Terms:
    """What a source declares that matters when its rows are admitted.

    Parameters
    ----------
    licence, url : str
        Terms of the publisher, and where the file came from.
    urls : mapping of str to str
        Where each file came from, by its name, if they are several.
    max_quarantine_share : float
        Above this share of bad rows nothing is admitted. [share]
    min_rows : int
        A file that gives fewer rows is refused as truncated. [count]
    out_of_scope : frozenset of str
        Codes of rejects that are readable but do not concern us.
    reliability : str
        Admiralty reliability of the source as a whole; empty if rows carry their own.
    parser_version : int
        A file is read again when this changes; what then differs is a correction.
    """

    licence: str = ""
    url: str = ""
    urls: Mapping[str, str] = field(default_factory=dict)
    max_quarantine_share: float = 0.02
    min_rows: int = 1
    out_of_scope: frozenset[str] = frozenset({"out_of_scope"})
    reliability: str = ""
    parser_version: int = 1


@dataclass(frozen=True, eq=False)
class Job:
    """What is to be admitted in one transaction.

    Parameters
    ----------
    source : str
        Who gives the rows.
    files : tuple of (str, pathlib.Path)
        Each file that is read, and its name as kept.
    batches : iterable of Batch, Reject or Repair
        What the parser makes of them.
    terms : Terms
        Licence and bounds.
    beside : tuple of (str, pathlib.Path)
        Files that the parser may draw on; kept if a locator names them.
    companions : tuple of (str, pathlib.Path)
        Files that the parser draws on though no locator names them; kept.
    recorded_on : datetime.datetime
        The moment, in UTC, without its zone.
    changed : str
        What a changed row is stored as.
    replace : bool
        Whether a row may correct one of another source.
    whole_tables : tuple of str
        Tables given in full, so that what is missing from them is withdrawn at all dates.
    whole : bool
        Whether a publisher's files are the whole dataset: what is missing from a table of which
        they give rows is withdrawn from the day of admission on.
    folder, given : str
        Name of the folder that the files lie in, and of the file that the parser is given.
    progress : callable, optional
        Told about the rows read so far.
    """

    source: str
    files: tuple[tuple[str, Path], ...]
    batches: Iterable[Batch | Reject | Repair]
    terms: Terms
    recorded_on: dt.datetime
    changed: Revision
    beside: tuple[tuple[str, Path], ...] = ()
    replace: bool = False
    companions: tuple[tuple[str, Path], ...] = ()
    whole_tables: tuple[str, ...] = ()
    whole: bool = False
    folder: str = ""
    given: str = ""
    progress: Progress | None = None


def utc(moment: dt.datetime) -> dt.datetime:
    """Return a moment in UTC without its zone, as it is stored."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
