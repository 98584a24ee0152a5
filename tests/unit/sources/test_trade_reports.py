"""UN Comtrade and IMF: what each state reports of its trade, and what is no total."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged, UsageError
from comity.core.records import Batch, Reject
from comity.sources import _json_rows, imf_imts, un_comtrade

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
COMTRADE, IMF = FIXTURES / "un_comtrade", FIXTURES / "imf_imts"


def split(module, path):
    items = list(module.parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def values(rows):
    names = ["reporter", "partner", "flow", "commodity", "period"]
    keys = map(tuple, rows[names].to_numpy().tolist())
    return dict(zip(keys, rows["value"], strict=True))


# ---- UN Comtrade


def record(**values):
    made = json.loads(next(COMTRADE.glob("api-json/*.json")).read_text())["data"][0]
    return {**made, **values}


def written(path, records, **head):
    path.write_text(json.dumps({"count": len(records), **head, "data": records, "error": ""}))
    return path


def test_only_totals_over_procedures_transport_and_second_partners_are_rows():
    rows, rejects = split(un_comtrade, COMTRADE / "api-json")
    assert values(rows) == {
        ("RUS", "IRN", "export", "TOTAL", "2021"): 3.0,
        ("IRN", "RUS", "import", "TOTAL", "2021"): 3.4,
        ("RUS", "IRN", "export", "01", "2021"): 0.25,
        ("RUS", "IRN", "export", "10", "2021"): 0.15,
        ("AUS", "IRN", "import", "TOTAL", "2021"): 0.08,
        ("IRN", "SUN", "import", "TOTAL", "1990"): 0.04,
    }
    codes = sorted(row.code for row in rejects)
    assert codes == ["not_a_state", "not_a_state", "other_flow", "sub_total", "sub_total"]
    # Australia values imports free on board; an estimated weight is no report.
    assert rows["valuation"].tolist() == ["fob", "cif", "fob", "fob", "fob", "cif"]
    assert rows["net_weight"].tolist() == [None, None, 1200.0, None, None, None]


def test_a_second_partner_is_a_part_and_an_unmarked_row_is_not_taken_for_a_total(tmp_path):
    path = tmp_path / "comtrade.json"
    written(path, [record(), record(partner2Code=364), record(customsCode=None),
                   record(motCode=None)])  # fmt: skip
    rows, rejects = split(un_comtrade, path)
    assert len(rows) == 1
    assert [row.code for row in rejects] == ["bad_value", "bad_value", "sub_total"]


def test_months_and_missing_values():
    rows, rejects = split(un_comtrade, COMTRADE / "client-csv")
    assert not rejects
    assert rows["period"].tolist() == ["2022-05", "2022-05", "2022-06"]
    assert rows["value"].tolist() == [0.12, 0.004, None]
    assert rows["public_from"].iloc[0] == dt.date(2022, 9, 1)
    assert set(rows["public_from_basis"]) == {"assumed"}


def test_a_file_that_ends_where_the_server_stops_is_refused(tmp_path):
    count = 500
    path = tmp_path / "comtrade.json"
    text = json.dumps(record())
    path.write_text('{"count": 1, "data": [' + ",".join([text] * count) + "]}")
    with pytest.raises(SourceChanged, match="500 rows"):
        list(un_comtrade.parse(path))
    path.write_text('{"count": 1, "data": [' + ",".join([text] * (count - 1)) + "]}")
    rows, rejects = split(un_comtrade, path)
    assert (len(rows), {row.code for row in rejects}) == (1, {"duplicate"})


@pytest.mark.parametrize(
    "changes",
    [
        {"primaryValue": -1},
        {"primaryValue": "much"},
        {"period": "2021Q1"},
        {"period": "202113"},
        {"typeCode": "X"},
        {"cmdCode": "a b"},
        {"cmdCode": ""},
        {"flowCode": ""},
    ],
)
def test_what_is_no_value_is_rejected_with_its_row(tmp_path, changes):
    path = written(tmp_path / "comtrade.json", [record(), record(reporterCode=156, **changes)])
    rows, rejects = split(un_comtrade, path)
    assert len(rows) == 1
    assert [(row.code, row.locator) for row in rejects] == [
        ("bad_value", "comtrade.json, record 2")
    ]
    assert json.loads(rejects[0].raw)["reporterCode"] == 156


def test_services_same_states_and_lost_zeros(tmp_path):
    path = written(
        tmp_path / "comtrade.json",
        [record(typeCode="S"), record(partnerCode=643), record(cmdCode="1", aggrLevel=2),
         record(partnerCode=492), record(partnerCode=7)],
    )  # fmt: skip
    rows, rejects = split(un_comtrade, path)
    assert rows.empty
    assert sorted(row.code for row in rejects) == [
        "lost_zeros", "not_a_state", "not_goods", "same_state", "unknown_state",
    ]  # fmt: skip


def test_two_numbers_of_one_state_are_not_both_taken(tmp_path):
    path = written(tmp_path / "comtrade.json", [record(partnerCode=699), record(partnerCode=356)])
    rows, rejects = split(un_comtrade, path)
    assert rows["partner"].tolist() == ["IND"]
    assert [row.code for row in rejects] == ["duplicate"]
    assert "two codes of one state" in rejects[0].reason


def test_only_the_trade_matrix_holds_estimates(tmp_path):
    path = written(
        tmp_path / "comtrade.json",
        [record(classificationCode="TM", isReported=False),
         record(classificationCode="TM", isReported=True, flowCode="M"), record()],
    )  # fmt: skip
    rows, _ = split(un_comtrade, path)
    assert rows["estimated"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]x",
        '{"statusCode": 401, "message": "Access denied due to missing subscription key."}',
        '{"data": "none"}',
        '{"data": [1, 2]}',
        '{"data": [{"typeCode": "C"}]}',
        '{"data": [{"typeCode": "C"',
        '{"data": [' + "[" * 100_000,
        '{"data": [{"a":' + "[" * 100_000,
        '{"data": [{"a": ' + "9" * 10_000 + "}]}",
    ],
)
def test_what_is_not_an_answer_of_the_server_is_a_changed_source(tmp_path, text):
    path = tmp_path / "comtrade.json"
    path.write_text(text)
    if text == "[]x":
        assert list(un_comtrade.parse(path)) == []
        return
    with pytest.raises(SourceChanged) as caught:
        list(un_comtrade.parse(path))
    assert len(caught.value.sha256) == 64


def test_a_cut_file_is_refused_and_a_packed_one_reads_the_same(tmp_path):
    file = next(COMTRADE.glob("api-json/*.json"))
    cut = tmp_path / "comtrade_cut.json"
    cut.write_text(file.read_text()[:-200])
    with pytest.raises(SourceChanged, match="breaks off"):
        list(un_comtrade.parse(cut))
    packed = tmp_path / "comtrade.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(file, file.name)
    assert values(split(un_comtrade, packed)[0]) == values(split(un_comtrade, file)[0])


def test_objects_are_read_across_the_ends_of_pieces(tmp_path, monkeypatch):
    file = next(COMTRADE.glob("api-json/*.json"))
    whole = split(un_comtrade, file)[0]
    for size in (64, 1_000):
        monkeypatch.setattr(_json_rows, "_CHUNK", size)
        monkeypatch.setattr(_json_rows, "_HEAD", 100)
        assert split(un_comtrade, file)[0].equals(whole)


class Site:
    def read(self, url):
        raise AssertionError(url)

    def key(self, name):
        if name != "comtrade":
            msg = f"no key {name}"
            raise UsageError(msg)
        return "secret"


def test_files_to_fetch_are_one_per_year_and_flow_and_keep_the_key_out_of_the_address():
    files = list(un_comtrade.expected(Site(), dt.date(2020, 5, 1), dt.date(2021, 2, 1)))
    assert len(files) == len({file.name for file in files}) == 8
    assert {file.query["period"] for file in files} == {"2020", "2021"}
    assert {file.query["flowCode"] for file in files} == {"M", "X", "RM", "RX"}
    assert all(file.query["cmdCode"] == "TOTAL" and file.changes for file in files)
    assert all("secret" not in file.url + file.name for file in files)
    assert all(file.query["subscription-key"] == "secret" for file in files)
    early = list(un_comtrade.expected(Site(), dt.date(1946, 1, 1), dt.date(1988, 12, 31)))
    assert {file.first.year for file in early} == {1988}


# ---- IMF


def test_the_unit_is_that_of_the_layout_not_of_the_column_scale():
    # 3.5 million dollars in each, written in three ways.
    for folder in ("portal-long", "portal-wide", "api-csv"):
        rows, _ = split(imf_imts, IMF / folder)
        assert values(rows)["RUS", "IRN", "export", "TOTAL", "2021"] == 3.5
    rows, _ = split(imf_imts, IMF / "legacy-sdmx-json")
    assert values(rows)["RUS", "IRN", "export", "TOTAL", "2012"] == 1.9


def test_codes_of_the_fund_are_states_by_date_groups_are_set_aside():
    rows, rejects = split(imf_imts, IMF / "legacy-sdmx-json")
    found = values(rows)
    assert found["IRN", "SUN", "import", "TOTAL", "1985"] == 0.7
    # CH is Switzerland: the fund writes ISO, not FIPS.
    assert found["IRN", "CHE", "import", "TOTAL", "2013-02"] == 0.3
    assert rows["estimated"].tolist() == [None, True, None, None]
    assert [row.code for row in rejects] == ["not_a_state"]
    rows, rejects = split(imf_imts, IMF / "portal-wide")
    assert values(rows)["XKX", "RUS", "import", "TOTAL", "2021"] == 0.25
    assert sorted(row.code for row in rejects) == ["not_a_state", "other_indicator"]


LONG = "COUNTRY.ID,INDICATOR.ID,COUNTERPART_COUNTRY.ID,FREQUENCY.ID,SCALE,TIME_PERIOD,OBS_VALUE"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("RUS,XG_FOB_USD,IRN,A,,2021,3.5", "bad_value"),
        ("RUS,XG_FOB_USD,IRN,A,Gross,2021,3.5", "bad_value"),
        ("RUS,XG_FOB_USD,IRN,A,Millions,2021,-3.5", "bad_value"),
        ("RUS,XG_FOB_USD,IRN,A,Millions,sometime,3.5", "bad_value"),
        ("RUS,XG_FOB_USD,IRN,A,Millions,2021,3500000000", "impossible_value"),
        ("RUS,XG_FOB_USD,Iran,A,Millions,2021,3.5", "unknown_state"),
        ("RUS,XG_FOB_USD,RUS,A,Millions,2021,3.5", "same_state"),
        ("RUS,MG_FOB_USD,IRN,A,Millions,2021,3.5", "other_valuation"),
        ("RUS,XG_FOB_USD,G001,A,Millions,2021,3.5", "not_a_state"),
        ("RUS,XG_FOB_USD,IRN,Q,Millions,2021-Q1,3.5", "other_period"),
    ],
)
def test_imf_rows_that_are_set_aside(tmp_path, row, code):
    path = tmp_path / "IMTS.csv"
    path.write_text(f"{LONG}\n{row}\nRUS,XG_FOB_USD,IRN,A,Millions,2020,1\n")
    rows, rejects = split(imf_imts, path)
    assert len(rows) == 1
    assert [item.code for item in rejects] == [code]
    assert rejects[0].reason.endswith(".")


def test_quarterly_series_and_broken_names_of_the_wide_layout(tmp_path):
    path = tmp_path / "IMTS.csv"
    path.write_text(
        "DATASET,SERIES_CODE,SCALE,2020,2020-Q1,2020-M01\n"
        "x,RUS.XG_FOB_USD.IRN.Q,Millions,,1,\n"
        "x,RUS.XG_FOB_USD,Millions,1,,\n"
        "x,RUS.XG_FOB_USD.IRN.A,Millions,4,,\n"
    )
    rows, rejects = split(imf_imts, path)
    assert values(rows) == {("RUS", "IRN", "export", "TOTAL", "2020"): 4.0}
    assert sorted(row.code for row in rejects) == ["bad_value", "other_period"]


def test_a_legacy_series_without_a_unit_is_refused(tmp_path):
    path = tmp_path / "DOT.json"
    series = {"@FREQ": "A", "@REF_AREA": "RU", "@INDICATOR": "TXG_FOB_USD",
              "@COUNTERPART_AREA": "IR",
              "Obs": {"@TIME_PERIOD": "2012", "@OBS_VALUE": "1"}}  # fmt: skip
    path.write_text(json.dumps({"CompactData": {"DataSet": {"Series": series}}}))
    with pytest.raises(SourceChanged):
        list(imf_imts.parse(path))
    for unit, expected in (("6", 1.0), ("9", 1000.0), ("0", 1e-6)):
        whole = {"CompactData": {"DataSet": {"Series": {**series, "@UNIT_MULT": unit}}}}
        path.write_text(json.dumps(whole))
        rows, _ = split(imf_imts, path)
        assert rows["value"].tolist() == [expected]
    unreadable = {"CompactData": {"DataSet": {"Series": {**series, "@UNIT_MULT": "x"}}}}
    path.write_text(json.dumps(unreadable))
    rows, rejects = split(imf_imts, path)
    assert rows.empty
    assert [row.code for row in rejects] == ["bad_value"]


def test_imf_files_to_fetch_are_one_per_year_and_indicator():
    files = list(imf_imts.expected(Site(), dt.date(2020, 5, 1), dt.date(2021, 2, 1)))
    assert [file.name for file in files] == [
        "IMTS_XG_FOB_USD_A_2020.csv",
        "IMTS_MG_CIF_USD_A_2020.csv",
        "IMTS_XG_FOB_USD_A_2021.csv",
        "IMTS_MG_CIF_USD_A_2021.csv",
    ]
    assert files[0].query == {"startPeriod": "2020", "endPeriod": "2020"}
