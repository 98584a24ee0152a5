"""The command line: parses words, calls the workspace, prints. No logic of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from comity.cli._app import app

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["app", "main"]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    from comity.cli._run import run  # noqa: PLC0415 -- keeps --help fast

    sys.exit(run(app, list(sys.argv[1:] if argv is None else argv)))
