"""Who either state is closest to, and whom it is most at odds with: two pictures of ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.briefs.blocks import Column, Figure, Row, Table
from comity.briefs.charts._sheet import Sheet
from comity.briefs.charts._theme import (
    INK,
    NARROW,
    PAPER,
    READING_COLOURS,
    STATE_COLOURS,
    WIDE,
    fit_lines,
    tips,
)
from comity.briefs.wording import capital, count_words, join_words, percentile, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.judgement.assessment import Assessment, DyadName, Network, PanelPoint, Tie

__all__ = ["MIDDLE", "figure", "shared", "title"]

MIDDLE = 50.0
"""Middle of the panel: a tie whose 80 % interval spans it may be on either side."""
_LISTS = (("closest", "cohesion"), ("tensest", "tension"))
_HEADS = {
    "closest": "Closest: highest cohesion",
    "tensest": "Most at odds: highest tension",
}
_ROW = 21
_HEAD = 26
_PAD = 16
_CLEAR = 26
"""Least distance of a state between the two from their own tie. [pixels]"""
_STEP = 28
"""From one state between the two to the next. [pixels]"""
_NAMED = 4


def figure(assessment: Assessment) -> Figure | None:
    """Return the picture, or None where the panel holds no dyad of either state."""
    comparison = assessment.comparison
    if comparison is None:
        return None
    network, dyad = comparison.network, assessment.dyad
    if not any((*network.closest.values(), *network.tensest.values())):
        return None
    return Figure(
        name="chart-network",
        title=title(network, dyad),
        subtitle=(
            f"Above, up to {_count(network.count)} dyads of each state with the highest cohesion, "
            f"among those with cohesion and depth of {whole(network.least)} or more; below, up to "
            f"{_count(network.count)} with the highest tension, of {whole(network.least)} or more. "
            f"Percentile among {comparison.panel_dyads:,} dyads in {network.period}, "
            f"80 % interval."
        ),
        alt=_alt(network, dyad),
        wide=_wide(network, dyad),
        narrow=_narrow(network, dyad),
        table=_table(network, dyad),
        note=(_note(network, dyad),),
    )


def _note(network: Network, dyad: DyadName) -> str:
    own = f"The line between {dyad.a_name} and {dyad.b_name} is their own."
    return " ".join(
        [
            "Listed from highest to lowest; of both states: between the two, or in bold.",
            *([own] if network.own is not None else []),
            "Dashed, with a hollow end: the interval spans the middle of the panel "
            f"({whole(MIDDLE)}). Fainter: a wider interval. Places say nothing but the order.",
        ]
    )


def _ties(network: Network, which: str) -> Mapping[str, list[Tie]]:
    """Return the ties of one list, by state."""
    return network.closest if which == "closest" else network.tensest


def shared(network: Network, which: str, dyad: DyadName) -> list[str]:
    """Return the states that stand in the lists of both, in the order of the first."""
    ties = _ties(network, which)
    others = {tie.other for tie in ties[dyad.b]}
    return [tie.other for tie in ties[dyad.a] if tie.other in others]


def title(network: Network, dyad: DyadName) -> str:
    """Return how many of the closest, and of those most at odds, the two states share."""
    parts = [
        f"{_share(network, 'closest', dyad)} closest states",
        f"{_share(network, 'tensest', dyad)} states most at odds with them",
    ]
    for at, (which, _) in enumerate(_LISTS):
        names = [_name_of(network, which, state) for state in shared(network, which, dyad)]
        if 0 < len(names) <= _NAMED:
            parts[at] += f" ({join_words(names)})"
    return f"In {network.period} {dyad.a_name} and {dyad.b_name} share {join_words(parts)}"


def _share(network: Network, which: str, dyad: DyadName) -> str:
    ties = _ties(network, which)
    found = len(shared(network, which, dyad))
    number = _count(found) if found else "none"
    full = all(len(each) == network.count for each in ties.values())
    return f"{number} of their {_count(network.count)}" if full else f"{number} of their"


def _count(number: int) -> str:
    return count_words(number, "state").rpartition(" ")[0]


def _name_of(network: Network, which: str, state: str) -> str:
    ties = [tie for each in _ties(network, which).values() for tie in each]
    return next(tie.other_name for tie in ties if tie.other == state)


def _point(tie: Tie, reading: str) -> PanelPoint:
    found: PanelPoint = getattr(tie, reading)
    return found


def _unclear(tie: Tie, reading: str) -> bool:
    """Whether a tie may be on either side of the middle."""
    point = _point(tie, reading)
    return (point.lo80 or 0.0) < MIDDLE < (point.hi80 or 0.0)


def _words(tie: Tie, reading: str) -> str:
    point = _point(tie, reading)
    return percentile(point.value, point.lo80, point.hi80)


def _short(tie: Tie, reading: str) -> str:
    """Return value and interval so that they can stand in a list."""
    value, _, bounds = _words(tie, reading).partition(", ")
    return f"{value} ({bounds})"


# ------------------------------------------------------------------------------- drawing
@dataclass(frozen=True)
class _Spot:
    """A place on the sheet, in pixels."""

    x: float
    y: float


def _wide(network: Network, dyad: DyadName) -> dict[str, Any]:
    """Draw the two states in the middle, their own ties outside, those of both between them."""
    heights = [_block_height(network, dyad, which) for which, _ in _LISTS]
    pen = _Pen(Sheet(WIDE, sum(heights)))
    top = 0.0
    for (which, reading), height in zip(_LISTS, heights, strict=True):
        pen.head(0, top + 10, which, reading)
        _wide_block(pen, network, dyad, which, reading, top + _HEAD, height - _HEAD - _PAD)
        top += height
    return pen.done()


def _block_height(network: Network, dyad: DyadName, which: str) -> float:
    """Return the room that the longer list needs, or those between the two states."""
    both = shared(network, which, dyad)
    apart = max(len(ties) - len(both) for ties in _ties(network, which).values())
    between = 2 * (_CLEAR + (len(both) + 1) // 2 * _STEP) if both else 0
    return _HEAD + max(apart * _ROW, between, 3 * _ROW) + _PAD


def _wide_block(
    pen: _Pen,
    network: Network,
    dyad: DyadName,
    which: str,
    reading: str,
    top: float,
    height: float,
) -> None:
    middle = top + height / 2
    spots = {dyad.a: _Spot(296, middle), dyad.b: _Spot(464, middle)}
    both = shared(network, which, dyad)
    ties = _ties(network, which)
    if network.own is not None:
        pen.tie(spots[dyad.a], spots[dyad.b], network.own, reading, dyad)
        words = _short(network.own, reading)
        pen.write("own", _Spot(380, middle - 8), words, READING_COLOURS[reading])
    for state, side in ((dyad.a, -1), (dyad.b, 1)):
        apart = [tie for tie in ties[state] if tie.other not in both]
        start = middle - (len(apart) - 1) * _ROW / 2
        for at, tie in enumerate(apart):
            spot = _Spot(380 + side * 172, start + at * _ROW)
            pen.tie(spots[state], spot, tie, reading, dyad)
            label = _label(tie, reading, 200, pen.font)
            kind = "left" if side < 0 else "right"
            pen.write(kind, _Spot(spot.x + side * 8, spot.y), label, INK)
    for state, spot in zip(both, _between(len(both), middle), strict=True):
        pair = [next(tie for tie in ties[each] if tie.other == state) for each in spots]
        for tie in pair:
            pen.tie(spots[tie.state], spot, tie, reading, dyad)
        values = " / ".join(_words(tie, reading).partition(",")[0] for tie in pair)
        name = f"{pair[0].other_name} {values}"
        fitted = fit_lines(name, 160, font=pen.font, lines=1) or f"{state} {values}"
        # away from the middle, where fewer lines run
        away = -10 if spot.y < middle else 10
        pen.write("shared", _Spot(spot.x, spot.y + away), fitted, INK)
    pen.state(spots[dyad.a], dyad.a_name, "a")
    pen.state(spots[dyad.b], dyad.b_name, "b")


def _between(count: int, middle: float) -> list[_Spot]:
    """Return places between the two states, from top to bottom, clear of their own tie."""
    above, below = (count + 1) // 2, count // 2
    tops = [_Spot(380, middle - _CLEAR - at * _STEP) for at in reversed(range(above))]
    return [*tops, *(_Spot(380, middle + _CLEAR + at * _STEP) for at in range(below))]


def _narrow(network: Network, dyad: DyadName) -> dict[str, Any]:
    """Draw one state below the other, its ties listed to its right."""
    drawn = [
        (which, reading, state)
        for which, reading in _LISTS
        for state in (dyad.a, dyad.b)
    ]  # fmt: skip
    heights = [_fan_height(network, which, state) for which, _, state in drawn]
    pen = _Pen(Sheet(NARROW, sum(heights)))
    top = 0.0
    for (which, reading, state), height in zip(drawn, heights, strict=True):
        if state == dyad.a:
            pen.head(0, top + 10, which, reading)
        _fan(pen, network, dyad, which, reading, state, top + _HEAD)
        top += height
    return pen.done()


def _fan_height(network: Network, which: str, state: str) -> float:
    return _HEAD + (len(_ties(network, which)[state]) + 1) * _ROW + _PAD


def _fan(
    pen: _Pen, network: Network, dyad: DyadName, which: str, reading: str, state: str, top: float
) -> None:
    ties: list[Tie] = _ties(network, which)[state]
    both = shared(network, which, dyad)
    here, there = ("a", "b") if state == dyad.a else ("b", "a")
    names = {"a": dyad.a_name, "b": dyad.b_name}
    centre = _Spot(30, top + len(ties) * _ROW / 2 + 4)
    rows = [(tie, tie.other_name, tie.other in both) for tie in ties]
    if network.own is not None:
        rows.append((network.own, names[there], False))
    for at, (tie, name, is_shared) in enumerate(rows):
        spot = _Spot(92, top + at * _ROW + 8)
        pen.tie(centre, spot, tie, reading, dyad)
        label = _label(tie, reading, NARROW.width - 100, pen.font, name)
        own = tie is network.own
        kind = "listed in bold" if is_shared or own else "listed"
        pen.write(kind, _Spot(spot.x + 8, spot.y), label, STATE_COLOURS[there] if own else INK)
        if own:
            pen.end(spot, STATE_COLOURS[there], unclear=_unclear(tie, reading))
    pen.state(centre, names[here], here)


def _label(tie: Tie, reading: str, room: float, font: float, name: str = "") -> str:
    """Return name, value and interval in one line; the code where the name is too long."""
    words = _short(tie, reading)
    text = f"{name or tie.other_name} {words}"
    return text if fit_lines(text, room, font=font, lines=1) else f"{tie.other} {words}"


class _Pen:
    """Collects lines, ends and words, so that each kind of mark is one layer."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.font = sheet.layout.font
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _LAYERS}

    def head(self, x: float, y: float, which: str, reading: str) -> None:
        """Name a picture."""
        self.write("heads", _Spot(x, y), _HEADS[which], READING_COLOURS[reading])

    def tie(self, start: _Spot, end: _Spot, tie: Tie, reading: str, dyad: DyadName) -> None:
        """Draw a tie from a state to its other end."""
        point = _point(tie, reading)
        lo, hi = point.lo80 or 0.0, point.hi80 or 0.0
        unclear = _unclear(tie, reading)
        row = {
            "x": start.x, "y": start.y, "x2": end.x, "y2": end.y,
            "colour": READING_COLOURS[reading], "sure": round(max(0.35, 1 - (hi - lo) / 60), 2),
        }  # fmt: skip
        self._rows["unclear ties" if unclear else "ties"].append(row)
        names = {dyad.a: dyad.a_name, dyad.b: dyad.b_name}
        tip = {
            "who": f"{names[tie.state]} – {tie.other_name}",
            **{name: _words(tie, name) for name in ("cohesion", "tension", "depth")},
        }
        if tie.other not in names:
            self.end(end, READING_COLOURS[reading], unclear=unclear)
        self._rows["tips"].append({"x": end.x, "y": end.y, **tip})

    def end(self, spot: _Spot, colour: str, *, unclear: bool) -> None:
        """Draw the end of a tie, hollow where its interval spans the middle."""
        kind = "unclear ends" if unclear else "ends"
        self._rows[kind].append({"x": spot.x, "y": spot.y, "colour": colour})
        if unclear:
            self._rows["hollow"].append({"x": spot.x, "y": spot.y})

    def state(self, spot: _Spot, name: str, side: str) -> None:
        """Draw one of the two states over its ties."""
        colour = STATE_COLOURS[side]
        self._rows["states"].append({"x": spot.x, "y": spot.y, "colour": colour})
        self.write("state names", _Spot(spot.x, spot.y - 15), name, colour)

    def write(self, kind: str, spot: _Spot, text: str, colour: str) -> None:
        """Write words at a place."""
        self._rows[kind].append({"x": spot.x, "y": spot.y, "text": text, "colour": colour})

    def done(self) -> dict[str, Any]:
        """Return the picture."""
        for kind, (mark, look) in _LAYERS.items():
            rows = self._rows[kind]
            if mark == "text":
                more = 1 if kind in {"heads", "state names"} else 0
                sized = {**look, "fontSize": self.font + more}
                if kind in _OVER_LINES:
                    # a light edge keeps the lines behind from crossing the words
                    edge = [{**row, "colour": PAPER} for row in rows]
                    self._sheet.add(edge, mark, {**sized, "stroke": PAPER, "strokeWidth": 4})
                self._sheet.add(rows, mark, sized)
                continue
            extra: dict[str, Any] = {}
            if mark == "rule":
                extra = {"opacity": {"field": "sure", "type": "quantitative", "scale": None}}
            if kind == "tips":
                extra = {"tooltip": tips(who="Dyad", cohesion="Cohesion, 80 % interval",
                                         tension="Tension", depth="Depth")}  # fmt: skip
            self._sheet.add(rows, mark, look, **extra)
        return self._sheet.spec()


_MIDDLED = {"align": "center", "baseline": "middle"}
_FROM_LEFT = {"align": "left", "baseline": "middle"}
_LAYERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ties": ("rule", {"strokeWidth": 1.8, "tooltip": None}),
    "unclear ties": ("rule", {"strokeWidth": 1.8, "strokeDash": [5, 3], "tooltip": None}),
    "ends": ("circle", {"size": 42, "opacity": 1, "tooltip": None}),
    "hollow": ("circle", {"size": 42, "opacity": 1, "color": PAPER, "tooltip": None}),
    "unclear ends": (
        "point",
        {"size": 34, "filled": False, "strokeWidth": 1.5, "opacity": 1, "tooltip": None},
    ),
    "states": ("circle", {"size": 190, "opacity": 1, "tooltip": None}),
    "heads": ("text", {**_FROM_LEFT, "fontWeight": 700}),
    "left": ("text", {"align": "right", "baseline": "middle"}),
    "right": ("text", _FROM_LEFT),
    "listed": ("text", _FROM_LEFT),
    "listed in bold": ("text", {**_FROM_LEFT, "fontWeight": 700}),
    "shared": ("text", {**_MIDDLED, "fontWeight": 700}),
    "own": ("text", _MIDDLED),
    "state names": ("text", {**_MIDDLED, "fontWeight": 700}),
    "tips": ("circle", {"size": 60, "opacity": 0}),
}  # fmt: skip
"""Kinds of mark from the back to the front."""
_OVER_LINES = frozenset({"shared", "own", "state names"})


# ------------------------------------------------------------------------------- in words
def _alt(network: Network, dyad: DyadName) -> str:
    parts = []
    for which, reading in _LISTS:
        for state, name in ((dyad.a, dyad.a_name), (dyad.b, dyad.b_name)):
            ties = _ties(network, which)[state]
            listed = join_words([f"{tie.other_name} {_short(tie, reading)}" for tie in ties])
            word = "Closest to" if which == "closest" else "Most at odds with"
            parts.append(f"{word} {name}, by {reading}: {listed or 'nobody in the panel'}.")
    return f"Two pictures of lines from two states to others. {' '.join(parts)}"


def _table(network: Network, dyad: DyadName) -> Table:
    rows: list[Row] = []
    names = ("cohesion", "tension", "depth")
    if network.own is not None:
        cells = [(f"{dyad.a_name} – {dyad.b_name}",), *((_words(network.own, n),) for n in names)]
        rows.append(Row(tuple(cells)))
    for which, reading in _LISTS:
        for state, name in ((dyad.a, dyad.a_name), (dyad.b, dyad.b_name)):
            rows.append(Row(((f"{name}: highest {reading}",),), heading=True))
            rows += [
                Row(((tie.other_name,), *((_words(tie, each),) for each in names)))
                for tie in _ties(network, which)[state]
            ]
    columns = (Column("Dyad with"), *(Column(capital(name), "number") for name in names))
    caption = f"Percentile among the dyads of the panel in {network.period}, 80 % interval."
    return Table(caption, columns, tuple(rows))
