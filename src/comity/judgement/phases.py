"""Phases between change points: named and described from the numbers, never from taste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from comity.judgement.assessment import Boundary, Mover, Phase
from comity.judgement.book import partial_date
from comity.judgement.dates import printed
from comity.judgement.readings import significant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.core.dyad import Dyad
    from comity.indicators.panel import Panel
    from comity.judgement.assessment import Reading, Role
    from comity.judgement.context import Context
    from comity.models._protocol import ChangePoint

__all__ = ["phases_part"]

_MOVERS, _CLEAR = 6, 0.5  # indicators named at a boundary, and their least change [sd]
_LEVELS = ((33.0, "low"), (67.0, "mid-range"), (101.0, "high"))


def phases_part(
    changes: Sequence[ChangePoint],
    months: Sequence[str],
    readings: Mapping[str, Reading],
    roles: Mapping[str, Role],
    context: Context,
) -> list[Phase]:
    """Return the phases that the change points open, the first from the start of the record."""
    starts = [months[0], *(change.month for change in changes)]
    ends: list[str | None] = [*(change.month for change in changes), None]
    openings: list[ChangePoint | None] = [None, *changes]
    made = []
    for start, end, opening in zip(starts, ends, openings, strict=True):
        acts = _strongest_acts(context, start, end)
        levels = {name: _mean(reading, start, end) for name, reading in readings.items()}
        supplier = _supplier(roles, context.dyad, start, end)
        made.append(
            Phase(
                start=start,
                end=end,
                name=_name(levels, supplier, context.names),
                summary=_summary(levels, supplier, context.names, acts),
                boundary=_boundary(opening),
                movers=_phase_movers(opening, context.panel),
                evidence=context.book.cite((act["record_id"] for act in acts), limit=6),
            )
        )
    return made


def _boundary(change: ChangePoint | None) -> Boundary:
    if change is None:
        return Boundary(date=None, lo80=None, hi80=None, probability=None)
    return Boundary(
        date=change.month,
        lo80=change.lo80,
        hi80=change.hi80,
        probability=round(change.probability, 3),
    )


def _phase_movers(change: ChangePoint | None, panel: Panel) -> list[Mover]:
    if change is None:
        return []
    texts = {series.id: series.definition.name for series in panel.series}
    return [
        Mover(
            indicator=name, effect=significant(effect, 3), text=texts.get(name, name), evidence=[]
        )
        for name, effect in change.movers[:_MOVERS]
        if abs(effect) >= _CLEAR
    ]


def _mean(reading: Reading, start: str, end: str | None) -> float | None:
    values = [
        point.smoothed
        for point in reading.series
        if point.smoothed is not None
        and start <= point.period
        and (end is None or point.period < end)
    ]
    return float(np.mean(values)) if values else None


def _supplier(roles: Mapping[str, Role], dyad: Dyad, start: str, end: str | None) -> str | None:
    """Return the main arms supplier through most of the months that have one."""
    role = roles.get("arms") or roles.get("registered_transfers")
    if role is None:
        return None
    values = [
        point.value
        for point in role.series
        if point.value is not None and start <= point.period and (end is None or point.period < end)
    ]
    if not values:
        return None
    share = float(np.mean([value > 0 for value in values]))
    return dyad.a if share >= 0.5 else dyad.b


def _level(value: float) -> str:
    return next(word for bound, word in _LEVELS if value < bound)


def _name(
    levels: Mapping[str, float | None], supplier: str | None, names: Mapping[str, str]
) -> str:
    parts = []
    cohesion, tension = levels.get("cohesion"), levels.get("tension")
    if cohesion is not None:
        parts.append(f"{_level(cohesion)} cohesion")
    if tension is not None:
        parts.append(f"{_level(tension)} tension")
    if not parts and levels.get("depth") is not None:
        parts.append(f"{_level(levels['depth'] or 0.0)} depth")
    if supplier:
        parts.append(f"{names[supplier]} supplies")
    text = ", ".join(parts) or "not described"
    return text[0].upper() + text[1:]


def _summary(
    levels: Mapping[str, float | None],
    supplier: str | None,
    names: Mapping[str, str],
    acts: Sequence[Mapping[str, Any]],
) -> str:
    shown = [
        f"{name} {value:.0f}".replace("-", "−")
        for name, value in levels.items()
        if value is not None
    ]
    parts = [f"Mean readings on the dyad's own scale: {', '.join(shown)}."] if shown else []
    if supplier:
        parts.append(
            f"{names[supplier]} was the main arms supplier in most months with deliveries."
        )
    else:
        parts.append("No arms delivery with a clear supplier is on record.")
    for polarity, lead in (
        ("cooperation", "Strongest cooperation"),
        ("tension", "Strongest tension"),
    ):
        found = [act for act in acts if act["polarity"] == polarity][:1]
        parts += [
            f"{lead}: {act['summary'].rstrip('.')} ({printed(partial_date(act))})." for act in found
        ]
    return " ".join(parts)


def _strongest_acts(context: Context, start: str, end: str | None) -> list[dict[str, Any]]:
    """Return up to three deeds of either kind inside the phase, the most intense first."""
    last = f"{end}-01" if end else context.as_of.isoformat()
    acts = context.dyad_events(
        "modality = 'asserted' AND polarity <> 'mixed' "
        "AND occurred_from >= CAST(? AS DATE) AND occurred_from < CAST(? AS DATE)",
        [f"{start}-01", last],
    )
    ranked = sorted(acts, key=lambda act: (-abs(act["intensity"]), act["credibility_now"] or 6))
    kept = []
    for polarity in ("cooperation", "tension"):
        kept += [act for act in ranked if act["polarity"] == polarity][:3]
    return kept
