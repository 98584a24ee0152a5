from __future__ import annotations

import types

import pytest

from comity.briefs import _sections
from comity.briefs.blocks import Cite, Figure, Paragraph, Quiet, cited, walk
from comity.briefs.document import compose, grade_of
from comity.core.errors import DuplicateName


def test_cited_keeps_the_order_of_first_mention():
    block = Paragraph(("x", Cite(("b", "a")), Quiet("y"), Cite(("a", "c"))))
    assert cited(block) == ("b", "a", "c")


def test_walk_does_not_enter_chart_specs(rich):
    figures = [
        part
        for part in walk([c.blocks for c in compose(rich).chapters])
        if isinstance(part, Figure)
    ]
    names = ("readings", "roles", "compared", "network", "outlook", "calibration")
    assert {figure.name for figure in figures} == {f"chart-{name}" for name in names}


def test_every_record_has_one_number_and_one_anchor(rich):
    document = compose(rich)
    assert set(document.number_of) == set(rich.evidence) == set(document.anchor_of)
    assert len(set(document.anchor_of.values())) == len(rich.evidence)
    assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))


def test_sources_are_numbered_in_order_of_mention(rich):
    document = compose(rich)
    order = [document.number_of[item] for item in cited([c.blocks for c in document.chapters])]
    firsts = list(dict.fromkeys(order))
    assert firsts == sorted(firsts)


def test_records_of_one_page_share_its_number(rich):
    document = compose(rich)
    by_url = {}
    for name, item in rich.evidence.items():
        if item.source.url:
            by_url.setdefault(item.source.url, set()).add(document.number_of[name])
    assert all(len(numbers) == 1 for numbers in by_url.values())


def test_marks_show_each_page_once(rich):
    document = compose(rich)
    ids = tuple(rich.evidence)[:130]
    numbers = [number for number, _ in document.marks(ids)]
    assert numbers == sorted(set(numbers))


def test_a_hint_names_publisher_date_and_grade(rich):
    document = compose(rich)
    name = next(iter(rich.evidence))
    assert document.hint(name) == "The Made-up Press 0, 2 January 2020, grade A1"


def test_an_ungraded_record_has_no_grade(rich):
    item = next(iter(rich.evidence.values()))
    bare = item.model_copy(
        update={"grade": item.grade.model_copy(update={"reliability": None, "credibility": None})}
    )
    assert grade_of(bare) == ""


@pytest.mark.parametrize(("name", "order"), [("bottom_line", 999), ("another", 10)])
def test_two_sections_may_not_share_a_name_or_a_place(monkeypatch, name, order):
    module = types.ModuleType(f"elsewhere.{name}")
    module.ORDER, module.TITLE, module.build = order, "Another", lambda assessment: []
    point = types.SimpleNamespace(load=lambda: module)
    monkeypatch.setattr(_sections, "entry_points", lambda group: [point])
    _sections.discover.cache_clear()
    try:
        with pytest.raises(DuplicateName, match=name.replace("_", "-")):
            _sections.discover()
    finally:
        monkeypatch.undo()
        _sections.discover.cache_clear()
