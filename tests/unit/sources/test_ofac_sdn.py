from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged, UsageError
from comity.core.records import Batch, Reject
from comity.sources.ofac_sdn import SPEC, expected, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "ofac_sdn"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "ofac"
NULLS = ",-0- ,-0- ,-0- ,-0- ,-0- "


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def tags(rows):
    return Counter(tag for cell in rows["programmes"] for tag in cell.split(";"))


def test_a_list_without_a_header():
    rows, rejects = split(FIXTURES / "sdn-list")
    found = rows.set_index("listing_ref")
    assert found["kind"].tolist() == [
        "entity", "person", "entity", "vessel", "person", "entity", "aircraft", "person",
    ]  # fmt: skip
    assert found.loc["90002", ["programmes", "target", "countries"]].tolist() == [
        "IFSR;NPWMD", "IRN", "IRN",
    ]  # fmt: skip
    assert found.loc["90004", ["target", "countries"]].tolist() == ["RUS", "RUS"]
    assert found.loc["90005", "target"] == "IRN;SYR"
    assert found.loc[["90003", "90006", "90007"], "target"].isna().all()
    assert set(rows["list_date"]) == {dt.date(2021, 7, 15)}
    assert rows["listed_on"].isna().all()
    assert Counter(row.code for row in rejects) == {
        "no_addresses": 1, "unmapped_programme": 1, "unresolved_country": 1,
    }  # fmt: skip
    assert set(SPEC.out_of_scope) >= {row.code for row in rejects}
    assert "'MOON-EO99999'" in next(r.reason for r in rejects if r.code == "unmapped_programme")


def test_files_of_one_day_belong_together():
    rows, rejects = split(FIXTURES / "non-sdn-list" / "2024-08")
    found = rows.set_index("listing_ref")
    assert found.loc["91001", "countries"] == "CYP;RUS"
    assert set(rows["list"]) == {"Consolidated non-SDN"}
    assert [row.raw for row in rejects] == ["'Region: Gaza' 1"]
    rows, rejects = split(FIXTURES / "addresses" / "2021-07")
    assert rows["countries"].tolist() == ["IRN;PRK"]
    assert not rejects
    # The remark was cut in the middle of a word, and goes on in the comments.
    rows, _ = split(FIXTURES / "comments" / "2021-07-15")
    assert rows["countries"].tolist() == ["IRN;IRQ"]


def test_lists_of_several_days_are_kept_apart(tmp_path):
    line = '1,"FIRM",-0- ,"IRAN"' + NULLS + ",-0- ,-0- ,-0- \r\n"
    for day in ("2021-07-15", "2021-07-16"):
        (tmp_path / f"{day}_sdn.csv").write_bytes(line.encode() + b"\x1a")
    (tmp_path / "2021-07-16_add.csv").write_text('1,2,"x","y","Iran",-0- \n')
    (tmp_path / "2021-07-14_add.csv").write_text('1,2,"x","y","Iraq",-0- \n')
    rows, rejects = split(tmp_path)
    assert rows[["list_date", "countries"]].to_numpy().tolist() == [
        [dt.date(2021, 7, 15), None],
        [dt.date(2021, 7, 16), "IRN"],
    ]
    assert [(row.code, row.locator) for row in rejects] == [
        ("unused_file", "2021-07-14_add.csv"),
        ("no_addresses", "2021-07-15_sdn.csv"),
    ]


def test_an_archive_reads_like_the_folder(tmp_path):
    folder = FIXTURES / "addresses" / "2021-07"
    packed = tmp_path / "lists.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"2021-07/{file.name}")
    rows, _ = split(packed)
    plain, _ = split(folder)
    assert rows.drop(columns="locator").equals(plain.drop(columns="locator"))


def test_bad_rows_are_set_aside(tmp_path):
    end = NULLS + ",-0- ,-0- ,-0- "
    path = tmp_path / "2021-07-15_sdn.csv"
    lines = ['1,"A",-0- ,"IRAN"', '1,"B",-0- ,"IRAN"', '2,-0- ,-0- ,"IRAN"', '3,"C","robot","X"']
    path.write_text("".join(f"{line}{end}\n" for line in lines))
    rows, rejects = split(path)
    assert rows["name"].tolist() == ["A"]
    assert [(r.code, r.locator[-1]) for r in rejects if r.code != "no_addresses"] == [
        ("missing_value", "3"), ("bad_value", "4"), ("duplicate", "2"),
    ]  # fmt: skip


def test_the_day_is_never_taken_from_the_clock(tmp_path):
    path = shutil.copy(FIXTURES / "sdn-list" / "2021-07-15_sdn.csv", tmp_path / "sdn.csv")
    with pytest.raises(UsageError, match=r"2021-07-15_sdn\.csv"):
        split(path)


def test_addresses_alone_are_no_list(tmp_path):
    path = tmp_path / "2021-07-15_add.csv"
    path.write_text('1,2,"x","y","Iran",-0- \n')
    with pytest.raises(UsageError, match="folder that holds"):
        split(path)


def test_companions_with_other_columns_are_refused(tmp_path):
    folder = tmp_path / "2021-07"
    shutil.copytree(FIXTURES / "addresses" / "2021-07", folder)
    (folder / "add.csv").write_text("1,2,3\n")
    with pytest.raises(SourceChanged, match="6 cells without a header"):
        split(folder)
    (folder / "unknown.csv").write_text("1,2,3\n")
    with pytest.raises(SourceChanged):
        split(folder / "unknown.csv")


def test_what_the_publisher_serves():
    files = list(expected(None, dt.date(2026, 1, 1), dt.date(2026, 1, 2)))
    assert {file.name for file in files} >= {"sdn.csv", "add.csv", "cons_prim.csv"}
    assert all(file.dated and file.url.endswith(file.name.upper()) for file in files)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/ofac is not there")
@pytest.mark.parametrize(
    ("month", "size", "counts", "iranian"),
    [
        ("2019-01", 7_379, {"IRAN": 673, "IFSR": 515, "CAATSA - IRAN": 0}, 1_221),
        # 687 entries hold IRAN as a word of a tag: 679 the tag itself, 8 the tag CAATSA - IRAN.
        ("2021-07", 8_976, {"IRAN": 679, "IFSR": 914, "CAATSA - IRAN": 8}, 1_791),
    ],
)
def test_real_sdn_lists(month, size, counts, iranian):
    rows, rejects = split(SHARED / month)
    assert len(rows) == size
    assert {tag: tags(rows)[tag] for tag in counts} == counts
    assert tags(rows)["IRAN-EO13876"] == (112 if month == "2021-07" else 0)
    assert rows["target"].str.contains("IRN").sum() == iranian
    assert set(rows["precision"]) == {"month"}
    # Every programme of both lists is in the table; what is left are places that are no states.
    assert {row.code for row in rejects} == {"unresolved_country"}
    assert rows["countries"].notna().mean() > 0.75


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/ofac is not there")
def test_real_non_sdn_list(tmp_path):
    with pytest.raises(UsageError):
        split(SHARED / "other")
    # The files say no day; this one is the test's own.
    folder = tmp_path / "2026-01-01"
    folder.mkdir()
    for name in ("cons_prim", "cons_add", "cons_comments"):
        shutil.copy(SHARED / "other" / f"{name}.csv", folder)
    rows, rejects = split(folder)
    assert len(rows) == 442
    assert (tags(rows)["UKRAINE-EO13662"], tags(rows)["RUSSIA-EO14024"]) == (286, 93)
    assert {row.code for row in rejects} == {"unresolved_country"}
