"""Rival explanations, weighed on graded evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.framework import load_hypotheses
from comity.judgement.assessment import Hypothesis

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.judgement.context import Context

__all__ = ["hypotheses_part"]


def hypotheses_part(context: Context, catalogs: Sequence[Path] = ()) -> list[Hypothesis]:
    """Return the declared hypotheses; they are not weighed yet."""
    del context
    return [
        Hypothesis(
            id=item.id,
            statement=item.statement,
            weight=None,
            lo80=None,
            hi80=None,
            inconsistency=None,
            key_evidence=[],
            sensitivity="Not weighed yet: see gaps.",
        )
        for item in load_hypotheses(catalogs).values()
    ]
