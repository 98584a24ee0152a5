"""Is a sentence a statement of fact? Dates, quantities and acts, as against what is judged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.judgement.lint.sentences import MARK, Titles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.judgement.lint.rules import Language
    from comity.judgement.lint.sentences import Sentence

__all__ = ["Facts"]

_ADDRESS = re.compile(r"https?://\S|\]\(https?:|\[@[\w:-]+")
_ISO = r"\b(?:1[89]|20)\d\d-\d\d(?:-\d\d)?\b"
_YEAR = r"(?<![\w./-])(?:1[89]|20)\d\d(?:s|[-–/]\d\d(?:\d\d)?)?(?![\w%]|\.\d|,\d)"
_BARE = r"(?<![\w./№#-])"
_UNIT = (
    r"(?:million|billion|trillion|bn|m|km|MW|tonnes?|barrels?|dollars|roubles|rubles|rials|euros)"
)
_NAME = re.compile(r"(?<![\w.])[^\W\d_a-z][\w.’'-]*")


class Facts:
    """Tells statements of fact from judgements, questions and statements about the assessment.

    Parameters
    ----------
    language : Language
        Verbs of action, months, words that judge.
    """

    def __init__(self, language: Language) -> None:
        months = _any(language.months)
        numbered = _any(language.numbered_names)
        self._date = re.compile(
            rf"{_ISO}|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{months}\b|\b{months} \d{{1,4}}\b"
            rf"|{_YEAR}|\b(?:yesterday|last (?:week|month|year|night))\b",
        )
        self._amount = re.compile(
            rf"[$€£¥₽]\s?\d|\d\s?(?:%|per\s?cent\b)|{_BARE}\d[\d,. ]{{0,14}} ?{_UNIT}\b",
            re.IGNORECASE,
        )
        self._count = re.compile(
            rf"{_BARE}\d{{1,3}}(?:,\d{{3}}){{0,4}}(?![\w.]{{0,20}}\d)\s+"
            rf"(?!{months}|(?:and|but|or|nor|per|to)\b)[^\W\d_]{{3,}}"
            rf"|(?<!\bthe )(?<!\bboth )\b{_any(language.number_words)}\s+(?:of\s+)?[^\W\d_]{{3,}}",
            re.IGNORECASE,
        )
        self._of_a_kind = re.compile(
            r"\W*(?:each|every|any|an?)\b[^.;]{1,80}?\b(?:is|are|has|have|weighs|counts|needs|takes)\b",
            re.IGNORECASE,
        )
        self._is_title = Titles(language).is_title
        self._numbered = re.compile(rf"\b{numbered}\.?\s+\d[\d/.-]*", re.IGNORECASE)
        self._act = re.compile(rf"(?<!\w){_any(language.act_verbs)}(?!\w)")
        self._judging = re.compile("|".join(language.judging) or r"(?!)", re.IGNORECASE)
        self._measured = re.compile("|".join(language.measured) or r"(?!)", re.IGNORECASE)
        self._openers = frozenset(language.sentence_openers)

    def is_cited(self, sentence: Sentence, *, by_paragraph: bool) -> bool:
        """Return whether a sentence, or the end of its paragraph, bears a source mark."""
        text = sentence.text
        if MARK.search(text, sentence.first, sentence.last):
            return True
        if _ADDRESS.search(text, sentence.first, sentence.last):
            return True
        if not by_paragraph:
            return False
        first, last = sentence.paragraph
        tail = text[max(first, last - 200) : last].rstrip()
        return any(mark.end() >= len(tail) - 1 for mark in MARK.finditer(tail))

    def is_fact(self, sentence: Sentence, said: Sequence[tuple[int, int]] = ()) -> bool:
        """Return whether a sentence states a dated, counted or done thing as a fact.

        A judgement is none; what a speaker judges (`said`) does not make the sentence one.
        """
        words = sentence.words
        if sentence.is_question or words.rstrip().endswith(":"):
            return False
        if self._is_title(words) and self._amount.search(words) is None:
            return False
        if self._measured.search(words) or self._judging.search(_without(sentence, said)):
            return False
        return self.has_fact(words)

    def has_fact(self, words: str) -> bool:
        """Return whether words state a date, an amount, a count or an act."""
        plain = self._numbered.sub("", words)
        if self._date.search(plain) or self._amount.search(plain):
            return True
        acts, named = self._act.search(plain) is not None, self._names_somebody(plain)
        if acts and named:
            return True
        # "each item has two states" speaks of a kind, not of something that was counted
        is_of_a_kind = not acts and not named and self._of_a_kind.match(plain) is not None
        return self._count.search(plain) is not None and not is_of_a_kind

    def _names_somebody(self, words: str) -> bool:
        for found in _NAME.finditer(words):
            name = found[0].strip(".’'-")
            opens = not words[: found.start()].strip('"“„«( *_')
            # "Sanctions", "Missiles": a plural that only opens the sentence names nobody
            if name not in self._openers and not (opens and re.fullmatch(r"\w+[a-z]s", name)):
                return True
        return False


def _without(sentence: Sentence, said: Sequence[tuple[int, int]]) -> str:
    """Return the words of a sentence with somebody else's left out."""
    kept, place = [], sentence.first
    for first, last in sorted(said):
        kept.append(sentence.text[place : max(place, min(first, sentence.last))])
        place = max(place, min(last, sentence.last))
    return " ".join([*kept, sentence.text[place : sentence.last]])


def _any(words: tuple[str, ...]) -> str:
    found = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
    return f"(?:{found})" if found else r"(?!)"
