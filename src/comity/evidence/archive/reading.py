"""What of the archive a reader of a day may see."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.core.errors import StoreDamaged, UnknownName
from comity.evidence.archive.index import ArchiveIndex
from comity.evidence.engine.duck import quoted, scan
from comity.evidence.tables import empty_sql
from comity.sources._archive import RELATIONS
from comity.sources._spec import archive_of, source_named

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from comity.evidence.archive.index import ArchiveSegment

__all__ = ["ArchiveReading"]


@dataclass(frozen=True)
class ArchiveReading:
    """One consistent reading of the archive as of a day.

    Parameters
    ----------
    home : pathlib.Path
        Folder of the store.
    as_of : datetime.date
        Last day whose public knowledge is used.
    segments : tuple of ArchiveSegment
        Parquet files that may hold rows to be seen.
    hidden : tuple of str
        SHA-256 of publisher's files whose rows must not be seen: superseded, or later in their
        place.
    exclude : frozenset of str
        Sources that are left out.
    """

    home: Path
    as_of: dt.date
    segments: tuple[ArchiveSegment, ...]
    hidden: tuple[str, ...] = ()
    exclude: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, home: Path, as_of: dt.date, exclude_sources: Collection[str] = ()
    ) -> ArchiveReading:
        """Return what a reader of a day sees, without some sources."""
        index = ArchiveIndex(home)
        gone = frozenset(exclude_sources)
        segments = tuple(
            each
            for each in index.segments()
            if each.source not in gone and each.first_public <= as_of
        )
        hidden = tuple(each.sha256 for each in index.replaced() if each.hidden_on(as_of))
        return cls(home, as_of, segments, hidden, gone)

    def days_read(self) -> dict[tuple[str, str], dict[dt.date, float]]:
        """Return which share of each day's files is in, by source and stream.

        A file that looks back names days of years ago; these are not covered by it. So what tells
        a zero from a gap is the files, not their rows.

        Returns
        -------
        dict of (str, str) to dict of datetime.date to float
            [share]
        """
        counted: dict[tuple[str, str], dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
        spans = ArchiveIndex(self.home).spans(self.as_of, self.exclude)
        for source, stream, first, last, files in spans:
            days = counted[source, stream]
            # A file of a month or year covers its days whole, however many files a day has.
            adds = files if first == last else _per_day(source)
            for offset in range((last - first).days + 1):
                days[first + dt.timedelta(days=offset)] += adds
        shares = {}
        for (source, stream), days in counted.items():
            whole = _per_day(source)
            shares[source, stream] = {day: min(1.0, n / whole) for day, n in sorted(days.items())}
        return shares

    def paths(
        self, relation: str, since: dt.date | None = None, until: dt.date | None = None
    ) -> list[Path]:
        """Return the Parquet files with rows of a relation whose days meet a span.

        Raises
        ------
        StoreDamaged
            If one is missing.
        """
        found = [
            self.home / each.path
            for each in self.segments
            if each.relation == relation
            and (since is None or each.last_day >= since)
            and (until is None or each.first_day <= until)
        ]
        for path in found:
            if not path.is_file():
                msg = (
                    f"{path} is missing. Restore it from a backup, or collect the archive again"
                    " into an empty folder."
                )
                raise StoreDamaged(msg)
        return found

    def condition(self) -> str:
        """Return the SQL that is true of rows that may be seen."""
        parts = []
        if any(each.last_public > self.as_of for each in self.segments):
            parts.append(f"public_from <= DATE {quoted(self.as_of.isoformat())}")
        if self.hidden:
            parts.append(f"file NOT IN ({', '.join(map(quoted, self.hidden))})")
        return " AND ".join(parts) or "true"

    def sql(self, relation: str, since: dt.date | None = None, until: dt.date | None = None) -> str:
        """Return the SQL of the rows of a relation that may be seen.

        Parameters
        ----------
        relation : str
            ``events`` or ``mentions``.
        since, until : datetime.date, optional
            Only Parquet files that meet this span are read; rows are not cut to it.
        """
        paths = self.paths(relation, since, until)
        if not paths:
            columns = {name: kind for name, (kind, _) in RELATIONS[relation].columns.items()}
            return empty_sql(columns)
        return f"SELECT * FROM {scan(paths)} WHERE {self.condition()}"


def _per_day(source: str) -> int:
    try:
        archive = archive_of(source_named(source))
    except UnknownName:  # of a plug-in that is not installed now
        return 1
    return archive.files_a_day if archive else 1
