"""Our own side of the race: its answer is that of counting lines, and faults do not change it."""

import json
import subprocess
import sys
import zipfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import duckdb
import pytest
from benchmarks import ours
from benchmarks.answers import canonical
from benchmarks.gdelt_files import Errata, Plan, generate

from comity.core.settings import Settings
from comity.workspace import Workspace

NEW_YEAR = {"start": date(2019, 12, 20), "end": date(2020, 1, 20), "rows_per_file": 5_000}
PAIR = {"RUS", "IRN"}


def counted(folder):
    """Count acts by hand, line by line, with what is known of the publisher's faults."""
    seen, cells = set(), defaultdict(list)
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            lines = archive.read(archive.namelist()[0]).decode().splitlines()
        for cell in (line.split("\t") for line in lines):
            if cell[0] not in seen and {cell[7], cell[17]} == PAIR:
                cells[cell[7], cell[17], f"{cell[1][:4]}-{cell[1][4:6]}"].append(float(cell[30]))
            seen.add(cell[0])
    return canonical((*key, len(g), sum(g) / len(g)) for key, g in cells.items())


def collected(folder, store):
    Workspace(Settings(home=store)).collect(ours.SOURCE, folder)
    return ours.comity_answer(json.dumps(ours.question(store), default=str))


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    home = tmp_path_factory.mktemp("clean")
    generate(home / "zips", Plan(40_000, **NEW_YEAR))
    return home, collected(home / "zips", home / "store")


def test_our_answer_is_that_of_counting_lines(clean):
    home, answer = clean
    assert answer == counted(home / "zips")
    assert sum(count for count, _ in answer.values()) > 20


def test_known_faults_of_the_publisher_do_not_change_it(clean, tmp_path):
    errata = Errata(wrong_century=0.5, padded=0.3, duplicated=0.01)
    made = generate(tmp_path / "zips", Plan(40_000, **NEW_YEAR, errata=errata))
    assert min(made.planted[name] for name in ("wrong_century", "padded", "duplicated")) > 300
    assert collected(tmp_path / "zips", tmp_path / "store") == clean[1]
    # the faults are there: who counts lines as they are is wrong
    assert counted(tmp_path / "zips") != clean[1]


def test_the_query_by_hand_reads_the_same_rows(clean):
    home, answer = clean
    rows = duckdb.sql(
        "SELECT a, b, left(month, 4) || '-' || right(month, 2), count(*), avg(g) "
        f"FROM ({ours.comity_select(home / 'store')}) GROUP BY ALL"
    ).fetchall()
    assert canonical(rows) == answer


def printed(words):
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(words, cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


def test_the_command_gives_the_same_answer(clean):
    home, answer = clean
    assert ours.comity_answer(printed(ours.comity_query(home / "store"))) == answer


def test_times_are_taken_in_one_process(clean):
    words = ours.comity_timed(clean[0] / "store", 1)
    found = json.loads(printed(words))
    assert words[0] == sys.executable
    assert found["runs"] == 1
    assert min(found["ours"], found["same"], found["short"]) > 0
