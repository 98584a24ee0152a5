from __future__ import annotations

import shutil

import numpy as np
import pytest
from pydantic import ValidationError

from comity.core.catalog import builtin_catalog
from comity.core.dyad import Dyad
from comity.core.errors import CatalogError
from comity.indicators.definition import load_indicators
from comity.judgement.drivers import load_drivers
from comity.judgement.outlook_parts import Horizon, Scenario
from comity.judgement.question_definitions import QuestionDefinition, load_questions
from comity.judgement.scenarios import (
    Change,
    assign,
    judged_in,
    largest_remainder,
    load_scenarios,
    not_judged_at,
)
from comity.models.outlook import Hazard, simulate_futures, simulate_shocks
from comity.models.readings import estimate_readings
from comity.models.simulate import simulate_items

NEEDED = {
    "S-ENTENTE", "S-TRANSACTION", "S-DRIFT", "S-RUPTURE", "S-DEPENDENCE-A", "S-DEPENDENCE-B",
    "S-REGIME-A", "S-REGIME-B", "S-SETTLEMENT", "S-RELIEF-A", "S-RELIEF-B",
}  # fmt: skip


def worlds(months=240, **kind):
    world = simulate_items(3, months=months, **kind)
    items = list(world.items)
    for reads in ("depth", "tension", "asymmetry"):
        more = simulate_items(len(reads), months=months, reads=reads, **kind)
        items += [each.__class__(**{**each.__dict__, "name": f"{reads}-{each.name}"})
                  for each in more.items]  # fmt: skip
    return estimate_readings(world.months, items, seed=1, draws=100).paths


PATHS = worlds()


def test_declared_scenarios_are_whole_and_refer_to_what_exists():
    scenarios = load_scenarios()
    assert {each.id for each in scenarios} >= NEEDED
    indicators, drivers = load_indicators(), {each.id for each in load_drivers()}
    for each in scenarios:
        assert each.author
        assert each.signposts
        for text in (each.what, each.how):
            assert text.endswith(".")
            assert text.count(".") == 1, "one sentence each"
        for state in (*each.signposts, *each.drivers):
            if state.indicator is not None:
                assert state.indicator.partition(">")[0] in indicators
        assert {state.driver for state in each.drivers} <= drivers


def test_every_future_belongs_to_exactly_one_scenario():
    futures = simulate_futures(PATHS, seed=1, parameters=6, draws=500)
    scenarios = [each for each in load_scenarios() if each.id != "S-SETTLEMENT"]
    hazards = {each.id: Hazard(0.5, 10) for each in scenarios if each.shock is not None}
    can, cannot = judged_in(scenarios, futures, hazards)
    assert not cannot
    found = assign(can, futures, PATHS, simulate_shocks(hazards, futures, seed=1))
    shares = [np.mean(found == place) for place in range(len(can))]
    assert sum(shares) == pytest.approx(1.0, abs=1e-12)
    assert all(0 < share < 0.7 for share in shares), shares


def test_order_decides_between_scenarios_that_both_hold():
    futures = simulate_futures(PATHS, seed=1, parameters=6, draws=500)
    scenarios = load_scenarios()
    first = next(each for each in scenarios if each.id == "S-REGIME-A")
    rest = scenarios[-1]
    sure = {"S-REGIME-A": np.ones(futures.shape, dtype=bool)}
    assert (assign([first, rest], futures, PATHS, sure) == 0).all()


def test_a_scenario_that_nothing_could_meet_has_no_chance_of_0():
    """Too few past changes of two years, or no value due in half a year: not told apart there."""
    scenarios = [each for each in load_scenarios() if each.shock is None]
    short, yearly = worlds(months=90), worlds(months=240, monthly=0, yearly=4)
    for paths, months, why in ((short, 24, "past changes over 24"), (yearly, 6, "is due within 6")):
        futures = simulate_futures(paths, seed=1, parameters=4, draws=500)
        can, _ = judged_in(scenarios, futures, {})
        untold = dict(zip(futures.horizons, not_judged_at(can, futures, paths), strict=True))
        assert why in untold[months]["S-RUPTURE"]
        assert can[-1].id not in untold[months], "the rest is always there"
        assert not untold[12]
        found = assign(can, futures, paths, {})
        at = futures.horizons.index(months)
        others = {each.id for each in can} - set(untold[months])
        assert {can[place].id for place in np.unique(found[at])} <= others


def test_any_rise_needs_no_usual_change():
    paths = worlds(months=90)
    futures = simulate_futures(paths, seed=1, parameters=4, draws=500)
    rest = load_scenarios()[-1]
    rises = Change(reading="depth", change="rises", times=0)
    any_rise = rest.model_copy(update={"id": "S-RISE", "conditions": (rises,)})
    assert not any(not_judged_at([any_rise, rest], futures, paths))
    found = assign([any_rise, rest], futures, paths, {})
    at = futures.horizons.index(24)
    assert np.mean(found[at] == 0) == pytest.approx(futures.rises("depth")[at], abs=1e-9)


def test_a_scenario_whose_reading_is_not_forecast_is_not_told_apart():
    futures = simulate_futures({"depth": PATHS["depth"]}, seed=1, parameters=4, draws=200)
    can, cannot = judged_in(load_scenarios(), futures, {})
    assert [each.id for each in can] == ["S-TRANSACTION"]
    assert "S-RUPTURE" in {each.id for each in cannot}


@pytest.mark.parametrize("shares", [[1 / 3] * 3, [0.005] * 200, [0.999, 0.001], [1.0]])
def test_percentages_add_up(shares):
    assert sum(largest_remainder(shares)) == 100


def scenario(name, p):
    return Scenario(id=name, name=name, story="", probability=p, word="", lo80=0, hi80=1, share=p,
                    signposts=[])  # fmt: skip


def test_probabilities_that_do_not_add_up_are_refused_with_the_reason():
    parts = {"months": 12, "readings": {}}
    Horizon(**parts, scenarios=[scenario("S-A", 0.4), scenario("S-B", 0.6)])
    with pytest.raises(ValidationError, match=r"add up to 90 %, not 100 %: S-A 0\.30, S-B 0\.60"):
        Horizon(**parts, scenarios=[scenario("S-A", 0.3), scenario("S-B", 0.6)])


def test_a_second_rest_or_a_shared_place_is_refused(tmp_path):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    text = (builtin_catalog() / "scenarios" / "managed_transaction.yml").read_text()
    (folder / "mine.yml").write_text(text.replace("S-TRANSACTION", "S-MINE").replace("99", "98"))
    with pytest.raises(CatalogError, match="takes the rest"):
        load_scenarios([tmp_path])
    (folder / "mine.yml").write_text(text.replace("S-TRANSACTION", "S-MINE"))
    with pytest.raises(CatalogError, match="both have order 99"):
        load_scenarios([tmp_path])


def test_questions_are_declared_with_all_that_resolves_them():
    found = [each for each, _ in load_questions(Dyad("RUS", "IRN"))]
    assert 10 <= len(found) <= 20
    for each in found:
        assert each.text.endswith("?")
        assert all((each.criteria, each.source, each.void, each.author))
    plain = load_questions(Dyad("CHN", "RUS"))
    assert plain
    assert not any(is_of_case for _, is_of_case in plain)


def test_a_question_on_futures_needs_a_horizon(tmp_path):
    shutil.copytree(builtin_catalog() / "questions", tmp_path / "questions")
    path = tmp_path / "questions" / "mine.yml"
    text = (tmp_path / "questions" / "depth_higher.yml").read_text()
    for other in (tmp_path / "questions").glob("*_*.yml"):
        other.unlink()
    path.write_text(text.replace("Q-DEPTH", "Q-MINE").replace("months: 12", "months: 9"))
    with pytest.raises(CatalogError, match="9 months are no horizon"):
        load_questions(Dyad("CHN", "RUS"), [tmp_path])


def test_an_unknown_rule_is_named():
    with pytest.raises(ValidationError, match="by"):
        QuestionDefinition.model_validate(
            {
                "id": "Q-X",
                "text": "?",
                "criteria": "",
                "source": "",
                "void": "",
                "months": 12,
                "author": "me",
                "probability": {"by": "gut"},
            }
        )
