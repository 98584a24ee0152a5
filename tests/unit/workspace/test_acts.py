"""What people do lies over the assessment when it is read, and never in what is computed."""

from __future__ import annotations

import datetime as dt
import io
import sqlite3
from pathlib import Path

import pytest
from rich.console import Console

from comity.briefs.render.html import render_html
from comity.briefs.render.json import render_json
from comity.briefs.render.markdown import render_markdown
from comity.core import clock
from comity.core.errors import ActRefused, UnknownName, UsageError
from comity.judgement.outlook_parts import Horizon, Outlook, Question
from comity.workspace import Workspace

NUMBER = "RUS-IRN-2026-04-15"
HOSTILE = "<script>alert(1)</script> | **x**"


@pytest.fixture
def acting(workspace: Workspace, tmp_path: Path) -> Workspace:
    """The workspace of all tests, with acts of its own."""
    settings = workspace.settings.model_copy(
        update={
            "database": type(
                "S", (), {"get_secret_value": lambda _: f"sqlite:///{tmp_path}/a.db"}
            )()
        }
    )
    return Workspace(settings)


def sign(workspace: Workspace, name: str = f"{NUMBER}/1") -> None:
    for row in workspace.review_status(name)[0]["checklist"]:
        workspace.review_check(name, row, "yes, seen", "Rob Reader")
    workspace.review_sign(name, "Rob Reader")


def test_without_acts_nothing_is_made_and_the_block_says_so(acting: Workspace, tmp_path: Path):
    block = acting.assess("RUS", "IRN").publication
    assert (block.number, block.version, block.status) == (NUMBER, 1, "draft")
    assert (block.author, block.reviewers, block.history) == ("not named", [], [])
    assert acting.review_status() == []
    assert not (tmp_path / "a.db").exists()


def test_looking_for_what_was_never_kept_makes_nothing(acting: Workspace, tmp_path: Path):
    looked = {
        "review_log": ("NOPE",), "review_status": ("NOPE",), "review_parts": ("NOPE",),
        "review_answer": ("NOPE", 1, "So."), "review_dissent": ("NOPE", "I disagree.", "Dee"),
        "review_return": ("NOPE", "A typo."), "review_sign": ("NOPE", "Rob"),
        "review_comment": ("NOPE", "cohesion", "Why?"), "review_check": ("NOPE", "logic", "yes"),
        "watch_show": ("W1",), "watch_remove": ("W1",),
        "forecast": ("Q-x", 0.5, "Ann"), "resolve": ("Q-x", "true"),
    }  # fmt: skip
    for door, words in looked.items():
        with pytest.raises(UnknownName, match="yet: `comity"):
            getattr(acting, door)(*words)
        assert not (tmp_path / "a.db").exists(), door


def test_what_blocks_a_signature_is_told(acting: Workspace):
    acting.review_open("RUS", "IRN", ["Ann Author"])
    rows = acting.review_status(NUMBER)[0]["checklist"]
    for row in rows:
        acting.review_check(NUMBER, row, "yes, seen", "Rob Reader")

    def shown() -> str:
        console = Console(width=200, record=True, file=io.StringIO())
        console.print(acting.review_table(acting.review_status(NUMBER)))
        return console.export_text()

    assert "a signature" in shown()
    acting.review_check(NUMBER, "logic", "no: a step is left out", "Rob Reader")
    assert "row logic, answered no" in shown()
    assert "a signature" not in shown()


def test_from_draft_to_signed_and_back(acting: Workspace, monkeypatch):
    before = render_json(acting.computed("RUS", "IRN"))
    row = acting.review_open(
        "RUS", "IRN", ["Ann Author"], funders=["Fay Funder"], affiliation=HOSTILE,
        independence="The funder saw no draft.",
    )  # fmt: skip
    assert (row["id"], row["state"]) == (f"{NUMBER}/1", "in_review")
    made = acting.review_comment(NUMBER, "bottom_line#1", HOSTILE, "Rob Reader")
    made_assessment = acting.assess("RUS", "IRN")
    assert made_assessment.review == "in_review"
    assert made_assessment.publication.comments_open == 1
    assert "DRAFT, in review by Rob Reader" in render_html(made_assessment, interactive=False)
    with pytest.raises(ActRefused, match="no answer yet"):
        acting.review_sign(NUMBER, "Rob Reader")
    acting.review_answer(NUMBER, made["id"], "So it is.", "Ann Author")
    acting.review_dissent(NUMBER, f"I hold otherwise. {HOSTILE}", "Dee Dissenter")
    sign(acting)
    signed = acting.assess("RUS", "IRN")
    block = signed.publication
    assert (signed.review, block.status, block.signed_by) == ("signed_off",) * 2 + ("Rob Reader",)
    assert block.signed_hash == signed.inputs_hash
    assert [each.by for each in block.dissent] == ["Dee Dissenter"]
    page = render_html(signed, interactive=False)
    assert "signed off by Rob Reader on" in page
    assert "DRAFT" not in page
    assert '<meta name="author" content="Ann Author">' in page
    assert "The funder saw no draft." in page
    assert "I hold otherwise." in page
    assert "<script>alert" not in page
    assert "<script>" not in render_markdown(signed)
    # acts are inputs to what is read, not to what is computed
    assert render_json(acting.computed("RUS", "IRN")) == before
    assert render_json(acting.assess("RUS", "IRN")) == render_json(signed)
    # other inputs: a draft again, which says what was signed
    monkeypatch.setattr(type(acting), "catalog_version", lambda _: "0" * 64)
    changed = acting.assess("RUS", "IRN")
    assert changed.inputs_hash != signed.inputs_hash
    assert (changed.review, changed.publication.version) == ("draft", 2)
    assert changed.publication.signed_hash is None
    assert "Version 1 " in changed.publication.note
    assert "signed off by Rob Reader" in changed.publication.note
    assert "draft again" in changed.publication.note
    assert len(changed.publication.history) == len(block.history)
    with pytest.raises(ActRefused, match=r"inputs .* changed"):
        acting.review_comment(f"{NUMBER}/1", "J-roles", "Late.", "Rob Reader")


def test_a_choice_of_ones_own_is_not_what_was_signed(acting: Workspace):
    acting.review_open("RUS", "IRN", ["Ann Author"])
    sign(acting)
    chosen = acting.assess("RUS", "IRN", exclude=["reliability:D"])
    assert chosen.review == "draft"
    assert "choice of the reader's own" in chosen.publication.note


def test_the_other_order_of_the_states_is_another_document(acting: Workspace):
    acting.review_open("RUS", "IRN", ["Ann Author"])
    assert acting.assess("IRN", "RUS").publication.number == "IRN-RUS-2026-04-15"
    assert acting.assess("IRN", "RUS").review == "draft"


@pytest.mark.parametrize(
    "place",
    ["J-nothing", "J-roles#99", "J-roles#0", "words that nobody wrote in it", "the tie", ""],
)
def test_comments_stand_on_something(acting: Workspace, place: str):
    acting.review_open("RUS", "IRN", ["Ann Author"])
    with pytest.raises(UnknownName, match=r"part or sentence|sentence of"):
        acting.review_comment(NUMBER, place, "Why?", "Rob Reader")


def test_a_quotation_finds_its_sentence(acting: Workspace):
    acting.review_open("RUS", "IRN", ["Ann Author"])
    words = " ".join(acting.computed("RUS", "IRN").bottom_line.text.split()[3:9])
    made = acting.review_comment(NUMBER, words, "Why?", "Rob Reader")
    assert made["part"] == "bottom_line#1"
    assert words in made["quote"]
    listed = {row["part"] for row in acting.review_parts(NUMBER)}
    assert {"bottom_line#1", "cohesion", "POL-05"} <= listed


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"authors": []}, "--author"),
        ({"authors": [" "]}, "--author"),
        ({"authors": ["Ann"], "number": ""}, "--number"),
        ({"authors": ["Ann"], "number": "a/1"}, "slash"),
        ({"authors": ["Ann"], "funders": ["\x1b[2J"]}, "--funder"),
        ({"authors": ["Ann"], "affiliation": "x" * 10_001}, "--affiliation"),
    ],
)
def test_a_title_page_that_cannot_be_is_refused(acting: Workspace, given: dict, says: str):
    with pytest.raises(UsageError, match=says):
        acting.review_open("RUS", "IRN", **given)
    assert acting.review_status() == []


def test_who_acts_must_be_known(acting: Workspace):
    acting.settings = acting.settings.model_copy(update={"user": ""})
    acting.review_open("RUS", "IRN", ["Ann Author"])
    with pytest.raises(UsageError, match="COMITY_USER"):
        acting.review_comment(NUMBER, "J-roles", "Why?")


def test_doctor_says_when_rows_can_be_changed(acting: Workspace, tmp_path: Path):
    assert "none kept yet" in acting.acts_check()["text"]
    acting.review_open("RUS", "IRN", ["Ann Author"])
    assert acting.acts_check()["state"] == "ok"
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("DROP TRIGGER review_acts_keeps_update")
    connection.close()
    assert acting.acts_check()["state"] == "wrong"
    assert "review_acts" in acting.acts_check()["text"]


def _with_questions(assessment):
    question = Question(
        id="Q-su35", text="Will a Su-35 be delivered?", criteria="A row in claims.csv.",
        source="the register of claims", void="", months=6, resolves_on="2026-10-15",
        probability=0.1, word="very unlikely", lo80=0.05, hi80=0.2, method="made up",
        author="made up", evidence=[],
    )  # fmt: skip
    depth = {"p10": 40.0, "p50": 50.0, "p90": 60.0}
    outlook = Outlook(
        horizons=[Horizon(months=6, readings={"depth": depth}, scenarios=[])],
        questions=[question],
    )
    return assessment.model_copy(update={"outlook": outlook})


def test_an_outlook_is_kept_resolved_and_scored(acting: Workspace, monkeypatch):
    now = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    computed = acting.computed("RUS", "IRN")
    made = _with_questions(computed)
    assert acting.record_forecasts(made, "Ann") == 2
    assert acting.record_forecasts(made, "Ann") == 0
    assert acting.forecast("Q-su35", 0.6, "Ben")["new"]
    read = acting.assess("RUS", "IRN")
    assert (read.track_record.own.questions, read.track_record.own.open) == (2, 2)
    assert render_json(acting.computed("RUS", "IRN")) == render_json(computed)
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    assert [q["state"] for q in acting.score()["questions"]] == ["overdue", "overdue"]
    with pytest.raises(UnknownName, match="claim:no-such"):
        acting.resolve("Q-su35", "false", evidence=["claim:no-such"])
    with pytest.raises(UsageError, match="true, false or void"):
        acting.resolve("Q-su35", "perhaps", why="x")
    some = next(iter(computed.evidence))
    kept = acting.resolve("Q-su35", "false", evidence=[some], why="No row.", by="Ann")
    assert (kept["outcome"], kept["evidence"]) == ("false", [some])
    with pytest.raises(ActRefused, match="has an answer already"):
        acting.forecast("Q-su35", 0.01, "Eve")
    assert acting.settle_readings("RUS", "IRN") == [
        {
            "question": "IRN-RUS/reading:depth@2026-10-31",
            "value": None,
            "why": "the record reaches 15 April 2026 only",
        }
    ]
    acting.resolve("reading:depth", "55", why="read off")
    found = acting.score("RUS", "IRN")
    makers = {row["maker"]: row for row in found["own"]["makers"]}
    assert makers["Ben"]["brier"] == pytest.approx(0.36)
    assert makers[computed.generated_by]["brier"] == pytest.approx(0.01)
    assert found["own"]["readings"][0]["crps"] > 0
    assert len(found["published"]["published"]) == 44
    with pytest.raises(UsageError, match="two states"):
        acting.score("RUS")


def test_a_month_without_a_value_is_told_and_what_is_not_due_is_not(acting: Workspace, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC))
    here = acting.computed("IRN", "RUS")
    acting.record_forecasts(_with_questions(here), "Ann")
    assert acting.settle_readings("RUS", "IRN") == []  # October is not over
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2027, 1, 1, 8, tzinfo=dt.UTC))
    late = here.model_copy(update={"as_of": "2026-12-31"})
    monkeypatch.setattr(acting, "computed", lambda *_: late)
    (found,) = acting.settle_readings("RUS", "IRN")
    assert (found["value"], found["why"]) == (None, "depth has no value of October 2026")


def test_an_answer_is_dated_by_its_evidence(acting: Workspace, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC))
    acting.record_forecasts(_with_questions(acting.computed("RUS", "IRN")), "Ann")
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 8, 1, 8, tzinfo=dt.UTC))
    acting.forecast("Q-su35", 0.99, "Ben")
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 11, 1, 8, tzinfo=dt.UTC))
    seen = {"event:1": dt.date(2026, 6, 1)}
    monkeypatch.setattr(acting, "_public_from", lambda _: seen)
    kept = acting.resolve("Q-su35", "true", evidence=["event:1"], why="It flew.")
    assert kept["on"] == "2026-06-01"
    assert "Ben" not in {row["maker"] for row in acting.score()["own"]["makers"]}


def test_either_order_keeps_and_settles_the_same_forecasts(acting: Workspace, monkeypatch):
    """The key of a dyad has no order; asymmetry has one, so only one order is kept."""
    first = acting.record_outlook("RUS", "IRN", "Ann")
    assert first["new"] > 0
    assert acting.record_outlook("IRN", "RUS", "Ann")["new"] == 0
    kept = {row["name"]: row for row in acting.score()["questions"]}
    assert all(len(row["forecasts"]) == 1 for row in kept.values())
    here = acting.computed("IRN", "RUS")
    wanted = {
        f"IRN-RUS/reading:asymmetry@{_end(each.period, each.months)}": each
        for each in here.outlook.horizons
    }
    for name, horizon in wanted.items():
        found = (horizon.lines or horizon.readings)["asymmetry"]
        assert kept[name]["forecasts"][0]["quantiles"]["0.5"] == found["p50"]
        assert "above zero where Iran needs Russia more" in kept[name]["text"]
    # an assessment in the other order, handed over as it is, adds nothing either
    assert acting.record_forecasts(acting.computed("RUS", "IRN"), "Ann") == 0
    late = here.model_copy(update={"as_of": "2027-12-31"})
    tip = here.readings["asymmetry"].series[-1]
    month = min(wanted)[-10:-3]
    points = [*here.readings["asymmetry"].series, tip.model_copy(update={"period": month})]
    asymmetry = here.readings["asymmetry"].model_copy(update={"series": points})
    late = late.model_copy(update={"readings": {**late.readings, "asymmetry": asymmetry}})
    asked = []
    monkeypatch.setattr(acting, "computed", lambda *pair: asked.append(pair) or late)
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2028, 1, 2, tzinfo=dt.UTC))
    settled = {each["question"]: each["value"] for each in acting.settle_readings("RUS", "IRN")}
    assert asked == [("IRN", "RUS")]
    assert settled[min(wanted)] == tip.value


def _end(period: str, months: int) -> str:
    from comity.acts.recording import _months_on  # noqa: PLC0415

    return _months_on(dt.date.fromisoformat(f"{period}-01"), 0).isoformat()


def test_a_choice_of_ones_own_makes_no_forecast_of_comity(acting: Workspace):
    made = _with_questions(acting.computed("RUS", "IRN", exclude=["reliability:D"]))
    with pytest.raises(ActRefused, match="choice of your own"):
        acting.record_forecasts(made)
