"""Share of things done within a time, where some are still open and some ended undone.

Items still open are censored at the last day seen, never counted as failures; an item that ended
undone stays in the denominator. The share is the cumulative incidence of Aalen and Johansen, which
is the complement of Kaplan and Meier's curve where nothing ends undone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Followed", "Incidence", "incidence", "median_time", "wilson"]

Outcome = Literal["done", "ended", "open"]
_Z80 = 1.2815515655446004


@dataclass(frozen=True)
class Followed:
    """One item: how long it was followed, and how that ended.

    Parameters
    ----------
    time : float
        From its start until it was done, ended, or last seen. [any unit of time]
    outcome : str
        ``done``, ``ended`` (it can no longer be done) or ``open`` (censored).
    """

    time: float
    outcome: Outcome


@dataclass(frozen=True)
class Incidence:
    """The share done by a time, with its 80 % interval and the items still followed then."""

    value: float
    lo80: float
    hi80: float
    at_risk: int


def incidence(items: Sequence[Followed], time: float) -> Incidence | None:
    """Return the share done by `time`; None if nobody was followed for so long.

    Parameters
    ----------
    items : sequence of Followed
        Independent of each other.
    time : float
        In the unit of the items.

    Notes
    -----
    The variance is that of the delta method; the interval is symmetric on the scale
    ``log(-log(1 - share))``. Where the share is 0 or 1 it is the interval of Wilson over the
    items whose fate by then is known.

    References
    ----------
    .. [1] Marubini, E. and Valsecchi, M. G., Analysing Survival Data from Clinical Trials and
       Observational Studies, Wiley 1995, chapter 10.

    Examples
    --------
    >>> done = [Followed(1, "done"), Followed(2, "done"), Followed(3, "open"), Followed(4, "open")]
    >>> incidence(done, 2.5).value
    0.5
    """
    if not items:
        return None
    at_risk = sum(item.time >= time for item in items)
    still_open = any(item.outcome == "open" for item in items)
    if not at_risk and still_open and max(item.time for item in items) < time:
        return None
    steps = _steps(items, time)
    share = steps[-1][3] if steps else 0.0
    if not 0.0 < share < 1.0:
        known = sum(item.time >= time or item.outcome != "open" for item in items)
        lo, hi = wilson(round(share) * known, known)
        return Incidence(share, min(lo, share), max(hi, share), at_risk)
    error = math.sqrt(max(_variance(steps, share), 0.0))
    scale = math.log(1 - share)
    width = _Z80 * error / ((1 - share) * abs(scale))
    lo = 1 - math.exp(scale * math.exp(-width))
    hi = 1 - math.exp(scale * math.exp(width))
    return Incidence(share, lo, hi, at_risk)


def median_time(items: Sequence[Followed]) -> float | None:
    """Return the first time by which half of the items were done; None if there is none.

    Examples
    --------
    >>> median_time([Followed(3, "done"), Followed(5, "done"), Followed(9, "open")])
    5
    """
    for time in sorted({item.time for item in items if item.outcome == "done"}):
        found = incidence(items, time)
        if found is not None and found.value >= 0.5:
            return time
    return None


def wilson(k: int, n: int) -> tuple[float, float]:
    """Return the 80 % interval of a share by Wilson's score; all that is possible if n is 0.

    References
    ----------
    .. [1] Wilson, E. B. (1927), Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> [round(bound, 2) for bound in wilson(3, 10)]
    [0.15, 0.5]
    """
    if n == 0:
        return 0.0, 1.0
    z2, share = _Z80**2, k / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z80 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


_Step = tuple[int, int, int, float, float]


def _steps(items: Sequence[Followed], time: float) -> list[_Step]:
    """Return at each time: at risk, leaving, done, share done, and share left just before."""
    steps: list[_Step] = []
    left, share = 1.0, 0.0
    for at in sorted({item.time for item in items if item.outcome != "open" and item.time <= time}):
        here = sum(item.time >= at for item in items)
        done = sum(item.time == at and item.outcome == "done" for item in items)
        gone = sum(item.time == at and item.outcome != "open" for item in items)
        share += left * done / here
        steps.append((here, gone, done, share, left))
        left *= 1 - gone / here
    return steps


def _variance(steps: list[_Step], share: float) -> float:
    total = 0.0
    for here, gone, done, by_then, left in steps:
        rest = share - by_then
        if here > gone:
            total += rest**2 * gone / (here * (here - gone))
        total += left**2 * (here - done) * done / here**3
        total -= 2 * rest * left * done / here**2
    return total
