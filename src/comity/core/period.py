"""Half-open periods with day, month, quarter, half or year precision."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Literal

from comity.core.errors import UsageError

__all__ = [
    "Period",
    "Precision",
    "add_months",
    "month_of",
    "month_range",
    "month_text",
    "window_over",
]

Precision = Literal["day", "month", "quarter", "half", "year", "span"]

_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")
_HALF = re.compile(r"^(\d{4})-H([12])$")
_YEAR = re.compile(r"^(\d{4})$")


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the first day of the month `months` after the month of `day`.

    Examples
    --------
    >>> add_months(dt.date(2022, 11, 30), 3)
    datetime.date(2023, 2, 1)
    """
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def window_over(end: dt.date, months: int, as_of: dt.date) -> bool:
    """Return whether `months` have passed by `as_of` since what ended before the day `end`.

    Parameters
    ----------
    end : datetime.date
        The day after the last.
    months : int
        Length of the window. [months]
    as_of : datetime.date
        The day on which it is asked.

    Examples
    --------
    >>> window_over(dt.date(2024, 3, 16), 24, dt.date(2026, 3, 14))
    False
    >>> window_over(dt.date(2024, 3, 16), 24, dt.date(2026, 3, 15))
    True
    """
    last = end - dt.timedelta(days=1)
    month = add_months(last, months)
    closes = month + dt.timedelta(days=min(last.day, monthrange(month.year, month.month)[1]) - 1)
    return closes <= as_of


def month_of(day: dt.date) -> int:
    """Return the number of the month of `day`, counted from January of year 0.

    Examples
    --------
    >>> month_of(dt.date(2022, 3, 1)) - month_of(dt.date(2021, 12, 31))
    3
    """
    return day.year * 12 + day.month - 1


def month_text(index: int) -> str:
    """Return ``YYYY-MM`` for a month number of `month_of`.

    Examples
    --------
    >>> month_text(month_of(dt.date(2022, 3, 9)))
    '2022-03'
    """
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def month_range(first: dt.date, last: dt.date) -> list[str]:
    """Return the months from that of `first` to that of `last`, both included.

    Examples
    --------
    >>> month_range(dt.date(2021, 12, 5), dt.date(2022, 1, 1))
    ['2021-12', '2022-01']
    """
    return [month_text(i) for i in range(month_of(first), month_of(last) + 1)]


@dataclass(frozen=True, order=True)
class Period:
    """A half-open span of days ``[start, end)`` and how precisely it is known.

    Parameters
    ----------
    start : datetime.date
        First day.
    end : datetime.date
        First day after.
    precision : Precision
        What the source gave: a day, a month, a quarter, a half, a year, or a stated span.

    Raises
    ------
    UsageError
        If `end` is not after `start`.

    Examples
    --------
    >>> Period.parse("2022-07-19")
    Period(start=datetime.date(2022, 7, 19), end=datetime.date(2022, 7, 20), precision='day')
    >>> Period.parse("2022").days
    365
    >>> Period.parse("2022-10/2023-04").label
    '2022-10/2023-04'
    """

    start: dt.date
    end: dt.date
    precision: Precision = "day"

    def __post_init__(self) -> None:
        if self.end <= self.start:
            msg = f"a period must end after it starts, got {self.start} to {self.end}."
            raise UsageError(msg)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, ``YYYY-Qn``, ``YYYY-Hn`` or ``X/Y``.

        Parameters
        ----------
        text : str
            In ``X/Y`` both ends are included, each in its own precision.

        Raises
        ------
        UsageError
            If `text` is none of these, or names a day that does not exist.
        """
        text = text.strip()
        first, slash, second = text.partition("/")
        try:
            one = cls._parse_one(first.strip())
            if not slash:
                return one
            return cls(one.start, cls._parse_one(second.strip()).end, "span")
        except (ValueError, OverflowError) as error:
            msg = (
                f"cannot read the date {text!r} ({error}). "
                "Write YYYY, YYYY-MM, YYYY-MM-DD, YYYY-Q1 or two of them joined by '/'."
            )
            raise UsageError(msg) from None

    @classmethod
    def _parse_one(cls, text: str) -> Period:
        if hit := _DAY.match(text):
            day = dt.date(*map(int, hit.groups()))
            return cls(day, day + dt.timedelta(days=1), "day")
        if hit := _MONTH.match(text):
            day = dt.date(int(hit[1]), int(hit[2]), 1)
            return cls(day, add_months(day, 1), "month")
        if hit := _QUARTER.match(text):
            day = dt.date(int(hit[1]), 3 * int(hit[2]) - 2, 1)
            return cls(day, add_months(day, 3), "quarter")
        if hit := _HALF.match(text):
            day = dt.date(int(hit[1]), 6 * int(hit[2]) - 5, 1)
            return cls(day, add_months(day, 6), "half")
        if hit := _YEAR.match(text):
            day = dt.date(int(hit[1]), 1, 1)
            return cls(day, dt.date(day.year + 1, 1, 1), "year")
        msg = "not a date"
        raise ValueError(msg)

    @property
    def days(self) -> int:
        """Length of the period [days]."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> dt.date:
        """The last day inside the period."""
        return self.end - dt.timedelta(days=1)

    @property
    def label(self) -> str:
        """The shortest text that `parse` reads back to the same period."""
        start = self.start
        match self.precision:
            case "year":
                return f"{start.year:04d}"
            case "half":
                return f"{start.year:04d}-H{(start.month + 5) // 6}"
            case "quarter":
                return f"{start.year:04d}-Q{(start.month + 2) // 3}"
            case "month":
                return month_text(month_of(start))
            case "day":
                return start.isoformat()
        return _edge(start, self.end)

    def is_over_by(self, day: dt.date) -> bool:
        """Say whether the period is over when `day` begins.

        What sums up a period draws on all of it, its last day too, and that day's events are public
        on the next: so as of its last day it is not known yet.

        Examples
        --------
        >>> year = Period.parse("2023")
        >>> year.is_over_by(dt.date(2023, 12, 31)), year.is_over_by(dt.date(2024, 1, 1))
        (False, True)
        """
        return self.end <= day

    def contains(self, day: dt.date) -> bool:
        """Say whether `day` lies inside."""
        return self.start <= day < self.end

    def overlaps(self, other: Period) -> bool:
        """Say whether the two periods share a day."""
        return self.start < other.end and other.start < self.end


def _edge(start: dt.date, end: dt.date) -> str:
    last = end - dt.timedelta(days=1)
    if start.day == 1 and end.day == 1:
        if start.month == 1 and end.month == 1:
            return f"{start.year:04d}/{last.year:04d}"
        return f"{month_text(month_of(start))}/{month_text(month_of(last))}"
    return f"{start.isoformat()}/{last.isoformat()}"
