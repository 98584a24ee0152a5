"""The part of the reference panel that may be passed on: votes in the UN General Assembly.

Made by ``comity panel ship`` from roll calls whose terms allow it, and kept in the package as
derived figures, so that a machine without any collected data can still say whether two states vote
alike more than others do.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.core.errors import ModelError
from comity.models.panel._types import CLASSES, PanelInputs
from comity.models.panel.estimate import estimate_panel_of_dyads
from comity.sources._spec import discover
from comity.workspace.panel_grid import Grid, period_texts
from comity.workspace.panel_inputs import BURN_IN, FIRST_YEAR, vote_agreements
from comity.workspace.reference import ReferencePanel

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.actor import Actors
    from comity.core.settings import Settings
    from comity.evidence.store import EvidenceStore

__all__ = ["SHIPPED_ITEM", "ship_votes", "shipped_panel"]

SHIPPED_ITEM = "un"
_FILE = ("catalog", "panel", "votes.npz")
_SOURCE = "un_votes"
_MAY = ("public_domain", "attribution")
_DRAWS = 200


def ship_votes(
    store: EvidenceStore, actors: Actors, settings: Settings, path: Path
) -> dict[str, Any]:
    """Estimate the standing of all pairs of voting states in UN votes, and write it to a file.

    Raises
    ------
    ModelError
        If no votes are stored, or the publisher's terms do not allow to pass on what is made.
    """
    spec = discover()[_SOURCE].SPEC
    if spec.redistribution not in _MAY:
        raise ModelError(f"{_SOURCE}: the terms are {spec.redistribution!r}; nothing may ship.")
    with store.view(dt.date.max) as view:
        span = "SELECT min(session) + 1945, max(session) + 1945 FROM ballots WHERE session >= ?"
        first, last = view.query(span, [FIRST_YEAR - 1945])[0]
        if first is None:
            raise ModelError(f"no votes are stored: `comity collect {_SOURCE} --from PATH`.")
        voters = "SELECT DISTINCT voter FROM ballots WHERE session >= ? ORDER BY 1"
        states = tuple(state for (state,) in view.query(voters, [first - 1945]))
        grid = Grid(states, period_texts(first - BURN_IN, last, "year"))
        agreement, variance = vote_agreements(view, grid)
    exists = grid.exists(actors)
    together = exists[BURN_IN:].T.astype(float) @ exists[BURN_IN:].astype(float) > 0
    np.fill_diagonal(together, val=False)
    inputs = PanelInputs(
        states=grid.states,
        periods=grid.periods,
        counts=np.full((len(CLASSES), *agreement.shape), np.nan),
        member=together,
        symmetric={SHIPPED_ITEM: agreement},
        symmetric_variance={SHIPPED_ITEM: variance},
        exists=exists,
        first_shown=BURN_IN,
    )
    found = estimate_panel_of_dyads(
        inputs, seed=settings.seed, draws=_DRAWS, readings=(), standing_of=(SHIPPED_ITEM,)
    )
    about = {
        "dyads": len(found.dyads),
        "first": found.periods[0],
        "last": found.periods[-1],
        "by": "year",
        "seed": settings.seed,
        "draws": _DRAWS,
        "evidence": store.content_hash(),
        "panel": "all pairs of states that voted",
        "source": spec.title,
        "publisher": spec.publisher,
        "url": spec.url,
        "licence": spec.licence,
        "citation": spec.citation,
        "shipped": True,
    }
    ReferencePanel.of(found, about).save(path, is_compact=True)
    return about


@cache
def shipped_panel() -> ReferencePanel | None:
    """Return the panel that came with the package; None if it came without."""
    place = resources.files("comity").joinpath(*_FILE)
    with resources.as_file(place) as path:
        return ReferencePanel.load(path)
