"""What a source says about its publisher's server: which files there are, never how they travel.

A module of `comity.sources` that can be fetched has a function ``expected(site, since, until)``
beside ``parse``. It names the files that the publisher should have for a span of days, from the
publisher's own index where there is one (``site.read(url)``) and from the calendar otherwise.
Fetching, checking, resuming and booking are the same for all sources and are done elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Expected", "RemoteFile", "Site"]


@dataclass(frozen=True)
class RemoteFile:
    """One file that a publisher should have.

    Parameters
    ----------
    name : str
        File name under which it is kept; unique within the source, no folder in it.
    url : str
        Address at the publisher.
    first, last : datetime.date, optional
        First and last day that it covers; None if it covers everything up to the day of fetching.
    size : int, optional
        As the publisher's index says. [byte]
    md5 : str
        As the publisher's index says; empty if it says nothing.
    listed : bool
        Whether an index of the publisher names the file. A listed file that is not there has
        failed; one that only the calendar asks for is absent upstream.
    changes : bool
        Whether the publisher overwrites it; then it is asked for again, conditionally, in each run.
    dated : bool
        Whether it says nowhere from which day it is, so that the day of retrieval (the server's
        ``Last-Modified`` if there is one) is put before its name: ``2026-11-22_sdn.csv``.
    query : mapping of str to str
        Sent with the address and kept out of every log and message: keys and tokens go here.
    body : str
        Sent as JSON with POST if not empty.
    headers : mapping of str to str
        Sent beside the usual ones.
    """

    name: str
    url: str
    first: dt.date | None = None
    last: dt.date | None = None
    size: int | None = None
    md5: str = ""
    listed: bool = False
    changes: bool = False
    dated: bool = False
    query: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Site(Protocol):
    """What a source may ask while it finds out which files to expect."""

    def read(self, url: str) -> bytes:
        """Return a small file, such as an index; politely, and kept for this run.

        Raises
        ------
        SourceUnavailable
            If the server does not give it.
        """
        ...

    def key(self, name: str) -> str:
        """Return a key that the user has from the publisher, from ``COMITY_KEYS``.

        Raises
        ------
        UsageError
            If the user has set none: says where one applies for it.
        """
        ...


Expected = Callable[[Site, dt.date, dt.date], Iterator[RemoteFile]]
"""``expected(site, since, until)``: the files for these days, both included, oldest first."""
