"""The parts of an assessment that set rival explanations against each other."""

from __future__ import annotations

from comity.judgement._part import Part, Probability

__all__ = ["Hypothesis"]


class Hypothesis(Part):
    """A rival explanation. Weights are null until the hypothesis engine has run."""

    id: str
    statement: str
    weight: Probability | None
    lo80: Probability | None
    hi80: Probability | None
    inconsistency: float | None
    key_evidence: list[str]
    sensitivity: str
