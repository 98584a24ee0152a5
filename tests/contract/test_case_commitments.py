"""Votes, treaties, responses in crises and views of the built-in case, as the registers say."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from statistics import median

import pytest

from comity.core.case import case_folder, case_tables
from comity.core.dyad import Dyad
from comity.core.errors import UnknownName, UsageError
from comity.judgement.assessment import Assessment
from comity.judgement.perspective_grid import (
    SALIENCE,
    labels_and_deeds,
    salience_grid,
    statements,
)
from comity.workspace import Workspace
from comity.workspace.register_views import Choice, chosen
from comity.workspace.tracing import part_of

FOLDER = case_folder(Dyad("RUS", "IRN"))
assert FOLDER is not None
FILES = case_tables(FOLDER)


def rows(table: str) -> list[dict[str, str]]:
    with FILES[table].open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_vote_and_treaty_is_there(assessment: Assessment) -> None:
    assert {each.id for each in assessment.votes} == {row["vote_id"] for row in rows("body_votes")}
    assert len(assessment.obligations) == len(rows("obligations"))
    veto = next(each for each in assessment.votes if each.id == "UNSC-2026-04-07-RUS-1")
    assert (veto.vote, veto.effect, veto.directed_score) == ("veto", "penalise", 2)


@pytest.mark.parametrize(
    ("name", "status"),
    [("treaty-2025", "in_force"), ("treaty-2001", "ended"), ("caspian-convention-2018", "not_seen"),
     ("eaeu-interim", "ended")],
)  # fmt: skip
def test_status_of_treaties_now(assessment: Assessment, name: str, status: str) -> None:
    assert next(each for each in assessment.obligations if each.id == name).status == status


def test_a_treaty_does_not_tell_its_future(tmp_path) -> None:
    from comity.core.settings import Settings  # noqa: PLC0415

    workspace = Workspace(Settings(home=tmp_path, draws=100))
    then = workspace.assess("RUS", "IRN", as_of=dt.date(2025, 3, 1))
    found = {each.id: each for each in then.obligations}
    assert found["treaty-2001"].status == "in_force"
    assert found["treaty-2001"].ended is None
    # whether one of two signed treaties will enter into force is not told by its status
    for name in ("treaty-2025", "monetary-2024"):
        assert (found[name].status, found[name].in_force) == ("not_seen", None)
    # POL-02 counts both alike, from their signature
    level = next(each for each in then.indicators if each.id == "POL-02").latest
    assert level is not None
    assert level.n == sum(each.ended is None for each in then.obligations)
    assert all(
        item.established is None or item.established.established_on <= "2025-03-01"
        for item in then.ledger
    )


def test_parts_of_a_crisis_count_once_and_contested_codings_not_at_all(
    assessment: Assessment,
) -> None:
    groups: dict[str, list[int]] = defaultdict(list)
    for row in rows("stress_tests"):
        if row["responder"] == "RUS" and row["score"] and row["is_alternative_coding"] != "true":
            groups[row["parent_crisis"] or row["crisis_id"]].append(int(row["score"]))
    assert assessment.stress_summary is not None
    side = next(each for each in assessment.stress_summary.sides if each.responder == "RUS")
    assert side.crises == len(groups)
    assert side.rows == sum(map(len, groups.values())) > side.crises
    assert side.median == median(median(scores) for scores in groups.values())
    assert side.contested == 1
    assert "stress_test:war-2026-intel" not in side.evidence


def test_reciprocity_is_even_odds_where_both_do_alike(assessment: Assessment) -> None:
    assert assessment.stress_summary is not None
    found = assessment.stress_summary.reciprocity
    assert found is not None
    medians = {each.responder: each.median for each in assessment.stress_summary.sides}
    assert found.difference == medians["RUS"] - medians["IRN"]
    assert 0 < found.p_more < 1


def test_the_grid_has_an_empty_cell_where_nothing_is_recorded(assessment: Assessment) -> None:
    grid = salience_grid(assessment, assessment.perspectives)
    assert [row["test"] for row in grid] == list(SALIENCE)
    cells = {row["test"]: row["cells"] for row in grid}
    assert cells["territorial_integrity"]["USA"] == []
    assert len(cells["national_security"]["USA"]) == 6
    found = [each for row in grid for cell in row["cells"].values() for each in cell]
    assert all(each["evidence"] for each in found)


def test_a_period_and_a_side_are_chosen(assessment: Assessment) -> None:
    said = statements(assessment, "B", "2022", "2024-06")
    assert said
    assert {each.side for each in said} == {"IRN"}
    assert all("2022" <= each.date[:7] <= "2024-06" for each in said)
    assert statements(assessment, "IRN", "2022", "2024-06") == said
    with pytest.raises(UnknownName, match="FRA"):
        statements(assessment, "FRA")
    with pytest.raises(UsageError, match="after"):
        statements(assessment, None, "2024", "2022")


def test_side_a_is_the_first_state_of_the_case_whatever_was_asked(
    workspace: Workspace, assessment: Assessment
) -> None:
    turned = workspace.assess("IRN", "RUS")
    assert (turned.dyad.a, turned.dyad.sides) == ("IRN", {"A": "RUS", "B": "IRN"})
    for made in (assessment, turned):
        assert {each.side for each in statements(made, "B")} == {"IRN"}
        for view, column in (("votes", "voter"), ("stress", "responder")):
            told = chosen(made, view, part_of(made, view), Choice(side="A"))
            assert {each[column] for each in told} == {"RUS"}, view


def test_labels_stand_beside_what_was_delivered(assessment: Assessment) -> None:
    found = labels_and_deeds(assessment, assessment.perspectives)
    assert len(found) == sum(bool(row["label_used"]) for row in rows("perspectives"))
    cut = dt.date.fromisoformat(assessment.as_of)
    for each in found:
        assert (each["deeds"] is None) == (each["side"] not in {"RUS", "IRN"})
        if each["date"] >= (cut - dt.timedelta(days=364)).isoformat():
            assert not each["year_over"]


def test_what_holds_the_rung_is_met_and_sorted(assessment: Assessment) -> None:
    ladder = assessment.ladder
    assert ladder.rung is not None
    assert ladder.down is not None
    met = {item.id: item for item in ladder.criteria if item.met}
    assert {item.criterion for item in ladder.down.holding} == {
        name for name, item in met.items() if item.rung <= ladder.rung
    }
    margins = [item.margin for item in ladder.down.holding]
    assert margins == sorted(margins)
    assert ladder.down.nearest == ladder.down.holding[0].criterion
    assert ladder.down.rung_below == ladder.rung - 1
    assert all(item.evidence for item in ladder.down.holding)


def test_an_outcome_whose_window_still_runs_says_so(assessment: Assessment) -> None:
    running = {lever.id for lever in assessment.levers if not lever.window_over}
    assert "us-2025-trump-thaw" in running
    assert "us-2010-reset" not in running
    for lever in assessment.levers:
        if lever.id in running:
            assert (lever.outcome, lever.reads_on_h1, lever.response_24m) == ("open", None, None)
    thaw = next(lever for lever in assessment.levers if lever.id == "us-2025-trump-thaw")
    assert thaw.outcome_so_far == "no_change"
    assert thaw.response_so_far
    assert thaw.response_12m, "the first twelve months are over"


def test_an_open_outcome_is_counted_nowhere(assessment: Assessment) -> None:
    running = {lever.id for lever in assessment.levers if not lever.window_over}
    claim = assessment.claim_tests[0]
    open_ones = [each for each in claim.episodes if each.id in running]
    assert open_ones
    assert all(each.result == "open" and not each.odds for each in open_ones)
    assert not any(each.attributed for each in open_ones)
    records = {f"lever:{name}" for name in running}
    found = [each for each in assessment.hypothesis_matrix if each.id in {"E3", "E4"}]
    assert all(each.findings for each in found)
    assert not records & {one for each in found for item in each.findings for one in item.evidence}


def test_columns_of_the_promises_kept_stand_under_their_heads(
    workspace: Workspace, assessment: Assessment
) -> None:
    from comity.workspace.tracing import part_of  # noqa: PLC0415

    part = part_of(assessment, "fulfilment")
    table = workspace.table(assessment, "fulfilment", part).renderables[0]
    cells = {str(column.header): next(iter(column.cells)) for column in table.columns}
    assert assessment.ledger_summary is not None
    kept = assessment.ledger_summary.fulfilment
    assert cells["contracts"] == str(kept.contracted)
    assert "%" in cells["share (80 %)"]
    assert cells["median days"] == str(kept.median_days)
