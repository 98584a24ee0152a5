"""comity schemas."""

from __future__ import annotations

from pathlib import Path

from comity.cli._out import open_workspace, say

__all__ = ["schemas"]


def schemas(*, write: bool = False, out: Path | None = None) -> int:
    """Print where the JSON Schemas are, or write them anew from the models.

    Parameters
    ----------
    write
        Write them.
    out
        Folder to write into; by default the catalog's own.
    """
    for path in open_workspace().schemas(out, write=write):
        say(str(path))
    return 0
