from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.cli import main

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "store"))

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        caught = capsys.readouterr()
        return int(end.value.code or 0), caught.out, caught.err

    return call


@pytest.fixture
def filled(run):
    assert run("collect", "gdelt", "--from", str(FIXTURES / "gdelt" / "daily-events"))[0] == 0
    return run


def test_what_is_in_is_shown_with_days_and_repairs(filled):
    code, out, err = filled("archive")
    assert code == 0
    assert "gdelt" in out
    assert "gdelt/events: 2020-01-03" in err
    assert "1 rows mended by the correction year-1920" in err
    _, out, _ = filled("archive", "status", "--json", "-")
    (row,) = json.loads(out)["archive"]
    assert (row["files"], row["rows"], row["parquet_files"]) == (1, 7, 1)
    assert row["covered"] == {"gdelt/events": [["2020-01-03", "2020-01-03"]]}


def test_a_dyad_by_month_in_both_orders_and_what_is_covered(filled):
    code, out, _ = filled("archive", "run", "dyad_periods", "RUS", "IRN", "--json", "-")
    assert code == 0
    found = json.loads(out)
    rows = {(row["actor"], row["period"][:7]): row for row in found["rows"]}
    assert rows["RUS", "2020-01"]["records"] == 2
    assert rows["RUS", "2020-01"]["events"] == 1
    assert rows["IRN", "2020-01"]["events"] == 2
    assert found["covered"] == {"gdelt/events": [["2020-01-03", "2020-01-03"]]}
    _, other, _ = filled("archive", "run", "dyad_periods", "Iran", "Russia", "--json", "-")
    assert json.loads(other)["rows"] == found["rows"]


def test_a_table_says_once_what_is_the_same_and_where_nothing_is_known(filled):
    code, out, err = filled("archive", "run", "roots", "RUS", "IRN", "--until", "2020")
    assert code == 0
    assert "In all rows source: gdelt" in out
    assert "outside, nothing is known" in err


def test_a_reader_of_an_earlier_day_finds_nothing(filled):
    code, _, err = filled("archive", "run", "roots", "RUS", "IRN", "--as-of", "2020-01-02")
    assert code == 2
    assert "comity collect" in err


def test_acts_of_several_records_are_listed_with_their_members(filled):
    code, out, _ = filled("archive", "same", "RUS", "IRN", "--json", "-")
    assert code == 0
    (event,) = json.loads(out)["events"]
    assert (event["records"], event["reports"], event["coders"]) == (2, 2, ["gdelt"])
    assert [each["record_id"] for each in event["members"]] == ["gdelt:1", "gdelt:2"]
    code, out, err = filled("archive", "same", "RUS", "CHN")
    assert code == 0
    assert "--least 1" in err


def test_queries_and_compact_say_what_they_do(filled):
    code, out, _ = filled("archive", "queries", "--json", "-")
    assert code == 0
    named = {query["name"]: query for query in json.loads(out)["queries"]}
    assert named["dyad_periods"]["parameters"]["dyad"]["required"]
    assert filled("archive", "queries")[0] == 0
    code, _, err = filled("archive", "compact")
    assert code == 0
    assert "1 Parquet files before, 1 after" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "dyad_period", "RUS", "IRN"), "dyad_periods"),
        (("run", "dyad_periods"), "needs dyad"),
        (("run", "dyad_periods", "RUS"), "both states"),
        (("run", "dyad_periods", "RUS", "Atlantis"), "Atlantis"),
        (("run", "dyad_periods", "RUS", "IRN", "--by", "week"), "month"),
        (("run", "dyad_periods", "RUS", "IRN", "--since", "soon"), "--since"),
        (("run", "outlets", "RUS", "IRN", "--set", "most"), "most=20"),
        (("run", "outlets", "RUS", "IRN", "--set", "most=few"), "whole number"),
        (("run", "roots", "RUS", "IRN", "--engine", "hadoop://x"), "spark://"),
        (("run", "roots", "RUS", "IRN", "--at", "nowhere"), "nowhere"),
        (("same", "RUS", "RUS"), "two different states"),
        (("same", "RUS", "IRN", "--window", "-1"), "--window"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(filled, words, told):
    code, _, err = filled("archive", *words)
    assert code == 2, err
    assert told in err
    assert "Traceback" not in err


def test_an_empty_store_says_what_to_collect(run):
    code, _, err = run("archive", "run", "dyad_periods", "RUS", "IRN")
    assert code == 2
    assert "comity collect gdelt2" in err
    assert run("archive")[0] == 0
