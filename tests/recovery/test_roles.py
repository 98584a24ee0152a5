"""Are planted flips found, in the right direction, and dated? Fresh seeds."""

from __future__ import annotations

import datetime as dt

import pytest

from comity.core.period import month_range
from comity.models.simulate import simulate_deliveries
from comity.models.supplier_roles import role_balance

pytestmark = pytest.mark.slow

MONTHS = month_range(dt.date(2000, 1, 1), dt.date(2024, 12, 1))
SEEDS = range(90_000, 90_060)


def test_a_flip_is_found_soon_after_the_trade_turns_round():
    delays, directions = [], []
    for seed in SEEDS:
        made = simulate_deliveries(seed, dt.date(2015, 6, 1))
        flips = role_balance(made, MONTHS, seed=1, draws=300)["major_arms"].flips
        turned = [f for f in flips if f.supplier_after == "b" and f.month >= "2015-01"]
        directions.append(len(turned) == 1)
        if turned:
            delays.append(MONTHS.index(turned[0].month) - MONTHS.index("2015-06"))
    # the sum of the past must fade before the role turns: late, never early
    assert sum(directions) / len(directions) >= 0.9
    assert min(delays) >= 0
    assert sorted(delays)[len(delays) // 2] <= 24


def test_no_flip_where_one_side_supplies_throughout():
    for seed in SEEDS:
        made = simulate_deliveries(seed, dt.date(2030, 1, 1))
        assert role_balance(made, MONTHS, seed=1, draws=200)["major_arms"].flips == ()


def test_doubtful_deliveries_give_doubtful_flips():
    made = simulate_deliveries(90_100, dt.date(2015, 6, 1))
    sure = role_balance(made, MONTHS, seed=1, draws=400)["major_arms"].flips
    doubtful = [d if d.sign > 0 else d.__class__(**{**d.__dict__, "p_real": 0.05}) for d in made]
    unsure = role_balance(doubtful, MONTHS, seed=1, draws=400)["major_arms"].flips
    assert sum(f.probability for f in unsure) < sum(f.probability for f in sure)
