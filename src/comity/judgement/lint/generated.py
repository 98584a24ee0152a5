"""The linter over an assessment's own sentences, whose sources stand beside them, not as marks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.core.errors import JudgementError
from comity.judgement.lint.check import Linter
from comity.judgement.probability import DEFAULT_SCALE, scale_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from comity.judgement.assessment import Assessment
    from comity.judgement.lint.finding import Finding
    from comity.judgement.probability import Scale

__all__ = ["Place", "lint_assessment", "must_be_clean", "own_sentences"]

_SPOKEN = frozenset(
    {"text", "summary", "why", "note", "reason", "sensitivity", "confidence", "verdict", "not_read"}
)
"""Keys under which a part that looks forward or weighs carries sentences of ours."""
_LISTED = frozenset({"scope"})
"""Keys under which a case lists sentences."""
_PARTS = (
    "hypotheses",
    "hypothesis_phases",
    "claim_tests",
    "outlook",
    "key_assumptions",
    "checklist",
)


@dataclass(frozen=True)
class Place:
    """One text of an assessment.

    Parameters
    ----------
    where : str
        Path to it, as ``drivers[D-ARMS].text``.
    text : str
        The sentences.
    evidence : tuple of str
        Records that it cites.
    needs_source : bool
        Whether a statement of fact in it needs one.
    is_bound : bool
        Whether an assessment with a breach here is refused.
    quoted : tuple of str
        Pieces of the text that are a register's own words.
    """

    where: str
    text: str
    evidence: tuple[str, ...] = field(default=())
    needs_source: bool = False
    is_bound: bool = True
    quoted: tuple[str, ...] = ()


def own_sentences(assessment: Assessment) -> Iterator[Place]:
    """Yield every text that the assessment itself says, with what it cites."""
    line = assessment.bottom_line
    yield Place("bottom_line.text", line.text, tuple(line.evidence), needs_source=True)
    yield Place("bottom_line.confidence", line.confidence)
    for said in assessment.judgements:
        where = f"judgements[{said.id}]"
        yield Place(f"{where}.text", said.text, tuple(said.evidence), needs_source=True)
        yield Place(f"{where}.confidence", said.confidence)
    for phase in assessment.phases:
        where = f"phases[{phase.start}].summary"
        yield Place(where, phase.summary, tuple(phase.evidence), needs_source=True)
    for name, group in (("drivers", assessment.drivers), ("tensions", assessment.tensions)):
        for force in group:
            where = f"{name}[{force.id}].text"
            yield Place(where, force.text, tuple(force.evidence), needs_source=True)
    yield from _implied(assessment)
    for name in _PARTS:
        part = getattr(assessment, name, None)
        if part:
            yield from _walk(name, _plain(part))
    for name, reading in assessment.readings.items():
        yield Place(f"readings.{name}.p_rise_method", reading.p_rise_method)
    yield Place("ladder.would_move", assessment.ladder.would_move)
    for criterion in assessment.ladder.criteria:
        yield Place(f"ladder[{criterion.id}].why", criterion.why)
    # what a user wrote into a case is shown, and no reason to refuse the assessment
    for gap in assessment.gaps:
        yield Place(f"gaps[{gap.what[:40]}]", f"{gap.what}. {gap.why}", is_bound=False)
    for count, text in enumerate(assessment.assumptions):
        yield Place(f"assumptions[{count}]", text, is_bound=False)


def _implied(assessment: Assessment) -> Iterator[Place]:
    """Yield what the declared rules say; names from a register inside it are the register's."""
    for count, item in enumerate(assessment.implications):
        sources = (*item.traces_to, *(x for each in item.sentences for x in each.evidence))
        quoted = tuple(name for each in item.sentences for name in each.outside)
        where = f"implications[{count}]"
        yield Place(f"{where}.text", item.text, sources, needs_source=True, quoted=quoted)
        for each in item.sentences:
            yield Place(f"{where}.confidence", each.confidence)
            yield Place(f"{where}.basis", each.basis, tuple(each.traces_to), quoted=quoted)
    for watch in assessment.capability_watch:
        where = f"capability_watch[{watch.id}]"
        texts = (*(each.text for each in watch.effects), *watch.confirms, *watch.lag)
        for text in (*texts, *watch.unknowns):
            yield Place(where, text, tuple(watch.evidence), quoted=tuple(watch.outside))
        for effect in watch.effects:
            yield Place(f"{where}.confidence", effect.confidence)


def _plain(part: Any) -> Any:
    if isinstance(part, list):
        return [_plain(each) for each in part]
    return part.model_dump(mode="json", by_alias=True) if hasattr(part, "model_dump") else part


def _walk(where: str, node: Any) -> Iterator[Place]:
    if isinstance(node, list):
        for count, each in enumerate(node):
            name = each.get("id", count) if isinstance(each, dict) else count
            yield from _walk(f"{where}[{name}]", each)
    elif isinstance(node, dict):
        cited = tuple(_cited(node))
        for key, value in node.items():
            if key in _SPOKEN and isinstance(value, str):
                yield Place(f"{where}.{key}", value, cited)
            elif key in _LISTED and isinstance(value, list):
                for count, each in enumerate(value):
                    if isinstance(each, str):  # what a user wrote is no reason to refuse
                        yield Place(f"{where}.{key}[{count}]", each, cited, is_bound=False)
            else:
                yield from _walk(f"{where}.{key}", value)


def _cited(node: Mapping[str, Any]) -> Iterator[str]:
    for key in ("evidence", "key_evidence"):
        value = node.get(key)
        if isinstance(value, list):
            yield from (each for each in value if isinstance(each, str))


def lint_assessment(
    assessment: Assessment, scale: Scale | None = None, catalogs: Sequence[Path] = ()
) -> list[tuple[Place, Finding]]:
    """Return what breaks a rule in an assessment's own sentences, with where.

    A record's summary inside a sentence counts as a quotation. A statement of fact needs evidence
    beside it rather than a mark in it.

    Parameters
    ----------
    assessment : Assessment
        As assembled, or read from a file.
    scale : Scale, optional
        Its likelihood words; by default those that it names.
    catalogs : sequence of pathlib.Path, optional
        Catalogs of the user's.
    """
    if scale is None:
        stated = assessment.manifest.scale
        scale = scale_named(stated.id if stated else DEFAULT_SCALE, catalogs)
    linter = Linter(scale, catalogs)
    found: list[tuple[Place, Finding]] = []
    for place in own_sentences(assessment):
        if not place.text:
            continue
        theirs = [
            assessment.evidence[name].summary
            for name in place.evidence
            if name in assessment.evidence
        ]
        theirs += place.quoted
        cited = place.evidence or not place.needs_source
        without = {"uncited_fact"} if cited else set()
        seen = linter.lint(place.text, "sentence", without=without, theirs=theirs)
        found += [(place, finding) for finding in seen]
    return found


def must_be_clean(
    assessment: Assessment, scale: Scale | None = None, catalogs: Sequence[Path] = ()
) -> Assessment:
    """Return the assessment if none of its sentences breaks a rule of level error.

    Raises
    ------
    JudgementError
        Names the first sentence, the rule and what to write instead.
    """
    for place, finding in lint_assessment(assessment, scale, catalogs):
        if finding.level == "error" and place.is_bound:
            msg = (
                f"{place.where} breaks the rule {finding.rule}: {finding.message} "
                f"Sentence: {finding.sentence!r}. Write {finding.instead}."
            )
            raise JudgementError(msg)
    return assessment
