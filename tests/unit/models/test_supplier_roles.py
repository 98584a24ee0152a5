from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from comity.core.errors import ModelError, UsageError
from comity.core.period import month_range
from comity.models._protocol import Delivery
from comity.models.supplier_roles import role_balance

MONTHS = month_range(dt.date(2000, 1, 1), dt.date(2024, 12, 1))


def delivery(record, sign, start, end, size=1.0, p=0.95, flow_class="major_arms"):
    return Delivery(record, flow_class, sign, start, end, size, p)


def year(record, sign, first, **kwargs):
    return delivery(record, sign, dt.date(first, 1, 1), dt.date(first + 1, 1, 1), **kwargs)


TURN = [
    *(year(f"old-{y}", 1, y) for y in range(2010, 2020)),
    *(delivery(f"new-{i}", -1, dt.date(2022, 8, 1), dt.date(2022, 9, 1)) for i in range(4)),
]


def test_a_supplies_b_is_positive():
    path = role_balance([year("one", 1, 2010)], MONTHS, seed=1, draws=200)["major_arms"]
    at = MONTHS.index("2011-01")
    assert np.nanmedian(path.draws[:, at]) > 0.5
    assert path.records == ("one",)


def test_no_role_is_not_balance():
    path = role_balance([year("one", 1, 2004)], MONTHS, seed=1, draws=200)["major_arms"]
    assert np.isnan(path.draws[:, MONTHS.index("2003-12")]).all()
    assert np.isnan(path.draws[:, -1]).all()
    (lapse,) = path.lapses
    assert lapse.supplier == "a"
    assert "2008" < lapse.month < "2013"
    assert lapse.lo80 <= lapse.month < lapse.hi80


def test_a_flip_is_dated_with_its_interval_and_direction():
    path = role_balance(TURN, MONTHS, seed=1, draws=400)["major_arms"]
    (flip,) = path.flips
    assert (flip.supplier_before, flip.supplier_after) == ("a", "b")
    assert flip.month == "2022-08"
    assert flip.lo80 <= flip.month < flip.hi80
    assert flip.probability > 0.8


def test_a_flip_that_lasts_is_not_over():
    (flip,) = role_balance(TURN, MONTHS, seed=1, draws=400)["major_arms"].flips
    assert flip.end.probability < 0.05
    assert (flip.end.month, flip.end.lo80, flip.end.hi80, flip.end.supplier) == (None,) * 4


def test_a_return_of_the_old_supplier_is_dated_and_is_the_next_flip():
    back = [delivery(f"back-{i}", 1, dt.date(2023, 10, 1), dt.date(2023, 11, 1)) for i in range(12)]
    first, second = role_balance([*TURN, *back], MONTHS, seed=1, draws=400)["major_arms"].flips
    assert first.end.probability > 0.95
    assert (first.end.month, first.end.supplier) == ("2023-10", "a")
    assert first.end.lo80 <= first.end.month < first.end.hi80
    assert (second.month, second.supplier_after) == (first.end.month, "a")
    assert second.end.probability < 0.05


def test_a_pause_is_no_end_but_silence_to_the_last_month_is():
    old = [year(f"old-{y}", 1, y) for y in (2004, 2005)]
    new = [year(f"new-{y}", -1, y) for y in (2008, 2009)]
    again = [year(f"again-{y}", -1, y) for y in range(2014, 2025)]
    options = {"seed": 1, "draws": 300, "half_life": 6.0}
    (paused,) = role_balance([*old, *new, *again], MONTHS, **options)["major_arms"].flips
    (silent,) = role_balance([*old, *new], MONTHS, **options)["major_arms"].flips
    assert paused.end.probability < 0.05
    assert silent.end.probability > 0.95
    assert silent.end.supplier is None
    assert "2011" < silent.end.month < "2013"


def test_a_doubtful_delivery_gives_a_doubtful_flip():
    doubtful = [*TURN[:10], replace(TURN[10], p_real=0.4, size=5.0)]
    (flip,) = role_balance(doubtful, MONTHS, seed=1, draws=1000)["major_arms"].flips
    assert flip.probability == pytest.approx(0.4, abs=0.08)


def test_a_short_run_is_no_flip():
    blip = [
        *TURN[:10],
        delivery("blip", -1, dt.date(2019, 3, 1), dt.date(2019, 3, 2), size=2.6, p=1.0),
        delivery("back", 1, dt.date(2019, 5, 1), dt.date(2019, 5, 2), size=20.0, p=1.0),
    ]
    assert role_balance(blip, MONTHS, seed=1, draws=200)["major_arms"].flips == ()


def test_aggregate_adds_classes_by_typical_deliveries():
    drones = [
        delivery(
            f"uav-{i}", -1, dt.date(2022, 9, 1), dt.date(2022, 10, 1), flow_class="uav_missiles"
        )
        for i in range(6)
    ]
    arms = [year(f"arms-{y}", 1, y, size=300.0) for y in range(2005, 2019)]
    alone = role_balance(arms, MONTHS, seed=1, draws=100)
    assert set(alone) == {"major_arms", "arms"}
    both = role_balance(arms + drones, MONTHS, seed=1, draws=400)
    assert set(both) == {"major_arms", "uav_missiles", "arms"}
    assert [f.supplier_after for f in both["arms"].flips] == ["b"]
    assert both["major_arms"].flips == ()


def test_before_and_after_the_grid():
    early = [year("early", 1, 1999)]
    path = role_balance(early, MONTHS, seed=1, draws=50)["major_arms"]
    assert np.nanmean(path.draws[:, 0]) > 0.5
    late = role_balance([year("late", 1, 2030)], MONTHS, seed=1, draws=50)["major_arms"]
    assert np.isnan(late.draws).all()
    assert role_balance([], MONTHS, seed=1) == {}


def test_errors_teach():
    with pytest.raises(UsageError, match="consecutive"):
        role_balance([], ["2000-01", "2000-03"], seed=1)
    with pytest.raises(UsageError, match="half-life"):
        role_balance([], MONTHS, seed=1, half_life=0)
    for wrong in ({"sign": 0}, {"size": -1.0}, {"p_real": 1.5}, {"end": dt.date(1990, 1, 1)}):
        with pytest.raises(ModelError, match="cannot be meant"):
            role_balance([replace(TURN[0], **wrong)], MONTHS, seed=1)
