"""Known errors in publishers' files, as data: what is wrong, how it is repaired, who found it.

A correction never hides what the publisher wrote. The repaired row is stored, the original cell is
kept in its column ``corrected`` where the table has one, and every repair is counted.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, RootModel, model_validator

from comity.core.catalog import Declaration, builtin_catalog, read_yaml
from comity.core.errors import DuplicateName

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "KINDS",
    "Correction",
    "Kind",
    "corrected_cell",
    "load_corrections",
    "read_corrections",
]

Kind = Literal[
    "strip",
    "replace_year",
    "date_format",
    "code_from_label",
    "first_of_repeated_id",
    "drop_header_names",
    "drop_empty_trailing_cells",
]

KINDS: Mapping[Kind, frozenset[str]] = {
    "strip": frozenset({"column"}),
    "replace_year": frozenset({"column", "from_year", "to_year", "where", "since", "until"}),
    "date_format": frozenset({"column", "format", "since", "until"}),
    "code_from_label": frozenset({"column", "label_column", "bad_values"}),
    "first_of_repeated_id": frozenset(),
    "drop_header_names": frozenset({"names"}),
    "drop_empty_trailing_cells": frozenset(),
}
"""The keys that a correction of each kind has beside those that all have.

``strip``: the cells of ``column`` without the spaces around them; an empty rest is missing.
``replace_year``: where the year of ``column`` is ``from_year`` and the day in the column ``where``
lies from ``since`` to ``until`` (both included), the year is ``to_year``.
``date_format``: a day in ``column`` is read with ``format``, as `strptime` has it, where it then
lies from ``since`` to ``until``.
``code_from_label``: where ``column`` is one of ``bad_values`` (``""``: empty, or the column
is not there), the code is that of the label in ``label_column``.
``first_of_repeated_id``: of rows that say the same in every cell the first is kept.
``drop_header_names``: the header has ``names`` for which the rows have no cells.
``drop_empty_trailing_cells``: header or rows end in empty cells.
"""


class Correction(Declaration):
    """One known error in a publisher's files, and its repair.

    Parameters
    ----------
    id : str
        Short name under which its repairs are counted; unique within the source.
    kind : str
        One of `KINDS`, which says how it is repaired and what the other keys mean.
    reason : str
        What is wrong, in the words of an analyst.
    reference : str
        Address at which the error is documented.
    reported_on : datetime.date
        Day of that report; of a page without a date, the day on which it was read.
    column : str
        Column that is repaired, as published.
    from_year, to_year : int, optional
        Wrong and right calendar year.
    where : str
        Column with a day (YYYYMMDD first) that tells the rows concerned.
    since, until : datetime.date, optional
        First and last day concerned.
    format : str
        How the publisher wrote the day, e.g. ``"%m/%d/%Y"``.
    label_column : str
        Column with the label of the code.
    bad_values : tuple of str
        Values that stand for no code, or a wrong one.
    names : tuple of str
        Column names that belong to no cell.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    kind: Kind
    reason: Annotated[str, Field(min_length=1)]
    reference: Annotated[str, Field(pattern=r"^https?://\S+$")]
    reported_on: dt.date
    column: str = ""
    from_year: int | None = None
    to_year: int | None = None
    where: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    format: str = ""
    label_column: str = ""
    bad_values: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_the_keys_of_its_kind(self) -> Self:
        always = {"id", "kind", "reason", "reference", "reported_on"}
        given, needed = self.model_fields_set - always, KINDS[self.kind]
        if given != needed:
            odd = sorted(given ^ needed)
            msg = f"{self.kind} has the keys {sorted(needed)}; missing or not its own: {odd}"
            raise ValueError(msg)
        if self.since and self.until and self.since > self.until:
            msg = f"since {self.since} is after until {self.until}"
            raise ValueError(msg)
        return self


class _Corrections(RootModel[list[Correction]]):
    """A file of ``catalog/corrections``."""


def load_corrections(source: str) -> tuple[Correction, ...]:
    """Return the declared corrections of a source, in the order of its file; empty if none.

    Parameters
    ----------
    source : str
        Name of the source; its file is ``catalog/corrections/NAME.yml``.

    Raises
    ------
    CatalogError, DuplicateName
        As `read_corrections`.

    Examples
    --------
    >>> [each.id for each in load_corrections("gdelt")]
    ['year-1920', 'padded-actor2code', 'padded-actor1name', 'padded-actor2name']
    >>> load_corrections("cow_mid")
    ()
    """
    path = builtin_catalog() / "corrections" / f"{source}.yml"
    return read_corrections(path) if path.is_file() else ()


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """Read a file of corrections.

    Raises
    ------
    CatalogError
        If an entry has an unknown key, lacks one of its kind, or has a wrong value.
    DuplicateName
        If an id is given twice.
    """
    found: dict[str, Correction] = {}
    for item in read_yaml(path, _Corrections).root:
        if item.id in found:
            raise DuplicateName(f"corrections/{path.name}", f"{item.id!r} is given twice")
        found[item.id] = item
    return tuple(found.values())


def corrected_cell(originals: Mapping[str, Mapping[str, str | None]]) -> str:
    """Return what the column ``corrected`` of a repaired row says.

    Parameters
    ----------
    originals : mapping of str to mapping of str to str
        For each correction id, the cells that it changed as the publisher wrote them; None for a
        cell that was not there.

    Examples
    --------
    >>> corrected_cell({"year-1920": {"SQLDATE": "19200102"}})
    '{"year-1920":{"SQLDATE":"19200102"}}'
    """
    return json.dumps(originals, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
