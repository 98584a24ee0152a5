from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged, UsageError
from comity.core.records import Batch, Reject
from comity.sources.uk_sanctions import SPEC, expected, parse

FILE = (
    Path(__file__).resolve().parents[2]
    / "fixtures" / "sources" / "uk_sanctions" / "uk-sanctions-list" / "UK-Sanctions-List.csv"
)  # fmt: skip


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_rows_of_a_designation_are_joined():
    rows, rejects = split(FILE)
    found = rows.set_index("listing_ref")
    person = found.loc["RUS9001"]
    assert person[["name", "kind", "target", "countries", "reason"]].tolist() == [
        "Nobody Middle Nowhere", "person", "RUS", "RUS", "Made-up reason.",
    ]  # fmt: skip
    assert person["listed_on"] == person["public_from"] == dt.date(2022, 3, 1)
    assert set(rows["list_date"]) == {dt.date(2026, 2, 13)}
    assert found.loc["IRN9002", ["target", "countries"]].tolist() == ["IRN", "IRN"]
    assert found.loc["RUS9003", ["kind", "countries"]].tolist() == ["vessel", "GAB"]
    unknown = found.loc["ZZZ9004"]
    assert (unknown["target"], unknown["listed_on"]) == (None, None)
    assert unknown["public_from"] == dt.date(2026, 2, 13)
    assert [row.code for row in rejects] == ["unmapped_programme"]
    assert set(rows["imposer"]) == {"GBR"}


def edited(tmp_path, old, new, name=FILE.name):
    text = FILE.read_text()
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new", "code", "left"),
    [
        (",Ship,", ",Balloon,", "bad_value", 3),
        ("31/07/2024", "31/06/2024", "bad_value", 3),
        ("IRN9002", "", "missing_value", 3),
        ("IRN9002", "RUS9003", "conflict", 3),
    ],
)
def test_bad_rows_are_set_aside(tmp_path, old, new, code, left):
    rows, rejects = split(edited(tmp_path, old, new))
    assert len(rows) == left
    assert [row.code for row in rejects if row.code not in SPEC.out_of_scope] == [code]


def test_without_its_report_date_the_name_has_to_say_the_day(tmp_path):
    with pytest.raises(UsageError, match="2021-07-15_UK-Sanctions-List"):
        split(edited(tmp_path, "Report Date: 13-Feb-2026\n", ""))
    rows, _ = split(edited(tmp_path, "Report Date: 13-Feb-2026\n", "", "2026-02-14_list.csv"))
    assert set(rows["list_date"]) == {dt.date(2026, 2, 14)}


def test_the_same_list_twice_counts_once(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(FILE.read_text())
    rows, rejects = split(tmp_path)
    assert len(rows) == 4
    assert "same_list" in {row.code for row in rejects}


def test_other_columns_are_refused(tmp_path):
    with pytest.raises(SourceChanged, match="Unique ID"):
        split(edited(tmp_path, "Unique ID", "Reference"))


def test_what_the_publisher_serves():
    (file,) = expected(None, dt.date(2026, 1, 1), dt.date(2026, 1, 2))
    assert file.url.endswith(file.name)
