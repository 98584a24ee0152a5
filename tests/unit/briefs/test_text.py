from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from comity.briefs.blocks import Dot, Level, Spark, Track
from comity.briefs.render._figures import dot_svg, level_html, spark_svg, track_svg
from comity.briefs.render._plain import bars, graphic
from comity.briefs.render.json import load_json, render_json
from comity.briefs.render.markdown import render_markdown
from comity.briefs.render.terminal import render_terminal
from comity.core.errors import EvidenceError


def show(assessment, width=100):
    console = Console(width=width, file=io.StringIO(), force_terminal=False, record=True)
    console.print(render_terminal(assessment))
    return console.export_text()


def test_json_comes_back_as_it_went(rich, minimal):
    for assessment in (rich, minimal):
        data = render_json(assessment)
        assert load_json(data) == assessment
        assert render_json(load_json(data)) == data


def test_json_keeps_the_order_of_the_schema_and_letters_as_they_are(rich):
    data = render_json(rich)
    assert data.endswith(b"}\n")
    assert next(iter(json.loads(data))) == "schema"
    assert "گفت‌وگوی" in data.decode()


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"schema":"comity.assessment/9"}', b"\xff\xfe"]
)
def test_what_is_no_assessment_is_refused_in_one_line(data):
    with pytest.raises(EvidenceError, match="not an assessment of the schema") as caught:
        load_json(data)
    assert "\n" not in str(caught.value)


def test_markdown_has_every_section_and_source(rich):
    page = render_markdown(rich)
    for title in ("Bottom line", "Who supplies whom", "Promised and delivered", "Sources"):
        assert f"\n## {title}\n" in page
    assert '<a id="s60"></a>' in page
    assert page == render_markdown(rich)


def test_markdown_tables_are_rectangular(rich):
    lines = render_markdown(rich).split("\n")
    widths = []
    for line in lines:
        if line.startswith("|"):
            widths.append(line.replace("\\|", "").count("|"))
        elif widths:
            assert len(set(widths)) == 1, line
            widths = []


def test_the_terminal_shows_the_answer_first(rich):
    text = show(rich)
    assert text.index("As of 15 April 2026") < text.index("depth")
    assert "rung 3 of 6" in text
    assert "DRAFT, not reviewed" in text
    assert "All arms: Arcadia was the main supplier until September 2022" in " ".join(text.split())


def test_the_terminal_says_what_is_not_known(minimal):
    text = show(minimal)
    assert text.count("not known") == 5
    assert " 0 " not in text


def test_text_from_outside_cannot_steer_a_terminal(rich):
    line = rich.bottom_line.model_copy(update={"text": "a\x1b[31mb\x07[bold]c"})
    text = show(rich.model_copy(update={"bottom_line": line}))
    assert "\x1b" not in text
    assert "[bold]c" in text


def test_bars_leave_gaps():
    assert bars([1, None, 2]) == "▁ █"
    assert bars([None, None]) == ""
    assert len(bars(list(range(500)), 20)) == 20


def test_word_sized_graphics_say_what_they_show():
    track = Track(("claimed", "contracted", "delivered"), 1, 3, "denied")
    assert graphic(track) == "●○○ denied"
    svg = str(track_svg(track))
    assert "verified: claimed; asserted: delivered" in svg
    assert svg.count('class="said"') == 2
    assert "verified: nothing; asserted: nothing" in track_svg(Track(("x",), 0, 0))
    assert str(level_html(Level(-2, -2, 2, "open dispute"))).count("open dispute") == 2
    assert "not coded" in level_html(Level(None, -2, 2, "not coded"))
    assert str(level_html(Level(3, 0, 5, "votes"))).count('class="on"') == 3
    assert "circle" in dot_svg(Dot(1.0, 3.0, "one"))
    assert "circle" not in dot_svg(Dot(9.0, 3.0, "far"))
    assert str(spark_svg(Spark((1.0, None, 2.0), "x"))).count("<polyline") == 2
    assert spark_svg(Spark((None,), "x")) == ""
    assert graphic(Dot(-3.0, 3.0, "low")) == "●───┼────"
