"""Findings, their groups, and how weights answer to them."""

import datetime as dt

import numpy as np
import pytest
import yaml

from comity.core.catalog import builtin_catalog
from comity.core.errors import CatalogError
from comity.core.framework import load_hypotheses, load_tests
from comity.core.reading_rules import Bounds
from comity.judgement.hypothesis_parts import HypothesisPhase, HypothesisWeight
from comity.judgement.rivals.balance import Balance, Scales
from comity.judgement.rivals.finding import Finding, load_weighing, merged
from comity.judgement.rivals.paths import Course, around, co_movement, parallel
from comity.models._protocol import ReadingPath, Readings


def finding(test="E8", present=True, truth=0.9, group="g", records=("event:x",), once=False):
    return Finding(test, dt.date(2020, 1, 1), present, truth, group, "why", records, once)


@pytest.fixture(scope="module")
def scales() -> Scales:
    return Scales(load_hypotheses(), load_tests(), load_weighing(), seed=7)


def test_copies_of_one_matter_count_once() -> None:
    found = merged([finding(records=("event:x",)), finding(truth=0.7, records=("event:y",))])
    assert len(found) == 1
    assert found[0].truth == pytest.approx(0.8)
    assert found[0].records == ("event:x", "event:y")


def test_reports_for_and_against_cancel_out() -> None:
    assert merged([finding(present=True), finding(present=False)]) == []
    kept = merged([finding(present=True, truth=0.95), finding(present=False, truth=0.6)])
    assert kept[0].present
    assert kept[0].truth == pytest.approx(0.5 + (0.45 - 0.1) / 2)


def test_reports_of_two_outcomes_of_one_matter_are_set_off() -> None:
    shared = {"E8": "force", "E9": "force"}
    told = [finding("E8"), finding("E9", truth=0.6), finding("E9", group="other")]
    kept = {each.group: each for each in merged(told, shared)}
    assert (kept["g"].test, kept["g"].present) == ("E8", True)
    assert kept["g"].truth == pytest.approx(0.5 + (0.4 - 0.1) / 2)
    assert kept["other"].test == "E9"
    assert len(merged(told)) == 3


def test_where_one_sighting_is_enough_absence_elsewhere_does_not_undo_it() -> None:
    found = merged([finding(present=False, once=True), finding(present=True, truth=0.8, once=True)])
    assert (found[0].present, found[0].truth) == (True, 0.8)


def test_costly_help_speaks_for_partnership_and_its_absence_against(scales: Scales) -> None:
    seen = Balance(scales, [finding()]).centre()
    absent = Balance(scales, [finding(present=False)]).centre()
    assert seen["H3"] > 0.1 > absent["H3"]
    assert seen["H2"] < 0.1
    # who expects one extreme or the other does not expect something in between
    assert absent["H2"] == pytest.approx(absent["H3"], abs=0.002)
    out = Balance(scales, [finding("E9")]).centre()
    assert out["H2"] > 0.1 > out["H3"]
    assert sum(seen.values()) == pytest.approx(1)


def test_a_record_that_serves_two_tests_counts_once(scales: Scales) -> None:
    twice = [finding("E8", group="a"), finding("E5", group="b")]
    apart = [finding("E8", group="a"), finding("E5", group="b", records=("event:z",))]
    assert Balance(scales, twice).centre()["H3"] < Balance(scales, apart).centre()["H3"]


def test_inconsistency_counts_what_is_against_each(scales: Scales) -> None:
    score = Balance(scales, [finding("E12", present=False, truth=1.0)]).inconsistency()
    assert score["H3"] == pytest.approx(2)
    assert score["H0"] == 0
    # of two outcomes, ratings of 2 and -2 are one rating of 2
    score = Balance(scales, [finding("E3", truth=1.0)]).inconsistency()
    assert score["H1"] == pytest.approx(2)
    assert score["H2"] == score["H4"] == 0
    assert Balance(scales, []).inconsistency() == dict.fromkeys(scales.ids, 0.0)


def test_every_change_is_tried_and_only_those_that_matter_are_told(scales: Scales) -> None:
    balance = Balance(scales, [finding("E8"), finding("E5", group="b", records=("event:z",))])
    tried, made = balance.challenges()
    read = ("E5", "E6", "E8", "E9")  # each of two is an outcome of what was found
    rated = sum(value != 0 for test in read for value in scales.tests[test].expected.values())
    assert tried == 2 + 2 + rated
    leader = max(balance.centre(), key=balance.centre().__getitem__)
    assert made
    assert all(each.leader != leader for each in made)


def test_the_missing_item_is_one_that_nothing_reads(scales: Scales) -> None:
    missing = Balance(scales, [finding("E8")]).missing()
    assert missing is not None
    assert missing.test != "E8"
    assert missing.bits > 0
    every = [finding(name, group=name) for name in scales.tests]
    assert Balance(scales, every).missing() is None


def test_without_one_opportunity_a_record_that_it_shared_counts_whole(scales: Scales) -> None:
    both = [finding("E8", group="a"), finding("E2", group="b")]
    assert scales.evidence(both).part.tolist() == [0.5, 0.5]
    _, made = Balance(scales, both).challenges()
    left = {each.change: each.weight for each in made}["without E2"]
    assert left == max(Balance(scales, both[:1]).centre().values())


def test_weights_that_do_not_add_up_are_refused() -> None:
    one = HypothesisWeight(
        id="H0", weight=0.6, lo80=0.5, hi80=0.7, share=0.5, share_lo80=0.4, share_hi80=0.6,
        inconsistency=0, leads=1,
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"add up to 0\.600, not to 1"):
        HypothesisPhase(
            name="p", start="2001-01-01", end="2002-01-01", findings=1, tests=1, weights=[one],
            leader="H0", clear=True, tested=0, challenges=[], missing=None, text="",
        )  # fmt: skip


def test_the_null_cannot_be_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    from comity.core import framework  # noqa: PLC0415

    def without(pattern: str, model: type, catalogs: object = ()) -> dict:
        del pattern, model, catalogs
        return {"H1": None}

    monkeypatch.setattr(framework, "read_yaml_folder", without)
    with pytest.raises(CatalogError, match="H0 is missing"):
        framework.load_hypotheses()


def test_a_rule_without_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="at_least or at_most"):
        Bounds()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dependence": [0.9, 0.1]}, "the smaller first"),
        ({"prior": {"H3": 0}}, "for good"),
        ({"absence_truth": 0.2}, "greater than or equal to 0.5"),
    ],
)
def test_wrong_weighing_is_refused(tmp_path, change: dict, words: str) -> None:
    given = yaml.safe_load((builtin_catalog() / "weighing.yml").read_text(encoding="utf-8"))
    (tmp_path / "weighing.yml").write_text(yaml.safe_dump(given | change), encoding="utf-8")
    with pytest.raises(CatalogError, match=words):
        load_weighing([tmp_path])


@pytest.mark.parametrize(
    ("test", "change", "words"),
    [
        ("E7", {"none_possible": False}, "E7.yml, key none_possible: is for outcomes"),
        (
            "E4",
            {"outcome_of": "", "none_possible": True},
            "E3.yml, key outcome_of: no other test is an outcome of 'lever",
        ),
        ("E4", {"none_possible": True}, "differs from E3"),
        ("E4", {"read": {"table": "events"}}, "table is 'events' here and 'levers' there"),
        ("E4", {"read": {"months": 0}}, "months is 0 here and 24 there"),
        ("E4", {"read": {"absent": "outcome is None"}}, "one outcome of 'lever-episode' must come"),
        ("E6", {"read": {"both": True}}, "one outcome of 'wish-list-item' must come"),
        ("E7", {"outcome_of": "lever-episode", "none_possible": False}, "kind 'decay' finds no"),
        ("E4", {"read": {"unsettled": "outcome is None"}}, "key unsettled: is for opportunities"),
        ("E2", {"read": {"unsettled": "vote is None"}}, "key unsettled: is for opportunities"),
    ],
)
def test_outcomes_that_share_no_opportunity_are_refused(tmp_path, test, change, words) -> None:
    path = builtin_catalog() / "tests" / f"{test}.yml"
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "read" in change:
        change = {"read": [given["read"][0] | change["read"]]}
    (tmp_path / "tests").mkdir()
    wrong = yaml.safe_dump(given | change)
    (tmp_path / "tests" / f"{test}.yml").write_text(wrong, encoding="utf-8")
    with pytest.raises(CatalogError, match=words):
        load_tests([tmp_path])


def test_how_far_ratings_differ_is_computed_not_declared(tmp_path) -> None:
    from comity.core.opportunities import diagnosticity  # noqa: PLC0415

    given = yaml.safe_load((builtin_catalog() / "tests" / "E13.yml").read_text(encoding="utf-8"))
    given["expected"] = dict.fromkeys(given["expected"], 0)
    (tmp_path / "tests").mkdir()
    edited = yaml.safe_dump(given | {"spread": 0.64})  # as an older file gave it
    (tmp_path / "tests" / "E13.yml").write_text(edited, encoding="utf-8")
    assert diagnosticity(load_tests())["E13"] == 0.64
    assert diagnosticity(load_tests([tmp_path]))["E13"] == 0


# ------------------------------------------------------------------ courses


def course(level: np.ndarray, **more) -> Course:
    months = tuple(f"{2000 + at // 12}-{at % 12 + 1:02d}" for at in range(len(level)))
    draws = level[None, :] + 0.01 * np.random.default_rng(1).standard_normal((50, 1))
    empty = np.zeros(len(level))
    path = ReadingPath(
        draws, draws, empty, empty, empty, empty.astype(np.int64), {}, None, "", None
    )
    return Course(Readings(months, {"depth": path}, {}), more.pop("panel", None), **more, truth=0.9)


class _Case:
    def __init__(self, leaders=(), crises=()):
        self.leaders, self.crises = leaders, crises

    @property
    def crisis_kinds(self):
        return {each.id: each.kind for each in self.crises}


class _Leader:
    def __init__(self, name, since):
        self.name, self.since = name, dt.date.fromisoformat(since)


def test_a_leap_at_a_change_of_leader_is_not_unchanged() -> None:
    test = load_tests()["E10"]
    level = np.concatenate([np.full(60, 40.0), np.full(60, 80.0)])
    level += np.random.default_rng(3).normal(0, 0.5, 120)
    case = _Case([_Leader("new", "2005-01-01"), _Leader("calm", "2002-06-01")])
    found = around("E10", test.read[0], course(level, case=case, comparison=None))
    told = {each.why.split(",")[0]: each.present for each in found}
    assert told == {"new": False, "calm": True}


def test_a_course_too_short_or_a_dyad_alone_says_nothing() -> None:
    tests = load_tests()
    short = course(np.full(10, 50.0), case=_Case([_Leader("x", "2000-05-01")]), comparison=None)
    assert around("E10", tests["E10"].read[0], short) == []
    assert parallel("E16", tests["E16"].read[0], short) == []


def test_co_movement_needs_two_years_and_a_move() -> None:
    class Observed:
        def __init__(self, year, value):
            self.start, self.end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
            self.value, self.evidence = value, ("event:1",)

    class Series:
        direction, observations = (
            "ab",
            [Observed(2001, 0.1), Observed(2002, 0.9), Observed(2005, 0.1)],
        )

    class Panel:
        def of(self, name):
            return [Series()] if name == "THR-02" else []

    level = np.repeat([50.0, 50.0, 60.0, 30.0, 30.0, 30.0], 12)
    found = co_movement("E1", load_tests()["E1"].read[0],
                        course(level, panel=Panel(), case=None, comparison=None))  # fmt: skip
    # the indicator rose in 2002; the reading of 2003 is below that of 2002: as expected (sign -1)
    assert [(each.present, each.day.year) for each in found] == [(True, 2002)]
