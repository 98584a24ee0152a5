from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import UsageError
from comity.core.records import Batch
from comity.evidence import same_event
from comity.evidence.ingest import admit_source, ingest
from comity.evidence.same_event import CodedRecord, link, linked_events
from comity.evidence.store import EvidenceStore
from comity.sources import gdelt

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAY = dt.date(2020, 1, 3)


def record(name, day=DAY, *, actor="RUS", recipient="IRN", root="04", source="a", outlet=None):
    return CodedRecord(actor, recipient, root, day, name, source, None, outlet, None)


def test_the_next_day_is_the_same_act_and_the_day_after_is_another():
    days = [DAY + dt.timedelta(days=n) for n in range(3)]
    found = link(record(f"r{n}", day) for n, day in enumerate(days))
    assert [[each.record_id for each in event.members] for event in found] == [["r0", "r1"], ["r2"]]


def test_a_month_of_daily_talks_is_not_one_talk():
    found = link(record(f"r{n}", DAY + dt.timedelta(days=n)) for n in range(30))
    assert len(found) == 15


def test_direction_and_root_are_kept_apart():
    found = link([
        record("1"), record("2", actor="IRN", recipient="RUS"), record("3", root="05"),
    ])  # fmt: skip
    assert [len(event.members) for event in found] == [1, 1, 1]


def test_reports_are_outlets_and_a_coder_that_names_none_is_one():
    found = link([
        record("1", outlet="x.example"), record("2", outlet="x.example"),
        record("3", outlet="y.example"), record("4", source="b"), record("5", source="b"),
    ])  # fmt: skip
    assert [(event.reports, event.coders) for event in found] == [(3, ("a", "b"))]


def test_two_sources_of_one_coder_are_one_coder():
    (event,) = link([record("1", source="gdelt"), record("2", source="gdelt2")])
    assert event.coders == ("gdelt",)


RECORDS = st.lists(
    st.builds(
        lambda n, day, side, root: record(
            f"r{n}", DAY + dt.timedelta(days=day), actor="RUS" if side else "IRN",
            recipient="IRN" if side else "RUS", root=root,
        ),
        st.integers(0, 10**9), st.integers(0, 40), st.booleans(), st.sampled_from(["04", "19"]),
    ),
    max_size=60,
)  # fmt: skip


@given(RECORDS, st.integers(0, 5))
def test_every_record_is_in_one_act_that_is_no_wider_than_the_window(records, window):
    found = link(records, window)
    assert sorted(each for event in found for each in event.members) == sorted(records)
    for event in found:
        assert (event.last_day - event.first_day).days <= window
        assert len({(each.actor, each.recipient, each.root) for each in event.members}) == 1
    assert link(reversed(records), window) == found


def test_coders_are_linked_across_the_store_and_the_archive(tmp_path):
    store = EvidenceStore.open(tmp_path / "store")
    admit_source(store, gdelt, FIXTURES / "gdelt" / "daily-events", NOW)
    day = dt.date(2020, 1, 4)
    rows = {
        "event_ref": ["2020-01-04.1"], "actor": ["RUS"], "recipient": ["IRN"], "cameo": ["040"],
        "publisher_name": ["Some Agency"], "occurred_from": [day],
        "occurred_to": [day + dt.timedelta(days=1)], "precision": ["day"], "public_from": [day],
        "public_from_basis": ["act"], "locator": ["line 2"],
    }  # fmt: skip
    path = tmp_path / "events.tab"
    path.write_text("made up", encoding="utf-8")
    ingest(store, "icews", path, [Batch("media_events", rows)], recorded_on=NOW)
    with store.view(dt.date(2026, 1, 1)) as view:
        found = linked_events(view, ["RUS"], ["IRN"], window=1)
        alone = linked_events(view, ["RUS"], ["IRN"], window=0)
        before = linked_events(view, ["RUS"], ["IRN"], until=dt.date(2019, 12, 31))
    (event,) = [each for each in found if each.root == "04"]
    assert (event.actor, event.recipient) == ("RUS", "IRN")
    assert event.coders == ("gdelt", "icews")
    assert len(event.members) == 3
    assert event.reports == 3, "two addresses and an agency"
    assert max(len(each.coders) for each in alone) == 1
    assert before == []


def test_nothing_public_later_is_linked(tmp_path):
    store = EvidenceStore.open(tmp_path / "store")
    admit_source(store, gdelt, FIXTURES / "gdelt" / "daily-events", NOW)
    with store.view(dt.date(2020, 1, 2)) as view:
        assert linked_events(view, ["RUS"], ["IRN"]) == []
    with store.view(DAY) as view:
        assert linked_events(view, ["RUS"], ["IRN"])


def test_too_many_records_name_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(same_event, "_MOST", 1)
    store = EvidenceStore.open(tmp_path / "store")
    admit_source(store, gdelt, FIXTURES / "gdelt" / "daily-events", NOW)
    with store.view(DAY) as view, pytest.raises(UsageError, match="--since"):
        linked_events(view, ["RUS"], ["IRN"])
