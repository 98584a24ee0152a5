from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from comity.core.records import Batch, Reject
from comity.sources.cow_diplomatic_exchange import parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "cow_diplomatic_exchange"
FILE = next((FIXTURES / "cow_diplomatic_exchange" / "cow-diplomatic-exchange").iterdir())
HEADER = "ccode1,ccode2,year,DR_at_1,DR_at_2,DE,version"


def split(path):
    items = list(parse(path))
    batches = [pd.DataFrame(item.columns) for item in items if isinstance(item, Batch)]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def missions(rows):
    keys = rows[["actor", "recipient", "year"]].itertuples(index=False)
    return dict(zip(map(tuple, keys), rows["level"], strict=True))


def test_the_rank_at_1_is_that_of_the_mission_which_side_2_sends():
    rows, rejects = split(FILE)
    # 365 is Russia, 630 Iran: at 1 (Russia) a minister of Iran's, at 2 (Iran) an ambassador.
    assert missions(rows) == {
        ("IRN", "SUN", 1950): "minister",
        ("SUN", "IRN", 1950): "ambassador",
        ("IRN", "SUN", 1990): "ambassador",
        ("SUN", "IRN", 1990): "charge",
        ("IRQ", "SUN", 1960): "none",
        ("SUN", "IRQ", 1960): "other",  # given in both orders, which agree
        ("SUN", "SYR", 1970): "ambassador",
    }
    # -9 is missing: no mission is stored, none is made up.
    assert Counter(row.code for row in rejects) == {"before_our_states": 1, "not_coded": 1}


def test_two_orders_that_differ_are_both_set_aside(tmp_path):
    path = tmp_path / "Diplomatic_Exchange_2006v1.csv"
    path.write_text(f"{HEADER}\n365,645,1990,3,2,1,1\n645,365,1990,2,1,1,1\n")
    rows, rejects = split(path)
    assert missions(rows) == {
        ("SUN", "IRQ", 1990): "minister",
    }
    assert [row.code for row in rejects] == ["contradiction"] * 2


def test_rows_that_cannot_be_used_are_rejected(tmp_path):
    path = tmp_path / "Diplomatic_Exchange_2006v1.csv"
    lines = ["365,630,1990,4,3,1,1", "365,999,1990,3,3,1,1", "365,630,199O,3,3,1,1",
             "365,365,1990,3,3,1,1"]  # fmt: skip
    path.write_text("\n".join([HEADER, "365,630,2000,3,3,1,1", *lines]) + "\n")
    rows, rejects = split(path)
    assert len(rows) == 2
    assert Counter(row.code for row in rejects) == {
        "bad_value": 2, "unknown_state": 1, "same_state": 1,
    }  # fmt: skip


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/cow_diplomatic_exchange is not there")
def test_russia_and_its_neighbours_to_the_south():
    rows, rejects = split(SHARED)
    assert (len(rows), rows["year"].min(), rows["year"].max()) == (70, 1950, 2005)
    assert Counter(row.code for row in rejects) == {"before_our_states": 19}
    found = missions(rows)
    assert found["SUN", "IRN", 1970] == found["IRN", "SUN", 1970] == "ambassador"
    # In 1960 and 1965 Iraq was represented in Moscow, and Moscow not in Baghdad, by this coding.
    assert (found["IRQ", "SUN", 1960], found["SUN", "IRQ", 1960]) == ("other", "none")
