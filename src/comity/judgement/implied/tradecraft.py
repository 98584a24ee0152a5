"""The words of an implication: conditional, sober, no likelihood without a number."""

from __future__ import annotations

import re

__all__ = ["ADVOCACY", "DRAMA", "NUMBER_WORDS", "PLACEHOLDER", "UNSCALED", "faults"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""A field in a template."""

ADVOCACY = (
    *("should", "must", "ought", "need to", "needs to", "have to", "has to", "had better"),
    *("recommend", "recommends", "advise", "advises", "urge", "urges", "call for", "calls for"),
    *("it is time", "let us", "necessary to", "essential to", "imperative", "best option"),
)
"""Words that tell a reader what to do."""

DRAMA = (
    *("alarming", "dramatic", "dramatically", "shocking", "unprecedented", "game-changer"),
    *("game changer", "dire", "catastrophic", "devastating", "massive", "staggering", "stunning"),
    *("explosive", "nightmare", "existential", "axis", "grave", "sweeping", "bombshell", "ominous"),
)
"""Words that colour a fact."""

UNSCALED = (
    *("likely", "unlikely", "likelihood", "probable", "probably", "improbable", "possible"),
    *("possibly", "perhaps", "maybe", "might", "may", "could", "certain", "certainly", "chance"),
    *("doubtless", "undoubtedly", "presumably", "apparently", "seems", "appears"),
)
"""Words of likelihood without a number; with one they come from a field."""

NUMBER_WORDS = (
    *("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("dozen", "dozens", "hundred", "hundreds", "thousand", "thousands", "million", "millions"),
    *("billion", "twice", "double", "triple", "half", "a quarter", "percent", "per cent"),
)
"""Numbers in words: a number comes from the assessment only."""

_GROUPS = (
    ("tells the reader what to do", ADVOCACY),
    ("is drama", DRAMA),
    ("is a likelihood without a number; use a field such as {cohesion.likelihood}", UNSCALED),
    ("is a number of the rule's own; use a field", NUMBER_WORDS),
)
_PATTERNS = tuple(
    (reason, re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE))
    for reason, words in _GROUPS
)
_MOST_WORDS = 55


def faults(template: str) -> list[str]:
    """Return what is wrong with the wording of a template; nothing if it may stand.

    Examples
    --------
    >>> faults("If {drones.name} stopped, output of {A} would remain.")
    []
    >>> faults("Planners should expect 40 more.")
    ["'should' tells the reader what to do", 'it holds the number 40; use a field']
    """
    bare = PLACEHOLDER.sub(" ", template)
    found = [f"{hit[1]!r} {reason}" for reason, words in _PATTERNS if (hit := words.search(bare))]
    if number := re.search(r"\d+", bare):
        found.append(f"it holds the number {number[0]}; use a field")
    if re.search(r"[{}]", bare):
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
