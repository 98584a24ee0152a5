"""What sources of sanctions lists share: the day of a list, programmes, and the rows.

An entry is dated by its own day of listing where the list gives one: the act of that day. A list
that gives none says only that the entry was in force when the list stood; such a row is dated by
the list and public from its day at the latest.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from comity.core.errors import UsageError
from comity.core.records import Batch
from comity.core.sanctions_programmes import sanctions_programmes
from comity.sources._context import ROWS
from comity.sources._places import UNRESOLVED, Tally

if TYPE_CHECKING:
    from comity.core.records import Reject
    from comity.core.sanctions_programmes import Issuer
    from comity.sources._formats import TextFile

__all__ = [
    "NOTES",
    "UNMAPPED",
    "Entry",
    "Grouped",
    "Period",
    "batches_of_entries",
    "day_of",
    "day_of_name",
    "undated",
]

UNMAPPED = "unmapped_programme"
"""Reject code that tells of a programme without a row in the table; its entries are kept."""

NOTES = (UNMAPPED, UNRESOLVED)
"""Codes of rejects that set no entry aside; one for each list, with the number of cells."""

_ROW_LIMIT = min(ROWS, 20_000)
_FIRST_YEAR, _LAST_YEAR = 1945, 2999
_MONTHS = {name: n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name: n for n, name in enumerate(calendar.month_abbr) if name} | {"Sept": 9}
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_WORDED = re.compile(r"(\d{1,2})[ -]([A-Z][a-z]+)\.?[ -](\d{4})")
_NAMED = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?=$|[_. ])")


# ---- days


@dataclass(frozen=True)
class Period:
    """A day, month or year as a publisher gives it.

    Parameters
    ----------
    first, last : datetime.date
        First and last day.
    precision : {"day", "month", "year"}
        What was given.
    """

    first: dt.date
    last: dt.date
    precision: Literal["day", "month", "year"]


def _period(year: int, month: int = 0, day: int = 0) -> Period | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        if day:
            date = dt.date(year, month, day)
            return Period(date, date, "day")
        if month:
            last = calendar.monthrange(year, month)[1]
            return Period(dt.date(year, month, 1), dt.date(year, month, last), "month")
        return Period(dt.date(year, 1, 1), dt.date(year, 12, 31), "year")
    except ValueError:
        return None


def day_of(text: str) -> Period | None:
    """Return the period that a text names; None if it names none.

    Day, month, year is the order of all lists that are read here.

    Examples
    --------
    >>> str(day_of("28.2.2011").first), str(day_of("26 Feb. 2011").first)
    ('2011-02-28', '2011-02-26')
    >>> day_of("2011-02").precision
    'month'
    """
    text = text.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part or 0) for part in match.groups())
        return _period(year, month, day)
    if match := _DOTTED.fullmatch(text):
        day, month, year = map(int, match.groups())
        return _period(year, month, day) if day and month else None
    if (match := _WORDED.fullmatch(text)) and match[2] in _MONTHS:
        return _period(int(match[3]), _MONTHS[match[2]], int(match[1]))
    return None


def day_of_name(file: TextFile) -> Period | None:
    """Return the day or month that begins the name of a file, or of the folder it lies in.

    Inside an archive the member's own name and folder are asked before the archive's. The clock and
    the file's time stamp are never asked: they say when somebody copied it.
    """
    names = [PurePath(file.member).name, PurePath(file.member).parent.name] if file.member else []
    for name in (*names, file.path.name, file.path.absolute().parent.name):
        if match := _NAMED.match(name):
            year, month, day = (int(part or 0) for part in match.groups())
            if found := _period(year, month, day):
                return found
    return None


def undated(file: TextFile) -> UsageError:
    """Return the error for a list that says nowhere from which day it is."""
    name = PurePath(file.member or file.path.name).name
    return UsageError(
        f"{file.label}: the list does not say from which day it is. Put the day before its name"
        f" (2021-07-15_{name}), or keep the files of one day in a folder named by the day"
        " (2021-07-15) or, if only the month is known, by the month (2021-07)."
    )


# ---- entries


@dataclass(frozen=True)
class Entry:
    """One entry of a list, before its programmes are looked up.

    Parameters
    ----------
    ref, name, kind : str
        As in the table ``designations``.
    programmes : tuple of str
        As published.
    countries : tuple of str
        Ids of states.
    listed : Period, optional
        Day of listing; None where the list gives none.
    legal_basis, reason : str
        As published, or empty.
    locator : str
        Where it stands.
    """

    ref: str
    name: str
    kind: str
    programmes: tuple[str, ...]
    countries: tuple[str, ...]
    locator: str
    listed: Period | None = None
    legal_basis: str = ""
    reason: str = ""


class Grouped:
    """Entries that a list spreads over several rows, in the order in which they begin.

    All rows of an entry have to agree on what identifies it; names are few, so that the entries of
    a whole list are held in memory.
    """

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._has_main: set[str] = set()

    def add(self, row: Entry, *, is_main: bool = False) -> tuple[str, str] | None:
        """Join one row to its entry, or say why it cannot be: a code and a sentence.

        Parameters
        ----------
        row : Entry
            What the row says.
        is_main : bool
            Whether its name is the main one; without any, the first name that is not empty is.
        """
        known = self._entries.get(row.ref)
        if known is None:
            self._entries[row.ref] = row
        elif (known.kind, known.listed) != (row.kind, row.listed):
            return "conflict", f"kind or day of listing of {row.ref[:80]} differ between its rows."
        else:
            is_better = bool(row.name) and is_main and row.ref not in self._has_main
            self._entries[row.ref] = replace(
                known,
                name=row.name if is_better or not known.name else known.name,
                programmes=tuple(dict.fromkeys((*known.programmes, *row.programmes))),
                countries=tuple(dict.fromkeys((*known.countries, *row.countries))),
                legal_basis=known.legal_basis or row.legal_basis,
                reason=known.reason or row.reason,
            )
        if is_main and row.name:
            self._has_main.add(row.ref)
        return None

    def entries(self) -> Iterator[Entry]:
        """Yield the entries; one without any name is left for the store to refuse."""
        yield from self._entries.values()


def batches_of_entries(
    issuer: Issuer, imposer: str, list_name: str, stood: Period, entries: Iterable[Entry]
) -> Iterator[Batch | Reject]:
    """Yield the rows of one list, then what is to be said of its programmes.

    Parameters
    ----------
    issuer : str
        As in ``vocabulary/sanctions_programmes.csv``.
    imposer, list_name : str
        As in the table ``designations``.
    stood : Period
        When the list stood as it was read.
    entries : iterable of Entry
        Its entries.
    """
    unmapped = Tally(
        UNMAPPED,
        "programmes that are not in sanctions_programmes.csv, with the number of entries: {texts}"
        " ({number} in all). The entries are kept, without a target for them.",
    )
    rest = iter(entries)
    while part := list(itertools.islice(rest, _ROW_LIMIT)):
        targets = [_target(issuer, entry, unmapped) for entry in part]
        times = [_times(entry.listed, stood) for entry in part]
        days = [entry.listed if _is_day(entry.listed) else None for entry in part]
        yield Batch(
            "designations",
            {
                "list": [list_name] * len(part),
                "listing_ref": [entry.ref for entry in part],
                "list_date": [stood.first] * len(part),
                "imposer": [imposer] * len(part),
                "name": [entry.name for entry in part],
                "kind": [entry.kind for entry in part],
                "programmes": [";".join(entry.programmes) or None for entry in part],
                "target": [target for target, _ in targets],
                "target_basis": [basis for _, basis in targets],
                "countries": [_joined(entry.countries) for entry in part],
                "listed_on": [day.first if day else None for day in days],
                "legal_basis": [entry.legal_basis or None for entry in part],
                "reason": [entry.reason or None for entry in part],
                "locator": [entry.locator for entry in part],
                "occurred_from": [time[0] for time in times],
                "occurred_to": [time[1] for time in times],
                "precision": [time[2] for time in times],
                "public_from": [time[3] for time in times],
                "public_from_basis": [time[4] for time in times],
            },
        )
    yield from unmapped.rejects()


def _joined(ids: Sequence[str]) -> str | None:
    return ";".join(sorted(set(ids))) or None


def _is_day(listed: Period | None) -> bool:
    return listed is not None and listed.precision == "day"


def _target(issuer: Issuer, entry: Entry, unmapped: Tally) -> tuple[str | None, str | None]:
    """Return the states that an entry's programmes are about, and what says so."""
    known = sanctions_programmes()
    sure: set[str] = set()
    likely: set[str] = set()
    for name in entry.programmes:
        row = known.get((issuer, name))
        if row is None:
            unmapped.add(name, entry.locator)
        elif row.target is not None and row.basis == "programme":
            sure.add(row.target)
        elif row.target is not None and row.target in entry.countries:
            likely.add(row.target)
    if not sure | likely:
        return None, None
    # The weaker basis is the one to be told.
    return _joined([*sure, *likely]), "entry" if likely - sure else "programme"


def _times(listed: Period | None, stood: Period) -> tuple[dt.date, dt.date, str, dt.date, str]:
    """Return start, end, precision, first public day and why that day.

    A listing is published when it is made; of one known to the month only the month's last day is
    sure. An entry without a day of listing was on the list when it stood, and a list known to the
    month was out by the month's end.
    """
    period, why = (listed, "act") if listed else (stood, "source")
    after = period.last + dt.timedelta(days=1)
    return period.first, after, period.precision, period.last, why
