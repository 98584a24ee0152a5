"""Judgements of well-known dyads, written down before any reading is looked at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["WrittenJudgements"]

Key = Annotated[str, Field(pattern=r"^[A-Z]{3}-[A-Z]{3}$")]
Years = Annotated[list[int], Field(min_length=2, max_length=2)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    why: str


class _Between(_Line):
    reading: Literal["depth", "cohesion", "tension"]
    more: Key
    less: Key
    years: Years


class _Within(_Line):
    reading: Literal["depth", "cohesion", "tension"]
    dyad: Key
    more: Years
    less: Years


class _Placed(_Line):
    dyad: Key
    years: Years


class WrittenJudgements(BaseModel):
    """A dated list; once scored no line may be changed.

    Parameters
    ----------
    written_on : str
        Day.
    between : list
        `more` stands above `less` over `years`.
    within : list
        A dyad stands higher in years `more` than in years `less`.
    close, hostile : list
        Cohesion of a dyad above the 70th, or below the 30th, percentile.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    written_on: str
    between: list[_Between] = Field(default_factory=list)
    within: list[_Within] = Field(default_factory=list)
    close: list[_Placed] = Field(default_factory=list)
    hostile: list[_Placed] = Field(default_factory=list)
