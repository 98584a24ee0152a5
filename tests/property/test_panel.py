from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.models.panel.centring import centre_two_way
from comity.models.panel.combine import percentile, signed_percentile
from comity.models.panel.estimate import estimate_panel_of_dyads
from comity.models.panel.simulate import simulate_panel_inputs

REPEATABLE = settings(derandomize=True, deadline=None, max_examples=8, database=None)
INPUTS = simulate_panel_inputs(3, states=12, periods=5).inputs
BEFORE = estimate_panel_of_dyads(INPUTS, seed=7, draws=30)


def permuted(order):
    def turn(x):
        return x[..., order, :][..., order]

    return replace(
        INPUTS,
        states=tuple(INPUTS.states[i] for i in order),
        counts=turn(INPUTS.counts),
        member=turn(INPUTS.member),
        symmetric={name: turn(x) for name, x in INPUTS.symmetric.items()},
        flows={name: turn(x) for name, x in INPUTS.flows.items()},
    )


@REPEATABLE
@given(st.permutations(range(12)))
def test_the_order_of_states_does_not_matter(order):
    after = estimate_panel_of_dyads(permuted(list(order)), seed=7, draws=30)
    assert after.dyads == BEFORE.dyads
    for name, reading in BEFORE.readings.items():
        np.testing.assert_allclose(after.readings[name].latent, reading.latent, atol=1e-6)
        close = np.isclose(after.readings[name].filtered_draws, reading.filtered_draws, atol=1e-3)
        assert close.mean() > 0.999


@REPEATABLE
@given(st.integers(0, 11), st.integers(0, 11))
def test_renaming_turns_asymmetry_and_nothing_else(first, second):
    if first == second:
        return
    names = list(INPUTS.states)
    names[first], names[second] = names[second], names[first]
    after = estimate_panel_of_dyads(replace(INPUTS, states=tuple(names)), seed=7, draws=4)
    swapped = dict(zip(INPUTS.states, names, strict=True))
    for at, key in enumerate(BEFORE.dyads):
        a, b = (swapped[x] for x in key.split("-"))
        there = after.dyads.index("-".join(sorted((a, b))))
        turn = 1.0 if a < b else -1.0
        for name, reading in BEFORE.readings.items():
            sign = turn if name == "asymmetry" else 1.0
            np.testing.assert_allclose(
                after.readings[name].latent[there], sign * reading.latent[at], atol=1e-6
            )


@REPEATABLE
@given(st.integers(0, 11), st.integers(0, 4))
def test_missing_counts_widen(state, period):
    counts = INPUTS.counts.copy()
    counts[:, period:, state, :] = np.nan
    counts[:, period:, :, state] = np.nan
    after = estimate_panel_of_dyads(replace(INPUTS, counts=counts), seed=7, draws=4)
    rows = [i for i, key in enumerate(BEFORE.dyads) if INPUTS.states[state] in key.split("-")]
    before = BEFORE.readings["tension"].latent_sd[rows, period:]
    assert (after.readings["tension"].latent_sd[rows, period:] > before).all()
    said = np.isfinite(after.readings["tension"].filtered)
    # a dyad that was never seen has no reading; one that was seen once is carried forward
    assert said[rows].all() == (period > 0)
    assert not said[rows].any() or period > 0
    assert said[[i for i in range(len(said)) if i not in rows]].all()


@REPEATABLE
@given(st.integers(0, 2**31))
def test_a_seed_decides_the_draws_and_nothing_but_the_draws(seed):
    one, two = (
        estimate_panel_of_dyads(INPUTS, seed=seed, draws=5, readings=("tension",)) for _ in range(2)
    )
    first, second = (x.readings["tension"] for x in (one, two))
    np.testing.assert_array_equal(first.smoothed_draws, second.smoothed_draws)
    np.testing.assert_array_equal(first.latent, BEFORE.readings["tension"].latent)


def test_other_seeds_give_other_draws():
    other = estimate_panel_of_dyads(INPUTS, seed=8, draws=30)
    assert not np.array_equal(
        other.readings["depth"].filtered_draws, BEFORE.readings["depth"].filtered_draws
    )


@REPEATABLE
@given(st.integers(0, 2**31), st.floats(-3, 3), st.floats(0, 1))
def test_centring_is_symmetric_and_blind_to_what_states_add(seed, level, gaps):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 15, 15))
    x = x + x.transpose(0, 2, 1)
    own = rng.normal(size=15)
    plain = centre_two_way(x, sweeps=400)
    moved = centre_two_way(x + level + own[:, None] + own[None, :], sweeps=400)
    np.testing.assert_allclose(plain, plain.transpose(0, 2, 1), atol=1e-9)
    # shrinkage leaves a sixteenth of an effect behind
    assert np.nanmax(np.abs(moved - plain)) < 0.5 * np.abs(own).max()
    off = ~np.eye(15, dtype=bool)
    assert np.corrcoef(moved[:, off].ravel(), plain[:, off].ravel())[0, 1] > 0.95


@REPEATABLE
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30, unique=True))
def test_percentiles_are_ranks(values):
    x = np.array(values)
    np.testing.assert_allclose(percentile(-x), 100.0 - percentile(x))
    np.testing.assert_allclose(percentile(np.arctan(x / 1e6) * 2.0**20), percentile(x), atol=60)
    assert percentile(x).mean() == pytest.approx(50.0)
    np.testing.assert_allclose(signed_percentile(-x), -signed_percentile(x))
