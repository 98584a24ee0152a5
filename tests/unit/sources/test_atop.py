from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources.atop import SPEC, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "atop"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "peacesciencer"
OBLIGATIONS = ["defense", "offense", "neutrality", "nonaggression", "consultation"]


def split(path):
    items = list(parse(path))
    batches = [pd.DataFrame(item.columns) for item in items if isinstance(item, Batch)]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


@pytest.mark.parametrize(
    "layout", ["peacesciencer-package", "atop-directed-dyad-years", "atop-dyad-years"]
)
def test_all_layouts_give_the_same_sorted_dyad_years(layout):
    rows, _ = split(FIXTURES / layout)
    assert rows[["state_a", "state_b", "year", *OBLIGATIONS]].to_numpy().tolist() == [
        ["IRN", "RUS", 2001, False, False, True, True, True],
        # Only one side owes defence; the obligation is in force all the same.
        ["JPN", "USA", 1961, True, False, False, False, True],
    ]
    assert rows["precision"].unique().tolist() == ["year"]
    assert rows["public_from"].tolist() == [dt.date(2002, 1, 1), dt.date(1962, 1, 1)]


def test_years_before_our_table_of_states_are_out_of_scope():
    _, rejects = split(FIXTURES / "peacesciencer-package")
    assert [row.code for row in rejects] == ["before_our_states"]
    assert "before_our_states" in SPEC.out_of_scope


def write(path, *lines):
    header = "stateA,stateB,year,defense,offense,neutral,nonagg,consul"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_rows_that_cannot_be_used_are_rejected(tmp_path):
    path = write(
        tmp_path / "atop5_1ddyr.csv",
        "365,630,2001,0,0,1,1,1",
        "630,365,2001,0,0,1,1,1",
        "365,630,2001,0,0,1,1,1",
        "365,999,2001,0,0,1,1,1",
        "365,630,soon,0,0,1,1,1",
        "365,630,2002,2,0,1,1,1",
        "365,630,2003,,0,1,1,1",
        "365,365,2004,0,0,1,1,1",
    )
    rows, rejects = split(path)
    assert rows["year"].tolist() == [2001]
    assert sorted((row.locator[-1], row.code) for row in rejects) == [
        ("4", "duplicate"),
        ("5", "unknown_state"),
        ("6", "bad_value"),
        ("7", "bad_value"),
        ("8", "bad_value"),
        ("9", "same_state"),
    ]


def test_the_two_numbers_of_one_state_in_a_year_of_union_are_joined(tmp_path):
    path = write(tmp_path / "atop5_1ddyr.csv", "2,260,1990,1,0,0,0,0", "2,255,1990,0,0,0,0,1")
    rows, rejects = split(path)
    assert not rejects
    assert rows[["state_a", "state_b", "defense", "consultation"]].to_numpy().tolist() == [
        ["BRD", "USA", True, True]
    ]


def test_other_columns_are_named(tmp_path):
    path = tmp_path / "atop5_1ddyr.csv"
    path.write_text("stateA,stateB,year,defence\n1,2,3,4\n")
    with pytest.raises(
        SourceChanged, match=r"Expected stateA.*found stateA, stateB, year, defence"
    ):
        list(parse(path))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/peacesciencer is not there")
def test_real_obligations_between_russia_and_iran():
    rows, rejects = split(SHARED / "atop_alliance.rda")
    assert not rows.duplicated(["state_a", "state_b", "year"]).any()
    # What ATOP lists for 1946 ended that year; then nothing until the treaty of 2001.
    dyad = rows[(rows["state_a"] == "IRN") & rows["state_b"].isin(["RUS", "SUN"])]
    dyad = dyad[dyad["year"] > 1946]
    assert dyad["year"].tolist() == list(range(2001, 2019))
    assert dyad[OBLIGATIONS].drop_duplicates().to_numpy().tolist() == [
        [False, False, True, True, True]
    ]
    wrong = [row for row in rejects if row.code not in SPEC.out_of_scope]
    # Czechoslovakia in 1993, and the two Yemens with each other in the year of their union.
    assert sorted(row.code for row in wrong) == ["same_state"] * 2 + ["unknown_state"] * 2
