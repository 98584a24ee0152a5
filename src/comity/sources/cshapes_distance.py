"""Least distance between the borders of two states, year by year (CShapes)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from comity.sources._context import States, numbers_of
from comity.sources._dyads import BEFORE_OUR_STATES, frames_of, joined, sides_of, year_batches
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]

_HALF_ROUND = 20_100.0  # no two places are farther apart [km]

SPEC = SourceSpec(
    name="cshapes_distance",
    title="Minimum distance between states, from CShapes 2.0",
    publisher="Schvitz, Girardin, Rüegger, Weidmann, Cederman and Gleditsch; computed in the R"
    " package peacesciencer (Steven V. Miller)",
    url="https://icr.ethz.ch/data/cshapes/",
    licence="CShapes: CC BY-NC-SA 4.0",
    redistribution="non_commercial",
    citation="cshapes",
    cadence="Y",
    coverage="1886/2019",
    reliability="B",
    tables=("distances",),
    layouts=(
        Layout(
            "peacesciencer package",
            "cow_mindist.rda",
            ("ccode1", "ccode2", "year", "mindist"),
            "R package peacesciencer, cow_mindist.rda: dyad-years with COW numbers.",
        ),
    ),
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="Kilometres between the nearest points of two states on 1 January of the year; 0 where"
    " they touch. Russia and Iran touch until 1 January 1991, as the Soviet Union bordered on Iran."
    " A dyad that is not listed was not one of two states on that day; its distance is unknown.",
)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per dyad and year.

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
        sides = sides_of(frame, ("ccode1", "ccode2"), states)
        km = numbers_of(frame.data["mindist"])
        frame.drop(
            ~((km >= 0) & (km <= _HALF_ROUND)),
            "bad_value",
            lambda row, frame=frame: f"{frame.cell('mindist', row)!r} is no distance on Earth.",  # type: ignore[misc]
        )
        parts.append(sides.rows({"km": km}))
        yield from frame.rejects
    rows, repeated = joined(parts, ("state_a", "state_b", "year"), {"km": "min"})
    yield from repeated
    yield from year_batches(
        "distances",
        rows,
        {"state_a": str, "state_b": str, "year": int, "km": float},
        lambda year: dt.date(year, 1, 1),
    )
