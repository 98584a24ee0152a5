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
_NO_STATE_AT_THE_END = "an address without a state at its end"
_LONGEST = 80
_SHOWN = 20


@dataclass
class Tally:
    """Texts of a list that could not be used, with the number of cells of each.

    Parameters
    ----------
    code : str
        Of the reject that tells of them.
    reason : str
        One sentence with ``{number}`` of different texts and ``{texts}``, the most frequent ones.
    """

    code: str
    reason: str
    counts: Counter[str] = field(default_factory=Counter)
    first: str = ""

    def add(self, text: str, locator: str) -> None:
        """Note one cell."""
        self.counts[text[:_LONGEST]] += 1
        self.first = self.first or locator

    def rejects(self) -> Iterator[Reject]:
        """Yield one row that tells of all, at the place of the first; nothing if there is none."""
        if not self.counts:
            return
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        listed = [f"{text!r} {count:,}" for text, count in ordered]
        shown = ", ".join(listed[:_SHOWN]) + (", ..." if len(listed) > _SHOWN else "")
        # One row, because the store keeps one example of each code and file.
        reason = self.reason.format(number=len(listed), texts=shown)
        yield reject(self.first, self.code, reason, "; ".join(listed))


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
        self._tally = Tally(
            UNRESOLVED,
            "places that are no state of the table, with the number of cells: {texts} ({number} in"
            " all). The entries are kept.",
        )

    def rejects(self) -> Iterator[Reject]:
        """Yield what is to be said of the places that were no states."""
        yield from self._tally.rejects()

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
            self._tally.add(text.strip(), locator)
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
        self._tally.add(_NO_STATE_AT_THE_END, locator)
        return []


def values_of(cell: str) -> list[str]:
    """Return the values of a cell that joins them by ';', a value with ';' in quotation marks."""
    if ";" not in cell and '"' not in cell:
        return [cell.strip()] if cell.strip() else []
    row = next(csv.reader([cell], delimiter=";", skipinitialspace=True), [])
    return [value.strip() for value in row if value.strip()]
