"""Small multiples: the readings of the dyad and of others, by year, on the scale of the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.briefs.blocks import Column, Figure, Row, Table
from comity.briefs.charts._cells import HEIGHT, NAMES, Cells, dyad_words, reading_words
from comity.briefs.charts._sheet import Sheet
from comity.briefs.charts._theme import NARROW, WIDE
from comity.briefs.wording import NOT_KNOWN, capital, count_words, join_words, whole

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment, ComparedDyad, Comparison, PanelPoint

__all__ = ["READINGS", "apart", "figure", "title"]

READINGS = ("cohesion", "tension", "depth", "asymmetry")
_NAMED = 3
_GAP = 12
_HEAD = 24
_FOOT = 8
_AXIS = 24
"""Left of each cell, for its scale. [pixels]"""
_VALUE = 28
"""Right of each cell, for the latest value. [pixels]"""


def figure(assessment: Assessment) -> Figure | None:
    """Return the chart, or None where the panel does not hold the dyad."""
    comparison = assessment.comparison
    if comparison is None or not comparison.dyads[0].readings:
        return None
    own = comparison.dyads[0]
    shown = [name for name in READINGS if any(name in each.readings for each in comparison.dyads)]
    unit = "month" if len(comparison.first) > len("YYYY") else "year"
    return Figure(
        name="chart-compared",
        title=title(comparison),
        subtitle=(
            f"Percentile among {comparison.panel_dyads:,} dyads in each {unit}, "
            f"{comparison.first} to {comparison.last}; asymmetry from −100 to 100, above 0 where "
            f"the first named needs the other more. Shaded: 80 % interval. A break: no data."
        ),
        alt=_alt(comparison, shown),
        wide=_wide(comparison, shown),
        narrow=_narrow(comparison, shown),
        table=_table(comparison, shown),
        note=(
            f"Line: each {unit} read with what was known by then, and its value in "
            f"{comparison.last} beside it. Dots: the {unit}'s own value. Dashed grey: "
            f"{dyad_words(own)}. Clearly higher or lower: the 80 % intervals do not overlap. "
            + _chosen(comparison),
        ),
    )


def title(comparison: Comparison) -> str:
    """Return against how many of the others the dyad's cohesion can be told apart."""
    own, *others = comparison.dyads
    if "cohesion" not in own.readings or not others:
        return f"How does {dyad_words(own)} read beside other dyads?"
    year = own.readings["cohesion"][-1].period
    found = apart(comparison, "cohesion")
    parts = []
    for word, said in (("higher", "clearly more cohesive"), ("lower", "clearly less so")):
        names = found[word]
        listed = f" ({join_words(names)})" if 0 < len(names) <= _NAMED else ""
        verb = "are" if len(names) > 1 else "is"
        parts.append(f"{_number(len(names)) if names else 'none'} {verb} {said}{listed}")
    if unclear := len(found["unclear"]):
        parts.append(f"{_number(unclear)} cannot be told apart from it")
    if missing := len(found["no data"]):
        parts.append(f"{_number(missing)} cannot be compared")
    head = f"In {year}, of {count_words(len(others), 'dyad')} beside {dyad_words(own)}"
    return f"{head}, {join_words(parts)}"


def _number(count: int) -> str:
    return count_words(count, "dyad").rpartition(" ")[0]


def apart(comparison: Comparison, reading: str) -> dict[str, list[str]]:
    """Return the other dyads by how they stand to the first in its latest year.

    ``higher`` and ``lower`` only where the two 80 % intervals do not overlap.
    """
    own, *others = comparison.dyads
    latest = own.readings[reading][-1]
    found: dict[str, list[str]] = {"higher": [], "lower": [], "unclear": [], "no data": []}
    for each in others:
        point = next((p for p in each.readings.get(reading, []) if p.period == latest.period), None)
        found[_against(point, latest)].append(dyad_words(each))
    return found


def _against(point: PanelPoint | None, latest: PanelPoint) -> str:
    if point is None or point.lo80 is None or point.hi80 is None:
        return "no data"
    if latest.lo80 is None or latest.hi80 is None:
        return "no data"
    if point.lo80 > latest.hi80:
        return "higher"
    return "lower" if point.hi80 < latest.lo80 else "unclear"


def _chosen(comparison: Comparison) -> str:
    missing = [each for each in comparison.dyads if not each.readings]
    parts = ["Dyads: as the case names them."]
    if comparison.chosen_by == "rule":
        per = _number(comparison.per_end)
        parts = [
            f"Dyads: by rule, for each of the two states the {per} of highest and the {per} of "
            f"lowest cohesion in {comparison.last}, among its dyads with a depth of "
            f"{whole(comparison.least_depth)} or more."
        ]
    parts += [f"{dyad_words(each)}: {each.why_empty}." for each in missing]
    return " ".join(parts)


# ------------------------------------------------------------------------------- drawing
def _wide(comparison: Comparison, shown: list[str]) -> dict[str, Any]:
    """Draw a row for each dyad, with its name at the left, and a column for each reading."""
    count = len(comparison.dyads)
    sheet = Sheet(WIDE, _HEAD + count * (HEIGHT + _GAP) + _FOOT)
    width = (WIDE.width - NAMES) / len(shown)
    pen = Cells(sheet, comparison)
    for column, name in enumerate(shown):
        left = NAMES + column * width + _AXIS
        pen.head(left, 10, name)
        for place in range(count):
            top = _HEAD + place * (HEIGHT + _GAP)
            pen.cell(place, name, left, top, width - _AXIS - _VALUE, years=place == count - 1)
    for place in range(count):
        pen.name_beside(place, _HEAD + place * (HEIGHT + _GAP) + HEIGHT / 2)
    return pen.done()


def _narrow(comparison: Comparison, shown: list[str]) -> dict[str, Any]:
    """Draw two readings side by side, names above the rows; then the other two readings."""
    pairs = [shown[start : start + 2] for start in range(0, len(shown), 2)]
    row = HEIGHT + _GAP + NARROW.font + 8
    block = _HEAD + len(comparison.dyads) * row + _FOOT + 2 * _GAP
    sheet = Sheet(NARROW, block * len(pairs))
    width = NARROW.width / 2
    pen = Cells(sheet, comparison)
    for part, pair in enumerate(pairs):
        for place in range(len(comparison.dyads)):
            top = part * block + _HEAD + place * row + NARROW.font + 9
            pen.name_above(place, top - 13)
            for column, name in enumerate(pair):
                left = column * width + _AXIS
                if place == 0:
                    pen.head(left, part * block + 10, name)
                last = place == len(comparison.dyads) - 1
                pen.cell(place, name, left, top, width - _AXIS - _VALUE, years=last)
    return pen.done()


# ------------------------------------------------------------------------------- in words
def _alt(comparison: Comparison, shown: list[str]) -> str:
    parts = []
    for dyad in comparison.dyads:
        values = [
            f"{name} {_short(each, name)} in {each.period}"
            for name in shown[:2]
            if (each := _last(dyad, name)) is not None
        ]
        parts.append(f"{dyad_words(dyad)}: {join_words(values) or dyad.why_empty}")
    cells = count_words(len(comparison.dyads) * len(shown), "small line chart")
    return f"{capital(cells)}, a row for each dyad. {'; '.join(parts)}."


def _short(point: PanelPoint, name: str) -> str:
    value, _, bounds = reading_words(point, name).partition(", ")
    return f"{value} ({bounds})"


def _last(dyad: ComparedDyad, name: str) -> PanelPoint | None:
    series = dyad.readings.get(name)
    return series[-1] if series else None


def _table(comparison: Comparison, shown: list[str]) -> Table:
    """All years of all dyads, the latest first."""
    rows: list[Row] = []
    for dyad in comparison.dyads:
        rows.append(Row(((dyad_words(dyad),),), heading=True))
        years = sorted(
            {point.period for series in dyad.readings.values() for point in series}, reverse=True
        )
        rows += [Row(((year,), *((_words(dyad, name, year),) for name in shown))) for year in years]
        if not years:
            rows.append(Row(((NOT_KNOWN,), (dyad.why_empty,), *(("",) for _ in shown[1:]))))
    columns = (Column("Year"), *(Column(capital(name), "number") for name in shown))
    caption = (
        "Percentile among the dyads of the panel in that year, 80 % interval; asymmetry from "
        "−100 to 100. A year that is missing has no data."
    )
    return Table(caption, columns, tuple(rows))


def _words(dyad: ComparedDyad, name: str, year: str) -> str:
    point = next((each for each in dyad.readings.get(name, []) if each.period == year), None)
    return NOT_KNOWN if point is None else reading_words(point, name)
