"""The records that an assessment cites, and what it was made from."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from comity.judgement._part import Part, Probability

__all__ = [
    "Evidence",
    "EvidenceSource",
    "GradeCode",
    "Manifest",
    "ManifestFile",
    "ManifestScale",
    "ManifestSource",
    "ScaleBand",
]


class EvidenceSource(Part):
    """Where a record was published."""

    title: str | None
    publisher: str | None
    url: str | None
    published_on: str | None
    further_urls: list[str] = Field(default_factory=list)


class GradeCode(Part):
    """Admiralty grade: reliability of the source, credibility of the item at the as-of date."""

    reliability: str | None
    credibility: int | None


class Evidence(Part):
    """One record behind a number or a sentence."""

    kind: str
    date: str
    summary: str
    modality: str | None
    public_from: str
    public_from_basis: str
    source: EvidenceSource
    grade: GradeCode
    independence_group: str | None
    snapshot: str
    locator: str
    dataset: str


class ManifestFile(Part):
    """One file in which records of a source stand, and what it says of its release."""

    name: str
    sha256: str
    release: str | None
    records: int


class ManifestSource(Part):
    """One source used, with its vintage."""

    name: str
    title: str
    records: int
    first: str | None
    last: str | None
    snapshots: list[str]
    releases: list[str] = Field(default_factory=list)
    files: list[ManifestFile] = Field(default_factory=list)
    licence: str
    citation: str


class ScaleBand(Part):
    """One likelihood word and the probabilities that it stands for."""

    lo: Probability
    hi: Probability
    word: str


class ManifestScale(Part):
    """The likelihood words of the assessment, with their bands."""

    id: str
    title: str
    citation: str
    note: str
    bands: list[ScaleBand]


class Manifest(Part):
    """What the assessment was made from and by."""

    sources: list[ManifestSource]
    indicators_version: str
    model: dict[str, Any]
    public_from_mix: dict[str, int] = Field(default_factory=dict)
    weights: dict[str, float] = Field(default_factory=dict)
    only_panel_items: bool = False
    excluded: list[str] = Field(default_factory=list)
    scale: ManifestScale | None = None
