"""Stored entries of sanctions lists, counted by whose conduct they are about."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from comity.evidence.view import EvidenceView

__all__ = ["EntriesOfDay", "ListingsOfYear", "entries_by_list_date", "listings_by_year"]

# An entry under programmes about two states counts for each of them.
_BY_TARGET = """
WITH entries AS (
  SELECT list, listing_ref, list_date, listed_on,
    nullif(unnest(string_split(coalesce(target, ''), ';')), '') AS target
  FROM designations
)"""


class EntriesOfDay(NamedTuple):
    """Entries of one list about one state, on the day of the list.

    Parameters
    ----------
    list : str
        As in the table.
    list_date : datetime.date
        Day of the list; the first of the month of a list that is known to the month.
    target : str or None
        ISO3; None for entries whose programmes are about no state.
    entries : int
        [count]
    """

    list: str
    list_date: dt.date
    target: str | None
    entries: int


class ListingsOfYear(NamedTuple):
    """Listings of one year that later stood on a list which was read.

    Parameters
    ----------
    list : str
        As in the table.
    year : int
        In which they were listed.
    target : str or None
        ISO3; None for entries whose programmes are about no state.
    listings : int
        Entries of that year, each once however many lists were read. Who was taken off before the
        first of them is missing, so that it is a lower bound. [count]
    """

    list: str
    year: int
    target: str | None
    listings: int


def entries_by_list_date(view: EvidenceView) -> tuple[EntriesOfDay, ...]:
    """Count the entries of each list by its day and the state that they are about.

    Lists are not added up: the same person can stand on several. A list younger than the view's day
    is not counted, though its older listings are known.

    Parameters
    ----------
    view : EvidenceView
        The store, as of a day.

    Returns
    -------
    tuple of EntriesOfDay
        Sorted by list, day and target, entries without a target last.
    """
    rows = view.query(
        f"{_BY_TARGET} SELECT list, list_date, target, count(*) FROM entries"
        " WHERE list_date IS NOT NULL GROUP BY ALL ORDER BY list, list_date, target NULLS LAST",
        [],
    )
    return tuple(EntriesOfDay(*row) for row in rows)


def listings_by_year(view: EvidenceView) -> tuple[ListingsOfYear, ...]:
    """Count the listings of each year by list and the state that they are about.

    Only lists that give a day of listing have any: OFAC's legacy files do not.

    Parameters
    ----------
    view : EvidenceView
        The store, as of a day.

    Returns
    -------
    tuple of ListingsOfYear
        Sorted by list, year and target, listings without a target last.
    """
    rows = view.query(
        f"{_BY_TARGET} SELECT list, year(listed_on), target, count(DISTINCT listing_ref)"
        " FROM entries WHERE listed_on IS NOT NULL GROUP BY ALL"
        " ORDER BY list, year(listed_on), target NULLS LAST",
        [],
    )
    return tuple(ListingsOfYear(*row) for row in rows)
