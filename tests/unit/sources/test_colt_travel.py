from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources.colt_travel import parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "colt_travel"
FILE = next((FIXTURES / "colt-as-csv").iterdir())
BOOK = next((FIXTURES / "colt-workbook").iterdir())


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_the_traveller_acts_and_the_host_receives():
    rows, rejects = split(FILE)
    assert rows[["actor", "recipient", "role"]].to_numpy().tolist() == [
        ["RUS", "IRN", "S"], ["IRN", "RUS", "GS"], ["IRN", "SUN", "G"],
    ]  # fmt: skip
    # What is not answered is not known.
    assert rows["met_host"].tolist() == [True, True, None]
    assert rows["multilateral"].tolist() == [False, True, None]
    assert Counter(row.code for row in rejects) == {"not_a_head": 1, "not_a_state": 1}


def test_a_trip_without_a_day_is_kept_as_its_year():
    rows, _ = split(FILE)
    assert rows["precision"].tolist() == ["day", "day", "year"]
    spans = rows[["occurred_from", "occurred_to", "public_from"]].to_numpy().tolist()
    assert spans[0] == [dt.date(2022, 7, 19), dt.date(2022, 7, 21), dt.date(2022, 7, 19)]
    assert spans[2] == [dt.date(1991, 1, 1), dt.date(1992, 1, 1), dt.date(1992, 1, 1)]


def test_the_workbook_says_the_same():
    book, file = split(BOOK)[0], split(FILE)[0]
    assert book.drop(columns="locator").equals(file.drop(columns="locator"))


def test_a_file_of_a_spreadsheet_in_windows_encoding_is_read(tmp_path):
    path = tmp_path / FILE.name
    path.write_bytes(FILE.read_text().replace("Made-up Leader", "Señor López").encode("cp1252"))
    rows, rejects = split(path)
    assert rows["leader"].tolist()[1] == "Señor López"
    assert len(rejects) == 2


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2022-07-19", "19 July", "bad_date"),
        ("2022-07-19", "2022-07-25", "bad_date"),
        ("2022,2022-07-19", ",", "bad_date"),
        ("Russia,RUS,S,", "Russia,RUS,X,", "bad_value"),
        ("2,Yes,No", "2,Perhaps,No", "bad_value"),
        ("Iran,IRN,Tehran", "Iran,QQQ,Tehran", "unknown_state"),
        ("Iran,IRN,Tehran", "Hong Kong,HKG,Tehran", "not_a_state"),
        ("Iran,IRN,Tehran", "Russia,RUS,Tehran", "same_state"),
        ("1-RUS-IRN-2022", "", "missing_value"),
    ],
)
def test_rows_that_cannot_be_used_are_rejected(tmp_path, old, new, code):
    text = FILE.read_text()
    assert old in text
    path = tmp_path / FILE.name
    path.write_text(text.replace(old, new, 1))
    rows, rejects = split(path)
    assert len(rows) == 2
    assert rejects[0].code == code or code in [row.code for row in rejects]


def test_a_workbook_without_the_sheet_is_refused(tmp_path):
    book = openpyxl.load_workbook(BOOK)
    book["Master"].title = "Data"
    path = tmp_path / BOOK.name
    book.save(path)
    with pytest.raises(SourceChanged, match="Master"):
        split(path)
