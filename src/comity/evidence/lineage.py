"""From a record back to the stored file, the line, the address, and whoever changed it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.core.catalog import catalog_files, iter_csv
from comity.core.errors import UnknownName
from comity.core.records import CITATION, TABLES
from comity.evidence.quarantine import RAW_LIMIT
from comity.evidence.snapshots import snapshot_path
from comity.evidence.tables import ENVELOPE
from comity.sources._spec import discover

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.provenance import Snapshot
    from comity.evidence.store import EvidenceStore
    from comity.evidence.view import EvidenceView

__all__ = ["Explanation", "corrections_of", "explain", "raw_line"]

_LINE = re.compile(r"\bline (\d+)\b")
_MAX_LINES = 200
_MAX_BLOCK = 1 << 20


@dataclass(frozen=True)
class Explanation:
    """Where a record comes from.

    Attributes
    ----------
    record_id, table : str
        Which record.
    visible : bool
        Whether it was publicly known as of the view's day.
    fields : dict
        What it says: the table's own columns and its times; held-back cells are empty.
    versions : list of dict
        All stored versions with their envelopes, oldest first.
    source : str
        Who gave it.
    snapshots : tuple of Snapshot
        The file it stands in; several if the parser drew on several.
    locator : str
        Where it stands in that file.
    raw : str or None
        The text of that line, if the file is text.
    citation : dict
        Page, publisher, addresses and date, as cited; of a publisher's dataset, its landing page.
    grade : str
        Admiralty grade at the time, e.g. ``B2``; only the letter for a publisher's dataset.
    corrections : list of dict
        Declared corrections that touched it.
    """

    record_id: str
    table: str
    visible: bool
    fields: dict[str, object]
    versions: list[dict[str, object]]
    source: str
    snapshots: tuple[Snapshot, ...]
    locator: str
    raw: str | None
    citation: dict[str, object]
    grade: str
    corrections: list[dict[str, str | None]]


def explain(
    store: EvidenceStore,
    view: EvidenceView,
    record_id: str,
    catalogs: Sequence[Path] = (),
) -> Explanation:
    """Walk from a record to the stored file, the line and the address.

    Parameters
    ----------
    store : EvidenceStore
        Where it is kept.
    view : EvidenceView
        The reading that shows it.
    record_id : str
        E.g. ``event:1997-03-12-01``.
    catalogs : sequence of pathlib.Path
        Catalogs beyond the built-in one, for their corrections.

    Raises
    ------
    UnknownName
        If nothing of this id was ever stored.
    """
    versions = view.history(record_id)
    if not versions:
        kind = record_id.partition(":")[0]
        known = sorted({f"{table.kind}:…" for table in TABLES.values()})
        near = [name for name in known if name == f"{kind}:…"] or known
        hint = "Ids stand in the brief and in `comity show A B evidence`."
        raise UnknownName("record", record_id, near, hint)
    shown = view.record(record_id)
    # A record that is not public yet is explained by its last version.
    row = shown or versions[-1]
    table = TABLES[str(row["table"])]
    cited = {column.name for column in CITATION}
    digests = str(row["snapshot"]).split("+")
    locator = str(row["locator"])
    fields = {
        column.name: row[column.name] for column in table.all_columns if column.name not in cited
    }
    return Explanation(
        record_id=record_id,
        table=table.name,
        visible=shown is not None,
        fields=fields,
        versions=[{name: version[name] for name in ENVELOPE} for version in versions],
        source=str(row["source"]),
        snapshots=_snapshots(store, str(row["source"]), digests, locator),
        locator=locator,
        raw=raw_line(snapshot_path(store.home, digests[0]), locator) if len(digests) == 1 else None,
        citation=_citation(row),
        grade=_grade(store, row),
        corrections=corrections_of(record_id, catalogs),
    )


def raw_line(path: Path, locator: str) -> str | None:
    """Return the text that a locator points at, cut at 4,000 characters.

    A quoted cell may go over several lines; they are returned together. None if the locator names
    no line, or the file is not text.
    """
    found = _LINE.search(locator)
    if not found or not path.is_file():
        return None
    wanted, number, taken = int(found.group(1)), 1, b""
    with path.open("rb") as stream:
        if b"\0" in stream.read(8192):
            return None
        stream.seek(0)
        # A very long line arrives in several blocks, so that a file without line ends does no harm.
        while block := stream.readline(_MAX_BLOCK):
            ended = block.endswith(b"\n")
            if number >= wanted:
                taken += block
                whole = ended and taken.count(b'"') % 2 == 0
                if whole or number >= wanted + _MAX_LINES or len(taken) > _MAX_BLOCK:
                    break
            number += ended
    if not taken:
        return None
    text = taken.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return text.rstrip("\r\n")[:RAW_LIMIT]


def corrections_of(record_id: str, catalogs: Sequence[Path] = ()) -> list[dict[str, str | None]]:
    """Return the rows of ``corrections/*.csv`` that name a record, by its id or its bare key.

    Raises
    ------
    CatalogError
        If a file of corrections is not readable.
    """
    names = {record_id, record_id.partition(":")[2]}
    return [
        cells
        for path in catalog_files("corrections/*.csv", catalogs)
        for _, cells in iter_csv(path)
        if cells.get("record_id") in names
    ]


def _snapshots(
    store: EvidenceStore, source: str, digests: Sequence[str], locator: str
) -> tuple[Snapshot, ...]:
    """Return the files a row stands in; of files with the same bytes, the one it names."""
    found: dict[str, Snapshot] = {}
    for item in store.snapshots():
        if item.source == source and item.sha256 in digests:
            known = found.get(item.sha256)
            if known is None or locator.startswith(item.name):
                found[item.sha256] = item
    return tuple(found[digest] for digest in digests if digest in found)


def _citation(row: dict[str, object]) -> dict[str, object]:
    cited = {column.name: row.get(column.name) for column in CITATION}
    source = discover().get(str(row["source"])) if not any(cited.values()) else None
    if source:
        spec = source.SPEC
        cited["source_title"] = spec.title
        cited["source_publisher"] = spec.publisher
        cited["source_url"] = spec.url
    return {name: value for name, value in cited.items() if value is not None}


def _grade(store: EvidenceStore, row: dict[str, object]) -> str:
    reliability = row.get("reliability")
    if reliability:
        return f"{reliability}{row.get('credibility_at_date') or 6}"
    grades = [item.reliability for item in store.transactions() if item.source == row["source"]]
    return grades[-1] if grades else ""
