"""What the ledger says is missing: files by state, days without a file, and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.evidence.spans import Span, joined, overlap, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from comity.evidence.ledger import Entry, Ledger, State

__all__ = ["NOT_THERE", "Days", "SourceGap", "days_of", "reason_of", "source_gaps"]

NOT_THERE: tuple[State, ...] = ("expected", "absent_upstream", "failed", "quarantined")
_REASONS = 3
_WORDS = {
    "expected": "not fetched yet",
    "absent_upstream": "the publisher has none",
    "failed": "could not be fetched",
    "quarantined": "refused as a whole",
}


@dataclass(frozen=True)
class Days:
    """Days of which files are expected and not there.

    Attributes
    ----------
    missing : list of (date, date)
        No file of these days is there; first and last day, both included.
    incomplete : list of (date, date)
        Some files of these days are there and some are not.
    """

    missing: list[Span]
    incomplete: list[Span]


@dataclass(frozen=True)
class SourceGap:
    """What is missing of one source in a span of days.

    Attributes
    ----------
    source : str
        Its name.
    tables : tuple of str
        Tables that it fills.
    files, of : int
        Files that are not there, of all that are expected. [count]
    days : tuple of (date, date)
        Days that they cover; empty if no file says of which days it is.
    reasons : tuple of str
        Why, most frequent first.
    """

    source: str
    tables: tuple[str, ...]
    files: int
    of: int
    days: tuple[Span, ...]
    reasons: tuple[str, ...]


def days_of(ledger: Ledger, source: str, since: dt.date, until: dt.date) -> Days:
    """Return the days of a span on which files of a source are missing."""
    bad = _covered(ledger.entries(source, NOT_THERE, since, until), since, until)
    good = _covered(ledger.entries(source, ("present",), since, until), since, until)
    return Days(without(bad, good), overlap(bad, good))


def reason_of(entry: Entry) -> str:
    """Return in words why a file is not there."""
    said = _WORDS.get(entry.state, entry.state)
    return f"{said}: {entry.error}" if entry.error else said


def source_gaps(
    home: Path,
    tables: Callable[[], Mapping[str, tuple[str, ...]]],
    since: dt.date,
    until: dt.date,
) -> list[SourceGap]:
    """Return what is missing by source; nothing if there is no ledger.

    Parameters
    ----------
    home : pathlib.Path
        Folder of the store.
    tables : callable
        Gives the tables of each source to look at; not called where there is no ledger, since to
        know all sources takes a while.
    since, until : datetime.date
        Both included.
    """
    from comity.evidence.ledger import Ledger  # noqa: PLC0415 -- most stores have none

    ledger = Ledger.of(home)
    if ledger is None:
        return []
    known = tables()
    with ledger:
        found = [
            _gap(ledger, name, known[name], since, until)
            for name in ledger.sources()
            if name in known
        ]
    return [gap for gap in found if gap.files]


def _gap(
    ledger: Ledger, source: str, tables: tuple[str, ...], since: dt.date, until: dt.date
) -> SourceGap:
    counts = ledger.counts(source, since, until)
    files = sum(counts[state] for state in NOT_THERE)
    reasons: Counter[str] = Counter()
    for entry in ledger.entries(source, NOT_THERE, since, until):
        reasons[_WORDS[entry.state] if entry.state != "quarantined" else reason_of(entry)] += 1
    return SourceGap(
        source=source,
        tables=tables,
        files=files,
        of=files + counts["present"],
        days=tuple(_covered(ledger.entries(source, NOT_THERE, since, until), since, until)),
        reasons=tuple(
            f"{count:,} {reason}"
            for reason, count in sorted(reasons.items(), key=_often)[:_REASONS]
        ),
    )


def _often(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _covered(entries: Iterable[Entry], since: dt.date, until: dt.date) -> list[Span]:
    """Return the days that dated files cover; joined as they come, so that many fit in memory."""
    found: list[Span] = []
    waiting: list[Span] = []
    for entry in entries:
        if entry.first is None:
            continue
        first, last = max(entry.first, since), min(entry.last or until, until)
        if first <= last:
            waiting.append((first, last))
        if len(waiting) > 10_000:
            found, waiting = joined([*found, *waiting]), []
    return joined([*found, *waiting])
