"""The rules of review, each refused with its reason, and what the acts come to."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from comity.acts import reviews
from comity.acts.database import ActsDatabase
from comity.acts.publication import publication_of
from comity.acts.reviews import Actor, Draft
from comity.acts.tables import Review
from comity.core.errors import ActRefused, UnknownName

AT = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
ROWS = {"logic": "Does it follow?", "visuals": "Do they show it?"}
NUMBER = "RUS-IRN-2026-04-15"


def actor(name: str) -> Actor:
    return Actor(name, "account", AT)


def draft(**given) -> Draft:
    return Draft(
        **{
            "number": NUMBER, "a": "RUS", "b": "IRN", "as_of": dt.date(2026, 4, 15),
            "inputs_hash": "1" * 64, "content_hash": "2" * 64, "authors": ("Ann Author",),
            "funders": ("Fay Funder",),
        }
        | given
    )  # fmt: skip


@pytest.fixture
def session(database: ActsDatabase):
    with database.writing() as session:
        yield session


@pytest.fixture
def review(session):
    return reviews.open_review(session, draft(), actor("Ann Author"))


def filled(session, review) -> None:
    for row in ROWS:
        reviews.check(session, review, actor("Rob Reader"), row, "yes, seen", ROWS)


def sign(session, review, by: str = "Rob Reader", inputs: str = "1" * 64):
    return reviews.sign(session, review, actor(by), inputs, ROWS)


def test_from_draft_to_signed(session, review):
    assert reviews.name_of(review) == f"{NUMBER}/1"
    said = reviews.comment(session, review, actor("Rob Reader"), "J-roles#1", "It flipped.", "How?")
    now = reviews.standing(session, review)
    assert (now.state, now.reviewers) == ("in_review", ["Rob Reader"])
    assert [act.id for act in now.open_comments] == [said.id]
    reviews.answer(session, review, actor("ann author"), said.id, "See the ledger.")
    reviews.dissent(session, review, actor("Dee Dissenter"), "It did not flip.")
    filled(session, review)
    sign(session, review)
    now = reviews.standing(session, review)
    assert now.state == "signed_off"
    assert now.signature.by == "Rob Reader"
    assert now.signature.inputs_hash == review.inputs_hash
    assert [act.by for act in now.dissents] == ["Dee Dissenter"]


@pytest.mark.parametrize("name", ["ANN  AUTHOR", "Author, Ann", "A. Author", "Dr Ann Author"])
@pytest.mark.parametrize("act", ["comment", "check", "sign"])
def test_an_author_does_not_review(session, review, name: str, act: str):
    filled(session, review)
    with pytest.raises(ActRefused, match=r"wrote .* \(author Ann Author\)"):
        _do(session, review, act, name)


@pytest.mark.parametrize("act", ["comment", "check", "sign", "dissent", "return"])
def test_a_funder_has_no_hand_in_it(session, review, act: str):
    filled(session, review)
    with pytest.raises(ActRefused, match="pays for"):
        _do(session, review, act, "fay FUNDER")


def _do(session, review, act: str, name: str):
    who = actor(name)
    if act == "comment":
        return reviews.comment(session, review, who, "J-roles", "", "How?")
    if act == "check":
        return reviews.check(session, review, who, "logic", "yes", ROWS)
    if act == "dissent":
        return reviews.dissent(session, review, who, "No.")
    if act == "return":
        return reviews.give_back(session, review, who, "No.")
    return sign(session, review, name)


def test_a_funder_is_no_author(session):
    with pytest.raises(ActRefused, match="author and as funder"):
        reviews.open_review(session, draft(funders=("A. Author",)), actor("x"))


def test_a_funder_does_not_put_it_forward(session):
    with pytest.raises(ActRefused, match="may not put it forward"):
        reviews.open_review(session, draft(), actor("FUNDER, Fay"))
    assert reviews.reviews_of(session) == []


def test_an_assessment_without_an_author_is_not_put_forward(session):
    with pytest.raises(ActRefused, match="--author"):
        reviews.open_review(session, draft(authors=()), actor("x"))


def test_open_comments_and_an_empty_checklist_stop_a_signature(session, review):
    said = reviews.comment(session, review, actor("Rob Reader"), "J-roles", "", "How?")
    with pytest.raises(ActRefused, match=f"no answer yet: {said.id} by Rob Reader"):
        sign(session, review)
    reviews.answer(session, review, actor("Rob Reader"), said.id, "I see it now.")
    with pytest.raises(ActRefused, match=r"not filled: logic, visuals"):
        sign(session, review)
    reviews.check(session, review, actor("Rob Reader"), "logic", "Yes.", ROWS)
    with pytest.raises(ActRefused, match=r"not filled: visuals"):
        sign(session, review)
    reviews.check(session, review, actor("Rob Reader"), "visuals", "no: the map is wrong", ROWS)
    with pytest.raises(ActRefused, match=r"visuals .* answered no by Rob Reader: no: the map"):
        sign(session, review)
    reviews.check(session, review, actor("Rob Reader"), "visuals", "n/a: no map is left", ROWS)
    sign(session, review)


@pytest.mark.parametrize("text", ["", "fine", "nothing to say", "yesterday", "no", "n/a", "No..."])
def test_an_answer_to_the_checklist_says_yes_or_why_not(session, review, text: str):
    with pytest.raises(ActRefused, match="--answer"):
        reviews.check(session, review, actor("Rob Reader"), "logic", text, ROWS)


def test_unknown_rows_comments_and_reviews_are_named(session, review):
    with pytest.raises(UnknownName, match="logic"):
        reviews.check(session, review, actor("Rob Reader"), "logik", "yes", ROWS)
    with pytest.raises(UnknownName, match="comment"):
        reviews.answer(session, review, actor("Ann Author"), 99, "What?")
    with pytest.raises(UnknownName, match="RUS-IRN-2026-04-15/1"):
        reviews.find(session, "RUS-IRN-2026-04-15/2")
    assert reviews.find(session, "rus-irn-2026-04-15").id == review.id


def test_only_author_or_commenter_answers(session, review):
    said = reviews.comment(session, review, actor("Rob Reader"), "J-roles", "", "How?")
    with pytest.raises(ActRefused, match="neither an author"):
        reviews.answer(session, review, actor("Sue Someone"), said.id, "So.")


def test_changed_inputs_are_not_signed(session, review):
    filled(session, review)
    with pytest.raises(ActRefused, match=r"inputs .* changed since"):
        sign(session, review, inputs="9" * 64)


def test_states_follow_each_other(session, review):
    with pytest.raises(ActRefused, match="in review already"):
        reviews.open_review(session, draft(), actor("Ann Author"))
    reviews.give_back(session, review, actor("Rob Reader"), "Too long.")
    for act in ("comment", "check", "sign", "dissent", "return"):
        with pytest.raises(ActRefused, match="given back by Rob Reader"):
            _do(session, review, act, "Rob Reader")
    second = reviews.open_review(session, draft(), actor("Ann Author"))
    assert second.version == 2
    filled(session, second)
    sign(session, second)
    for act in ("comment", "check", "sign", "return"):
        with pytest.raises(ActRefused, match="signed off by Rob Reader on 2026-11-22"):
            _do(session, second, act, "Sue Someone")
    _do(session, second, "dissent", "Sue Someone")  # dissent is kept even then
    with pytest.raises(ActRefused, match="inputs have not changed"):
        reviews.open_review(session, draft(), actor("Ann Author"))
    third = reviews.open_review(session, draft(inputs_hash="3" * 64), actor("Ann Author"))
    assert third.version == 3


def test_a_later_version_takes_the_place_of_one_in_review(session, review):
    reviews.open_review(session, draft(inputs_hash="3" * 64), actor("Ann Author"))
    assert reviews.standing(session, review).state == "superseded"
    with pytest.raises(ActRefused, match="has a later version"):
        sign(session, review)


def _printed(session, inputs: str = "1" * 64):
    asked = SimpleNamespace(
        dyad=SimpleNamespace(a="RUS", b="IRN"), as_of="2026-04-15", inputs_hash=inputs
    )
    return publication_of(session, asked)


@pytest.mark.parametrize("is_signed", [True, False])
def test_another_number_makes_no_other_assessment(session, review, is_signed):
    """A draft of what was signed would take the signature and the dissents out of print."""
    filled(session, review)
    reviews.dissent(session, review, actor("Dee Dissenter"), "I disagree.")
    if is_signed:
        sign(session, review)
    says = "signed off" if is_signed else "in review already"
    with pytest.raises(ActRefused, match=f"{NUMBER}/1 is {says}"):
        reviews.open_review(session, draft(number="OTHER"), actor("Zed Anybody"))
    block = _printed(session)
    assert (block.number, block.status) == (NUMBER, "signed_off" if is_signed else "in_review")
    assert [each.by for each in block.dissent] == ["Dee Dissenter"]


def test_a_signature_is_not_undone_by_what_an_older_version_let_through(session, review):
    filled(session, review)
    reviews.dissent(session, review, actor("Dee Dissenter"), "I disagree.")
    sign(session, review)
    columns = {each.name: getattr(review, each.name) for each in Review.__table__.columns}
    session.add(Review(**columns | {"id": None, "number": "OTHER"}))
    session.flush()
    block = _printed(session)
    assert (block.number, block.status, len(block.dissent)) == (NUMBER, "signed_off", 1)


@pytest.mark.parametrize("number", [NUMBER, "OTHER"])
def test_a_dissent_outlives_giving_back_and_putting_forward_again(session, review, number):
    reviews.dissent(session, review, actor("Dee Dissenter"), "I disagree.")
    reviews.give_back(session, review, actor("Ann Author"), "A typo.")
    again = reviews.open_review(session, draft(number=number), actor("Ann Author"))
    filled(session, again)
    sign(session, again)
    block = _printed(session)
    assert (block.number, block.status) == (number, "signed_off")
    assert [(each.by, each.text) for each in block.dissent] == [("Dee Dissenter", "I disagree.")]
    told = [line.what for line in block.history]
    of = f" of {NUMBER}" if number != NUMBER else ""
    assert told[:3] == [
        f"put version 1{of} forward", f"dissented from version 1{of}", f"gave version 1{of} back",
    ]  # fmt: skip
    assert _printed(session, "9" * 64).dissent == []  # it was from other inputs
    assert len(_printed(session, "9" * 64).history) == len(told)


def test_an_answer_that_it_does_not_apply_is_not_met(session, review):
    said = {"logic": "n/a: nobody looked", "visuals": "Yes, seen"}
    for row, text in said.items():
        reviews.check(session, review, actor("Rob Reader"), row, text, ROWS)
    checks = {each.row: (each.status, each.met) for each in _printed(session).checks}
    assert checks == {"logic": ("not_applicable", False), "visuals": ("met", True)}
    reviews.check(session, review, actor("Rob Reader"), "visuals", "no: wrong axis", ROWS)
    checks = {each.row: (each.status, each.met) for each in _printed(session).checks}
    assert checks["visuals"] == ("not_met", False)


def test_a_number_belongs_to_one_question(session, review):
    with pytest.raises(ActRefused, match="RUS-IRN as of 2026-04-15"):
        reviews.open_review(session, draft(b="CHN", inputs_hash="4" * 64), actor("Ann Author"))
    with pytest.raises(ActRefused, match="give another --number"):
        reviews.open_review(
            session, draft(number=NUMBER.lower(), as_of=dt.date(2025, 1, 1)), actor("Ann Author")
        )
