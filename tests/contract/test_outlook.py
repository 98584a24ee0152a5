"""What the outlook of a real assessment promises."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from itertools import pairwise

import pytest

from comity.briefs.charts.calibration import figure as calibration_figure
from comity.briefs.charts.outlook import figure as fan_figure
from comity.briefs.render.outlook import _signpost
from comity.briefs.sections.outlook import build
from comity.core.errors import CatalogError, UnknownName
from comity.judgement.outlook import outlook_gaps
from comity.judgement.outlook_parts import Outlook
from comity.judgement.probability import likelihood


def test_probabilities_add_up_and_agree_with_the_futures(assessment):
    assert [each.months for each in assessment.outlook.horizons] == [6, 12, 24]
    for horizon in assessment.outlook.horizons:
        assert sum(round(100 * each.probability) for each in horizon.scenarios) == 100
        assert sum(each.share for each in horizon.scenarios) == pytest.approx(1.0, abs=0.001)
        for each in horizon.scenarios:
            assert abs(each.probability - each.share) < 0.01
            assert each.lo80 <= each.share + 5e-4
            assert each.share <= each.hi80 + 5e-4
            assert each.word == likelihood(each.probability).word


def test_share_above_the_present_is_the_chance_that_the_readings_give(assessment):
    year = next(each for each in assessment.outlook.horizons if each.months == 12)
    for name, found in year.readings.items():
        assert found["p_higher"] == pytest.approx(assessment.readings[name].p_rise_12m, abs=0.011)
    for question in assessment.outlook.questions:
        if question.id.endswith("-HIGHER"):
            name = question.id.split("-")[1].lower()
            chance = assessment.readings[name].p_rise_12m
            assert question.probability == pytest.approx(chance, abs=0.011)


def test_quantiles_are_in_order_and_within_the_scale(assessment):
    for horizon in assessment.outlook.horizons:
        for part in (horizon.readings, horizon.lines):
            for name, found in part.items():
                values = [found[key] for key in ("p05", "p10", "p25", "p50", "p75", "p90", "p95")]
                assert values == sorted(values)
                assert values[0] >= (-100 if name == "asymmetry" else 0)
                assert values[-1] <= 100


def test_every_shock_of_the_case_rests_on_records_that_can_be_inspected(assessment):
    horizon = assessment.outlook.horizons[0]
    by_id = {each.id: each for each in horizon.shocks}
    assert by_id["S-REGIME-A"].events == len(by_id["S-REGIME-A"].evidence) == 2
    assert by_id["S-SETTLEMENT"].events == 0
    assert not by_id["S-SETTLEMENT"].prior_only, "years without one are evidence too"
    for each in horizon.shocks:
        assert set(each.evidence) <= set(assessment.evidence)


def test_questions_can_be_resolved(assessment):
    found = {each.id: each for each in assessment.outlook.questions}
    assert 10 <= len(found) <= 20
    as_of = dt.date.fromisoformat(assessment.as_of)
    for each in found.values():
        assert dt.date.fromisoformat(each.resolves_on) > as_of
        assert each.method
        if each.n is not None and each.probability is not None:
            assert each.hits <= each.n
            jeffreys = (each.hits + 0.5) / (each.n + 1)
            assert each.probability == pytest.approx(jeffreys, abs=0.006)
            assert each.lo80 < jeffreys < each.hi80
    assert found["Q-SU35"].n > 20
    assert "Q-VOTES-ALIKE" not in found, "no roll calls are stored; what stands in is no answer"
    assert found["Q-MUTUAL-DEFENCE"].hits == 0
    assert found["Q-MUTUAL-DEFENCE"].probability > 0, "never so far is not impossible"


def test_what_two_lists_hold_between_them_counts_once_and_only_where_both_were_searched(
    workspace, assessment
):
    found = {each.id: each for each in assessment.outlook.questions}
    presidents = found["Q-PRESIDENTS"]
    # counted by hand in both lists from 2015 on: 21 days with a meeting, in 14 of 22 half-years
    assert (presidents.hits, presidents.n) == (14, 22)
    assert "from 2015-04-16 to 2026-04-15" in presidents.method
    # the call of 30 December 2025 and the video conference of July 2020 are none
    past = workspace.assess("RUS", "IRN", as_of=dt.date(2022, 1, 18)).outlook
    then = next(each for each in past.questions if each.id == "Q-PRESIDENTS")
    assert then.hits == sum(
        any(start <= day < end for day in _MET)
        for start, end in pairwise(dt.date(2015 + k // 2, 1 + 6 * (k % 2), 19) for k in range(15))
    )
    assert found["Q-SUMMONS"].n == 11, "before 2015 the list is too thin to say that none came"


# what either list holds of the two presidents, read one by one
_MET = [
    dt.date.fromisoformat(day)
    for day in (
        "2015-07-09", "2015-11-23", "2017-03-28", "2017-11-01", "2017-11-22", "2018-04-04",
        "2018-08-12", "2018-09-07", "2019-02-14", "2019-06-14", "2019-10-01",
    )
]  # fmt: skip


def test_years_that_nobody_coded_are_no_evidence_that_nothing_came(workspace, assessment):
    later = workspace.assess("RUS", "IRN", as_of=dt.date(2026, 10, 31)).outlook
    counted = {each.id: (each.hits, each.n) for each in assessment.outlook.questions if each.n}
    assert {each.id: (each.hits, each.n) for each in later.questions if each.n} == counted
    commission = next(each for each in later.questions if each.id == "Q-COMMISSION")
    assert "to 2026-04-15" in commission.method, "the last day that was coded is said"


def test_a_state_named_first_is_not_taken_for_the_other(workspace, assessment):
    turned = workspace.assess("IRN", "RUS").outlook
    mine = {each.id: each for each in assessment.outlook.questions}
    for each in turned.questions:
        if each.n is not None:
            # a question of the case calls the states as the case does, in whatever order asked
            assert each.text == mine[each.id].text
            assert (each.n, each.hits) == (mine[each.id].n, mine[each.id].hits)
    shocks = {each.id: each for each in turned.horizons[0].shocks}
    assert shocks["S-REGIME-A"].name == "regime shock in Iran"
    assert shocks["S-REGIME-A"].events == 1


def test_relief_for_a_state_reads_the_sanctions_on_that_state(workspace, assessment):
    turned = workspace.assess("IRN", "RUS").outlook
    states = {}
    for outlook, order in ((assessment.outlook, "ab"), (turned, "ba")):
        for each in outlook.rules:
            if each.id.startswith("S-RELIEF"):
                (state,) = each.drivers
                side = each.id[-1].lower()
                states.setdefault("first" if side == order[0] else "second", []).append(state)
    # the last act that the list holds against Russia is of 2022, against Iran of 2026
    assert [each.period for each in states["first"]] == ["2022-12", "2022-12"], "Russia"
    assert [each.period for each in states["second"]] == ["2026-04", "2026-04"], "Iran"
    assert [each.name[-4:] for each in states["first"]] == [" (A)", " (B)"]


@pytest.mark.parametrize("name", ["THR-01", "THR-01>up", "ECO-01>either"])
def test_a_direction_that_is_not_said_is_refused(tmp_path, workspace, name):
    from comity.core.settings import Settings  # noqa: PLC0415
    from comity.workspace import Workspace  # noqa: PLC0415

    folder = tmp_path / "catalog" / "scenarios"
    folder.mkdir(parents=True)
    (folder / "mine.yml").write_text(
        'id: S-MINE\nname: Mine\norder: 50\nauthor: me\nwhat: "It is."\nhow: "So."\n'
        "conditions:\n  - {reading: depth, change: rises, times: 3}\n"
        f"drivers:\n  - {{driver: D-ORD, indicator: {name}, above: 10}}\n"
    )
    mine = Workspace(
        Settings(home=workspace.settings.home, catalog=tmp_path / "catalog", draws=200)
    )
    with pytest.raises(CatalogError, match=r"direction.*Known:"):
        mine.assess("RUS", "IRN")


def own_questions(tmp_path, workspace, text):
    """Return a workspace whose case asks these questions."""
    from comity.core.catalog import builtin_catalog  # noqa: PLC0415
    from comity.core.settings import Settings  # noqa: PLC0415
    from comity.workspace import Workspace  # noqa: PLC0415

    folder = tmp_path / "catalog" / "cases" / "rus-irn"
    shutil.copytree(builtin_catalog() / "cases" / "rus-irn", folder)
    with (folder / "questions.yml").open("a") as file:
        file.write(text)
    return Workspace(
        Settings(
            home=tmp_path / "store", catalog=tmp_path / "catalog", draws=workspace.settings.draws
        )
    )


_MINE = """
- id: Q-{id}
  text: "Does {{a}} need {{b}}?"
  criteria: When so.
  source: The reading.
  void: Never.
  months: {months}
  author: me
  probability: {rule}
"""


def test_a_balance_is_that_of_the_states_as_the_question_names_them(tmp_path, workspace):
    rules = {
        "ABOVE": "{by: futures, reading: asymmetry, is: above, level: 5}",
        "HIGHER": "{by: futures, reading: asymmetry, is: higher}",
        "STEPS": "{by: steps, indicator: ECO-02, table: values, is: higher}",
        "TWO": "{by: windows, table: obligations, where: level >= 2, at_least: 2, "
        "since: '1989-01-01'}",
    }
    text = "".join(_MINE.format(id=name, months=12, rule=rule) for name, rule in rules.items())
    mine = own_questions(tmp_path, workspace, text)
    one, other = (
        {each.id: each for each in mine.assess(*pair).outlook.questions}
        for pair in (("RUS", "IRN"), ("IRN", "RUS"))
    )
    assert set(one) == set(other) >= {f"Q-{name}" for name in rules}
    for name in rules:
        here, there = one[f"Q-{name}"], other[f"Q-{name}"]
        assert here.text == there.text == "Does Russia need Iran?"
        assert (here.probability, here.n, here.hits) == (there.probability, there.n, there.hits)
    assert one["Q-TWO"].method.count("with ") == 1
    assert "with 2 such records or more" in one["Q-TWO"].method


def test_a_name_in_braces_that_stands_for_nothing_is_refused(tmp_path, workspace):
    text = _MINE.format(id="BAD", months=12, rule="{by: futures, reading: depth, is: higher}")
    mine = own_questions(tmp_path, workspace, text.replace("{b}", "{B}"))
    with pytest.raises(CatalogError, match=r"Q-BAD: text cannot be filled in \('B'\)"):
        mine.assess("RUS", "IRN")


def test_a_short_record_leaves_scenarios_out_with_a_reason(workspace):
    past = workspace.assess("RUS", "IRN", as_of=dt.date(1997, 1, 31))
    horizon = past.outlook.horizons[-1]
    assert "S-RUPTURE" in horizon.not_judged
    assert "S-RUPTURE" not in {each.id for each in horizon.scenarios}
    assert sum(round(100 * each.probability) for each in horizon.scenarios) == 100
    (gap,) = [each for each in past.gaps if "not told apart at 24 months" in each.what]
    assert "Rupture" in gap.what
    assert "too few to call one usual" in gap.why
    (table,) = [
        each for each in build(past) if getattr(each, "caption", "").startswith("Every sim")
    ]
    (row,) = [each for each in table.rows if "Rupture" in str(each)]
    assert "not told apart" in str(row.cells[3])
    assert "%" in str(row.cells[2])


def test_a_signpost_says_of_when_it_is_and_an_old_one_is_not_the_present(assessment):
    year = next(each for each in assessment.outlook.horizons if each.months == 12)
    posts = {post.id: post for each in year.scenarios for post in each.signposts}
    old = posts["ECO-02"]
    assert old.stale
    assert old.period == "2021"
    assert not posts["POL-02"].stale
    text = json.dumps([str(each) for each in build(assessment)])
    assert "not known: last 0.47 (2021)" in text
    line = _signpost(old.model_dump(mode="json"))
    assert line.endswith(": not known (last 0.4715, 2021)")
    assert ", 2026" in _signpost(posts["POL-02"].model_dump(mode="json"))


def test_a_past_day_knows_only_its_own_shocks(workspace):
    found = workspace.assess("RUS", "IRN", as_of=dt.date(2015, 1, 1)).outlook
    shocks = {each.id: each for each in found.horizons[0].shocks}
    assert shocks["S-REGIME-B"].events == 0
    assert shocks["S-RELIEF-A"].events == 3
    assert "S-SETTLEMENT" not in shocks, "the war had not begun"
    assert any(each.id == "S-SETTLEMENT" and each.not_judged for each in found.rules)


def test_the_section_says_where_there_is_no_skill(assessment):
    blocks = build(assessment)
    kinds = [type(each).__name__ for each in blocks]
    assert kinds[0] == "Finding"
    assert "Figure" in kinds
    assert kinds.count("Table") == 3
    text = json.dumps([str(each) for each in blocks])
    weak = [
        each
        for each in assessment.outlook.skill
        if each.own and (each.persistence.lo90 is None or each.persistence.lo90 <= 0)
    ]
    assert ("have shown no skill over staying put" in text) == bool(weak)


def test_nothing_to_forecast_is_a_gap_not_zeros():
    outlook = Outlook(horizons=[], questions=[], not_forecast=["depth is not forecast: why."])
    (gap,) = outlook_gaps(outlook)
    assert gap.what == "Outlook"
    assert "depth is not forecast" in gap.why


def test_charts_are_drawn(assessment):
    altair = pytest.importorskip("altair")
    fan = fan_figure(assessment)
    record = next(each for each in assessment.outlook.skill if each.reliability)
    for figure in (fan, calibration_figure(record)):
        for spec in (figure.wide, figure.narrow):
            altair.VConcatChart.from_dict(dict(spec))


def test_the_test_of_the_own_record_ships_for_the_built_in_evidence(workspace, assessment):
    """If this fails, evidence, weights or the way to forecast changed: run `make backtest`."""
    for outlook in (assessment.outlook, workspace.assess("IRN", "RUS").outlook):
        assert outlook.not_tested == ""
        assert any(each.own for each in outlook.skill)
    assert any(not each.own for each in assessment.outlook.skill)


def test_a_test_that_knows_later_outcomes_or_other_evidence_is_not_shown(workspace):
    past = workspace.assess("RUS", "IRN", as_of=dt.date(1997, 1, 31))
    assert not any(each.own for each in past.outlook.skill)
    assert "knows outcomes up to 20" in past.outlook.not_tested
    text = json.dumps([str(each) for each in build(past)])
    assert "not tested on this dyad's own record: the test that ships knows" in text
    weighed = workspace.assess("RUS", "IRN", weights={"POL-01": 0.0}).outlook
    assert not any(each.own for each in weighed.skill)
    assert weighed.not_tested == "the test that ships is of other evidence or weights"


def test_a_wrong_driver_is_named(tmp_path, workspace):
    from comity.core.settings import Settings  # noqa: PLC0415
    from comity.workspace import Workspace  # noqa: PLC0415

    folder = tmp_path / "catalog" / "scenarios"
    folder.mkdir(parents=True)
    (folder / "mine.yml").write_text(
        'id: S-MINE\nname: Mine\norder: 50\nauthor: me\nwhat: "It is."\nhow: "So."\n'
        "conditions:\n  - {reading: depth, change: rises, times: 3}\n"
        "drivers:\n  - {driver: D-NONE, reading: depth, above: 10}\n"
    )
    mine = Workspace(
        Settings(home=workspace.settings.home, catalog=tmp_path / "catalog", draws=200)
    )
    with pytest.raises(UnknownName, match="D-NONE"):
        mine.assess("RUS", "IRN")
