"""Who supplies whom, one panel per flow class, with dated changes of the main supplier."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from comity.briefs.blocks import Cite, Column, Figure, Row, Table
from comity.briefs.charts._theme import (
    INK,
    NARROW,
    QUIET,
    STATE_COLOURS,
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
from comity.briefs.wording import (
    NOT_KNOWN,
    actor_words,
    capital,
    count_words,
    date_words,
    join_words,
    signed,
)

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment, DyadName, FlipPoint, Role, RolePoint

__all__ = ["figure", "ordered", "title"]

_HEIGHT = 64
_WIDTH = 0.6
_Y = {"domain": [-1, 1], "nice": False}


def figure(assessment: Assessment) -> Figure | None:
    """Return the chart of the role balances, or None where no flow class has one."""
    shown = [key for key in ordered(assessment) if _points(assessment.roles[key])]
    if not shown:
        return None
    dyad = assessment.dyad
    evidence = dict.fromkeys(
        item for key in shown for flip in assessment.roles[key].flips for item in flip.evidence
    )
    names = join_words([assessment.roles[key].name for key in shown])
    return Figure(
        name="chart-roles",
        title=title(assessment),
        subtitle=(
            f"Balance of deliveries by flow class, by month. Up: {dyad.a_name} supplies "
            f"{dyad.b_name} (+1: all of it). Down: {dyad.b_name} supplies {dyad.a_name} (−1). "
            "Line: estimate; grey: 80 % interval; a gap: neither supplied. "
            "Upright bar: change of the main supplier, shaded over its 80 % interval."
        ),
        alt=(
            f"{capital(count_words(len(shown), 'chart'))} one above the other: {names}. "
            f"{title(assessment)}."
        ),
        wide=_spec(assessment, shown, WIDE),
        narrow=_spec(assessment, shown, NARROW),
        table=_table(assessment, shown),
        note=(
            "Source: comity, from recorded deliveries, each weighted by its grade",
            Cite(tuple(evidence)),
        ),
    )


def ordered(assessment: Assessment) -> list[str]:
    """Return the flow classes, those with a change of the main supplier first."""
    roles = assessment.roles
    return sorted(roles, key=lambda key: not roles[key].flips)


def title(assessment: Assessment) -> str:
    """Return which side became the supplier of what and when, or that no change was found."""
    flips = [
        (role.name, flip)
        for role in assessment.roles.values()
        for flip in sorted(role.flips, key=lambda item: item.date)
        if flip.probability >= 0.5
    ]
    if not any(_points(role) for role in assessment.roles.values()):
        return "Who supplies whom is not known"
    if not flips:
        return "No change of the main supplier was found in any flow class"
    flips.sort(key=lambda item: (-item[1].probability, item[1].date))
    name, flip = flips[0]
    lead = _flip_words(assessment, name, flip)
    back = next(
        (
            later
            for other, later in flips
            if other == name and later.date > flip.date and later.to == flip.from_
        ),
        None,
    )
    if back is not None:
        lead += f", and gave the role back in {date_words(back.date)}"
    if back is None and _undecided(assessment, name):
        lead += "; neither clearly leads now"
    rest = len({other for other, _ in flips} - {name})
    if rest:
        noun = "flow class" if rest == 1 else "flow classes"
        lead += f"; the role also changed in {count_words(rest, noun, noun)}"
    return lead


def _undecided(assessment: Assessment, name: str) -> bool:
    """Whether the latest balance of a flow class has zero inside its interval."""
    role = next(role for role in assessment.roles.values() if role.name == name)
    last = role.series[-1] if role.series else None
    return last is not None and last.value is not None and _spans_zero(last)


def _spans_zero(point: RolePoint) -> bool:
    return (point.lo80 or 0) <= 0 <= (point.hi80 or 0)


def _flip_words(assessment: Assessment, name: str, flip: FlipPoint) -> str:
    dyad = assessment.dyad
    after, before = actor_words(flip.to, dyad), actor_words(flip.from_, dyad)
    what = "arms overall" if name.lower() == "all arms" else name.lower()
    return (
        f"{capital(after)} took over from {before} as the main supplier of {what} "
        f"in {date_words(flip.date)}"
    )


def _points(role: Role) -> list[RolePoint]:
    return [point for point in role.series if point.value is not None]


# ------------------------------------------------------------------------------- drawing
@dataclass(frozen=True)
class _Frame:
    """What all panels of one chart share."""

    canvas: Canvas
    layout: Layout
    dyad: DyadName
    domain: tuple[float, float]
    years: dict[str, Any] | None = None

    def x(self, name: str = "t") -> Channel:
        scale = {"domain": list(self.domain), "nice": False, "zero": False}
        return quantity(name, scale, self.years)


def _spec(assessment: Assessment, shown: list[str], layout: Layout) -> dict[str, Any]:
    times = [year_number(point.period) for key in shown for point in _points(assessment.roles[key])]
    domain = (min(times), max(year_number(assessment.cut_off, end=True), *times))
    frame = _Frame(Canvas(), layout, assessment.dyad, domain)
    bottom = replace(frame, years=year_axis(*domain, layout))
    panels = []
    for key in shown:
        place, role = bottom if key == shown[-1] else frame, assessment.roles[key]
        layers = [*_balance(place, role), *_flip_marks(place, role), *_labels(place, role)]
        panels.append(panel(layers, layout, _HEIGHT))
    return frame.canvas.stack(panels, 30, layout)


def _balance(frame: _Frame, role: Role) -> list[dict[str, Any]]:
    """Interval, areas in the colours of the two states, the line, and its tooltips."""
    plus, minus = ("▲", "▼") if frame.layout.is_narrow else ("▲ +1", "▼ −1")
    label = f"datum.value > 0 ? '{plus}' : datum.value < 0 ? '{minus}' : '0'"
    axis = side_axis([-1, 0, 1], labelExpr=label)
    add, x, rows = frame.canvas.layer, frame.x(), _rows(role)
    run = {"field": "run", "type": "nominal"}
    band = {"color": QUIET, "opacity": 0.2, "tooltip": None}
    y = quantity("lo", _Y, axis)
    made = [add(rows, "area", band, x=x, y=y, y2={"field": "hi"}, detail=run)]
    for name, side in (("up", "a"), ("down", "b")):
        look = {"color": STATE_COLOURS[side], "opacity": 0.55, "tooltip": None}
        y = quantity(name, _Y, axis)
        made.append(add(rows, "area", look, x=x, y=y, y2={"field": "zero"}, detail=run))
    y = quantity("v", _Y, axis)
    tip = tips(when="Month", what="Balance, 80 % interval")
    made.append(add(rows, "line", {"color": INK, "strokeWidth": 1.1}, x=x, y=y, detail=run))
    made.append(add(rows, "circle", {"size": 30, "opacity": 0}, x=x, y=y, tooltip=tip))
    return made


def _flip_marks(frame: _Frame, role: Role) -> list[dict[str, Any]]:
    rows = _flip_rows(role, frame)
    add = frame.canvas.layer
    full: dict[str, Any] = {"y": {"value": 0}, "y2": {"value": _HEIGHT}}
    span = {"color": INK, "opacity": 0.1, "tooltip": None}
    look = {"align": "right", "baseline": "bottom", "dx": 4, "dy": -2, "color": INK}
    look |= {"fontSize": frame.layout.font - 1, "fontWeight": 600}
    tip = tips(what="Change")
    return [
        add(rows, "rect", span, x=frame.x("lo"), x2={"field": "hi"}, **full),
        add(rows, "rule", {"color": INK, "strokeWidth": 1.4}, x=frame.x(), tooltip=tip, **full),
        add(rows, "text", look, x=frame.x(), y={"value": 0}, text={"field": "date"}),
    ]


def _labels(frame: _Frame, role: Role) -> list[dict[str, Any]]:
    layout, dyad, add = frame.layout, frame.dyad, frame.canvas.layer
    name = {"align": "left", "baseline": "bottom", "dx": 2, "dy": -2, "color": INK}
    name |= {"fontSize": layout.font, "fontWeight": 700}
    head = [{"t": frame.domain[0], "text": capital(role.name)}]
    last = role.series[-1] if role.series else None
    if last is None or last.value is None:
        words, colour, y = "no role\nnow", QUIET, _HEIGHT / 2
    elif _spans_zero(last):
        words, colour, y = "neither\nclearly leads", QUIET, _HEIGHT / 2
    elif last.value > 0:
        words, colour, y = f"{dyad.a_name}\nsupplies", STATE_COLOURS["a"], 12
    else:
        words, colour, y = f"{dyad.b_name}\nsupplies", STATE_COLOURS["b"], _HEIGHT - 12
    look = {
        "align": "left", "dx": 6, "lineBreak": "\n", "fontSize": layout.font - 1,
        "fontWeight": 600, "color": colour, "lineHeight": layout.font, "baseline": "middle",
    }  # fmt: skip
    row = [{"t": frame.domain[1], "text": words}]
    return [
        add(head, "text", name, x=frame.x(), y={"value": 0}, text={"field": "text"}),
        add(row, "text", look, x=frame.x(), y={"value": y}, text={"field": "text"}),
    ]


def _rows(role: Role) -> list[dict[str, Any]]:
    rows = []
    run, broken = 0, True
    for point in role.series:
        if point.value is None:
            broken = True
            continue
        run += broken
        broken = False
        lo, hi = point.lo80, point.hi80
        rows.append(
            {
                "t": year_number(point.period),
                "v": round(point.value, 3),
                "lo": round(lo if lo is not None else point.value, 3),
                "hi": round(hi if hi is not None else point.value, 3),
                "up": round(max(point.value, 0), 3),
                "down": round(min(point.value, 0), 3),
                "zero": 0,
                "run": run,
                "when": date_words(point.period),
                "what": f"{signed(point.value)}, {signed(lo)} to {signed(hi)}",
            }
        )
    return rows


def _flip_rows(role: Role, frame: _Frame) -> list[dict[str, Any]]:
    """One row a change; its label is shortened, and then dropped, where another is near."""
    start = len(role.name) * frame.layout.font * _WIDTH
    end, made = start, []
    for flip in sorted(role.flips, key=lambda item: item.date):
        row = _flip_row(flip, frame)
        span = frame.domain[1] - frame.domain[0]
        place = (row["t"] - frame.domain[0]) / span * frame.layout.width
        for label in (row["date"], date_words(flip.date), flip.date[:4], ""):
            width = len(label) * (frame.layout.font - 1) * _WIDTH
            if place - width >= end + 6 or not label:
                row["date"] = label
                end = place + 4 if label else end
                break
        made.append(row)
    return made


def _flip_row(flip: FlipPoint, frame: _Frame) -> dict[str, Any]:
    before, after = actor_words(flip.from_, frame.dyad), actor_words(flip.to, frame.dyad)
    return {
        "t": year_number(flip.date),
        "lo": max(year_number(flip.lo80), frame.domain[0]),
        "hi": min(year_number(flip.hi80, end=True), frame.domain[1]),
        "date": f"{after} takes over, {date_words(flip.date)}",
        "what": f"{before} → {after}, {date_words(flip.date)} "
        f"({date_words(flip.lo80)} to {date_words(flip.hi80)})",
    }


def _table(assessment: Assessment, shown: list[str]) -> Table:
    by_year: dict[str, dict[str, str]] = {}
    for key in shown:
        for point in assessment.roles[key].series:
            words = NOT_KNOWN if point.value is None else (
                f"{signed(point.value)}, {signed(point.lo80)} to {signed(point.hi80)}"
            )  # fmt: skip
            by_year.setdefault(point.period[:4], {})[key] = words
    rows = tuple(
        Row(((year,), *((cells.get(key, NOT_KNOWN),) for key in shown)))
        for year, cells in sorted(by_year.items(), reverse=True)
    )
    columns = (
        Column("Year"),
        *(Column(capital(assessment.roles[key].name), "number") for key in shown),
    )
    dyad = assessment.dyad
    caption = (
        f"Role balance at the last month of each year, from −1 ({dyad.b_name} supplies all) to "
        f"+1 ({dyad.a_name} supplies all), with 80 % intervals."
    )
    return Table(caption, columns, rows)
