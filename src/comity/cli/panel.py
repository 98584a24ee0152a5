"""comity panel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from comity.cli._flags import Json, Store
from comity.cli._out import open_workspace, say, shown, spinner, write_json

__all__ = ["app"]

app = App(name="panel", help="The reference panel: the dyads that a reading is compared with.")


@app.command
def build(
    *,
    by: Literal["year", "month"] = "year",
    since: int | None = None,
    until: int | None = None,
    with_treaties: Annotated[bool, Parameter(negative=())] = False,
    json: Json = None,
    store: Store = None,
) -> int:
    """Estimate the readings of all politically relevant dyads from what is stored.

    Parameters
    ----------
    by
        Length of a period. By month only events move within a year.
    since
        First year; by default 1990, or the first of which anything is stored.
    until
        Last year; by default the last of which anything is stored.
    with_treaties
        Let treaty obligations in force (source atop) count towards cohesion. The panel is checked
        against alliances, so they are left out otherwise.
    """
    workspace = open_workspace(store)
    with spinner("reading the panel's items") as tell:
        about = workspace.build_panel(
            tell, by, since=since, until=until, with_treaties=with_treaties
        )
    if json is not None:
        write_json(about, json)
    if json != "-":
        say(f"{about['dyads']:,} dyads, {about['first']} to {about['last']}")
        for item, covered in about["coverage"].items():
            say(f"  {item}: {covered}")
        if about["caution"]:
            say(f"Caution: {about['caution']}")
    return 0


@app.command
def ship(*, out: Path, store: Store = None) -> int:
    """Write the part of the panel that may be passed on: standing in UN votes, all pairs of states.

    Parameters
    ----------
    out
        File to write.
    """
    workspace = open_workspace(store)
    with spinner("reading votes"):
        about = workspace.ship_votes(out)
    say(f"{about['dyads']:,} pairs, {about['first']} to {about['last']}: {out}")
    return 0


@app.command
def check(
    *,
    since: int | None = None,
    until: int | None = None,
    orderings: Path | None = None,
    json: Json = None,
    store: Store = None,
) -> int:
    """Score the panel against alliances, rivalries and disputes, which it does not use.

    Parameters
    ----------
    since
        First year to score.
    until
        Last year to score.
    orderings
        YAML file of judgements written down before looking: lists between, within, close, hostile.
    """
    workspace = open_workspace(store)
    with spinner("reading the panel's items") as tell:
        found = workspace.check_panel(tell, since=since, until=until, orderings=orderings)
    return shown(found, json, workspace.check_table(found))
