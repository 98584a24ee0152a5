"""Trade between two states by direction, year by year (Correlates of War)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from comity.sources._context import Frame, States
from comity.sources._dyads import (
    BEFORE_OUR_STATES,
    Sides,
    amounts_of,
    frames_of,
    joined,
    sides_of,
    year_batches,
)
from comity.sources._formats import changed
from comity.sources._remote import RemoteFile, Site
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "parse"]

_DYADS = Layout(
    "COW dyadic trade",
    "Dyadic_COW_*.csv",
    ("ccode1", "ccode2", "year", "flow1", "flow2"),
    "correlatesofwar.org, Dyadic_COW_4.0.csv in COW_Trade_4.0.zip.",
)
_PACKAGE = Layout(
    "peacesciencer download",
    "cow_trade_ndy.rds",
    ("ccode1", "ccode2", "year", "flow1", "flow2"),
    "R package peacesciencer, the file cow_trade_ndy.rds that its download_extdata() gets.",
)
_ONE_YEAR = Layout(
    "one year with names",
    "cow_trade_[12][0-9][0-9][0-9].rda",
    ("importer1", "importer2", "flow1", "flow2"),
    "A single year without a column for it, states by name; the year is that of the file's name.",
)

SPEC = SourceSpec(
    name="cow_trade",
    title="Trade, version 4.0",
    publisher="Correlates of War Project (Katherine Barbieri and Omar M. G. Keshk)",
    url="https://correlatesofwar.org/data-sets/bilateral-trade/",
    licence="free for scholarly use with citation; terms not verified",
    redistribution="unknown",
    citation="cow_trade",
    cadence="Y",
    coverage="1870/2014",
    reliability="B",
    tables=("trade_flows",),
    layouts=(_DYADS, _PACKAGE, _ONE_YEAR),
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="Million current US dollars. flow1 is what the first state imports from the second, so"
    " the second is the actor; imports as the buyer reports them, or the seller's exports where the"
    " buyer reports none. -9 is missing: such a flow is listed with an empty value and is never a"
    " zero; a 0 is a zero. The smoothed flows of the publisher are guesses over gaps and are not"
    " read. Rows give no day, and annual totals come late: a year counts as known from 1 July of"
    " the next (assumed). Sanctions make mirror statistics and re-exports unreliable.",
)

# As the project writes it; other names are in the table of states.
_NAMES = {"Congo": "Republic of the Congo"}
_YEAR_IN_NAME = re.compile(r"_([12]\d{3})\.")


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the file that the R package peacesciencer downloads; it holds all years."""
    del site, since, until
    yield RemoteFile(_PACKAGE.pattern, f"https://svmiller.com/R/peacesciencer/{_PACKAGE.pattern}")


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per exporter, importer and year.

    The (few) columns of all rows are held in memory, about 500 bytes a flow.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, the publisher's zip archive, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged, or one without years has none in its name.
    """
    states = States()
    parts: list[pd.DataFrame] = []
    for frame, layout in frames_of(path, SPEC):
        if layout is _ONE_YEAR:
            sides = _sides_by_name(frame, path, states)
        else:
            sides = sides_of(frame, ("ccode1", "ccode2"), states)
        flows = [amounts_of(frame, name) for name in ("flow1", "flow2")]
        for values, actor in zip(flows, ("second", "first"), strict=True):
            parts.append(sides.directed({"value": values}, actor))
        yield from frame.rejects
    rows, repeated = joined(parts, ("actor", "recipient", "year"), {"value": "max"})
    yield from {row.locator: row for row in repeated}.values()
    yield from year_batches(
        "trade_flows",
        rows,
        {"actor": str, "recipient": str, "year": int, "value": float},
        lambda year: dt.date(year + 1, 7, 1),
        "assumed",
    )


def _sides_by_name(frame: Frame, path: Path, states: States) -> Sides:
    # Locators begin with the file's name.
    found = _YEAR_IN_NAME.search(frame.locators[0].partition(",")[0]) if frame.locators else None
    if found is None:
        raise changed(SPEC.name, path, _ONE_YEAR.columns, ["a file name without a year"])
    for column in ("importer1", "importer2"):
        frame.data[column] = frame.data[column].replace(_NAMES)
    years: list[int | None] = [int(found.group(1))] * len(frame.data)
    return sides_of(frame, ("importer1", "importer2"), states, years, "name")
