"""Charts of the dyad beside others: gaps, what cannot be told apart, places, and words."""

from __future__ import annotations

import json
from itertools import pairwise

import altair as alt
import pytest

from comity.briefs.blocks import Caveat, Cite, Empty, Figure, Table, walk
from comity.briefs.charts import _cells, compared, network
from comity.briefs.charts._sheet import Sheet
from comity.briefs.charts._theme import NARROW, WIDE
from comity.briefs.render.html import render_html
from comity.briefs.sections import standing

LAYOUTS = pytest.mark.parametrize("layout", ["wide", "narrow"])


@pytest.fixture(scope="module")
def figures(rich):
    return [compared.figure(rich), network.figure(rich)]


def _with(rich, **changes):
    return rich.model_copy(update={"comparison": rich.comparison.model_copy(update=changes)})


@LAYOUTS
def test_specs_are_valid_vega_lite(figures, layout):
    for figure in figures:
        spec = dict(getattr(figure, layout))
        spec["datasets"] = {name: rows[:1] for name, rows in spec["datasets"].items()}
        alt.VConcatChart.from_dict(spec, validate=True)


@LAYOUTS
def test_nothing_is_placed_outside_of_the_sheet(figures, layout):
    for figure in figures:
        spec = getattr(figure, layout)
        view = spec["vconcat"][0]
        assert view["width"] == {"wide": WIDE, "narrow": NARROW}[layout].width
        rows = [row for each in spec["datasets"].values() for row in each]
        assert all(0 <= row["x"] <= view["width"] for row in rows)
        assert all(0 <= row["y"] <= view["height"] for row in rows if row["y"] is not None)


@LAYOUTS
def test_words_in_one_column_do_not_touch(figures, layout):
    """Two texts that begin at one place, or are centred on it, stand a line apart."""
    for figure in figures:
        spec = getattr(figure, layout)
        texts = {
            (row["x"], row["y"], row["text"])
            for each in spec["datasets"].values()
            for row in each
            if row.get("text") and not row["text"].lstrip("+−").isdigit()
        }
        for x in {place[0] for place in texts}:
            heights = sorted(y for at, y, _ in texts if at == x)
            assert all(below - above >= 10 for above, below in pairwise(heights)), x


def test_the_same_inputs_give_the_same_bytes(rich, figures):
    again = [compared.figure(rich), network.figure(rich)]
    assert json.dumps([figure.wide for figure in again]) == json.dumps(
        [figure.wide for figure in figures]
    )


def test_a_gap_stays_a_gap_and_a_lone_year_is_seen(rich):
    rows = _cells._years(rich.comparison.dyads[1], "cohesion")
    assert not {2001, 2002, 2004, 2005} & {row["at"] for row in rows}
    runs = {row["at"]: row["run"] for row in rows}
    assert len({runs[2000], runs[2003], runs[2006]}) == 3
    assert [row["at"] for row in rows if row["alone"]] == [2003]


def test_months_lie_apart_and_the_turn_of_a_year_is_no_gap(rich):
    dyad = rich.comparison.dyads[1]
    point = dyad.readings["cohesion"][0]
    months = ("2013-11", "2013-12", "2014-01", "2014-03")
    points = [point.model_copy(update={"period": month}) for month in months]
    made = dyad.model_copy(update={"readings": {"cohesion": points}})
    rows = _cells._years(made, "cohesion")
    assert [row["period"] for row in rows] == list(months)
    assert [row["at"] - rows[0]["at"] for row in rows] == [0, 1, 2, 4]
    assert [row["run"] for row in rows] == [0, 0, 0, 1]


def test_a_line_never_joins_two_sides_of_a_gap(figures):
    lines = [
        layer for layer in figures[0].wide["vconcat"][0]["layer"] if layer["mark"]["type"] == "line"
    ]
    assert lines
    dots = [layer for layer in lines if layer["mark"].get("strokeCap") == "round"]
    others = [layer for layer in lines if layer not in dots]
    assert all(layer["encoding"]["detail"]["field"] == "run" for layer in others)
    for layer in dots:
        rows = figures[0].wide["datasets"][layer["data"]["name"]]
        assert [row["y"] is None for row in rows] == [False, False, True] * (len(rows) // 3)


def test_a_dyad_outside_of_the_panel_says_so(figures):
    texts = {row.get("text") for rows in figures[0].wide["datasets"].values() for row in rows}
    assert "not in the panel" in texts
    assert "Arcadia – Zubrowka: not in the reference panel: made up." in figures[0].note[0]


def _shifted(dyad, by):
    def move(point):
        parts = ("value", "lo80", "hi80")
        return point.model_copy(update={part: getattr(point, part) + by for part in parts})

    moved = {name: [move(point) for point in series] for name, series in dyad.readings.items()}
    return dyad.model_copy(update={"readings": moved})


def test_the_title_calls_higher_or_lower_only_what_does_not_overlap(rich):
    own = rich.comparison.dyads[0]
    others = [
        _shifted(own, by).model_copy(update={"a_name": name, "b_name": "X"})
        for name, by in (("Far above", 30), ("Far below", -30), ("Near", 10))
    ]
    made = rich.comparison.model_copy(update={"dyads": [own, *others]})
    assert compared.apart(made, "cohesion") == {
        "higher": ["Far above – X"], "lower": ["Far below – X"], "unclear": ["Near – X"],
        "no data": [],
    }  # fmt: skip
    assert compared.title(made) == (
        "In 2019, of three dyads beside Arcadia – Borduria, one is clearly more cohesive "
        "(Far above – X), one is clearly less so (Far below – X) and one cannot be told apart "
        "from it"
    )


def test_another_year_is_not_compared(rich):
    own, other, *_ = rich.comparison.dyads
    short = {name: series[:-1] for name, series in other.readings.items()}
    made = rich.comparison.model_copy(
        update={"dyads": [own, other.model_copy(update={"readings": short})]}
    )
    assert compared.apart(made, "cohesion")["no data"] == ["Arcadia – Syldavia"]
    assert compared.title(made).endswith("one cannot be compared")


def test_the_rule_of_choice_is_told(rich):
    by_rule = compared.figure(_with(rich, chosen_by="rule"))
    assert "two of highest and the two of lowest cohesion in 2019" in by_rule.note[0]
    assert "depth of 50 or more" in by_rule.note[0]


# ------------------------------------------------------------------------------- ties
def _drawn(figure, kind):
    spec = figure.wide
    layers = [
        layer
        for layer in spec["vconcat"][0]["layer"]
        if layer["mark"]["type"] == "rule" and bool(layer["mark"].get("strokeDash")) == kind
    ]
    return [row for layer in layers for row in spec["datasets"][layer["data"]["name"]]]


def test_a_tie_whose_interval_spans_the_middle_is_dashed(rich):
    ties = [
        tie
        for which, reading in (("closest", "cohesion"), ("tensest", "tension"))
        for each in getattr(rich.comparison.network, which).values()
        for tie in [*each]
        if getattr(tie, reading).lo80 < network.MIDDLE < getattr(tie, reading).hi80
    ]
    dashed = _drawn(network.figure(rich), kind=True)
    own = rich.comparison.network.own
    spans = [own.cohesion, own.tension]
    more = sum(point.lo80 < network.MIDDLE < point.hi80 for point in spans)
    assert len(dashed) == len(ties) + more > 0


def test_a_wider_interval_is_fainter(rich):
    made = rich.comparison.network
    tie = made.closest["ARC"][3]
    wide = tie.model_copy(
        update={"cohesion": tie.cohesion.model_copy(update={"lo80": 60.0, "hi80": 100.0})}
    )
    narrow = tie.model_copy(
        update={"cohesion": tie.cohesion.model_copy(update={"lo80": 75.0, "hi80": 80.0})}
    )
    sure = []
    for each in (wide, narrow):
        closest = {"ARC": [each], "BOR": []}
        update = {"closest": closest, "tensest": {"ARC": [], "BOR": []}, "own": None}
        figure = network.figure(_with(rich, network=made.model_copy(update=update)))
        sure += [row["sure"] for row in _drawn(figure, kind=False)]
    assert sure[0] < sure[1]


def test_states_in_both_lists_stand_between_the_two(rich):
    found = network.shared(rich.comparison.network, "closest", rich.dyad)
    assert found == ["SHR0", "SHR1"]
    title = network.title(rich.comparison.network, rich.dyad)
    assert "share two of their eight closest states (Made-up state 0 and Made-up state 1)" in title
    wide = network.figure(rich).wide
    middle = [
        row["text"] for rows in wide["datasets"].values() for row in rows
        if row["x"] == 380 and row.get("text", "").startswith("Made-up state 0")
    ]  # fmt: skip
    assert middle


def test_a_hostile_name_of_a_state_is_text_in_the_picture(rich, hostile):
    made = rich.comparison.network
    ties = [tie.model_copy(update={"other_name": hostile[:40]}) for tie in made.closest["ARC"]]
    closest = {**made.closest, "ARC": ties}
    changed = _with(rich, network=made.model_copy(update={"closest": closest}))
    page = render_html(changed, interactive=False)
    assert "<script>alert" not in page


def test_every_tie_is_in_the_table(rich):
    table = network.figure(rich).table
    network_ = rich.comparison.network
    ties = sum(
        len(each) for which in (network_.closest, network_.tensest) for each in which.values()
    )
    assert sum(not row.heading for row in table.rows) == ties + 1


def test_without_a_panel_there_is_no_picture(minimal):
    assert compared.figure(minimal) is None
    assert network.figure(minimal) is None


def test_a_sheet_draws_nothing_of_no_rows():
    sheet = Sheet(WIDE, 10)
    sheet.add([], "text", {})
    assert sheet.spec()["vconcat"][0]["layer"] == []


# ------------------------------------------------------------------------------- the section
def test_the_section_keeps_none_listed_apart_from_not_collected(rich):
    blocks = standing.build(rich)
    table = next(block for block in blocks if isinstance(block, Table))
    words = [part for part in walk(table) if isinstance(part, str)]
    assert "none listed up to 2020" in words
    assert "COW to 2014: one, in 2010, use of force; GML not collected" in words
    assert "none listed: COW to 2014, GML not collected" in words
    empty = next(block for block in blocks if isinstance(block, Empty))
    assert empty.fill == "comity collect gml_mid --from PATH"


def test_context_cites_records_of_its_own_kind(rich):
    dyad = rich.comparison.dyads[0]
    ids = ["dispute:a", "alliance:b", "rivalry:c"]
    update = {"context": dyad.context.model_copy(update={"evidence": ids})}
    made = _with(rich, dyads=[dyad.model_copy(update=update)])
    table = next(block for block in standing.build(made) if isinstance(block, Table))
    cites = [part.ids for part in walk(table) if isinstance(part, Cite)]
    assert cites == [("rivalry:c",), ("dispute:a",), ("alliance:b",)]


def test_a_dyad_outside_of_the_panel_still_has_its_neighbours(rich):
    own, *others = rich.comparison.dyads
    gone = own.model_copy(update={"readings": {}, "why_empty": "not in the reference panel"})
    readings = {
        name: reading.model_copy(update={"panel": None}) for name, reading in rich.readings.items()
    }
    network_ = rich.comparison.network.model_copy(update={"own": None})
    made = _with(rich, dyads=[gone, *others], network=network_)
    blocks = standing.build(made.model_copy(update={"readings": readings}))
    assert isinstance(blocks[0], Empty)
    assert "Arcadia – Borduria is not in the reference panel" in blocks[0].what
    (figure,) = [block for block in blocks if isinstance(block, Figure)]
    assert figure.name == "chart-network"
    assert "is their own" not in figure.note[0]
    assert not any(isinstance(block, Caveat) for block in blocks)
