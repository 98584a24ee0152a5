"""comity watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter
from rich.console import Console

from comity.cli._flags import A, B, By, Catalog, Json, Store
from comity.cli._out import day, open_workspace, say, shown, spinner, terminal, told, write_json
from comity.core.errors import UsageError

if TYPE_CHECKING:
    pass

__all__ = ["app"]

app = App(
    name="watch",
    help="Watch a dyad for thresholds and changes, and be told once when one is crossed.",
)

Number = Annotated[float | None, Parameter(allow_leading_hyphen=True)]


@app.command
def add(
    a: A,
    b: B,
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
    by: By = None,
    as_of: str | None = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Set a watch, or with --preset all signposts of the scenarios and key assumptions.

    Parameters
    ----------
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
    as_of
        Of the first look: only what was public by this day.
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
    store: Store = None,
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
    """
    workspace = open_workspace(store)
    found = workspace.watch_list(a, b, ended=ended)
    return shown(found, json, workspace.watch_view("list", found))


@app.command
def show(watch: str, *, json: Json = None, store: Store = None) -> int:
    """Show a watch, all that happened to it, and what became of its notices.

    Parameters
    ----------
    watch
        As W3.
    """
    workspace = open_workspace(store)
    found = workspace.watch_show(watch)
    return shown(found, json, workspace.watch_view("show", found))


@app.command
def remove(
    watch: str,
    *,
    why: str = "",
    by: By = None,
    json: Json = None,
    store: Store = None,
) -> int:
    """End a watch. What it saw stays, and notices that wait are still sent.

    Parameters
    ----------
    watch
        As W3.
    why
        Your reason.
    """
    made = open_workspace(store).watch_remove(watch, why, by)
    return told(f"{made['id']} is ended", made, json)


@app.command
def run(
    a: str | None = None,
    b: str | None = None,
    *,
    as_of: str | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    by: By = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
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
