"""Word-sized graphics as characters, for Markdown and terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Dot, Level, Spark, Track
from comity.briefs.wording import signed

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bars", "graphic"]

_BARS = "▁▂▃▄▅▆▇█"


def bars(values: Sequence[float | None], width: int = 12) -> str:
    """Return values as a row of bars of `width` characters; a gap is a space.

    Examples
    --------
    >>> bars([0, 1, 2, 3, None, 7])
    '▁▂▃▄ █'
    """
    if len(values) > width:
        step = (len(values) - 1) / (width - 1)
        values = [values[round(i * step)] for i in range(width)]
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    return "".join(
        " " if value is None else _BARS[round((value - low) / span * (len(_BARS) - 1))]
        for value in values
    )


def graphic(part: Spark | Dot | Level | Track) -> str:
    """Return a graphic as characters.

    Examples
    --------
    >>> graphic(Track(("claimed", "contracted", "delivered"), 1, 2))
    '●○·'
    >>> graphic(Level(-2, -2, 2, "open dispute")), graphic(Level(None, 0, 5, "not scored"))
    ('−2', '·')
    """
    if isinstance(part, Spark):
        return bars(part.values)
    if isinstance(part, Dot):
        return _dot(part)
    if isinstance(part, Level):
        return (
            "·" if part.value is None else signed(part.value) if part.low < 0 else str(part.value)
        )
    reach = max(part.verified, part.asserted)
    marks = "".join(
        "●" if i < part.verified else "○" if i < reach else "·" for i in range(len(part.stages))
    )
    return f"{marks} {part.ending}".rstrip()


def _dot(dot: Dot) -> str:
    """Return a strip of nine places with the middle marked."""
    place = round((max(-1.0, min(1.0, dot.value / dot.limit)) + 1) * 4)
    return "".join("●" if i == place else "┼" if i == 4 else "─" for i in range(9))
