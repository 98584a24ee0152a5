"""The sources that an assessment was made from, each with the files and releases it came from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.core.context_records import CONTEXT_TABLES
from comity.core.records import TABLES
from comity.indicators.relations import RELATIONS
from comity.judgement.record_parts import ManifestFile, ManifestSource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from comity.judgement.context import Context
    from comity.sources._spec import SourceSpec

__all__ = ["public_from_mix", "sources_used"]


@dataclass
class _Used:
    """What is used of one source: records by the files they stand in, and their days."""

    records: int = 0
    first: dt.date | None = None
    last: dt.date | None = None
    by_snapshot: Counter[str] = field(default_factory=Counter)


def sources_used(context: Context, specs: Mapping[str, SourceSpec]) -> list[ManifestSource]:
    """Return every source with records as of the day; of cases and users only the dyad's own.

    Nothing of it depends on when a file was admitted: the same files give the same bytes.
    """
    made = []
    for name, used in sorted(_summary(context).items()):
        if name.partition(":")[0] in {"case", "user"} and name not in context.sources:
            continue
        spec = specs.get(name)
        files = _files(context, name, used)
        made.append(
            ManifestSource(
                name=name,
                title=spec.title if spec else "Hand-coded evidence, each row with its own citation",
                records=used.records,
                first=used.first.isoformat() if used.first else None,
                last=used.last.isoformat() if used.last else None,
                snapshots=sorted(used.by_snapshot),
                releases=sorted({file.release for file in files if file.release}),
                files=files,
                licence=spec.licence if spec else "facts in our own words, cited row by row",
                citation=spec.citation if spec else "",
            )
        )
    return made


def public_from_mix(context: Context) -> dict[str, int]:
    """Return how many of the dyad's own events were dated public on which basis."""
    rows = context.view.query(
        "SELECT public_from_basis, count(*) FROM events WHERE list_contains(?, source) "
        "GROUP BY 1 ORDER BY 1",
        [list(context.sources)],
    )
    return {str(basis): int(count) for basis, count in rows}


def _tables_read(context: Context) -> list[str]:
    """Return the tables that an assessment draws on.

    Those about the world around a dyad are stored for questions of their own; one of them is used
    only if an indicator names it.
    """
    named = {
        table
        for definition in context.panel.definitions.values()
        for measure in definition.measures
        for table in RELATIONS[measure.table].tables
    }
    apart = {table.name for table in CONTEXT_TABLES} - named
    return [table for table in TABLES if table not in apart]


def _summary(context: Context) -> dict[str, _Used]:
    found: dict[str, _Used] = {}
    for table in _tables_read(context):
        rows = context.view.query(
            "SELECT source, snapshot, count(*), min(occurred_from), max(occurred_to - 1)"
            f" FROM {table} GROUP BY source, snapshot ORDER BY source, snapshot"
        )
        for source, snapshot, records, first, last in rows:
            used = found.setdefault(source, _Used())
            used.records += records
            used.first = min(used.first or first, first)
            used.last = max(used.last or last, last)
            used.by_snapshot[snapshot] += records
    return found


def _files(context: Context, source: str, used: _Used) -> list[ManifestFile]:
    """Return the files in which records stand; one that draws on several counts for each."""
    rows: Counter[str] = Counter()
    for snapshot, records in used.by_snapshot.items():
        for sha256 in snapshot.split("+"):
            rows[sha256] += records
    made = []
    for sha256, records in rows.items():
        file = context.files.get((source, sha256))
        made.append(
            ManifestFile(
                name=file.name if file else "",
                sha256=sha256,
                release=file.release or None if file else None,
                records=records,
            )
        )
    return sorted(made, key=lambda each: (each.name, each.sha256))
