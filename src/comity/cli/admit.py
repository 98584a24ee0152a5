"""comity admit."""

from __future__ import annotations

from pathlib import Path

from comity.cli._flags import Catalog, Json, Store
from comity.cli._out import open_workspace, say, spinner, write_json
from comity.core.errors import UsageError

__all__ = ["admit"]

_BAD_ROWS = 65


def admit(
    file: Path,
    *,
    table: str | None = None,
    dyad: str | None = None,
    replace: bool = False,
    check: bool = False,
    catalog: Catalog = None,
    json: Json = None,
    store: Store = None,
) -> int:
    """Bring your own events, values or register rows, from a CSV whose columns are documented.

    Parameters
    ----------
    file
        The CSV. Rows that cannot be read are kept in quarantine with the reason.
    table
        Kind of rows (events, claims, values ...); by default told from the header.
    dyad
        The dyad that register rows belong to, as RUS-IRN.
    replace
        Let a row take the place of a stored one with the same id, e.g. of the built-in case.
    check
        Only say which rows would be set aside and why; store nothing. The exit code is 65 if any.
    """
    workspace = open_workspace(store, catalog)
    pair = None
    if dyad is not None:
        first, dash, second = dyad.partition("-")
        if not dash:
            msg = f"--dyad {dyad}: write two states joined by '-', as RUS-IRN."
            raise UsageError(msg)
        pair = (first, second)
    if check:
        found = workspace.check(file, table, pair, replace=replace)
        if json is not None:
            write_json(found, json)
        if json != "-":
            for line in workspace.check_lines(file, found):
                say(line)
        return _BAD_ROWS if found["set_aside"] else 0
    with spinner(f"reading {file}"):
        report = workspace.admit(file, table, pair, replace=replace)
    if json is not None:
        write_json(workspace.report(report), json)
    if json != "-":
        for line in workspace.report_lines(report):
            say(line)
    return 0
