from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources.kiel_ukraine_support import parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "kiel_ukraine_support"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "ukraine_support"
COLUMNS = [
    "activity_id", "sub_activity_id", "donor", "announcement_date", "aid_type_general", "measure",
    "tot_activity_value_EUR", "tot_sub_activity_value_EUR",
]  # fmt: skip
GOOD = ["A1", "A1_1", "France", dt.date(2023, 1, 2), "Military", "Allocation", None, 1_000_000]


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def read(tmp_path, *rows):
    book = openpyxl.Workbook()
    for row in (COLUMNS, *rows):
        book.active.append(row)
    book.save(tmp_path / "UkraineTracker_Made.xlsx")
    return split(tmp_path)


@pytest.mark.parametrize("layout", ["main-data", "annotated-copy"])
def test_promised_and_set_aside_are_kept_apart(layout):
    rows, rejects = split(FIXTURES / layout)
    assert not rejects
    assert rows[["measure", "actor", "aid_type", "value"]].to_numpy().tolist() == [
        ["allocation", "USA", "military", 2.0],
        ["allocation", "USA", "military", None],
        ["allocation", "EU", "humanitarian", None],
        ["commitment", "USA", "military", 3.0],
        ["commitment", "EU", "humanitarian", None],
        ["commitment", "DEU", "financial", 5.0],
    ]
    assert rows["aid_ref"].is_unique
    assert rows["recipient"].unique().tolist() == ["UKR"]
    assert rows["item"].tolist()[:3] == ["invented gun: 12", "invented round", None]
    assert rows["source_url"].tolist()[:2] == ["https://example.org/1", None]


@pytest.mark.parametrize(
    ("cell", "first", "after", "precision"),
    [
        (dt.date(2023, 1, 2), "2023-01-02", "2023-01-03", "day"),
        ("until 12/31/2022", "2022-01-24", "2023-01-01", "span"),
        ("until 6/2022", "2022-01-24", "2022-07-01", "span"),
        ("from 01/01/2023 until 12/31/2023", "2023-01-01", "2024-01-01", "span"),
        ("between 3/20/2022 and 7/1/2022", "2022-03-20", "2022-07-02", "span"),
        ("until 06.02.2024", "2022-01-24", "2024-02-07", "span"),
        ("until 06/02/2024", "2022-01-24", "2024-06-03", "span"),
    ],
)
def test_dates_that_are_spans(tmp_path, cell, first, after, precision):
    rows, rejects = read(tmp_path, [*GOOD[:3], cell, *GOOD[4:]])
    assert not rejects
    row = rows.iloc[0]
    assert (str(row["occurred_from"]), str(row["occurred_to"])) == (first, after)
    assert row["precision"] == precision
    # What happened by a day was known on that day, not at the start of the span.
    assert str(row["public_from"]) == str(row["occurred_to"] - dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("position", "cell", "code"),
    [
        (0, None, "missing_value"),
        (2, "Atlantis", "unknown_state"),
        (3, "unclear ", "bad_date"),
        (3, "until 06/31/2022", "bad_date"),
        (3, "until 1/1/2021", "bad_date"),
        (4, "Moral", "bad_value"),
        (5, "Rumour", "bad_value"),
        (7, "much", "bad_value"),
        (7, -5, "bad_value"),
    ],
)
def test_bad_cells_reject_their_row(tmp_path, position, cell, code):
    bad = list(GOOD)
    bad[position] = cell
    rows, rejects = read(tmp_path, GOOD, bad)
    assert len(rows) == 1
    assert [(row.code, row.locator.rpartition(", ")[2]) for row in rejects] == [(code, "row 3")]


@pytest.mark.parametrize("cell", [None, ".", "No value available", 0])
def test_a_value_that_nobody_named_is_missing(tmp_path, cell):
    rows, _ = read(tmp_path, [*GOOD[:7], cell])
    assert rows["value"].tolist() == [None]


def test_a_row_given_twice_is_a_duplicate_and_a_like_one_is_not(tmp_path):
    rows, rejects = read(tmp_path, GOOD, GOOD, [*GOOD[:7], 2_000_000])
    assert [row.code for row in rejects] == ["duplicate"]
    assert rows["value"].tolist() == [1.0, 2.0]
    assert rows["aid_ref"].is_unique


def test_a_table_without_numbers_of_activities_is_refused(tmp_path):
    path = tmp_path / "cleaned_military_aid.csv"
    path.write_text("announcement_date,donor\n2022-01-26,Canada\n")
    with pytest.raises(SourceChanged, match="no Excel workbook"):
        split(path)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/ukraine_support is not there")
def test_real_activities_sum_by_measure():
    rows, rejects = split(SHARED / "UkraineTracker_Categorized.xlsx")
    # An unclear date, two of a 31 June, and two rows that repeat another in every cell.
    assert Counter(row.code for row in rejects) == {"bad_date": 3, "duplicate": 2}
    assert rows["measure"].value_counts().to_dict() == {"allocation": 4_246, "commitment": 1_457}
    sums = rows.groupby("measure")["value"].agg(lambda values: values.astype(float).sum())
    # The columns sum to 267,197 and 399,802, less what the three rows without a date say.
    assert sums.round().to_dict() == {"allocation": 267_068, "commitment": 399_673}
    usa = rows[(rows["actor"] == "USA") & (rows["measure"] == "allocation")]
    assert usa["value"].astype(float).sum() == pytest.approx(114_149, abs=1)
    assert (rows["occurred_from"].min(), rows["occurred_to"].max()) == (
        dt.date(2022, 1, 24),
        dt.date(2025, 1, 1),
    )
    assert rows["precision"].value_counts().to_dict() == {"day": 5_376, "span": 327}
    assert rows["aid_ref"].is_unique
    assert not rows["value"].eq(0).any()
    assert {"EU", "EIB"} < set(rows["actor"])
