"""From any number or sentence of an assessment back to stored rows, files and addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.core.errors import UnknownName

if TYPE_CHECKING:
    from comity.evidence.lineage import Explanation
    from comity.judgement.assessment import Assessment

__all__ = [
    "VIEWS",
    "evidence_of",
    "explained",
    "part_of",
]

VIEWS = {
    "readings": "readings",
    "phases": "phases",
    "indicators": "indicators",
    "roles": "roles",
    "ledger": "ledger",
    "stress": "stress_tests",
    "levers": "levers",
    "theatres": "theatres",
    "hypotheses": "hypotheses",
    "outlook": "outlook",
    "matrix": "hypothesis_matrix",
    "claim": "claim_tests",
    "evidence": "evidence",
    "timeline": "events",
    "ladder": "ladder",
    "drivers": "drivers",
    "tensions": "tensions",
    "judgements": "judgements",
    "assumptions": "key_assumptions",
    "checklist": "checklist",
    "gaps": "gaps",
    "network": "comparison",
    "perspectives": "perspectives",
    "votes": "votes",
    "obligations": "obligations",
    "fulfilment": "ledger_summary",
    "record": "track_record",
    "implications": "implications",
    "capability": "capability_watch",
}
"""Words of ``comity show`` and the parts of the assessment that they show."""


def part_of(assessment: Assessment, view: str) -> Any:
    """Return one part of an assessment as plain data.

    Raises
    ------
    UnknownName
        If there is no such view; names those that exist.
    """
    if view not in VIEWS:
        raise UnknownName("view", view, VIEWS)
    data = assessment.model_dump(mode="json", by_alias=True)
    if view == "timeline":
        events = [{"id": name, **record} for name, record in data["evidence"].items()]
        return sorted(
            (row for row in events if row["kind"] in {"event", "claim", "vote", "contact"}),
            key=lambda row: (row["date"], row["id"]),
        )
    if view == "network":
        return (data["comparison"] or {}).get("network")
    return data[VIEWS[view]]


def evidence_of(assessment: Assessment, part: str) -> list[str]:
    """Return the record ids behind one named part: a reading, indicator, role, judgement, item.

    Raises
    ------
    UnknownName
        If the assessment has no such part; the nearest names are shown.
    """
    found = _named_parts(assessment)
    if part not in found:
        raise UnknownName("part of the assessment", part, found)
    return found[part]


def explained(found: Explanation) -> dict[str, Any]:
    """Return an explanation as plain data, in the order in which a reader asks."""
    first = found.snapshots[0] if found.snapshots else None
    return {
        "id": found.record_id,
        "says": {key: value for key, value in found.fields.items() if value not in (None, "")},
        "grade": found.grade,
        "source": found.source,
        "cited as": {key: value for key, value in found.citation.items() if value},
        "file": [each.name for each in found.snapshots],
        "line": found.locator,
        "text of the line": found.raw,
        "sha256": [each.sha256 for each in found.snapshots],
        "retrieved on": first.retrieved_on.isoformat() if first else None,
        "licence": first.licence if first else None,
        "versions": len(found.versions),
        "corrections": [
            f"{row['column']}: {row['original']!r} -> {row['corrected']!r} ({row['reason']})"
            for row in found.corrections
        ],
    }


def _named_parts(assessment: Assessment) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {"bottom_line": assessment.bottom_line.evidence}
    for name, reading in assessment.readings.items():
        ids = [record for mover in reading.movers for record in mover.evidence]
        parts[name] = list(dict.fromkeys(ids))
    parts |= {item.id: item.evidence for item in assessment.indicators}
    parts |= {f"role:{name}": role.evidence for name, role in assessment.roles.items()}
    parts |= {item.id: item.evidence for item in assessment.ladder.criteria}
    for group in (
        assessment.judgements,
        assessment.drivers,
        assessment.tensions,
        assessment.ledger,
        assessment.stress_tests,
        assessment.levers,
        assessment.track_record.published,
    ):
        parts |= {item.id: item.evidence for item in group}
    bound = [(each.id, each.evidence) for each in assessment.votes]
    bound += [(each.id, each.evidence) for each in assessment.obligations]
    for name, ids in bound:
        # a treaty is also an item of the ledger, by the same id
        parts[name] = list(dict.fromkeys([*parts.get(name, ()), *ids]))
    for theatre in assessment.theatres:
        parts[theatre.id] = [record for cell in theatre.cells for record in cell.evidence]
    parts |= {item.id: item.key_evidence for item in assessment.hypotheses}
    for found in (assessment.claim_tests, assessment.capability_watch):
        parts |= {item.id: item.evidence for item in found}
    for implied in assessment.implications:
        cited = [record for each in implied.sentences for record in each.evidence]
        parts[implied.id] = list(dict.fromkeys(cited))
    for phase in assessment.phases:
        parts[f"phase:{phase.start}"] = phase.evidence
    return parts
