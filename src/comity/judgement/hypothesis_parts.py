"""The parts of an assessment that set rival explanations against each other."""

from __future__ import annotations

from pydantic import Field, model_validator

from comity.judgement._part import EvidenceIds, Part, Probability

__all__ = [
    "Challenge",
    "Distrust",
    "Hypothesis",
    "HypothesisPhase",
    "HypothesisWeight",
    "MatrixRow",
    "MissingItem",
    "TestFinding",
]


class Hypothesis(Part):
    """A rival explanation over the whole record.

    ``weight`` is its probability if exactly one of the rivals rules; ``share`` the part of the
    findings that it accounts for if several rule at once. ``inconsistency`` is Heuer's score: the
    sum of what counts against it, smaller is better. Null where nothing could be weighed.
    """

    id: str
    title: str = ""
    statement: str
    weight: Probability | None
    lo80: Probability | None
    hi80: Probability | None
    share: Probability | None = None
    share_lo80: Probability | None = None
    share_hi80: Probability | None = None
    inconsistency: float | None
    who_says: list[str] = Field(default_factory=list)
    core_prediction: str = ""
    counts_against: str = ""
    key_evidence: list[str]
    against_evidence: list[str] = Field(default_factory=list)
    sensitivity: str


class HypothesisWeight(Part):
    """One hypothesis in one period; fields as in `Hypothesis`."""

    id: str
    weight: Probability
    lo80: Probability
    hi80: Probability
    share: Probability
    share_lo80: Probability
    share_hi80: Probability
    inconsistency: float
    leads: Probability
    """Share of posterior draws in which it weighs most."""


class Challenge(Part):
    """What changes if one thing is taken away or turned round.

    ``leader`` is who weighs most then; ``weight`` how much.
    """

    change: str
    kind: str
    leader: str
    weight: Probability


class Distrust(Part):
    """The weights with and without the rows of certain outlets, every doubt at its centre.

    ``rows`` counts the rows of the dyad's registers that are left out, by outlet.
    ``items`` says which items of the ledger have another established state without them. Readings
    and roles are not estimated again here: `--exclude-source outlet:ID` does that.
    """

    whose: str
    outlets: int
    rows: int
    leader: str
    weight: Probability
    before: dict[str, float]
    weights: dict[str, float]
    items: list[str] = Field(default_factory=list)


class MissingItem(Part):
    """A test that nothing on record reads in the period, and what one finding would tell."""

    test: str
    text: str
    indicators: list[str]
    bits: float
    why: str


class HypothesisPhase(Part):
    """The rivals in one period.

    ``clear`` says whether the leader weighs most in at least four of five posterior draws; where it
    does not, no explanation may be said to lead. ``tested`` counts challenges, ``changed`` those
    that change the leader, by who leads then; ``challenges`` shows some of these, one of each
    leader at least.
    """

    name: str
    start: str
    end: str
    overall: bool = False
    findings: int
    tests: int
    weights: list[HypothesisWeight]
    leader: str | None
    clear: bool
    mixture: list[str] = Field(default_factory=list)
    tested: int
    challenges: list[Challenge]
    distrust: list[Distrust] = Field(default_factory=list)
    missing: MissingItem | None
    text: str
    changed: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _adds_up(self) -> HypothesisPhase:
        total = sum(each.weight for each in self.weights)
        if self.weights and abs(total - 1) > 0.01:
            msg = f"{self.name}: the weights of the rivals add up to {total:.3f}, not to 1"
            raise ValueError(msg)
        return self


class TestFinding(Part):
    """One finding of a test: seen or not seen where it could have been."""

    date: str
    period: str
    present: bool
    truth: float
    why: str
    evidence: EvidenceIds


class MatrixRow(Part):
    """One test: what each rival leads one to expect, and what was found.

    ``diagnosticity`` is how far the rivals differ in what they expect of it, in points of rating,
    against the other ways in which its opportunity can end. ``other_outcomes`` are the tests that
    are outcomes of the same opportunity, ``ended_otherwise`` counts the findings of these: there,
    this was not seen. ``not_read`` says why there is no finding, ``caution`` what in the way it is
    read decides the order.
    """

    id: str
    text: str
    indicators: list[str]
    expected: dict[str, int]
    author: str
    diagnosticity: float
    findings: list[TestFinding]
    not_read: str = ""
    caution: str = ""
    other_outcomes: list[str] = Field(default_factory=list)
    ended_otherwise: int = 0
