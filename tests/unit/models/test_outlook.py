from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.models._protocol import HORIZONS
from comity.models.outlook import (
    Hazard,
    MovePriors,
    move_tails,
    simulate_futures,
    simulate_shocks,
)
from comity.models.readings import estimate_readings
from comity.models.simulate import simulate_items

WORLD = simulate_items(5, months=240)
PATHS = estimate_readings(WORLD.months, WORLD.items, seed=1, draws=200).paths


def futures(paths=PATHS, **kwargs):
    found = simulate_futures(paths, seed=1, parameters=8, draws=1000, **kwargs)
    assert found is not None
    return found


def test_same_seed_same_futures():
    one, other = futures(), futures()
    assert np.array_equal(one.levels["cohesion"], other.levels["cohesion"])


@pytest.mark.parametrize("chance", [0.3, 0.5, 0.8])
def test_share_above_the_present_is_the_chance_of_a_rise(chance):
    path = replace(PATHS["cohesion"], p_rise_12m=chance)
    found = futures({"cohesion": path})
    rises = found.rises("cohesion")
    assert rises[HORIZONS.index(12)] == pytest.approx(chance, abs=0.001)
    # nothing more is known of the direction after twelve months, so that it counts for less
    assert abs(rises[HORIZONS.index(24)] - 0.5) <= abs(chance - 0.5) + 0.02


def test_doubt_grows_with_the_horizon_and_starts_from_the_present():
    path = PATHS["cohesion"]
    found = futures().levels["cohesion"]
    spread = [np.std(each) for each in found]
    assert spread[0] < spread[1] < spread[2]
    assert spread[0] > 0.8 * np.std(path.filtered[:, -1])
    lines = futures().lines["cohesion"]
    assert np.std(lines[0]) < spread[0]


def test_levels_and_lines_stay_on_their_scale():
    found = futures()
    for draws in (found.levels["cohesion"], found.lines["cohesion"]):
        assert draws.min() >= 0.0
        assert draws.max() <= 100.0


def test_a_short_record_is_not_forecast():
    short = simulate_items(5, months=72)
    paths = estimate_readings(short.months, short.items, seed=1, draws=50).paths
    assert paths["cohesion"].ahead is None
    assert simulate_futures(paths, seed=1) is None


def test_moves_of_the_expected_size_are_found_to_be_so():
    rng = np.random.default_rng(0)
    found = move_tails(rng.standard_normal((4, 80)), MovePriors())
    assert np.exp(found.centre) == pytest.approx(np.ones(4), abs=0.25)
    assert found.degrees[-1] > 0.3
    wide = move_tails(2.0 * rng.standard_normal((4, 80)), MovePriors())
    assert (np.exp(wide.centre) > 1.5).all()


def test_heavy_tails_are_learnt_not_declared():
    rng = np.random.default_rng(0)
    heavy = rng.standard_t(2.5, (4, 80)) / np.sqrt(5.0)
    assert move_tails(heavy, MovePriors()).degrees[-1] < 0.02
    one = move_tails(np.full((1, 1), np.nan), MovePriors())
    assert one.degrees[-1] == pytest.approx(0.5)  # nothing seen: the prior


def test_readings_that_moved_together_are_drawn_together():
    same = replace(PATHS["cohesion"])
    found = futures({"depth": same, "cohesion": same})
    r = np.corrcoef(found.changes["depth"][1].ravel(), found.changes["cohesion"][1].ravel())
    assert r[0, 1] > 0.5


def test_shocks_come_as_often_as_their_belief_says():
    found = futures()
    shocks = simulate_shocks({"x": Hazard(2.5, 40.0), "y": Hazard(0.5, 10.0)}, found, seed=1)
    for name, (events, years) in {"x": (2.5, 40.0), "y": (0.5, 10.0)}.items():
        for at, months in enumerate(found.horizons):
            exact = 1.0 - (years / (years + months / 12.0)) ** events
            # eight slices of the belief stand for all of it
            assert shocks[name][at].mean() == pytest.approx(exact, abs=0.02)
    assert shocks["x"][0].sum() < shocks["x"][2].sum()
    assert not (shocks["x"][0] & ~shocks["x"][2]).any(), "what has come stays"


def test_intervals_hold_the_level_that_comes():
    """Sixteen worlds: a wrong step size by a factor of two would fail."""
    held = []
    for seed in range(16):
        world = simulate_items(900 + seed, months=264)
        cut = [
            replace(item, values=item.values[:240], sd=item.sd[:240], span=item.span[:240])
            for item in world.items
        ]
        path = estimate_readings(world.months[:240], cut, seed=1, draws=100).paths["cohesion"]
        found = futures({"cohesion": path}).levels["cohesion"]
        slope, offset = np.polyfit(world.level[60:240], path.latent_mean[60:], 1)
        later = offset + slope * world.level[[245, 251, 263]]
        true = 100.0 * np.interp(later, path.reference, np.linspace(0, 1, 1001))
        low, high = np.quantile(found, [0.1, 0.9], axis=(1, 2))
        held.append((low <= true) & (true <= high))
    assert 0.6 <= np.mean(held) <= 0.95
