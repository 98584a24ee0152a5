from __future__ import annotations

import numpy as np
import pytest

from comity.core.errors import NotEnoughObservations
from comity.models.factor import FactorPriors, fit_factor
from comity.models.simulate import simulate_panel

WORLDS = [simulate_panel(seed, months=180, items=8) for seed in range(3)]
VALUES = np.array([world.values for world in WORLDS])


def test_dyads_run_together_as_they_would_alone():
    together = fit_factor(VALUES, seed=1)
    alone = fit_factor(VALUES[:1], seed=1)
    np.testing.assert_allclose(together.loading[0], alone.loading[0], atol=1e-3)
    for d, world in enumerate(WORLDS):
        assert np.corrcoef(together.mean[d], world.level)[0, 1] > 0.93


def test_scale_is_the_window():
    fit = fit_factor(VALUES, seed=1)
    np.testing.assert_allclose(fit.mean.mean(axis=1), 0.0, atol=1e-9)
    np.testing.assert_allclose(np.mean(fit.mean**2 + fit.sd**2, axis=1), 1.0, atol=0.05)


def test_units_of_items_do_not_matter():
    fit = fit_factor(VALUES, seed=1)
    other = fit_factor(VALUES * 1e6 - 3e6, seed=1)
    np.testing.assert_allclose(fit.mean, other.mean, atol=1e-6)


def test_draws_agree_with_moments():
    fit = fit_factor(VALUES, seed=1, draws=800)
    assert fit.draws.shape == (800, 3, 180)
    np.testing.assert_allclose(fit.draws.mean(axis=0), fit.mean, atol=0.12)
    np.testing.assert_allclose(fit.draws.std(axis=0).mean(), fit.sd.mean(), rtol=0.1)


def test_known_sampling_error_widens():
    plain = fit_factor(VALUES, seed=1)
    unsure = fit_factor(VALUES, np.full(VALUES.shape, 1.5), seed=1)
    assert unsure.sd.mean() != plain.sd.mean()
    half = np.full(VALUES.shape, np.nan)
    half[:, :90] = 3.0
    mixed = fit_factor(VALUES, half, seed=1)
    assert (mixed.sd[:, 20:70].mean(axis=1) > mixed.sd[:, 110:160].mean(axis=1)).all()


def test_yearly_values_are_means_of_their_months():
    world = simulate_panel(9, months=240, items=8, shift=0.0)
    values = np.full((240, 8), np.nan)
    ends = np.arange(11, 240, 12)
    full = np.where(np.isfinite(world.values), world.values, 0.0)
    values[ends] = [full[at - 11 : at + 1].mean(axis=0) for at in ends]
    span = np.where(np.isfinite(values), 12, 1)
    fit = fit_factor(values[None], span=span[None], seed=1)
    middle = np.array([world.level[at - 11 : at + 1].mean() for at in ends])
    held = np.array([fit.mean[0, at - 11 : at + 1].mean() for at in ends])
    assert np.corrcoef(middle, held)[0, 1] > 0.9
    # a value at the year's end tells of the middle of the year, not of December
    late = fit_factor(values[None], seed=1)
    error = [np.corrcoef(world.level, f.mean[0])[0, 1] for f in (fit, late)]
    assert error[0] > error[1]


def test_a_jump_is_found_and_can_be_switched_off():
    rng = np.random.default_rng(4)
    level = np.where(np.arange(200) < 120, 0.0, 3.0) + np.cumsum(rng.normal(0, 0.03, 200))
    values = level[:, None] + rng.normal(0, 0.5, (200, 8))
    fit = fit_factor(values[None], seed=1)
    assert 119 <= int(np.argmax(fit.jumps[0])) <= 121
    off = fit_factor(values[None], seed=1, priors=FactorPriors(jump=np.inf))
    assert not off.jumps.any()
    step = np.abs(np.diff(fit.mean[0]))[118:122].max()
    assert step > np.abs(np.diff(off.mean[0]))[118:122].max()


def test_autocorrelated_noise_is_seen():
    worlds = [simulate_panel(s, months=300, items=10, rho=0.6).values for s in range(4)]
    fit = fit_factor(np.array(worlds), seed=1)
    assert fit.rho.mean() == pytest.approx(0.6, abs=0.1)


def test_too_little():
    with pytest.raises(NotEnoughObservations, match="at least two"):
        fit_factor(np.full((1, 10, 2), np.nan), seed=1)
    values = np.full((1, 10, 2), np.nan)
    values[0, [2, 8], 0] = 1.0, 2.0
    fit = fit_factor(values, seed=1)
    assert np.isfinite(fit.mean).all()
    assert np.isfinite(fit.sd).all()
