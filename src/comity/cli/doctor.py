"""comity doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.markup import escape

from comity.cli._out import open_workspace, terminal, write_json

__all__ = ["doctor"]


def doctor(
    *,
    json: Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    store: Path | None = None,
    catalog: Path | None = None,
) -> int:
    """Check this machine, the catalog and the store; say what is missing and what to do.

    Parameters
    ----------
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    catalog
        A catalog of your own.
    """
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
