"""One look at the watches of a dyad: judge, keep what happened, say what is to be told."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from comity.acts import watches
from comity.acts.watch_tables import Mark, WatchRun
from comity.briefs.notice import Event, compose
from comity.judgement.watching.condition import Condition, Verdict, judge
from comity.judgement.watching.course import TOLD, Step, next_steps
from comity.judgement.watching.looking import look_at
from comity.judgement.watching.revision import taken_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from comity.acts.standing import Actor
    from comity.acts.watch_tables import Watch
    from comity.judgement.assessment import Assessment
    from comity.judgement.watching.look import Look
    from comity.judgement.watching.subject import Subject

__all__ = ["Records", "Seen", "keep", "look", "notices_of", "row_of", "seen_part"]


class Records(Protocol):
    """What the store says of single records."""

    def withdrawn(self, names: Sequence[str]) -> list[str]:
        """Return those that no longer stand."""
        ...

    def stored_on(self, name: str) -> dt.datetime | None:
        """Return when a record was first stored."""
        ...


@dataclass(frozen=True)
class Seen:
    """What one look made of one watch.

    Parameters
    ----------
    watch : Watch
        Of the database.
    subject, condition, look, verdict
        What is watched, when it is crossed, what is shown, and what follows.
    past : Past
        What was kept before.
    steps : list of Step
        What happened; nothing where `late`.
    late : str
        Why nothing is kept: this assessment is older than one that was looked at; else empty.
    news : tuple of str
        Of new evidence: the record ids.
    """

    watch: Watch
    subject: Subject
    condition: Condition
    look: Look
    verdict: Verdict
    past: watches.Past
    steps: list[Step]
    late: str = ""
    news: tuple[str, ...] = ()


def look(
    session: Session,
    watch: Watch,
    assessment: Assessment,
    records: Records,
    began: dt.datetime,
) -> Seen:
    """Judge one watch on an assessment of its dyad, in its order; nothing is kept yet.

    Parameters
    ----------
    session : sqlalchemy.orm.Session
        Of the database of acts.
    watch : Watch
        Of the dyad, in the order of the assessment.
    assessment : Assessment
        As published.
    records : Records
        Of the store that it was made from.
    began : datetime.datetime
        When the assessment was asked for: another run may have looked since.
    """
    subject, condition = watches.subject_of(watch), watches.condition_of(watch)
    shown = look_at(assessment, subject)
    verdict = judge(condition, shown, subject)
    past = watches.past(session, watch)
    if late := _late(past, assessment, began):
        return Seen(watch, subject, condition, shown, verdict, past, [], late)
    crossing = past.course.crossing
    undone = ""
    if crossing is not None and verdict.judged:
        undone = taken_back(
            condition, shown, subject, crossing, assessment.as_of, records.withdrawn
        )
    news = _news(session, watch, shown, past, records) if subject.kind == "evidence" else ()
    steps = next_steps(condition, past.course, verdict, undone=undone, news=news)
    return Seen(watch, subject, condition, shown, verdict, past, steps, news=news)


def _late(past: watches.Past, assessment: Assessment, began: dt.datetime) -> str:
    if past.run is None:
        return ""
    if assessment.as_of < past.run.as_of.isoformat():
        return f"seen as of {past.run.as_of} already; a look further back is not kept"
    if past.run.at > began:
        return "another run looked at it meanwhile"
    return ""


def _news(
    session: Session, watch: Watch, shown: Look, past: watches.Past, records: Records
) -> tuple[str, ...]:
    """Return records that became public, or were stored, since the last look, latest first.

    An old record that is merely cited for the first time is no news: only the store knows which.
    """
    if past.run is None:
        return ()
    told = {name for mark in watches.marks_of(session, watch) for name in mark.evidence}
    last, at = past.run.as_of.isoformat(), past.run.at
    fresh = []
    for name, day in shown.published:
        if name in told:
            continue
        stored = None if day > last else records.stored_on(name)
        if day > last or (stored is not None and stored > at):
            fresh.append(name)
    return tuple(fresh)


def keep(
    session: Session,
    seen: Sequence[Seen],
    assessment: Assessment,
    actor: Actor,
    channels: Sequence[str],
) -> list[Mark]:
    """Keep a look with all that happened; returns the rows with a notice.

    Parameters
    ----------
    session : sqlalchemy.orm.Session
        The one in which `look` read: nobody else has written since.
    seen : sequence of Seen
        Of watches of one dyad.
    assessment : Assessment
        Which was looked at.
    actor : Actor
        Who has it kept.
    channels : sequence of str
        Where notices go.
    """
    kept = [each for each in seen if not each.late]
    if not kept:
        return []
    run = WatchRun(
        dyad=assessment.dyad.key,
        as_of=dt.date.fromisoformat(assessment.as_of),
        inputs_hash=assessment.inputs_hash,
        seen={str(each.watch.id): seen_part(each) for each in kept},
        by=actor.name,
        account=actor.account,
        at=actor.at,
        why="",
    )
    session.add(run)
    session.flush()
    told = []
    for each in kept:
        for offset, step in enumerate(each.steps, start=1):
            mark = _mark(each, step, run, each.past.steps + offset)
            if step.kind in TOLD:
                mark.notice = _notice(each, step, mark.number, assessment)
                mark.channels = list(channels)
                told.append(mark)
            session.add(mark)
    session.flush()
    return told


def notices_of(each: Seen, assessment: Assessment) -> list[dict[str, Any]]:
    """Return the notices that a look would give, without keeping anything."""
    return [
        _notice(each, step, each.past.steps + offset, assessment)
        for offset, step in enumerate(each.steps, start=1)
        if step.kind in TOLD
    ]


def seen_part(each: Seen) -> dict[str, Any]:
    """Return what a look saw, as it is kept and shown."""
    verdict, point, score = each.verdict, each.verdict.point, each.verdict.score
    return {
        "judged": verdict.judged,
        "why": verdict.why,
        "beyond": verdict.beyond,
        "certainty": verdict.certainty,
        "name": each.look.name,
        "unit": each.look.unit,
        "period": verdict.period,
        "value": point.value if point else None,
        "lo80": point.lo80 if point else None,
        "hi80": point.hi80 if point else None,
        "state": verdict.state,
        "score": score.value if score else None,
        "score_lo80": score.lo80 if score else None,
        "score_hi80": score.hi80 if score else None,
        "against": score.against if score else None,
        "distance": verdict.distance,
    }


def _mark(each: Seen, step: Step, run: WatchRun, number: int) -> Mark:
    now, old = seen_part(each), each.past.seen
    evidence = each.news or each.look.evidence
    if step.kind == "set" and each.subject.kind == "evidence":
        evidence = tuple(name for name, _ in each.look.published)
    return Mark(
        watch_id=each.watch.id,
        number=number,
        run_id=run.id,
        at=run.at,
        kind=step.kind,
        why=step.why,
        **{key: now[key] for key in _VALUES},
        **{f"old_{key}": old.get(key) for key in _VALUES},
        score=now["score"],
        threshold=each.condition.threshold,
        certainty=now["certainty"],
        evidence=list(evidence),
        channels=[],
        notice=None,
    )


_VALUES = ("period", "value", "lo80", "hi80", "state")


def _notice(each: Seen, step: Step, number: int, assessment: Assessment) -> dict[str, Any]:
    watch, crossing = each.watch, each.past.crossing
    event = Event(
        kind=step.kind,
        watch=watches.name_of(watch),
        by=watch.by,
        since=watch.at.date().isoformat(),
        why=watch.why,
        subject=each.subject,
        condition=each.condition,
        look=each.look,
        verdict=each.verdict,
        before=each.past.seen,
        reason=step.why,
        corrects=crossing.notice if crossing and step.kind == "corrected" else None,
        news=each.news,
    )
    return {"key": _key(watch, number), **compose(assessment, event)}


def _key(watch: Watch, number: int) -> str:
    """Return what tells a step from any other, in this database and in others."""
    parts = (watch.at.isoformat(), watch.by, watch.dyad, watch.subject, watch.id, number)
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
    return f"comity-{digest[:32]}"


def row_of(each: Seen) -> dict[str, Any]:
    """Return one judged watch for a door."""
    return {
        "id": watches.name_of(each.watch),
        "dyad": f"{each.watch.a}-{each.watch.b}",
        "subject": str(each.subject),
        "condition": each.condition.words(each.look.unit),
        **seen_part(each),
        "steps": [step.kind for step in each.steps],
        "late": each.late,
    }
