"""The assessment: what every door and every brief is made from. Schema ``comity.assessment/1``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from comity.judgement._part import Part
from comity.judgement.assumption_parts import KeyAssumption
from comity.judgement.beside import Beside
from comity.judgement.checklist_parts import CheckRow
from comity.judgement.claim_parts import ClaimEpisode, ClaimSensitivity, ClaimVerdict, Odds
from comity.judgement.commitment_parts import Obligation, StressSummary, Vote
from comity.judgement.comparison_parts import (
    Alliance,
    ComparedDyad,
    Comparison,
    Disputes,
    DyadContext,
    Network,
    Register,
    Rivalry,
    Tie,
)
from comity.judgement.hypothesis_parts import (
    Challenge,
    Distrust,
    Hypothesis,
    HypothesisPhase,
    HypothesisWeight,
    MatrixRow,
    MissingItem,
    TestFinding,
)
from comity.judgement.implication_parts import (
    CapabilityEffect,
    CapabilityWatch,
    Implication,
    ImplicationSentence,
    Stated,
)
from comity.judgement.ledger_parts import LedgerItem, LedgerStep, LedgerSummary
from comity.judgement.outlook_parts import Horizon, Outlook
from comity.judgement.parts import (
    BottomLine,
    Boundary,
    Coverage,
    Criterion,
    Driver,
    DyadName,
    FlipEnd,
    FlipPoint,
    Gap,
    Holding,
    IndicatorStatus,
    Judgement,
    Ladder,
    LadderDown,
    LatestIndicator,
    LatestReading,
    Likelihood,
    Mover,
    OtherPrior,
    PanelPoint,
    PanelStanding,
    Phase,
    Reading,
    ReadingPoint,
    Role,
    RolePoint,
    Sensitivity,
    Without,
)
from comity.judgement.publication_parts import Publication
from comity.judgement.record_parts import (
    Evidence,
    EvidenceSource,
    GradeCode,
    Manifest,
    ManifestFile,
    ManifestScale,
    ManifestSource,
    ScaleBand,
)
from comity.judgement.register_parts import (
    Lever,
    Perspective,
    StressTest,
    Theatre,
    TheatreCell,
)
from comity.judgement.track_record_parts import TrackRecord

__all__ = [
    "SCHEMA",
    "Alliance",
    "Assessment",
    "Beside",
    "BottomLine",
    "Boundary",
    "CapabilityEffect",
    "CapabilityWatch",
    "Challenge",
    "CheckRow",
    "ClaimEpisode",
    "ClaimSensitivity",
    "ClaimVerdict",
    "ComparedDyad",
    "Comparison",
    "Coverage",
    "Criterion",
    "Disputes",
    "Distrust",
    "Driver",
    "DyadContext",
    "DyadName",
    "Evidence",
    "EvidenceSource",
    "FlipEnd",
    "FlipPoint",
    "Gap",
    "GradeCode",
    "Holding",
    "Horizon",
    "Hypothesis",
    "HypothesisPhase",
    "HypothesisWeight",
    "Implication",
    "ImplicationSentence",
    "IndicatorStatus",
    "Judgement",
    "KeyAssumption",
    "Ladder",
    "LadderDown",
    "LatestIndicator",
    "LatestReading",
    "LedgerItem",
    "LedgerStep",
    "LedgerSummary",
    "Lever",
    "Likelihood",
    "Manifest",
    "ManifestFile",
    "ManifestScale",
    "ManifestSource",
    "MatrixRow",
    "MissingItem",
    "Mover",
    "Network",
    "Obligation",
    "Odds",
    "OtherPrior",
    "Outlook",
    "PanelPoint",
    "PanelStanding",
    "Perspective",
    "Phase",
    "Publication",
    "Reading",
    "ReadingPoint",
    "Register",
    "Rivalry",
    "Role",
    "RolePoint",
    "ScaleBand",
    "Sensitivity",
    "Stated",
    "StressSummary",
    "StressTest",
    "TestFinding",
    "Theatre",
    "TheatreCell",
    "Tie",
    "TrackRecord",
    "Vote",
    "Without",
]

SCHEMA = "comity.assessment/1"
_EVIDENCE_KEYS = frozenset({"evidence", "key_evidence", "against_evidence", "events"})


class Assessment(Part):
    """All judgements on a dyad at an as-of date."""

    schema_: Literal["comity.assessment/1"] = Field(default="comity.assessment/1", alias="schema")
    dyad: DyadName
    title: str
    as_of: str
    cut_off: str
    reconstruction: bool
    review: Literal["draft", "in_review", "signed_off"] = "draft"
    generated_by: str
    catalog_version: str
    inputs_hash: str
    bottom_line: BottomLine
    readings: dict[str, Reading]
    ladder: Ladder
    phases: list[Phase]
    roles: dict[str, Role]
    indicators: list[IndicatorStatus]
    drivers: list[Driver]
    tensions: list[Driver]
    ledger: list[LedgerItem]
    ledger_summary: LedgerSummary | None = None
    stress_tests: list[StressTest]
    stress_summary: StressSummary | None = None
    levers: list[Lever]
    theatres: list[Theatre]
    perspectives: list[Perspective]
    votes: list[Vote] = Field(default_factory=list)
    obligations: list[Obligation] = Field(default_factory=list)
    hypotheses: list[Hypothesis]
    hypothesis_phases: list[HypothesisPhase] = Field(default_factory=list)
    hypothesis_matrix: list[MatrixRow] = Field(default_factory=list)
    claim_tests: list[ClaimVerdict] = Field(default_factory=list)
    outlook: Outlook
    judgements: list[Judgement]
    implications: list[Implication]
    capability_watch: list[CapabilityWatch] = Field(default_factory=list)
    gaps: list[Gap]
    assumptions: list[str]
    key_assumptions: list[KeyAssumption] = Field(default_factory=list)
    checklist: list[CheckRow] = Field(default_factory=list)
    events: list[str] = Field(default_factory=list)
    comparison: Comparison | None = None
    evidence: dict[str, Evidence]
    manifest: Manifest
    beside: Beside | None = None
    publication: Publication | None = None
    track_record: TrackRecord = Field(default_factory=TrackRecord)

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )

    def evidence_ids(self) -> set[str]:
        """Return every record id that any part of the assessment refers to."""
        found: set[str] = set()
        for name, part in self.__dict__.items():
            if name == "events":
                found.update(part)
            elif name != "evidence":
                _gather(part, found)
        return found

    @model_validator(mode="after")
    def _resolves(self) -> Assessment:
        lost = sorted(self.evidence_ids() - set(self.evidence))
        if lost:
            msg = f"{len(lost)} evidence ids do not resolve, e.g. {lost[0]}"
            raise ValueError(msg)
        return self


def _gather(node: Any, found: set[str]) -> None:
    """Note every evidence id of a part: of the part itself, since a dump of all takes long."""
    if isinstance(node, BaseModel):
        node = node.__dict__
    if isinstance(node, list):
        node = dict(enumerate(node))
    elif not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in _EVIDENCE_KEYS and isinstance(value, list):
            found.update(value)
        elif isinstance(value, dict | list | BaseModel):
            _gather(value, found)
