"""Machine-coded events from the world's news since 1979 (GDELT 1.0): the whole archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.sources._gdelt import COLUMNS, EVENTS_ARCHIVE, HISTORIC, LICENCE, days_of
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from comity.sources._remote import Site

__all__ = ["ARCHIVE", "SPEC", "expected"]

_BASE = "http://data.gdeltproject.org/events/"

SPEC = SourceSpec(
    name="gdelt",
    title="GDELT 1.0 Event Database",
    publisher="The GDELT Project",
    url="https://www.gdeltproject.org/data.html",
    licence=LICENCE,
    redistribution="attribution",
    citation="gdelt",
    cadence="D",
    coverage="1979/",
    reliability="D",
    tables=(),
    layouts=(
        Layout(
            "daily events",
            "*.export.CSV*",
            COLUMNS,
            "data.gdeltproject.org/events: YYYYMMDD.export.CSV.zip, one file a day since April"
            " 2013; 58 cells separated by tabs, no header, no quotes.",
        ),
        Layout(
            "yearly and monthly events",
            "[12][0-9][0-9][0-9]*",
            HISTORIC,
            "data.gdeltproject.org/events: YYYY.zip to 2005, YYYYMM.zip to March 2013; 57 cells,"
            " the address is missing.",
        ),
    ),
    max_quarantine_share=0.02,
    file_by_file=True,
    notes="Coded by machine from news in English or put into English: single events are often"
    " wrong, the same act is coded many times over, and volume grows with the number of outlets"
    " read. Never compare levels over years or between dyads without a baseline. A file holds"
    " events of other days: of the day before, and looks back a week, a month, a year and ten"
    " years. Codes of places are FIPS 10-4 (IS is Israel), those of actors CAMEO (ISR). Yearly and"
    " monthly files were gathered in 2013, so that DATEADDED says nothing of when the news was"
    " public: it is taken as public on the next day. GLOBALEVENTID is unique; a number given again"
    " in another file is stored once.",
    credibility=4,
    coder="gdelt",
)

ARCHIVE = EVENTS_ARCHIVE


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the files that the publisher's lists name for these days.

    ``filesizes`` has a line ``<bytes> <name>`` and ``md5sums`` a line ``<md5>  <name>`` per file.
    The master file of reduced columns holds nothing that the others do not, and is left out.
    """
    sums = {name: digest for digest, name in _pairs(site, "md5sums")}
    for size, name in _pairs(site, "filesizes"):
        days = days_of(name)
        if days and days[1] >= since and days[0] <= until and size.isdigit():
            yield RemoteFile(
                name,
                _BASE + name,
                first=days[0],
                last=days[1],
                size=int(size),
                md5=sums.get(name, ""),
                listed=True,
            )


def _pairs(site: Site, index: str) -> Iterator[tuple[str, str]]:
    for line in site.read(_BASE + index).decode("ascii", "replace").splitlines():
        cells = line.split()
        if len(cells) == 2:
            yield cells[0], cells[1]
