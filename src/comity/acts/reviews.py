"""The rules of review: draft, in review, signed off. Every act is checked, then kept.

A review is of one version: one assessment with one hash of its inputs, put forward by its authors.
Nothing is ever changed; what stands is in `standing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from comity.acts.names import same_person
from comity.acts.standing import (
    Actor,
    Draft,
    Standing,
    find,
    is_one_of,
    name_of,
    reviews_of,
    standing,
)
from comity.acts.tables import Review, ReviewAct
from comity.core.errors import ActRefused, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

__all__ = [
    "Actor",
    "Draft",
    "Standing",
    "answer",
    "check",
    "comment",
    "dissent",
    "find",
    "give_back",
    "is_no",
    "name_of",
    "open_review",
    "reviews_of",
    "sign",
    "standing",
    "status_of",
]

_YES, _NO, _MOOT = ("yes",), ("no",), ("n/a", "not applicable")


def open_review(session: Session, draft: Draft, actor: Actor) -> Review:
    """Put a version forward for review.

    Raises
    ------
    ActRefused
        If it is in review or signed already, under this number or another, nobody is its author, a
        funder is its author or puts it forward, or the number is that of another assessment.
    """
    if not draft.authors:
        raise ActRefused("an assessment is put forward by its author: give --author NAME.")
    for funder in draft.funders:
        if is_one_of(funder, draft.authors):
            msg = f"{funder} is named as author and as funder; a funder does not write judgements."
            raise ActRefused(msg)
        if same_person(funder, actor.name):
            msg = f"{actor.name} pays for it (funder {funder}) and may not put it forward."
            raise ActRefused(msg)
    known = reviews_of(session)
    earlier = [each for each in known if each.number.casefold() == draft.number.casefold()]
    asked = (draft.a, draft.b, draft.as_of)
    for review in earlier:
        if (review.a, review.b, review.as_of) != asked:
            msg = (
                f"the number {review.number} is that of {review.a}-{review.b} as of "
                f"{review.as_of}; give another --number."
            )
            raise ActRefused(msg)
    for review in known:
        # another number makes no other assessment of the same inputs
        if (review.a, review.b, review.as_of) == asked:
            _must_not_stand(session, review, draft.inputs_hash)
    made = Review(
        number=earlier[-1].number if earlier else draft.number,
        version=earlier[-1].version + 1 if earlier else 1,
        a=draft.a,
        b=draft.b,
        as_of=draft.as_of,
        inputs_hash=draft.inputs_hash,
        content_hash=draft.content_hash,
        series=draft.series,
        authors=list(draft.authors),
        affiliation=draft.affiliation,
        funders=list(draft.funders),
        independence=draft.independence,
        by=actor.name,
        account=actor.account,
        at=actor.at,
        why=draft.why,
    )
    session.add(made)
    session.flush()
    return made


def _must_not_stand(session: Session, review: Review, inputs_hash: str) -> None:
    if review.inputs_hash != inputs_hash:
        return
    state = standing(session, review).state
    if state == "signed_off":
        msg = f"{name_of(review)} is signed off, and its inputs have not changed since."
        raise ActRefused(msg)
    if state == "in_review":
        msg = (
            f"{name_of(review)} is in review already; `comity review status {name_of(review)}`. To "
            f"put it forward under another number, give it back first: `comity review return "
            f"{name_of(review)} --why TEXT`."
        )
        raise ActRefused(msg)


def comment(
    session: Session, review: Review, actor: Actor, part: str, quote: str, text: str
) -> ReviewAct:
    """Keep a reviewer's comment on a part or sentence.

    Raises
    ------
    ActRefused
        If the review is not open, or the one who comments wrote or paid for the assessment.
    """
    _must_be_open(session, review, "comment on")
    _must_be_outside(
        review, actor.name, "comment on it; authors answer, with `comity review answer`"
    )
    return _keep(session, review, actor, "comment", text, part=part, quote=quote)


def answer(session: Session, review: Review, actor: Actor, number: int, text: str) -> ReviewAct:
    """Keep an answer to a comment, by an author or by the one who commented.

    Raises
    ------
    ActRefused
        If the review is not open, or somebody else answers.
    UnknownName
        If the review has no such comment.
    """
    now = _must_be_open(session, review, "answer in")
    comments = {act.id: act for act in now.acts if act.kind == "comment"}
    if number not in comments:
        known = [str(each) for each in comments]
        raise UnknownName(f"comment of {name_of(review)}", str(number), known)
    asked = comments[number]
    if not is_one_of(actor.name, [*review.authors, asked.by]):
        msg = (
            f"{actor.name} is neither an author ({', '.join(review.authors)}) nor {asked.by}, who "
            f"made comment {number}: one of them answers it."
        )
        raise ActRefused(msg)
    return _keep(session, review, actor, "answer", text, part=asked.part, answers=number)


def check(
    session: Session,
    review: Review,
    actor: Actor,
    row: str,
    text: str,
    rows: Mapping[str, str],
) -> ReviewAct:
    """Keep a reviewer's answer to a row of the checklist; the latest answer counts.

    Raises
    ------
    UnknownName
        If there is no such row for a person.
    ActRefused
        If the answer does not begin with yes, no or n/a, or gives no reason for the last two; if
        the review is not open, or the one who answers wrote or paid for the assessment.
    """
    _must_be_open(session, review, "answer for")
    if row not in rows:
        raise UnknownName("row of the checklist that a person answers", row, rows)
    _must_be_outside(review, actor.name, "answer its checklist")
    word, reason = _verdict(text)
    if not word:
        msg = f"--answer {text!r}: begin with yes, no or n/a, then say why. Asked: {rows[row]}"
        raise ActRefused(msg)
    if word not in _YES and not any(char.isalnum() for char in reason):
        raise ActRefused(f"--answer {text!r}: say why, after {word!r}. Asked: {rows[row]}")
    return _keep(session, review, actor, "check", text, part=row)


def dissent(session: Session, review: Review, actor: Actor, text: str) -> ReviewAct:
    """Keep a dissent, which every later brief from the same inputs prints with its name.

    Raises
    ------
    ActRefused
        If the version was never open or was given back, or a funder dissents.
    """
    now = standing(session, review)
    if now.state not in {"in_review", "signed_off"}:
        raise _closed(now, "dissent from")
    _must_not_pay(review, actor.name, "dissent from it")
    return _keep(session, review, actor, "dissent", text)


def give_back(session: Session, review: Review, actor: Actor, why: str) -> ReviewAct:
    """Give a version back to its authors: it is a draft again.

    Raises
    ------
    ActRefused
        If the review is not open, or a funder gives it back.
    """
    _must_be_open(session, review, "give back")
    _must_not_pay(review, actor.name, "give it back")
    return _keep(session, review, actor, "return", why)


def sign(
    session: Session,
    review: Review,
    actor: Actor,
    inputs_hash: str,
    rows: Mapping[str, str],
    why: str = "",
) -> ReviewAct:
    """Sign a version off.

    Parameters
    ----------
    inputs_hash : str
        Of the assessment as it stands now.
    rows : mapping of str to str
        Rows of the checklist that a person must have answered.

    Raises
    ------
    ActRefused
        If the review is not open; the signer wrote or paid for the assessment; a comment has no
        answer; a row of the checklist has none, or a no; or the inputs changed since.
    """
    now = _must_be_open(session, review, "sign")
    _must_be_outside(review, actor.name, "sign it off")
    if inputs_hash != review.inputs_hash:
        msg = (
            f"the inputs of {name_of(review)} changed since it was put forward "
            f"({review.inputs_hash[:12]} then, {inputs_hash[:12]} now): it is a draft again. Put "
            "the present one forward with `comity review open`."
        )
        raise ActRefused(msg)
    if now.open_comments:
        listed = ", ".join(f"{act.id} by {act.by}" for act in now.open_comments)
        msg = f"comments of {name_of(review)} have no answer yet: {listed}."
        raise ActRefused(msg)
    missing = [row for row in rows if row not in now.checks]
    if missing:
        msg = (
            f"the checklist of {name_of(review)} is not filled: {', '.join(missing)}. Answer with "
            f"`comity review check {name_of(review)} {missing[0]} --answer TEXT`."
        )
        raise ActRefused(msg)
    for row in rows:
        said = now.checks[row]
        if is_no(said.why):
            msg = (
                f"row {row} of the checklist was answered no by {said.by}: {_short(said.why)} "
                "Answer it anew, or give the version back with `comity review return`."
            )
            raise ActRefused(msg)
    return _keep(session, review, actor, "sign", why, inputs_hash=inputs_hash)


# ---------------------------------------------------------------------------- rules


def _must_be_open(session: Session, review: Review, verb: str) -> Standing:
    now = standing(session, review)
    if now.state != "in_review":
        raise _closed(now, verb)
    return now


def _closed(now: Standing, verb: str) -> ActRefused:
    name = name_of(now.review)
    last = now.acts[-1] if now.acts else None
    if now.state == "signed_off" and now.signature is not None:
        said = f"was signed off by {now.signature.by} on {now.signature.at:%Y-%m-%d}"
    elif now.state == "returned":
        back = next((act for act in now.acts if act.kind == "return"), last)
        said = f"was given back by {back.by}" if back else "was given back"
        said += "; put it forward again with `comity review open`"
    else:
        said = "has a later version"
    return ActRefused(f"cannot {verb} {name}: it {said}.")


def _must_be_outside(review: Review, name: str, what: str) -> None:
    for author in review.authors:
        if same_person(name, author):
            msg = f"{name} wrote {name_of(review)} (author {author}) and may not {what}."
            raise ActRefused(msg)
    _must_not_pay(review, name, what)


def _must_not_pay(review: Review, name: str, what: str) -> None:
    for funder in review.funders:
        if same_person(name, funder):
            msg = f"{name} pays for {name_of(review)} (funder {funder}) and may not {what}."
            raise ActRefused(msg)


def _verdict(text: str) -> tuple[str, str]:
    """Return the word that an answer begins with, and the rest; no word if it is none of ours."""
    flat = " ".join(text.split())
    for word in (*_YES, *_NO, *_MOOT):
        rest = flat[len(word) :]
        if flat[: len(word)].casefold() == word and (not rest or not rest[0].isalnum()):
            return word, rest
    return "", flat


def is_no(text: str) -> bool:
    """Say whether an answer to a row of the checklist is a no."""
    return _verdict(text)[0] in _NO


def status_of(text: str) -> Literal["met", "not_met", "not_applicable"]:
    """Return what an answer to a row of the checklist says of it: only a yes is met."""
    word = _verdict(text)[0]
    return "met" if word in _YES else "not_applicable" if word in _MOOT else "not_met"


def _short(text: str, limit: int = 200) -> str:
    flat = " ".join(text.split())
    shown = flat if len(flat) <= limit else f"{flat[:limit]}…"
    return shown if shown.endswith((".", "…", "!", "?")) else f"{shown}."


def _keep(  # noqa: PLR0913 -- the columns of a row
    session: Session,
    review: Review,
    actor: Actor,
    kind: str,
    text: str,
    *,
    part: str = "",
    quote: str = "",
    answers: int | None = None,
    inputs_hash: str = "",
) -> ReviewAct:
    made = ReviewAct(
        review_id=review.id,
        kind=kind,
        part=part,
        quote=quote,
        answers=answers,
        inputs_hash=inputs_hash,
        by=actor.name,
        account=actor.account,
        at=actor.at,
        why=text,
    )
    session.add(made)
    session.flush()
    return made
