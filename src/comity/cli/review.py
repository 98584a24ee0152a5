"""comity review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from comity.cli._out import day, open_workspace, say, spinner, terminal, write_json

__all__ = ["app"]

app = App(
    name="review",
    help="Put an assessment forward, comment on it, answer, dissent, sign it off.",
)

Json = Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)]
Names = Annotated[list[str] | None, Parameter(negative=())]


@app.command(name="open")
def open_(
    a: str,
    b: str,
    *,
    author: Annotated[list[str], Parameter(negative=())],
    as_of: str | None = None,
    affiliation: str = "",
    funder: Names = None,
    independence: str = "",
    number: str | None = None,
    series: str = "",
    why: str = "",
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Put an assessment forward for review.

    Parameters
    ----------
    a
        First state.
    b
        Second state.
    author
        Who wrote it; may be repeated. An author cannot review or sign.
    as_of
        Use only what was public by this day; by default the latest day stored.
    affiliation
        Of the authors, as printed.
    funder
        Who paid for it; may be repeated. A funder can neither review nor sign.
    independence
        What is printed on the independence of the judgements from the funder.
    number
        Of the publication; by default the dyad and the as-of date.
    series
        Of the publication.
    why
        What is new in this version.
    by
        Who puts it forward; the first author by default.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store, catalog)
    with spinner(f"assessing {a} and {b}"):
        row = workspace.review_open(
            a, b, author, as_of=day(as_of, "--as-of"), affiliation=affiliation,
            funders=funder or (), independence=independence, number=number, series=series,
            why=why, by=by,
        )  # fmt: skip
    return _told(f"{row['id']} is in review", row, json)


@app.command
def comment(
    id: str,  # noqa: A002
    place: str,
    text: str,
    *,
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Comment on a part or a sentence.

    Parameters
    ----------
    id
        Of the review: number and version, or the number for its latest version.
    place
        A part (J-roles), a sentence (J-roles#2), or at least three words as they stand;
        `comity review parts ID` lists them.
    text
        The comment.
    by
        Your name; by default COMITY_USER, or the login name.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    made = open_workspace(store, catalog).review_comment(id, place, text, by)
    return _told(f"comment {made['id']} on {made['part']} of {made['review']}", made, json)


@app.command
def answer(
    id: str,  # noqa: A002
    comment: int,
    text: str,
    *,
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Answer a comment, as an author or as the one who made it.

    Parameters
    ----------
    id
        Of the review.
    comment
        Number of the comment.
    text
        The answer.
    by
        Your name; by default COMITY_USER, or the login name.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    row = open_workspace(store, catalog).review_answer(id, comment, text, by)
    return _told(f"comment {comment} is answered", row, json)


@app.command
def dissent(
    id: str,  # noqa: A002
    text: str,
    *,
    by: str,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Dissent; the brief prints it under your name.

    Parameters
    ----------
    id
        Of the review.
    text
        What you hold instead, and why.
    by
        Your name.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    row = open_workspace(store, catalog).review_dissent(id, text, by)
    return _told(f"the dissent of {by} is kept", row, json)


@app.command
def check(
    id: str,  # noqa: A002
    row: str,
    *,
    answer: str,
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Answer a row of the tradecraft checklist that needs a person.

    Parameters
    ----------
    id
        Of the review.
    row
        Name of the row; `comity review status ID` lists them with their questions.
    answer
        Begins with yes, no or n/a, then says why.
    by
        Your name; by default COMITY_USER, or the login name.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    found = open_workspace(store, catalog).review_check(id, row, answer, by)
    return _told(f"{row} is answered", found, json)


@app.command
def sign(
    id: str,  # noqa: A002
    *,
    by: str,
    why: str = "",
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Sign a version off.

    Parameters
    ----------
    id
        Of the review.
    by
        Your name, as it is printed. You may not be an author or a funder.
    why
        A remark.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    row = open_workspace(store, catalog).review_sign(id, by, why)
    return _told(f"{row['id']} is signed off by {row['signed_by']}", row, json)


@app.command(name="return")
def return_(
    id: str,  # noqa: A002
    *,
    why: str,
    by: str | None = None,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Give a version back to its authors: it is a draft again.

    Parameters
    ----------
    id
        Of the review.
    why
        The reason.
    by
        Your name; by default COMITY_USER, or the login name.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    row = open_workspace(store, catalog).review_return(id, why, by)
    return _told(f"{row['id']} is given back", row, json)


@app.command
def status(
    id: str | None = None,  # noqa: A002
    *,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """Show where reviews stand, and what is missing to sign one.

    Parameters
    ----------
    id
        Of one review; all by default.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store, catalog)
    rows = workspace.review_status(id)
    return _shown(rows, workspace.review_table(rows), json)


@app.command
def log(
    id: str,  # noqa: A002
    *,
    json: Json = None,
    store: Path | None = None,
) -> int:
    """Show every act of a review: when, who, what, why.

    Parameters
    ----------
    id
        Of the review.
    json
        Write JSON to this file, or - for standard output.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store)
    rows = workspace.review_log(id)
    return _shown(rows, workspace.review_table(rows, "log"), json)


@app.command
def parts(
    id: str,  # noqa: A002
    *,
    json: Json = None,
    catalog: Path | None = None,
    store: Path | None = None,
) -> int:
    """List the parts and sentences that can be commented on.

    Parameters
    ----------
    id
        Of the review.
    json
        Write JSON to this file, or - for standard output.
    catalog
        A catalog of your own.
    store
        Where the evidence lies.
    """
    workspace = open_workspace(store, catalog)
    rows = workspace.review_parts(id)
    return _shown(rows, workspace.review_table(rows, "parts"), json)


def _told(text: str, data: Any, json: str | None) -> int:
    if json is not None:
        write_json(data, json)
    say(text)
    return 0


def _shown(data: Any, table: Any, json: str | None) -> int:
    if json is not None:
        write_json(data, json)
    if json != "-":
        terminal().print(table)
    return 0
