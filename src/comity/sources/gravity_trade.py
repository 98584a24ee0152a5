"""Trade between two states by direction in 2006 (Head, Mayer and Ries)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from comity.sources._context import NOT_A_STATE, States, numbers_of
from comity.sources._dyads import frames_of, joined, sides_of, year_batches
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]

_YEAR = 2006

SPEC = SourceSpec(
    name="gravity_trade",
    title="Gravity data of 'The erosion of colonial trade linkages after independence', 2006",
    publisher="Keith Head, Thierry Mayer and John Ries; edited for the R package gravity",
    url="https://cran.r-project.org/package=gravity",
    licence="package: GPL-3; terms of the data not verified",
    redistribution="unknown",
    citation="gravity_trade",
    cadence="Y",
    coverage="2006/2006",
    reliability="B",
    tables=("trade_flows",),
    layouts=(
        Layout(
            "gravity package",
            "gravity_zeros.rdata",
            ("iso_o", "iso_d", "flow"),
            "R package gravity, gravity_zeros.rdata: the year 2006, with zeros.",
        ),
    ),
    out_of_scope=(NOT_A_STATE,),
    notes="One year, 2006, although the file has no column for it; million current US dollars from"
    " origin to destination. A 0 is a zero. Dyads with anything missing were left out by the"
    " package, so that a dyad without a row is unknown. YUG is Serbia and Montenegro (SCG)."
    " Known from 1 July 2007 (assumed).",
)

_TERRITORIES = ("HKG", "MAC", "ABW", "BMU", "CYM", "GIB", "GRL", "NCL", "PYF")


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per exporter and importer.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states = States()
    parts: list[pd.DataFrame] = []
    for frame, _ in frames_of(path, SPEC):
        for column in ("iso_o", "iso_d"):
            frame.drop(
                np.isin(np.asarray(frame.data[column], dtype=object), _TERRITORIES),
                NOT_A_STATE,
                lambda row, frame=frame, column=column: f"{frame.cell(column, row)} is no state.",  # type: ignore[misc]
            )
        sides = sides_of(
            frame, ("iso_o", "iso_d"), states, [_YEAR] * len(frame.data), system="iso3"
        )
        values = numbers_of(frame.data["flow"])
        frame.drop(
            ~(values >= 0),
            "bad_value",
            lambda row, frame=frame: f"{frame.cell('flow', row)!r} is no amount.",  # type: ignore[misc]
        )
        parts.append(sides.directed({"value": values}))
        yield from frame.rejects
    rows, repeated = joined(parts, ("actor", "recipient", "year"), {"value": "max"})
    yield from repeated
    yield from year_batches(
        "trade_flows",
        rows,
        {"actor": str, "recipient": str, "year": int, "value": float},
        lambda year: dt.date(year + 1, 7, 1),
        "assumed",
    )
