"""What somebody else says: quotations, and clauses attributed to a named speaker."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.judgement.lint.rules import Language
    from comity.judgement.lint.sentences import Sentence

__all__ = ["Speech"]

_REACH = 9  # words before a verb of speech among which its speaker is looked for
_TOKEN = re.compile(r"[^\W_][\w.’'-]*")
_AFTER_SPEECH = frozenset(',”"»')
_CLAUSE = re.compile(r"[,;:()–—]")


class Speech:
    """Tells which parts of a sentence are somebody else's words.

    Parameters
    ----------
    language : Language
        Verbs of speech, and who is no named speaker.
    """

    def __init__(self, language: Language) -> None:
        verbs = "|".join(sorted(language.reporting_verbs, key=len, reverse=True))
        self._verb = re.compile(rf"(?<!\w)(?:{verbs})(?!\w)" if verbs else r"(?!)")
        openings = "|".join(language.attribution_openings)
        self._opening = re.compile(rf"(?<!\w)(?:{openings})\s+" if openings else r"(?!)", re.I)
        contrasts = "|".join(re.escape(each) for each in language.contrasts)
        self._contrast = re.compile(contrasts or r"(?!)")
        self._anonymous = frozenset(language.anonymous)
        self._speakers = frozenset(language.speakers)
        self._with_a_name = frozenset(language.speakers_with_a_name)
        self._openers = frozenset(each.casefold() for each in language.sentence_openers)

    def spans(self, sentence: Sentence) -> tuple[tuple[int, int], ...]:
        """Return quotations and attributed clauses, as places in the text."""
        return (*sentence.quoted, *self._attributed(sentence))

    def _attributed(self, sentence: Sentence) -> list[tuple[int, int]]:
        text, first, last = sentence.text, sentence.first, sentence.last
        breaks = [each.start() for each in self._contrast.finditer(text, first, last)]

        def until(place: int) -> int:
            return next((each for each in breaks if each >= place), last)

        def since(place: int) -> int:
            return max((each for each in breaks if each < place), default=first)

        found = [
            (since(opening.start()), until(opening.end()))
            for opening in self._opening.finditer(text, first, last)
            if self._names(text, opening.end(), min(opening.end() + 80, last))
        ]
        for verb in self._verb.finditer(text, first, last):
            if sentence.is_quoted(verb.start(), verb.end()):
                continue
            before = text[first : verb.start()].rstrip()[-1:]
            if before in _AFTER_SPEECH and self._names(
                text, verb.end(), min(verb.end() + 80, last)
            ):
                found.append((since(verb.start()), verb.start()))  # "..., argues John Bolton"
                continue
            begun = self._speaker(sentence, since(verb.start()), verb.start())
            if begun is None:
                continue
            found.append((verb.end(), until(verb.end())))
            if text[since(verb.start()) : begun].rstrip()[-1:] in _AFTER_SPEECH:
                found.append((since(verb.start()), begun))
        return found

    def _speaker(self, sentence: Sentence, first: int, verb: int) -> int | None:
        """Return where the named speaker before a verb begins; None if nobody is named."""
        text = sentence.text
        clause = [each.end() for each in _CLAUSE.finditer(text, first, verb)]
        start = clause[-1] if clause else first
        aside = False
        # "Lavrov, the foreign minister, said": an aside between commas is looked past
        if len(clause) >= 2 and not text[start:verb].strip():
            start, aside = (clause[-3] if len(clause) >= 3 else first), True
        tokens = list(_TOKEN.finditer(text, start, verb))[-_REACH:]
        while tokens and tokens[-1][0].casefold().endswith("ly"):
            tokens.pop()
        if not tokens or tokens[-1][0].casefold() in self._anonymous:
            return None
        named = any(self._is_name(each[0], each.start() == sentence.first) for each in tokens)
        head = tokens[-1][0]
        # "the Sirik deal announced in 2025" tells of no speaker, "the Rosatom chief announced" does
        speaks = head[0].isupper() or head.casefold() in self._with_a_name
        if _bare(head) in self._speakers or (named and (speaks or aside)):
            return tokens[0].start()
        return None

    def _names(self, text: str, first: int, last: int) -> bool:
        clause = _CLAUSE.search(text, first, last)
        end = clause.start() if clause else last
        tokens = [each[0] for each in _TOKEN.finditer(text, first, end)][:_REACH]
        heads = [each for each in tokens if each.casefold() in self._anonymous]
        return not heads and any(self._is_name(each, opens=False) for each in tokens)

    def _is_name(self, token: str, opens: bool) -> bool:  # noqa: FBT001 -- a yes or no
        folded = token.casefold()
        if _bare(token) in self._speakers:
            return True
        if folded in self._anonymous or (opens and folded in self._openers):
            return False
        return token[0].isupper() and folded not in self._openers


def _bare(token: str) -> str:
    return token.casefold().removesuffix("'s").removesuffix("’s")
