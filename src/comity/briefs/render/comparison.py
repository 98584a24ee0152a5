"""Dyads side by side on the scale of the reference panel, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from comity.briefs.context_words import alliance_words, disputes_words, rivalry_words
from comity.briefs.wording import NOT_KNOWN, interval, percentile
from comity.judgement.comparison_parts import DyadContext, Register

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["render_comparison"]

_NAMES = ("cohesion", "depth", "tension", "asymmetry")


def render_comparison(data: dict[str, Any]) -> RenderableType:
    """Return dyads side by side: readings, closest first, how to read them, and their context.

    Parameters
    ----------
    data : dict
        As `comity.workspace.comparison.compare_dyads` gives it.
    """
    rows = sorted(data["dyads"], key=_closeness)
    parts: list[RenderableType] = [
        _votes_only(rows) if data["panel"].get("shipped") else _readings(data, rows)
    ]
    parts += [Text(line, style="dim") for line in _notes(data, rows)]
    parts += [Text(), _context(rows, [Register(**each) for each in data["registers"]])]
    return Group(*parts)


def _closeness(row: dict[str, Any]) -> tuple[bool, float]:
    found = row["readings"].get("cohesion")
    value = found["latest"]["value"] if found else None
    return value is None, -(value or 0.0)


def _readings(data: dict[str, Any], rows: list[dict[str, Any]]) -> Table:
    panel, period = data["panel"], data["period"]
    title = f"Percentile among the panel's {panel['ranked']:,} dyads in {period}, 80 % interval"
    table = Table(title=title, title_justify="left")
    table.add_column("dyad", no_wrap=True)
    for name in _NAMES:
        table.add_column(name, justify="right")
    for row in rows:
        cells = (_cell(row, name, data["period"]) for name in _NAMES)
        table.add_row(escape(f"{row['a']}-{row['b']}"), *cells)
    return table


def _votes_only(rows: list[dict[str, Any]]) -> Table:
    """Return what the package can say by itself: no reading, one item."""
    table = Table(
        title="Agreement on contested votes of the UN General Assembly: percentile among all "
        "pairs of states, 80 % interval. No other item may be passed on; for readings, collect "
        "data and run `comity panel build`.",
        title_justify="left",
    )
    table.add_column("dyad", no_wrap=True)
    table.add_column("year", justify="right")
    table.add_column("votes", justify="right")
    for row in rows:
        point = row["items"]["un"]["latest"] if "un" in row["items"] else None
        cells = (
            (point["period"], percentile(point["value"], point["lo80"], point["hi80"]))
            if point
            else (NOT_KNOWN, NOT_KNOWN)
        )
        table.add_row(escape(f"{row['a']}-{row['b']}"), *cells)
    return table


def _cell(row: dict[str, Any], name: str, period: str) -> str:
    """Return a reading; one of an earlier year than asked says so."""
    if name not in row["readings"]:
        return NOT_KNOWN
    point = row["readings"][name]["latest"]
    if point["value"] is None:
        return NOT_KNOWN
    bounds = (point["value"], point["lo80"], point["hi80"])
    words = interval(*bounds, sign=True) if name == "asymmetry" else percentile(*bounds)
    value, _, span = words.partition(", ")
    shown = f"{value} ({span})"
    return shown if point["period"] == period else f"in {point['period']}: {shown}"


def _notes(data: dict[str, Any], rows: list[dict[str, Any]]) -> list[str]:
    """Return how to read the table, what is missing in it, and what the panel rests on."""
    if data["panel"].get("shipped"):
        return [f"Source: {data['panel']['publisher']}, {data['panel']['url']}."]
    lines = [f"{row['a']}-{row['b']}: {row['why_empty']}." for row in rows if row["why_empty"]]
    late = [row for row in rows for each in row["readings"].values()
            if each["latest"]["period"] != data["period"]]  # fmt: skip
    if late:
        lines.append(
            f'"in YEAR:" is an earlier year: nothing is known for {data["period"]}; do not compare '
            "it with the others."
        )
    lines += [
        "Two dyads whose intervals overlap cannot be told apart. Asymmetry: above 0 the first "
        "named needs the other more, below 0 the reverse.",
        "Comparable items only: not the scale of an assessment, which is the dyad's own history.",
    ]
    if data["panel"].get("caution"):
        lines.append(f"Caution: {data['panel']['caution']}")
    coverage = data["panel"].get("coverage", {})
    if coverage:
        listed = "; ".join(f"{name} {covered}" for name, covered in coverage.items())
        lines.append(f"The panel rests on: {listed}.")
    return lines


def _context(rows: list[dict[str, Any]], registers: list[Register]) -> Table:
    since = max((each["since"] for row in rows for each in row["context"]["disputes"]),
                default=None)  # fmt: skip
    table = Table(title="Context from registers, in no reading", title_justify="left")
    table.add_column("dyad", no_wrap=True)
    table.add_column("strategic rivalry")
    table.add_column(f"disputes since {since}" if since else "disputes")
    table.add_column("alliance obligations")
    for row in rows:
        context = DyadContext(**row["context"])
        table.add_row(
            escape(f"{row['a']}-{row['b']}"),
            escape(rivalry_words(context, registers)),
            escape(disputes_words(context, registers)),
            escape(alliance_words(context, registers)),
        )
    return table
