"""The race's question as this project answers it: all that the race knows of our own tool.

``python -m benchmarks.ours STORE RUNS`` times the question inside one process, ours and
hand-written queries on the same Parquet files in turn.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.answers import Cells, canonical

__all__ = ["comity_answer", "comity_ingest", "comity_query", "comity_select", "comity_timed"]

SOURCE, QUERY, DYAD = "gdelt2", "dyad_periods", "IRN-RUS"
COMITY = str(Path(sys.executable).parent / "comity")
#: What the race asks for, by hand; and all that our query gives, by hand.
SHORT = "count(*), avg(goldstein)"
SAME = (
    "source, stream, count(*), count(DISTINCT coalesce(same_event, -event_id)), count(goldstein), "
    "avg(goldstein), count(*) FILTER (quad = 'verbal_cooperation'), "
    "count(*) FILTER (quad = 'material_cooperation'), count(*) FILTER (quad = 'verbal_conflict'), "
    "count(*) FILTER (quad = 'material_conflict'), sum(mentions), avg(tone)"
)


def comity_ingest(folder: Path, store: Path) -> list[str]:
    """Return the command that takes a folder of zips into a store."""
    return [COMITY, "collect", SOURCE, "--from", str(folder), "--store", str(store)]


def comity_query(store: Path) -> list[str]:
    """Return the command that asks the store for the dyad by month."""
    words = ("archive", "run", QUERY, "RUS", "IRN", "--by", "month", "--json", "-")
    return [COMITY, *words, "--store", str(store)]


def comity_timed(store: Path, runs: int) -> list[str]:
    """Return the command that times the question inside one process."""
    return [sys.executable, "-m", "benchmarks.ours", str(store), str(runs)]


def comity_answer(text: str) -> Cells:
    """Return the answer that `comity_query` printed."""
    return canonical(
        (row["actor"], row["recipient"], row["period"][:7], row["records"], row["goldstein_mean"])
        for row in json.loads(text)["rows"]
    )


def comity_select(store: Path) -> str:
    """Return a hand-written query on the store's Parquet files: a, b, month (YYYYMM), g.

    It uses what the files are sorted by, as who knows them would.
    """
    return (
        "SELECT actor AS a, recipient AS b, strftime(day, '%Y%m') AS month, goldstein AS g "
        f"FROM read_parquet('{store}/archive/events/**/*.parquet') WHERE dyad = '{DYAD}'"
    )


def question(store: Path) -> dict[str, Any]:
    """Ask the store by the function behind the command."""
    from comity.core.settings import Settings  # noqa: PLC0415
    from comity.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace(Settings(home=store))
    return workspace.archive_query(QUERY, {"dyad": DYAD, "by": "month"})


def _by_hand(store: Path, columns: str) -> list[tuple[object, ...]]:
    """Ask the same Parquet files by hand, in a database opened for it."""
    import duckdb  # noqa: PLC0415

    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT actor, recipient, date_trunc('month', day) AS month, {columns} "
            f"FROM read_parquet('{store}/archive/events/**/*.parquet') WHERE dyad = '{DYAD}' "
            "GROUP BY ALL"
        ).fetchall()


def _timed(runs: int, *questions: Callable[[], object]) -> list[float]:
    """Return the median CPU time of each question with all its threads, asked in turn [s]."""
    times: list[list[float]] = [[] for _ in questions]
    for _ in range(runs):
        for asked, kept in zip(questions, times, strict=True):
            start = time.process_time()
            asked()
            kept.append(time.process_time() - start)
    return [statistics.median(kept) for kept in times]


def main(words: list[str]) -> None:
    """Print the median times of our function and of queries by hand."""
    store, runs = Path(words[0]), int(words[1])
    ours, same, short = _timed(
        runs,
        lambda: question(store),
        lambda: _by_hand(store, SAME),
        lambda: _by_hand(store, SHORT),
    )
    found = {"ours": ours, "same": same, "short": short, "runs": runs}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
