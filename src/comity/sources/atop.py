"""Alliance obligations between states, year by year (ATOP)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.errors import SourceChanged
from comity.core.provenance import sha256_of
from comity.sources._context import (
    Frame,
    States,
    batches_of,
    frames_of_table,
    numbers_of,
    reject,
    year_columns,
    years_of,
)
from comity.sources._formats import files_of, find_header, read_frames, text_files
from comity.sources._rdata import read_rdata
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["FIRST_YEAR", "SPEC", "parse"]

_PACKAGE = Layout(
    "peacesciencer package",
    "atop_alliance.rda",
    ("ccode1", "ccode2", "year", "atop_defense", "atop_offense", "atop_neutral", "atop_nonagg",
     "atop_consul"),
    "R package peacesciencer, atop_alliance.rda: directed dyad-years with COW numbers.",
)  # fmt: skip
_DIRECTED = Layout(
    "ATOP directed dyad-years",
    "atop*ddyr*.csv",
    ("stateA", "stateB", "year", "defense", "offense", "neutral", "nonagg", "consul"),
    "atopdata.org, atop5_1ddyr.csv in the archive of CSV files.",
)
_DYADS = Layout(
    "ATOP dyad-years",
    "atop*dy.csv",
    ("mem1", "mem2", "year", "defense", "offense", "neutral", "nonagg", "consul"),
    "atopdata.org, atop5_1dy.csv in the archive of CSV files.",
)

SPEC = SourceSpec(
    name="atop",
    title="Alliance Treaty Obligations and Provisions (ATOP)",
    publisher="Brett Ashley Leeds and others, Rice University",
    url="http://www.atopdata.org",
    licence="free with citation; terms not verified",
    redistribution="unknown",
    citation="atop",
    cadence="Y",
    coverage="1946/2018",
    reliability="B",
    tables=("alliances",),
    layouts=(_PACKAGE, _DIRECTED, _DYADS),
    out_of_scope=("not_a_state", "before_our_states"),
    notes="One row per dyad and year; directed rows are joined, and an obligation that only one"
    " side owes counts as in force. A dyad-year that is not listed had no alliance: within the"
    " years covered absence means zero, after the last year it means unknown. Rows give no day, so"
    " a year counts as known from 1 January of the next. ATOP begins in 1815, our table of states"
    " in 1946; earlier years are set aside as before_our_states. Some treaties were secret at the"
    " time. Regional pacts (Rio Treaty, ECOWAS, Arab League) make many dyads allies. A treaty of"
    " neutrality, non-aggression and consultation is no promise of defence.",
    release=(r"(?i)^atop(?P<release>\d+_\d+)",),
)

FIRST_YEAR = 1946
"""First year of our table of states."""

_OBLIGATIONS = {
    "defense": "defense",
    "offense": "offense",
    "neutrality": "neutral",
    "nonaggression": "nonagg",
    "consultation": "consul",
}
_SIDES = (("ccode1", "ccode2"), ("stateA", "stateB"), ("mem1", "mem2"))


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per dyad and year with an alliance, of a file or of all files of a folder.

    The two directions of a dyad may stand far apart, so the (few) columns of all rows are held in
    memory, about 60 bytes a row; obligations of either direction count.

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
    for file in files_of(path, ("atop_alliance.rda", "atop*dy*.csv", "atop*.zip")):
        parts: list[pd.DataFrame] = []
        for frame, sides, prefix in _frames(file):
            parts.append(_sorted_rows(frame, sides, prefix, states))
            yield from frame.rejects
        yield from _dyad_years(pd.concat(parts, ignore_index=True))


def _frames(file: Path) -> Iterator[tuple[Frame, tuple[str, str], str]]:
    if file.suffix.lower() in {".rda", ".rdata"}:
        for table in read_rdata(file, SPEC.name, _PACKAGE.columns).values():
            if not set(_PACKAGE.columns) <= set(table.columns):
                found = [str(name) for name in table.columns]
                raise SourceChanged(SPEC.name, file.name, _PACKAGE.columns, found, sha256_of(file))
            for frame in frames_of_table(table, file.name):
                yield frame, _SIDES[0], "atop_"
        return
    texts = text_files(file, ("atop*ddyr.csv", "atop*[0-9]dy.csv"), SPEC.name)
    # The archive holds the same obligations twice; the directed file comes first.
    for text in sorted(texts, key=lambda text: "ddyr" not in text.member)[:1]:
        header = find_header(text, (_DIRECTED.columns, _DYADS.columns), SPEC.name)
        for frame in read_frames(text, header, SPEC.name):
            yield frame, _SIDES[header.layout + 1], ""


def _sorted_rows(frame: Frame, sides: tuple[str, str], prefix: str, states: States) -> pd.DataFrame:
    """Check the rows of a frame and return them with the two states in alphabetical order."""
    data = frame.data
    years = years_of(data["year"])
    frame.drop(
        [year is None for year in years],
        "bad_value",
        lambda row: f"{frame.cell('year', row)!r} is not a year.",
    )
    frame.drop(
        [year is not None and year < FIRST_YEAR for year in years],
        "before_our_states",
        lambda row: f"our table of states begins in {FIRST_YEAR}, this row is of {years[row]}.",
    )
    first = _state(frame, sides[0], years, states)
    second = _state(frame, sides[1], years, states)
    frame.drop(first == second, "same_state", lambda row: f"both sides are {first[row]}.")
    flags = {name: numbers_of(data[prefix + column]) for name, column in _OBLIGATIONS.items()}
    for name, values in flags.items():
        frame.drop(
            ~np.isin(values, (0.0, 1.0)),
            "bad_value",
            lambda row, name=name: (
                f"{name} is {frame.cell(prefix + _OBLIGATIONS[name], row)!r},"  # type: ignore[misc]
                " neither 0 nor 1."
            ),
        )
    keep = frame.keep
    swapped = np.array([str(a) > str(b) for a, b in zip(first, second, strict=True)], dtype=bool)
    rows: dict[str, Any] = {
        "state_a": np.where(swapped, second, first)[keep],
        "state_b": np.where(swapped, first, second)[keep],
        "year": np.array([year or 0 for year in years], dtype=int)[keep],
        "given_first": np.asarray(data[sides[0]], dtype=object)[keep],
        "given_second": np.asarray(data[sides[1]], dtype=object)[keep],
        **{name: values[keep] == 1.0 for name, values in flags.items()},
        "locator": np.asarray(frame.locators, dtype=object)[keep],
    }
    return pd.DataFrame(rows)


def _state(frame: Frame, column: str, years: list[int | None], states: States) -> Any:
    codes = [None if pd.isna(value) else f"{value:.0f}" for value in numbers_of(frame.data[column])]
    found = states.in_year(codes, years, "cow")
    frame.drop(
        pd.isna(found),
        "unknown_state",
        lambda row: f"COW number {codes[row]} names no state in {years[row]}.",
    )
    return found


def _dyad_years(rows: pd.DataFrame) -> Iterator[Batch | Reject]:
    # Two numbers may stand for one state in the year of a union (Germany and Yemen, 1990): their
    # rows are joined. The same two numbers in the same order are a repeated row.
    repeated = rows.duplicated(["given_first", "given_second", "year"])
    for row in rows[repeated].itertuples():
        text = f"{row.given_first}, {row.given_second}, {row.year}"
        yield reject(str(row.locator), "duplicate", "this dyad-year is given twice.", text)
    rows = rows[~repeated]
    keys = ["state_a", "state_b", "year"]
    joined = rows.groupby(keys, sort=True, as_index=False).agg(
        {**dict.fromkeys(_OBLIGATIONS, "max"), "locator": "first"}
    )
    years = joined["year"].tolist()
    columns = {
        **{name: joined[name].tolist() for name in (*keys, *_OBLIGATIONS, "locator")},
        **year_columns(years, lambda year: dt.date(year + 1, 1, 1), "act"),
    }
    yield from batches_of("alliances", columns)
