"""What a notice says."""

from __future__ import annotations

import importlib.util

import pytest

from comity.briefs.notice import Event, compose
from comity.briefs.render.watches import render_notice
from comity.judgement.watching.condition import Condition, judge
from comity.judgement.watching.looking import look_at
from comity.judgement.watching.subject import Subject
from comity.notices.notice import Notice
from watched import with_reading

ARMED = {"judged": True, "beyond": False, "value": 65.0, "lo80": 58.0, "hi80": 72.0,
         "period": "2026-02", "state": None}  # fmt: skip


def told(assessment, subject: str, condition: Condition, **given) -> dict:
    watched = Subject.parse(subject)
    look = look_at(assessment, watched)
    event = Event(
        **{
            "kind": "crossed", "watch": "W3", "by": "Ann", "since": "2026-01-05", "why": "Why not.",
            "subject": watched, "condition": condition, "look": look,
            "verdict": judge(condition, look, watched), "before": ARMED,
        }
        | given
    )  # fmt: skip
    return compose(assessment, event)


def seventy_one(assessment, **given):
    # ten years in which nine in ten months stood lower than 71
    past = [float(30 + at % 45) for at in range(120)]
    return with_reading(assessment, [*past, 71.0], last="2026-03", half=7.0, **given)


@pytest.mark.parametrize(
    ("condition", "title"),
    [
        (
            Condition("above", threshold=70),
            "Tension rose above 70 in March 2026: 71, 80 % interval 64–78.",
        ),
        (
            Condition("above", "own", 90),
            "Tension rose above its 90th percentile in March 2026: 71, 80 % interval 64–78.",
        ),
        (
            Condition("above", "z", 1),
            "Tension rose above 1 standard deviation from its history in March 2026: 71, 80 % "
            "interval 64–78.",
        ),
        (
            Condition("below", threshold=72),
            "Tension fell below 72 in March 2026: 71, 80 % interval 64–78.",
        ),
    ],
)
def test_titles_give_the_reason_with_value_and_interval(assessment, condition, title) -> None:
    assert told(seventy_one(assessment), "tension", condition)["title"] == title


def test_a_change_gives_both_the_change_and_where_it_stands(assessment) -> None:
    made = seventy_one(assessment)
    data = told(made, "tension", Condition("above", "change", 5, months=12))
    assert data["title"].startswith("The change of tension over 12 months rose above +5")
    assert "it stands at 71, 80 % interval 64–78" in data["title"]
    assert "March 2025" in data["text"] or "2025-03" in data["text"]


def test_nothing_rose_that_was_not_seen_lower(assessment) -> None:
    data = told(seventy_one(assessment), "tension", Condition("above", threshold=70), before={})
    assert data["title"].startswith("Tension stands above 70")
    assert "look before" not in data["text"]


@pytest.mark.parametrize(
    ("side", "at", "before", "verb"),
    [
        ("above", 60, {"value": 66.0, "score": 66.0}, "stands above"),  # wide, and above all along
        ("above", 60, {"value": 58.0, "score": 58.0}, "rose above"),
        ("above", 60, {"value": 66.0}, "stands above"),
        ("below", 80, {"value": 75.0, "score": 75.0}, "stands below"),
        ("below", 80, {"value": 80.0, "score": 80.0}, "fell below"),
    ],
)
def test_nothing_rose_that_was_above_and_only_grew_clear(
    assessment, side, at, before, verb
) -> None:
    condition = Condition(side, threshold=at, only_clear=True)
    seen = {**ARMED, "lo80": 35.0, "hi80": 97.0, **before}
    data = told(seventy_one(assessment), "tension", condition, before=seen)
    assert data["title"].startswith(f"Tension {verb} {at}")


def test_what_pushed_the_way_of_the_crossing_comes_first(assessment) -> None:
    made = seventy_one(assessment)
    for side, sign in (("above", 1), ("below", -1)):
        data = told(made, "tension", Condition(side, threshold=71 - sign))
        signs = [each["effect"] * sign > 0 for each in data["movers"]]
        assert signs == sorted(signs, reverse=True)


def test_likelihood_and_confidence_stand_in_sentences_of_their_own(assessment) -> None:
    data = told(seventy_one(assessment), "tension", Condition("above", threshold=70))
    for line in data["text"].splitlines():
        assert not ("onfidence" in line and "likel" in line)
    assert "Confidence is" in data["text"]
    assert data["title"].count(".") == 1


@pytest.mark.parametrize("name", ["question", "scenario"])
def test_the_word_of_likelihood_is_that_of_the_assessment(assessment, name: str) -> None:
    """38 in a hundred is unlikely in ICD 203, and a realistic possibility on the UK yardstick."""
    outlook = assessment.outlook
    if name == "question":
        part = next(each for each in outlook.questions if each.probability is not None)
        part = part.model_copy(update={"probability": 0.38, "word": "realistic possibility"})
        changed = {"questions": [part]}
        subject = f"question:{part.id}"
    else:
        horizon = next(each for each in outlook.horizons if each.scenarios)
        part = horizon.scenarios[0].model_copy(
            update={"probability": 0.38, "word": "realistic possibility"}
        )
        changed = {"horizons": [horizon.model_copy(update={"scenarios": [part]})]}
        subject = f"scenario:{part.id}@{horizon.months}"
    made = assessment.model_copy(update={"outlook": outlook.model_copy(update=changed)})
    data = told(made, subject, Condition("above", threshold=20))
    assert "In words of likelihood: realistic possibility." in data["text"].splitlines()
    assert "unlikely" not in data["text"]


def test_ladder_and_ledger(assessment) -> None:
    rung = assessment.ladder.rung
    data = told(assessment, "ladder", Condition("reaches", state=str(rung)),
                before={**ARMED, "value": None, "state": "2"})  # fmt: skip
    assert data["title"] == (
        f"The rung on the ladder of alignment reached “{rung}” on 15 April 2026; the look before "
        "saw “2”."
    )
    item = next(
        each
        for each in assessment.ledger
        if each.established and each.established.state == "delivered"
    )
    data = told(assessment, f"item:{item.id}", Condition("reaches", state="delivered"),
                before={**ARMED, "state": "contracted"})  # fmt: skip
    assert "reached “delivered”" in data["title"]
    assert data["evidence"]
    assert all(each["grade"] and each["publisher"] for each in data["evidence"])


def test_text_from_outside_is_data_everywhere(assessment) -> None:
    evil = "[bold]x[/bold]\x1b[2J<script>\r\nBcc: eve@example.org"
    key = next(iter(assessment.readings["tension"].movers[0].evidence))
    record = assessment.evidence[key].model_copy(update={"summary": evil})
    made = seventy_one(assessment)
    made = made.model_copy(update={"evidence": {**made.evidence, key: record}})
    notice = Notice("k", told(made, "tension", Condition("above", threshold=70), why=evil))
    assert "\x1b" not in notice.text
    assert "\r" not in notice.text
    from rich.console import Console  # noqa: PLC0415

    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(render_notice(notice))
    console.file.close()
    assert "[bold]x[/bold]" in console.export_text()


@pytest.mark.skipif(
    importlib.util.find_spec("comity.judgement.lint") is None,
    reason="the linter of tradecraft is not part of this version",
)
def test_notices_keep_the_rules_of_tradecraft(assessment) -> None:
    from comity.judgement.lint import lint_text  # noqa: PLC0415

    made = seventy_one(assessment)
    for condition in (Condition("above", threshold=70), Condition("above", "own", 90)):
        text = told(made, "tension", condition, why="")["text"]
        # a notice gives its sources in a list of their own
        broken = [
            each
            for each in lint_text(text, kind="sentence")
            if each.level == "error" and each.rule != "uncited_fact"
        ]
        assert broken == []
