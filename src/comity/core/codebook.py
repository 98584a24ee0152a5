"""Codebooks: what a coded row must say to be admitted, declared as data, one file a table.

A rule names the column at fault, when it applies, and one test. What is not declared is not
checked. A row of the built-in case that breaks a rule for a good reason is declared beside the
rule, with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, read_yaml_folder
from comity.core.errors import CatalogError, UsageError
from comity.core.period import Period
from comity.core.records import TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

__all__ = ["Breach", "Codebook", "Rule", "Scope", "breaches", "load_codebooks"]

_ANY = "*"
_TESTS = (
    *("between", "one_of", "given", "needs", "actor"),
    *("differs_from", "not_before", "entries", "is_date"),
)


class NotBefore(Declaration):
    """The date in the field must not lie before another date, moved by some months [months]."""

    column: str
    months: int = Field(default=0, ge=0, le=600)


class Rule(Declaration):
    """One rule of a codebook.

    Attributes
    ----------
    field : str
        The column at fault.
    allowed : str
        What is allowed, in a sentence: it is shown with every row that is set aside.
    when : mapping of str to tuple of str
        Columns and the values for which the rule applies; ``*`` is any value, an empty text none.
    between : tuple of (float, float)
        Least and greatest number.
    one_of : tuple of str
        Values; an empty text allows the empty cell.
    given : bool
        Whether the field must be filled.
    needs : tuple of mapping
        Alternatives, each a condition as `when`; one must hold. ``second_host`` is ``true`` if a
        further address lies on another host than the first.
    actor : str
        ``known``: in the table of actors. ``pair``: one of the two states or a state that they
        continue. ``case``: also a third party that the case declares; without a case, any known.
    differs_from : str
        A column that must say something else.
    not_before : NotBefore
        Another date.
    entries : int
        Fewest entries joined by ``;``.
    is_date : bool
        The text must be a date: YYYY, YYYY-MM or YYYY-MM-DD.
    """

    id: str
    field: str
    allowed: str
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    between: tuple[float, float] | None = None
    one_of: tuple[str, ...] | None = None
    given: bool | None = None
    needs: tuple[dict[str, tuple[str, ...]], ...] | None = None
    actor: Literal["known", "pair", "case"] | None = None
    differs_from: str | None = None
    not_before: NotBefore | None = None
    entries: int | None = Field(default=None, ge=1)
    is_date: bool | None = None

    @model_validator(mode="after")
    def _has_one_test(self) -> Rule:
        given = [name for name in _TESTS if getattr(self, name) is not None]
        if len(given) != 1:
            msg = f"rule {self.id!r} needs exactly one of {', '.join(_TESTS)}"
            raise ValueError(msg)
        return self

    @property
    def columns(self) -> set[str]:
        """The columns that the rule reads."""
        named = {self.field, *self.when, *(name for each in self.needs or () for name in each)}
        if self.differs_from:
            named.add(self.differs_from)
        if self.not_before:
            named.add(self.not_before.column)
        return named


class Exemption(Declaration):
    """A row that may break a rule, and why."""

    row: str
    rule: str
    reason: str


class Codebook(Declaration):
    """The rules of one table.

    Attributes
    ----------
    id : str
        Name of the table.
    dyad : bool
        Whether rows belong to a dyad, so that they cannot be admitted without one.
    """

    id: str
    title: str
    note: str = ""
    dyad: bool = True
    rules: tuple[Rule, ...]
    exemptions: tuple[Exemption, ...] = ()


@dataclass(frozen=True)
class Scope:
    """Who may stand in the rows of a dyad.

    Parameters
    ----------
    known : callable
        Says whether a code is in the table of actors.
    pair : collection of str
        The two states and those that they continue; empty if no dyad is given.
    third : collection of str or None
        The third parties that the case declares; None without a case.
    """

    known: Callable[[str], bool]
    pair: Collection[str] = ()
    third: Collection[str] | None = None


@dataclass(frozen=True)
class Breach:
    """A rule that a row breaks: where, what is allowed, and a sentence for a person."""

    rule: str
    field: str
    allowed: str
    reason: str


def load_codebooks(catalogs: Sequence[Path] = ()) -> Mapping[str, Codebook]:
    """Return the codebooks by table; a file of a further catalog replaces the built-in one.

    Raises
    ------
    CatalogError
        If a file has an unknown key or wrong value, or names a table or column that is not there.
    """
    return _load(tuple(catalogs))


@cache
def _load(catalogs: tuple[Path, ...]) -> Mapping[str, Codebook]:
    found = read_yaml_folder("codebooks/*.yml", Codebook, catalogs)
    for name, book in found.items():
        where = f"codebooks/{name}.yml"
        if name not in TABLES:
            raise CatalogError(where, f"there is no table {name!r}", sorted(TABLES))
        known = {column.name for column in TABLES[name].all_columns} | {"date", "second_host"}
        for rule in book.rules:
            lost = sorted(rule.columns - known)
            if lost:
                raise CatalogError(where, f"rule {rule.id!r} names the column {lost[0]!r}",
                                   sorted(known))  # fmt: skip
        rules = {rule.id for rule in book.rules}
        for each in book.exemptions:
            if each.rule not in rules:
                raise CatalogError(where, f"no rule is called {each.rule!r}", sorted(rules))
    return found


def breaches(
    book: Codebook, table: Table, record: Mapping[str, object], scope: Scope
) -> list[Breach]:
    """Return the rules that a row breaks, in their order.

    Parameters
    ----------
    book : Codebook
        Of the table.
    table : Table
        What the row is.
    record : mapping
        Cells by column, as types of the table; with its period.
    scope : Scope
        Who may stand in it.
    """
    row = str(record.get(table.key[0]))
    spared = {each.rule for each in book.exemptions if each.row == row}
    found = []
    for rule in book.rules:
        if rule.id in spared or not _holds(rule.when, record) or _passes(rule, record, scope):
            continue
        shown = _text(record, rule.field)
        said = f"{rule.field} {shown!r}" if shown else f"{rule.field} is empty"
        reason = f"{said} breaks the rule {rule.id} of the codebook {book.id}: {rule.allowed}"
        found.append(Breach(rule.id, rule.field, rule.allowed, reason))
    return found


def _text(record: Mapping[str, object], column: str) -> str:
    if column == "second_host":
        return "true" if _second_host(record) else "false"
    if column == "date":
        return f"{record.get('occurred_from')}"
    value = record.get(column)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _second_host(record: Mapping[str, object]) -> bool:
    first = urlsplit(str(record.get("source_url") or "")).hostname
    others = str(record.get("second_url") or "").split(" ; ")
    hosts = {urlsplit(each).hostname for each in others} - {None, first}
    return bool(first and hosts)


def _holds(condition: Mapping[str, Sequence[str]], record: Mapping[str, object]) -> bool:
    return all(
        _text(record, column) in values or (_ANY in values and _text(record, column))
        for column, values in condition.items()
    )


def _passes(rule: Rule, record: Mapping[str, object], scope: Scope) -> bool:
    text = _text(record, rule.field)
    if rule.given is not None:
        return bool(text) == rule.given
    if rule.needs is not None:
        return any(_holds(each, record) for each in rule.needs)
    if rule.one_of is not None:
        return text in rule.one_of
    if rule.entries is not None:
        return len([each for each in text.split(";") if each.strip()]) >= rule.entries
    return not text or _fits(rule, record, text, scope)


def _fits(rule: Rule, record: Mapping[str, object], text: str, scope: Scope) -> bool:
    if rule.between is not None:
        least, most = rule.between
        return least <= float(text) <= most
    if rule.actor is not None:
        return all(_is_actor(each.strip(), rule.actor, scope) for each in text.split(";"))
    if rule.differs_from is not None:
        return text != _text(record, rule.differs_from)
    if rule.is_date is not None:
        return _days(record, rule.field) is not None
    assert rule.not_before is not None
    return _is_after(record, rule.field, rule.not_before)


def _is_actor(code: str, kind: str, scope: Scope) -> bool:
    if kind == "known" or not scope.pair:
        return scope.known(code)
    if code in scope.pair:
        return True
    return kind == "case" and scope.known(code) and (scope.third is None or code in scope.third)


def _is_after(record: Mapping[str, object], field: str, rule: NotBefore) -> bool:
    """Say whether a date can lie on or after another, each as precise as it is given."""
    own, other = _days(record, field), _days(record, rule.column)
    if own is None or other is None:
        return True
    return own[1] >= _moved(other[1] if rule.months else other[0], rule.months)


def _days(record: Mapping[str, object], column: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of a date; the period of the row for ``date``."""
    if column == "date":
        start, end = record["occurred_from"], record["occurred_to"]
        assert isinstance(start, dt.date)
        assert isinstance(end, dt.date)
        return start, end - dt.timedelta(days=1)
    value = record.get(column)
    if isinstance(value, dt.date):
        return value, value
    if not value:
        return None
    try:
        period = Period.parse(str(value))
    except UsageError:
        return None
    return period.start, period.last_day


def _moved(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later, or the last of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(day.day, last))
