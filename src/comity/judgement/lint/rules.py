"""The rules and the words of a language, as declared in ``catalog/lint``."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from comity.core.catalog import Declaration, read_yaml_folder
from comity.core.errors import CatalogError, UnknownName
from comity.judgement.lint.finding import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["Language", "LintRule", "Rulebook", "Term", "load_rulebook", "phrase"]

_MAX_PATTERN = 1000
_NOUN_AFTER = (
    r"\s*[:,]|\s+(?:of|for|from|to|by|and|or|between|is|was|are|were|has|had|have|with|reports?"
    r"|statements?|services?|agencies|freedom|releases?|law|fell|rose|grew)\b"
)
"""After these a word that could open an instruction is a noun ("Support for the treaty fell")."""


def phrase(words: str) -> str:
    """Return the pattern of a phrase: any white space between its words."""
    return r"\s+".join(re.escape(word) for word in words.split())


def _spaced(pattern: str) -> str:
    """Let a blank stand for any white space; one that is optional stays one."""
    return re.sub(r" (?=[?*+{])", r"\\s", pattern).replace(" ", r"\s+")


class Term(Declaration):
    """Words that a rule looks for.

    Attributes
    ----------
    say : str or tuple of str
        Phrases, as they stand.
    pattern : str
        A regular expression; a blank stands for any white space.
    case : {"any", "exact"}
        Whether capitals matter ("may" is not "May").
    instead : str
        What to write instead, where it differs from the rule's.
    """

    say: tuple[str, ...] = ()
    pattern: str = Field(default="", max_length=_MAX_PATTERN)
    case: Literal["any", "exact"] = "any"
    instead: str = ""

    @field_validator("say", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_something(self) -> Term:
        if bool(self.say) == bool(self.pattern):
            msg = "give either `say` or `pattern`"
            raise ValueError(msg)
        try:
            re.compile("|".join(self.sources))
        except re.error as error:
            msg = f"the pattern cannot be read: {error}"
            raise ValueError(msg) from None
        return self

    @property
    def sources(self) -> list[str]:
        """Regular expressions, one per phrase."""
        if self.pattern:
            return [_spaced(self.pattern.strip())]
        return [phrase(each) for each in self.say]


class LintRule(Declaration):
    """One rule: what it forbids, why, and by which words it is seen.

    Attributes
    ----------
    extends : str or None
        The id of another rule, whose words these add to.
    levels : mapping of kind to level
        Where a kind of text is judged otherwise.
    kinds : tuple of str
        Texts that the rule is for.
    terms, allow : tuple of Term
        Words that break the rule, and those that look like it and do not.
    openings : tuple of str
        Words that break the rule only where they begin a sentence.
    """

    id: str
    extends: str | None = None
    title: str = ""
    level: Level = "error"
    levels: dict[Kind, Level] = Field(default_factory=dict)
    scope: Literal["sentence", "text"] = "sentence"
    kinds: tuple[Kind, ...] = ("judgement", "brief", "sentence")
    reason: str = ""
    citation: str = ""
    instead: str = ""
    terms: tuple[Term, ...] = ()
    allow: tuple[Term, ...] = ()
    openings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> LintRule:
        missing = [
            name for name in ("title", "reason", "citation", "instead") if not getattr(self, name)
        ]
        if missing and self.extends is None:
            msg = f"a rule says {', '.join(missing)}"
            raise ValueError(msg)
        return self

    def level_for(self, kind: Kind) -> Level:
        """Return how serious a breach is in a kind of text."""
        return self.levels.get(kind, self.level)

    @cached_property
    def found_by(self) -> Matcher:
        """Finds the words that break the rule."""
        return Matcher(self.terms)

    @cached_property
    def allowed_by(self) -> Matcher:
        """Finds words that look like a breach and are none."""
        return Matcher(self.allow)

    @cached_property
    def opened_by(self) -> re.Pattern[str]:
        """Matches a sentence that begins with one of the openings."""
        words = "|".join(phrase(each) for each in sorted(self.openings, key=len, reverse=True))
        return re.compile(rf"\W*(?:{words})\b(?!{_NOUN_AFTER})" if words else r"(?!)")


class Matcher:
    """Finds terms in a text, the longest phrase first.

    Parameters
    ----------
    terms : iterable of Term
        What is looked for.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        kinds: dict[str, list[str]] = {"any": [], "exact": []}
        self._instead: list[tuple[re.Pattern[str], str]] = []
        for term in terms:
            kinds[term.case] += term.sources
            if term.instead:
                self._instead.append((_compiled(term.sources, term.case), term.instead))
        self._patterns = [_compiled(found, case) for case, found in kinds.items() if found]

    def __call__(
        self, text: str, first: int = 0, last: int | None = None
    ) -> Iterator[re.Match[str]]:
        """Yield the matches between two places, in order of each group of terms."""
        end = len(text) if last is None else last
        for pattern in self._patterns:
            yield from pattern.finditer(text, first, end)

    def instead_of(self, words: str) -> str:
        """Return what the term that found `words` says to write instead; empty if nothing."""
        return next((said for found, said in self._instead if found.fullmatch(words)), "")


def _compiled(sources: Iterable[str], case: str) -> re.Pattern[str]:
    ordered = sorted(dict.fromkeys(sources), key=len, reverse=True)
    flags = re.IGNORECASE if case == "any" else re.NOFLAG
    return re.compile(rf"(?<!\w)(?:{'|'.join(ordered)})(?!\w)", flags)


class Language(Declaration):
    """Words by which sentences of a language are read; see ``catalog/lint/language``."""

    id: str
    abbreviations: tuple[str, ...] = ()
    sentence_openers: tuple[str, ...] = ()
    reporting_verbs: tuple[str, ...] = ()
    anonymous: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    speakers_with_a_name: tuple[str, ...] = ()
    attribution_openings: tuple[str, ...] = ()
    judging: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    act_verbs: tuple[str, ...] = ()
    irregular_participles: tuple[str, ...] = ()
    number_words: tuple[str, ...] = ()
    numbered_names: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    contrasts: tuple[str, ...] = ()
    source_headings: tuple[str, ...] = ()


class Rulebook:
    """All rules, with the words that further files add, and the words of all languages.

    Parameters
    ----------
    rules : mapping of str to LintRule
        By id.
    language : Language
        The words of all declared languages together.
    """

    def __init__(self, rules: dict[str, LintRule], language: Language) -> None:
        self.rules = rules
        self.language = language

    def __getitem__(self, name: str) -> LintRule:
        """Return a rule by id."""
        return self.rules[name]


@cache
def _builtin() -> Rulebook:
    return _read(())


def load_rulebook(catalogs: Sequence[Path] = ()) -> Rulebook:
    """Return the rules of the built-in catalog and of the user's.

    Raises
    ------
    UnknownName
        If a file extends a rule that does not exist.
    CatalogError
        If a declaration is wrong, or a rule of the project is missing.
    """
    return _read(tuple(catalogs)) if catalogs else _builtin()


def _read(catalogs: tuple[Path, ...]) -> Rulebook:
    declared = read_yaml_folder("lint/*.yml", LintRule, catalogs)
    rules = {name: rule for name, rule in declared.items() if rule.extends is None}
    for more in declared.values():
        if more.extends is None:
            continue
        if more.extends not in rules:
            raise UnknownName("rule", more.extends, rules, f"lint/{more.id}.yml extends it.")
        base = rules[more.extends]
        added = {
            key: (*getattr(base, key), *getattr(more, key))
            for key in ("terms", "allow", "openings")
        }
        rules[base.id] = LintRule.model_validate(base.model_dump() | added)
    missing = sorted(_NEEDED - set(rules))
    if missing:
        raise CatalogError("lint/", f"the rules {', '.join(missing)} are not declared", rules)
    languages = read_yaml_folder("lint/language/*.yml", Language, catalogs).values()
    words = {
        key: tuple(dict.fromkeys(word for each in languages for word in getattr(each, key)))
        for key in Language.model_fields
        if key != "id"
    }
    return Rulebook(rules, Language(id="all", **words))


_NEEDED = frozenset(
    {
        "unscaled_likelihood", "mixed_scales", "word_without_number", "number_outside_band",
        "likelihood_with_confidence", "uncited_fact", "advocacy", "drama", "hidden_actor",
        "no_alternatives", "no_likelihood", "no_cut_off",
    }
)  # fmt: skip
