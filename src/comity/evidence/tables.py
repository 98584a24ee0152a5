"""What the store adds to each kind of record, and the SQL that computes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from comity.core.errors import UsageError
from comity.evidence.engine.duck import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from comity.core.records import Table

__all__ = [
    "ENVELOPE",
    "REVISIONS",
    "Revision",
    "checked_source_name",
    "column_types",
    "content_sql",
    "empty_sql",
    "record_id_sql",
    "sort_columns",
    "stored_types",
    "version_sql",
]

Revision = Literal["original", "revised", "corrected", "withdrawn"]
"""Why a version was stored.

``original``: first seen. ``revised``: the publisher changed it, public from ``known_from``.
``corrected``: it had been read or coded wrongly; replaces older versions at all dates.
``withdrawn``: it no longer stands, from ``known_from`` on.
"""
REVISIONS: tuple[Revision, ...] = ("original", "revised", "corrected", "withdrawn")

ENVELOPE: dict[str, tuple[str, str]] = {
    "record_id": ("VARCHAR", "stable id of the record, the same in all its versions"),
    "version": ("VARCHAR", "hash of what the version says, 16 hexadecimal digits"),
    "source": ("VARCHAR", "source that gave it: a publisher's dataset, a case, or the user"),
    "snapshot": ("VARCHAR", "SHA-256 of the file it stands in, joined by '+' if several"),
    "locator": ("VARCHAR", "where it stands in that file"),
    "recorded_on": ("TIMESTAMP", "when the version was stored [UTC]"),
    "revision": ("VARCHAR", "why the version was stored"),
    "known_from": ("DATE", "from when this version was publicly known"),
}
"""Columns that every stored row has beyond its table's own: SQL type and meaning."""

_TYPES = {"text": "VARCHAR", "int": "BIGINT", "float": "DOUBLE", "date": "DATE", "bool": "BOOLEAN"}
_SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}(:[a-z0-9][a-z0-9_-]{0,40})?")
# The characters for which str.isspace is true, in the notation of RE2.
_SPACE = r"[\s\x0b\x1c-\x1f\x{85}\p{Z}]"
_SORT_FIRST = ("actor", "state_a", "voter", "recipient", "state_b")


def checked_source_name(name: str) -> str:
    """Return `name` if it can name a source.

    Raises
    ------
    UsageError
        If it cannot; names become folders, so that nothing else is let through.
    """
    if not _SOURCE_NAME.fullmatch(name):
        msg = (
            f"{name!r} cannot name a source: use lower-case letters, digits, '_' and '-',"
            " with one ':' at most."
        )
        raise UsageError(msg)
    return name


def column_types(table: Table) -> dict[str, str]:
    """Return the SQL type of each column that the table declares."""
    return {column.name: _TYPES[column.type] for column in table.all_columns}


def stored_types(table: Table) -> dict[str, str]:
    """Return the SQL type of each stored column, with the envelope and the generation."""
    envelope = {name: kind for name, (kind, _) in ENVELOPE.items()}
    return {**column_types(table), **envelope, "generation": "BIGINT"}


def empty_sql(types: dict[str, str]) -> str:
    """Return a query without rows that has these columns."""
    cells = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in types.items())
    return f"SELECT {cells} WHERE false"


def record_id_sql(table: Table, source: str, leave_out: Collection[str] = ()) -> str:
    """Return the SQL of the record id; equals `comity.core.records.record_id`.

    The key of a publisher's row is only unique within its source, so that the source is part of
    it; ids of cited rows are given by their author and stand alone. Without some columns it is no
    id, but tells which rows are of one thing.
    """
    key = [f'"{name}"::VARCHAR' for name in table.key if name not in leave_out]
    if not table.cited:
        key.insert(0, quoted(source))
    text = f"concat_ws('.', {', '.join(key)})"
    digest = f"substr(sha256(concat_ws(chr(31), {', '.join(key)})), 1, 16)"
    return (
        f"{quoted(table.kind + ':')} || CASE WHEN length({text}) > 80"
        f" OR regexp_matches({text}, '{_SPACE}') THEN {digest} ELSE {text} END"
    )


def version_sql(table: Table, leave_out: Collection[str] = ()) -> str:
    """Return the SQL of the hash of what a row says.

    Lengths are written out, so that no two rows can give one text; missing cells are left out, so
    that a column added to a table later changes no hash.
    """
    cells = [
        f"CASE WHEN \"{name}\" IS NULL THEN '' ELSE"
        f" '{name}=' || length(\"{name}\"::VARCHAR) || ':' || \"{name}\"::VARCHAR END"
        for name in column_types(table)
        if name not in leave_out
    ]
    return f"substr(sha256(concat({', '.join(cells)})), 1, 16)"


def content_sql() -> str:
    """Return the SQL of two sums over rows that depend on what they say, not on their order."""
    says = "concat_ws('|', source, record_id, version, revision, known_from::VARCHAR)"
    return (
        f"coalesce(sum(md5_number_upper({says})::HUGEINT), 0),"
        f" coalesce(sum(md5_number_lower({says})::HUGEINT), 0)"
    )


def sort_columns(table: Table) -> Sequence[str]:
    """Return the columns by which stored rows are sorted: who, then when."""
    own = {column.name for column in table.columns}
    return (*(name for name in _SORT_FIRST if name in own), "occurred_from", "record_id")
