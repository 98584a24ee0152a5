"""Known sampling variance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.indicators.definition import Measure
from comity.indicators.sampling import (
    Sample,
    balance_sd,
    binomial_sd,
    poisson_sd,
    pooled_variance,
    sampling_sd,
)


@given(st.floats(0, 1), st.floats(0, 1e6))
def test_a_share_is_never_certain(share, trials):
    assert 0 < binomial_sd(share, trials) <= 0.5


@given(st.floats(0, 1), st.floats(1, 1e4))
def test_more_trials_never_widen_a_share_much(share, trials):
    assert binomial_sd(share, trials * 4) <= binomial_sd(share, trials) * 1.2


def test_overdispersion_bounds_what_many_trials_can_tell():
    assert binomial_sd(0.5, 1e6) == pytest.approx(0.05, rel=0.01)


@given(st.floats(0, 1e6))
def test_a_count_varies_at_least_as_poisson(count):
    assert poisson_sd(count) ** 2 >= count
    assert poisson_sd(count) >= 1


def test_the_balance_of_one_record_says_little():
    assert balance_sd(1, 0) > 0.8
    assert balance_sd(30, 0) < 0.2


def test_pooled_variance_needs_three_degrees_of_freedom():
    assert pooled_variance([Sample(1.0, 3, variance=4.0)]) is None
    assert pooled_variance([Sample(1.0, 3, variance=4.0), Sample(1.0, 2, variance=1.0)]) == 3.0
    assert pooled_variance([Sample(1.0, 1, variance=None)]) is None


@pytest.mark.parametrize(
    ("variance", "sd", "expected"),
    [("fixed", 0.5, 0.5), ("fixed", None, None), ("sample", 2.0, 1.0), ("sample", None, None)],
)
def test_declared_deviation(variance, sd, expected):
    item = Measure(table="events", value="mean(intensity)", variance=variance, sd=sd)
    assert sampling_sd(item, Sample(3.0, 4), None) == expected


def test_doubt_about_the_records_widens():
    item = Measure(table="events", value="count()", variance="poisson")
    plain = sampling_sd(item, Sample(3.0, 3, credibility=1.5), None)
    doubtful = sampling_sd(item, Sample(3.0, 3, credibility=3.0), None)
    assert plain == sampling_sd(item, Sample(3.0, 3), None) == 2.0
    assert doubtful == 3.0
