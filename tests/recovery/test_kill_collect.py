"""A collect from a server that is killed 200 times loses nothing and doubles nothing."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.evidence.ledger import Ledger
from comity.evidence.store import EvidenceStore
from loopback import Publisher

KILLS = 200
FILES, ROWS, OVERLAP = 40, 300, 30

# Loads the command line once; then each word on standard input starts a run in a process of its
# own, which is what is killed.
NURSERY = """
import csv, datetime as dt, os, sys
from types import SimpleNamespace
import pandas
import comity.cli._run
from comity.cli import main
from comity.cli._app import app
from comity.core.records import Batch
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec, discover
import comity.workspace

DAY = dt.date(2010, 1, 1)
FILES = int(sys.argv[2])

def expected(site, since, until):
    for line in site.read("https://data.example.org/index").decode().splitlines():
        name, digest = line.split()
        day = DAY + dt.timedelta(days=int(name[5:8]))
        yield RemoteFile(name, f"https://data.example.org/d/{name}", day, day, md5=digest,
                         listed=True)

def parse(path):
    rows = list(csv.reader(path.open()))
    n = len(rows)
    yield Batch("ballots", {
        "rcid": [r[0] for r in rows], "voter": [r[1] for r in rows],
        "choice": [r[2] for r in rows], "occurred_from": [DAY] * n,
        "occurred_to": [DAY + dt.timedelta(days=1)] * n, "precision": ["day"] * n,
        "public_from": [DAY] * n, "public_from_basis": ["act"] * n,
        "locator": [f"{path.name}, line {i + 1}" for i in range(n)],
    })

spec = SourceSpec(
    name="made_up", title="t", publisher="p", url="https://example.org", licence="none",
    redistribution="yes", citation="c", cadence="D", coverage="2010/", reliability="A",
    tables=("ballots",), layouts=(Layout("csv", "*.csv", ("rcid",), "d"),), file_by_file=True,
)
discover()["made_up"] = SimpleNamespace(SPEC=spec, parse=parse, expected=expected)

print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        try:
            main(["collect", "made_up", "--from", sys.argv[1], "--store", line.strip()])
        except SystemExit as end:
            os._exit(end.code or 0)
        os._exit(99)
    print(child, flush=True)
    sys.stdin.readline()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Runs of the command line; each may be killed."""

    def __init__(self, server: Publisher) -> None:
        command = [sys.executable, "-c", NURSERY, server.base, str(FILES)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._read() == "ready"

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def run(self, home: Path, kill_after: float | None = None) -> tuple[int, float]:
        """Return the exit code (negative: killed) and the time it took [s]."""
        began = time.monotonic()
        self._write(str(home))
        child = int(self._read())
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)  # not yet waited for, so the number is still its own
        self._write("wait")
        return int(self._read()), time.monotonic() - began

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture(scope="module")
def server():
    """Files that overlap; some are cut off or fail when they are first asked for."""
    from hashlib import md5  # noqa: PLC0415

    with Publisher() as made:
        index = []
        for number in range(FILES):
            first = number * (ROWS - OVERLAP)
            lines = [f"{i},V{i % 190},{('yes', 'no')[i % 2]}" for i in range(first, first + ROWS)]
            data = ("\n".join(lines) + "\n").encode()
            made.files[f"/d/part-{number:03d}.csv"] = data
            index.append(f"part-{number:03d}.csv {md5(data).hexdigest()}")
        made.files["/index"] = "\n".join(index).encode()
        made.delay = 0.002
        yield made


@pytest.fixture(scope="module")
def nursery(server):
    made = Nursery(server)
    yield made
    made.close()


@pytest.fixture(scope="module")
def reference(nursery, tmp_path_factory):
    """The content after an undisturbed run, and how long it took [s]."""
    home = tmp_path_factory.mktemp("undisturbed")
    code, seconds = nursery.run(home)
    assert code == 0
    assert check_whole(home) == FILES
    return contents(home), seconds


def contents(home: Path):
    store = EvidenceStore.open(home)
    with store.view(dt.date(2030, 1, 1), tables=["ballots"]) as view:
        rows = view.query("SELECT rcid, voter, choice, version FROM ballots ORDER BY ALL")
    files = sorted((item.name, item.sha256, item.url) for item in store.snapshots())
    with Ledger.open(home) as ledger:
        booked = [(e.name, e.version, e.state, e.sha256, e.rows) for e in ledger.entries("made_up")]
    return rows, files, booked, store.content_hash()


def check_whole(home: Path) -> int:
    """Check that store and ledger hold whole files only and agree; return how many."""
    if not (home / "manifest.json").exists():
        return 0
    store = EvidenceStore.open(home)
    store.verify()
    admitted = {item.name: item.sha256 for item in store.snapshots()}
    assert len(store.transactions()) == len(store.snapshots()) == len(admitted)
    with store.view(dt.date(2030, 1, 1), tables=["ballots"]) as view:
        ((rows, records),) = view.query("SELECT count(*), count(DISTINCT record_id) FROM ballots")
    numbers = sorted(int(name[5:8]) for name in admitted)
    expected = {
        row
        for number in numbers
        for row in range(number * (ROWS - OVERLAP), number * (ROWS - OVERLAP) + ROWS)
    }
    assert rows == records == len(expected)
    with Ledger.open(home) as ledger:
        present = {entry.name: entry.sha256 for entry in ledger.entries("made_up", ("present",))}
    assert present.items() <= admitted.items(), "the ledger never claims what the store lacks"
    return len(admitted)


def kill_often(times: int, tmp_path: Path, server, nursery, reference) -> list[int]:
    expected, seconds = reference
    rng = random.Random(20261122)
    homes, reached, finished = 0, [], 0
    home = tmp_path / "home-0"
    home.mkdir()
    for _ in range(times):
        unlucky = f"/d/part-{rng.randrange(FILES):03d}.csv"
        server.plans[unlucky] = [rng.choice(["cut", "500"])]
        nursery.run(home, kill_after=rng.uniform(0.0, seconds / 2))
        reached.append(check_whole(home))
        if reached[-1] == FILES:
            finished += end_well(home, nursery, expected)
            homes += 1
            home = tmp_path / f"home-{homes}"
            home.mkdir()
    server.plans.clear()
    finished += end_well(home, nursery, expected)
    assert finished == homes + 1
    return reached


def end_well(home: Path, nursery: Nursery, expected) -> bool:
    code, _ = nursery.run(home)
    assert code == 0
    assert check_whole(home) == FILES
    assert contents(home) == expected
    left = [path for path in (home / "downloads" / "made_up").rglob("*") if path.is_file()]
    assert left == []
    return True


def test_five_kills(tmp_path, server, nursery, reference):
    assert len(kill_often(5, tmp_path, server, nursery, reference)) == 5


@pytest.mark.slow
def test_two_hundred_kills(tmp_path, server, nursery, reference):
    reached = kill_often(KILLS, tmp_path, server, nursery, reference)
    # The moments must have been spread over the run, or this shows nothing.
    assert len(set(reached)) > FILES / 2
