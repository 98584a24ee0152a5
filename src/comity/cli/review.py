"""comity review."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from comity.cli._flags import A, AsOf, B, By, Catalog, Json, Review, Store
from comity.cli._out import day, open_workspace, shown, spinner, told

__all__ = ["app"]

app = App(
    name="review",
    help="Put an assessment forward, comment on it, answer, dissent, sign it off.",
)

Names = Annotated[list[str] | None, Parameter(negative=())]


@app.command(name="open")
def open_(
    a: A,
    b: B,
    *,
    author: Annotated[list[str], Parameter(negative=())],
    as_of: AsOf = None,
    affiliation: str = "",
    funder: Names = None,
    independence: str = "",
    number: str | None = None,
    series: str = "",
    why: str = "",
    by: str | None = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Put an assessment forward for review.

    Parameters
    ----------
    author
        Who wrote it; may be repeated. An author cannot review or sign.
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
    """
    workspace = open_workspace(store, catalog)
    with spinner(f"assessing {a} and {b}"):
        row = workspace.review_open(
            a, b, author, as_of=day(as_of, "--as-of"), affiliation=affiliation,
            funders=funder or (), independence=independence, number=number, series=series,
            why=why, by=by,
        )  # fmt: skip
    return told(f"{row['id']} is in review", row, json)


@app.command
def comment(
    id: Review,  # noqa: A002
    place: str,
    text: str,
    *,
    by: By = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Comment on a part or a sentence.

    Parameters
    ----------
    place
        A part (J-roles), a sentence (J-roles#2), or at least three words as they stand;
        `comity review parts ID` lists them.
    text
        The comment.
    """
    made = open_workspace(store, catalog).review_comment(id, place, text, by)
    return told(f"comment {made['id']} on {made['part']} of {made['review']}", made, json)


@app.command
def answer(
    id: Review,  # noqa: A002
    comment: int,
    text: str,
    *,
    by: By = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Answer a comment, as an author or as the one who made it.

    Parameters
    ----------
    comment
        Number of the comment.
    text
        The answer.
    """
    row = open_workspace(store, catalog).review_answer(id, comment, text, by)
    return told(f"comment {comment} is answered", row, json)


@app.command
def dissent(
    id: Review,  # noqa: A002
    text: str,
    *,
    by: str,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Dissent; the brief prints it under your name.

    Parameters
    ----------
    text
        What you hold instead, and why.
    by
        Your name.
    """
    row = open_workspace(store, catalog).review_dissent(id, text, by)
    return told(f"the dissent of {by} is kept", row, json)


@app.command
def check(
    id: Review,  # noqa: A002
    row: str,
    *,
    answer: str,
    by: By = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Answer a row of the tradecraft checklist that needs a person.

    Parameters
    ----------
    row
        Name of the row; `comity review status ID` lists them with their questions.
    answer
        Begins with yes, no or n/a, then says why.
    """
    found = open_workspace(store, catalog).review_check(id, row, answer, by)
    return told(f"{row} is answered", found, json)


@app.command
def sign(
    id: Review,  # noqa: A002
    *,
    by: str,
    why: str = "",
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Sign a version off.

    Parameters
    ----------
    by
        Your name, as it is printed. You may not be an author or a funder.
    why
        A remark.
    """
    row = open_workspace(store, catalog).review_sign(id, by, why)
    return told(f"{row['id']} is signed off by {row['signed_by']}", row, json)


@app.command(name="return")
def return_(
    id: Review,  # noqa: A002
    *,
    why: str,
    by: By = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Give a version back to its authors: it is a draft again.

    Parameters
    ----------
    why
        The reason.
    """
    row = open_workspace(store, catalog).review_return(id, why, by)
    return told(f"{row['id']} is given back", row, json)


@app.command
def status(
    id: str | None = None,  # noqa: A002
    *,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Show where reviews stand, and what is missing to sign one.

    Parameters
    ----------
    id
        Of one review; all by default.
    """
    workspace = open_workspace(store, catalog)
    rows = workspace.review_status(id)
    return shown(rows, json, workspace.review_table(rows))


@app.command
def log(
    id: Review,  # noqa: A002
    *,
    json: Json = None,
    store: Store = None,
) -> int:
    """Show every act of a review: when, who, what, why."""
    workspace = open_workspace(store)
    rows = workspace.review_log(id)
    return shown(rows, json, workspace.review_table(rows, "log"))


@app.command
def parts(
    id: Review,  # noqa: A002
    *,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """List the parts and sentences that can be commented on."""
    workspace = open_workspace(store, catalog)
    rows = workspace.review_parts(id)
    return shown(rows, json, workspace.review_table(rows, "parts"))
