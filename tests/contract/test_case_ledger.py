"""The items that a reader asks about first, as the register says, checked by hand row by row."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from typing import Any

import pytest

from comity.core.case import case_folder, case_tables, parse_case_table
from comity.core.dyad import Dyad
from comity.core.ledger_rules import load_ledger_rules
from comity.core.records import TABLES, Batch, record_id
from comity.judgement.ledger_machine import Track, walk

FOLDER = case_folder(Dyad("RUS", "IRN"))
assert FOLDER is not None
FILE = case_tables(FOLDER)["claims"]


def items(as_of: dt.date = dt.date(2026, 4, 15)) -> dict[str, Track]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for part in parse_case_table(TABLES["claims"], FILE):
        assert isinstance(part, Batch), part
        for cells in zip(*part.columns.values(), strict=True):
            row: dict[str, Any] = dict(zip(part.columns, cells, strict=True))
            row["record_id"] = record_id(TABLES["claims"], (row["claim_id"],))
            if row["public_from"] <= as_of:
                found[row["item_id"]].append(row)
    return {name: walk(rows, load_ledger_rules()) for name, rows in found.items()}


NOW = items()


def steps(track: Track) -> list[tuple[str, str]]:
    return [(entry.state, entry.since) for entry in track.path]


@pytest.mark.parametrize(
    ("item", "expected", "contested"),
    [
        ("su-35", [("contracted", "2023-03-10")], True),
        ("s-400", [], True),
        (
            "s-300",
            [
                ("suspended", "2010-09-22"), ("cancelled", "2010-10-11"), ("claimed", "2015-04-13"),
                ("contracted", "2015-11-09"), ("paid", "2016-01-11"), ("delivered", "2016-04-11"),
                ("operational", "2024-04-19"),
            ],
            False,
        ),
        (
            "bushehr-1",
            [
                ("contracted", "1995-01-08"), ("in_production", "2002-09"),
                ("suspended", "2007-03-12"), ("delivered", "2008-01-28"), ("suspended", "2009-11"),
                ("delivered", "2010-08-21"), ("operational", "2011-09-03"),
            ],
            False,
        ),
        (
            "bushehr-2-3",
            [
                ("contracted", "2014-11-11"), ("in_production", "2017-10-31"),
                ("suspended", "2026-03-03"),
            ],
            False,
        ),
        ("rasht-astara", [("contracted", "2023-05-17")], False),
        ("shahed-136", [("delivered", "2022-08"), ("operational", "2022-09-13")], False),
        ("fath-360", [("delivered", "2024-09-10")], True),
    ],
)  # fmt: skip
def test_what_is_established(item: str, expected: list[tuple[str, str]], contested: bool) -> None:
    assert steps(NOW[item]) == expected
    assert NOW[item].contested is contested


@pytest.mark.parametrize(
    ("item", "as_of", "state"),
    [
        ("s-300", "2010-10-01", "suspended"),
        ("s-300", "2012-01-01", "cancelled"),
        ("s-300", "2015-06-01", "claimed"),
        ("s-300", "2016-12-31", "delivered"),
        ("su-35", "2023-05-01", None),
        ("su-35", "2023-12-31", "contracted"),
        ("shahed-136", "2022-08-31", None),
    ],
)
def test_what_was_established_then(item: str, as_of: str, state: str | None) -> None:
    track = items(dt.date.fromisoformat(as_of))[item]
    assert (track.path[-1].state if track.path else None) == state


def test_contradictions_of_the_register_are_found() -> None:
    found = {name: [fault.rule for fault in track.faults] for name, track in NOW.items()}
    assert {name: rules for name, rules in found.items() if rules} == {
        "lukoil-iran": ["after_end"], "mig-31": ["after_end"], "s-400": ["after_end"],
    }  # fmt: skip


def test_joint_acts_are_said_by_one_of_the_two_states() -> None:
    with FILE.open(encoding="utf-8", newline="") as stream:
        joint = [row for row in csv.DictReader(stream) if row["joint"] == "true"]
    assert joint
    assert {row["speaker_side"] for row in joint} <= {"A", "B"}
