"""Measure the budgets: ``make bench``. Times are medians of several runs of whole processes.

A time on one machine says little: each is given beside the time that the same machine takes to
start Python and do nothing, measured in the same run.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from comity.models.factor import fit_factor
from comity.models.simulate import simulate_panel

RUNS = 3


def median(action: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median time of `action` [s]."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(*words: str) -> Callable[[], object]:
    """Return an action that runs a command in a process of its own."""
    return lambda: subprocess.run([*words], check=True, capture_output=True)  # noqa: S603


def estimator() -> float:
    """Return the time to fit 200 dyads of 420 months and 15 items [s]."""
    worlds = [simulate_panel(seed=seed, months=420, items=15) for seed in range(200)]
    values = np.stack([world.values for world in worlds])
    return median(lambda: fit_factor(values, seed=1), 1)


def main() -> None:
    """Print the table."""
    comity = str(Path(sys.executable).parent / "comity")
    table = Table("what", "median [s]", "x idle Python", "budget [s]")
    idle = median(process(sys.executable, "-c", "pass"), 7)
    with tempfile.TemporaryDirectory() as folder:
        store = ("--store", folder)
        process(comity, "assess", "RUS", "IRN", *store)()
        rows: list[tuple[str, float, str]] = [
            ("comity --help", median(process(comity, "--help"), 7), "0.4"),
            (
                "assess RUS IRN, evidence stored, nothing cached",
                median(process(comity, "assess", "RUS", "IRN", "--fresh", *store)),
                "8",
            ),
            (
                "assess RUS IRN, repeated",
                median(process(comity, "assess", "RUS", "IRN", *store), 5),
                "1.5",
            ),
            (
                "show RUS IRN ledger",
                median(process(comity, "show", "RUS", "IRN", "ledger", *store), 5),
                "1",
            ),
            ("estimator, 200 dyads x 420 months x 15 items", estimator(), "10"),
        ]
    for what, seconds, budget in rows:
        table.add_row(what, f"{seconds:.2f}", f"{seconds / idle:.0f}", budget)
    Console().print(table)


if __name__ == "__main__":
    main()
