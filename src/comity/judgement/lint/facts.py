"""Is a sentence a statement of fact? Dates, quantities and acts, as against what is judged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.judgement.lint.sentences import MARK

if TYPE_CHECKING:
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
        self._quantity = re.compile(
            rf"[$€£¥₽]\s?\d|\d\s?(?:%|per\s?cent\b)|{_BARE}\d[\d,. ]{{0,14}} ?{_UNIT}\b"
            rf"|{_BARE}\d{{1,3}}(?:,\d{{3}}){{0,4}}(?![\w.]{{0,20}}\d)\s+(?!{months})[^\W\d_]{{3,}}"
            rf"|(?<!\bthe )(?<!\bboth )\b{_any(language.number_words)}\s+(?:of\s+)?[^\W\d_]{{3,}}",
            re.IGNORECASE,
        )
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

    def is_fact(self, sentence: Sentence) -> bool:
        """Return whether a sentence states a dated, counted or done thing as a fact."""
        words = sentence.words
        if words.rstrip().endswith(("?", "؟", ":")):
            return False
        if self._judging.search(words) or self._measured.search(words):
            return False
        plain = self._numbered.sub("", words)
        if self._date.search(plain) or self._quantity.search(plain):
            return True
        return self._act.search(plain) is not None and self._names_somebody(plain)

    def _names_somebody(self, words: str) -> bool:
        for found in _NAME.finditer(words):
            name = found[0].strip(".’'-")
            opens = not words[: found.start()].strip('"“„«( *_')
            # "Sanctions", "Missiles": a plural that only opens the sentence names nobody
            if name not in self._openers and not (opens and re.fullmatch(r"\w+[a-z]s", name)):
                return True
        return False


def _any(words: tuple[str, ...]) -> str:
    found = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
    return f"(?:{found})" if found else r"(?!)"
