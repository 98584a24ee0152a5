"""The parts of an assessment that say how earlier judgements did: published ones, and our own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from comity.judgement._part import EvidenceIds, Part, Probability

__all__ = [
    "AuthorRecord",
    "BandScore",
    "MakerScore",
    "OpenQuestion",
    "OwnRecord",
    "PublishedJudgement",
    "ReadingScore",
    "TrackRecord",
]


class PublishedJudgement(Part):
    """One published judgement and its fate by the as-of date.

    ``outcome`` is about the judgement: true where it held on the criteria, which were written
    afterwards; null where the outcome was not known yet. ``probability`` is null unless the author
    stated one. ``beforehand`` is false where it may have been published after the answer: such a
    judgement is shown and never counted as right or wrong.
    """

    id: str
    author: str
    publisher: str | None
    date: str
    text: str
    question: str | None
    criteria: str | None
    horizon: str | None
    probability: Probability | None
    outcome: Literal["true", "false", "mixed", "open"] | None
    outcome_text: str | None
    known_from: str | None
    evidence: EvidenceIds
    beforehand: bool = True


class AuthorRecord(Part):
    """How the published judgements of one author did; ``brier`` is null without probabilities.

    ``late`` counts those that may have been published after the answer.
    """

    author: str
    right: int
    wrong: int
    mixed: int
    open: int
    with_probability: int
    brier: float | None
    late: int = 0


class MakerScore(Part):
    """Mean scores of one maker over resolved questions, and of two baselines on the same ones.

    Lower is better. ``log`` is null where a probability of 0 or 1 turned out wrong: the score is
    then infinite. ``beforehand`` is false for forecasts that were recorded after the answer.
    """

    maker: str
    beforehand: bool
    questions: int
    forecasts: int
    brier: float
    log: float | None
    brier_even: float
    log_even: float
    brier_base_rate: float
    log_base_rate: float | None
    note: str


class BandScore(Part):
    """Forecasts of one probability band: on how many questions, how often they came true."""

    word: str
    lo: Probability
    hi: Probability
    questions: int
    came_true: int
    mean_probability: Probability | None
    share: Probability | None
    lo80: Probability | None
    hi80: Probability | None
    note: str


class ReadingScore(Part):
    """Mean CRPS of forecasts of one reading, in its points, every month once: lower is better."""

    maker: str
    beforehand: bool
    reading: str
    forecasts: int
    crps: float


class OpenQuestion(Part):
    """A question that has no answer yet; overdue where its horizon is past."""

    dyad: str
    id: str
    text: str
    horizon: str


class OwnRecord(Part):
    """Forecasts recorded by the users of this database: counts, scores, what is overdue."""

    as_of: str
    questions: int
    forecasts: int
    resolved: int
    void: int
    open: int
    overdue: list[OpenQuestion]
    makers: list[MakerScore]
    bands: list[BandScore]
    readings: list[ReadingScore]


class TrackRecord(Part):
    """How judgements on this dyad did. ``own`` is laid over the assessment when it is read."""

    published: list[PublishedJudgement] = Field(default_factory=list)
    authors: list[AuthorRecord] = Field(default_factory=list)
    caveat: str = ""
    own: OwnRecord | None = None
