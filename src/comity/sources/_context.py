"""What a row needs besides its own cells: its place, who is meant, and when it was public.

A `Frame` carries rows of a file with their locators, so that a row that has to be given up becomes
a `Reject` with its own text. `States` turns publishers' names and codes into ISO3 codes, once per
distinct name and date, whatever the number of rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from comity.core.actor import Actors
from comity.core.errors import AmbiguousName, UnknownName
from comity.core.records import Batch, Reject

if TYPE_CHECKING:
    from comity.core.actor import CodeSystem

__all__ = [
    "NOT_A_STATE",
    "RAW_LIMIT",
    "ROWS",
    "TERRITORIES",
    "Frame",
    "Seen",
    "States",
    "batches_of",
    "day_columns",
    "days_of",
    "frames_of_table",
    "numbers_of",
    "reject",
    "year_columns",
    "years_of",
]

ROWS = 100_000
"""Rows that a frame or a batch holds at most."""

RAW_LIMIT = 4_000
"""Characters of a rejected row that are kept."""

NOT_A_STATE = "not_a_state"
"""Reject code of a row about actors that are legitimately not states; no error of the file."""

TERRITORIES = frozenset({
    "ABW", "AIA", "ASM", "ATA", "BES", "BMU", "COK", "CUW", "CYM", "ESH", "FLK", "FRO", "GGY",
    "GIB", "GLP", "GRL", "GUF", "GUM", "HKG", "IMN", "JEY", "MAC", "MNP", "MSR", "MTQ", "MYT",
    "NCL", "NIU", "PRI", "PYF", "REU", "SHN", "SXM", "TCA", "VGB", "VIR",
})  # fmt: skip
"""ISO3 codes of places that are no states of their own; any other unknown code is an error."""


def reject(locator: str, code: str, reason: str, raw: str) -> Reject:
    """Return a rejected row, its text cut at 4,000 characters and free of broken bytes."""
    text = raw[:RAW_LIMIT].encode("utf-8", "backslashreplace").decode("utf-8")
    return Reject(locator, code, reason, text.replace("\x00", "\\x00"))


@dataclass
class Frame:
    """Some rows of a file, with where each stands; rows are dropped with a reason, never silently.

    Parameters
    ----------
    data : pandas.DataFrame
        Columns as published.
    locators : list of str
        Where each row stands, e.g. ``"UNVotes.csv, line 12"``.
    raw : callable
        Gives the text of a row by position.
    rejects : list of Reject
        Rows given up so far.
    label : str
        The file that the rows are from, as its locators begin.
    """

    data: pd.DataFrame
    locators: list[str]
    raw: Callable[[int], str]
    rejects: list[Reject] = field(default_factory=list)
    label: str = ""
    keep: np.ndarray[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.keep = np.ones(len(self.data), dtype=bool)

    def drop(self, bad: Any, code: str, reason: str | Callable[[int], str]) -> None:
        """Reject the rows where `bad` holds and that are still kept."""
        mask = np.asarray(bad, dtype=bool) & self.keep
        for position in np.flatnonzero(mask):
            why = reason if isinstance(reason, str) else reason(int(position))
            row = reject(self.locators[position], code, why, self.raw(int(position)))
            self.rejects.append(row)
        self.keep &= ~mask

    def drop_repeated(self, keys: pd.DataFrame, seen: Seen, reason: str) -> None:
        """Reject the kept rows whose key was seen before, in this frame or an earlier one."""
        repeated = np.zeros(len(self.data), dtype=bool)
        repeated[self.keep] = seen.add(keys[self.keep])
        self.drop(repeated, "duplicate", reason)

    def cell(self, column: str, position: int) -> str:
        """Return a cell as text, for a reason a person reads."""
        return str(self.data[column].iloc[position])[:80]

    def kept(self, values: Any) -> list[Any]:
        """Return the kept ones of `values`, one per row, as a list with None for missing."""
        array = np.asarray(values, dtype=object)[self.keep]
        array[pd.isna(array)] = None
        return list(array)


def frames_of_table(table: pd.DataFrame, label: str, rows: int = ROWS) -> Iterator[Frame]:
    """Yield a data frame that was read whole as frames with locators ``"file.rda, row 12"``."""
    for start in range(0, len(table), rows):
        part = table.iloc[start : start + rows].reset_index(drop=True)
        locators = [f"{label}, row {start + 1 + i}" for i in range(len(part))]
        yield Frame(part, locators, _row_text(part), label=label)


def _row_text(part: pd.DataFrame) -> Callable[[int], str]:
    return lambda position: ", ".join(f"{k}={v}" for k, v in part.iloc[position].items())


class Seen:
    """The keys met so far, as 64-bit hashes in sorted runs: eight bytes a key.

    Two different keys among ten million share a hash with a probability of about one in 400,000.
    """

    def __init__(self) -> None:
        self._runs: list[np.ndarray[Any, Any]] = []

    def add(self, keys: pd.DataFrame) -> Any:
        """Note the keys, one per row, and say of each whether it was noted before.

        Returns
        -------
        numpy.ndarray
            True for a repeated key, dims (row).
        """
        if keys.empty:
            return np.zeros(0, dtype=bool)
        hashes = pd.util.hash_pandas_object(keys.astype(str), index=False).to_numpy()
        _, first = np.unique(hashes, return_index=True)
        repeated = np.ones(len(hashes), dtype=bool)
        repeated[first] = False
        for run in self._runs:
            place = np.minimum(np.searchsorted(run, hashes), len(run) - 1)
            repeated |= run[place] == hashes
        self._runs.append(np.sort(hashes[~repeated]))
        # Runs of like length are joined, so that there are few of them.
        while len(self._runs) > 1 and len(self._runs[-2]) <= 2 * len(self._runs[-1]):
            self._runs[-2:] = [np.sort(np.concatenate(self._runs[-2:]))]
        self._runs = [run for run in self._runs if len(run)]
        return repeated


class States:
    """Publishers' names and codes of states as our ids, by date.

    Parameters
    ----------
    actors : Actors, optional
        The table of states; the built-in one if not given.
    """

    def __init__(self, actors: Actors | None = None) -> None:
        self._actors = actors or Actors.load()
        self._known: dict[tuple[str, str, dt.date], str | None] = {}
        self._never: set[tuple[str, str]] = set()

    def on_day(self, texts: Any, days: Sequence[dt.date | None], system: str) -> Any:
        """Return the ids of states on given days, None where there is no such state.

        Parameters
        ----------
        texts : sequence of str
            Names, or codes of `system`; None for missing.
        days : sequence of datetime.date
            One per name; None for a date that could not be read.
        system : str
            ``"name"``, or a code system of `Actors.resolve_code`.

        Returns
        -------
        numpy.ndarray
            Ids (ISO3, or the code of a former state) or None, dims (row).
        """
        text_codes, text_values = pd.factorize(np.asarray(texts, dtype=object))
        years = np.array([-1 if day is None else day.year for day in days])
        pairs = pd.MultiIndex.from_arrays([text_codes, years])
        pair_codes, pair_values = pd.factorize(pairs)
        found = np.empty(len(pair_values), dtype=object)
        unsettled = np.zeros(len(pair_values), dtype=bool)
        for position, (text_code, year) in enumerate(pair_values):
            if text_code < 0 or year < 1:
                continue
            text = str(text_values[text_code])
            first = self.one(text, dt.date(int(year), 1, 1), system)
            found[position] = first
            unsettled[position] = first != self.one(text, dt.date(int(year), 12, 31), system)
        out = found[pair_codes]
        # A state that begins or ends within the year is looked up on the very day.
        for row in map(int, np.flatnonzero(unsettled[pair_codes])):
            day = days[row]
            out[row] = None if day is None else self.one(str(texts[row]), day, system)
        return out

    def in_year(self, texts: Any, years: Sequence[int | None], system: str) -> Any:
        """Return the ids of states that existed at some time of a year, else None.

        The middle of the year decides, then its end, then its start.
        """
        out = np.empty(len(texts), dtype=object)
        settled: dict[tuple[Any, int], str | None] = {}
        for row, (text, year) in enumerate(zip(texts, years, strict=True)):
            if text is None or year is None or not 1 <= year <= 9998:
                continue
            key = (text, year)
            if key not in settled:
                days = (dt.date(year, 7, 1), dt.date(year, 12, 31), dt.date(year, 1, 1))
                hits = (self.one(str(text), day, system) for day in days)
                settled[key] = next((hit for hit in hits if hit is not None), None)
            out[row] = settled[key]
        return out

    def one(self, text: str, day: dt.date, system: str) -> str | None:
        """Return the id of one state on one day, or None.

        A name or code used before its state began names that state, as `Actors.resolve_code` has
        it: Ukraine voted in the United Nations from 1946. A name that two states bore that day
        (Germany in 1975) names neither.
        """
        if (text, system) in self._never:
            return None
        if system == "name" and not self._actors.is_name(text):
            # Thousands of names of persons must not each be compared with all states.
            self._never.add((text, system))
            return None
        key = (text, system, day)
        if key not in self._known:
            try:
                self._known[key] = self._resolve(text, day, system)
            except AmbiguousName:
                self._known[key] = None
            except UnknownName:
                self._never.add((text, system))
                return None
        return self._known[key]

    def _resolve(self, text: str, day: dt.date, system: str) -> str:
        if system != "name":
            return self._actors.resolve_code(text, cast("CodeSystem", system), day).id
        try:
            return self._actors.resolve(text, day).id
        except AmbiguousName:
            present = self._actors.resolve(text)
            if present.begins_after(day) and len(self._actors.lineage(present.id)) == 1:
                return present.id
            raise


def days_of(values: Any) -> Any:
    """Return dates from ISO texts or dates, dims (row); None where there is no such day."""
    codes, distinct = pd.factorize(np.asarray(values, dtype=object))
    days = np.empty(len(distinct) + 1, dtype=object)  # the last one stays None, for code -1
    for position, value in enumerate(distinct):
        days[position] = _day(value)
    return days[codes]


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return None if pd.isna(value) else value.date()
    if isinstance(value, dt.date):
        return value
    text = str(value).strip()
    try:
        return dt.date.fromisoformat(text[:10]) if text[4:5] == "-" else None
    except ValueError:
        return None


def numbers_of(values: Any) -> Any:
    """Return finite numbers as floats, NaN for an empty, infinite or unreadable cell."""
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
    array = numbers.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(array), array, np.nan)


def years_of(values: Any) -> list[int | None]:
    """Return whole years between 1 and 9998, None for anything else."""
    return [
        int(number) if 1 <= number <= 9998 and number == int(number) else None
        for number in np.nan_to_num(numbers_of(values), nan=0.0)
    ]


def day_columns(days: Sequence[dt.date], lag: int = 0) -> dict[str, list[object]]:
    """Return the time columns of acts that lasted one day and were public at once.

    Parameters
    ----------
    days : sequence of datetime.date
        The day of each row.
    lag : int
        Days after the act from which it was publicly known. [days]
    """
    codes, distinct = pd.factorize(np.asarray(days, dtype=object))
    return {
        "occurred_from": list(days),
        "occurred_to": _shifted(codes, distinct, 1),
        "precision": ["day"] * len(days),
        "public_from": _shifted(codes, distinct, lag),
        "public_from_basis": ["act"] * len(days),
    }


def _shifted(codes: Any, distinct: Any, days: int) -> list[object]:
    step = dt.timedelta(days=days)
    shifted = np.empty(len(distinct), dtype=object)
    for position, day in enumerate(distinct):
        shifted[position] = day + step
    return list(shifted[codes])


def year_columns(
    years: Sequence[int], public: Callable[[int], dt.date], basis: str
) -> dict[str, list[object]]:
    """Return the time columns of rows about whole years.

    Parameters
    ----------
    years : sequence of int
        Calendar year of each row.
    public : callable
        Gives the day from which a row about that year was publicly known.
    basis : str
        Why that day: ``act``, ``source`` or ``assumed``.
    """
    times = {y: (dt.date(y, 1, 1), dt.date(y + 1, 1, 1), public(y)) for y in set(years)}
    return {
        "occurred_from": [times[year][0] for year in years],
        "occurred_to": [times[year][1] for year in years],
        "precision": ["year"] * len(years),
        "public_from": [times[year][2] for year in years],
        "public_from_basis": [basis] * len(years),
    }


def batches_of(
    table: str, columns: Mapping[str, Sequence[Any]], rows: int = ROWS
) -> Iterator[Batch]:
    """Yield columns of equal length as batches of at most `rows` rows; nothing if empty."""
    lists = {name: list(values) for name, values in columns.items()}
    length = len(next(iter(lists.values()), []))
    for start in range(0, length, rows):
        part = {name: values[start : start + rows] for name, values in lists.items()}
        yield Batch(table, part)
