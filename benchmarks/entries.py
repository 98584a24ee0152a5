"""Who runs in the race, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import answers, ours

__all__ = ["ASK", "PLAIN", "READ", "STORE", "Course", "Entry", "entries"]

READ, STORE, ASK = "zips to the answer", "zips to a store", "store to the answer"
PLAIN = "one file without zip to the answer"
#: Name as shown and package, by how the names of its jobs begin.
TOOLS = {
    "duckdb": ("DuckDB by hand", "duckdb"),
    "polars": ("polars", "polars"),
    "pandas": ("pandas", "pandas"),
    "gdelt_pyr": ("gdeltPyR", "gdelt"),
    "gdelt_client": ("gdelt-client", "gdelt-client"),
    "gdelt_py_": ("gdelt-py", "gdelt-py"),
    "gdeltforge": ("GdeltForge", "gdeltforge"),
}


@dataclass(frozen=True)
class Course:
    """Where the files of a race lie.

    Parameters
    ----------
    work : pathlib.Path
        Folder of the race: ``zips``, ``all.tsv`` and the stores.
    python : pathlib.Path
        Python of the peers' environment.
    address : str
        Server over ``zips``, for tools that must fetch.
    """

    work: Path
    python: Path
    address: str

    def peer(self, job: str, *words: str | Path) -> list[str]:
        """Return the command of a job of `benchmarks.peers`."""
        return [str(self.python), "-m", "benchmarks.peers", job, *map(str, words)]

    def store(self, name: str) -> Path:
        """Return the folder of a store."""
        return self.work / f"store-{name}"

    @property
    def zips(self) -> Path:
        """All zips."""
        return self.work / "zips"

    @property
    def tsv(self) -> Path:
        """The same rows as in all zips, in one file."""
        return self.work / "all.tsv"


@dataclass(frozen=True)
class Entry:
    """One tool doing one thing.

    Parameters
    ----------
    key : str
        Name by which other lines refer to it.
    tool : str
        Name of the tool, as shown.
    package : str
        Package that it needs, as listed in ``peers.txt``; empty for ours.
    stage : str
        What is read and what comes out.
    how : str
        How it is done, in a few words.
    command : callable
        Gives the command.
    makes : str
        Store that it makes from nothing in each round; empty where it makes none.
    read : callable
        Gives the answer that was printed.
    """

    key: str
    tool: str
    package: str
    stage: str
    how: str
    command: Callable[[Course], list[str]]
    makes: str = ""
    read: Callable[[str], answers.Cells] = answers.parse


def _peer(job: str, stage: str, how: str, *words: str, makes: str = "") -> Entry:
    """Return an entry of `benchmarks.peers`; words are properties of a course or its stores."""
    tool, package = next(value for name, value in TOOLS.items() if job.startswith(name))

    def command(course: Course) -> list[str]:
        found = [getattr(course, w) if hasattr(course, w) else course.store(w) for w in words]
        return course.peer(job, *found)

    return Entry(job, tool, package, stage, how, command, makes)


def entries() -> list[Entry]:
    """Return all that run, in the order of a round: stores are made before they are asked."""
    return [
        Entry(
            "ours_store",
            "comity",
            "",
            STORE,
            "`comity collect`: checks, keys, manifest",
            lambda c: ours.comity_ingest(c.zips, c.store("ours")),
            makes="ours",
        ),
        _peer(
            "duckdb_store",
            STORE,
            "unzip, sort, write Parquet; no checks",
            "zips",
            "duckdb",
            makes="duckdb",
        ),
        _peer("gdeltforge_store", STORE, "`convert`, then `clean`", "zips", "forge", makes="forge"),
        Entry(
            "ours_ask",
            "comity",
            "",
            ASK,
            "`comity archive run dyad_periods`",
            lambda c: ours.comity_query(c.store("ours")),
            read=ours.comity_answer,
        ),
        Entry(
            "duckdb_ours",
            "DuckDB by hand",
            "duckdb",
            ASK,
            "our Parquet files",
            lambda c: c.peer("duckdb_ours", ours.comity_select(c.store("ours"))),
        ),
        _peer("duckdb_query", ASK, "the Parquet file it wrote", "duckdb"),
        _peer("gdeltforge_query", ASK, "`sample --mode filtered`, once a direction", "forge"),
        _peer("polars_forge", ASK, "GdeltForge's Parquet files", "forge"),
        _peer("polars_zips", READ, "unzip in memory, 4 columns", "zips"),
        _peer("pandas_zips", READ, "4 columns", "zips"),
        _peer("pandas_whole", READ, "all columns", "zips"),
        _peer("duckdb_zips", READ, "unzip to disk, 4 columns", "zips"),
        _peer("gdelt_pyr", READ, "its worker, from a local server", "zips", "address"),
        _peer("gdelt_client", READ, "its reader, from a local server", "zips", "address"),
        _peer("gdelt_py_parser", READ, "its parser only", "zips"),
        _peer("gdelt_py_models", READ, "its parser and its models", "zips"),
        _peer("polars_tsv", PLAIN, "4 columns", "tsv"),
        _peer("pandas_tsv", PLAIN, "4 columns", "tsv"),
        _peer("duckdb_tsv", PLAIN, "4 columns", "tsv"),
    ]
