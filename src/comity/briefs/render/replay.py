"""A replay for a terminal and as a page: then, the documents, and what happened, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from comity.briefs.render.markdown import escape as plain
from comity.briefs.wording import date_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from comity.judgement.replay import Published, Replay, ReplayDay

__all__ = ["render_replay", "replay_markdown"]

_OUTCOMES = {
    "true": "held",
    "false": "did not hold",
    "mixed": "mixed",
    "open": "open",
    None: "open",
}
_NONE = "the system judges nothing that answers it"


def render_replay(replay: Replay) -> RenderableType:
    """Return a replay as a terminal shows it."""
    parts: list[RenderableType] = []
    for day in replay.days:
        parts += [Text(f"\nAs of {date_words(day.on)}", style="bold"), Text(day.bottom_line),
                  Text(day.confidence), Text(day.leader), Text(_weight(day))]  # fmt: skip
        parts += [Text(f"Claim: {text}") for text in day.claims]
        parts += [_documents(day), _directions(day), _after(day), Text(day.caveat, style="dim")]
    parts.append(Text(_score(replay), style="bold"))
    return Group(*parts)


def _score(replay: Replay) -> str:
    if replay.brier is None:
        return "No direction could be scored."
    return (
        f"Directions over 12 months: {replay.directions} scored, mean Brier score "
        f"{replay.brier:.3f}; always saying 50 % scores {replay.brier_of_half:.3f}."
    )


def _table(title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in head:
        table.add_column(escape(name), overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    if not table.row_count:
        table.caption = "Nothing is on record for this."
    return table


_DOCUMENTS = ("published", "the document said", "the system would have said", "what happened")


def _document_cells(each: Published) -> tuple[str, str, str, str]:
    said = " ".join(each.said) or _NONE
    fate = _OUTCOMES.get(each.outcome or "", "open")
    happened = f"{fate}: {each.outcome_text}" if each.outcome_text else fate
    return f"{each.date} {each.author}", each.text, said, happened


def _documents(day: ReplayDay) -> Table:
    rows = (_document_cells(each) for each in day.published)
    return _table("Published then, beside the system", _DOCUMENTS, rows)


_DIRECTIONS = ("reading", "then", "chance of a rise in 12 months", "change after 6, 12, 24 months",
               "Brier score")  # fmt: skip


def _direction_rows(day: ReplayDay) -> list[tuple[str, ...]]:
    made: list[tuple[str, ...]] = []
    for name, reading in day.readings.items():
        own = [each for each in day.scored if each.reading == name]
        changes = ", ".join("–" if each.change is None else f"{each.change:+.0f}" for each in own)
        brier = next((each.brier for each in own if each.brier is not None), None)
        level = "–"
        if reading["value"] is not None:
            level = f"{reading['value']:.0f} ({reading['lo80']:.0f} to {reading['hi80']:.0f})"
        rise = reading["p_rise_12m"]
        made.append(
            (
                name, level, "–" if rise is None else f"{100 * rise:.0f} %", changes,
                "–" if brier is None else f"{brier:.3f}",
            )
        )  # fmt: skip
    return made


def _directions(day: ReplayDay) -> Table:
    return _table(
        "Readings then, on the scale of what was known, and what they did, on today's",
        _DIRECTIONS,
        _direction_rows(day),
    )


def _after(day: ReplayDay) -> Table:
    rows = ((each.date, each.text) for each in day.happened)
    table = _table("What happened in the next 24 months", ("date", "what"), rows)
    table.caption = _shown(day)
    return table


def _shown(day: ReplayDay) -> str:
    """Return how much of what is on record stands in the table."""
    acts = sum(each.kind not in {"phase", "arrival"} for each in day.happened)
    return (
        f"{day.acts} acts of one towards the other are on record in these months; {acts} of them "
        "are shown, those that the brief marks and the weightiest."
    )


def _weight(day: ReplayDay) -> str:
    if not day.outlook:
        return "No outlook could be given."
    return f"Most weight in 12 months: {', '.join(day.outlook)}."


# ------------------------------------------------------------------ a page


def replay_markdown(replay: Replay) -> str:
    """Return a replay as a page in Markdown; text from outside is data in it."""
    lines = [f"# Replay of {replay.dyad}", "", f"Outcomes as of {date_words(replay.as_of)}.", ""]
    for day in replay.days:
        lines += [f"## As of {date_words(day.on)}", "", _line(day.bottom_line), "",
                  _line(day.confidence), "", _line(day.leader), "",
                  _line(_weight(day)), ""]  # fmt: skip
        lines += [line for text in day.claims for line in (_line(text), "")]
        lines += _page_table(_DOCUMENTS, [_document_cells(each) for each in day.published])
        lines += _page_table(_DIRECTIONS, _direction_rows(day))
        lines += _page_table(
            ("date", "what happened in the next 24 months"),
            [(each.date, each.text) for each in day.happened],
        )
        lines += [_shown(day), ""]
        lines += [_line(day.caveat), ""]
    return "\n".join([*lines, _score(replay), ""])


def _page_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    names = list(head)
    made = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    made += [f"| {' | '.join(_line(cell) for cell in row)} |" for row in rows]
    return [*made, ""]


def _line(text: str) -> str:
    """Return text from outside as one line that Markdown cannot read as markup."""
    return plain(" ".join(text.split()))
