"""The kinds of record that can be stored, what a parser gives, and how a record is named.

A record is one parsed row of a snapshot. Its identity is its table and its key columns; what
those columns say never changes, everything else may be corrected by a later version of the row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from comity.core.case_records import CASE_TABLES
from comity.core.context_records import CONTEXT_TABLES
from comity.core.errors import UnknownName
from comity.core.public_records import PUBLIC_TABLES
from comity.core.table import CITATION, TIME, Column, ColumnType, Table

__all__ = [
    "CITATION",
    "TABLES",
    "TIME",
    "Batch",
    "Column",
    "ColumnType",
    "Reject",
    "Repair",
    "Table",
    "record_id",
    "table_named",
]


@dataclass(frozen=True)
class Batch:
    """Rows of one table, by column, as a parser gives them.

    Parameters
    ----------
    table : str
        A key of `TABLES`.
    columns : dict of str to list
        Equal lengths; columns of the table that are left out are empty. ``locator`` is required:
        where in the snapshot the row stands, e.g. ``"line 12"``.
    """

    table: str
    columns: dict[str, list[object]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))


@dataclass(frozen=True)
class Reject:
    """A row that cannot be parsed: where, why, and the text itself.

    Parameters
    ----------
    locator : str
        Where in the snapshot, e.g. ``"line 12"``.
    code : str
        Machine-readable reason, e.g. ``"unknown_state"``.
    reason : str
        One sentence for a person.
    raw : str
        The text of the row as it stood, cut at 4,000 characters.
    field, rule, allowed : str
        The column at fault, the rule of the codebook and what it allows, if it was a codebook that
        refused the row.
    """

    locator: str
    code: str
    reason: str
    raw: str
    field: str = ""
    rule: str = ""
    allowed: str = ""


@dataclass(frozen=True)
class Repair:
    """That a declared correction mended some rows, or the frame of a file.

    Parameters
    ----------
    locator : str
        Where the first of them stands.
    correction : str
        Id of the correction, see `comity.core.correction`.
    rows : int
        Rows mended or dropped by it. [count]
    """

    locator: str
    correction: str
    rows: int = 1


TABLES: dict[str, Table] = {
    table.name: table for table in (*CASE_TABLES, *PUBLIC_TABLES, *CONTEXT_TABLES)
}


def table_named(name: str) -> Table:
    """Return the table called `name`.

    Raises
    ------
    UnknownName
        If there is none.
    """
    try:
        return TABLES[name]
    except KeyError:
        raise UnknownName("table", name, TABLES) from None


def record_id(table: Table, key: tuple[object, ...]) -> str:
    """Return the stable id of a record from its key.

    A short single key is shown as it is, any other is hashed.

    Examples
    --------
    >>> record_id(TABLES["claims"], ("su-35-01",))
    'claim:su-35-01'
    >>> record_id(TABLES["ballots"], ("4421", "IRN"))
    'ballot:4421.IRN'
    """
    text = ".".join(str(part) for part in key)
    if len(text) > 80 or any(char.isspace() for char in text):
        text = hashlib.sha256("\x1f".join(map(str, key)).encode()).hexdigest()[:16]
    return f"{table.kind}:{text}"
