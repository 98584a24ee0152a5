"""Aggregates: what they give on a handful of rows."""

from __future__ import annotations

import math

import pytest


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("count()", 4),
        ("count(rows)", 5),
        ('count(polarity == "tension")', 1),
        ("count(distinct(domain))", 2),
        ('count(distinct(domain), polarity == "tension")', 1),
        ('share(polarity == "tension")', 0.25),
        ("sum(intensity)", 7),
        ('sum(intensity, polarity == "cooperation")', 9),
        ("sum(intensity * 2 - 1)", 11),
        ("mean(intensity)", 7 / 3),
        ('mean(intensity, polarity == "tension")', -2),
        ("min(intensity)", -2),
        ("max(intensity)", 6),
        ("count() / 2", 2),
        ("-count() + 3 * 2", 2),
        ("log(count())", math.log(4)),
        ('count(polarity == "tension") / count()', 0.25),
        ("last(intensity)", 6),
        ('last(intensity, polarity == "tension")', -2),
    ],
)
def test_values(view, define, values, value, expected):
    view.event("2020-01-05", intensity=3.0, independence_group="g")
    view.event("2020-01-05", intensity=1.0, independence_group="g", credibility_now=3)
    view.event("2020-02-05", intensity=-2.0, polarity="tension", domain="nuclear")
    view.event("2020-03-05", intensity=6.0)
    view.event("2020-03-04", intensity=None)
    measure = {"table": "events", "value": value, "by": "year", "variance": "fixed"}
    assert values(define(measure))["mutual"]["2020"] == pytest.approx(expected)


@pytest.mark.parametrize(
    "value", ["log(sum(intensity))", "1 / count(domain == 'nuclear')", "mean(quantity)"]
)
def test_a_value_that_does_not_exist_is_missing(view, define, values, value):
    view.event("2020-01-05", intensity=0.0)
    measure = {"table": "events", "value": value, "by": "year", "variance": "fixed"}
    assert values(define(measure)) == {}


def test_the_variance_of_a_mean_is_pooled_over_periods(view, define, run):
    for year, spread in ((2020, 1.0), (2021, 3.0)):
        for sign in (-1, 0, 1):
            view.event(f"{year}-0{sign + 2}-05", intensity=2.0 + sign * spread)
    view.event("2022-03-05", intensity=2.0)
    measure = {"table": "events", "value": "mean(intensity)", "by": "year", "variance": "sample"}
    (series,) = run(define(measure)).series
    pooled = (2 * 1.0 + 2 * 9.0) / 4
    assert [item.sd for item in series.observations] == [
        pytest.approx(math.sqrt(pooled / n)) for n in (3, 3, 1)
    ]


def test_noise_of_a_log_rate_follows_its_count(view, define, run):
    for year, count in (("2020", 2), ("2021", 200)):
        view.add("dyad_counts", year, source="icews", actor="RUS", recipient="IRN", period=year,
                 verbal_cooperation=count, material_cooperation=0, verbal_conflict=0,
                 material_conflict=0)  # fmt: skip
    measure = {"table": "dyad_counts", "value": "log(sum(cooperation) + 0.5)", "by": "year",
               "count_of": "sum(cooperation)", "variance": "fixed"}  # fmt: skip
    (series,) = run(define(measure), with_case=False).series
    first, second = (item.sd for item in series.observations)
    assert first == pytest.approx(math.sqrt(1 / 2.5 + 0.1))
    assert first > second > math.sqrt(0.1)
