"""Which state's conduct a sanctions programme is about: a table that an analyst can edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from comity.core.actor import Actors
from comity.core.catalog import Declaration, builtin_catalog, read_csv
from comity.core.errors import CatalogError

__all__ = ["Programme", "sanctions_programmes"]

_PLACE = "vocabulary/sanctions_programmes.csv"

Issuer = Literal["ofac", "eu", "uk", "un"]


class Programme(Declaration):
    """One programme, a row of ``vocabulary/sanctions_programmes.csv``.

    Parameters
    ----------
    list : str
        Who names it so: ``ofac``, ``eu``, ``uk`` or ``un``.
    programme : str
        As published: a tag, an act or a regime.
    target : str, optional
        State whose conduct it is about: ISO3; None where it names none.
    basis : str, optional
        ``programme``: each entry is about that state. ``entry``: the programme serves several ends,
        and an entry is about that state only if its own address or nationality names it. None
        where there is no target.
    reference : str
        The act, and why that state or none.
    """

    list: Issuer
    programme: str
    target: str | None
    basis: Literal["programme", "entry"] | None
    reference: str


@cache
def sanctions_programmes() -> Mapping[tuple[str, str], Programme]:
    """Return the known programmes by issuer and name.

    A programme that is not in the table is not known to be about no state: it is unmapped.

    Raises
    ------
    CatalogError
        If a programme is given twice, has a target without a basis (or the reverse), or its target
        is no state.

    Examples
    --------
    >>> sanctions_programmes()["ofac", "UKRAINE-EO13661"].target
    'RUS'
    >>> sanctions_programmes()["ofac", "SDGT"].target is None
    True
    """
    states = Actors.load().states
    found: dict[tuple[str, str], Programme] = {}
    for row in read_csv(builtin_catalog() / _PLACE, Programme):
        place = f"{_PLACE}, {row.list} {row.programme}"
        if (row.list, row.programme) in found:
            raise CatalogError(place, "the programme is given twice")
        if (row.target is None) != (row.basis is None):
            raise CatalogError(place, "a target needs a basis, and a basis a target")
        if row.target is not None and row.target not in states:
            raise CatalogError(place, f"the target {row.target!r} is no state of actors/states.csv")
        found[row.list, row.programme] = row
    return MappingProxyType(found)
