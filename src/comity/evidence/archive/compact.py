"""Fewer and larger Parquet files, with the same rows."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from comity.core.provenance import sha256_of
from comity.evidence import durable
from comity.evidence.archive.admit import MEMORY, ROW_GROUP, sweep
from comity.evidence.archive.index import ArchiveSegment
from comity.evidence.engine.duck import Engine, quoted, scan
from comity.sources._archive import RELATIONS

if TYPE_CHECKING:
    import datetime as dt

    from comity.evidence.store import EvidenceStore

__all__ = ["compact_archive"]

MOST_ROWS = 8_000_000
"""Rows that a merged file has at most, so that sorting them fits disk and patience. [count]"""


def compact_archive(
    store: EvidenceStore, recorded_on: dt.datetime, most: int = 8, memory: str = MEMORY
) -> dict[str, int]:
    """Merge the Parquet files of each source and year that has more than a few.

    Rows of files that were superseded are kept: readers of an earlier day still see them. A reader
    that opened the old files may fail once they are gone, and succeeds when it asks again.

    Parameters
    ----------
    store : EvidenceStore
        Whose archive.
    recorded_on : datetime.datetime
        The moment. [UTC]
    most : int
        A source's year is left alone if it has no more files than this. [count]
    memory : str
        Upper bound of the database's memory; more goes to disk.

    Returns
    -------
    dict of str to int
        Parquet files ``before`` and ``after``. [count]

    Raises
    ------
    StoreBusy
        If another process is writing.
    """
    index = store.archive
    before = len(index.segments())
    with store.writing(recorded_on):
        segments = sorted(index.segments(), key=lambda each: (*_place(each), each.first_id))
        for _, group in groupby(segments, key=_place):
            small = [each for each in group if each.rows < MOST_ROWS // 2]
            if len(small) > most:
                for part in _parts(small):
                    index.replace(part, [_merged(store, part, memory)])
        sweep(store.home, index)
    return {"before": before, "after": len(index.segments())}


def _place(segment: ArchiveSegment) -> tuple[str, str, int]:
    return segment.relation, segment.source, segment.year


def _parts(segments: list[ArchiveSegment]) -> list[list[ArchiveSegment]]:
    """Split files into runs of at most so many rows, each of two files or more."""
    parts: list[list[ArchiveSegment]] = [[]]
    rows = 0
    for each in segments:
        if parts[-1] and rows + each.rows > MOST_ROWS:
            parts.append([])
            rows = 0
        parts[-1].append(each)
        rows += each.rows
    return [part for part in parts if len(part) > 1]


def _merged(store: EvidenceStore, part: list[ArchiveSegment], memory: str) -> ArchiveSegment:
    first = part[0]
    relation = RELATIONS[first.relation]
    folder = store.home / "tmp" / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "merged.parquet"
    columns = ", ".join(f'"{name}"' for name in relation.columns)
    order = ", ".join(f'"{name}" NULLS LAST' for name in relation.order)
    engine = Engine(memory, folder / "spill")
    try:
        engine.run(
            f"COPY (SELECT {columns} FROM {scan([store.home / each.path for each in part])}"
            f" ORDER BY {order}) TO {quoted(str(temporary))}"
            f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
    finally:
        engine.close()
    durable.flush_file(temporary)
    digest, size = sha256_of(temporary), temporary.stat().st_size
    path = f"{first.path.rpartition('/')[0]}/{digest[:20]}.parquet"
    durable.publish(temporary, store.home / path)
    return ArchiveSegment(
        path=path,
        source=first.source,
        relation=first.relation,
        year=first.year,
        rows=sum(each.rows for each in part),
        size=size,
        sha256=digest,
        first_day=min(each.first_day for each in part),
        last_day=max(each.last_day for each in part),
        first_public=min(each.first_public for each in part),
        last_public=max(each.last_public for each in part),
        first_id=min(each.first_id for each in part),
        last_id=max(each.last_id for each in part),
    )
