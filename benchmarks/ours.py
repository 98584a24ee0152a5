"""The race's question as this project answers it: all that the race knows of our own tool.

``python -m benchmarks.ours STORE RUNS`` times the question inside one process: our function and a
hand-written query on the same Parquet files in turn.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.answers import Cells, canonical

__all__ = ["comity_answer", "comity_ingest", "comity_query", "comity_select"]

SOURCE = "gdelt2"


def _comity() -> str:
    return str(Path(sys.executable).parent / "comity")


def comity_ingest(folder: Path, store: Path) -> list[str]:
    """Return the command that takes a folder of zips into a store."""
    return [_comity(), "collect", SOURCE, "--from", str(folder), "--store", str(store)]


def comity_query(store: Path) -> list[str]:
    """Return the command that asks the store for the dyad by month."""
    words = ("archive", "run", "dyad_periods", "RUS", "IRN", "--by", "month", "--json", "-")
    return [_comity(), *words, "--store", str(store)]


def comity_answer(text: str) -> Cells:
    """Return the answer that `comity_query` printed."""
    return canonical(
        (row["actor"], row["recipient"], row["period"], row["events"], row["goldstein"])
        for row in json.loads(text)
    )


def comity_select(store: Path) -> str:
    """Return a hand-written query on the store's Parquet files: a, b, month (YYYYMM), g."""
    return (
        "SELECT actor AS a, recipient AS b, strftime(day, '%Y%m') AS month, goldstein AS g "
        f"FROM read_parquet('{store}/archive/**/*.parquet')"
    )


def _timed(runs: int, *questions: Callable[[], object]) -> list[float]:
    """Return the median time of each question, asked in turn [s]."""
    times: list[list[float]] = [[] for _ in questions]
    for _ in range(runs):
        for question, kept in zip(questions, times, strict=True):
            start = time.perf_counter()
            question()
            kept.append(time.perf_counter() - start)
    return [statistics.median(kept) for kept in times]


def _asked(store: Path) -> Callable[[], object]:
    """Return our question to the store as a function, for one process that asks again."""
    raise NotImplementedError(f"this version has no archive to ask in {store}")


def main(words: list[str]) -> None:
    """Print the median times of our function and of the query by hand."""
    store, runs = Path(words[0]), int(words[1])
    hand = (
        f"SELECT a, b, month, count(*), avg(g) FROM ({comity_select(store)}) "
        "WHERE a IN ('RUS', 'IRN') AND b IN ('RUS', 'IRN') AND a <> b GROUP BY ALL"
    )
    connection = duckdb.connect()
    ours, other = _timed(runs, _asked(store), lambda: connection.sql(hand).fetchall())
    sys.stdout.write(json.dumps({"ours": ours, "hand": other, "runs": runs}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
