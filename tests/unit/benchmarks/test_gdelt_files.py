"""Generated GDELT files: same plan, same bytes; the publisher's layout; faults as planted."""

import hashlib
import re
import zipfile
from collections import Counter
from datetime import date

import pytest
from benchmarks import gdelt_values
from benchmarks.gdelt_files import COLUMNS, Errata, Plan, generate, main, names

SMALL = {1: Plan(900, layout=1, rows_per_file=300), 2: Plan(900, layout=2, rows_per_file=300)}


def rows_of(path):
    with zipfile.ZipFile(path) as archive:
        (member,) = archive.namelist()
        assert path.name == f"{member}.zip"
        return [line.split("\t") for line in archive.read(member).decode().splitlines()]


def all_rows(made):
    return [row for path in made.files for row in rows_of(path)]


@pytest.mark.parametrize("layout", [1, 2])
def test_same_plan_same_bytes_whatever_the_processes(tmp_path, layout):
    first = generate(tmp_path / "a", SMALL[layout])
    again = generate(tmp_path / "b", SMALL[layout], jobs=2)
    assert [p.name for p in first.files] == [p.name for p in again.files]
    for one, other in zip(
        sorted((tmp_path / "a").iterdir()), sorted((tmp_path / "b").iterdir()), strict=True
    ):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_another_seed_gives_other_rows(tmp_path):
    first = generate(tmp_path / "a", SMALL[2])
    other = generate(tmp_path / "b", Plan(900, rows_per_file=300, seed=2))
    assert first.files[0].read_bytes() != other.files[0].read_bytes()


@pytest.mark.parametrize(
    ("layout", "name"), [(1, r"\d{8}\.export\.CSV\.zip"), (2, r"\d{14}\.export\.CSV\.zip")]
)
def test_layout_is_the_publishers(tmp_path, layout, name):
    made = generate(tmp_path, SMALL[layout])
    assert len(made.files) == 3
    assert all(re.fullmatch(name, path.name) for path in made.files)
    rows = all_rows(made)
    assert len(rows) == 900
    assert {len(row) for row in rows} == {COLUMNS[layout]}
    assert len({row[0] for row in rows}) == 900
    assert not any(made.planted.values())


def test_columns_hold_what_their_names_say(tmp_path):
    assert len(names()) == COLUMNS[2]
    made = generate(tmp_path, Plan(5_000))
    values = {act[0]: act[1:3] for act in gdelt_values.ACTS}
    for row in (dict(zip(names(), row, strict=True)) for row in all_rows(made)):
        day, added = row["SQLDATE"], row["DATEADDED"]
        assert row["MonthYear"] == day[:6]
        assert row["Year"] == day[:4]
        assert day <= added[:8]
        assert row["Actor1Code"] == row["Actor1CountryCode"] + row["Actor1Type1Code"]
        assert bool(row["Actor1Code"]) == bool(row["Actor1Name"])
        assert (row["QuadClass"], row["GoldsteinScale"]) == values[row["EventCode"]]
        assert row["EventCode"].startswith(row["EventBaseCode"])
        assert row["EventBaseCode"].startswith(row["EventRootCode"])
        assert row["SOURCEURL"].startswith("http")
        float(row["AvgTone"])


def test_shares_are_near_the_publishers(tmp_path):
    made = generate(tmp_path, Plan(20_000))
    rows = [dict(zip(names(), row, strict=True)) for row in all_rows(made)]
    missing = sum(not row["Actor1Code"] or not row["Actor2Code"] for row in rows) / len(rows)
    assert missing == pytest.approx(0.30, abs=0.02)
    late = sum(row["SQLDATE"] != row["DATEADDED"][:8] for row in rows) / len(rows)
    assert late == pytest.approx(0.015, abs=0.005)
    states = Counter(row["Actor1CountryCode"] for row in rows if row["Actor1CountryCode"])
    assert states.most_common(1)[0][0] == "USA"
    assert {"RUS", "IRN"} <= set(states)
    assert any(row["Actor1Code"] == "RUSGOV" for row in rows)
    # the publisher's quarter-hour file of 1 January 2018 takes 56 bytes a row
    size = sum(path.stat().st_size for path in made.files) / len(rows)
    assert 45 < size < 75


def test_index_files_say_what_lies_beside_them(tmp_path):
    for layout in (1, 2):
        folder = tmp_path / str(layout)
        made = generate(folder, SMALL[layout])
        truth = {
            path.name: (path.stat().st_size, hashlib.md5(path.read_bytes()).hexdigest())
            for path in made.files
        }
        if layout == 2:
            lines = [x.split(" ") for x in (folder / "masterfilelist.txt").read_text().splitlines()]
            said = {url.rpartition("/")[2]: (int(size), md5) for size, md5, url in lines}
            assert {url.rpartition("/")[0] for *_, url in lines} == {
                "http://data.gdeltproject.org/gdeltv2"
            }
        else:
            sizes = [x.split(" ") for x in (folder / "filesizes").read_text().splitlines()]
            sums = dict(x.split("  ")[::-1] for x in (folder / "md5sums").read_text().splitlines())
            said = {name: (int(size), sums[name]) for size, name in sizes}
        assert said == truth


def test_faults_are_planted_and_counted(tmp_path):
    errata = Errata(wrong_century=0.2, padded=0.1, duplicated=0.1, broken=0.05, unmarked=0.05)
    plan = Plan(
        3_000, rows_per_file=1_000, start=date(2019, 12, 30), end=date(2020, 1, 8), errata=errata
    )
    made = generate(tmp_path, plan)
    rows = all_rows(made)
    whole = {id(row): row for row in rows if len(row) == COLUMNS[2]}.values()
    assert len(rows) == 3_000 + made.planted["duplicated"]
    repeated = sum(count - 1 for count in Counter(row[0] for row in rows).values())
    assert repeated == made.planted["duplicated"] > 200
    across = Counter(name for path in made.files for name in {row[0] for row in rows_of(path)})
    assert max(across.values()) == 2
    clean = generate(tmp_path / "once", Plan(**{**vars(plan), "errata": Errata(broken=0.05)}))
    assert sum(len(r) != COLUMNS[2] for r in all_rows(clean)) == clean.planted["broken"] > 100
    assert any(row[3] == "1920" for row in whole)
    assert all(row[59] < "20200106" for row in whole if row[3] == "1920")
    assert any(row[15] == " " for row in whole)
    assert any(row[15].endswith(" ") and row[15].strip() for row in whole)
    assert all((row[26] == "---") == (row[30] == "") for row in whole)
    assert made.planted["unmarked"] > 100


def test_too_many_files_for_the_time_is_said(tmp_path):
    plan = Plan(1_000, layout=1, rows_per_file=1, start=date(2020, 1, 1), end=date(2020, 2, 1))
    with pytest.raises(ValueError, match="1000 files do not fit into 31 slots"):
        generate(tmp_path, plan)


def test_command_line(tmp_path, capsys):
    main(
        [str(tmp_path), "--rows", "500", "--rows-per-file", "250", "--jobs", "1", "--padded", "0.5"]
    )
    said = capsys.readouterr().out
    assert said.startswith("2 files, ")
    assert "padded" in said
