"""comity replay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity.cli._out import day, open_workspace, say, spinner, terminal, write_json

__all__ = ["replay"]


def replay(
    a: str,
    b: str,
    *,
    on: Annotated[list[str], Parameter(name="--on")],
    out: Path | None = None,
    json: Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Set what the system would have said on past days beside the documents and what happened.

    Parameters
    ----------
    a
        First state.
    b
        Second state.
    on
        A past day (YYYY-MM-DD, YYYY-MM or YYYY); may be repeated.
    out
        A file for the comparison as a page in Markdown.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
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
