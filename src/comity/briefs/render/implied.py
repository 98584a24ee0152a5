"""Implications and the watch on capabilities as a terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape

from comity.briefs.render._tables import FittingTable

if TYPE_CHECKING:
    from rich.table import Table

    from comity.judgement.assessment import Assessment

__all__ = ["capability_table", "implications_table"]

_OUTCOMES = {"holds": "holds", "fails": "does not hold", "unknown": "not known"}


def _table(title: str, head: tuple[str, ...]) -> Table:
    return FittingTable(title, head)


def implications_table(_: Assessment, data: list[dict[str, Any]]) -> Table:
    """Return each rule once: what it says, its judgements apart, and where it comes from."""
    table = _table("Implications", ("for", "question", "what the record says", "judgement", "from"))
    rows: dict[str, list[dict[str, Any]]] = {}
    for item in data:
        rows.setdefault(item["id"] or item["text"], []).append(item)
    for items in rows.values():
        item = items[0]
        told = [each for each in item["sentences"] if each["kind"] != "judgement"]
        held = [each for each in item["sentences"] if each["kind"] == "judgement"]
        cells = (
            ", ".join(each["audience"] for each in items),
            f"{item['title']} ({_OUTCOMES.get(item['outcome'], 'not known')})",
            " ".join(each["text"] for each in told) or item["text"],
            "\n".join(f"{each['text']}\n{each['confidence']}" for each in held),
            ", ".join(item["traces_to"][:4]) + (" …" if len(item["traces_to"]) > 4 else ""),
        )
        table.add_row(*(escape(cell) for cell in cells))
    if not table.row_count:
        table.caption = "No rule speaks to this; rules stand in catalog/implications."
    return table


def capability_table(_: Assessment, data: list[dict[str, Any]]) -> Table:
    """Return the transfers that are watched."""
    head = ("transfer", "verified", "latest word", "plausible effects", "would confirm it", "lag",
            "not known", "author")  # fmt: skip
    table = _table("Capability watch (judgements of their authors)", head)
    for item in data:
        cells = (
            f"{item['name']}, {item['actor']} to {item['recipient']}",
            item["verified_state"] or "nothing",
            item["state"],
            "\n".join(f"{each['text']} {each['confidence']}" for each in item["effects"]),
            "\n".join(item["confirms"]),
            "\n".join(item["lag"]),
            "\n".join(item["unknowns"]),
            item["author"],
        )
        table.add_row(*(escape(cell) for cell in cells))
    if not table.row_count:
        table.caption = "The case of these two states declares no transfer to watch."
    return table
