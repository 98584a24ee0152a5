"""Weights of rival hypotheses: a planted truth, dependence between findings, and edges."""

import numpy as np
import pytest

from comity.core.errors import ModelError
from comity.core.framework import load_tests
from comity.models.hypothesis_weights import (
    Doubt,
    Evidence,
    information,
    point_weights,
    share_out,
    weigh,
)

DOUBT = Doubt(per_point=0.8, per_point_sd=0.3, rating_sd=0.5, dependence=(0.2, 0.6))


def ratings() -> np.ndarray:
    tests = load_tests()
    names = list(next(iter(tests.values())).expected)
    return np.array([[test.expected[name] for name in names] for test in tests.values()], float)


def world(rng, expected, *, truth=0.85, copied=0.6, most=4):
    """A record made by one of the hypotheses: noisy ratings, copied findings, errors."""
    ruling = int(rng.integers(expected.shape[1]))
    k = 0.8 * np.exp(0.3 * rng.standard_normal())
    felt = expected[:, ruling] + 0.5 * rng.standard_normal(len(expected))
    test, present = [], []
    for index, rating in enumerate(felt):
        count = int(rng.integers(0, most + 1))
        chance = 1 / (1 + np.exp(-k * rating))
        first = rng.random() < chance
        for _ in range(count):
            seen = first if rng.random() < copied else rng.random() < chance
            present.append(bool(seen) if rng.random() < truth else not seen)
            test.append(index)
    made = np.array(test, dtype=np.int64)
    evidence = Evidence(
        expected=expected,
        prior=np.ones(expected.shape[1]),
        test=made,
        cell=made,
        present=np.array(present, dtype=bool),
        truth=np.full(len(made), truth),
        part=np.ones(len(made)),
    )
    return ruling, evidence


def few(rng, expected, present, test=0):
    at = np.full(len(present), test, dtype=np.int64)
    return Evidence(
        expected, np.ones(expected.shape[1]), at, at, np.array(present, dtype=bool),
        np.full(len(present), 0.9), np.ones(len(present)),
    )  # fmt: skip


def calibration(worlds, doubt, draws=200):
    """Return the slope of truth on weight, the log score, and that of the prior."""
    given, true, score = [], [], []
    for number, (ruling, evidence) in enumerate(worlds):
        weights = weigh(evidence, doubt, seed=number, draws=draws).draws.mean(axis=0)
        given.append(weights)
        true.append(np.arange(len(weights)) == ruling)
        score.append(np.log(weights[ruling]))
    flat, hit = np.concatenate(given), np.concatenate(true).astype(float)
    away = flat - flat.mean()
    slope = float((away * (hit - hit.mean())).sum() / (away**2).sum())
    return slope, float(np.mean(score)), float(np.log(1 / len(given[0])))


def test_weights_are_calibrated_on_a_planted_truth():
    rng = np.random.default_rng(5)
    expected = ratings()
    worlds = [world(rng, expected) for _ in range(250)]
    slope, score, of_prior = calibration(worlds, DOUBT)
    # 1: a weight of 30 % is right in 30 of 100; above 1 it is cautious. Monte Carlo error 0.07.
    assert 0.95 <= slope <= 1.4
    assert score > of_prior + 0.25


def test_findings_that_copy_each_other_make_a_naive_count_too_sure():
    rng = np.random.default_rng(6)
    expected = ratings()
    worlds = [world(rng, expected, copied=0.9) for _ in range(200)]
    naive = Doubt(per_point=0.8, per_point_sd=0.0, rating_sd=0.0, dependence=(0.0, 0.0))
    slope, score, _ = calibration(worlds, DOUBT)
    naive_slope, naive_score, _ = calibration(worlds, naive)
    assert naive_slope < 0.9 < slope
    assert naive_score < score


def test_without_findings_the_prior_stands():
    expected = ratings()
    prior = np.arange(1.0, expected.shape[1] + 1)
    none = np.zeros(0)
    evidence = Evidence(
        expected, prior, none.astype(np.int64), none.astype(np.int64), none.astype(bool), none, none
    )
    weights = weigh(evidence, DOUBT, seed=1, draws=50)
    shares = share_out(evidence, DOUBT, seed=1)
    assert np.allclose(weights.draws, prior / prior.sum())
    assert np.allclose(shares.draws.sum(axis=1), 1)


def test_a_thing_seen_speaks_for_who_expected_it_and_absence_against():
    expected = np.array([[2.0, 0.0, -2.0]])
    rng = np.random.default_rng(1)
    seen = point_weights(few(rng, expected, [True]), DOUBT)
    not_seen = point_weights(few(rng, expected, [False]), DOUBT)
    assert seen[0] > seen[1] > seen[2]
    assert not_seen[0] < not_seen[1] < not_seen[2]
    assert np.allclose(seen, not_seen[::-1])


def test_ten_findings_of_one_cell_count_as_few():
    expected = np.array([[2.0, 0.0, -2.0]])
    rng = np.random.default_rng(1)
    one = point_weights(few(rng, expected, [True]), DOUBT)
    ten = point_weights(few(rng, expected, [True] * 10), DOUBT)
    bound = point_weights(few(rng, expected, [True] * 400), DOUBT)
    assert ten[0] > one[0]
    # however many, they never tell more than 1 / rho of them would
    ratio = np.log(bound[0] / bound[1]) / np.log(one[0] / one[1])
    assert ratio < 1 / 0.4 + 0.01


def test_same_seed_same_draws():
    rng = np.random.default_rng(2)
    _, evidence = world(rng, ratings())
    first, second = (weigh(evidence, DOUBT, seed=3, draws=40).draws for _ in range(2))
    assert np.array_equal(first, second)
    assert np.allclose(first.sum(axis=1), 1)
    shares = [share_out(evidence, DOUBT, seed=3).draws for _ in range(2)]
    assert np.array_equal(*shares)


def test_shares_find_two_that_rule_together():
    expected = np.array([[2.0, -2.0, -2.0], [-2.0, 2.0, -2.0], [-2.0, -2.0, 2.0]])
    test = np.repeat([0, 1], 20).astype(np.int64)
    evidence = Evidence(
        expected, np.ones(3), test, np.arange(40), np.ones(40, dtype=bool), np.full(40, 0.95),
        np.ones(40),
    )  # fmt: skip
    shares = share_out(evidence, DOUBT, seed=1)
    mean = shares.draws.mean(axis=0)
    assert min(mean[0], mean[1]) > 2 * mean[2]


def test_information_is_greatest_where_the_rivals_differ():
    weights = np.array([0.5, 0.5])
    bits = information(weights, np.array([[2.0, -2.0], [1.0, 1.0]]), DOUBT, 0.9)
    assert bits[0] > 0.1
    assert abs(bits[1]) < 1e-9


@pytest.mark.parametrize(
    ("change", "words"),
    [({"truth": np.array([0.2])}, "between 0.5 and 1"), ({"prior": np.zeros(2)}, "positive prior"),
     ({"part": np.ones(3)}, "each")],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(change, words):
    given = {
        "expected": np.zeros((1, 2)), "prior": np.ones(2), "test": np.zeros(1, dtype=np.int64),
        "cell": np.zeros(1, dtype=np.int64), "present": np.ones(1, dtype=bool),
        "truth": np.array([0.9]), "part": np.ones(1),
    }  # fmt: skip
    with pytest.raises(ModelError, match=words):
        Evidence(**{**given, **change})
