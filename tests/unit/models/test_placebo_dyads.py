import numpy as np
import pytest

from comity.models.placebo_dyads import placebo_dyads

DYADS = ("AAA-BBB", "AAA-CCC", "BBB-DDD", *(f"X{i:02d}-Y{i:02d}" for i in range(10)))


def panel(*own: float) -> np.ndarray:
    return np.array([*own, *np.arange(10.0)])


def test_shares_count_only_dyads_with_neither_state() -> None:
    found = placebo_dyads(DYADS, np.zeros(13), panel(8.0, 90.0, -95.0), "AAA-BBB")
    assert found.change == 8
    assert found.donors == 10
    assert found.share_as_far == pytest.approx(0.2)
    assert found.share_same_way == pytest.approx(0.2)
    assert [(each.dyad, each.change) for each in found.sharing] == [
        ("BBB-DDD", -95.0),
        ("AAA-CCC", 90.0),
    ]


def test_direction_and_distance_are_two_questions() -> None:
    found = placebo_dyads(DYADS, np.zeros(13), panel(-8.0, 0.0, 0.0), "AAA-BBB")
    assert found.share_as_far == pytest.approx(0.2)
    assert found.share_same_way == 0
    sideless = placebo_dyads(
        DYADS, np.zeros(13), panel(-8.0, 0.0, 0.0), "AAA-BBB", has_direction=False
    )
    assert sideless.share_same_way is None
    assert sideless.share_as_far == pytest.approx(0.2)


def test_no_change_is_no_direction() -> None:
    found = placebo_dyads(DYADS, np.zeros(13), panel(0.0, 0.0, 0.0), "AAA-BBB")
    assert (found.change, found.share_same_way, found.share_as_far) == (0.0, None, 1.0)


def test_what_is_not_known_is_none_and_no_placebo() -> None:
    unknown = placebo_dyads(DYADS, np.zeros(13), panel(np.nan, 1.0, 1.0), "AAA-BBB")
    assert (unknown.change, unknown.share_as_far, unknown.share_same_way) == (None, None, None)
    assert unknown.donors == 10
    before = np.zeros(13)
    before[5:] = np.nan
    few = placebo_dyads(DYADS, before, panel(8.0, 1.0, np.nan), "AAA-BBB")
    assert (few.change, few.donors, few.share_as_far) == (8.0, 2, None)
    assert few.sharing_known == 1


def test_doubtful_counts_are_no_placebo() -> None:
    left_out = np.zeros(13, dtype=bool)
    left_out[[0, 1, 12]] = True
    found = placebo_dyads(DYADS, np.zeros(13), panel(8.5, 90.0, 1.0), "AAA-BBB", left_out=left_out)
    assert found.change == 8.5
    assert (found.donors, found.share_as_far) == (9, 0.0)
    assert found.sharing_known == 1


def made_up(seed: int, shift: float) -> float:
    """Share of 120 dyads of 40 states whose rank moved as far as that of the first."""
    rng = np.random.default_rng(seed)
    states = [f"S{i:02d}" for i in range(40)]
    pairs = [(a, b) for i, a in enumerate(states) for b in states[i + 1 :]]
    chosen = [pairs[i] for i in rng.choice(len(pairs), 120, replace=False)]
    start = rng.normal(0, 1, 120)
    end = start + rng.normal(0, 0.4, 120)
    end[0] += shift
    rank = [100 * np.argsort(np.argsort(part)) / 119 for part in (start, end)]
    keys = tuple(f"{a}-{b}" for a, b in chosen)
    found = placebo_dyads(keys, rank[0], rank[1], keys[0])
    assert found.share_as_far is not None
    return found.share_as_far


def test_shares_are_uniform_without_an_event_and_small_with_one() -> None:
    null = np.sort([made_up(seed, 0.0) for seed in range(40_000, 40_400)])
    # Kolmogorov-Smirnov against uniform; 1.63 / sqrt(n) is the 1 % bound
    grid = (np.arange(400) + 0.5) / 400
    assert np.max(np.abs(null - grid)) < 1.63 / 20
    planted = [made_up(seed, 2.0) for seed in range(41_000, 41_100)]
    assert np.median(planted) < 0.02
    assert np.mean(np.array(planted) < 0.1) > 0.75
