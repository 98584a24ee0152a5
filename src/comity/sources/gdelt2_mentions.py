"""Which texts mention an event of GDELT 2.0, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.sources._archive import MENTIONS, Archive, Check
from comity.sources._gdelt import LICENCE, days_of, listed, stream_of
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from comity.sources._remote import RemoteFile, Site

__all__ = ["ARCHIVE", "SPEC", "expected"]

_COLUMNS = (
    "GLOBALEVENTID", "EventTimeDate", "MentionTimeDate", "MentionType", "MentionSourceName",
    "MentionIdentifier", "SentenceID", "Actor1CharOffset", "Actor2CharOffset", "ActionCharOffset",
    "InRawText", "Confidence", "MentionDocLen", "MentionDocTone", "MentionDocTranslationInfo",
    "Extras",
)  # fmt: skip

SPEC = SourceSpec(
    name="gdelt2_mentions",
    title="GDELT 2.0 Mentions",
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
            "mentions every 15 minutes",
            "*.mentions.CSV*",
            _COLUMNS,
            "data.gdeltproject.org/gdeltv2: YYYYMMDDHHMMSS.mentions.CSV.zip, and"
            " .translation.mentions.CSV.zip; 16 cells separated by tabs, no header, no quotes.",
        ),
    ),
    max_quarantine_share=0.02,
    file_by_file=True,
    notes="Three times as many rows as events. A text that copies a wire story is a mention of its"
    " own, so that mentions measure attention and not how many saw the act. Confidence is the"
    " publisher's, in percent, and is not an Admiralty grade.",
    credibility=4,
    coder="gdelt",
)

_ADDED = "try_strptime(EventTimeDate, '%Y%m%d%H%M%S')"
_MENTIONED = "try_strptime(MentionTimeDate, '%Y%m%d%H%M%S')"

ARCHIVE = Archive(
    relation=MENTIONS,
    types={
        "GLOBALEVENTID": "BIGINT",
        "MentionType": "INTEGER",
        "SentenceID": "INTEGER",
        "InRawText": "INTEGER",
        "Confidence": "INTEGER",
        "MentionDocLen": "INTEGER",
        "MentionDocTone": "DOUBLE",
    },
    cells={
        "event_id": "GLOBALEVENTID",
        "event_added": _ADDED,
        "mentioned": _MENTIONED,
        "public_from": f"{_MENTIONED}::DATE",
        "kind": "MentionType",
        "outlet": "MentionSourceName",
        "url": "MentionIdentifier",
        "sentence": "SentenceID",
        "in_raw_text": "InRawText = 1",
        "confidence": "Confidence",
        "length": "MentionDocLen",
        "tone": "MentionDocTone",
        "translated": "MentionDocTranslationInfo",
    },
    checks=(
        Check("missing_value", "event_id IS NULL", "the mention has no number of an event."),
        Check("bad_date", "event_added IS NULL", "EventTimeDate is no moment."),
        Check("bad_date", "mentioned IS NULL", "MentionTimeDate is no moment."),
        Check("bad_value", "Confidence NOT BETWEEN 0 AND 100", "Confidence is no percentage."),
    ),
    days_of=days_of,
    stream_of=stream_of,
    files_a_day=96,
)


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the mention files of both streams that the publisher's lists name for these days."""
    yield from listed(site, since, until, ".mentions.CSV.zip")
