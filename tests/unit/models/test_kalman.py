from __future__ import annotations

import numpy as np
import pytest

from comity.models.kalman import filter_levels, plan_spans
from comity.models.smoother import draw_levels, smooth

TIME = 30
STEP = 0.1


@pytest.fixture
def world():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(3, TIME))
    y[rng.random(y.shape) < 0.3] = np.nan
    span = np.ones(y.shape, dtype=np.int64)
    y[1] = np.nan
    y[1, [11, 23, 26]] = 1.0, -1.0, 0.3
    span[1, [11, 23]] = 12
    y[2, 1:6] = np.nan
    y[2, 5], span[2, 5] = 0.2, 4
    noise = rng.uniform(0.2, 0.8, y.shape)
    plan = plan_spans(np.isfinite(y), span)
    return y, noise, plan, filter_levels(y, noise, STEP, plan, start=(0.2, 2.0))


def exact(y, noise, plan, series):
    """Posterior of the level by plain matrix algebra."""
    months = np.arange(TIME)
    prior = 2.0 + STEP * np.minimum.outer(months, months)
    at = np.flatnonzero(np.isfinite(y[series]))
    see = np.zeros((len(at), TIME))
    for row, t in enumerate(at):
        n = int(plan.months[series, t])
        see[row, t - n + 1 : t + 1] = 1.0 / n
    error = y[series, at] - 0.2
    cov = see @ prior @ see.T + np.diag(noise[series, at] * plan.inflation[series, at])
    gain = prior @ see.T @ np.linalg.inv(cov)
    loglik = -0.5 * (
        len(at) * np.log(2 * np.pi)
        + np.linalg.slogdet(cov)[1]
        + error @ np.linalg.solve(cov, error)
    )
    return 0.2 + gain @ error, prior - gain @ see @ prior, loglik


@pytest.mark.parametrize("series", [0, 1, 2])
def test_smoother_is_the_exact_posterior_also_with_spans(world, series):
    y, noise, plan, fit = world
    mean, cov, loglik = exact(y, noise, plan, series)
    smoothed = smooth(fit)
    np.testing.assert_allclose(smoothed.level[series], mean, atol=1e-10)
    np.testing.assert_allclose(smoothed.level_var[series], np.diag(cov), atol=1e-10)
    np.testing.assert_allclose(smoothed.lag_cov[series, 1:], np.diag(cov, 1), atol=1e-10)
    assert fit.loglik[series] == pytest.approx(loglik, abs=1e-9)


def test_draws_have_the_joint_posterior(world):
    y, noise, plan, fit = world
    draws = draw_levels(fit, np.random.default_rng(1), 40_000)
    for series in range(3):
        mean, cov, _ = exact(y, noise, plan, series)
        np.testing.assert_allclose(draws[:, series].mean(axis=0), mean, atol=0.03)
        np.testing.assert_allclose(np.cov(draws[:, series].T), cov, atol=0.05)


def test_filter_ignores_the_future(world):
    y, noise, plan, fit = world
    cut = y.copy()
    cut[:, 15:] = np.nan
    earlier = filter_levels(cut, noise, STEP, plan, start=(0.2, 2.0))
    np.testing.assert_array_equal(earlier.level[:, :15], fit.level[:, :15])


def test_a_second_value_of_the_month_counts(world):
    y, noise, plan, fit = world
    extra = np.full(y.shape, np.nan)
    extra[:, 20] = 5.0
    more = filter_levels(
        y, noise, STEP, plan, start=(0.2, 2.0), direct=(extra, np.full(y.shape, 0.1))
    )
    assert (more.level[:, 20] > fit.level[:, 20]).all()
    assert (more.level_var[:, 20] < fit.level_var[:, 20]).all()
    np.testing.assert_array_equal(more.level[:, :20], fit.level[:, :20])


def test_overlapping_windows_do_not_count_twice():
    seen = np.array([[True] * 24])
    plan = plan_spans(seen, np.full(seen.shape, 12))
    assert plan.months.max() == 1.0
    assert plan.inflation[0, 12:].tolist() == [12.0] * 12


def test_no_values_leave_the_prior():
    fit = filter_levels(np.full((1, 5), np.nan), 1.0, 0.5, start=(0.0, 1.0))
    np.testing.assert_allclose(fit.level_var[0], 1.0 + 0.5 * np.arange(5))
    assert fit.loglik[0] == 0.0
