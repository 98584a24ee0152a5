"""Conditions of rules: what they say where something is not known, and what they refuse."""

import itertools

import pytest

from comity.core.errors import CatalogError
from comity.judgement.implied.condition import check, holds, used_in
from comity.judgement.implied.fields import FIELDS

FACTS = {
    "item": {"verified": "contracted", "claims": 3.0, "state": "denied", "since": "2022-07"},
    "nothing": {"verified": "", "claims": 0.0, "state": "claimed"},
    "lost": {},
    "arms": {"clear": True},
}
KINDS = {"item": "ledger", "nothing": "ledger", "lost": "ledger", "arms": "role"}


def kinds(name, field):
    return FIELDS[KINDS[name]][field]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('item.verified >= "contracted"', True),
        ('item.verified >= "delivered"', False),
        ('item.verified < "delivered"', True),
        ('nothing.verified >= "claimed"', False),
        ('lost.verified >= "delivered"', None),
        ('not lost.verified >= "delivered"', None),
        ("item.claims == 3", True),
        ("item.claims > -1", True),
        ("item.claims > nothing.claims", True),
        ("item.claims > lost.claims", None),
        ('item.state in ["denied", "refused"]', True),
        ('item.state not in ["denied"]', False),
        ('lost.state in ["denied"]', None),
        ("lost.claims is None", True),
        ("item.claims is not None", True),
        ('item.since >= "2022"', True),
        ("arms.clear", True),
        ("not arms.clear", False),
        ("arms.clear == True", True),
    ],
)
def test_a_comparison(text, told):
    check(text, "here", kinds)
    assert holds(text, "here", FACTS) is told


@pytest.mark.parametrize(
    ("op", "table"),
    [
        ("and", lambda x, y: False if False in (x, y) else None if None in (x, y) else True),
        ("or", lambda x, y: True if True in (x, y) else None if None in (x, y) else False),
    ],
)
def test_what_is_not_known_spreads_only_where_it_matters(op, table):
    parts = {True: "item.claims == 3", False: "item.claims == 4", None: "lost.claims == 3"}
    for x, y in itertools.product(parts, repeat=2):
        told = holds(f"{parts[x]} {op} {parts[y]}", "here", FACTS)
        assert told is table(x, y), (x, op, y)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("__import__('os').system('true')", "not a condition"),
        ("item.claims", "not yes or no"),
        ("3 > 2", "not of the form fact.field"),
        ('item.verified >= "sent"', "not a step of a promise"),
        ('item.state >= "denied"', "has no order"),
        ('item.claims == "many"', "kind number"),
        ("arms.clear == 1", "kind bool"),
        ("item.claims is 3", "None only"),
        ("item.claims in 3", "needs a list"),
        ("item.claims > item.state", "compares number with text"),
        ("item.claims > (lambda: 3)()", "not a number"),
        ("item.claims >", "not an expression"),
        ("1 < item.claims < 3", "not a condition"),
    ],
)
def test_what_is_not_in_the_language_is_refused(text, reason):
    with pytest.raises(CatalogError, match="here") as caught:
        check(text, "here", kinds)
    assert reason in str(caught.value)


def test_what_a_condition_uses():
    assert used_in('item.claims > 1 and not lost.state == "x"', "here") == {
        "item": {"claims"},
        "lost": {"state"},
    }
