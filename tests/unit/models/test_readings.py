from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.core.errors import ModelError, UsageError
from comity.models._protocol import READINGS
from comity.models.readings import estimate_readings, movers
from comity.models.simulate import simulate_items

WORLD = simulate_items(3, months=240)


def width(draws):
    low, high = np.quantile(draws, [0.1, 0.9], axis=0)
    return high - low


def estimate(items, **kwargs):
    return estimate_readings(WORLD.months, items, seed=1, draws=200, **kwargs)


def path_of(items, reading="cohesion"):
    return estimate(items).paths[reading]


def test_a_reading_without_items_is_absent():
    empty = replace(WORLD.items[0], name="none", reads="depth", values=np.full(240, np.nan))
    result = estimate([*WORLD.items, empty])
    assert set(result.paths) == {"cohesion"}
    assert set(estimate([]).paths) == set()
    assert set(result.paths) <= set(READINGS)


def test_it_follows_the_truth_and_stays_on_its_scale():
    path = path_of(WORLD.items)
    assert np.corrcoef(path.latent_mean, WORLD.level)[0, 1] > 0.8
    for draws in (path.filtered, path.smoothed):
        assert draws.shape == (200, 240)
        assert draws.min() >= 0
        assert draws.max() <= 100


def test_polarity_turns_the_reading_round():
    turned = [replace(item, polarity=-1) for item in WORLD.items]
    one, other = path_of(WORLD.items), path_of(turned)
    np.testing.assert_allclose(one.latent_mean, -other.latent_mean, atol=1e-9)


def test_what_is_not_observed_any_more_keeps_its_level_and_loses_certainty():
    cut = []
    for item in WORLD.items:
        values = item.values.copy()
        values[120:] = np.nan
        cut.append(replace(item, values=values))
    path = path_of(cut)
    sd = path.latent_sd
    assert (np.diff(sd[120:]) > 0).all()
    assert sd[-1] > 1.3 * sd[119]
    assert width(path.filtered)[-1] > width(path.filtered)[119]
    assert path.latent_mean[-1] == pytest.approx(path.latent_mean[119], abs=0.05)
    assert path.items_alive[-1] == len(cut)
    assert np.isnan(path.point[-1])


def test_one_item_is_wider_than_many_and_two_values_are_no_certainty():
    many, one = path_of(WORLD.items), path_of(WORLD.items[:1])
    # not by the root of seven: all lag behind the steps that they have in common
    assert np.median(width(one.filtered)) > 1.1 * np.median(width(many.filtered))
    assert np.median(one.latent_sd) > 1.3 * np.median(many.latent_sd)
    values = np.full(240, np.nan)
    values[[60, 180]] = 1.0, 5.0
    two = path_of([replace(WORLD.items[0], values=values)])
    assert np.isnan(two.filtered[:, 59]).all()
    assert width(two.filtered)[180] > 30
    assert two.p_rise_12m == 0.5
    assert "too short" in two.p_rise_method


def test_contributions_add_up_and_movers_explain_the_change():
    late = replace(WORLD.items[0], values=np.r_[np.full(200, np.nan), WORLD.items[0].values[200:]])
    path = path_of([late, *WORLD.items[1:]])
    parts = np.array(list(path.contributions.values()))
    np.testing.assert_allclose(np.nansum(parts, axis=0), path.latent_mean, atol=1e-12)
    assert np.isnan(path.contributions[late.name][:200]).all()
    effects = movers(path, end=205)
    assert path.reference is not None
    change = np.diff(
        np.interp(path.latent_mean[[193, 205]], path.reference, np.linspace(0, 1, 1001))
    )
    assert sum(effect for _, effect in effects) == pytest.approx(100 * change[0], abs=1e-6)
    assert [abs(e) for _, e in effects] == sorted((abs(e) for _, e in effects), reverse=True)


def test_asymmetry_keeps_its_sign_and_its_zero():
    items = [
        replace(item, reads="asymmetry", values=np.clip(0.5 + 0.05 * item.values, -1, 1))
        for item in WORLD.items
    ]
    path = path_of(items, "asymmetry")
    latest = np.median(path.filtered[:, -1])
    truth = np.mean([item.values[np.isfinite(item.values)][-1] for item in items])
    assert latest == pytest.approx(100 * truth, abs=15)
    assert latest > 0
    mirrored = [replace(item, values=-item.values) for item in items]
    other = path_of(mirrored, "asymmetry")
    np.testing.assert_allclose(other.latent_mean, -path.latent_mean, atol=1e-9)
    money = [replace(item, values=item.values * 1000.0) for item in mirrored]
    assert np.median(path_of(money, "asymmetry").filtered[:, -1]) < 0


def test_kinds_differ_in_noise():
    noise = {}
    for kind in ("flow", "state", "episode"):
        result = estimate([replace(WORLD.items[0], kind=kind)])
        noise[kind] = result.diagnostics["cohesion.noise_median"]
    assert noise["episode"] >= 0.6
    assert noise["episode"] > noise["flow"]
    assert noise["state"] < 0.6


def test_chance_of_rise_reports_its_record():
    result = estimate(WORLD.items)
    path = result.paths["cohesion"]
    assert 0.05 < path.p_rise_12m < 0.95
    assert "Brier" in path.p_rise_method
    assert result.diagnostics["cohesion.rise_brier_of_half"] == 0.25
    assert result.diagnostics["cohesion.rise_origins"] >= 8


def test_errors_teach():
    with pytest.raises(UsageError, match="months"):
        estimate_readings([], [], seed=1)
    with pytest.raises(ModelError, match="must be unique"):
        estimate([WORLD.items[0], WORLD.items[0]])
    with pytest.raises(ModelError, match="3 values for 240 months"):
        estimate(
            [
                replace(
                    WORLD.items[0], values=np.zeros(3), sd=np.zeros(3), span=np.ones(3, dtype=int)
                )
            ]
        )
    with pytest.raises(ModelError, match="polarity is 1 or -1"):
        estimate([replace(WORLD.items[0], polarity=0)])
    with pytest.raises(ModelError, match="finite"):
        estimate([replace(WORLD.items[0], values=np.full(240, np.inf)), WORLD.items[1]])
    with pytest.raises(UsageError, match="nothing moved"):
        movers(
            path_of([replace(WORLD.items[0], values=np.r_[np.full(100, np.nan), np.ones(140)])]),
            end=50,
        )
