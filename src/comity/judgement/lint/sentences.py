"""Where sentences begin and end: abbreviations, decimals, quotations, source marks, Markdown."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.judgement.lint.rules import Language

__all__ = ["MARK", "Sentence", "quotations", "sentences"]

Role = Literal["text", "heading", "table"]

_NUMBER = r"(?:\^?\d{1,4}|\[\d{1,4}\]\(#[^)\s]{1,40}\))"
MARK = re.compile(
    rf"\\?\[{_NUMBER}(?:\s*[,;–-]\s*{_NUMBER})*(?:\s+and\s+\d+\s+more)?\\?\]|[¹²³⁴-⁹⁰]+"
)
"""A source mark: ``[12]``, ``[3, 4]``, ``[^5]``, or as the Markdown brief writes it."""

_LONGEST = 1500  # a longer run without a full stop is cut at white space [characters]
_FARTHEST = 700  # a quotation is closed within so many characters
_STOP = re.compile(r"[.!?…؟。！？।]+[\"'”’»›)\]」』]*")
_BREAK = re.compile(r"\n[ \t]*(?:\n|(?=[-*+•>#|]|\d{1,3}[.)]\s))")
_HEADING = re.compile(r"\s*#{1,6}\s")
_EMPHASIS = re.compile(r"(\*\*|\*|__)(?=\S).*(?<=\S)\1", re.DOTALL)
_TABLE = re.compile(r"\s*\|")
_FENCE = re.compile(r"^(?:```|~~~)[^\n]*\n.*?(?:^(?:```|~~~)[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_SOURCE = re.compile(r"\s*-?\s*(?:<a id=|\[\^\d+\]:)")
_LIST = re.compile(r"\s*(?:[-*+•>]|\d{1,3}[.)])\s+")
_PAIRS = {"“": "”", "„": "“”", "«": "»", "‹": "›", "「": "」", "『": "』", '"': '"', "‘": "’"}
_WORD = re.compile(r"[\w.’']*\Z")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a text.

    Parameters
    ----------
    text : str
        The whole text that it stands in.
    first, last : int
        Where it begins and ends, with the marks that follow it.
    role : {"text", "heading", "table"}
        A heading or a table row needs no source mark of its own.
    paragraph : (int, int)
        The paragraph that it stands in.
    quoted : tuple of (int, int)
        Quotations inside it.
    """

    text: str = field(repr=False)
    first: int
    last: int
    role: Role
    paragraph: tuple[int, int]
    quoted: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        """Return the sentence on one line."""
        return " ".join(self.text[self.first : self.last].split())

    @property
    def words(self) -> str:
        """The sentence as it stands."""
        return self.text[self.first : self.last]

    def is_quoted(self, first: int, last: int) -> bool:
        """Return whether a span of the text lies in a quotation."""
        return any(start <= first and last <= end for start, end in self.quoted)


def sentences(text: str, language: Language) -> Iterator[Sentence]:
    """Yield the sentences of a text in order; fenced code and lists of sources are left out.

    Parameters
    ----------
    text : str
        Plain text or Markdown.
    language : Language
        Abbreviations and words that open a sentence.
    """
    reader = _Reader(text, language)
    left_out = 0  # depth of the heading of a list of sources
    for first, last in _blocks(text):
        heading = _HEADING.match(text, first, last)
        if heading is not None:
            depth = heading[0].count("#")
            if not left_out or depth <= left_out:
                left_out = depth if reader.is_of_sources(text[heading.end() : last]) else 0
        if not left_out:
            yield from reader.block(first, last)


def quotations(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """Return the quotations between two places, in order; one that is never closed is none.

    Examples
    --------
    >>> quotations('He said „gut“ and "no".', 0, 23)
    [(8, 13), (18, 22)]
    """
    found: list[tuple[int, int]] = []
    place = first
    while place < last:
        mark = text[place]
        if mark not in _PAIRS or (mark in '"‘' and not _opens(text, place, first)):
            place += 1
            continue
        end = _closing(text, place, min(last, place + _FARTHEST))
        if end is None:
            place += 1
            continue
        found.append((place, end + 1))
        place = end + 1
    return found


def _opens(text: str, place: int, first: int) -> bool:
    return place == first or not text[place - 1].isalnum()


def _opens_one(text: str, end: int, last: int) -> bool:
    """Return whether what follows a closing quotation mark begins a sentence."""
    rest = text[end : min(end + 40, last)].lstrip()
    return not rest or rest[0].isupper() or MARK.match(rest) is not None


def _closing(text: str, place: int, last: int) -> int | None:
    for mark in _PAIRS[text[place]]:
        end = text.find(mark, place + 1, last)
        # an apostrophe closes nothing: the quotation ends where no letter follows
        while mark == "’" and 0 <= end < last - 1 and text[end + 1].isalpha():
            end = text.find(mark, end + 1, last)
        if end >= 0:
            return end
    return None


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield paragraphs, list items, headings and table rows outside fenced code."""
    place = 0
    for fence in _FENCE.finditer(text):
        yield from _paragraphs(text, place, fence.start())
        place = fence.end()
    yield from _paragraphs(text, place, len(text))


def _paragraphs(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    place = first
    for gap in _BREAK.finditer(text, first, last):
        if gap.start() > place:
            yield place, gap.start()
        place = gap.end()
    if last > place:
        yield place, last


class _Reader:
    """Cuts a block into sentences."""

    def __init__(self, text: str, language: Language) -> None:
        self._text = text
        short = [each.casefold() for each in language.abbreviations]
        self._short = frozenset(each for each in short if not each.endswith("#"))
        self._before_number = frozenset(each[:-1] for each in short if each.endswith("#"))
        self._sources = frozenset(each.casefold() for each in language.source_headings)
        self._openers = frozenset(language.sentence_openers)

    def is_of_sources(self, title: str) -> bool:
        """Return whether a heading stands over a list of sources."""
        return " ".join(title.split()).strip("*_ ").casefold() in self._sources

    def block(self, first: int, last: int) -> Iterator[Sentence]:
        text = self._text
        line = text[first : first + 60]
        if _SOURCE.match(line) or not text[first:last].strip():
            return
        role: Role = "text"
        if _HEADING.match(line):
            role = "heading"
        elif _TABLE.match(line):
            role = "table"
        elif _EMPHASIS.fullmatch(text[first:last].strip()):
            role = "heading"  # a finding or a caption
        lead = _LIST.match(text, first, last) if role == "text" else None
        start = lead.end() if lead else first
        quoted = quotations(text, start, last)
        ends = [end for _, end in quoted]
        place = start
        for cut in self._cuts(start, last, quoted):
            yield from self._made(place, cut, role, (first, last), quoted, ends)
            place = cut
        yield from self._made(place, last, role, (first, last), quoted, ends)

    def _cuts(self, first: int, last: int, quoted: list[tuple[int, int]]) -> Iterator[int]:
        """Yield where sentences end, marks included; a run without an end is cut at a blank."""
        begun = first
        for end in (*self._ends(first, last, quoted), last):
            while end - begun > _LONGEST:
                gap = self._text.rfind(" ", begun + 1, begun + _LONGEST)
                begun = gap if gap > begun else begun + _LONGEST
                yield begun
            if begun < end < last:
                yield end
            begun = max(begun, end)

    def _ends(self, first: int, last: int, quoted: list[tuple[int, int]]) -> Iterator[int]:
        text, inside = self._text, 0
        for stop in _STOP.finditer(text, first, last):
            end = stop.end()
            while inside < len(quoted) and quoted[inside][1] <= stop.start():
                inside += 1
            if inside < len(quoted) and quoted[inside][0] <= stop.start() < quoted[inside][1]:
                # a full stop inside a quotation ends the sentence only where the quotation ends
                if quoted[inside][1] > end or not _opens_one(text, end, last):
                    continue
            elif not self._is_end(stop.start(), end, last):
                continue
            yield self._past_marks(end, last)

    def _is_end(self, stop: int, end: int, last: int) -> bool:
        text = self._text
        if text[stop] not in ".…":
            return True
        if end >= last:
            return True
        after = text[end]
        if not after.isspace():
            return MARK.match(text, end, last) is not None
        rest = text[end : end + 40].lstrip()
        word = _WORD.search(text[max(stop - 12, 0) : stop])
        before = word[0].strip("'’") if word else ""
        if before.casefold() in self._before_number and rest[:1].isdigit():
            return False
        if before.casefold() in self._short or (len(before) == 1 and before.isupper()):
            opener = re.match(r"\w+", rest)
            # "in the U.S. The deal" ends a sentence; "the U.S. Navy" and "No. 5" do not
            return opener is not None and opener[0] in self._openers and "." in before
        return not (rest and rest[0].islower())

    def _past_marks(self, end: int, last: int) -> int:
        text = self._text
        while True:
            gap = end
            while gap < last and text[gap] in " \t\u00a0":
                gap += 1
            mark = MARK.match(text, gap, last)
            if mark is None:
                return end
            end = mark.end()

    def _made(
        self,
        first: int,
        last: int,
        role: Role,
        paragraph: tuple[int, int],
        quoted: list[tuple[int, int]],
        ends: list[int],
    ) -> Iterator[Sentence]:
        text = self._text
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        if first < last:
            begin = bisect_left(ends, first + 1)
            within = []
            for each in quoted[begin:]:
                if each[0] >= last:
                    break
                within.append(each)
            yield Sentence(text, first, last, role, paragraph, tuple(within))
