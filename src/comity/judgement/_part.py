"""What all parts of an assessment are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["Bounded", "EvidenceIds", "Part", "Probability"]

Probability = Annotated[float, Field(ge=0, le=1)]
EvidenceIds = Annotated[list[str], Field(default_factory=list)]


class Part(BaseModel):
    """Base of every part: unknown keys are errors, values do not change, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Bounded(Part):
    """A value with its 80 % interval: ``lo80 <= value <= hi80``."""

    value: float | None
    lo80: float | None
    hi80: float | None

    @model_validator(mode="after")
    def _ordered(self) -> Bounded:
        given = (self.value, self.lo80, self.hi80)
        if None in given and any(part is not None for part in given):
            msg = "a value and its interval are given together or not at all"
            raise ValueError(msg)
        if None not in given and not self.lo80 <= self.value <= self.hi80:  # type: ignore[operator]
            msg = f"value {self.value} is outside {self.lo80} to {self.hi80}"
            raise ValueError(msg)
        return self
