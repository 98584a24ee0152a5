"""comity diff."""

from __future__ import annotations

import datetime as dt

from rich.markup import escape

from comity.cli._flags import A, B, Catalog, Json, Store
from comity.cli._out import day, open_workspace, spinner, terminal, write_json

__all__ = ["diff"]


def diff(
    a: A,
    b: B,
    *,
    since: str,
    as_of: str | None = None,
    json: Json = None,
    store: Store = None,
    catalog: Catalog = None,
) -> int:
    """Show what changed between two dates, and the evidence that changed it.

    Parameters
    ----------
    since
        The earlier date: what was public by then.
    as_of
        The later date; by default the latest day for which anything is stored.
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
