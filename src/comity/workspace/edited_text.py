"""What people write into a brief is held to the rules of tradecraft, as our own sentences are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.errors import ActRefused
from comity.judgement.lint import lint_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["must_keep_the_rules"]

_NOT_THEIRS = frozenset({"uncited_fact"})
"""Rules that a person's own words, printed under that person's name, need not keep."""


def must_keep_the_rules(text: str, what: str, catalogs: Sequence[Path]) -> None:
    """Refuse a text for print with a breach that the linter calls an error.

    Raises
    ------
    ActRefused
        With the words, the rule, and what to write instead.
    """
    for found in lint_text(text, kind="sentence", catalogs=catalogs):
        if found.level == "error" and found.rule not in _NOT_THEIRS:
            words = text[slice(*found.span)]
            msg = f"{what}: {words!r}: {found.message.rstrip('.')}. Instead: {found.instead}."
            raise ActRefused(msg)
