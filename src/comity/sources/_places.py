"""Names of places in lists as states, and the texts that could not be used, counted."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.sources._context import reject

if TYPE_CHECKING:
    import datetime as dt

    from comity.core.records import Reject
    from comity.sources._context import States

__all__ = ["UNRESOLVED", "Places", "Tally", "values_of"]

UNRESOLVED = "unresolved_country"
"""Reject code that tells of a place that is no state of the table; its entries are kept."""

_SAYS_NOTHING = frozenset(
    {"", "-0-", "na", "n/a", "none", "none identified", "not available", "undetermined", "unknown"}
)


@dataclass
class Tally:
    """Texts of a file that could not be used, each counted once per cell.

    Parameters
    ----------
    code : str
        Of the rejects that tell of them.
    reason : str
        One sentence with ``{text}`` and ``{cells}``.
    """

    code: str
    reason: str
    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, text: str, locator: str) -> None:
        """Note one cell."""
        self.counts[text] += 1
        self.first.setdefault(text, locator)

    def rejects(self) -> Iterator[Reject]:
        """Yield one row for each text, the most frequent first, at its first place."""
        for text, count in sorted(self.counts.items(), key=lambda item: (-item[1], item[0])):
            cells = "1 cell" if count == 1 else f"{count:,} cells"
            reason = self.reason.format(text=text[:80], cells=cells)
            yield reject(self.first[text], self.code, reason, text)


class Places:
    """Names of places as states, on the day of a list.

    Parameters
    ----------
    states : States
        The table of states.
    day : datetime.date
        Names mean what they meant on this day.
    """

    def __init__(self, states: States, day: dt.date) -> None:
        self._states = states
        self._day = day
        self._names = Tally(
            UNRESOLVED, "{text!r} is no state of the table, in {cells}; the entries are kept."
        )
        self._ends = Tally(
            UNRESOLVED,
            "{cells} with an address that does not end in a state; the entries are kept.",
        )

    def rejects(self) -> Iterator[Reject]:
        """Yield what is to be said of the places that were no states."""
        yield from self._names.rejects()
        yield from self._ends.rejects()

    def one(self, text: str) -> str | None:
        """Return the state that a text names; "Congo, Republic of the" is turned round."""
        text = " ".join(text.split()).strip(" .\"'")
        if text.lower() in _SAYS_NOTHING:
            return None
        found = self._states.one(text, self._day, "name")
        if found is None and text.count(",") == 1:
            last, _, first = text.partition(",")
            found = self._states.one(f"{first.strip()} {last}", self._day, "name")
        return found

    def named(self, text: str, locator: str) -> list[str]:
        """Return the state that a cell names; a cell that names none is counted."""
        found = self.one(text)
        if found is None and text.strip(" .").lower() not in _SAYS_NOTHING:
            self._names.add(text.strip(), locator)
        return [found] if found else []

    def several(self, text: str, locator: str) -> list[str]:
        """Return the states of a cell that may name more than one: "Russian, Belarusian"."""
        if found := self.one(text):
            return [found]
        # A remark in brackets is no part of the name, unless the whole was one.
        bare = re.sub(r"\([^()]*\)", " ", text)
        if found := self.one(bare):
            return [found]
        parts = re.split(r"[;,/]|\band\b", bare)
        return [state for part in parts for state in self.named(part, locator)]

    def address(self, text: str, locator: str) -> list[str]:
        """Return the state at the end of an address, whole or in brackets."""
        tail = text.strip().rpartition(",")[2]
        inside = re.search(r"\(([^()]*)\)\W*$", tail)
        for candidate in (tail, inside[1] if inside else "", re.sub(r"\([^()]*\)", " ", tail)):
            if found := self.one(candidate):
                return [found]
        self._ends.add("addresses", locator)
        return []


def values_of(cell: str) -> list[str]:
    """Return the values of a cell that joins them by ';', a value with ';' in quotation marks."""
    if ";" not in cell and '"' not in cell:
        return [cell.strip()] if cell.strip() else []
    row = next(csv.reader([cell], delimiter=";", skipinitialspace=True), [])
    return [value.strip() for value in row if value.strip()]
