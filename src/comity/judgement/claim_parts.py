"""The part of an assessment that puts a published claim to the test."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from comity.judgement._part import Bounded, EvidenceIds, Part, Probability

__all__ = ["ClaimEpisode", "ClaimSensitivity", "ClaimVerdict", "Odds"]


class Odds(Bounded):
    """How many times more probable the outcome is under the claim than under a rival."""

    rival: str


class ClaimEpisode(Part):
    """One offer or threat, and what became of the targeted item.

    ``group`` joins episodes that share one result; ``sample`` says whether the episode was over
    when the claim was made. ``odds`` is the likelihood ratio of the claim against each rival, with
    every doubt at its centre; empty where the outcome is open, as it is for the first 24 months.
    """

    id: str
    date: str
    third_party: str
    type: str
    target_item: str
    response_6m: str | None
    response_12m: str | None
    response_24m: str | None
    outcome: str | None
    result: Literal["kept", "cut", "open"]
    attributed: bool
    group: str
    sample: Literal["before", "after"]
    odds: dict[str, float] = Field(default_factory=dict)
    rival_explanations: str | None
    evidence: EvidenceIds
    response_so_far: str | None = None
    outcome_so_far: str | None = None


class ClaimSensitivity(Part):
    """The verdict under another choice of episodes."""

    change: str
    groups: int
    kept: int
    cut: int
    weight: Probability | None
    strict: Literal["holds", "fails", "untested"]


class ClaimVerdict(Part):
    """A published claim, its episodes and what they say.

    ``strict`` judges the claim as it stands: one lasting cut that the coder traces to the lever is
    enough against it. ``kept_rate`` is the share of groups that ended without a lasting cut
    (Jeffreys interval). ``weight`` is the probability of the claim against its declared rivals
    alone, from the ratings of the two tests.
    """

    id: str
    title: str
    statement: str
    author: str
    stated_on: str
    operational: str
    falsified_by: str
    coded_by: str
    groups: int
    kept: int
    cut: int
    open: int
    kept_rate: Bounded
    strict: Literal["holds", "fails", "untested"]
    weight: Bounded
    odds: list[Odds]
    verdict: str
    episodes: list[ClaimEpisode]
    sensitivity: list[ClaimSensitivity]
    scope: list[str]
    evidence: EvidenceIds
