"""Tell from the header of a CSV file which kind of record it holds."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from comity.core.errors import UsageError
from comity.core.records import TABLES, TIME

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Table

__all__ = ["detect_table"]

_MAX_HEADER = 64_000


def detect_table(path: Path) -> Table:
    """Return the one table that a header fits.

    Raises
    ------
    UsageError
        If it fits none or several; names the nearest and what it lacks.
    """
    header = _header(path)
    fitting = [table for table in TABLES.values() if not _lacking(table, header)]
    known = [table for table in fitting if header <= _writable(table)]
    if len(known) == 1:
        return known[0]
    if len(fitting) == 1:
        return fitting[0]
    if known or fitting:
        names = " or ".join(table.name for table in known or fitting)
        msg = f"{path.name} could hold {names}. Say which with --table NAME."
        raise UsageError(msg)
    nearest = min(
        TABLES.values(),
        key=lambda table: (
            -len(header & set(table.key)),
            -len(header & _writable(table)),
            len(_lacking(table, header)),
        ),
    )
    msg = (
        f"{path.name} has a header that fits no table; nearest is {nearest.name}, which also needs"
        f" {', '.join(sorted(_lacking(nearest, header)))}. Known tables: {', '.join(TABLES)}."
    )
    raise UsageError(msg)


def _header(path: Path) -> set[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            line = stream.readline(_MAX_HEADER)
    except UnicodeDecodeError:
        msg = f"{path.name} is not UTF-8. Save it as 'CSV UTF-8' and try again."
        raise UsageError(msg) from None
    return {cell.strip() for cell in next(csv.reader([line]), [])}


def _writable(table: Table) -> set[str]:
    return {"date", *(column.name for column in table.all_columns)}


def _lacking(table: Table, header: set[str]) -> set[str]:
    times = {column.name for column in TIME}
    needed = {
        column.name for column in table.all_columns if column.required and column.name not in times
    }
    return needed - header
