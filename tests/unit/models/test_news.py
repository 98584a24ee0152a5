from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.errors import UsageError
from comity.models._protocol import Item
from comity.models.news import reading_news

MONTHS = tuple(f"{2010 + i // 12}-{i % 12 + 1:02d}" for i in range(96))
SINCE = "2015-06"
START = MONTHS.index(SINCE)


def item(name: str, rng: np.random.Generator, reads: str = "depth") -> Item:
    size = len(MONTHS)
    values = np.cumsum(rng.normal(0, 0.1, size)) + rng.normal(0, 0.7, size)
    values[rng.random(size) < 0.3] = np.nan
    return Item(name, reads, 1, 1.0, values, np.full(size, np.nan), np.ones(size, dtype=np.int64))


def cut(whole: Item, at: int = START) -> Item:
    """Return an item as known at `at`."""
    last = at + 1
    return replace(whole, values=whole.values[:last].copy(), sd=whole.sd[:last],
                   span=whole.span[:last])  # fmt: skip


def world(seed: int, count: int = 4) -> list[Item]:
    rng = np.random.default_rng(seed)
    return [item(f"X-{i}", rng) for i in range(count)]


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), revised=st.booleans(), newcomer=st.booleans())
def test_terms_add_up_to_the_change_exactly(seed: int, revised: bool, newcomer: bool) -> None:
    items = world(seed)
    before = [cut(each) for each in items]
    if revised:
        before[0].values[5:20] = 1.0
    if newcomer:
        before = before[:-1]
    (found,) = reading_news(MONTHS, before, items, SINCE, seed=1)
    assert sum(term.effect for term in found.terms) == pytest.approx(found.change, abs=1e-9)
    kinds = {term.kind for term in found.terms}
    assert ("weight" in kinds) == newcomer


def test_nothing_new_moves_nothing() -> None:
    items = world(1)
    for each in items:
        each.values[START + 1 :] = np.nan
    (found,) = reading_news(MONTHS, [cut(each) for each in items], items, SINCE, seed=1)
    assert found.change == pytest.approx(0.0, abs=1e-12)
    assert found.terms == ()


def test_one_new_observation_is_the_one_cause() -> None:
    items = world(2)
    for each in items:
        each.values[START + 1 :] = np.nan
    items[2].values[START + 7] = 9.0
    (found,) = reading_news(MONTHS, [cut(each) for each in items], items, SINCE, seed=1)
    (term,) = found.terms
    assert (term.item, term.kind, term.month) == ("X-2", "news", MONTHS[START + 7])
    assert term.effect > 0


def test_a_late_finding_about_an_early_month_is_a_revision() -> None:
    items = world(3)
    for each in items:
        each.values[START + 1 :] = np.nan
    before = [cut(each) for each in items]
    place = int(np.flatnonzero(np.isfinite(items[1].values))[-1])
    before[1].values[place] = np.nan
    (found,) = reading_news(MONTHS, before, items, SINCE, seed=1)
    assert {(term.item, term.kind) for term in found.terms} == {("X-1", "revision")}


def test_readings_stay_apart() -> None:
    rng = np.random.default_rng(4)
    items = [item("A-1", rng), item("B-1", rng, "tension"), item("C-1", rng, "asymmetry")]
    found = reading_news(MONTHS, [cut(each) for each in items], items, SINCE, seed=1)
    assert [each.reading for each in found] == ["depth", "tension", "asymmetry"]
    for each in found:
        assert sum(term.effect for term in each.terms) == pytest.approx(each.change, abs=1e-9)


def test_a_month_outside_the_grid_teaches() -> None:
    with pytest.raises(UsageError, match="2030-01"):
        reading_news(MONTHS, [], world(1), "2030-01", seed=1)
