from dataclasses import fields, replace

import numpy as np
import pytest

from comity.models.item_levels import ItemPriors
from comity.models.mixture import ReadingPriors
from comity.models.prior_sensitivity import prior_sensitivity
from comity.models.readings import estimate_readings
from comity.models.simulate import simulate_items

DRAWS = 2000


def world(seed: int, reads: str = "cohesion"):
    made = simulate_items(seed, months=180, reads=reads)
    kinds = ("flow", "state", "episode")
    return made.months, [
        replace(item, kind=kinds[i % 3], weight=1.0 + i) for i, item in enumerate(made.items)
    ]


@pytest.fixture(scope="module")
def found():
    months, items = world(5)
    path = estimate_readings(months, items, seed=1, draws=DRAWS).paths["cohesion"]
    return months, items, path, prior_sensitivity("cohesion", items, path)


def test_every_prior_is_halved_and_doubled_and_weights_are_made_equal(found) -> None:
    choices = [(each.prior, each.factor) for each in found[3]]
    wanted = {(each.name, factor) for each in fields(ItemPriors) for factor in (0.5, 2.0)}
    assert set(choices) == wanted | {("weights", None)}
    assert len(choices) == len(wanted) + 1


def test_the_farthest_move_comes_first_and_bounds_hold(found) -> None:
    *_, path, choices = found
    published = float(np.median(path.filtered[:, -1]))
    moves = [round(abs(each.move), 6) for each in choices]
    assert moves == sorted(moves, reverse=True)
    assert moves[0] > 0.5, "a world in which nothing moves tests nothing"
    for each in choices:
        assert 0 <= each.lo80 <= each.value <= each.hi80 <= 100
        assert 0 <= each.p_rise <= 1
        assert each.value == pytest.approx(published + each.move)


@pytest.mark.parametrize(
    ("prior", "factor"), [("step", 2.0), ("step", 0.5), ("noise", 2.0), ("scale_n", 2.0),
                          ("spread", 0.5), ("state_noise", 2.0), ("episode_floor", 0.5)]
)  # fmt: skip
def test_a_light_move_is_that_of_a_whole_estimate(found, prior: str, factor: float) -> None:
    months, items, _, choices = found
    value = getattr(ItemPriors(), prior) * factor
    priors = ReadingPriors(items=replace(ItemPriors(), **{prior: value}))
    whole = estimate_readings(months, items, seed=1, draws=DRAWS, priors=priors).paths["cohesion"]
    lo, mid, hi = np.quantile(whole.filtered[:, -1], [0.1, 0.5, 0.9])
    (light,) = [each for each in choices if (each.prior, each.factor) == (prior, factor)]
    # the whole estimates differ by chance too: about a point with these draws
    assert light.value == pytest.approx(mid, abs=3.0)
    assert light.lo80 == pytest.approx(lo, abs=4.0)
    assert light.hi80 == pytest.approx(hi, abs=4.0)
    assert light.p_rise == pytest.approx(whole.p_rise_12m, abs=0.06)


def test_equal_weights_are_those_of_a_whole_estimate(found) -> None:
    months, items, _, choices = found
    equal = [replace(item, weight=1.0) for item in items]
    whole = estimate_readings(months, equal, seed=1, draws=DRAWS).paths["cohesion"]
    (light,) = [each for each in choices if each.prior == "weights"]
    assert light.value == pytest.approx(np.median(whole.filtered[:, -1]), abs=3.0)


def test_equal_weights_move_nothing_where_they_are_equal() -> None:
    months, items = world(6)
    items = [replace(item, weight=2.0) for item in items]
    path = estimate_readings(months, items, seed=1, draws=100).paths["cohesion"]
    (same,) = [e for e in prior_sensitivity("cohesion", items, path) if e.prior == "weights"]
    assert same.move == pytest.approx(0.0, abs=1e-9)


def test_asymmetry_keeps_its_sign_and_scale() -> None:
    months, items = world(7, "asymmetry")
    path = estimate_readings(months, items, seed=1, draws=DRAWS).paths["asymmetry"]
    for each in prior_sensitivity("asymmetry", items, path):
        assert -100 <= each.lo80 <= each.value <= each.hi80 <= 100


def test_order_of_items_and_repetition_change_nothing(found) -> None:
    _, items, path, choices = found
    assert prior_sensitivity("cohesion", items[::-1], path) == choices
