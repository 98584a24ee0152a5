"""The parts of an assessment that say what follows, for whom."""

from __future__ import annotations

from comity.judgement._part import Part

__all__ = ["Implication"]


class Implication(Part):
    """What follows for an audience."""

    audience: str
    text: str
    traces_to: list[str]
