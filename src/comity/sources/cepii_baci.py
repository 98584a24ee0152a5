"""Trade between two states by direction, year by year (CEPII BACI)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import NOT_A_STATE, Frame, Seen, States, numbers_of, years_of
from comity.sources._dyads import Sides, frames_of, year_batches
from comity.sources._m49 import numbered_states
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject
    from comity.sources._remote import Site

__all__ = ["SPEC", "expected", "parse"]

_COLUMNS = ("t", "i", "j", "k", "v")
_KEYS = ["actor", "recipient", "year"]
_ADDRESS = "http://www.cepii.fr/DATA_DOWNLOAD/baci/data"
_RELEASE = "BACI_HS92_V202401"

SPEC = SourceSpec(
    name="cepii_baci",
    title="BACI: international trade at the product level",
    publisher="CEPII (Guillaume Gaulier and Soledad Zignago)",
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    licence="Etalab open licence 2.0 according to CEPII; not verified",
    redistribution="attribution",
    citation="baci",
    cadence="Y",
    coverage="1995/",
    reliability="B",
    tables=("trade_flows",),
    layouts=(
        Layout(
            "BACI year",
            "BACI_*.csv",
            _COLUMNS,
            "cepii.fr, BACI_HS92_Y2020_V202401.csv and the like, one file a year, or the archive"
            " of a release (BACI_HS92_V202401.zip) as it comes: its years are read one by one.",
        ),
        Layout(
            "iopspackage sample",
            "ExampleTradeData.rda",
            _COLUMNS,
            "R package iopspackage, ExampleTradeData.rda: a few exporters of 2020.",
        ),
    ),
    out_of_scope=(NOT_A_STATE,),
    file_by_file=True,
    notes="Value (v, thousand current US dollars, free on board) summed over products and written"
    " in millions; quantities are not read. Reports of both sides are reconciled by CEPII. Flows"
    " below 1,000 dollars and true zeros are left out alike: a dyad without a row traded nothing"
    " that was reported, and for states whose customs went silent (Russia from 2022, Iran in part)"
    " only the partner's reports are left. Numbers of states are those of UN Comtrade, which differ"
    " from ISO for France, India, Italy, Norway, Switzerland and the United States; until 1998"
    " Belgium includes Luxembourg, until 1999 South Africa the customs union. 490 (other Asia) is"
    " mostly Taiwan but is no state: it is set aside. Collect one nomenclature (HS92, HS17 ...)"
    " only; they hold the same trade. Known from 1 July of the next year (assumed).",
)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per exporter, importer and year, the sum over products.

    Files, also those of one zip archive, are read one after the other in bounded memory: of a
    year's rows eight bytes each are kept, to know a repeated one, and no longer than that file is
    read. A year that an earlier file held is not added to it.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of one or more, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states, done = States(), set[int]()
    for _, frames in groupby(frames_of(path, SPEC, parts=True), key=lambda pair: pair[0].label):
        total = yield from _totals((frame for frame, _ in frames), states, done)
        done |= set(total["year"].tolist())
        yield from year_batches(
            "trade_flows",
            total,
            {"actor": str, "recipient": str, "year": int, "value": float},
            lambda year: dt.date(year + 1, 7, 1),
            "assumed",
        )


def _totals(
    frames: Iterator[Frame], states: States, done: set[int]
) -> Generator[Reject, None, pd.DataFrame]:
    """Return the totals of one file in millions, after its rejects."""
    seen = Seen()
    total = pd.DataFrame(columns=[*_KEYS, "value", "locator"])
    for frame in frames:
        sides, values = _checked(frame, states)
        frame.drop(
            [year in done for year in sides.years],
            "duplicate",
            lambda row: (
                f"the year {sides.years[row]} was in an earlier file"  # noqa: B023
                " (another nomenclature or version); the two are not added up."
            ),
        )
        frame.drop_repeated(frame.data[["t", "i", "j", "k"]], seen, "this row is given twice.")
        yield from frame.rejects
        rows = sides.directed({"value": values})[[*_KEYS, "value", "locator"]]
        if len(rows):
            both = pd.concat([total, rows], ignore_index=True) if len(total) else rows
            how = {"value": "sum", "locator": "first"}
            total = both.groupby(_KEYS, sort=True, as_index=False).agg(how)
    total["value"] = total["value"] / 1_000.0
    return total


def _checked(frame: Frame, states: States) -> tuple[Sides, Any]:
    codes, distinct = pd.factorize(np.asarray(frame.data["t"], dtype=object))
    of_cell = [*years_of(distinct), None]
    years = [of_cell[code] for code in codes]
    frame.drop(
        [year is None for year in years],
        "bad_value",
        lambda row: f"{frame.cell('t', row)!r} is not a year.",
    )
    first, second = (
        numbered_states(frame, column, years, lambda ids: states.in_year(ids, years, "iso3"))
        for column in ("i", "j")
    )
    same = np.asarray(first == second, dtype=bool) & ~pd.isna(first)
    frame.drop(same, "same_state", lambda row: f"both sides are {first[row]}.")
    values = numbers_of(frame.data["v"])
    frame.drop(~(values >= 0), "bad_value", lambda row: f"{frame.cell('v', row)!r} is no amount.")
    given = (np.asarray(frame.data["i"]), np.asarray(frame.data["j"]))
    return Sides(frame, first, second, years, given), values


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Name the archive of the whole release; it holds all years, whichever are wanted.

    Parameters
    ----------
    site : Site
        Not asked.
    since, until : datetime.date
        Days wanted; nothing is named if BACI has none of their years.
    """
    del site
    first, last = dt.date(1995, 1, 1), dt.date(2022, 12, 31)
    if since <= last and until >= first:
        yield RemoteFile(f"{_RELEASE}.zip", f"{_ADDRESS}/{_RELEASE}.zip", first, last)
