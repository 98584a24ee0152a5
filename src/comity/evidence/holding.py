"""What the store holds of one source."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.evidence.archive.index import ArchiveIndex

__all__ = ["Holding", "holdings_of"]


@dataclass
class Holding:
    """What the store holds of one source.

    Attributes
    ----------
    name : str
        Of the source.
    files : list of str
        Names of the files read.
    files_in_bulk : int
        Files of the archive, which are too many to be named. [count]
    rows : dict of str to int
        Records by table, less those withdrawn. [count]
    first, last : datetime.date or None
        Earliest and latest day of occurrence.
    quarantined, out_of_scope : int
        Rows set aside as bad, and as not concerning us. [count]
    last_admitted : datetime.datetime or None
        When the last admission ended well.
    failed : int
        Attempts that ended badly. [count]
    repaired : dict of str to int
        Rows mended, by the id of the declared correction. [count]
    """

    name: str
    files: list[str] = field(default_factory=list)
    files_in_bulk: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    first: dt.date | None = None
    last: dt.date | None = None
    quarantined: int = 0
    out_of_scope: int = 0
    last_admitted: dt.datetime | None = None
    failed: int = 0
    repaired: dict[str, int] = field(default_factory=dict)


def holdings_of(archive: ArchiveIndex) -> dict[str, Holding]:
    """Return what the archive holds of each of its sources."""
    held: dict[str, Holding] = {}
    if not archive.exists():
        return held
    relations = {each.source: each.relation for each in archive.segments()}
    repaired = archive.repairs()
    for row in archive.totals():
        name = row["source"]
        held[name] = Holding(
            name,
            files_in_bulk=row["files"],
            rows={relations.get(name, "events"): row["rows"]},
            first=dt.date.fromisoformat(row["first"]),
            last=dt.date.fromisoformat(row["last"]),
            quarantined=row["quarantined"],
            last_admitted=dt.datetime.fromisoformat(row["last_admitted"]),
            failed=len(archive.refusals(name)),
            repaired=repaired.get(name, {}),
        )
    return held
