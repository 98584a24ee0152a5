"""Questions are resolved by rule, and scores are what a reader can reckon by hand."""

from __future__ import annotations

import datetime as dt
import io
import math

import pytest
from rich.console import Console

from comity.acts import forecasts
from comity.acts.database import ActsDatabase
from comity.acts.forecasts import Answer, Key
from comity.acts.recording import record_forecasts
from comity.acts.reviews import Actor
from comity.acts.scores import own_record, question_rows, read_book
from comity.acts.tables import Forecast
from comity.briefs.render.scores import render_scores
from comity.core.errors import ActRefused, AmbiguousName, UnknownName
from comity.judgement.outlook_parts import Horizon, Outlook

TODAY = dt.date(2027, 6, 1)
MADE = dt.date(2026, 4, 15)
HORIZON = dt.date(2027, 4, 15)
ANN = Actor("Ann", "ann", dt.datetime(2027, 6, 1, 9, tzinfo=dt.UTC))
BEN = Actor("Ben", "ben", dt.datetime(2027, 6, 1, 9, tzinfo=dt.UTC))


def made(question: str = "Q1", probability: float | None = 0.3, **given) -> Forecast:
    return Forecast(
        **{
            "dyad": "IRN-RUS", "question": question, "text": f"{question}?", "criteria": "c",
            "source": "s", "horizon": HORIZON, "as_of": MADE, "probability": probability,
            "quantiles": None, "maker": "comity 0.1.0", "inputs_hash": "f" * 64, "by": "Ann",
            "account": "ann", "at": dt.datetime(2026, 4, 16, tzinfo=dt.UTC), "why": "",
        }
        | given
    )  # fmt: skip


@pytest.fixture
def session(database: ActsDatabase):
    with database.writing() as session:
        yield session


def answer(outcome: str = "true", on: dt.date = HORIZON, **given) -> Answer:
    return Answer(**{"outcome": outcome, "on": on, "evidence": {}, "why": "as read"} | given)


def resolve(session, said: Answer, question: str = "Q1", by: Actor = ANN):
    return forecasts.resolve(session, forecasts.find_question(session, question), said, by, TODAY)


def test_a_forecast_is_kept_once(session):
    assert forecasts.record(session, made())
    assert not forecasts.record(session, made())
    assert forecasts.record(session, made(probability=0.4))
    assert forecasts.record(session, made(maker="Ben"))
    assert len(forecasts.forecasts_by_question(session)[Key("IRN-RUS", "Q1", HORIZON)]) == 3


def test_what_resolves_before_it_is_made_is_no_forecast(session):
    with pytest.raises(ActRefused, match="not after the day"):
        forecasts.record(session, made(as_of=HORIZON))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (answer(on=TODAY + dt.timedelta(days=1)), "in the future"),
        (answer(on=MADE - dt.timedelta(days=1)), "before the first forecast"),
        (answer(on=dt.date(2026, 9, 1)), "settled only by evidence"),
        (answer(on=dt.date(2026, 9, 1), evidence={"event:1": MADE}), "was public when"),
        (
            answer(on=dt.date(2026, 9, 1), evidence={"event:1": dt.date(2026, 8, 1)}, why=""),
            "--why",
        ),
        (answer(evidence={"event:1": HORIZON + dt.timedelta(days=1)}), "public only from"),
        (answer(why=""), "rests on something"),
        (answer("void", why="", evidence={"event:1": HORIZON}), "void needs --why"),
        (answer("value", value=3.0), "yes-or-no"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_not_kept(session, said: Answer, why: str):
    forecasts.record(session, made())
    with pytest.raises(ActRefused, match=why):
        resolve(session, said)
    assert forecasts.resolutions_by_question(session) == {}


def test_new_evidence_settles_a_question_early(session):
    forecasts.record(session, made())
    early = answer(on=dt.date(2026, 9, 1), evidence={"event:1": dt.date(2026, 8, 1)})
    assert resolve(session, early).evidence == ["event:1"]


def test_a_second_answer_needs_a_reason_and_both_are_kept(session):
    forecasts.record(session, made())
    first = resolve(session, answer(evidence={"event:1": HORIZON}, why=""))
    for said, by, told in (
        (answer(evidence={"event:1": HORIZON}, why=""), ANN, "you resolved it so already"),
        (answer("false", evidence={"event:1": HORIZON}, why=""), BEN, "Ann resolved it as true"),
    ):
        with pytest.raises(ActRefused, match=told):
            resolve(session, said, by=by)
    second = resolve(session, answer("false", why="The record was withdrawn."), by=BEN)
    assert second.corrects == first.id
    key = Key("IRN-RUS", "Q1", HORIZON)
    kept = forecasts.resolutions_by_question(session)[key]
    assert [(each.outcome, each.by) for each in kept] == [("true", "Ann"), ("false", "Ben")]
    assert read_book(session, TODAY).state(key) == "false"


def test_questions_are_found_by_any_of_their_names(session):
    forecasts.record(session, made())
    forecasts.record(session, made("Q2"))
    forecasts.record(session, made("Q2", horizon=dt.date(2028, 1, 1)))
    for name in ("Q1", "q1", "IRN-RUS/Q1", "Q1@2027-04-15", "IRN-RUS/Q1@2027-04-15"):
        assert forecasts.find_question(session, name).question == "Q1"
    with pytest.raises(AmbiguousName, match="IRN-RUS/Q2@2028-01-01"):
        forecasts.find_question(session, "Q2")
    with pytest.raises(UnknownName, match="Q1"):
        forecasts.find_question(session, "Q9")


def test_scores_are_those_a_reader_reckons(session):
    """Two questions: 0.8 on what came true, 0.3 then 0.5 on what did not."""
    forecasts.record(session, made("Q1", 0.8))
    forecasts.record(session, made("Q2", 0.3))
    forecasts.record(session, made("Q2", 0.5, as_of=dt.date(2026, 6, 1)))
    forecasts.record(session, made("Q3", 0.9))
    forecasts.record(session, made("Q4", 0.1, horizon=dt.date(2027, 5, 1)))
    resolve(session, answer("true"), "Q1")
    resolve(session, answer("false"), "Q2")
    resolve(session, answer("void", why="cannot be told"), "Q3")
    found = own_record(read_book(session, TODAY))
    assert (found.questions, found.forecasts) == (4, 5)
    assert (found.resolved, found.void, found.open) == (2, 1, 1)
    assert [item.id for item in found.overdue] == ["Q4"]
    (maker,) = found.makers
    assert (maker.questions, maker.forecasts, maker.beforehand) == (2, 3, True)
    assert maker.brier == pytest.approx((0.04 + (0.09 + 0.25) / 2) / 2, abs=1e-4)
    log = (-math.log(0.8) + (-math.log(0.7) - math.log(0.5)) / 2) / 2
    assert maker.log == pytest.approx(log, abs=1e-4)
    assert (maker.brier_even, maker.brier_base_rate) == (0.25, 0.25)  # nothing was known then
    assert "2 of the 10 questions" in maker.note
    by_word = {band.word: band for band in found.bands}
    assert sum(band.questions for band in found.bands) == 3  # Q2 stands in two bands
    assert (by_word["likely"].questions, by_word["likely"].came_true) == (1, 1)
    assert "too few" in by_word["likely"].note
    assert by_word["likely"].mean_probability == 0.8
    assert by_word["likely"].lo80 < 1.0
    assert by_word["almost certain"].share is None


def test_the_base_rate_is_that_of_the_day(session):
    for i in range(3):
        forecasts.record(session, made(f"A{i}", 0.5, horizon=dt.date(2026, 6, 1)))
        resolve(session, answer("true", on=dt.date(2026, 6, 1)), f"A{i}")
    late = {"as_of": dt.date(2026, 7, 1), "at": dt.datetime(2026, 7, 1, tzinfo=dt.UTC)}
    forecasts.record(session, made("B", 0.5, **late))
    resolve(session, answer("true"), "B")
    rows = {row["id"]: row for row in question_rows(read_book(session, TODAY))}
    assert rows["A0"]["forecasts"][0]["base_rate"] == 0.5
    assert rows["B"]["forecasts"][0]["base_rate"] == 0.8  # (3 + 1) / (3 + 2)


def test_what_was_recorded_after_the_answer_is_scored_apart(session):
    forecasts.record(session, made(probability=0.2))
    late = dt.datetime(2027, 5, 1, tzinfo=dt.UTC)
    forecasts.record(session, made(probability=0.99, at=late))
    forecasts.record(
        session, made(probability=1.0, as_of=dt.date(2027, 4, 1), maker="Eve", at=late)
    )
    resolve(session, answer("true", on=dt.date(2027, 4, 15)))
    found = {(m.maker, m.beforehand): m for m in own_record(read_book(session, TODAY)).makers}
    assert found["comity 0.1.0", True].brier == pytest.approx(0.64)
    assert found["comity 0.1.0", False].brier == pytest.approx(0.0001)
    assert ("Eve", True) not in found
    assert sum(band.questions for band in own_record(read_book(session, TODAY)).bands) == 1


def test_a_forecast_made_when_the_answer_was_known_is_not_scored(session):
    forecasts.record(session, made(probability=0.2))
    forecasts.record(session, made(probability=0.9, as_of=dt.date(2026, 10, 1)))
    early = answer(on=dt.date(2026, 9, 1), evidence={"event:1": dt.date(2026, 8, 1)})
    resolve(session, early)
    (maker,) = own_record(read_book(session, TODAY)).makers
    assert maker.forecasts == 1


def test_the_day_of_an_answer_is_that_of_its_evidence(session):
    """What was forecast when the evidence was public had read it."""
    forecasts.record(session, made(probability=0.3))
    forecasts.record(session, made(probability=0.99, as_of=dt.date(2026, 8, 1)))
    key = Key("IRN-RUS", "Q1", HORIZON)
    asked = forecasts.forecasts_by_question(session)[key]
    seen = {"event:1": dt.date(2026, 5, 1), "event:2": dt.date(2026, 6, 1)}
    assert forecasts.settled_on(asked, seen, TODAY) == dt.date(2026, 6, 1)
    assert forecasts.settled_on(asked, {"event:0": MADE}, TODAY) == TODAY
    assert forecasts.settled_on(asked, {}, TODAY) == TODAY
    with pytest.raises(ActRefused, match="public on 2026-06-01; with a later --on"):
        resolve(session, answer(on=TODAY, evidence=seen, why=""))
    resolve(session, answer(on=forecasts.settled_on(asked, seen, TODAY), evidence=seen))
    (maker,) = own_record(read_book(session, TODAY)).makers
    assert (maker.forecasts, maker.brier) == (1, pytest.approx(0.49))


def test_certainty_that_was_wrong_is_told(session):
    forecasts.record(session, made(probability=0.0))
    resolve(session, answer("true"))
    (maker,) = own_record(read_book(session, TODAY)).makers
    assert maker.log is None
    assert "no log score forgives" in maker.note


def test_an_earlier_day_knows_less(session):
    forecasts.record(session, made())
    resolve(session, answer("true"))
    before = own_record(read_book(session, HORIZON - dt.timedelta(days=1)))
    assert (before.resolved, before.open, before.makers) == (0, 1, [])
    assert own_record(read_book(session, MADE - dt.timedelta(days=1))).forecasts == 0


def test_forecasts_of_a_reading_are_scored_by_their_quantiles(session):
    levels = {"0.1": 40.0, "0.5": 50.0, "0.9": 60.0}
    forecasts.record(session, made("reading:depth", None, quantiles=levels))
    with pytest.raises(ActRefused, match="forecasts a number"):
        resolve(session, answer("true"), "reading:depth")
    resolve(session, answer("value", value=55.0), "reading:depth")
    (found,) = own_record(read_book(session, TODAY)).readings
    losses = [0.1 * 15, 0.5 * 5, 0.1 * 5]
    assert found.crps == pytest.approx(2 * sum(losses) / 3, abs=1e-3)
    assert (found.reading, found.forecasts) == ("reading:depth", 1)


def test_every_month_of_a_reading_counts_once(session):
    """Five forecasts of June that were far off do not drown one of July that was right."""
    off, right = ({"0.1": x, "0.5": x, "0.9": x} for x in (0.0, 50.0))
    for day in range(1, 6):
        june = {"horizon": dt.date(2026, 6, 30), "as_of": dt.date(2026, 5, day)}
        forecasts.record(session, made("reading:depth", None, quantiles=off, **june))
    july = {"horizon": dt.date(2026, 7, 31), "as_of": dt.date(2026, 5, 1)}
    forecasts.record(session, made("reading:depth", None, quantiles=right, **july))
    for horizon in ("2026-06-30", "2026-07-31"):
        resolve(session, answer("value", value=50.0), f"reading:depth@{horizon}")
    (found,) = own_record(read_book(session, TODAY)).readings
    losses = [0.1 * 50, 0.5 * 50, 0.9 * 50]
    assert found.crps == pytest.approx((2 * sum(losses) / 3 + 0) / 2, abs=1e-3)
    assert found.forecasts == 6


def test_asymmetry_is_kept_as_seen_from_the_first_state_of_the_key(session, assessment):
    """Both orders of one outlook come to the same quantiles, high levels for low ones."""
    levels = {"p05": -20.0, "p50": -11.0, "p95": 3.0}
    there = _with_asymmetry(assessment, "RUS", "IRN", levels)
    assert record_forecasts(session, there, ANN) == 1
    (kept,) = next(iter(forecasts.forecasts_by_question(session).values()))
    assert kept.quantiles == {"0.05": -3.0, "0.5": 11.0, "0.95": 20.0}
    assert kept.text == (
        "asymmetry of Iran – Russia in 2026-10, above zero where Iran needs Russia more"
    )
    here = _with_asymmetry(assessment, "IRN", "RUS", {"p05": -3.0, "p50": 11.0, "p95": 20.0})
    assert record_forecasts(session, here, ANN) == 0
    assert record_forecasts(session, there, ANN) == 0


def _with_asymmetry(assessment, a: str, b: str, levels: dict[str, float]):
    names = {"RUS": "Russia", "IRN": "Iran"}
    dyad = assessment.dyad.model_copy(
        update={"a": a, "b": b, "a_name": names[a], "b_name": names[b]}
    )
    horizon = Horizon(months=6, readings={"asymmetry": levels}, scenarios=[])
    outlook = Outlook(horizons=[horizon], questions=[])
    return assessment.model_copy(
        update={"dyad": dyad, "outlook": outlook, "inputs_hash": f"{a}-{b}", "as_of": "2026-04-15"}
    )


def test_an_asymmetry_kept_before_its_order_was_is_read_and_not_scored(session):
    old = {"quantiles": {"0.1": -20.0, "0.5": -11.0, "0.9": 3.0}, "source": "comity assess"}
    forecasts.record(session, made("reading:asymmetry", None, **old))
    new = {"quantiles": {"0.1": -3.0, "0.5": 11.0, "0.9": 20.0}, "maker": "comity 0.2.0"}
    forecasts.record(
        session, made("reading:asymmetry", None, source="comity assess IRN RUS", **new)
    )
    resolve(session, answer("value", value=11.0), "reading:asymmetry")
    (scored,) = own_record(read_book(session, TODAY)).readings
    assert scored.maker == "comity 0.2.0"
    (row,) = question_rows(read_book(session, TODAY))
    assert [each["quantiles"]["0.5"] for each in row["forecasts"]] == [-11.0, 11.0]


def test_what_was_said_on_average_counts_every_question_once_and_is_shown(session):
    """0.6 and 0.7 on one question, 0.75 on another: 0.70, and not the mean of three."""
    said = {"Q1": (0.6, 0.7), "Q2": (0.75,)}
    for question, given in said.items():
        for day, probability in enumerate(given, start=1):
            kept = made(question, probability, as_of=dt.date(2026, 5, day))
            forecasts.record(session, kept)
        resolve(session, answer("true"), question)
    own = own_record(read_book(session, TODAY))
    band = next(each for each in own.bands if each.word == "likely")
    assert band.mean_probability == pytest.approx(0.7)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(
        render_scores({"own": own.model_dump(mode="json"), "questions": [], "published": None})
    )
    (line,) = [each for each in console.export_text().splitlines() if "70\xa0%" in each]
    assert "likely" in line
