"""Weights on records made by a planted rival and read through the tests' own rules.

A record is a list of opportunities: an episode of pressure, an item asked for, a response to force,
and what the tests that stand by themselves ask. The planted rival decides how each ends; the rules
decide which test that ending is a finding of. The endings are not drawn from the model's formula:
the stated chances of the tests that the rules read are taken as they are and made to add up to 1.
"""

import datetime as dt
from dataclasses import replace

import duckdb
import numpy as np
import pytest

from comity.core.case import load_case
from comity.core.dyad import Dyad
from comity.core.framework import load_hypotheses, load_tests
from comity.core.ledger_rules import load_ledger_rules
from comity.core.opportunities import opportunities
from comity.core.records import TABLES
from comity.indicators.query import Subject
from comity.judgement.ledger_items import TrackedItem
from comity.judgement.ledger_machine import walk
from comity.judgement.rivals.balance import Balance, Scales
from comity.judgement.rivals.finding import Finding, load_weighing, merged
from comity.judgement.rivals.registers import Field, promise_findings, row_findings
from comity.models.hypothesis_weights import weigh

DAY = dt.timedelta(days=1)
KINDS = {"text": "VARCHAR", "int": "INTEGER", "float": "DOUBLE", "bool": "BOOLEAN", "date": "DATE"}
RIGHT = 0.85
EPISODE = {"target": "RUS", "third_party": "USA", "reads_on_h1": "+"}
RESPONSE = {
    "responder": "RUS",
    "on_actor": "IRN",
    "crisis_id": "june-war-2025",
    "is_alternative_coding": False,
}
# how an opportunity can end, and the row that tells of it
ENDINGS = {
    "lever-episode": ("levers", [{**EPISODE, "outcome": "substantive_cut"},
                                 {**EPISODE, "outcome": "nominal"}]),
    "wish-list-item": ("claims", ["delivered", ""]),
    "response-to-force": ("stress_tests", [
        {**RESPONSE, "score": 4, "cost_borne": "high"},
        {**RESPONSE, "score": 1, "cost_borne": "low"},
        {**RESPONSE, "score": 3, "cost_borne": "low"},
    ]),
}  # fmt: skip
WORDS = {**RESPONSE, "score": 2, "cost_borne": "low"}
"""A response in words: no help, and told of standing aside as readily as of neither."""


@pytest.fixture(scope="module")
def scales() -> Scales:
    return Scales(load_hypotheses(), load_tests(), load_weighing(), seed=7)


class _Rows:
    """One row of a register, for the rules' filters."""

    def __init__(self, table: str, source: str, values: dict) -> None:
        self.base, self.table = duckdb.connect(), table
        given = {
            "record_id": "x", "source": source, "occurred_from": dt.date(2010, 1, 1),
            "occurred_to": dt.date(2010, 1, 2), "reliability": "A", "credibility_now": 1, **values,
        }  # fmt: skip
        columns = {each.name: KINDS[each.type] for each in TABLES[table].all_columns}
        columns |= {"record_id": "VARCHAR", "source": "VARCHAR"}
        cells = [f"CAST(${name} AS {columns[name]}) AS {name}" for name in given]
        cells += [f"NULL::{kind} AS {name}" for name, kind in columns.items() if name not in given]
        self.base.execute(f"CREATE TABLE {table} AS SELECT {', '.join(cells)}", given)

    def rows(self, sql: str, params: dict) -> list[dict]:
        found = self.base.execute(sql, params)
        names = [each[0] for each in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _subject() -> Subject:
    dyad = Dyad("RUS", "IRN")
    case = load_case(dyad)
    return Subject(dyad, {}, dt.date(2030, 1, 1), dt.date(1992, 1, 1), case)


def _ledger(arrived: str) -> Field:
    """An item of the wish-list that was asked for in 2021, and arrived in 2023 or did not."""

    def row(state: str, day: dt.date) -> dict:
        return {
            "record_id": state, "item_id": "su-35", "item_name": "Su-35", "state": state,
            "item_class": "major_arms_aircraft", "actor": "RUS", "recipient": "IRN",
            "reliability": "A", "credibility_now": 1, "speaker_side": "A",
            "independence_group": state, "precision": "day",
            "occurred_from": day, "occurred_to": day + DAY,
            "outlet": None, "speaker": None, "joint": False, "public_from": day,
        }  # fmt: skip

    rows = [row("requested", dt.date(2021, 1, 1))]
    rows += [row(arrived, dt.date(2023, 1, 1))] if arrived else []
    item = TrackedItem("su-35", tuple(rows), walk(rows, load_ledger_rules()))
    span = (dt.date(2021, 1, 1), dt.date(2025, 1, 1))
    field = Field(None, _subject(), load_weighing(), (), [span], items=[item])
    help_since = "responder == B and on_actor == A and score >= 4 and not is_alternative_coding"
    field.seen["stress_tests", ("where", help_since)] = [rows[0]]
    return field


def read(scales: Scales, opportunity: str, number: int) -> list[Finding]:
    """Return what the rules of an opportunity's tests find where it ended in one way."""
    table, ends = ENDINGS[opportunity]
    found = []
    for name in opportunities(scales.tests)[opportunity]:
        for rule in scales.tests[name].read:
            if table == "claims":
                found += promise_findings(name, rule, _ledger(ends[number]))
            else:
                subject = _subject()
                rows = _Rows(table, subject.case_source, ends[number])
                found += row_findings(name, rule, Field(rows, subject, scales.weighing))
    return found


@pytest.fixture(scope="module")
def words(scales: Scales) -> Finding:
    """What the rules find in a response in words."""
    subject = _subject()
    rows = _Rows("stress_tests", subject.case_source, WORDS)
    found = [
        each
        for name in ("E8", "E9")
        for rule in scales.tests[name].read
        for each in row_findings(name, rule, Field(rows, subject, scales.weighing))
    ]
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def endings(scales: Scales) -> dict[str, list[Finding]]:
    """The one finding of each way in which each shared opportunity can end."""
    return {
        name: [read(scales, name, number)[0] for number in range(len(ends))]
        for name, (_, ends) in ENDINGS.items()
    }


def test_every_ending_is_a_finding_of_exactly_one_test(scales: Scales) -> None:
    told = {
        (name, number): [
            (each.test, each.present) for each in read(scales, name, number) if not each.unsettled
        ]
        for name, (_, ends) in ENDINGS.items()
        for number in range(len(ends))
    }
    assert told == {
        ("lever-episode", 0): [("E3", True)],
        ("lever-episode", 1): [("E4", True)],
        ("wish-list-item", 0): [("E5", True)],
        ("wish-list-item", 1): [("E6", True)],
        ("response-to-force", 0): [("E8", True)],
        ("response-to-force", 1): [("E9", True)],
        ("response-to-force", 2): [("E8", False)],
    }


def test_words_alone_are_no_help_and_leave_the_rest_open(words: Finding) -> None:
    assert (words.test, words.present, words.unsettled, words.way) == ("E8", False, True, "not E8")


def test_an_open_end_weighs_as_the_mean_of_the_ends_that_it_may_be(scales, endings, words) -> None:
    def chances(finding: Finding) -> np.ndarray:
        logs = Balance(scales, [replace(finding, truth=1.0)]).likelihood()
        return np.exp([logs[name] for name in scales.ids])

    help_, aside, neither = map(chances, endings["response-to-force"])
    assert chances(words) == pytest.approx((aside + neither) / 2)
    assert help_ + aside + neither == pytest.approx(1)


def test_reports_that_leave_it_open_and_reports_that_do_not_are_set_off(endings, words) -> None:
    _, aside, _ = endings["response-to-force"]
    shared = {"E8": "response-to-force", "E9": "response-to-force"}
    told = [replace(words, group="g", truth=0.9), replace(aside, group="g", truth=0.7)]
    (one,) = merged(told, shared)
    assert one.way == "not E8"
    assert one.truth < 0.9


def test_an_item_that_was_merged_is_read_as_one(scales: Scales) -> None:
    field = _ledger("delivered")
    (item,) = field.items
    under_two = [{**item.rows[0], "item_id": "other"}, item.rows[1]]
    merged_item = TrackedItem("su-35", tuple(under_two), walk(under_two, load_ledger_rules()))
    for name, told in (("E5", True), ("E6", False)):
        rule = scales.tests[name].read[0]
        found = promise_findings(name, rule, replace(field, items=[merged_item]))
        assert bool(found) == told


def world(rng, scales, endings, most, words=None):
    """Return who rules, and what the rules find in a record of that rival's making."""
    expected, names = scales.expected, list(scales.tests)
    ruling = int(rng.integers(len(scales.ids)))
    steep = 0.8 * np.exp(0.3 * rng.standard_normal())
    felt = expected[:, ruling] + 0.5 * rng.standard_normal(len(expected))
    chance = dict(zip(names, 1 / (1 + np.exp(-steep * felt)), strict=True))
    found = []
    for name, members in opportunities(scales.tests).items():
        if name in endings:
            ways = endings[name]
            stated = np.array([chance[each.test] if each.present else 0.0 for each in ways])
            if not ways[-1].present:  # neither of them
                stated[-1] = np.prod([1 - chance[each] for each in members])
        else:
            blank = Finding(name, dt.date(2010, 1, 1), True, RIGHT, "", "", ())
            ways = [blank, replace(blank, present=False)]
            stated = np.array([chance[name], 1 - chance[name]])
        stated = stated / stated.sum()
        first = rng.choice(len(ways), p=stated)
        for number in range(int(rng.integers(0, most + 1))):
            end = first if rng.random() < 0.6 else rng.choice(len(ways), p=stated)
            if rng.random() > RIGHT:
                end = rng.choice([each for each in range(len(ways)) if each != end])
            group = f"0|{name}-{number}"
            told = ways[end]
            if words is not None and name == "response-to-force" and end and rng.random() < 0.5:
                told = words  # standing aside and neither are told in words as readily
            found.append(replace(told, truth=RIGHT, group=group, records=(group,)))
    shared = {name: test.opportunity for name, test in scales.tests.items()}
    return ruling, merged(found, shared)


def weighed(scales, endings, count, most, seed, words=None):
    """Return mean weights and who ruled, over many records."""
    rng = np.random.default_rng(seed)
    given, true = [], []
    for number in range(count):
        ruling, found = world(rng, scales, endings, most, words)
        evidence = scales.evidence(found)
        given.append(weigh(evidence, scales.doubt, seed=number, draws=100).draws.mean(axis=0))
        true.append(np.arange(len(scales.ids)) == ruling)
    return np.array(given), np.array(true)


def slope(given, true):
    away = given.ravel() - given.mean()
    hit = true.ravel().astype(float)
    return float((away * (hit - hit.mean())).sum() / (away**2).sum())


@pytest.mark.parametrize("most", [4, 8])
def test_no_rival_gains_from_opportunities_however_they_end(scales, endings, words, most):
    given, true = weighed(scales, endings, 300, most, seed=11, words=words)
    gain = given.mean(axis=0) - true.mean(axis=0)
    # the share of records that a rival rules is known to 1.7 points, so that 5 is three times that
    assert np.abs(gain).max() < 0.05, dict(zip(scales.ids, gain.round(3), strict=True))
    assert 0.9 <= slope(given, true) <= 1.5


@pytest.mark.parametrize("opportunity", ["lever-episode", "wish-list-item"])
def test_two_ratings_of_one_thing_are_not_counted_twice(scales, endings, opportunity):
    rivals = {name: scales.hypotheses[name] for name in ("H1", "H2", "H4")}
    tests = {
        name: scales.tests[name].model_copy(
            update={"expected": {each: scales.tests[name].expected[each] for each in rivals}}
        )
        for name in opportunities(scales.tests)[opportunity]
    }
    alone = replace(scales, hypotheses=rivals, tests=tests)
    only = {opportunity: endings[opportunity]}
    # one or two episodes, as in a verdict on a claim; to add up both ratings gives 0.6 to 0.8
    assert slope(*weighed(alone, only, 1500, 2, seed=33)) > 0.9


def test_the_chances_of_all_endings_add_up_to_one(scales: Scales) -> None:
    shared = scales.outcomes
    seen, none = shared.logs(scales.weighing.per_point * scales.expected)
    for truth in (0.5, 0.8, 1.0):
        for members in opportunities(scales.tests).values():
            at = np.array([list(scales.tests).index(name) for name in members])
            right = np.full(len(at), truth)
            yes = np.ones(len(at), dtype=bool)
            total = shared.told(seen, none, yes, right, at).sum(axis=0)
            if shared.none[at[0]]:
                total = total + shared.told(seen, none, ~yes[:1], right[:1], at[:1])[0]
            assert np.allclose(total, 1), members


def test_a_rival_that_expects_every_outcome_gains_nothing_on_the_whole(scales: Scales) -> None:
    # H2 rates delivery and withholding alike, so that neither tells anything of it against a
    # silent one
    for name in ("E5", "E6"):
        one = Finding(name, dt.date(2010, 1, 1), True, 0.9, "g", "", ("r",))
        logs = Balance(scales, [one]).likelihood()
        assert logs["H2"] == pytest.approx(logs["H6"])
