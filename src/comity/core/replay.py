"""Which parts of an assessment speak of the matter of a published judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from comity.core.case import case_folder
from comity.core.catalog import Declaration, read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.dyad import Dyad

__all__ = ["Counterpart", "PartNamed", "ReplayDeclaration", "load_replay"]

Kind = Literal["claim", "hypotheses", "reading", "ladder", "roles", "phase", "item", "question"]


class PartNamed(Declaration):
    """One part of an assessment.

    Parameters
    ----------
    kind : str
        Which kind of part.
    id : str
        Its id, where there are several; hypotheses joined by ';'.
    """

    kind: Kind
    id: str = ""


class Counterpart(Declaration):
    """What to read beside one published judgement."""

    judgement: str
    read: list[PartNamed] = Field(min_length=1)
    note: str = ""


class ReplayDeclaration(Declaration):
    """The counterparts of a case, and who matched them."""

    author: str
    note: str = ""
    months_back: int = Field(default=13, ge=1, le=120)
    counterparts: list[Counterpart] = Field(default_factory=list)

    def of(self, judgement: str) -> Counterpart | None:
        """Return what to read beside a judgement."""
        return next((each for each in self.counterparts if each.judgement == judgement), None)


def load_replay(dyad: Dyad, catalogs: Sequence[Path] = ()) -> ReplayDeclaration:
    """Return what the case of a dyad declares; nothing without a case or a file."""
    folder = case_folder(dyad, catalogs)
    path = folder / "replay.yml" if folder is not None else None
    if path is None or not path.exists():
        return ReplayDeclaration(author="nobody")
    return read_yaml(path, ReplayDeclaration)
