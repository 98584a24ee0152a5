"""comity outlook."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from comity.cli._flags import A, AsOf, B, Catalog, Json, Store
from comity.cli._out import day, open_workspace, say, shown, spinner, terminal, write_json
from comity.core import clock
from comity.core.errors import UsageError

__all__ = ["app"]

app = App(name="outlook", help="What may come: forecasts, scenarios, questions; and their test.")


@app.default
def outlook(
    a: A,
    b: B,
    *,
    months: int | None = None,
    as_of: AsOf = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Show what may come between two states: forecasts, scenarios with signposts, questions.

    Parameters
    ----------
    months
        Show this horizon only: 6, 12 or 24.
    """
    workspace = open_workspace(store, catalog)
    assessment, part = workspace.show(a, b, "outlook", as_of=day(as_of, "--as-of"))
    if months is not None:
        known = [each["months"] for each in part["horizons"]]
        if known and months not in known:
            msg = f"--months {months}: forecasts are made for {', '.join(map(str, known))} months."
            raise UsageError(msg)
        part["horizons"] = [each for each in part["horizons"] if each["months"] == months]
    return shown(part, json, workspace.table(assessment, "outlook", part))


@app.command
def backtest(
    a: str = "RUS",
    b: str = "IRN",
    *,
    json: Json = None,
    out: Path | None = None,
    date: str | None = None,
    store: Store = None,
) -> int:
    """Test the outlook by rolling origins: on the panels, and on the own record of two states.

    Parameters
    ----------
    a
        First state of the dyad whose own record is tested.
    b
        Second state.
    out
        Write backtest.json, backtest.md and charts into this folder.
    date
        Day that is written into the page; today by default.
    """
    on = day(date, "--date") or clock.today()
    workspace = open_workspace(store)
    with spinner("reading the record") as tell:
        found = workspace.backtest(a, b, tell)
    if json is not None:
        write_json(found, json)
    if out is not None:
        for path in workspace.write_backtest(found, out, on):
            say(f"wrote {path}")
    if json != "-":
        terminal().print(workspace.backtest_table(found))
    return 0
