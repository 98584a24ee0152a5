"""comity sources."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.markup import escape
from rich.table import Table

from comity.cli._flags import Json, Store
from comity.cli._out import open_workspace, say, shown, spinner, terminal, write_json

__all__ = ["app"]

app = App(
    name="sources", help="What can be collected, what is stored, releases and how two differ."
)


@app.default
def list_sources(*, json: Json = None, store: Store = None) -> int:
    """List what can be collected."""
    rows = open_workspace(store).sources()
    if json is not None:
        write_json({"sources": rows}, json)
    if json != "-":
        table = Table(box=None)
        for name in ("name", "years", "got by", "pass on", "title"):
            table.add_column(name, no_wrap=name != "title")
        for row in rows:
            how = "key" if row["gated"] and row["fetched"] else "fetch"
            cells = (
                row["name"],
                row["coverage"].replace("/", "–"),
                how if row["fetched"] else "files",
                row["redistribution"].replace("_", " "),
                row["title"],
            )
            table.add_row(*(escape(str(cell)) for cell in cells))
        terminal().print(table)
        say(
            "Got by fetch: `comity collect NAME`. By key: with your key. By files: get"
            " them and add --from PATH. `comity sources show NAME` has the terms."
        )
    return 0


app.command(list_sources, name="list")


@app.command
def status(source: str | None = None, *, json: Json = None, store: Store = None) -> int:
    """Show what is stored, what is missing, and what was quarantined.

    Parameters
    ----------
    source
        Only this source, with every file that is not there and why.
    """
    workspace = open_workspace(store)
    ledger = workspace.completeness(source)
    found = workspace.holdings()
    if source is not None:
        for key in ("sources", "quarantine"):
            name = "name" if key == "sources" else "source"
            found[key] = [row for row in found[key] if row[name] == source]
    if json is not None:
        write_json({**found, "ledger": ledger}, json)
    if json != "-":
        _print_holdings(found["sources"])
        for row in ledger:
            _print_completeness(row, workspace.days_text(row), full=source is not None)
    return 0


def _print_holdings(rows: list[dict[str, Any]]) -> None:
    keys = ("name", "files", "records", "first", "last", "quarantined", "repaired", "failed")
    table = Table("source", *keys[1:])
    for row in rows:
        shown = {**row, "repaired": sum(row["repaired"].values())}
        table.add_row(*(escape(str("–" if shown[key] is None else shown[key])) for key in keys))
    terminal().print(table)


def _print_completeness(row: dict[str, Any], days: list[str], *, full: bool) -> None:
    console = terminal()
    states = ", ".join(f"{n:,} {state.replace('_', ' ')}" for state, n in row["states"].items())
    console.print(f"{row['name']}: {states}", markup=False)
    for line in days:
        console.print(f"  {line}", markup=False)
    if row["last_run"]:
        run = row["last_run"]
        console.print(f"  last run {run['began']}: {run['outcome']}", markup=False)
    if full:
        for each in (*row["not_there"], *row["not_refreshed"]):
            sha256 = f" (sha256 {each['sha256'][:12]})" if each["sha256"] else ""
            console.print(f"  {each['file']}{sha256}: {each['reason']}", markup=False)


@app.command
def forget(source: str, file: str, *, store: Store = None) -> int:
    """Stop listing a file as missing, such as a wrong one that you once named with --from.

    Parameters
    ----------
    source
        Name of the source.
    file
        Name of the file, as `comity sources status SOURCE` lists it.
    """
    open_workspace(store).forget(source, file)
    return 0


@app.command
def show(name: str, *, json: Json = None, store: Store = None) -> int:
    """Show one source: terms, layouts that it reads, traps.

    Parameters
    ----------
    name
        Name of the source.
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
def vintages(name: str, *, json: Json = None, store: Store = None) -> int:
    """List the releases of a source that were admitted: when, which files, how many rows.

    Parameters
    ----------
    name
        Name of the source.
    """
    workspace = open_workspace(store)
    found = workspace.vintages(name)
    return shown({"source": name, "vintages": found}, json, workspace.vintages_table(name, found))


@app.command
def diff(
    name: str,
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    to: str | None = None,
    dyad: tuple[str, str] | None = None,
    limit: int = 20,
    json: Json = None,
    store: Store = None,
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
    """
    workspace = open_workspace(store)
    with spinner(f"comparing releases of {name}") as tell:
        found = workspace.diff_releases(name, from_, to, dyad=dyad, limit=limit, progress=tell)
    return shown(found, json, workspace.releases_table(found))


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
