"""Rules on likelihood: words off the scale, mixed scales, words without numbers or beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.judgement.lint.finding import Finding
from comity.judgement.lint.likelihood import Vocabulary, chances, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from comity.judgement.lint.finding import Kind
    from comity.judgement.lint.likelihood import Chance, Word
    from comity.judgement.lint.rules import LintRule, Rulebook
    from comity.judgement.lint.sentences import Sentence
    from comity.judgement.probability import Band, Scale

__all__ = ["LikelihoodRules", "broken", "is_theirs"]

_NEAR = 1e-9


def is_theirs(said: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Return whether a span lies in words that are somebody else's."""
    return any(start <= first and last <= end for start, end in said)


def broken(
    rule: LintRule,
    kind: Kind,
    sentence: Sentence | None,
    span: tuple[int, int],
    message: str,
    instead: str = "",
) -> Finding:
    """Return the finding that a rule is broken at a place."""
    return Finding(
        sentence="" if sentence is None else str(sentence),
        span=span,
        rule=rule.id,
        level=rule.level_for(kind),
        message=message,
        instead=instead or rule.instead,
        citation=rule.citation,
    )


class LikelihoodRules:
    """Applies the rules on likelihood.

    Parameters
    ----------
    scale : Scale
        The scale that was chosen.
    scales : mapping of str to Scale
        All declared scales.
    rules : Rulebook
        The declared rules.
    """

    def __init__(self, scale: Scale, scales: Mapping[str, Scale], rules: Rulebook) -> None:
        self.scale = scale
        self.titles = {name: each.title for name, each in scales.items()}
        self.rules = rules
        self.words = Vocabulary(scale, scales, rules["unscaled_likelihood"])

    def reading(self, kind: Kind) -> LikelihoodReading:
        """Return what reads the sentences of one text in order."""
        return LikelihoodReading(self, kind)


class LikelihoodReading:
    """Reads the sentences of one text in order: what was used first, which scales were seen.

    Attributes
    ----------
    has_likelihood : bool
        Whether any sentence of the author's states a likelihood.
    is_judged : bool
        Whether the last sentence does, in whatever words.
    """

    def __init__(self, rules: LikelihoodRules, kind: Kind) -> None:
        self._rules = rules
        self._kind = kind
        self._numbered: set[str] = set()
        self._scales: frozenset[str] | None = None
        self._mixed = False
        self.has_likelihood = False
        self.is_judged = False

    def check(self, sentence: Sentence, said: Sequence[tuple[int, int]]) -> Iterator[Finding]:
        """Yield what is wrong with a sentence; `said` are the words that are somebody else's."""
        self.is_judged = False
        if sentence.role == "table" or sentence.is_question:
            return
        found = self._rules.words.words(sentence)
        words = [each for each in found if not is_theirs(said, each.first, each.last)]
        numbers = [
            each for each in chances(sentence, words) if not is_theirs(said, each.first, each.last)
        ]
        on_scale = any(each.band is not None for each in words)
        self.has_likelihood |= on_scale or bool(numbers)
        self.is_judged = bool(words or numbers)
        for word in words:
            if word.band is None:
                yield self._off_scale(sentence, word)
            elif sentence.role == "text":
                yield from self._number(sentence, word, word.band, words, numbers)
            if word.scales:
                yield from self._mix(sentence, word)
        if words or numbers:
            yield from self._confidence(sentence, said)

    def _off_scale(self, sentence: Sentence, word: Word) -> Finding:
        rule = self._rules.rules["unscaled_likelihood"]
        whose = ", ".join(sorted(self._rules.titles.get(name, name) for name in word.scales))
        tail = f"; it is a word of {whose}" if whose else ""
        return broken(
            rule,
            self._kind,
            sentence,
            (word.first, word.last),
            f"{word.said!r} is not on the scale {self._rules.scale.id}{tail}.",
            self._rules.words.instead_of(word),
        )

    def _mix(self, sentence: Sentence, word: Word) -> Iterator[Finding]:
        chosen = self._rules.scale.id
        here = frozenset({chosen}) if word.band is not None else word.scales
        shared = here if self._scales is None else self._scales & here
        if shared:
            self._scales = shared
        elif not self._mixed:
            self._mixed = True
            yield broken(
                self._rules.rules["mixed_scales"],
                self._kind,
                sentence,
                (word.first, word.last),
                f"{word.said!r} is on another scale than the likelihood words before it.",
                f"one row of words; the chosen one is {self._rules.scale.title}",
            )

    def _number(
        self,
        sentence: Sentence,
        word: Word,
        band: Band,
        words: Sequence[Word],
        numbers: Sequence[Chance],
    ) -> Iterator[Finding]:
        number = number_of(sentence.text, word, words, numbers)
        span, kind, scale = (word.first, word.last), self._kind, self._rules.scale
        bounds = f"{100 * band.lo:.0f}–{100 * band.hi:.0f} %"
        if number is None:
            if band.word not in self._numbered:
                rule = self._rules.rules["word_without_number"]
                message = f"{word.said!r} is used first without its probability."
                instead = f"{word.said} (N %), with N in its band of {bounds}"
                yield broken(rule, kind, sentence, span, message, instead)
        elif not all(_fits(scale, band, p) for p in (number.lo, number.hi)):
            rule = self._rules.rules["number_outside_band"]
            shown = sentence.text[number.first : number.last]
            word_of = scale.word(min((number.lo + number.hi) / 2, 1.0))
            message = f"{word.said!r} stands for {bounds} and the sentence says {shown}."
            instead = f"a number of {bounds} for {word.said}"
            if word_of != band.word:
                instead = f"{word_of} for {shown}, or {instead}"
            yield broken(rule, kind, sentence, (word.first, number.last), message, instead)
        self._numbered.add(band.word)

    def _confidence(self, sentence: Sentence, said: Sequence[tuple[int, int]]) -> Iterator[Finding]:
        rule = self._rules.rules["likelihood_with_confidence"]
        text, first, last = sentence.text, sentence.first, sentence.last
        allowed = [hit.span() for hit in rule.allowed_by(text, first, last)]
        for hit in rule.found_by(text, first, last):
            start, end = hit.span()
            overlaps = any(start < each[1] and each[0] < end for each in allowed)
            if overlaps or is_theirs(said, start, end):
                continue
            message = f"{hit[0]!r} stands in one sentence with a likelihood."
            yield broken(rule, self._kind, sentence, (start, end), message)
            return


def _fits(scale: Scale, band: Band, p: float) -> bool:
    if band.distance(p) <= _NEAR:
        return True
    # a gap between two bands goes to the nearest; beyond the ends of the scale nothing fits
    inside = scale.bands[0].lo <= p <= scale.bands[-1].hi
    return inside and scale.band(p) == band
