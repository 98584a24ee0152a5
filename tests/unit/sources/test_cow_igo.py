from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources.cow_igo import SPEC, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "cow_igo"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "peacesciencer"
HEADER = "ccode1,country1,ccode2,country2,year,dyadid,AALCO,BODYB,BODYC"


def split(path):
    items = list(parse(path))
    batches = [pd.DataFrame(item.columns) for item in items if isinstance(item, Batch)]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def cells(rows):
    return rows[["state_a", "state_b", "year", "shared"]].to_numpy().tolist()


def test_both_layouts_count_the_organisations_of_both():
    wide, rejects = split(FIXTURES / "cow-dyad-years")
    assert cells(wide) == [
        ["AFG", "TJK", 1995, 0],
        ["IRN", "RUS", 1992, 4],
        ["IRN", "SUN", 1991, 3],
    ]
    assert [row.code for row in rejects] == ["before_our_states"]
    package, _ = split(FIXTURES / "peacesciencer-package")
    # The two numbers of one Germany in the year of its union give one row.
    assert cells(package) == [*cells(wide)[:1], ["BRD", "USA", 1990, 6], *cells(wide)[1:]]
    assert wide["public_from"].tolist()[1] == dt.date(1993, 1, 1)


def write(path, *lines, header=HEADER):
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_only_full_members_count_and_missing_is_no_membership(tmp_path):
    path = write(
        tmp_path / "dyadic_formatv3.csv", "365,r,630,i,2000,1,1,-9,2", "2,u,20,c,2000,1,-1,0,3"
    )
    rows, rejects = split(path)
    assert not rejects
    assert rows.set_index("state_b")["shared"].to_dict() == {"RUS": 1, "USA": 0}


def test_rows_that_cannot_be_used_are_rejected(tmp_path):
    path = write(
        tmp_path / "dyadic_formatv3.csv",
        "365,r,630,i,2000,1,1,1,1",
        "365,r,630,i,2000,1,1,1,1",
        "365,r,999,x,2000,1,1,1,1",
        "365,r,630,i,then,1,1,1,1",
        "365,r,630,i,2001,1,1,7,1",
        "365,r,365,r,2001,1,1,1,1",
    )
    rows, rejects = split(path)
    assert rows["shared"].tolist() == [3]
    assert sorted((row.locator[-1], row.code) for row in rejects) == [
        ("3", "duplicate"),
        ("4", "unknown_state"),
        ("5", "bad_value"),
        ("6", "bad_value"),
        ("7", "same_state"),
    ]
    assert "'7' is not a membership" in next(r.reason for r in rejects if r.locator.endswith("6"))


def test_organisations_before_the_states_are_another_layout(tmp_path):
    path = write(
        tmp_path / "dyadic_formatv3.csv", "1,365,630,2000", header="AALCO,ccode1,ccode2,year"
    )
    with pytest.raises(SourceChanged, match="AALCO, ccode1"):
        list(parse(path))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/peacesciencer is not there")
def test_real_organisations_that_russia_and_iran_share():
    rows, rejects = split(SHARED / "cow_igo_ndy.rda")
    assert len(rows) == 797_239
    assert not rows.duplicated(["state_a", "state_b", "year"]).any()
    dyad = rows[(rows["state_a"] == "IRN") & (rows["state_b"] == "RUS")].set_index("year")["shared"]
    assert dyad.loc[[2003, 2012, 2013, 2014]].to_dict() == {2003: 33, 2012: 39, 2013: 40, 2014: 39}
    # Tanganyika with Zanzibar, and the two Vietnams, in the year of their unions.
    wrong = [row.code for row in rejects if row.code not in SPEC.out_of_scope]
    assert wrong == ["same_state"] * 2
