"""CAMEO, the code book of machine-coded events, and its successor PLOVER."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from comity.core.catalog import Declaration, builtin_catalog, read_csv
from comity.core.errors import DuplicateName

__all__ = ["QUADS", "Plover", "codes_by_label", "plover_types", "quad_of"]

QUADS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("01", "02", "03", "04", "05"), "verbal_cooperation"),
        **dict.fromkeys(("06", "07", "08"), "material_cooperation"),
        **dict.fromkeys(("09", "10", "11", "12", "13"), "verbal_conflict"),
        **dict.fromkeys(("14", "15", "16", "17", "18", "19", "20"), "material_conflict"),
    }
)
"""Quad class by root, the first two digits; a protest (14) is material, as in PLOVER."""


class _Label(Declaration):
    """A row of ``vocabulary/cameo.csv``."""

    code: str
    label: str


def quad_of(code: str) -> str | None:
    """Return the quad class of a CAMEO code, None if it is no such code.

    Examples
    --------
    >>> quad_of("0231"), quad_of("190"), quad_of("99")
    ('verbal_cooperation', 'material_conflict', None)
    """
    return QUADS.get(code[:2])


@cache
def codes_by_label() -> Mapping[str, str]:
    """Return the CAMEO code of each label that ICEWS prints for an event.

    Returns
    -------
    mapping of str to str
        Labels as published; codes with their leading zeros.

    Raises
    ------
    DuplicateName
        If the table gives a label or a code twice.

    References
    ----------
    .. [1] cameo, catalog/references.bib

    Examples
    --------
    >>> codes_by_label()["Make an appeal or request"]
    '020'
    """
    rows = read_csv(builtin_catalog() / "vocabulary" / "cameo.csv", _Label)
    codes: dict[str, str] = {}
    for row in rows:
        if row.label in codes or row.code in codes.values():
            raise DuplicateName("vocabulary/cameo.csv", f"{row.code} {row.label!r} is given twice")
        codes[row.label] = row.code
    return MappingProxyType(codes)


class Plover(Declaration):
    """An event type of PLOVER: a row of ``vocabulary/plover.csv``.

    Parameters
    ----------
    type : str
        As published, in capitals.
    root : str
        CAMEO root from which most codes of the type come.
    also : str or None
        Further roots, joined by ``;``.
    quad : str
        Quad class.
    """

    type: str
    root: str
    also: str | None
    quad: str


@cache
def plover_types() -> Mapping[str, Plover]:
    """Return the event types of PLOVER by name.

    References
    ----------
    .. [1] plover, catalog/references.bib

    Examples
    --------
    >>> plover_types()["CONSULT"].root
    '04'
    """
    rows = read_csv(builtin_catalog() / "vocabulary" / "plover.csv", Plover)
    return MappingProxyType({row.type: row for row in rows})
