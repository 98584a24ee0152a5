"""How states are represented in one another, every few years (Correlates of War)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comity.sources._context import Seen, States, numbers_of, reject
from comity.sources._dyads import (
    BEFORE_OUR_STATES,
    MISSING,
    Sides,
    frames_of,
    sides_of,
    year_batches,
)
from comity.sources._remote import RemoteFile, Site
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "parse"]

SPEC = SourceSpec(
    name="cow_diplomatic_exchange",
    title="Diplomatic Exchange, version 2006.1",
    publisher="Correlates of War Project (Bayer)",
    url="https://correlatesofwar.org/data-sets/diplomatic-exchange",
    licence="free for scholarly use with citation; terms not verified",
    redistribution="unknown",
    citation="cow_diplomatic_exchange",
    cadence="Y",
    coverage="1817/2005",
    reliability="B",
    tables=("diplomatic_missions",),
    layouts=(
        Layout(
            "COW diplomatic exchange",
            "dip*exchange*.csv",
            ("ccode1", "ccode2", "year", "DR_at_1", "DR_at_2", "DE"),
            "correlatesofwar.org, Diplomatic_Exchange_2006v1.csv in Diplomatic_Exchange_2006.1.zip:"
            " one row per dyad and year, both directions in it.",
        ),
    ),
    out_of_scope=(BEFORE_OUR_STATES, "not_coded"),
    notes="DR_at_1 is the rank at which side 2 is represented at side 1, DR_at_2 that of side 1 at"
    " side 2; we store the sending state as actor. 0 none, 1 charge d'affaires, 2 minister,"
    " 3 ambassador, 9 other: in 1950 to 1965 nearly all missions are coded 9, so that a rank of"
    " these years says no more than that there was a mission. -9 is missing and set aside as"
    " not_coded; none is a coded absence. Only 1950, 1955, ... 2005 (and earlier years, set aside"
    " as before_our_states): a year between two of these is unknown, not none. Russia and Iran have"
    " kept ambassadors in both directions since 1970, so that the series says little about them;"
    " it ends in 2005.",
)

_LEVELS = {0.0: "none", 1.0: "charge", 2.0: "minister", 3.0: "ambassador", 9.0: "other"}
# The column says where the mission is; who sends it is the other side.
_SENDERS = (("DR_at_1", "second"), ("DR_at_2", "first"))
_KINDS = {"actor": str, "recipient": str, "year": int, "level": str}


def expected(_site: Site, _since: dt.date, _until: dt.date) -> Iterator[RemoteFile]:
    """Yield the one file there is."""
    name = "Diplomatic_Exchange_2006.1.zip"
    yield RemoteFile(name, f"https://correlatesofwar.org/wp-content/uploads/{name}")


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per sending state, host and year; all rows are held in memory.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, the publisher's zip archive, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states, seen = States(), Seen()
    parts: list[pd.DataFrame] = []
    for frame, _ in frames_of(path, SPEC):
        keys = frame.data[["ccode1", "ccode2", "year"]]
        frame.drop_repeated(keys, seen, "this dyad and year is given twice.")
        sides = sides_of(frame, ("ccode1", "ccode2"), states)
        parts += _missions(sides)
        yield from frame.rejects
    rows = pd.concat(parts, ignore_index=True)
    key = ["actor", "recipient", "year"]
    # The file may give both orders of a dyad, which say the same; if not, neither is believed.
    contested = rows.groupby(key)["level"].transform("nunique") > 1
    for row in rows[contested].itertuples():
        why = f"two rows rank {row.actor}'s mission in {row.recipient} in {row.year} differently."
        yield reject(str(row.locator), "contradiction", why, f"{row.actor} {row.level}")
    kept = rows[~contested].drop_duplicates(key).sort_values(key, ignore_index=True)
    yield from year_batches(
        "diplomatic_missions", kept, _KINDS, lambda year: dt.date(year + 1, 1, 1)
    )


def _missions(sides: Sides) -> list[pd.DataFrame]:
    """Return the missions of both directions; rows with a rank that is none are dropped."""
    frame = sides.frame
    ranks = {column: numbers_of(frame.data[column]) for column, _ in _SENDERS}
    for column, rank in ranks.items():
        frame.drop(
            ~np.isin(rank, (*_LEVELS, MISSING)),
            "bad_value",
            lambda row, column=column: f"{column} is {frame.cell(column, row)!r}, no rank.",  # type: ignore[misc]
        )
    parts = []
    for column, sender in _SENDERS:
        rank = ranks[column]
        keep = frame.keep & (rank != MISSING)
        for row in map(int, np.flatnonzero(frame.keep & (rank == MISSING))):
            why = f"{column} is -9: not coded."
            frame.rejects.append(reject(frame.locators[row], "not_coded", why, frame.raw(row)))
        level = np.array([_LEVELS.get(number) for number in rank], dtype=object)
        parts.append(sides.directed({"level": level}, sender, keep))
    return parts
