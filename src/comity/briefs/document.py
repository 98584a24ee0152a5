"""A brief before it is rendered: its sections, and its sources numbered in order of mention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.briefs._sections import FIRST_SCREEN, discover, name_of
from comity.briefs.blocks import Finding, Fold, cited
from comity.briefs.outside import host_of, safe_url
from comity.briefs.wording import date_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, Evidence
    from comity.judgement.implied.audiences import Audience

__all__ = ["Chapter", "Document", "Page", "SourceRecord", "compose", "grade_of"]


@dataclass(frozen=True)
class Chapter:
    """One section with its blocks."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    on_first_screen: bool


@dataclass(frozen=True)
class SourceRecord:
    """One evidence record under its page."""

    id: str
    anchor: str
    evidence: Evidence


@dataclass(frozen=True)
class Page:
    """One page of a publisher, or one dataset, with the records that rest on it."""

    number: int
    title: str
    publisher: str
    url: str | None
    published_on: str | None
    records: tuple[SourceRecord, ...]


@dataclass(frozen=True)
class Document:
    """All that a renderer needs.

    Parameters
    ----------
    assessment : Assessment
        What the brief is made from.
    chapters : tuple of Chapter
        In order; empty ones are left out.
    pages : tuple of Page
        Numbered from 1.
    number_of : dict of str to int
        Page number of each evidence id.
    anchor_of : dict of str to str
        Fragment identifier of each evidence id.
    audience : Audience or None
        For whom the chapters are ordered; None for the usual order.
    """

    assessment: Assessment
    chapters: tuple[Chapter, ...]
    pages: tuple[Page, ...]
    number_of: dict[str, int]
    anchor_of: dict[str, str]
    audience: Audience | None = None

    def marks(self, ids: tuple[str, ...]) -> list[tuple[int, str]]:
        """Return page number and first evidence id of each page that `ids` rest on, in order."""
        found: dict[int, str] = {}
        for item in ids:
            found.setdefault(self.number_of[item], item)
        return sorted(found.items())

    def hint(self, evidence_id: str) -> str:
        """Return publisher, date and grade of an evidence record in one line."""
        item = self.assessment.evidence[evidence_id]
        page = self.pages[self.number_of[evidence_id] - 1]
        published = item.source.published_on
        parts = [page.publisher, date_words(published) if published else "", grade_of(item)]
        return ", ".join(part for part in parts if part)


def grade_of(item: Evidence) -> str:
    """Return the Admiralty grade of a record in words, empty if neither part was judged."""
    grade = item.grade
    if grade.reliability is None and grade.credibility is None:
        return ""
    credibility = "–" if grade.credibility is None else grade.credibility
    return f"grade {grade.reliability or '–'}{credibility}"


def compose(assessment: Assessment, audience: Audience | None = None) -> Document:
    """Build all sections in the order of an audience and number the sources.

    Every audience gets every section: only order and depth differ.
    """
    chapters = []
    shown = assessment if audience is None else for_reader(assessment, audience)
    for section in discover():
        blocks = tuple(section.build(shown))
        if blocks:
            first = section.ORDER < FIRST_SCREEN
            chapters.append(Chapter(name_of(section), section.TITLE, blocks, first))
    if audience is not None:
        chapters = arranged(chapters, audience)
    order = dict.fromkeys(cited([chapter.blocks for chapter in chapters]))
    order.update(dict.fromkeys(assessment.evidence))
    pages: dict[tuple[str, str], list[str]] = {}
    for item in order:
        pages.setdefault(_page_key(assessment.evidence[item]), []).append(item)
    anchors = {item: f"r{position}" for position, item in enumerate(order, start=1)}
    made = tuple(
        _page(number, [(item, anchors[item], assessment.evidence[item]) for item in ids])
        for number, ids in enumerate(pages.values(), start=1)
    )
    numbers = {record.id: page.number for page in made for record in page.records}
    return Document(assessment, tuple(chapters), made, numbers, anchors, audience)


def arranged(chapters: Sequence[Chapter], audience: Audience) -> list[Chapter]:
    """Return chapters in the order and depth of an audience; none is left out."""
    places = {name: place for place, name in enumerate((*audience.first, *audience.order))}
    ordered = sorted(chapters, key=lambda chapter: places.get(chapter.name, len(places)))
    return [
        replace(
            chapter,
            blocks=_folded(chapter.blocks) if chapter.name in audience.folded else chapter.blocks,
            on_first_screen=chapter.name in audience.first,
        )
        for chapter in ordered
    ]


def _folded(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    shown = next((i for i, each in enumerate(blocks) if not isinstance(each, Finding)), len(blocks))
    rest = blocks[shown:]
    return (*blocks[:shown], Fold("The rest of this section", rest)) if rest else blocks


def for_reader(assessment: Assessment, audience: Audience) -> Assessment:
    """Return the assessment with the implications of one audience first, in its order of topics.

    What serves several audiences is printed under this one.
    """
    topics = {name: place for place, name in enumerate(audience.topics)}
    served = {item.id for item in assessment.implications if item.audience == audience.id}
    marked = [
        item.model_copy(update={"first": item.audience == audience.id})
        if item.id in served and item.id
        else item
        for item in assessment.implications
    ]
    marked.sort(
        key=lambda item: (item.audience != audience.id, topics.get(item.topic, len(topics)))
    )
    return assessment.model_copy(update={"implications": marked})


def _page_key(item: Evidence) -> tuple[str, str]:
    if url := (item.source.url or "").strip():
        return ("url", url)
    return (item.dataset, f"{item.source.publisher}\x1f{item.source.title}")


def _page(number: int, items: list[tuple[str, str, Evidence]]) -> Page:
    first = items[0][2]
    source = first.source
    publisher = source.publisher or host_of(source.url) or first.dataset or "publisher not known"
    dates = {evidence.source.published_on for _, _, evidence in items}
    records = [SourceRecord(item, anchor, evidence) for item, anchor, evidence in items]
    records.sort(key=lambda record: (record.evidence.date, record.id))
    return Page(
        number=number,
        title=source.title or "",
        publisher=publisher,
        url=safe_url(source.url),
        published_on=source.published_on if len(dates) == 1 else None,
        records=tuple(records),
    )
