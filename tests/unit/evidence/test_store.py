from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest

from comity.core.errors import StoreBusy, StoreDamaged, UnknownName, UsageError
from comity.core.records import TABLES
from comity.evidence.hand_tables import admit_table
from comity.evidence.ingest import Terms, ingest
from comity.evidence.store import EvidenceStore
from comity.evidence.tables import ENVELOPE

TODAY = dt.date(2030, 1, 1)


def test_an_empty_store_has_every_table_with_its_columns(store):
    assert (store.generation, store.is_empty()) == (0, True)
    assert store.sources() == {}
    with store.view(TODAY) as view:
        for table in TABLES.values():
            names = [row[0] for row in view.query(f"DESCRIBE {table.name}")]
            assert names == [*(column.name for column in table.all_columns), *ENVELOPE]
            assert view.query(f"SELECT count(*) FROM {table.name}") == [(0,)]
        assert view.record("ballot:x") is None
        assert view.record("nonsense") is None
        assert view.history("ballot:x") == []


def test_a_stored_table_has_the_same_columns_and_types_as_an_empty_one(store, claims_csv, now):
    with store.view(TODAY) as view:
        empty = view.query("DESCRIBE claims")
    admit_table(store, "claims", claims_csv([{}]), now)
    with store.view(TODAY) as view:
        assert view.query("DESCRIBE claims") == empty


def test_a_reader_keeps_its_view_while_a_writer_publishes(store, raw_file, ballots, now):
    ingest(store, "s", raw_file("a", "a"), [ballots([("RUS", "yes")])], recorded_on=now)
    other = EvidenceStore.open(store.home)
    with store.view(TODAY) as early:
        with other.writing(now), store.view(TODAY) as during:
            assert during.query("SELECT count(*) FROM ballots") == [(1,)]
        ingest(other, "s", raw_file("b", "b"), [ballots([("IRN", "yes")])], recorded_on=now)
        assert early.query("SELECT count(*) FROM ballots") == [(1,)]
        with store.view(TODAY) as late:
            assert late.query("SELECT count(*) FROM ballots") == [(2,)]


def test_a_second_writer_is_told_who_is_writing(store, raw_file, ballots, now):
    other = EvidenceStore.open(store.home)
    with (
        store.writing(now),
        pytest.raises(StoreBusy, match=r"process \d+ has been writing.*since 2024-05-01"),
    ):
        ingest(other, "s", raw_file(), [ballots([("RUS", "yes")])], recorded_on=now)
    report = ingest(other, "s", raw_file(), [ballots([("RUS", "yes")])], recorded_on=now)
    assert report.rows_new == 1


def test_what_a_killed_writer_left_is_never_read_and_cleared_away(store, raw_file, ballots, now):
    ingest(store, "s", raw_file("a", "a"), [ballots([("RUS", "yes")])], recorded_on=now)
    kept = {path for path in store.home.rglob("*") if path.is_file()}
    for name in ("tables/ballots/source=s/00000002-0.parquet", "snapshots/ff/ff", "tmp/part",
                 "quarantine/00000002.jsonl"):  # fmt: skip
        left = store.home / name
        left.parent.mkdir(parents=True, exist_ok=True)
        left.write_text("garbage")
    with store.view(TODAY) as view:
        assert view.query("SELECT count(*) FROM ballots") == [(1,)]
    with store.writing(now):
        pass
    assert {path for path in store.home.rglob("*") if path.is_file()} == kept


def test_a_lost_manifest_is_said_and_nothing_is_swept(store, raw_file, ballots, now):
    ingest(store, "s", raw_file(), [ballots([("RUS", "yes")])], recorded_on=now)
    (store.home / "manifest.json").unlink()
    with pytest.raises(StoreDamaged, match=r"no manifest\.json"):
        EvidenceStore.open(store.home)
    with pytest.raises(StoreDamaged), store.writing(now):
        pass
    assert list((store.home / "tables").rglob("*.parquet"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "has layout None"),
        ('{"schema": 99}', "has layout 99"),
        ('{"schema": 1, "generation": 1}', "is not a manifest"),
    ],
)
def test_a_damaged_manifest_is_said(tmp_path, text, words):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StoreDamaged, match=words):
        EvidenceStore.open(tmp_path)


@pytest.mark.parametrize("folder", ["tables", "snapshots", "quarantine"])
def test_damage_to_any_stored_file_is_found(store, claims_csv, now, folder):
    admit_table(store, "claims", claims_csv([{}, {"claim_id": ""}]), now)
    assert store.verify() == 3
    path = next(path for path in (store.home / folder).rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(StoreDamaged, match=f"{path.name} was changed.*backup"):
        store.verify()
    path.unlink()
    with pytest.raises(StoreDamaged, match=f"{path.name} is missing"):
        store.verify()


def test_a_missing_or_unreadable_segment_stops_a_reader(store, claims_csv, now):
    admit_table(store, "claims", claims_csv([{}]), now)
    path = store.home / store.segments()[0].file
    path.write_bytes(b"not parquet at all")
    with pytest.raises(StoreDamaged, match="comity doctor"):
        store.view(TODAY)
    path.unlink()
    with pytest.raises(StoreDamaged, match="1 rows of user"):
        store.view(TODAY)
    store.view(TODAY, tables=["events"]).close()


def test_a_folder_with_awkward_characters_works(tmp_path, raw_file, ballots, now):
    store = EvidenceStore.open(tmp_path / "it's [a] *home* ? ü")
    ingest(store, "s", raw_file(), [ballots([("RUS", "yes")])], recorded_on=now)
    with store.view(TODAY) as view:
        assert view.query("SELECT voter FROM ballots") == [("RUS",)]
    assert store.verify() == 2


def test_a_home_that_cannot_be_one_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be a store"):
        EvidenceStore.open(tmp_path / "file")


def test_a_wrong_memory_limit_is_refused(tmp_path):
    with pytest.raises(UsageError, match="memory limit 'lots'"):
        EvidenceStore.open(tmp_path, "lots").view(TODAY)


def test_queries_cannot_read_or_write_elsewhere(store, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with store.view(TODAY) as view:
        for sql in (
            f"SELECT * FROM read_csv('{secret}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            "SET enable_external_access=true",
        ):
            with pytest.raises(Exception, match=r"disabled|locked|Cannot"):
                view.query(sql)


def test_arrays_have_nan_or_a_mask_for_what_is_missing(store, claims_csv, now):
    rows = [{"quantity": "24"}, {"claim_id": "c-2", "quantity": ""}]
    admit_table(store, "claims", claims_csv(rows), now)
    with store.view(TODAY) as view:
        found = view.columns("SELECT claim_id, quantity, speaker FROM claims ORDER BY claim_id")
        assert list(found["claim_id"]) == ["c-1", "c-2"]
        assert found["quantity"][0] == 24
        assert np.isnan(found["quantity"][1])
        assert np.ma.getmaskarray(found["speaker"]).all()
        assert view.rows("SELECT claim_id FROM claims WHERE claim_id = ?", ["c-2"]) == [
            {"claim_id": "c-2"}
        ]


def test_held_back_cells_are_empty_until_their_date(store, claims_csv, now):
    rows = [
        {"later": "it came", "later_known_from": "2025-01-10"},
        {"claim_id": "c-2", "later": "nobody knows when", "later_known_from": ""},
    ]
    admit_table(store, "claims", claims_csv(rows), now)
    for day, expected in ((dt.date(2025, 1, 9), (None, None)),
                          (dt.date(2025, 1, 10), ("it came", dt.date(2025, 1, 10)))):  # fmt: skip
        with store.view(day) as view:
            assert view.query("SELECT later, later_known_from FROM claims ORDER BY claim_id") == [
                expected, (None, None),
            ]  # fmt: skip


def test_a_grade_without_hindsight_serves_where_there_is_no_other(store, claims_csv, now):
    rows = [
        {"credibility_at_date": "2", "credibility_now": ""},
        {"claim_id": "c-2", "credibility_at_date": "3", "credibility_now": "1"},
        {"claim_id": "c-3", "credibility_at_date": "", "credibility_now": "1"},
    ]
    admit_table(store, "claims", claims_csv(rows), now)
    sql = "SELECT credibility_now FROM claims ORDER BY claim_id"
    with store.view(dt.date(2025, 6, 1)) as view:
        assert view.query(sql) == [(2,), (1,), (1,)]
    with store.view(dt.date(2025, 6, 1), hindsight=False) as view:
        assert view.query(sql) == [(2,), (3,), (None,)]


def test_outlets_and_classes_of_reliability_can_be_left_out(store, claims_csv, raw_file, ballots,
                                                            now):  # fmt: skip
    rows = [{}, {"claim_id": "c-2", "outlet": "tass", "reliability": "D"},
            {"claim_id": "c-3", "outlet": "", "reliability": ""}]  # fmt: skip
    admit_table(store, "claims", claims_csv(rows), now)
    terms = Terms(reliability="D")
    ingest(store, "s", raw_file(), [ballots([("RUS", "yes")])], spec_like=terms, recorded_on=now)

    def ids(*excluded):
        with store.view(TODAY, exclude_sources=excluded) as view:
            return [
                *(row[0] for row in view.query("SELECT claim_id FROM claims ORDER BY 1")),
                view.query("SELECT count(*) FROM ballots")[0][0],
            ]

    assert ids() == ["c-1", "c-2", "c-3", 1]
    assert ids("outlet:tass") == ["c-1", "c-3", 1]
    assert ids("reliability:D") == ["c-1", "c-3", 0]
    assert ids("s", "outlet:irna") == ["c-2", "c-3", 0]
    assert ids("user") == [1]


def test_a_mistyped_exclusion_or_table_is_an_error(store, claims_csv, now):
    admit_table(store, "claims", claims_csv([{}]), now)
    with pytest.raises(UnknownName, match="Did you mean user"):
        store.view(TODAY, exclude_sources=["userr"])
    with pytest.raises(UnknownName, match="reliability"):
        store.view(TODAY, exclude_sources=["reliability:Z"])
    with pytest.raises(UnknownName, match="table"):
        store.view(TODAY, tables=["event"])


def test_only_the_tables_asked_for_are_there(store):
    with store.view(TODAY, tables=["claims"]) as view:
        assert view.query("SELECT count(*) FROM claims") == [(0,)]
        with pytest.raises(Exception, match="events"):
            view.query("SELECT 1 FROM events")


def test_the_content_hash_depends_on_what_is_said_only(tmp_path, raw_file, ballots, now):
    later = now + dt.timedelta(days=400)
    hashes = []
    for number, order in enumerate([("a", "b"), ("b", "a")]):
        store = EvidenceStore.open(tmp_path / str(number))
        empty = store.content_hash()
        for name, when in zip(order, (now, later), strict=True):
            batch = ballots([(name.upper() * 3, "yes")])
            ingest(store, "s", raw_file(name, name), [batch], recorded_on=when)
        hashes.append(store.content_hash())
    assert hashes[0] == hashes[1] != empty
    assert store.content_hash(tables=["claims"]) == empty
    assert store.content_hash(exclude_sources=["s"]) == empty
    assert store.content_hash(dt.date(2000, 1, 1)) == empty
    assert store.content_hash(exclude_sources=["outlet:tass"]) != store.content_hash()


def test_a_column_added_to_a_table_later_is_empty_in_older_files(store, claims_csv, now):
    admit_table(store, "claims", claims_csv([{"note": "x"}]), now)
    segment = store.home / store.segments()[0].file
    import duckdb  # noqa: PLC0415 -- to write a file as an older version would have

    duckdb.execute(
        f"COPY (SELECT * EXCLUDE (note) FROM read_parquet('{segment}', hive_partitioning=false))"
        f" TO '{segment}.new' (FORMAT parquet)"
    )
    segment.with_name(segment.name + ".new").replace(segment)
    manifest = json.loads((store.home / "manifest.json").read_text())
    manifest["segments"][0]["columns"].remove("note")
    (store.home / "manifest.json").write_text(json.dumps(manifest))
    with store.view(TODAY) as view:
        assert view.query("SELECT claim_id, note FROM claims") == [("c-1", None)]
    # A row without the column says the same, so that nothing is written.
    report = admit_table(store, "claims", claims_csv([{"note": ""}], "again.csv"), now)
    assert report.rows_corrected == 1
    report = admit_table(
        store, "claims", claims_csv([{"note": ""}, {"claim_id": "c-2"}], "again.csv"), now
    )
    assert (report.rows_same, report.rows_new) == (1, 1)
    with store.view(TODAY) as view:
        assert view.query("SELECT count(*) FROM claims WHERE note IS NULL") == [(2,)]


def test_memory_stays_bounded_by_spilling(tmp_path, raw_file, ballots, now):
    store = EvidenceStore.open(tmp_path / "home", "120MB")
    batches = (
        ballots([(f"{part}-{i:05d}", "yes") for i in range(20_000)], rcid=str(part) * 20)
        for part in range(15)
    )
    report = ingest(store, "s", raw_file(), batches, recorded_on=now)
    assert report.rows_new == 300_000
