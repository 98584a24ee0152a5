"""Rules on what follows, and the watch on capabilities: declarations, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from comity.core.catalog import Declaration, catalog_files, read_yaml
from comity.core.errors import CatalogError, DuplicateName, nearest
from comity.judgement.implied.audiences import load_audiences
from comity.judgement.implied.condition import check, used_in
from comity.judgement.implied.fields import Kind, Reference, reference
from comity.judgement.implied.tradecraft import PLACEHOLDER, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from comity.core.dyad import Dyad

__all__ = [
    "ALWAYS",
    "CapabilityRule",
    "Effect",
    "ImplicationRule",
    "ImplicationTopic",
    "SentenceTemplate",
    "check_capability",
    "check_topic",
    "load_capabilities",
    "load_topics",
    "placeholders",
]

ALWAYS = ("A", "B", "as_of")
"""Placeholders that every template may use: the two states and the as-of date."""

Level = Literal["low", "moderate", "high"]


def _is_reference(text: str) -> str:
    reference(text)
    return " ".join(text.split())


FactReference = Annotated[str, AfterValidator(_is_reference)]


class SentenceTemplate(Declaration):
    """One sentence.

    Parameters
    ----------
    text : str
        With fields of facts in braces: ``{drones.name}``. Holds no number of its own.
    judgement : bool
        Whether it goes beyond the record. Then it is worded with "if", and has a basis and a
        confidence; otherwise it states facts and uses at least one.
    not_known : bool
        Whether it says what is not known; every sentence of the outcome ``unknown`` does.
    basis : str
        Of a judgement: why its author holds it, with fields in braces.
    confidence : {'low', 'moderate', 'high'}
        Of a judgement: how good that basis is.
    because : str
        What the confidence rests on.
    rests_on : list of str
        Facts behind the sentence beside those that it names.
    """

    text: str
    judgement: bool = False
    not_known: bool = False
    basis: str = ""
    confidence: Level | None = None
    because: str = ""
    rests_on: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _complete(self) -> SentenceTemplate:
        given = (bool(self.basis), self.confidence is not None, bool(self.because))
        if self.judgement and not all(given):
            msg = "a judgement has a basis, a confidence and what it is because of"
            raise ValueError(msg)
        if not self.judgement and any(given):
            msg = "basis, confidence and because belong to a judgement; say judgement: true"
            raise ValueError(msg)
        return self

    @property
    def templates(self) -> tuple[str, ...]:
        """All texts with placeholders."""
        return tuple(text for text in (self.text, self.basis, self.because) if text)


Sentences = Annotated[list[SentenceTemplate], Field(min_length=1, max_length=3)]


class ImplicationRule(Declaration):
    """What follows, for whom, when a condition on the assessment holds or does not.

    Parameters
    ----------
    id : str
        Unique among all rules.
    title : str
        What it is about.
    audiences : list of str
        Whom it serves first, and whom else.
    from_date : str
        Earliest as-of date on which the question could be asked; before it the rule is silent,
        since asking it would be hindsight.
    instead_of : list of str
        Ids of more general rules that this one takes the place of.
    facts : mapping of str to str
        Parts of the assessment by a name of the rule's own: ``drones: ledger:shahed-136``.
    when : str
        Condition on fields of the facts.
    needs : list of str
        Facts without which nothing can be told, whatever the condition says of the others.
    holds, fails, unknown : list of SentenceTemplate
        What is said when the condition is true, false, or cannot be told. A sentence after the
        first is left out where a field that it prints is not known.
    author : str
        Who answers for the wording; that of the topic if empty.
    """

    id: str = Field(pattern=r"^[A-Za-z][\w.-]*$")
    title: str
    audiences: list[str] = Field(min_length=1)
    from_date: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    instead_of: list[str] = Field(default_factory=list)
    facts: dict[str, FactReference] = Field(min_length=1)
    when: str
    needs: list[str] = Field(default_factory=list)
    holds: Sentences
    fails: Sentences
    unknown: Sentences
    author: str = ""

    @property
    def references(self) -> dict[str, Reference]:
        """The parts that the facts stand for."""
        return {name: reference(text) for name, text in self.facts.items()}

    @property
    def outcomes(self) -> dict[str, list[SentenceTemplate]]:
        """The sentences of each outcome."""
        return {"holds": self.holds, "fails": self.fails, "unknown": self.unknown}


class ImplicationTopic(Declaration):
    """A file of rules on one topic.

    Parameters
    ----------
    id, title : str
        The topic.
    author : str
        Who wrote the rules and answers for them.
    note : str
        What a reader of the file should know.
    rules : list of ImplicationRule
        In the order in which they are read.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    author: str
    note: str = ""
    rules: list[ImplicationRule] = Field(min_length=1)


class Effect(Declaration):
    """One plausible effect of a transfer, as a conditional judgement."""

    text: str
    confidence: Level
    because: str


class CapabilityRule(Declaration):
    """What a transfer could do for the receiver: a judgement with an author, to be edited.

    Parameters
    ----------
    id, title : str
        The watch.
    item : str
        Item of the ledger that is watched.
    facts : mapping of str to str
        As in `ImplicationRule`; the item itself is always the fact ``item``.
    effects : list of Effect
        What it would change if it arrived and worked.
    confirms : list of str
        What would show that it has arrived and works.
    lag : list of str
        What the record says of the time from promise to use; a line is left out where a field that
        it prints is not known.
    unknowns : list of str
        What is not known and would matter.
    author : str
        Who answers for it.
    """

    id: str = Field(pattern=r"^[A-Za-z][\w.-]*$")
    title: str
    item: str
    facts: dict[str, FactReference] = Field(default_factory=dict)
    effects: list[Effect] = Field(min_length=1)
    confirms: list[str] = Field(min_length=1)
    lag: list[str] = Field(min_length=1)
    unknowns: list[str] = Field(min_length=1)
    author: str

    @property
    def references(self) -> dict[str, Reference]:
        """The parts that the facts stand for."""
        own = {name: reference(text) for name, text in self.facts.items()}
        return {"item": Reference("ledger", self.item), **own}


def load_topics(dyad: Dyad, catalogs: Sequence[Path] = ()) -> list[ImplicationTopic]:
    """Return the topics of the case of a dyad, then the topics that serve any dyad.

    Raises
    ------
    CatalogError
        If a rule names a field that does not exist or breaks a rule of wording.
    DuplicateName
        If two rules claim one id.
    """
    paths = _case_files(dyad, "implications", catalogs)
    paths += catalog_files("implications/*.yml", catalogs)
    audiences = sorted(load_audiences(catalogs))
    found: list[ImplicationTopic] = []
    taken: set[str] = set()
    for path in paths:
        topic = read_yaml(path, ImplicationTopic)
        place = f"{path.parent.name}/{path.name}"
        check_topic(topic, place, catalogs)
        for rule in topic.rules:
            if rule.id in taken:
                raise DuplicateName(place, f"the id {rule.id!r} is already taken")
            taken.add(rule.id)
            for name in rule.audiences:
                if name not in audiences:
                    reason = f"unknown audience {name!r}{_near(name, audiences)}"
                    raise CatalogError(f"{place}, {rule.id}, key audiences", reason, audiences)
        found.append(topic)
    for topic in found:
        for rule in topic.rules:
            if lost := sorted(set(rule.instead_of) - taken):
                reason = f"unknown rule {lost[0]!r}{_near(lost[0], sorted(taken))}"
                raise CatalogError(f"{topic.id}, {rule.id}, key instead_of", reason, sorted(taken))
    return found


def _case_files(dyad: Dyad, kind: str, catalogs: Sequence[Path]) -> list[Path]:
    """Return the files of a case in all catalogs; a file of a later one replaces its namesake."""
    return [
        path
        for slug in (dyad.slug, dyad.reversed.slug)
        for path in catalog_files(f"cases/{slug}/{kind}/*.yml", catalogs)
    ]


def load_capabilities(dyad: Dyad, catalogs: Sequence[Path] = ()) -> list[CapabilityRule]:
    """Return the transfers that the case of a dyad watches; none without a case.

    Raises
    ------
    CatalogError
        As `load_topics`.
    """
    found = []
    for path in _case_files(dyad, "capabilities", catalogs):
        rule = read_yaml(path, CapabilityRule)
        check_capability(rule, f"{path.parent.name}/{path.name}", catalogs)
        found.append(rule)
    return found


def check_topic(topic: ImplicationTopic, place: str, catalogs: Sequence[Path] = ()) -> None:
    """Refuse a topic whose conditions or templates name what does not exist, or break the wording.

    Raises
    ------
    CatalogError
        Names the file, the rule, the key and what is wrong.
    """
    for rule in topic.rules:
        where = f"{place}, {rule.id}"
        kinds = _Kinds(rule.references, f"{where}, key when")
        check(rule.when, f"{where}, key when", kinds)
        used = set(used_in(rule.when, where))
        for outcome, sentences in rule.outcomes.items():
            for sentence in sentences:
                key = f"{where}, key {outcome}"
                used |= _check_sentence(sentence, rule.references, key, catalogs)
        if lost := sorted(set(rule.needs) - set(rule.facts)):
            raise CatalogError(
                f"{where}, key needs", f"unknown fact {lost[0]!r}", sorted(rule.facts)
            )
        if idle := sorted(set(rule.facts) - used):
            raise CatalogError(f"{where}, key facts", f"nothing uses the fact {idle[0]!r}")


def _check_sentence(
    sentence: SentenceTemplate,
    facts: Mapping[str, Reference],
    where: str,
    catalogs: Sequence[Path],
) -> set[str]:
    used = {
        name for text in sentence.templates for name in _check_text(text, facts, where, catalogs)
    }
    for name in sentence.rests_on:
        if name not in facts:
            raise CatalogError(f"{where}, rests_on", f"unknown fact {name!r}", sorted(facts))
    used |= set(sentence.rests_on)
    if not used:
        raise CatalogError(where, f"{sentence.text!r} rests on no fact; name one in rests_on")
    if sentence.judgement and not _is_conditional(sentence.text):
        raise CatalogError(where, f"the judgement {sentence.text!r} is not worded with 'if'")
    return used


def _is_conditional(text: str) -> bool:
    return any(word.strip(",").lower() == "if" for word in text.split())


def check_capability(rule: CapabilityRule, place: str, catalogs: Sequence[Path] = ()) -> None:
    """Refuse a watch whose texts name what does not exist, or break the wording.

    Raises
    ------
    CatalogError
        Names the file, the key and what is wrong.
    """
    used = {"item"}
    for key, texts in (
        ("effects", [text for each in rule.effects for text in (each.text, each.because)]),
        ("confirms", rule.confirms),
        ("lag", rule.lag),
        ("unknowns", rule.unknowns),
    ):
        for text in texts:
            used |= _check_text(text, rule.references, f"{place}, key {key}", catalogs)
    for effect in rule.effects:
        if not _is_conditional(effect.text):
            raise CatalogError(
                f"{place}, key effects", f"the judgement {effect.text!r} is not worded with 'if'"
            )
    if idle := sorted(set(rule.references) - used):
        raise CatalogError(f"{place}, key facts", f"nothing uses the fact {idle[0]!r}")


def _check_text(
    text: str, facts: Mapping[str, Reference], where: str, catalogs: Sequence[Path]
) -> set[str]:
    """Return the facts that a template uses; refuse wrong fields and wrong words."""
    if wrong := faults(text, tuple(catalogs)):
        raise CatalogError(where, f"{text!r}: {wrong[0]}")
    kinds = _Kinds(facts, where)
    used = set()
    for name, field in placeholders(text):
        if name in ALWAYS and not field:
            continue
        kinds(name, field)
        used.add(name)
    return used


def placeholders(text: str) -> Iterator[tuple[str, str]]:
    """Yield fact and field of each placeholder; the field is empty for a state or the date."""
    for hit in PLACEHOLDER.finditer(text):
        name, _, field = hit[1].partition(".")
        yield name, field


class _Kinds:
    """Looks up the kind of a fact's field; what does not exist is an error that names the place."""

    def __init__(self, facts: Mapping[str, Reference], where: str) -> None:
        self._facts = facts
        self._where = where

    def __call__(self, name: str, field: str) -> Kind:
        if name not in self._facts:
            known = sorted((*self._facts, *ALWAYS))
            raise CatalogError(self._where, f"unknown fact {name!r}{_near(name, known)}", known)
        known = sorted(self._facts[name].fields)
        if field not in known:
            reason = f"{self._facts[name].part} has no field {field!r}{_near(field, known)}"
            raise CatalogError(self._where, reason, known)
        return self._facts[name].fields[field]


def _near(name: str, known: Sequence[str]) -> str:
    found = nearest(name, known)
    return f" (did you mean {' or '.join(found)}?)" if found else ""
