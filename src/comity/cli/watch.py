"""comity watch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter
from rich.console import Console

from comity.cli._out import day, open_workspace, say, spinner, terminal, write_json
from comity.core.errors import UsageError

if TYPE_CHECKING:
    from comity.workspace import Workspace

__all__ = ["app"]

app = App(
    name="watch",
    help="Watch a dyad for thresholds and changes, and be told once when one is crossed.",
)

Json = Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)]
Number = Annotated[float | None, Parameter(allow_leading_hyphen=True)]


@app.command
def add(
    a: str,
    b: str,
    what: str | None = None,
    *,
    above: Number = None,
    below: Number = None,
    reaches: str | None = None,
    changes: Annotated[bool, Parameter(negative=())] = False,
    on: Literal["value", "z", "own", "panel", "change"] = "value",
    months: int | None = None,
    clear: Number = None,
    at_least: int = 0,
    only_clear: Annotated[bool, Parameter(negative=())] = False,
    preset: Annotated[bool, Parameter(negative=())] = False,
    why: str = "",
    by: str | None = None,
    as_of: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Set a watch, or with --preset all signposts of the scenarios and key assumptions.

    Parameters
    ----------
    a
        First state.
    b
        Second state.
    what
        A reading (tension), an indicator (POL-05, DEF-04>ab), ladder, hypothesis, item:ID,
        scenario:ID@MONTHS, question:ID, signpost:SCENARIO/ID, assumption:ID, status:INDICATOR,
        gap:TEXT, evidence:KIND.
    above
        Crossed when it rises above this number.
    below
        Crossed when it falls below this number.
    reaches
        Crossed when this state is reached.
    changes
        Crossed at any change of state, or by new evidence.
    on
        What is held against the number: the value; z, its distance from the dyad's own history in
        robust standard deviations; own, its percentile there; panel, its percentile in the
        reference panel; change, its change over --months.
    months
        Of --on change.
    clear
        Past which it must come back before the watch is armed again; the threshold by default.
    at_least
        Fewest records behind a value; with fewer the watch cannot be judged.
    only_clear
        Only when the whole 80 % interval lies beyond the threshold.
    preset
        Take over what the assessment itself says should be watched.
    why
        Your reason, repeated in the notices.
    by
        Your name; by default COMITY_USER, or the login name.
    as_of
        Of the first look: only what was public by this day.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    from comity.workspace.watch_conditions import condition  # noqa: PLC0415 -- not for --help

    if preset == (what is not None):
        raise UsageError("name what is watched, or give --preset; see `comity watch add --help`.")
    start = day(as_of, "--as-of")
    wanted = None
    if what is not None:
        wanted = condition(
            above=above, below=below, reaches=reaches, changes=changes, on=on, months=months,
            clear=clear, at_least=at_least, only_clear=only_clear,
        )  # fmt: skip
    workspace = open_workspace(store, catalog)
    with spinner(f"assessing {a} and {b}"):
        if what is None or wanted is None:
            made = workspace.watch_preset(a, b, by=by, as_of=start)
        else:
            made = [workspace.watch_add(a, b, what, wanted, why=why, by=by, as_of=start)]
    if json is not None:
        write_json(made, json)
    for each in made:
        say(f"{each['id']} watches {each['subject']}, {each['condition']}: {_now(each)}")
    if not made:
        say("all of it is watched already.")
    return 0


def _now(each: dict[str, Any]) -> str:
    if not each["judged"]:
        return f"cannot be judged now, {each['why']}"
    if each["beyond"]:
        return "holds now, so it is armed when it comes back"
    return "armed"


@app.command(name="list")
def list_(
    a: str | None = None,
    b: str | None = None,
    *,
    ended: Annotated[bool, Parameter(negative=())] = False,
    json: Json = None,
    store: Path | None = None,
) -> int:
    """List the watches: state, value at the last look, distance to the threshold.

    Parameters
    ----------
    a
        First state; every dyad without it.
    b
        Second state.
    ended
        Those that were removed too.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store)
    return _print(workspace, "list", workspace.watch_list(a, b, ended=ended), json)


@app.command
def show(watch: str, *, json: Json = None, store: Path | None = None) -> int:
    """Show a watch, all that happened to it, and what became of its notices.

    Parameters
    ----------
    watch
        As W3.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store)
    return _print(workspace, "show", workspace.watch_show(watch), json)


@app.command
def remove(
    watch: str,
    *,
    why: str = "",
    by: str | None = None,
    json: Json = None,
    store: Path | None = None,
) -> int:
    """End a watch. What it saw stays, and notices that wait are still sent.

    Parameters
    ----------
    watch
        As W3.
    why
        Your reason.
    by
        Your name; by default COMITY_USER, or the login name.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    made = open_workspace(store).watch_remove(watch, why, by)
    if json is not None:
        write_json(made, json)
    say(f"{made['id']} is ended")
    return 0


@app.command
def run(
    a: str | None = None,
    b: str | None = None,
    *,
    as_of: str | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Look at the watches and send notices; 75 if a channel failed, and it is tried again.

    Parameters
    ----------
    a
        First state; every dyad with a watch without it.
    b
        Second state.
    as_of
        Only what was public by this day. A look further back than the last is not kept.
    dry_run
        Judge and show, keep nothing and send nothing.
    by
        Your name; by default COMITY_USER, or the login name.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store, catalog)
    # what a program reads on standard output stays JSON
    paper = Console(stderr=True, highlight=False) if json == "-" else terminal()

    def tell(notice: Any) -> None:
        paper.print(workspace.watch_view("notice", notice), soft_wrap=True)

    with spinner("looking at the watches") as progress:
        found = workspace.watch_run(
            a,
            b,
            as_of=day(as_of, "--as-of"),
            dry_run=dry_run,
            by=by,
            tell=tell,
            progress=progress,
        )
    if json is not None:
        write_json(found, json)
    Console(stderr=True, highlight=False, soft_wrap=True).print(workspace.watch_view("run", found))
    return int(found["exit_code"])


def _print(workspace: Workspace, what: str, data: Any, json: str | None) -> int:
    if json is not None:
        write_json(data, json)
    if json != "-":
        terminal().print(workspace.watch_view(what, data))
    return 0
