"""comity score."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from comity.cli._flags import A, B, By, Catalog, Json, Store
from comity.cli._out import day, open_workspace, say, shown, spinner, told, write_json

__all__ = ["app"]

app = App(name="score", help="Score forecasts whose questions have resolved; resolve questions.")


@app.default
def score(
    a: str | None = None,
    b: str | None = None,
    *,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Show Brier and log scores by maker, calibration, what is open and what is overdue.

    Parameters
    ----------
    a
        First state; every dyad without it.
    b
        Second state.
    """
    workspace = open_workspace(store, catalog)
    found = workspace.score(a, b)
    return shown(found, json, workspace.score_table(found))


@app.command
def record(
    a: A,
    b: B,
    *,
    by: By = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Keep the outlook's questions with their probabilities, to be scored when they resolve."""
    workspace = open_workspace(store, catalog)
    with spinner(f"assessing {a} and {b}"):
        made = workspace.record_outlook(a, b, by)
    return told(
        f"{made['new']} new forecasts of {made['maker']} as of {made['as_of']} are kept", made, json
    )


@app.command
def resolve(
    question: str,
    outcome: str,
    *,
    evidence: Annotated[list[str] | None, Parameter(negative=())] = None,
    why: str = "",
    on: str | None = None,
    by: By = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
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
        From when it was settled; by default when all its evidence was public, else today.
    """
    workspace = open_workspace(store, catalog)
    made = workspace.resolve(
        question, outcome, evidence=evidence or (), why=why, on=day(on, "--on"), by=by
    )
    return told(f"{made['question']} came to {outcome} on {made['on']}", made, json)


@app.command
def forecast(
    question: str,
    probability: float,
    *,
    by: str,
    why: str = "",
    json: Json = None,
    store: Store = None,
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
    """
    made = open_workspace(store).forecast(question, probability, by, why)
    return told(f"{made['question']}: {'kept' if made['new'] else 'kept before'}", made, json)


@app.command
def settle(
    a: A,
    b: B,
    *,
    by: By = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Resolve forecasts of readings whose month is past, by the assessment as it stands."""
    workspace = open_workspace(store, catalog)
    with spinner(f"assessing {a} and {b}"):
        made = workspace.settle_readings(a, b, by)
    if json is not None:
        write_json(made, json)
    for each in made:
        if each["value"] is None:
            say(f"{each['question']} is due and cannot be settled: {each['why']}")
        else:
            say(f"{each['question']} came to {each['value']:g}")
    if not made:
        say("no forecast of a reading is due.")
    return 0
