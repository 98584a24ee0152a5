from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.core.errors import ModelError, NotEnoughObservations, UnknownName
from comity.models.panel._types import DECLARED, WITH_TREATIES, PanelInputs
from comity.models.panel.artefacts import screen_artefacts
from comity.models.panel.estimate import estimate_panel_of_dyads
from comity.models.panel.simulate import simulate_panel_inputs


@pytest.fixture(scope="module")
def inputs():
    return simulate_panel_inputs(5, states=24, periods=7).inputs


@pytest.fixture(scope="module")
def found(inputs):
    return estimate_panel_of_dyads(inputs, seed=1, draws=60)


def test_every_reading_has_its_dims_and_scale(inputs, found):
    dyads = 24 * 23 // 2
    assert set(found.readings) == {"depth", "cohesion", "tension", "asymmetry"}
    assert found.dyads[0] == "S00-S01"
    assert found.periods == inputs.periods
    for name, reading in found.readings.items():
        assert reading.filtered_draws.shape == reading.smoothed_draws.shape == (dyads, 7, 60)
        assert reading.filtered.shape == reading.point.shape == (dyads, 7)
        low = -100 if name == "asymmetry" else 0
        assert low <= reading.filtered_draws.min() < reading.filtered_draws.max() <= 100
        lower, upper = reading.interval()
        assert (lower <= reading.filtered).all()
        assert (reading.filtered <= upper).all()
        wide = reading.interval(0.95)
        assert (wide[0] <= lower).all()
        assert (wide[1] >= upper).all()


def test_contributions_sum_to_the_latent(found):
    for reading in found.readings.values():
        np.testing.assert_allclose(sum(reading.contributions.values()), reading.latent)
        assert (reading.latent_sd > 0).all()


def test_items_that_are_not_there_are_not_counted(found):
    assert set(found.readings["cohesion"].contributions) == set(DECLARED.cohesion)
    assert "arms_amount" not in found.readings["depth"].contributions
    assert found.readings["cohesion"].items.max() == 5


def test_leaving_an_item_out_changes_only_what_uses_it(inputs, found):
    every = {n for r in ("cohesion", "tension") for n in DECLARED.of(r)}
    less = estimate_panel_of_dyads(
        inputs, seed=1, draws=60, items=every - {"un"}, readings=("cohesion", "tension")
    )
    np.testing.assert_array_equal(
        less.readings["tension"].filtered_draws, found.readings["tension"].filtered_draws
    )
    assert not np.allclose(less.readings["cohesion"].latent, found.readings["cohesion"].latent)
    assert "depth" not in less.readings


def test_burn_in_is_used_and_not_shown(inputs, found):
    late = estimate_panel_of_dyads(replace(inputs, first_shown=3), seed=1, draws=20)
    assert late.periods == inputs.periods[3:]
    np.testing.assert_allclose(
        late.readings["tension"].latent, found.readings["tension"].latent[:, 3:]
    )


def test_filtered_readings_do_not_see_later_periods_but_for_common_parameters(inputs):
    quiet = inputs.counts.copy()
    quiet[:, 5:] = np.nan
    a = estimate_panel_of_dyads(inputs, seed=1, draws=2, readings=("tension",))
    b = estimate_panel_of_dyads(
        replace(inputs, counts=quiet), seed=1, draws=2, readings=("tension",)
    )
    first, second = (x.readings["tension"].latent[:, 4] for x in (a, b))
    assert np.corrcoef(first, second)[0, 1] > 0.99
    assert np.isnan(b.readings["tension"].point[:, 5:]).all()
    assert np.isfinite(b.readings["tension"].filtered).all()


def test_a_dyad_that_fights_and_one_that_trades_stand_apart():
    world = simulate_panel_inputs(6, states=24, periods=7)
    counts = world.inputs.counts.copy()
    counts[2:, :, 3, 4] += 60
    counts[2:, :, 4, 3] += 60
    found = estimate_panel_of_dyads(replace(world.inputs, counts=counts), seed=1, draws=50)
    at = found.dyads.index("S03-S04")
    assert found.readings["tension"].filtered[at].min() > 90
    assert found.readings["cohesion"].contributions["share_vf"][at, -1] < -1


def test_the_one_that_needs_the_other(inputs):
    flow = inputs.flows["trade"].copy()
    flow[:, 0, 2] = flow[:, 2, 0] = 0.4 * np.nansum(flow[0, 0])
    flow[:, 2, 5:] *= 200
    flow[:, 5:, 2] *= 200
    found = estimate_panel_of_dyads(
        replace(inputs, flows={"trade": flow}), seed=1, draws=20, readings=("asymmetry",)
    )
    reading = found.readings["asymmetry"]
    assert (reading.contributions["trade_need"][found.dyads.index("S00-S02")] > 0.5).all()


def test_coder_artefacts_are_flagged_widened_and_kept(inputs):
    rng = np.random.default_rng(0)
    place = rng.random((24, 2)) * 5000
    distance = np.linalg.norm(place[:, None] - place[None], axis=2)
    counts = inputs.counts.copy()
    counts[:, :, 1, 2] = counts[:, :, 2, 1] = 3000
    odd = replace(inputs, counts=counts, distance=distance, near=np.zeros((24, 24), dtype=bool))
    flagged = screen_artefacts(odd)
    assert flagged[-1, 1, 2]
    assert flagged[-1].sum() <= 6
    near = odd.near.copy()
    near[1, 2] = near[2, 1] = True
    assert not screen_artefacts(replace(odd, near=near))[:, 1, 2].any()
    with_doubt = estimate_panel_of_dyads(odd, seed=1, draws=80, readings=("tension",))
    without = estimate_panel_of_dyads(
        replace(odd, near=near), seed=1, draws=80, readings=("tension",)
    )
    at = with_doubt.dyads.index("S01-S02")
    assert with_doubt.artefact[at, -1]
    width = [
        np.subtract(*x.readings["tension"].interval()[::-1])[at, -1] for x in (with_doubt, without)
    ]
    assert width[0] > width[1] + 5
    assert with_doubt.readings["tension"].filtered[at, -1] > 50


def test_unknown_items_and_empty_panels_are_refused(inputs):
    with pytest.raises(UnknownName, match="trades"):
        estimate_panel_of_dyads(inputs, seed=1, items=["trades"])
    with pytest.raises(NotEnoughObservations):
        estimate_panel_of_dyads(inputs, seed=1, items=["arms_need"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"states": ("AAA", "AAA", "BBB")}, "twice"),
        ({"counts": np.zeros((4, 2, 3, 2))}, "counts"),
        ({"flows": {"trade": np.zeros((1, 3, 3))}}, "trade"),
        ({"near": np.zeros((2, 2), dtype=bool)}, "near"),
        ({"distance": np.zeros((2, 2))}, "distance"),
        ({"member": np.zeros((3, 3), dtype=bool)}, "membership"),
        ({"member": np.triu(np.ones((3, 3), dtype=bool))}, "symmetric"),
        ({"first_shown": 2}, "first_shown"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(change, said):
    good = {
        "states": ("AAA", "BBB", "CCC"),
        "periods": ("2001", "2002"),
        "counts": np.zeros((4, 2, 3, 3)),
        "member": ~np.eye(3, dtype=bool),
    }
    PanelInputs(**good)
    with pytest.raises(ModelError, match=said):
        PanelInputs(**{**good, **change})


def test_a_reading_needs_its_item_and_enough_of_its_weight(inputs):
    counts = inputs.counts.copy()
    counts[:, :3] = np.nan  # nobody counted events in the first three periods
    late = estimate_panel_of_dyads(replace(inputs, counts=counts), seed=1, draws=20)
    cohesion = late.readings["cohesion"]
    assert np.isnan(cohesion.filtered[:, :3]).all(), "togetherness alone is not cohesion"
    assert np.isfinite(cohesion.filtered[:, 3:]).all()
    assert cohesion.informed[:, 2] == pytest.approx(np.full(276, 2.25 / 3.75))
    assert np.isnan(late.readings["tension"].filtered[:, :3]).all()
    tension = late.readings["tension"]
    assert (tension.observed[:, :3] == 0).all()
    assert (tension.observed[:, 3:] == 1).all()


def test_a_state_that_does_not_exist_has_no_reading_and_takes_no_rank(inputs):
    exists = np.ones((7, 24), dtype=bool)
    exists[:4, 0] = False
    found = estimate_panel_of_dyads(replace(inputs, exists=exists), seed=1, draws=20)
    gone = np.array([key.startswith("S00") for key in found.dyads])
    for reading in found.readings.values():
        assert np.isnan(reading.filtered[gone, :4]).all()
        assert np.isfinite(reading.filtered[gone, 4:]).all()
        assert np.isfinite(reading.filtered[~gone]).all()
    top = found.readings["tension"].filtered[~gone, 0]
    assert np.median(top) == pytest.approx(50, abs=2)


def test_a_second_coder_with_habits_of_its_own_shifts_nothing(inputs):
    """It hears a tenth of everything, and of one state five times as much as the first does."""
    rng = np.random.default_rng(0)
    habit = np.ones(24)
    habit[3] = 5.0
    seen = np.where(np.isfinite(inputs.counts), inputs.counts, 0.0)
    other = rng.poisson(0.1 * seen * habit[:, None] * habit[None, :]).astype(float)
    other[:, :, range(24), range(24)] = np.nan
    alone = estimate_panel_of_dyads(inputs, seed=1, draws=20).readings["tension"]
    both = estimate_panel_of_dyads(replace(inputs, other_counts={"b": other}), seed=1, draws=20)
    moved = both.readings["tension"].latent - alone.latent
    keys = np.array(["S03" in key for key in both.dyads])
    # a habit as strong as this is drawn a little to the mean of all states, and no further
    assert abs(moved[keys].mean()) < 0.3 * alone.latent.std()
    assert np.corrcoef(both.readings["tension"].latent.ravel(), alone.latent.ravel())[0, 1] > 0.95
    assert len(both.parameters["amount_vf"]) == 5, "a noise of its own"


def test_an_optional_item_counts_where_it_is_stored_and_is_not_missed_elsewhere(inputs, found):
    rng = np.random.default_rng(2)
    trips = rng.poisson(0.2, inputs.counts.shape[1:]).astype(float)
    trips[:, 0, 1] = trips[:, 1, 0] = 6.0
    trips[:, range(24), range(24)] = np.nan
    with_trips = estimate_panel_of_dyads(
        replace(inputs, acts={"visits": trips}), seed=1, draws=20, readings=("depth",)
    ).readings["depth"]
    assert with_trips.contributions["visits"][0].min() > 0.5
    assert "visits" not in found.readings["depth"].contributions
    # all but arms (1 of 4, or of 4.5 with visits) is there
    assert found.readings["depth"].informed == pytest.approx(np.full((276, 7), 3.0 / 4.0))
    assert with_trips.informed == pytest.approx(np.full((276, 7), 3.5 / 4.5))


def test_standing_on_one_item_is_asked_for_by_name(inputs):
    found = estimate_panel_of_dyads(inputs, seed=1, draws=40, readings=(), standing_of=("un",))
    assert not found.readings
    item = found.items["un"]
    assert (item.lo80 <= item.value).all()
    assert (item.value <= item.hi80).all()
    assert np.median(item.value[:, 0]) == pytest.approx(50, abs=3)


def test_treaties_count_only_when_they_are_asked_for(inputs):
    bound = np.zeros_like(inputs.symmetric["un"])
    bound[:, 0, 1] = bound[:, 1, 0] = 1.0
    bound[:, range(24), range(24)] = np.nan
    given = replace(inputs, symmetric={**inputs.symmetric, "treaty": bound})
    without, with_them = (
        estimate_panel_of_dyads(given, seed=1, draws=20, weights=weights).readings["cohesion"]
        for weights in (DECLARED, WITH_TREATIES)
    )
    assert "treaty" not in without.contributions
    assert with_them.contributions["treaty"][0].min() > 1.0
