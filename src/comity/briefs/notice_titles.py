"""The one sentence of a notice that gives its reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from comity.briefs.wording import NOT_KNOWN, count_words, date_words, number, plain_number, whole

if TYPE_CHECKING:
    from comity.briefs.notice import Event
    from comity.judgement.watching.subject import Subject

__all__ = ["ordinal", "title", "value_words"]

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def title(event: Event) -> str:
    """Return what happened and when, with the value and its interval."""
    if event.kind == "blind":
        return f"The watch on {_inside(event)} cannot be judged: {event.reason}."
    if event.kind == "corrected":
        told = _when(event.corrects["now"]["period"]) if event.corrects else ""
        return f"Correction on {_inside(event)}: the crossing {told} is taken back; {event.reason}."
    if event.news:
        many = count_words(len(event.news), "new record")
        return f"{many[:1].upper()}{many[1:]} of kind {event.subject.name} became public."
    if event.condition.side in {"above", "below"}:
        return _threshold_title(event)
    return _state_title(event)


def _threshold_title(event: Event) -> str:
    condition, verdict, name = event.condition, event.verdict, event.look.name
    score, point = verdict.score, verdict.point
    assert condition.threshold is not None
    assert score is not None
    assert point is not None
    at = condition.threshold
    verb = _verb(event)
    when = _when(verdict.period)
    shown = {"value": point.value, "lo80": point.lo80, "hi80": point.hi80}
    value = value_words(shown, event.subject, event.look.unit)
    match condition.statistic:
        case "own":
            return f"{name} {verb} its {ordinal(at)} percentile {when}: {value}."
        case "z":
            far = f"{plain_number(at)} standard deviation{'' if abs(at) == 1 else 's'}"
            return f"{name} {verb} {far} from its history {when}: {value}."
        case "panel":
            ranked = {"value": score.value, "lo80": score.lo80, "hi80": score.hi80}
            place = value_words(ranked, event.subject, "percentile")
            against = f"the {ordinal(at)} percentile of the reference panel"
            return f"{name} {verb} {against} {when}: percentile {place}."
        case "change":
            moved = {"value": score.value, "lo80": score.lo80, "hi80": score.hi80}
            change = value_words(moved, event.subject, event.look.unit, sign=True)
            span = f"over {condition.months} months"
            return (
                f"The change of {_inside(event)} {span} {verb} {_signed(at)} {when}: {change}; "
                f"it stands at {value}."
            )
    bound = number(at, "" if event.look.unit in {"points", "%"} else event.look.unit)
    bound = f"{bound} %" if event.look.unit == "%" else bound
    return f"{name} {verb} {bound} {when}: {value}."


def _verb(event: Event) -> str:
    """Return a verb of movement only where the look before saw the other side.

    With an interval asked for whole, the value may have been beyond the threshold all along.
    """
    condition, before = event.condition, event.before
    is_above = condition.side == "above"
    old = before.get("score")
    if old is None and condition.statistic == "value":
        old = before.get("value")
    assert condition.threshold is not None
    was_past = (
        condition.only_clear
        and old is not None
        and (old > condition.threshold if is_above else old < condition.threshold)
    )
    if before.get("judged") and not before.get("beyond") and not was_past:
        return "rose above" if is_above else "fell below"
    return "stands above" if is_above else "stands below"


def _state_title(event: Event) -> str:
    verdict, name = event.verdict, event.look.name
    old = event.before.get("state") if event.before.get("judged") else None
    verb = "reached" if event.condition.side == "reaches" and old is not None else "is"
    if event.condition.side == "changes" and old is not None:
        verb = "changed to"
    was = f"; the look before saw {_quoted(old)}" if old is not None else ""
    return f"{name} {verb} {_quoted(verdict.state)} {_when(verdict.period)}{was}."


def _quoted(state: Any) -> str:
    return NOT_KNOWN if state is None else f"“{str(state).replace('_', ' ')}”"


def _inside(event: Event) -> str:
    """Return the name as it stands within a sentence."""
    name = event.look.name
    lower = event.subject.kind == "reading" or name.startswith("The ")
    return f"{name[:1].lower()}{name[1:]}" if lower else name


def _when(period: str | None) -> str:
    if not period:
        return "at a time that is not known"
    return f"{'on' if _DAY.match(period) else 'in'} {date_words(period)}"


def value_words(shown: dict[str, Any], subject: Subject, unit: str, *, sign: bool = False) -> str:
    """Return a value with its 80 % interval, or a state, as a notice shows it.

    Parameters
    ----------
    shown : dict
        With ``value``, ``lo80`` and ``hi80``, or ``state``.
    subject : Subject
        Of which kind.
    unit : str
        Of the value.
    sign : bool
        Whether a plus is written: of a change.
    """
    value, lo, hi = shown.get("value"), shown.get("lo80"), shown.get("hi80")
    if value is None or (subject.kind == "ladder" and shown.get("state")):
        return _quoted(shown.get("state"))
    signs = sign or (subject.kind == "reading" and subject.name == "asymmetry")
    coarse = subject.kind == "reading" or unit in {"%", "percentile"}
    tail = " %" if unit == "%" else ""

    def one(x: float) -> str:
        if coarse:
            return whole(x, sign=signs)
        return _signed(x) if signs else plain_number(x)

    text = f"{one(value)}{tail}" if coarse or signs else number(value, unit)
    if lo is None or hi is None:
        return text if subject.kind == "signpost" else f"{text}, no interval known"
    dash = " to " if signs or lo < 0 else "–"
    return f"{text}, 80 % interval {one(lo)}{dash}{one(hi)}{tail}"


def _signed(x: float) -> str:
    text = plain_number(x)
    return f"+{text}" if x > 0 else text


def ordinal(at: float) -> str:
    """Return a number as an ordinal.

    Examples
    --------
    >>> ordinal(90), ordinal(91), ordinal(12), ordinal(97.5)
    ('90th', '91st', '12th', '97.5th')
    """
    text = f"{at:g}"
    if "." in text or text[-2:] in {"11", "12", "13"}:
        return f"{text}th"
    return text + {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
