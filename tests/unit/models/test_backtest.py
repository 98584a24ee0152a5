from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from comity.core.errors import NotEnoughObservations
from comity.models.backtest_panel import backtest_panel
from comity.models.backtest_readings import backtest_readings
from comity.models.forecast_scores import LEVELS, Forecasts, score
from comity.models.simulate import simulate_items


def panel(seed=0, dyads=120, time=24, step=0.2, pull=0.0):
    """Percentiles whose probits wander, and tend back by `pull` of their distance."""
    rng = np.random.default_rng(seed)
    x = np.zeros((dyads, time))
    x[:, 0] = rng.standard_normal(dyads)
    for t in range(1, time):
        x[:, t] = (1 - pull) * x[:, t - 1] + step * rng.standard_normal(dyads)
    return 100.0 * ndtr(x)


def run(values, years=1):
    return backtest_panel(values, np.ones(values.shape, dtype=bool), years)


def test_a_random_walk_cannot_be_beaten_and_is_covered():
    found = score(run(panel()), seed=1)
    assert found.skill_persistence[0] == pytest.approx(0.0, abs=0.02)
    assert found.covered80 == pytest.approx(0.80, abs=0.04)
    assert found.brier == pytest.approx(0.25, abs=0.01)
    assert sum(found.pit) == found.forecasts


def test_mean_reversion_is_learnt():
    found = score(run(panel(pull=0.4)), seed=1)
    assert found.brier < 0.24
    assert found.skill_persistence[1] > 0.0
    assert found.skill_persistence[1] <= found.skill_persistence[0] <= found.skill_persistence[2]


def test_the_future_cannot_change_a_forecast():
    values = panel()
    other = values.copy()
    other[:, 15:] = panel(seed=1)[:, 15:]
    one, two = run(values), run(other)
    # origins up to 13 forecast years up to 14, which are the same in both
    early = 120 * (14 - 8)
    for name in ("p_rise", "crps", "pit", "outcome"):
        assert np.array_equal(getattr(one, name)[:early], getattr(two, name)[:early])
    # the origin at 14 is scored on a changed year, but what it said is not changed
    at = slice(early, early + 120)
    assert np.array_equal(one.p_rise[at], two.p_rise[at])
    assert not np.array_equal(one.outcome[at], two.outcome[at])


def test_years_without_observation_are_not_outcomes():
    values = panel()
    observed = np.ones(values.shape, dtype=bool)
    observed[:, 20] = False
    whole, less = run(values), backtest_panel(values, observed, 1)
    assert len(less.dyad) == len(whole.dyad) - 120


def test_a_short_panel_is_refused():
    with pytest.raises(NotEnoughObservations, match="6 periods"):
        run(panel(time=6))


def test_the_bootstrap_draws_dyads_not_forecasts():
    one = run(panel(dyads=40))
    copies = Forecasts.joined([one, one, one, one])
    narrow, wide = score(one, seed=1), score(copies, seed=1)
    assert wide.skill_persistence == pytest.approx(narrow.skill_persistence, abs=1e-9)


def test_own_record_uses_only_what_lay_before_the_origin():
    world = simulate_items(7, months=240)
    changed = [
        replace(item, values=np.where(np.arange(240) > 212, -item.values, item.values))
        for item in world.items
    ]
    kwargs = {"seed": 1, "every": 12, "first": 200, "draws": 50}
    one = backtest_readings(world.months, world.items, **kwargs)
    two = backtest_readings(world.months, changed, **kwargs)
    six = one["cohesion", 6], two["cohesion", 6]
    # origin 200: the outcome at 206 lies before the change, that of origin 212 does not
    assert six[0].crps[0] == pytest.approx(six[1].crps[0])
    assert six[0].p_rise[:2] == pytest.approx(six[1].p_rise[:2])
    assert six[0].outcome[1] != six[1].outcome[1]


def test_quantiles_are_those_of_a_calibrated_score():
    assert len(LEVELS) == 99
    assert LEVELS[49] == 0.5


def test_half_a_year_is_no_skill_where_the_rival_knows_the_calendar_too():
    """Yearly values that come in December: from January to July nothing moves, and all know it."""
    world = simulate_items(11, months=300, monthly=0, yearly=4)
    january = backtest_readings(world.months, world.items, seed=1, every=24, first=192, draws=50)
    here = january["cohesion", 6]
    assert (here.outcome == here.present).all()
    assert np.abs(here.crps).max() < 1e-9, "neither the forecast nor its rivals expect a move"
    found = score(here, seed=1)
    assert found.directed == 0
    assert np.isnan(found.skill_persistence[0]), "no skill can be shown where nothing moves"


def test_origins_go_through_the_months_of_the_year():
    world = simulate_items(11, months=300, monthly=0, yearly=4)
    found = backtest_readings(world.months, world.items, seed=1, first=192, draws=50)
    six = found["cohesion", 6]
    moved = six.outcome != six.present
    assert moved.any()
    assert not moved.all()
    assert score(six, seed=1).directed == moved.sum()


def test_the_bootstrap_knows_that_dyads_share_states():
    """Skill that differs by state: 90 % intervals over dyads hold the truth too seldom."""
    held = {"dyads": 0, "states": 0}
    count, worlds = 30, 60
    pairs = np.array([(i, j) for i in range(count) for j in range(i)])
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        better = 0.2 * rng.standard_normal(count)
        crps = np.ones((len(pairs), 3))
        crps[:, 0] += better[pairs].sum(axis=1) + 0.1 * rng.standard_normal(len(pairs))
        blank = np.zeros(len(pairs))
        made = Forecasts(
            np.arange(len(pairs)), blank, blank + 1.0, blank + 0.5, blank + 0.5,
            np.ones((len(pairs), 3), dtype=bool), crps,
        )  # fmt: skip
        for name, states in (("dyads", None), ("states", pairs)):
            _, low, high = score(made, seed=1, rounds=200, states=states).skill_persistence
            held[name] += low <= 0.0 <= high
    assert held["dyads"] < 0.5 * worlds
    assert 0.8 * worlds <= held["states"] <= worlds
