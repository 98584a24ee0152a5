"""The budgets of the command line and of the estimator, as ratios in one run.

Times are medians of several runs of whole processes, each beside the time that the same machine
takes to start Python and do nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measure import compiled
from benchmarks.section import Section
from comity.models.factor import fit_factor
from comity.models.simulate import simulate_panel

__all__ = ["budgets"]

RUNS = 3
SECONDS_OF_200 = 10.0


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


def _estimators() -> tuple[list[tuple[str, ...]], list[str]]:
    """Return our estimator's lines against general software, on one panel, and remarks."""
    ours, others = one_dyad()
    seconds, memory = panel()
    each = seconds / 200
    rows: list[tuple[str, ...]] = [
        ("estimator, one dyad of 420 months x 15 items", f"{ours:.3f}", "1.0 × ours alone", ""),
        (
            "estimator, 200 such dyads together",
            f"{seconds:.2f}",
            f"{each / ours:.2f} × ours alone, a dyad",
            f"{SECONDS_OF_200:.0f}",
        ),
    ]
    rows += [
        (
            f"statsmodels on one such dyad, {name}",
            f"{theirs:.2f}",
            f"{theirs / ours:.0f} × ours alone, {theirs / each:.0f} × ours of 200",
            "",
        )
        for name, theirs in others.items()
    ]
    notes = [f"Peak memory of the 200 dyads: {memory:.0f} MB."]
    if not others:
        notes.append(
            "statsmodels is not installed, so there is no ratio to it: pip install 'comity[bench]'."
        )
    return rows, notes


def budgets() -> tuple[Section, dict[str, str]]:
    """Return the budgets with what was measured, and the version of what it is compared with."""
    compiled()
    comity = str(Path(sys.executable).parent / "comity")
    idle = median(process(sys.executable, "-c", "pass"), 7)
    with tempfile.TemporaryDirectory() as folder:
        store = ("--store", folder)
        process(comity, "assess", "RUS", "IRN", *store)()
        measured: list[tuple[str, float, str]] = [
            ("`comity --help`", median(process(comity, "--help"), 7), "0.4"),
            (
                "`comity assess RUS IRN`, evidence stored, nothing cached",
                median(process(comity, "assess", "RUS", "IRN", "--fresh", *store)),
                "8",
            ),
            (
                "`comity assess RUS IRN`, repeated",
                median(process(comity, "assess", "RUS", "IRN", *store), 5),
                "1.5",
            ),
            (
                "`comity show RUS IRN ledger`",
                median(process(comity, "show", "RUS", "IRN", "ledger", *store), 5),
                "1",
            ),
        ]
    rows: list[tuple[str, ...]] = [
        (what, f"{seconds:.2f}", f"{seconds / idle:.0f} × idle Python", budget)
        for what, seconds, budget in measured
    ]
    estimators, notes = _estimators()
    head = ("what", "median s", "ratio", "budget s")
    section = Section("budgets", "Budgets", head, [*rows, *estimators], notes)
    try:
        return section, {"statsmodels": version("statsmodels")}
    except PackageNotFoundError:
        return section, {}
