from __future__ import annotations

import base64
import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources.sipri_arms import SPEC, expected, flow_class, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "sipri_arms"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
NEW = FIXTURES / "new-register" / "trade-register.csv"
OLD = FIXTURES / "old-register" / "register.csv"


def split(path):
    items = list(parse(path))
    batches = [pd.DataFrame(item.columns) for item in items if isinstance(item, Batch)]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_new_layout_is_one_row_per_order_and_delivery_year():
    rows, rejects = split(NEW)
    assert rows["transfer_ref"].tolist() == [
        "90001.2022", "90001.2023", "90002.1990", "90003.2011",
    ]  # fmt: skip
    assert rows["actor"].tolist() == ["IRN", "IRN", "SUN", "TUR"]
    assert rows["flow_class"].tolist() == ["uav_missiles"] * 2 + ["major_arms"] * 2
    assert rows["delivery_estimated"].tolist() == [True, True, True, False]
    assert rows["order_year_estimated"].tolist() == [False, False, True, False]
    assert rows["tiv_delivered"].tolist() == [10.0, 20.0, 10.0, 0.0]
    assert rows["ordered"].isna().all()
    assert rows["public_from"].iloc[0] == dt.date(2023, 3, 15)
    assert rows["public_from_basis"].unique().tolist() == ["source"]
    assert [row.code for row in rejects] == ["not_a_state"] * 2
    assert "not_a_state" in SPEC.out_of_scope


def test_old_layout_spreads_a_total_evenly_and_says_so():
    rows, _ = split(OLD)
    drone = rows[rows["designation"] == "Testfly-1"]
    assert drone["delivery_year"].tolist() == [2022, 2023, 2024]
    assert drone["delivered"].tolist() == [100.0] * 3
    assert drone["tiv_delivered"].tolist() == [10.0] * 3
    assert drone["delivery_estimated"].tolist() == [True] * 3
    assert drone["ordered"].tolist() == [600.0] * 3
    assert drone["comments"].iloc[0] == "Invented comment, with a comma"
    assert set(drone["locator"]) == {"register.csv, line 2"}
    assert drone["transfer_ref"].nunique() == 3
    tank = rows[rows["designation"] == "Testtank-2"]
    assert tank["actor"].tolist() == ["SUN", "SUN"]
    sam = rows[rows["designation"] == "Testsam"]
    assert sam["delivery_estimated"].tolist() == [False]


def test_an_order_without_delivery_has_no_delivery_year():
    rows, _ = split(OLD)
    jet = rows[rows["designation"] == "Testjet"].iloc[0]
    assert pd.isna(jet["delivery_year"])
    assert jet["delivered"] == 0.0
    assert jet["tiv_delivered"] == 0.0
    assert jet["ordered"] == 24.0
    assert jet["order_year_estimated"]
    assert jet["occurred_from"] == dt.date(2023, 1, 1)


def test_a_blank_number_is_missing_not_zero():
    rows, _ = split(OLD)
    assert pd.isna(rows[rows["designation"] == "Testrocket"]["ordered"].iloc[0])


def test_a_blank_recipient_is_an_error():
    _, rejects = split(OLD)
    assert [(row.locator, row.code) for row in rejects] == [
        ("register.csv, line 7", "missing_value")
    ]


def changed(tmp_path, file, old, new):
    path = tmp_path / file.name
    content = file.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b",4,,2006,New", b",4,,2006 or later,New", "bad_value"),
        (b",4,,2006,New,,10,40,40\n,", b",4,,2006,New,,10,40,much\n,", "bad_value"),
        (b",4,,2006,New,,10,40,40\n,", b",4,,2006,New,,10,40,-1\n,", "bad_value"),
        (b"Iran,Russia,2005", b"Iran,Russia,", "missing_value"),
        (b"Iran,Russia,2005", b"Iran,Atlantis,2005", "unknown_state"),
    ],
)
def test_bad_cells_of_the_old_layout_reject_their_row(tmp_path, old, new, code):
    before, _ = split(OLD)
    content = OLD.read_bytes()
    path = tmp_path / OLD.name
    path.write_bytes(content.replace(old, new, 1))
    assert path.read_bytes() != content
    rows, rejects = split(path)
    assert len(rows) == len(before) - 1
    assert ("register.csv, line 6", code) in [(row.locator, row.code) for row in rejects]


def test_a_row_spread_over_years_is_rejected_once(tmp_path):
    path = changed(tmp_path, OLD, b"Russia,Iran,2022,,600", b"Russia,Atlantis,2022,,600")
    _, rejects = split(path)
    assert [row.code for row in rejects if "line 2" in row.locator] == ["unknown_state"]


def test_repeated_ids_of_the_publisher_stay_apart(tmp_path):
    path = changed(tmp_path, NEW, b"90001,Iran,Russia,Testfly-1,loitering munition,Missiles,2022,"
                   b"No,200,Yes,2023", b"90001,Iran,Russia,Testfly-1,loitering munition,Missiles,"
                   b"2022,No,200,Yes,2022")  # fmt: skip
    rows, _ = split(path)
    assert rows["transfer_ref"].tolist()[:2] == ["90001.2022", "90001.2022.2"]


def test_a_register_as_json_is_the_old_register():
    rows, rejects = split(FIXTURES / "register-as-json")
    plain, _ = split(OLD)
    assert not rejects
    assert rows.drop(columns="locator").equals(plain.drop(columns="locator"))
    assert rows["locator"].iloc[0].startswith("trade-register-2006-2024.json, line ")


def reply(tmp_path, content):
    path = tmp_path / "trade-register-2000-2001.json"
    path.write_text(json.dumps(content))
    return path


def test_a_register_as_json_may_be_in_either_encoding(tmp_path):
    text = OLD.read_text(encoding="utf-8-sig").replace("Iran,Russia,2005", "Iran,T\u00fcrkiye,2005")
    for encoding in ("utf-8", "latin-1"):
        packed = base64.b64encode(text.encode(encoding)).decode()
        rows, _ = split(reply(tmp_path, {"bytes": packed}))
        assert "TUR" in set(rows["actor"])


@pytest.mark.parametrize("content", [{}, [], "x", {"bytes": None}, {"bytes": "#"}, {"bytes": ""}])
def test_a_reply_without_a_register_is_a_changed_source(tmp_path, content):
    with pytest.raises(SourceChanged):
        split(reply(tmp_path, content))


def test_the_register_is_asked_for_by_year_of_delivery():
    (file,) = expected(None, dt.date(2001, 3, 12), dt.date(2024, 1, 1))
    asked = {item["field"]: item for item in json.loads(file.body)["filters"]}
    assert (asked["Delivery year"]["value1"], asked["Delivery year"]["value2"]) == (2001, 2024)
    assert file.name == "trade-register-2001-2024.json"


@pytest.mark.parametrize(
    ("description", "category", "kind"),
    [
        ("armed UAV", "Aircraft", "uav_missiles"),
        ("loitering munition", "Missiles", "uav_missiles"),
        ("one-way attack drone", "", "uav_missiles"),
        ("surface-to-surface missile launcher", "", "uav_missiles"),
        ("anti-ship/land-attack missile", "", "uav_missiles"),
        ("SAM", "Missiles", "major_arms"),
        ("anti-ship missile", "Missiles", "major_arms"),
        ("air-to-surface missile", "Missiles", "major_arms"),
        ("FGA aircraft", "Aircraft", "major_arms"),
        ("submarine", "Ships", "major_arms"),
    ],
)
def test_flow_class(description, category, kind):
    assert flow_class(description, category) == kind


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not there")
def test_real_old_register_gives_the_known_sums():
    rows, rejects = split(SHARED / "derived" / "sipri_selected_dyads_raw_layout.csv")
    assert not rejects
    assert rows["transfer_ref"].is_unique
    assert rows["locator"].nunique() == 538
    rows["bin"] = rows["delivery_year"] // 5 * 5
    sums = rows.groupby(["actor", "recipient", "bin"])["tiv_delivered"].sum().round()
    known = {1990: 812, 1995: 1048, 2000: 792, 2005: 720, 2010: 91, 2015: 442, 2020: 70}
    assert sums["RUS", "IRN"].to_dict() == known
    assert sums["SUN", "IRN"][1990] == 1096
    assert sums["IRN", "RUS"][2020] == 493
    shahed = rows[rows["designation"] == "Shahed-136"]
    assert shahed["delivered"].sum() == pytest.approx(4_600)
    assert shahed["tiv_delivered"].sum() == pytest.approx(460)
    jet = rows[(rows["designation"] == "Su-35S") & (rows["recipient"] == "IRN")].iloc[0]
    assert jet["ordered"] == 24
    assert pd.isna(jet["delivery_year"])


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not there")
def test_real_new_register():
    (path,) = (SHARED / "sipri_arms").glob("*.csv")
    rows, rejects = split(path)
    assert len(rows) == 380
    assert [row.code for row in rejects] == ["not_a_state"] * 2
    assert rows["recipient"].unique().tolist() == ["UKR"]
    assert "TUR" in set(rows["actor"])
