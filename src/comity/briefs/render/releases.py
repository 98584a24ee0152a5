"""Vintages of a source, and the differences between two releases, as a terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

__all__ = ["render_releases", "render_vintages"]

_NONE = "–"
_KINDS = ("changed", "removed", "added", "same")
_TIME = frozenset({"occurred_from", "occurred_to", "precision", "public_from", "public_from_basis"})


def render_vintages(name: str, rows: Sequence[dict[str, Any]]) -> RenderableType:
    """Return the vintages of a source, oldest first."""
    if not rows:
        return Text(f"Nothing of {name} is stored; `comity collect {name} --from PATH` reads it.")
    cells = []
    for row in rows:
        files = [f"{file['name']} {file['sha256'][:12]}" for file in row["files"]]
        more = [f"and {len(files) - 3} more"] if len(files) > 3 else []
        cells.append(
            (
                row["vintage"],
                row["release"] or "not said",
                row["recorded_on"][:10],
                row["parser_version"],
                ", ".join(f"{count:,} {table}" for table, count in row["rows"].items()),
                "\n".join([*files[:3], *more]),
                "yes" if row["whole"] else "",
            )
        )
    head = ("vintage", "release", "recorded", "parser", "rows read", "files", "whole")
    return _table(f"Vintages of {name}", head, cells)


def render_releases(data: dict[str, Any]) -> RenderableType:
    """Return the differences between two releases: counts first, then the records."""
    parts: list[RenderableType] = [_head(data), _counts(data)]
    for change in data["tables"]:
        if any(change[kind] for kind in _KINDS[:-1]):
            parts += [Text(), *_one_table(change)]
    if not any(change[kind] for change in data["tables"] for kind in _KINDS[:-1]):
        parts.append(Text("No record differs."))
    parts += [Text(f"Mind: {note}", style="yellow") for note in data["notes"]]
    return Group(*parts)


def _head(data: dict[str, Any]) -> Text:
    lines = [f"{data['source']}, {data['dyad']}" if data["dyad"] else str(data["source"])]
    for word, side in (("earlier", data["before"]), ("later", data["after"])):
        files = ", ".join(f"{file['name']} {file['sha256'][:12]}" for file in side["files"][:3])
        more = f" and {len(side['files']) - 3} more" if len(side["files"]) > 3 else ""
        aside = f"; {side['unreadable']:,} rows not readable" if side["unreadable"] else ""
        mended = sum(side["repaired"].values())
        aside += f"; {mended:,} rows mended by declared corrections" if mended else ""
        lines.append(f"{word:8}{side['name']}: {files}{more}{aside}")
    return Text("\n".join(lines))


def _counts(data: dict[str, Any]) -> RenderableType:
    rows = [
        (each["table"], each["before"], each["after"], *(each[kind] for kind in _KINDS))
        for each in data["tables"]
    ]
    return _table("Records", ("table", "earlier", "later", *_KINDS), rows)


def _one_table(change: dict[str, Any]) -> list[RenderableType]:
    name = change["table"]
    parts: list[RenderableType] = []
    rows: list[tuple[object, ...]]
    if change["columns"]:
        rows = [
            (each["column"], each["records"], _number(each["largest"]), each["unit"] or _NONE)
            for each in change["columns"]
        ]
        columns = ("column", "records", "largest change", "unit")
        parts.append(_table(f"{name}: columns that changed", columns, rows))
    if change["totals"]:
        rows = [
            (each["column"], *_shift(each["before"], each["after"]), each["unit"])
            for each in change["totals"]
        ]
        head = ("sum of", "earlier", "later", "difference", "unit")
        parts.append(_table(f"{name}: totals of what is given", head, rows))
    parts.append(_years(change))
    if change["by_state"]:
        rows = [(each["who"], *(each[kind] for kind in _KINDS)) for each in change["by_state"]]
        parts.append(_table(f"{name}: whose records", ("states", *_KINDS), rows))
    shown = change["rows"]
    parts += [_changed(change, shown["changed"])] if shown["changed"] else []
    parts += [_whole(change, kind, shown[kind]) for kind in ("removed", "added") if shown[kind]]
    return parts


def _years(change: dict[str, Any]) -> RenderableType:
    sums = [each["column"] for each in change["totals"]]
    head = ["year", *_KINDS]
    for name in sums:
        head += [f"{name}, earlier", "later"]
    rows = []
    for each in change["by_year"]:
        cells = [str(each["year"]), *(each[kind] for kind in _KINDS)]
        for name in sums:
            both = each["totals"][name]
            cells += [_number(both["before"]), _number(both["after"])]
        rows.append(cells)
    return _table(f"{change['table']}: years in which records differ", head, rows)


def _changed(change: dict[str, Any], rows: Sequence[dict[str, Any]]) -> RenderableType:
    cells = []
    for row in rows:
        what = "\n".join(
            f"{name}: {_value(both['before'])} → {_value(both['after'])}"
            for name, both in row["columns"].items()
        )
        cells.append(
            (row["who"], str(row["year"]), what, f"{row['before_at']} → {row['after_at']}",
             row["record"])
        )  # fmt: skip
    title = f"{change['table']}: {_of(rows, change['changed'])} changed, the largest first"
    return _table(title, ("states", "year", "earlier → later", "where", "record"), cells)


def _whole(change: dict[str, Any], kind: str, rows: Sequence[dict[str, Any]]) -> RenderableType:
    cells = []
    for row in rows:
        values = {name: value for name, value in row["values"].items() if name not in _TIME}
        what = ", ".join(f"{name} {_value(value)}" for name, value in values.items())
        cells.append((row["who"], str(row["year"]), what, row["at"], row["record"]))
    where = "the earlier" if kind == "removed" else "the later"
    title = f"{change['table']}: {_of(rows, change[kind])} {kind}, only in {where} release"
    return _table(title, ("states", "year", "what it says", "where", "record"), cells)


def _of(rows: Sequence[object], total: int) -> str:
    return f"{total:,}" if len(rows) == total else f"{len(rows):,} of {total:,}"


def _shift(before: float | None, after: float | None) -> tuple[str, str, str]:
    if before is None or after is None:
        return _number(before), _number(after), _NONE
    return _number(before), _number(after), f"{after - before:+,.6g}"


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:,.6g}"


def _value(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _table(title: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in head:
        table.add_column(escape(name), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(cell)) for cell in row))
    return table


def _cell(value: object) -> str:
    if value is None:
        return _NONE
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
