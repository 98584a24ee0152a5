import numpy as np
import pytest

from comity.core.errors import UsageError
from comity.models._protocol import Item
from comity.models.effect import event_effects
from comity.models.item_levels import ItemPriors, standardise

MONTHS = tuple(f"{2000 + i // 12}-{i % 12 + 1:02d}" for i in range(240))
DATE = "2012-01"
PLACE = MONTHS.index(DATE)


def item(name: str, rng: np.random.Generator, shift: float = 0.0, reads: str = "depth") -> Item:
    level = np.cumsum(rng.normal(0, 0.05, len(MONTHS)))
    values = level + rng.normal(0, 1.0, len(MONTHS))
    values[PLACE:] += shift
    values[rng.random(len(MONTHS)) < 0.2] = np.nan
    size = len(MONTHS)
    return Item(name, reads, 1, 1.0, values, np.full(size, np.nan), np.ones(size, dtype=np.int64))


def world(seed: int, shift: float) -> list[Item]:
    rng = np.random.default_rng(seed)
    return [item(f"X-{i}", rng, shift) for i in range(6)]


def test_a_planted_shift_is_found_and_few_placebo_dates_move_as_far() -> None:
    (found,) = event_effects(MONTHS, world(1, 2.0), DATE, seed=1)
    assert found.z > 4
    assert found.lo80 > 0
    assert found.placebo_share == 0
    # Januaries of 2002 to 2018 but the three nearest
    assert found.placebos == 14


def test_the_sign_follows_the_shift() -> None:
    (up,) = event_effects(MONTHS, world(1, 2.0), DATE, seed=1)
    (down,) = event_effects(MONTHS, world(1, -2.0), DATE, seed=1)
    assert up.effect > 0 > down.effect


def test_without_a_shift_dates_are_rarely_unusual() -> None:
    z = [event_effects(MONTHS, world(seed, 0.0), DATE, seed=1)[0].z for seed in range(100, 140)]
    assert 0.4 < np.std(z) < 1.6
    assert np.mean(np.abs(z) > 2.5) < 0.1


def test_only_data_before_the_date_make_the_expectation() -> None:
    one, other = world(3, 0.0), world(3, 0.0)
    # an item that begins after the date has nothing to be compared with
    late = item("X-9", np.random.default_rng(5))
    late.values[:PLACE] = np.nan
    (found,) = event_effects(MONTHS, [*one, late], DATE, seed=1)
    assert "X-9" not in {part.item for part in found.items}
    assert len(found.items) == len(other)


def test_order_and_seed() -> None:
    items = world(7, 1.0)
    assert event_effects(MONTHS, items, DATE, seed=1) == event_effects(
        MONTHS, items[::-1], DATE, seed=1
    )


def test_readings_stay_apart() -> None:
    rng = np.random.default_rng(2)
    items = [item("A-1", rng, 3.0), item("B-1", rng, 0.0, "tension")]
    depth, tension = event_effects(MONTHS, items, DATE, seed=1)
    assert (depth.reading, tension.reading) == ("depth", "tension")
    assert abs(depth.z) > abs(tension.z)


@pytest.mark.parametrize("date", ["1990-01", "2001-02", "2030-01"])
def test_a_date_outside_the_record_teaches(date: str) -> None:
    with pytest.raises(UsageError, match=date):
        event_effects(MONTHS, world(1, 0.0), date, seed=1)


def test_near_the_end_the_horizon_is_what_there_is() -> None:
    (found,) = event_effects(MONTHS, world(1, 0.0), MONTHS[-2], seed=1)
    assert np.isfinite(found.effect)


def test_what_is_not_observed_after_the_date_is_not_known_and_never_zero() -> None:
    items = world(4, 1.0)
    items[0].values[PLACE : PLACE + 13] = np.nan
    (found,) = event_effects(MONTHS, items, DATE, seed=1)
    silent = next(part for part in found.items if part.item == "X-0")
    assert (silent.effect, silent.lo80, silent.hi80, silent.observed) == (None, None, None, False)
    assert found.items[-1] == silent
    assert found.weight_observed == pytest.approx(5 / 6)
    for each in items:
        each.values[PLACE : PLACE + 13] = np.nan
    (nothing,) = event_effects(MONTHS, items, DATE, seed=1)
    assert (nothing.effect, nothing.z, nothing.placebo_share) == (None, None, None)
    assert nothing.weight_observed == 0


def test_a_yearly_value_shows_the_part_of_a_shift_that_its_year_saw() -> None:
    size = len(MONTHS)
    rng = np.random.default_rng(9)
    monthly = rng.normal(0, 0.3, size)
    monthly[PLACE + 6 :] += 2.0  # from July: the year shows half of it
    values, span = np.full(size, np.nan), np.ones(size, dtype=np.int64)
    ends = np.arange(11, size, 12)
    values[ends], span[ends] = [monthly[at - 11 : at + 1].mean() for at in ends], 12
    yearly = Item("Y-1", "depth", 1, 1.0, values, np.full(size, np.nan), span)
    unit = standardise([yearly], ItemPriors()).unit[0]
    (half,) = event_effects(MONTHS, [yearly], MONTHS[PLACE + 6], horizon=6, seed=1)
    assert half.lo80 < 2.0 / unit < half.hi80
    assert half.effect == pytest.approx(2.0 / unit, rel=0.35)
