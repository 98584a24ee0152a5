"""The race: one question to generated GDELT files, by this project and by its peers.

The question is the monthly count and the mean of Goldstein's value of acts of Russia towards Iran
and of Iran towards Russia. Every run is a process of its own; the tools take turns, round by
round, so that what else the machine does hits all alike. CPU seconds are the fair column on a
machine that does other things too.
"""

from __future__ import annotations

import json
import math
import shutil
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import answers
from benchmarks.entries import ASK, PLAIN, READ, STORE, Course, Entry, entries
from benchmarks.loopback import serve
from benchmarks.measure import Cost, compiled, memory_method, run
from benchmarks.ours import comity_timed
from benchmarks.peers_venv import prepare
from benchmarks.section import Section

__all__ = ["Line", "measured", "paid", "race", "verdicts"]

ROOT = Path(__file__).resolve().parents[1]
MILLION = 1_000_000
INSIDE = 15
GOAL_CPU, GOAL_PEAK, GOAL_RATIO, GOAL_PANDAS = 8.0, 1000.0, 1.2, 20.0


@dataclass
class Line:
    """What became of an entry.

    Parameters
    ----------
    entry : Entry
        What was run.
    costs : list of Cost
        Of the rounds that ended well.
    answer : answers.Cells or None
        What it answered.
    failure : str
        Why there is nothing to show; empty where there is.
    verdict : str
        Whether the answer is right; see `verdicts`.
    """

    entry: Entry
    costs: list[Cost] = field(default_factory=list)
    answer: answers.Cells | None = None
    failure: str = ""
    verdict: str = ""

    @property
    def cpu(self) -> float:
        """Median CPU time [s]."""
        return statistics.median(c.cpu for c in self.costs)

    @property
    def wall(self) -> float:
        """Median time that passed [s]."""
        return statistics.median(c.wall for c in self.costs)

    @property
    def peak(self) -> float:
        """Largest peak memory of any round [MB]."""
        return max(c.peak for c in self.costs)


def _lay(work: Path, rows: int, seed: int, per_file: int) -> None:
    """Make the zips, and the same rows in one file."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    words = ("--rows", str(rows), "--seed", str(seed), "--rows-per-file", str(per_file))
    # in a process of its own: what it needs in memory is not ours when the tools start
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.gdelt_files", str(work / "zips"), *words],
        cwd=ROOT,
        check=True,
    )
    with (work / "all.tsv").open("wb") as target:
        for path in sorted((work / "zips").glob("*.zip")):
            with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as source:
                shutil.copyfileobj(source, target)


def measured(
    listed: Sequence[Entry], course: Course, *, rounds: int, missing: dict[str, str] | None = None
) -> list[Line]:
    """Run every entry in every round.

    Parameters
    ----------
    listed : sequence of Entry
        In the order of a round.
    course : Course
        The files.
    rounds : int
        How often.
    missing : dict of str to str, optional
        Why packages could not be installed, by name.
    """
    lines = [Line(entry) for entry in listed]
    for line in lines:
        why = (missing or {}).get(line.entry.package)
        line.failure = f"cannot be installed here: {why}" if why else ""
    for _ in range(rounds):
        for line in lines:
            if not line.failure:
                _once(line, course)
    return lines


def _once(line: Line, course: Course) -> None:
    entry = line.entry
    if entry.makes:
        shutil.rmtree(course.store(entry.makes), ignore_errors=True)
        course.store(entry.makes).mkdir()
    cost = run(entry.command(course), folder=ROOT)
    line.failure = cost.failure
    if line.failure:
        return
    line.costs.append(cost)
    if entry.makes:
        return
    try:
        answer = entry.read(cost.out)
    except (ValueError, KeyError, TypeError) as error:
        line.failure = f"its answer cannot be read: {error!r}"
        return
    if line.answer is not None and answer != line.answer:
        line.failure = "its answer differs from one run to the next"
    line.answer = answer


def verdicts(lines: Sequence[Line], right: answers.Cells) -> None:
    """Say of every line whether its answer is the right one: ``same``, or WRONG and how."""
    for line in lines:
        if line.failure:
            line.verdict = f"not measured: {line.failure}"
        elif line.entry.makes:
            line.verdict = ""
        elif line.answer is None:
            line.verdict = "not compared"
        else:
            how = answers.difference(right, line.answer)
            line.verdict = f"WRONG: {how}" if how else f"same ({answers.digest(line.answer)})"


def _reference(lines: Sequence[Line]) -> tuple[Line | None, str]:
    """Return the line whose answer all others must give."""
    by_key = {line.entry.key: line for line in lines}
    for key, name in (("ours_ask", "ours"), ("duckdb_zips", "the query by hand on the zips")):
        if key in by_key and by_key[key].answer is not None and not by_key[key].failure:
            return by_key[key], name
    return None, ""


def race(
    work: Path, venv: Path, *, rows: int, rounds: int, seed: int = 1, per_file: int = 2_500
) -> tuple[Section, dict[str, str]]:
    """Make files, run all tools on them; return the table and the versions that ran.

    Parameters
    ----------
    work : pathlib.Path
        Folder for the files; emptied before and after.
    venv : pathlib.Path
        The peers' environment; made where it is not.
    rows, rounds, seed, per_file : int
        Rows in all, how often each tool runs, seed and rows a file of the generator.
    """
    python, missing = prepare(venv.absolute())
    compiled()
    try:
        _lay(work.absolute(), rows, seed, per_file)
        with serve(work.absolute() / "zips") as address:
            course = Course(work.absolute(), python, address)
            lines = measured(entries(), course, rounds=rounds, missing=missing)
            inside = run(comity_timed(course.store("ours"), INSIDE), folder=ROOT)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    reference, name = _reference(lines)
    if reference is None or reference.answer is None:
        why = "; ".join(f"{line.entry.key}: {line.failure}" for line in lines if line.failure)
        raise RuntimeError(f"no answer to compare the others with: {why}")
    verdicts(lines, reference.answer)
    packages = [entry.package for entry in entries() if entry.package]
    listed = subprocess.run(  # noqa: S603
        [str(python), "-m", "benchmarks.peers", "versions", *dict.fromkeys(packages)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    section = _section(lines, rows=rows, rounds=rounds, per_file=per_file, reference=name)
    section.notes[:0] = _goals(lines, inside, rows)
    return section, json.loads(listed.stdout)


def _ratio(line: Line, base: Line | None) -> str:
    if base is None or base.failure or line.failure or not line.costs:
        return ""
    return f"{line.cpu / base.cpu:.1f}"


def _section(
    lines: Sequence[Line], *, rows: int, rounds: int, per_file: int, reference: str
) -> Section:
    by_key = {line.entry.key: line for line in lines}
    table: list[tuple[str, ...]] = []
    for stage in (STORE, ASK, READ, PLAIN):
        base = by_key.get("ours_store" if stage == STORE else "ours_ask")
        for line in (x for x in lines if x.entry.stage == stage):
            what = (stage, line.entry.tool, line.entry.how)
            if line.failure or not line.costs:
                table.append((*what, "", "", "", "", line.verdict))
                continue
            figures = (f"{line.cpu:.2f}", f"{line.wall:.2f}", f"{line.peak:.0f}")
            table.append((*what, *figures, _ratio(line, base), line.verdict or "(a store)"))
    return Section(
        "race",
        "The race: one dyad by month from GDELT files",
        ("from, to", "tool", "how", "CPU s", "wall s", "peak MB", "× ours", "answer"),
        table,
        [
            f"{rows:,} rows of the 61-column layout in {math.ceil(rows / per_file)} zips of "
            f"{per_file:,} rows, made by `benchmarks/gdelt_files.py`; {_runs(rounds)}, "
            "tools taking turns, each in a process of its own, start of the process included. "
            f"Answers are compared with {reference}.",
            "× ours is CPU time over that of our store (where a store is made) or of our answer "
            "from it (everywhere else): a tool without a store pays again with each question. "
            f"Memory: {memory_method()}.",
        ],
    )


def paid(store: Line, ask: Line, best: Line) -> str:
    """Say after how many questions our store has paid, if ever at this size."""
    other = f"the tool that reads the zips with least CPU time, {best.entry.tool}"
    if best.cpu <= ask.cpu:
        return (
            f"At this size our store never pays as a command: one question takes {ask.cpu:.2f} CPU "
            f"s with its start, that of {other}, {best.cpu:.2f}."
        )
    asked = math.ceil(store.cpu / (best.cpu - ask.cpu))
    return f"Our store has paid after {asked} questions, compared with {other}."


def _runs(rounds: int) -> str:
    return "one round" if rounds == 1 else f"medians of {rounds} rounds"


def _goals(lines: Sequence[Line], inside: Cost, rows: int) -> list[str]:
    """Return the budgets with what was measured."""
    by_key = {line.entry.key: line for line in lines}
    store, ask, pandas = (by_key[key] for key in ("ours_store", "ours_ask", "pandas_zips"))
    notes = []
    if not store.failure:
        each = store.cpu * MILLION / rows
        notes.append(
            f"Zips to our store: {each:.2f} CPU s a million rows (goal {GOAL_CPU:.0f}), "
            f"peak {store.peak:.0f} MB (goal below {GOAL_PEAK:.0f})."
        )
    if not inside.failure:
        found = json.loads(inside.out.splitlines()[-1])
        same, short = found["ours"] / found["same"], found["ours"] / found["short"]
        notes.append(
            f"The question inside one running process: {1e3 * found['ours']:.0f} ms of CPU time, "
            f"{same:.2f} × a query by hand that gives the same columns "
            f"from the same Parquet files (goal {GOAL_RATIO}), {short:.2f} × "
            f"one that gives counts and means only; medians of {found['runs']} runs in turn."
        )
    if not ask.failure and not pandas.failure:
        within = (
            "" if inside.failure else f", {pandas.cpu / found['ours']:.0f} × that inside a process"
        )
        notes.append(
            f"pandas on the raw files takes {pandas.cpu / ask.cpu:.0f} × the CPU time of our "
            f"answer from the store as a command, start included{within} (goal {GOAL_PANDAS:.0f})."
        )
        ways = [line for line in lines if line.entry.stage == READ and not line.failure]
        if ways and not store.failure:
            notes.append(paid(store, ask, min(ways, key=lambda line: line.cpu)))
    return notes
