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

_CLAUSES = re.compile(r"[;:]\s|\s[–—]\s")


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
        nobody = "|".join(rules.language.no_actors) or r"(?!)"
        self._by = re.compile(rf"[^.;]{{0,120}}?\bby\s+(?!\d|(?:{nobody})\b)", re.IGNORECASE)
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
        yield from self._words(self._drama, sentence, said, kind, "is drama")
        if sentence.is_question:
            return
        yield from self._words(self._advocacy, sentence, said, kind, "is advice")
        yield from self._opening(sentence, said, kind)
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
            if rule is self._drama and _is_in_a_name(sentence, *hit.span()):
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
        if not self._facts.is_fact(sentence, said):
            return
        rule, text, first, last = self._hidden, sentence.text, sentence.first, sentence.last
        allowed = [hit.span() for hit in rule.allowed_by(text, first, last)]
        named = list(rule.found_by(text, first, last))
        passive = [
            hit
            for hit in self._passive.finditer(text, first, last)
            if not any(each.start() < hit.end() and hit.start() < each.end() for each in named)
        ]
        for hit in (*named, *passive):
            if is_theirs(said, *hit.span()) or self._by.match(text, hit.end(), last):
                continue
            if any(start <= hit.start() < end for start, end in allowed):
                continue
            message = f"{hit[0]!r} does not say who acted."
            yield broken(rule, kind, sentence, hit.span(), message)


def _is_in_a_name(sentence: Sentence, first: int, last: int) -> bool:
    """Return whether a word is part of a proper name, as in "the Massive Ordnance Penetrator"."""
    text = sentence.text
    if first == sentence.first or not text[first].isupper() or sentence.words.isupper():
        return False
    after = text[last : min(last + 2, sentence.last)].lstrip()
    return not text[first:last].isupper() and after[:1].isupper()


class FactRule:
    """A statement of fact bears its source.

    Parameters
    ----------
    rules : Rulebook
        The declared rules.
    """

    def __init__(self, rules: Rulebook) -> None:
        self._rule, self._cut_off = rules["uncited_fact"], rules["no_cut_off"]
        self._facts = Facts(rules.language)

    def check(
        self,
        sentence: Sentence,
        said: Sequence[tuple[int, int]],
        kind: Kind,
        advice: Sequence[tuple[int, int]] = (),
    ) -> Iterator[Finding]:
        """Yield the sentence if it states a fact without a mark; a judgement is none.

        Where one of its clauses is advice, the other clauses are read.
        """
        if sentence.role != "text" or not self._facts.is_fact(sentence, said):
            return
        if advice and not any(self._facts.has_fact(each) for each in _clauses(sentence, advice)):
            return
        if self._is_cut_off(sentence.words):
            return
        if not self._facts.is_cited(sentence, by_paragraph=kind == "brief"):
            span = (sentence.first, sentence.last)
            message = "states a date, a quantity or an act and bears no source mark."
            yield broken(self._rule, kind, sentence, span, message)

    def _is_cut_off(self, words: str) -> bool:
        """Return whether a sentence gives the cut-off of the text, and no other fact."""
        rest = words
        for hit in self._cut_off.found_by(words):
            rest = rest.replace(hit[0], " ")
        return rest != words and not self._facts.has_fact(rest)


def _clauses(sentence: Sentence, without: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield the clauses of a sentence that hold none of the given places."""
    text, begun = sentence.text, sentence.first
    cuts = [each.end() for each in _CLAUSES.finditer(text, sentence.first, sentence.last)]
    for end in (*cuts, sentence.last):
        if not any(begun <= first < end for first, _ in without):
            yield text[begun:end]
        begun = end


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
