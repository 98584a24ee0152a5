"""Stored events counted per directed dyad and period, one stream at a time."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from comity.core.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence.view import EvidenceView

__all__ = ["EventCount", "EventCounts", "MediaVolume", "event_counts", "media_volume"]

By = Literal["year", "month"]

_STREAM = "source || '/' || coalesce(stream, 'events')"

_FORMATS = {"year": "%Y", "month": "%Y-%m"}
_QUADS = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")
_EVENTS = """
WITH events AS (
  SELECT source || '/' || coalesce(stream, 'events') AS stream, actor, recipient, quad,
    occurred_from, strftime(occurred_from, ?) AS period
  FROM media_events
)"""


class EventCount(NamedTuple):
    """Events from one state to another in one period, as one stream has them.

    Parameters
    ----------
    stream : str
        Who counted: ``source/stream`` or ``source/events`` for single events, the source for
        counts that were published as such. Two streams are never added up.
    actor, recipient : str
        ISO3; they differ.
    period : str
        YYYY or YYYY-MM.
    verbal_cooperation, material_cooperation, verbal_conflict, material_conflict : int or None
        None only where a published count is missing. [count]
    """

    stream: str
    actor: str
    recipient: str
    period: str
    verbal_cooperation: int | None
    material_cooperation: int | None
    verbal_conflict: int | None
    material_conflict: int | None


class MediaVolume(NamedTuple):
    """How much one stream has of one state in one period, whomever it met.

    Parameters
    ----------
    stream : str
        As in `EventCount`.
    state : str
        ISO3.
    period : str
        YYYY or YYYY-MM.
    records : int
        Records that name it on either side, in the archive those with bodies and peoples that are
        no states included. [count]
    """

    stream: str
    state: str
    period: str
    records: int


@dataclass(frozen=True)
class EventCounts:
    """Counts with what is needed to tell a zero from a gap.

    A dyad without a row in a period has zero events there only if the stream covers the period and
    names both states; a period covered in part holds only that part of the events.

    Parameters
    ----------
    rows : tuple of EventCount
        Sorted by stream, actor, recipient and period.
    covered : mapping
        Stream to period to the share of its days with an event of any two states, or inside one;
        days before the first and after the last have none. 1 for published counts. [share]
    states : mapping
        Stream to the states it ever names on either side.
    """

    rows: tuple[EventCount, ...]
    covered: Mapping[str, Mapping[str, float]]
    states: Mapping[str, frozenset[str]]


def event_counts(view: EvidenceView, *, by: By) -> EventCounts:
    """Count the stored events by stream, directed dyad, period and quad class.

    Events inside one state are left out of the counts, but show that a day is covered and a state
    is named. Records of the archive that agree in day, direction and CAMEO root are one event, and
    its days are covered by the publisher's files, not by their rows. Published counts
    (``dyad_counts``) are taken for periods of the same length, so that yearly counts do not appear
    among months. An event without a quad class is in no count.

    Parameters
    ----------
    view : EvidenceView
        The store, as of a day.
    by : {"year", "month"}
        Length of a period.

    Returns
    -------
    EventCounts
        Rows with at least one event, or as published; coverage; states. [count]

    Raises
    ------
    UnknownName
        If `by` is neither.
    """
    if by not in _FORMATS:
        raise UnknownName("period", by, _FORMATS)
    counted = ", ".join(f"count(*) FILTER (quad = '{quad}') AS {quad}" for quad in _QUADS)
    rows = view.query(
        f"{_EVENTS} SELECT stream, actor, recipient, period, {counted} FROM events"
        " WHERE actor <> recipient AND quad IS NOT NULL GROUP BY ALL"
        f" UNION ALL SELECT source, actor, recipient, period, {', '.join(_QUADS)}"
        " FROM dyad_counts WHERE actor <> recipient AND length(period) = ?"
        f" UNION ALL {_archive_counts()} ORDER BY ALL",
        [_FORMATS[by], _length(by), _FORMATS[by]],
    )
    covered = _covered(view, by)
    return EventCounts(
        # A file of today looks back a year: what it says of a year whose own files are not stored
        # is no count of that year.
        tuple(EventCount(*row) for row in rows if row[3] in covered.get(row[0], {})),
        covered,
        _states(view, by),
    )


def _archive_counts() -> str:
    """Return the SQL that counts the archive: records of one day, direction and root once."""
    counted = ", ".join(
        f"count(DISTINCT same_event) FILTER (quad = '{quad}') AS {quad}" for quad in _QUADS
    )
    return (
        f"SELECT {_STREAM} AS stream, actor, recipient, strftime(day, ?) AS period, {counted}"
        " FROM archive_events WHERE dyad IS NOT NULL AND quad IS NOT NULL GROUP BY ALL"
    )


def media_volume(view: EvidenceView, *, by: By) -> tuple[MediaVolume, ...]:
    """Return how much each stream of single events has of each state, by period.

    More news of a state is more events of every kind: this is what counts are to be read against.

    Parameters
    ----------
    view : EvidenceView
        The store, as of a day.
    by : {"year", "month"}
        Length of a period.

    Returns
    -------
    tuple of MediaVolume
        By stream, state and period. Published counts have none.

    Raises
    ------
    UnknownName
        If `by` is neither.
    """
    if by not in _FORMATS:
        raise UnknownName("period", by, _FORMATS)
    # A record between two states counts for each, one inside a state once.
    sides = "unnest(list_distinct([actor, recipient]))"
    rows = view.query(
        f"{_EVENTS}, named AS (SELECT stream, {sides} AS state, period FROM events UNION ALL"
        f" SELECT {_STREAM}, {sides}, strftime(day, ?) FROM archive_events)"
        " SELECT stream, state, period, count(*) FROM named WHERE state IS NOT NULL"
        " GROUP BY ALL ORDER BY ALL",
        [_FORMATS[by], _FORMATS[by]],
    )
    covered = _covered(view, by)
    return tuple(MediaVolume(*row) for row in rows if row[2] in covered.get(row[0], {}))


def _length(by: By) -> int:
    return len("YYYY") if by == "year" else len("YYYY-MM")


def _covered(view: EvidenceView, by: By) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = defaultdict(dict)
    days = view.query(
        f"{_EVENTS} SELECT stream, period, count(DISTINCT occurred_from) FROM events"
        " GROUP BY ALL ORDER BY ALL",
        [_FORMATS[by]],
    )
    for stream, period, seen in days:
        out[stream][period] = seen / _days_in(period)
    published = view.query(
        "SELECT DISTINCT source, period FROM dyad_counts WHERE length(period) = ? ORDER BY ALL",
        [_length(by)],
    )
    for source, period in published:
        out[source][period] = 1.0
    for (source, stream), shares in view.archive.days_read().items():
        covered = out[f"{source}/{stream or 'events'}"]
        for day, share in shares.items():
            period = day.strftime(_FORMATS[by])
            covered[period] = covered.get(period, 0.0) + share / _days_in(period)
    return dict(out)


def _days_in(period: str) -> int:
    year, _, month = period.partition("-")
    if month:
        return calendar.monthrange(int(year), int(month))[1]
    return 366 if calendar.isleap(int(year)) else 365


def _states(view: EvidenceView, by: By) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    named = view.query(
        f"{_EVENTS} SELECT stream, actor FROM events UNION SELECT stream, recipient FROM events"
        f" UNION SELECT {_STREAM}, actor FROM archive_events WHERE actor IS NOT NULL"
        f" UNION SELECT {_STREAM}, recipient FROM archive_events WHERE recipient IS NOT NULL"
        " UNION SELECT source, actor FROM dyad_counts WHERE length(period) = ?"
        " UNION SELECT source, recipient FROM dyad_counts WHERE length(period) = ?",
        [_FORMATS[by], _length(by), _length(by)],
    )
    for stream, state in named:
        found[stream].add(state)
    return {stream: frozenset(found[stream]) for stream in sorted(found)}
