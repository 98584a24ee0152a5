"""comity config."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from comity.cli._out import terminal, write_json
from comity.core.settings import Settings

__all__ = ["config"]


def config(
    *, json: Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)] = None
) -> int:
    """Print the settings in use.

    Parameters
    ----------
    json
        Write JSON to this file, or - for standard output.
    """
    found = Settings().model_dump(mode="json")
    if json is not None:
        write_json(found, json)
    if json != "-":
        for key, value in found.items():
            terminal().print(f"{key} = {value}", markup=False)
    return 0
