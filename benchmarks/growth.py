"""How the store grows: from one million rows to as many as are asked for.

For each size, files are made, taken into an empty store, offered again and asked; then all is
deleted before the next size. Fifty million rows need about 3 GB for the zips, 2 GB for the store,
and room to work.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import ours
from benchmarks.measure import Cost, compiled, memory_method, run
from benchmarks.race import MILLION, ROOT
from benchmarks.section import Section

__all__ = ["growth"]

ASKED = 3
INSIDE = 9
HEAD = (
    "million rows", "zips MB", "CPU s a million rows", "wall s", "peak MB", "store MB",
    "the same files again, CPU s", "one question, CPU s", "inside one process, CPU ms", "× by hand",
)  # fmt: skip


def _size(folder: Path, pattern: str = "**/*") -> float:
    """Return what files take [MB]."""
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file()) / 1e6


def _or_why(cost: Cost, shown: str) -> str:
    return f"failed: {cost.failure}" if cost.failure else shown


def _one(work: Path, rows: int, seed: int, per_file: int) -> tuple[str, ...]:
    """Return the line of one size."""
    zips, store = work / "zips", work / "store"
    shutil.rmtree(work, ignore_errors=True)
    store.mkdir(parents=True)
    words = ("--rows", str(rows), "--seed", str(seed), "--rows-per-file", str(per_file))
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.gdelt_files", str(zips), *words], cwd=ROOT, check=True
    )
    try:
        limit = 3600.0 * max(1, rows / MILLION / 5)
        first = run(ours.comity_ingest(zips, store), folder=ROOT, limit=limit)
        again = run(ours.comity_ingest(zips, store), folder=ROOT, limit=limit)
        asked = [run(ours.comity_query(store), folder=ROOT) for _ in range(ASKED)]
        inside = run(ours.comity_timed(store, INSIDE), folder=ROOT)
        found = {} if inside.failure else json.loads(inside.out.splitlines()[-1])
        failed = next((cost for cost in asked if cost.failure), asked[0])
        return (
            f"{rows / MILLION:g}",
            f"{_size(zips, '*.zip'):.0f}",
            _or_why(first, f"{first.cpu * MILLION / rows:.2f}"),
            f"{first.wall:.0f}",
            f"{first.peak:.0f}",
            f"{_size(store):.0f}",
            _or_why(again, f"{again.cpu:.2f}"),
            _or_why(failed, f"{statistics.median(cost.cpu for cost in asked):.2f}"),
            _or_why(inside, f"{1e3 * found['ours']:.0f}" if found else ""),
            f"{found['ours'] / found['same']:.2f}" if found else "",
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def growth(
    work: Path, millions: Sequence[float], *, seed: int = 1, per_file: int = 2_500
) -> Section:
    """Measure the store at several sizes.

    Parameters
    ----------
    work : pathlib.Path
        Folder for the files; emptied before and after.
    millions : sequence of float
        Sizes [million rows].
    seed, per_file : int
        Seed and rows a file of the generator.
    """
    compiled()
    rows = [_one(work.absolute(), round(size * MILLION), seed, per_file) for size in millions]
    return Section(
        "growth",
        "Growth of the store",
        HEAD,
        rows,
        [
            f"Zips of {per_file:,} rows spread over the same three years: more rows are more a "
            'month. Each size is taken in by one command into an empty store. "The same files '
            'again" is the same command once more, which must store nothing. The question is that '
            "of the race; by hand means the same columns in DuckDB's SQL on the same Parquet "
            f"files, in the same process. Memory: {memory_method()}."
        ],
    )
