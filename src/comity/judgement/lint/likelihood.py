"""Words and numbers of likelihood in a sentence, and which number belongs to which word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.judgement.lint.rules import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from comity.judgement.lint.rules import LintRule
    from comity.judgement.lint.sentences import Sentence
    from comity.judgement.probability import Band, Scale

__all__ = ["Chance", "Vocabulary", "Word", "chances", "number_of"]

_PERCENT = r"(?:%|per\s?cent(?:age)?\b|pct\b)"
_CHANCE = re.compile(
    rf"(?<![\d.,\w])(?P<lo>\d{{1,3}}(?:[.,]\d{{1,2}})?)\s?(?:{_PERCENT})?"
    rf"(?:\s?(?:–|—|-|−|to|and)\s?(?P<hi>\d{{1,3}}(?:[.,]\d{{1,2}})?))?[\s-]?{_PERCENT}"
    r"|(?<![\d.,\w])(?P<share>0[.,]\d{1,3})(?![\d%.,])",
    re.IGNORECASE,
)
_FILLER = (
    r"(?:(?:an?|at|about|around|roughly|some|of|is|with|i\.e\.|that is|the|our|p|probability|chance"
    r"|likelihood|odds|ca\.?|approximately|nearly|just|over|under|below|above|estimate|[=≈~:,<>≤≥])"
    r"\s*){0,5}"
)
_ADJACENT = re.compile(rf"\s*[(\[,:–—-]?\s*{_FILLER}", re.IGNORECASE)
_OPENS = re.compile(rf"[(\[]\s*{_FILLER}\Z", re.IGNORECASE)
_CLOSES = re.compile(r"\s*(?:chance|probability|likelihood|likely)?\s*[)\]]", re.IGNORECASE)
_NAMED_AFTER = re.compile(r"[\s-]*(?:chance|probability|likelihood|likely|odds)\b", re.IGNORECASE)
_NAMED_BEFORE = re.compile(
    rf"\b(?:chance|probability|likelihood|odds|p)\s*(?:of|is|at|was|=|:)\s*{_FILLER}\Z",
    re.IGNORECASE,
)
_OF_A_THING = re.compile(r"\s+of\s+(?!likelihood|probability)", re.IGNORECASE)
_WINDOW = 60  # characters before a number in which its naming is looked for


@dataclass(frozen=True)
class Word:
    """A word of likelihood in a text.

    Parameters
    ----------
    first, last : int
        Where it stands.
    said : str
        The word as it is written.
    band : Band or None
        Its band on the chosen scale; None for any other word.
    scales : frozenset of str
        Scales that have the word; empty for a word of no scale.
    """

    first: int
    last: int
    said: str
    band: Band | None
    scales: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Chance:
    """A number in a text that may be a probability, or a range of two."""

    first: int
    last: int
    lo: float
    hi: float


class Vocabulary:
    """Finds words of likelihood in sentences.

    Parameters
    ----------
    chosen : Scale
        The scale that the text is to use.
    scales : mapping of str to Scale
        All declared scales.
    rule : LintRule
        The rule that holds the words of no scale.
    """

    def __init__(self, chosen: Scale, scales: Mapping[str, Scale], rule: LintRule) -> None:
        self.chosen = chosen
        self._rule = rule
        self._holders: dict[str, frozenset[str]] = {}
        sources: dict[str, str] = {}
        for scale in (chosen, *scales.values()):
            for word, band in scale.words.items():
                key = word.casefold()
                holders = self._holders.get(key, frozenset())
                self._holders[key] = holders | {scale.id}
                sources[key] = band.found_by.replace(" ", r"\s+") or phrase(word)
        self._bands = {word.casefold(): band for word, band in chosen.words.items()}
        ordered = sorted(sources, key=len, reverse=True)
        groups = "|".join(f"(?P<w{i}>{sources[word]})" for i, word in enumerate(ordered))
        self._names = ordered
        self._pattern = re.compile(rf"(?<!\w)(?:{groups})(?!\w)", re.IGNORECASE)

    def words(self, sentence: Sentence) -> list[Word]:
        """Return the words of likelihood in a sentence; of two that overlap the longer."""
        text, first, last = sentence.text, sentence.first, sentence.last
        found = list(self._on_scales(text, first, last))
        found += [
            Word(hit.start(), hit.end(), hit[0], None)
            for hit in self._rule.found_by(text, first, last)
        ]
        allowed = [hit.span() for hit in self._rule.allowed_by(text, first, last)]
        kept: list[Word] = []
        for word in sorted(found, key=lambda each: (each.first - each.last, not each.scales)):
            inside = any(start <= word.first and word.last <= end for start, end in allowed)
            if not inside and not any(
                word.first < each.last and each.first < word.last for each in kept
            ):
                kept.append(word)
        return sorted(kept, key=lambda each: each.first)

    def _on_scales(self, text: str, first: int, last: int) -> Iterator[Word]:
        for hit in self._pattern.finditer(text, first, last):
            name = self._names[int((hit.lastgroup or "w0")[1:])]
            band = self._bands.get(name)
            yield Word(hit.start(), hit.end(), hit[0], band, self._holders[name])

    def instead_of(self, word: Word) -> str:
        """Return what to write instead of a word that is not on the scale."""
        own = self._rule.found_by.instead_of(word.said)
        return own or f"{self._rule.instead} ({', '.join(b.word for b in self.chosen.bands)})"


def chances(sentence: Sentence, words: Sequence[Word] = ()) -> list[Chance]:
    """Return the numbers of a sentence that are probabilities, in order.

    A number is one if it stands next to a likelihood word, alone in brackets, or is called a
    chance, probability or likelihood. "20 % of exports" is none, and "80 % interval" neither.
    """
    text, first, last = sentence.text, sentence.first, sentence.last
    ends = [word.last for word in words]
    found = []
    for hit in _CHANCE.finditer(text, first, last):
        before = text[max(first, hit.start() - _WINDOW) : hit.start()]
        after = text[hit.end() : min(last, hit.end() + _WINDOW)]
        named = _NAMED_AFTER.match(after) or _NAMED_BEFORE.search(before)
        alone = _OPENS.search(before) and _CLOSES.match(after)
        beside = any(
            end <= hit.start() and _ADJACENT.fullmatch(text, end, hit.start())
            for end in ends
            if hit.start() - end <= _WINDOW
        )
        if named or alone or (beside and not _OF_A_THING.match(after)):
            lo, hi = _value(hit)
            if hi <= 1:
                found.append(Chance(hit.start(), hit.end(), lo, hi))
    return found


def _value(hit: re.Match[str]) -> tuple[float, float]:
    if hit["share"]:
        p = float(hit["share"].replace(",", "."))
        return p, p
    lo = float(hit["lo"].replace(",", ".")) / 100
    hi = float((hit["hi"] or hit["lo"]).replace(",", ".")) / 100
    return min(lo, hi), max(lo, hi)


def number_of(word: Word, words: Sequence[Word], numbers: Sequence[Chance]) -> Chance | None:
    """Return the probability that belongs to a word: the next one before any other word.

    Where none follows, one that stands before it ("a 62 % chance: likely").
    """
    others = [each for each in words if each.scales and each is not word]
    bound = min((each.first for each in others if each.first >= word.last), default=None)
    for number in numbers:
        if number.first >= word.last and (bound is None or number.first < bound):
            return number
    start = max((each.last for each in others if each.last <= word.first), default=None)
    before = [
        number
        for number in numbers
        if number.last <= word.first and (start is None or number.first >= start)
    ]
    # a number right after an earlier word is that word's
    taken = [each for each in others if each.last <= word.first]
    return before[-1] if before and not taken else None
