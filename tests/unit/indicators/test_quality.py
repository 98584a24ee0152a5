"""What is said about an indicator itself."""

from __future__ import annotations

import datetime as dt

import pytest

from comity.core.dyad import Dyad
from comity.core.framework import DiscriminatingTest
from comity.indicators.panel import Coverage, IndicatorSeries, Observation, Panel
from comity.indicators.quality import (
    diagnosticity,
    disagreements,
    flag,
    is_stale,
    next_expected,
    z_own,
)

MEASURE = {"table": "events", "value": "count()", "by": "year"}


@pytest.fixture
def series(define):
    def make(values, *, table="events", months=12, last=2022, **fields):
        first = last - len(values) + 1
        observations = tuple(
            Observation(
                dt.date(first + i, 1, 1), dt.date(first + i + 1, 1, 1), str(first + i), value,
                None, 1, (), dt.date(first + i + 1, 1, 1),
            )
            for i, value in enumerate(values)
        )  # fmt: skip
        end = observations[-1].end if observations else None
        start = observations[0].start if observations else None
        return IndicatorSeries(
            define(MEASURE, **fields), "mutual", "", "identity", False, observations,
            Coverage(start, end, len(values)), table=table, months=months,
        )  # fmt: skip

    return make


def test_unusual_against_own_history(series):
    quiet = series([1.0, 2.0, 1.0, 3.0, 2.0, 1.0, 2.0, 2.0])
    assert abs(z_own(quiet)) < 1
    assert flag(quiet) == ""
    assert flag(series([1.0, 2.0, 1.0, 3.0, 2.0, 1.0, 2.0, 9.0])) == "high"
    assert flag(series([1.0, 2.0, 1.0, 3.0, 2.0, 1.0, 2.0, -9.0])) == "low"


def test_short_or_flat_histories_have_no_score(series):
    assert z_own(series([1.0] * 7)) is None
    assert z_own(series([1.0] * 9)) is None
    assert z_own(series([0.0] * 7 + [4.0, 0.0, 4.0])) > 2  # the median hardly varies


def test_stale_after_two_releases_and_the_lag(series):
    yearly = series([1.0], cadence="Y", publication_lag_days=30)
    assert not is_stale(yearly, dt.date(2025, 2, 1))
    assert is_stale(yearly, dt.date(2025, 4, 1))
    eventful = series([1.0], cadence="E")
    assert not is_stale(eventful, dt.date(2025, 12, 1))
    assert is_stale(eventful, dt.date(2026, 6, 1))
    assert is_stale(series([]), dt.date(2022, 1, 1))


def test_the_next_release(series):
    yearly = series([1.0], cadence="Y", publication_lag_days=30)
    assert next_expected(yearly) == dt.date(2024, 1, 31)
    assert next_expected(series([1.0], cadence="E")) is None


def test_diagnosticity_is_the_largest_spread_of_its_tests(define):
    tests = {
        name: DiscriminatingTest(
            id=name, text="", indicators=[indicator], expected={"H0": -rating, "H1": rating},
            author="",
        )
        for name, indicator, rating in (
            ("E1", "POL-99", 0), ("E2", "POL-99", 1), ("E3", "POL-01", 2),
        )
    }  # fmt: skip
    assert diagnosticity(define(MEASURE), tests) == 1
    assert diagnosticity(define(MEASURE, id="DOM-99"), tests) is None


def test_two_measures_of_one_indicator_are_compared(series):
    used, other = series([1.0, 2.0, 3.0, 4.0, 5.0]), series([5, 4, 3, 2, 1.0], table="dyad_counts")
    panel = Panel(Dyad("RUS", "IRN"), dt.date(2023, 1, 1), (used,), {}, alternates=(other,))
    (found,) = disagreements(panel)
    assert (found.used, found.other, found.periods) == ("events", "dyad_counts", 5)
    assert found.correlation == pytest.approx(-1.0)
    assert disagreements(panel, least=6) == ()
    flat = series([1.0] * 5, table="media_events")
    panel = Panel(Dyad("RUS", "IRN"), dt.date(2023, 1, 1), (used,), {}, alternates=(flat,))
    assert disagreements(panel) == ()
