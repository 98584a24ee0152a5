from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.core.errors import ModelError, UsageError
from comity.models.change_points import segment
from comity.models.simulate import simulate_phases

WORLD = simulate_phases(5, [90, 200], months=300)


def test_finds_planted_boundaries_with_intervals_and_movers():
    found, behind = segment(WORLD.months, WORLD.items, seed=1, draws=500)
    assert len(found) == 2
    for point, truth in zip(found, [90, 200], strict=True):
        assert abs(WORLD.months.index(point.month) - truth) <= 2
        assert point.lo80 <= point.month < point.hi80
        assert point.probability > 0.9
        size = [abs(change) for _, change in point.movers]
        assert size == sorted(size, reverse=True)
    assert behind.starts[0] == 0
    assert sum(behind.phases.values()) == pytest.approx(1.0)
    assert behind.boundary_probability.max() <= 1.0


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_noise_alone_has_one_phase(rho):
    world = simulate_phases(6, [], rho=rho)
    found, behind = segment(world.months, world.items, seed=1, draws=300)
    assert found == []
    assert behind.phases[1] > 0.5


def test_yearly_items_leave_the_month_open():
    yearly = []
    for item in WORLD.items:
        values = np.full(300, np.nan)
        ends = np.arange(11, 300, 12)
        values[ends] = [np.nanmean(item.values[at - 11 : at + 1]) for at in ends]
        span = np.where(np.isfinite(values), 12, 1)
        yearly.append(replace(item, values=values, span=span))
    found, _ = segment(WORLD.months, yearly, seed=1, draws=500)
    assert len(found) == 2
    low, high = (WORLD.months.index(found[0].lo80), WORLD.months.index(found[0].hi80))
    assert high - low >= 8
    assert low - 3 <= 90 <= high + 3


def test_one_wild_value_is_no_phase():
    items = []
    for item in simulate_phases(7, [], items=4).items:
        values = item.values.copy()
        values[150] = 60.0
        items.append(replace(item, values=values))
    found, _ = segment(WORLD.months, items, seed=1, draws=200)
    assert found == []


def test_shortest_phase_and_most_phases_hold():
    _, behind = segment(WORLD.months, WORLD.items, seed=1, draws=200, max_phases=2)
    assert max(behind.phases) <= 2
    _, long = segment(WORLD.months, WORLD.items, seed=1, draws=200, min_months=100)
    assert np.diff([*long.starts, 300]).min() >= 100


def test_nothing_to_segment():
    assert segment(WORLD.months, [], seed=1)[0] == []
    few = [replace(WORLD.items[0], values=np.r_[np.full(298, np.nan), [1.0, 2.0]])]
    assert segment(WORLD.months, few, seed=1)[0] == []
    assert segment(WORLD.months[:4], [], seed=1)[0] == []
    with pytest.raises(UsageError, match="positive"):
        segment(WORLD.months, [], seed=1, max_phases=0)
    with pytest.raises(ModelError, match="values for"):
        segment(WORLD.months[:10], WORLD.items, seed=1)
