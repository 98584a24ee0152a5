"""One HTML file that opens anywhere: no network, readable without script, ready for print."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from comity.briefs.blocks import (
    Cite,
    Dot,
    Figure,
    Jump,
    Level,
    Outside,
    Quiet,
    Row,
    Spark,
    Strong,
    Tag,
    Track,
    walk,
)
from comity.briefs.document import Document, compose, grade_of
from comity.briefs.outside import clean, host_of, safe_url, slug
from comity.briefs.render._figures import (
    cleaned,
    dot_svg,
    level_html,
    spark_svg,
    static_svg,
    track_svg,
    vega_bundle,
)
from comity.briefs.standing_words import is_draft, review_note, review_words
from comity.briefs.wording import capital, date_words
from comity.judgement.publication import NOT_NAMED

if TYPE_CHECKING:
    from comity.briefs.blocks import Inline, Parts
    from comity.judgement.assessment import Assessment
    from comity.judgement.implied.audiences import Audience

__all__ = ["render_html"]

_MARKS = 4
"""A longer mark is cut and continued in the notes below the sources."""
_TAGS = {
    Outside: Markup("<bdi>{}</bdi>"),
    Strong: Markup("<strong>{}</strong>"),
    Quiet: Markup('<span class="quiet">{}</span>'),
    Tag: Markup('<span class="tag {1}">{0}</span>'),
}
_GRAPHICS: dict[type, Callable[[Any], Markup]] = {
    Spark: spark_svg,
    Dot: dot_svg,
    Level: level_html,
    Track: track_svg,
}
_MODALITY = {
    "claimed": "reported, not verified",
    "denied": "denial",
    "planned": "planned, not done",
    "historical": "told later",
}


def render_html(
    assessment: Assessment, *, interactive: bool = True, audience: Audience | None = None
) -> str:
    """Return the brief as one self-contained HTML page.

    Parameters
    ----------
    assessment : Assessment
        What the brief is made from.
    interactive : bool
        Whether to put in the script that makes charts answer to the pointer (about 0.9 MB). The
        page reads the same without it.
    audience : Audience, optional
        For whom sections and implications are ordered; no number differs.

    Notes
    -----
    Text from outside is escaped and isolated; addresses become links only if they are http or
    https. The same assessment gives the same bytes.
    """
    document = compose(assessment, audience)
    page = _Page(document)
    environment = Environment(
        loader=PackageLoader("comity.briefs.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(line=page.line, kind=lambda block: type(block).__name__)
    environment.globals.update(
        date_words=date_words, capital=capital, host_of=host_of, grade_of=grade_of,
        safe_url=safe_url, modality=_MODALITY, picture=page.picture, clean=clean,
        draft=is_draft(assessment), review=clean(review_words(assessment)),
        note=clean(review_note(assessment)), meta=_meta(assessment),
    )  # fmt: skip
    figures = [
        part for part in walk([c.blocks for c in document.chapters]) if isinstance(part, Figure)
    ]
    scripts = [_asset("brief.js")]
    if interactive and figures:
        scripts.insert(0, vega_bundle())
    text = environment.get_template("brief.html.jinja").render(
        document=document,
        assessment=assessment,
        css=Markup(_asset("brief.css") + _running_head(assessment)),  # noqa: S704 -- packaged
        scripts=[Markup(script) for script in scripts],  # noqa: S704 -- packaged
        specs=[(figure.name, _json(cleaned(figure.wide))) for figure in figures]
        if interactive
        else [],
        policy=_policy(scripts),
        page=page,
    )
    return text if text.endswith("\n") else f"{text}\n"


def _meta(assessment: Assessment) -> list[tuple[str, str]]:
    """Return name and content of what the page says about itself; what is not known is left out."""
    block = assessment.publication
    if block is None:
        return []
    found = [
        ("author", "" if block.author == NOT_NAMED else block.author),
        ("dcterms.identifier", f"{block.number}/{block.version}"),
        ("dcterms.isPartOf", block.series),
        ("comity.affiliation", block.affiliation),
        ("comity.funder", block.funder),
        ("comity.status", block.status),
        ("comity.reviewers", "; ".join(block.reviewers)),
        ("comity.signed-hash", block.signed_hash or ""),
    ]
    return [(name, clean(content)) for name, content in found if content]


def _running_head(assessment: Assessment) -> str:
    """Return the head of printed pages: dyad, date and whether it is a draft."""
    draft = ", draft" if is_draft(assessment) else ""
    text = f"{assessment.title}, as of {date_words(assessment.as_of)}{draft}"
    safe = "".join(c if c.isalnum() or c in " ,–-" else f"\\{ord(c):06x}" for c in clean(text))
    look = "font: 9pt sans-serif; color: #555"
    return f'@media print {{ @page {{ @top-left {{ content: "{safe}"; {look} }} }} }}\n'


def _asset(name: str) -> str:
    return (resources.files("comity.briefs.render") / "templates" / name).read_text("utf-8")


def _policy(scripts: list[str]) -> str:
    """Return a content policy that lets only these scripts run and nothing be fetched."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _json(value: Any) -> Markup:
    """Return JSON that cannot end the element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 -- every character that markup needs is escaped


class _Page:
    """Lines and marks of one page; long marks are continued below the sources."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.long_marks: dict[tuple[str, ...], int] = {}
        chapters = [chapter.blocks for chapter in document.chapters]
        self._targets = {chapter.name for chapter in document.chapters} | {
            part.anchor for part in walk(chapters) if isinstance(part, Row) and part.anchor
        }

    def line(self, parts: Parts | Inline) -> Markup:
        """Return a line with its marks set close to the words before them."""
        if not isinstance(parts, tuple):
            parts = (parts,)
        return Markup("").join(self._inline(part) for part in parts)

    def _inline(self, part: Inline) -> Markup:
        if isinstance(part, Cite):
            return self._marks(part.ids)
        if isinstance(part, str):
            return escape(clean(part))
        if isinstance(part, Jump):
            return self._jump(part)
        if isinstance(part, Tag | Outside | Strong | Quiet):
            tone = slug(part.tone) if isinstance(part, Tag) else ""
            return _TAGS[type(part)].format(clean(part.text), tone)
        graphic: Callable[[Any], Markup] = _GRAPHICS[type(part)]
        return graphic(part)

    def _jump(self, part: Jump) -> Markup:
        shown = escape(clean(part.text))
        if part.target not in self._targets:
            return shown
        return Markup('<a class="jump" href="#{}">{}</a>').format(part.target, shown)

    def _marks(self, ids: tuple[str, ...]) -> Markup:
        marks = self._document.marks(ids)
        if not marks:
            return Markup("")
        shown = marks if len(marks) <= _MARKS + 1 else marks[:_MARKS]
        links = Markup(", ").join(self.mark(number, item) for number, item in shown)
        if len(shown) < len(marks):
            note = self.long_marks.setdefault(ids, len(self.long_marks) + 1)
            links += Markup(' <a href="#n{}" title="all {} sources of this mark">+{}</a>').format(
                note, len(marks), len(marks) - len(shown)
            )
        return Markup('<span class="marks">[{}]</span>').format(links)

    def mark(self, number: int, evidence_id: str) -> Markup:
        """Return one numbered link to the record behind a mark."""
        hint = clean(self._document.hint(evidence_id))
        anchor = self._document.anchor_of[evidence_id]
        return Markup('<a href="#{}" title="{}">{}</a>').format(anchor, hint, number)

    def picture(self, figure: Figure, layout: str) -> Markup:
        """Return the static picture of a figure for a wide or a narrow page."""
        spec = figure.wide if layout == "wide" else figure.narrow
        return static_svg(spec, f"{figure.name}-{layout}", clean(figure.title), clean(figure.alt))

    def notes(self) -> list[tuple[int, Markup]]:
        """Return the long marks in full; call it after everything else was rendered."""
        return [
            (note, Markup(" ").join(self.mark(*each) for each in self._document.marks(ids)))
            for ids, note in self.long_marks.items()
        ]
