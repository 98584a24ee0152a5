"""Measure the budgets and run the race: ``make bench``.

A time on one machine says little: each is given beside something else that the same machine does
in the same run. Figures are written into the docs where ``--docs`` and ``--date`` say so.
"""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from benchmarks.section import Section, write

PARTS = ("budgets", "race", "growth")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="default: budgets and race")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the race")
    parser.add_argument("--rounds", type=int, default=3, help="how often each tool runs")
    parser.add_argument("--rows-per-file", type=int, default=2_500)
    parser.add_argument("--millions", type=float, nargs="+", default=[1.0], help="sizes of growth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("build/bench"), help="folder for files")
    parser.add_argument("--peers", type=Path, default=Path("build/peers"), help="peers' packages")
    parser.add_argument("--docs", type=Path, help="file of results to rewrite; needs --date")
    parser.add_argument("--date", help="day to write into it, YYYY-MM-DD")
    return parser


def main(words: list[str] | None = None) -> None:
    """Measure what is asked for, print it, write it down."""
    parser = _parser()
    given = parser.parse_args(words)
    if given.docs and not given.date:
        parser.error("--docs needs --date: results without a day say nothing")
    console = Console(width=None if sys.stdout.isatty() else 160)
    for part in given.only or PARTS[:2]:
        section, versions = _measure(part, given)
        section.show(console)
        if given.docs:
            ours = {"comity": version("comity")}
            write(given.docs, section, date=given.date, versions=ours | versions)


def _measure(part: str, given: argparse.Namespace) -> tuple[Section, dict[str, str]]:
    """Return a part and the versions that it compares with; parts are imported when they run."""
    if part == "budgets":
        from benchmarks.budgets import budgets  # noqa: PLC0415

        return budgets()
    if part == "race":
        from benchmarks.race import race  # noqa: PLC0415

        return race(
            given.work / "race",
            given.peers,
            rows=given.rows,
            rounds=given.rounds,
            seed=given.seed,
            per_file=given.rows_per_file,
        )
    from benchmarks.growth import growth  # noqa: PLC0415

    section = growth(
        given.work / "growth", given.millions, seed=given.seed, per_file=given.rows_per_file
    )
    return section, {"duckdb": version("duckdb")}


if __name__ == "__main__":
    main()
