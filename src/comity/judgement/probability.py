"""Likelihood words on a declared scale. The stored value is a probability; the word is a view."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, read_yaml_folder
from comity.core.errors import JudgementError, UnknownName
from comity.judgement.assessment import Likelihood

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Band", "Scale", "likelihood", "load_scales"]


class Band(Declaration):
    """One word and the probabilities that it stands for."""

    lo: float = Field(ge=0, le=1)
    hi: float = Field(ge=0, le=1)
    word: str


class Scale(Declaration):
    """A row of likelihood words without gaps; rows are never mixed."""

    id: str
    title: str
    citation: str
    note: str = ""
    bands: tuple[Band, ...]

    @model_validator(mode="after")
    def _without_gaps(self) -> Scale:
        for left, right in zip(self.bands, self.bands[1:], strict=False):
            if left.hi != right.lo:
                msg = f"the bands {left.word!r} and {right.word!r} do not meet"
                raise ValueError(msg)
        return self

    def word(self, p: float) -> str:
        """Return the word for a probability.

        Raises
        ------
        JudgementError
            If `p` is not a probability.

        Examples
        --------
        >>> load_scales()["icd203"].word(0.62)
        'likely'
        """
        if not 0 <= p <= 1:
            msg = f"{p} is not a probability."
            raise JudgementError(msg)
        p = min(max(p, self.bands[0].lo), self.bands[-1].hi)
        fits = [band for band in self.bands if band.lo <= p <= band.hi]
        return min(fits, key=lambda band: abs((band.lo + band.hi) / 2 - 0.5)).word


@cache
def _builtin() -> dict[str, Scale]:
    return read_yaml_folder("scales/*.yml", Scale)


def load_scales(catalogs: Sequence[Path] = ()) -> dict[str, Scale]:
    """Return all likelihood scales by id."""
    return read_yaml_folder("scales/*.yml", Scale, catalogs) if catalogs else _builtin()


def likelihood(p: float, scale: str = "icd203") -> Likelihood:
    """Return a probability, kept within what a judgement may claim, with its word.

    A judgement is never given more than the outermost band allows (1 % to 99 %).

    Raises
    ------
    UnknownName
        If there is no such scale.

    Examples
    --------
    >>> likelihood(0.999)
    Likelihood(p=0.99, word='almost certain')
    """
    scales = _builtin()
    if scale not in scales:
        raise UnknownName("likelihood scale", scale, scales)
    bands = scales[scale].bands
    p = round(min(max(p, bands[0].lo), bands[-1].hi), 2)
    return Likelihood(p=p, word=scales[scale].word(p))
