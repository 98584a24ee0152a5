"""comity replay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity.cli._flags import A, B, Catalog, Json, Store
from comity.cli._out import day, open_workspace, say, spinner, terminal, write_json

__all__ = ["replay"]


def replay(
    a: A,
    b: B,
    *,
    on: Annotated[list[str], Parameter(name="--on")],
    out: Path | None = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Set what the system would have said on past days beside the documents and what happened.

    Parameters
    ----------
    on
        A past day (YYYY-MM-DD, YYYY-MM or YYYY); may be repeated.
    out
        A file for the comparison as a page in Markdown.
    """
    workspace = open_workspace(store, catalog)
    days = [past for each in on if (past := day(each, "--on")) is not None]
    with spinner("replaying") as tell:
        found = workspace.replay(a, b, days, progress=tell)
    if json is not None:
        write_json(found.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        terminal().print(workspace.replay_table(found))
    if out is not None:
        workspace.write_replay(found, out)
        say(f"wrote {out}")
    return 0
