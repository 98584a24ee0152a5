"""A likelihood scale changes words and nothing else."""

import re
from typing import Any

import pytest

from comity.briefs.render.json import render_json
from comity.briefs.render.markdown import render_markdown
from comity.core.errors import UnknownName
from comity.judgement.assessment import Assessment
from comity.judgement.probability import load_scales
from comity.workspace import Workspace


@pytest.fixture(scope="module")
def in_uk_words(workspace: Workspace, assessment: Assessment) -> Assessment:
    settings = workspace.settings.model_copy(update={"scale": "phia"})
    return Workspace(settings).assess("RUS", "IRN", as_of=None)


def numbers(node: Any) -> Any:
    """Return everything but text."""
    if isinstance(node, dict):
        return {key: numbers(value) for key, value in node.items() if key != "manifest"}
    if isinstance(node, list):
        return [numbers(value) for value in node]
    return None if isinstance(node, str) else node


def likelihoods(node: Any, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        if set(node) == {"p", "word"}:
            found.append(node)
        for value in node.values():
            likelihoods(value, found)
    elif isinstance(node, list):
        for value in node:
            likelihoods(value, found)
    return found


def test_only_the_words_change(assessment: Assessment, in_uk_words: Assessment) -> None:
    ours, theirs = assessment.model_dump(mode="json"), in_uk_words.model_dump(mode="json")
    assert numbers(ours) == numbers(theirs)
    pairs = list(zip(likelihoods(ours, []), likelihoods(theirs, []), strict=True))
    assert pairs
    for american, british in pairs:
        assert american["word"] == load_scales()["icd203"].word(american["p"])
        assert british["word"] == load_scales()["phia"].word(british["p"])
    assert any(american["word"] != british["word"] for american, british in pairs)


def test_the_scale_is_one_of_the_inputs(assessment: Assessment, in_uk_words: Assessment) -> None:
    assert assessment.inputs_hash != in_uk_words.inputs_hash
    assert render_json(assessment) != render_json(in_uk_words)


def test_the_brief_prints_its_bands(assessment: Assessment, in_uk_words: Assessment) -> None:
    for made, rows in (
        (assessment, ["roughly even chance | 45–55 %", "very likely | 80–95 %"]),
        (in_uk_words, ["realistic possibility | 40–50 %", "highly likely | 80–90 %"]),
    ):
        assert made.manifest.scale is not None
        brief = render_markdown(made)
        assert made.manifest.scale.title in brief
        assert all(row in brief for row in rows)
    assert not re.search("roughly even chance|very likely", render_markdown(in_uk_words))


def test_an_unknown_scale_is_refused(workspace: Workspace) -> None:
    settings = workspace.settings.model_copy(update={"scale": "icd204"})
    with pytest.raises(UnknownName, match="icd203"):
        Workspace(settings).assess("RUS", "IRN")
