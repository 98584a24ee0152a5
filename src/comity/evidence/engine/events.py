"""The relation ``events``: one row for each record of an archive of coded events.

All Parquet files of an archive have these columns, in this order, and are sorted by dyad, actor and
day, so that a query about one dyad reads few of their row groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["COLUMNS", "RELATION"]

RELATION = "events"
"""What queries call the archive."""

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "event_id": "BIGINT",
        "source": "VARCHAR",
        "stream": "VARCHAR",
        "day": "DATE",
        "added": "TIMESTAMP",
        "actor": "VARCHAR",
        "recipient": "VARCHAR",
        "dyad": "VARCHAR",
        "actor_code": "VARCHAR",
        "recipient_code": "VARCHAR",
        "actor_name": "VARCHAR",
        "recipient_name": "VARCHAR",
        "actor_role": "VARCHAR",
        "recipient_role": "VARCHAR",
        "cameo": "VARCHAR",
        "quad": "VARCHAR",
        "goldstein": "DOUBLE",
        "is_root": "BOOLEAN",
        "mentions": "INTEGER",
        "reports": "INTEGER",
        "articles": "INTEGER",
        "tone": "DOUBLE",
        "place_fips": "VARCHAR",
        "place": "VARCHAR",
        "latitude": "DOUBLE",
        "longitude": "DOUBLE",
        "url": "VARCHAR",
        "corrected": "VARCHAR",
        "same_event": "BIGINT",
        "file": "VARCHAR",
    }
)
"""SQL type of each column, in DuckDB's words; ``added`` is in UTC and carries no zone."""
