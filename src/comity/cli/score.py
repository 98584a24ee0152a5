"""comity score."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from comity.cli._out import day, open_workspace, say, spinner, terminal, write_json

__all__ = ["app"]

app = App(name="score", help="Score forecasts whose questions have resolved; resolve questions.")

Json = Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)]


@app.default
def score(
    a: str | None = None,
    b: str | None = None,
    *,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Show Brier and log scores by maker, calibration, what is open and what is overdue.

    Parameters
    ----------
    a
        First state; every dyad without it.
    b
        Second state.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store, catalog)
    found = workspace.score(a, b)
    if json is not None:
        write_json(found, json)
    if json != "-":
        terminal().print(workspace.score_table(found))
    return 0


@app.command
def record(
    a: str,
    b: str,
    *,
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Keep the outlook's questions with their probabilities, to be scored when they resolve.

    Parameters
    ----------
    a
        First state.
    b
        Second state.
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
    with spinner(f"assessing {a} and {b}"):
        made = workspace.record_outlook(a, b, by)
    if json is not None:
        write_json(made, json)
    say(f"{made['new']} new forecasts of {made['maker']} as of {made['as_of']} are kept")
    return 0


@app.command
def resolve(
    question: str,
    outcome: str,
    *,
    evidence: Annotated[list[str] | None, Parameter(negative=())] = None,
    why: str = "",
    on: str | None = None,
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Keep what a question came to. A further answer corrects an earlier one; both are kept.

    Parameters
    ----------
    question
        As `comity score` lists it: ID, DYAD/ID, or DYAD/ID@DAY.
    outcome
        true, false or void; a number for a forecast reading.
    evidence
        Id of a record that settles it; may be repeated.
    why
        In words. Needed for void, before the horizon, and for a further answer.
    on
        From when it was settled; today by default.
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
    made = workspace.resolve(
        question, outcome, evidence=evidence or (), why=why, on=day(on, "--on"), by=by
    )
    if json is not None:
        write_json(made, json)
    say(f"{made['question']} came to {outcome} on {made['on']}")
    return 0


@app.command
def forecast(
    question: str,
    probability: float,
    *,
    by: str,
    why: str = "",
    json: Json = None,
    store: Path | None = None,
) -> int:
    """Keep your own probability of a question, to be scored beside comity's.

    Parameters
    ----------
    question
        As `comity score` lists it.
    probability
        From 0 to 1.
    by
        Your name.
    why
        Your reasons.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    made = open_workspace(store).forecast(question, probability, by, why)
    if json is not None:
        write_json(made, json)
    say(f"{made['question']}: {'kept' if made['new'] else 'kept before'}")
    return 0


@app.command
def settle(
    a: str,
    b: str,
    *,
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Resolve forecasts of readings whose month is past, by the assessment as it stands.

    Parameters
    ----------
    a
        First state.
    b
        Second state.
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
    with spinner(f"assessing {a} and {b}"):
        made = workspace.settle_readings(a, b, by)
    if json is not None:
        write_json(made, json)
    for each in made:
        say(f"{each['question']} came to {each['value']:g}")
    if not made:
        say("no forecast of a reading is due.")
    return 0
