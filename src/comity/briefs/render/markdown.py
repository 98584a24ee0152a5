"""The brief as Markdown: the same sections, marks and sources; charts as their data."""

from __future__ import annotations

import re
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Callout,
    Caveat,
    Cite,
    Confidence,
    Dot,
    Empty,
    Events,
    Figure,
    Finding,
    Fold,
    Lead,
    Level,
    Listing,
    Panels,
    Paragraph,
    Rungs,
    SourceList,
    Spark,
    Strong,
    Table,
    Tag,
    Tiles,
    Track,
)
from comity.briefs.document import Document, Page, compose, grade_of
from comity.briefs.render._plain import graphic
from comity.briefs.standing_words import review_note, review_words
from comity.briefs.wording import capital, date_words

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Inline, Parts, Row
    from comity.judgement.assessment import Assessment
    from comity.judgement.implied.audiences import Audience

__all__ = ["render_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$])")
_LEADING = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s)")
_MARKS = 5


def render_markdown(assessment: Assessment, *, audience: Audience | None = None) -> str:
    """Return the brief as Markdown; text from outside is escaped and stays on its line."""
    document = compose(assessment, audience)
    writer = _Writer(document)
    review = f" · **{escape(review_words(assessment))}**"
    past = " · reconstruction" if assessment.reconstruction else ""
    lines = [
        f"# {escape(assessment.title)}",
        f"Assessment as of {date_words(assessment.as_of)}, information to "
        f"{date_words(assessment.cut_off)}{past}{review}",
        escape(review_note(assessment)),
        f"In the order for: {escape(audience.title)}" if audience else "",
    ]
    for chapter in document.chapters:
        lines.append(f"## {chapter.title}")
        lines += [writer.block(block) for block in chapter.blocks]
    lines.append(f"*{escape(assessment.generated_by)}, inputs `{assessment.inputs_hash[:16]}`*")
    return "\n\n".join(line for line in lines if line) + "\n"


def escape(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    Examples
    --------
    >>> print(escape("<b> | [x](y)"))
    \<b\> \| \[x\](y)
    """
    flat = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    return _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", flat))


class _Writer:
    """Turns blocks into Markdown."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def line(self, parts: Parts) -> str:
        """Return one line."""
        return "".join(self._inline(part) for part in parts).strip()

    def _inline(self, part: Inline) -> str:
        if isinstance(part, Cite):
            return self._marks(part.ids)
        if isinstance(part, Spark | Dot | Level | Track):
            return graphic(part)
        if isinstance(part, str):
            return _SPECIAL.sub(r"\\\1", part)
        shown = escape(part.text)
        if not shown:
            return " " if part.text else ""
        # marks hug their text, and what parted it from its neighbours stays outside them
        head, tail = (" " if part.text[at].isspace() else "" for at in (0, -1))
        around = {Strong: "**", Tag: "*"}.get(type(part), "")
        return f"{head}{around}{shown}{around}{tail}"

    def _marks(self, ids: tuple[str, ...]) -> str:
        numbers = [number for number, _ in self._document.marks(ids)]
        shown = numbers if len(numbers) <= _MARKS else numbers[: _MARKS - 1]
        more = f" and {len(numbers) - len(shown)} more" if len(shown) < len(numbers) else ""
        links = ", ".join(f"[{number}](#s{number})" for number in shown)
        return f" \\[{links}{more}\\]" if links else ""

    @singledispatchmethod
    def block(self, block: Block) -> str:
        """Return one block."""
        raise TypeError(type(block).__name__)

    @block.register(Lead)
    @block.register(Paragraph)
    @block.register(Confidence)
    def _(self, block: Lead | Paragraph | Confidence) -> str:
        return self.line(block.parts)

    @block.register
    def _(self, block: Finding) -> str:
        return f"**{self.line(block.parts)}**"

    @block.register
    def _(self, block: Caveat) -> str:
        return f"*{self.line(block.parts)}*"

    @block.register
    def _(self, block: Callout) -> str:
        return f"> **{escape(block.title)}.** {self.line(block.parts)}"

    @block.register
    def _(self, block: Empty) -> str:
        return f"> {escape(block.what)} To fill it: `{block.fill}`"

    @block.register
    def _(self, block: Listing) -> str:
        mark = "1." if block.ordered else "-"
        return "\n".join(f"{mark} {self.line(item)}" for item in block.items)

    @block.register
    def _(self, block: Events) -> str:
        return "\n".join(
            f"{item.number}. **{item.date}** {self.line(item.parts)}" for item in block.items
        )

    @block.register
    def _(self, block: Tiles) -> str:
        rows = []
        for tile in block.items:
            spark = graphic(tile.spark) if tile.spark else ""
            cells = (capital(tile.name), tile.value, tile.bounds, spark, tile.question, tile.note)
            rows.append(f"| {' | '.join(escape(cell) for cell in cells)} |")
        head = "| Reading | Value | 80 % interval | History | Question | Note |\n"
        return head + "|---|---:|---|---|---|---|\n" + "\n".join(rows)

    @block.register
    def _(self, block: Rungs) -> str:
        if block.current is None:
            return "Ladder: rung not known."
        marks = "".join("●" if i < block.current else "○" for i in range(block.top))
        return f"Ladder: {marks} rung {block.current} of {block.top}, {escape(block.name)}."

    @block.register
    def _(self, block: Table) -> str:
        head = f"| {' | '.join(escape(column.title) for column in block.columns)} |"
        kinds = "|".join("---:" if c.kind == "number" else "---" for c in block.columns)
        rows = "\n".join(self._row(row, len(block.columns)) for row in block.rows)
        caption = f"{escape(block.caption)}\n\n" if block.caption else ""
        return f"{caption}{head}\n|{kinds}|\n{rows}"

    def _row(self, row: Row, width: int) -> str:
        cells = [self.line(cell) for cell in row.cells]
        if row.heading:
            cells = [cells[0], *[""] * (width - 1)]
        return f"| {' | '.join(cells)} |"

    @block.register
    def _(self, block: Figure) -> str:
        parts = [f"### {escape(block.title)}", escape(block.subtitle), escape(block.alt)]
        if block.note:
            parts.append(self.line(block.note))
        return "\n\n".join([*parts, self.block(block.table)])

    @block.register
    def _(self, block: Panels) -> str:
        made = []
        for item in block.items:
            if item.title:
                made.append(f"### {escape(item.title)}")
            made += [self.block(inner) for inner in item.blocks]
        return "\n\n".join(made)

    @block.register
    def _(self, block: Fold) -> str:
        inner = "\n\n".join(self.block(part) for part in block.blocks)
        return f"### {escape(block.summary)}\n\n{inner}"

    @block.register
    def _(self, block: SourceList) -> str:
        del block
        return "\n".join(_page(page) for page in self._document.pages)


def _page(page: Page) -> str:
    title = f", {escape(page.title)}" if page.title else ""
    date = f", {date_words(page.published_on)}" if page.published_on else ""
    link = f" <{page.url}>" if page.url else ""
    anchor = f'<a id="s{page.number}"></a>**\\[{page.number}\\]**'
    lines = [f"{anchor} {escape(page.publisher)}{title}{date}{link}"]
    for record in page.records:
        item = record.evidence
        said = f"({item.modality}) " if item.modality not in {None, "asserted"} else ""
        grade = f" ({grade_of(item)})" if grade_of(item) else ""
        lines.append(
            f"  - {date_words(item.date)}: {said}{escape(item.summary)}{grade} `{_code(record.id)}`"
        )
    return "\n".join([f"- {lines[0]}", *lines[1:]])


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")
