"""comity archive."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from rich.markup import escape
from rich.table import Table

from comity.cli._flags import Json, Store
from comity.cli._out import day, first_day, open_workspace, say, terminal, write_json
from comity.core.errors import UsageError

__all__ = ["app"]

app = App(name="archive", help="Whole archives of coded events: what is in, and questions to it.")

_SHOWN = 60


@app.default
def status(*, json: Json = None, store: Store = None) -> int:
    """Show what is in the archive: files, rows, days covered, rows set aside and repaired."""
    rows = open_workspace(store).archive_status()
    if json is not None:
        write_json({"archive": rows}, json)
    if json != "-":
        keys = ("source", "files", "rows", "repeated", "quarantined", "first", "last")
        table = Table(*keys, "Parquet files", "MB")
        for row in rows:
            size = f"{row['parquet_bytes'] / 1e6:,.1f}"
            table.add_row(*(_cell(row[key]) for key in keys), str(row["parquet_files"]), size)
        terminal().print(table)
        for row in rows:
            for stream, spans in row["covered"].items():
                say(f"{stream}: {_spans(spans)}")
            for name, count in row["repaired"].items():
                say(f"{row['source']}: {count:,} rows mended by the correction {name}")
            for each in row["refused"]:
                say(f"{row['source']}: {each['file']} was refused: {each['reason']}")
    return 0


app.command(status, name="status")


@app.command
def queries(*, json: Json = None) -> int:
    """List the questions that can be asked, and what each must and may be told."""
    found = open_workspace().archive_queries()
    if json is not None:
        write_json({"queries": found}, json)
    if json != "-":
        table = Table("query", "answers", "told")
        for query in found:
            told = [
                f"{name}{'' if each['required'] else ' (' + each['default'] + ')'}: {each['doc']}"
                for name, each in query["parameters"].items()
            ]
            table.add_row(query["name"], escape(query["doc"]), escape("\n".join(told)))
        terminal().print(table)
    return 0


@app.command
def run(
    query: str,
    a: str | None = None,
    b: str | None = None,
    *,
    by: Literal["month", "year"] | None = None,
    since: str | None = None,
    until: str | None = None,
    as_of: str | None = None,
    set_: Annotated[list[str] | None, Parameter(name="--set")] = None,
    engine: str | None = None,
    at: str | None = None,
    json: Json = None,
    store: Store = None,
) -> int:
    """Ask the archive, e.g. `comity archive run dyad_periods RUS IRN --by month`.

    Parameters
    ----------
    query
        Name of the question; `comity archive queries` lists them.
    a, b
        The two states, where the question is about a dyad.
    by
        Length of a period.
    since, until
        First and last day of the events: YYYY, YYYY-MM or YYYY-MM-DD.
    as_of
        Use only what was public by this day; today by default.
    set_
        Anything else that the question may be told, as NAME=VALUE; may be repeated.
    engine
        spark://HOST:PORT of a Spark Connect server, in place of this machine.
    at
        Folder or address of a copy of the archive that a cluster can reach, e.g. s3a://bucket/path.
    """
    workspace = open_workspace(store)
    given: dict[str, object] = dict(_pair(each) for each in set_ or ())
    if a is not None:
        if b is None:
            msg = f"{query} {a}: give both states of the dyad, e.g. RUS IRN."
            raise UsageError(msg)
        given["dyad"] = workspace.dyad(a, b).key
    if by is not None:
        given["by"] = by
    if since is not None:
        given["since"] = first_day(since, "--since")
    if until is not None and (last := day(until, "--until")):
        given["until"] = last + dt.timedelta(days=1)
    found = workspace.archive_query(query, given, as_of=day(as_of, "--as-of"), engine=engine, at=at)
    if json is not None:
        write_json(found, json)
    if json != "-":
        _print(found)
    return 0


@app.command
def same(
    a: str,
    b: str,
    *,
    since: str | None = None,
    until: str | None = None,
    as_of: str | None = None,
    window: int = 1,
    least: int = 2,
    json: Json = None,
    store: Store = None,
) -> int:
    """List acts that several records report, of all coders stored, each with its records.

    Parameters
    ----------
    a, b
        The two states.
    since, until
        First and last day of the acts: YYYY, YYYY-MM or YYYY-MM-DD.
    as_of
        Use only what was public by this day; today by default.
    window
        Days by which records of one act may differ.
    least
        Fewest records of an act that is listed.
    json
        Write JSON to this file, or - for standard output; it has every record.
    """
    found = open_workspace(store).same_events(
        a,
        b,
        since=first_day(since, "--since"),
        until=day(until, "--until"),
        as_of=day(as_of, "--as-of"),
        window=window,
        least=least,
    )
    if json is not None:
        write_json({"events": found}, json)
    if json != "-":
        keys = ("first_day", "actor", "recipient", "root", "records", "reports", "coders")
        table = Table(*(key.replace("_", " ") for key in keys))
        for event in found[:_SHOWN]:
            table.add_row(*(_cell(event[key]) for key in keys))
        terminal().print(table)
        if len(found) > _SHOWN:
            say(f"{_SHOWN} of {len(found):,} acts are shown; --json FILE gives all.")
        if not found:
            say(f"No act that {least} records or more report; --least 1 lists single records.")
    return 0


@app.command
def compact(*, most: int = 8, store: Store = None) -> int:
    """Merge small Parquet files, so that a question opens fewer of them.

    Parameters
    ----------
    most
        Leave a source's year alone that has no more files than this.
    """
    done = open_workspace(store).compact_archive(most)
    say(f"{done['before']:,} Parquet files before, {done['after']:,} after")
    return 0


def _print(found: dict[str, Any]) -> None:
    length = {"month": 7, "year": 4}.get(found["given"].get("by", ""), 10)
    rows = [
        {**row, "period": str(row["period"])[:length]} if "period" in row else row
        for row in found["rows"]
    ]
    # What is the same in all rows is said once, so that the rest has room.
    same = [
        name
        for name in found["columns"]
        if len(rows) > 1 and len({str(row[name]) for row in rows}) == 1
    ]
    names = [name for name in found["columns"] if name not in same]
    table = Table(*(name.replace("_", " ") for name in names))
    for row in rows[:_SHOWN]:
        table.add_row(*(_cell(row[name]) for name in names))
    console = terminal()
    if same:
        said = "; ".join(f"{name.replace('_', ' ')}: {_cell(rows[0][name])}" for name in same)
        console.print(f"In all rows {said}", soft_wrap=True)
    console.width = max(
        console.width, console.measure(table, options=console.options.update(width=240)).maximum
    )
    console.print(table)
    if len(rows) > _SHOWN:
        say(f"{_SHOWN} of {len(rows):,} rows are shown; --json FILE gives all.")
    for stream, spans in found["covered"].items():
        say(f"Files of {stream} are in for {_spans(spans)}; outside, nothing is known.")


def _spans(spans: list[Any], most: int = 6) -> str:
    texts = [f"{first}" if first == last else f"{first} to {last}" for first, last in spans]
    rest = f" and {len(texts) - most:,} more spans" if len(texts) > most else ""
    return (", ".join(texts[:most]) or "no day") + rest


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple):
        return escape(", ".join(map(str, value)))
    return escape(
        f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    )


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        msg = f"--set {text}: write a name and a value, as most=20."
        raise UsageError(msg)
    return name.strip(), value.strip()
