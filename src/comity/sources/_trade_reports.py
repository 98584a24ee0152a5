"""What states report of their trade: periods, the states of that time, and when it was known."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.core.period import Period, add_months
from comity.sources._context import Frame, Seen, States, batches_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from comity.core.records import Batch

__all__ = ["KEYS", "Periods", "drop_second_reports", "periods_of", "report_batches"]

KEYS = ("reporter", "partner", "flow", "commodity", "classification", "period")
_FIRST, _LAST = "1900", "2199"
_MONTHS_UNTIL_KNOWN = 3
_YEAR, _MONTH = re.compile(r"(\d{4})(?:\.0)?$"), re.compile(r"(\d{4})-?M?(\d{2})(?:\.0)?$")


@dataclass(frozen=True)
class Periods:
    """The years and months that the rows of a frame are about.

    Parameters
    ----------
    names : list of str or None
        ``YYYY`` or ``YYYY-MM``, dims (row).
    states : States
        Names and codes.
    """

    names: list[str | None]
    states: States

    def resolve(self, codes: Any, system: str) -> Any:
        """Return the ids of the states of that time; the middle of a month or year decides."""
        years = [int(name[:4]) if name else None for name in self.names]
        found = self.states.in_year(codes, years, system)
        monthly = np.array([len(name or "") > 4 for name in self.names], dtype=bool)
        if monthly.any():
            days = [dt.date.fromisoformat(f"{n}-15") if m else None
                    for n, m in zip(self.names, monthly, strict=True)]  # fmt: skip
            found = np.where(monthly, self.states.on_day(codes, days, system), found)
        return found


def periods_of(
    frame: Frame, column: str, states: States, also: Callable[[str], str | None] | None = None
) -> Periods:
    """Return the periods in a column; rows without a year or a month are dropped.

    Parameters
    ----------
    frame : Frame
        Rows with columns as published: 2022, 202205, 2022-05 or 2022-M05.
    column : str
        The column.
    states : States
        Names and codes.
    also : callable, optional
        Says why a period is out of scope, e.g. ``other_period`` for a quarter; None if it is not.
    """
    cells = [str(cell).strip() for cell in frame.data[column]]
    known = {cell: _period(cell) for cell in set(cells)}
    names = [known[cell] for cell in cells]
    if also is not None:
        codes = {cell: also(cell) for cell in known}
        for code in sorted({code for code in codes.values() if code}):
            frame.drop([codes[cell] == code for cell in cells], code,
                       lambda row: f"{cells[row]} is neither a year nor a month.")  # fmt: skip
    frame.drop([name is None for name in names], "bad_value",
               lambda row: f"{cells[row][:40]!r} is neither a year nor a month.")  # fmt: skip
    return Periods(names, states)


def _period(text: str) -> str | None:
    year, month = _YEAR.match(text), _MONTH.match(text)
    if year is not None and _FIRST <= year[1] <= _LAST:
        return year[1]
    if month is not None and _FIRST <= month[1] <= _LAST and "01" <= month[2] <= "12":
        return f"{month[1]}-{month[2]}"
    return None


def drop_second_reports(frame: Frame, keys: pd.DataFrame, seen: Seen) -> None:
    """Drop rows whose states, flow, commodity and period were given before."""
    frame.drop_repeated(
        keys, seen, "this report is given twice, or under two codes of one state or value."
    )


def report_batches(columns: dict[str, Sequence[Any]]) -> Iterator[Batch]:
    """Yield rows of ``trade_reports`` with their times.

    A year counts as known from 1 July of the next one, a month from the first day of the fourth
    month after; both are assumed, as no file says it.

    Parameters
    ----------
    columns : dict of str to sequence
        Columns of the table without those of time, and ``locator``.
    """
    names = list(columns["period"])
    times = {name: _times(name) for name in set(names)}
    time: dict[str, Sequence[Any]] = {
        "occurred_from": [times[name][0] for name in names],
        "occurred_to": [times[name][1] for name in names],
        "precision": ["year" if len(name) == 4 else "month" for name in names],
        "public_from": [times[name][2] for name in names],
        "public_from_basis": ["assumed"] * len(names),
    }
    yield from batches_of("trade_reports", {**columns, **time})


def _times(name: str) -> tuple[dt.date, dt.date, dt.date]:
    period = Period.parse(name)
    if len(name) == 4:
        return period.start, period.end, dt.date(period.end.year, 7, 1)
    return period.start, period.end, add_months(period.end, _MONTHS_UNTIL_KNOWN)
