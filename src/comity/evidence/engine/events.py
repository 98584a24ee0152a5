"""The relation ``events``: one row for each record of an archive of coded events.

All Parquet files of an archive have these columns, in this order, and are sorted by dyad, actor and
day, so that a query about one dyad reads few of their row groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from comity.sources._archive import EVENTS

__all__ = ["COLUMNS", "RELATION"]

RELATION = "events"
"""What queries call the archive."""

COLUMNS: Mapping[str, str] = MappingProxyType(
    {name: kind for name, (kind, _) in EVENTS.columns.items()}
)
"""SQL type of each column, in DuckDB's words; ``added`` is in UTC and carries no zone."""
