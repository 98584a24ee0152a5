from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.models._protocol import HORIZONS, Ahead
from comity.models.moves import (
    MovePriors,
    compare_lengths,
    is_due,
    move_tails,
    muting,
    usual_change,
)
from comity.models.outlook import Hazard, simulate_futures, simulate_shocks
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


def tails_of(past):
    return move_tails(past, np.ones(past.shape), MovePriors())


def overlapping(steps):
    """Return moves over twelve months, by month of their start, of unit variance."""
    path = np.cumsum(steps, axis=1)
    return (path[:, 12:] - path[:, :-12]) / np.sqrt(12.0)


def test_moves_of_the_expected_size_are_found_to_be_so():
    past = overlapping(np.random.default_rng(0).standard_normal((4, 960)))
    found = tails_of(past)
    assert np.exp(found.centre) == pytest.approx(np.ones(4), abs=0.25)
    assert found.degrees[-1] > 0.3
    assert (np.exp(tails_of(2.0 * past).centre) > 1.5).all()


def test_heavy_tails_are_learnt_not_declared():
    rng = np.random.default_rng(0)
    # abrupt years: one in ten moves by five times the rest
    years = rng.standard_normal((4, 80)) * np.where(rng.random((4, 80)) < 0.1, 5.0, 1.0)
    abrupt = np.zeros((4, 960))
    abrupt[:, ::12] = years
    assert tails_of(overlapping(abrupt)).degrees[-1] < 0.02
    one = tails_of(np.full((1, 1), np.nan))
    assert one.degrees[-1] == pytest.approx(0.5)  # nothing seen: the prior


def test_months_in_which_nothing_is_expected_are_no_evidence_of_calm():
    past = np.tile([0.0, 1.0, -1.0, 0.0], 60)[None]
    expected = np.tile([0.01, 1.0, 1.0, 0.01], 60)[None]
    found = move_tails(past, expected, MovePriors())
    assert np.exp(found.centre[0]) == pytest.approx(1.0, abs=0.02)


def moving(steps):
    """Return a reading's start whose line made these monthly steps, of unit variance expected."""
    means = np.cumsum(steps)[None]
    return Ahead(
        level=np.zeros(1),
        step=np.ones(1),
        first=0,
        means=means,
        share=np.ones(means.shape),
        expected={span: np.full(len(steps) - span, float(span)) for span in HORIZONS},
    )


def test_moves_that_go_on_make_two_years_larger_than_one_leads_to_expect():
    rng = np.random.default_rng(0)
    free = rng.standard_normal(480)
    trend = 0.3 * rng.standard_normal(480) + rng.standard_normal(10).repeat(48)
    back = np.diff(rng.standard_normal(481))
    found = compare_lengths([moving(each) for each in (free, trend, back)], MovePriors())
    two = np.exp(found.centre[HORIZONS.index(24)])
    assert two[0] == pytest.approx(1.0, abs=0.12)
    assert two[1] > 1.15
    assert two[2] < 0.85
    assert (found.centre[HORIZONS.index(12)] == 0.0).all()
    short = compare_lengths([moving(trend[:60])], MovePriors())
    last = HORIZONS.index(24)
    assert short.spread[last, 0] > found.spread[last, 0], "a short record leaves the prior's doubt"


def test_half_a_year_is_muted_by_what_is_due_in_it():
    """Values come in December only: from June to December the line moves, after it does not."""
    start = moving(np.zeros(240))
    ends = (np.arange(240 - 6) + 6) % 12
    due = {**start.expected, 6: np.where(ends < 6, 12.0, 0.0)}
    december, june = (
        replace(start, expected={**due, 6: np.roll(due[6], shift)}) for shift in (0, 6)
    )
    assert muting(december, 6)[0] == pytest.approx(np.sqrt(2.0))
    assert muting(june, 6)[0] == 0.0, "nothing is due: the line stands"
    assert is_due(december, 6)
    assert not is_due(june, 6)
    assert usual_change(june, 6) is None
    assert muting(december, 12)[0] == pytest.approx(1.0)


def test_where_no_value_is_due_the_line_stands_and_the_level_moves_on():
    """Four yearly items, read in December: nothing comes before July."""
    world = simulate_items(11, months=240, monthly=0, yearly=4)
    path = estimate_readings(world.months, world.items, seed=1, draws=100).paths["cohesion"]
    found = futures({"cohesion": path})
    half, year = HORIZONS.index(6), HORIZONS.index(12)
    assert found.due["cohesion"] == (False, True, True)
    assert not found.changes["cohesion"][half].any()
    assert np.ptp(found.lines["cohesion"][half]) == 0.0
    assert found.changes["cohesion"][year].std() > 0.0
    # the level goes on all the same, and its chance of a rise is not 0
    assert np.ptp(found.levels["cohesion"][half]) > 0.0
    assert 0.2 < found.rises("cohesion")[half] < 0.8


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
