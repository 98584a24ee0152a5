"""How well the reference panel does outside itself, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from comity.briefs.wording import NOT_KNOWN

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["render_validity"]

_KINDS = ("cohesion", "tension", "within", "close", "hostile")
_ROWS = {
    "cohesion": "cohesion",
    "cohesion_near": " neighbours",
    "cohesion_volume": " equal volume",
    "tension": "tension",
    "tension_near": " neighbours",
    "tension_volume": " equal volume",
}


def render_validity(data: dict[str, Any]) -> RenderableType:
    """Return areas under the curve, with and without each kind of source, and the orderings.

    Parameters
    ----------
    data : dict
        As `comity.workspace.panel_check.check_panel` gives it.
    """
    first, last = data["years"]
    table = Table(
        title=f"Area under the curve, {first} to {last}: cohesion of {data['pacts']} defence pacts "
        f"over {data['rivals']} rival dyads; tension before {data['onsets']} disputes that begin "
        "in the next year",
        title_justify="left",
    )
    table.add_column("")
    table.add_column("as\ndeclared", justify="right")
    for name in data["without"]:
        table.add_column(f"without\n{name}", justify="right", overflow="fold")
    for name, words in _ROWS.items():
        made = (data["scores"], *data["without"].values())
        table.add_row(words, *(_cell(scores[name]) for scores in made))
    parts: list[RenderableType] = [table]
    spans = ", ".join(
        f"{name} {low:.3f} to {high:.3f}" for name, (low, high) in data["bootstrap90"].items()
    )
    parts.append(Text(f"90 % by bootstrap over dyads: {spans}.", style="dim"))
    parts.append(
        Text(
            "0.5 is a coin. Equal volume: weighted to one distribution of events, since rivals "
            "are loud. Neither pacts, rivalries nor disputes enter the panel.",
            style="dim",
        )
    )
    if data["orderings"] is not None:
        parts += [Text(line) for line in _orderings(data["orderings"])]
    return Group(*parts)


def _cell(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:.3f}"


def _orderings(found: dict[str, Any]) -> list[str]:
    kinds = [name for name in _KINDS if found[name] is not None]
    shares = ", ".join(f"{name} {found[name]:.0%}" for name in kinds)
    lines = [
        f"Judgements written beforehand that hold: {shares}; {found['unusable']} name a dyad that "
        "the panel does not hold."
    ]
    for miss in found["misses"]:
        named = " over ".join(str(miss[key]) for key in ("more", "less", "dyad") if key in miss)
        lines.append(f"  missed: {named} ({miss.get('reading', 'cohesion')}): {miss['found']}")
    return lines
