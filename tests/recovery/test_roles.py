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
RETURNS = range(91_000, 91_080)


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


def returned(seed: int, back: dt.date | None):
    """Draws of a world whose trade turns round and back, and one more draw of it as the truth."""
    made = simulate_deliveries(seed, dt.date(2010, 6, 1), back=back)
    found = role_balance(made, MONTHS, seed=1, draws=300)["major_arms"].flips
    truth = role_balance(made, MONTHS, seed=seed, draws=1)["major_arms"].flips
    pair = []
    for flips in (found, truth):
        near = [f for f in flips if f.supplier_after == "b" and "2010-01" <= f.month < "2015-01"]
        pair.append(max(near, key=lambda f: f.probability) if near else None)
    return pair


def test_a_return_is_found_and_its_interval_holds_its_date():
    found, inside, right, delays = [], [], [], []
    for seed in RETURNS:
        flip, truth = returned(seed, dt.date(2017, 6, 1))
        over = flip is not None and flip.end.probability >= 0.5
        found.append(over)
        if over and truth is not None and truth.end.month is not None:
            inside.append(flip.end.lo80 <= truth.end.month < flip.end.hi80)
            right.append(flip.end.supplier == "a")
            delays.append(MONTHS.index(flip.end.month) - MONTHS.index("2017-06"))
    assert sum(found) / len(found) >= 0.9
    # dates are whole months: an interval holds a little more than it says
    assert 0.72 <= sum(inside) / len(inside) <= 0.95
    assert all(right)
    # supply has to fade before the role returns: late, never early
    assert min(delays) >= 0
    assert sorted(delays)[len(delays) // 2] <= 24


def test_a_lasting_flip_is_not_called_over():
    false = [
        flip.end.probability >= 0.5
        for flip, _ in (returned(seed, None) for seed in RETURNS)
        if flip is not None
    ]
    assert len(false) > 50
    assert sum(false) / len(false) <= 0.05


def test_an_end_of_all_supply_is_an_end_without_a_new_supplier():
    made = [d for d in simulate_deliveries(91_500, dt.date(2010, 6, 1)) if d.start.year < 2014]
    # supply fades for seven half-lives before it is no role
    (flip,) = role_balance(made, MONTHS, seed=1, draws=300, half_life=12)["major_arms"].flips
    assert flip.end.probability > 0.9
    assert flip.end.supplier is None
    assert flip.end.month > "2014-01"
