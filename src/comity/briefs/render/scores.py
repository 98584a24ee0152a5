"""Scores of forecasts, and of published judgements, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from comity.briefs.render.views import table_of
from comity.briefs.wording import count_words, percent

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from comity.judgement.assessment import Assessment

__all__ = ["render_record", "render_scores"]

_FIGURES = (
    "Lower is better. Even: always 50 %. Base rate: how often questions had come true by then."
)


def render_scores(data: dict[str, Any]) -> RenderableType:
    """Return what `Workspace.score` gave."""
    parts: list[RenderableType] = []
    own = data["own"]
    if own is None or not own["questions"]:
        parts.append(
            Text("No forecast is kept yet: `comity score record A B` keeps those of the outlook.")
        )
    else:
        parts += [*_own(own), _questions(data["questions"])]
    if data["published"] is not None:
        parts += _published(data["published"])
    return Group(*parts)


def render_record(assessment: Assessment, data: dict[str, Any]) -> RenderableType:
    """Return the track record of an assessment."""
    del assessment
    parts = _published(data)
    if data["own"] is not None:
        parts += _own(data["own"])
    else:
        parts.append(Text("No forecast of this dyad is kept yet."))
    return Group(*parts)


def _own(own: dict[str, Any]) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text(
            f"{count_words(own['forecasts'], 'forecast')} on "
            f"{count_words(own['questions'], 'question')} as of {own['as_of']}: {own['resolved']} "
            f"resolved, {own['void']} void, {own['open']} open, of which {len(own['overdue'])} "
            "overdue"
        )
    ]
    if own["makers"]:
        parts += [_makers(own["makers"]), _bands(own["bands"])]
    else:
        parts.append(Text("No yes-or-no question has resolved yet, so there is nothing to score."))
    if own["readings"]:
        rows = (
            (row["maker"] + _apart(row), row["reading"], row["forecasts"], row["crps"])
            for row in own["readings"]
        )
        head = ("maker", "reading", "forecasts", "CRPS")
        parts.append(table_of("Forecasts of readings, in points; lower is better", head, rows))
    if own["overdue"]:
        rows = ((row["id"], row["dyad"], row["horizon"], row["text"]) for row in own["overdue"])
        table = table_of("Overdue", ("question", "dyad", "was due", "text"), rows)
        table.caption = "comity score resolve QUESTION true|false|void --evidence ID --why TEXT"
        parts.append(table)
    return parts


def _apart(row: dict[str, Any]) -> str:
    return "" if row["beforehand"] else " (recorded after the answer)"


def _makers(rows: list[dict[str, Any]]) -> Table:
    table = table_of(
        "Scores by maker",
        ("maker", "questions", "Brier", "even", "base rate", "log", "even", "base rate"),
        (
            (
                row["maker"] + _apart(row), row["questions"], _figure(row["brier"]),
                _figure(row["brier_even"]), _figure(row["brier_base_rate"]), _log(row["log"]),
                _figure(row["log_even"]), _log(row["log_base_rate"]),
            )
            for row in rows
        ),
    )  # fmt: skip
    notes = [f"{row['maker']}: {row['note']}." for row in rows if row["note"]]
    table.caption = " ".join([_FIGURES, *notes])
    return table


def _bands(rows: list[dict[str, Any]]) -> Table:
    return table_of(
        "Calibration: of questions given such a probability, how many came true",
        (
            "said", "from", "to", "on average", "questions", "came true", "share", "80 % interval",
            "",
        ),
        (
            (
                row["word"], percent(row["lo"]), percent(row["hi"]),
                "" if row["mean_probability"] is None else percent(row["mean_probability"]),
                row["questions"], row["came_true"],
                "" if row["share"] is None else percent(row["share"]),
                "" if row["lo80"] is None
                else f"{percent(row['lo80'])} to {percent(row['hi80'])}",
                row["note"],
            )
            for row in rows
        ),
    )  # fmt: skip


def _questions(rows: list[dict[str, Any]]) -> Table:
    return table_of(
        "Questions",
        ("question", "state", "due", "forecasts", "latest", "Brier"),
        (
            (
                row["name"], row["state"], row["horizon"], len(row["forecasts"]),
                _latest(row["forecasts"][-1]), _figure(row["forecasts"][-1]["brier"]),
            )
            for row in rows
        ),
    )  # fmt: skip


def _published(data: dict[str, Any]) -> list[RenderableType]:
    names = {"right": "right", "wrong": "wrong", "mixed": "mixed", "open": "open",
             "late": "not scored"}  # fmt: skip
    counts = [(sum(row[name] for row in data["authors"]), word) for name, word in names.items()]
    told = ", ".join(f"{n} {word}" for n, word in counts if n or word != "not scored")
    table = table_of(
        f"Published judgements: {told}",
        ("id", "date", "author", "judgement", "held", "known from"),
        (
            (
                row["id"], row["date"], row["author"], row["text"], _held(row),
                row["known_from"],
            )
            for row in data["published"]
        ),
    )  # fmt: skip
    return [table, Text(data["caveat"])] if data["caveat"] else [table]


def _held(row: dict[str, Any]) -> str:
    if not row["beforehand"]:
        return "not scored: may be later than the answer"
    words = {"true": "right", "false": "wrong", None: "not known yet"}
    return words.get(row["outcome"], row["outcome"] or "")


def _latest(forecast: dict[str, Any]) -> str:
    if forecast["probability"] is not None:
        return percent(forecast["probability"])
    levels = forecast["quantiles"]
    ends = sorted(levels, key=float)
    return f"{levels[ends[0]]:.0f} to {levels[ends[-1]]:.0f}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _log(value: float | None) -> str:
    return "infinite" if value is None else f"{value:.3f}"
