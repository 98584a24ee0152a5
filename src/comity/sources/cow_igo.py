"""Intergovernmental organisations that two states share, year by year (Correlates of War)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import Frame, States, numbers_of
from comity.sources._dyads import BEFORE_OUR_STATES, frames_of, joined, sides_of, year_batches
from comity.sources._formats import changed
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]

_FIRST_BODY = "AALCO"

_PACKAGE = Layout(
    "peacesciencer package",
    "cow_igo_ndy.rda",
    ("ccode1", "ccode2", "year", "dyadigos"),
    "R package peacesciencer, cow_igo_ndy.rda: dyad-years with the number of shared memberships.",
)
_DYADS = Layout(
    "COW dyad years",
    "dyadic_format*.csv",
    ("ccode1", "ccode2", "year", _FIRST_BODY),
    "correlatesofwar.org, dyadic_formatv3.csv: one column per organisation, AALCO the first.",
)

SPEC = SourceSpec(
    name="cow_igo",
    title="Intergovernmental Organizations, version 3",
    publisher="Correlates of War Project (Pevehouse, Nordstrom, McManus and Jamison)",
    url="https://correlatesofwar.org/data-sets/igos/",
    licence="free for scholarly use with citation; terms not verified",
    redistribution="unknown",
    citation="cow_igo",
    cadence="Y",
    coverage="1816/2014",
    reliability="B",
    tables=("shared_memberships",),
    layouts=(_PACKAGE, _DYADS),
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="Organisations in which both states are full members; associates and observers do not"
    " count. Within the years covered every dyad of states is listed, 0 is a zero, and a dyad that"
    " is not listed was not one of two system members; after the last year it means unknown."
    " Until 1965 membership was recorded every five years, so that changes before it are dated"
    " roughly. A cell of -9 is missing and counts as not shared, so that such counts are lower"
    " bounds. States differ much in how many organisations they join: compare the count with what"
    " both states' habits make likely. The publisher's file has more than 500 columns and is read"
    " in pieces. If both layouts lie in one folder, the package's is read.",
)

_CODES = (-9.0, -1.0, 0.0, 1.0, 2.0, 3.0)
_WIDE_ROWS = 4_000  # the publisher's rows have some 540 cells


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per dyad and year with the number of shared memberships.

    The (few) columns of all rows are held in memory, about 500 bytes a row.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, the publisher's zip archive, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states = States()
    parts: list[pd.DataFrame] = []
    for frame, layout in frames_of(path, SPEC, _WIDE_ROWS):
        sides = sides_of(frame, ("ccode1", "ccode2"), states)
        shared = _counted(frame, path) if layout is _DYADS else _published(frame)
        parts.append(sides.rows({"shared": shared}))
        yield from frame.rejects
    keys = ("state_a", "state_b", "year")
    rows, repeated = joined(parts, keys, {"shared": "max"})
    yield from repeated
    yield from year_batches(
        "shared_memberships",
        rows,
        {"state_a": str, "state_b": str, "year": int, "shared": int},
        lambda year: dt.date(year + 1, 1, 1),
    )


def _published(frame: Frame) -> Any:
    shared = numbers_of(frame.data["dyadigos"])
    frame.drop(
        ~((shared >= 0) & (shared == np.floor(shared))),
        "bad_value",
        lambda row: f"{frame.cell('dyadigos', row)!r} is not a number of organisations.",
    )
    return shared


def _counted(frame: Frame, path: Path) -> Any:
    """Count the organisations of each row in which both states are full members."""
    names = [str(name) for name in frame.data.columns]
    first = names.index(_FIRST_BODY)
    if first < max(names.index(name) for name in ("ccode1", "ccode2", "year")):
        raise changed(SPEC.name, path, _DYADS.columns, names[:12])
    cells = frame.data.iloc[:, first:].to_numpy(dtype=object)
    codes, distinct = pd.factorize(cells.ravel())
    numbers = numbers_of(distinct)
    known = np.append(np.isin(numbers, _CODES), False)[codes].reshape(cells.shape)
    frame.drop(
        ~known.all(axis=1),
        "bad_value",
        lambda row: (
            f"{cells[row][~known[row]][0]!r} is not a membership: expected -9, -1, 0, 1, 2 or 3."
        ),
    )
    ones = np.append(numbers == 1.0, False)[codes].reshape(cells.shape)
    return ones.sum(axis=1).astype(float)
