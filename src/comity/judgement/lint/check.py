"""Lint a text: the rules applied sentence by sentence, and to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.errors import UnknownName
from comity.judgement.lint.finding import Finding, Kind
from comity.judgement.lint.likelihood_rules import LikelihoodRules
from comity.judgement.lint.rules import load_rulebook
from comity.judgement.lint.sentences import sentences
from comity.judgement.lint.speech import Speech
from comity.judgement.lint.wording_rules import FactRule, WholeRules, WordingRules
from comity.judgement.probability import DEFAULT_SCALE, Scale, load_scales, scale_named

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

__all__ = ["KINDS", "Linter", "lint_text"]

KINDS: tuple[Kind, ...] = ("judgement", "brief", "sentence")


def lint_text(
    text: str,
    scale: str | Scale = DEFAULT_SCALE,
    *,
    kind: Kind = "judgement",
    catalogs: Sequence[Path] = (),
) -> list[Finding]:
    """Return what breaks a rule of tradecraft in a text, in order of place.

    Parameters
    ----------
    text : str
        Plain text or Markdown, of any length.
    scale : str or Scale, optional
        The likelihood words that the text is to use.
    kind : {"judgement", "brief", "sentence"}, optional
        A judgement is a text of its own, with its likelihood, rival explanation and cut-off; a
        brief may give the sources of a paragraph at its end; a sentence is judged alone.
    catalogs : sequence of pathlib.Path, optional
        Catalogs of the user's, with rules, words and scales of their own.

    Returns
    -------
    list of Finding

    Raises
    ------
    UnknownName
        If there is no such scale or kind.

    Examples
    --------
    >>> [(each.rule, each.span) for each in lint_text("It may well rain.", kind="sentence")]
    [('unscaled_likelihood', (3, 11))]
    """
    if kind not in KINDS:
        raise UnknownName("kind of text", kind, KINDS)
    chosen = scale if isinstance(scale, Scale) else scale_named(scale, catalogs)
    return Linter(chosen, catalogs).lint(text, kind)


class Linter:
    """Applies the rules; made once for many texts.

    Parameters
    ----------
    scale : Scale
        The likelihood words that the texts are to use.
    catalogs : sequence of pathlib.Path, optional
        Catalogs of the user's.
    """

    def __init__(self, scale: Scale, catalogs: Sequence[Path] = ()) -> None:
        rules = load_rulebook(catalogs)
        language = rules.language
        self._language = language
        self._likelihood = LikelihoodRules(scale, load_scales(catalogs), rules)
        self._wording = WordingRules(rules)
        self._facts = FactRule(rules)
        self._whole = WholeRules(rules)
        self._speech = Speech(language)

    def lint(
        self,
        text: str,
        kind: Kind = "judgement",
        *,
        without: Collection[str] = (),
        theirs: Sequence[str] = (),
    ) -> list[Finding]:
        """Return what breaks a rule, in order of place.

        Parameters
        ----------
        text : str
            The text.
        kind : {"judgement", "brief", "sentence"}
            As for `lint_text`.
        without : collection of str
            Rules that do not apply.
        theirs : sequence of str
            Passages of the text that are a record's own words, and count as quoted.
        """
        parts = list(sentences(text, self._language))
        records = _places(text, theirs)
        uses = self._likelihood.reading(kind)
        found: list[Finding] = []
        for part in parts:
            said = (*self._speech.spans(part), *records)
            found += uses.check(part, said)
            advice = list(self._wording.check(part, said, kind))
            found += advice
            if not uses.is_judged and not any(each.rule == "advocacy" for each in advice):
                found += self._facts.check(part, kind)
        if kind != "sentence":
            found += self._whole.check(text, kind, has_likelihood=uses.has_likelihood)
        return sorted(
            (each for each in found if each.rule not in without),
            key=lambda each: (each.span, each.rule),
        )


def _places(text: str, passages: Sequence[str]) -> list[tuple[int, int]]:
    found = []
    for passage in passages:
        bare = passage.strip().rstrip(".")
        place = text.find(bare) if bare else -1
        if place >= 0:
            found.append((place, place + len(bare)))
    return found
