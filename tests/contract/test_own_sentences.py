"""Every sentence that an assessment says of itself keeps the rules of tradecraft."""

import datetime as dt
from typing import Any

import pytest

from comity.core.errors import JudgementError
from comity.judgement.assessment import Assessment
from comity.judgement.lint.generated import lint_assessment, must_be_clean, own_sentences
from comity.workspace import Workspace


def told(assessment: Assessment) -> list[str]:
    return [
        f"{place.where}: {found.rule}: {found.sentence}"
        for place, found in lint_assessment(assessment)
        if found.level != "hint"
    ]


def test_the_built_in_case_is_clean(assessment: Assessment) -> None:
    assert told(assessment) == []
    assert len(list(own_sentences(assessment))) > 80


@pytest.mark.parametrize("as_of", ["1996-06-30", "2010-12-31", "2023-10-01"])
def test_so_are_its_past_dates(workspace: Workspace, as_of: str) -> None:
    made = workspace.assess("RUS", "IRN", as_of=dt.date.fromisoformat(as_of))
    assert told(made) == []


def test_so_it_is_in_other_words_and_with_other_evidence(workspace: Workspace) -> None:
    british = Workspace(workspace.settings.model_copy(update={"scale": "phia"}))
    made = british.assess("IRN", "RUS", exclude=["reliability:D", "reliability:C"])
    assert told(made) == []


def changed(assessment: Assessment, part: str, **update: Any) -> Assessment:
    old = getattr(assessment, part)
    if isinstance(old, list):
        return assessment.model_copy(update={part: [old[0].model_copy(update=update), *old[1:]]})
    return assessment.model_copy(update={part: old.model_copy(update=update)})


@pytest.mark.parametrize(
    ("part", "field", "text", "rule"),
    [
        ("bottom_line", "text", "The tie may well deepen.", "unscaled_likelihood"),
        ("bottom_line", "text", "It is likely that the tie deepens.", "word_without_number"),
        ("bottom_line", "text", "It is likely (90 %) that it deepens.", "number_outside_band"),
        ("judgements", "text", "Washington must act.", "advocacy"),
        ("judgements", "confidence", "High confidence, and it is likely (60 %) so.", "confidence"),
        ("phases", "summary", "It will probably last.", "unscaled_likelihood"),
        ("drivers", "text", "Both should want more.", "advocacy"),
    ],
)
def test_a_breach_is_refused_and_named(assessment, part, field, text, rule) -> None:
    assert must_be_clean(assessment) is assessment
    with pytest.raises(JudgementError) as caught:
        must_be_clean(changed(assessment, part, **{field: text}))
    assert rule in str(caught.value)
    assert text in str(caught.value)
    assert part in str(caught.value)


def test_a_fact_without_evidence_beside_it_is_refused(assessment: Assessment) -> None:
    text = "Iran sent two ships to Astrakhan in 2024."
    cited = changed(assessment, "judgements", text=text)
    assert cited.judgements[0].evidence
    assert must_be_clean(cited) is cited
    with pytest.raises(JudgementError, match="uncited_fact"):
        must_be_clean(changed(assessment, "judgements", text=text, evidence=[]))


def test_a_records_own_words_are_quoted_not_ours(assessment: Assessment) -> None:
    first = assessment.drivers[0].evidence[0]
    record = assessment.evidence[first].model_copy(update={"summary": "Moscow may well sell jets."})
    evidence = assessment.evidence | {first: record}
    text = "Weightiest now, 2025: Moscow may well sell jets."
    made = changed(assessment, "drivers", text=text).model_copy(update={"evidence": evidence})
    assert must_be_clean(made) is made
    with pytest.raises(JudgementError, match="unscaled_likelihood"):
        must_be_clean(changed(assessment, "drivers", text=text))


def test_assembly_refuses_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.judgement.bottom_line._levels", lambda *_: "It may well hold.")
    with pytest.raises(JudgementError, match=r"bottom_line.text breaks .*unscaled_likelihood"):
        workspace.assess("RUS", "IRN", fresh=True)
