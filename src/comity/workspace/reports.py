"""What is stored, what an admission did, and what can be collected: as plain data and sentences."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from comity.core.correction import load_corrections
from comity.sources._spec import discover, expected_of

if TYPE_CHECKING:
    import datetime as dt

    from comity.core.dyad import Dyad
    from comity.evidence.store import EvidenceStore, Holding

__all__ = ["holdings", "nothing_known", "report_lines", "source_rows"]

_SHOWN = (
    *("name", "title", "publisher", "url", "licence", "redistribution", "citation"),
    *("cadence", "coverage", "gated", "notes"),
)


def source_rows(store: EvidenceStore) -> list[dict[str, Any]]:
    """Return every source with its terms, its layouts and what is stored of it."""
    stored = store.sources()
    rows = []
    for name, source in discover().items():
        spec = source.SPEC
        row = {key: getattr(spec, key) for key in _SHOWN}
        row["layouts"] = [
            {"name": each.name, "pattern": each.pattern, "doc": each.doc} for each in spec.layouts
        ]
        row["fetched"] = expected_of(source) is not None
        held = stored.get(name)
        row["corrections"] = [
            {
                "name": each.id,
                "rows": held.repaired.get(each.id, 0) if held else None,
                "reason": each.reason,
                "reference": each.reference,
            }
            for each in load_corrections(name)
        ]
        row["stored"] = _holding(held) if held else None
        rows.append(row)
    return rows


def holdings(store: EvidenceStore) -> dict[str, Any]:
    """Return what is stored by source, and the rows in quarantine."""
    return {
        "sources": [_holding(each) for _, each in sorted(store.sources().items())],
        "quarantine": [asdict(row) for row in store.quarantine()],
    }


def report_lines(report: dict[str, Any]) -> list[str]:
    """Return the report of an admission, as plain data, in sentences."""
    lines = [
        f"{report['rows_new']:,} new, {report['rows_same']:,} already stored, "
        f"{report['rows_corrected']:,} corrected, {report['rows_withdrawn']:,} withdrawn"
    ]
    if report["quarantined"]:
        lines.append(
            f"{report['quarantined']:,} rows could not be read and are in quarantine: "
            "`comity sources status --json -` shows them with file, line and reason"
        )
    lines += [
        f"{rows:,} rows were mended by the correction {name}: "
        f"`comity sources show {report['source']}` says what was wrong"
        for name, rows in report["repaired"].items()
    ]
    if report["out_of_scope"]:
        lines.append(
            f"{report['out_of_scope']:,} rows are out of scope (no state, or a year not covered), "
            "or notes on values left empty: `comity sources status --json -` shows examples"
        )
    return lines


def nothing_known(dyad: Dyad, as_of: dt.date, earliest: dt.date | None) -> str:
    """Return why a dyad cannot be assessed as of a day, and what to do about it."""
    if earliest is not None:
        return (
            f"nothing about {dyad} was public by {as_of}; the first record was public on "
            f"{earliest}. Choose a later --as-of."
        )
    return (
        f"nothing is stored about {dyad}, and it has no built-in case. Collect public data first: "
        "`comity sources` lists what can be collected, `comity collect NAME --from PATH` reads it."
    )


def _holding(held: Holding) -> dict[str, Any]:
    return {
        **asdict(held),
        "files": len(held.files) + held.files_in_bulk,
        "records": sum(held.rows.values()),
    }
