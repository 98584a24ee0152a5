from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources.gpr_index import SPEC, expected, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "gpr_index"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "gpr"


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_a_month_is_one_row_per_series_and_an_empty_cell_is_none():
    rows, _ = split(FIXTURES / "monthly")
    assert rows[rows["index"] == "GPR"][["period", "value"]].to_numpy().tolist() == [
        ["1991-12", 101.0],
        ["1992-01", 104.0],
    ]
    assert rows[rows["index"] == "GPRH"]["period"].tolist() == ["1945-12", "1991-12", "1992-01"]
    world = rows[rows["index"].str.startswith("GPRH") & ~rows["index"].str.contains("C_")]
    assert world["state"].isna().all()
    month = rows[rows["period"] == "1991-12"].iloc[0]
    assert month["occurred_to"] == dt.date(1992, 1, 1)
    assert month["public_from"] == dt.date(1992, 1, 10)


def test_a_country_series_is_about_the_state_of_the_month():
    rows, rejects = split(FIXTURES / "monthly")
    russia = rows[rows["index"] == "GPRHC_RUS"]
    assert russia[["period", "state"]].to_numpy().tolist() == [
        ["1991-12", "SUN"],
        ["1992-01", "RUS"],
    ]
    assert [row.code for row in rejects] == ["before_our_states"]
    assert set(SPEC.out_of_scope) >= {"before_our_states"}
    # Hong Kong is no state, numbers of articles and shares are no index of risk.
    assert not rows["index"].isin(["GPRHC_HKG", "N10", "SHARE_GPR"]).any()


def test_days():
    rows, rejects = split(FIXTURES / "daily")
    assert not rejects
    assert set(rows["index"]) == {"GPRD", "GPRD_ACT", "GPRD_THREAT"}
    assert rows[rows["index"] == "GPRD_ACT"]["period"].tolist() == ["2024-01-30"]
    assert set(rows["precision"]) == {"day"}


def test_the_two_files_are_asked_for_again_each_time():
    files = list(expected(None, dt.date(2024, 1, 1), dt.date(2024, 2, 1)))
    assert [file.url.rpartition("/")[2] for file in files] == [file.name for file in files]
    assert all(file.changes and not file.listed for file in files)


def test_bad_rows_are_rejected(tmp_path):
    book = openpyxl.Workbook()
    for row in [
        ["DAY", "GPRD", "GPRD_ACT", "GPRD_THREAT"],
        [20240132, 1, 1, 1],
        [20240101, "much", 1, 1],
        [20240102, -1, 1, 1],
        [20240103, 1, 1, 1],
        [20240103, 2, 2, 2],
    ]:
        book.active.append(row)
    book.save(tmp_path / "data_gpr_daily_recent.xlsx")
    rows, rejects = split(tmp_path)
    assert set(rows["period"]) == {"2024-01-03"}
    assert Counter(row.code for row in rejects) == {"bad_date": 1, "bad_value": 2, "duplicate": 1}


def test_another_workbook_is_a_changed_source(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["month", "index"])
    book.save(tmp_path / "data_gpr_export.xlsx")
    with pytest.raises(SourceChanged, match="found month, index"):
        split(tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/gpr is not there")
def test_real_months():
    rows, rejects = split(SHARED)
    assert Counter(row.code for row in rejects) == {"before_our_states": 552}
    assert (rows["period"].min(), rows["period"].max()) == ("1900-01", "2024-07")
    assert rows[rows["index"] == "GPRH"].shape[0] == 1_495
    assert rows[rows["index"] == "GPR"]["period"].min() == "1985-01"
    countries = rows[rows["index"].str.startswith("GPRHC_")]
    assert countries["index"].nunique() == 43  # Hong Kong is the 44th
    assert "IRN" not in set(rows["state"].dropna())
    russia = rows[rows["index"] == "GPRHC_RUS"].groupby("state")["period"].agg(["min", "max"])
    assert russia.to_numpy().tolist() == [["1992-01", "2024-07"], ["1946-01", "1991-12"]]
    last = rows[(rows["index"] == "GPR") & (rows["period"] == "2024-07")]
    assert last["value"].iloc[0] == pytest.approx(90.943, abs=1e-3)
    assert len(rows) == 72_775
