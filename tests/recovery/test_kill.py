"""A collect that is killed at any moment loses nothing, doubles nothing, and can be repeated."""

from __future__ import annotations

import datetime as dt
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.evidence.store import EvidenceStore

FILES, ROWS, OVERLAP = 12, 2_000, 200

# Reads files of "rcid,voter,choice" lines, one transaction each; says when it begins to write.
COLLECT = """
import csv, datetime as dt, sys
from pathlib import Path
from types import SimpleNamespace
import pandas
from comity.core.records import Batch, Reject
from comity.evidence.ingest import admit_source
from comity.evidence.store import EvidenceStore
from comity.sources._spec import Layout, SourceSpec

DAY = dt.date(2010, 1, 1)

def parse(path):
    rows = list(csv.reader(path.open()))
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        n = len(part)
        yield Batch("ballots", {
            "rcid": [r[0] for r in part], "voter": [r[1] for r in part],
            "choice": [r[2] for r in part], "occurred_from": [DAY] * n,
            "occurred_to": [DAY + dt.timedelta(days=1)] * n, "precision": ["day"] * n,
            "public_from": [DAY] * n, "public_from_basis": ["act"] * n,
            "locator": [f"{path.name}, line {start + i + 1}" for i in range(n)],
        })
    yield Reject(f"{path.name}, line 0", "bad_row", "a broken row", path.name)

spec = SourceSpec(
    name="made_up", title="t", publisher="p", url="", licence="none", redistribution="yes",
    citation="c", cadence="Y", coverage="2010/", reliability="A", tables=("ballots",),
    layouts=(Layout("csv", "*.csv", ("rcid",), "d"),), file_by_file=True,
)
store = EvidenceStore.open(Path(sys.argv[1]), "500MB")
print("ready", flush=True)
admit_source(store, SimpleNamespace(SPEC=spec, parse=parse), Path(sys.argv[2]),
             dt.datetime(2024, 1, 1))
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Files that overlap: the last rows of one are the first of the next."""
    folder = tmp_path_factory.mktemp("published")
    for number in range(FILES):
        first = number * (ROWS - OVERLAP)
        lines = [f"{i},V{i % 190},{('yes', 'no')[i % 2]}" for i in range(first, first + ROWS)]
        (folder / f"part-{number:02d}.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def reference(folder, tmp_path_factory):
    """The content after an undisturbed run, and how long its writing took [s]."""
    home = tmp_path_factory.mktemp("undisturbed")
    seconds = collect(home, folder)
    return contents(EvidenceStore.open(home)), seconds


def collect(home: Path, folder: Path, kill_after: float | None = None) -> float:
    """Run a collect; kill it so long after it began to write. Returns the time of writing [s]."""
    command = [sys.executable, "-c", COLLECT, str(home), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        started = time.monotonic()
        if kill_after is None:
            assert process.stdout.readline() == "done\n"
        else:
            try:
                process.wait(kill_after)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
    return time.monotonic() - started


def contents(store: EvidenceStore):
    with store.view(dt.date(2030, 1, 1), tables=["ballots"]) as view:
        rows = view.query("SELECT rcid, voter, choice, version FROM ballots ORDER BY ALL")
    aside = sorted((row.file, row.locator, row.raw) for row in store.quarantine())
    files = sorted((item.name, item.sha256) for item in store.snapshots())
    return rows, aside, files, store.content_hash()


def check_whole(store: EvidenceStore) -> int:
    """Check that the store has whole transactions only; return how many."""
    store.verify()
    done = len(store.transactions())
    assert store.generation == done == len(store.snapshots()) == len(store.quarantine())
    expected = done * (ROWS - OVERLAP) + OVERLAP if done else 0
    with store.view(dt.date(2030, 1, 1), tables=["ballots"]) as view:
        counted = view.query("SELECT count(*), count(DISTINCT record_id) FROM ballots")
    assert counted == [(expected, expected)]
    return done


def kill_often(times: int, tmp_path: Path, folder: Path, reference) -> list[int]:
    expected, seconds = reference
    rng = random.Random(20240101)
    home, runs, reached = tmp_path / "home-0", 0, []
    for _ in range(times):
        collect(home, folder, kill_after=rng.uniform(0.0, seconds))
        reached.append(check_whole(EvidenceStore.open(home)))
        if reached[-1] == FILES:
            assert contents(EvidenceStore.open(home)) == expected
            runs += 1
            home = tmp_path / f"home-{runs}"
    collect(home, folder)
    store = EvidenceStore.open(home)
    assert check_whole(store) == FILES
    assert contents(store) == expected
    assert not [path for path in (home / "tmp").rglob("*") if path.is_file()]
    return reached


def test_three_kills(tmp_path, folder, reference):
    assert len(kill_often(3, tmp_path, folder, reference)) == 3


@pytest.mark.slow
def test_fifty_kills(tmp_path, folder, reference):
    reached = kill_often(50, tmp_path, folder, reference)
    # The moments must have been spread over the run, or this shows nothing.
    assert len(set(reached)) > FILES / 2
