"""The numbered sources, grouped by publisher's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Caveat, Empty, SourceList

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 180
TITLE = "Sources"


def build(assessment: Assessment) -> list[Block]:
    """Return the place of the numbered sources."""
    if not assessment.evidence:
        return [Empty("No evidence record is cited.", "comity collect")]
    return [
        Caveat(
            (
                "Grades: letter A (completely reliable) to E (unreliable), F not judged, for the "
                "source; figure 1 (confirmed) to 5 (improbable), 6 not judged, for the item. What "
                "is marked reported, denied or planned is not a deed.",
            )
        ),
        SourceList(),
    ]
