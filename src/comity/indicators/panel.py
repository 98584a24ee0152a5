"""A panel: indicators by period, with missingness, known variance and the records behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from comity.core.dyad import Direction, Dyad
from comity.indicators.definition import IndicatorDefinition

__all__ = ["Coverage", "IndicatorSeries", "Observation", "Panel", "Status"]

Status = Literal["measured", "coded", "no_data", "stale"]


@dataclass(frozen=True)
class Observation:
    """One value of one indicator in one direction over one period.

    Parameters
    ----------
    start, end : datetime.date
        Half-open period.
    label : str
        ``YYYY-MM`` or ``YYYY``.
    value : float
        In the indicator's unit, before any transform.
    sd : float or None
        Known sampling standard deviation, same unit; None if unknown.
    n : int
        Records behind it; 0 where a covered period holds none and absence means zero.
    evidence : tuple of str
        Record ids.
    known_from : datetime.date
        From when the value could be known: the latest `public_from` behind it, or the period's end.
    """

    start: dt.date
    end: dt.date
    label: str
    value: float
    sd: float | None
    n: int
    evidence: tuple[str, ...]
    known_from: dt.date


@dataclass(frozen=True)
class Coverage:
    """From when to when a series is covered by its source, and by how many observations."""

    first: dt.date | None
    last: dt.date | None
    n: int


@dataclass(frozen=True)
class IndicatorSeries:
    """All observations of one indicator in one direction, in order of time.

    ``direction`` is ``mutual`` also for signed values. ``kind`` is ``flow`` (a fresh reading each
    period), ``state`` (a level that holds until changed) or ``episode`` (rare scored events);
    ``months`` is the length of one period. ``measure`` is the place of the measure in the
    definition, 0 for the first.
    """

    definition: IndicatorDefinition
    direction: Direction
    unit: str
    transform: str
    comparable: bool
    observations: tuple[Observation, ...]
    coverage: Coverage
    table: str = ""
    sources: tuple[str, ...] = ()
    kind: Literal["flow", "state", "episode"] = "flow"
    months: int = 1
    measure: int = 0

    @property
    def id(self) -> str:
        """Indicator id with its direction, e.g. ``POL-04>ab``; mutual ones have none."""
        name = self.definition.id
        return name if self.direction == "mutual" else f"{name}>{self.direction}"


@dataclass(frozen=True)
class Panel:
    """Every declared indicator of one dyad as of one date.

    ``alternates`` are series of further measures of an indicator that is already in ``series``:
    they are compared with it and enter nothing.
    """

    dyad: Dyad
    as_of: dt.date
    series: tuple[IndicatorSeries, ...]
    definitions: Mapping[str, IndicatorDefinition]
    statuses: Mapping[str, Status] = field(default_factory=dict)
    gaps: Mapping[str, str] = field(default_factory=dict)
    alternates: tuple[IndicatorSeries, ...] = ()

    def of(self, indicator: str) -> Iterator[IndicatorSeries]:
        """Yield the series of one indicator, by direction."""
        return (series for series in self.series if series.definition.id == indicator)
