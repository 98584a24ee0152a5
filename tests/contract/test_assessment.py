"""What other programs rely on in assessment.json."""

import json
import re
from typing import Any

import jsonschema
import pytest

from comity.briefs.render.json import load_json, render_json
from comity.core.catalog import builtin_catalog
from comity.judgement.assessment import Assessment
from comity.workspace import Workspace
from comity.workspace.schemas import json_schemas

PARTS = {
    "dyad", "as_of", "cut_off", "generated_by", "catalog_version", "inputs_hash", "bottom_line",
    "readings", "ladder", "phases", "roles", "indicators", "drivers", "tensions", "ledger",
    "stress_tests", "levers", "theatres", "perspectives", "hypotheses", "outlook", "judgements",
    "implications", "gaps", "assumptions", "evidence", "manifest",
}  # fmt: skip


@pytest.fixture(scope="module")
def data(assessment: Assessment) -> dict[str, Any]:
    return json.loads(render_json(assessment))


def test_all_parts_are_there(data: dict[str, Any]) -> None:
    assert set(data) >= PARTS
    assert data["schema"] == "comity.assessment/1"
    assert data["dyad"]["key"] == "IRN-RUS"
    assert (data["dyad"]["a"], data["dyad"]["b"]) == ("RUS", "IRN")
    assert set(data["readings"]) == {"depth", "cohesion", "tension", "asymmetry"}
    assert len(data["indicators"]) == 60
    assert sum(item["core"] for item in data["indicators"]) == 25
    assert [item["id"] for item in data["hypotheses"]] == [
        "H0", "H1", "H2", "H3", "H4", "H5a", "H5b", "H6", "H7", "H8",
    ]  # fmt: skip


def test_the_published_schema_fits(data: dict[str, Any]) -> None:
    schema = json.loads((builtin_catalog() / "schemas" / "assessment.json").read_text())
    jsonschema.validate(data, schema)


def test_schema_files_are_fresh() -> None:
    for name, text in json_schemas().items():
        path = builtin_catalog() / "schemas" / name
        assert path.read_text(encoding="utf-8") == text, f"{name} is stale: run `make schemas`"


def test_every_evidence_id_resolves(assessment: Assessment, data: dict[str, Any]) -> None:
    assert assessment.evidence_ids() == set(data["evidence"])
    assert len(data["evidence"]) > 300


def walk(node: Any, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        if {"value", "lo80", "hi80"} <= set(node):
            found.append(node)
        for each in node.values():
            walk(each, found)
    elif isinstance(node, list):
        for each in node:
            walk(each, found)
    return found


def test_values_lie_in_their_intervals(data: dict[str, Any]) -> None:
    points = walk(data, [])
    assert len(points) > 1000
    for point in points:
        known = [point[key] is not None for key in ("value", "lo80", "hi80")]
        assert all(known) or not any(known)
        if all(known):
            assert point["lo80"] <= point["value"] <= point["hi80"]


def test_periods_and_dates(data: dict[str, Any]) -> None:
    for reading in data["readings"].values():
        periods = [point["period"] for point in reading["series"]]
        assert periods == sorted(set(periods))
        assert all(re.fullmatch(r"\d{4}-\d{2}", period) for period in periods)
        assert periods[-1] == data["as_of"][:7]
    for record in data["evidence"].values():
        assert record["public_from"] <= data["as_of"]


def test_bottom_line(data: dict[str, Any]) -> None:
    line = data["bottom_line"]
    assert len(line["text"].split()) <= 120
    assert line["likelihood"]["word"] in line["text"]
    assert "confidence" not in line["text"].casefold()
    words = {"likely", "unlikely", "even chance", "almost"}
    assert not any(word in line["confidence"].casefold() for word in words)


def test_a_claim_is_never_told_as_a_deed(data: dict[str, Any]) -> None:
    for name in data["events"]:
        assert data["evidence"][name]["modality"] == "asserted"


def test_unknown_is_null_and_has_its_reason(data: dict[str, Any]) -> None:
    without = [item for item in data["indicators"] if item["status"] == "no_data"]
    assert without
    gaps = " ".join(gap["what"] for gap in data["gaps"])
    for item in without:
        assert item["latest"] is None
        assert item["id"] in gaps
    unread = [row for row in data["hypothesis_matrix"] if not row["findings"]]
    assert unread
    assert all(row["not_read"] for row in unread)


def test_same_inputs_same_bytes(workspace: Workspace, assessment: Assessment) -> None:
    again = workspace.assess("RUS", "IRN", fresh=True)
    assert again.inputs_hash == assessment.inputs_hash
    assert render_json(again) == render_json(assessment)


def test_order_of_the_two_states_mirrors(workspace: Workspace, assessment: Assessment) -> None:
    mirror = workspace.assess("IRN", "RUS")
    assert mirror.dyad.key == assessment.dyad.key
    assert (mirror.dyad.a, mirror.dyad.b) == ("IRN", "RUS")
    one, other = assessment.readings["asymmetry"].latest, mirror.readings["asymmetry"].latest
    # the two share no draws: with 200 of them a median is known to about 4 points
    assert one.value == pytest.approx(-other.value, abs=15)
    assert one.lo80 == pytest.approx(-other.hi80, abs=15)
    flips = [(flip.date, flip.from_, flip.to) for flip in assessment.roles["arms"].flips]
    assert [(flip.date, flip.from_, flip.to) for flip in mirror.roles["arms"].flips] == flips


def test_json_round_trip(assessment: Assessment) -> None:
    assert load_json(render_json(assessment)) == assessment


def test_every_reading_stands_under_other_priors(data: dict[str, Any]) -> None:
    for reading in data["readings"].values():
        priors = reading["sensitivity"]["priors"]
        moves = [abs(each["move"]) for each in priors]
        assert moves == sorted(moves, reverse=True)
        assert {each["factor"] for each in priors} == {0.5, 2.0, None}
        for each in priors:
            assert each["lo80"] <= each["value"] <= each["hi80"]
            assert each["value"] - reading["latest"]["value"] == pytest.approx(
                each["move"], abs=0.1
            )


def test_a_flip_says_whether_it_is_over(data: dict[str, Any]) -> None:
    flips = [flip for role in data["roles"].values() for flip in role["flips"]]
    assert flips
    for flip in flips:
        end = flip["end"]
        assert (end["date"] is None) == (end["probability"] < 0.2)
        assert end["date"] is None or end["lo80"] <= end["date"] < end["hi80"]


def test_a_choice_gives_the_same_bytes_twice(workspace: Workspace) -> None:
    one, other = (
        workspace.assess("RUS", "IRN", weights={"REG-08": 0.0}, fresh=True) for _ in range(2)
    )
    assert one.beside is not None
    assert render_json(one) == render_json(other)
