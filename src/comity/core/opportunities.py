"""Tests that are outcomes of one opportunity: declared together, or refused."""

from __future__ import annotations

from collections import defaultdict
from statistics import pstdev
from typing import TYPE_CHECKING, Any

from comity.core.errors import CatalogError
from comity.core.reading_rules import PromiseRule, RowsRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.core.framework import DiscriminatingTest
    from comity.core.reading_rules import ReadingRule

__all__ = ["check_opportunities", "diagnosticity", "opportunities"]

_THREE = 3

# What a rule says of its opportunities; what else it says is how they ended.
_WHERE = {
    RowsRule: ("kind", "table", "where", "group", "crises", "months"),
    PromiseRule: ("kind", "items", "flow_classes", "months", "slow", "alive", "after_help"),
}


def opportunities(tests: Mapping[str, DiscriminatingTest]) -> dict[str, tuple[str, ...]]:
    """Return the tests of each opportunity, by its name; a test by itself is its own."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, test in tests.items():
        found[test.opportunity].append(name)
    return {name: tuple(members) for name, members in found.items()}


def diagnosticity(tests: Mapping[str, DiscriminatingTest]) -> dict[str, float]:
    """Return how far the hypotheses differ in what they expect of each test [points of rating].

    The standard deviation, over the hypotheses, of the rating less the mean of the ratings of the
    other ways in which its opportunity can end; "not seen" and "none of them" have 0. For outcomes
    of which one must come about, in which two ratings say one thing, the mean is over all of them.
    """
    found = {}
    for members in opportunities(tests).values():
        for name in members:
            test = tests[name]
            rated = []
            for key, own in test.expected.items():
                ways = sum(tests[each].expected[key] for each in members)
                if test.none_possible:
                    rated.append(own - (ways - own) / len(members))
                else:
                    rated.append(own - ways / len(members))
            found[name] = round(pstdev(rated), 2)
    return found


def check_opportunities(tests: Mapping[str, DiscriminatingTest]) -> None:
    """Refuse tests that are said to be outcomes of one opportunity and cannot be.

    Raises
    ------
    CatalogError
        If one stands alone, they differ on "none of them", or are read from different
        opportunities.
    """
    for name, members in opportunities(tests).items():
        test = tests[members[0]]
        if len(members) + test.none_possible < _THREE:
            _must_be_settled([tests[each] for each in members])
        if test.outcome_of:
            _check(name, [tests[each] for each in members])
        elif not test.none_possible:
            raise CatalogError(
                f"tests/{test.id}.yml, key none_possible",
                "is for outcomes of one opportunity; name it under outcome_of, or leave this out",
            )


def _must_be_settled(tests: Sequence[DiscriminatingTest]) -> None:
    """Refuse rows that leave open how an opportunity ended, where not seen is the only other end.

    Raises
    ------
    CatalogError
        If a rule has such rows.
    """
    for test in tests:
        if any(isinstance(rule, RowsRule) and rule.unsettled for rule in test.read):
            raise CatalogError(
                f"tests/{test.id}.yml, key unsettled",
                "is for opportunities that can end in three ways or more; write absent",
            )


def _check(name: str, tests: Sequence[DiscriminatingTest]) -> None:
    first = tests[0]
    if len(tests) == 1:
        raise CatalogError(
            f"tests/{first.id}.yml, key outcome_of",
            f"no other test is an outcome of {name!r}; write it in all of them, or in none",
        )
    for test in tests:
        if test.none_possible != first.none_possible:
            raise CatalogError(
                f"tests/{test.id}.yml, key none_possible",
                f"differs from {first.id}, which is an outcome of {name!r} too",
            )
        places = [_where(rule, test.id, name) for rule in test.read]
        others = [_where(rule, first.id, name) for rule in first.read]
        if places != others:
            odd = next(
                (
                    f"{key} is {one.get(key)!r} here and {other.get(key)!r} there"
                    for one, other in zip(places, others, strict=False)
                    for key in {**one, **other}
                    if one.get(key) != other.get(key)
                ),
                "they have not as many rules",
            )
            raise CatalogError(
                f"tests/{test.id}.yml, key read",
                f"reads other opportunities than {first.id}, which is an outcome of {name!r} too: "
                f"{odd}",
            )
        for rule in test.read:
            absent = rule.absent if isinstance(rule, RowsRule) else getattr(rule, "both", False)
            if absent and not test.none_possible:
                raise CatalogError(
                    f"tests/{test.id}.yml, key read",
                    f"tells of absence, but one outcome of {name!r} must come about; leave out "
                    "what is not seen, or write 'none_possible: true'",
                )


def _where(rule: ReadingRule, test: str, name: str) -> dict[str, Any]:
    if not isinstance(rule, RowsRule | PromiseRule):
        raise CatalogError(
            f"tests/{test}.yml, key read",
            f"a rule of kind {rule.kind!r} finds no opportunity that {name!r} could share",
            ["rows", "promise"],
        )
    return {key: getattr(rule, key) for key in _WHERE[type(rule)]}
