from __future__ import annotations

import re
from html.parser import HTMLParser

from comity.briefs.render.html import render_html

VOID = {"meta", "img", "br", "link", "input", "hr"}


class _Outline(HTMLParser):
    """Checks that elements close in order, and collects ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.wrong = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def outline(page):
    made = _Outline()
    made.feed(page)
    return made


def test_elements_close_in_order_and_ids_are_unique(rich_page):
    found = outline(rich_page)
    assert not found.wrong
    assert not found.open
    assert len(found.ids) == len(set(found.ids))


def test_every_inner_link_has_its_target(rich_page):
    found = outline(rich_page)
    inner = {link[1:] for link in found.links if link.startswith("#")}
    assert inner
    assert inner <= set(found.ids)


def test_the_minimal_page_stands(minimal):
    found = outline(render_html(minimal))
    assert not found.wrong
    assert {link[1:] for link in found.links if link.startswith("#")} <= set(found.ids)


def test_same_assessment_same_bytes(rich, rich_page):
    assert render_html(rich) == rich_page


def test_nothing_is_fetched(rich_page):
    found = outline(rich_page)
    for tag, attrs in found.tags:
        assert "src" not in attrs
        assert tag not in {"link", "iframe", "object", "embed", "base", "form"}
    assert not re.search(r"url\((?!#)", re.sub(r"<script.*?</script>", "", rich_page, flags=re.S))


def test_pictures_have_titles_and_descriptions(rich_page):
    body = re.sub(r"<script.*?</script>", "", rich_page, flags=re.S)
    pictures = re.findall(r"<svg [^>]*>", body)
    assert len(pictures) > 30
    for picture in pictures:
        assert "aria-label" in picture or "aria-hidden" in picture


def test_tables_have_scoped_headers_and_charts_their_data(rich_page):
    body = re.sub(r"<script.*?</script>", "", rich_page, flags=re.S)
    assert not re.search(r"<th(?![^>]*scope=)(?=[ >])", body)
    assert body.count("Data of this chart") == 6


def test_charts_stand_without_script(rich):
    page = render_html(rich, interactive=False)
    assert "vegaEmbed =" not in page
    assert page.count('class="chart wide"') == 6
    assert len(page) < 1_600_000


def test_a_draft_says_so_until_it_is_signed(rich, rich_page):
    signed = render_html(rich.model_copy(update={"review": "signed_off"}), interactive=False)
    in_review = render_html(rich.model_copy(update={"review": "in_review"}), interactive=False)
    assert "DRAFT, not reviewed" in rich_page
    assert "DRAFT, in review" in in_review
    assert "DRAFT" not in signed


def test_a_long_mark_is_continued_below_the_sources(rich_page):
    assert re.search(r'<a href="#n1" title="all \d+ sources of this mark">\+\d+</a>', rich_page)
    assert '<li id="n1">' in rich_page


def test_what_is_not_a_deed_is_worded_as_a_report(rich_page):
    assert "reported, not verified" in rich_page
    assert "denial" in rich_page


def test_page_stays_small_enough_to_send(rich_page):
    assert len(rich_page.encode()) < 3_000_000
