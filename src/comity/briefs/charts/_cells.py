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

    def x(self, at: float) -> float:
        share = (at - self.first) / max(self.last - self.first, 1)
        return round(self.left + share * self.width, 1)

    def y(self, value: float) -> float:
        return round(self.top + (100 - value) / (100 - self.low) * HEIGHT, 1)


class Cells:
    """Collects the rows of all cells, so that each kind of mark is one layer."""

    def __init__(self, sheet: Sheet, comparison: Comparison) -> None:
        self._sheet = sheet
        self._dyads = comparison.dyads
        self._span = (_at(comparison.first), _at(comparison.last))
        self._is_monthly = len(comparison.first) > len("YYYY")
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _LAYERS}
        self._plots: dict[str, list[dict[str, Any]]] = {name: [] for name in READING_COLOURS}
        self._dots: dict[str, list[dict[str, Any]]] = {name: [] for name in READING_COLOURS}
        self._runs = 0

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
        rows = _years(dyad, name)
        if not rows:
            words = "not in the panel" if not dyad.readings else "no data"
            self._put("empty", x=left + 4, y=cell.y(cell.low + (100 - cell.low) / 4), text=words)
            return
        colour = READING_COLOURS[name]
        if place:
            self._own_line(cell, _years(first, name))
        start = self._runs
        for row in rows:
            x, y = cell.x(row["at"]), cell.y(row["v"])
            ends = {"hi": cell.y(row["hi"]), "lo": cell.y(row["lo"])}
            tip = f"{dyad_words(dyad)}, {row['period']}: {name} {row['what']}"
            self._runs = start + row["run"] + 1
            self._plots[name].append({"x": x, "y": y, **ends, "run": self._runs, "tip": tip})
            if row["alone"]:
                self._put("bars", x=x, x2=x, y=ends["hi"], y2=ends["lo"], colour=colour)
                self._put("single", x=x, y=y, colour=colour)
            if row["own"] is not None:
                self._dot(name, x, cell.y(row["own"]), place)
        last = rows[-1]
        if last["at"] == self._span[1]:
            y = cell.y(last["v"])
            self._put("ends", x=cell.x(last["at"]), y=y, text=last["end"], colour=colour)

    def _own_line(self, cell: _Cell, rows: list[dict[str, Any]]) -> None:
        start = self._runs
        for row in rows:
            self._runs = start + row["run"] + 1
            self._put("own line", x=cell.x(row["at"]), y=cell.y(row["v"]), run=self._runs)

    def _dot(self, name: str, x: float, y: float, run: int) -> None:
        """Draw a dot as a short line with round ends: a fifth of the size of a mark of its own."""
        ends: tuple[tuple[float, float | None], ...] = ((x, y), (x + 0.1, y), (x + 0.2, None))
        self._dots[name] += [{"x": round(at, 1), "y": down, "run": run} for at, down in ends]

    def _frame(self, cell: _Cell, *, years: bool) -> None:
        """Lines at the ends and the middle of the scale, their values, and years below."""
        right = cell.left + cell.width
        for value in (cell.low, (cell.low + 100) // 2, 100):
            y = cell.y(value)
            self._put("rules", x=cell.left, x2=right, y=y, y2=y)
            self._put("scale", x=cell.left - 4, y=y, text=whole(value, sign=cell.low < 0))
        if not years:
            return
        # as many years, or months, as do not touch
        room = cell.width / max(cell.last - cell.first, 1)
        steps, need = ((3, 6, 12, 60, 120, 600), 52) if self._is_monthly else ((2, 5, 10, 50), 34)
        step = next(step for step in steps if step * room >= need or step == steps[-1])
        for at in range(cell.first, cell.last + 1):
            if at % step == 0:
                bottom = cell.y(cell.low)
                self._put("ticks", x=cell.x(at), x2=cell.x(at), y=bottom, y2=bottom + 4)
                text = f"{at // 12}-{at % 12 + 1:02}" if self._is_monthly else str(at)
                self._put("years", x=cell.x(at), y=bottom + 12, text=text)

    def _put(self, kind: str, **row: Any) -> None:
        self._rows[kind].append(row)

    def done(self) -> dict[str, Any]:
        """Return the chart with all that was drawn."""
        font = self._sheet.layout.font
        sizes = {"small": font - 3, "plain": font - 1, "name": font, "head": font + 1}
        for kind, (mark, size, look) in _LAYERS.items():
            made = {**look, "fontSize": sizes[size]} if size else look
            if kind in _BY_READING:
                self._by_reading(kind, mark, look)
            else:
                self._sheet.add(self._rows[kind], mark, made)
        return self._sheet.spec()

    def _by_reading(self, kind: str, mark: str, look: dict[str, Any]) -> None:
        """Draw a layer for each reading; band, line and tooltip share their rows."""
        more: dict[str, Any] = {}
        if kind == "bands":
            more = {"y": self._sheet.down("hi"), "y2": {"field": "lo"}}
        if kind == "tips":
            more = {"tooltip": tips(tip="Percentile, 80 % interval")}
        for name, colour in READING_COLOURS.items():
            rows = self._dots[name] if kind == "dots" else self._plots[name]
            self._sheet.add(rows, mark, {**look, "color": colour}, **more)


_LAYERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "rules": ("rule", "", {"color": "#D9D6CF", "strokeWidth": 0.7, "tooltip": None}),
    "bands": ("area", "", {"opacity": 0.22, "tooltip": None}),
    "bars": ("rule", "", {"strokeWidth": 3, "opacity": 0.3, "tooltip": None}),
    "own line": (
        "line", "", {"color": QUIET, "strokeWidth": 1, "strokeDash": [3, 2], "tooltip": None},
    ),
    "dots": (
        "line", "", {"strokeWidth": 2.6, "strokeCap": "round", "opacity": 0.5, "tooltip": None},
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
_BY_READING = frozenset({"bands", "dots", "lines", "tips"})


def _at(period: str) -> int:
    """Return a period's place in time: its year, or its month counted from the year 0."""
    year = int(period[:4])
    return 12 * year + int(period[5:7]) - 1 if len(period) > len("YYYY") else year


def _years(dyad: ComparedDyad, name: str) -> list[dict[str, Any]]:
    """One row a period with a reading; ``run`` numbers stretches without a missing one."""
    points = [point for point in dyad.readings.get(name, []) if point.value is not None]
    rows: list[dict[str, Any]] = []
    run = 0
    for at, point in enumerate(points):
        place = _at(point.period)
        run += at > 0 and place - rows[-1]["at"] > 1
        value, lo, hi = point.value or 0.0, point.lo80 or 0.0, point.hi80 or 0.0
        rows.append(
            {
                "period": point.period,
                "at": place,
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
