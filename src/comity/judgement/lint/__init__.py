"""The linter of tradecraft: what breaks a rule in a text, generated or edited."""

from __future__ import annotations

from comity.judgement.lint.check import KINDS, Linter, lint_text
from comity.judgement.lint.finding import Finding, Kind, Level
from comity.judgement.lint.generated import lint_assessment, must_be_clean

__all__ = [
    "KINDS",
    "Finding",
    "Kind",
    "Level",
    "Linter",
    "lint_assessment",
    "lint_text",
    "must_be_clean",
]
