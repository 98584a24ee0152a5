"""comity outlook."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from comity.cli._out import day, open_workspace, say, spinner, terminal, write_json
from comity.core import clock
from comity.core.errors import UsageError

__all__ = ["app"]

app = App(name="outlook", help="What may come: forecasts, scenarios, questions; and their test.")

Json = Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)]


@app.default
def outlook(
    a: str,
    b: str,
    *,
    months: int | None = None,
    as_of: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Show what may come between two states: forecasts, scenarios with signposts, questions.

    Parameters
    ----------
    a
        First state.
    b
        Second state.
    months
        Show this horizon only: 6, 12 or 24.
    as_of
        Use only what was public by this day.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store, catalog)
    assessment, part = workspace.show(a, b, "outlook", as_of=day(as_of, "--as-of"))
    if months is not None:
        known = [each["months"] for each in part["horizons"]]
        if known and months not in known:
            msg = f"--months {months}: forecasts are made for {', '.join(map(str, known))} months."
            raise UsageError(msg)
        part["horizons"] = [each for each in part["horizons"] if each["months"] == months]
    if json is not None:
        write_json(part, json)
    if json != "-":
        terminal().print(workspace.table(assessment, "outlook", part))
    return 0


@app.command
def backtest(
    a: str = "RUS",
    b: str = "IRN",
    *,
    json: Json = None,
    out: Path | None = None,
    date: str | None = None,
    store: Path | None = None,
) -> int:
    """Test the outlook by rolling origins: on the panels, and on the own record of two states.

    Parameters
    ----------
    a
        First state of the dyad whose own record is tested.
    b
        Second state.
    json
        Write JSON to this file, or - for standard output.
    out
        Write backtest.json, backtest.md and charts into this folder.
    date
        Day that is written into the page; today by default.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store)
    with spinner("reading the record") as tell:
        found = workspace.backtest(a, b, tell)
    if json is not None:
        write_json(found, json)
    if out is not None:
        on = dt.date.fromisoformat(date) if date is not None else clock.today()
        for path in workspace.write_backtest(found, out, on):
            say(f"wrote {path}")
    if json != "-":
        terminal().print(workspace.backtest_table(found))
    return 0
