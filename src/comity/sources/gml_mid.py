"""Militarised interstate disputes as revised by Gibler, Miller and Little."""

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
    "peacesciencer disputes": Columns(_PAIR, _HOSTILITY, _FATALITY, "dispnum", "midonset"),
    "peacesciencer dyad years": Columns(_PAIR, _HOSTILITY, _FATALITY, "dispnum", "gmlmidonset"),
}

SPEC = SourceSpec(
    name="gml_mid",
    title="Gibler-Miller-Little (GML) Militarized Interstate Disputes, version 2.2.1",
    publisher="Douglas M. Gibler, Steven V. Miller and Erin K. Little",
    url="https://internationalconflict.ua.edu/data-download/",
    licence="free with citation; terms not verified",
    redistribution="unknown",
    citation="gml_mid",
    cadence="Y",
    coverage="1816/2010",
    reliability="B",
    tables=("disputes",),
    layouts=(
        Layout(
            "peacesciencer disputes",
            "gml_dirdisp.rda",
            (*_PAIR, "dispnum", "year", "midonset", *_HOSTILITY, *_FATALITY),
            "R package peacesciencer, gml_dirdisp.rda: all disputes, both orders of a dyad.",
        ),
        Layout(
            "peacesciencer dyad years",
            "gml_mid_ddydisps.rda",
            (*_PAIR, "dispnum", "year", "gmlmidonset", *_HOSTILITY, *_FATALITY),
            "R package peacesciencer, gml_mid_ddydisps.rda: at most one dispute per dyad and year.",
        ),
    ),
    out_of_scope=(BEFORE_OUR_STATES,),
    notes="A revision of the disputes of the Correlates of War Project: some are dropped or merged"
    " and many levels are recoded. Numbers of disputes are those of that project, but the rows are"
    " another reading of the same disputes: never add the two. Hostility, fatality and absent rows"
    " as in cow_mid. If both layouts lie in one folder, that of all disputes is read.",
)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per dispute, dyad and year.

    The (few) columns of all rows are held in memory.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    yield from disputes_of(path, SPEC, _COLUMNS)
