"""The race: right answers are called the same, wrong ones WRONG, and what fails says why."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from benchmarks import answers
from benchmarks.entries import ASK, STORE, Course, Entry, entries
from benchmarks.measure import Cost, compiled, run
from benchmarks.race import Line, measured, paid, verdicts
from benchmarks.section import Section, write

RIGHT = [["RUS", "IRN", "2018-01", 3, -1.1], ["IRN", "RUS", "2018-02", 2, 4.0]]


def cells(rows=None):
    return answers.canonical(RIGHT if rows is None else rows)


def saying(rows, code=0):
    text = json.dumps(rows)
    return lambda _: [sys.executable, "-c", f"print({text!r}); raise SystemExit({code})"]


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path, sys.executable, "http://127.0.0.1:9")


def test_order_and_rounding_do_not_matter():
    other = [["IRN", "RUS", "2018-02", 2, 4.0], ["RUS", "IRN", "2018-01", 3, -1.0999999999999999]]
    assert cells(other) == cells()
    assert answers.digest(cells(other)) == answers.digest(cells())
    assert answers.difference(cells(), cells(other)) == ""


@pytest.mark.parametrize(
    ("row", "how"),
    [
        (["RUS", "IRN", "2018-01", 4, -1.1], "has 4 acts, not 3"),
        (["RUS", "IRN", "2018-01", 3, -1.2], "has the mean -1.2000, not -1.1000"),
        (["IRN", "RUS", "2018-01", 3, -1.1], "IRN to RUS in 2018-01 has no acts in truth"),
        (["RUS", "IRN", "2018-03", 3, -1.1], "RUS to IRN in 2018-01 is missing"),
    ],
)
def test_a_wrong_answer_is_called_wrong_and_how(row, how):
    given = cells([row, RIGHT[1]])
    assert answers.digest(given) != answers.digest(cells())
    line = Line(Entry("x", "x", "", ASK, "", saying([])), answer=given)
    verdicts([line], cells())
    assert line.verdict.startswith("WRONG: ")
    assert how in line.verdict


def test_entries_are_run_and_judged(course):
    listed = [
        Entry("good", "good", "", ASK, "", saying(RIGHT)),
        Entry("bad", "bad", "", ASK, "", saying(RIGHT[:1])),
        Entry("broken", "broken", "", ASK, "", lambda _: [sys.executable, "-c", "1 / 0"]),
        Entry("mute", "mute", "", ASK, "", lambda _: [sys.executable, "-c", "pass"]),
        Entry("absent", "absent", "nowhere", ASK, "", saying(RIGHT)),
        Entry("store", "store", "", STORE, "", saying(None), makes="kept"),
    ]
    lines = measured(listed, course, rounds=2, missing={"nowhere": "no such package"})
    verdicts(lines, cells())
    said = {line.entry.key: line.verdict for line in lines}
    assert said["good"] == f"same ({answers.digest(cells())})"
    assert said["bad"] == "WRONG: 1 of 2 cells differ: IRN to RUS in 2018-02 is missing"
    assert said["broken"] == "not measured: ZeroDivisionError: division by zero"
    assert "printed no answer" in said["mute"]
    assert said["absent"] == "not measured: cannot be installed here: no such package"
    assert said["store"] == ""
    assert course.store("kept").is_dir()
    assert [len(line.costs) for line in lines] == [2, 2, 0, 1, 0, 2]


def test_an_answer_that_changes_between_rounds_is_no_answer(course):
    code = "import json, os; print(json.dumps([['RUS', 'IRN', '2018-01', os.getpid(), 1.0]]))"
    entry = Entry("x", "x", "", ASK, "", lambda _: [sys.executable, "-c", code])
    (line,) = measured([entry], course, rounds=2)
    verdicts([line], cells())
    assert line.verdict == "not measured: its answer differs from one run to the next"


def test_cost_counts_children_and_memory(tmp_path):
    child = "x = bytearray(60_000_000); s = sum(i * i for i in range(3_000_000))"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    cost = run([sys.executable, "-c", code], folder=tmp_path)
    idle = run([sys.executable, "-c", "import time; time.sleep(0.5)"], folder=tmp_path)
    assert cost.failure == idle.failure == ""
    assert cost.cpu > idle.cpu
    assert cost.peak > 60
    assert 0 < idle.peak < cost.peak - 40


def test_whether_a_store_pays_is_said_either_way():
    def taking(cpu):
        return Line(Entry("x", "polars", "", ASK, "", saying([])), [Cost(cpu, cpu, 1.0, "")])

    assert "after 5 questions" in paid(taking(9.0), taking(1.0), taking(3.0))
    never = paid(taking(9.0), taking(2.0), taking(1.5))
    assert "never pays" in never
    assert "takes 2.00 CPU s" in never
    assert "polars, 1.50" in never


def test_what_takes_too_long_is_stopped(tmp_path):
    cost = run([sys.executable, "-c", "import time; time.sleep(60)"], folder=tmp_path, limit=0.5)
    assert cost.failure == "stopped after 0.5 s"
    assert cost.wall < 30


def test_every_tool_has_its_line_and_its_pin():
    listed = entries()
    assert len({entry.key for entry in listed}) == len(listed)
    from benchmarks.peers import JOBS  # noqa: PLC0415 -- runs elsewhere
    from benchmarks.peers_venv import LIST  # noqa: PLC0415

    pins = {x.partition("==")[0] for x in LIST.read_text().splitlines() if "==" in x}
    assert {entry.package for entry in listed if entry.package} == pins
    assert {entry.key for entry in listed if entry.package} <= set(JOBS)
    made = [entry.makes for entry in listed]
    assert made.index("forge") < [e.key for e in listed].index("gdeltforge_query")


def test_a_section_replaces_itself_only(tmp_path):
    path = tmp_path / "results.md"
    one = Section("one", "One", ("a", "b"), [("1", "x|y")], ["Said."])
    write(path, one, date="2026-01-01", versions={"polars": "1", "none": ""})
    write(path, Section("two", "Two", ("a",), [("2",)]), date="2026-01-02", versions={})
    before = path.read_text()
    assert "| 1 | x\\|y |" in before
    assert "Measured on 2026-01-01: " in before
    assert ", polars 1." in before
    write(path, Section("one", "One", ("a", "b"), [("3", "z")]), date="2026-01-03", versions={})
    after = path.read_text()
    assert "| 3 | z |" in after
    assert "x\\|y" not in after
    assert after.split("<!-- two -->")[1] == before.split("<!-- two -->")[1]


def test_our_modules_are_compiled_before_they_run():
    source = importlib.util.find_spec("comity").origin
    cached = Path(importlib.util.cache_from_source(source))
    cached.unlink(missing_ok=True)
    compiled()
    assert cached.exists()
