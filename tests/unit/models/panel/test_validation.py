from __future__ import annotations

import numpy as np
import pytest

from comity.core.errors import NotEnoughObservations
from comity.models.panel.estimate import estimate_panel_of_dyads
from comity.models.panel.simulate import simulate_panel_inputs
from comity.models.panel.validation import (
    Labels,
    ablate,
    auc,
    bootstrap_by_dyad,
    check_orderings,
    match_volume,
    score_labels,
)


def labels_of(good, dyads=200, time=4):
    rng = np.random.default_rng(0)
    pact = np.repeat(good[:, None] > 0.5, time, axis=1)
    rivalry = np.repeat(good[:, None] < -0.5, time, axis=1)
    return Labels(
        pact=pact,
        rivalry=rivalry,
        onset_next=rivalry & (rng.random((dyads, time)) < 0.5),
        known_next=np.ones((dyads, time), dtype=bool),
        contiguous=rng.random((dyads, time)) < 0.5,
        volume=rng.normal(size=(dyads, time)),
    )


def test_auc_is_that_of_all_comparisons():
    rng = np.random.default_rng(1)
    up, down = rng.integers(0, 6, 30).astype(float), rng.integers(0, 5, 40).astype(float)
    brute = np.mean((up[:, None] > down) + 0.5 * (up[:, None] == down))
    assert auc(up, down) == pytest.approx(brute)
    weight = rng.random(30)
    brute = np.average(((up[:, None] > down) + 0.5 * (up[:, None] == down)).mean(1), weights=weight)
    assert auc(up, down, weight) == pytest.approx(brute)
    assert np.isnan(auc(up, down[:0]))


def test_a_score_that_is_only_volume_is_worth_nothing_at_equal_volume():
    rng = np.random.default_rng(2)
    volume = np.concatenate([rng.normal(0, 1, 4000), rng.normal(1.0, 1, 4000)])
    quiet, loud = volume[:4000], volume[4000:]
    assert auc(-quiet, -loud) > 0.7
    weights = match_volume(quiet, loud, bins=30)
    assert auc(-quiet, -loud, *weights) == pytest.approx(0.5, abs=0.03)


def test_scores_know_good_readings_from_noise_and_use_what_is_held_out_only():
    good = np.random.default_rng(3).normal(size=200)
    labels = labels_of(good)
    path = np.repeat(good[:, None], 4, axis=1)
    best = score_labels(path, -path, labels)
    assert best.cohesion == best.cohesion_near == best.cohesion_volume == 1.0
    assert best.tension > 0.8
    half = np.zeros(path.shape, dtype=bool)
    half[:100] = True
    broken = path.copy()
    broken[:100] *= -1
    assert score_labels(broken, -path, labels, within=half).cohesion == 0.0
    assert score_labels(broken, -path, labels, within=~half).cohesion == 1.0
    none = score_labels(path, path, labels, within=np.zeros_like(half))
    assert all(np.isnan(x) for x in none)


def test_bootstrap_draws_whole_dyads():
    good = np.random.default_rng(4).normal(size=200)
    path = np.repeat(good[:, None], 4, axis=1) + np.random.default_rng(5).normal(size=(200, 4))
    labels = labels_of(good)

    def cohesion(rows):
        return score_labels(path[rows], -path[rows], labels.take(rows)).cohesion

    low, high = bootstrap_by_dyad(cohesion, 200, seed=1, rounds=50)
    assert low < cohesion(np.arange(200)) < high
    assert (low, high) == bootstrap_by_dyad(cohesion, 200, seed=1, rounds=50)
    with pytest.raises(NotEnoughObservations):
        bootstrap_by_dyad(lambda rows: float("nan"), 3, seed=1, rounds=3)


def test_ablation_names_what_matters():
    world = simulate_panel_inputs(8, states=24, periods=4)
    close = world.closeness
    labels = labels_of(close[:, 0], *close.shape)
    found = ablate(world.inputs, labels, {"votes": ["un"], "trade": ["trade"]})
    assert set(found) == {"", "votes", "trade"}
    assert found[""].cohesion > max(found["votes"].cohesion, found["trade"].cohesion)
    assert found["votes"].tension == found[""].tension


def test_orderings_are_counted_missed_and_left_out():
    found = estimate_panel_of_dyads(simulate_panel_inputs(9, states=16).inputs, seed=1, draws=20)
    mean = found.readings["cohesion"].filtered.mean(axis=1)
    top, bottom = found.dyads[int(mean.argmax())], found.dyads[int(mean.argmin())]
    years = [2000, 2011]
    line = {"reading": "cohesion", "more": top, "less": bottom, "years": years}
    path = found.readings["tension"].filtered[0]
    year = 2000 + int(path.argmax())
    low = 2000 + int(path.argmin())
    scores = check_orderings(
        found,
        {
            "between": [line, {**line, "more": bottom, "less": top}, {**line, "more": "XXX-YYY"}],
            "within": [
                {
                    "reading": "tension",
                    "dyad": found.dyads[0],
                    "more": [year] * 2,
                    "less": [low] * 2,
                }
            ],
            "close": [{"dyad": top, "years": years}, {"dyad": bottom, "years": years}],
            "hostile": [{"dyad": bottom, "years": years}],
        },
    )
    assert (scores.cohesion, scores.within, scores.close, scores.hostile) == (0.5, 1.0, 0.5, 1.0)
    assert np.isnan(scores.tension)
    assert len(scores.misses) == 2
    assert [line["more"] for line in scores.unusable] == ["XXX-YYY"]
