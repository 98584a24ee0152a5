"""Streams of coded events for the reference panel: the fullest leads, the others add."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError
from comity.models.panel._types import CLASSES
from comity.sources._spec import discover

if TYPE_CHECKING:
    from comity.workspace.event_counts import EventCount, EventCounts
    from comity.workspace.panel_grid import Grid

__all__ = ["PanelStreams", "event_years", "panel_streams"]

Array = NDArray[np.float64]


class PanelStreams(NamedTuple):
    """Counts by stream on the panel's grid, dims (class, time, actor, recipient).

    Parameters
    ----------
    main : numpy.ndarray
        The stream with the most events.
    main_name : str
        Its name.
    others : dict of str to numpy.ndarray
        The others, the fullest first.
    coder : dict of str to str
        Who coded each other stream; ``""`` is the coder of the main one.
    """

    main: Array
    main_name: str
    others: dict[str, Array]
    coder: dict[str, str]


def event_years(counts: EventCounts) -> tuple[int, int]:
    """Return the first and last year of which events are stored.

    Raises
    ------
    ModelError
        If there is none: names the sources to collect.
    """
    years = [int(period[:4]) for covered in counts.covered.values() for period in covered]
    if not years:
        msg = (
            "the reference panel needs coded events, or counts of them by the same length of "
            "period; `comity collect icews --from PATH` reads both."
        )
        raise ModelError(msg)
    return min(years), max(years)


def panel_streams(counts: EventCounts, grid: Grid) -> PanelStreams:
    """Lay the counts of every stream on the grid.

    In a period that a stream covers, two states that it names have a count, if need be 0; anything
    else is missing. A stream that covers no period of the grid is left out.

    Parameters
    ----------
    counts : EventCounts
        Counts by year or month, as the grid.
    grid : Grid
        States and periods.
    """
    size: Counter[str] = Counter()
    for row in counts.rows:
        if grid.when(row.period) is not None:
            size[row.stream] += sum(n or 0 for n in _counts_of(row))
    order = [name for name, _ in sorted(size.items(), key=lambda each: (-each[1], each[0]))]
    if not order:
        shape = (len(CLASSES), len(grid.periods), len(grid.states), len(grid.states))
        return PanelStreams(np.full(shape, np.nan), "", {}, {})
    planes = {name: _zeros(counts, name, grid) for name in order}
    place = grid.place
    for row in counts.rows:
        at = grid.when(row.period)
        if at is not None and row.actor in place and row.recipient in place:
            values = [np.nan if n is None else n for n in _counts_of(row)]
            planes[row.stream][:, at, place[row.actor], place[row.recipient]] = values
    main, *rest = order
    leader = _coder(main)
    coder = {name: "" if _coder(name) == leader else _coder(name) for name in rest}
    return PanelStreams(planes[main], main, {name: planes[name] for name in rest}, coder)


def _counts_of(row: EventCount) -> tuple[int | None, ...]:
    """Return the counts in the order of `CLASSES`."""
    return (
        row.verbal_cooperation,
        row.material_cooperation,
        row.verbal_conflict,
        row.material_conflict,
    )


def _zeros(counts: EventCounts, stream: str, grid: Grid) -> Array:
    """Return 0 where a stream would have counted, NaN elsewhere."""
    n = len(grid.states)
    out = np.full((len(CLASSES), len(grid.periods), n, n), np.nan)
    named = np.array([state in counts.states[stream] for state in grid.states])
    both = np.ix_(named, named)
    for period in counts.covered[stream]:
        at = grid.when(period)
        if at is not None:
            for plane in out[:, at]:
                plane[both] = 0.0
                np.fill_diagonal(plane, np.nan)
    return out


def _coder(stream: str) -> str:
    """Return who coded the events of a stream: by its source, or as that source declares."""
    name = stream.partition("/")[0]
    source = discover().get(name)
    return (source.SPEC.coder if source else "") or name
