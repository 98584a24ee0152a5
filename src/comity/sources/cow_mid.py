"""Militarised interstate disputes between two states, year by year (Correlates of War)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from comity.sources._disputes import Columns, disputes_of
from comity.sources._dyads import BEFORE_OUR_STATES
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]

_PAIR = ("ccode1", "ccode2")
_HOSTILITY = ("hostlev1", "hostlev2")
_FATALITY = ("fatality1", "fatality2")
_COLUMNS = {
    "COW dyadic disputes": Columns(
        ("statea", "stateb"), ("hihosta", "hihostb"), ("fatleva", "fatlevb"), "disno", "strtyr",
        onset_year=True,
    ),
    "peacesciencer disputes": Columns(_PAIR, _HOSTILITY, _FATALITY, "dispnum", "disponset"),
    "peacesciencer dyad years": Columns(_PAIR, _HOSTILITY, _FATALITY, "dispnum", "cowmidonset"),
}  # fmt: skip

SPEC = SourceSpec(
    name="cow_mid",
    title="Militarized Interstate Disputes",
    publisher="Correlates of War Project (Palmer, Maoz and others)",
    url="https://correlatesofwar.org/data-sets/mids/",
    licence="free for scholarly use with citation; terms not verified",
    redistribution="unknown",
    citation="cow_mid",
    cadence="Y",
    coverage="1816/2014",
    reliability="B",
    tables=("disputes",),
    layouts=(
        Layout(
            "COW dyadic disputes",
            "dyadic_mid_*.csv",
            ("disno", "statea", "stateb", "strtyr", "year", "hihosta", "hihostb", "fatleva",
             "fatlevb"),
            "correlatesofwar.org, dyadic_mid_4.03.csv: one row per dispute, dyad and year.",
        ),
        Layout(
            "peacesciencer disputes",
            "cow_mid_dirdisps.rda",
            (*_PAIR, "dispnum", "year", "disponset", *_HOSTILITY, *_FATALITY),
            "R package peacesciencer, cow_mid_dirdisps.rda: all disputes, both orders of a dyad.",
        ),
        Layout(
            "peacesciencer dyad years",
            "cow_mid_ddydisps.rda",
            (*_PAIR, "dispnum", "year", "cowmidonset", *_HOSTILITY, *_FATALITY),
            "R package peacesciencer, cow_mid_ddydisps.rda: at most one dispute per dyad and year.",
        ),
    ),
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="Rows are disputes between states on opposite sides. Hostility is the higher of what the"
    " two states themselves reached (1 none, 2 threat, 3 display, 4 use of force, 5 war), not that"
    " of the whole dispute, which third states may have driven. Fatality is a level (0 none, 1 to"
    " 25, 26-100, 101-250, 251-500, 501-999, 6 above 999), of the state's own losses in the whole"
    " dispute; -9 is missing, never zero. A dyad-year without a row had no dispute within the"
    " years covered; after the last it means unknown. The package's dyad years hold one dispute per"
    " dyad and year, others are left out. If several layouts lie in one folder, the first is read.",
)  # fmt: skip


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per dispute, dyad and year.

    The (few) columns of all rows are held in memory.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, the publisher's zip archive, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    yield from disputes_of(path, SPEC, _COLUMNS)
