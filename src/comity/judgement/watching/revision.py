"""Whether what is known now takes a past crossing back, or time has moved on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.errors import UsageError
from comity.core.period import Period
from comity.judgement.dates import printed
from comity.judgement.watching.condition import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.judgement.watching.condition import Condition
    from comity.judgement.watching.course import Crossing
    from comity.judgement.watching.look import Look
    from comity.judgement.watching.subject import Subject

__all__ = ["taken_back"]


def taken_back(
    condition: Condition,
    look: Look,
    subject: Subject,
    crossing: Crossing,
    as_of: str,
    withdrawn: Callable[[Sequence[str]], list[str]],
) -> str:
    """Return why a crossing does not stand any more; empty if it stands.

    A series is asked again of the period that crossed, whatever its latest value: where that period
    is not beyond the threshold now, there was no crossing. A state has no series: unless it still
    holds, it is taken back if
    a record that it rested on was withdrawn, if the same day is now assessed otherwise, or, on the
    ledger, if less is established than before, since time alone does not undo a deed.

    Parameters
    ----------
    condition : Condition
        Of the watch.
    look : Look
        As shown now.
    subject : Subject
        What is watched.
    crossing : Crossing
        As told.
    as_of : str
        Day of the assessment now.
    withdrawn : callable
        Of some record ids, those that no longer stand.
    """
    has_series = condition.side in {"above", "below"} and subject.kind in {"reading", "indicator"}
    if has_series and crossing.period is not None:
        period = None if look.missing else _covering(look, crossing.period)
        if period is not None:
            return _asked_again(condition, look, subject, period)
        if not look.missing and crossing.period != crossing.as_of[:7]:
            return f"its value of {printed(crossing.period)} is no longer on record"
    return _undone_state(condition, look, subject, crossing, as_of, withdrawn)


def _undone_state(
    condition: Condition,
    look: Look,
    subject: Subject,
    crossing: Crossing,
    as_of: str,
    withdrawn: Callable[[Sequence[str]], list[str]],
) -> str:
    if judge(condition, look, subject).beyond:
        return ""
    if lost := withdrawn(crossing.evidence):
        return f"a record that it rested on was withdrawn ({', '.join(lost[:3])})"
    if as_of <= crossing.as_of:
        return f"the record as of {printed(as_of)} is now assessed otherwise"
    on_track = condition.side == "reaches" and condition.state.casefold() in look.order
    if subject.kind == "item" and on_track:
        furthest = look.furthest or look.order[0]
        return f"no more than “{furthest}” is established now"
    return ""


def _asked_again(condition: Condition, look: Look, subject: Subject, period: str) -> str:
    then = look.until(period)
    assert then is not None
    verdict = judge(condition, then, subject)
    if not verdict.judged:
        return f"of {printed(period)} {verdict.why}"
    if verdict.beyond or verdict.point is None:
        return ""
    point = verdict.point
    text = f"{printed(period)} now reads {point.value:.3g}"
    if point.lo80 is not None and point.hi80 is not None:
        text += f", 80 % interval {point.lo80:.3g} to {point.hi80:.3g}"
    return text.replace("-", "−")


def _covering(look: Look, period: str) -> str | None:
    """Return the period of a series that holds a past one: itself, or the year it is now part of.

    The last value of a yearly series bears the month of its assessment until the year is over.
    """
    labels = [each.period for each in (*look.series, *look.panel)]
    if period in labels:
        return period
    try:
        wanted = Period.parse(period)
        spans = [(label, Period.parse(label)) for label in labels]
    except UsageError:
        return None
    for label, span in spans:
        if span.start <= wanted.start and wanted.end <= span.end:
            return label
    return None
