"""How one side answers what the other asserts of a promised item."""

import datetime as dt
from typing import Any

import pytest

from comity.core.ledger_rules import load_ledger_rules
from comity.core.period import Period
from comity.judgement.ledger_items import TrackedItem
from comity.judgement.ledger_machine import walk
from comity.judgement.ledger_summary import _Summary

RULES = load_ledger_rules()
SIDES = {"A": "RUS", "B": "IRN"}


def row(date: str, state: str, side: str, grade: str = "C3", **more: Any) -> dict[str, Any]:
    period = Period.parse(date)
    return {
        "record_id": f"claim:{date}-{state}-{side}", "occurred_from": period.start,
        "occurred_to": period.end, "precision": period.precision, "public_from": period.last_day,
        "state": state, "speaker": side, "speaker_side": side, "reliability": grade[0],
        "credibility_now": int(grade[1]), "independence_group": f"{date}{side}", "joint": False,
        **more,
    }  # fmt: skip


def answered(*rows: dict[str, Any]) -> dict[str, int]:
    """Return what Russia's answer to an item that Iran asserts counts as."""
    ordered = tuple(sorted(rows, key=lambda each: each["occurred_from"]))
    item = TrackedItem("x", ordered, walk(ordered, RULES))
    made = _Summary(RULES, dt.date(2026, 1, 1), None).asymmetry([item], "B", "A", SIDES)
    assert made.refused is not None
    shares = {"confirmed": made.confirmed, "denied": made.denied, "refused": made.refused,
              "silent": made.silent}  # fmt: skip
    assert sum(each.k for each in shares.values()) + made.proven == made.asserted
    assert all(each.n == made.asserted - made.proven for each in shares.values())
    told = {name: each.k for name, each in shares.items() if each.k}
    left = {"joint": made.joint, "said_first": made.said_first}
    left["proven"] = made.proven - made.joint - made.said_first
    return told | {name: k for name, k in left.items() if k}


@pytest.mark.parametrize(
    ("rows", "fate"),
    [
        ([], "silent"),
        ([row("2025-10-01", "delivered", "A")], "confirmed"),
        ([row("2025-10-01", "contracted", "A")], "silent"),
        ([row("2025-09-01", "denied", "A")], "denied"),  # the same day
        ([row("2025-10-01", "denied", "A")], "denied"),
        ([row("2019-06-07", "denied", "A")], "silent"),  # before there was anything to deny
        ([row("2025-10-01", "refused", "A")], "refused"),
        ([row("2025-05-01", "delivered", "A")], "said_first"),
        ([row("2025-10-01", "delivered", "A", joint=True)], "joint"),
        ([row("2025-08-01", "delivered", "B", joint=True)], "joint"),
        ([row("2025-10-01", "delivered", "A"), row("2025-11-01", "denied", "A")], "confirmed"),
    ],
)  # fmt: skip
def test_an_answer_is_the_other_sides_own_word_after_the_assertion(rows, fate) -> None:
    assert answered(row("2025-09-01", "delivered", "B"), *rows) == {fate: 1}


def test_what_others_confirm_needs_no_answer_whether_one_was_given_or_not() -> None:
    proven = row("2025-09-01", "delivered", "B", "A1")
    assert answered(proven) == {"proven": 1}
    assert answered(proven, row("2025-10-01", "delivered", "A")) == {"proven": 1}
    assert answered(proven, row("2025-10-01", "denied", "A")) == {"proven": 1}


def test_what_nobody_of_the_side_asserts_is_not_counted() -> None:
    assert answered(row("2025-10-01", "delivered", "A")) == {}
