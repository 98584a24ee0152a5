"""The parts of an assessment that show votes, treaties and responses in crises as a whole."""

from __future__ import annotations

from pydantic import Field

from comity.judgement._part import EvidenceIds, Part, Probability

__all__ = ["Obligation", "Reciprocity", "StressSide", "StressSummary", "Vote"]


class Vote(Part):
    """One named vote of one party on the other's file.

    ``directed_score`` runs from -2 (votes to penalise) to 2 (vetoes, or sponsors relief).
    """

    id: str
    date: str
    body: str
    resolution: str
    tally: str | None
    subject: str
    voter: str
    vote: str
    effect: str | None
    directed_score: int | None
    inferred: bool
    note: str
    grade: str
    evidence: EvidenceIds


class Obligation(Part):
    """A treaty, accord or membership that binds both, as it stood at the as-of date.

    ``status`` is ``in_force``, ``ended`` or ``not_seen``: no entry into force was recorded by then,
    which is not to say that there is none. Whether one came later is not told.
    """

    id: str
    name: str
    date: str
    signed: str | None
    in_force: str | None
    ended: str | None
    status: str
    level: int | None
    level_word: str
    scope: str | None
    articles: str
    later: str | None
    grade: str
    evidence: EvidenceIds


class StressSide(Part):
    """How one state responded in the other's crises.

    Attributes
    ----------
    crises : int
        Crises with a score; the parts of one crisis count as one, by their median. [count]
    rows, contested, unscored : int
        Rows behind them; contested codings left out; rows without a score. [count]
    median : float or None
        Of the crises. [level]
    costly, opposed : int
        Crises with a response of materiel help or force; with one of opposing or withholding.
        [count]
    """

    responder: str
    on: str
    crises: int
    rows: int
    contested: int
    unscored: int
    median: float | None
    lowest: int | None
    highest: int | None
    costly: int
    opposed: int
    evidence: EvidenceIds


class Reciprocity(Part):
    """Whether one side does more for the other than it gets.

    Attributes
    ----------
    difference : float
        Median of what the first does for the second, less that of the second for the first.
        [level]
    p_more : float
        Chance that a response of the first, drawn at random, is higher than one of the second;
        draws of equal level count half. [1]
    """

    first: str
    second: str
    difference: float
    p_more: Probability
    n_first: int
    n_second: int


class StressSummary(Part):
    """Responses in crises by side, each crisis counted once."""

    sides: list[StressSide]
    reciprocity: Reciprocity | None
    note: str = Field(default="")
