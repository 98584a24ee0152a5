"""Codes that are known to stand for no state, and what a role after a country means in CAMEO."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from comity.core.actor_table import name_key
from comity.core.catalog import Declaration, builtin_catalog, read_csv
from comity.core.errors import CatalogError, DuplicateName

__all__ = ["LETTERED", "NotState", "Role", "named_like", "not_states", "roles"]

LETTERED = ("cameo", "iso3", "iso2", "fips")
"""Code systems of letters, in which the same letters can mean different states."""


class NotState(Declaration):
    """What a code means that is known to be no state, a row of ``actors/not_states.csv``.

    Parameters
    ----------
    name : str
        Usual name.
    kind : str
        territory, region, city or organisation.
    cameo, iso3, iso2, fips : str or None
        Its code in each system.
    organisation : str or None
        Id in ``actors/organisations.csv``.
    """

    name: str
    kind: Literal["territory", "region", "city", "organisation"]
    cameo: str | None
    iso3: str | None
    iso2: str | None
    fips: str | None
    organisation: str | None


class Role(Declaration):
    """What three letters after a country mean in CAMEO, a row of ``vocabulary/cameo_roles.csv``.

    Parameters
    ----------
    code : str
        E.g. ``MIL``.
    name : str
        What it means.
    kind : str
        official, non_state, domestic, stance, international or religion.
    """

    code: str
    name: str
    kind: Literal["official", "non_state", "domestic", "stance", "international", "religion"]


@cache
def not_states(system: str) -> Mapping[str, NotState]:
    """Return what is known to be no state, by its code in a system.

    Raises
    ------
    DuplicateName
        If a code is given twice.

    Examples
    --------
    >>> not_states("cameo")["MEA"].kind, not_states("fips")["HK"].name
    ('region', 'Hong Kong')
    """
    found: dict[str, NotState] = {}
    for row in _not_states():
        code = getattr(row, system, None) if system in LETTERED else None
        if code in found:
            raise DuplicateName("actors/not_states.csv", f"the {system} code {code} is given twice")
        if code:
            found[code] = row
    return MappingProxyType(found)


@cache
def _not_states() -> tuple[NotState, ...]:
    return tuple(read_csv(builtin_catalog() / "actors" / "not_states.csv", NotState))


def named_like(name: str) -> NotState | None:
    """Return what is known to be no state and has this very name, None if nothing has."""
    wanted = name_key(name)
    return next((row for row in _not_states() if name_key(row.name) == wanted), None)


@cache
def roles() -> Mapping[str, Role]:
    """Return the CAMEO role codes.

    Raises
    ------
    CatalogError
        If a role has the code of something that can stand in the place of the country.

    References
    ----------
    .. [1] cameo, catalog/references.bib

    Examples
    --------
    >>> roles()["MIL"].name
    'military'
    """
    place = "vocabulary/cameo_roles.csv"
    found: dict[str, Role] = {}
    for row in read_csv(builtin_catalog() / place, Role):
        if row.code in found or row.code in not_states("cameo"):
            raise CatalogError(place, f"the code {row.code} is taken")
        found[row.code] = row
    return MappingProxyType(found)
