"""The condition of a watch: declared, checked, and judged on what an assessment shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from comity.core.errors import UsageError
from comity.judgement.watching.scores import Score, score
from comity.judgement.watching.subject import NUMBERS, ORDERED

if TYPE_CHECKING:
    from comity.judgement.watching.look import Look, Point
    from comity.judgement.watching.scores import Statistic
    from comity.judgement.watching.subject import Subject

__all__ = ["Certainty", "Condition", "Side", "Verdict", "judge"]

Side = Literal["above", "below", "reaches", "changes"]
Certainty = Literal["clear", "touch", ""]

_PERCENTILES = frozenset({"own", "panel"})
_COUNTS_NO_RECORDS = frozenset({"evidence", "gap"})
"""Of new evidence one record is news, and a gap has none behind it."""
_ANY_STATE_OF_A_NUMBER = frozenset({"ladder", "indicator"})


@dataclass(frozen=True)
class Condition:
    """When a watch is crossed, and when it is armed again.

    Parameters
    ----------
    side : {"above", "below", "reaches", "changes"}
        Of a threshold; at a state, or beyond it where states have an order; any other state than
        before.
    statistic : {"value", "z", "own", "panel", "change"}
        What is held against the threshold: the value; its distance from the dyad's own history in
        robust standard deviations; its percentile there; its percentile in the reference panel; its
        change over `months`.
    threshold : float or None
        In the unit of the statistic. Equal to it is not beyond it.
    state : str
        Of ``reaches``.
    clear_at : float or None
        Past which the value must come back before the watch is armed again; the threshold if None.
    months : int or None
        Of ``change``. [months]
    at_least : int
        Fewest items or records behind a value; with fewer the condition cannot be judged. [count]
    only_clear : bool
        Whether the whole 80 % interval must lie beyond the threshold.
    """

    side: Side
    statistic: Statistic = "value"
    threshold: float | None = None
    state: str = ""
    clear_at: float | None = None
    months: int | None = None
    at_least: int = 0
    only_clear: bool = False

    @property
    def back(self) -> float | None:
        """Where the value must come back to."""
        return self.threshold if self.clear_at is None else self.clear_at

    def check(self, subject: Subject) -> None:
        """Refuse a condition that cannot be meant, or that does not fit what is watched.

        Raises
        ------
        UsageError
            Says what to write instead.
        """
        if self.side in {"above", "below"}:
            self._check_number(subject)
        else:
            self._check_state(subject)
        if self.at_least < 0:
            raise UsageError("--at-least: a number of records is 0 or more.")

    def _check_number(self, subject: Subject) -> None:
        if subject.kind not in NUMBERS:
            msg = f"{subject} has no value: use --reaches STATE or --changes."
            raise UsageError(msg)
        numbers = [each for each in (self.threshold, self.clear_at) if each is not None]
        if self.threshold is None or not all(math.isfinite(each) for each in numbers):
            raise UsageError(f"--{self.side}: a finite number is needed.")
        if (self.statistic == "change") != (self.months is not None):
            msg = "--months belongs to --on change, and --on change needs it, as --months 12."
            raise UsageError(msg)
        if self.months is not None and not 1 <= self.months <= 600:
            raise UsageError(f"--months {self.months}: between 1 and 600.")
        if subject.kind not in {"reading", "indicator"} and self.statistic != "value":
            msg = f"{subject} has no history of its own: only --on value can be held against it."
            raise UsageError(msg)
        if self.statistic == "panel" and subject.kind == "indicator" and ">" in subject.name:
            base = subject.name.partition(">")[0]
            msg = (
                f"--on panel: the reference panel ranks {base} as a whole and no direction of it: "
                f"watch {base} --on panel, or {subject.name} --on own."
            )
            raise UsageError(msg)
        if self.statistic in _PERCENTILES and not all(0 < each < 100 for each in numbers):
            msg = f"--on {self.statistic}: a percentile lies between 0 and 100."
            raise UsageError(msg)
        if subject.kind in {"scenario", "question"} and not all(1 <= x <= 99 for x in numbers):
            msg = f"{subject}: write the probability in percent, from 1 to 99, as --above 20."
            raise UsageError(msg)
        if self.only_clear and subject.kind == "ladder":
            raise UsageError("--only-clear: a rung has no interval.")
        self._check_clear()

    def _check_clear(self) -> None:
        if self.clear_at is None or self.threshold is None:
            return
        beyond = self.clear_at > self.threshold
        if self.clear_at != self.threshold and beyond == (self.side == "above"):
            msg = (
                f"--clear {self.clear_at:g} lies beyond --{self.side} {self.threshold:g}: the "
                "watch would be armed again while the condition holds."
            )
            raise UsageError(msg)

    def _check_state(self, subject: Subject) -> None:
        if self.threshold is not None or self.clear_at is not None or self.months is not None:
            raise UsageError(f"--{self.side} takes no threshold, --clear or --months.")
        if self.only_clear:
            raise UsageError(
                f"--only-clear: --{self.side} is about a state, which has no interval."
            )
        if self.statistic != "value":
            raise UsageError(f"--on {self.statistic} needs --above or --below.")
        if self.at_least and subject.kind in _COUNTS_NO_RECORDS:
            msg = f"--at-least: {subject} rests on no count of records. Leave it out."
            raise UsageError(msg)
        numeric = subject.kind in NUMBERS and subject.kind not in _ANY_STATE_OF_A_NUMBER
        if numeric or (self.side == "reaches" and subject.kind in {"indicator", "evidence"}):
            wanted = "--changes" if subject.kind == "evidence" else "--above X or --below X"
            raise UsageError(f"{subject}: use {wanted}.")
        if self.side == "reaches" and not self.state:
            raise UsageError("--reaches: name the state.")

    def words(self, unit: str = "") -> str:
        """Return the condition as `watch list` shows it.

        Examples
        --------
        >>> Condition("above", "own", 90, clear_at=80).words()
        'above percentile 90 of its own history, armed again at 80'
        """
        if self.side == "changes":
            text = "any change"
        elif self.side == "reaches":
            text = f"reaches {self.state}"
        else:
            text = f"{self.side} {_scale_words(self, unit)}"
        if self.clear_at is not None and self.clear_at != self.threshold:
            text += f", armed again at {_plain(self.clear_at)}"
        if self.only_clear:
            text += ", with the whole 80 % interval"
        if self.at_least:
            text += f", on {self.at_least} records or more"
        return text


def _scale_words(condition: Condition, unit: str) -> str:
    at = _plain(condition.threshold or 0.0)
    unit = f" {unit}" if unit and unit not in {"1", "score", "level", "count", "points"} else ""
    return {
        "value": f"{at}{unit}",
        "z": f"{at} standard deviations from its own history",
        "own": f"percentile {at} of its own history",
        "panel": f"percentile {at} of the reference panel",
        "change": f"{at}{unit} in change over {condition.months} months",
    }[condition.statistic]


def _plain(number: float) -> str:
    return f"{number:g}".replace("-", "−")


@dataclass(frozen=True)
class Verdict:
    """A condition on one look.

    Parameters
    ----------
    judged : bool
        Whether it could be judged.
    why : str
        Why not; empty if it was.
    beyond : bool
        Whether it is met. Of ``changes`` this needs what was there before: see `course`.
    cleared : bool
        Whether the value is back past the clear level.
    certainty : {"clear", "touch", ""}
        Of a met condition: whether the 80 % interval lies wholly beyond the threshold; empty where
        there is no interval.
    score : Score or None
        What was held against the threshold.
    point : Point or None
        The value itself, in its own unit.
    state : str or None
        Where the subject has states.
    period : str or None
        Of the value or state.
    distance : float or None
        What is missing to the threshold, in the unit of the statistic; 0 beyond it.
    """

    judged: bool
    why: str = ""
    beyond: bool = False
    cleared: bool = True
    certainty: Certainty = ""
    score: Score | None = None
    point: Point | None = None
    state: str | None = None
    period: str | None = None
    distance: float | None = None


def judge(condition: Condition, look: Look, subject: Subject) -> Verdict:
    """Return whether a condition is met; over missing data it cannot be judged.

    Parameters
    ----------
    condition : Condition
        Checked against `subject` before.
    look : Look
        What the assessment shows.
    subject : Subject
        Of which kind.
    """
    if look.missing:
        return Verdict(judged=False, why=look.missing, period=look.period)
    if condition.at_least > look.records and subject.kind != "evidence":
        why = f"it rests on {look.records} of the {condition.at_least} records that are asked for"
        return Verdict(judged=False, why=why, period=look.period)
    if condition.side in {"above", "below"}:
        return _judge_number(condition, look)
    return _judge_state(condition, look, subject)


def _judge_number(condition: Condition, look: Look) -> Verdict:
    found = score(look, condition.statistic, condition.months)
    if isinstance(found, str):
        return Verdict(judged=False, why=found, period=look.period)
    point, threshold, back = found.point, condition.threshold, condition.back
    assert threshold is not None
    assert back is not None
    sign = 1.0 if condition.side == "above" else -1.0
    near = found.lo80 if condition.side == "above" else found.hi80
    is_clear = near is not None and sign * (near - threshold) > 0
    if condition.only_clear and near is None:
        why = "no interval is known, and the watch asks for one wholly beyond the threshold"
        return Verdict(judged=False, why=why, period=point.period, point=point, score=found)
    past = sign * (found.value - threshold) > 0
    beyond = past and (is_clear or not condition.only_clear)
    certainty: Certainty = "" if near is None or not past else "clear" if is_clear else "touch"
    missing = threshold - found.value
    return Verdict(
        judged=True,
        beyond=beyond,
        cleared=sign * (found.value - back) <= 0,
        certainty=certainty,
        score=found,
        point=point,
        state=look.state,
        period=point.period,
        distance=0.0 if past else missing,
    )


def _judge_state(condition: Condition, look: Look, subject: Subject) -> Verdict:
    point = look.series[-1] if look.series else None
    state = look.state
    if state is None and point is not None:
        state = _all_digits(point.value)
    met = False
    if condition.side == "reaches":
        met = any(
            each is not None and _reached(each, condition.state, look.order, subject)
            for each in (state, look.furthest)
        )
    distance = None
    if look.threshold is not None and point is not None:
        distance = 0.0 if met else look.threshold - point.value
    return Verdict(
        judged=True,
        beyond=met,
        cleared=not met,
        point=point,
        state=state,
        period=look.period,
        distance=distance,
    )


def _all_digits(value: float) -> str:
    """Return a number as it is told apart from any other: six digits would hide a change."""
    return str(int(value)) if value.is_integer() else repr(value)


def _reached(state: str, wanted: str, order: tuple[str, ...], subject: Subject) -> bool:
    if state.casefold() == wanted.casefold():
        return True
    ranks = {each.casefold(): at for at, each in enumerate(order)}
    if subject.kind not in ORDERED or not {state.casefold(), wanted.casefold()} <= set(ranks):
        return False
    return ranks[state.casefold()] > ranks[wanted.casefold()]
