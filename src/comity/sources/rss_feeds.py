"""Items of news feeds (RSS and Atom): pointers to pages that an analyst may read and cite."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import feedparser

from comity.core.catalog import Declaration, catalog_files, read_csv
from comity.core.errors import CatalogError, DuplicateName, SourceChanged
from comity.core.settings import Settings
from comity.sources._context import batches_of, day_columns, reject
from comity.sources._formats import TextFile, changed, files_of, text_files
from comity.sources._remote import RemoteFile, Site
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "Feed", "expected", "parse"]

_RSS = Layout(
    "RSS",
    "*.xml",
    ("rss", "channel", "item", "title"),
    "The file that a feed's address gives, saved as it is: RSS 0.9 to 2.0 or RDF.",
)
_ATOM = Layout(
    "Atom",
    "*.xml",
    ("feed", "entry", "title"),
    "The same, Atom 0.3 or 1.0.",
)

SPEC = SourceSpec(
    name="rss_feeds",
    title="News feeds (RSS and Atom)",
    publisher="the outlets themselves",
    url="https://www.rssboard.org/rss-specification",
    licence="each outlet's own; a feed gives no right to pass on its texts",
    redistribution="no",
    citation="rss_feeds",
    cadence="D",
    coverage="1999/",
    reliability="F",
    credibility=6,
    tables=("feed_items",),
    layouts=(_RSS, _ATOM),
    out_of_scope=("undated",),
    max_quarantine_share=0.1,
    file_by_file=True,
    notes="A pointer to a page, not evidence: nothing here is counted by an indicator; read the"
    " page, grade it and admit a claim. An outlet's grade is in the catalog's list of outlets."
    " Kept are title, address, moment, language and the summary as plain text, cut at 4,000"
    " characters; bodies and pictures are not. A feed holds the last items only, often a day's:"
    " what was missed is gone, so absence says nothing. An id that is a bare number is unique in"
    " its feed only and is given with the feed's host. The moment is the outlet's word, in UTC; an"
    " outlet may change it. RSS does not oblige a feed to date its items: an item without a date is"
    " set aside as undated, one whose date is not of our calendar (1403, for 2024) is rejected, not"
    " converted. Items of several feeds about one event are copies more often than confirmations.",
)

MAX_FEED = 8 * 1024**2
"""Largest feed that is read, in bytes."""

_MAX_TAGS = 200_000
# What the library raises on documents that are damaged or made to be.
_DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip

_MAX_SUMMARY = 4_000
_MAX_TITLE = 1_000
_MAX_ADDRESS = 2_000
_PATTERNS = ("*.xml", "*.rss", "*.atom", "*.rdf")
_EXPECTED = (*_RSS.columns, "or", *_ATOM.columns)
_FIRST_YEAR = 1990
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*\bencoding\s*=", re.IGNORECASE)


class Feed(Declaration):
    """A row of ``feeds.csv``: an address that an analyst wants to follow."""

    id: str
    title: str
    url: str
    language: str | None = None
    outlet: str | None = None
    seen_in: str | None = None


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the feeds of ``feeds.csv``, in the catalog and in the user's own.

    A user's own ``feeds.csv`` takes the place of the built-in one.

    Raises
    ------
    CatalogError
        If an id or an address of the list cannot be used.
    DuplicateName
        If two feeds share an id.
    """
    del site, since, until
    own = Settings().catalog
    known: set[str] = set()
    for path in catalog_files("feeds.csv", () if own is None else (own,)):
        for feed in read_csv(path, Feed):
            if feed.id in known:
                raise DuplicateName(path.name, f"the feed {feed.id!r} is given twice")
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", feed.id):
                raise CatalogError(
                    f"{path.name}, feed {feed.id[:40]!r}",
                    "an id has lower-case letters, digits and hyphens",
                )
            if urlsplit(feed.url).scheme not in ("http", "https"):
                raise CatalogError(f"{path.name}, feed {feed.id}", "the address is not http(s)")
            known.add(feed.id)
            yield RemoteFile(f"{feed.id}.xml", feed.url, changes=True)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per item of saved feeds.

    A feed is read whole; it may not be larger than `MAX_FEED`.

    Parameters
    ----------
    path : pathlib.Path
        A saved feed, a zip archive of feeds, or a folder.

    Raises
    ------
    SourceChanged
        If a file is no feed, declares XML entities, is in an encoding that it does not declare, or
        is too large.
    """
    for file in files_of(path, (*_PATTERNS, "*.zip")):
        for text in text_files(file, _PATTERNS, SPEC.name):
            yield from _feed(text)


def _feed(file: TextFile) -> Iterator[Batch | Reject]:
    content = _content(file)
    feed = _parsed(file, content)
    _check(file, content, feed)
    title = _plain(feed.feed.get("title"), _MAX_TITLE) or file.label
    host = urlsplit(_address(feed.feed.get("link"))).hostname or title
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    entries = list(feed.entries)
    for number, entry in enumerate(entries, start=1):
        where, raw = f"{file.label}, item {number}", _raw(entry)
        if feed.bozo and number == len(entries):
            why = "the feed is not well-formed, its last item may be cut off."
            yield reject(where, "broken_xml", why, raw)
            continue
        row = _row(entry, host)
        trouble = _trouble(row, entry)
        if trouble is None and row["item_ref"] in seen:
            trouble = ("duplicate", "this item is given twice.")
        if trouble is not None:
            yield reject(where, *trouble, raw)
            continue
        seen.add(row["item_ref"])
        language = entry.get("language") or feed.feed.get("language")
        row |= {"feed": title, "language": language or None, "locator": where}
        rows.append(row)
    yield from _batches(rows)


def _batches(rows: list[dict[str, Any]]) -> Iterator[Batch]:
    moments = [row.pop("moment") for row in rows]
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    columns["published_at"] = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments]
    days = day_columns([moment.date() for moment in moments]) if moments else {}
    yield from batches_of("feed_items", columns | days)


# ---- files


def _content(file: TextFile) -> bytes:
    try:
        if file.member:
            with zipfile.ZipFile(file.path) as archive, archive.open(file.member) as stream:
                content = stream.read(MAX_FEED + 1)
        else:
            with file.path.open("rb") as plain:
                content = plain.read(MAX_FEED + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _changed(file, f"a damaged archive ({type(error).__name__})") from None
    if len(content) > MAX_FEED:
        raise _changed(file, f"a file of more than {MAX_FEED:,} bytes")
    if content.count(b"<") > _MAX_TAGS:
        raise _changed(file, f"a file of more than {_MAX_TAGS:,} tags")
    # No feed needs entities of its own, and they can be made to explode or to read other files.
    if b"<!ENTITY" in content.replace(b"\x00", b"").upper():
        raise _changed(file, "a document that declares XML entities")
    return content


def _parsed(file: TextFile, content: bytes) -> Any:
    try:
        # A stream, so that a file's text is never taken for an address or a path.
        return feedparser.parse(
            io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False
        )
    except _DAMAGE as error:
        raise _changed(file, f"no readable feed ({type(error).__name__})") from None


def _check(file: TextFile, content: bytes, feed: Any) -> None:
    if not feed.get("version") and not feed.get("entries"):
        raise _changed(file, "a document that is no feed")
    if isinstance(feed.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        raise _changed(file, "bytes in another encoding than the declared one")
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not marked and not _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf")):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            raise _changed(file, "bytes in no declared encoding") from None


def _changed(file: TextFile, found: str) -> SourceChanged:
    return changed(SPEC.name, file.path, _EXPECTED, [found])


# ---- items


def _row(entry: Any, host: str) -> dict[str, Any]:
    url = _address(entry.get("link"))
    own = _line(entry.get("id") or "")
    # A bare number is an id within its feed only.
    ref = own if "://" in own or own.startswith(("tag:", "urn:")) else own and f"{host}:{own}"
    if not ref and url:
        ref = hashlib.sha256(url.encode()).hexdigest()[:32]
    if len(ref) > _MAX_ADDRESS:
        ref = hashlib.sha256(ref.encode()).hexdigest()[:32]
    return {
        "item_ref": ref,
        "title": _plain(entry.get("title"), _MAX_TITLE),
        "url": url or None,
        "summary": _plain(entry.get("summary"), _MAX_SUMMARY) or None,
        "moment": _moment(entry),
    }


def _trouble(row: dict[str, Any], entry: Any) -> tuple[str, str] | None:
    said = _line(str(_given(entry, "published") or _given(entry, "updated") or ""))
    if not row["item_ref"]:
        return "missing_value", "the item has neither an id nor an address."
    if not row["title"]:
        return "missing_value", "the item has no title."
    if not said:
        return "undated", "the item has no date."
    if row["moment"] is None or row["moment"].year < _FIRST_YEAR:
        return "bad_date", f"no moment of our calendar: {said[:80]!r}."
    return None


def _given(entry: Any, name: str) -> Any:
    # Asked for a date that is not there, the library gives the other one, with a warning.
    return dict.get(entry, name)


def _moment(entry: Any) -> dt.datetime | None:
    parsed = _given(entry, "published_parsed") or _given(entry, "updated_parsed")
    try:
        return dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _address(value: Any) -> str:
    """Return an http address, empty for anything else: a feed may say ``javascript:``."""
    text = _line(value if isinstance(value, str) else "")
    try:
        usable = urlsplit(text).scheme.lower() in ("http", "https") and len(text) <= _MAX_ADDRESS
    except ValueError:
        usable = False
    return text if usable else ""


def _raw(entry: Any) -> str:
    cells = (_given(entry, name) for name in ("id", "link", "published", "updated", "title"))
    return " | ".join(_line(str(cell)) for cell in cells if cell) or "(an empty item)"


class _Text(HTMLParser):
    """Collects the text of HTML, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        del attrs
        self._hidden += tag in ("script", "style")
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(self._hidden - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _plain(value: Any, limit: int) -> str:
    """Return text without markup and control characters, on one line, cut at `limit`."""
    if not isinstance(value, str):
        return ""
    reader = _Text()
    # What is cut away cannot be shown, so there is no need to read all of it.
    reader.feed(value[: 20 * limit])
    reader.close()
    text = _line("".join(reader.parts))
    return text if len(text) <= limit else text[: limit - 1] + "…"


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _line(text: str) -> str:
    # Marks that turn the direction of writing can make one text look like another.
    return " ".join(_CONTROL.sub(" ", text).split())
