from dataclasses import replace

import numpy as np
import pytest

from comity.models.readings import estimate_readings, leave_one_out
from comity.models.simulate import simulate_items

MONTHS = tuple(f"{2000 + i // 12}-{i % 12 + 1:02d}" for i in range(180))


@pytest.fixture(scope="module")
def world():
    items = simulate_items(seed=3, months=len(MONTHS)).items
    return [item for item in items if item.reads == items[0].reads]


def test_without_an_item_that_agrees_little_changes_and_order_is_by_influence(world) -> None:
    path = estimate_readings(MONTHS, world, seed=1, draws=200).paths[world[0].reads]
    found = leave_one_out(path, {item.name: item.weight for item in world})
    assert {name for name, _ in found} == {item.name for item in world}
    whole = float(100 * np.interp(path.latent_mean[-1], path.reference, np.linspace(0, 1, 1001)))
    moves = [abs(value - whole) for _, value in found]
    assert moves == sorted(moves, reverse=True)


def test_the_share_of_a_left_out_item_goes_to_the_others(world) -> None:
    path = estimate_readings(MONTHS, world, seed=1, draws=200).paths[world[0].reads]
    weights = {item.name: item.weight for item in world}
    name = world[0].name
    value = dict(leave_one_out(path, weights))[name]
    rest = {key: part[-1] for key, part in path.contributions.items() if key != name}
    latent = sum(rest.values()) / (1 - weights[name] / sum(weights.values()))
    assert value == pytest.approx(
        100 * np.interp(latent, path.reference, np.linspace(0, 1, 1001)), abs=1e-6
    )


def test_a_single_item_cannot_be_left_out(world) -> None:
    only = [replace(world[0], weight=1.0)]
    path = estimate_readings(MONTHS, only, seed=1, draws=100).paths[only[0].reads]
    assert leave_one_out(path, {only[0].name: 1.0}) == []
