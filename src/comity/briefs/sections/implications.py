"""What follows, for whom: facts, judgements with basis and confidence, what is not known."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Confidence,
    Finding,
    Fold,
    Jump,
    Listing,
    Outside,
    Panel,
    Panels,
    Paragraph,
    Quiet,
    Strong,
    Tag,
)
from comity.briefs.outside import slug
from comity.briefs.sections._words import cite
from comity.briefs.wording import actor_words, capital, count_words, join_words, phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.briefs.blocks import Block, Inline, Parts
    from comity.judgement.assessment import (
        Assessment,
        CapabilityWatch,
        Implication,
        ImplicationSentence,
    )

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 148
TITLE = "Implications"


def build(assessment: Assessment) -> list[Block]:
    """Return the implications by audience, each printed once, then the watch on capabilities.

    The first audience stands open; the others open on demand.
    """
    printed = [item for item in assessment.implications if item.first]
    if not printed:
        return []
    also = _also(assessment.implications)
    groups = [list(group) for _, group in groupby(printed, key=lambda item: item.audience)]
    blocks: list[Block] = [Finding((_finding(printed),))]
    for place, group in enumerate(groups):
        title = group[0].audience_title or capital(group[0].audience)
        inner = _by_topic(assessment, group, also)
        if place == 0:
            blocks += [Paragraph((Strong(f"For: {title}"),)), *inner]
        else:
            noun = count_words(len(group), "question")
            blocks.append(Fold(f"For: {title} ({noun} more)", inner))
    if assessment.capability_watch:
        blocks.append(Paragraph((Strong("Capability watch"),)))
        blocks += [_watch(assessment, item) for item in assessment.capability_watch]
    authors = sorted({item.author for item in printed if item.author})
    blocks.append(
        Caveat(
            (
                "Numbers come from this assessment; in brackets stands the 80 % interval. What is "
                "marked as a judgement goes beyond the record and holds under its condition. Rules "
                f"and judgements are declared and can be edited{_by(authors)}.",
            )
        )
    )
    return blocks


def _by(authors: Sequence[str]) -> str:
    return f"; author: {join_words(authors)}" if authors else ""


def _also(items: Sequence[Implication]) -> dict[str, list[str]]:
    """Return the titles of all audiences of each rule."""
    found: dict[str, list[str]] = {}
    for item in items:
        found.setdefault(item.id, []).append(item.audience_title or item.audience)
    return found


def _finding(items: Sequence[Implication]) -> str:
    unknown = sum(item.outcome == "unknown" for item in items)
    text = capital(count_words(len(items), "question")) + " on what this means"
    if not unknown:
        return f"{text}, each with an answer from the record"
    return f"{text}; {unknown} cannot be told from the record"


def _by_topic(
    assessment: Assessment, items: Sequence[Implication], also: dict[str, list[str]]
) -> tuple[Block, ...]:
    made: list[Block] = []
    for title, group in groupby(items, key=lambda item: item.topic_title):
        if title:
            made.append(Paragraph((Strong(title),)))
        made.append(Panels(tuple(_panel(assessment, item, also) for item in group)))
    return tuple(made)


def _panel(assessment: Assessment, item: Implication, also: dict[str, list[str]]) -> Panel:
    blocks: list[Block] = []
    facts = [each for each in item.sentences if each.kind != "judgement"]
    if facts:
        blocks.append(Paragraph(tuple(part for each in facts for part in _fact(each))))
    marked = {name for each in facts for name in each.evidence}
    for each in item.sentences:
        if each.kind == "judgement":
            fresh = [name for name in each.evidence if name not in marked]
            basis = f" {each.basis}" if each.basis else ""
            said: Parts = (Tag("judgement", "quiet"), " ", *_pieces(each.text, each.outside))
            blocks.append(Paragraph((*said, *_quiet(basis, each.outside), *cite(fresh), " ")))
            blocks.append(Confidence((each.confidence,)))
    if not item.sentences:
        blocks.append(Paragraph((item.text,)))
    others = [title for title in also.get(item.id, []) if title != item.audience_title]
    tail = f" Also for: {join_words(others)}." if others else ""
    blocks.append(Paragraph((*_traces(assessment, item.traces_to), Quiet(tail))))
    return Panel(item.title, tuple(blocks))


def _fact(sentence: ImplicationSentence) -> Parts:
    unknown: Parts = (Tag("not known", "warn"), " ") if sentence.kind == "not_known" else ()
    return (*unknown, *_pieces(sentence.text, sentence.outside), *cite(sentence.evidence), " ")


def _pieces(text: str, outside: Sequence[str]) -> Parts:
    """Return a sentence with what comes from a register set apart as such."""
    for name in sorted(outside, key=len, reverse=True):
        before, hit, after = text.partition(name)
        if hit and name:
            return (*_pieces(before, outside), Outside(name), *_pieces(after, outside))
    return (text,) if text else ()


def _quiet(text: str, outside: Sequence[str]) -> Parts:
    return tuple(Quiet(part) if isinstance(part, str) else part for part in _pieces(text, outside))


def _traces(assessment: Assessment, names: Sequence[str]) -> Parts:
    """Return where a paragraph comes from, each a way to its place in the brief."""
    if not names:
        return ()
    shown = list(names[:_SHOWN])
    made: list[Inline] = [Quiet("From ")]
    places = _places(assessment)
    for at, name in enumerate(shown):
        made += [Quiet(", ")] if at else []
        made.append(Jump(_trace_words(name), places.get(name, name.replace("_", "-"))))
    rest = len(names) - len(shown)
    return (*made, Quiet(f" and {rest} more." if rest else "."))


_SHOWN = 4


def _trace_words(name: str) -> str:
    return name.removeprefix("role:").replace("_", " ")


def _places(assessment: Assessment) -> dict[str, str]:
    """Return the anchor or section in which each part is shown."""
    found = {item.id: f"i-{slug(item.id)}" for item in assessment.indicators}
    for section, parts in (
        ("ledger", assessment.ledger),
        ("stress-tests", assessment.stress_tests),
        ("theatres", assessment.theatres),
        ("levers", assessment.levers),
        ("hypotheses", assessment.hypotheses),
        ("claim-test", assessment.claim_tests),
        ("ladder", assessment.ladder.criteria),
        ("drivers", (*assessment.drivers, *assessment.tensions)),
    ):
        found |= {item.id: section for item in parts}
    found |= dict.fromkeys(assessment.readings, "readings")
    found |= {f"role:{name}": "roles" for name in assessment.roles}
    return found | {"comparison": "standing"}


def _watch(assessment: Assessment, item: CapabilityWatch) -> Fold:
    dyad = assessment.dyad
    ends = f"{actor_words(item.actor, dyad)} to {actor_words(item.recipient, dyad)}"
    state = phrase(item.verified_state.replace("_", " ")) if item.verified_state else "nothing"
    blocks: list[Block] = [
        Paragraph(
            (
                Outside(item.name), f", {ends}. Verified: {state}; latest word: "
                f"{item.state.replace('_', ' ')}.", *cite(item.evidence),
            )
        ),
        Paragraph((Tag("judgement", "quiet"), " ", Strong("Plausible effects"))),
    ]  # fmt: skip
    for effect in item.effects:
        blocks += [Paragraph((effect.text,)), Confidence((effect.confidence,))]
    for title, lines in (
        ("What would confirm it", item.confirms),
        ("How long it took, or takes", item.lag),
        ("Not known", item.unknowns),
    ):
        blocks.append(Paragraph((Strong(title),)))
        blocks.append(
            Listing(tuple((Outside(text), *cite(item.evidence)) if title.startswith("How")
                          else (text,) for text in lines))
        )  # fmt: skip
    blocks.append(
        Paragraph((Quiet(f"Author: {item.author}. "), *_traces(assessment, item.traces_to)))
    )
    return Fold(
        f"{item.title}: {state if state != 'nothing' else 'nothing verified'}", tuple(blocks)
    )
