"""Where a dyad stood among others by a day: on readings, and on single items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.period import Period
from comity.judgement.parts import PanelPoint, PanelStanding

if TYPE_CHECKING:
    import datetime as dt

    from comity.core.dyad import Dyad
    from comity.workspace.reference import ReferencePanel

__all__ = ["item_standings", "reading_standings"]


def reading_standings(
    panel: ReferencePanel | None, dyad: Dyad, as_of: dt.date
) -> dict[str, PanelStanding]:
    """Return where the dyad stood on each reading in the periods that were over by a day."""
    if panel is None:
        return {}
    found = {name: _standing(panel, name, dyad, as_of) for name in panel.readings}
    return {name: standing for name, standing in found.items() if standing is not None}


def item_standings(
    panel: ReferencePanel | None, shipped: ReferencePanel | None, dyad: Dyad, as_of: dt.date
) -> dict[str, PanelStanding]:
    """Return where the dyad stood on single items, from the stored panel or the shipped one.

    Parameters
    ----------
    panel : ReferencePanel or None
        Built from what is stored; goes first, since it may reach further.
    shipped : ReferencePanel or None
        What came with the package.
    dyad : Dyad
        In the order asked.
    as_of : datetime.date
        Only periods that were over by then.
    """
    found: dict[str, PanelStanding] = {}
    for source in (shipped, panel):
        for name in source.items if source is not None else ():
            standing = _standing(source, name, dyad, as_of) if source is not None else None
            if standing is not None:
                found[name] = standing
    return found


def _standing(panel: ReferencePanel, name: str, dyad: Dyad, as_of: dt.date) -> PanelStanding | None:
    points = [
        PanelPoint(**point)
        for point in panel.standing(dyad.a, dyad.b, name)
        if Period.parse(point["period"]).is_over_by(as_of)
    ]
    if not points:
        return None
    dyads = panel.ranked(name, points[-1].period)
    return PanelStanding(dyads=dyads, latest=points[-1], series=points)
