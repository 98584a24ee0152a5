from __future__ import annotations

import numpy as np
import pytest

from comity.core.errors import ModelError
from comity.models.panel.counts import exposure, fit_counts, pool_directions


def planted(seed=0, states=50, slope=0.0):
    rng = np.random.default_rng(seed)
    actor, recipient = rng.normal(0, 0.8, (2, states))
    traffic = rng.poisson(20, (1, states, states)).astype(float)
    x = exposure(traffic)
    z = rng.normal(0, 0.7, (1, states, states))
    eta = 1.5 + actor[:, None] + recipient[None, :] + slope * x + z
    y = rng.poisson(np.exp(eta)).astype(float)
    y[:, range(states), range(states)] = np.nan
    return y, x, z, actor, recipient


def test_state_effects_and_dyad_residuals_are_recovered():
    y, _, z, actor, recipient = planted()
    fit = fit_counts(y)
    assert np.corrcoef(fit.actor[0], actor)[0, 1] > 0.95
    assert np.corrcoef(fit.recipient[0], recipient)[0, 1] > 0.95
    well = np.isfinite(fit.residual) & (fit.variance < 0.3)
    assert np.corrcoef(fit.residual[well], z[well])[0, 1] > 0.85
    assert fit.dispersion[0] == pytest.approx(0.49, abs=0.15)
    assert fit.slope[0] == 0.0


def test_elasticity_to_exposure_is_learnt():
    y, x, *_ = planted(1, slope=1.0)
    assert fit_counts(y, x).slope[0] == pytest.approx(1.0, abs=0.2)


def test_uncovered_states_and_periods_stay_missing_and_change_nothing():
    y, *_ = planted(2, states=20)
    wide = np.full((2, 23, 23), np.nan)
    wide[1, :20, :20] = y[0]
    fit, alone = fit_counts(wide), fit_counts(y)
    assert np.isnan(fit.residual[0]).all()
    assert np.isnan(fit.dispersion[0])
    assert np.isnan(fit.residual[1, 20:]).all()
    np.testing.assert_allclose(fit.residual[1, :20, :20], alone.residual[0])


def test_nothing_expected_and_nothing_seen_says_little():
    rng = np.random.default_rng(3)
    own = np.linspace(-3, 2, 30)
    y = rng.poisson(np.exp(own[:, None] + own[None, :]))[None].astype(float)
    fit = fit_counts(y)
    assert fit.variance[0, 0, 1] > 20
    assert fit.variance[0, -1, -2] < 0.2


def test_a_period_without_any_event_is_no_error():
    fit = fit_counts(np.zeros((1, 6, 6)))
    assert np.isfinite(fit.residual[0][~np.eye(6, dtype=bool)]).all()


def test_pooling_weighs_directions_by_precision():
    value = np.array([[[np.nan, 1.0], [3.0, np.nan]]])
    even, _ = pool_directions(value, np.ones((1, 2, 2)))
    assert even[0, 0, 1] == even[0, 1, 0] == pytest.approx(2.0)
    sure = np.array([[[1.0, 0.0], [100.0, 1.0]]])
    assert pool_directions(value, sure)[0][0, 0, 1] == pytest.approx(1.0, abs=0.02)


def test_one_direction_alone_counts_and_none_is_missing():
    value = np.full((1, 3, 3), np.nan)
    value[0, 0, 1] = 2.0
    mean, variance = pool_directions(value, np.ones((1, 3, 3)))
    assert mean[0, 1, 0] == pytest.approx(2.0)
    assert variance[0, 1, 0] == pytest.approx(1.0)
    assert np.isnan(mean[0, 0, 2])


@pytest.mark.parametrize("y", [np.zeros((2, 2)), np.zeros((1, 2, 3)), -np.ones((1, 3, 3))])
def test_wrong_counts_are_refused(y):
    with pytest.raises(ModelError, match="counts"):
        fit_counts(y)
