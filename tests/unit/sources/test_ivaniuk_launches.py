from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import UsageError
from comity.core.records import Batch, Reject
from comity.sources.ivaniuk_launches import expected, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "ivaniuk_launches"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "missile_drone_attacks"
BOTH = FIXTURES / "attacks-with-models"


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_one_side_s_claims_are_said_to_be_its_own():
    rows, rejects = split(FIXTURES / "attacks")
    assert not rejects
    sides = rows[["actor", "recipient", "reported_by"]].drop_duplicates().to_numpy().tolist()
    assert sides == [["RUS", "UKR", "UKR"]]


def test_an_attack_lasts_until_the_day_it_ended_and_an_empty_count_is_missing():
    rows, _ = split(FIXTURES / "attacks")
    unknown, night = rows.iloc[0], rows.iloc[1]
    assert (night["occurred_from"], night["occurred_to"]) == (
        dt.date(2022, 10, 1),
        dt.date(2022, 10, 3),
    )
    assert (night["precision"], night["public_from"]) == ("span", dt.date(2022, 10, 3))
    assert (unknown["precision"], unknown["launched"], unknown["destroyed"]) == ("day", None, 0.0)


def test_the_family_is_empty_where_the_model_is_not_known():
    rows, _ = split(FIXTURES / "attacks")
    assert rows["shahed_type"].tolist() == [None, True]
    assert rows["category"].isna().all()


def test_what_joined_models_do_not_share_is_empty():
    rows, _ = split(BOTH)
    assert rows[["model", "category", "designed_in", "shahed_type"]].to_numpy().tolist() == [
        ["Shahed-136/131", "UAV", "IRN", True],
        ["Iskander-M/KN-23", "ballistic missile", None, False],
        ["Shahed-136/131 and Lancet", "UAV", None, True],
        ["C-300 and Iskander-M", None, "RUS", False],
    ]
    assert rows["shaheds"].tolist() == [60.0, None, None, None]


def test_the_publisher_s_archive_holds_both_files(tmp_path):
    (file,) = expected(None, dt.date(2024, 1, 1), dt.date(2024, 1, 2))
    with zipfile.ZipFile(tmp_path / file.name, "w") as archive:
        for path in BOTH.iterdir():
            archive.write(path, path.name)
    zipped, _ = split(tmp_path)
    plain, _ = split(BOTH)
    assert zipped.drop(columns="locator").equals(plain.drop(columns="locator"))
    assert file.changes


def test_models_alone_are_a_usage_error():
    with pytest.raises(UsageError, match="put missile_attacks"):
        split(BOTH / "missiles_and_uavs.csv")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2022-10-01 22:00", "2022-10-32", "bad_date"),
        ("2022-10-01 22:00", "2022-10-01 at night", "bad_date"),
        ("2022-10-02 06:00", "2022-09-30", "bad_date"),
        ("Shahed-136/131", "", "missing_value"),
        (",10.0,", ",ten,", "bad_value"),
        (",10.0,", ",-1,", "bad_value"),
        (",10.0,", ",1.5,", "bad_value"),
    ],
)
def test_bad_cells_reject_their_row(tmp_path, old, new, code):
    text = (FIXTURES / "attacks" / "missile_attacks_daily.csv").read_text()
    assert text.count(old) == 1
    (tmp_path / "missile_attacks_daily.csv").write_text(text.replace(old, new))
    rows, rejects = split(tmp_path)
    assert len(rows) == 1
    assert [(row.locator, row.code) for row in rejects] == [
        ("missile_attacks_daily.csv, line 3", code)
    ]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/missile_drone_attacks is not there")
def test_real_attacks_give_the_known_sums():
    rows, rejects = split(SHARED)
    assert not rejects
    assert len(rows) == 3_468
    assert (rows["occurred_from"].min(), rows["occurred_to"].max()) == (
        dt.date(2022, 9, 28),
        dt.date(2026, 3, 2),
    )
    assert rows["launched"].isna().sum() == 3
    shahed = rows[rows["shahed_type"].eq(True)]
    years = shahed["occurred_from"].map(lambda day: day.year)
    sums = shahed["launched"].astype(float).groupby(years).sum().to_dict()
    # 2023 includes 16 of a row that joins them with another drone.
    assert sums == {2022: 409, 2023: 3_123, 2024: 11_081, 2025: 54_796, 2026: 9_485}
    told = rows[rows["shaheds"].notna()]
    assert (len(told), told["shaheds"].sum(), told["launched"].sum()) == (174, 17_468, 28_380)
    joined = rows[rows["model"].str.contains(" and ")]
    assert joined["designed_in"].isin(["RUS", None]).all()
    assert rows[rows["model"] == "Shahed-136/131"]["designed_in"].unique().tolist() == ["IRN"]
