"""A named query: SQL over the relation ``events`` whose answer does not depend on the engine."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from comity.core.dyad import Dyad
from comity.core.errors import UnknownName, UsageError

__all__ = ["REQUIRED", "CellType", "NamedQuery", "Parameter", "ParameterType"]

ParameterType = Literal["dyad", "text", "int", "date"]
CellType = Literal["text", "int", "float", "bool", "date", "timestamp", "ints"]

REQUIRED = object()
"""Default of a parameter that must be given."""

_DYAD = re.compile(r"^([A-Z]{3})-([A-Z]{3})$")


@dataclass(frozen=True)
class Parameter:
    """What a query must or may be told.

    Parameters
    ----------
    type : ParameterType
        A dyad may be given in either order.
    doc : str
        What it means, with its unit in brackets.
    default : object
        `REQUIRED` if it must be given.
    choices : tuple of str
        The values allowed; empty if free.
    """

    type: ParameterType
    doc: str
    default: object = REQUIRED
    choices: tuple[str, ...] = ()

    def value(self, given: object) -> str | int | dt.date:
        """Return `given`, or the text of it, as a value of this parameter's type.

        Raises
        ------
        UsageError
            If it is none; the message does not name the parameter.
        """
        found = _READ[self.type](given)
        if self.choices and found not in self.choices:
            msg = f"{given!r} is not one of {', '.join(self.choices)}."
            raise UsageError(msg)
        return found


@dataclass(frozen=True)
class NamedQuery:
    """A question to an archive of coded events.

    Parameters
    ----------
    name : str
        What users call it.
    doc : str
        What it answers, and what it does not.
    sql : str
        DuckDB SQL over ``events`` with ``$name`` parameters, transpiled for other engines. To be
        the same everywhere it sums integers only, divides once, names the place of nulls wherever
        it orders, and sorts what it lists.
    parameters : mapping of str to Parameter
        Every ``$name`` of the SQL.
    columns : mapping of str to CellType
        The columns of the answer and what each holds.
    order : tuple of str
        Columns that order the rows, none twice alike; ``-name`` descends. Nulls come first.
    """

    name: str
    doc: str
    sql: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, CellType]
    order: tuple[str, ...]

    @property
    def statement(self) -> str:
        """The SQL with its columns and the order of its rows."""
        keys = ", ".join(
            f"{key.removeprefix('-')} {'DESC' if key.startswith('-') else 'ASC'} NULLS FIRST"
            for key in self.order
        )
        return f"SELECT {', '.join(self.columns)} FROM ({self.sql}) AS answer ORDER BY {keys}"

    def bound(self, given: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Return a typed value for each parameter.

        Parameters
        ----------
        given : mapping of str to object, optional
            Values or their text, e.g. from a command line.

        Raises
        ------
        UnknownName
            If the query has no such parameter.
        UsageError
            If a parameter is missing or not of its type.
        """
        given = dict(given or {})
        for name in given:
            if name not in self.parameters:
                raise UnknownName(f"parameter of {self.name}", name, self.parameters)
        return {name: self._value(name, given) for name in self.parameters}

    def _value(self, name: str, given: Mapping[str, object]) -> object:
        parameter = self.parameters[name]
        value = given.get(name, parameter.default)
        if value is REQUIRED:
            msg = f"{self.name} needs {name}: {parameter.doc}."
            raise UsageError(msg)
        try:
            return parameter.value(value)
        except UsageError as error:
            msg = f"{self.name}, {name} ({parameter.doc}): {error}"
            raise UsageError(msg) from None


def _dyad(given: object) -> str:
    match = _DYAD.match(str(given).upper())
    if match is None:
        msg = f"{given!r} is not a dyad. Give two ISO3 codes, for example IRN-RUS."
        raise UsageError(msg)
    return Dyad(*match.groups()).key


def _count(given: object) -> int:
    text = str(given)
    if isinstance(given, bool) or not re.fullmatch(r"\d{1,9}", text) or text.startswith("0"):
        msg = f"{given!r} is not a whole number from 1 to 999999999."
        raise UsageError(msg)
    return int(text)


def _day(given: object) -> dt.date:
    if isinstance(given, dt.date) and not isinstance(given, dt.datetime):
        return given
    try:
        return dt.date.fromisoformat(str(given))
    except ValueError:
        msg = f"{given!r} is not a day. Give for example 2014-03-18."
        raise UsageError(msg) from None


_READ: Mapping[ParameterType, Callable[[object], str | int | dt.date]] = {
    "dyad": _dyad,
    "text": str,
    "int": _count,
    "date": _day,
}
