"""The race's question as other tools answer it: ``python -m benchmarks.peers JOB WORDS...``.

Each job runs in a process of its own, by the Python of the peers' own environment, and prints the
answer as JSON in its last line. Only the standard library is imported before a job is known. Every
tool is used as its own documentation shows it where that can be done without the publisher's
server, and by hand as a careful user would where there is no tool.
"""
# ruff: noqa: PLC0415 -- a job pays for its own tool only

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["JOBS", "main"]

Rows = list[tuple[str, str, str, int, float]]
#: Columns of the 2.0 layout, counted from 0: month, states of the actors, Goldstein's value.
MONTH, FIRST, SECOND, VALUE = 2, 7, 17, 30
WIDTH = 61
PAIR = ("RUS", "IRN")
NAMES = {MONTH: "month", FIRST: "a", SECOND: "b", VALUE: "g"}
#: Files of GdeltForge's own layout of folders.
FORGE_RAW = Path("data/events_15min/raw")
FORGE_CLEAN = Path("data/events_15min/cleaned")


def _zips(folder: str) -> list[Path]:
    return sorted(Path(folder).glob("*.zip"))


def _bytes(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0])


def _month(value: object) -> str:
    text = str(value)
    return f"{text[:4]}-{text[4:6]}"


# ---------------------------------------------------------------- polars


def _polars_frame(source: Any) -> Any:
    import polars as pl

    frame = pl.read_csv(
        source,
        separator="\t",
        has_header=False,
        quote_char=None,
        columns=sorted(NAMES),
        new_columns=[NAMES[i] for i in sorted(NAMES)],
        schema_overrides=[pl.Int32, pl.String, pl.String, pl.Float64],
    )
    return frame.filter(
        pl.col("a").is_in(PAIR) & pl.col("b").is_in(PAIR) & (pl.col("a") != pl.col("b"))
    )


def _polars_answer(frame: Any) -> Rows:
    import polars as pl

    found = frame.group_by("a", "b", "month").agg(pl.len(), pl.col("g").mean())
    return [(a, b, _month(month), n, g) for a, b, month, n, g in found.rows()]


def polars_zips(folder: str) -> Rows:
    """Unzip in memory, read four columns of each file."""
    import polars as pl

    return _polars_answer(pl.concat([_polars_frame(_bytes(path)) for path in _zips(folder)]))


def polars_tsv(path: str) -> Rows:
    """Scan four columns of one file without zip."""
    import polars as pl

    frame = pl.scan_csv(path, separator="\t", has_header=False, quote_char=None, infer_schema=False)
    chosen = frame.select(**{name: pl.col(f"column_{i + 1}") for i, name in NAMES.items()})
    chosen = chosen.filter(
        pl.col("a").is_in(PAIR) & pl.col("b").is_in(PAIR) & (pl.col("a") != pl.col("b"))
    )
    return _polars_answer(chosen.with_columns(pl.col("g").cast(pl.Float64)).collect())


# ---------------------------------------------------------------- pandas


def _pandas_answer(frame: Any) -> Rows:
    pair = frame[frame["a"].isin(PAIR) & frame["b"].isin(PAIR) & (frame["a"] != frame["b"])]
    found = pair.groupby(["a", "b", "month"])["g"].agg(["size", "mean"]).reset_index()
    return [
        (a, b, _month(month), int(n), float(g))
        for a, b, month, n, g in found.itertuples(index=False, name=None)
    ]


def _pandas_read(source: Any) -> Any:
    import csv

    import pandas as pd

    return pd.read_csv(
        source, sep="\t", header=None, usecols=sorted(NAMES), quoting=csv.QUOTE_NONE
    ).rename(columns=NAMES)


def pandas_zips(folder: str) -> Rows:
    """Read four columns of each zip."""
    import pandas as pd

    return _pandas_answer(pd.concat([_pandas_read(path) for path in _zips(folder)]))


def pandas_tsv(path: str) -> Rows:
    """Read four columns of one file without zip."""
    return _pandas_answer(_pandas_read(path))


def pandas_whole(folder: str) -> Rows:
    """Read all columns of each zip, as tutorials do."""
    import pandas as pd

    frames = [pd.read_csv(path, sep="\t", header=None) for path in _zips(folder)]
    return _pandas_answer(pd.concat(frames).rename(columns=NAMES))


# ---------------------------------------------------------------- DuckDB by hand


def _duck_answer(source: str, month: str = "month") -> Rows:
    import duckdb

    found = duckdb.sql(
        f"SELECT a, b, {month} AS month, count(*), avg(g) FROM ({source}) "
        f"WHERE a IN {PAIR} AND b IN {PAIR} AND a <> b GROUP BY ALL"
    ).fetchall()
    return [(a, b, _month(m), n, g) for a, b, m, n, g in found]


def _duck_csv(pattern: str, *, whole: bool = False) -> str:
    texts = {f"column{i:02d}": "VARCHAR" for i in range(WIDTH)}
    texts[f"column{VALUE:02d}"] = "DOUBLE"
    chosen = ", ".join(f"column{i:02d} AS {name}" for i, name in NAMES.items())
    return (
        f"SELECT {'*' if whole else chosen} FROM read_csv('{pattern}', delim='\t', header=false, "
        f"quote='', escape='', columns={texts})"
    )


def duckdb_zips(folder: str) -> Rows:
    """Unzip to a folder for the time, read that."""
    with tempfile.TemporaryDirectory() as unzipped:
        _unzip(folder, unzipped)
        return _duck_answer(_duck_csv(f"{unzipped}/*.CSV"))


def duckdb_tsv(path: str) -> Rows:
    """Read one file without zip."""
    return _duck_answer(_duck_csv(path))


def _unzip(folder: str, target: str) -> None:
    for path in _zips(folder):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(target)


def duckdb_store(folder: str, store: str) -> None:
    """Unzip, write all columns to one Parquet file sorted by actors and day; no checks, no keys."""
    import duckdb

    with tempfile.TemporaryDirectory() as unzipped:
        _unzip(folder, unzipped)
        duckdb.sql("SET memory_limit = '1GB'")
        duckdb.sql(
            f"COPY ({_duck_csv(f'{unzipped}/*.CSV', whole=True)} "
            "ORDER BY column07, column17, column01) "
            f"TO '{store}/events.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )


def duckdb_query(store: str) -> Rows:
    """Ask the Parquet file that `duckdb_store` wrote."""
    chosen = ", ".join(f"column{i:02d} AS {name}" for i, name in NAMES.items())
    return _duck_answer(f"SELECT {chosen} FROM read_parquet('{store}/events.parquet')")


def duckdb_ours(select: str) -> Rows:
    """Ask the Parquet files of our store by a query written by hand, which gives a, b, month, g."""
    return _duck_answer(select)


# ---------------------------------------------------------------- tools for GDELT


def _module(package: str, file: str) -> ModuleType:
    """Load one file of a package without the package, whose import asks a server for a table."""
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    spec = importlib.util.spec_from_file_location(file, Path(found.origin).parent / f"{file}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gdelt_pyr(folder: str, address: str) -> Rows:
    """Let gdeltPyR's worker fetch and read each zip."""
    import pandas as pd

    # its only door that does not ask the publisher
    worker = _module("gdelt", "parallel")._mp_worker  # noqa: SLF001
    frames = [worker(f"{address}/{path.name}", table="events") for path in _zips(folder)]
    return _pandas_answer(pd.concat(frames).rename(columns=NAMES))


def gdelt_client(folder: str, address: str) -> Rows:
    """Let gdelt-client fetch and read each zip."""
    import pandas as pd
    from gdelt_client import api_client as library

    makers = [x for x in vars(library).values() if hasattr(x, "_download_and_parse")]
    client, columns = makers[0](), library.load_schema("events")
    frames = [
        client._download_and_parse(  # noqa: SLF001 -- its search asks the publisher
            f"{address}/{path.name}", library.GdeltTable.EVENTS, columns
        )
        for path in _zips(folder)
    ]
    frame = pd.concat(frames)
    return _pandas_answer(
        frame.rename(columns={frame.columns[i]: name for i, name in NAMES.items()})
    )


def _gdelt_py(folder: str) -> Iterator[Any]:
    from py_gdelt.parsers.events import EventsParser

    parser = EventsParser()
    for path in _zips(folder):
        yield from parser.parse(_bytes(path))


def _tally(events: Iterator[tuple[str | None, str | None, str, float]]) -> Rows:
    sums: dict[tuple[str, str, str], list[float]] = {}
    for a, b, month, value in events:
        if a in PAIR and b in PAIR and a != b:
            cell = sums.setdefault((str(a), str(b), month), [0, 0.0])
            cell[0] += 1
            cell[1] += value
    return [(*key, int(n), total / n) for key, (n, total) in sums.items()]


def gdelt_py_parser(folder: str) -> Rows:
    """Let gdelt-py's parser read each file."""
    return _tally(
        (
            row.actor1_country_code,
            row.actor2_country_code,
            _month(row.month_year),
            float(row.goldstein_scale),
        )
        for row in _gdelt_py(folder)
    )


def gdelt_py_models(folder: str) -> Rows:
    """Let gdelt-py read each file and make its `Event` of each row, what its client hands out."""
    from py_gdelt.models.events import Event

    events = (Event.from_raw(row) for row in _gdelt_py(folder))
    return _tally(
        (
            event.actor1.country_code if event.actor1 else None,
            event.actor2.country_code if event.actor2 else None,
            f"{event.date:%Y-%m}",
            event.goldstein_scale,
        )
        for event in events
    )


def _forge(store: str, *words: str) -> None:
    program = Path(sys.executable).parent / "gdeltforge"
    done = subprocess.run(  # noqa: S603
        [str(program), *words], cwd=store, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip()[-300:])


def gdeltforge_store(folder: str, store: str) -> None:
    """Let GdeltForge convert the zips and clean what it converted."""
    raw = Path(store) / FORGE_RAW
    raw.mkdir(parents=True)
    for path in _zips(folder):
        (raw / path.name).symlink_to(path.resolve())
    _forge(store, "convert", "--dataset", "events-15min", "--quiet")
    _forge(store, "clean", "--dataset", "events-15min", "--quiet")


def gdeltforge_query(store: str) -> Rows:
    """Let GdeltForge sample the rows of each direction, all of them; count those."""
    import polars as pl

    frames = []
    for a, b in (PAIR, PAIR[::-1]):
        chosen = json.dumps({"Actor1CountryCode": [a], "Actor2CountryCode": [b]})
        out = f"{a}-{b}.parquet"
        wanted = ("--filter", chosen, "-n", "1000000000", "--out", out)
        _forge(store, "sample", "--dataset", "events-15min", "--mode", "filtered", *wanted)
        frames.append(pl.read_parquet(Path(store) / out))
    return _polars_answer(
        pl.concat(frames).rename(
            {
                "Actor1CountryCode": "a",
                "Actor2CountryCode": "b",
                "MonthYear": "month",
                "GoldsteinScale": "g",
            }
        )
    )


def polars_forge(store: str) -> Rows:
    """Ask GdeltForge's Parquet files by polars."""
    import polars as pl

    names = ("MonthYear", "Actor1CountryCode", "Actor2CountryCode", "GoldsteinScale")
    scan = pl.scan_parquet(f"{Path(store) / FORGE_CLEAN}/**/*.parquet")
    chosen = scan.select(**dict(zip(("month", "a", "b", "g"), map(pl.col, names), strict=True)))
    wanted = pl.col("a").is_in(PAIR) & pl.col("b").is_in(PAIR) & (pl.col("a") != pl.col("b"))
    return _polars_answer(chosen.filter(wanted).collect())


def versions(*packages: str) -> dict[str, str]:
    """Return which version of each package is installed here; empty where none is."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


JOBS: dict[str, Callable[..., Any]] = {
    job.__name__: job
    for job in (
        polars_zips, polars_tsv, pandas_zips, pandas_tsv, pandas_whole, duckdb_zips, duckdb_tsv,
        duckdb_store, duckdb_query, duckdb_ours, gdelt_pyr, gdelt_client, gdelt_py_parser,
        gdelt_py_models, gdeltforge_store, gdeltforge_query, polars_forge, versions,
    )
}  # fmt: skip


def main(words: list[str]) -> None:
    """Do a job and print what it gives."""
    sys.stdout.write(json.dumps(JOBS[words[0]](*words[1:])) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
