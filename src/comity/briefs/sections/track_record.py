"""Track record: published judgements and what became of them; our own forecasts, scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Column,
    Finding,
    Fold,
    Outside,
    Paragraph,
    Row,
    Table,
    Tag,
)
from comity.briefs.sections._words import cite, text_or_dash
from comity.briefs.wording import capital, count_words, date_words, of_words, percent

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment
    from comity.judgement.track_record_parts import OwnRecord, PublishedJudgement, TrackRecord

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 158
TITLE = "Track record"

_HELD = {"true": "right", "false": "wrong", "mixed": "mixed", "open": "open"}
_TONES = {"true": "up", "false": "down"}


def build(assessment: Assessment) -> list[Block]:
    """Return published judgements, then forecasts that were kept; nothing where none is."""
    record = assessment.track_record
    blocks: list[Block] = []
    if record.published:
        blocks += _published(record)
    if record.own is not None:
        blocks += _own(record.own)
    return blocks


def _published(record: TrackRecord) -> list[Block]:
    items = record.published
    judged = [
        item for item in items if item.outcome in {"true", "false", "mixed"} and item.beforehand
    ]
    late = sum(not item.beforehand for item in items)
    right = sum(item.outcome == "true" for item in judged)
    wrong = sum(item.outcome == "false" for item in judged)
    mixed, still = len(judged) - right - wrong, len(items) - len(judged) - late
    unscored = f"; perhaps written after the answer, and not scored: {late}" if late else ""
    found = (
        f"{capital(of_words(right, len(judged), 'published judgement'))} with a known outcome "
        f"proved right and {wrong or 'none'} wrong; {mixed or 'none'} came out mixed. Open: "
        f"{still or 'none'}{unscored}"
        if judged
        else f"{capital(count_words(len(items), 'published judgement'))}; no outcome was known yet"
    )
    columns = (
        Column("Published"),
        Column("Judgement, in our words", "wide"),
        Column("Asked of it afterwards", "wide"),
        Column("Proved", "graphic"),
        Column("What happened", "wide"),
    )
    rows = tuple(_row(item) for item in sorted(items, key=lambda each: each.date, reverse=True))
    caption = f"{capital(count_words(len(items), 'published judgement'))}, the latest first."
    return [
        Finding((found,)),
        Table(caption, columns, rows, show=12),
        *((Fold("Counted by author", (_by_author(record),)),) if record.authors else ()),
        Caveat((record.caveat,)),
    ]


def _by_author(record: TrackRecord) -> Table:
    """Return counts by author, those with most judgements first; no score without a probability."""
    names = ("Right", "Wrong", "Mixed", "Open")
    columns = (Column("Author"), *(Column(name, "number") for name in names), Column("Brier score"))
    ranked = sorted(
        record.authors, key=lambda each: (-(each.right + each.wrong + each.mixed), each.author)
    )
    rows = tuple(
        Row(
            (
                (Outside(each.author),),
                *((str(n),) for n in (each.right, each.wrong, each.mixed, each.open)),
                (f"{each.brier:.3f}" if each.brier is not None else "no probability stated",),
            )
        )
        for each in ranked
    )
    return Table("", columns, rows)


def _row(item: PublishedJudgement) -> Row:
    known = ""
    if item.known_from and item.outcome != "open":
        known = f" (known from {date_words(item.known_from)})"
    if item.outcome is None:
        happened: Parts = ("not known yet",)
    else:
        happened = (Outside(item.outcome_text or "–"), known, *cite(item.evidence))
    outcome = item.outcome or "open"
    proved = Tag(_HELD[outcome], _TONES.get(outcome, "plain"))
    if not item.beforehand:
        proved = Tag("not scored: may be later than the answer", "warn")
    return Row(
        (
            (Outside(item.author), f", {date_words(item.date)}"),
            (Outside(item.text), *_stated(item), *cite(item.evidence)),
            text_or_dash(item.question),
            (proved,),
            happened,
        )
    )


def _stated(item: PublishedJudgement) -> Parts:
    if item.probability is None:
        return ()
    return (f" (stated probability {percent(item.probability, bounded=False)})",)


def _own(own: OwnRecord) -> list[Block]:
    blocks: list[Block] = [
        Paragraph(
            (
                f"{capital(count_words(own.forecasts, 'forecast'))} of our own on "
                f"{count_words(own.questions, 'question')}: {own.resolved} resolved, {own.void} "
                f"void, {own.open} open, of which {len(own.overdue)} overdue.",
            )
        )
    ]
    if own.makers:
        columns = (
            Column("Maker"),
            Column("Questions", "number"),
            Column("Brier score", "number"),
            Column("Always 50 %", "number"),
            Column("Base rate then", "number"),
            Column("Log score", "number"),
            Column("What to mind", "wide"),
        )
        rows = tuple(
            Row(
                (
                    (Outside(item.maker), "" if item.beforehand else ", recorded after the answer"),
                    (str(item.questions),),
                    (f"{item.brier:.3f}",),
                    (f"{item.brier_even:.3f}",),
                    (f"{item.brier_base_rate:.3f}",),
                    ("infinite" if item.log is None else f"{item.log:.3f}",),
                    (item.note or "–",),
                )
            )
            for item in own.makers
        )
        blocks.append(Table("Forecasts that resolved; lower scores are better.", columns, rows))
        blocks.append(_calibration(own))
    if own.overdue:
        names = "; ".join(f"{item.id}, due {date_words(item.horizon)}" for item in own.overdue)
        blocks.append(Paragraph((f"Overdue for an answer: {names}.",)))
    return blocks


def _calibration(own: OwnRecord) -> Block:
    columns = (
        Column("Said"),
        Column("Questions", "number"),
        Column("Came true", "number"),
        Column("Share, 80 % interval", "number"),
        Column("What to mind", "wide"),
    )
    rows = tuple(
        Row(
            (
                (f"{band.word} ({percent(band.lo)} to {percent(band.hi)})",),
                (str(band.questions),),
                (str(band.came_true),),
                (
                    "–"
                    if band.share is None
                    else f"{percent(band.share)}, {percent(band.lo80)} to {percent(band.hi80)}",
                ),
                (band.note or "–",),
            )
        )
        for band in own.bands
    )
    return Table("Calibration by probability band.", columns, rows)
