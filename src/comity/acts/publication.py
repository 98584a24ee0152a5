"""What the acts say of an assessment that is being read: its publication block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.acts.reviews import Standing, reviews_of, standing, status_of
from comity.briefs.wording import date_words
from comity.judgement.publication import unreviewed
from comity.judgement.publication_parts import CheckAnswer, Dissent, HistoryLine, Publication

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from comity.acts.tables import ReviewAct
    from comity.judgement.assessment import Assessment

__all__ = ["publication_of"]


def publication_of(session: Session, assessment: Assessment) -> Publication:
    """Return number, version, author and review of an assessment as it stands now.

    A version counts for an assessment only if it was put forward with the same inputs; what became
    of the versions before is in the history, and in the note. A dissent is from what the inputs
    say: it stays in print for as long as they do, whatever number or version it was made under.
    """
    dyad = assessment.dyad
    found = [
        standing(session, review)
        for review in reviews_of(session)
        if (review.a, review.b, review.as_of.isoformat()) == (dyad.a, dyad.b, assessment.as_of)
    ]
    if not found:
        return unreviewed(assessment)
    found.sort(key=lambda each: each.review.id)
    own = [each for each in found if each.review.inputs_hash == assessment.inputs_hash]
    mine = _counting(own)
    last = found[-1]
    history = _history(found)
    signed = [each for each in found if each.signature is not None]
    if mine is None:
        return unreviewed(assessment).model_copy(
            update={
                "number": last.review.number,
                "version": last.review.version + 1,
                "series": last.review.series,
                "history": history,
                "note": _changed(last, signed[-1] if signed else None),
            }
        )
    review = mine.review
    is_signed = mine.state == "signed_off"
    return Publication(
        number=review.number,
        version=review.version,
        series=review.series,
        author="; ".join(review.authors),
        affiliation=review.affiliation,
        funder="; ".join(review.funders),
        independence=review.independence,
        status="signed_off" if is_signed else "in_review" if mine.state == "in_review" else "draft",
        reviewers=mine.reviewers,
        signed_by=mine.signature.by if mine.signature else None,
        signed_on=_day(mine.signature.at) if mine.signature else None,
        signed_hash=review.inputs_hash if is_signed else None,
        comments_open=len(mine.open_comments),
        checks=[
            CheckAnswer(
                row=row,
                met=status_of(act.why) == "met",
                status=status_of(act.why),
                text=act.why,
                by=act.by,
                on=_day(act.at),
            )
            for row, act in sorted(mine.checks.items())
        ],
        dissent=[
            Dissent(by=act.by, text=act.why, on=_day(act.at))
            for each in own
            for act in each.dissents
        ],
        history=history,
        note=_left(mine, [each for each in signed if each is not mine]),
    )


def _counting(own: list[Standing]) -> Standing | None:
    """Return the version to go by, of those with the same inputs: a signed one, else the last."""
    signed = [each for each in own if each.state == "signed_off"]
    return next(iter([*reversed(signed), *reversed(own)]), None)


def _left(mine: Standing, signed: list[Standing]) -> str:
    """Say why a version that was put forward is a draft, and which one was signed before."""
    if mine.state == "returned":
        back = next(act for act in mine.acts if act.kind == "return")
        on = date_words(_day(back.at))
        text = f"Version {mine.review.version} was given back by {back.by} on {on}."
    elif mine.state == "superseded":
        text = f"Version {mine.review.version} was put forward, and a later one after it."
    else:
        text = ""
    return f"{text} {_signed(signed[-1])}".strip() if signed else text


def _changed(last: Standing, signed: Standing | None) -> str:
    """Say that the inputs are not those that were put forward."""
    if signed is not None:
        return f"{_signed(signed)} The inputs changed since, so this is a draft again."
    return (
        f"Version {last.review.version} was put forward on {date_words(_day(last.review.at))}; the "
        "inputs changed since, so this is a draft again."
    )


def _signed(signed: Standing) -> str:
    assert signed.signature is not None
    return (
        f"Version {signed.review.version} (inputs {signed.review.inputs_hash[:12]}) was signed off "
        f"by {signed.signature.by} on {date_words(_day(signed.signature.at))}."
    )


def _history(found: list[Standing]) -> list[HistoryLine]:
    """Return every act on the assessment in order of time, under whatever number it was done."""
    several = len({each.review.number for each in found}) > 1
    acts: list[tuple[dt.datetime, str, str, str]] = []
    for each in found:
        review = each.review
        version = f"{review.version} of {review.number}" if several else str(review.version)
        acts.append((review.at, review.by, f"put version {version} forward", review.why))
        acts += [(act.at, act.by, _done(act, version), act.why) for act in each.acts]
    return [
        HistoryLine(who=who, what=what, why=why, when=at.isoformat())
        for at, who, what, why in sorted(acts, key=lambda act: act[0])
    ]


def _done(act: ReviewAct, version: str) -> str:
    return {
        "comment": f"comment {act.id} on {act.part} of version {version}",
        "answer": f"answered comment {act.answers}",
        "check": f"answered the row {act.part} of the checklist of version {version}",
        "dissent": f"dissented from version {version}",
        "return": f"gave version {version} back",
        "sign": f"signed version {version} off",
    }[act.kind]


def _day(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d}"
