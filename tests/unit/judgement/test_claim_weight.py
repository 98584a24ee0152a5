"""What single episodes say of a claim, whatever was held of it before."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from comity.core.claim_test import load_claim_tests
from comity.core.dyad import Dyad
from comity.judgement.claim_test import _Episode, _part, _scales, _weight
from comity.judgement.rivals.balance import Balance
from comity.judgement.rivals.finding import Finding

CONTEXT = SimpleNamespace(book=SimpleNamespace(cite=lambda ids, limit=0: list(ids)))


def episode(name: str, result: str, truth: float = 0.8) -> _Episode:
    row = dict.fromkeys(
        ("target_item", "response_6m", "response_12m", "response_24m", "outcome",
         "response_so_far", "outcome_so_far", "rival_explanations", "outcome_group"), ""
    )  # fmt: skip
    row |= {"episode_id": name, "record_id": f"lever:{name}", "third_party": "USA"}
    row |= {"type": "coercion", "precision": "day", "occurred_from": dt.date(2005, 1, 1),
            "occurred_to": dt.date(2005, 1, 2)}  # fmt: skip
    return _Episode(row, result, attributed=True, truth=truth, outside=())


@pytest.fixture(scope="module")
def claim():
    return load_claim_tests(Dyad("RUS", "IRN"))[0]


@pytest.mark.parametrize("prior", [{"H1": 5.0}, {"H4": 0.0001}, {"H1": 1e-9, "H2": 1e9}])
def test_a_prior_moves_the_weight_of_a_claim_and_no_likelihood_ratio(claim, prior) -> None:
    even = _scales(claim, 7, ())
    held = replace(even, weighing=even.weighing.model_copy(update={"prior": prior}))
    told = [episode("a", "kept"), episode("b", "kept"), episode("c", "cut")]
    before, odds = _weight(claim, even, told)
    after, same = _weight(claim, held, told)
    assert after.value != before.value
    assert same == odds
    for each in told:
        parts = [_part(each, claim, scales, CONTEXT) for scales in (even, held)]
        assert parts[0].odds == parts[1].odds
        assert all(0.1 < ratio < 10 for ratio in parts[0].odds.values())


def test_what_speaks_for_a_rival_does_not_rest_on_the_prior(claim) -> None:
    even = _scales(claim, 7, ())
    weighing = even.weighing.model_copy(update={"prior": {"H2": 1e-12}})
    one = Finding("E4", dt.date(2005, 1, 1), True, 0.8, "a|", "a", ("lever:a",))
    support = [
        Balance(scales, [one]).support() for scales in (even, replace(even, weighing=weighing))
    ]
    assert np.allclose(*support)
