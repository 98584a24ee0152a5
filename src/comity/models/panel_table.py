"""A user's own panel as a CSV file: checked, and laid on a monthly grid."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.core.errors import MeasurementError, NotEnoughObservations, nearest
from comity.core.period import month_text
from comity.models._protocol import READINGS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["COLUMNS", "PanelRow", "PanelTable", "check_rows", "read_panel_table"]

COLUMNS = ("indicator", "reads", "polarity", "period", "value", "sd")
_REQUIRED = COLUMNS[:5]
_PERIOD = re.compile(r"^(\d{4})(?:-(0[1-9]|1[0-2]))?$")
_MAX_ROWS = 1_000_000
_MAX_MONTHS = 6_000


@dataclass(frozen=True)
class PanelRow:
    """One checked row.

    Parameters
    ----------
    indicator, reads : str
        Name of the indicator and the reading that it informs.
    polarity : int
        1 or -1.
    month : int
        Number of the last month of the period, from January of year 0.
    span : int
        1 for a month, 12 for a year. [months]
    value : float
        NaN if missing.
    sd : float
        Known sampling standard deviation, NaN if unknown.
    """

    indicator: str
    reads: str
    polarity: int
    month: int
    span: int
    value: float
    sd: float


@dataclass(frozen=True)
class PanelTable:
    """Checked rows of one file.

    Parameters
    ----------
    where : str
        The file, for messages.
    rows : tuple of PanelRow
        In the order of the file.
    left_out : dict of str to str
        Indicators that cannot inform a level, and why.
    """

    where: str
    rows: tuple[PanelRow, ...]
    left_out: dict[str, str]

    @property
    def readings(self) -> tuple[str, ...]:
        """Readings that some usable indicator informs, in the fixed order."""
        used = {row.reads for row in self.rows if row.indicator not in self.left_out}
        return tuple(name for name in READINGS if name in used)

    def arrays(
        self, reading: str
    ) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Return months, values times polarity, known sd and spans of one reading.

        Parameters
        ----------
        reading : str
            One of `readings`.

        Returns
        -------
        tuple
            ``YYYY-MM`` from the first to the last month that is observed, then three arrays with
            dims (time, item), items in the order of their names, NaN where missing.
        """
        rows = [
            row
            for row in self.rows
            if row.reads == reading
            and row.indicator not in self.left_out
            and math.isfinite(row.value)
        ]
        names = {name: i for i, name in enumerate(sorted({row.indicator for row in rows}))}
        first = min(row.month - row.span + 1 for row in rows)
        last = max(row.month for row in rows)
        shape = (last - first + 1, len(names))
        values, sd = np.full(shape, np.nan), np.full(shape, np.nan)
        span = np.ones(shape, dtype=np.int64)
        for row in rows:
            cell = row.month - first, names[row.indicator]
            values[cell], sd[cell], span[cell] = row.value * row.polarity, row.sd, row.span
        return tuple(month_text(i) for i in range(first, last + 1)), values, sd, span


def read_panel_table(path: Path) -> PanelTable:
    """Read and check a panel file.

    Parameters
    ----------
    path : pathlib.Path
        CSV with a header and the columns indicator, reads, polarity, period (``YYYY-MM`` or
        ``YYYY``), value (empty is missing) and, optionally, sd.

    Raises
    ------
    MeasurementError
        If the file or a row cannot be meant; names file, line, reason and what is accepted.
    NotEnoughObservations
        If no indicator has two different values.
    """
    where = path.name
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            header = [str(name).strip() for name in reader.fieldnames or ()]
            _check_header(where, header)
            reader.fieldnames = header
            return check_rows(where, enumerate(reader, start=2))
    except OSError as error:
        raise _wrong(where, f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise _wrong(where, "is not UTF-8 text; save it as CSV UTF-8") from None
    except csv.Error as error:
        raise _wrong(where, f"is not well-formed CSV ({error})") from None


def check_rows(where: str, rows: Iterable[tuple[int, dict[str, str]]]) -> PanelTable:
    """Check numbered rows of text and return them as a table.

    Parameters
    ----------
    where : str
        The file, for messages.
    rows : iterable of (int, dict)
        Line number and cells by column.

    Raises
    ------
    MeasurementError
        If a row cannot be meant, or two rows contradict each other.
    NotEnoughObservations
        If no indicator has two different values.
    """
    checked: list[PanelRow] = []
    meant: dict[str, PanelRow] = {}
    taken: dict[tuple[str, int], int] = {}
    for line, cells in rows:
        if len(checked) >= _MAX_ROWS:
            raise _wrong(where, f"has more than {_MAX_ROWS:,} rows; split it by reading")
        at = f"{where}, line {line}"
        row = _row(at, cells)
        known = meant.setdefault(row.indicator, row)
        if known.reads != row.reads:
            reason = f"reads {known.reads} above and {row.reads} here; an indicator has one reading"
            raise _wrong(at, f"indicator {row.indicator!r} {reason}")
        if known.polarity != row.polarity:
            reason = f"has polarity {known.polarity} above and {row.polarity} here"
            raise _wrong(at, f"indicator {row.indicator!r} {reason}")
        for month in range(row.month - row.span + 1, row.month + 1):
            before = taken.setdefault((row.indicator, month), line)
            if before != line:
                reason = f"already has a value for {month_text(month)} in line {before}"
                raise _wrong(at, f"indicator {row.indicator!r} {reason}; keep one of them")
        checked.append(row)
    return _finish(where, checked)


def _finish(where: str, rows: list[PanelRow]) -> PanelTable:
    if not rows:
        raise _wrong(where, f"is empty; expected the columns {', '.join(COLUMNS)} and rows")
    months = [row.month for row in rows]
    if max(months) - min(months) > _MAX_MONTHS:
        low, high = month_text(min(months)), month_text(max(months))
        raise _wrong(
            where, f"runs from {low} to {high}, over {_MAX_MONTHS // 12} years; check them"
        )
    values: dict[str, list[float]] = {}
    for row in rows:
        values.setdefault(row.indicator, [])
        if math.isfinite(row.value):
            values[row.indicator].append(row.value)
    left_out = {}
    for name, seen in values.items():
        if len(seen) < 2:
            left_out[name] = f"{len(seen)} observation{'s' * (len(seen) != 1)}: no scale"
        elif min(seen) == max(seen):
            left_out[name] = "constant: it says nothing about change"
    if len(left_out) == len(values):
        listed = "; ".join(f"{name} ({why})" for name, why in list(left_out.items())[:5])
        msg = f"{where}: no indicator has two different values: {listed}. Add observations."
        raise NotEnoughObservations(msg)
    return PanelTable(where, tuple(rows), left_out)


def _row(at: str, cells: dict[str, str]) -> PanelRow:
    if None in cells or any(cells.get(column) is None for column in _REQUIRED):
        raise _wrong(at, "has more or fewer cells than the header")
    cells = {key: (text or "").strip() for key, text in cells.items()}
    if not cells["indicator"]:
        raise _wrong(at, "has no indicator name")
    if cells["reads"] not in READINGS:
        raise _wrong(at, f"reads {cells['reads']!r}; known: {', '.join(READINGS)}")
    if cells["polarity"] not in ("1", "+1", "-1"):
        raise _wrong(at, f"polarity {cells['polarity']!r} is neither 1 nor -1")
    hit = _PERIOD.match(cells["period"])
    if not hit or int(hit[1]) == 0:
        raise _wrong(at, f"cannot read the period {cells['period']!r}; write YYYY-MM or YYYY")
    sd = _number(at, "sd", cells.get("sd", ""))
    if sd < 0:
        raise _wrong(at, f"sd {sd:g} is negative; give a standard deviation or leave it empty")
    return PanelRow(
        indicator=cells["indicator"],
        reads=cells["reads"],
        polarity=int(cells["polarity"]),
        month=int(hit[1]) * 12 + int(hit[2] or 12) - 1,
        span=1 if hit[2] else 12,
        value=_number(at, "value", cells["value"]),
        sd=sd,
    )


def _number(at: str, column: str, text: str) -> float:
    if not text:
        return math.nan
    try:
        number = float(text)
    except ValueError:
        reason = f"{column} {text!r} is not a number; leave it empty where it is missing"
        raise _wrong(at, reason) from None
    if not math.isfinite(number) or abs(number) > 1e150:
        raise _wrong(at, f"{column} {text!r} is not finite; leave it empty where it is missing")
    return number


def _check_header(where: str, header: list[str]) -> None:
    if not header:
        raise _wrong(where, f"is empty; expected the columns {', '.join(COLUMNS)}")
    for column in header:
        if column not in COLUMNS:
            near = nearest(column, COLUMNS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(COLUMNS)}"
            raise _wrong(where, f"has an unknown column {column!r}; {hint}")
    if len(set(header)) != len(header):
        raise _wrong(where, f"names a column twice: {', '.join(header)}")
    missing = [column for column in _REQUIRED if column not in header]
    if missing:
        raise _wrong(where, f"lacks the column {missing[0]!r}; expected: {', '.join(COLUMNS)}")


def _wrong(at: str, reason: str) -> MeasurementError:
    return MeasurementError(f"{at}: {reason}.".replace("?.", "?"))
