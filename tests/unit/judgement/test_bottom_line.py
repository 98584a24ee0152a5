import datetime as dt
from types import SimpleNamespace

import pytest

from comity.core.dyad import Dyad
from comity.judgement import bottom_line as module
from comity.judgement.assessment import (
    Criterion,
    FlipPoint,
    Ladder,
    LatestReading,
    Phase,
    Reading,
    Role,
    RolePoint,
)
from comity.judgement.confidence import Basis, confidence_sentence
from comity.judgement.probability import likelihood, scale_named


class Book:
    def cite(self, ids, limit=12):
        return list(dict.fromkeys(ids))[:limit]


class View:
    def rows(self, sql, params=None):
        return [{"grp": str(i), "best": "B" if i % 2 else "D"} for i in range(30)]


CONTEXT = SimpleNamespace(
    dyad=Dyad("AAA", "BBB"), a="Arcadia", b="Borduria", as_of=dt.date(2026, 4, 15),
    cut_off=dt.date(2026, 4, 1), names={"AAA": "Arcadia", "BBB": "Borduria"}, sources=["x"],
    view=View(), book=Book(), scale=scale_named(), likelihood=likelihood,
)  # fmt: skip


def reading(value, lo=None, hi=None, p=None) -> Reading:
    latest = LatestReading(period="2026-04", value=value, lo80=lo, hi80=hi)
    series = [
        {"period": "2026-04", "value": value, "lo80": lo, "hi80": hi, "items": 9},
    ]
    return Reading(latest=latest, p_rise_12m=p, series=series, movers=[], scale="x")


def ladder(met=False, rung=3) -> Ladder:
    above = Criterion(id="x", rung=rung + 1, statement="s", met=met, why="w", evidence=[])
    return Ladder(
        rung=rung, rung_name="name", next_rung="next", would_move="this", criteria=[above]
    )


def role(value, lo, hi, flips=()) -> Role:
    point = RolePoint(period="2026-04", value=value, lo80=lo, hi80=hi)
    return Role(name="arms", series=[point], flips=list(flips), coverage="", evidence=["claim:1"])


def flip(p: float) -> FlipPoint:
    return FlipPoint(date="2022-08", lo80="2022-07", hi80="2022-10", from_="AAA", to="BBB",
                     probability=p, evidence=[])  # fmt: skip


def text(readings=None, roles=None, climbed=None, phases=()) -> str:
    made = module.bottom_line(readings or {}, roles or {}, climbed or ladder(), phases, CONTEXT)
    assert len(made.text.split()) <= 120
    assert "onfidence" not in made.text
    return made.text


def test_levels_come_with_their_intervals() -> None:
    said = text({"depth": reading(55.2, 47.1, 62.9), "tension": reading(31, 24, 40)})
    assert "depth 55 (47–63), tension 31 (24–40)" in said
    assert "cohesion" not in said


def test_nothing_measured_is_said_and_not_zero() -> None:
    assert "Nothing can be measured" in text()
    assert "no level can be given" in text({"asymmetry": reading(None)})


@pytest.mark.parametrize(
    ("value", "lo", "hi", "told"),
    [
        (-40, -60, -20, "Borduria needs Arcadia more"),
        (40, 20, 60, "Arcadia needs Borduria more"),
        (5, -20, 30, "cannot be told apart"),
    ],
)
def test_who_needs_whom_follows_the_sign(value, lo, hi, told) -> None:
    assert told in text({"asymmetry": reading(value, lo, hi)})


@pytest.mark.parametrize(
    ("p", "told"),
    [
        (0.3, "likely (70 %) that cohesion is lower in April 2027"),
        (0.7, "likely (70 %) that cohesion is higher in April 2027"),
        (0.52, "roughly even chance (52 %)"),
    ],
)
def test_direction_is_that_of_the_likelier_side(p, told) -> None:
    made = module.bottom_line({"cohesion": reading(50, 40, 60, p)}, {}, ladder(), (), CONTEXT)
    assert told in made.text
    assert made.likelihood is not None
    assert made.likelihood.p >= 0.5


def test_only_likely_flips_are_told() -> None:
    told = text(roles={"arms": role(-0.8, -0.9, -0.6, [flip(0.9)])})
    assert "Borduria, until then the client, became the main arms supplier in August 2022" in told
    assert "Borduria is the main arms supplier now" in told
    unsure = text(roles={"arms": role(0.8, 0.6, 0.9, [flip(0.2)])})
    assert "client" not in unsure
    assert "Arcadia is the main arms supplier now. No change" in unsure


def test_flows_both_ways_and_none() -> None:
    assert "neither clearly leads" in text(roles={"arms": role(0.1, -0.2, 0.3)})
    assert "no recent arms delivery" in text(roles={"arms": role(None, None, None)})


def test_an_open_rung_is_a_least_rung() -> None:
    assert "rung 3 of 6 at least" in text(climbed=ladder(met=None))
    assert "this would move it up" in text(climbed=ladder(met=False))


def test_long_names_do_not_break_the_limit() -> None:
    long = SimpleNamespace(**{**vars(CONTEXT), "a": "The " + "very " * 12 + "long state"})
    made = module.bottom_line(
        {"depth": reading(50, 40, 60, 0.7), "cohesion": reading(50, 40, 60, 0.7)},
        {"arms": role(0.8, 0.6, 0.9, [flip(0.9)])}, ladder(),
        [Phase(start="2022-03", end=None, name="n", summary="s",
               boundary={"date": "2022-03", "lo80": "2022-01", "hi80": "2022-05",
                         "probability": 1.0}, evidence=[])],
        long,
    )  # fmt: skip
    assert len(made.text.split()) <= 120


def test_judgements_have_their_own_confidence_and_assumptions() -> None:
    made = module.standing_judgements(
        {"cohesion": reading(50, 40, 60, 0.3), "tension": reading(50, 40, 60)},
        {"arms": role(0.8, 0.6, 0.9)}, ladder(), CONTEXT,
    )  # fmt: skip
    assert [item.id for item in made] == ["J-cohesion", "J-roles", "J-ladder"]
    assert made[0].likelihood.word == "likely"
    assert "lower" in made[0].text
    assert made[0].confidence.startswith("Confidence is")
    assert all(item.assumptions for item in made)


@pytest.mark.parametrize(
    ("basis", "level"),
    [
        (Basis(items=12, width=15, recent=50, graded=0.7, months_old=0), "high"),
        (Basis(items=12, width=30, recent=50, graded=0.3, months_old=0), "moderate"),
        (Basis(items=1, width=60, recent=50, graded=0.7, months_old=0), "low"),
        (Basis(items=12, width=15, recent=0, graded=0.0, months_old=20), "low"),
    ],
)
def test_confidence_follows_its_rule(basis, level) -> None:
    said = confidence_sentence(basis)
    assert said.startswith(f"Confidence is {level}: ")
    for word in ("likely", "chance", "certain"):
        assert word not in said
