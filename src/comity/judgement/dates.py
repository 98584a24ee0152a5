"""Dates as they are printed."""

from __future__ import annotations

import datetime as dt
import re

__all__ = ["MONTHS", "long_date", "month_name", "printed"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PARTIAL = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


def long_date(day: dt.date) -> str:
    """Return a day as it is printed.

    Examples
    --------
    >>> long_date(dt.date(2026, 4, 15))
    '15 April 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def month_name(text: str) -> str:
    """Return ``YYYY-MM`` as it is printed.

    Examples
    --------
    >>> month_name("2022-08")
    'August 2022'
    """
    return f"{MONTHS[int(text[5:7]) - 1]} {text[:4]}"


def printed(text: str) -> str:
    """Return a date of any precision as it is printed; anything else stays as it is.

    Examples
    --------
    >>> printed("2022-07-19"), printed("2022-07"), printed("2022"), printed("2022-Q3")
    ('19 July 2022', 'July 2022', '2022', '2022-Q3')
    """
    first, slash, last = text.partition("/")
    if slash:
        return f"{printed(first)} to {printed(last)}"
    if not _PARTIAL.match(text) or len(text) == 4:
        return text
    return month_name(text) if len(text) == 7 else long_date(dt.date.fromisoformat(text))
