"""Fans: where each reading was, and the forecast beyond the information cut-off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.briefs.blocks import Column, Figure, Row, Table
from comity.briefs.charts._theme import (
    INK,
    NARROW,
    QUIET,
    READING_COLOURS,
    WIDE,
    Canvas,
    Channel,
    Layout,
    panel,
    quantity,
    side_axis,
    tips,
    year_axis,
    year_number,
)
from comity.briefs.wording import capital, count_words, date_words, interval, join_words, percent

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment, Horizon, Reading

__all__ = ["ORDER", "figure", "title"]

ORDER = ("depth", "cohesion", "tension", "asymmetry")
_HEIGHT = 84
_HISTORY = 10
"""Years before the cut-off."""
_LIKELY = 0.6
_BANDS = (("p10", "p90", 0.16), ("p25", "p75", 0.28))


def figure(assessment: Assessment) -> Figure | None:
    """Return the chart, or None where nothing is forecast."""
    horizons = assessment.outlook.horizons
    if not horizons:
        return None
    shown = [name for name in ORDER if name in horizons[0].readings]
    spans = join_words([str(each.months) for each in horizons])
    return Figure(
        name="chart-outlook",
        title=title(assessment),
        subtitle=(
            f"Readings of the last {_HISTORY} years and forecasts {spans} months ahead, with 50 % "
            "and 80 % intervals. Points of each scale."
        ),
        alt=_alt(assessment, shown),
        wide=_spec(assessment, shown, WIDE),
        narrow=_spec(assessment, shown, NARROW),
        table=_table(assessment, shown),
        note=(
            "Line: each month read with what was known by then; dashed beyond the cut-off: the "
            "middle of the futures. Band: the level with all doubt about it, of which most is "
            "doubt about the present. Percentages: share of futures above their own present. "
            f"Source: comity, from {_declared(assessment)}.",
        ),
    )


def _declared(assessment: Assessment) -> str:
    return count_words(len(assessment.indicators), "declared indicator")


def title(assessment: Assessment) -> str:
    """Return which readings are more likely than not to move, from the shares of futures."""
    horizons = assessment.outlook.horizons
    at = next((each for each in horizons if each.months == 12), horizons[0])
    up, down, open_ = [], [], []
    for name in ORDER:
        chance = at.readings.get(name, {}).get("p_higher")
        if chance is None:
            continue
        if chance >= _LIKELY:
            up.append(f"{name} ({percent(chance)})")
        elif chance <= 1 - _LIKELY:
            down.append(f"{name} ({percent(1 - chance)})")
        else:
            open_.append(name)
    parts = [f"{join_words(up)} more likely rise than fall"] if up else []
    parts += [f"{join_words(down)} more likely fall than rise"] if down else []
    parts += [f"no direction can be told for {join_words(open_)}"] if open_ else []
    return capital(f"in {at.months} months " + "; ".join(parts))


@dataclass(frozen=True)
class _Frame:
    """What all panels share."""

    canvas: Canvas
    layout: Layout
    first: float
    last: float
    cut: float
    years: dict[str, Any] | None

    @property
    def x(self) -> Channel:
        scale = {"domain": [self.first, self.last], "nice": False, "zero": False}
        return quantity("t", scale, self.years)


def _spec(assessment: Assessment, shown: list[str], layout: Layout) -> dict[str, Any]:
    horizons = assessment.outlook.horizons
    last = year_number(horizons[-1].period) + 0.1
    start = max(assessment.readings[name].latest.period for name in shown)
    cut = year_number(start, end=True)
    first = float(int(cut - _HISTORY))
    canvas = Canvas()
    panels = []
    for name in shown:
        years = year_axis(first, last, layout) if name == shown[-1] else None
        frame = _Frame(canvas, layout, first, last, cut, years)
        panels.append(_panel(frame, name, assessment.readings[name], horizons))
    return canvas.stack(panels, 12, layout)


def _panel(frame: _Frame, name: str, reading: Reading, horizons: list[Horizon]) -> dict[str, Any]:
    layout, add, x = frame.layout, frame.canvas.layer, frame.x
    low = -100 if name == "asymmetry" else 0
    colour = READING_COLOURS[name]
    scale = {"domain": [low, 100], "nice": False}
    axis = side_axis([low, (low + 100) / 2, 100])

    def y_of(field: str) -> Channel:
        return quantity(field, scale, axis)

    past = _past(reading, frame.first)
    ahead = _ahead(name, reading, horizons)
    layers = []
    for rows in (past, ahead):
        for lo, hi, opacity in _BANDS:
            look = {"color": colour, "clip": True, "opacity": opacity, "tooltip": None}
            layers.append(add(rows, "area", look, lo, x=x, y=y_of(lo), y2={"field": hi}))
    layers.append(
        add([{"t": frame.cut}], "rule", {"color": INK, "strokeWidth": 1.2}, x=x,
            y={"value": 0}, y2={"value": _HEIGHT})
    )  # fmt: skip
    solid = {"color": colour, "strokeWidth": 1.7, "clip": True}
    layers.append(add(past, "line", solid, "p50", x=x, y=y_of("p50")))
    layers.append(add(ahead, "line", {**solid, "strokeDash": [4, 3]}, "p50", x=x, y=y_of("p50")))
    points = ahead[1:]
    tip = tips(when="Month", what="Forecast, 80 % interval", chance="Above the present")
    dots = {"color": colour, "size": 26, "filled": True, "opacity": 1}
    layers.append(add(points, "point", dots, x=x, y=y_of("p50"), tooltip=tip))
    head = [{"t": frame.first, "text": capital(name)}]
    look = {"align": "left", "baseline": "top", "dx": 4, "dy": 3, "fontSize": layout.font + 1,
            "fontWeight": 700, "color": colour}  # fmt: skip
    layers.append(add(head, "text", look, x=x, y={"value": 0}, text={"field": "text"}))
    small = {"align": "center", "dy": -9, "fontSize": layout.font - 2, "color": QUIET}
    if not layout.is_narrow:
        layers.append(add(points, "text", small, x=x, y=y_of("p50"), text={"field": "chance"}))
    return panel(layers, layout, _HEIGHT)


def _past(reading: Reading, first: float) -> list[dict[str, Any]]:
    return [
        {
            "t": year_number(point.period, end=True),
            "p50": _short(point.value),
            "p10": _short(point.lo80),
            "p90": _short(point.hi80),
            "p25": _short(point.lo50),
            "p75": _short(point.hi50),
        }
        # every third month: this chart is about what lies beyond it
        for point in reading.series[::-1][::3][::-1]
        if year_number(point.period) >= first and point.value is not None
    ]


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _ahead(name: str, reading: Reading, horizons: list[Horizon]) -> list[dict[str, Any]]:
    """One row a horizon, from the present on."""
    rows: list[dict[str, Any]] = [
        {**row, "when": "", "what": "", "chance": ""} for row in _past(reading, 0.0)[-1:]
    ]
    for each in horizons:
        found = each.readings[name]
        rows.append(
            {
                "t": year_number(each.period, end=True),
                **{key: round(found[key], 1) for key in ("p10", "p25", "p50", "p75", "p90")},
                "when": date_words(each.period),
                "what": interval(found["p50"], found["p10"], found["p90"]),
                "chance": percent(found["p_higher"]),
            }
        )
    return rows


def _alt(assessment: Assessment, shown: list[str]) -> str:
    last = assessment.outlook.horizons[-1]
    parts = []
    for name in shown:
        found = last.readings[name]
        words = interval(found["p50"], found["p10"], found["p90"], sign=name == "asymmetry")
        parts.append(f"{name} {words} in {date_words(last.period)}")
    charts = capital(count_words(len(shown), "line chart"))
    return (
        f"{charts} one above the other, with fans beyond the cut-off. {capital(join_words(parts))}."
    )


def _table(assessment: Assessment, shown: list[str]) -> Table:
    rows = []
    for each in assessment.outlook.horizons:
        cells = [
            (
                interval(
                    each.readings[name]["p50"],
                    each.readings[name]["p10"],
                    each.readings[name]["p90"],
                    sign=name == "asymmetry",
                )
                + f"; above the present {percent(each.readings[name]['p_higher'])}",
            )
            for name in shown
        ]
        rows.append(Row(((f"{each.months} months, {date_words(each.period)}",), *cells)))
    columns = (Column("Horizon"), *(Column(capital(name)) for name in shown))
    return Table(
        "Middle of the futures with 80 % interval. Points of the scale.", columns, tuple(rows)
    )
