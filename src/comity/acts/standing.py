"""Where a review stands: folded from its acts on every read, so that no status can disagree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from comity.acts.names import same_person
from comity.acts.tables import Review, ReviewAct
from comity.core.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

__all__ = [
    "Actor",
    "Draft",
    "Standing",
    "State",
    "find",
    "is_one_of",
    "name_of",
    "reviews_of",
    "standing",
]

State = Literal["in_review", "returned", "superseded", "signed_off"]


@dataclass(frozen=True)
class Actor:
    """Who acts, when.

    Parameters
    ----------
    name : str
        As claimed.
    account : str
        At the machine.
    at : datetime.datetime
        With a time zone.
    """

    name: str
    account: str
    at: dt.datetime


@dataclass(frozen=True)
class Draft:
    """What is put forward for review."""

    number: str
    a: str
    b: str
    as_of: dt.date
    inputs_hash: str
    content_hash: str
    authors: tuple[str, ...]
    series: str = ""
    affiliation: str = ""
    funders: tuple[str, ...] = ()
    independence: str = ""
    why: str = ""


@dataclass(frozen=True)
class Standing:
    """What the acts of a review come to.

    Parameters
    ----------
    review : Review
        The version that was put forward.
    state : str
        in_review, returned, superseded by a later version, or signed_off.
    acts : tuple of ReviewAct
        In order.
    open_comments : tuple of ReviewAct
        Comments without an answer.
    checks : dict of str to ReviewAct
        The latest answer to each row of the checklist.
    dissents : tuple of ReviewAct
        All of them.
    signature : ReviewAct or None
        Of the reviewer who signed.
    """

    review: Review
    state: State
    acts: tuple[ReviewAct, ...]
    open_comments: tuple[ReviewAct, ...]
    checks: dict[str, ReviewAct]
    dissents: tuple[ReviewAct, ...]
    signature: ReviewAct | None

    @property
    def reviewers(self) -> list[str]:
        """Everybody who commented, answered a row of the checklist, or signed; each once."""
        found: list[str] = []
        for act in self.acts:
            if act.kind in {"comment", "check", "sign"} and not is_one_of(act.by, found):
                found.append(act.by)
        return found


def name_of(review: Review) -> str:
    """Return the name under which a review is asked for: its number and version."""
    return f"{review.number}/{review.version}"


def reviews_of(session: Session, number: str | None = None) -> list[Review]:
    """Return all reviews in order, or those of one number."""
    query = select(Review).order_by(Review.number, Review.version)
    if number is not None:
        query = query.where(Review.number == number)
    return list(session.scalars(query))


def find(session: Session, name: str) -> Review:
    """Return a review by number and version; by its number alone, the latest version.

    Raises
    ------
    UnknownName
        If there is none.
    """
    known = reviews_of(session)
    text = " ".join(name.split()).casefold()
    for review in reversed(known):
        if text in {name_of(review).casefold(), review.number.casefold()}:
            return review
    hint = "" if known else "Nothing was put forward yet: `comity review open A B --author NAME`."
    raise UnknownName("review", name, [name_of(each) for each in known], hint)


def standing(session: Session, review: Review) -> Standing:
    """Return what the acts of a review come to."""
    query = select(ReviewAct).where(ReviewAct.review_id == review.id).order_by(ReviewAct.id)
    acts = tuple(session.scalars(query))
    last = reviews_of(session, review.number)[-1]
    answered = {act.answers for act in acts if act.kind == "answer"}
    signature = next((act for act in acts if act.kind == "sign"), None)
    state: State = "in_review"
    if signature is not None:
        state = "signed_off"
    elif any(act.kind == "return" for act in acts):
        state = "returned"
    elif last.version > review.version:
        state = "superseded"
    return Standing(
        review=review,
        state=state,
        acts=acts,
        open_comments=tuple(
            act for act in acts if act.kind == "comment" and act.id not in answered
        ),
        checks={act.part: act for act in acts if act.kind == "check"},
        dissents=tuple(act for act in acts if act.kind == "dissent"),
        signature=signature,
    )


def is_one_of(name: str, names: Sequence[str]) -> bool:
    """Say whether a name may be one of several people's."""
    return any(same_person(name, each) for each in names)
