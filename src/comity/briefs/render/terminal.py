"""The summary that a terminal shows: the answer first, then the readings and what moved them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from comity.briefs.render._plain import bars
from comity.briefs.render.beside import render_beside
from comity.briefs.standing_words import is_draft, review_note, review_words
from comity.briefs.wording import (
    NOT_KNOWN,
    actor_words,
    capital,
    count_words,
    date_words,
    end_words,
    interval,
    named,
    of_words,
    percent,
    signed,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from comity.judgement.assessment import Assessment, Mover

__all__ = ["render_terminal"]

_READINGS = ("depth", "cohesion", "tension", "asymmetry")
_COLOURS = {"depth": "green", "cohesion": "blue", "tension": "magenta", "asymmetry": "yellow"}
_SHOWN = 3


def render_terminal(assessment: Assessment) -> Group:
    """Return title, bottom line, readings, movers, changes of roles and counts of the rest."""
    parts: list[RenderableType] = [_title(assessment), Text()]
    line = assessment.bottom_line
    parts += [Text(_plain(line.text)), Text(_plain(line.confidence), style="dim"), Text()]
    parts += [_readings(assessment), Text(_ladder(assessment)), Text()]
    if assessment.beside is not None:
        parts += [*render_beside(assessment.beside, assessment.manifest), Text()]
    movers = _movers(assessment)
    if movers is not None:
        parts += [movers, Text()]
    changes = _changes(assessment)
    if changes:
        parts += [Text(text) for text in changes]
        parts.append(Text())
    parts.append(Text(_counts(assessment), style="dim"))
    return Group(*parts)


def _plain(text: str) -> str:
    """Return text without control characters, which could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _title(assessment: Assessment) -> Text:
    made = Text(_plain(assessment.title), style="bold")
    made.append(f"  as of {date_words(assessment.as_of)}", style="not bold dim")
    if assessment.reconstruction:
        made.append("  reconstruction", style="not bold yellow")
    style = "not bold red" if is_draft(assessment) else "not bold green"
    made.append(f"  {_plain(review_words(assessment))}", style=style)
    if note := review_note(assessment):
        made.append(f"\n{_plain(note)}", style="not bold yellow")
    return made


def _readings(assessment: Assessment) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("reading")
    table.add_column("now", justify="right")
    table.add_column("80 % interval")
    table.add_column("last 15 years")
    table.add_column("chance of a rise", justify="right")
    for name in _READINGS:
        reading = assessment.readings.get(name)
        if reading is None or reading.latest.value is None:
            table.add_row(Text(name, style=_COLOURS[name]), NOT_KNOWN, "", "", "")
            continue
        latest = reading.latest
        words = interval(latest.value, latest.lo80, latest.hi80, sign=name == "asymmetry")
        value, _, bounds = words.partition(", ")
        history = bars([point.value for point in reading.series[-180:]], 20)
        table.add_row(
            Text(name, style=_COLOURS[name]),
            Text(value, style="bold"),
            bounds,
            Text(history, style=_COLOURS[name]),
            percent(reading.p_rise_12m),
        )
    return table


def _ladder(assessment: Assessment) -> str:
    ladder = assessment.ladder
    if ladder.rung is None:
        return f"ladder    rung {NOT_KNOWN}"
    marks = "".join("●" if rung < ladder.rung else "○" for rung in range(6))
    return f"ladder    {marks}  rung {ladder.rung} of 6: {_plain(ladder.rung_name)}"


def _movers(assessment: Assessment) -> Table | None:
    found = sorted(
        ((n, m) for n, reading in assessment.readings.items() for m in reading.movers if m.effect),
        key=lambda pair: (-abs(pair[1].effect), pair[0], pair[1].indicator),
    )
    up = [pair for pair in found if pair[1].effect > 0][:_SHOWN]
    down = [pair for pair in found if pair[1].effect < 0][:_SHOWN]
    if not up and not down:
        return None
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("moved in 12 months")
    table.add_column("points", justify="right")
    table.add_column("by")
    for name, mover in (*up, *down):
        table.add_row(
            Text(name, style=_COLOURS.get(name, "")), signed(mover.effect), _by(assessment, mover)
        )
    return table


def _by(assessment: Assessment, mover: Mover) -> str:
    name = mover.indicator.partition(">")[0]
    title = next((item.name for item in assessment.indicators if item.id == name), mover.text)
    return _plain(f"{named(title or name, assessment.dyad)} ({mover.indicator})")


def _changes(assessment: Assessment) -> list[str]:
    lines = []
    last = assessment.phases[-1] if assessment.phases else None
    if last is not None and last.boundary.date is not None:
        lines.append(
            f"present phase since {date_words(last.boundary.date)} "
            f"({date_words(last.boundary.lo80)} to {date_words(last.boundary.hi80)}): "
            f"{_plain(last.name)}"
        )
    for role in assessment.roles.values():
        for flip in role.flips:
            before = actor_words(flip.from_, assessment.dyad)
            after = actor_words(flip.to, assessment.dyad)
            end = f". {end_words(flip.end, assessment.dyad)}" if flip.end else ""
            lines.append(
                f"{capital(_plain(role.name))}: {before} was the main supplier until "
                f"{date_words(flip.date)} (80 %: {date_words(flip.lo80)} to "
                f"{date_words(flip.hi80)}), then {after}; probability {percent(flip.probability)}"
                f"{end}"
            )
    return lines


def _counts(assessment: Assessment) -> str:
    live = sum(item.is_live for item in assessment.indicators)
    total = len(assessment.indicators)
    shown = f"{capital(of_words(live, total, 'indicator'))} live" if total else "No indicator"
    return (
        f"{shown}, "
        f"{count_words(len(assessment.evidence), 'evidence record')} cited, "
        f"{count_words(len(assessment.gaps), 'known gap')}."
    )
