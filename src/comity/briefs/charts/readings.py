"""The four readings on one time axis, with phases behind and numbered events above."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from comity.briefs.blocks import Column, Figure, Row, Table
from comity.briefs.charts._theme import (
    INK,
    NARROW,
    PAPER,
    QUIET,
    READING_COLOURS,
    READING_NAMES,
    WIDE,
    Canvas,
    Channel,
    Layout,
    fit_lines,
    panel,
    quantity,
    side_axis,
    stack_marks,
    tips,
    year_axis,
    year_number,
)
from comity.briefs.wording import (
    NOT_KNOWN,
    capital,
    count_words,
    date_words,
    interval,
    join_words,
    phase_letter,
    whole,
    year_of,
)

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment, LatestReading, Phase, Reading, ReadingPoint

__all__ = ["ORDER", "chart_events", "figure", "title"]

ORDER = ("depth", "cohesion", "tension", "asymmetry")
_MAX_EVENTS = 10
_THIN = 3
"""With fewer items than this behind it, a reading is drawn faint."""
_YEARS = 10
_BAND = "#F1EEE7"
_HEIGHT = 68
_MARGIN = 56
_STEM = {"color": INK, "opacity": 0.35, "strokeWidth": 0.8}


def chart_events(assessment: Assessment) -> list[tuple[int, str]]:
    """Return number and evidence id of the events that are marked, in order of date."""
    chosen = list(dict.fromkeys(assessment.events))[:_MAX_EVENTS]
    chosen.sort(key=lambda item: (assessment.evidence[item].date, item))
    return list(enumerate(chosen, start=1))


def figure(assessment: Assessment) -> Figure | None:
    """Return the chart of the readings, or None where no reading has a value."""
    shown = [name for name in ORDER if _has_values(assessment.readings.get(name))]
    if not shown:
        return None
    return Figure(
        name="chart-readings",
        title=title(assessment),
        subtitle=(
            "Points of a scale, by month, with 50 % and 80 % intervals; "
            f"phases behind, information cut-off at {date_words(assessment.cut_off)}."
        ),
        alt=_alt(assessment, shown),
        wide=_spec(assessment, shown, WIDE),
        narrow=_spec(assessment, shown, NARROW),
        table=_table(assessment, shown),
        note=(_note(assessment, shown),),
    )


def _note(assessment: Assessment, shown: list[str]) -> str:
    """Return how to read the chart, and where its numbers come from."""
    dyad = assessment.dyad
    parts = [
        "Line: each month read with what was known by then.",
        f"Faint: fewer than {_THIN} items behind it.",
        "Small squares: the month's own value.",
    ]
    if "asymmetry" in shown:
        need = f"{dyad.a_name} needs {dyad.b_name} more"
        parts.append(f"Asymmetry, up: {need}; down: the reverse.")
    if assessment.phases:
        parts.append("Letters are the phases below.")
    declared = count_words(len(assessment.indicators), "declared indicator")
    return " ".join([*parts, f"Source: comity, from {declared}."])


def title(assessment: Assessment) -> str:
    """Return what the readings show, from their intervals and nothing else."""
    moved, still, unknown, alone = [], [], [], []
    for name in ORDER:
        reading = assessment.readings.get(name)
        if reading is None or reading.latest.value is None:
            unknown.append(name)
            continue
        before = _earlier(reading, _YEARS)
        if before is None:
            alone.append(f"{name} {whole(reading.latest.value, sign=name == 'asymmetry')}")
        elif change := _change(assessment, name, before, reading.latest):
            moved.append(change)
        else:
            still.append(name)
    parts = [f"In ten years {join_words(moved)}"] if moved else []
    if still:
        verb = "shows" if len(still) == 1 else "show"
        tail = "" if moved else " over ten years"
        parts.append(f"{join_words(still)} {verb} no clear change{tail}")
    if alone:
        parts.append(f"{join_words(alone)} now, with nothing ten years earlier to compare")
    if unknown:
        parts.append(f"{join_words(unknown)} {'is' if len(unknown) == 1 else 'are'} not known")
    return capital("; ".join(parts))


def _change(
    assessment: Assessment, name: str, before: ReadingPoint, after: LatestReading
) -> str | None:
    """Return a change in words, or None where the two intervals overlap."""
    bounds = (before.lo80, before.hi80, after.lo80, after.hi80, before.value, after.value)
    lo, hi, new_lo, new_hi, old, new = (bound or 0.0 for bound in bounds)
    if lo <= new_hi and new_lo <= hi:
        return None
    if name != "asymmetry":
        return f"{name} {'rose' if new > old else 'fell'} from {whole(old)} to {whole(new)}"
    dyad = assessment.dyad
    needy, other = (dyad.a_name, dyad.b_name) if new > old else (dyad.b_name, dyad.a_name)
    step = f"from {whole(old, sign=True)} to {whole(new, sign=True)}"
    return f"asymmetry moved {step}, towards {needy} needing {other}"


def _earlier(reading: Reading, years: int) -> ReadingPoint | None:
    period = reading.latest.period
    year = year_of(period)
    if year is None:
        return None
    wanted = f"{year - years}{period[4:]}"
    return next((p for p in reading.series if p.period == wanted and p.value is not None), None)


def _has_values(reading: Reading | None) -> bool:
    return reading is not None and any(point.value is not None for point in reading.series)


# ------------------------------------------------------------------------------- drawing
@dataclass(frozen=True)
class _Frame:
    """What all panels of one chart share."""

    canvas: Canvas
    layout: Layout
    first: float
    last: float
    cut: float
    phases: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    years: dict[str, Any] | None = None

    @property
    def x(self) -> Channel:
        scale = {"domain": [self.first, self.last], "nice": False, "zero": False}
        return quantity("t", scale, self.years)

    def pixels(self, span: float) -> float:
        return span / (self.last - self.first) * self.layout.width


def _spec(assessment: Assessment, shown: list[str], layout: Layout) -> dict[str, Any]:
    frame = _frame(assessment, shown, layout)
    bottom = replace(frame, years=year_axis(frame.first, frame.last, layout))
    panels = [_header(frame)]
    for name in shown:
        place = bottom if name == shown[-1] else frame
        panels.append(_panel(place, name, assessment.readings[name]))
    return frame.canvas.stack(panels, 12, layout)


def _frame(assessment: Assessment, shown: list[str], layout: Layout) -> _Frame:
    periods = [
        point.period
        for name in shown
        for point in assessment.readings[name].series
        if point.value is not None
    ]
    first = year_number(min(periods))
    cut = year_number(assessment.cut_off, end=True)
    last = max(cut, year_number(max(periods), end=True), first + 1)
    frame = _Frame(Canvas(), layout, first, last, cut)
    frame.phases.extend(_phase_rows(assessment.phases, frame))
    frame.events.extend(_event_rows(assessment, frame))
    return frame


def _phase_rows(phases: list[Phase], frame: _Frame) -> list[dict[str, Any]]:
    rows = []
    for position, phase in enumerate(phases):
        start = max(year_number(phase.start), frame.first)
        end = frame.last if phase.end is None else min(year_number(phase.end), frame.last)
        if end <= start:
            continue
        letter = phase_letter(position)
        label = None
        if not frame.layout.is_narrow:
            # Right of the plot there is room for the name of the phase that is still open.
            room = frame.pixels(end - start) - 9 + (_MARGIN if end == frame.last else 0)
            label = fit_lines(f"{letter} {phase.name}", room, font=frame.layout.font - 1, lines=4)
        shade = _BAND if position % 2 == 0 else PAPER
        rows.append({"t": start, "t2": end, "label": label or letter, "shade": shade})
    return rows


def _event_rows(assessment: Assessment, frame: _Frame) -> list[dict[str, Any]]:
    found = [
        (number, year_number(assessment.evidence[item].date), assessment.evidence[item])
        for number, item in chart_events(assessment)
    ]
    found = [part for part in found if frame.first <= part[1] <= frame.last]
    levels = stack_marks([frame.pixels(t) for _, t, _ in found], 17)
    return [
        {
            "t": t,
            "n": str(number),
            "level": level,
            "what": f"{date_words(item.date)}: {item.summary}",
        }
        for (number, t, item), level in zip(found, levels, strict=True)
    ]


def _header(frame: _Frame) -> dict[str, Any]:
    """Names of phases, and below them the numbered marks of events."""
    layout = frame.layout
    lines = max((str(row["label"]).count("\n") + 1 for row in frame.phases), default=0)
    names = lines * (layout.font + 1) + 8 if lines else 0
    levels = max((row["level"] + 1 for row in frame.events), default=0)
    height = max(names + levels * 18, 2)
    marks = [{**row, "y": names + 9 + row["level"] * 18, "foot": height} for row in frame.events]
    y = quantity("y", {"domain": [height, 0], "nice": False}, None)
    name = {
        "align": "left", "baseline": "top", "dx": 4, "dy": 3, "lineBreak": "\n",
        "lineHeight": layout.font + 1, "fontSize": layout.font - 1, "color": QUIET,
        "fontWeight": 600,
    }  # fmt: skip
    dot = {"shape": "circle", "size": 210, "filled": True, "fill": INK, "opacity": 1}
    figure = {"fontSize": layout.font - 1, "fontWeight": 600, "color": PAPER, "dy": 0.5}
    add, x, tip = frame.canvas.layer, frame.x, tips(what="Event")
    layers = [
        _bands(frame, height),
        add(frame.phases, "text", name, x=x, y={"value": 0}, text={"field": "label"}),
        add(marks, "rule", _STEM, x=x, y=y, y2={"field": "foot"}),
        add(marks, "point", dot, x=x, y=y, tooltip=tip),
        add(marks, "text", figure, x=x, y=y, text={"field": "n"}, tooltip=tip),
    ]
    return panel(layers, layout, height)


def _panel(frame: _Frame, name: str, reading: Reading) -> dict[str, Any]:
    layout, add, x = frame.layout, frame.canvas.layer, frame.x
    low = -100 if name == "asymmetry" else 0
    colour = {"color": READING_COLOURS[name], "clip": True}
    scale = {"domain": [low, 100], "nice": False}
    axis = side_axis([low, (low + 100) / 2, 100])
    rows = _rows(reading)
    run = {"field": "run", "type": "nominal"}
    layers = [_bands(frame, _HEIGHT), *_uprights(frame, _HEIGHT)]
    for lo, hi, opacity in (("lo80", "hi80", 0.16), ("lo50", "hi50", 0.28)):
        look = {**colour, "opacity": opacity, "tooltip": None}
        y = quantity(lo, scale, axis)
        layers.append(add(rows, "area", look, lo, x=x, y=y, y2={"field": hi}, detail=run))
    y = quantity("v", scale, axis)
    if not layout.is_narrow:
        own = [{"t": row["t"], "v": row["own"]} for row in rows if row["own"] is not None]
        look = {**colour, "size": 3, "opacity": 0.4, "tooltip": None}
        layers.append(add(own, "square", look, x=x, y=y))
    faint = {"condition": {"test": "datum.thin", "value": 0.45}, "value": 1}
    look = {**colour, "strokeWidth": 1.7}
    layers.append(add(rows, "line", look, "v", x=x, y=y, detail=run, opacity=faint))
    layers += _labels(frame, name, reading, y)
    tip = tips(when="Month", what="Reading, 80 % interval", items="Items behind it")
    layers.append(add(rows, "circle", {"size": 30, "opacity": 0}, "v", x=x, y=y, tooltip=tip))
    return panel(layers, layout, _HEIGHT)


def _rows(reading: Reading) -> list[dict[str, Any]]:
    """One row a month; ``run`` numbers stretches without a gap and of one weight of evidence."""
    rows: list[dict[str, Any]] = []
    run = 0
    for kind, group in groupby(reading.series, key=_weight):
        if kind is None:
            rows += [_row(point, 0, thin=False) for point in group]
            continue
        run += 1
        if rows and rows[-1]["v"] is not None:
            rows.append({**rows[-1], "run": run, "thin": kind, "own": None})
        rows += [_row(point, run, thin=kind) for point in group]
    return rows


def _weight(point: ReadingPoint) -> bool | None:
    return None if point.value is None else point.items < _THIN


def _row(point: ReadingPoint, run: int, *, thin: bool) -> dict[str, Any]:
    return {
        "t": year_number(point.period),
        "v": _short(point.value),
        "lo80": _short(point.lo80),
        "hi80": _short(point.hi80),
        "lo50": _short(point.lo50),
        "hi50": _short(point.hi50),
        "own": _short(point.point),
        "run": run,
        "thin": thin,
        "when": date_words(point.period),
        "what": interval(point.value, point.lo80, point.hi80),
        "items": point.items,
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _bands(frame: _Frame, height: float) -> dict[str, Any]:
    shade = {"field": "shade", "type": "nominal", "scale": None}
    return frame.canvas.layer(
        frame.phases, "rect", {"tooltip": None}, x=frame.x, x2={"field": "t2"},
        y={"value": 0}, y2={"value": height}, color=shade,
    )  # fmt: skip


def _uprights(frame: _Frame, height: float) -> list[dict[str, Any]]:
    """Lines of the events, and of the information cut-off."""
    full: dict[str, Any] = {"y": {"value": -12}, "y2": {"value": height}}
    cut = {"color": INK, "strokeWidth": 1.2}
    return [
        frame.canvas.layer(frame.events, "rule", _STEM, x=frame.x, **full),
        frame.canvas.layer([{"t": frame.cut}], "rule", cut, x=frame.x, **full),
    ]


def _labels(frame: _Frame, name: str, reading: Reading, y: Channel) -> list[dict[str, Any]]:
    layout, add, x, colour = frame.layout, frame.canvas.layer, frame.x, READING_COLOURS[name]
    top, start = {"value": 0}, {"align": "left", "baseline": "top", "dx": 4}
    look = {**start, "dy": 3, "fontSize": layout.font + 1, "fontWeight": 700, "color": colour}
    head = [{"t": frame.first, "text": capital(name)}]
    made = [add(head, "text", look, x=x, y=top, text={"field": "text"})]
    if not layout.is_narrow:
        look = {**start, "dx": 10 + 8.2 * len(name), "dy": 4, "fontSize": layout.font - 1}
        rows = [{"t": frame.first, "text": READING_NAMES[name]}]
        look["color"] = QUIET
        made.append(add(rows, "text", look, x=x, y=top, text={"field": "text"}))
    latest = reading.latest
    if latest.value is not None:
        words = interval(latest.value, latest.lo80, latest.hi80, sign=name == "asymmetry")
        value, _, bounds = words.partition(", ")
        row = [{"t": frame.last, "v": latest.value, "value": value, "bounds": bounds}]
        big = {"align": "left", "dx": 7, "dy": -1, "fontSize": layout.font + 5, "fontWeight": 700}
        small = {"align": "left", "dx": 7, "dy": 13, "fontSize": layout.font - 2, "color": QUIET}
        big["color"] = colour
        made.append(add(row, "text", big, x=x, y=y, text={"field": "value"}))
        made.append(add(row, "text", small, x=x, y=y, text={"field": "bounds"}))
    return made


# ------------------------------------------------------------------------------- in words
def _alt(assessment: Assessment, shown: list[str]) -> str:
    parts = []
    for name in shown:
        latest = assessment.readings[name].latest
        words = interval(latest.value, latest.lo80, latest.hi80, sign=name == "asymmetry")
        parts.append(f"{name} {words} in {date_words(latest.period)}")
    phases = "; ".join(phase.name for phase in assessment.phases)
    tail = f" Phases: {phases}." if phases else ""
    charts = capital(count_words(len(shown), "line chart"))
    return f"{charts} one above the other. {capital(join_words(parts))}.{tail}"


def _table(assessment: Assessment, shown: list[str]) -> Table:
    """Value at the last month of each year, so that the table can be read."""
    by_year: dict[str, dict[str, str]] = {}
    for name in shown:
        for point in assessment.readings[name].series:
            words = interval(point.value, point.lo80, point.hi80, sign=name == "asymmetry")
            by_year.setdefault(point.period[:4], {})[name] = words
    rows = tuple(
        Row(((year,), *((values.get(name, NOT_KNOWN),) for name in shown)))
        for year, values in sorted(by_year.items(), reverse=True)
    )
    columns = (Column("Year"), *(Column(capital(name), "number") for name in shown))
    caption = "Readings at the last month of each year, with 80 % intervals. Points of the scale."
    return Table(caption, columns, rows)
