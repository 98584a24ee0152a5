"""What every section of a brief promises; sections are found, never named."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from comity.briefs._sections import discover, name_of
from comity.briefs.blocks import (
    Cite,
    Confidence,
    Empty,
    Event,
    Lead,
    Listing,
    Outside,
    Paragraph,
    Row,
    cited,
    walk,
)

SYNTHETIC = runpy.run_path(
    str(Path(__file__).resolve().parents[1] / "fixtures" / "briefs" / "synthetic.py")
)
RICH, MINIMAL = SYNTHETIC["rich"](), SYNTHETIC["minimal"]()
SECTIONS = discover()
every_section = pytest.mark.parametrize("section", SECTIONS, ids=name_of)


def test_places_are_unique_and_in_order():
    orders = [section.ORDER for section in SECTIONS]
    assert orders == sorted(set(orders))
    assert len(orders) > 10


@every_section
def test_title_is_short_and_plain(section):
    assert 3 < len(section.TITLE) <= 40
    assert not section.TITLE.endswith((".", ":"))
    assert section.TITLE[0].isupper()


@every_section
def test_builds_on_an_assessment_in_which_nothing_is_known(section):
    for block in section.build(MINIMAL):
        if isinstance(block, Empty):
            assert block.what.endswith(".")
            assert block.fill.startswith("comity ")


@every_section
def test_builds_the_same_blocks_each_time(section):
    assert section.build(RICH) == section.build(RICH)


@every_section
def test_cites_only_evidence_that_is_there(section):
    assert set(cited(section.build(RICH))) <= set(RICH.evidence)


@every_section
def test_every_line_with_a_number_from_outside_carries_its_source(section):
    if getattr(section, "OWN_WORDS", False):
        assert not cited(section.build(RICH))
        return
    for line in _lines(section.build(RICH)):
        parts = list(walk(line))
        numbers = [
            part.text for part in parts if isinstance(part, Outside) and re.search(r"\d", part.text)
        ]
        if numbers:
            assert any(isinstance(part, Cite) and part.ids for part in parts), numbers[0]


@every_section
def test_confidence_never_shares_a_sentence_with_a_likelihood(section):
    words = r"almost no chance|unlikely|roughly even|\blikely\b|almost certain"
    for part in walk(section.build(RICH)):
        if isinstance(part, Confidence):
            text = " ".join(piece for piece in walk(part) if isinstance(piece, str))
            assert not re.search(words, text)


@every_section
def test_nothing_unknown_is_shown_as_a_bare_none(section):
    for assessment in (RICH, MINIMAL):
        texts = [part for part in walk(section.build(assessment)) if isinstance(part, str)]
        assert not [text for text in texts if re.search(r"\bNone\b|\bnan\b", text)]


def _lines(blocks):
    """Every sentence, list item, event and table row."""
    for part in walk(blocks):
        if isinstance(part, Paragraph | Lead | Row | Event):
            yield part
        elif isinstance(part, Listing):
            yield from part.items
