import pytest

from comity.models.time_to_event import Followed, incidence, median_time, wilson


def followed(*pairs: tuple[float, str]) -> list[Followed]:
    return [Followed(time, outcome) for time, outcome in pairs]  # type: ignore[arg-type]


def test_without_ends_it_is_the_complement_of_kaplan_and_meier() -> None:
    # at 6: 6 at risk, one done; at 7: 4 at risk (6+ censored), one done; at 10: 3 at risk, one done
    items = followed(
        (6, "done"), (6, "open"), (7, "done"), (10, "done"), (13, "open"), (20, "open")
    )
    left = (1 - 1 / 6) * (1 - 1 / 4) * (1 - 1 / 3)
    found = incidence(items, 12)
    assert found is not None
    assert found.value == pytest.approx(1 - left)
    assert found.lo80 < found.value < found.hi80
    assert found.at_risk == 2


def test_items_too_young_are_censored_not_failed() -> None:
    old = followed((1, "done"), (2, "done"), (9, "open"), (9, "open"))
    young = [*old, *followed(*[(0.1, "open")] * 20)]
    before, after = incidence(old, 5), incidence(young, 5)
    assert before is not None
    assert after is not None
    assert after.value == pytest.approx(before.value)


def test_an_item_that_ended_stays_in_the_denominator() -> None:
    found = incidence(followed((1, "done"), (2, "ended"), (9, "open"), (9, "open")), 5)
    censored = incidence(followed((3, "done"), (2, "open"), (9, "open"), (9, "open")), 5)
    ended = incidence(followed((3, "done"), (2, "ended"), (9, "open"), (9, "open")), 5)
    assert found is not None
    assert found.value == pytest.approx(0.25)
    assert censored is not None
    assert ended is not None
    assert ended.value == pytest.approx(0.25)
    assert censored.value == pytest.approx(1 / 3), "a censored item could still have been done"


def test_nobody_followed_for_so_long_is_not_known() -> None:
    assert incidence(followed((1, "done"), (2, "open")), 5) is None
    assert incidence([], 5) is None


def test_none_and_all_done_have_an_interval_over_those_whose_fate_is_known() -> None:
    none = incidence(followed((9, "open"), (9, "open"), (0.5, "open")), 5)
    every = incidence(followed((1, "done"), (2, "done")), 5)
    assert none is not None
    assert (none.value, none.lo80) == (0, 0)
    assert none.hi80 == pytest.approx(wilson(0, 2)[1])
    assert every is not None
    assert (every.value, every.hi80) == (1, 1)
    assert 0 < every.lo80 < 1


def test_variance_without_censoring_is_that_of_a_share() -> None:
    items = followed(*[(i + 1.0, "done") for i in range(10)], *[(50.0, "open")] * 10)
    found = incidence(items, 20)
    assert found is not None
    low, high = wilson(10, 20)
    assert found.value == pytest.approx(0.5)
    assert found.hi80 - found.lo80 == pytest.approx(high - low, rel=0.1)


def test_the_median_needs_half_of_the_items() -> None:
    assert median_time(followed((3, "done"), (5, "done"), (9, "open"), (9, "open"))) == 5
    assert median_time(followed((3, "done"), (9, "open"), (9, "open"))) is None
