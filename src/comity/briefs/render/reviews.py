"""Reviews as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from comity.briefs.render.views import table_of

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["render_log", "render_parts", "render_reviews"]

STATES = {
    "in_review": "in review",
    "returned": "draft, given back",
    "superseded": "draft, a later version was put forward",
    "signed_off": "signed off",
}


def render_reviews(rows: list[dict[str, Any]]) -> RenderableType:
    """Return where reviews stand; of a single one, what is missing too."""
    table = table_of(
        "Reviews",
        ("id", "dyad", "as of", "state", "authors", "reviewers", "open comments", "checklist"),
        (
            (
                row["id"], row["dyad"], row["as_of"], STATES[row["state"]],
                "; ".join(row["authors"]), "; ".join(row["reviewers"]),
                ", ".join(map(str, row["comments_open"])) or "none",
                f"{sum(text is not None for text in row['checklist'].values())} of "
                f"{len(row['checklist'])}",
            )
            for row in rows
        ),
    )  # fmt: skip
    if not rows:
        table.caption = "Nothing was put forward yet: comity review open A B --author NAME"
    if len(rows) != 1:
        return table
    only = rows[0]
    lines = [
        f"{row}: {only['questions'][row]} {text if text is not None else 'No answer yet.'}"
        for row, text in only["checklist"].items()
    ]
    lines += [f"Dissent by {each['by']}: {each['text']}" for each in only["dissent"]]
    return Group(table, *(Text(line) for line in lines))


def render_log(rows: list[dict[str, Any]]) -> RenderableType:
    """Return the acts of a review in order."""
    head = ("number", "when", "who", "account", "act", "on", "text")
    return table_of(
        "Acts, in order; none is ever changed or removed",
        head,
        (
            (
                row["id"] or "", row["when"], row["who"], row["account"], row["what"], row["on"],
                row["text"],
            )
            for row in rows
        ),
    )  # fmt: skip


def render_parts(rows: list[dict[str, Any]]) -> RenderableType:
    """Return what can be commented on."""
    return table_of(
        "Parts and sentences", ("part", "text"), ((row["part"], row["text"]) for row in rows)
    )
