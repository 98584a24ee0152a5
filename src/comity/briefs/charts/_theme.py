"""Colours, type and sizes of all charts. One colour per state and one per reading, everywhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from comity.core.period import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "INK",
    "NARROW",
    "PAPER",
    "QUIET",
    "READING_COLOURS",
    "READING_NAMES",
    "STATE_COLOURS",
    "WIDE",
    "Canvas",
    "Channel",
    "Layout",
    "fit_lines",
    "panel",
    "quantity",
    "side_axis",
    "stack_marks",
    "tips",
    "year_axis",
    "year_number",
]

Channel: TypeAlias = dict[str, Any]

# Okabe-Ito hues, darkened where text or thin lines need the contrast.
STATE_COLOURS = {"a": "#0072B2", "b": "#C04A00", "third": "#595959"}
READING_COLOURS = {
    "depth": "#00795C",
    "cohesion": "#45419B",
    "tension": "#B0407C",
    "asymmetry": "#8A6100",
}
READING_NAMES = {
    "depth": "how much they do together",
    "cohesion": "agreeing, delivering, standing by each other",
    "tension": "open dispute, divergence, withholding",
    "asymmetry": "who needs whom",
}
INK = "#1B1B1A"
QUIET = "#5F5E5A"
PAPER = "#FFFFFF"
_RULE = "#D9D6CF"
_SANS = (
    "'Source Sans 3','Source Sans Pro','Segoe UI',Frutiger,'Noto Sans','Helvetica Neue',"
    "'DejaVu Sans',Arial,sans-serif"
)


@dataclass(frozen=True)
class Layout:
    """The room that a chart has.

    Parameters
    ----------
    name : str
        ``wide`` or ``narrow``.
    width : int
        Of the plotting area. [pixels]
    font : int
        Size of text. [pixels]
    """

    name: str
    width: int
    font: int

    @property
    def is_narrow(self) -> bool:
        """Whether the page is as narrow as a phone."""
        return self.name == "narrow"


WIDE = Layout("wide", 760, 12)
NARROW = Layout("narrow", 272, 11)


def year_number(text: str, *, end: bool = False) -> float:
    """Return a date as a fraction of a year; its first day, or its last where `end`.

    Examples
    --------
    >>> round(year_number("2022-07"), 2)
    2022.5
    """
    period = Period.parse(text)
    day = period.end if end else period.start
    first = dt.date(day.year, 1, 1)
    length = (dt.date(day.year + 1, 1, 1) - first).days
    return round(day.year + (day - first).days / length, 3)


def fit_lines(text: str, width: float, *, font: float, lines: int) -> str | None:
    r"""Return `text` broken into at most `lines` lines that fit `width`, or None.

    Examples
    --------
    >>> fit_lines("Partners in need", 60, font=11, lines=2)
    'Partners\nin need'
    >>> fit_lines("Partners in need", 20, font=11, lines=2) is None
    True
    """
    room = int(width / (font * 0.56))
    made = [""]
    for word in text.split():
        if len(word) > room:
            return None
        joined = f"{made[-1]} {word}".strip()
        if len(joined) <= room:
            made[-1] = joined
        else:
            made.append(word)
    return "\n".join(made) if len(made) <= lines else None


def stack_marks(places: Sequence[float], gap: float) -> list[int]:
    """Return a row for each mark, in order of place, so that marks in a row do not touch.

    Examples
    --------
    >>> stack_marks([0, 5, 6, 30], 10)
    [0, 1, 2, 0]
    """
    last: list[float] = []
    rows = []
    for place in places:
        row = next((i for i, end in enumerate(last) if place - end >= gap), len(last))
        if row == len(last):
            last.append(place)
        else:
            last[row] = place
        rows.append(row)
    return rows


class Canvas:
    """Collects the rows of one chart by name, and the layers that draw them."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def layer(
        self,
        rows: list[dict[str, Any]],
        mark: str,
        look: Mapping[str, Any],
        keep: str = "",
        **encoding: Any,
    ) -> dict[str, Any]:
        """Return one layer.

        Parameters
        ----------
        rows : list of dict
            What is drawn.
        mark : str
            Kind of mark, e.g. ``"line"``.
        look : mapping
            Properties of the mark.
        keep : str
            Field that must have a value for a row to be drawn; empty keeps all rows.
        encoding
            Channel definitions.
        """
        made: dict[str, Any] = {
            "data": {"name": self._name(rows)},
            "mark": {"type": mark, **look},
            "encoding": encoding,
        }
        if keep:
            made["transform"] = [{"filter": f"isValid(datum.{keep})"}]
        return made

    def _name(self, rows: list[dict[str, Any]]) -> str:
        found = next((name for name, kept in self._rows.items() if kept is rows), None)
        if found is None:
            found = f"rows{len(self._rows)}"
            self._rows[found] = rows
        return found

    def stack(self, panels: list[dict[str, Any]], spacing: int, layout: Layout) -> dict[str, Any]:
        """Return panels one above the other in the house style, with their rows."""
        axis = {
            "labelFontSize": layout.font - 1,
            "labelColor": QUIET,
            "gridColor": _RULE,
            "gridWidth": 0.7,
            "domain": False,
            "tickColor": _RULE,
            "labelPadding": 4,
        }
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "background": "transparent",
            "padding": {"left": 2, "right": 2, "top": 4, "bottom": 2},
            "config": {"font": _SANS, "aria": False, "view": {"strokeWidth": 0}, "axis": axis},
            "vconcat": panels,
            "spacing": spacing,
            "bounds": "flush",
            "datasets": dict(self._rows),
        }


def panel(layers: list[dict[str, Any]], layout: Layout, height: float) -> dict[str, Any]:
    """Return layers drawn on one another."""
    return {"layer": layers, "width": layout.width, "height": height}


def quantity(field: str, scale: Mapping[str, Any], axis: Mapping[str, Any] | None) -> Channel:
    """Return a channel for a quantity, with its scale and axis."""
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def tips(**titles: str) -> list[Channel]:
    """Return what shows under the pointer: a title for each field."""
    return [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()]


def side_axis(values: list[float], **more: Any) -> dict[str, Any]:
    """Return an axis at the left."""
    return {"values": values, "title": None, "ticks": False, **more}


def year_axis(first: float, last: float, layout: Layout) -> dict[str, Any]:
    """Return an axis of years, as many as there is room for."""
    span = last - first
    step = 10 if layout.is_narrow and span > 15 else 5 if span > 12 else 2 if span > 5 else 1
    return {
        "values": [year for year in range(int(first), int(last) + 2) if year % step == 0],
        "format": "d",
        "title": None,
        "grid": False,
        "tickSize": 4,
        "tickColor": QUIET,
        "domain": True,
        "domainColor": QUIET,
    }
