"""What the assessment means for a planner, a policy-maker, a journalist and a scholar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.judgement.assessment import Implication
    from comity.judgement.context import Context

__all__ = ["implications_part"]


def implications_part(
    parts: Mapping[str, Any], context: Context, catalogs: Sequence[Path] = ()
) -> list[Implication]:
    """Return the implications by audience; none are drawn yet."""
    del parts, context, catalogs
    return []
