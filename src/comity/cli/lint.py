"""comity lint."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from comity.cli._flags import Json
from comity.cli._out import open_workspace, terminal, write_json
from comity.core.errors import UsageError

__all__ = ["lint"]


def lint(
    file: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *,
    scale: str | None = None,
    kind: Literal["judgement", "brief", "sentence"] = "judgement",
    json: Json = None,
    catalog: Path | None = None,
) -> int:
    """Hold a text against the standards of tradecraft: likelihood, sources, advice, drama.

    Ends with 0 if no rule of level error is broken, else with 65.

    Parameters
    ----------
    file
        Plain text or Markdown in UTF-8, or - for standard input.
    scale
        Likelihood words that the text is to use: icd203 (default), phia, or another.
    kind
        judgement: a text with its likelihood, a rival explanation and its cut-off; brief: sources
        may stand at the end of a paragraph; sentence: each sentence for itself.
    catalog
        A catalog of your own, with words and rules in lint/.
    """
    text = _read(file)
    workspace = open_workspace(None, catalog, scale)
    found = workspace.lint(text, kind)
    if json is not None:
        write_json({"findings": found}, json)
    if json != "-":
        terminal().print(workspace.lint_table(text, found))
    return 65 if any(each["level"] == "error" for each in found) else 0


def _read(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror or error}. Give a text file, or - for stdin."
        raise UsageError(msg) from None
    except UnicodeDecodeError as error:
        msg = f"{file} is not UTF-8 (byte {error.start:,}). Save it as UTF-8."
        raise UsageError(msg) from None
