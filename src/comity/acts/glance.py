"""Whether a database holds acts about an assessment, without the library that reads them.

SQLAlchemy takes longer to import than most commands have to spare. Nobody has done anything yet
about most assessments, and this says so in a millisecond. In any doubt there may be acts.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.acts.address import ActsAddress

__all__ = ["MIGRATIONS", "may_concern", "newest_revision"]

MIGRATIONS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """Return the newest revision that this code knows: revisions are numbered in order."""
    names = (path.stem for path in (MIGRATIONS / "versions").glob("r[0-9]*.py"))
    return max(name.removeprefix("r").partition("_")[0] for name in names)


def may_concern(address: ActsAddress, a: str, b: str) -> bool:
    """Return whether acts about two states may be kept; false only where there are none."""
    if not address.may_hold_acts:
        return False
    if address.path is None:
        return True
    key = "-".join(sorted((a, b)))
    place = f"{address.path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(place, uri=True)) as it:
            (revision,) = it.execute("SELECT version_num FROM alembic_version").fetchone()
            found = it.execute(
                "SELECT EXISTS (SELECT 1 FROM reviews WHERE a = ? AND b = ?) "
                "OR EXISTS (SELECT 1 FROM forecasts WHERE dyad = ?)",
                (a, b, key),
            ).fetchone()
    except (sqlite3.Error, TypeError):
        return True
    return revision != newest_revision() or bool(found[0])
