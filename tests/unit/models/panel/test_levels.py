from __future__ import annotations

import numpy as np
import pytest

from comity.core.errors import ModelError, NotEnoughObservations
from comity.models.panel.levels import LevelParameters, draw_paths, fit_levels, run_levels


def world(seed=0, dyads=1500, time=14, q=0.1, r=0.4, p0=1.0):
    rng = np.random.default_rng(seed)
    level = rng.normal(0.5, np.sqrt(p0), (dyads, 1)) + np.concatenate(
        [np.zeros((dyads, 1)), rng.normal(0, np.sqrt(q), (dyads, time - 1)).cumsum(axis=1)], axis=1
    )
    known = rng.gamma(2.0, 0.3, (dyads, time))
    y = level + rng.normal(0, np.sqrt(r + known))
    y[rng.random(y.shape) < 0.2] = np.nan
    return level, y, known


def test_parameters_are_learnt_in_spite_of_known_noise_and_gaps():
    _, y, known = world()
    found = fit_levels(y, known, rounds=200, tolerance=1e-4).parameters
    assert found.step == pytest.approx(0.1, abs=0.03)
    assert found.noise == pytest.approx(0.4, abs=0.06)
    assert found.start_var == pytest.approx(1.0, abs=0.15)
    assert found.start_mean == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("which", ["filtered", "smoothed"])
def test_intervals_cover_and_smoothing_is_narrower(which):
    level, y, known = world(1)
    fit = fit_levels(y, known)
    sd = np.sqrt(getattr(fit, f"{which}_var"))
    inside = np.abs(level - getattr(fit, which)) < 1.2816 * sd
    assert inside.mean() == pytest.approx(0.8, abs=0.02)
    assert (fit.smoothed_var <= fit.filtered_var + 1e-12).all()


def test_one_step_errors_are_standard():
    _, y, known = world(2)
    error = fit_levels(y, known).innovation(y, known)
    assert np.nanstd(error[:, 1:]) == pytest.approx(1.0, abs=0.05)
    assert np.isnan(error[np.isnan(y)]).all()


def test_the_filter_does_not_see_the_future():
    _, y, known = world(3, dyads=50)
    parameters = LevelParameters(0.1, 0.4, 0.0, 1.0)
    changed = y.copy()
    changed[:, 9:] = 50.0
    a, b = run_levels(y, known, parameters), run_levels(changed, known, parameters)
    np.testing.assert_array_equal(a.filtered[:, :9], b.filtered[:, :9])
    assert not np.allclose(a.smoothed[:, :9], b.smoothed[:, :9])


def test_a_gap_widens():
    y = np.array([[1.0, 1.0, np.nan, np.nan, np.nan]])
    fit = run_levels(y, np.zeros_like(y), LevelParameters(0.1, 0.4, 0.0, 1.0))
    assert (np.diff(fit.filtered_var[0, 1:]) > 0).all()
    assert fit.filtered[0, 4] == fit.filtered[0, 1]


def test_draws_have_the_moments_of_filter_and_smoother():
    _, y, known = world(4, dyads=30)
    fit = run_levels(y, known, LevelParameters(0.1, 0.4, 0.0, 1.0))
    now, path = draw_paths(fit, np.random.default_rng(0), 4000)
    np.testing.assert_allclose(now.mean(axis=2), fit.filtered, atol=0.06)
    np.testing.assert_allclose(path.mean(axis=2), fit.smoothed, atol=0.06)
    np.testing.assert_allclose(path.var(axis=2), fit.smoothed_var, rtol=0.15)
    steps = np.cov(path[0, 5], path[0, 6])[0, 1]
    assert steps == pytest.approx(fit.lag_cov[0, 6], rel=0.25)


def test_centred_levels_start_at_balance():
    _, y, known = world(5, dyads=200)
    assert fit_levels(y, known, centred=True).parameters.start_mean == 0.0


def test_an_empty_item_is_refused():
    with pytest.raises(NotEnoughObservations):
        fit_levels(np.full((4, 3), np.nan), np.zeros((4, 3)))
    with pytest.raises(ModelError):
        run_levels(np.zeros(3), np.zeros(3), LevelParameters(1, 1, 0, 1))
