"""comity assesses how two states really stand to each other, from dated, cited, graded evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comity.core.settings import Settings
    from comity.judgement.assessment import Assessment
    from comity.workspace import Workspace

__all__ = ["Assessment", "Settings", "Workspace", "__version__"]

__version__ = "0.1.0"

_HOMES = {
    "Assessment": "comity.judgement.assessment",
    "Settings": "comity.core.settings",
    "Workspace": "comity.workspace",
}


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that the command line starts quickly."""
    if name in _HOMES:
        import importlib  # noqa: PLC0415 -- only when a public name is asked for

        return getattr(importlib.import_module(_HOMES[name]), name)
    msg = f"module 'comity' has no attribute {name!r}"
    raise AttributeError(msg)
