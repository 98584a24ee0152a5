from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from comity.core.cameo import QUADS, plover_types
from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject, Repair
from comity.sources.polecat import parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "polecat"
WEEK = next((FIXTURES / "weekly-events").iterdir())
STRAY = ["Headline", "Event Text", "Feed", "Story ID"]


def split(path):
    items = list(parse(path))
    batches = [pd.DataFrame(item.columns) for item in items if isinstance(item, Batch)]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    repairs: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Repair):
            repairs[item.correction] += item.rows
    return rows, [item for item in items if isinstance(item, Reject)], repairs


def written(tmp_path, edit):
    """Write the week's file with its lines of cells edited."""
    lines = [line.split("\t") for line in WEEK.read_text().splitlines()]
    path = tmp_path / WEEK.name
    path.write_text("\n".join("\t".join(line) for line in edit(lines)) + "\n")
    return path


def with_cells(tmp_path, **cells):
    """Write the header and the first row with some cells changed."""

    def edit(lines):
        header, row = lines[0], list(lines[1])
        for name, value in cells.items():
            row[header.index(name.replace("_", " "))] = value
        return [header, row]

    return written(tmp_path, edit)


def test_every_plover_type_has_a_root_and_a_class():
    types = plover_types()
    assert len(types) == 16
    for item in types.values():
        assert item.quad in QUADS.values()
        assert {item.root, *(item.also or item.root).split(";")} <= set(QUADS)
    # A concession in words shares the root of a retreat, and not its class.
    assert types["CONCEDE"].root == types["RETREAT"].root == "08"
    assert types["CONCEDE"].quad != types["RETREAT"].quad


def test_an_event_has_the_root_of_its_type_and_a_stream_of_its_own():
    rows, rejects, repairs = split(WEEK)
    first = rows.iloc[0]
    assert (first["event_ref"], first["actor"], first["recipient"]) == ("story1_1", "RUS", "IRN")
    assert (first["cameo"], first["plover"]) == ("04", "CONSULT/visit")
    assert (first["quad"], first["goldstein"], first["story"]) == (
        "verbal_cooperation", 1.5, "story1",
    )  # fmt: skip
    # Reported two days later: not known before.
    assert (first["occurred_from"], first["public_from"]) == (
        dt.date(2023, 1, 2), dt.date(2023, 1, 4),
    )  # fmt: skip
    assert set(rows["stream"]) == {"polecat"}
    assert [row.code for row in rejects] == ["not_a_state"] * 2  # None, and Hong Kong
    assert not repairs


def test_several_countries_make_one_event_for_each_directed_pair():
    rows, _, _ = split(WEEK)
    pairs = rows.set_index("event_ref")[["actor", "recipient"]].apply(tuple, axis=1).to_dict()
    assert pairs == {
        "story1_1": ("RUS", "IRN"),
        "story1_2.RUS-USA": ("RUS", "USA"),
        "story1_2.IRN-USA": ("IRN", "USA"),
        # Those who act jointly are no pair: neither is there one of a state with itself.
        "story2_1.RUS-IRN": ("RUS", "IRN"),
        "story2_1.IRN-RUS": ("IRN", "RUS"),
        "story2_2": ("IRN", "IRN"),
    }
    assert rows["locator"].nunique() == 4


def test_both_names_of_the_intensity_are_read():
    rows, _, _ = split(FIXTURES / "events-of-the-first-years")
    assert rows["goldstein"].tolist() == [-0.5, 4.0]
    # The class is the file's; a territory beside a state does not cost the event.
    assert rows["quad"].tolist() == ["verbal_conflict", "verbal_cooperation"]
    assert rows["recipient"].tolist() == ["RUS", "IRN"]


def test_stray_names_in_the_header_are_taken_out_where_the_rows_have_no_cells(tmp_path):
    before, _, _ = split(WEEK)
    path = written(tmp_path, lambda lines: [lines[0][:6] + STRAY + lines[0][6:], *lines[1:]])
    rows, _, repairs = split(path)
    assert rows.equals(before)
    assert repairs == {"stray-header-names": 1}


def test_names_that_stand_for_cells_are_columns(tmp_path):
    before, _, _ = split(WEEK)
    more = ["a", "b", "c", "d"]
    path = written(
        tmp_path,
        lambda lines: [
            lines[0][:6] + STRAY + lines[0][6:],
            *(line[:6] + more + line[6:] for line in lines[1:]),
        ],
    )
    rows, _, repairs = split(path)
    assert rows.equals(before)
    assert not repairs


def test_empty_cells_at_the_end_of_lines_are_cut_and_counted(tmp_path):
    before, _, _ = split(WEEK)
    rows, rejects, repairs = split(written(tmp_path, lambda lines: [[*x, "", ""] for x in lines]))
    assert rows.equals(before)
    assert repairs == {"trailing-tabs": 7}  # the header and six rows
    assert len(rejects) == 2


def test_a_cell_too_many_that_says_something_is_an_error(tmp_path):
    path = written(tmp_path, lambda lines: [lines[0], lines[1], lines[2] + ["", "x"]])
    rows, rejects, repairs = split(path)
    assert len(rows) == 1
    assert [row.code for row in rejects] == ["wrong_cell_count"]
    assert not repairs


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"Event_Date": "2 January"}, "bad_date"),
        ({"Event_ID": "None"}, "missing_value"),
        ({"Event_Type": "MEET"}, "bad_value"),
        ({"Event_Intensity": "11"}, "bad_value"),
        ({"Event_Intensity": "high"}, "bad_value"),
        ({"Quad_Code": "NEUTRAL"}, "bad_value"),
        ({"Actor_Country": "RUS; QQQ"}, "unknown_state"),
        ({"Recipient_Country": "None"}, "not_a_state"),
    ],
)
def test_rows_that_cannot_be_used_are_rejected(tmp_path, cells, code):
    rows, rejects, _ = split(with_cells(tmp_path, **cells))
    assert rows.empty
    assert [row.code for row in rejects] == [code]


def test_an_event_without_a_class_has_that_of_its_type(tmp_path):
    rows, _, _ = split(with_cells(tmp_path, Quad_Code="None", Event_Type="SANCTION"))
    assert rows["quad"].tolist() == ["material_conflict"]


def test_another_table_is_refused(tmp_path):
    path = written(tmp_path, lambda lines: [[name.lower() for name in lines[0]], *lines[1:]])
    with pytest.raises(SourceChanged, match="Event ID"):
        split(path)
