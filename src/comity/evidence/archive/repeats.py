"""Rows that are in the archive already: the same row of the publisher in another of its files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from comity.evidence.engine.duck import quoted, scan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.evidence.archive.batches import Incoming
    from comity.evidence.archive.index import ArchiveIndex, ArchiveSegment
    from comity.evidence.engine.duck import Engine
    from comity.sources._archive import Relation

__all__ = ["drop_repeated", "superseded"]


def drop_repeated(
    engine: Engine,
    relation: Relation,
    home: Path,
    stored: Sequence[ArchiveSegment],
    gone: Sequence[str],
) -> Counter[int]:
    """Take out of ``staged`` the rows whose number was given before.

    Only Parquet files whose numbers meet those of the batch are read, and of them one column; the
    publisher numbers rows in the order of its files, so that these are few.

    Parameters
    ----------
    engine : Engine
        The database with ``staged``.
    relation : Relation
        What rows are; nothing is taken out where they have no number.
    home : pathlib.Path
        Folder of the store.
    stored : sequence of ArchiveSegment
        The source's Parquet files, those of this run included.
    gone : sequence of str
        SHA-256 of publisher's files whose rows do not count.

    Returns
    -------
    Counter of int
        Rows taken out, by number of the file in the batch. [count]
    """
    taken: Counter[int] = Counter()
    key = relation.identity
    if not key:
        return taken
    rows, distinct, low, high = engine.rows(
        f"SELECT count(*), count(DISTINCT {key}), min({key}), max({key}) FROM staged"
    )[0]
    if not rows:
        return taken
    again: list[str] = []
    if distinct < rows:
        again.append(
            f"SELECT rowid FROM (SELECT rowid, row_number() OVER (PARTITION BY {key}"
            " ORDER BY n, rowid) AS again FROM staged) WHERE again > 1"
        )
    meeting = [each for each in stored if each.first_id <= high and each.last_id >= low]
    if meeting:
        files = scan([home / each.path for each in meeting])
        hidden = ", ".join(quoted(each) for each in gone) or "''"
        again.append(
            f"SELECT staged.rowid FROM staged SEMI JOIN (SELECT {key} FROM {files}"
            f" WHERE {key} BETWEEN {low} AND {high} AND file NOT IN ({hidden})) USING ({key})"
        )
    for sql in again:
        found = engine.rows(f"SELECT n, count(*) FROM staged WHERE rowid IN ({sql}) GROUP BY 1")
        taken.update(dict(found))
        engine.run(f"DELETE FROM staged WHERE rowid IN ({sql})")
    return taken


def superseded(index: ArchiveIndex, source: str, files: Sequence[Incoming]) -> list[str]:
    """Return the hashes of files that are superseded, or about to be by one of these.

    Parameters
    ----------
    index : ArchiveIndex
        What is in.
    source : str
        Of the files.
    files : sequence of Incoming
        Files on their way in.
    """
    again = index.named(source, [file.path.name for file in files])
    gone = [each for each in index.replaced() if each.superseded_on]
    return sorted({each.sha256 for each in (*again, *gone)})
