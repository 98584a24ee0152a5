from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from comity.core.ledger_rules import load_ledger_rules, role_of
from comity.core.period import Period
from comity.judgement.ledger_machine import Span, walk

RULES = load_ledger_rules()


def row(date: str, state: str, grade: str = "B2", side: str = "A", **more: Any) -> dict[str, Any]:
    period = Period.parse(date)
    name = f"claim:{date}-{state}-{side}-{more.get('speaker', '')}"
    return {
        "record_id": name,
        "occurred_from": period.start,
        "occurred_to": period.end,
        "precision": period.precision,
        "public_from": period.last_day,
        "state": state,
        "speaker": f"speaker of {side}",
        "speaker_side": side,
        "reliability": grade[0],
        "credibility_now": int(grade[1]),
        "independence_group": name,
        **more,
    }


def path(*rows: dict[str, Any]) -> list[str]:
    return [entry.state for entry in walk(rows, RULES).path]


def test_words_do_not_establish_what_they_say() -> None:
    track = walk(
        [row("2023-01-01", "delivered", "C3"), row("2023-02-01", "delivered", "D2")], RULES
    )
    assert track.path == ()
    assert track.highest is None


def test_one_side_repeating_itself_is_one_voice() -> None:
    mine = [row("2023-01-01", "contracted", "C3"), row("2023-06-01", "contracted", "B3")]
    assert path(*mine) == []
    assert path(*mine, row("2023-07-01", "contracted", "C3", "third")) == ["contracted"]
    press = [row(f"2023-0{month}-01", "contracted", "C3", "press") for month in (1, 2)]
    assert path(*press) == ["contracted"], "two outlets on two days are two"
    copies = [each | {"independence_group": "wire"} for each in press]
    assert path(*copies) == [], "copies of one story are one"


def test_what_is_established_by_two_reports_began_between_them() -> None:
    track = walk(
        [row("2023-03", "contracted", "C3"), row("2023-05-15", "contracted", "C3", "third")], RULES
    )
    (entry,) = track.path
    assert entry.since == "2023-03"
    assert entry.span == Span(dt.date(2023, 3, 1), dt.date(2023, 5, 15))
    assert entry.on == dt.date(2023, 5, 15)


def test_a_denial_does_not_undo_an_established_delivery() -> None:
    track = walk(
        [row("2024-09-10", "delivered", "B2", "third"), row("2024-09-10", "denied", "B2", "B")],
        RULES,
    )
    assert track.path[-1].state == "delivered"
    assert track.contested
    assert [each.outcome for each in track.denials] == ["against_established"]


def test_that_a_thing_is_claimed_is_no_proof_against_who_denies_it() -> None:
    claimed = [row("2025-01-01", "claimed", "A1", "third"), row("2025-01-02", "denied", "B2", "A")]
    assert [each.outcome for each in walk(claimed, RULES).denials] == ["stands"]
    asked = [row("2025-01-01", "claimed", "C3", "third"), row("2025-01-01", "requested", "A1", "B"),
             row("2025-01-02", "denied", "B2", "A")]  # fmt: skip
    assert [each.outcome for each in walk(asked, RULES).denials] == ["stands"]


def test_a_denial_is_not_refuted_by_what_came_later() -> None:
    rows = [
        row("2025-01-01", "delivered", "C4", "third"),
        row("2025-01-02", "denied", "B2", "A"),
        row("2025-06-01", "delivered", "A1", "third"),
    ]
    assert [each.outcome for each in walk(rows, RULES).denials] == ["stands"]
    signed = [row("2024-12-01", "contracted", "A1", "third"), *rows[:2]]
    assert [each.outcome for each in walk(signed, RULES).denials] == ["stands"]


def test_who_later_asserts_it_no_longer_denies_it() -> None:
    track = walk(
        [
            row("2022-07-11", "claimed", "B3", "third"),
            row("2022-07-12", "denied", "B4", "B"),
            row("2022-11-05", "delivered", "B2", "B"),
        ],
        RULES,
    )
    assert [each.outcome for each in track.denials] == ["asserted_again"]
    assert not track.contested


def test_a_denial_of_nothing_stored_contests_nothing() -> None:
    track = walk([row("2026-03-05", "denied", "B3")], RULES)
    assert track.denials[0].answers is None
    assert not track.contested


def test_a_suspension_stands_until_something_moves() -> None:
    halted = [row("2007-01-01", "in_production"), row("2007-03-12", "suspended")]
    assert path(*halted)[-1] == "suspended"
    assert path(*halted, row("2007-06-01", "claimed"))[-1] == "suspended", "a word moves nothing"
    moved = walk([*halted, row("2008-01-28", "delivered")], RULES)
    assert [entry.state for entry in moved.path] == ["in_production", "suspended", "delivered"]
    assert moved.path[1].reached == "in_production"


def test_a_second_suspension_needs_evidence_of_its_own() -> None:
    rows = [
        row("2007-03-12", "suspended"),
        row("2008-01-28", "delivered"),
        row("2009-11", "suspended", "C3"),
    ]
    assert path(*rows) == ["suspended", "delivered"]


def test_an_end_is_reopened_by_a_new_contract() -> None:
    rows = [row("2010-10-11", "cancelled"), row("2015-11-09", "contracted")]
    track = walk([*rows, row("2016-04-11", "delivered")], RULES)
    assert [entry.state for entry in track.path] == ["cancelled", "contracted", "delivered"]
    assert track.faults == ()


def test_delivery_after_an_end_without_a_contract_is_shown_not_repaired() -> None:
    track = walk([row("2010-10-11", "cancelled"), row("2016-04-11", "delivered")], RULES)
    assert track.path[-1].state == "delivered"
    assert [fault.rule for fault in track.faults] == ["after_end"]


def test_use_before_delivery_by_one_side_is_contradictory() -> None:
    early, late = row("2020-01-01", "operational"), row("2021-01-01", "delivered")
    assert [fault.rule for fault in walk([early, late], RULES).faults] == ["order"]
    other = late | {"speaker_side": "B"}
    assert walk([early, other], RULES).faults == (), "the other side may be late to say so"
    vague = row("2020", "operational")
    assert walk([vague, row("2020-06-01", "delivered")], RULES).faults == (), "order not known"


def test_one_speaker_cannot_say_both_on_one_day() -> None:
    rows = [row("2024-01-01", "delivered"), row("2024-01-01", "denied")]
    assert [fault.rule for fault in walk(rows, RULES).faults] == ["same_day"]
    rows[1]["speaker"] = "somebody else"
    assert walk(rows, RULES).faults == ()


def test_a_transition_that_is_not_declared_is_contradictory() -> None:
    states = tuple(
        state.model_copy(update={"then": ("delivered",)}) if state.id == "contracted" else state
        for state in RULES.states
    )
    strict = RULES.model_copy(update={"states": states})
    rows = [row("2020-01-01", "contracted"), row("2021-01-01", "paid")]
    assert [fault.rule for fault in walk(rows, strict).faults] == ["transition"]
    assert walk(rows, RULES).faults == ()


def test_further_lots_do_not_lower_what_is_established() -> None:
    track = walk([row("2022-08", "delivered"), row("2022-09-13", "operational"),
                  row("2023-05-15", "delivered")], RULES)  # fmt: skip
    assert track.path[-1].state == "operational"
    assert track.highest == "operational"


def test_order_of_rows_does_not_matter() -> None:
    rows = [row("2015-11-09", "contracted"), row("2010-10-11", "cancelled"),
            row("2016-04-11", "delivered")]  # fmt: skip
    assert walk(rows, RULES) == walk(rows[::-1], RULES)


@pytest.mark.parametrize(
    ("side", "supplier_is_a", "role"),
    [("A", True, "supplier"), ("B", True, "receiver"), ("A", False, "receiver"),
     ("third", True, "third"), (None, False, "press")],
)  # fmt: skip
def test_roles(side: str | None, supplier_is_a: bool, role: str) -> None:
    assert role_of(side, supplier_is_a=supplier_is_a) == role
