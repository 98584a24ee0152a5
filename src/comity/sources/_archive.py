"""What a source declares whose files are too many or too large to be parsed row by row.

Such a source has ``ARCHIVE`` in place of ``parse``: how many cells a line has, and what each house
column is in terms of the published ones, in SQL. Whole files then go from the publisher's archives
to sorted Parquet without a row ever becoming a Python object.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["EVENTS", "MENTIONS", "RELATIONS", "Archive", "Check", "Relation"]


@dataclass(frozen=True)
class Relation:
    """One kind of row that an archive holds.

    Parameters
    ----------
    name : str
        As in queries.
    columns : dict of str to (str, str)
        SQL type and meaning of each column, in the stored order.
    order : tuple of str
        Columns by which files are sorted; the last one makes the order total.
    identity : str
        Column that numbers a row at the publisher; a number given twice is stored once. Empty if
        rows have no number of their own.
    """

    name: str
    columns: Mapping[str, tuple[str, str]] = field(hash=False)
    order: tuple[str, ...] = ()
    identity: str = ""


EVENTS = Relation(
    "events",
    {
        "event_id": ("BIGINT", "publisher's number"),
        "source": ("VARCHAR", "name of the source"),
        "stream": ("VARCHAR", "part of the source that is kept apart, e.g. translation"),
        "day": ("DATE", "day of the event as coded"),
        "added": ("TIMESTAMP", "when the publisher first stored it [UTC]"),
        "public_from": ("DATE", "from when it was publicly known"),
        "actor": ("VARCHAR", "state that acts, at that day: ISO3; empty if none or not known"),
        "recipient": ("VARCHAR", "state acted towards, at that day: ISO3"),
        "dyad": ("VARCHAR", "the two states, sorted; empty unless there are two that differ"),
        "actor_code": ("VARCHAR", "as published"),
        "recipient_code": ("VARCHAR", "as published"),
        "actor_name": ("VARCHAR", "as published"),
        "recipient_name": ("VARCHAR", "as published"),
        "actor_role": ("VARCHAR", "role codes as published, joined by ';'"),
        "recipient_role": ("VARCHAR", "role codes as published, joined by ';'"),
        "cameo": ("VARCHAR", "CAMEO code, leading zeros kept"),
        "quad": ("VARCHAR", "quad class of its root"),
        "goldstein": ("DOUBLE", "-10 to 10 [Goldstein]"),
        "is_root": ("BOOLEAN", "whether it stood in the lead of a text, as the publisher says"),
        "mentions": ("INTEGER", "mentions in the first 15 minutes or day [count]"),
        "reports": ("INTEGER", "outlets that reported it by then [count]"),
        "articles": ("INTEGER", "texts that reported it by then [count]"),
        "tone": ("DOUBLE", "average tone of these texts, -100 to 100"),
        "place_fips": ("VARCHAR", "country of the place: FIPS 10-4, which is not ISO"),
        "place": ("VARCHAR", "as published"),
        "latitude": ("DOUBLE", "of the place [degree]"),
        "longitude": ("DOUBLE", "of the place [degree]"),
        "url": ("VARCHAR", "first text that was found"),
        "corrected": ("VARCHAR", "JSON: the corrections applied, each with the original cell"),
        "same_event": ("BIGINT", "equal for events of one day, direction and CAMEO root; no hash"),
        "file": ("VARCHAR", "SHA-256 of the publisher's file"),
    },
    ("dyad", "actor", "day", "event_id"),
    "event_id",
)
"""One machine-coded event."""

MENTIONS = Relation(
    "mentions",
    {
        "event_id": ("BIGINT", "publisher's number of the event"),
        "source": ("VARCHAR", "name of the source"),
        "stream": ("VARCHAR", "part of the source that is kept apart, e.g. translation"),
        "event_added": ("TIMESTAMP", "when the event was first stored [UTC]"),
        "mentioned": ("TIMESTAMP", "when this text was read [UTC]"),
        "public_from": ("DATE", "from when it was publicly known"),
        "kind": ("INTEGER", "1 web page, 2 citation, 3 core, 4 DTIC, 5 JSTOR, 6 non-text"),
        "outlet": ("VARCHAR", "as published"),
        "url": ("VARCHAR", "of the text"),
        "sentence": ("INTEGER", "in which it stands, from 1"),
        "in_raw_text": ("BOOLEAN", "whether found without rewriting the text"),
        "confidence": ("INTEGER", "publisher's confidence, 10-100 [percent]"),
        "length": ("INTEGER", "of the text [characters]"),
        "tone": ("DOUBLE", "of the text, -100 to 100"),
        "translated": ("VARCHAR", "from which language and how, as published"),
        "corrected": ("VARCHAR", "JSON: the corrections applied, each with the original cell"),
        "file": ("VARCHAR", "SHA-256 of the publisher's file"),
    },
    ("event_id", "mentioned", "url", "sentence"),
)
"""One mention of an event in one text."""

RELATIONS: Mapping[str, Relation] = {each.name: each for each in (EVENTS, MENTIONS)}


@dataclass(frozen=True)
class Check:
    """A rule that a good row keeps.

    Parameters
    ----------
    code : str
        Machine-readable reason of the quarantine.
    broken : str
        SQL over house and published columns that is true of a bad row.
    reason : str
        One sentence for a person.
    """

    code: str
    broken: str
    reason: str


@dataclass(frozen=True)
class Archive:
    """How the files of a source become rows of a relation.

    The layouts of the source's ``SPEC`` are told apart by their number of cells; the files have no
    header, cells are separated by tabs and never quoted.

    Parameters
    ----------
    relation : Relation
        What a row is.
    types : dict of str to str
        SQL types of published columns that are numbers; all others are text.
    cells : dict of str to str
        SQL over the published columns, by house column. ``source``, ``stream``, ``dyad``,
        ``file`` and ``corrected`` are filled in by the store. ``{back_file}`` stands for whether
        the file holds a month or year that was gathered later.
    optional : dict of str to str
        Published columns that some layouts lack, and the SQL that stands for them there.
    states : dict of str to str
        Published column with a country code, by the house column that gets the state of the day.
    system : str
        The code system of these.
    checks : tuple of Check
        Rules for rows, the first broken one counts.
    days_of : callable
        Gives the first and last day that a file covers, from its name; None if the name is not one
        of the publisher's.
    stream_of : callable
        Gives the stream of a file from its name, or None.
    files_a_day : int
        Files that a publisher makes of one stream and one day. [count]
    """

    relation: Relation
    types: Mapping[str, str] = field(hash=False)
    cells: Mapping[str, str] = field(hash=False)
    checks: tuple[Check, ...]
    days_of: Callable[[str], tuple[dt.date, dt.date] | None]
    stream_of: Callable[[str], str | None]
    optional: Mapping[str, str] = field(default_factory=dict, hash=False)
    states: Mapping[str, str] = field(default_factory=dict, hash=False)
    system: Literal["cameo", "iso3", "fips", "cow", "gw"] = "cameo"
    files_a_day: int = 1
