"""Are the errors of item levels, alone and together, as large as the filters say?"""

from __future__ import annotations

import numpy as np
import pytest

from comity.models.item_levels import ItemPriors, fit_levels, standardise
from comity.models.shared_errors import common_steps, error_parts, shared_lift
from comity.models.simulate import simulate_items
from comity.models.smoother import smooth

MONTHS = 120


def drawn(levels, common):
    """Filter and smoother errors of 6,000 draws, dims (draw, item, time)."""
    parts = list(error_parts(levels, np.random.default_rng(2), 6000, common))
    return [np.moveaxis(np.concatenate(x, axis=1), 0, 2) for x in zip(*parts, strict=True)]


def fitted(seed=3, **kwargs):
    world = simulate_items(seed, months=MONTHS, **kwargs)
    data = standardise(world.items, ItemPriors())
    kinds = ["flow"] * len(world.items)
    levels = fit_levels(data, kinds, rng=np.random.default_rng(1), prior=ItemPriors())
    return levels, np.logical_or.accumulate(np.isfinite(data.z), axis=1)


def test_each_item_errs_as_its_own_filter_and_smoother_say():
    levels, _ = fitted()
    filtered, smoothed = drawn(levels, 0.9)
    said = np.mean([fit.level_var for fit in levels.filters], axis=0)
    np.testing.assert_allclose(filtered.var(axis=0), said, rtol=0.12)
    said = np.mean([smooth(fit).level_var for fit in levels.filters], axis=0)
    np.testing.assert_allclose(smoothed.var(axis=0), said, rtol=0.12)


@pytest.mark.parametrize("common", [0.0, 0.5, 0.95])
def test_the_lift_of_the_mean_is_that_of_the_draws(common):
    levels, _ = fitted()
    share = np.full(levels.known.shape, 1.0 / len(levels.known))
    filtered, _ = drawn(levels, common)
    found = (share * filtered).sum(axis=1).var(axis=0)
    alone = np.mean([fit.level_var for fit in levels.filters], axis=0)
    said = (share**2 * alone).sum(axis=0) * shared_lift(levels, share, common)
    np.testing.assert_allclose(found, said, rtol=0.15)
    assert found.mean() == pytest.approx(said.mean(), rel=0.03)


def test_the_lift_stays_sound_where_filters_follow_every_value():
    # autocorrelated noise passes for movement: gains near 1, in which rounding errors would grow
    for seed in (77_003, 77_015, 77_051):
        world = simulate_items(seed, months=240, rho=0.6)
        data = standardise(world.items, ItemPriors())
        levels = fit_levels(data, ["flow"] * 7, rng=np.random.default_rng(1), prior=ItemPriors())
        lift = shared_lift(levels, np.full(data.z.shape, 1.0 / 7.0), 1.0)
        assert lift.min() > 0.9
        assert lift.max() <= 7.0 + 1e-6


def test_items_with_one_level_are_told_from_items_with_none():
    no_prior = (0.5, 0.0)
    together, apart = [], []
    for seed in range(8):
        for own, found in ((0.0, together), (3.0, apart)):
            levels, alive = fitted(seed, own=own, yearly=2)
            found.append(common_steps(levels, alive, np.random.default_rng(1), no_prior))
    # of items whose own steps are three times as large, a tenth of a step is common
    assert np.median(together) > 0.75
    assert np.median(apart) < 0.35


def test_one_item_has_nothing_in_common():
    levels, alive = fitted(monthly=1, yearly=0)
    assert common_steps(levels, alive, np.random.default_rng(1), (0.5, 5.0)) == 0.5
    np.testing.assert_allclose(shared_lift(levels, np.ones((1, MONTHS)), 0.9), 1.0)
