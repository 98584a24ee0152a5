"""The tradecraft checklist and the key assumptions of an assessment: each row can fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from comity.briefs.render.json import load_json, render_json
from comity.briefs.render.markdown import render_markdown
from comity.core.catalog import builtin_catalog
from comity.core.errors import CatalogError, UnknownName, UsageError
from comity.judgement.assessment import Assessment, CheckRow, Likelihood, Outlook
from comity.judgement.checklist import (
    Answer,
    checklist,
    load_checklist,
    scored_again,
    with_answers,
)
from comity.judgement.track_record_parts import MakerScore, OwnRecord
from comity.workspace import Workspace
from comity.workspace.checklists import rows_for_a_person

Change = Callable[[Assessment], Assessment]


def rows(assessment: Assessment) -> dict[str, CheckRow]:
    return {row.id: row for row in checklist(assessment)}


def but(assessment: Assessment, **update) -> Assessment:
    return assessment.model_copy(update=update)


def first_judgement(**update) -> Change:
    def change(made: Assessment) -> Assessment:
        head, *rest = made.judgements
        return but(made, judgements=[head.model_copy(update=update), *rest])

    return change


def ungraded(made: Assessment) -> Assessment:
    records = dict(made.evidence)
    for name in list(records)[: len(records) // 5]:
        bare = records[name].grade.model_copy(update={"credibility": None})
        records[name] = records[name].model_copy(update={"grade": bare})
    return but(made, evidence=records)


def weighed(made: Assessment, count: int, evidence: tuple[str, ...] = ("x",)) -> Assessment:
    items = [
        item.model_copy(
            update={"weight": 0.5, "lo80": 0.4, "hi80": 0.6, "key_evidence": list(evidence)}
            if place < count
            else {"weight": None}
        )
        for place, item in enumerate(made.hypotheses)
    ]
    return but(made, hypotheses=items)


def unscored(made: Assessment) -> Assessment:
    bare = made.track_record.model_copy(update={"own": None})
    return but(made, track_record=bare, outlook=Outlook(horizons=[], questions=[]))


def without_interval(made: Assessment) -> Assessment:
    depth = made.readings["depth"]
    latest = depth.latest.model_construct(period="2026-04", value=50.0, lo80=None, hi80=None)
    bare = depth.model_copy(update={"latest": latest})
    return but(made, readings={**made.readings, "depth": bare})


def without_movers(made: Assessment) -> Assessment:
    silent = made.readings["depth"].model_copy(update={"movers": []})
    return but(made, readings={**made.readings, "depth": silent})


def uncited_movers(made: Assessment) -> Assessment:
    readings = {
        name: reading.model_copy(
            update={"movers": [m.model_copy(update={"evidence": []}) for m in reading.movers]}
        )
        for name, reading in made.readings.items()
    }
    return but(made, readings=readings)


def test_nine_rows_six_by_the_machine(assessment: Assessment) -> None:
    found = assessment.checklist
    assert len(found) == 9
    assert sum(row.by == "machine" for row in found) == 6
    waiting = [row.id for row in found if row.status == "needs_person"]
    assert waiting == ["relevance", "logic", "visuals"]
    assert all(row.detail for row in found)
    assert found == checklist(assessment)


@pytest.mark.parametrize(
    ("row", "whole", "broken"),
    [
        ("sources", lambda made: made, ungraded),
        ("sources", lambda made: made, lambda made: but(made, evidence={})),
        ("uncertainty", lambda made: made, without_interval),
        ("uncertainty", lambda made: made, first_judgement(confidence="")),
        ("uncertainty", lambda made: made,
         first_judgement(likelihood=Likelihood(p=0.9, word="likely"))),
        ("uncertainty", lambda made: made, first_judgement(text="It may well hold.")),
        ("distinction", lambda made: made, first_judgement(evidence=[])),
        ("distinction", lambda made: made, first_judgement(assumptions=[])),
        ("distinction", lambda made: made, first_judgement(assumptions=["A99"])),
        ("distinction", lambda made: made, lambda made: but(made, judgements=[])),
        ("alternatives", lambda made: weighed(made, 2), lambda made: weighed(made, 1)),
        ("alternatives", lambda made: weighed(made, 2), lambda made: weighed(made, 9, ())),
        ("change", lambda made: made, without_movers),
        ("change", lambda made: made, uncited_movers),
        ("accuracy", lambda made: made, unscored),
    ],
)  # fmt: skip
def test_a_row_of_the_machine_is_met_or_not(assessment, row, whole, broken) -> None:
    good, bad = rows(whole(assessment))[row], rows(broken(assessment))[row]
    assert (good.status, bad.status) == ("met", "not_met")
    assert good.detail != bad.detail


def test_a_reviewer_answers_what_needs_a_person(assessment: Assessment) -> None:
    answers = {
        "logic": Answer("met", "N. N.", "2026-04-20", "Each judgement follows."),
        "visuals": Answer("not_met", "N. N.", "2026-04-20"),
        "sources": Answer("not_met", "N. N.", "2026-04-20", "Too many copies."),
    }
    found = {row.id: row for row in with_answers(assessment.checklist, answers)}
    assert found["logic"].status == "met"
    assert (found["logic"].detail, found["logic"].answered_by) == (
        "Each judgement follows.", "N. N.",
    )  # fmt: skip
    assert found["visuals"].status == found["sources"].status == "not_met"
    assert found["relevance"] == {row.id: row for row in assessment.checklist}["relevance"]


def test_a_reviewer_is_asked_the_rows_of_the_one_list(tmp_path: Path) -> None:
    """A list of one's own takes the place of ours; there is no second file beside it."""
    builtin = load_checklist().rows
    people = [row.id for row in builtin if row.by == "person"]
    assert list(rows_for_a_person(())) == people
    assert not (builtin_catalog() / "review" / "checklist.yml").exists()
    (tmp_path / "checklist.yml").write_text(
        "id: own\ntitle: Ours\ncitation: ICDB\nrows:\n"
        "  - {id: maps, standard: Maps are right., how: A reviewer looks., by: person}\n"
    )
    assert rows_for_a_person([tmp_path]) == {"maps": "Maps are right. A reviewer looks."}


def test_what_does_not_apply_is_not_met(assessment: Assessment) -> None:
    answers = {"logic": Answer("not_applicable", "N. N.", "2026-04-20", "n/a: nobody looked")}
    made = but(assessment, checklist=with_answers(assessment.checklist, answers))
    text = render_markdown(made)
    line = next(each for each in text.splitlines() if "n/a: nobody looked" in each)
    assert "| *not applicable* N. N., 20 April 2026 |" in line
    assert "answered as not applicable: logic" in text
    before = sum(row.status == "met" for row in assessment.checklist)
    assert sum(row.status == "met" for row in made.checklist) == before
    with pytest.raises(UsageError, match="cannot be answered as not applicable"):
        with_answers(assessment.checklist, {"sources": Answer("not_applicable", "N. N.", "2026")})


def test_scores_laid_over_it_are_seen(assessment: Assessment) -> None:
    maker = MakerScore(
        maker="N. N.", beforehand=True, questions=3, forecasts=3, brier=0.1, log=0.3,
        brier_even=0.25, log_even=0.69, brier_base_rate=0.2, log_base_rate=0.5, note="",
    )  # fmt: skip
    own = OwnRecord(
        as_of="2026-04-15", questions=3, forecasts=3, resolved=3, void=0, open=0, overdue=[],
        makers=[maker], bands=[], readings=[],
    )  # fmt: skip
    record = assessment.track_record.model_copy(update={"own": own})
    bare = assessment.track_record.model_copy(update={"own": None})
    with_scores = but(assessment, track_record=record)
    again = {row.id: row for row in scored_again(with_scores)}
    assert again["accuracy"].status == "met"
    assert [row for row in again.values() if row.id != "accuracy"] == [
        row for row in assessment.checklist if row.id != "accuracy"
    ]
    empty = but(assessment, track_record=bare, outlook=Outlook(horizons=[], questions=[]))
    assert {row.id: row.status for row in scored_again(empty)}["accuracy"] == "not_met"


def test_what_the_machine_found_wanting_is_not_answered_away(assessment: Assessment) -> None:
    bad = checklist(but(assessment, judgements=[]))
    with pytest.raises(UsageError, match="mend the assessment"):
        with_answers(bad, {"distinction": Answer("met", "N. N.", "2026-04-20")})
    with pytest.raises(UnknownName, match="logic"):
        with_answers(bad, {"logik": Answer("met", "N. N.", "2026-04-20")})


def test_a_checklist_with_an_unknown_check_is_refused(tmp_path: Path) -> None:
    (tmp_path / "checklist.yml").write_text(
        "id: x\ntitle: x\ncitation: ICDB\n"
        "rows:\n  - {id: beauty, standard: x, how: x, by: machine}\n"
    )
    with pytest.raises(CatalogError, match="beauty"):
        load_checklist([tmp_path])


# ---------------------------------------------------------------- key assumptions


def test_the_assumptions_of_the_method_and_of_the_case_are_checked(assessment) -> None:
    found = {item.id: item for item in assessment.key_assumptions}
    assert [name for name in found if name.startswith("A")] == ["A1", "A2", "A3", "A4", "A5", "A6"]
    assert {item.scope for item in found.values()} == {"method", "case"}
    lines = assessment.assumptions[:6]
    assert lines == [f"{name}: {found[name].text}" for name in ("A1", "A2", "A3", "A4", "A5", "A6")]
    for item in found.values():
        assert (item.indicator is None) == item.indicator_state.startswith("Not watched")
        if item.holds is not None:
            assert item.indicator in item.indicator_state
            assert set(item.evidence) <= set(assessment.evidence)
    assert found["C2"].holds is None  # no source of the force used is collected
    assert found["C4"].holds is True


def test_judgements_and_assumptions_name_each_other(assessment: Assessment) -> None:
    for item in assessment.key_assumptions:
        resting = [said.id for said in assessment.judgements if item.id in said.assumptions]
        assert item.judgements == resting
    assert all(said.assumptions for said in assessment.judgements)


def test_a_balance_is_read_from_the_side_of_the_state_named(workspace, assessment) -> None:
    turned = workspace.assess("IRN", "RUS")
    ours = {item.id: item.holds for item in assessment.key_assumptions}
    assert {item.id: item.holds for item in turned.key_assumptions} == ours


STATES = [
    ("watch: {indicator: POL-02, statistic: latest, at_least: 5}", True),
    ("watch: {indicator: POL-02, statistic: latest, at_least: 6}", False),
    ("watch: {indicator: POL-02, statistic: latest, at_most: 4}", False),
    ("watch: {indicator: THR-05, statistic: latest, at_most: 4}", None),
    ("watch: {indicator: DEF-01, statistic: unusual, at_most: 1}", False),
    ("watch: {indicator: DEF-09, of: IRN, statistic: records, at_least: 500}", False),
    ("unwatched: Nothing shows it.", None),
]


def own(folder: Path, *watches: str) -> Path:
    lines = [
        f"  - {{id: M{place}, text: It holds., confidence: low, basis: So., breaks_if: Not., "
        f"judgements: [J-ladder], {watch}}}\n"
        for place, watch in enumerate(watches, start=1)
    ]
    (folder / "assumptions.yml").write_text(f"id: mine\nauthor: me\nassumptions:\n{''.join(lines)}")
    return folder


def test_the_state_of_an_assumption_follows_its_indicator(workspace, tmp_path: Path) -> None:
    catalog = own(tmp_path, *(watch for watch, _ in STATES))
    settings = workspace.settings.model_copy(update={"catalog": catalog})
    made = Workspace(settings).assess("RUS", "IRN")
    found = [item for item in made.key_assumptions if item.scope == "method"]
    assert [item.holds for item in found] == [holds for _, holds in STATES]
    assert {tuple(item.judgements) for item in found} == {("J-ladder",)}
    assert made.assumptions[0] == "M1: It holds."
    # the project's own judgements name A1 to A4, which this catalog does not declare
    assert {row.id: row.status for row in made.checklist}["distinction"] == "not_met"


@pytest.mark.parametrize(
    ("watch", "reason"),
    [
        ("watch: {indicator: POL-99, statistic: latest, at_most: 1}", "POL-99"),
        ("watch: {indicator: POL-02, statistic: latest}", "at_least"),
        ("confidence: sure", "twice"),
        ("unwatched: ''", "unwatched"),
    ],
)
def test_a_wrong_assumption_is_refused(workspace, tmp_path, watch, reason) -> None:
    settings = workspace.settings.model_copy(update={"catalog": own(tmp_path, watch)})
    with pytest.raises(CatalogError, match=reason):
        Workspace(settings).assess("RUS", "IRN")


def test_both_are_printed_and_read_back(workspace: Workspace, assessment: Assessment) -> None:
    brief = render_markdown(assessment)
    assert "## Key assumptions" in brief
    assert "## Tradecraft checklist" in brief
    for item in assessment.key_assumptions:
        assert f"{item.id}: " in brief
    assert load_json(render_json(assessment)) == assessment
    for view in ("assumptions", "checklist"):
        _, part = workspace.show("RUS", "IRN", view)
        assert part
        assert workspace.table(assessment, view).row_count == len(part)


def test_an_old_assessment_without_them_still_reads(assessment: Assessment) -> None:
    old = but(assessment, key_assumptions=[], checklist=[])
    brief = render_markdown(old)
    assert "## Key assumptions" not in brief
    assert "## Tradecraft checklist" not in brief
