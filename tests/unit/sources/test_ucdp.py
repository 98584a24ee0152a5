from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources import ucdp_acd, ucdp_ged

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
EVENTS = FIXTURES / "ucdp_ged" / "ucdp-ged" / "GEDEvent_v26_1.csv"
CONFLICTS = FIXTURES / "ucdp_acd" / "ucdp-prio-conflict-years" / "UcdpPrioConflict_v26_1.csv"
SAMPLE = SHARED / "ucdp" / "ucdpged.rda"
PACKAGE = SHARED / "peacesciencer" / "ucdp_acd.rda"


def split(module, path):
    items = list(module.parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def changed(source, tmp_path, *variants):
    """Write a copy with its first row again and again, each time with some cells changed."""
    with source.open(newline="") as stream:
        model, *_ = rows = list(csv.DictReader(stream))
    with (tmp_path / source.name).open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(model))
        writer.writeheader()
        writer.writerows([*rows, *({**model, **cells} for cells in variants)])
    return tmp_path / source.name


# ------------------------------------------------------------------ events


def test_each_side_is_the_government_that_its_number_names_on_the_day():
    rows, rejects = split(ucdp_ged, EVENTS)
    assert rejects == []
    sides = rows[["side_a", "state_a", "side_b", "state_b", "place_state"]].to_numpy().tolist()
    assert sides == [
        ["Government of Inventia", "RUS", "Government of Fictionland", "UKR", "UKR"],
        ["Government of Inventia", "SUN", "Made-up rebels", None, "SUN"],
        ["Made-up militia", None, "Made-up cartel", None, "IRN"],
        ["Government of Fictionland", "IRN", "Civilians", None, "IRN"],
    ]
    assert rows["violence"].tolist() == ["state_based", "state_based", "non_state", "one_sided"]
    assert rows[["deaths_low", "deaths_best", "deaths_high"]].iloc[0].tolist() == [2, 3, 5]
    # -1 sources is a missing number, and a place that is not named is not an empty name.
    assert rows["reports"].tolist() == [2, None, 2, 2]
    assert rows["place"].tolist() == ["Invented village", "Invented town", None, None]


def test_days_are_as_exact_as_the_publisher_says(tmp_path):
    rows, _ = split(ucdp_ged, EVENTS)
    assert rows["precision"].tolist() == ["day", "month", "span", "day"]
    assert rows["occurred_to"].tolist()[:2] == [dt.date(2022, 3, 3), dt.date(1991, 9, 1)]
    assert rows["public_from"].equals(rows["occurred_to"])
    assert set(rows["public_from_basis"]) == {"assumed"}
    rows, _ = split(ucdp_ged, changed(EVENTS, tmp_path, {"id": "9", "date_prec": "2"}))
    assert rows["precision"].iloc[-1] == "span"


def test_rows_that_cannot_be_used_are_rejected(tmp_path):
    path = changed(
        EVENTS, tmp_path,
        {"id": "11", "gwnoa": "999"},
        {"id": "12", "country_id": "Ukraine"},
        {"id": "13", "date_start": "2022-03-05"},
        {"id": "14", "date_end": "soon"},
        {"id": "15", "best": "-3"},
        {"id": "16", "best": "many"},
        {"id": "17", "type_of_violence": "4"},
        {"id": "18", "side_b": " "},
        {"id": "19", "latitude": "91"},
        {"id": ""},
        {"id": "1"},
    )  # fmt: skip
    rows, rejects = split(ucdp_ged, path)
    assert len(rows) == 4
    assert Counter(row.code for row in rejects) == {
        "unknown_state": 2, "bad_date": 2, "bad_value": 5, "missing_value": 1, "duplicate": 1,
    }  # fmt: skip


def test_empty_estimates_are_missing_and_never_zero(tmp_path):
    rows, rejects = split(
        ucdp_ged, changed(EVENTS, tmp_path, {"id": "9", "best": "", "low": "", "latitude": ""})
    )
    assert rejects == []
    last = rows.iloc[-1]
    assert (last["deaths_best"], last["deaths_low"], last["latitude"]) == (None, None, None)


def test_the_files_of_a_span_are_named():
    def names(since, until):
        return [file.name for file in ucdp_ged.expected(None, since, until)]

    release, candidates = "ged261-csv.zip", "GEDEvent_v26_01_26_03.csv"
    assert names(dt.date(2015, 1, 1), dt.date(2026, 11, 1)) == [release, candidates]
    assert names(dt.date(2015, 1, 1), dt.date(2020, 1, 1)) == [release]
    assert names(dt.date(2026, 2, 1), dt.date(2026, 3, 1)) == [candidates]


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLE.is_file(), reason="shared/data/ucdp is not there")
def test_the_random_sample_of_version_23_1():
    rows, rejects = split(ucdp_ged, SAMPLE)
    assert (len(rows), rejects) == (1_000, [])
    assert rows["occurred_from"].min() == dt.date(1989, 1, 7)
    assert rows["occurred_to"].max() == dt.date(2022, 12, 20)
    assert Counter(rows["violence"]) == {"state_based": 707, "one_sided": 160, "non_state": 133}
    assert Counter(rows["precision"]) == {"day": 849, "span": 139, "month": 12}
    # The publisher's estimates are not always in order; they are kept as they are.
    assert (rows["deaths_low"] > rows["deaths_best"]).sum() == 8
    assert (rows["deaths_best"] > rows["deaths_high"]).sum() == 5
    between = rows[(rows["state_a"] == "RUS") & (rows["state_b"] == "UKR")]
    assert len(between) == 13
    assert set(between["place_state"]) <= {"UKR", "RUS"}


# ------------------------------------------------------------------ conflict years


def test_several_governments_stand_in_one_cell():
    rows, rejects = split(ucdp_acd, CONFLICTS)
    assert rejects == []
    keys = ["conflict_ref", "year", "states_a", "states_b", "support_a", "kind", "intensity"]
    assert rows[keys].to_numpy().tolist() == [
        ["1", 2022, "RUS", "UKR", None, "interstate", "war"],
        ["2", 2017, "SYR", None, "IRN;RUS", "internationalised", "war"],
        ["2", 2018, "SYR", None, None, "intrastate", "minor"],
        # The publisher's number of Serbia is still that of Yugoslavia.
        ["3", 2014, "SRB", None, None, "extrasystemic", "minor"],
    ]
    assert rows["incompatibility"].tolist() == ["territory", "government", "both", "territory"]
    assert rows["start_date"].iloc[0] == dt.date(2022, 2, 24)


def test_the_rows_of_the_package_are_joined():
    rows, rejects = split(ucdp_acd, FIXTURES / "ucdp_acd" / "peacesciencer-package")
    assert rows["support_a"].tolist() == ["IRN;RUS", None]
    assert [row.code for row in rejects] == ["not_a_state"]


def test_conflict_years_that_cannot_be_used_are_rejected(tmp_path):
    path = changed(
        CONFLICTS, tmp_path,
        {"conflict_id": "11", "gwno_a": "365, 999"},
        {"conflict_id": "12", "intensity_level": "3"},
        {"conflict_id": "13", "type_of_conflict": ""},
        {"conflict_id": "14", "start_date": "in spring"},
        {"conflict_id": "15", "year": "1945"},
        {"conflict_id": ""},
        {"conflict_id": "1"},
    )  # fmt: skip
    rows, rejects = split(ucdp_acd, path)
    assert len(rows) == 4
    assert Counter(row.code for row in rejects) == {
        "unknown_state": 1, "bad_value": 2, "bad_date": 1, "before_our_states": 1,
        "missing_value": 1, "duplicate": 1,
    }  # fmt: skip


def test_another_table_is_refused(tmp_path):
    path = tmp_path / "ucdp-prio-acd-261.csv"
    path.write_text("id,year\n1,2020\n")
    with pytest.raises(SourceChanged, match="conflict_id"):
        split(ucdp_acd, path)


@pytest.mark.shared
@pytest.mark.skipif(not PACKAGE.is_file(), reason="shared/data/peacesciencer is not there")
def test_the_conflicts_of_the_package():
    rows, rejects = split(ucdp_acd, PACKAGE)
    assert (len(rows), rows["year"].min(), rows["year"].max()) == (2_749, 1946, 2024)
    # Hyderabad, one conflict in two years and another in one.
    assert Counter(row.code for row in rejects) == {"not_a_state": 3}
    assert Counter(rows["intensity"]) == {"minor": 2_066, "war": 683}
    assert Counter(rows["kind"]) == {
        "intrastate": 2_002, "internationalised": 484, "interstate": 146, "extrasystemic": 117,
    }  # fmt: skip
    syria = rows[(rows["conflict_ref"] == "299") & (rows["year"] == 2020)].iloc[0]
    assert (syria["states_a"], syria["support_a"], syria["support_b"]) == ("SYR", "IRN;RUS", "TUR")
    ukraine = rows[(rows["states_a"] == "RUS") & (rows["states_b"] == "UKR")]
    assert ukraine["year"].tolist() == [2022, 2023, 2024]
