"""The words of an implication: conditional, sober, no likelihood and no number of its own."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from comity.judgement.lint.check import Linter
from comity.judgement.probability import scale_named

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NUMBER_WORDS", "PLACEHOLDER", "faults"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""A field in a template."""

NUMBER_WORDS = (
    *("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("dozen", "dozens", "hundred", "hundreds", "thousand", "thousands", "million", "millions"),
    *("billion", "twice", "double", "triple", "half", "a quarter", "percent", "per cent"),
)
"""Numbers in words: a number comes from the assessment only."""

_SCALE_WORDS = re.compile(
    r"\b(likely|unlikely|probable|probably|chance|chances|odds|may|might|could|certain|certainly)\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(rf"\b({'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)
_MOST_WORDS = 55
_BESIDE = frozenset({"uncited_fact"})
"""Rules of the linter that do not apply: evidence stands beside a sentence, not in it."""


@cache
def _linter(catalogs: tuple[Path, ...]) -> Linter:
    return Linter(scale_named(), catalogs)


def faults(template: str, catalogs: tuple[Path, ...] = ()) -> list[str]:
    """Return what is wrong with the wording of a template; nothing if it may stand.

    The rules of ``comity lint`` hold (advocacy, drama, words of doubt), and besides: one sentence,
    no number and no likelihood but from a field.

    Examples
    --------
    >>> faults("If {drones.name} stopped, output of {A} would remain.")
    []
    >>> faults("{A} holds 40 of them.")
    ['it holds the number 40; use a field']
    """
    bare = PLACEHOLDER.sub("it", template)
    found = [
        f"{bare[each.span[0] : each.span[1]]!r}: {each.message}"
        for each in _linter(catalogs).lint(bare, "sentence", without=_BESIDE)
        if each.level in {"error", "warning"}
    ]
    without = PLACEHOLDER.sub(" ", template)
    if hit := _SCALE_WORDS.search(without):
        found.append(f"{hit[1]!r} is a likelihood without a number; use a field")
    if hit := _NUMBERS.search(without):
        found.append(f"{hit[1]!r} is a number of the rule's own; use a field")
    if number := re.search(r"\d+", without):
        found.append(f"it holds the number {number[0]}; use a field")
    if re.search(r"[{}]", without):
        found.append("a brace stands alone")
    if re.search(r"[.!?]\s+\S", bare):
        found.append("it is more than one sentence; make it two entries")
    if not template.endswith("."):
        found.append("a sentence ends with a full stop")
    if len(template.split()) > _MOST_WORDS:
        found.append(f"a sentence has at most {_MOST_WORDS} words")
    if re.search(r"\bconfidence\b", bare, re.IGNORECASE):
        found.append("confidence has a sentence of its own; use the key confidence")
    return found
