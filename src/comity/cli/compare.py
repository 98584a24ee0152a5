"""comity compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity.cli._out import open_workspace, terminal, write_json

__all__ = ["compare"]


def compare(
    *dyads: str,
    period: str | None = None,
    json: Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    store: Path | None = None,
) -> int:
    """Put dyads side by side, on the scale of the reference panel and comparable items only.

    Parameters
    ----------
    dyads
        Pairs as RUS-IRN RUS-CHN USA-GBR.
    period
        Show this year; by default the last of the panel.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store)
    found = workspace.compare(dyads, period)
    if json is not None:
        write_json(found, json)
    if json != "-":
        terminal().print(workspace.compare_table(found))
    return 0
