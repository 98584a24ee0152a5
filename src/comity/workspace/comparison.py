"""Build the reference panel, and put dyads side by side on its scale."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.core.errors import UsageError
from comity.models.panel.estimate import estimate_panel_of_dyads
from comity.workspace.compared import context_rows, why_empty
from comity.workspace.panel_inputs import panel_inputs
from comity.workspace.reference import PANEL_FILE, ReferencePanel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.core.actor import Actors
    from comity.core.dyad import Dyad
    from comity.core.settings import Settings
    from comity.evidence.store import EvidenceStore
    from comity.models.panel._types import PanelInputs

__all__ = ["build_panel", "compare_dyads"]


def build_panel(
    store: EvidenceStore, actors: Actors, settings: Settings, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Estimate the panel from all that is stored, keep it, and return what it is.

    Raises
    ------
    ModelError
        If no yearly counts of coded events are stored.
    """
    with store.view(dt.date.max) as view:
        inputs = panel_inputs(view, _kin(actors))
    progress(f"estimating {len(inputs.dyads()[0]):,} dyads")
    found = estimate_panel_of_dyads(inputs, seed=settings.seed, draws=min(settings.draws, 400))
    about = {
        "dyads": len(found.dyads),
        "first": found.periods[0],
        "last": found.periods[-1],
        "evidence": store.content_hash(),
        "seed": settings.seed,
        "coverage": _coverage(inputs),
        "artefacts": int(found.artefact.any(axis=1).sum()),
    }
    ReferencePanel.of(found, about).save(store.home / PANEL_FILE)
    return about


def _kin(actors: Actors) -> dict[str, str]:
    """Return the oldest state that each one came out of."""
    origin = {}
    for name in actors.states:
        oldest = name
        while actors.states[oldest].predecessor:
            oldest = actors.states[oldest].predecessor
        origin[name] = oldest
    return origin


def _coverage(inputs: PanelInputs) -> dict[str, str]:
    """Say which years and how many dyads each item covers."""
    planes = {"events": inputs.counts.sum(axis=0), **inputs.symmetric, **inputs.flows}
    return {name: _covered(plane, inputs) for name, plane in planes.items()}


def _covered(plane: Any, inputs: PanelInputs) -> str:
    known = np.isfinite(plane) & inputs.member
    years = [period for t, period in enumerate(inputs.periods) if known[t].any()]
    if not years:
        return "nothing stored"
    dyads = int(np.triu(known.any(axis=0) | known.any(axis=0).T, 1).sum())
    gaps = len(inputs.periods) - len(years)
    return f"{years[0]} to {years[-1]} ({gaps} years missing), {dyads:,} dyads"


def compare_dyads(
    store: EvidenceStore, actors: Actors, dyads: Sequence[Dyad], period: str | None
) -> dict[str, Any]:
    """Return dyads side by side, with what registers say about them.

    Raises
    ------
    UsageError
        If no panel was built, no dyad is given, or the panel does not hold the period.
    """
    panel = ReferencePanel.load(store.home / PANEL_FILE)
    if panel is None:
        msg = (
            f"no reference panel is stored in {store.home}: `comity panel build` makes it from "
            "collected sources, of which yearly counts of coded events are needed "
            "(`comity collect icews --from PATH`)."
        )
        raise UsageError(msg)
    if not dyads:
        msg = "name dyads to compare, as RUS-IRN RUS-CHN."
        raise UsageError(msg)
    if period is not None and period not in panel.periods:
        raise UsageError(_no_period(panel, period))
    shown = period or panel.periods[-1]
    held = [name for name, holding in store.sources().items() if holding.rows]
    with store.view(dt.date.max) as view:
        registers, contexts = context_rows(dyads, actors, view, held)
    rows = [
        {**_row(panel, each, shown), "context": contexts[str(each)].model_dump(mode="json")}
        for each in dyads
    ]
    return {
        "period": shown,
        "panel": dict(panel.about),
        "dyads": rows,
        "registers": [each.model_dump(mode="json") for each in registers],
    }


def _no_period(panel: ReferencePanel, period: str) -> str:
    held = f"the panel holds {panel.periods[0]} to {panel.periods[-1]}, by year"
    if not re.fullmatch(r"\d{4}", period):
        return f"--period {period} is not a year; {held}."
    fill = f"Collect sources that cover {period}, then `comity panel build`."
    return f"--period {period}: {held}. {fill}"


def _row(panel: ReferencePanel, dyad: Dyad, period: str) -> dict[str, Any]:
    readings = {}
    for name in panel.readings:
        series = panel.standing(dyad.a, dyad.b, name)
        latest = next((point for point in reversed(series) if point["period"] <= period), None)
        if latest is not None:
            readings[name] = {"latest": latest, "series": series}
    why = "" if readings else why_empty(panel, dyad)
    return {"key": dyad.key, "a": dyad.a, "b": dyad.b, "readings": readings, "why_empty": why}
