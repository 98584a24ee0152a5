from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from comity.core.records import Batch, Reject
from comity.sources.cow_capabilities import SPEC, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "cow_capabilities"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "peacesciencer"


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


@pytest.mark.parametrize("layout", ["cow-capabilities", "peacesciencer-capabilities"])
def test_missing_is_not_zero(layout):
    rows, rejects = split(FIXTURES / layout)
    assert rows[["state", "year", "milex", "cinc"]].to_numpy().tolist() == [
        ["IRN", 2016, None, 0.016],
        ["RUS", 2016, 7e7, 0.04],
    ]
    assert [row.code for row in rejects] == ["before_our_states"]
    assert set(rows["public_from"]) == {dt.date(2018, 1, 1)}


@pytest.mark.parametrize("layout", ["cow-major-powers", "peacesciencer-major-powers"])
def test_a_power_goes_by_the_name_it_had(layout):
    rows, rejects = split(FIXTURES / layout)
    assert rows[["state", "start_date", "end_date", "censored"]].to_numpy().tolist() == [
        ["SUN", dt.date(1922, 1, 1), dt.date(1991, 12, 31), False],
        ["RUS", dt.date(1992, 1, 1), None, True],
    ]
    assert [row.code for row in rejects] == ["before_our_states"]


def test_rows_that_cannot_be_used_are_rejected(tmp_path):
    path = tmp_path / "NMC-70-abridged.csv"
    lines = [
        "stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc",
        "RUS,365,2016,1,1,1,1,1,1,.04",
        "RUS,365,2016,1,1,1,1,1,1,.04",
        "XXX,999,2016,1,1,1,1,1,1,.04",
        "RUS,365,2017,-1,1,1,1,1,1,.04",
        "RUS,365,2017,1,1,1,1,1,1,4",
        "RUS,365,then,1,1,1,1,1,1,.04",
    ]
    path.write_text("\n".join(lines) + "\n")
    rows, rejects = split(path)
    assert rows["year"].tolist() == [2016]
    assert sorted((row.locator[-1], row.code) for row in rejects) == [
        ("3", "duplicate"),
        ("4", "unknown_state"),
        ("5", "bad_value"),
        ("6", "bad_value"),
        ("7", "bad_value"),
    ]


def test_the_larger_of_two_numbers_of_one_state_counts(tmp_path):
    path = tmp_path / "NMC.csv"
    lines = [
        "ccode,year,milex,milper,irst,pec,tpop,upop,cinc",
        "260,1990,1,1,1,1,1,1,.01",
        "255,1990,2,2,2,2,2,2,.02",
    ]
    path.write_text("\n".join(lines) + "\n")
    rows, rejects = split(path)
    assert not rejects
    assert rows[["state", "cinc"]].to_numpy().tolist() == [["BRD", 0.02]]


def test_dates_that_make_no_time_are_rejected(tmp_path):
    path = tmp_path / "majors2016.csv"
    lines = [
        "stateabb,ccode,styear,stmonth,stday,endyear,endmonth,endday,version",
        "USA,2,1990,2,30,2016,12,31,2016",
        "USA,2,2001,1,1,2000,12,31,2016",
        "USA,2,1990,1,1,2000,12,31,2016",
    ]
    path.write_text("\n".join(lines) + "\n")
    rows, rejects = split(path)
    assert rows[["end_date", "censored"]].to_numpy().tolist() == [[dt.date(2000, 12, 31), False]]
    assert [row.code for row in rejects] == ["bad_value", "bad_value"]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/peacesciencer is not there")
def test_real_capabilities_and_powers():
    rows, rejects = split(SHARED / "cow_nmc.rda")
    assert len(rows) == 11_683
    assert all(row.code in SPEC.out_of_scope for row in rejects)
    cinc = rows[rows["year"] == 2022].set_index("state")["cinc"]
    assert round(cinc["RUS"], 4) == 0.0382
    assert round(cinc["IRN"], 4) == 0.0164
    # Shares of the world, up to states that the project leaves out.
    assert 0.95 < rows[rows["year"] == 2010]["cinc"].sum() < 1.05
    powers, _ = split(SHARED / "cow_majors.rda")
    now = set(powers[powers["censored"].astype(bool)]["state"])
    assert now == {"USA", "GBR", "FRA", "DEU", "RUS", "CHN", "JPN"}
