from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.briefs.blocks import Outside
from comity.briefs.document import compose
from comity.briefs.render.html import _json, _Page, render_html
from comity.briefs.render.markdown import escape, render_markdown

ALLOWED = {
    "a", "aside", "b", "bdi", "body", "circle", "clippath", "code", "defs", "desc",
    "details", "div", "figcaption", "figure", "footer", "g", "h1", "h2", "h3", "h4", "head",
    "header", "html", "li", "line", "main", "meta", "nav", "ol", "p", "path", "polyline",
    "rect", "script", "section", "span", "strong", "style", "summary", "svg", "table",
    "tbody", "td", "text", "th", "thead", "title", "tr", "tspan", "ul",
}  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def tags(rich_page):
    parser = _Tags()
    parser.feed(rich_page)
    return parser.found


def test_no_element_of_ours_comes_from_outside(tags):
    assert {tag for tag, _ in tags} <= ALLOWED


def test_no_attribute_runs_script(tags):
    for _, attrs in tags:
        assert not [name for name in attrs if name.startswith("on")]
        assert not [
            value
            for name, value in attrs.items()
            if name in {"href", "src", "action", "xlink:href"}
            and not str(value).startswith(("#", "http://", "https://", "url(#"))
        ]


def test_characters_that_the_converter_cannot_bear_are_replaced(rich):
    bad = "a\x07b\x00c\ufffed\x1fe"
    roles = {key: role.model_copy(update={"name": bad}) for key, role in rich.roles.items()}
    page = render_html(rich.model_copy(update={"roles": roles}), interactive=False)
    assert "A\ufffdb\ufffdc\ufffdd\ufffde" in page


def test_outward_links_give_nothing_away(tags):
    outward = [attrs for tag, attrs in tags if tag == "a" and not attrs["href"].startswith("#")]
    assert len(outward) > 50
    assert {attrs["rel"] for attrs in outward} == {"noopener noreferrer"}


def test_scripts_are_ours_alone(rich_page):
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", rich_page, flags=re.S)
    assert len(scripts) == 8
    assert not [script for script in scripts if "alert(" in script and "alert('x')" in script]


def test_data_in_the_page_read_back_as_they_were(rich, rich_page):
    specs = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', rich_page)
    names = ("readings", "roles", "compared", "network", "outlook", "calibration")
    figures = {f"spec-chart-{name}" for name in names}
    assert {name for name, _ in specs} == figures
    for _, text in specs:
        assert "<" not in text
        json.loads(text)


def test_hostile_text_of_an_event_reaches_the_chart_as_text(rich, hostile):
    first = rich.events[0]
    item = rich.evidence[first].model_copy(update={"summary": hostile})
    page = render_html(
        rich.model_copy(update={"evidence": {**rich.evidence, first: item}}), interactive=True
    )
    specs = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page)
    assert "onerror=alert" in specs[0]
    assert "<" not in specs[0]
    assert "<script>alert" not in page


def test_hostile_names_are_escaped_in_pictures(rich, hostile):
    phases = [phase.model_copy(update={"name": f"a {hostile[:60]}"}) for phase in rich.phases]
    roles = {key: role.model_copy(update={"name": hostile}) for key, role in rich.roles.items()}
    page = render_html(
        rich.model_copy(update={"phases": phases, "roles": roles}), interactive=False
    )
    assert "<script>alert" not in page
    assert "<img" not in page


def test_a_hostile_title_cannot_leave_the_style(rich):
    bad = 'x"; } } </style><script>alert(1)</script>'
    page = render_html(rich.model_copy(update={"title": bad}), interactive=False)
    assert "<script>alert(1)" not in page
    assert page.count("</style>") == 1


def test_the_policy_allows_only_scripts_of_this_page(rich_page):
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', rich_page)[1])
    assert "default-src 'none'" in policy
    script = re.search(r"script-src ([^;]+);", policy)[1]
    assert re.fullmatch(r"('sha256-[A-Za-z0-9+/=]+' ?)+", script)


def test_controls_and_separators_do_not_reach_the_page(rich_page):
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", rich_page)


def test_templates_in_evidence_are_not_run(rich_page):
    assert "{{ 7*7 }}" in unescape(rich_page)


@given(st.text())
def test_outside_text_comes_out_as_it_went_in(minimal, text):
    line = str(_Page(compose(minimal)).line((Outside(text),)))
    inner = line.removeprefix("<bdi>").removesuffix("</bdi>")
    assert "<" not in inner
    assert '"' not in inner
    kept = "".join(c for c in text if c.isprintable() or c == " ")
    shown = "".join(c for c in unescape(inner) if c.isprintable() or c == " ")
    assert shown.replace("\ufffd", "") == kept.replace("\ufffd", "")


@given(st.recursive(st.text() | st.integers(), lambda part: st.lists(part, max_size=3)))
def test_json_in_a_page_survives(value):
    text = str(_json({"k": value}))
    assert "</" not in text
    assert json.loads(text) == {"k": value}


@given(st.text())
def test_markdown_keeps_outside_text_on_its_line(text):
    shown = escape(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(\\\\)*[<>\[\]`|*]", shown)


def test_markdown_has_no_live_markup(rich):
    page = render_markdown(rich)
    without_code = re.sub(r"`[^`]*`", "", page)
    assert not re.search(r"(?<!\\)<(?!https?://|a id=\"s\d+\"></a>|/a>)", without_code)
    assert not re.search(r"(?<!\\)\]\((?!#s\d+\))", without_code)
    assert "<javascript:" not in page
