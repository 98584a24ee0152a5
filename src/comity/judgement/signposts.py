"""How far the present is from a declared threshold on an indicator, a reading or a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from comity.core.errors import CatalogError, UnknownName
from comity.indicators.quality import is_stale
from comity.judgement.outlook_parts import Signpost
from comity.judgement.readings import significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.indicators.panel import IndicatorSeries
    from comity.judgement.assessment import Reading
    from comity.judgement.context import Context
    from comity.judgement.scenarios import PresentState, SignpostDefinition
    from comity.models._protocol import RolePath

__all__ = ["Watch"]

_CITED = 3
_BOTH_WAYS = {"either": min, "both": max}


class _Found(NamedTuple):
    """Where the present stands, and from where on the condition holds."""

    name: str
    period: str | None
    present: float | None
    threshold: float | None
    unit: str
    evidence: list[str]
    note: str = ""
    stale: bool = False


class Watch:
    """Reads present states of one dyad.

    Parameters
    ----------
    context : Context
        Indicators and evidence.
    readings : mapping of str to Reading
        As assessed.
    roles : mapping of str to RolePath
        As estimated.
    """

    def __init__(
        self,
        context: Context,
        readings: Mapping[str, Reading],
        roles: Mapping[str, RolePath],
    ) -> None:
        self._context = context
        self._readings = readings
        self._roles = roles

    def signpost(self, wanted: SignpostDefinition, names: Mapping[str, str]) -> Signpost:
        """Return a declared signpost with the present distance to its threshold.

        Raises
        ------
        UnknownName
            If there is no such indicator.
        """
        return self.state(wanted, wanted.means.format_map(names))

    def state(self, wanted: PresentState, means: str) -> Signpost:
        """Return where the present stands.

        Of ``either`` direction the one nearest to the threshold; of ``both`` the one furthest.

        Raises
        ------
        CatalogError
            If an indicator has two directions and it is not said which is meant.
        UnknownName
            If there is no such indicator.
        """
        name, _, way = (wanted.indicator or wanted.reading or wanted.role or "").partition(">")
        choose = _BOTH_WAYS.get(way, min)
        found = choose(self._found(wanted), key=lambda each: _rank(each, wanted))
        gap = _gap(found, wanted)
        kind = "indicator" if wanted.indicator else "reading" if wanted.reading else "role"
        name = f"{name}>{way}" if way in {"ab", "ba"} else name
        return Signpost(
            on=kind,
            id=name,
            name=found.name,
            condition=_condition(wanted, found),
            means=means,
            period=found.period,
            present=_or_none(found.present),
            threshold=_or_none(found.threshold),
            distance=_or_none(gap),
            met=None if gap is None else gap == 0.0,
            stale=found.stale,
            unit=found.unit,
            evidence=self._context.book.cite(found.evidence, limit=_CITED),
        )

    def _found(self, wanted: PresentState) -> list[_Found]:
        if wanted.reading is not None:
            return [self._reading(wanted)]
        if wanted.role is not None:
            return [self._role(wanted)]
        return list(self._indicator(wanted))

    def _reading(self, wanted: PresentState) -> _Found:
        reading = self._readings.get(str(wanted.reading))
        latest = None if reading is None else reading.latest
        bound = wanted.above if wanted.above is not None else wanted.below
        return _Found(
            str(wanted.reading),
            None if latest is None else latest.period,
            None if latest is None else latest.value,
            bound,
            "points",
            [],
        )

    def _role(self, wanted: PresentState) -> _Found:
        path = self._roles.get(str(wanted.role))
        bound = wanted.above if wanted.above is not None else wanted.below
        if path is None or np.isfinite(path.draws[:, -1]).mean() < 0.5:
            return _Found(f"role: {wanted.role}", None, None, bound, "balance", [])
        value = float(np.nanmedian(path.draws[:, -1]))
        return _Found(f"role: {wanted.role}", path.months[-1], value, bound, "balance", [])

    def _indicator(self, wanted: PresentState) -> Iterator[_Found]:
        panel, name = self._context.panel, str(wanted.indicator)
        base, _, direction = name.partition(">")
        if base not in panel.definitions:
            raise UnknownName("indicator of a scenario", base, panel.definitions)
        two_ways = any(each.direction == "directed" for each in panel.definitions[base].measures)
        # not the nearest of the two unless that is meant: it may be the other state's
        ways = ("ab", "ba", *_BOTH_WAYS) if two_ways else ("", "ab", "ba")
        if direction not in ways:
            why = "the indicator has two directions, and which is meant is not said"
            why = why if two_ways and not direction else "no such direction"
            known = [f"{base}>{way}" if way else base for way in ways]
            raise CatalogError(f"scenarios: {name}", why, known)
        series = [
            each
            for each in panel.series
            if each.definition.id == base
            and (direction in {"", *_BOTH_WAYS} or each.direction == direction)
            and (not wanted.units or each.unit in wanted.units)
        ]
        if not series:
            unit = wanted.units[0] if wanted.units else ""
            yield _Found(panel.definitions[base].name, None, None, None, unit, [])
        for each in series:
            stale = is_stale(each, self._context.as_of)
            yield _of_series(each, wanted)._replace(stale=stale)


def _of_series(series: IndicatorSeries, wanted: PresentState) -> _Found:
    last = series.observations[-1]
    values = np.array([each.value for each in series.observations])
    arrows = {"ab": " (A to B)", "ba": " (B to A)"}
    if series.definition.about:
        arrows = {"ab": " (A)", "ba": " (B)"}
    arrow = arrows.get(series.direction, "")
    name = series.definition.name + arrow
    bound = wanted.above if wanted.above is not None else wanted.below
    if not wanted.units and bound is not None:
        bound = _own_threshold(values, wanted)
    note = "" if bound is not None else "never so far"
    return _Found(name, last.label, last.value, bound, series.unit, list(last.evidence), note)


def _own_threshold(values: np.ndarray, wanted: PresentState) -> float | None:
    """Return the mildest value that so far was beyond the wanted share of the history."""
    if wanted.above is not None:
        beyond = [x for x in np.unique(values) if 100.0 * (values < x).mean() >= wanted.above]
        return float(beyond[0]) if beyond else None
    limit = wanted.below if wanted.below is not None else 0.0
    beyond = [x for x in np.unique(values) if 100.0 * (values > x).mean() >= 100.0 - limit]
    return float(beyond[-1]) if beyond else None


def _gap(found: _Found, wanted: PresentState) -> float | None:
    """Return what is missing to the threshold; 0 where it is reached."""
    if found.present is None or found.threshold is None:
        return None
    away = found.threshold - found.present
    return max(away, 0.0) if wanted.above is not None else min(away, 0.0)


def _rank(found: _Found, wanted: PresentState) -> tuple[int, float, str]:
    gap = _gap(found, wanted)
    if gap is None:
        return 2, 0.0, found.name
    return int(found.stale), abs(gap), found.name


def _condition(wanted: PresentState, found: _Found) -> str:
    side = "or more" if wanted.above is not None else "or less"
    bound = wanted.above if wanted.above is not None else wanted.below
    if wanted.indicator is None or wanted.units:
        unit = f" {found.unit}" if found.unit not in ("", "1") else ""
        return f"{bound:g}{unit} {side}"
    share = bound if wanted.above is not None else 100.0 - (bound or 0.0)
    which = "higher" if wanted.above is not None else "lower"
    text = f"{which} than {share:.0f} % of its own history"
    if found.note and found.present is not None:
        text += " (it never was so far)"
    return text


def _or_none(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else significant(value)
