from __future__ import annotations

import numpy as np
import pytest

from comity.core.errors import ModelError
from comity.models.panel.agreement import vote_agreement
from comity.models.panel.centring import centre_two_way


def test_additive_state_effects_vanish():
    own = np.linspace(0, 1, 40)
    x = 0.5 + own[:, None] + own[None, :]
    left = centre_two_way(x[None])
    assert np.nanmax(np.abs(left)) < 0.1
    assert np.isnan(np.diag(left[0])).all()


def test_what_a_dyad_has_beyond_its_states_stays_also_with_gaps():
    rng = np.random.default_rng(0)
    own = rng.normal(size=40)
    x = own[:, None] + own[None, :]
    x[3, 5] = x[5, 3] = x[3, 5] + 2.0
    x[7, :20] = x[:20, 7] = np.nan
    left = centre_two_way(x[None])[0]
    assert left[3, 5] == left[5, 3] == pytest.approx(2.0, abs=0.3)
    assert np.isnan(left[7, :20]).all()
    assert np.isfinite(left[7, 21:]).all()


def test_a_period_without_values_stays_missing():
    assert np.isnan(centre_two_way(np.full((1, 4, 4), np.nan))).all()


def test_planes_are_refused():
    with pytest.raises(ModelError, match="dims"):
        centre_two_way(np.zeros((3, 3)))


def test_contested_votes_weigh_more_and_unanimous_ones_nothing():
    split = np.array([[1, 1, 0, 0]] * 10, dtype=float)
    lone = np.array([[1, 0, 1, 1]] * 10, dtype=float)
    unanimous = np.ones((50, 4))
    agreement, variance = vote_agreement(np.vstack([split, lone, unanimous]))
    assert 0.5 < agreement[0, 1] < 0.6
    assert vote_agreement(np.vstack([split, lone]))[0][0, 1] == pytest.approx(agreement[0, 1])
    assert agreement[0, 2] < agreement[0, 1]
    assert variance[0, 1] > 0


def test_absence_is_missing_and_few_joint_votes_are_not_enough():
    votes = np.array([[1, 1, 0, 0.5]] * 12, dtype=float)
    votes[:6, 1] = np.nan
    agreement, _ = vote_agreement(votes)
    assert np.isnan(agreement[0, 1])
    assert agreement[0, 2] == 0.0
    assert agreement[0, 3] == 0.5
    few, many = vote_agreement(votes, least=5)[1][0, [1, 2]]
    assert few > many


def test_unknown_answers_are_refused():
    with pytest.raises(ModelError, match="votes"):
        vote_agreement(np.array([[1.0, 2.0]]))
