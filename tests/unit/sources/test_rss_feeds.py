"""Feeds: what is kept, what is refused, and that hostile ones do no harm."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from comity.core.errors import CatalogError, DuplicateName, SourceChanged
from comity.core.framework import load_outlets
from comity.core.records import Batch, Reject
from comity.sources import rss_feeds
from comity.sources.rss_feeds import SPEC, expected, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "rss_feeds"
DATE = "<pubDate>Mon, 01 Jan 2024 10:00:00 GMT</pubDate>"
GOOD = f"<item><title>T</title><guid>1</guid>{DATE}</item>"


def feed(items, head='<?xml version="1.0" encoding="utf-8"?>', doctype="", tail=""):
    return (
        f"{head}{doctype}<rss version='2.0'><channel><title>Made</title>"
        f"<link>https://made.example.org</link>{items}</channel></rss>{tail}"
    )


def split(path):
    items = list(parse(path))
    rows = [
        dict(zip(item.columns, cells, strict=True))
        for item in items
        if isinstance(item, Batch)
        for cells in zip(*item.columns.values(), strict=True)
    ]
    return rows, [item for item in items if isinstance(item, Reject)]


def read(tmp_path, content):
    path = tmp_path / "made.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return split(path)


def test_an_rss_item_in_another_encoding_becomes_plain_text():
    rows, rejects = split(FIXTURES / "rss")
    assert rows[0]["title"] == "Выдуманная встреча & переговоры"
    assert rows[0]["summary"] == "Текст выдуман."
    assert rows[0]["language"] == "ru"
    assert rows[0]["item_ref"] == "news.example.org:1001"
    # Half past one in Moscow is the day before in UTC.
    assert rows[0]["published_at"] == "2023-12-31T22:30:00Z"
    assert rows[0]["occurred_from"] == dt.date(2023, 12, 31)
    assert len(rows[1]["item_ref"]) == 32
    assert [row.code for row in rejects] == ["undated"]
    assert "undated" in SPEC.out_of_scope


def test_an_atom_entry_in_persian():
    (row,), rejects = split(FIXTURES / "atom")
    assert not rejects
    assert (row["item_ref"], row["language"]) == ("urn:invented:a", "fa")
    assert row["published_at"] == "2024-03-20T20:00:00Z"


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("", "undated"),
        ("<pubDate> </pubDate>", "undated"),
        ("<pubDate>1403/05/20 10:00</pubDate>", "bad_date"),
        ("<pubDate>۱۴۰۳/۰۵/۲۰</pubDate>", "bad_date"),
        ("<pubDate>Mon, 20 Mordad 1403 10:00:00 +0330</pubDate>", "bad_date"),
        ("<pubDate>yesterday</pubDate>", "bad_date"),
    ],
)
def test_items_without_a_date_of_our_calendar_are_set_aside_with_their_reason(tmp_path, date, code):
    rows, rejects = read(tmp_path, feed(f"{GOOD}<item><title>U</title><guid>2</guid>{date}</item>"))
    assert len(rows) == 1
    assert [(row.code, row.locator) for row in rejects] == [(code, "made.xml, item 2")]


@pytest.mark.parametrize(
    "item",
    [
        f"<item><title>T</title>{DATE}</item>",
        f"<item><guid>2</guid>{DATE}</item>",
        f"<item><title>T</title><link>javascript:alert(1)</link>{DATE}</item>",
    ],
)
def test_items_without_identity_or_title_are_rejected(tmp_path, item):
    rows, rejects = read(tmp_path, feed(GOOD + item))
    assert len(rows) == 1
    assert [row.code for row in rejects] == ["missing_value"]


def test_a_repeated_item_is_a_duplicate(tmp_path):
    rows, rejects = read(tmp_path, feed(GOOD + GOOD))
    assert len(rows) == 1
    assert [row.code for row in rejects] == ["duplicate"]


def test_an_address_is_kept_only_if_it_is_one_of_the_web(tmp_path):
    item = f"<item><title>T</title><guid>1</guid><link>javascript:alert(1)</link>{DATE}</item>"
    (row,), _ = read(tmp_path, feed(item))
    assert row["url"] is None


def test_markup_and_marks_of_direction_are_taken_out(tmp_path):
    title = "A\u202eb &lt;img src=x onerror=alert(1)&gt;c &lt;script&gt;x()&lt;/script&gt;d"
    item = f"<item><title>{title}</title><guid>1</guid>{DATE}</item>"
    (row,), _ = read(tmp_path, feed(item))
    assert row["title"] == "A b c d"


def test_long_texts_are_cut(tmp_path):
    item = f"<item><title>{'t' * 5000}</title><guid>{'g' * 5000}</guid>{DATE}"
    (row,), _ = read(tmp_path, feed(f"{item}<description>{'s' * 90_000}</description></item>"))
    assert (len(row["title"]), len(row["summary"]), len(row["item_ref"])) == (1_000, 4_000, 32)


BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE rss [<!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path, doctype, encoding):
    item = f"<item><title>&c;</title><guid>1</guid>{DATE}</item>"
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    with pytest.raises(SourceChanged, match="declares XML entities"):
        read(tmp_path, feed(item, head, doctype).encode(encoding))


def test_a_document_type_without_entities_is_read(tmp_path):
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example.org/rss.dtd">'
    rows, _ = read(tmp_path, feed(GOOD, doctype=doctype))
    assert len(rows) == 1


def test_a_file_that_names_another_file_is_not_followed(tmp_path):
    for content in (str(FIXTURES / "atom" / "invented.xml"), "https://made.example.org/rss"):
        with pytest.raises(SourceChanged, match="no feed"):
            read(tmp_path, content)


@pytest.mark.parametrize("content", [b"", b"\x00" * 99, b"<html><body>404</body></html>", b"\xff"])
def test_what_is_no_feed_is_a_changed_source(tmp_path, content):
    with pytest.raises(SourceChanged) as caught:
        read(tmp_path, content)
    assert len(caught.value.sha256) == 64


def test_a_feed_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rss_feeds, "MAX_FEED", 100)
    with pytest.raises(SourceChanged, match="more than 100 bytes"):
        read(tmp_path, feed(GOOD))


@pytest.mark.parametrize(
    "head", ['<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>']
)
def test_an_encoding_that_is_not_declared_is_refused_rather_than_guessed(tmp_path, head):
    item = f"<item><title>Лента</title><guid>1</guid>{DATE}</item>"
    with pytest.raises(SourceChanged, match="encoding"):
        read(tmp_path, feed(item, head).encode("cp1251"))


def test_the_last_item_of_a_feed_cut_off_is_rejected(tmp_path):
    second = f"<item><guid>2</guid>{DATE}<title>Half a title</title></item>"
    rows, rejects = read(tmp_path, feed(GOOD + second).partition(" a title")[0])
    assert [row["item_ref"] for row in rows] == ["made.example.org:1"]
    assert [row.code for row in rejects] == ["broken_xml"]


@pytest.mark.parametrize(
    "title", ["&#x110000;", "&#99999999999;", "<b>" * 1_000, "]]>", "<![CDATA[", "\x00", "&amp;#0;"]
)
def test_damaged_items_are_an_error_and_no_crash(tmp_path, title):
    item = f"<item><title>{title}</title><guid>2</guid>{DATE}</item>"
    try:
        rows, _ = read(tmp_path, feed(GOOD + item))
    except SourceChanged:
        return
    assert rows[0]["item_ref"] == "made.example.org:1"


def test_a_damaged_declaration_is_a_changed_source(tmp_path):
    with pytest.raises(SourceChanged):
        read(tmp_path, feed(GOOD).replace("utf-8", "ut\udc97").encode(errors="surrogateescape"))


def test_more_tags_than_a_feed_has_are_refused(tmp_path):
    with pytest.raises(SourceChanged, match="tags"):
        read(tmp_path, feed("<item>" * 200_000))


def test_feeds_inside_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "feeds.zip", "w") as archive:
        archive.write(FIXTURES / "atom" / "invented.xml", "a/invented.xml")
    (row,), _ = split(tmp_path)
    assert row["locator"] == "feeds.zip/a/invented.xml, item 1"


# ---- the list of feeds


def asked():
    return list(expected(None, dt.date(2024, 1, 1), dt.date(2024, 1, 2)))


def own(tmp_path, monkeypatch, text):
    (tmp_path / "feeds.csv").write_text(text)
    monkeypatch.setenv("COMITY_CATALOG", str(tmp_path))


def test_built_in_feeds_name_an_outlet_and_where_the_address_was_seen():
    feeds = list(rss_feeds.read_csv(rss_feeds.catalog_files("feeds.csv")[0], rss_feeds.Feed))
    assert feeds
    outlets = load_outlets()
    for item in feeds:
        assert item.outlet in outlets
        assert item.seen_in
    assert [(file.name, file.url) for file in asked()] == [
        (f"{item.id}.xml", item.url) for item in feeds
    ]
    assert all(file.changes for file in asked())


def test_a_user_s_own_list_takes_the_place_of_the_built_in_one(tmp_path, monkeypatch):
    own(tmp_path, monkeypatch, "id,title,url\nmine,Mine,https://mine.example.org/rss\n")
    assert [(file.name, file.url) for file in asked()] == [
        ("mine.xml", "https://mine.example.org/rss")
    ]


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("a,A,https://a.example.org\na,B,https://b.example.org\n", DuplicateName),
        ("../a,A,https://a.example.org\n", CatalogError),
        ("a,A,file:///etc/passwd\n", CatalogError),
        ("a,A,\n", CatalogError),
    ],
)
def test_a_wrong_row_of_the_list_is_named(tmp_path, monkeypatch, rows, error):
    own(tmp_path, monkeypatch, f"id,title,url\n{rows}")
    with pytest.raises(error, match=r"feeds\.csv"):
        asked()
