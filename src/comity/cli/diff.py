"""comity diff."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.markup import escape

from comity.cli._out import day, open_workspace, spinner, terminal, write_json

__all__ = ["diff"]


def diff(
    a: str,
    b: str,
    *,
    since: str,
    as_of: str | None = None,
    json: Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    store: Path | None = None,
    catalog: Path | None = None,
) -> int:
    """Show what changed between two dates, and the evidence that changed it.

    Parameters
    ----------
    a
        First state.
    b
        Second state.
    since
        The earlier date: what was public by then.
    as_of
        The later date; by default the latest day for which anything is stored.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    catalog
        A catalog of your own.
    """
    workspace = open_workspace(store, catalog)
    with spinner(f"comparing {a} and {b}"):
        start = day(since, "--since") or dt.date.min
        found = workspace.diff(a, b, start, day(as_of, "--as-of"))
    if json is not None:
        write_json(found, json)
    if json != "-":
        console = terminal()
        for line in found["text"]:
            console.print(escape(line), soft_wrap=True)
    return 0
