"""The assessment with a user's choice beside the one as declared, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from comity.briefs.wording import (
    NOT_KNOWN,
    choice_words,
    date_words,
    interval,
    join_words,
    percent,
    signed,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from comity.judgement.assessment import Beside, LatestReading, Manifest

__all__ = ["render_beside"]


def render_beside(found: Beside, manifest: Manifest) -> list[RenderableType]:
    """Return the choice in a sentence, the readings both ways, and what else differs."""
    made: list[RenderableType] = [
        Text(f"not as declared: {join_words(choice_words(manifest))}", style="yellow")
    ]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("reading", "as declared", "with this choice", "points", "chance of a rise"):
        table.add_column(name, justify="right" if name == "points" else "left")
    for row in found.readings:
        table.add_row(
            row.reading,
            _value(row.unchanged, row.reading),
            _value(row.changed, row.reading),
            "–" if row.difference is None else signed(row.difference),
            f"{percent(row.p_rise_unchanged)}, now {percent(row.p_rise_changed)}",
        )
    made.append(table)
    rung = [NOT_KNOWN if each is None else str(each) for each in
            (found.rung.unchanged, found.rung.changed)]  # fmt: skip
    same = "the same" if rung[0] == rung[1] else f"now {rung[1]}"
    lines = [f"ladder: rung {rung[0]}, {same}"]
    lines += [
        f"{each.what}: {_date(each.unchanged)}, now {_date(each.changed)}" for each in found.dates
    ]
    if not found.dates:
        lines.append("no phase begins and no role turns at another date")
    return [*made, *(Text(line) for line in lines)]


def _value(latest: LatestReading | None, reading: str) -> str:
    if latest is None or latest.value is None:
        return NOT_KNOWN
    return interval(latest.value, latest.lo80, latest.hi80, sign=reading == "asymmetry")


def _date(text: str | None) -> str:
    return "not found" if text is None else date_words(text)
