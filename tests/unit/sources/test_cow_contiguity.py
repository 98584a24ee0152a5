from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from comity.core.records import Batch, Reject
from comity.sources import cow_contiguity, cshapes_distance

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "peacesciencer"


def split(module, path):
    items = list(module.parse(path))
    batches = [pd.DataFrame(item.columns) for item in items if isinstance(item, Batch)]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def kinds(rows, state_a, state_b):
    chosen = rows[(rows["state_a"] == state_a) & (rows["state_b"] == state_b)]
    return chosen.set_index("year")["type"].to_dict()


def test_spells_become_years_and_the_closer_relation_counts_in_a_year_of_change():
    rows, rejects = split(cow_contiguity, FIXTURES / "cow_contiguity" / "peacesciencer-package")
    assert kinds(rows, "IRN", "SUN") == dict.fromkeys(range(1946, 1992), 1)
    assert kinds(rows, "IRN", "RUS") == {1992: 0, 1993: 0, 1994: 0}
    assert kinds(rows, "BHS", "CUB") == {1973: 4, 1974: 4, 1975: 4, 1976: 5}
    assert [row.code for row in rejects] == ["before_our_states"]


def test_the_publishers_layouts_agree_with_the_package():
    spells, _ = split(cow_contiguity, FIXTURES / "cow_contiguity" / "cow-master-file")
    years, _ = split(cow_contiguity, FIXTURES / "cow_contiguity" / "cow-directed-dyad-years")
    assert kinds(spells, "IRN", "SUN") == dict.fromkeys(range(1946, 1992), 1)
    assert kinds(years, "IRN", "SUN") == {1990: 1, 1991: 1}
    assert kinds(spells, "BHS", "CUB")[1975] == kinds(years, "BHS", "CUB")[1975] == 4


def test_spells_that_cannot_be_used_are_rejected_once(tmp_path):
    path = tmp_path / "contdir.csv"
    lines = [
        "dyad,statelno,statehno,conttype,begin,end",
        "1,365,630,1,194601,194712",
        "1,365,630,1,194601,194712",
        "1,365,999,1,195001,199112",
        "1,365,630,6,195001,199112",
        "1,365,630,1,195013,199112",
        "1,365,630,1,199201,199112",
    ]
    path.write_text("\n".join(lines) + "\n")
    rows, rejects = split(cow_contiguity, path)
    assert rows["year"].tolist() == [1946, 1947]
    assert sorted((row.locator[-1], row.code) for row in rejects) == [
        ("3", "duplicate"),
        ("4", "unknown_state"),
        ("5", "bad_value"),
        ("6", "bad_value"),
        ("7", "bad_value"),
    ]
    assert all(row.raw for row in rejects)


def test_distances_are_of_the_first_of_january():
    rows, rejects = split(cshapes_distance, FIXTURES / "cshapes_distance" / "peacesciencer-package")
    assert rows[["state_a", "state_b", "year", "km"]].to_numpy().tolist() == [
        ["IRN", "RUS", 1992, 123.5],
        ["IRN", "SUN", 1991, 0.0],
    ]
    assert [row.code for row in rejects] == ["before_our_states"]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/peacesciencer is not there")
def test_real_border_of_russia_and_iran_ends_in_1991():
    rows, rejects = split(cow_contiguity, SHARED / "cow_contdir.rda")
    assert len(rows) == 30_103
    assert kinds(rows, "IRN", "SUN") == dict.fromkeys(range(1946, 1992), 1)
    assert set(kinds(rows, "IRN", "RUS").values()) == {0}
    wrong = [row.code for row in rejects if row.code not in cow_contiguity.SPEC.out_of_scope]
    assert wrong == ["same_state"] * 6


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/peacesciencer is not there")
def test_real_distance_of_russia_and_iran():
    rows, rejects = split(cshapes_distance, SHARED / "cow_mindist.rda")
    assert len(rows) == 874_795
    dyad = rows[(rows["state_a"] == "IRN") & rows["state_b"].isin(["RUS", "SUN"])]
    km = dyad.set_index("year")["km"]
    assert km.loc[1991] == 0.0
    assert km.loc[1992:2019].round(1).unique().tolist() == [165.5]
    wrong = [row.code for row in rejects if row.code not in cshapes_distance.SPEC.out_of_scope]
    assert wrong == ["same_state"] * 3
