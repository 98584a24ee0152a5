"""Check the rows that a parser gives against their table, column by column."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from comity.core.errors import EvidenceError
from comity.core.records import Reject, table_named
from comity.evidence.quarantine import RAW_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.core.records import Batch, Column, Table

__all__ = ["checked"]

_Fault = tuple[str, str]
_NONE = type(None)
_PLAIN: dict[str, set[type]] = {
    "text": {str, _NONE},
    "int": {int, _NONE},
    "float": {float, int, _NONE},
    "date": {dt.date, _NONE},
    "bool": {bool, _NONE},
}
_NUMPY = {"int": "int64", "float": "float64", "bool": "bool"}
_EPOCH = dt.date(1970, 1, 1).toordinal()
_NO_DAY = 0  # ordinals begin at 1
_INT_LIMIT = 2**63


def checked(batch: Batch) -> tuple[dict[str, Any], list[Reject]]:
    """Return the good rows as arrays by column, and the bad ones with their reasons.

    An empty text and a number that is NaN are missing values. Nothing else is converted: a parser
    that gives a date as text has its rows refused.

    Parameters
    ----------
    batch : Batch
        As a parser gives it.

    Returns
    -------
    tuple of (dict of str to array, list of Reject)
        Arrays that pandas can hold, with ``locator``; codes of rejects: ``bad_type``,
        ``unknown_choice``, ``missing_value``, ``bad_number``, ``bad_text``, ``bad_period``.

    Raises
    ------
    UnknownName
        If the table or a column does not exist.
    EvidenceError
        If columns differ in length, or there is no locator.
    """
    table = table_named(batch.table)
    given = {name: _listed(values) for name, values in batch.columns.items()}
    _check_shape(table, given)
    faults: dict[int, _Fault] = {}
    clean: dict[str, list[Any]] = {}
    for column in table.all_columns:
        values = given.get(column.name)
        if values is None:
            if column.required:
                values = [None] * len(batch)
            else:
                continue
        clean[column.name] = _column(column, values, faults)
    clean["locator"] = [str(value) for value in given["locator"]]
    _check_periods(clean, faults)
    rejects = [_reject(given, row, *faults[row]) for row in sorted(faults)]
    if faults:
        keep = [row for row in range(len(batch)) if row not in faults]
        clean = {name: [values[row] for row in keep] for name, values in clean.items()}
    kinds = {column.name: column.type for column in table.all_columns}
    arrays = {name: _array(kinds.get(name, "text"), values) for name, values in clean.items()}
    return arrays, rejects


def _listed(values: Sequence[object]) -> list[object]:
    if isinstance(values, list):
        return values
    tolist = getattr(values, "tolist", None)
    return cast("list[object]", tolist()) if tolist else list(values)


def _check_shape(table: Table, given: dict[str, list[object]]) -> None:
    lengths = {len(values) for values in given.values()}
    if "locator" not in given or len(lengths) != 1:
        found = ", ".join(f"{name} {len(values)}" for name, values in given.items())
        msg = (
            f"a batch of {table.name} needs a locator and columns of one length; it has {found}."
            " This is a fault of the parser: please report it."
        )
        raise EvidenceError(msg)
    for name in given:
        if name != "locator":
            table.column(name)


def _column(column: Column, values: list[object], faults: dict[int, _Fault]) -> list[Any]:
    """Check one column; a column whose types are all plain is not looked at row by row."""
    kinds = set(map(type, values))
    if not kinds <= _PLAIN[column.type]:
        values = _each(values, lambda value: _plain(column, value), faults)
    if column.type == "text":
        values = _checked_text(column, values, faults)
    elif column.type == "int" and not _fits(values):
        values = _each(values, lambda value: _checked_int(column, value), faults)
    elif column.type == "float" and _has_infinite(values):
        values = _each(values, lambda value: _checked_float(column, value), faults)
    if column.required and None in values:
        reason = f"Column {column.name!r} is empty: {column.doc}."
        for row, value in enumerate(values):
            if value is None:
                faults.setdefault(row, ("missing_value", reason))
    return values


def _each(
    values: list[object],
    convert: Callable[[object], object],
    faults: dict[int, _Fault],
) -> list[object]:
    done: list[object] = []
    for row, value in enumerate(values):
        try:
            done.append(convert(value))
        except _FaultError as error:
            faults.setdefault(row, (error.code, error.reason))
            done.append(None)
    return done


class _FaultError(Exception):
    """A value is not acceptable; becomes a reject."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


def _plain(column: Column, value: object) -> object:
    """Convert NumPy scalars and missing markers to plain values."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, dt.datetime) and column.type == "date":
        if value.time() == dt.time():
            return value.date()
    elif isinstance(value, float) and column.type == "int" and value.is_integer():
        return int(value)
    elif type(value) in _PLAIN[column.type]:
        return value
    elif isinstance(value, str) and column.type == "text":
        return str(value)
    shown = repr(value)[:80]
    raise _FaultError("bad_type", f"Column {column.name!r} holds {shown}, not a {column.type}.")


def _checked_text(column: Column, values: list[Any], faults: dict[int, _Fault]) -> list[Any]:
    distinct = set(values)
    if "" in distinct:
        values = [value or None for value in values]
    distinct -= {None, ""}
    if column.choices and not distinct <= set(column.choices):
        known = ", ".join(column.choices)
        for row, value in enumerate(values):
            if value is not None and value not in column.choices:
                reason = f"{column.name} {value[:80]!r} is not one of {known}."
                faults.setdefault(row, ("unknown_choice", reason))
    if not _is_storable("".join(distinct)):
        for row, value in enumerate(values):
            if value is not None and not _is_storable(value):
                reason = f"Column {column.name!r} holds characters that are not text."
                faults.setdefault(row, ("bad_text", reason))
    return values


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _fits(values: list[Any]) -> bool:
    numbers = set(values) - {None}
    return not numbers or (min(numbers) >= -_INT_LIMIT and max(numbers) < _INT_LIMIT)


def _has_infinite(values: list[Any]) -> bool:
    return any(isinstance(value, float) and not math.isfinite(value) for value in set(values))


def _checked_int(column: Column, value: object) -> object:
    if isinstance(value, int) and not -_INT_LIMIT <= value < _INT_LIMIT:
        raise _FaultError("bad_number", f"Column {column.name!r} holds too large a number.")
    return value


def _checked_float(column: Column, value: object) -> object:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        raise _FaultError("bad_number", f"Column {column.name!r} is infinite.")
    return value


def _check_periods(clean: dict[str, list[Any]], faults: dict[int, _Fault]) -> None:
    starts, ends = clean["occurred_from"], clean["occurred_to"]
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start is not None and end is not None and end <= start:
            reason = f"The period ends on {end}, not after its start {start}."
            faults.setdefault(row, ("bad_period", reason))


def _reject(given: dict[str, list[object]], row: int, code: str, reason: str) -> Reject:
    cells = {name: values[row] for name, values in given.items() if values[row] is not None}
    locator = str(cells.pop("locator", ""))
    raw = json.dumps(cells, default=str, ensure_ascii=True)[:RAW_LIMIT]
    return Reject(locator, code, reason, raw)


def _array(kind: str, values: list[Any]) -> Any:
    import pandas as pd  # noqa: PLC0415 -- slow to import; only writers need it

    if kind == "text":
        return np.array(values, dtype=object)
    if kind == "date":
        return _dates(values)
    missing = np.array([value is None for value in values], dtype=bool)
    if kind == "float" or not missing.any():
        return np.array(
            [math.nan if value is None else value for value in values], dtype=_NUMPY[kind]
        )
    filled = np.array([value or 0 for value in values], dtype=_NUMPY[kind])
    if kind == "int":
        return pd.arrays.IntegerArray(filled, missing)
    return pd.arrays.BooleanArray(filled, missing)


def _dates(values: list[Any]) -> Any:
    # Days are counted by hand, because NumPy takes a microsecond for each date.
    days = np.fromiter(
        (_NO_DAY if value is None else value.toordinal() for value in values),
        dtype="int64",
        count=len(values),
    )
    stamps = (days - _EPOCH).astype("datetime64[D]").astype("datetime64[s]")
    stamps[days == _NO_DAY] = np.datetime64("NaT")
    return stamps
