"""An archive whose filling is killed again and again loses nothing and doubles nothing."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from comity.evidence.ingest import admit_source
from comity.evidence.ledger import Ledger
from comity.evidence.store import EvidenceStore
from comity.sources import gdelt

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "sources" / "gdelt" / "daily-events"
YEARS, REPEATS = range(2008, 2020), 40
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A file a year, so that each is a batch and a commit of its own."""
    made = tmp_path_factory.mktemp("zips")
    lines = (FIXTURE / "20200103.export.CSV").read_text("utf-8").splitlines()
    for year in YEARS:
        rows = []
        for number in range(REPEATS):
            for line in lines:
                first, rest = line.split("\t", 1)
                unique = f"{year}{number:03d}{first}"
                for old, new in (("2019", year - 1), ("2020", year), ("1920", year)):
                    rest = rest.replace(old, str(new))
                rows.append(f"{unique}\t{rest}")
        with zipfile.ZipFile(made / f"{year}0103.export.CSV.zip", "w") as archive:
            archive.writestr(f"{year}0103.export.CSV", "\n".join(rows) + "\n")
    return made


def rows_of(store):
    with store.view(dt.date(2026, 11, 22)) as view:
        return view.query("SELECT * FROM archive_events ORDER BY ALL")


def fill(folder, home, seconds=None):
    """Run the command; kill it after so many seconds. Return whether it ended by itself."""
    words = ["collect", "gdelt", "--from", str(folder), "--store", str(home)]
    run = subprocess.Popen(
        [sys.executable, "-c", "from comity.cli import main; main()", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return run.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return False


def kill_often(kills, folder, tmp_path, seed):
    """Kill runs at random moments, in fresh stores when one is full; return how many stores."""
    whole = EvidenceStore.open(tmp_path / "whole")
    admit_source(whole, gdelt, folder, NOW)
    expected = rows_of(whole)
    assert len(expected) == len(YEARS) * REPEATS * 7
    rng = random.Random(seed)
    started = time.monotonic()
    assert fill(folder, tmp_path / "timed")
    length = time.monotonic() - started
    number, partly = 0, 0
    home = tmp_path / "store-0"
    for _ in range(kills):
        # a run needs a while to start: most kills are to fall where it writes
        ended = fill(folder, home, rng.uniform(0.3, 1.0) * length)
        store = EvidenceStore.open(home)
        names = [each.name for each in store.archive.files()]
        assert len(set(names)) == len(names)
        assert store.verify() == len(store.archive.segments())
        partly += 0 < len(names) < len(YEARS)
        if ended or len(names) == len(YEARS):
            assert fill(folder, home)
            assert rows_of(store) == expected
            with Ledger.open(home) as ledger:
                states = {state for state, n in ledger.counts("gdelt").items() if n}
            assert states == {"present"}
            number += 1
            home = tmp_path / f"store-{number}"
    assert fill(folder, home)
    assert rows_of(EvidenceStore.open(home)) == expected
    return partly


def test_two_kills(folder, tmp_path):
    kill_often(2, folder, tmp_path, seed=5)


@pytest.mark.slow
def test_sixty_kills(folder, tmp_path):
    assert kill_often(60, folder, tmp_path, seed=11) > 5, "some kills fall between two commits"
