"""comity compare."""

from __future__ import annotations

from comity.cli._flags import Json, Store
from comity.cli._out import open_workspace, shown

__all__ = ["compare"]


def compare(
    *dyads: str,
    period: str | None = None,
    json: Json = None,
    store: Store = None,
) -> int:
    """Put dyads side by side, on the scale of the reference panel and comparable items only.

    Parameters
    ----------
    dyads
        Pairs as RUS-IRN RUS-CHN USA-GBR.
    period
        Show this year; by default the last of the panel.
    """
    workspace = open_workspace(store)
    found = workspace.compare(dyads, period)
    return shown(found, json, workspace.compare_table(found))
