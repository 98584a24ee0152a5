"""Do forecasts hold what they say? Seeds here were not used to choose any constant."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest

from comity.judgement.scenarios import assign, judged_in, load_scenarios
from comity.models._protocol import HORIZONS
from comity.models.item_levels import ItemPriors, standardise
from comity.models.outlook import Hazard, simulate_futures, simulate_shocks
from comity.models.readings import estimate_readings
from comity.models.simulate import simulate_items

pytestmark = pytest.mark.slow
log = logging.getLogger(__name__)  # figures of the documentation: --log-cli-level=INFO

MONTHS = 300
WORLDS = 80
# twice the error of 80 worlds, and at six months the intervals are known to be somewhat narrow
KINDS = {
    "well-specified": ({}, 0.13),
    "autocorrelated": ({"rho": 0.6}, 0.14),
    "heavy tails of the noise": ({"tails": 3.0}, 0.14),
}


def cut(items):
    return [
        replace(x, values=x.values[:MONTHS], sd=x.sd[:MONTHS], span=x.span[:MONTHS]) for x in items
    ]


def run(seed, **kwargs):
    """Return futures, the path, and the true level in the units of the reading."""
    world = simulate_items(seed, months=MONTHS + HORIZONS[-1], **kwargs)
    items = cut(world.items)
    found = estimate_readings(world.months[:MONTHS], items, seed=1, draws=200)
    path = found.paths["cohesion"]
    futures = simulate_futures(found.paths, seed=1, parameters=16, draws=1000)
    # the units are known: each item was divided by its own
    slope = np.mean(1.0 / standardise(items, ItemPriors()).unit)
    offset = np.mean(path.latent_mean[60:] - slope * world.level[60:MONTHS])
    return futures, path, offset + slope * world.level


def coverage(kwargs, first, worlds=WORLDS):
    """Return the shares inside 50, 80 and 95 %, by horizon."""
    held = []
    for seed in range(first, first + worlds):
        futures, path, true = run(seed, **kwargs)
        later = true[[MONTHS - 1 + span for span in HORIZONS]]
        shown = 100.0 * np.interp(later, path.reference, np.linspace(0.0, 1.0, 1001))
        levels = futures.levels["cohesion"]
        inside = []
        for share in (0.5, 0.8, 0.95):
            low, high = np.quantile(levels, [(1 - share) / 2, (1 + share) / 2], axis=(1, 2))
            inside.append((low <= shown) & (shown <= high))
        held.append(inside)
    return np.mean(held, axis=0)


@pytest.mark.parametrize("name", KINDS)
def test_intervals_hold_the_level_that_comes(name):
    kwargs, tolerance = KINDS[name]
    found = coverage(kwargs, 81_000)
    log.info("%s: %s", name, np.round(found, 3).tolist())
    for share, row in zip((0.5, 0.8, 0.95), found, strict=True):
        assert row == pytest.approx(np.full(3, share), abs=tolerance)


def test_an_abrupt_shift_after_the_origin_is_not_held():
    """A misspecified truth: the level jumps right after the origin. What happens is reported."""
    missed = []
    for seed in range(82_000, 82_040):
        futures, path, true = run(seed)
        later = true[MONTHS + 11] + 1.5
        shown = 100.0 * np.interp(later, path.reference, np.linspace(0.0, 1.0, 1001))
        low, high = np.quantile(futures.levels["cohesion"][1], [0.1, 0.9])
        missed.append(not low <= shown <= high)
    log.info("a jump of 1.5 standard deviations: outside 80 %% in %.2f", np.mean(missed))
    assert np.mean(missed) > 0.2, "a jump that nothing foretold is outside more often than said"


def test_past_jumps_make_tails_heavy():
    heavy = {}
    for shift in (0.0, 2.5):
        heavy[shift] = [run(seed, shift=shift)[0].heavy_tails for seed in range(83_000, 83_030)]
    log.info("heavy tails: without %.2f, with a jump %.2f", *(np.mean(x) for x in heavy.values()))
    assert np.mean(heavy[0.0]) < 0.5
    assert np.mean(heavy[2.5]) > 0.8


def test_shares_of_scenarios_are_calibrated():
    """How often each scenario came, against how often it was said to come."""
    names = ("depth", "cohesion", "tension", "asymmetry")
    scenarios = [each for each in load_scenarios() if each.id != "S-SETTLEMENT"]
    hazards = {each.id: Hazard(0.5, 10.0) for each in scenarios if each.shock is not None}
    said, came = [], []
    at = HORIZONS.index(12)
    rng = np.random.default_rng(84_000)
    for seed in range(84_000, 84_060):
        items, whole = [], []
        for index, reads in enumerate(names):
            world = simulate_items(
                7 * seed + index, months=MONTHS + 12, reads=reads, monthly=3, yearly=1
            )
            whole += [replace(each, name=f"{reads}-{each.name}") for each in world.items]
        items = cut(whole)
        found = estimate_readings(world.months[:MONTHS], items, seed=1, draws=50)
        futures = simulate_futures(found.paths, seed=1, parameters=8, draws=500)
        can, _ = judged_in(scenarios, futures, hazards)
        shocks = simulate_shocks(hazards, futures, seed=1)
        share = [
            np.mean(assign(can, futures, found.paths, shocks)[at] == place)
            for place in range(len(can))
        ]
        # what came: the same items a year on, by the filter, on the scale of the origin
        later = estimate_readings(world.months, whole, seed=1, draws=50)
        truth = replace(
            futures,
            changes={
                name: np.full(
                    futures.shape,
                    later.paths[name].latent_mean[-1] - later.paths[name].latent_mean[-13],
                )
                for name in names
            },
        )
        struck = {
            name: np.full(futures.shape, rng.random() < 1 - (10 / 11) ** 0.5) for name in shocks
        }
        which = int(assign(can, truth, found.paths, struck)[at, 0, 0])
        said.append(share)
        came.append(np.arange(len(can)) == which)
    said, came = np.array(said), np.array(came, dtype=float)
    for place, each in enumerate(can):
        log.info("%s: said %.3f, came %.3f", each.id, said[:, place].mean(), came[:, place].mean())
    gap = np.abs(said.mean(axis=0) - came.mean(axis=0))
    # three standard errors of a share among 60 worlds, and what the priors pull
    assert (gap < 3 * np.sqrt(said.mean(axis=0) / len(said)) + 0.03).all(), gap.round(3)
