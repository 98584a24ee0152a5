"""Who reads: audiences with the order and depth of a brief, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, builtin_catalog, read_yaml
from comity.core.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Audience", "Audiences", "audience_named", "load_audiences"]


class Audience(Declaration):
    """A reader: order and depth, never other numbers.

    Parameters
    ----------
    id, title : str
        ``planner``, ``Military planner``.
    asks : str
        The reader's question in a sentence.
    first : list of str
        Sections on the first screen.
    order : list of str
        Sections that follow first; the others come behind them in the usual order.
    folded : list of str
        Sections of which only the finding is open.
    topics : list of str
        Order of the topics of implications.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    title: str
    asks: str
    first: list[str] = Field(min_length=1)
    order: list[str] = Field(default_factory=list)
    folded: list[str] = Field(default_factory=list)
    topics: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _once(self) -> Audience:
        for key in ("first", "order", "folded", "topics"):
            names = getattr(self, key)
            if twice := sorted({name for name in names if names.count(name) > 1}):
                msg = f"{key} names {twice[0]!r} twice"
                raise ValueError(msg)
        if both := sorted({*self.first} & {*self.order}):
            msg = f"{both[0]!r} is in first and in order"
            raise ValueError(msg)
        return self


class Audiences(Declaration):
    """All audiences, in the order in which they are named."""

    audiences: list[Audience] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> Audiences:
        ids = [each.id for each in self.audiences]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            msg = f"the audience {twice[0]!r} is declared twice"
            raise ValueError(msg)
        return self


def load_audiences(catalogs: Sequence[Path] = ()) -> dict[str, Audience]:
    """Return the audiences by id; a further catalog's ``audiences.yml`` replaces the built-in one.

    Raises
    ------
    CatalogError
        If the file is not as documented.
    """
    folders = (*reversed(catalogs), builtin_catalog())
    path = next(path for folder in folders if (path := folder / "audiences.yml").exists())
    return {each.id: each for each in read_yaml(path, Audiences).audiences}


def audience_named(name: str, catalogs: Sequence[Path] = ()) -> Audience:
    """Return an audience.

    Raises
    ------
    UnknownName
        If there is none of that name.
    """
    known = load_audiences(catalogs)
    if name not in known:
        raise UnknownName("audience", name, known)
    return known[name]
