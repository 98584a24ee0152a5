"""The one place that reads the clock."""

from __future__ import annotations

import datetime as dt

__all__ = ["now", "today"]


def today() -> dt.date:
    """Return today's date in UTC."""
    return now().date()


def now() -> dt.datetime:
    """Return the present moment in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)  # noqa: TID251 -- the one place
