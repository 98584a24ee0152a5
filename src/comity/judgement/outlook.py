"""What may come: forecasts of the readings, scenarios and questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.judgement.assessment import Outlook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.judgement.assemble import Estimates
    from comity.judgement.assessment import Reading
    from comity.judgement.context import Context

__all__ = ["outlook_part"]


def outlook_part(
    estimates: Estimates,
    readings: Mapping[str, Reading],
    context: Context,
    catalogs: Sequence[Path] = (),
) -> Outlook:
    """Return the outlook; nothing is forecast yet."""
    del estimates, readings, context, catalogs
    return Outlook(horizons=[], questions=[])
