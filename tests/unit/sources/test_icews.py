from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyreadr
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject, Repair
from comity.sources.icews import SPEC, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "icews"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
RAW = FIXTURES / "raw-events" / "events.2018.tab"


def split(path):
    items = list(parse(path))
    batches = [pd.DataFrame(item.columns) for item in items if isinstance(item, Batch)]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_event_cells():
    rows, _ = split(RAW)
    first = rows.iloc[0]
    assert first["event_ref"] == "2018-06-01.1"
    assert (first["actor"], first["recipient"]) == ("RUS", "IRN")
    assert first["actor_sectors"] == "Executive,Foreign Ministry,Government"
    assert first["recipient_sectors"] is None
    assert first["cameo"] == "040"
    assert first["goldstein"] == 1.0
    assert first["public_from"] == dt.date(2018, 6, 2)
    # The number of an event is unique only together with its date.
    assert rows["event_ref"].tolist() == ["2018-06-01.1", "2018-06-02.1", "2018-06-02.2"]
    assert rows["publisher_name"].iloc[2] == 'Invented "quoted" Gazette'
    # An event inside one state stays, with the same state on both sides.
    assert rows["actor"].iloc[2] == rows["recipient"].iloc[2] == "IRN"


def test_actors_without_a_state_are_out_of_scope():
    _, rejects = split(RAW)
    assert [row.code for row in rejects] == ["not_a_state"] * 2
    assert set(SPEC.out_of_scope) == {"not_a_state"}


def variants(tmp_path, **cells):
    """Write the raw fixture with further rows, each with one cell changed."""
    lines = RAW.read_text().splitlines()
    header, model = lines[0].split("\t"), lines[1].split("\t")
    extra = []
    for number, (column, value) in enumerate(cells.items(), start=100):
        row = dict(zip(header, model, strict=True))
        row["Event ID"] = str(number)
        row[column.replace("_", " ")] = value
        extra.append("\t".join(row.values()))
    path = tmp_path / "events.2018.tab"
    path.write_text("\n".join([*lines, *extra]) + "\n")
    return path


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("Event_Date", "2018-02-30", "bad_date"),
        ("Event_ID", "NA", "missing_value"),
        ("CAMEO_Code", "990", "bad_value"),
        ("CAMEO_Code", "NA", "bad_value"),
        ("Intensity", "11", "bad_value"),
        ("Intensity", "much", "bad_value"),
        ("Intensity", "inf", "bad_value"),
        ("Source_Country", "Atlantis", "unknown_state"),
        ("Target_Country", "", "not_a_state"),
    ],
)
def test_bad_cells_reject_their_row(tmp_path, column, value, code):
    before, old = split(RAW)
    rows, rejects = split(variants(tmp_path, **{column: value}))
    assert len(rows) == len(before)
    assert [row.code for row in rejects if row not in old] == [code]


def test_an_empty_intensity_is_missing_not_zero(tmp_path):
    rows, _ = split(variants(tmp_path, Intensity="NA"))
    assert pd.isna(rows["goldstein"].iloc[-1])


@pytest.mark.parametrize(
    ("code", "quad"),
    [
        ("010", "verbal_cooperation"), ("057", "verbal_cooperation"),
        ("061", "material_cooperation"), ("0874", "material_cooperation"),
        ("090", "verbal_conflict"), ("1312", "verbal_conflict"),
        ("141", "material_conflict"), ("204", "material_conflict"),
    ],
)  # fmt: skip
def test_quad_class_follows_the_root(tmp_path, code, quad):
    rows, _ = split(variants(tmp_path, CAMEO_Code=code))
    assert rows["quad"].iloc[-1] == quad
    assert rows["cameo"].iloc[-1] == code


def test_the_two_congos(tmp_path):
    rows, _ = split(variants(tmp_path, Source_Country="Congo"))
    assert rows["actor"].iloc[-1] == "COG"
    rows, _ = split(variants(tmp_path, Source_Country="Democratic Republic of Congo"))
    assert rows["actor"].iloc[-1] == "COD"


def test_the_same_event_in_two_files_is_dropped_and_counted(tmp_path):
    for name in ("a.tab", "b.tab"):
        (tmp_path / name).write_bytes(RAW.read_bytes())
    rows, rejects = split(tmp_path)
    assert len(rows) == 3
    assert {row.locator.partition(",")[0] for row in rows.itertuples()} == {"a.tab"}
    assert [row.code for row in rejects] == ["not_a_state"] * 4
    assert repairs(tmp_path) == {"repeated-rows": 3}


def test_counts_and_their_bad_rows(tmp_path):
    columns = ["i", "j", "year", "verbCoop", "matlCoop", "verbConf", "matlConf"]
    columns += ["i_iso3c", "j_iso3c"]
    table = pd.DataFrame(
        [
            ("Iran", "Russia", 2010.0, 5.0, 0.0, 1.0, 2.0, "IRN", "RUS"),
            ("Iran", "Russia", 2010.0, 5.0, 0.0, 1.0, 2.0, "IRN", "RUS"),
            ("Iran", "Nowhere", 2010.0, 5.0, 0.0, 1.0, 2.0, "IRN", "QQQ"),
            ("Iran", "Russia", 2011.0, -5.0, 0.0, 1.0, 2.0, "IRN", "RUS"),
            ("Iran", "Russia", 2012.0, 1.5, 0.0, 1.0, 2.0, "IRN", "RUS"),
            ("Iran", "Russia", 2013.0, float("nan"), 0.0, 1.0, 2.0, "IRN", "RUS"),
        ],
        columns=columns,
    )
    path = tmp_path / "icews.rda"
    pyreadr.write_rdata(str(path), table, "icews")
    rows, rejects = split(path)
    assert rows[["actor", "recipient", "period", "verbal_cooperation"]].to_numpy().tolist() == [
        ["IRN", "RUS", "2010", 5]
    ]
    assert rows["public_from"].tolist() == [dt.date(2011, 1, 1)]
    assert sorted(row.code for row in rejects) == [
        "bad_value", "bad_value", "bad_value", "duplicate", "unknown_state",
    ]  # fmt: skip


def test_an_r_file_with_other_columns(tmp_path):
    path = tmp_path / "icews.rda"
    pyreadr.write_rdata(str(path), pd.DataFrame({"i": ["Iran"]}), "icews")
    with pytest.raises(SourceChanged, match="found i"):
        list(parse(path))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not there")
@pytest.mark.parametrize(
    ("file", "kept", "outside"),
    [("events.2018.sample.tab", 3_334, 371), ("icews_sample.rda", 4_534, 459)],
)
def test_real_events(file, kept, outside):
    rows, rejects = split(SHARED / "icews_raw" / file)
    assert (len(rows), len(rejects)) == (kept, outside)
    assert {row.code for row in rejects} == {"not_a_state"}
    if file.endswith(".tab"):
        both = rows["actor"].isin(["RUS", "IRN"]) & rows["recipient"].isin(["RUS", "IRN"])
        assert (both & (rows["actor"] != rows["recipient"])).sum() == 4


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not there")
def test_real_counts():
    rows, rejects = split(SHARED / "icews_dyadyear" / "netify_icews.rda")
    assert len(rows) == 298_376
    assert not rejects
    quads = [name for name in rows if name.startswith(("verbal_", "material_"))]
    sides = [["RUS", "IRN"], ["IRN", "RUS"]]
    year = rows[rows["period"] == "2010"].set_index(["actor", "recipient"])
    assert sum(year.loc[tuple(side), quads].sum() for side in sides) == 2_104


# ------------------------------------------------------------------ declared corrections


def repairs(path):
    found = [item for item in parse(path) if isinstance(item, Repair)]
    return {item.correction: item.rows for item in found}


def test_the_file_of_2017_is_mended_and_keeps_what_the_publisher_wrote():
    rows, rejects = split(FIXTURES / "raw-events-of-2017")
    assert rows["event_ref"].tolist() == ["2017-01-13.1", "2017-12-01.2", "2017-02-03.3"]
    assert rows["cameo"].tolist() == ["040", "137", "051"]
    assert rows["corrected"].tolist() == [
        '{"american-dates":{"Event Date":"1/13/2017"},"no-cameo-code":{"CAMEO Code":null}}',
        '{"american-dates":{"Event Date":"12/1/2017"},"no-cameo-code":{"CAMEO Code":null}}',
        '{"no-cameo-code":{"CAMEO Code":null}}',
    ]
    # A label that names no code is not guessed, and a row that is set aside counts as no repair.
    assert [row.code for row in rejects] == ["bad_value"]
    assert repairs(FIXTURES / "raw-events-of-2017") == {"american-dates": 2, "no-cameo-code": 3}


def test_american_dates_of_another_year_are_errors(tmp_path):
    _, rejects = split(variants(tmp_path, Event_Date="1/13/2018"))
    assert "bad_date" in [row.code for row in rejects]


def test_the_false_code_13y_is_read_from_its_label(tmp_path):
    content = RAW.read_text().replace("Consult\t040", "Threaten with repression\t13y")
    path = tmp_path / "events.2018.tab"
    path.write_text(content)
    rows, _ = split(path)
    assert rows["cameo"].iloc[0] == "137"
    assert rows["quad"].iloc[0] == "verbal_conflict"
    assert rows["corrected"].iloc[0] == '{"code-13y":{"CAMEO Code":"13y"}}'
    assert rows["corrected"].iloc[1:].isna().all()
    assert repairs(path) == {"code-13y": 1}


def test_a_repeated_row_is_dropped_and_counted_but_a_contradiction_is_set_aside(tmp_path):
    lines = RAW.read_text().splitlines()
    other = lines[1].replace("Invented Gazette", "Another Gazette")
    path = tmp_path / "events.2018.tab"
    path.write_text("\n".join([*lines, lines[1], lines[2], other]) + "\n")
    before, _ = split(RAW)
    rows, rejects = split(path)
    assert rows["event_ref"].tolist() == before["event_ref"].tolist()
    assert rejects[-1].code == "duplicate"
    assert repairs(path) == {"repeated-rows": 2}
