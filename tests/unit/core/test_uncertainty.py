"""Draws and the intervals made of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import UsageError
from comity.core.uncertainty import Estimate, Interval

EVEN = np.arange(101.0)


def test_summaries_run_over_draws():
    estimate = Estimate(EVEN[:, None] * [1.0, 2.0], ("draw", "time"), {"time": ["2021", "2022"]})
    assert estimate.mean == pytest.approx([50, 100])
    assert estimate.median == pytest.approx([50, 100])
    assert estimate.sd == pytest.approx(EVEN.std() * np.array([1, 2]))
    assert estimate.quantile(0.25) == pytest.approx([25, 50])
    assert estimate.interval(0.8) == [Interval(10, 90, 0.8), Interval(20, 180, 0.8)]


def test_a_scalar_has_one_interval():
    assert Estimate(EVEN, ("draw",)).interval() == [Interval(10, 90, 0.8)]


def test_a_missing_cell_stays_missing():
    draws = EVEN[:, None] * [1.0, np.nan]
    first, second = Estimate(draws, ("draw", "time")).interval()
    assert first.lo == 10
    assert np.isnan([second.lo, second.hi]).all()


@pytest.mark.parametrize(
    ("shape", "dims"),
    [
        ((5, 2), ("draw",)),
        ((5,), ("draw", "time")),
        ((5,), ("time",)),
        ((5, 2), ("time", "draw")),
        ((), ()),
    ],
)
def test_dims_must_fit(shape, dims):
    with pytest.raises(UsageError, match="do not fit dims"):
        Estimate(np.zeros(shape), dims)


@pytest.mark.parametrize("level", [0, 1, -0.5, 80, float("nan")])
def test_a_level_is_a_probability(level):
    with pytest.raises(UsageError, match="between 0 and 1"):
        Estimate(EVEN, ("draw",)).interval(level)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40),
    st.floats(0.01, 0.98),
    st.floats(0.0, 0.01),
)
def test_a_wider_level_holds_the_narrower(draws, level, more):
    estimate = Estimate(np.array(draws), ("draw",))
    (inner,), (outer,) = estimate.interval(level), estimate.interval(level + more)
    assert min(draws) <= outer.lo <= inner.lo <= inner.hi <= outer.hi <= max(draws)
