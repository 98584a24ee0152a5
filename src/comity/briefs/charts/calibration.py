"""Whether forecasts hold what they say: stated chances, and where in the forecast outcomes fell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.briefs.blocks import Column, Figure, Row, Table
from comity.briefs.charts._sheet import Sheet
from comity.briefs.charts._theme import INK, NARROW, QUIET, WIDE
from comity.briefs.wording import percent

if TYPE_CHECKING:
    from comity.briefs.charts._theme import Layout
    from comity.judgement.outlook_parts import Skill

__all__ = ["figure", "title"]

_COLOUR = "#0072B2"
_SIZE = 200
_GAP = 92
_TOP = 26
_LEFT = 40


def figure(record: Skill, name: str = "chart-calibration") -> Figure:
    """Return the chart of one tested reading at one horizon."""
    return Figure(
        name=name,
        title=title(record),
        subtitle=(
            f"{record.reading} ({record.on}), {record.months} months ahead, "
            f"{record.forecasts:,} forecasts from rolling origins."
        ),
        alt=_alt(record),
        wide=_spec(record, WIDE),
        narrow=_spec(record, NARROW),
        table=_table(record),
        note=(
            "First: share that rose, by tenth of the stated chance of a rise; the number of "
            "forecasts beside it, the diagonal is where both agree. Second: tenth of the forecast "
            "in which the outcome fell; level bars would be right, a hump means intervals that are "
            "too wide, high ends mean too narrow. Source: comity outlook backtest.",
        ),
    )


def title(record: Skill) -> str:
    """Return what the coverage of the 80 % interval says."""
    found = f"80 % intervals held {percent(record.covered80)} of outcomes"
    if record.persistence.lo90 is not None and record.persistence.lo90 > 0:
        return f"{found}; forecasts did better than staying put"
    return f"{found}; no skill over staying put was shown"


def _spec(record: Skill, layout: Layout) -> dict[str, Any]:
    size = _SIZE if not layout.is_narrow else 170
    below = layout.is_narrow
    height = _TOP + size + 34 + (size + _TOP + 34 if below else 0)
    sheet = Sheet(layout, height)
    _reliability(sheet, record, size)
    place = (_LEFT, 2 * _TOP + size + 34) if below else (_LEFT + size + _GAP, _TOP)
    _histogram(sheet, record, size, place)
    return sheet.spec()


def _reliability(sheet: Sheet, record: Skill, size: float) -> None:
    font = sheet.layout.font
    left, bottom = float(_LEFT), float(_TOP + size)
    frame = [
        {"x": left, "y": bottom, "x2": left + size, "y2": bottom},
        {"x": left, "y": bottom, "x2": left, "y2": float(_TOP)},
    ]
    sheet.add(frame, "rule", {"color": QUIET, "strokeWidth": 0.7})
    diagonal = [{"x": left, "y": bottom, "x2": left + size, "y2": float(_TOP)}]
    sheet.add(diagonal, "rule", {"color": QUIET, "strokeDash": [3, 3], "strokeWidth": 1})
    dots = [
        {
            "x": left + size * each.said,
            "y": bottom - size * each.came,
            "text": f"{each.n:,}",
            "area": 30.0 + 170.0 * (each.n / max(t.n for t in record.reliability)) ** 0.5,
        }
        for each in record.reliability
    ]
    area = {"field": "area", "type": "quantitative", "scale": None, "legend": None}
    look = {"filled": True, "color": _COLOUR, "opacity": 0.75}
    sheet.add(dots, "circle", look, size=area)
    words = {"align": "left", "dx": 10, "dy": 9, "fontSize": font - 2, "color": INK}
    sheet.add(dots, "text", words)
    _axis(sheet, size, (left, bottom), "stated chance of a rise", "share that rose")


def _histogram(sheet: Sheet, record: Skill, size: float, place: tuple[float, float]) -> None:
    left, top = place
    bottom = top + size
    total = max(sum(record.pit), 1)
    highest = max(max(record.pit, default=0) / total, 0.2)
    width = size / max(len(record.pit), 1)
    bars = [
        {
            "x": left + width * k + 1,
            "x2": left + width * (k + 1) - 1,
            "y": bottom - size * (n / total) / highest,
            "y2": bottom,
        }
        for k, n in enumerate(record.pit)
    ]
    sheet.add(bars, "rect", {"color": _COLOUR, "opacity": 0.75})
    level = bottom - size * 0.1 / highest
    line = [{"x": left, "y": level, "x2": left + size, "y2": level}]
    sheet.add(line, "rule", {"color": QUIET, "strokeDash": [3, 3], "strokeWidth": 1})
    _axis(sheet, size, (left, bottom), "place in the forecast", "share of outcomes", highest)


def _axis(
    sheet: Sheet,
    size: float,
    corner: tuple[float, float],
    below: str,
    above: str,
    highest: float = 1.0,
) -> None:
    left, bottom = corner
    font = sheet.layout.font
    marks = [
        {"x": left, "y": bottom + 12, "text": "0"},
        {"x": left + size, "y": bottom + 12, "text": "100 %"},
        {"x": left - 18, "y": bottom - size + 4, "text": f"{100 * highest:.0f} %"},
    ]
    sheet.add(marks, "text", {"align": "center", "fontSize": font - 2, "color": QUIET})
    names = [
        {"x": left + size / 2, "y": bottom + 24, "text": below},
        {"x": left + size / 2, "y": bottom - size - 12, "text": above},
    ]
    sheet.add(names, "text", {"align": "center", "fontSize": font - 1, "color": INK})


def _alt(record: Skill) -> str:
    tenths = "; ".join(
        f"said {percent(each.said)}, came {percent(each.came)} of {each.n:,}"
        for each in record.reliability
    )
    return f"Two charts. Stated chance of a rise against what came: {tenths}."


def _table(record: Skill) -> Table:
    columns = (Column("Stated"), Column("Came", "number"), Column("Forecasts", "number"))
    rows = tuple(
        Row(((percent(each.said),), (percent(each.came),), (f"{each.n:,}",)))
        for each in record.reliability
    )
    return Table("Stated chance of a rise and share that rose.", columns, rows)
