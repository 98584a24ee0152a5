from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comity.core.errors import UnknownName
from comity.core.records import Batch
from comity.evidence.coverage import public_span
from comity.evidence.ingest import Terms, admit_source, ingest
from comity.evidence.store import EvidenceStore
from comity.sources import gdelt
from comity.workspace.event_counts import (
    EventCount,
    EventCounts,
    event_counts,
    media_volume,
)
from comity.workspace.panel_grid import Grid
from comity.workspace.panel_streams import panel_streams

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
NOW = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
VERBAL, MATERIAL = "verbal_cooperation", "material_conflict"


def add_events(
    store: EvidenceStore, tmp_path: Path, source: str, stream: str | None, *rows: Any
) -> None:
    """Store events given as (day, actor, recipient, quad)."""
    days = [dt.date.fromisoformat(row[0]) for row in rows]
    columns = {
        "event_ref": [f"{stream}.{i}" for i in range(len(rows))],
        "actor": [row[1] for row in rows],
        "recipient": [row[2] for row in rows],
        "cameo": ["010"] * len(rows),
        "quad": [row[3] for row in rows],
        "stream": [stream] * len(rows),
        "locator": [f"line {i}" for i in range(len(rows))],
        "occurred_from": days,
        "occurred_to": [day + dt.timedelta(days=1) for day in days],
        "precision": ["day"] * len(rows),
        "public_from": [day + dt.timedelta(days=1) for day in days],
        "public_from_basis": ["act"] * len(rows),
    }
    file = tmp_path / f"{source}-{stream}.txt"
    file.write_text(f"{source} {stream}")
    ingest(store, source, file, [Batch("media_events", columns)], recorded_on=NOW,
           spec_like=Terms(reliability="C"))  # fmt: skip


def add_counts(store: EvidenceStore, tmp_path: Path, *rows: Any) -> None:
    """Store yearly counts given as (year, actor, recipient, four counts)."""
    n = len(rows)
    columns: dict[str, list[object]] = {
        "actor": [row[1] for row in rows],
        "recipient": [row[2] for row in rows],
        "period": [str(row[0]) for row in rows],
        **{
            name: [row[3][i] for row in rows]
            for i, name in enumerate(EventCount._fields[4:])
        },
        "locator": [f"row {i}" for i in range(n)],
        "occurred_from": [dt.date(row[0], 1, 1) for row in rows],
        "occurred_to": [dt.date(row[0] + 1, 1, 1) for row in rows],
        "precision": ["year"] * n,
        "public_from": [dt.date(row[0] + 1, 1, 1) for row in rows],
        "public_from_basis": ["act"] * n,
    }  # fmt: skip
    file = tmp_path / "counts.txt"
    file.write_text("counts")
    ingest(store, "icews", file, [Batch("dyad_counts", columns)], recorded_on=NOW,
           spec_like=Terms(reliability="C"))  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    store = EvidenceStore.open(tmp_path / "home", "500MB")
    add_events(
        store, tmp_path, "quads", "whole",
        ("2014-01-01", "RUS", "IRN", VERBAL),
        ("2014-01-01", "RUS", "IRN", VERBAL),
        ("2014-01-02", "RUS", "IRN", MATERIAL),
        ("2014-02-28", "IRN", "RUS", VERBAL),
        ("2014-03-01", "SYR", "SYR", MATERIAL),
        ("2015-12-31", "RUS", "IRN", None),
    )  # fmt: skip
    add_events(store, tmp_path, "quads", "whole-sample", ("2014-01-01", "RUS", "IRN", VERBAL))
    add_events(store, tmp_path, "icews", None, ("2014-01-01", "RUS", "IRN", VERBAL))
    add_counts(
        store, tmp_path,
        (2014, "RUS", "IRN", (40, 3, 2, 1)),
        (2014, "IRN", "RUS", (0, 0, 0, 0)),
        (2014, "IRN", "IRN", (7, 7, 7, 7)),
        (2013, "RUS", "IRN", (None, 1, 1, 1)),
    )  # fmt: skip
    return store


def counted(store: EvidenceStore, by: Any, as_of: dt.date = dt.date.max) -> EventCounts:
    with store.view(as_of) as view:
        return event_counts(view, by=by)


def test_years_by_stream_and_direction(store: EvidenceStore) -> None:
    assert counted(store, "year").rows == (
        EventCount("icews", "IRN", "RUS", "2014", 0, 0, 0, 0),
        EventCount("icews", "RUS", "IRN", "2013", None, 1, 1, 1),
        EventCount("icews", "RUS", "IRN", "2014", 40, 3, 2, 1),
        EventCount("icews/events", "RUS", "IRN", "2014", 1, 0, 0, 0),
        EventCount("quads/whole", "IRN", "RUS", "2014", 1, 0, 0, 0),
        EventCount("quads/whole", "RUS", "IRN", "2014", 2, 0, 0, 1),
        EventCount("quads/whole-sample", "RUS", "IRN", "2014", 1, 0, 0, 0),
    )


def test_months_leave_yearly_counts_out(store: EvidenceStore) -> None:
    counts = counted(store, "month")
    assert [row[1:6] for row in counts.rows if row.stream == "quads/whole"] == [
        ("IRN", "RUS", "2014-02", 1, 0),
        ("RUS", "IRN", "2014-01", 2, 0),
    ]
    assert "icews" not in counts.covered
    assert "icews" not in counts.states


def test_coverage_is_the_share_of_days_with_any_event(store: EvidenceStore) -> None:
    covered = counted(store, "year").covered
    # 1 and 2 January, 28 February, and 1 March, when only an event inside a state was coded.
    assert covered["quads/whole"] == {"2014": pytest.approx(4 / 365), "2015": 1 / 365}
    assert covered["icews"] == {"2013": 1.0, "2014": 1.0}
    months = counted(store, "month").covered["quads/whole"]
    assert months == {"2014-01": 2 / 31, "2014-02": 1 / 28, "2014-03": 1 / 31, "2015-12": 1 / 31}


def test_a_zero_is_told_from_a_gap(store: EvidenceStore) -> None:
    counts = counted(store, "year")
    stream = "quads/whole"
    assert counts.states[stream] == {"RUS", "IRN", "SYR"}
    grid = Grid(("IRN", "RUS", "SYR", "TUR"), ("2012", "2013", "2014"))
    made = panel_streams(counts, grid)
    whole = made.main if made.main_name == stream else made.others[stream]
    events = whole.sum(axis=0)
    assert events[2, 1, 2] == 0.0, "covered and both named"
    assert events[2, 1, 0] > 0.0, "counted"
    assert np.isnan(events[2, 1, 3]), "never named"
    assert np.isnan(events[0]).all(), "not covered"


def test_the_past_is_counted_with_what_was_public_then(store: EvidenceStore) -> None:
    counts = counted(store, "year", dt.date(2014, 1, 2))
    whole = [row for row in counts.rows if row.stream == "quads/whole"]
    assert whole == [EventCount("quads/whole", "RUS", "IRN", "2014", 2, 0, 0, 0)]
    assert counts.covered["quads/whole"] == {"2014": 1 / 365}


def test_streams_move_no_default_date(store: EvidenceStore) -> None:
    with store.view(dt.date.max) as view:
        span = public_span(view, ["RUS", "IRN"], [])
    # The one event without a stream, and the counts of 2013 and 2014; not the end of 2015.
    assert span == (dt.date(2014, 1, 1), dt.date(2015, 1, 1))


def test_nothing_stored_gives_nothing(tmp_path: Path) -> None:
    empty = counted(EvidenceStore.open(tmp_path / "home", "500MB"), "year")
    assert empty == EventCounts((), {}, {})


def test_another_period_is_refused(store: EvidenceStore) -> None:
    with pytest.raises(UnknownName, match="year"):
        counted(store, "week")


def test_media_volume_counts_each_state_of_a_record_once(tmp_path):
    store = EvidenceStore.open(tmp_path / "store")
    add_events(
        store, tmp_path, "icews", None,
        ("2014-01-02", "RUS", "IRN", VERBAL), ("2014-01-02", "RUS", "RUS", MATERIAL),
        ("2014-02-02", "USA", "RUS", MATERIAL),
    )  # fmt: skip
    with store.view(dt.date(2020, 1, 1)) as view:
        found = media_volume(view, by="month")
        yearly = media_volume(view, by="year")
    assert [tuple(each) for each in found] == [
        ("icews/events", "IRN", "2014-01", 1), ("icews/events", "RUS", "2014-01", 2),
        ("icews/events", "RUS", "2014-02", 1), ("icews/events", "USA", "2014-02", 1),
    ]  # fmt: skip
    assert {each.state: each.records for each in yearly} == {"IRN": 1, "RUS": 3, "USA": 1}


def test_the_archive_is_counted_by_act_and_covered_by_files(tmp_path):
    store = EvidenceStore.open(tmp_path / "store")
    admit_source(store, gdelt, FIXTURES / "gdelt" / "daily-events", NOW)
    with store.view(dt.date(2026, 1, 1)) as view:
        found = event_counts(view, by="year")
        volume = media_volume(view, by="year")
    counts = {(row.actor, row.recipient, row.period): row for row in found.rows}
    assert counts["RUS", "IRN", "2020"].verbal_cooperation == 1, "two texts of one act are one"
    assert counts["IRN", "RUS", "2020"].material_cooperation == 1
    assert ("USA", "IRN", "2019") not in counts, "no file of 2019 is in: what it says is no count"
    assert found.covered == {"gdelt/events": {"2020": pytest.approx(1 / 366)}}
    assert found.states["gdelt/events"] >= {"RUS", "IRN", "SRB"}
    assert {each.state: each.records for each in volume}["RUS"] == 5
