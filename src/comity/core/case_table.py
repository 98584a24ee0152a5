"""Read a CSV in our own columns: the built-in case, and whatever a user brings.

A row that cannot be read never disappears: it becomes a `Reject` with its line and reason. A file
that cannot be meant (unknown column, no date) is refused as a whole.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, get_args

from comity.core.errors import CatalogError, UsageError, nearest
from comity.core.period import Period, Precision
from comity.core.records import Batch, Column, Reject, Table

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["BadRowError", "RowCheck", "parse_case_table"]

_BATCH_ROWS = 5_000
_RAW_LIMIT = 4_000
_FIRST_YEAR, _LAST_YEAR = 1000, 2100
_INT = re.compile(r"^[+-]?\d{1,18}$")
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_PERIOD_COLUMNS = ("occurred_from", "occurred_to", "precision")
_DERIVED = (*_PERIOD_COLUMNS, "public_from", "public_from_basis")
_GRADES = ("reliability", "credibility_at_date", "credibility_now")


class BadRowError(Exception):
    """A row cannot be admitted; becomes a reject.

    Parameters
    ----------
    code, reason : str
        For a machine, and for a person.
    field, rule, allowed : str
        As of `comity.core.records.Reject`.
    """

    def __init__(
        self, code: str, reason: str, field: str = "", rule: str = "", allowed: str = ""
    ) -> None:
        self.code = code
        self.reason = reason
        self.field = field
        self.rule = rule
        self.allowed = allowed
        super().__init__(reason)


RowCheck = Callable[[dict[str, object], int], None]
"""Looks at a row and its line; raises `BadRowError` if it cannot stand."""


@dataclass(frozen=True)
class _Row:
    line: int
    cells: list[str]
    raw: str
    fault: str = ""


def parse_case_table(
    table: Table, path: Path, check: RowCheck | None = None
) -> Iterator[Batch | Reject]:
    """Read one CSV file with the columns of a table.

    The period of a row is given either in one column ``date`` (as `Period.parse` reads it) or in
    ``occurred_from``, ``occurred_to`` (first day after; may be left out) and ``precision``. Where
    ``public_from`` is empty, the last day of the period is assumed. Empty cells are missing values.

    Parameters
    ----------
    table : Table
        What the rows are.
    path : Path
        UTF-8, comma-separated, with a header.
    check : callable, optional
        A further look at each row that can be read.

    Yields
    ------
    Batch or Reject
        Up to 5,000 rows each, or one row that cannot be read. Codes: ``bad_date``, ``bad_number``,
        ``bad_flag``, ``bad_grade``, ``unknown_choice``, ``missing_value``, ``duplicate_key``,
        ``wrong_cells``.

    Raises
    ------
    CatalogError
        If the file is not UTF-8, has no header, has an unknown or repeated column, or lacks a
        required one.
    """
    where = path.name
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = _read_rows(stream, where)
        header = _checked_header(table, next(rows, None), where)
        names = [c.name for c in table.all_columns if c.name in header or c.name in _DERIVED]
        columns: dict[str, list[object]] = {name: [] for name in (*names, "locator")}
        seen: dict[tuple[object, ...], int] = {}
        for row in rows:
            try:
                record = _record(table, header, row)
                _check_new(table, record, seen, row.line)
                if check is not None:
                    check(record, row.line)
            except BadRowError as error:
                yield Reject(
                    f"line {row.line}", error.code, error.reason, row.raw,
                    error.field, error.rule, error.allowed,
                )  # fmt: skip
                continue
            for name in names:
                columns[name].append(record.get(name))
            columns["locator"].append(f"line {row.line}")
            if len(columns["locator"]) == _BATCH_ROWS:
                yield Batch(table.name, columns)
                columns = {name: [] for name in columns}
        if columns["locator"]:
            yield Batch(table.name, columns)


def _read_rows(stream: io.TextIOBase, where: str) -> Iterator[_Row]:
    raw: list[str] = []
    reader = csv.reader(_kept(stream, raw), strict=True)
    while True:
        raw.clear()
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = f"The row is not readable as CSV ({error}); is a double quote not closed?"
            yield _Row(line, [], _raw_text(raw), fault)
            continue
        except UnicodeDecodeError:
            raise CatalogError(
                where, "the file is not UTF-8; save it as 'CSV UTF-8' and try again"
            ) from None
        if any(cell.strip() for cell in cells):
            yield _Row(line, cells, _raw_text(raw))


def _kept(stream: io.TextIOBase, raw: list[str]) -> Iterator[str]:
    for text in stream:
        raw.append(text)
        yield text


def _raw_text(raw: list[str]) -> str:
    return "".join(raw).rstrip("\r\n")[:_RAW_LIMIT]


def _checked_header(table: Table, row: _Row | None, where: str) -> list[str]:
    place = f"{where}, header"
    if row is None or row.fault:
        raise CatalogError(place, "the file has no header", _writable(table))
    header = [cell.strip() for cell in row.cells]
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise CatalogError(place, "columns must be separated by commas")
    known = _writable(table)
    for name in header:
        if name not in known:
            near = nearest(name, known)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise CatalogError(place, f"unknown column {name!r} for {table.name}{hint}", known)
        if header.count(name) > 1:
            raise CatalogError(place, f"the column {name!r} is given twice")
    missing = [
        column.name
        for column in table.all_columns
        if column.required and column.name not in header and column.name not in _DERIVED
    ]
    if missing:
        raise CatalogError(place, f"the column {missing[0]!r} of {table.name} is missing", known)
    if ("date" in header) == ("occurred_from" in header):
        raise CatalogError(
            place, "give when it happened in one column 'date', or in 'occurred_from'"
        )
    return header


def _writable(table: Table) -> list[str]:
    return ["date", *(column.name for column in table.all_columns)]


def _record(table: Table, header: list[str], row: _Row) -> dict[str, object]:
    if row.fault:
        raise BadRowError("wrong_cells", row.fault)
    if len(row.cells) != len(header):
        raise BadRowError(
            "wrong_cells",
            f"The row has {len(row.cells)} cells, the header {len(header)};"
            " put text that contains a comma in double quotes.",
        )
    cells = {name: cell.strip() for name, cell in zip(header, row.cells, strict=True)}
    record: dict[str, object] = {
        column.name: _value(column, cells[column.name])
        for column in table.all_columns
        if cells.get(column.name)
    }
    if published := cells.get("published_on"):
        _period("published_on", published, spans=False)
    _add_period(record, cells)
    for column in table.all_columns:
        if column.required and record.get(column.name) is None:
            raise BadRowError("missing_value", f"Column {column.name!r} is empty: {column.doc}.")
    return record


def _check_new(
    table: Table, record: dict[str, object], seen: dict[tuple[object, ...], int], line: int
) -> None:
    key = tuple(record.get(name) for name in table.key)
    first = seen.setdefault(key, line)
    if first != line:
        shown = ", ".join(str(part) for part in key)
        raise BadRowError(
            "duplicate_key", f"{'+'.join(table.key)} {shown!r} is already used in line {first}."
        )


# ------------------------------------------------------------------ cells


def _value(column: Column, text: str) -> object:
    if column.type == "date":
        return _day(column.name, text)
    if column.type == "bool":
        return _flag(column.name, text)
    if column.type in ("int", "float"):
        return _number(column, text)
    if column.choices and text not in column.choices:
        code = "bad_grade" if column.name in _GRADES else "unknown_choice"
        near = nearest(text, column.choices)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise BadRowError(
            code, f"{column.name} {text!r} is not one of {', '.join(column.choices)}.{hint}"
        )
    return text


def _number(column: Column, text: str) -> int | float:
    if column.type == "int":
        if not _INT.match(text):
            raise BadRowError("bad_number", f"{column.name} {text!r} is not a whole number.")
        number = int(text)
        if column.name in _GRADES and not 1 <= number <= 6:
            raise BadRowError(
                "bad_grade", f"{column.name} {text!r} is not an Admiralty credibility, 1 to 6."
            )
        return number
    try:
        value = float(text.replace("_", "x"))  # Python, unlike a spreadsheet, reads 1_000
    except ValueError:
        hint = " Write it without thousands separators and units." if "," in text else ""
        raise BadRowError("bad_number", f"{column.name} {text!r} is not a number.{hint}") from None
    if not math.isfinite(value):
        raise BadRowError(
            "bad_number", f"{column.name} {text!r} is not a number; leave the cell empty instead."
        )
    return value


def _flag(name: str, text: str) -> bool:
    folded = text.casefold()
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise BadRowError("bad_flag", f"{name} {text!r} is neither true nor false.")


def _period(name: str, text: str, *, spans: bool = True) -> Period:
    try:
        period = Period.parse(text)
    except UsageError as error:
        reason = str(error)
        raise BadRowError("bad_date", f"{name}: {reason[0].upper()}{reason[1:]}") from None
    if period.start.year < _FIRST_YEAR or period.last_day.year > _LAST_YEAR:
        raise BadRowError(
            "bad_date", f"{name} {text!r} lies outside {_FIRST_YEAR} to {_LAST_YEAR}."
        )
    if not spans and period.precision not in ("day", "month", "year"):
        raise BadRowError("bad_date", f"{name} {text!r}: write YYYY, YYYY-MM or YYYY-MM-DD.")
    return period


def _day(name: str, text: str) -> dt.date:
    period = _period(name, text)
    if period.precision != "day":
        raise BadRowError("bad_date", f"{name} {text!r} must be a day, YYYY-MM-DD.")
    return period.start


def _add_period(record: dict[str, object], cells: dict[str, str]) -> None:
    """Fill the columns of time from what the row gives."""
    if text := cells.get("date"):
        period = _period("date", text)
    elif isinstance(start := record.get("occurred_from"), dt.date):
        end = record.get("occurred_to") or start + dt.timedelta(days=1)
        assert isinstance(end, dt.date)
        if end <= start:
            raise BadRowError(
                "bad_date",
                f"occurred_to {end} must be after occurred_from {start}: it is the first day"
                " after the act.",
            )
        given = record.get("precision")
        known = given if given in get_args(Precision) else None
        guess = "day" if (end - start).days == 1 else "span"
        period = Period(start, end, cast("Precision", known or guess))
    else:
        raise BadRowError("missing_value", "The row says not when it happened.")
    record["occurred_from"] = period.start
    record["occurred_to"] = period.end
    record["precision"] = period.precision
    if record.get("public_from") is None:
        record["public_from"] = period.last_day
        record["public_from_basis"] = "assumed"
    elif record.get("public_from_basis") is None:
        record["public_from_basis"] = "assumed"
