"""Build the reference panel, and put dyads side by side on its scale."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.core.errors import UsageError
from comity.models.panel._types import DECLARED, WITH_TREATIES
from comity.models.panel.estimate import estimate_panel_of_dyads
from comity.workspace.compared import context_rows, why_empty
from comity.workspace.event_counts import media_volume
from comity.workspace.panel_inputs import panel_inputs
from comity.workspace.reference import PANEL_FILE, ReferencePanel, write_atomically
from comity.workspace.shipped import shipped_panel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from comity.core.actor import Actors
    from comity.core.dyad import Dyad
    from comity.core.settings import Settings
    from comity.evidence.store import EvidenceStore
    from comity.models.panel._types import PanelInputs
    from comity.workspace.panel_grid import PanelPeriod

__all__ = ["STANDING_ITEMS", "VOLUME_FILE", "PanelChoice", "build_panel", "compare_dyads"]


STANDING_ITEMS = {
    "un": "agreement on contested votes of the UN General Assembly",
    "igo": "shared intergovernmental organisations",
    "trade": "trade beyond the two states' size",
    "share_vf": "verbal conflict, given how much they co-operate",
}
"""Items that are shown by themselves, each as a percentile of the panel."""
VOLUME_FILE = PANEL_FILE.with_name("volume.csv")
"""Where the media volume lies that the panel's counts were taken from, by state and period."""
_CELLS = 20_000_000  # values of draws of one reading: bounds the memory of long and monthly panels
_DRAWS = (50, 400)
_FEW = 10.0


@dataclass(frozen=True)
class PanelChoice:
    """Which panel to build.

    Parameters
    ----------
    by : str
        Length of a period: ``year`` or ``month``.
    since, until : int, optional
        First and last year; all that is stored from 1990 on by default.
    with_treaties : bool
        Obligations in force count towards cohesion; they do not by default, because the panel is
        checked against them.
    """

    by: PanelPeriod = "year"
    since: int | None = None
    until: int | None = None
    with_treaties: bool = False


def build_panel(
    store: EvidenceStore,
    actors: Actors,
    settings: Settings,
    progress: Callable[[str], None],
    choice: PanelChoice,
) -> dict[str, Any]:
    """Estimate the panel from all that is stored, keep it, and return what it is.

    Parameters
    ----------
    store : EvidenceStore
        What has been collected.
    actors : Actors
        States, their spans and their predecessors.
    settings : Settings
        Seed, and the most draws.
    progress : callable
        Told what is being done.
    choice : PanelChoice
        Which panel.

    Raises
    ------
    ModelError
        If no yearly counts of coded events are stored.
    """
    with store.view(dt.date.max) as view:
        inputs = panel_inputs(view, actors, choice.by, choice.since, choice.until)
        volume = media_volume(view, by=choice.by)
    dyads, periods = len(inputs.dyads()[0]), len(inputs.periods)
    progress(f"estimating {dyads:,} dyads")
    least, most = _DRAWS
    draws = min(settings.draws, most, max(least, _CELLS // (dyads * periods)))
    found = estimate_panel_of_dyads(
        inputs,
        seed=settings.seed,
        draws=draws,
        weights=WITH_TREATIES if choice.with_treaties else DECLARED,
        standing_of=STANDING_ITEMS,
    )
    about = {
        "dyads": len(found.dyads),
        "first": found.periods[0],
        "last": found.periods[-1],
        "evidence": store.content_hash(),
        "archive": store.archive.digest(),
        "seed": settings.seed,
        "draws": draws,
        "by": choice.by,
        "with_treaties": choice.with_treaties,
        "coverage": _coverage(inputs),
        "caution": _caution(inputs, choice.by),
        "artefacts": int(found.artefact.any(axis=1).sum()),
    }
    ReferencePanel.of(found, about).save(store.home / PANEL_FILE)
    lines = ["stream,state,period,records", *(",".join(map(str, each)) for each in volume)]
    write_atomically(store.home / VOLUME_FILE, "\n".join(lines).encode() + b"\n")
    return about


def _caution(inputs: PanelInputs, by: PanelPeriod) -> str:
    """Say if events are too few for the length of a period; empty if not."""
    events = inputs.counts.sum(axis=0)[:, inputs.member]
    counted = np.isfinite(events)
    if not counted.any():
        return ""
    mean = 2.0 * float(np.nansum(events)) / int(counted.sum())
    if mean >= _FEW:
        return ""
    return (
        f"the main stream has {mean:.1f} events a dyad and {by}: with fewer than {_FEW:.0f} most "
        "dyads have none and the loudest rise to the top whatever they say. "
        + ("Build by year, or collect a fuller stream." if by == "month" else "Collect more.")
    )


def _coverage(inputs: PanelInputs) -> dict[str, str]:
    """Say which years and how many dyads each item covers."""
    events = {"events": inputs.counts.sum(axis=0)}
    events |= {name: counts.sum(axis=0) for name, counts in inputs.other_counts.items()}
    planes = {**events, **inputs.symmetric, **inputs.flows, **inputs.acts}
    return {name: _covered(plane, inputs) for name, plane in planes.items()}


def _covered(plane: Any, inputs: PanelInputs) -> str:
    known = np.isfinite(plane) & inputs.member
    seen = [t for t in range(inputs.first_shown, len(inputs.periods)) if known[t].any()]
    if not seen:
        return "nothing stored"
    dyads = int(np.triu(known.any(axis=0) | known.any(axis=0).T, 1).sum())
    spans = ", ".join(
        " to ".join(dict.fromkeys((inputs.periods[first], inputs.periods[last])))
        for first, last in _runs(seen)
    )
    return f"{spans}; {dyads:,} dyads"


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return first and last of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for at in places:
        if runs and at == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs


def compare_dyads(
    store: EvidenceStore, actors: Actors, dyads: Sequence[Dyad], period: str | None
) -> dict[str, Any]:
    """Return dyads side by side, with what registers say about them.

    Raises
    ------
    UsageError
        If no panel was built, no dyad is given, or the panel does not hold the period.
    """
    panel = ReferencePanel.load(store.home / PANEL_FILE) or shipped_panel()
    if panel is None:
        msg = (
            f"no reference panel is stored in {store.home}: `comity panel build` makes it from "
            "collected sources, of which coded events are needed "
            "(`comity collect icews --from PATH`)."
        )
        raise UsageError(msg)
    if not dyads:
        msg = "name dyads to compare, as RUS-IRN RUS-CHN."
        raise UsageError(msg)
    if period is not None and period not in panel.periods:
        raise UsageError(_no_period(panel, period))
    shown = period or panel.common_period() or panel.periods[-1]
    held = [name for name, holding in store.sources().items() if holding.rows]
    with store.view(dt.date.max) as view:
        registers, contexts = context_rows(dyads, actors, view, held)
    rows = [
        {**_row(panel, each, shown), "context": contexts[str(each)].model_dump(mode="json")}
        for each in dyads
    ]
    return {
        "period": shown,
        "panel": {
            **panel.about,
            "ranked": panel.most_ranked(shown),
        },
        "dyads": rows,
        "registers": [each.model_dump(mode="json") for each in registers],
    }


def _no_period(panel: ReferencePanel, period: str) -> str:
    length = len(panel.periods[0])
    held = f"the panel holds {panel.periods[0]} to {panel.periods[-1]}"
    if not re.fullmatch(r"\d{4}(-\d{2})?", period) or len(period) != length:
        return f"--period {period} is not a {'year' if length == 4 else 'month'}; {held}."
    fill = f"Collect sources that cover {period}, then `comity panel build`."
    return f"--period {period}: {held}. {fill}"


def _row(panel: ReferencePanel, dyad: Dyad, period: str) -> dict[str, Any]:
    readings = _standings(panel, dyad, period, panel.readings)
    items = {
        name: {"title": STANDING_ITEMS[name], **standing}
        for name, standing in _standings(panel, dyad, period, STANDING_ITEMS).items()
    }
    why = "" if readings else why_empty(panel, dyad)
    return {
        "key": dyad.key,
        "a": dyad.a,
        "b": dyad.b,
        "readings": readings,
        "items": items,
        "why_empty": why,
    }


def _standings(
    panel: ReferencePanel, dyad: Dyad, period: str, names: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Return the series of readings or items, and the latest point by the period asked."""
    found = {}
    for name in names:
        series = panel.standing(dyad.a, dyad.b, name)
        latest = next((point for point in reversed(series) if point["period"] <= period), None)
        if latest is not None:
            found[name] = {"latest": latest, "series": series}
    return found
