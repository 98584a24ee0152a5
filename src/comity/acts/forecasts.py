"""Forecasts and their resolutions: kept once, resolved by rule, corrected by a later row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from comity.acts.names import same_person
from comity.acts.tables import Forecast, Resolution
from comity.core.errors import ActRefused, AmbiguousName, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from comity.acts.reviews import Actor

__all__ = [
    "Answer",
    "Key",
    "find_question",
    "forecasts_by_question",
    "record",
    "resolutions_by_question",
    "resolve",
    "settled_on",
]


@dataclass(frozen=True, order=True)
class Key:
    """What names a question: dyad, its id there, and the day on which it resolves."""

    dyad: str
    question: str
    horizon: dt.date

    def __str__(self) -> str:
        return f"{self.dyad}/{self.question}@{self.horizon}"


@dataclass(frozen=True)
class Answer:
    """What a question came to.

    Parameters
    ----------
    outcome : str
        true, false, void or value.
    on : datetime.date
        From when it was settled.
    evidence : mapping of str to datetime.date
        Record ids, with the day from which each was public.
    why : str
        In words.
    value : float, optional
        The number that a forecast reading took.
    """

    outcome: str
    on: dt.date
    evidence: Mapping[str, dt.date]
    why: str
    value: float | None = None


def record(session: Session, forecast: Forecast) -> bool:
    """Keep a forecast; one that stands already in the same words and numbers is not kept twice.

    Returns
    -------
    bool
        Whether it was new.

    Raises
    ------
    ActRefused
        If its horizon is not after the day on which it was made.
    """
    if forecast.horizon <= forecast.as_of:
        msg = (
            f"{forecast.question} resolves on {forecast.horizon}, which is not after the day on "
            f"which it was made ({forecast.as_of}): that is no forecast."
        )
        raise ActRefused(msg)
    same = select(Forecast).where(
        Forecast.dyad == forecast.dyad,
        Forecast.question == forecast.question,
        Forecast.horizon == forecast.horizon,
        Forecast.as_of == forecast.as_of,
        Forecast.maker == forecast.maker,
    )
    for kept in session.scalars(same):
        if (kept.probability, kept.quantiles) == (forecast.probability, forecast.quantiles):
            return False
    session.add(forecast)
    session.flush()
    return True


def forecasts_by_question(session: Session, dyad: str | None = None) -> dict[Key, list[Forecast]]:
    """Return all forecasts by question, in the order in which they were kept."""
    query = select(Forecast).order_by(Forecast.id)
    if dyad is not None:
        query = query.where(Forecast.dyad == dyad)
    found: dict[Key, list[Forecast]] = {}
    for each in session.scalars(query):
        found.setdefault(Key(each.dyad, each.question, each.horizon), []).append(each)
    return dict(sorted(found.items()))


def resolutions_by_question(
    session: Session, dyad: str | None = None
) -> dict[Key, list[Resolution]]:
    """Return all resolutions by question, in order: the last one of a question stands."""
    query = select(Resolution).order_by(Resolution.id)
    if dyad is not None:
        query = query.where(Resolution.dyad == dyad)
    found: dict[Key, list[Resolution]] = {}
    for each in session.scalars(query):
        found.setdefault(Key(each.dyad, each.question, each.horizon), []).append(each)
    return found


def find_question(session: Session, name: str) -> Key:
    """Return the question that a reader means: ``Q1``, ``IRN-RUS/Q1``, or with ``@HORIZON``.

    Raises
    ------
    UnknownName
        If no forecast was kept of such a question.
    AmbiguousName
        If several dyads or horizons have it.
    """
    known = list(forecasts_by_question(session))
    text = " ".join(name.split()).casefold()
    hits = [
        key
        for key in known
        if text
        in {
            form.casefold()
            for form in (
                str(key),
                key.question,
                f"{key.dyad}/{key.question}",
                f"{key.question}@{key.horizon}",
            )
        }
    ]
    if len(hits) > 1:
        reason = "was asked of several dyads or days"
        raise AmbiguousName("question", name, [str(key) for key in hits], reason)
    if not hits:
        hint = (
            ""
            if known
            else "No forecast is kept yet: `comity score record A B` keeps those of the outlook."
        )
        raise UnknownName("question", name, [str(key) for key in known], hint)
    return hits[0]


def resolve(session: Session, key: Key, answer: Answer, actor: Actor, today: dt.date) -> Resolution:
    """Keep what a question came to.

    Raises
    ------
    ActRefused
        If the answer is in the future, before the forecasts, or before the horizon without
        evidence that became public after them; is later than its evidence without a reason; rests
        on nothing; rests on evidence that was not
        public yet; does not fit the kind of forecast; or differs from, or repeats, an earlier
        answer without a reason.
    """
    asked = forecasts_by_question(session)[key]
    _must_fit(key, asked, answer)
    first = min(each.as_of for each in asked)
    if answer.on > today:
        raise ActRefused(f"{key}: --on {answer.on} is in the future (today is {today}).")
    if answer.on < first:
        msg = f"{key}: --on {answer.on} is before the first forecast, which was made on {first}."
        raise ActRefused(msg)
    settled = settled_on(asked, answer.evidence, today)
    if answer.evidence and answer.on > settled and not answer.why:
        msg = (
            f"{key}: all its evidence was public on {settled}; with a later --on, forecasts made "
            "meanwhile would be scored as if they had not known. Leave --on out, or say --why."
        )
        raise ActRefused(msg)
    late = {name: day for name, day in answer.evidence.items() if day > answer.on}
    if late:
        name = min(late)
        msg = (
            f"{key}: {name} was public only from {late[name]}, after the day on which it is said "
            f"to settle the question ({answer.on}). Give a later --on."
        )
        raise ActRefused(msg)
    if answer.on < key.horizon and answer.outcome != "void":
        _must_settle_early(key, answer, first)
    if not answer.evidence and not answer.why:
        msg = f"{key}: an answer rests on something: give --evidence ID, --why TEXT, or both."
        raise ActRefused(msg)
    if answer.outcome == "void" and not answer.why:
        raise ActRefused(f"{key}: void needs --why: what cannot be told, and why.")
    earlier = resolutions_by_question(session, key.dyad).get(key, [])
    if earlier and not answer.why:
        raise ActRefused(_told_before(key, earlier[-1], answer, actor))
    made = Resolution(
        dyad=key.dyad,
        question=key.question,
        horizon=key.horizon,
        outcome=answer.outcome,
        value=answer.value,
        resolved_on=answer.on,
        evidence=list(answer.evidence),
        corrects=earlier[-1].id if earlier else None,
        by=actor.name,
        account=actor.account,
        at=actor.at,
        why=answer.why,
    )
    session.add(made)
    session.flush()
    return made


def settled_on(
    asked: Sequence[Forecast], evidence: Mapping[str, dt.date], today: dt.date
) -> dt.date:
    """Return from when a question was settled: the day on which its evidence was all public.

    Evidence that was public when the question was first forecast settled nothing by itself; then it
    is today.
    """
    day = max(evidence.values(), default=today)
    return day if day > min(each.as_of for each in asked) else today


def _must_fit(key: Key, asked: list[Forecast], answer: Answer) -> None:
    is_number = any(each.quantiles is not None for each in asked)
    if is_number and answer.outcome not in {"value", "void"}:
        msg = f"{key} forecasts a number: resolve it with the number that it took, or with void."
        raise ActRefused(msg)
    if not is_number and answer.outcome == "value":
        raise ActRefused(f"{key} is a yes-or-no question: resolve it with true, false or void.")


def _must_settle_early(key: Key, answer: Answer, first: dt.date) -> None:
    """Before the horizon only evidence that nobody had at the time can settle a question."""
    new = [name for name, day in answer.evidence.items() if day > first]
    if not new or not answer.why:
        known = f" {', '.join(answer.evidence)} was public when the forecast was made." if (
            answer.evidence and not new
        ) else ""  # fmt: skip
        msg = (
            f"{key} is open until {key.horizon}; on {answer.on} it is settled only by evidence "
            f"that became public after {first}: give --evidence ID and --why.{known}"
        )
        raise ActRefused(msg)


def _told_before(key: Key, last: Resolution, answer: Answer, actor: Actor) -> str:
    said = last.outcome if last.value is None else f"{last.value:g}"
    same = (last.outcome, last.value) == (answer.outcome, answer.value)
    who = "you" if same_person(last.by, actor.name) else last.by
    verb = "resolved it so already" if same else f"resolved it as {said}"
    return (
        f"{key}: {who} {verb} on {last.at:%Y-%m-%d}. A further answer corrects it and needs --why; "
        "both are kept."
    )
