"""Watches: set, ended, and where each stands, folded from what was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from comity.acts.watch_tables import Mark, Watch, WatchEnd, WatchRun
from comity.core.errors import ActRefused, UnknownName
from comity.judgement.watching.condition import Condition
from comity.judgement.watching.course import Course, Crossing
from comity.judgement.watching.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from comity.acts.standing import Actor

__all__ = [
    "Past",
    "active",
    "all_watches",
    "condition_of",
    "end_watch",
    "find_watch",
    "marks_of",
    "name_of",
    "past",
    "same_watch",
    "set_watch",
    "subject_of",
]


_PAGE = 50


@dataclass(frozen=True)
class Past:
    """What was kept of a watch.

    Parameters
    ----------
    course : Course
        Where it stands.
    run : WatchRun or None
        The last look.
    seen : dict
        What that look saw; empty before the first.
    crossing : Mark or None
        The last crossing that was told and neither cleared nor corrected since.
    steps : int
        How many steps were kept.
    """

    course: Course
    run: WatchRun | None
    seen: dict[str, Any]
    crossing: Mark | None
    steps: int


def name_of(watch: Watch) -> str:
    """Return the name under which a watch is asked for."""
    return f"W{watch.id}"


def condition_of(watch: Watch) -> Condition:
    """Return the condition of a watch."""
    return Condition(
        side=watch.side,  # type: ignore[arg-type]  # the database checks it
        statistic=watch.statistic,  # type: ignore[arg-type]
        threshold=watch.threshold,
        state=watch.state,
        clear_at=watch.clear_at,
        months=watch.months,
        at_least=watch.at_least,
        only_clear=watch.only_clear,
    )


def subject_of(watch: Watch) -> Subject:
    """Return what a watch watches."""
    return Subject.parse(watch.subject)


def set_watch(  # noqa: PLR0913 -- what a row says
    session: Session,
    a: str,
    b: str,
    subject: Subject,
    condition: Condition,
    actor: Actor,
    *,
    why: str = "",
    origin: str = "",
) -> Watch:
    """Keep a watch.

    Raises
    ------
    ActRefused
        If the same is watched already.
    """
    made = Watch(
        a=a,
        b=b,
        dyad="-".join(sorted((a, b))),
        subject=str(subject),
        side=condition.side,
        statistic=condition.statistic,
        threshold=condition.threshold,
        state=condition.state,
        clear_at=condition.clear_at,
        months=condition.months,
        at_least=condition.at_least,
        only_clear=condition.only_clear,
        origin=origin,
        by=actor.name,
        account=actor.account,
        at=actor.at,
        why=why,
    )
    twin = same_watch(session, a, b, subject, condition)
    if twin is not None:
        msg = f"{name_of(twin)} watches this already; `comity watch show {name_of(twin)}`."
        raise ActRefused(msg)
    session.add(made)
    session.flush()
    return made


def same_watch(
    session: Session, a: str, b: str, subject: Subject, condition: Condition
) -> Watch | None:
    """Return the watch that is set on the same already, if any."""
    for watch in active(session, (a, b)):
        same_thing = (watch.a, watch.b) == (a, b) and subject_of(watch) == subject
        if same_thing and condition_of(watch) == condition:
            return watch
    return None


def active(session: Session, pair: tuple[str, str] | None = None) -> list[Watch]:
    """Return the watches that were not ended, in order; of one dyad if given, in either order."""
    ended = select(WatchEnd.watch_id)
    query = select(Watch).where(Watch.id.not_in(ended)).order_by(Watch.id)
    if pair is not None:
        query = query.where(Watch.dyad == "-".join(sorted(pair)))
    return list(session.scalars(query))


def all_watches(session: Session, pair: tuple[str, str] | None = None) -> list[Watch]:
    """Return all watches, ended ones too."""
    query = select(Watch).order_by(Watch.id)
    if pair is not None:
        query = query.where(Watch.dyad == "-".join(sorted(pair)))
    return list(session.scalars(query))


def find_watch(session: Session, name: str, *, ended: bool = False) -> Watch:
    """Return a watch by its number, with or without the W.

    Raises
    ------
    UnknownName
        If there is none, or it was ended and `ended` does not allow it.
    """
    known = list(session.scalars(select(Watch).order_by(Watch.id))) if ended else active(session)
    text = name.strip().casefold().removeprefix("w")
    for watch in known:
        if text == str(watch.id):
            return watch
    hint = "" if known else "Nothing is watched yet: `comity watch add A B WHAT --above X`."
    raise UnknownName("watch", name, [name_of(each) for each in known], hint)


def end_watch(session: Session, watch: Watch, actor: Actor, why: str) -> None:
    """End a watch. What it saw stays, and so do notices that wait."""
    session.add(
        WatchEnd(watch_id=watch.id, by=actor.name, account=actor.account, at=actor.at, why=why)
    )
    session.flush()


def marks_of(session: Session, watch: Watch) -> Sequence[Mark]:
    """Return what happened to a watch, in order."""
    query = select(Mark).where(Mark.watch_id == watch.id).order_by(Mark.number)
    return session.scalars(query).all()


def past(session: Session, watch: Watch) -> Past:
    """Return where a watch stands."""
    marks, key = marks_of(session, watch), str(watch.id)
    run = _last_run(session, watch, marks[0].run_id) if marks else None
    beyond = blind = False
    state: str | None = None
    crossing: Mark | None = None
    for mark in marks:
        match mark.kind:
            case "set":
                blind = _is_blind(session, mark)
                beyond = not blind and _was_beyond(session, mark)
            case "crossed":
                beyond, crossing = watch.side != "changes", mark
            case "cleared" | "corrected":
                beyond, crossing = False, None
            case "blind":
                blind = True
            case "sees":
                blind = False
        if mark.state is not None:
            state = mark.state
    told = None
    if crossing is not None:
        taken = session.get(WatchRun, crossing.run_id)
        assert taken is not None
        told = Crossing(
            crossing.period, taken.as_of.isoformat(), crossing.old_state, tuple(crossing.evidence)
        )
    return Past(
        course=Course(bool(marks), beyond, blind, state, told),
        run=run,
        seen=dict(run.seen[key]) if run is not None else {},
        crossing=crossing,
        steps=session.scalar(
            select(func.count()).select_from(Mark).where(Mark.watch_id == watch.id)
        )
        or 0,
    )


def _last_run(session: Session, watch: Watch, first: int) -> WatchRun | None:
    """Return the last look at a watch, of the runs since its first one; newest first, in pages.

    A watch without a step was never looked at, and no run is read for it.
    """
    query = select(WatchRun).where(WatchRun.dyad == watch.dyad, WatchRun.id >= first)
    key, before = str(watch.id), None
    while True:
        older = query if before is None else query.where(WatchRun.id < before)
        page = session.scalars(older.order_by(WatchRun.id.desc()).limit(_PAGE)).all()
        for run in page:
            if key in run.seen:
                return run
        if len(page) < _PAGE:
            return None
        before = page[-1].id


def _seen(session: Session, mark: Mark) -> dict[str, Any]:
    run = session.get(WatchRun, mark.run_id)
    assert run is not None
    return dict(run.seen[str(mark.watch_id)])


def _is_blind(session: Session, mark: Mark) -> bool:
    return not _seen(session, mark)["judged"]


def _was_beyond(session: Session, mark: Mark) -> bool:
    return bool(_seen(session, mark)["beyond"])
