"""What is held against a threshold: a value, and where it lies in its history or among dyads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from comity.core.errors import UsageError
from comity.core.period import Period, add_months
from comity.indicators.quality import own_scale

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.judgement.watching.look import Look, Point

__all__ = ["LEAST_HISTORY", "Score", "Statistic", "score"]

Statistic = Literal["value", "z", "own", "panel", "change"]

LEAST_HISTORY = 8
"""Fewest earlier periods that make a history to be held against."""


@dataclass(frozen=True)
class Score:
    """A value on the scale of a threshold, with its 80 % interval.

    Parameters
    ----------
    value : float
        In the unit of the statistic.
    lo80, hi80 : float or None
        None where no interval is known.
    against : str
        What it is held against, in words.
    point : Point
        The value itself, in its own unit.
    """

    value: float
    lo80: float | None
    hi80: float | None
    against: str
    point: Point


def score(look: Look, statistic: Statistic, months: int | None) -> Score | str:
    """Return the latest value on the scale of a statistic, or why it cannot be had.

    Parameters
    ----------
    look : Look
        With its history.
    statistic : Statistic
        The scale.
    months : int or None
        Of ``change``. [months]
    """
    if statistic == "panel":
        return _in_panel(look)
    if not look.series:
        return "it has no value"
    now, past = look.series[-1], look.series[:-1]
    if statistic == "value":
        return Score(now.value, now.lo80, now.hi80, "the value itself", now)
    if statistic == "change":
        return _change(now, past, months or 0)
    if len(past) < LEAST_HISTORY:
        return f"its own history has {len(past)} earlier periods, {LEAST_HISTORY} are needed"
    return _z(now, past) if statistic == "z" else _percentile(now, past)


def _history_words(past: Sequence[Point]) -> str:
    return f"its {len(past)} earlier periods since {past[0].period}"


def _z(now: Point, past: Sequence[Point]) -> Score | str:
    scale = own_scale([each.value for each in past])
    if scale is None:
        return "its own history does not vary"
    centre, spread = scale
    return _mapped(now, lambda x: (x - centre) / spread, _history_words(past))


def _percentile(now: Point, past: Sequence[Point]) -> Score:
    values = [each.value for each in past]

    def rank(x: float) -> float:
        lower = sum(value < x for value in values)
        equal = sum(value == x for value in values)
        return 100.0 * (lower + equal / 2) / len(values)

    return _mapped(now, rank, _history_words(past))


def _mapped(now: Point, scale: Callable[[float], float], against: str) -> Score:
    """Carry a value and its interval to a scale that rises with the value."""
    lo = None if now.lo80 is None else scale(now.lo80)
    hi = None if now.hi80 is None else scale(now.hi80)
    return Score(scale(now.value), lo, hi, against, now)


def _in_panel(look: Look) -> Score | str:
    if look.panel_missing:
        return look.panel_missing
    if not look.panel:
        return "no reference panel holds this dyad for it"
    now = look.panel[-1]
    same = [each for each in look.series if each.period == now.period]
    # the panel may end before the dyad's own record: what is told is of the panel's period
    return Score(now.value, now.lo80, now.hi80, f"the reference panel of {now.period}",
                 same[-1] if same else now)  # fmt: skip


def _change(now: Point, past: Sequence[Point], months: int) -> Score | str:
    """Return the change over some months.

    The two errors are taken as independent. In a line that is smoothed over time they go together,
    so the interval is wider than the truth, never narrower.
    """
    wanted = _end_index(now.period) - months
    slack = max(months // 2, 1)
    ends = [(_end_index(each.period), each) for each in past]
    near = [(end, each) for end, each in ends if wanted - slack < end <= wanted]
    if not near:
        return f"nothing is known of {months} months earlier"
    then = max(near, key=lambda each: each[0])[1]
    change = now.value - then.value
    against = f"its value of {then.period}, {then.value:.3g}"
    bounds = (now.lo80, now.hi80, then.lo80, then.hi80)
    if None in bounds:
        return Score(change, None, None, against, now)
    lo = math.hypot(now.value - _known(now.lo80), _known(then.hi80) - then.value)
    hi = math.hypot(_known(now.hi80) - now.value, then.value - _known(then.lo80))
    return Score(change, change - lo, change + hi, against, now)


def _known(bound: float | None) -> float:
    assert bound is not None
    return bound


def _end_index(period: str) -> int:
    """Return the number of the first month after a period."""
    try:
        last = Period.parse(period).last_day
    except UsageError:
        return -1
    after = add_months(last, 1)
    return after.year * 12 + after.month
