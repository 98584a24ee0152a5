"""Do EM with the Kalman filter and NUTS say the same of the same panel? Seeds were not tuned on."""

from __future__ import annotations

import numpy as np
import pytest

from comity.core.errors import DidNotConverge
from comity.models.bayes import fit_bayes
from comity.models.factor import FactorPriors, fit_factor
from comity.models.simulate import simulate_panel

pytestmark = pytest.mark.slow
pytest.importorskip("numpyro", reason="the cross-check by NUTS needs: pip install 'comity[bayes]'")

SEEDS = range(75_000, 75_004)
# NUTS has no abrupt shifts: neither has the world, nor the estimator that is checked
SMOOTH = {"months": 120, "items": 6, "shift": 0.0}
NO_JUMPS = FactorPriors(jump=np.inf)


def _inside(level, mean, sd):
    """Share of months inside the 80 and 95 % intervals; the level's scale is a convention."""
    slope, offset = np.polyfit(mean, level, 1)
    miss = np.abs(level - offset - slope * mean) / (abs(slope) * sd)
    return np.mean(miss < 1.2816), np.mean(miss < 1.96)


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_em_and_nuts_agree_on_level_width_and_coverage(rho):
    inside = []
    for seed in SEEDS:
        world = simulate_panel(seed, rho=rho, **SMOOTH)
        nuts = fit_bayes(world.values, seed=1, draws=300, warmup=300)
        em = fit_factor(world.values[None], seed=1, priors=NO_JUMPS)
        assert max(nuts.rhat.values()) <= 1.02
        assert min(nuts.ess.values()) > 200
        assert np.corrcoef(nuts.mean, em.mean[0])[0, 1] > 0.97
        assert np.abs(nuts.mean - em.mean[0]).mean() < 0.5 * nuts.sd.mean()
        assert em.sd.mean() == pytest.approx(nuts.sd.mean(), rel=0.35)
        inside.append(
            (*_inside(world.level, nuts.mean, nuts.sd), *_inside(world.level, em.mean[0], em.sd[0]))
        )
    nuts80, nuts95, em80, em95 = np.mean(inside, axis=0)
    # four panels cannot show calibration, only that both miss the same truths
    assert nuts80 == pytest.approx(em80, abs=0.10)
    assert nuts95 == pytest.approx(em95, abs=0.08)


def test_yearly_means_and_known_variance_are_modelled_alike():
    world = simulate_panel(75_100, months=144, items=6, shift=0.0)
    values, span = world.values.copy(), np.ones(world.values.shape, dtype=np.int64)
    rng = np.random.default_rng(5)
    ends = np.arange(11, 144, 12)
    for item in (1, 2):
        means = [world.level[at - 11 : at + 1].mean() for at in ends]
        values[:, item] = np.nan
        values[ends, item] = means + rng.normal(0.0, 0.3, len(ends))
        span[ends, item] = 12
    sd = np.full(values.shape, np.nan)
    sd[:72, 3:] = 1.5
    values[:72, 3:] += rng.normal(0.0, 1.5, (72, 3))
    nuts = fit_bayes(values, sd, span, seed=1, draws=300, warmup=300)
    em = fit_factor(values[None], sd[None], span[None], seed=1, priors=NO_JUMPS)
    assert np.corrcoef(nuts.mean, em.mean[0])[0, 1] > 0.97
    assert em.sd.mean() == pytest.approx(nuts.sd.mean(), rel=0.35)
    assert nuts.sd[:66].mean() > 1.1 * nuts.sd[78:].mean()


def test_same_seed_same_draws_on_the_scale_of_the_window():
    values = simulate_panel(75_200, months=60, items=4, shift=0.0).values
    fits = [
        fit_bayes(values, seed=seed, draws=300, warmup=300, autocorrelated=False)
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(fits[0].draws, fits[1].draws)
    assert not np.array_equal(fits[0].draws, fits[2].draws)
    np.testing.assert_allclose(fits[0].draws.mean(axis=1), 0.0, atol=1e-9)
    np.testing.assert_allclose(fits[0].draws.std(axis=1), 1.0, atol=1e-9)
    np.testing.assert_allclose(fits[0].mean, fits[2].mean, atol=0.15)
    assert fits[0].draws.shape == (1200, 60)
    assert not fits[0].rho.any()


def test_chains_that_disagree_are_refused():
    values = simulate_panel(75_300, months=60, items=4).values
    with pytest.raises(DidNotConverge, match=r"R-hat .* ask for more warmup"):
        fit_bayes(values, seed=1, draws=8, warmup=4)
