"""comity doctor."""

from __future__ import annotations

from rich.markup import escape

from comity.cli._flags import Catalog, Json, Store
from comity.cli._out import open_workspace, terminal, write_json

__all__ = ["doctor"]


def doctor(
    *,
    json: Json = None,
    store: Store = None,
    catalog: Catalog = None,
) -> int:
    """Check this machine, the catalog and the store; say what is missing and what to do."""
    found = open_workspace(store, catalog).doctor()
    if json is not None:
        write_json({"checks": found}, json)
    if json != "-":
        console = terminal()
        for check in found:
            mark = {"ok": "[green]ok[/green]  ", "note": "note", "wrong": "[bold]wrong[/bold]"}
            console.print(
                f"{mark[check['state']]} {escape(check['what'])}: {escape(check['text'])}"
            )
    return 65 if any(check["state"] == "wrong" for check in found) else 0
