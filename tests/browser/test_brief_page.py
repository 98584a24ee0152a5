"""The page in a real browser: nothing fetched, no error, nothing wider than the screen."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest

from comity.briefs.render.html import render_html

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (package chromium)"),
]
SYNTHETIC = Path(__file__).resolve().parents[1] / "fixtures" / "briefs" / "synthetic.py"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    made = runpy.run_path(str(SYNTHETIC))["rich"]()
    path = tmp_path_factory.mktemp("brief") / "brief.html"
    path.write_text(render_html(made), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield made
        made.close()


@pytest.fixture
def opened(browser, page_file):
    """Open the page at a size; gives it with what it said and asked for."""
    contexts = []

    def start(size, *, script=True):
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri())
        return page, said, asked

    yield start
    for context in contexts:
        context.close()


@pytest.mark.parametrize("size", SIZES)
def test_no_error_and_no_request(opened, page_file, size):
    page, said, asked = opened(size)
    page.wait_for_timeout(200)
    assert said == []
    assert asked == [page_file.as_uri()]


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_the_screen(opened, size):
    page, _, _ = opened(size)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= SIZES[size][0]


def test_the_answer_stands_on_the_first_screen(opened):
    page, _, _ = opened("desktop")
    for selector in (".lead", ".confidence", ".tiles", ".rungs", "#chart-readings svg", "#changes"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] < 560, selector
    chart = page.locator("#chart-readings .chart.wide").bounding_box()
    assert chart["y"] + chart["height"] < 960


def test_readable_without_script(opened):
    page, _, _ = opened("desktop", script=False)
    assert page.locator("#chart-readings .wide svg").is_visible()
    assert page.locator("#sources li").count() > 60
    page.locator("#indicators summary").first.click()
    assert page.locator("#indicators table").is_visible()


def test_the_chart_answers_to_the_pointer(opened):
    page, said, _ = opened("desktop")
    page.hover("#chart-readings .chart.wide")
    page.wait_for_selector("#chart-readings .vega-embed svg", state="visible", timeout=15_000)
    assert page.locator("#chart-readings .wide > svg").count() == 0
    assert said == []


@pytest.mark.parametrize("chart", ["readings", "compared", "network"])
def test_nothing_moves_when_the_chart_becomes_live(opened, chart):
    page, _, _ = opened("desktop")
    place = page.locator(f"#chart-{chart} .chart.wide")
    place.scroll_into_view_if_needed()
    before = _labels(place), place.bounding_box()
    page.hover(f"#chart-{chart} .chart.wide")
    page.wait_for_selector(f"#chart-{chart} .vega-embed svg", state="visible", timeout=15_000)
    after = _labels(place), place.bounding_box()
    assert set(after[0]) == set(before[0])
    for text, (x, y) in before[0].items():
        assert after[0][text] == pytest.approx((x, y), abs=0.5), text
    for side in ("width", "height"):
        assert after[1][side] == pytest.approx(before[1][side], abs=0.5)


def _labels(place):
    """Give the middle of every text of a picture that stands in it once."""
    found = place.locator("svg").evaluate(
        """svg => Array.from(svg.querySelectorAll("text")).map(text => {
            const box = text.getBoundingClientRect();
            return [
                text.textContent,
                box.x + box.width / 2 + scrollX,
                box.y + box.height / 2 + scrollY,
            ];
        })"""
    )
    texts = [text for text, _, _ in found]
    return {text: (x, y) for text, x, y in found if text and texts.count(text) == 1}


def test_the_texts_of_the_numbered_events_stand_right_below_the_chart(opened):
    page, _, _ = opened("desktop")
    chart = page.locator("#chart-readings .chart.wide").bounding_box()
    events = page.locator("#chart-readings .events").bounding_box()
    assert 0 <= events["y"] - chart["y"] - chart["height"] < 12


def test_sources_are_closed_on_a_phone_until_a_mark_leads_there(opened):
    page, _, _ = opened("phone")
    assert not page.locator("#sources details.all > ol").is_visible()
    page.locator(".lead .marks a").first.click()
    page.wait_for_timeout(600)
    assert page.locator(":target").is_visible()


def test_sources_are_open_on_a_phone_without_script(opened):
    page, _, _ = opened("phone", script=False)
    assert page.locator("#sources details.all > ol").is_visible()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_answer_and_its_chart_fit_on_the_first_sheet(opened, tmp_path, paper):
    page, _, _ = opened("desktop")
    rest = "document.querySelectorAll('.body, .events, #changes, footer')"
    page.evaluate(f"{rest}.forEach(part => part.remove())")
    made = page.pdf(format=paper, prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", made)) == 1


def test_a_mark_shows_its_record(opened):
    page, _, _ = opened("desktop")
    page.hover(".lead .marks a")
    assert page.locator(".card").is_visible()
    assert "The Made-up Press" in page.locator(".card").inner_text()


def test_a_mark_leads_to_its_record_even_in_a_fold(opened):
    page, _, _ = opened("desktop")
    page.locator(".lead .marks a").first.click()
    page.wait_for_timeout(600)
    assert page.locator(":target").is_visible()


def test_the_first_column_stays_on_a_phone(opened):
    page, _, _ = opened("phone")
    place = page.locator("#ledger .scroll").first
    place.scroll_into_view_if_needed()
    head = place.locator("tbody th").first
    before = head.bounding_box()["x"]
    place.evaluate("part => { part.scrollLeft = 300; }")
    assert head.bounding_box()["x"] == pytest.approx(before, abs=1)


@pytest.mark.parametrize("chart", ["compared", "network"])
@pytest.mark.parametrize("size", SIZES)
def test_words_of_a_chart_stay_inside_of_its_picture(opened, size, chart):
    page, _, _ = opened(size)
    layout = "wide" if size == "desktop" else "narrow"
    place = page.locator(f"#chart-{chart} .chart.{layout} svg")
    beyond = place.evaluate(
        """svg => {
            const edge = svg.getBoundingClientRect();
            return Array.from(svg.querySelectorAll("text")).filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < edge.left - 1 || box.right > edge.right + 1
                    || box.top < edge.top - 1 || box.bottom > edge.bottom + 1;
            }).map(text => text.textContent);
        }"""
    )
    assert beyond == []


def test_paper_shows_everything(opened, tmp_path):
    page, _, _ = opened("desktop")
    page.emulate_media(media="print")
    assert page.locator("#indicators details table").is_visible()
    made = page.pdf(format="A4")
    assert made.startswith(b"%PDF")


def test_persian_runs_from_the_right(opened):
    page, _, _ = opened("desktop")
    persian = page.locator("#sources bdi", has_text="نمونهٔ").first
    assert persian.evaluate("part => getComputedStyle(part).direction") == "rtl"
