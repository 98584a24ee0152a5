"""What is told of two releases is all there is to tell."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.dyad import Dyad
from comity.core.records import TABLES, Batch, record_id
from comity.evidence.releases import Release, compare_releases

STATES = ("CHN", "IRN", "RUS")
STEP = dt.timedelta(days=1)

cell = st.fixed_dictionaries(
    {
        "transfer_ref": st.sampled_from(["1", "2", "3", "4", "5"]),
        "actor": st.sampled_from(STATES),
        "recipient": st.sampled_from(STATES),
        "designation": st.sampled_from(["Su-35", "S-300; 'x'", "[bold]"]),
        "tiv_delivered": st.none() | st.floats(0, 1e6).map(lambda x: round(x, 3)),
        "delivery_year": st.none() | st.integers(1990, 2030),
        "delivery_estimated": st.none() | st.booleans(),
        "occurred_from": st.sampled_from([dt.date(y, 1, 1) for y in (1990, 2022, 2023)]),
    }
)
releases = st.lists(cell, max_size=7).map(
    lambda rows: list({row["transfer_ref"]: row for row in rows}.values())
)


def release(name, rows):
    def batches():
        if rows:
            columns = {key: [row[key] for row in rows] for key in rows[0]}
            yield Batch(
                "transfers",
                {
                    **columns,
                    "occurred_to": [row["occurred_from"] + STEP for row in rows],
                    "precision": ["day"] * len(rows),
                    "public_from": [row["occurred_from"] for row in rows],
                    "public_from_basis": ["act"] * len(rows),
                    "locator": [f"{name}, line {i}" for i in range(len(rows))],
                },
            )

    return Release(name, batches, {"files": []})


def named(rows):
    """The rows as they are told: by record, without what is missing, dates as text."""
    made = {}
    for row in rows:
        cells = {
            **row, "occurred_to": row["occurred_from"] + STEP, "public_from": row["occurred_from"],
            "precision": "day", "public_from_basis": "act",
        }  # fmt: skip
        key = record_id(TABLES["transfers"], ("s", row["transfer_ref"]))
        made[key] = {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in cells.items()
            if value is not None
        }
    return made


def applied(rows, shown):
    made = named(rows)
    for each in shown["removed"]:
        assert made.pop(each["record"]) == each["values"]
    for each in shown["changed"]:
        row = made[each["record"]]
        for name, both in each["columns"].items():
            assert row.get(name) == both["before"]
            row[name] = both["after"]
        made[each["record"]] = {k: v for k, v in row.items() if v is not None}
    for each in shown["added"]:
        assert each["record"] not in made
        made[each["record"]] = each["values"]
    return made


@settings(max_examples=60)
@given(releases, releases)
def test_the_difference_applied_to_the_earlier_gives_the_later(one, other):
    found = compare_releases(
        "s", release("a", one), release("b", other), memory_limit="200MB", limit=None
    )
    if not one and not other:
        assert found["tables"] == []
        return
    (table,) = found["tables"]
    shown = table["rows"]
    assert applied(one, shown) == named(other)
    for kind in ("changed", "removed", "added"):
        assert table[kind] == len(shown[kind])
        assert table[kind] == sum(year[kind] for year in table["by_year"])
        assert table[kind] == sum(each[kind] for each in table["by_state"])
    assert (table["before"], table["after"]) == (len(one), len(other))


@settings(max_examples=30)
@given(releases, releases)
def test_the_other_way_round_added_is_removed(one, other):
    there, back = (
        compare_releases("s", release("a", x), release("b", y), memory_limit="200MB", limit=None)
        for x, y in ((one, other), (other, one))
    )
    for forth, reverse in zip(there["tables"], back["tables"], strict=True):
        assert forth["added"] == reverse["removed"]
        assert forth["changed"] == reverse["changed"]
        assert forth["same"] == reverse["same"]
        assert [row["values"] for row in forth["rows"]["added"]] == [
            row["values"] for row in reverse["rows"]["removed"]
        ]


@settings(max_examples=30)
@given(releases, releases)
def test_a_dyad_is_told_of_its_own_rows_only(one, other):
    def own(rows):
        return [row for row in rows if {row["actor"], row["recipient"]} == {"IRN", "RUS"}]

    dyad = Dyad("RUS", "IRN")
    found = compare_releases(
        "s", release("a", one), release("b", other), memory_limit="200MB", limit=None,
        dyad=dyad, lineage=[["RUS", "SUN"], ["IRN"]],
    )  # fmt: skip
    for table in found["tables"]:
        assert table["narrowed"]
        assert applied(own(one), table["rows"]) == named(own(other))
