"""What the doors to watches are made of: records of the store, presets, rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from comity.judgement.watching.condition import Condition
from comity.judgement.watching.outlooking import HOLDS_NOT, MET, assumptions, signposts
from comity.judgement.watching.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.acts.watch_tables import Watch
    from comity.acts.watches import Past
    from comity.evidence.store import EvidenceView
    from comity.judgement.assessment import Assessment

__all__ = ["StoreRecords", "preset", "standing"]


class StoreRecords:
    """What the store says of single records, as of a day."""

    def __init__(self, view: EvidenceView) -> None:
        self._view = view

    def withdrawn(self, names: Sequence[str]) -> list[str]:
        """Return those that no longer stand."""
        return [name for name in names if self._view.record(name) is None]

    def stored_on(self, name: str) -> dt.datetime | None:
        """Return when a record was first stored; None if it never was."""
        days = [row["recorded_on"] for row in self._view.history(name)]
        return min(days).replace(tzinfo=dt.UTC) if days else None


def preset(made: Assessment) -> list[tuple[Subject, Condition, str, str]]:
    """Return what scenarios and key assumptions ask to be watched."""
    found = [
        (
            Subject("signpost", name),
            Condition("reaches", state=MET),
            str(post["means"]),
            f"scenario {name.partition('/')[0]}",
        )
        for name, post in signposts(made).items()
    ]
    found += [
        (
            Subject("assumption", name),
            Condition("reaches", state=HOLDS_NOT),
            str(part["breaks_if"]),
            f"assumption {name}",
        )
        for name, part in assumptions(made).items()
        if part.get("indicator")
    ]
    return found


def standing(past: Past, watch: Watch, *, is_ended: bool) -> dict[str, Any]:
    """Return a watch with what its last look saw."""
    from comity.acts import watches  # noqa: PLC0415

    course, seen = past.course, past.seen
    condition = watches.condition_of(watch)
    if is_ended:
        state = "ended"
    elif course.blind:
        state = "cannot be judged"
    elif course.beyond:
        state = "beyond"
    else:
        state = "armed"
    return {
        "id": watches.name_of(watch),
        "dyad": f"{watch.a}-{watch.b}",
        "subject": watch.subject,
        "condition": condition.words(seen.get("unit", "")),
        "threshold": condition.threshold,
        "statistic": condition.statistic,
        "state": state,
        "seen": seen,
        "as_of": past.run.as_of.isoformat() if past.run else None,
        "looked_at": past.run.at.isoformat() if past.run else None,
        "inputs_hash": past.run.inputs_hash if past.run else None,
        "by": watch.by,
        "since": watch.at.isoformat(),
        "why": watch.why,
        "origin": watch.origin,
    }
