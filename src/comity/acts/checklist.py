"""The rows of the tradecraft checklist that only a person can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.catalog import Declaration, builtin_catalog, read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["ChecklistRow", "load_rows"]

_FILE = "review/checklist.yml"


class ChecklistRow(Declaration):
    """One row: its id, and what the reviewer is asked."""

    id: str
    question: str


class _Rows(Declaration):
    rows: tuple[ChecklistRow, ...]


def load_rows(catalogs: Sequence[Path] = ()) -> dict[str, str]:
    """Return the question of each row by id; a catalog of one's own may ask for more, or reword.

    Raises
    ------
    CatalogError
        If a file is not as declared.
    """
    found: dict[str, str] = {}
    for catalog in (builtin_catalog(), *catalogs):
        path = catalog / _FILE
        if path.exists():
            found |= {row.id: row.question for row in read_yaml(path, _Rows).rows}
    return found
