"""Triggers by which the database itself refuses to change or drop a row of a log.

They guard against mistakes and hasty repairs, not against an owner of the database who removes
them: `comity doctor` says when one is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

__all__ = ["protect", "protected"]

_REASON = "acts are append-only: a row is neither changed nor removed, a further act corrects it"


def protect(connection: Connection, table: str, *keys: Sequence[str]) -> None:
    """Make the database refuse every change of the rows of a table.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Within the transaction of a migration.
    table : str
        Name of the table.
    *keys : sequence of str
        Columns of each unique constraint besides ``id``. SQLite's ``INSERT OR REPLACE`` would
        remove the row that has them, and no trigger on DELETE would see it.
    """
    if connection.dialect.name == "postgresql":
        statements = _postgresql(table)
    else:
        statements = _sqlite(table, [("id",), *keys])
    for statement in statements:
        connection.execute(text(statement))


def protected(connection: Connection) -> set[str]:
    """Return the tables that refuse every change of their rows."""
    if connection.dialect.name == "postgresql":
        sql = (
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = current_schema() AND NOT t.tgisinternal AND t.tgenabled <> 'D'"
        )
        wanted = {"rows", "all"}
    else:
        sql = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
        wanted = {"update", "delete", "replace_id"}
    found: dict[str, set[str]] = {}
    for table, trigger in connection.execute(text(sql)):
        found.setdefault(table, set()).add(str(trigger).removeprefix(f"{table}_keeps_"))
    return {table for table, kinds in found.items() if kinds >= wanted}


def _sqlite(table: str, keys: Sequence[Sequence[str]]) -> list[str]:
    stop = f"BEGIN SELECT RAISE(ABORT, '{_REASON}'); END"
    made = [
        f"CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb.upper()} ON {table} {stop}"
        for verb in ("update", "delete")
    ]
    for key in keys:
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        made.append(
            f"CREATE TRIGGER {table}_keeps_replace_{'_'.join(key)} BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {stop}"
        )
    return made


def _postgresql(table: str) -> list[str]:
    function = "acts_are_append_only"
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REASON}'; END $$",
        f"CREATE TRIGGER {table}_keeps_rows BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"CREATE TRIGGER {table}_keeps_all BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    ]
