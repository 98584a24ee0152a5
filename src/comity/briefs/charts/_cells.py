"""The cells of small multiples: each kind of mark is collected, and drawn as one layer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.briefs.charts._theme import INK, QUIET, READING_COLOURS, fit_lines, tips
from comity.briefs.wording import capital, interval, percentile, whole

if TYPE_CHECKING:
    from comity.briefs.charts._sheet import Sheet
    from comity.judgement.assessment import ComparedDyad, Comparison, PanelPoint

__all__ = ["HEIGHT", "NAMES", "Cells", "dyad_words", "reading_words"]

HEIGHT = 42
"""Of the plot of one cell. [pixels]"""
NAMES = 112
"""Left of the cells, for the names of the dyads. [pixels]"""


def dyad_words(dyad: ComparedDyad) -> str:
    """Return the names of a dyad, in the order in which it was named."""
    return f"{dyad.a_name} – {dyad.b_name}"


def reading_words(point: PanelPoint, name: str) -> str:
    """Return a value with its 80 % interval on the scale of the panel."""
    if name == "asymmetry":
        return interval(point.value, point.lo80, point.hi80, sign=True)
    return percentile(point.value, point.lo80, point.hi80)


@dataclass(frozen=True)
class _Cell:
    """Where one reading of one dyad is drawn, in pixels."""

    left: float
    top: float
    width: float
    first: int
    last: int
    low: int

    def x(self, year: float) -> float:
        share = (year - self.first) / max(self.last - self.first, 1)
        return round(self.left + share * self.width, 1)

    def y(self, value: float) -> float:
        return round(self.top + (100 - value) / (100 - self.low) * HEIGHT, 1)


class Cells:
    """Collects the rows of all cells, so that each kind of mark is one layer."""

    def __init__(self, sheet: Sheet, comparison: Comparison) -> None:
        self._sheet = sheet
        self._dyads = comparison.dyads
        self._span = (int(comparison.first[:4]), int(comparison.last[:4]))
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _LAYERS}

    def head(self, left: float, y: float, name: str) -> None:
        """Name a column."""
        self._put("heads", x=left, y=y, text=capital(name), colour=READING_COLOURS[name])

    def name_beside(self, place: int, y: float) -> None:
        """Name a row at its left, on up to three lines around `y`."""
        dyad, font = self._dyads[place], self._sheet.layout.font
        text = fit_lines(dyad_words(dyad), NAMES - 8, font=font, lines=3)
        lines = (text or f"{dyad.a} – {dyad.b}").split("\n")
        start = y - (len(lines) - 1) * (font + 2) / 2
        for at, line in enumerate(lines):
            kind = "names" if place else "own names"
            self._put(kind, x=0, y=start + at * (font + 2), text=line)

    def name_above(self, place: int, y: float) -> None:
        """Name a row above it."""
        dyad, layout = self._dyads[place], self._sheet.layout
        text = fit_lines(dyad_words(dyad), layout.width, font=layout.font, lines=1)
        kind = "names" if place else "own names"
        self._put(kind, x=0, y=y, text=text or f"{dyad.a} – {dyad.b}")

    def cell(
        self, place: int, name: str, left: float, top: float, width: float, *, years: bool
    ) -> None:
        """Draw one reading of one dyad."""
        dyad, first = self._dyads[place], self._dyads[0]
        cell = _Cell(left, top, width, *self._span, -100 if name == "asymmetry" else 0)
        self._frame(cell, years=years)
        if place:
            self._line("own line", cell, first, name, f"{place}.{name}.own", QUIET)
        rows = _years(dyad, name)
        if not rows:
            words = "not in the panel" if not dyad.readings else "no data"
            self._put("empty", x=left + 4, y=cell.y((cell.low + 100) / 2), text=words)
            return
        colour = READING_COLOURS[name]
        self._line("lines", cell, dyad, name, f"{place}.{name}", colour)
        for row in rows:
            at = {"x": cell.x(row["year"]), "colour": colour}
            ends = {"y": cell.y(row["hi"]), "y2": cell.y(row["lo"])}
            if row["alone"]:
                self._put("bars", **at, x2=at["x"], **ends)
                self._put("single", **at, y=cell.y(row["v"]))
            else:
                self._put("bands", **at, **ends, run=f"{place}.{name}.{row['run']}")
            if row["own"] is not None:
                self._put("points", **at, y=cell.y(row["own"]))
            who = dyad_words(dyad)
            self._put("tips", x=at["x"], y=cell.y(row["v"]), who=who, year=str(row["year"]),
                      what=f"{name} {row['what']}")  # fmt: skip
        last = rows[-1]
        if last["year"] == self._span[1]:
            y = cell.y(last["v"])
            self._put("ends", x=cell.x(last["year"]), y=y, text=last["end"], colour=colour)

    def _line(
        self, kind: str, cell: _Cell, dyad: ComparedDyad, name: str, run: str, colour: str
    ) -> None:
        for row in _years(dyad, name):
            at = {"x": cell.x(row["year"]), "y": cell.y(row["v"]), "colour": colour}
            self._put(kind, **at, run=f"{run}.{row['run']}")

    def _frame(self, cell: _Cell, *, years: bool) -> None:
        """Lines at the ends and the middle of the scale, their values, and years below."""
        right = cell.left + cell.width
        for value in (cell.low, (cell.low + 100) // 2, 100):
            y = cell.y(value)
            self._put("rules", x=cell.left, x2=right, y=y, y2=y)
            self._put("scale", x=cell.left - 4, y=y, text=whole(value, sign=cell.low < 0))
        if not years:
            return
        # as many years as do not touch, five or ten apart
        room = cell.width / max(cell.last - cell.first, 1)
        step = next(step for step in (2, 5, 10, 20, 50) if step * room >= 34 or step == 50)
        for year in range(cell.first, cell.last + 1):
            if year % step == 0:
                bottom = cell.y(cell.low)
                self._put("ticks", x=cell.x(year), x2=cell.x(year), y=bottom, y2=bottom + 4)
                self._put("years", x=cell.x(year), y=bottom + 12, text=str(year))

    def _put(self, kind: str, **row: Any) -> None:
        self._rows[kind].append(row)

    def done(self) -> dict[str, Any]:
        """Return the chart with all that was drawn."""
        font = self._sheet.layout.font
        sizes = {"small": font - 3, "plain": font - 1, "name": font, "head": font + 1}
        for kind, (mark, size, look) in _LAYERS.items():
            made = {**look, "fontSize": sizes[size]} if size else look
            extra = {}
            if kind == "tips":
                extra = {"tooltip": tips(who="Dyad", year="Year", what="Reading, 80 % interval")}
            self._sheet.add(self._rows[kind], mark, made, **extra)
        return self._sheet.spec()


_LAYERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "rules": ("rule", "", {"color": "#D9D6CF", "strokeWidth": 0.7, "tooltip": None}),
    "bands": ("area", "", {"opacity": 0.22, "tooltip": None}),
    "bars": ("rule", "", {"strokeWidth": 3, "opacity": 0.3, "tooltip": None}),
    "own line": ("line", "", {"strokeWidth": 1, "strokeDash": [3, 2], "tooltip": None}),
    "points": (
        "point", "",
        {"size": 7, "filled": False, "strokeWidth": 0.8, "opacity": 0.6, "tooltip": None},
    ),
    "lines": ("line", "", {"strokeWidth": 1.7, "tooltip": None}),
    "single": ("circle", "", {"size": 18, "opacity": 1, "tooltip": None}),
    "scale": ("text", "small", {"align": "right", "baseline": "middle", "color": QUIET}),
    "ticks": ("rule", "", {"color": QUIET, "strokeWidth": 1, "tooltip": None}),
    "years": ("text", "plain", {"align": "center", "baseline": "middle", "color": QUIET}),
    "empty": ("text", "plain", {"align": "left", "baseline": "middle", "color": QUIET}),
    "ends": ("text", "plain", {"align": "left", "baseline": "middle", "dx": 4, "fontWeight": 700}),
    "heads": ("text", "head", {"align": "left", "baseline": "middle", "fontWeight": 700}),
    "names": ("text", "name", {"align": "left", "baseline": "middle", "color": INK}),
    "own names": (
        "text", "name", {"align": "left", "baseline": "middle", "color": INK, "fontWeight": 700},
    ),
    "tips": ("circle", "", {"size": 30, "opacity": 0}),
}  # fmt: skip
"""Kinds of mark from the back to the front, with the kind of their text."""


def _years(dyad: ComparedDyad, name: str) -> list[dict[str, Any]]:
    """One row a year with a reading; ``run`` numbers stretches without a missing year."""
    points = [point for point in dyad.readings.get(name, []) if point.value is not None]
    rows: list[dict[str, Any]] = []
    run = 0
    for at, point in enumerate(points):
        year = int(point.period[:4])
        run += at > 0 and year - rows[-1]["year"] > 1
        value, lo, hi = point.value or 0.0, point.lo80 or 0.0, point.hi80 or 0.0
        rows.append(
            {
                "year": year,
                "v": value,
                "lo": lo,
                "hi": hi,
                "own": point.point,
                "run": run,
                "what": reading_words(point, name),
                "end": reading_words(point, name).partition(",")[0],
            }
        )
    sizes = Counter(row["run"] for row in rows)
    return [{**row, "alone": sizes[row["run"]] == 1} for row in rows]
