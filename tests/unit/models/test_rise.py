"""The chance of a rise: no chance in it, the same from either side, and no jump."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.models.outlook import simulate_futures
from comity.models.readings import estimate_readings
from comity.models.rise import _kept, chance_of_rise
from comity.models.simulate import simulate_items

ASYM = simulate_items(21, months=240, reads="asymmetry")
DEPTH = simulate_items(22, months=240, reads="depth")


def paths(items, seed=1):
    return estimate_readings(ASYM.months, items, seed=seed, draws=60).paths


def both(turn=1.0, rename=str):
    """Return items of two readings as seen by the state that is named first."""
    asym = [
        replace(each, name=rename(f"asymmetry-{each.name}"), values=turn * each.values)
        for each in ASYM.items
    ]
    return asym + [replace(each, name=rename(f"depth-{each.name}")) for each in DEPTH.items]


def test_no_seed_changes_it():
    said = [
        {name: path.p_rise_12m for name, path in paths(both(), seed).items()} for seed in (1, 7)
    ]
    assert said[0] == said[1]


def test_the_state_that_is_named_first_does_not_change_what_is_said():
    """Named the other way round, items are called otherwise and balances have the other sign."""
    one, other = paths(both()), paths(both(-1.0, lambda name: name[::-1]))
    assert one["depth"].p_rise_12m == other["depth"].p_rise_12m
    assert np.array_equal(one["depth"].filtered, other["depth"].filtered, equal_nan=True)
    mine, theirs = one["asymmetry"], other["asymmetry"]
    assert mine.p_rise_12m == pytest.approx(1.0 - theirs.p_rise_12m, abs=1e-12)
    assert np.array_equal(mine.latent_mean, -theirs.latent_mean, equal_nan=True)
    assert np.array_equal(mine.filtered, -theirs.filtered, equal_nan=True)
    futures = [simulate_futures(each, seed=1, parameters=4, draws=400) for each in (one, other)]
    here, there = (each.changes for each in futures)
    assert np.allclose(here["depth"], there["depth"], rtol=0, atol=1e-12)
    assert np.allclose(here["asymmetry"], -there["asymmetry"], rtol=0, atol=1e-9)


def wandering(seed, months, back):
    rng = np.random.default_rng(seed)
    path = np.zeros(months)
    for t in range(1, months):
        path[t] = back * path[t - 1] + rng.standard_normal()
    return path


def test_a_hair_more_or_less_of_skill_is_no_jump():
    """Departures that grow past the size at which their Brier score is that of one half."""
    rng = np.random.default_rng(3)
    away = rng.normal(0.0, 0.1, 400)
    came = np.where(rng.random(400) < 0.5 + 1.5 * away, 0.5, -0.5)
    sizes = np.linspace(0.2, 4.0, 381)
    brier = np.array([np.mean((size * away - came) ** 2) for size in sizes])
    assert brier.min() < 0.25 < brier.max()
    kept = np.array([_kept(size * away, came) for size in sizes])
    assert np.abs(np.diff(kept)).max() < 0.05
    assert _kept(-away, came) == 0.0, "departures that went the wrong way"


def test_what_is_kept_pays_where_there_is_direction_and_costs_little_where_there_is_none():
    """Brier score against always saying one half, 150 records each, twelve months held out."""
    skill = {}
    for back in (1.0, 0.96):
        said, rose = [], []
        for seed in range(150):
            path = wandering(1000 + seed, 372, back)
            said.append(chance_of_rise(path[:360], path[359:360]).p)
            rose.append(path[371] > path[359])
        skill[back] = 1.0 - np.mean((np.array(said) - np.array(rose)) ** 2) / 0.25
    assert skill[0.96] > 0.02
    assert skill[1.0] > -0.02
