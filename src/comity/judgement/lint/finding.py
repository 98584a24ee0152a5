"""What the linter says about a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Finding", "Kind", "Level"]

Level = Literal["error", "warning", "hint"]
Kind = Literal["judgement", "brief", "sentence"]


@dataclass(frozen=True)
class Finding:
    """One breach of a rule.

    Parameters
    ----------
    sentence : str
        The sentence, on one line; empty for a rule about the whole text.
    span : (int, int)
        Where the words stand in the text that was linted. [characters]
    rule : str
        Id of the rule, as in ``catalog/lint``.
    level : {"error", "warning", "hint"}
        A hint may be right to ignore.
    message : str
        What is wrong.
    instead : str
        What to write instead.
    citation : str
        Where the rule comes from, a key of ``references.bib``.
    """

    sentence: str
    span: tuple[int, int]
    rule: str
    level: Level
    message: str
    instead: str
    citation: str

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "sentence": self.sentence,
            "span": list(self.span),
            "rule": self.rule,
            "level": self.level,
            "message": self.message,
            "instead": self.instead,
            "citation": self.citation,
        }
