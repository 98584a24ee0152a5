"""The expression language of indicator files, compiled to SQL.

Text is parsed with Python's `ast` in ``eval`` mode and checked against a whitelist; nothing is
ever evaluated. Names must be columns of the declared table; every literal and every state becomes
a bound parameter, so that the text of a filter cannot change the query around it.

Filters
    ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in [..]``, ``not in [..]``, ``is None``,
    ``is not None``, ``and``, ``or``, ``not``, ``has(column, "USA")`` (member of a list joined by
    ';'), ``contains(column, "word")`` (in any case), ``year(column)``. ``A``, ``B`` and ``THIRD``
    stand for the first state, the second state (each with its predecessors) and the third parties
    of the case, ``MAIN`` for the first of these. A comparison with an empty cell is false.
Scalars
    A column, a number, a quoted text, ``year(column)``, or arithmetic on numbers. What is counted
    and averaged is in `comity.indicators.aggregates`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from comity.core.errors import CatalogError, UnknownName
from comity.core.records import ColumnType

__all__ = [
    "Filter",
    "Parameters",
    "Scalar",
    "Scope",
    "compile_filter",
    "names_in",
    "parsed",
    "shown",
]


_STATES = ("A", "B", "THIRD", "MAIN")
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "<>",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_FILTER_WORDS = (
    "== != < <= > >= in",
    "not in [..]",
    "is None",
    "and",
    "or",
    "not",
    "has()",
    "contains()",
    "year()",
)
_MAX_LENGTH = 2_000


class Parameters:
    """Values bound to a query, numbered in order of use; equal ones share a number."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object) -> str:
        """Return the numbered mark that stands for a value in the SQL."""
        for index, known in enumerate(self.values, start=1):
            if type(known) is type(value) and known == value:
                return f"${index}"
        self.values.append(value)
        return f"${len(self.values)}"

    def members(self, values: tuple[str, ...]) -> str:
        """Return a list of placeholders for ``IN``; an empty list matches nothing."""
        return f"({', '.join(self.add(value) for value in values) or 'NULL'})"


@dataclass(frozen=True)
class Scope:
    """What an expression may refer to.

    Parameters
    ----------
    where : str
        File and key, for errors.
    table : str
        Name of the table or relation, for errors.
    columns : mapping of str to ColumnType
        Its columns.
    states : mapping of str to tuple of str
        ``A``, ``B``, ``THIRD`` and ``MAIN`` with the ids that they stand for.
    parameters : Parameters
        Collects what is bound.
    """

    where: str
    table: str
    columns: Mapping[str, ColumnType]
    states: Mapping[str, tuple[str, ...]]
    parameters: Parameters = field(default_factory=Parameters)

    def error(self, reason: str, known: tuple[str, ...] = ()) -> CatalogError:
        """Return the error for a wrong expression."""
        return CatalogError(self.where, reason, known)

    def column(self, name: str) -> ColumnType:
        """Return the type of a column; raise `UnknownName` if there is none."""
        if name not in self.columns:
            known = sorted(self.columns)
            raise UnknownName(
                f"column of {self.table}",
                name,
                known,
                f"See {self.where}; known: {', '.join(known)}.",
            )
        return self.columns[name]


def names_in(text: str) -> frozenset[str]:
    """Return the names that an expression uses; empty if it cannot be parsed."""
    try:
        tree = ast.parse(text.strip() or "None", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def compile_filter(text: str, scope: Scope) -> str:
    """Return a filter as SQL over one row; the empty filter takes every row.

    Raises
    ------
    CatalogError
        If the text is not in the language; names file, key and what is allowed.
    UnknownName
        If a name is not a column.
    """
    if not text.strip():
        return "TRUE"
    return Filter(scope).visit(parsed(text, scope))


def parsed(text: str, scope: Scope) -> ast.expr:
    """Return the tree of an expression.

    Raises
    ------
    CatalogError
        If the text is no expression.
    """
    if len(text) > _MAX_LENGTH or "\0" in text:
        raise scope.error(f"an expression has at most {_MAX_LENGTH} printable characters")
    try:
        return ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise scope.error(f"{_cut(text)!r} is not an expression", _FILTER_WORDS) from None


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


def shown(node: ast.AST) -> str:
    """Return a part of an expression as text, for errors."""
    return _cut(ast.unparse(node))


@dataclass(frozen=True)
class _Operand:
    """A scalar with its type; `members` where it stands for states."""

    sql: str
    type: ColumnType | Literal["states", "none"]


_NUMBERS = ("int", "float")


class Scalar:
    """Compile a scalar over one row: columns, literals, `year`, arithmetic on numbers."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def operand(self, node: ast.expr) -> _Operand:  # noqa: PLR0911 -- one for each form
        """Return a scalar and its type."""
        match node:
            case ast.Name(id=name) if name in _STATES:
                return _Operand(self.scope.parameters.members(self.scope.states[name]), "states")
            case ast.Name(id=name):
                return _Operand(f'h."{name}"', self.scope.column(name))
            case ast.Constant(value=value):
                return self._literal(node, value)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return _Operand(f"(-{self.number(inner)})", "float")
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _Operand(f"({self.number(left)} / nullif({self.number(right)}, 0))", "float")
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                sign = ARITHMETIC[type(op)]
                return _Operand(f"({self.number(left)} {sign} {self.number(right)})", "float")
            case ast.Call(func=ast.Name(id="year"), args=[inner], keywords=[]):
                return _Operand(f"year({self.typed(inner, 'date')})", "int")
        raise self.scope.error(
            f"{shown(node)!r} is not a column, a number, a quoted text or arithmetic on them"
        )

    def _literal(self, node: ast.expr, value: object) -> _Operand:
        add = self.scope.parameters.add
        match value:
            case bool():
                return _Operand("TRUE" if value else "FALSE", "bool")
            case int() if abs(value) < 2**53:
                return _Operand(f"CAST({add(value)} AS BIGINT)", "int")
            case float() if abs(value) < 1e300:
                return _Operand(f"CAST({add(value)} AS DOUBLE)", "float")
            case str():
                return _Operand(f"CAST({add(value)} AS VARCHAR)", "text")
            case None:
                return _Operand("NULL", "none")
        raise self.scope.error(f"{shown(node)!r} is not a plain number, text, True, False or None")

    def number(self, node: ast.expr) -> str:
        """Return a number as SQL; refuse anything else."""
        made = self.operand(node)
        if made.type not in _NUMBERS:
            raise self.scope.error(f"{shown(node)!r} is not a number but {made.type}")
        return f"CAST({made.sql} AS DOUBLE)"

    def typed(self, node: ast.expr, kind: ColumnType) -> str:
        """Return a scalar of the type `kind` as SQL; refuse any other."""
        made = self.operand(node)
        if made.type != kind:
            raise self.scope.error(f"{shown(node)!r} is not {kind} but {made.type}")
        return made.sql


class Filter:
    """Compile a filter: every part is TRUE or FALSE, never NULL."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._scalar = Scalar(scope)

    def visit(self, node: ast.expr) -> str:  # noqa: PLR0911 -- one for each form
        """Return a filter as SQL."""
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return f"({' AND '.join(map(self.visit, values))})"
            case ast.BoolOp(op=ast.Or(), values=values):
                return f"({' OR '.join(map(self.visit, values))})"
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return f"(NOT {self.visit(inner)})"
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compare(node, left, op, right)
            case ast.Constant(value=bool() as value):
                return "TRUE" if value else "FALSE"
            case ast.Name(id=name) if name not in _STATES and self.scope.column(name) == "bool":
                return f'coalesce(h."{name}", FALSE)'
            case ast.Call(func=ast.Name(id="has"), args=[column, member], keywords=[]):
                return self._has(column, member)
            case ast.Call(func=ast.Name(id="contains"), args=[column, word], keywords=[]):
                text = self._scalar.typed(column, "text")
                return (
                    f"coalesce(contains(lower({text}), lower({self._scalar.typed(word, 'text')})),"
                    " FALSE)"
                )
        raise self.scope.error(f"{shown(node)!r} is not a filter", _FILTER_WORDS)

    def _compare(self, node: ast.expr, left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
        subject = self._scalar.operand(left)
        if subject.type in ("states", "none"):
            raise self.scope.error(f"{shown(node)!r} must begin with a column or a value")
        if isinstance(op, ast.In | ast.NotIn):
            return self._member(subject, right, negated=isinstance(op, ast.NotIn))
        value = self._scalar.operand(right)
        if isinstance(op, ast.Is | ast.IsNot):
            if value.type != "none":
                raise self.scope.error(f"{shown(node)!r}: 'is' goes with None only")
            return f"({subject.sql} IS {'NOT ' if isinstance(op, ast.IsNot) else ''}NULL)"
        if value.type == "states" and isinstance(op, ast.Eq | ast.NotEq):
            return self._member(subject, right, negated=isinstance(op, ast.NotEq))
        self._check(node, subject, value)
        return f"coalesce({subject.sql} {_COMPARE[type(op)]} {self._cast(subject, value)}, FALSE)"

    def _member(self, subject: _Operand, right: ast.expr, *, negated: bool) -> str:
        if isinstance(right, ast.List | ast.Tuple):
            values = [self._scalar.operand(item) for item in right.elts]
            for item, value in zip(right.elts, values, strict=True):
                self._check(item, subject, value)
            members = f"({', '.join(self._cast(subject, value) for value in values) or 'NULL'})"
        else:
            value = self._scalar.operand(right)
            if value.type != "states" or subject.type != "text":
                raise self.scope.error(f"'in' needs a list or {', '.join(_STATES)}")
            members = value.sql
        if negated and members == "(NULL)":
            return f"({subject.sql} IS NOT NULL)"
        word = "NOT IN" if negated else "IN"
        return f"coalesce({subject.sql} {word} {members}, FALSE)"

    def _has(self, column: ast.expr, member: ast.expr) -> str:
        text = self._scalar.typed(column, "text")
        value = self._scalar.operand(member)
        if value.type not in ("text", "states"):
            raise self.scope.error("has() needs a column and a quoted text, A, B or THIRD")
        wanted = value.sql[1:-1] if value.type == "states" else value.sql
        return f"coalesce(list_has_any(string_split({text}, ';'), [{wanted}]), FALSE)"

    def _check(self, node: ast.AST, left: _Operand, right: _Operand) -> None:
        numbers = left.type in _NUMBERS and right.type in _NUMBERS
        dates = left.type == "date" and right.type == "text"
        if left.type != right.type and not numbers and not dates:
            raise self.scope.error(f"{shown(node)!r} compares {left.type} with {right.type}")

    @staticmethod
    def _cast(left: _Operand, right: _Operand) -> str:
        return f"TRY_CAST({right.sql} AS DATE)" if left.type == "date" else right.sql
