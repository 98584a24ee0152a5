"""Machine-coded events from the world's news since 2015 (GDELT 2.0), every 15 minutes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from comity.sources._gdelt import COLUMNS_2, EVENTS_ARCHIVE, LICENCE, listed
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from comity.sources._remote import RemoteFile, Site

__all__ = ["ARCHIVE", "SPEC", "expected"]

SPEC = SourceSpec(
    name="gdelt2",
    title="GDELT 2.0 Event Database",
    publisher="The GDELT Project",
    url="https://www.gdeltproject.org/data.html",
    licence=LICENCE,
    redistribution="attribution",
    citation="gdelt",
    cadence="D",
    coverage="2015/",
    reliability="D",
    tables=(),
    layouts=(
        Layout(
            "events every 15 minutes",
            "*.export.CSV*",
            COLUMNS_2,
            "data.gdeltproject.org/gdeltv2: YYYYMMDDHHMMSS.export.CSV.zip, and"
            " .translation.export.CSV.zip for texts translated from 65 languages; 61 cells"
            " separated by tabs, no header, no quotes.",
        ),
    ),
    max_quarantine_share=0.02,
    file_by_file=True,
    notes="As GDELT 1.0, of which it is no continuation: since February 2015 both code the same"
    " news, so that their counts are never added up. Texts that were translated by machine before"
    " coding are a stream of their own, since they raise the volume of countries whose press is"
    " not in English. Counts of mentions, outlets and texts are those of the first 15 minutes.",
    credibility=4,
    coder="gdelt",
)

ARCHIVE = replace(EVENTS_ARCHIVE, files_a_day=96)


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the event files of both streams that the publisher's lists name for these days."""
    yield from listed(site, since, until, ".export.CSV.zip")
