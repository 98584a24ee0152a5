"""Spans of days: joined, and one set of them without another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

__all__ = ["Span", "joined", "overlap", "without"]

Span = tuple[dt.date, dt.date]
"""First and last day, both included."""

_DAY = dt.timedelta(days=1)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same days in as few spans as there can be, in order.

    Examples
    --------
    >>> day = dt.date(2024, 1, 1)
    >>> later = dt.date(2024, 1, 2)
    >>> joined([(later, later), (day, day)]) == [(day, later)]
    True
    """
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= _after(found[-1][1]):
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Return the days of joined `spans` that are in none of joined `taken`."""
    left: list[Span] = []
    for first, last in spans:
        start = first
        for begin, end in taken:
            if end < start or begin > last:
                continue
            if begin > start:
                left.append((start, begin - _DAY))
            start = _after(end)
            if start > last or end == dt.date.max:
                break
        if start <= last and not any(begin <= start <= end for begin, end in taken):
            left.append((start, last))
    return left


def overlap(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return the days that are both in joined `spans` and in joined `others`."""
    return [
        (max(first, begin), min(last, end))
        for first, last in spans
        for begin, end in others
        if begin <= last and end >= first
    ]


def _after(day: dt.date) -> dt.date:
    return day if day == dt.date.max else day + _DAY
