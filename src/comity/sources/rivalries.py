"""Strategic rivalries between states, as two handbooks list them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import Frame, Seen, States, batches_of, numbers_of, years_of
from comity.sources._dyads import BEFORE_OUR_STATES, FIRST_YEAR, frames_of, sides_of
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]


@dataclass(frozen=True)
class _Scheme:
    """One list: its name, its last year, when it was out, and what its columns are called."""

    name: str
    last_year: int
    published: dt.date
    number: str
    begin: str
    end: str
    kinds: tuple[str, ...]


_DREYER = Layout(
    "Thompson and Dreyer",
    "td_rivalries.rda",
    ("rivalryno", "ccode1", "ccode2", "styear", "endyear", "type1", "type2", "type3"),
    "R package peacesciencer, td_rivalries.rda: the appendix of the handbook of 2012.",
)
_SUHAS = Layout(
    "Thompson, Sakuwa and Suhas",
    "tss_rivalries.rda",
    ("tssr_id", "ccode1", "ccode2", "start", "end", "positional", "spatial", "ideological",
     "interventionary"),
    "R package peacesciencer, tss_rivalries.rda: pages 34 to 46 of the book of 2021.",
)  # fmt: skip

# Of the day of a book only the year is known: it counts as known from the next.
_SCHEMES = {
    _DREYER.name: _Scheme(
        "thompson_dreyer", 2010, dt.date(2013, 1, 1), "rivalryno", "styear", "endyear",
        ("type1", "type2", "type3"),
    ),
    _SUHAS.name: _Scheme(
        "thompson_sakuwa_suhas", 2020, dt.date(2022, 1, 1), "tssr_id", "start", "end",
        ("positional", "spatial", "ideological", "interventionary"),
    ),
}  # fmt: skip

SPEC = SourceSpec(
    name="rivalries",
    title="Strategic rivalries, 1494-2010 and 1494-2020",
    publisher="William R. Thompson with David Dreyer, and with Kentaro Sakuwa and Prashant Hosur"
    " Suhas",
    url="https://svmiller.com/peacesciencer/",
    licence="lists printed in books, as entered in the R package peacesciencer; terms not verified",
    redistribution="unknown",
    citation="tss_rivalries",
    cadence="Y",
    coverage="1494/2020",
    reliability="B",
    tables=("rivalries",),
    layouts=(_DREYER, _SUHAS),
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="A judgement of historians of who took whom for a threatening competitor, from hindsight:"
    " a row counts as known only after its book came out, and is context, never a measure. An end"
    " in the last year of a list (2010, 2020) is the end of the list: the end stays empty and"
    " censored is true. The older list is thompson_dreyer; the newer revises it and takes its"
    " place, they are no two witnesses. A rivalry carries the states of its first year since"
    " 1946 (SCG where Bosnia's rivalry with Serbia began). Neither lists one between Russia and"
    " Iran after 1828.",
)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per list and rivalry that lasted to 1946 or beyond.

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
    seen = Seen()
    for frame, layout in frames_of(path, SPEC, every=True):
        columns = _columns(frame, _SCHEMES[layout.name], states, seen)
        yield from frame.rejects
        yield from batches_of("rivalries", columns)


def _columns(frame: Frame, scheme: _Scheme, states: States, seen: Seen) -> dict[str, list[Any]]:
    begins, ends = (years_of(frame.data[name]) for name in (scheme.begin, scheme.end))
    frame.drop(
        [
            begin is None or end is None or begin > end or end > scheme.last_year
            for begin, end in zip(begins, ends, strict=True)
        ],
        "bad_value",
        lambda row: (
            f"{frame.cell(scheme.begin, row)} to {frame.cell(scheme.end, row)} is no span of years"
            f" up to {scheme.last_year}."
        ),
    )
    frame.drop(
        [end is not None and end < FIRST_YEAR for end in ends],
        BEFORE_OUR_STATES,
        lambda row: f"our table of states begins in {FIRST_YEAR}, this ended in {ends[row]}.",
    )
    in_scope = [None if begin is None else max(begin, FIRST_YEAR) for begin in begins]
    sides = sides_of(frame, ("ccode1", "ccode2"), states, in_scope)
    refs = numbers_of(frame.data[scheme.number])
    frame.drop(np.isnan(refs), "bad_value", "the rivalry has no number.")
    keys = pd.DataFrame({"scheme": scheme.name, "number": refs})
    frame.drop_repeated(keys, seen, "this rivalry is given twice.")
    rows = sides.rows({
        "ref": np.array([f"{ref:.0f}" for ref in refs], dtype=object),
        "begin": np.array([begin or 0 for begin in begins]),
        "end": np.array([end or 0 for end in ends]),
        "kinds": _kinds(frame, scheme),
    })  # fmt: skip
    begin, end = rows["begin"].tolist(), rows["end"].tolist()
    return {
        "scheme": [scheme.name] * len(rows),
        "rivalry_ref": rows["ref"].tolist(),
        "state_a": rows["state_a"].tolist(),
        "state_b": rows["state_b"].tolist(),
        "start_year": begin,
        "end_year": [None if year == scheme.last_year else year for year in end],
        "censored": [year == scheme.last_year for year in end],
        "kinds": rows["kinds"].tolist(),
        "locator": rows["locator"].tolist(),
        "occurred_from": [dt.date(year, 1, 1) for year in begin],
        "occurred_to": [dt.date(year + 1, 1, 1) for year in end],
        "precision": ["span"] * len(rows),
        "public_from": [scheme.published] * len(rows),
        "public_from_basis": ["source"] * len(rows),
    }


def _kinds(frame: Frame, scheme: _Scheme) -> Any:
    """Return what each rivalry is about, joined by ``;``."""
    flagged = scheme.name == "thompson_sakuwa_suhas"
    kinds = np.empty(len(frame.data), dtype=object)
    for row in range(len(kinds)):
        cells = [(name, frame.data[name].iloc[row]) for name in scheme.kinds]
        kinds[row] = ";".join(
            name if flagged else str(cell) for name, cell in cells if not pd.isna(cell)
        )
    return kinds
