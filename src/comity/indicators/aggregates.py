"""Aggregates of indicator files: what is counted, summed and averaged in one period.

``count()``, ``count(filter)``, ``count(rows)``, ``count(distinct(column))``, ``sum(x)``,
``mean(x)``, ``min(x)``, ``max(x)``, each but the first three with an optional filter as last
argument; ``share(filter)``; ``last(x)`` (the last known state, held until changed);
``decay(x, half_life=MONTHS)`` (sum of all history, older rows discounted); arithmetic and
``log()`` between these. For direction ``signed``, ``balance(value)`` is (ab - ba) / (ab + ba) and
``log_ratio(value)`` is log(ab / ba); any other value is taken as ab - ba.

``count()`` counts independent reports: copies of one report on one act count once.
``count(rows)`` counts them all.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from comity.indicators.expressions import (
    ARITHMETIC,
    Filter,
    Scalar,
    Scope,
    parsed,
    shown,
)

__all__ = ["Combine", "Reach", "Value", "compile_value"]

Combine = Literal["difference", "balance", "log_ratio"]
Reach = Literal["period", "history"]

_AGGREGATES = ("count", "sum", "mean", "min", "max", "share", "last", "decay", "log")


@dataclass(frozen=True)
class Value:
    """A compiled value.

    Parameters
    ----------
    sql : str
        Aggregate over the rows ``h`` of one period.
    trials : str
        Number of trials behind a share, as SQL; empty if the value is no share.
    scalar : str
        What the single mean averages, as SQL over one row; empty if the value is no mean.
    reach : str
        ``period`` (rows of the period) or ``history`` (all rows up to its end).
    combine : str
        How the two directions of a signed measure are combined.
    """

    sql: str
    trials: str
    scalar: str
    reach: Reach
    combine: Combine


def compile_value(text: str, scope: Scope, *, exposure: str = "") -> Value:
    """Return a value as SQL over the rows of one period.

    Parameters
    ----------
    text : str
        The expression.
    scope : Scope
        What it may refer to.
    exposure : str
        SQL flag of the rows to which the value is relative; empty for none.

    Raises
    ------
    CatalogError, UnknownName
        As `compile_filter`.
    """
    return _Aggregate(scope, exposure).compile(parsed(text, scope))


class _Aggregate:
    """Compile a value over the rows ``h`` of one period.

    ``h.q_w`` is the weight of a row in the period; ``h.q_u`` marks one row of each report.
    """

    def __init__(self, scope: Scope, exposure: str) -> None:
        self.scope = scope
        self.exposure = exposure
        self.scalar = Scalar(scope)
        self.filter = Filter(scope)
        self.reaches: set[Reach] = set()
        self.trials = ""
        self.mean_of = ""

    def compile(self, node: ast.expr) -> Value:
        combine: Combine = "difference"
        match node:
            case ast.Call(
                func=ast.Name(id="balance" | "log_ratio" as name), args=[inner], keywords=[]
            ):
                combine = "balance" if name == "balance" else "log_ratio"
                node = inner
        sql = self.visit(node)
        if not self.reaches:
            raise self.scope.error("a value needs an aggregate", _AGGREGATES)
        if len(self.reaches) > 1:
            raise self.scope.error("last() and decay() look at all history: do not mix with others")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            self.trials = _Aggregate(self.scope, "").visit(node.right)
        if self.exposure:
            exposed = f"sum(h.q_w) FILTER (WHERE h.q_u AND {self.exposure})"
            sql, self.trials = f"({sql} / nullif({exposed}, 0))", exposed
        simple = isinstance(node, ast.Call)
        return Value(sql, self.trials, self.mean_of if simple else "", self.reaches.pop(), combine)

    def visit(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return f"CAST({self.scope.parameters.add(number)} AS DOUBLE)"
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return f"(-{self.visit(inner)})"
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return f"({self.visit(left)} / nullif({self.visit(right)}, 0))"
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                return f"({self.visit(left)} {ARITHMETIC[type(op)]} {self.visit(right)})"
            case ast.Call(func=ast.Name(id="log"), args=[inner], keywords=[]):
                return f"ln(nullif(greatest({self.visit(inner)}, 0), 0))"
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                return self._call(node, name, args, keywords)
        raise self.scope.error(f"{shown(node)!r} is not a value", _AGGREGATES)

    def _call(  # noqa: PLR0911 -- one for each form
        self, node: ast.Call, name: str, args: list[ast.expr], keywords: list[ast.keyword]
    ) -> str:
        if keywords and name != "decay":
            raise self.scope.error(f"{shown(node)!r}: only decay() has a named argument")
        match name, args:
            case "count", []:
                return self._count("")
            case "count", [ast.Name(id="rows")]:
                self.reaches.add("period")
                return "coalesce(sum(h.q_w) FILTER (WHERE h.q_hit), 0)"
            case "count", [ast.Call(func=ast.Name(id="distinct"), args=[column]), *rest]:
                self.reaches.add("period")
                scalar = self.scalar.operand(column)
                return f"count(DISTINCT {scalar.sql}) {self._rows(rest)}"
            case "count", [only]:
                return self._count(f" AND {self.filter.visit(only)}")
            case "share", [only]:
                self.reaches.add("period")
                self.trials = f"sum(h.q_w) {self._rows([])}"
                return f"(coalesce(sum(h.q_w) {self._rows([only])}, 0) / nullif({self.trials}, 0))"
            case "sum" | "mean" | "min" | "max", [scalar, *rest] if len(rest) <= 1:
                self.reaches.add("period")
                return self._reduce(name, self.scalar.number(scalar), rest)
            case "last", [scalar, *rest] if len(rest) <= 1:
                self.reaches.add("history")
                x = self.scalar.number(scalar)
                rows = self._rows(rest, f" AND {x} IS NOT NULL")
                return f"last({x} ORDER BY h.occurred_from, h.public_from, h.record_id) {rows}"
            case "decay", [scalar]:
                return self._decay(node, scalar, keywords)
        raise self.scope.error(f"{shown(node)!r} is not a known aggregate", _AGGREGATES)

    def _rows(self, filters: list[ast.expr], further: str = "") -> str:
        if len(filters) > 1:
            raise self.scope.error("an aggregate takes one filter at most; join filters by 'and'")
        extra = "".join(f" AND {self.filter.visit(item)}" for item in filters)
        return f"FILTER (WHERE h.q_hit AND h.q_u{extra}{further})"

    def _count(self, extra: str) -> str:
        self.reaches.add("period")
        return f"coalesce(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u{extra}), 0)"

    def _reduce(self, name: str, x: str, rest: list[ast.expr]) -> str:
        if name == "sum":
            return f"coalesce(sum({x} * h.q_w) {self._rows(rest)}, 0)"
        if name in ("min", "max"):
            return f"{name}({x}) {self._rows(rest)}"
        known = f" AND {x} IS NOT NULL"
        if not rest:
            self.mean_of = x
        weight = f"nullif(sum(h.q_w) {self._rows(rest, known)}, 0)"
        return f"(sum({x} * h.q_w) {self._rows(rest)} / {weight})"

    def _decay(self, node: ast.Call, scalar: ast.expr, keywords: list[ast.keyword]) -> str:
        match keywords:
            case [
                ast.keyword(arg="half_life", value=ast.Constant(value=int() | float() as months))
            ]:
                pass
            case _:
                raise self.scope.error(f"{shown(node)!r} needs half_life=MONTHS")
        if isinstance(months, bool) or not 0 < months <= 600:
            raise self.scope.error("half_life is a number of months between 0 and 600")
        self.reaches.add("history")
        days = self.scope.parameters.add(float(months) * 30.4375)
        age = "date_diff('day', h.occurred_from, h.q_until)"
        x = self.scalar.number(scalar)
        return f"coalesce(sum({x} * pow(0.5, {age} / CAST({days} AS DOUBLE))) {self._rows([])}, 0)"
