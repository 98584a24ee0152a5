"""comity sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.markup import escape
from rich.table import Table

from comity.cli._out import open_workspace, terminal, write_json

__all__ = ["app"]

app = App(name="sources", help="What can be collected, what is stored, and one source in full.")

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
        keys = ("name", "files", "records", "first", "last", "quarantined", "repaired", "failed")
        table = Table("source", *keys[1:])
        for row in found["sources"]:
            shown = {**row, "repaired": sum(row["repaired"].values())}
            table.add_row(*(escape(str("–" if shown[key] is None else shown[key])) for key in keys))
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


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_entry, value)) or "–"
    return "–" if value in (None, "") else str(value)


def _entry(item: dict[str, Any]) -> str:
    """Return a layout, or a declared correction with the rows that it mended."""
    if "pattern" in item:
        return f"{item['name']} ({item['pattern']}): {item['doc']}"
    count = "" if item["rows"] is None else f" ({item['rows']:,} rows mended)"
    return f"{item['name']}{count}: {item['reason']} {item['reference']}"
