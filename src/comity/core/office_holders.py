"""Who spoke for which state when: heads of state and government, and foreign ministers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from comity.core.catalog import Declaration, builtin_catalog, read_csv
from comity.core.errors import CatalogError

__all__ = ["OfficeHolder", "office_holders"]


class OfficeHolder(Declaration):
    """One term of one person, a row of ``actors/office_holders.csv``.

    Parameters
    ----------
    name : str
        As ICEWS spells it; no other spelling is matched.
    state : str
        ISO3.
    office : str
        What it was.
    start, end : datetime.date
        First day, and first day after; only days that the source vouches for.
    source : str
        Address of the page that gives the term.
    """

    name: str
    state: str
    office: str
    start: dt.date
    end: dt.date
    source: str


@cache
def office_holders() -> Mapping[str, tuple[OfficeHolder, ...]]:
    """Return the known terms by the person's name.

    The table is small: it holds the most frequent persons whose terms could be documented. A person
    who is not in it, or not in office on a day, belongs to no state that day.

    Raises
    ------
    CatalogError
        If a term ends before it starts, or two terms of one person overlap.

    Examples
    --------
    >>> [term.state for term in office_holders()["Barack Obama"]]
    ['USA']
    """
    found: dict[str, tuple[OfficeHolder, ...]] = {}
    for row in read_csv(builtin_catalog() / "actors" / "office_holders.csv", OfficeHolder):
        others = found.get(row.name, ())
        if row.start >= row.end or any(o.start < row.end and row.start < o.end for o in others):
            place = f"actors/office_holders.csv, {row.name}"
            raise CatalogError(place, f"the term from {row.start} is empty or overlaps another")
        found[row.name] = (*others, row)
    return MappingProxyType(found)
