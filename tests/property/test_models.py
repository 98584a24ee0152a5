from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.period import month_range
from comity.models._protocol import Delivery
from comity.models.change_points import segment
from comity.models.factor import fit_factor
from comity.models.kalman import filter_levels, plan_spans
from comity.models.readings import estimate_readings
from comity.models.simulate import simulate_items, simulate_panel, simulate_phases
from comity.models.smoother import smooth
from comity.models.supplier_roles import role_balance

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=8, deadline=None)
MANY = settings(max_examples=40, deadline=None)
MONTHS = month_range(dt.date(2000, 1, 1), dt.date(2012, 12, 1))

DELIVERIES = st.lists(
    st.builds(
        lambda record, sign, at, days, size, p, flow: Delivery(
            record=f"r{record}",
            flow_class=flow,
            sign=sign,
            start=dt.date(1998, 1, 1) + dt.timedelta(days=at),
            end=dt.date(1998, 1, 1) + dt.timedelta(days=at + days),
            size=size,
            p_real=p,
        ),
        st.integers(0, 10_000),
        st.sampled_from([1, -1]),
        st.integers(0, 5_600),
        st.integers(1, 800),
        st.floats(0.1, 100.0),
        st.floats(0.0, 1.0),
        st.sampled_from(["major_arms", "uav_missiles", "energy"]),
    ),
    max_size=12,
    unique_by=lambda d: d.record,
)


@MANY
@given(DELIVERIES, SEEDS)
def test_exchanging_the_sides_mirrors_every_draw(deliveries, seed):
    one = role_balance(deliveries, MONTHS, seed=seed, draws=40)
    turned = [replace(d, sign=-d.sign) for d in reversed(deliveries)]
    other = role_balance(turned, MONTHS, seed=seed, draws=40)
    swap = {"a": "b", "b": "a"}
    assert set(one) == set(other)
    for name, path in one.items():
        np.testing.assert_array_equal(path.draws, -other[name].draws)
        mirrored = {
            (f.month, f.lo80, f.hi80, swap[f.supplier_before], swap[f.supplier_after])
            for f in other[name].flips
        }
        assert mirrored == {
            (f.month, f.lo80, f.hi80, f.supplier_before, f.supplier_after) for f in path.flips
        }
        assert {(x.month, swap[x.supplier]) for x in other[name].lapses} == {
            (x.month, x.supplier) for x in path.lapses
        }


@MANY
@given(DELIVERIES, SEEDS)
def test_roles_stay_in_bounds_and_dates_in_order(deliveries, seed):
    for path in role_balance(deliveries, MONTHS, seed=seed, draws=40).values():
        known = path.draws[np.isfinite(path.draws)]
        assert (np.abs(known) <= 1.0).all()
        for dated in (*path.flips, *path.lapses):
            assert dated.lo80 <= dated.month < dated.hi80
            assert 0.0 < dated.probability <= 1.0


@MANY
@given(SEEDS, st.integers(1, 12))
def test_a_gap_never_narrows(seed, span):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(1, 60))
    y[rng.random(y.shape) < rng.uniform(0, 0.9)] = np.nan
    spans = np.full(y.shape, span)
    gone = np.where(rng.random(y.shape) < 0.3, np.nan, y)
    plan = plan_spans(np.isfinite(y), spans)
    full = filter_levels(y, 0.5, 0.1, plan)
    holes = filter_levels(gone, 0.5, 0.1, plan)
    assert (holes.level_var >= full.level_var - 1e-9).all()
    assert (smooth(holes).level_var >= smooth(full).level_var - 1e-9).all()
    assert (smooth(full).level_var <= full.level_var + 1e-9).all()


@FEW
@given(SEEDS)
def test_readings_do_not_know_the_order_of_items_and_repeat_with_their_seed(seed):
    world = simulate_items(seed, months=120, monthly=2, yearly=2)
    shuffled = np.random.default_rng(seed).permutation(len(world.items))
    one = estimate_readings(world.months, world.items, seed=seed, draws=60)
    other = estimate_readings(world.months, [world.items[i] for i in shuffled], seed=seed, draws=60)
    path, again = one.paths["cohesion"], other.paths["cohesion"]
    np.testing.assert_array_equal(path.filtered, again.filtered)
    np.testing.assert_array_equal(path.smoothed, again.smoothed)
    assert one.diagnostics == other.diagnostics
    assert not np.array_equal(
        path.filtered,
        estimate_readings(world.months, world.items, seed=seed + 1, draws=60)
        .paths["cohesion"]
        .filtered,
        equal_nan=True,
    )


@FEW
@given(SEEDS, st.integers(30, 100))
def test_a_reading_that_is_no_longer_observed_widens(seed, cut):
    world = simulate_items(seed, months=120, monthly=2, yearly=1)
    items = [
        replace(item, values=np.where(np.arange(120) < cut, item.values, np.nan))
        for item in world.items
    ]
    path = estimate_readings(world.months, items, seed=1, draws=60).paths["cohesion"]
    assert (np.diff(path.latent_sd[cut - 1 :]) >= -1e-12).all()
    finite = path.filtered[:, np.isfinite(path.filtered[0])]
    assert finite.min() >= 0.0
    assert finite.max() <= 100.0


@FEW
@given(SEEDS)
def test_phases_do_not_know_the_order_of_items(seed):
    world = simulate_phases(seed, [60], months=120, items=6)
    one, _ = segment(world.months, world.items, seed=seed, draws=100)
    other, _ = segment(world.months, world.items[::-1], seed=seed, draws=100)
    assert one == other
    for point in one:
        assert point.lo80 <= point.month < point.hi80
        assert 0.5 <= point.probability <= 1.0


@FEW
@given(SEEDS)
def test_the_panel_estimator_repeats_and_turns_with_its_items(seed):
    values = simulate_panel(seed, months=90, items=5).values[None]
    one = fit_factor(values, seed=seed, draws=50)
    same = fit_factor(values, seed=seed, draws=50)
    np.testing.assert_array_equal(one.draws, same.draws)
    mirrored = fit_factor(-values, seed=seed)
    np.testing.assert_allclose(mirrored.mean, -one.mean, atol=1e-8)
    np.testing.assert_allclose(mirrored.sd, one.sd, atol=1e-8)
