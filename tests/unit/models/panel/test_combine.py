from __future__ import annotations

import numpy as np
import pytest

from comity.models.panel.combine import percentile, scale_item, signed_percentile
from comity.models.panel.items import DyadItem
from comity.models.panel.levels import LevelParameters, run_levels

PARAMETERS = LevelParameters(0.1, 0.3, 0.0, 1.0)


def scaled(y, doubt=0.0, kept=0.0, *, signed=False):
    none = np.zeros_like(y)
    item = DyadItem(y, none, none + 1.0, none + doubt, is_signed=signed)
    return item, scale_item(item, run_levels(y, none, PARAMETERS), kept)


def test_percentiles_share_ties_and_keep_gaps():
    x = np.array([3.0, 1.0, np.nan, 1.0])
    found = percentile(x)
    assert np.isnan(found[2])
    np.testing.assert_allclose(found[[0, 1, 3]], [250 / 3, 100 / 3, 100 / 3])


def test_percentiles_are_taken_within_period_and_draw():
    x = np.random.default_rng(0).normal(size=(7, 3, 4)) + np.arange(3)[None, :, None] * 100
    np.testing.assert_allclose(np.sort(percentile(x), axis=0)[:, 0, 0], (np.arange(7) + 0.5) / 0.07)
    np.testing.assert_allclose(percentile(x).mean(axis=0), 50.0)


def test_turning_a_dyad_round_turns_the_sign():
    x = np.array([-2.0, 0.5, 1.0, 0.0])
    np.testing.assert_allclose(signed_percentile(-x), -signed_percentile(x))
    assert signed_percentile(x)[3] == 0.0


def test_scale_counts_doubt_as_spread():
    y = np.random.default_rng(1).normal(size=(400, 5))
    y[:, 3:] = np.nan
    _, part = scaled(y)
    total = (part.filtered**2).mean(axis=0) + (part.sd**2).mean(axis=0)
    np.testing.assert_allclose(total, 1.0, atol=1e-9)
    # an item that nobody has seen of late moves the reading less
    assert part.filtered[:, 4].std() < part.filtered[:, 2].std()


def test_lasting_error_draws_to_the_mean_and_widens():
    y = np.random.default_rng(2).normal(size=(200, 4))
    y[0] = 4.0
    doubt = np.zeros_like(y)
    doubt[0] = 8.0
    _, plain = scaled(y)
    _, doubted = scaled(y, doubt)
    assert 0 < doubted.filtered[0, 3] < 0.4 * plain.filtered[0, 3]
    assert doubted.sd[0, 3] > plain.sd[0, 3]
    np.testing.assert_allclose(doubted.filtered[1:], plain.filtered[1:])
    rng = np.random.default_rng(0)
    levels = np.repeat(doubted.centre[0][None, :, None], 200, axis=0).repeat(3000, axis=2)
    levels = levels.astype(np.float32)
    shock = rng.standard_normal((200, 3000), dtype=np.float32)
    draws = doubted.draws(levels, 0, shock)
    assert draws[0].std(axis=1) == pytest.approx(doubted.bias[0] / doubted.scale[0], rel=0.05)
    np.testing.assert_array_equal(draws[1].std(axis=1), 0.0)


def test_own_point_uses_the_filter_where_nothing_was_seen():
    y = np.random.default_rng(3).normal(size=(50, 3))
    y[4, 2] = np.nan
    _, part = scaled(y)
    assert part.point[4, 2] == pytest.approx(part.filtered[4, 2])
    assert part.point[5, 2] != pytest.approx(part.filtered[5, 2])


def test_signed_items_are_not_moved_off_balance():
    y = np.abs(np.random.default_rng(4).normal(size=(50, 3)))
    _, part = scaled(y, signed=True)
    assert (part.filtered > 0).all()
