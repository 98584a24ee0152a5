"""Findings from the course of readings and indicators."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.judgement.rivals.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.core.case import Case
    from comity.core.reading_rules import AroundRule, CoMovementRule, ParallelRule, YearlyRule
    from comity.indicators.panel import Observation, Panel
    from comity.judgement.assessment import Comparison
    from comity.models._protocol import Readings

__all__ = ["Course", "around", "co_movement", "parallel", "yearly"]

Array = NDArray[np.float64]
_LEAST = 0.55  # a finding whose draws are split more evenly than this says nothing


@dataclass(frozen=True)
class Course:
    """What readings and indicators did.

    Parameters
    ----------
    readings : Readings
        With draws.
    panel : Panel
        Measured indicators.
    case : Case or None
        For leaders and crises.
    comparison : Comparison or None
        The dyad beside others.
    truth : float
        Probability that a finding read from a series is right.
    crises : sequence of (datetime.date, str)
        When each crisis began, and its id.
    flipped : bool
        Whether the panel's first state is the case's second.
    """

    readings: Readings
    panel: Panel
    case: Case | None
    comparison: Comparison | None
    truth: float
    crises: Sequence[tuple[dt.date, str]] = ()
    flipped: bool = False

    def draws(self, reading: str) -> Array | None:
        """Return the filtered draws of a reading, dims (draw, month); None without one."""
        path = self.readings.paths.get(reading)  # type: ignore[call-overload]
        return None if path is None else path.filtered

    @property
    def years(self) -> NDArray[np.int64]:
        """The year of each month."""
        return np.array([int(month[:4]) for month in self.readings.months])

    def yearly(self, reading: str) -> Mapping[int, Array]:
        """Return draws of the mean of each year of which all twelve months are there."""
        draws, years = self.draws(reading), self.years
        found = {}
        for year in np.unique(years) if draws is not None else ():
            part = draws[:, years == year]  # type: ignore[index]
            if part.shape[1] == 12 and np.isfinite(part).all():
                found[int(year)] = part.mean(axis=1)
        return found


def co_movement(test: str, rule: CoMovementRule, course: Course) -> list[Finding]:
    """Return for every pair of years whether the reading followed the indicator."""
    swap = {"ab": "ba", "ba": "ab"} if course.flipped else {}
    wanted = swap.get(rule.direction, rule.direction)
    driver: dict[int, Observation] = {}
    name = (rule.mirrored or rule.indicator) if course.flipped else rule.indicator
    for series in course.panel.of(name):
        if series.direction == wanted:
            driver |= {each.start.year: each for each in series.observations if _whole(each)}
    reading = course.yearly(rule.reading)
    found = []
    for year, now in driver.items():
        before = driver.get(year - 1)
        ends = reading.get(year + rule.lag), reading.get(year + rule.lag - 1)
        if before is None or now.value == before.value or ends[0] is None or ends[1] is None:
            continue
        rose = now.value > before.value
        agrees = ((ends[0] - ends[1]) * (1 if rose else -1) * rule.sign > 0).mean()
        sure = max(float(agrees), 1 - float(agrees))
        if sure < _LEAST:
            continue
        words = "rose" if rose else "fell"
        went = "as expected" if agrees >= 0.5 else "the other way"
        found.append(
            Finding(
                test, dt.date(year, 7, 1), bool(agrees >= 0.5), _either(sure, course.truth),
                f"year:{year}",
                f"{rule.indicator} {words} in {year}; {rule.reading} in {year + rule.lag} moved "
                f"{went}", now.evidence[:4],
            )
        )  # fmt: skip
    return found


def around(test: str, rule: AroundRule, course: Course) -> list[Finding]:
    """Return for every occasion how far the reading changed across it."""
    draws = course.draws(rule.reading)
    if draws is None or course.case is None:
        return []
    months = list(course.readings.months)
    span = rule.months
    alive = np.flatnonzero(np.isfinite(draws).all(axis=0))
    if len(alive) < 2 * span:
        return []
    centre = np.full(draws.shape[1], np.nan)
    centre[alive] = np.median(draws[:, alive], axis=0)
    steps = [
        centre[at : at + span].mean() - centre[at - span : at].mean()
        for at in range(alive[0] + span, len(centre) - span + 1)
    ]
    spread = float(np.std(steps)) if len(steps) > span else 0.0
    if spread <= 0:
        return []
    found = []
    for day, name in _occasions(rule, course, course.case):
        label = f"{day:%Y-%m}"
        if label not in months:
            continue
        at = months.index(label)
        if at - span < alive[0] or at + span > len(months):
            continue
        change = (draws[:, at : at + span].mean(1) - draws[:, at - span : at].mean(1)) / spread
        size = np.abs(change) if rule.absolute else change
        centre_size = abs(float(np.median(change))) if rule.absolute else float(np.median(change))
        seen = rule.present.holds(centre_size)
        if seen == rule.absent.holds(centre_size):
            continue
        # draws between the two bounds say nothing; noise alone makes an absolute change large
        said = [np.mean([each.holds(v) for v in size]) for each in (rule.present, rule.absent)]
        sure = float(said[0 if seen else 1] / max(sum(said), 1e-9))
        if sure < _LEAST:
            continue
        found.append(
            Finding(
                test,
                day,
                seen,
                _either(sure, course.truth),
                f"occasion:{name}:{label}",
                f"{name}, {label}: {rule.reading} changed by {float(np.median(change)):+.1f} "
                f"standard deviations over {span} months", (),
            )
        )  # fmt: skip
    return found


def _occasions(rule: AroundRule, course: Course, case: Case) -> list[tuple[dt.date, str]]:
    if rule.occasions == "leaders":
        return [(each.since, each.name) for each in case.leaders]
    kinds, names = case.crisis_kinds, {each.id: each.name for each in case.crises}
    return [
        (day, names.get(crisis, crisis))
        for day, crisis in course.crises
        if kinds.get(crisis, "other") in rule.crises
    ]


def yearly(test: str, rule: YearlyRule, course: Course) -> list[Finding]:
    """Return for every year of an indicator whether its value lies within the declared bounds."""
    found = []
    for series in course.panel.of(rule.indicator):
        if rule.unit not in {"", series.unit}:
            continue
        for each in series.observations:
            seen, unseen = rule.present.holds(each.value), rule.absent.holds(each.value)
            if seen == unseen or not _whole(each):
                continue
            found.append(
                Finding(
                    test, each.start + (each.end - each.start) // 2, seen, course.truth,
                    f"{series.id}:{each.label}",
                    f"{series.definition.name}, {each.label}: {each.value:g} {series.unit}",
                    each.evidence[:6],
                )
            )  # fmt: skip
    return found


def parallel(test: str, rule: ParallelRule, course: Course) -> list[Finding]:
    """Return for every year whether the dyad moved with those that it is compared with."""
    if course.comparison is None:
        return []
    dyads = course.comparison.dyads
    own = [each for each in dyads if each.key == course.panel.dyad.key]
    others = [each for each in dyads if each.key != course.panel.dyad.key]
    if not own or len(others) < 2:
        return []

    def by_year(points: Sequence[object]) -> dict[str, float]:
        return {
            point.period: point.value  # type: ignore[attr-defined]
            for point in points
            if point.value is not None  # type: ignore[attr-defined]
        }

    mine = by_year(own[0].readings.get(rule.reading, []))
    theirs = [by_year(each.readings.get(rule.reading, [])) for each in others]
    found = []
    for year, value in mine.items():
        before = f"{int(year[:4]) - 1}{year[4:]}"
        moves = [each[year] - each[before] for each in theirs if year in each and before in each]
        if before not in mine or len(moves) < 2:
            continue
        move, other = value - mine[before], float(np.mean(moves))
        if min(abs(move), abs(other)) < rule.least:
            continue
        found.append(
            Finding(
                test, dt.date(int(year[:4]), 7, 1), move * other > 0, course.truth,
                f"panel:{year}",
                f"{rule.reading} on the panel moved by {move:+.0f} points in {year}, the dyads "
                f"beside it by {other:+.0f} on average", (),
            )
        )  # fmt: skip
    return found


def _whole(each: Observation) -> bool:
    """Return whether an observation is of a whole year."""
    return (each.end - each.start).days >= 360


def _either(sure: float, truth: float) -> float:
    """Return the probability that a finding is right whose draws and series are both in doubt."""
    return sure * truth + (1 - sure) * (1 - truth)
