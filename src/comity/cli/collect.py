"""comity collect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity.cli._out import open_workspace, say, spinner, write_json

__all__ = ["collect"]


def collect(
    source: str,
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    whole: bool = False,
    json: Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    store: Path | None = None,
) -> int:
    """Read a publisher's files and admit their records; twice is as good as once.

    Parameters
    ----------
    source
        Name of the source; `comity sources` lists them.
    from_
        A file or a folder that you have, in one of the layouts of `comity sources show SOURCE`.
    whole
        Say that this is the whole dataset: records that it no longer has are withdrawn from today
        on. `comity sources diff SOURCE --to FILE` shows which those are.
    json
        Write the report as JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store)
    path = workspace.files_of(source, from_)
    with spinner(f"reading {path}") as tell:
        report = workspace.collect(
            source,
            path,
            progress=lambda what, count: tell(f"{what}: {count:,} rows"),
            whole=whole,
        )
    if json is not None:
        write_json(workspace.report(report), json)
    if json != "-":
        for line in workspace.report_lines(report):
            say(line)
    return 0
