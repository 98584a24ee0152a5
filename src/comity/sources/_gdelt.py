"""What GDELT 1.0 and 2.0 have in common: columns, what they mean, how files are named."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from comity.core.cameo import QUADS
from comity.core.period import add_months
from comity.sources._archive import EVENTS, Archive, Check
from comity.sources._remote import RemoteFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.sources._remote import Site

__all__ = ["COLUMNS", "COLUMNS_2", "EVENTS_ARCHIVE", "HISTORIC", "LICENCE", "days_of", "listed"]

LICENCE = (
    "Unlimited use and redistribution with a citation and a link to gdeltproject.org, as the"
    " publisher states; texts behind the addresses belong to their outlets"
)


def _actor(n: int) -> tuple[str, ...]:
    parts = (
        "Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code",
        "Religion2Code", "Type1Code", "Type2Code", "Type3Code",
    )  # fmt: skip
    return tuple(f"Actor{n}{part}" for part in parts)


def _geo(of: str, *, second: bool) -> tuple[str, ...]:
    middle = ("ADM1Code", "ADM2Code") if second else ("ADM1Code",)
    parts = ("Type", "FullName", "CountryCode", *middle, "Lat", "Long", "FeatureID")
    return tuple(f"{of}Geo_{part}" for part in parts)


def _columns(*, second: bool) -> tuple[str, ...]:
    return (
        *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
        *_actor(1),
        *_actor(2),
        *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass"),
        *("GoldsteinScale", "NumMentions", "NumSources", "NumArticles", "AvgTone"),
        *_geo("Actor1", second=second),
        *_geo("Actor2", second=second),
        *_geo("Action", second=second),
        *("DATEADDED", "SOURCEURL"),
    )


COLUMNS = _columns(second=False)
"""The 58 columns of a daily file of GDELT 1.0."""

HISTORIC = COLUMNS[:-1]
"""The 57 columns of a yearly or monthly file up to March 2013: no address."""

COLUMNS_2 = _columns(second=True)
"""The 61 columns of a file of GDELT 2.0."""

_TYPES = {
    "GLOBALEVENTID": "BIGINT",
    "IsRootEvent": "INTEGER",
    "GoldsteinScale": "DOUBLE",
    "NumMentions": "INTEGER",
    "NumSources": "INTEGER",
    "NumArticles": "INTEGER",
    "AvgTone": "DOUBLE",
    "ActionGeo_Lat": "DOUBLE",
    "ActionGeo_Long": "DOUBLE",
}


def _quad() -> str:
    by_quad: dict[str, list[str]] = {}
    for root, quad in QUADS.items():
        by_quad.setdefault(quad, []).append(f"'{root}'")
    whens = " ".join(
        f"WHEN EventRootCode IN ({', '.join(roots)}) THEN '{quad}'"
        for quad, roots in by_quad.items()
    )
    return f"CASE {whens} END"


def _roles(n: int) -> str:
    # Most actors have one role or none.
    first, second, third = (f"Actor{n}Type{i}Code" for i in (1, 2, 3))
    joined = f"nullif(concat_ws(';', {first}, {second}, {third}), '')"
    return f"CASE WHEN {second} IS NULL AND {third} IS NULL THEN {first} ELSE {joined} END"


_DAY = "try_strptime(SQLDATE, '%Y%m%d')::DATE"
_ADDED = "try_strptime(DATEADDED, ['%Y%m%d%H%M%S', '%Y%m%d'])"
_CELLS = {
    "event_id": "GLOBALEVENTID",
    "day": _DAY,
    "added": _ADDED,
    # A yearly or monthly file was gathered in 2013 from news that was public at its own time.
    "public_from": (
        f"CASE WHEN {{back_file}} THEN {_DAY} + 1 ELSE greatest({_ADDED}::DATE, {_DAY}) END"
    ),
    "actor_code": "Actor1Code",
    "recipient_code": "Actor2Code",
    "actor_name": "Actor1Name",
    "recipient_name": "Actor2Name",
    "actor_role": _roles(1),
    "recipient_role": _roles(2),
    "cameo": "EventCode",
    "quad": _quad(),
    "goldstein": "GoldsteinScale",
    "is_root": "IsRootEvent = 1",
    "mentions": "NumMentions",
    "reports": "NumSources",
    "articles": "NumArticles",
    "tone": "AvgTone",
    "place_fips": "ActionGeo_CountryCode",
    "place": "ActionGeo_FullName",
    "latitude": "ActionGeo_Lat",
    "longitude": "ActionGeo_Long",
    "url": "SOURCEURL",
}
_CHECKS = (
    Check("missing_value", "event_id IS NULL", "the event has no number."),
    Check("bad_date", "day IS NULL", "SQLDATE is no day."),
    Check("bad_date", "added IS NULL", "DATEADDED is no day."),
    Check("future_date", "day > added::DATE", "the event lies after the day it was stored."),
    Check("bad_value", "quad IS NULL", "EventRootCode is no root of CAMEO."),
    Check("bad_value", "cameo[:2] IS DISTINCT FROM EventRootCode", "EventCode is not of its root."),
    Check("bad_value", "abs(goldstein) > 10", "GoldsteinScale is not within -10 to 10."),
    Check("bad_value", "least(mentions, reports, articles) < 0", "a count is negative."),
)

_NAME = re.compile(r"(\d{4})(\d{2})?(\d{2})?(\d{6})?(\.translation)?(\.export|\.mentions)?\b", re.I)


def days_of(name: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of a file by its name; None if it is not GDELT's.

    Examples
    --------
    >>> days_of("201303.zip")
    (datetime.date(2013, 3, 1), datetime.date(2013, 3, 31))
    >>> days_of("20180101000000.export.CSV.zip")
    (datetime.date(2018, 1, 1), datetime.date(2018, 1, 1))
    >>> days_of("GDELT.MASTERREDUCEDV2.1979-2013.zip") is None
    True
    """
    found = _NAME.match(name)
    if not found:
        return None
    year, month, day = found.group(1, 2, 3)
    try:
        if day:
            only = dt.date(int(year), int(month), int(day))
            return only, only
        if month:
            first = dt.date(int(year), int(month), 1)
            return first, add_months(first, 1) - dt.timedelta(days=1)
        return dt.date(int(year), 1, 1), dt.date(int(year), 12, 31)
    except ValueError:
        return None


def stream_of(name: str) -> str | None:
    """Return the stream of a file: texts that were translated before coding are kept apart."""
    return "translation" if ".translation." in name.lower() else None


EVENTS_ARCHIVE = Archive(
    relation=EVENTS,
    types=_TYPES,
    cells=_CELLS,
    checks=_CHECKS,
    days_of=days_of,
    stream_of=stream_of,
    optional={"SOURCEURL": "NULL::VARCHAR"},
    states={"actor": "Actor1CountryCode", "recipient": "Actor2CountryCode"},
)
"""How a line of either version becomes an event."""

BASE_2 = "http://data.gdeltproject.org/gdeltv2/"
_INDEX_2 = ("masterfilelist.txt", "masterfilelist-translation.txt")


def listed(site: Site, since: dt.date, until: dt.date, ending: str) -> Iterator[RemoteFile]:
    """Yield the files of GDELT 2.0 that the publisher's two lists name, the English one first.

    A line of these lists is ``<bytes> <md5> <address>``; lines that are none are passed over.

    Parameters
    ----------
    site : Site
        The publisher's server.
    since, until : datetime.date
        First and last day.
    ending : str
        E.g. ``".export.CSV.zip"``.
    """
    for index in _INDEX_2:
        for line in site.read(BASE_2 + index).decode("ascii", "replace").splitlines():
            size, _, rest = line.strip().partition(" ")
            md5, _, url = rest.partition(" ")
            name = url.rpartition("/")[2]
            days = days_of(name) if url.lower().endswith(ending.lower()) else None
            if days and since <= days[0] <= until and size.isdigit():
                yield RemoteFile(
                    name, url, first=days[0], last=days[1], size=int(size), md5=md5, listed=True
                )
