"""comity explain."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

from comity.cli._flags import Catalog, Json, Store
from comity.cli._out import open_workspace, terminal, write_json

__all__ = ["explain"]


def explain(
    id: str,  # noqa: A002 -- the contract calls it ID
    *,
    json: Json = None,
    store: Store = None,
    catalog: Catalog = None,
) -> int:
    """Walk from a record, or from an indicator, reading or judgement, to rows, files and addresses.

    Parameters
    ----------
    id
        A record id (claim:su-35-01), or A-B/PART: RUS-IRN/POL-05, RUS-IRN/cohesion.
    """
    found = open_workspace(store, catalog).explain(id)
    if json is not None:
        write_json(found, json)
    if json == "-":
        return 0
    console = terminal()
    for step in found:
        table = Table(show_header=False, box=None, title=escape(step["id"]), title_justify="left")
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for key, value in step.items():
            if key != "id" and value not in (None, "", []):
                table.add_row(key, escape(_shown(value)))
        console.print(table)
    return 0


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {each}" for key, each in value.items())
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
