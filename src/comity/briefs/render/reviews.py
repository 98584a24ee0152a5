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
        ("review", "state", "authors", "reviewers", "open"),
        (
            (
                row["id"],
                STATES[row["state"]],
                "; ".join(row["authors"]),
                "; ".join(row["reviewers"]),
                _open(row),
            )
            for row in rows
        ),
    )
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
    """Return the acts of a review in order, one under the other."""
    lines = []
    for row in rows:
        number = f"{row['id']}  " if row["id"] is not None else ""
        account = "" if row["account"] == row["who"] else f" (account {row['account']})"
        line = Text(f"{number}{row['when'][:16].replace('T', ' ')}  ", style="dim")
        line.append(f"{row['who']}{account}: {row['what']} {row['on']}".rstrip(), style="not dim")
        lines.append(line)
        if row["quote"]:
            lines.append(Text(f"    on: {row['quote']}", style="dim"))
        if row["text"]:
            lines.append(Text(f"    {row['text']}"))
    return Group(*lines)


def render_parts(rows: list[dict[str, Any]]) -> RenderableType:
    """Return what can be commented on."""
    return table_of(
        "Parts and sentences", ("part", "text"), ((row["part"], row["text"]) for row in rows)
    )


def _open(row: dict[str, Any]) -> str:
    """Return what is missing before a version can be signed."""
    if row["state"] != "in_review":
        return ""
    missing = [f"comment {number}" for number in row["comments_open"]]
    missing += [f"row {name}" for name, text in row["checklist"].items() if text is None]
    missing += [f"row {name}, answered no" for name in row["answered_no"]]
    return ", ".join(missing) or "a signature"
