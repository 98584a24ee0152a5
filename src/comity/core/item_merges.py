"""Which ids of promised items are one thing: merges declared as rows, undone by a later row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Merges", "merge_fault", "resolve_merges"]


@dataclass(frozen=True)
class Merges:
    """The merges in force.

    Parameters
    ----------
    into : mapping of str to str
        From each merged id to the id that it finally goes under.
    rows : mapping of str to mapping
        The row that declares each merge, by the merged id.
    """

    into: Mapping[str, str]
    rows: Mapping[str, Mapping[str, Any]]

    def item(self, item_id: str) -> str:
        """Return the id under which an item goes."""
        return self.into.get(item_id, item_id)


def resolve_merges(rows: Sequence[Mapping[str, Any]]) -> Merges:
    """Return the merges in force after all rows, in order of date.

    Parameters
    ----------
    rows : sequence of mapping
        With ``from_item``, ``into_item``, ``act`` (merge or undo) and ``occurred_from``.

    Examples
    --------
    >>> import datetime as dt
    >>> day = dt.date(2026, 1, 1)
    >>> one = {"from_item": "a", "into_item": "b", "act": "merge", "occurred_from": day}
    >>> resolve_merges([one]).item("a")
    'b'
    >>> resolve_merges([one, one | {"act": "undo"}]).item("a")
    'a'
    """
    direct: dict[str, str] = {}
    declared: dict[str, Mapping[str, Any]] = {}
    for row in sorted(rows, key=_order):
        name = str(row["from_item"])
        if row["act"] == "undo":
            direct.pop(name, None)
            declared.pop(name, None)
        else:
            direct[name] = str(row["into_item"])
            declared[name] = row
    return Merges({name: _end(direct, name) for name in direct}, declared)


def merge_fault(
    row: Mapping[str, Any],
    before: Sequence[Mapping[str, Any]],
    directions: Mapping[str, Collection[tuple[str, str]]],
) -> str:
    """Return why a row cannot stand beside the rows before it; empty if it can.

    Parameters
    ----------
    row : mapping
        To be admitted.
    before : sequence of mapping
        Merges that are stored, or stand above it in its file.
    directions : mapping of str to collection of (str, str)
        Supplier and receiver of every known item.
    """
    one, two = str(row["from_item"]), str(row["into_item"])
    lost = [name for name in (one, two) if name not in directions]
    if lost:
        return f"no claim is stored of the item {lost[0]!r}; admit its claims first"
    if one == two:
        return f"{one!r} is merged into itself"
    given = resolve_merges([each for each in before if _order(each) <= _order(row)]).rows.get(one)
    held = None if given is None else str(given["into_item"])
    if row["act"] == "undo":
        return "" if held == two else f"{one!r} is not merged into {two!r}: nothing to undo"
    return _merge_fault(one, two, held, directions) or _loop_fault([*before, row], one)


def _merge_fault(
    one: str,
    two: str,
    held: str | None,
    directions: Mapping[str, Collection[tuple[str, str]]],
) -> str:
    if held is not None and held != two:
        return f"{one!r} is already merged into {held!r}; undo that first"
    mine, theirs = set(directions[one]), set(directions[two])
    if mine == theirs:
        return ""
    return (
        f"{one!r} goes {_routes(mine)}, {two!r} {_routes(theirs)}: items of different"
        " directions are not one thing"
    )


def _loop_fault(rows: Sequence[Mapping[str, Any]], start: str) -> str:
    direct = {str(each["from_item"]): str(each["into_item"]) for each in _in_force(rows)}
    loop = _cycle(direct, start)
    return f"the merges go round in a circle: {' into '.join(loop)}" if loop else ""


def _in_force(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    held: dict[str, Mapping[str, Any]] = {}
    for row in sorted(rows, key=_order):
        if row["act"] == "undo":
            held.pop(str(row["from_item"]), None)
        else:
            held[str(row["from_item"])] = row
    return list(held.values())


def _cycle(direct: Mapping[str, str], start: str) -> list[str]:
    way = [start]
    while way[-1] in direct:
        way.append(direct[way[-1]])
        if way[-1] in way[:-1]:
            return way[way.index(way[-1]) :]
    return []


def _end(direct: Mapping[str, str], name: str) -> str:
    way = [name]
    while way[-1] in direct and direct[way[-1]] not in way:
        way.append(direct[way[-1]])
    return way[-1]


def _order(row: Mapping[str, Any]) -> tuple[Any, str]:
    return row["occurred_from"], str(row.get("merge_id") or "")


def _routes(directions: Collection[tuple[str, str]]) -> str:
    return " and ".join(f"{one} to {two}" for one, two in sorted(directions))
