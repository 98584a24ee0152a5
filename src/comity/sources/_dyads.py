"""Rows about two states in one year: from any declared layout, checked, both orders joined."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import (
    ROWS,
    Frame,
    States,
    batches_of,
    frames_of_table,
    numbers_of,
    reject,
    year_columns,
    years_of,
)
from comity.sources._formats import changed, files_of, find_header, read_frames, text_files
from comity.sources._rdata import read_rdata

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from comity.core.records import Batch, Reject
    from comity.sources._spec import Layout, SourceSpec

__all__ = [
    "BEFORE_OUR_STATES",
    "FIRST_YEAR",
    "MISSING",
    "Sides",
    "amounts_of",
    "cells_of",
    "frames_of",
    "joined",
    "named_states",
    "sides_of",
    "whole_years",
    "year_batches",
]

FIRST_YEAR = 1946
"""First year of our table of states."""

BEFORE_OUR_STATES = "before_our_states"
"""Reject code of a row about a year before `FIRST_YEAR`; no error of the file."""

MISSING = -9.0
"""What the Correlates of War Project writes where it has no figure; never a value."""

_R_SUFFIXES = frozenset({".rda", ".rdata", ".rds"})


def frames_of(
    path: Path, spec: SourceSpec, rows: int = ROWS, *, every: bool = False, parts: bool = False
) -> Iterator[tuple[Frame, Layout]]:
    """Yield the rows of a file, or of the files of a folder, with the layout that they are in.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``spec.layouts``, a zip archive of one, or a folder.
    spec : SourceSpec
        The declaration; layouts of R data files end in ``.rda``, ``.rdata`` or ``.rds``.
    rows : int
        Rows per frame.
    every : bool
        Whether all layouts of a folder are read. If not, they are taken to say the same, and only
        the files of the first layout that is there are read.
    parts : bool
        Whether the files of one zip archive are parts of one whole, all to be read. If not, they
        are taken to say the same, and only the first is read.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    packaged = [layout for layout in spec.layouts if _is_r_data(layout.pattern)]
    plain = [layout for layout in spec.layouts if layout not in packaged]
    for file in _chosen(path, spec, every=every):
        if _is_r_data(file.name):
            yield from _frames_of_r_data(file, packaged or list(spec.layouts), spec.name, rows)
            continue
        expected = plain or packaged
        texts = text_files(file, [layout.pattern for layout in expected], spec.name)
        for text in texts if every or parts else texts[:1]:
            header = find_header(text, [layout.columns for layout in expected], spec.name)
            for frame in read_frames(text, header, spec.name, rows=rows):
                yield frame, expected[header.layout]


def _is_r_data(name: str) -> bool:
    return f".{name.lower().rpartition('.')[2]}" in _R_SUFFIXES


def _chosen(path: Path, spec: SourceSpec, *, every: bool) -> list[Path]:
    patterns = [(item.pattern, f"{item.pattern.rpartition('.')[0]}.zip") for item in spec.layouts]
    found = files_of(path, [pattern for pair in patterns for pattern in pair])
    if every or path.is_file():
        return found
    for pair in patterns:
        own = [
            file
            for file in found
            if any(fnmatch.fnmatch(file.name.lower(), pattern.lower()) for pattern in pair)
        ]
        if own:
            return own
    return found


def _frames_of_r_data(
    file: Path, layouts: Sequence[Layout], source: str, rows: int
) -> Iterator[tuple[Frame, Layout]]:
    for table in read_rdata(file, source, layouts[0].columns).values():
        names = [str(name) for name in table.columns]
        layout = next((item for item in layouts if set(item.columns) <= set(names)), None)
        if layout is None:
            raise changed(source, file, layouts[0].columns, names)
        for frame in frames_of_table(table, file.name, rows):
            yield frame, layout


@dataclass(frozen=True)
class Sides:
    """Which two states, in which year, each row of a frame is about.

    Parameters
    ----------
    frame : Frame
        The rows; those without two states or a year are dropped.
    first, second : numpy.ndarray
        Ids of the states, in the order of the file, dims (row).
    years : list of int or None
        Calendar years, dims (row).
    given : tuple of numpy.ndarray
        The two states as published.
    """

    frame: Frame
    first: Any
    second: Any
    years: list[int | None]
    given: tuple[Any, Any]

    def rows(self, values: Mapping[str, Any]) -> pd.DataFrame:
        """Return the kept rows with the two states in alphabetical order.

        Parameters
        ----------
        values : mapping of str to array or tuple of two arrays
            Further columns, dims (row). Two arrays are of the first and of the second state; they
            become ``NAME_a`` and ``NAME_b``.
        """
        keep = self.frame.keep
        first, second = self.first[keep], self.second[keep]
        swapped = np.asarray(first > second, dtype=bool)
        rows = self._common(keep)
        rows["state_a"] = np.where(swapped, second, first)
        rows["state_b"] = np.where(swapped, first, second)
        for name, value in values.items():
            if isinstance(value, tuple):
                mine, other = (np.asarray(side)[keep] for side in value)
                rows[f"{name}_a"] = np.where(swapped, other, mine)
                rows[f"{name}_b"] = np.where(swapped, mine, other)
            else:
                rows[name] = np.asarray(value)[keep]
        return pd.DataFrame(rows)

    def directed(
        self, values: Mapping[str, Any], actor: str = "first", keep: Any = None
    ) -> pd.DataFrame:
        """Return the kept rows from one state to the other.

        Parameters
        ----------
        values : mapping of str to array
            Further columns, dims (row).
        actor : {"first", "second"}
            Which state of a row acts.
        keep : numpy.ndarray, optional
            The rows wanted; all that were not dropped if not given.
        """
        keep = self.frame.keep if keep is None else keep
        rows = self._common(keep)
        sides = (self.first[keep], self.second[keep])
        rows["actor"], rows["recipient"] = sides if actor == "first" else sides[::-1]
        return pd.DataFrame({**rows, **{k: np.asarray(v)[keep] for k, v in values.items()}})

    def _common(self, keep: Any) -> dict[str, Any]:
        return {
            "year": np.array([year or 0 for year in self.years], dtype=int)[keep],
            "given_first": self.given[0][keep],
            "given_second": self.given[1][keep],
            "locator": np.asarray(self.frame.locators, dtype=object)[keep],
        }


def whole_years(frame: Frame, column: str) -> list[int | None]:
    """Return the years of a frame; rows without one, or before our states, are dropped."""
    years = years_of(frame.data[column])
    frame.drop(
        [year is None for year in years],
        "bad_value",
        lambda row: f"{frame.cell(column, row)!r} is not a year.",
    )
    frame.drop(
        [year is not None and year < FIRST_YEAR for year in years],
        BEFORE_OUR_STATES,
        lambda row: f"our table of states begins in {FIRST_YEAR}, this row is of {years[row]}.",
    )
    return years


def named_states(
    frame: Frame, column: str, years: list[int | None], states: States, system: str = "cow"
) -> Any:
    """Return the ids of the states in a column; rows that name none are dropped."""
    texts = _texts(frame.data[column], numeric=system in {"cow", "gw"})
    found = states.in_year(texts, years, system)
    kind = "COW number" if system == "cow" else system
    frame.drop(
        pd.isna(found),
        "unknown_state",
        lambda row: f"{kind} {texts[row]} is no state that we know in {years[row]}.",
    )
    return found


def _texts(values: Any, *, numeric: bool) -> Any:
    if not numeric:
        return np.asarray(values, dtype=object)
    codes, distinct = pd.factorize(numbers_of(values))
    texts = np.array([*(f"{number:.0f}" for number in distinct), None], dtype=object)
    return texts[codes]


def sides_of(
    frame: Frame,
    columns: tuple[str, str],
    states: States,
    years: list[int | None] | str = "year",
    system: str = "cow",
) -> Sides:
    """Return who and when the rows of a frame are about; rows that do not say are dropped.

    Parameters
    ----------
    frame : Frame
        Rows with columns as published.
    columns : tuple of str
        The columns that name the two states.
    states : States
        Names and codes.
    years : str or list of int or None
        The column of the year, or the years.
    system : str
        Code system, or ``"name"``; see `States`.
    """
    found = whole_years(frame, years) if isinstance(years, str) else years
    first, second = (named_states(frame, name, found, states, system) for name in columns)
    same = np.asarray(first == second, dtype=bool) & ~pd.isna(first)
    frame.drop(same, "same_state", lambda row: f"both sides are {first[row]}.")
    given = [_texts(frame.data[name], numeric=system in {"cow", "gw"}) for name in columns]
    return Sides(frame, first, second, found, (given[0], given[1]))


def amounts_of(frame: Frame, column: str) -> Any:
    """Return amounts, NaN where the publisher has none; rows with anything else are dropped.

    Parameters
    ----------
    frame : Frame
        Rows with columns as published.
    column : str
        Numbers from 0; -9, NA and empty are missing.
    """
    cells = frame.data[column]
    values = numbers_of(cells)
    empty = np.array(
        [cell is None or cell != cell or cell in {"", "NA"} for cell in cells.tolist()],  # noqa: PLR0124 -- NaN
        dtype=bool,
    )
    frame.drop(
        ~((values >= 0) | (values == MISSING) | empty),
        "bad_value",
        lambda row: f"{column} is {frame.cell(column, row)!r}, no amount and not -9.",
    )
    return np.where(values >= 0, values, np.nan)


def joined(
    parts: Sequence[pd.DataFrame],
    keys: Sequence[str],
    values: Mapping[str, str],
    also: Sequence[str] = (),
) -> tuple[pd.DataFrame, list[Reject]]:
    """Return one row per key, and a reject for each row that a file gives twice.

    Two numbers may stand for one state in the year of a union (Germany and Yemen, 1990), and a
    file may give both orders of a dyad: such rows are joined. The same two numbers in the same
    order are a repeated row.

    Parameters
    ----------
    parts : sequence of pandas.DataFrame
        From `Sides`.
    keys : sequence of str
        What identifies a row.
    values : mapping of str to str
        How each further column is joined, as in ``groupby().agg()``.
    also : sequence of str
        Columns besides states and year by which rows of a file differ.
    """
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*keys, *values])
    if rows.empty:
        return rows, []
    own = [name for name in ("actor", "recipient") if name in keys]
    repeated = rows.duplicated(["given_first", "given_second", "year", *own, *also])
    rejects = [
        reject(str(row.locator), "duplicate", "this row is given twice.",
               f"{row.given_first}, {row.given_second}, {row.year}")
        for row in rows[repeated].drop_duplicates("locator").itertuples()
    ]  # fmt: skip
    how = {**values, "locator": "first"}
    return rows[~repeated].groupby(list(keys), sort=True, as_index=False).agg(how), rejects


def cells_of(values: Any, kind: Callable[[Any], Any]) -> list[Any]:
    """Return a column as plain values of one type, None where it is missing."""
    missing = np.asarray(pd.isna(values), dtype=bool)
    plain = values.tolist()
    if not missing.any():
        return list(map(kind, plain))
    return [None if gone else kind(cell) for cell, gone in zip(plain, missing, strict=True)]


def year_batches(
    table: str,
    rows: pd.DataFrame,
    columns: Mapping[str, Callable[[Any], Any]],
    public: Callable[[int], dt.date],
    basis: str = "act",
) -> Iterator[Batch]:
    """Yield rows about whole years as batches.

    Parameters
    ----------
    table : str
        A table with a column ``year``.
    rows : pandas.DataFrame
        From `joined`.
    columns : mapping of str to callable
        The columns of the table, with their types.
    public, basis
        As in `year_columns`.
    """
    if rows.empty:
        return
    filled = {name: cells_of(rows[name], kind) for name, kind in columns.items()}
    times = year_columns(rows["year"].tolist(), public, basis)
    yield from batches_of(table, {**filled, "locator": rows["locator"].tolist(), **times})
