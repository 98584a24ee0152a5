"""The tradecraft checklist: nine standards, six checked from the assessment, three by a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, builtin_catalog, read_yaml
from comity.core.errors import UnknownName, UsageError
from comity.judgement.checklist_parts import CheckRow
from comity.judgement.lint.generated import lint_assessment
from comity.judgement.probability import DEFAULT_SCALE, scale_named

if TYPE_CHECKING:
    from pathlib import Path

    from comity.judgement.assessment import Assessment
    from comity.judgement.probability import Scale

__all__ = [
    "Answer",
    "ChecklistDefinition",
    "checklist",
    "load_checklist",
    "scored_again",
    "with_answers",
]

_LIKELIHOOD_RULES = frozenset(
    {
        "unscaled_likelihood",
        "mixed_scales",
        "word_without_number",
        "number_outside_band",
        "likelihood_with_confidence",
    }
)
_SCORES = frozenset({"brier", "log_score", "crps", "score", "mean_score", "skill"})
"""Keys of the outlook and of the track record under which the score of forecasts stands."""


class CheckDefinition(Declaration):
    """One standard, as declared.

    Attributes
    ----------
    at_least : float
        Bound of the check of a machine: a share, or a count for alternatives and accuracy.
    """

    id: str
    standard: str
    how: str
    by: Literal["machine", "person"]
    at_least: float = Field(default=0.0, ge=0)


class ChecklistDefinition(Declaration):
    """The standards."""

    id: str
    title: str
    citation: str
    rows: tuple[CheckDefinition, ...]

    @model_validator(mode="after")
    def _known(self) -> ChecklistDefinition:
        for row in self.rows:
            if row.by == "machine" and row.id not in _CHECKS:
                msg = f"there is no check {row.id!r}; known: {', '.join(sorted(_CHECKS))}"
                raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Answer:
    """What a reviewer says of one standard.

    Parameters
    ----------
    status : {"met", "not_met", "not_applicable"}
        The verdict.
    by : str
        Who.
    on : str
        When, ``YYYY-MM-DD``.
    why : str
        The reason, shown in the brief.
    """

    status: Literal["met", "not_met", "not_applicable"]
    by: str
    on: str
    why: str = ""


@dataclass(frozen=True)
class _Verdict:
    met: bool
    detail: str


def load_checklist(catalogs: Sequence[Path] = ()) -> ChecklistDefinition:
    """Return the standards; a further catalog's ``checklist.yml`` replaces the built-in ones."""
    places = [folder / "checklist.yml" for folder in (*reversed(catalogs), builtin_catalog())]
    return read_yaml(next(path for path in places if path.exists()), ChecklistDefinition)


def checklist(assessment: Assessment, catalogs: Sequence[Path] = ()) -> list[CheckRow]:
    """Return how an assessment stands to each standard, from nothing but itself.

    Parameters
    ----------
    assessment : Assessment
        As assembled.
    catalogs : sequence of pathlib.Path, optional
        Catalogs of the user's.
    """
    return [_row(item, assessment, catalogs) for item in load_checklist(catalogs).rows]


def with_answers(rows: Sequence[CheckRow], answers: Mapping[str, Answer]) -> list[CheckRow]:
    """Return the checklist with a reviewer's answers laid over it.

    A reviewer answers the rows that need a person, and may find that a row which the machine passed
    is not met; what the machine found wanting is mended in the assessment, not answered away.

    Parameters
    ----------
    rows : sequence of CheckRow
        The checklist of an assessment.
    answers : mapping of str to Answer
        By id of the row.

    Raises
    ------
    UnknownName
        If there is no such row.
    UsageError
        If an answer would pass what the machine found wanting.
    """
    known = {row.id: row for row in rows}
    for name, answer in answers.items():
        if name not in known:
            raise UnknownName("row of the checklist", name, known)
        if known[name].by == "machine" and answer.status != "not_met":
            msg = (
                f"the row {name!r} is checked from the assessment ({known[name].detail}) and "
                f"cannot be answered as {answer.status.replace('_', ' ')}. Answer the rows that "
                "need a person, or mend the assessment."
            )
            raise UsageError(msg)
    return [_answered(row, answers.get(row.id)) for row in rows]


def scored_again(assessment: Assessment, catalogs: Sequence[Path] = ()) -> list[CheckRow]:
    """Return the checklist with the row on accuracy read again; all other rows as they stand.

    Scores of our own forecasts are laid over an assessment when it is read, after the checklist was
    made; a reviewer's answer is kept.
    """
    declared = {item.id: item for item in load_checklist(catalogs).rows}
    return [
        _row(declared[row.id], assessment, catalogs)
        if row.id == "accuracy" and row.id in declared and row.answered_by is None
        else row
        for row in assessment.checklist
    ]


def _answered(row: CheckRow, answer: Answer | None) -> CheckRow:
    if answer is None:
        return row
    return row.model_copy(
        update={
            "status": answer.status,
            "detail": answer.why or row.detail,
            "answered_by": answer.by,
            "answered_on": answer.on,
        }
    )


def _row(item: CheckDefinition, assessment: Assessment, catalogs: Sequence[Path]) -> CheckRow:
    if item.by == "person":
        status: Literal["met", "not_met", "needs_person"] = "needs_person"
        told = _TOLD.get(item.id)
        detail = told(assessment) if told else "Waits for a reviewer."
    else:
        verdict = _CHECKS[item.id](assessment, item.at_least, catalogs)
        status, detail = ("met" if verdict.met else "not_met"), verdict.detail
    return CheckRow(
        id=item.id, standard=item.standard, how=item.how, by=item.by, status=status, detail=detail
    )


# ------------------------------------------------------------------ checks of the machine


def _sources(assessment: Assessment, bound: float, _: Sequence[Path]) -> _Verdict:
    records = assessment.evidence.values()
    graded = sum(
        record.grade.reliability is not None
        and record.grade.credibility is not None
        and bool(record.source.publisher or record.source.title or record.source.url)
        for record in records
    )
    total = len(assessment.evidence)
    good = sum(record.grade.reliability in {"A", "B"} for record in records)
    share = graded / total if total else 0.0
    return _Verdict(
        total > 0 and share >= bound,
        f"{graded:,} of {total:,} cited records bear both grades and name a source; "
        f"{100 * bound:.0f} in a hundred are wanted. {good:,} are from sources graded A or B.",
    )


def _uncertainty(assessment: Assessment, _: float, catalogs: Sequence[Path]) -> _Verdict:
    stated = assessment.manifest.scale
    scale = scale_named(stated.id if stated else DEFAULT_SCALE, catalogs)
    bare = [
        name
        for name, reading in assessment.readings.items()
        if reading.latest.value is not None and reading.latest.lo80 is None
    ]
    off = list(_off_scale(assessment, scale))
    silent = [
        said.id
        for said in assessment.judgements
        if said.likelihood is not None and not said.confidence
    ]
    broken = sorted(
        {
            place.where
            for place, found in lint_assessment(assessment, scale, catalogs)
            if found.rule in _LIKELIHOOD_RULES and found.level == "error" and place.is_bound
        }
    )
    stated_at_all = assessment.bottom_line.likelihood is not None or any(
        said.likelihood is not None for said in assessment.judgements
    )
    wrong = [
        f"without interval: {', '.join(bare)}" if bare else "",
        f"off the scale: {', '.join(off)}" if off else "",
        f"without confidence: {', '.join(silent)}" if silent else "",
        f"wording: {', '.join(broken)}" if broken else "",
        "" if stated_at_all else "no judgement states a likelihood",
    ]
    told = "; ".join(part for part in wrong if part)
    if told:
        return _Verdict(met=False, detail=f"{told[0].upper()}{told[1:]}.")
    count = sum(said.likelihood is not None for said in assessment.judgements)
    return _Verdict(
        met=True,
        detail=f"{len(assessment.readings)} readings have intervals; {count} judgements have a "
        f"word of {scale.title}, a number and a confidence apart from it.",
    )


def _off_scale(assessment: Assessment, scale: Scale) -> list[str]:
    """Return where a likelihood bears another word than the scale gives its number."""
    found = [("bottom_line", assessment.bottom_line.likelihood)]
    found += [(said.id, said.likelihood) for said in assessment.judgements]
    return [
        where
        for where, chance in found
        if chance is not None and scale.word(chance.p) != chance.word
    ]


def _distinction(assessment: Assessment, _: float, __: Sequence[Path]) -> _Verdict:
    declared = {item.id for item in assessment.key_assumptions}
    bare = [said.id for said in assessment.judgements if not said.evidence]
    unsaid = [said.id for said in assessment.judgements if not said.assumptions]
    lost = sorted({name for said in assessment.judgements for name in said.assumptions} - declared)
    wrong = [
        "no judgement is made" if not assessment.judgements else "",
        f"without evidence: {', '.join(bare)}" if bare else "",
        f"without assumption: {', '.join(unsaid)}" if unsaid else "",
        f"assumptions that are not declared: {', '.join(lost)}" if lost else "",
    ]
    told = "; ".join(part for part in wrong if part)
    if told:
        return _Verdict(met=False, detail=f"{told[0].upper()}{told[1:]}.")
    return _Verdict(
        met=True,
        detail=f"{len(assessment.judgements)} judgements name their evidence and rest on "
        f"{len(declared)} declared assumptions.",
    )


def _alternatives(assessment: Assessment, bound: float, _: Sequence[Path]) -> _Verdict:
    weighed = [item for item in assessment.hypotheses if item.weight is not None]
    cited = [item for item in weighed if item.key_evidence]
    return _Verdict(
        len(weighed) >= bound and bool(cited),
        f"{len(weighed)} of {len(assessment.hypotheses)} rival explanations are weighed, "
        f"{len(cited)} of them with key evidence; {bound:.0f} are wanted.",
    )


def _change(assessment: Assessment, bound: float, _: Sequence[Path]) -> _Verdict:
    silent = [name for name, reading in assessment.readings.items() if not reading.movers]
    movers = [mover for reading in assessment.readings.values() for mover in reading.movers]
    cited = sum(bool(mover.evidence) for mover in movers)
    share = cited / len(movers) if movers else 0.0
    tail = f" Nothing is said to have moved {', '.join(silent)}." if silent else ""
    return _Verdict(
        not silent and share >= bound,
        f"{cited} of {len(movers)} movers of the last twelve months cite records; "
        f"{100 * bound:.0f} in a hundred are wanted.{tail}",
    )


def _accuracy(assessment: Assessment, bound: float, _: Sequence[Path]) -> _Verdict:
    own = assessment.track_record.own
    scores = _numbers(assessment.outlook.model_dump(mode="json"))
    scores += _numbers(own.model_dump(mode="json")) if own is not None else []
    text = f"{len(scores)} scores of earlier forecasts are kept with it; {bound:.0f} wanted."
    if not scores:
        text = "No earlier forecast of this kind has been scored."
    return _Verdict(bool(scores) and len(scores) >= bound, text)


def _numbers(node: Any) -> list[float]:
    """Return every number under a key that holds a score."""
    if isinstance(node, list):
        return [number for each in node for number in _numbers(each)]
    if not isinstance(node, dict):
        return []
    found = []
    for key, value in node.items():
        if key in _SCORES and isinstance(value, int | float) and not isinstance(value, bool):
            found.append(float(value))
        else:
            found += _numbers(value)
    return found


_CHECKS: dict[str, Callable[[Assessment, float, Sequence[Path]], _Verdict]] = {
    "sources": _sources,
    "uncertainty": _uncertainty,
    "distinction": _distinction,
    "alternatives": _alternatives,
    "change": _change,
    "accuracy": _accuracy,
}


# ------------------------------------------------------------------ what a reviewer is told


def _relevance(assessment: Assessment) -> str:
    audiences = sorted({item.audience for item in assessment.implications})
    if not audiences:
        return "Waits for a reviewer. No implication is drawn yet."
    return f"Waits for a reviewer. Implications are drawn for: {', '.join(audiences)}."


def _logic(assessment: Assessment) -> str:
    broken = [item.id for item in assessment.key_assumptions if item.holds is False]
    tail = f" Assumptions that do not hold: {', '.join(broken)}." if broken else ""
    return (
        f"Waits for a reviewer. {len(assessment.judgements)} judgements are to be followed.{tail}"
    )


def _visuals(assessment: Assessment) -> str:
    drawn = [name for name, part in (("readings", assessment.readings), ("roles", assessment.roles))
             if part]  # fmt: skip
    return f"Waits for a reviewer. Figures of {' and '.join(drawn) or 'nothing'} are drawn."


_TOLD: dict[str, Callable[[Assessment], str]] = {
    "relevance": _relevance,
    "logic": _logic,
    "visuals": _visuals,
}
