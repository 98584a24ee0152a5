"""Where a fact comes from and how far it can be trusted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from comity.core.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

__all__ = [
    "Grade",
    "Modality",
    "PublicFromBasis",
    "Reliability",
    "Snapshot",
    "sha256_of",
]

PublicFromBasis = Literal["act", "source", "assumed"]


class Reliability(StrEnum):
    """Reliability of a source or outlet on the Admiralty scale, A best, F not judged."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class Modality(StrEnum):
    """What a record asserts: a deed, or words about a deed.

    Only ``asserted`` rows count as deeds. A claim keeps the intensity of a statement.
    """

    ASSERTED = "asserted"
    CLAIMED = "claimed"
    DENIED = "denied"
    PLANNED = "planned"
    HISTORICAL = "historical"


@dataclass(frozen=True)
class Grade:
    """Source reliability and information credibility, judged independently.

    Parameters
    ----------
    reliability : str
        A (completely reliable) to E (unreliable), F cannot be judged.
    credibility : int
        1 (confirmed by other sources) to 5 (improbable), 6 cannot be judged.

    Notes
    -----
    The two-character code, e.g. ``B2``, is the Admiralty (NATO) grade.

    Examples
    --------
    >>> Grade("B", 2).text
    'B2'
    """

    reliability: str
    credibility: int

    def __post_init__(self) -> None:
        if self.reliability not in set(Reliability) or self.credibility not in range(1, 7):
            msg = f"{self.reliability}{self.credibility} is not an Admiralty grade (A-F, 1-6)."
            raise UsageError(msg)

    @property
    def text(self) -> str:
        """The two-character code."""
        return f"{self.reliability}{self.credibility}"


@dataclass(frozen=True)
class Snapshot:
    """Raw bytes as retrieved, known by their hash.

    Parameters
    ----------
    sha256 : str
        Hash of the bytes, 64 hexadecimal digits.
    source : str
        Name of the source.
    name : str
        File name as retrieved.
    url : str
        Where the bytes came from; empty for a file the user had.
    size : int
        [bytes]
    retrieved_on : datetime.datetime
        When the bytes were retrieved, in UTC.
    licence : str
        Terms under which the publisher gives them.
    """

    sha256: str
    source: str
    name: str
    url: str
    size: int
    retrieved_on: dt.datetime
    licence: str


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in bounded memory."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
