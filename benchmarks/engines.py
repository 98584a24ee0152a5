"""Time every named query on DuckDB and on a Spark cluster of this machine, and compare the answers.

``python -m benchmarks.engines --rows 300000`` (needs the extra ``spark`` and Java). One machine's
cluster shows what Spark costs, not what it gains: that needs more machines than one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from comity.evidence.engine.choice import open_engine
from comity.evidence.engine.local_cluster import LocalCluster, what_is_missing
from comity.evidence.engine.named import QUERIES
from comity.evidence.engine.simulate import simulate_archive

if TYPE_CHECKING:
    from comity.evidence.engine.protocol import Answer, QueryEngine
    from comity.evidence.engine.query import NamedQuery

GIVEN = {
    "dyad_periods": {"dyad": "IRN-RUS"},
    "roots": {"dyad": "IRN-RUS"},
    "outlets": {"dyad": "IRN-RUS"},
    "same_events": {"dyad": "IRN-RUS"},
    "dyad_records": {"dyad": "IRN-RUS"},
    "top_movers": {"before": "2014-01-01", "since": "2015-01-01", "until": "2016-01-01"},
}


def timed(engine: QueryEngine, query: NamedQuery) -> tuple[Answer, float, float]:
    """Return the answer, and the time of the first run and of a second [s]."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        answer = engine.answer(query, GIVEN.get(query.name))
        times.append(time.perf_counter() - start)
    return answer, times[0], times[1]


def compare(files: list[Path], address: str) -> Table:
    """Return a table of times, after comparing the answers."""
    table = Table("query", "rows", "DuckDB [s]", "Spark first [s]", "Spark again [s]", "identical")
    duck, spark = open_engine(memory_limit="2GB"), open_engine(address, wait=60.0)
    try:
        for engine in (duck, spark):
            engine.read_events(files)
        for query in QUERIES.values():
            ours, _, one = timed(duck, query)
            theirs, first, again = timed(spark, query)
            times = (f"{one:.3f}", f"{first:.2f}", f"{again:.2f}")
            table.add_row(
                query.name, f"{len(ours.rows)}", *times, "yes" if ours == theirs else "NO"
            )
    finally:
        duck.close()
        spark.close()
    return table


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.engines")
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--files", type=int, default=6)
    given = parser.parse_args()
    missing = what_is_missing()
    if missing:
        sys.stderr.write(missing + "\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        files = simulate_archive(Path(folder), given.rows, seed=1, files=given.files)
        size = sum(file.stat().st_size for file in files) / 1e6
        start = time.perf_counter()
        with LocalCluster() as cluster:
            started = time.perf_counter() - start
            table = compare(files, cluster.address)
    console = Console(width=110)
    console.print(
        f"{given.rows} records, {size:.0f} MB of Parquet; the cluster took {started:.0f} s"
    )
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
