from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyreadr
import pytest

from comity.core.records import Batch, Reject
from comity.sources.rivalries import SPEC, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "rivalries"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "peacesciencer"
COLUMNS = ["state_a", "state_b", "start_year", "end_year", "censored", "kinds"]


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_an_end_with_the_list_is_no_end():
    older, rejects = split(FIXTURES / "thompson-and-dreyer")
    assert older[COLUMNS].to_numpy().tolist() == [
        ["IRN", "USA", 1979, None, True, "ideological;spatial"],
        ["DEU", "FRA", 1930, 1955, False, "positional"],
    ]
    assert [row.code for row in rejects] == ["before_our_states"]
    newer, _ = split(FIXTURES / "thompson-sakuwa-and-suhas")
    assert newer[COLUMNS].to_numpy().tolist() == [
        ["IRN", "USA", 1979, None, True, "positional;ideological"],
        ["IRN", "IRQ", 1958, 2003, False, "spatial"],
    ]


def test_a_rivalry_is_known_only_after_its_book():
    rows, _ = split(FIXTURES / "thompson-sakuwa-and-suhas")
    assert set(rows["public_from"]) == {dt.date(2022, 1, 1)}
    assert rows["occurred_to"].tolist() == [dt.date(2021, 1, 1), dt.date(2004, 1, 1)]


def test_rows_that_cannot_be_used_are_rejected(tmp_path):
    columns = ["tssr_id", "ccode1", "ccode2", "start", "end", "positional", "spatial",
               "ideological", "interventionary"]  # fmt: skip
    table = pd.DataFrame(
        [(1, 2, 630, 1979, 2020), (1, 2, 630, 1979, 2020), (2, 2, 999, 1979, 2020),
         (3, 2, 630, 1990, 1980), (4, 2, 630, 1979, 2021), (None, 2, 630, 1979, 2020)],
        columns=columns[:5], dtype=float,
    )  # fmt: skip
    for name in columns[5:]:
        table[name] = 1.0
    pyreadr.write_rdata(str(tmp_path / "tss_rivalries.rda"), table, df_name="tss_rivalries")
    rows, rejects = split(tmp_path)
    assert len(rows) == 1
    assert sorted((row.locator[-1], row.code) for row in rejects) == [
        ("2", "duplicate"),
        ("3", "unknown_state"),
        ("4", "bad_value"),
        ("5", "bad_value"),
        ("6", "bad_value"),
    ]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/peacesciencer is not there")
def test_real_rivalries():
    older, rejects = split(SHARED / "td_rivalries.rda")
    newer, more = split(SHARED / "tss_rivalries.rda")
    assert (len(older), len(newer)) == (118, 185)
    assert (older["censored"].sum(), newer["censored"].sum()) == (42, 56)
    assert all(row.code in SPEC.out_of_scope for row in [*rejects, *more])
    for rows in (older, newer):
        pairs = set(zip(rows["state_a"], rows["state_b"], strict=True))
        assert not pairs & {("IRN", "RUS"), ("IRN", "SUN")}
    assert ("IRN", "USA") in set(zip(newer["state_a"], newer["state_b"], strict=True))
