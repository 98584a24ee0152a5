"""An unordered pair of states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from comity.core.errors import UsageError

__all__ = ["Direction", "Dyad"]

Direction = Literal["ab", "ba", "mutual"]


@dataclass(frozen=True)
class Dyad:
    """Two different states, in the order asked.

    Parameters
    ----------
    a, b : str
        ISO 3166-1 alpha-3 codes. Directed quantities are ``ab`` (from a to b) and ``ba``.

    Raises
    ------
    UsageError
        If the two are the same state.

    Examples
    --------
    >>> Dyad("RUS", "IRN").key
    'IRN-RUS'
    >>> Dyad("RUS", "IRN").slug
    'rus-irn'
    """

    a: str
    b: str

    def __post_init__(self) -> None:
        if self.a == self.b:
            msg = f"a dyad needs two different states, got {self.a} twice."
            raise UsageError(msg)

    @property
    def key(self) -> str:
        """The sorted pair, the same whichever way it was asked."""
        return "-".join(sorted((self.a, self.b)))

    @property
    def slug(self) -> str:
        """Lower-case name in the order asked, used for folders."""
        return f"{self.a}-{self.b}".lower()

    @property
    def reversed(self) -> Dyad:
        """The same dyad seen from the other side."""
        return Dyad(self.b, self.a)

    def __str__(self) -> str:
        return f"{self.a}-{self.b}"
