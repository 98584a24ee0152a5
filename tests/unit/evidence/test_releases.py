from __future__ import annotations

import datetime as dt

import pytest

from comity.core.dyad import Dyad
from comity.core.records import Batch, Reject
from comity.evidence.releases import Release, compare_releases


def trade(rows, name="f.csv"):
    """Rows of (exporter, importer, year, value)."""
    n = len(rows)
    return Batch(
        "trade_flows",
        {
            "actor": [row[0] for row in rows],
            "recipient": [row[1] for row in rows],
            "year": [row[2] for row in rows],
            "value": [row[3] for row in rows],
            "occurred_from": [dt.date(row[2], 1, 1) for row in rows],
            "occurred_to": [dt.date(row[2] + 1, 1, 1) for row in rows],
            "precision": ["year"] * n,
            "public_from": [dt.date(row[2] + 1, 7, 1) for row in rows],
            "public_from_basis": ["assumed"] * n,
            "locator": [f"{name}, line {i + 2}" for i in range(n)],
        },
    )


def compared(before, after, **options):
    sides = [
        Release(name, lambda items=items: iter(items), {"files": []})
        for name, items in (("earlier", before), ("later", after))
    ]
    return compare_releases("s", *sides, memory_limit="200MB", **options)


ONE = [
    ("RUS", "IRN", 2020, 100.0),
    ("IRN", "RUS", 2020, 50.0),
    ("RUS", "CHN", 2020, 900.0),
    ("RUS", "IRN", 2021, None),
]
TWO = [
    ("RUS", "IRN", 2020, 110.0),
    ("RUS", "CHN", 2020, 500.0),
    ("RUS", "IRN", 2021, 3.0),
    ("RUS", "IRN", 2022, 4.0),
]


def test_the_largest_change_comes_first_and_places_are_given():
    (table,) = compared([trade(ONE, "a.csv")], [trade(TWO, "b.csv")])["tables"]
    counts = {kind: table[kind] for kind in ("added", "removed", "changed", "same")}
    assert counts == {"added": 1, "removed": 1, "changed": 3, "same": 0}
    changed = table["rows"]["changed"]
    assert [row["who"] for row in changed] == ["CHN-RUS", "IRN-RUS", "IRN-RUS"]
    assert changed[0]["columns"] == {"value": {"before": 900.0, "after": 500.0}}
    assert (changed[0]["before_at"], changed[0]["after_at"]) == ("a.csv, line 4", "b.csv, line 3")
    # nothing known before: told as it is, not as a rise from zero
    assert changed[2]["columns"] == {"value": {"before": None, "after": 3.0}}
    assert table["columns"] == [
        {"column": "value", "unit": "million USD", "records": 3, "largest": 400.0}
    ]
    assert table["totals"] == [
        {"column": "value", "unit": "million USD", "before": 1050.0, "after": 617.0}
    ]
    (removed,) = table["rows"]["removed"]
    assert (removed["who"], removed["at"]) == ("IRN-RUS", "a.csv, line 3")
    assert removed["values"]["value"] == 50.0
    assert removed["record"] == "trade_flow:s.IRN.RUS.2020"


def test_years_and_states_are_counted():
    (table,) = compared([trade(ONE)], [trade(TWO)])["tables"]
    kinds = ("changed", "removed", "added")
    years = [(row["year"], *(row[kind] for kind in kinds)) for row in table["by_year"]]
    assert years == [(2020, 2, 1, 0), (2021, 1, 0, 0), (2022, 0, 0, 1)]
    assert table["by_year"][1]["totals"] == {"value": {"before": None, "after": 3.0}}
    states = [(row["who"], *(row[kind] for kind in kinds)) for row in table["by_state"]]
    assert states == [("IRN-RUS", 2, 1, 1), ("CHN-RUS", 1, 0, 0)]


def test_a_limit_cuts_what_is_shown_and_not_what_is_counted():
    (table,) = compared([trade(ONE)], [trade(TWO)], limit=1)["tables"]
    assert table["changed"] == 3
    assert len(table["rows"]["changed"]) == len(table["by_state"]) == 1
    assert len(table["by_year"]) == 3


def test_a_dyad_is_found_under_all_ids_of_its_states():
    before = [trade([("SUN", "IRN", 1980, 1.0), ("SUN", "CHN", 1980, 5.0)])]
    after = [trade([("SUN", "IRN", 1980, 2.0)])]
    found = compared(
        before, after, dyad=Dyad("RUS", "IRN"), lineage=[("RUS", "SUN"), ("IRN",)]
    )  # fmt: skip
    (table,) = found["tables"]
    assert (found["dyad"], table["changed"], table["removed"]) == ("IRN-RUS", 1, 0)


def test_parts_of_a_dataset_are_not_taken_for_deletions():
    parts = compared([trade(ONE)], [trade([("USA", "CHN", 2020, 1.0)])])
    assert "no record is in both" in parts["notes"][0]
    part = compared([trade(ONE)], [trade(ONE[:1])])
    assert "3 of 4 records are not in the later one" in part["notes"][0]
    assert compared([trade(ONE)], [trade(ONE[:3])])["notes"] == []


def test_rows_that_cannot_be_read_are_told():
    bad = [Reject("a, line 9", "bad_value", "why", "raw")] * 2
    out = [Reject("a, line 9", "not_a_state", "why", "raw")]
    broken = trade([("RUS", "IRN", 2020, 1.0)])
    broken.columns["actor"] = [None]
    found = compared(
        [trade(ONE)], [trade(TWO), *bad, *out, broken], out_of_scope=frozenset({"not_a_state"})
    )
    assert (found["after"]["unreadable"], found["after"]["out_of_scope"]) == (3, 1)
    assert found["notes"] == [
        "3 rows of the later one cannot be read: a record of theirs would show as removed."
    ]


def test_of_rows_that_share_a_record_the_first_counts():
    found = compared([trade(ONE)], [trade([*ONE, ("RUS", "IRN", 2020, 7.0)])])
    (table,) = found["tables"]
    assert (table["same"], table["repeated"]) == (4, {"before": 0, "after": 1})
    assert "repeat a record" in found["notes"][0]


@pytest.mark.parametrize("side", [0, 1])
def test_a_release_without_rows_is_all_difference(side):
    sides = [[trade(ONE)], [trade(ONE)]]
    sides[side] = []
    (table,) = compared(*sides)["tables"]
    assert table["removed" if side else "added"] == 4
    assert table["same"] == 0
