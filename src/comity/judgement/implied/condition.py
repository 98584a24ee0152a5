"""Conditions on facts: true, false, or not to be told where something they need is not known.

The text is parsed as the filters of indicators are, and nothing is ever evaluated as code. It knows
``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in [..]``, ``not in [..]``, ``is None``, ``is not
None``, ``and``, ``or``, ``not``; names are ``fact.field``. States compare along the steps of the
ledger's rules, from word to deed.

Logic is Kleene's: ``and`` is false if any side is, ``or`` true if any side is; otherwise a side
that is not known leaves the whole unknown. An item without any verified state has not reached one,
so ``item.verified >= "delivered"`` is false for it; for an item that is not in the ledger it is
unknown.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from comity.core.errors import CatalogError
from comity.core.ledger_rules import load_ledger_rules
from comity.indicators.expressions import Scope, parsed, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.judgement.implied.fields import Kind

__all__ = ["Value", "check", "holds", "used_in"]

Value = float | str | bool | None
NOTHING_VERIFIED = ""
"""Value of a state field of an item that is in the ledger with nothing verified."""

_ORDERS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: lambda x, y: x < y,
    ast.LtE: lambda x, y: x <= y,
    ast.Gt: lambda x, y: x > y,
    ast.GtE: lambda x, y: x >= y,
}
_NUMERIC = frozenset({"number", "percent", "span"})


def tree_of(text: str, where: str) -> ast.expr:
    """Return the tree of a condition; raise `CatalogError` if it is none."""
    return parsed(text, Scope(where, "facts", {}, {}))


def used_in(text: str, where: str) -> dict[str, set[str]]:
    """Return the facts and fields that a condition uses."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree_of(text, where)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.setdefault(node.value.id, set()).add(node.attr)
    return found


def check(text: str, where: str, kinds: Callable[[str, str], Kind]) -> None:
    """Refuse a condition that is not in the language or compares what cannot be compared.

    Parameters
    ----------
    kinds : callable
        Returns the kind of a fact's field; raises `CatalogError` if there is none.

    Raises
    ------
    CatalogError
        Names the place and the part that is wrong.
    """
    _check(tree_of(text, where), where, kinds)


def _check(node: ast.expr, where: str, kinds: Callable[[str, str], Kind]) -> None:
    match node:
        case ast.BoolOp(values=values):
            for each in values:
                _check(each, where, kinds)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            _check(inner, where, kinds)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            _check_compared(node, _kind(left, where, kinds), op, right, where, kinds)
        case ast.Attribute(value=ast.Name(id=name), attr=field):
            if kinds(name, field) != "bool":
                raise CatalogError(where, f"{shown(node)!r} is not yes or no; compare it")
        case _:
            raise CatalogError(where, f"{shown(node)!r} is not a condition on fact.field")


def _kind(node: ast.expr, where: str, kinds: Callable[[str, str], Kind]) -> Kind:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=field):
            return kinds(name, field)
    raise CatalogError(where, f"{shown(node)!r} is not of the form fact.field")


def _check_compared(
    node: ast.expr,
    kind: Kind,
    op: ast.cmpop,
    right: ast.expr,
    where: str,
    kinds: Callable[[str, str], Kind],
) -> None:
    if isinstance(op, ast.Is | ast.IsNot):
        if not (isinstance(right, ast.Constant) and right.value is None):
            raise CatalogError(where, f"{shown(node)!r}: 'is' goes with None only")
        return
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(right, ast.List | ast.Tuple):
            raise CatalogError(where, f"{shown(node)!r}: 'in' needs a list")
        for each in right.elts:
            _check_literal(each, kind, where)
        return
    if type(op) in _ORDERS and kind not in {*_NUMERIC, "state", "date"}:
        raise CatalogError(where, f"{shown(node)!r}: {kind} has no order")
    if isinstance(right, ast.Attribute):
        other = _kind(right, where, kinds)
        if other != kind and not {kind, other} <= _NUMERIC:
            raise CatalogError(where, f"{shown(node)!r} compares {kind} with {other}")
    else:
        _check_literal(right, kind, where)


def _check_literal(node: ast.expr, kind: Kind, where: str) -> None:
    value = _literal(node, where)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    steps = load_ledger_rules().steps
    if kind == "state" and value not in steps:
        raise CatalogError(where, f"{value!r} is not a step of a promise", steps)
    if (kind in _NUMERIC) != is_number or (kind == "bool") != isinstance(value, bool):
        raise CatalogError(where, f"{shown(node)!r} is compared with a field of kind {kind}")


def _literal(node: ast.expr, where: str) -> Value:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise CatalogError(where, f"{shown(node)!r} is not a number or a quoted text")


def holds(text: str, where: str, facts: Mapping[str, Mapping[str, Value]]) -> bool | None:
    """Return whether a condition holds; None where it cannot be told."""
    return _holds(tree_of(text, where), where, facts)


def _holds(node: ast.expr, where: str, facts: Mapping[str, Mapping[str, Value]]) -> bool | None:
    match node:
        case ast.BoolOp(op=op, values=values):
            found = [_holds(each, where, facts) for each in values]
            decisive = isinstance(op, ast.Or)
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            value = _holds(inner, where, facts)
            return None if value is None else not value
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(_value(left, where, facts), op, right, where, facts)
        case ast.Attribute():
            value_of = _value(node, where, facts)
            return value_of if isinstance(value_of, bool) else None
    raise CatalogError(where, f"{shown(node)!r} is not a condition on fact.field")


def _value(node: ast.expr, where: str, facts: Mapping[str, Mapping[str, Value]]) -> Value:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=field):
            return facts[name].get(field)
    return _literal(node, where)


def _compare(
    left: Value,
    op: ast.cmpop,
    right: ast.expr,
    where: str,
    facts: Mapping[str, Mapping[str, Value]],
) -> bool | None:
    if isinstance(op, ast.Is | ast.IsNot):
        return (left is None) == isinstance(op, ast.Is)
    if left is None:
        return None
    if isinstance(op, ast.In | ast.NotIn):
        members = [_literal(each, where) for each in right.elts]  # type: ignore[attr-defined]
        return (left in members) == isinstance(op, ast.In)
    other = _value(right, where, facts)
    if other is None:
        return None
    if isinstance(op, ast.Eq | ast.NotEq):
        return (left == other) == isinstance(op, ast.Eq)
    return _in_order(left, op, other)


def _in_order(left: Value, op: ast.cmpop, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        rules = load_ledger_rules()
        if rules.rank(right) or rules.rank(left):
            return _ORDERS[type(op)](rules.rank(left), rules.rank(right))
        return _ORDERS[type(op)]((left > right) - (left < right), 0)
    return _ORDERS[type(op)](float(left or 0), float(right or 0))
