"""Are the intervals of an event's effect right, and how often does a placebo share raise an alarm?

Fresh seeds. The truth is a step in the level of every item at a known month, on the scale of the
items; the share of each item in the reading is that of the estimate. The month of the year goes
round: a yearly value shows a part of the step in its first year.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from comity.models._protocol import Item
from comity.models.effect import Effect, event_effects
from comity.models.item_levels import ItemPriors, standardise
from comity.models.simulate import simulate_items

pytestmark = pytest.mark.slow

SEEDS = range(95_000, 95_100)


def own_levels(seed: int, rho: float) -> tuple[Item, ...]:
    """Six items that wander by themselves, with autocorrelated noise."""
    rng = np.random.default_rng(seed)
    made = []
    for index in range(6):
        noise = rng.normal(0.0, 0.8, 300)
        for t in range(1, 300):
            noise[t] = rho * noise[t - 1] + np.sqrt(1.0 - rho**2) * noise[t]
        values = np.cumsum(rng.normal(0.0, 0.1, 300)) + noise
        values[rng.random(300) < 0.2] = np.nan
        empty, months = np.full(300, np.nan), np.ones(300, dtype=np.int64)
        made.append(Item(f"item-{index}", "cohesion", 1, 1.0, values, empty, months))
    return tuple(made)


def stepped(items: tuple[Item, ...], size: float, place: int) -> list[Item]:
    """Return the items with a step of the level at the month of the event."""
    level = np.where(np.arange(300) >= place, size, 0.0)
    made = []
    for item in items:
        shown = [level[max(0, t - k + 1) : t + 1].mean() for t, k in enumerate(item.span)]
        made.append(dataclasses.replace(item, values=item.values + np.array(shown)))
    return made


WORLDS = {
    "own levels": lambda seed: own_levels(seed, 0.0),
    "own levels, autocorrelated": lambda seed: own_levels(seed, 0.5),
    "one common level": lambda seed: simulate_items(seed, months=300).items,
}
MONTHS = simulate_items(1, months=300).months


def expected(found: Effect, items: list[Item], size: float) -> float:
    """Return the step of the reading: that of its items on their scale, by the shares declared."""
    unit = dict(
        zip((item.name for item in items), standardise(items, ItemPriors()).unit, strict=True)
    )
    # between items 1, and the variance of each: as documented
    share = np.array([1 / (1 + ((p.hi80 - p.lo80) / 2.5632) ** 2) for p in found.items])
    return float((share * [size / unit[p.item] for p in found.items]).sum() / share.sum())


def outcome(name: str, size: float) -> tuple[float, float, float]:
    """Return coverage of the 80 % interval, share of alarms and mean error."""
    inside, alarms, errors = [], [], []
    for seed in SEEDS:
        place = 190 + seed % 12
        items = stepped(WORLDS[name](seed), size, place)
        (found,) = event_effects(MONTHS, items, MONTHS[place], horizon=12, seed=1)
        truth = expected(found, items, size)
        inside.append(found.lo80 <= truth <= found.hi80)
        errors.append(found.effect - truth)
        alarms.append(found.placebo_share < 0.1)
    return float(np.mean(inside)), float(np.mean(alarms)), float(np.mean(errors))


@pytest.mark.parametrize("name", WORLDS)
def test_without_an_event_the_interval_holds_none_and_alarms_are_rare(name: str) -> None:
    cover, alarms, error = outcome(name, 0.0)
    assert 0.68 <= cover <= 0.93
    # a rank among about 20 years: a tenth, and a little more for so few
    assert alarms <= 0.19
    assert abs(error) < 0.1


@pytest.mark.parametrize("name", WORLDS)
def test_a_planted_step_is_covered_and_found(name: str) -> None:
    cover, alarms, error = outcome(name, 1.5)
    assert 0.65 <= cover <= 0.93
    assert alarms >= 0.9
    assert abs(error) < 0.2
