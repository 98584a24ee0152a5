"""What the assessment means for a planner, a policy-maker, a journalist and a scholar.

Rules are declared in ``catalog/implications`` and in the folder of a case. Each looks at parts of
the assessment, says what holds, what does not or what cannot be told, and takes every number from
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.judgement.assessment import (
    CapabilityEffect,
    CapabilityWatch,
    Implication,
    ImplicationSentence,
    Stated,
)
from comity.judgement.dates import long_date
from comity.judgement.implied.audiences import load_audiences
from comity.judgement.implied.condition import holds
from comity.judgement.implied.fact import NOT_KNOWN
from comity.judgement.implied.resolve import Sides, resolve
from comity.judgement.implied.rules import load_capabilities, load_topics, placeholders
from comity.judgement.implied.tradecraft import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.judgement.context import Context
    from comity.judgement.implied.fields import Reference
    from comity.judgement.implied.rules import (
        CapabilityRule,
        ImplicationRule,
        ImplicationTopic,
        SentenceTemplate,
    )

__all__ = ["NO_PARALLEL", "capability_part", "implications_part"]

NO_PARALLEL = "No dated entry on the ledger tells how long it takes."
"""What is said of the lag of a transfer where nothing on record tells it."""

_MOST_EVIDENCE = 8
_OUTCOMES = {True: "holds", False: "fails", None: "unknown"}


def implications_part(
    parts: Mapping[str, Any], context: Context, catalogs: Sequence[Path] = ()
) -> list[Implication]:
    """Return the implications by audience, topic and rule; a rule once for each that it serves.

    Parameters
    ----------
    parts : mapping of str to part
        All other parts of the assessment.
    context : Context
        Dyad, names, as-of date and the book of evidence.
    catalogs : sequence of Path
        Further catalogs.

    Raises
    ------
    CatalogError
        If a rule names what does not exist or breaks a rule of wording.
    """
    sides = Sides.of(context)
    titles = {each.id: each.title for each in load_audiences(catalogs).values()}
    made: list[Implication] = []
    asked = [
        (topic, rule)
        for topic in load_topics(context.dyad, catalogs)
        for rule in topic.rules
        if context.as_of.isoformat() >= rule.from_date
    ]
    replaced = {name for _, rule in asked for name in rule.instead_of}
    for topic, rule in asked:
        if rule.id not in replaced:
            teller = _Teller(rule.references, parts, sides, context)
            made += _implied(topic, rule, teller, titles)
    places = {name: place for place, name in enumerate(titles)}
    return sorted(made, key=lambda item: places[item.audience])


def _implied(
    topic: ImplicationTopic, rule: ImplicationRule, teller: _Teller, titles: Mapping[str, str]
) -> list[Implication]:
    values = {name: fact.values for name, fact in teller.facts.items()}
    is_told = all(teller.facts[name].there for name in rule.needs)
    outcome: Any = _OUTCOMES[holds(rule.when, rule.id, values) if is_told else None]
    told = [
        each
        for at, each in enumerate(rule.outcomes[outcome])
        if at == 0 or each.not_known or teller.knows(each.text)
    ]
    sentences = [teller.sentence(each, outcome) for each in told]
    traces = dict.fromkeys(name for each in sentences for name in each.traces_to)
    return [
        Implication(
            audience=audience,
            audience_title=titles[audience],
            text=" ".join(each.text for each in sentences),
            traces_to=list(traces),
            id=rule.id,
            topic=topic.id,
            topic_title=topic.title,
            title=rule.title,
            outcome=outcome,
            author=rule.author or topic.author,
            first=place == 0,
            sentences=sentences,
        )
        for place, audience in enumerate(rule.audiences)
    ]


def capability_part(
    parts: Mapping[str, Any], context: Context, catalogs: Sequence[Path] = ()
) -> list[CapabilityWatch]:
    """Return the transfers that the case watches and the ledger knows by the as-of date.

    Raises
    ------
    CatalogError
        As `implications_part`.
    """
    sides = Sides.of(context)
    known = {item.id: item for item in parts["ledger"]}
    return [
        _watch(rule, known[rule.item], _Teller(rule.references, parts, sides, context))
        for rule in load_capabilities(context.dyad, catalogs)
        if rule.item in known
    ]


def _watch(rule: CapabilityRule, item: Any, teller: _Teller) -> CapabilityWatch:
    texts = (*(each.text for each in rule.effects), *(each.because for each in rule.effects),
             *rule.confirms, *rule.lag, *rule.unknowns)  # fmt: skip
    used = [name for name in teller.facts if any(f"{{{name}." in text for text in texts)]
    used = list(dict.fromkeys(["item", *used]))
    return CapabilityWatch(
        id=rule.id,
        title=rule.title,
        item=item.id,
        name=str(teller.facts["item"].values["name"]),
        actor=item.actor,
        recipient=item.recipient,
        state=item.state,
        verified_state=item.verified_state,
        effects=[
            CapabilityEffect(
                text=teller.fill(each.text),
                confidence=_confidence(each.confidence, teller.fill(each.because, capital=False)),
            )
            for each in rule.effects
        ],
        confirms=[teller.fill(text) for text in rule.confirms],
        lag=[teller.fill(text) for text in rule.lag if teller.knows(text)] or [NO_PARALLEL],
        unknowns=[teller.fill(text) for text in rule.unknowns],
        author=rule.author,
        stated=list({each.shown: each for text in texts for each in teller.stated(text)}.values()),
        outside=teller.outside(texts),
        traces_to=teller.traces(used),
        evidence=teller.evidence(used, texts),
    )


def _confidence(level: str, because: str) -> str:
    """Return the sentence on confidence; no likelihood stands in it."""
    return f"Confidence is {level}: {because}"


class _Teller:
    """Fills the templates of one rule from its facts."""

    def __init__(
        self,
        references: Mapping[str, Reference],
        parts: Mapping[str, Any],
        sides: Sides,
        context: Context,
    ) -> None:
        self.facts = {name: resolve(each, parts, sides) for name, each in references.items()}
        self._references = references
        self._sides = sides
        self._context = context

    def sentence(self, template: SentenceTemplate, outcome: str) -> ImplicationSentence:
        """Return one sentence with its kind, traces, numbers and evidence."""
        used = [name for text in template.templates for name, field in placeholders(text) if field]
        used = list(dict.fromkeys((*used, *template.rests_on)))
        kind: Any = "not_known" if outcome == "unknown" or template.not_known else "fact"
        because = self.fill(template.because, capital=False)
        return ImplicationSentence(
            text=self.fill(template.text),
            kind="judgement" if template.judgement else kind,
            traces_to=self.traces(used),
            basis=self.fill(template.basis),
            confidence=_confidence(template.confidence, because) if template.confidence else "",
            stated=[each for text in template.templates for each in self.stated(text)],
            outside=self.outside(template.templates),
            evidence=self.evidence(used, template.templates),
        )

    def knows(self, text: str) -> bool:
        """Say whether every field that a template prints is known."""
        return all(
            self.facts[name].values.get(field) is not None
            for name, field in placeholders(text)
            if field
        )

    def fill(self, text: str, *, capital: bool = True) -> str:
        """Return a template with every field as it is printed; values are never filled again."""
        made = PLACEHOLDER.sub(lambda hit: self._shown(*_split(hit[1])), text)
        return f"{made[:1].upper()}{made[1:]}" if capital else made

    def _shown(self, name: str, field: str) -> str:
        if not field:
            context = self._context
            return {"A": context.a, "B": context.b, "as_of": long_date(context.as_of)}[name]
        fact = self.facts[name]
        value = fact.values.get(field)
        if value is None:
            return NOT_KNOWN
        if self._kind(name, field) == "actor":
            return self._sides.name(str(value))
        return fact.shown.get(field, str(value))

    def _kind(self, name: str, field: str) -> str:
        return self._references[name].fields[field]

    def stated(self, text: str) -> list[Stated]:
        """Return every number and date that a template prints, with what it is of."""
        made = []
        for name, field in placeholders(text):
            if not field or self.facts[name].values.get(field) is None:
                continue
            fact, kind = self.facts[name], self._kind(name, field)
            value = fact.values[field]
            numbers = dict(fact.numbers.get(field, {}))
            if kind in {"number", "percent"} and not numbers:
                numbers = {field: float(value)}  # type: ignore[arg-type]
            shown = self._shown(name, field)
            if kind != "outside" and any(char.isdigit() for char in shown):
                made.append(
                    Stated(
                        shown=shown,
                        part=fact.part,
                        of=str(self._references[name]),
                        field=field,
                        values=numbers,
                        date=str(value) if kind == "date" else None,
                    )
                )
        return made

    def outside(self, texts: Sequence[str]) -> list[str]:
        """Return the pieces of templates that come from a register."""
        found = [
            self._shown(name, field)
            for text in texts
            for name, field in placeholders(text)
            if field and self._kind(name, field) == "outside"
        ]
        return [piece for piece in dict.fromkeys(found) if piece not in {NOT_KNOWN, "none"}]

    def traces(self, used: Sequence[str]) -> list[str]:
        """Return the names of the parts behind facts."""
        return list(dict.fromkeys(name for each in used for name in self.facts[each].traces))

    def evidence(self, used: Sequence[str], texts: Sequence[str]) -> list[str]:
        """Return the records behind what texts print of facts, in turn from each, as cited."""
        printed = [each for text in texts for each in placeholders(text)]
        queues = [
            self.facts[each].records(sorted({field for name, field in printed if name == each}))
            for each in used
        ]
        turns = [queue[at] for at in range(_MOST_EVIDENCE) for queue in queues if at < len(queue)]
        return self._context.book.cite(turns, limit=_MOST_EVIDENCE)


def _split(text: str) -> tuple[str, str]:
    name, _, field = text.partition(".")
    return name, field
