from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged, UsageError
from comity.core.records import Batch, Reject
from comity.sources.eu_sanctions import SPEC, expected, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "eu_sanctions"
ACT = FIXTURES / "consolidated-acts" / "32023R1529.csv"
FSF = FIXTURES / "financial-sanctions-files" / "csvFullSanctionsList_1_1.csv"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "eu_sanctions"


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_an_act_whose_day_nobody_gave():
    rows, rejects = split(ACT)
    found = rows.set_index("name")
    assert found["countries"].to_dict() == {
        "Nobody ANYWHERE": "IRN;RUS",
        "Firm of Paper": "IRN;RUS",
        "Firm of Glass": None,
        "SHIP OF FOOLS": "PRK",
    }
    assert set(rows["target"]) == {"IRN"}
    assert found.loc["Firm of Paper", "listed_on"] == dt.date(2024, 5, 20)
    assert found.loc["Firm of Paper", "legal_basis"] == "32023R1529, annex III.B: Asset freeze"
    # The list stood on the day of its newest entry or later.
    assert set(rows["list_date"]) == {dt.date(2024, 5, 20)}
    glass = found.loc["Firm of Glass"]
    assert (glass["precision"], glass["listed_on"]) == ("month", None)
    assert (glass["occurred_from"], glass["public_from"]) == (
        dt.date(2024, 7, 1), dt.date(2024, 7, 31),
    )  # fmt: skip
    assert Counter(row.code for row in rejects) == {"undated": 1, "unresolved_country": 1}
    assert "2026-08-22_32023R1529.csv" in rejects[0].reason


def test_a_row_without_a_day_takes_that_of_the_named_list(tmp_path):
    path = shutil.copy(ACT, tmp_path / f"2026-08-22_{ACT.name}")
    rows, rejects = split(path)
    port = rows.set_index("name").loc["Port of Nowhere"]
    assert (port["kind"], port["countries"], port["listed_on"]) == ("other", "IRN", None)
    assert port["occurred_from"] == port["public_from"] == dt.date(2026, 8, 22)
    assert set(rows["list_date"]) == {dt.date(2026, 8, 22)}
    assert [row.code for row in rejects] == ["unresolved_country"]


def test_the_same_act_on_two_days_is_two_lists(tmp_path):
    for day in ("2026-08-22", "2026-09-22"):
        shutil.copy(ACT, tmp_path / f"{day}_{ACT.name}")
    shutil.copy(FSF, tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(FSF.read_text().replace("N. Nowhere", "No Nowhere"))
    rows, rejects = split(tmp_path)
    assert rows.groupby(["list", "list_date"]).size().tolist() == [5, 5, 4]
    assert not rows.duplicated(["list", "listing_ref", "list_date"]).any()
    assert "same_list" in {row.code for row in rejects}


def test_references_are_stable_and_tell_rows_apart():
    refs = split(ACT)[0]["listing_ref"].tolist()
    assert refs[:3] == ["III.A/1/Person", "III.B/1/LegalEntity", "III.B/2/Company"]
    assert refs[3].startswith("IV/")
    assert len(set(refs)) == 4


def changed(tmp_path, *edits):
    text = ACT.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / ACT.name
    path.write_text(text)
    return path


def test_bad_rows_are_set_aside(tmp_path):
    path = changed(tmp_path, ("20 May 2024", "last spring"), (",Company,", ",Robot,"),
                   ("IV,Asset freeze,26 Feb. 2024", "III.A,Asset freeze,26 Feb. 2024"),
                   ("SHIP OF FOOLS", ""))  # fmt: skip
    rows, rejects = split(path)
    assert rows["name"].tolist() == ["Nobody ANYWHERE"]
    assert Counter(row.code for row in rejects) == {
        "bad_value": 2, "missing_value": 1, "undated": 1,
    }  # fmt: skip


def test_one_reference_for_two_rows_is_an_error_of_the_file(tmp_path):
    path = changed(
        tmp_path, ("2,EU-IRN,III.B", "1,EU-IRN,III.B"), ("Company,Firm", "LegalEntity,Firm")
    )
    _, rejects = split(path)
    assert "repeated_reference" in {row.code for row in rejects} - set(SPEC.out_of_scope)


def test_an_act_that_lists_nobody_and_one_without_any_day(tmp_path):
    header = ACT.read_text().partition("\n")[0]
    path = tmp_path / ACT.name
    path.write_text(header + "\n")
    assert split(path)[0].empty
    row = "32023R1529,1,EU-IRN,III,Asset freeze,,,LegalEntity,Firm" + "," * header.count(",")
    cells = row.split(",")[: header.count(",") + 1]
    path.write_text(f"{header}\n{','.join(cells)}\n")
    with pytest.raises(UsageError, match=r"2021-07-15_32023R1529\.csv"):
        split(path)


def test_the_full_list_joins_the_rows_of_an_entity():
    rows, rejects = split(FSF)
    assert not rejects
    found = rows.set_index("listing_ref")
    assert found.loc["EU.1.0", ["name", "kind", "target", "countries"]].tolist() == [
        "Nobody Nowhere", "person", "IRN", "IRN",
    ]  # fmt: skip
    # The programme UKR is two acts: what the entry itself says decides, or nothing does.
    assert found.loc["EU.2.0", ["target", "target_basis"]].tolist() == ["RUS", "entry"]
    assert found.loc["EU.3.0", ["target", "target_basis"]].tolist() == [None, None]
    undated = found.loc["EU.4.0"]
    assert undated["occurred_from"] == undated["list_date"] == dt.date(2026, 8, 5)
    assert undated["listed_on"] is None
    assert set(rows["list"]) == {"EU Financial Sanctions Files"}


def test_rows_of_the_full_list_that_do_not_fit(tmp_path):
    text = FSF.read_text()
    path = tmp_path / FSF.name
    path.write_text(
        text.replace("EU.2.0;;2022-03-15;;;E", "EU.2.0;;soon;;;E", 1)
        .replace("EU.4.0;;;;;P;person", "EU.4.0;;;;;X;robot")
        .replace("EU.1.0;;2012-03-23", "EU.1.0;;2013-03-23", 1)
    )
    rows, rejects = split(path)
    assert [row.code for row in rejects] == ["conflict", "conflict", "bad_value", "bad_value"]
    assert rows["listing_ref"].tolist() == ["EU.1.0", "EU.2.0", "EU.3.0"]
    path.write_text(text.replace("05/08/2026", ""))
    with pytest.raises(UsageError):
        split(path)


def test_other_columns_are_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(FSF.read_text().replace("Entity_Regulation_Programme", "Programme"))
    with pytest.raises(SourceChanged):
        split(path)


def test_the_token_travels_apart_from_the_address():
    class Site:
        def key(self, name):
            return f"secret of {name}"

    (file,) = expected(Site(), dt.date(2026, 1, 1), dt.date(2026, 1, 2))
    assert file.query == {"token": "secret of eu_fsf"}
    assert "secret" not in file.url


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/eu_sanctions is not there")
def test_real_acts(tmp_path):
    rows, rejects = split(SHARED)
    assert len(rows) == 6_527
    assert Counter(row.code for row in rejects if row.code != "unresolved_country") == {
        "undated": 114
    }
    folder = tmp_path / "2026-08-22"
    folder.mkdir()
    for file in SHARED.glob("*.csv"):
        (folder / file.name).symlink_to(file.resolve())
    rows, rejects = split(folder)
    assert {row.code for row in rejects} == {"unresolved_country"}
    assert not rows.duplicated(["list", "listing_ref", "list_date"]).any()
    assert rows.groupby("list").size().to_dict() == {
        "32006R0765": 408, "32011R0359": 321, "32012R0036": 368, "32012R0267": 339,
        "32014R0269": 2_802, "32014R0833": 1_746, "32017R1509": 326, "32020R1998": 177,
        "32023R1529": 49, "32024R1485": 105,
    }  # fmt: skip
    years = rows["listed_on"].map(lambda day: day.year if day else None)
    counted = Counter(zip(rows["list"], years, strict=True))
    assert counted["32014R0269", 2022] == 1_284
    assert counted["32012R0267", 2025] == 103
    assert rows["listed_on"].isna().sum() == 114
    assert (min(rows["listed_on"].dropna()), max(rows["listed_on"].dropna())) == (
        dt.date(2004, 9, 24), dt.date(2026, 7, 30),
    )  # fmt: skip
    assert rows.groupby("target").size().to_dict() == {
        "BLR": 408, "IRN": 709, "PRK": 326, "RUS": 4_653, "SYR": 368,
    }  # fmt: skip
