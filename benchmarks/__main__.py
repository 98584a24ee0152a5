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


def panel() -> tuple[float, float]:
    """Return time [s] and peak memory [MB] of 200 dyads, in a process of their own."""
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.panel"], check=True, capture_output=True, text=True
    )
    seconds, memory = made.stdout.split()
    return float(seconds), float(memory)


def one_dyad() -> tuple[float, dict[str, float]]:
    """Return the time for one dyad by our estimator and by statsmodels' models of it [s]."""
    values = simulate_panel(seed=0, months=420, items=15).values
    ours = median(lambda: fit_factor(values[None], seed=1), 5)
    try:
        from benchmarks import reference  # noqa: PLC0415 -- an optional extra
    except ImportError:
        return ours, {}
    return ours, {
        "one walk, white noise": median(lambda: reference.fit_reference(values), 1),
        "one factor, autocorrelated noise": median(lambda: reference.fit_dynamic(values), 1),
    }


def compare(console: Console) -> None:
    """Print our estimator against general software, on one panel in one run."""
    ours, others = one_dyad()
    seconds, memory = panel()
    table = Table("420 months x 15 items", "time a dyad [s]", "x ours, one dyad", "x ours, of 200")
    table.add_row("ours, one dyad alone", f"{ours:.3f}", "1.0", "")
    table.add_row("ours, 200 dyads together", f"{seconds / 200:.3f}", "", "1.0")
    for name, theirs in others.items():
        table.add_row(
            f"statsmodels, {name}",
            f"{theirs:.2f}",
            f"{theirs / ours:.1f}",
            f"{theirs / (seconds / 200):.0f}",
        )
    console.print(table)
    console.print(
        f"200 dyads x 420 x 15: {seconds:.1f} s (budget 10 s), peak memory {memory:.0f} MB"
    )
    if not others:
        console.print(
            "statsmodels is not installed, so there is no ratio: pip install 'comity\\[bench]'"
        )


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
        ]
    for what, seconds, budget in rows:
        table.add_row(what, f"{seconds:.2f}", f"{seconds / idle:.0f}", budget)
    console = Console()
    console.print(table)
    compare(console)


if __name__ == "__main__":
    main()
