"""comity sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.markup import escape
from rich.table import Table

from comity.cli._out import open_workspace, spinner, terminal, write_json

__all__ = ["app"]

app = App(
    name="sources", help="What can be collected, what is stored, releases and how two differ."
)

Json = Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)]


@app.default
def list_sources(*, json: Json = None, store: Path | None = None) -> int:
    """List what can be collected.

    Parameters
    ----------
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    rows = open_workspace(store).sources()
    if json is not None:
        write_json({"sources": rows}, json)
    if json != "-":
        table = Table("name", "title", "publisher", "coverage", "cadence", "redistribution")
        for row in rows:
            keys = ("name", "title", "publisher", "coverage", "cadence", "redistribution")
            table.add_row(*(escape(str(row[key])) for key in keys))
        terminal().print(table)
    return 0


app.command(list_sources, name="list")


@app.command
def status(*, json: Json = None, store: Path | None = None) -> int:
    """Show what is stored, what is missing, and what was quarantined.

    Parameters
    ----------
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    found = open_workspace(store).holdings()
    if json is not None:
        write_json(found, json)
    if json != "-":
        table = Table("source", "files", "records", "first", "last", "quarantined", "failed")
        for row in found["sources"]:
            keys = ("name", "files", "records", "first", "last", "quarantined", "failed")
            table.add_row(*(escape(str(row[key] if row[key] is not None else "–")) for key in keys))
        terminal().print(table)
    return 0


@app.command
def show(name: str, *, json: Json = None, store: Path | None = None) -> int:
    """Show one source: terms, layouts that it reads, traps.

    Parameters
    ----------
    name
        Name of the source.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    row = open_workspace(store).source(name)
    if json is not None:
        write_json(row, json)
    if json != "-":
        table = Table(show_header=False, box=None)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for key, value in row.items():
            table.add_row(key, escape(_shown(value)))
        terminal().print(table)
    return 0


@app.command
def vintages(name: str, *, json: Json = None, store: Path | None = None) -> int:
    """List the releases of a source that were admitted: when, which files, how many rows.

    Parameters
    ----------
    name
        Name of the source.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store)
    found = workspace.vintages(name)
    if json is not None:
        write_json({"source": name, "vintages": found}, json)
    if json != "-":
        terminal().print(workspace.vintages_table(name, found))
    return 0


@app.command
def diff(
    name: str,
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    to: str | None = None,
    dyad: tuple[str, str] | None = None,
    limit: int = 20,
    json: Json = None,
    store: Path | None = None,
) -> int:
    """Compare two releases of a source: records added, removed and changed, the largest first.

    Parameters
    ----------
    name
        Name of the source.
    from_
        The earlier: a vintage (its number, release or day), or a file or folder that you have. By
        default the one before the last.
    to
        The later, likewise; by default the last.
    dyad
        Two states: only what is between them, as --dyad RUS IRN.
    limit
        Rows and states shown of each kind; 0 for all.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store)
    with spinner(f"comparing releases of {name}") as tell:
        found = workspace.diff_releases(name, from_, to, dyad=dyad, limit=limit, progress=tell)
    if json is not None:
        write_json(found, json)
    if json != "-":
        terminal().print(workspace.releases_table(found))
    return 0


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(f"{each['name']} ({each['pattern']}): {each['doc']}" for each in value)
    return "–" if value in (None, "") else str(value)
