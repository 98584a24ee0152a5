from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from comity.core.records import Batch, Reject
from comity.sources import cow_mid, gml_mid

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "peacesciencer"
COLUMNS = [
    "state_a", "state_b", "dispute_ref", "year", "onset", "hostility", "hostility_a",
    "hostility_b", "fatality", "fatality_a", "fatality_b",
]  # fmt: skip
HEADER = "disno,statea,stateb,strtyr,year,fatleva,fatlevb,hihosta,hihostb"


def split(module, path):
    items = list(module.parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


@pytest.mark.parametrize(
    ("module", "layout"),
    [
        (cow_mid, "cow-dyadic-disputes"),
        (cow_mid, "peacesciencer-disputes"),
        (cow_mid, "peacesciencer-dyad-years"),
        (gml_mid, "peacesciencer-disputes"),
        (gml_mid, "peacesciencer-dyad-years"),
    ],
)
def test_all_layouts_give_the_same_dispute_years(module, layout):
    rows, rejects = split(module, FIXTURES / module.SPEC.name / layout)
    # The publisher's level of the whole dispute is 5; neither of the two states went to war.
    assert rows[COLUMNS].to_numpy().tolist() == [
        ["IRN", "RUS", "9001", 1993, True, 4, 3, 4, 1, 1, 0],
        # The losses of one side are missing, so those of the dyad are.
        ["IRN", "USA", "9002", 1987, True, 4, 4, 4, None, 2, None],
        ["IRN", "USA", "9002", 1988, False, 4, 4, 4, None, 2, None],
    ]
    assert {row.code for row in rejects} == {"before_our_states"}


def test_rows_that_cannot_be_used_are_rejected(tmp_path):
    path = tmp_path / "dyadic_mid_4.03.csv"
    lines = [
        HEADER,
        "9001,365,630,1993,1993,0,1,4,3",
        "9001,365,630,1993,1993,0,1,4,3",
        "9001,365,999,1993,1993,0,1,4,3",
        "9001,365,630,1993,1994,0,1,6,3",
        "9001,365,630,1993,1994,7,1,4,3",
        "9001,365,630,1995,1994,0,1,4,3",
        "none,365,630,1993,1994,0,1,4,3",
        "9002,365,630,1993,1993,0,1,4,3",
    ]
    path.write_text("\n".join(lines) + "\n")
    rows, rejects = split(cow_mid, path)
    assert rows["dispute_ref"].tolist() == ["9001", "9002"]
    assert sorted((row.locator[-1], row.code) for row in rejects) == [
        ("3", "duplicate"),
        ("4", "unknown_state"),
        ("5", "bad_value"),
        ("6", "bad_value"),
        ("7", "bad_value"),
        ("8", "bad_value"),
    ]


def test_a_folder_with_two_layouts_is_read_once(tmp_path):
    for layout in ("peacesciencer-disputes", "peacesciencer-dyad-years"):
        for file in (FIXTURES / "cow_mid" / layout).iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    rows, rejects = split(cow_mid, tmp_path)
    assert len(rows) == 3
    assert {row.code for row in rejects} == {"before_our_states"}
    assert all(locator.startswith("cow_mid_dirdisps.rda") for locator in rows["locator"])


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/peacesciencer is not there")
@pytest.mark.parametrize(
    ("module", "file", "count"),
    [
        (cow_mid, "cow_mid_dirdisps.rda", 3_629),
        (cow_mid, "cow_mid_ddydisps.rda", 3_186),
        (gml_mid, "gml_dirdisp.rda", 3_174),
        (gml_mid, "gml_mid_ddydisps.rda", 2_811),
    ],
)
def test_real_disputes_between_russia_and_iran(module, file, count):
    rows, rejects = split(module, SHARED / file)
    assert len(rows) == count
    dyad = rows[(rows["state_a"] == "IRN") & (rows["state_b"] == "RUS")]
    assert dyad[["dispute_ref", "year", "onset"]].to_numpy().tolist() == [["3564", 1993, True]]
    soviet = rows[(rows["state_a"] == "IRN") & (rows["state_b"] == "SUN")]
    assert sorted(soviet["year"]) == [1946, 1951, 1959, 1963, 1978, 1980, 1983, 1986, 1987]
    # The two Vietnams in 1975, both orders.
    wrong = [row.code for row in rejects if row.code not in module.SPEC.out_of_scope]
    assert wrong == ["same_state"] * 2
