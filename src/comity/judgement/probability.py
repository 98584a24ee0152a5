"""Likelihood words on a declared scale. The stored value is a probability; the word is a view."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, read_yaml_folder
from comity.core.errors import JudgementError, UnknownName
from comity.judgement.parts import Likelihood
from comity.judgement.record_parts import ManifestScale, ScaleBand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["DEFAULT_SCALE", "Band", "Scale", "likelihood", "load_scales", "scale_named"]

DEFAULT_SCALE = "icd203"
_LEAST, _MOST = 0.01, 0.99
"""What a judgement may claim, whatever the scale: nothing that is judged is impossible or sure."""
_FINE = 9  # decimals to which distances are told apart


class Band(Declaration):
    """One word and the probabilities that it stands for.

    Attributes
    ----------
    lo, hi : float
        The band, both ends included. [probability]
    word : str
        The word as it is printed.
    also : tuple of str
        Other forms that the scale's publisher allows ("almost certainly").
    found_by : str
        Regular expression that finds the word in a text, where it has other meanings too.
    clause : str
        How a sentence begins with it; ``It is likely`` is made from the word if not given.
    """

    lo: float = Field(ge=0, le=1)
    hi: float = Field(ge=0, le=1)
    word: str
    also: tuple[str, ...] = ()
    found_by: str = ""
    clause: str = ""

    @property
    def opening(self) -> str:
        """How a sentence begins with the word, without its number and without "that"."""
        return self.clause or f"It is {self.word}"

    def distance(self, p: float) -> float:
        """Return how far a probability lies outside the band; 0 inside."""
        return round(max(self.lo - p, p - self.hi, 0.0), _FINE)


class Scale(Declaration):
    """A row of likelihood words; rows are never mixed.

    Attributes
    ----------
    gaps : str
        ``none``: each band meets the next. ``nearest``: the publisher leaves gaps, and a
        probability in a gap takes the nearest word.
    """

    id: str
    title: str
    citation: str
    note: str = ""
    gaps: Literal["none", "nearest"] = "none"
    bands: tuple[Band, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _in_order(self) -> Scale:
        for band in self.bands:
            if band.lo >= band.hi:
                msg = f"the band {band.word!r} is empty"
                raise ValueError(msg)
        for left, right in zip(self.bands, self.bands[1:], strict=False):
            if left.hi > right.lo:
                msg = f"the bands {left.word!r} and {right.word!r} overlap"
                raise ValueError(msg)
            if left.hi < right.lo and self.gaps == "none":
                msg = (
                    f"the bands {left.word!r} and {right.word!r} do not meet; a scale that is "
                    "published with gaps says `gaps: nearest`"
                )
                raise ValueError(msg)
        return self

    @property
    def words(self) -> dict[str, Band]:
        """Every word of the scale, with the other forms that it allows."""
        return {word: band for band in self.bands for word in (band.word, *band.also)}

    def band(self, p: float) -> Band:
        """Return the band of a probability: the nearest, and of two the one nearer to even.

        Raises
        ------
        JudgementError
            If `p` is not a probability.
        """
        if not 0 <= p <= 1:
            msg = f"{p} is not a probability."
            raise JudgementError(msg)
        return min(
            self.bands,
            key=lambda band: (band.distance(p), abs((band.lo + band.hi) / 2 - 0.5)),
        )

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
        >>> load_scales()["phia"].word(0.08)  # between 5 and 10 %
        'highly unlikely'
        """
        return self.band(p).word

    def is_between(self, p: float) -> bool:
        """Return whether a probability lies in a gap between two words.

        Examples
        --------
        >>> load_scales()["phia"].is_between(0.08), load_scales()["phia"].is_between(0.12)
        (True, False)
        """
        inner = self.bands[0].lo < p < self.bands[-1].hi
        return inner and self.band(p).distance(p) > 0

    def likelihood(self, p: float) -> Likelihood:
        """Return a probability, kept to 1 to 99 % and whole percents, with its word.

        Examples
        --------
        >>> load_scales()["phia"].likelihood(0.85)
        Likelihood(p=0.85, word='highly likely')
        """
        kept = round(min(max(p, _LEAST), _MOST), 2)
        return Likelihood(p=kept, word=self.word(kept))

    def clause(self, p: float) -> str:
        """Return how a sentence says a probability: word and number, before "that".

        Examples
        --------
        >>> load_scales()["icd203"].clause(0.62)
        'It is likely (62 %)'
        >>> load_scales()["phia"].clause(0.45)
        'There is a realistic possibility (45 %)'
        """
        chance = self.likelihood(p)
        return f"{self.band(chance.p).opening} ({100 * chance.p:.0f} %)"

    def part(self) -> ManifestScale:
        """Return the scale as an assessment states it."""
        return ManifestScale(
            id=self.id,
            title=self.title,
            citation=self.citation,
            note=self.note,
            bands=[ScaleBand(lo=band.lo, hi=band.hi, word=band.word) for band in self.bands],
        )


@cache
def _builtin() -> dict[str, Scale]:
    return read_yaml_folder("scales/*.yml", Scale)


def load_scales(catalogs: Sequence[Path] = ()) -> dict[str, Scale]:
    """Return all likelihood scales by id."""
    return read_yaml_folder("scales/*.yml", Scale, catalogs) if catalogs else _builtin()


def scale_named(name: str = DEFAULT_SCALE, catalogs: Sequence[Path] = ()) -> Scale:
    """Return a likelihood scale.

    Raises
    ------
    UnknownName
        If there is no such scale; the known ones are shown.
    """
    scales = load_scales(catalogs)
    if name not in scales:
        hint = "Set it with --scale or COMITY_SCALE, or declare it in scales/ of a catalog."
        raise UnknownName("likelihood scale", name, scales, hint)
    return scales[name]


def likelihood(p: float, scale: str | Scale = DEFAULT_SCALE) -> Likelihood:
    """Return a probability, kept within what a judgement may claim, with its word.

    A judgement never claims less than 1 % or more than 99 %.

    Parameters
    ----------
    p : float
        Probability.
    scale : str or Scale, optional
        Id of a built-in scale, or the scale itself. Parts of an assessment ask their
        `comity.judgement.context.Context` instead, which knows the scale that was chosen.

    Raises
    ------
    UnknownName
        If there is no such scale.

    Examples
    --------
    >>> likelihood(0.999)
    Likelihood(p=0.99, word='almost certain')
    """
    return (scale if isinstance(scale, Scale) else scale_named(scale)).likelihood(p)
