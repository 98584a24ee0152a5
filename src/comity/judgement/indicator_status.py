"""Every declared indicator: what it says now, against its own history, and when more is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from comity.core.framework import load_tests
from comity.indicators.quality import diagnosticity, flag, is_stale, next_expected, z_own
from comity.judgement.assessment import Coverage, IndicatorStatus, LatestIndicator
from comity.judgement.readings import significant

if TYPE_CHECKING:
    import datetime as dt

    from comity.indicators.panel import IndicatorSeries, Observation
    from comity.judgement.context import Context

__all__ = ["indicators_part"]


def indicators_part(context: Context) -> list[IndicatorStatus]:
    """Return the status of all declared indicators, by id; one without data says what fills it."""
    panel = context.panel
    tests = load_tests()
    made = []
    for name in sorted(panel.definitions):
        definition = panel.definitions[name]
        found = [series for series in panel.of(name) if series.observations]
        lead = max(found, key=lambda series: series.observations[-1].end) if found else None
        z = z_own(lead) if lead else None
        due = next_expected(lead) if lead else None
        standing = context.item_standing.get(definition.panel_item)
        made.append(
            IndicatorStatus(
                id=name,
                name=definition.name,
                domain=definition.domain,
                reads=definition.reads,
                about=definition.about,
                direction=definition.measures[0].direction if definition.measures else "none",
                status=panel.statuses.get(name, "no_data"),
                core=definition.core,
                kind=definition.kind,
                unit=lead.unit if lead else "",
                signal_cost=definition.signal_cost,
                latest=_point(lead.observations[-1], lead) if lead else None,
                series=[_point(each, series) for series in found for each in series.observations],
                coverage=_coverage(found),
                z_own=None if z is None else significant(z, 3),
                percentile_panel=standing.latest.value if standing else None,
                panel=standing,
                flag=_flag(lead),
                diagnosticity=diagnosticity(definition, tests),
                next_expected=due.isoformat() if due else None,
                stale_directions=_stale(found, context.as_of),
                note=panel.gaps.get(name, ""),
                evidence=context.book.cite(
                    (
                        record
                        for series in found
                        for each in reversed(series.observations[-24:])
                        for record in each.evidence
                    ),
                    limit=6,
                ),
            )
        )
    return made


def _stale(found: list[IndicatorSeries], as_of: dt.date) -> list[str]:
    live = {series.direction for series in found if not is_stale(series, as_of)}
    return sorted({series.direction for series in found} - live)


def _flag(series: IndicatorSeries | None) -> Literal["high", "low", "normal"] | None:
    if series is None or z_own(series) is None:
        return None
    return flag(series) or "normal"


def _point(observation: Observation, series: IndicatorSeries) -> LatestIndicator:
    return LatestIndicator(
        period=observation.label,
        value=significant(observation.value),
        sd=None if observation.sd is None else significant(observation.sd),
        n=observation.n,
        direction=series.direction,
    )


def _coverage(found: list[IndicatorSeries]) -> Coverage:
    firsts = [series.coverage.first for series in found if series.coverage.first]
    lasts = [series.coverage.last for series in found if series.coverage.last]
    return Coverage(
        first=min(firsts).isoformat() if firsts else None,
        last=max(lasts).isoformat() if lasts else None,
        n=sum(series.coverage.n for series in found),
    )
