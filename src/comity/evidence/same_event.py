"""One act, many reports: records of several coders about the same act, put together.

Two records are of one act if the same state did an act of the same CAMEO root to the same state,
and their days lie within a window. Nothing is merged: an act lists its records, and a record stays
what it is. Days of coders differ by one, since a text of today tells of yesterday; a wider window
puts together acts that are not one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from comity.core.errors import UnknownName, UsageError
from comity.sources._spec import source_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from comity.evidence.view import EvidenceView

__all__ = ["CodedRecord", "LinkedEvent", "link", "linked_events"]

_MOST = 500_000
_ADDRESS = "'^[A-Za-z][A-Za-z0-9+.-]*://(?:www[.])?([^/?#:]+)'"
_HOST = f"lower(nullif(regexp_extract(url, {_ADDRESS}, 1), ''))"
_RECORDS = f"""
SELECT actor, recipient, cameo[:2] AS root, occurred_from AS day, record_id, source, stream,
  lower(publisher_name) AS outlet, goldstein
FROM media_events
WHERE list_contains($a, actor) AND list_contains($b, recipient)
  OR list_contains($b, actor) AND list_contains($a, recipient)
UNION ALL
SELECT actor, recipient, cameo[:2], day, source || ':' || event_id, source, stream, {_HOST},
  goldstein
FROM archive_events WHERE list_contains($dyads, dyad)"""


class CodedRecord(NamedTuple):
    """One record of one coder.

    Parameters
    ----------
    actor, recipient : str
        ISO3; they differ.
    root : str
        CAMEO root.
    day : datetime.date
        Of the act, as coded.
    record_id : str
        Of the stored record; ``SOURCE:NUMBER`` in the archive.
    source, stream : str or None
        Who gave it.
    outlet : str or None
        Which outlet it was read in; None if the record does not say.
    goldstein : float or None
        -10 to 10. [Goldstein]
    """

    actor: str
    recipient: str
    root: str
    day: dt.date
    record_id: str
    source: str
    stream: str | None
    outlet: str | None
    goldstein: float | None


@dataclass(frozen=True)
class LinkedEvent:
    """One act with all records of it.

    Parameters
    ----------
    actor, recipient, root : str
        Who did what kind of act to whom.
    first_day, last_day : datetime.date
        Earliest and latest day that a record gives.
    coders : tuple of str
        Who coded it.
    reports : int
        Outlets that reported it; a coder that names none counts as one. An outlet may have copied
        another, which no record says: no more independent reports than this, perhaps fewer.
        [count]
    members : tuple of CodedRecord
        By day.
    """

    actor: str
    recipient: str
    root: str
    first_day: dt.date
    last_day: dt.date
    coders: tuple[str, ...]
    reports: int
    members: tuple[CodedRecord, ...]


def link(records: Iterable[CodedRecord], window: int = 1) -> list[LinkedEvent]:
    """Put records of one act together.

    An act begins with its first record and takes in those up to `window` days later; it does not
    grow day by day, so that a month of daily talks is not one talk.

    Parameters
    ----------
    records : iterable of CodedRecord
        In any order.
    window : int
        Greatest distance from the first record. [day]

    Returns
    -------
    list of LinkedEvent
        By first day, actor, recipient and root.

    Examples
    --------
    >>> day = dt.date(2020, 1, 1)
    >>> one = CodedRecord("RUS", "IRN", "04", day, "a:1", "a", None, "x.example", 1.0)
    >>> two = one._replace(day=dt.date(2020, 1, 2), record_id="b:7", source="b", outlet=None)
    >>> [(event.reports, len(event.members)) for event in link([two, one])]
    [(2, 2)]
    """
    key = _block
    found: list[LinkedEvent] = []
    for _, block in groupby(sorted(records, key=lambda each: (*key(each), *_place(each))), key):
        open_: list[CodedRecord] = []
        for each in block:
            if open_ and (each.day - open_[0].day).days > window:
                found.append(_event(open_))
                open_ = []
            open_.append(each)
        found.append(_event(open_))
    return sorted(found, key=lambda each: (each.first_day, each.actor, each.recipient, each.root))


def linked_events(
    view: EvidenceView,
    a: Sequence[str],
    b: Sequence[str],
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    window: int = 1,
) -> list[LinkedEvent]:
    """Return the acts between two states with the records that every stored coder has of them.

    Parameters
    ----------
    view : EvidenceView
        The store, as of a day.
    a, b : sequence of str
        All ids that count as either state.
    since, until : datetime.date, optional
        First and last day of the acts.
    window : int
        As `link`. [day]

    Raises
    ------
    UsageError
        If there are more records than can be held: names a shorter span as the way out.
    """
    dyads = ["-".join(sorted((x, y))) for x in a for y in b]
    days, params = "", {"a": list(a), "b": list(b), "dyads": dyads}
    for bound, sign in ((since, ">="), (until, "<=")):
        if bound is not None:
            days += f" AND day {sign} DATE '{bound.isoformat()}'"
    rows = view.query(
        f"SELECT * FROM ({_RECORDS}) WHERE actor <> recipient AND root IS NOT NULL{days}"
        f" ORDER BY ALL LIMIT {_MOST + 1}",
        params,
    )
    if len(rows) > _MOST:
        msg = (
            f"there are more than {_MOST:,} records; ask for a shorter span with --since, --until."
        )
        raise UsageError(msg)
    return link((CodedRecord(*row) for row in rows), window)


def _block(record: CodedRecord) -> tuple[str, str, str]:
    return record.actor, record.recipient, record.root


def _place(record: CodedRecord) -> tuple[dt.date, str, str]:
    return record.day, record.source, record.record_id


def _event(members: list[CodedRecord]) -> LinkedEvent:
    first = members[0]
    coders = {each.source: _coder(each.source) for each in members}
    outlets = {each.outlet or f"? {coders[each.source]}" for each in members}
    return LinkedEvent(
        *_block(first),
        first_day=first.day,
        last_day=members[-1].day,
        coders=tuple(sorted(set(coders.values()))),
        reports=len(outlets),
        members=tuple(members),
    )


@cache
def _coder(source: str) -> str:
    try:
        return source_named(source).SPEC.coder or source
    except UnknownName:  # the user's own, or of a plug-in that is not installed now
        return source
