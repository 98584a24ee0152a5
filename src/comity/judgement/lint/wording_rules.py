"""Rules on wording: advice, drama, hidden actors, facts without sources, the text as a whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.judgement.lint.facts import Facts
from comity.judgement.lint.likelihood_rules import broken, is_theirs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.judgement.lint.finding import Finding, Kind
    from comity.judgement.lint.rules import LintRule, Rulebook
    from comity.judgement.lint.sentences import Sentence

__all__ = ["FactRule", "WholeRules", "WordingRules"]

_BY = re.compile(r"[^.;]{0,120}?\bby\s+(?!\d|(?:the )?end\b|early\b|late\b|mid-)", re.IGNORECASE)


class WordingRules:
    """Advice, drama and passives that hide who acted.

    Parameters
    ----------
    rules : Rulebook
        The declared rules.
    """

    def __init__(self, rules: Rulebook) -> None:
        self._advocacy, self._drama = rules["advocacy"], rules["drama"]
        self._hidden = rules["hidden_actor"]
        self._facts = Facts(rules.language)
        participles = "|".join(rules.language.irregular_participles) or r"(?!)"
        self._passive = re.compile(
            r"(?<!\w)(?:was|were|been|being|is being|are being)\s+(?:(?:not|also|later|then"
            rf"|first|\w+ly)\s+)?(?:[^\W\d_]{{2,}}ed|{participles})(?!\w)",
            re.IGNORECASE,
        )

    def check(
        self, sentence: Sentence, said: Sequence[tuple[int, int]], kind: Kind
    ) -> Iterator[Finding]:
        """Yield what is wrong with a sentence; `said` are the words that are somebody else's."""
        if sentence.role == "table":
            return
        yield from self._words(self._advocacy, sentence, said, kind, "is advice")
        yield from self._opening(sentence, said, kind)
        yield from self._words(self._drama, sentence, said, kind, "is drama")
        if sentence.role == "text":
            yield from self._passives(sentence, said, kind)

    def _words(
        self,
        rule: LintRule,
        sentence: Sentence,
        said: Sequence[tuple[int, int]],
        kind: Kind,
        what: str,
    ) -> Iterator[Finding]:
        text, first, last = sentence.text, sentence.first, sentence.last
        allowed = [hit.span() for hit in rule.allowed_by(text, first, last)]
        for hit in rule.found_by(text, first, last):
            if is_theirs(said, *hit.span()) or is_theirs(allowed, *hit.span()):
                continue
            instead = rule.found_by.instead_of(hit[0])
            yield broken(rule, kind, sentence, hit.span(), f"{hit[0]!r} {what}.", instead)

    def _opening(
        self, sentence: Sentence, said: Sequence[tuple[int, int]], kind: Kind
    ) -> Iterator[Finding]:
        rule = self._advocacy
        hit = rule.opened_by.match(sentence.text, sentence.first, sentence.last)
        if hit is None or sentence.role != "text" or is_theirs(said, *hit.span()):
            return
        message = f"{hit[0]!r} opens the sentence as an instruction."
        yield broken(rule, kind, sentence, hit.span(), message)

    def _passives(
        self, sentence: Sentence, said: Sequence[tuple[int, int]], kind: Kind
    ) -> Iterator[Finding]:
        if not self._facts.is_fact(sentence):
            return
        text, last = sentence.text, sentence.last
        for hit in self._passive.finditer(text, sentence.first, last):
            if is_theirs(said, *hit.span()) or _BY.match(text, hit.end(), last):
                continue
            message = f"{hit[0]!r} does not say who acted."
            yield broken(self._hidden, kind, sentence, hit.span(), message)


class FactRule:
    """A statement of fact bears its source.

    Parameters
    ----------
    rules : Rulebook
        The declared rules.
    """

    def __init__(self, rules: Rulebook) -> None:
        self._rule = rules["uncited_fact"]
        self._facts = Facts(rules.language)

    def check(self, sentence: Sentence, kind: Kind) -> Iterator[Finding]:
        """Yield the sentence if it states a fact without a mark; a judgement is none."""
        if sentence.role != "text" or not self._facts.is_fact(sentence):
            return
        if not self._facts.is_cited(sentence, by_paragraph=kind == "brief"):
            span = (sentence.first, sentence.last)
            message = "states a date, a quantity or an act and bears no source mark."
            yield broken(self._rule, kind, sentence, span, message)


class WholeRules:
    """What a judgement or a brief as a whole must name.

    Parameters
    ----------
    rules : Rulebook
        The declared rules.
    """

    def __init__(self, rules: Rulebook) -> None:
        self._rules = rules

    def check(self, text: str, kind: Kind, *, has_likelihood: bool) -> Iterator[Finding]:
        """Yield what the text does not name."""
        for rule in self._rules.rules.values():
            if rule.scope != "text" or kind not in rule.kinds:
                continue
            named = (
                has_likelihood
                if rule.id == "no_likelihood"
                else next(iter(rule.found_by(text)), None) is not None
            )
            if not named:
                yield broken(rule, kind, None, (0, len(text)), f"{rule.title}.")
