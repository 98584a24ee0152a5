"""The archive: what rows become, what is corrected, what readers of a day see, what kills leave."""

from __future__ import annotations

import datetime as dt
import importlib.util
import zipfile
from pathlib import Path

import pytest

from comity.core.correction import load_corrections
from comity.core.errors import CatalogError, SourceChanged
from comity.evidence.archive.admit import ArchiveTerms, admit_archive
from comity.evidence.archive.compact import compact_archive
from comity.evidence.archive.load import Loader
from comity.evidence.archive.reading import ArchiveReading
from comity.evidence.engine.duck import Engine
from comity.evidence.ingest import admit_source
from comity.evidence.store import EvidenceStore
from comity.sources import gdelt, gdelt2

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "gdelt"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAILY = FIXTURES / "gdelt" / "daily-events" / "20200103.export.CSV"

_module = importlib.util.spec_from_file_location("write_gdelt", FIXTURES / "write_gdelt.py")
write_gdelt = importlib.util.module_from_spec(_module)
_module.loader.exec_module(write_gdelt)
COLUMNS = gdelt.SPEC.layouts[0].columns


def line(number, side=0, day="20200103", added="20200103", code="042", goldstein="1.9", **more):
    return write_gdelt.event(number, side, day, added, code, goldstein, COLUMNS, **more)


def file_of(folder, name, lines, *, packed=False):
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{each}\n" for each in lines)
    path = folder / name
    if not packed:
        path.write_text(text, encoding="utf-8")
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name.partition('.')[0]}.csv", text)
    return path


def rows(store, as_of=dt.date(2026, 11, 22), source=None):
    with store.view(as_of) as view:
        found = view.rows("SELECT * FROM archive_events ORDER BY event_id")
    return [row for row in found if source in (None, row["source"])]


@pytest.fixture
def store(tmp_path):
    return EvidenceStore.open(tmp_path / "store")


def test_a_line_becomes_an_event_between_states(store):
    admit_source(store, gdelt, DAILY, NOW)
    by_id = {row["event_id"]: row for row in rows(store)}
    first = by_id[1]
    assert (first["actor"], first["recipient"], first["dyad"]) == ("RUS", "IRN", "IRN-RUS")
    assert (first["actor_code"], first["actor_role"], first["recipient_role"]) == (
        "RUSGOV", "GOV", None,
    )  # fmt: skip
    assert first["cameo"] == "042", "the leading zero is part of the code"
    assert first["quad"] == "verbal_cooperation"
    assert first["public_from"] == dt.date(2020, 1, 3)
    assert first["place_fips"] == "IS", "Israel; Iceland in ISO"
    assert by_id[5]["recipient"] is None, "an event without a recipient stays one"
    assert by_id[5]["dyad"] is None
    assert by_id[6]["goldstein"] is None, "an empty score is not 0"
    assert (by_id[6]["actor"], by_id[6]["actor_code"]) == (None, "IGOUNO")


def test_the_same_day_direction_and_root_is_the_same_event(store):
    admit_source(store, gdelt, DAILY, NOW)
    link = {row["event_id"]: row["same_event"] for row in rows(store)}
    assert link[1] == link[2]
    assert len({link[1], link[3], link[4], link[7]}) == 4
    assert link[5] is None


def test_declared_corrections_are_applied_counted_and_undone_from_the_row(store):
    report = admit_source(store, gdelt, DAILY, NOW)
    by_id = {row["event_id"]: row for row in rows(store)}
    assert by_id[3]["day"] == dt.date(2020, 1, 3)
    assert by_id[3]["corrected"] == '{"year-1920":{"SQLDATE":"19200103"}}'
    assert by_id[7]["recipient_code"] == "RUSMIL"
    assert '"RUSMIL "' in by_id[7]["corrected"]
    assert by_id[1]["corrected"] is None
    assert report.repaired == {"padded-actor2code": 1, "year-1920": 1}
    assert store.archive.repairs() == {"gdelt": {"padded-actor2code": 1, "year-1920": 1}}


def test_states_are_those_of_the_day(store):
    back = FIXTURES / "gdelt" / "yearly-and-monthly-events" / "1985.csv"
    admit_source(store, gdelt, back, NOW)
    first, second = rows(store)
    assert first["actor"] == "SUN"
    assert first["dyad"] == "IRN-SUN"
    assert second["recipient"] != "SRB", "there was no Serbia in 1985"
    assert first["public_from"] == dt.date(1985, 3, 12), "not the year in which it was gathered"
    assert first["url"] is None


def test_rows_that_break_a_rule_are_set_aside_with_line_and_reason(store, tmp_path):
    lines = [
        *(line(number) for number in range(1, 60)),
        line(60, day="20200104"),
        line(61, day="20201350"),
        line(62, code="993"),
        line(63, goldstein="11.0"),
        line(64).replace("\t4\t1\t4\t", "\t-4\t1\t4\t"),
        line("", day="20200103"),
    ]
    path = file_of(tmp_path, "20200103.export.CSV", lines)
    report = admit_source(store, gdelt, path, NOW)
    assert (report.rows_new, report.quarantined) == (59, 6)
    found = {row.locator: row.code for row in store.quarantine("gdelt")}
    assert found == {
        f"{path.name}, line 60": "future_date",
        f"{path.name}, line 61": "bad_date",
        f"{path.name}, line 62": "bad_value",
        f"{path.name}, line 63": "bad_value",
        f"{path.name}, line 64": "bad_value",
        f"{path.name}, line 65": "missing_value",
    }


def test_bytes_that_are_not_utf_8_cost_their_row_only(store, tmp_path):
    path = tmp_path / "20200103.export.CSV"
    good = "\n".join(line(number) for number in range(1, 60)).encode()
    path.write_bytes(good + b"\n" + line(60).encode().replace(b"RUSSIA", b"RUSS\xff\xfe") + b"\n")
    report = admit_source(store, gdelt, path, NOW)
    assert (report.rows_new, report.quarantined) == (59, 1)
    (row,) = store.quarantine("gdelt")
    assert row.locator == f"{path.name}, line 60"


def test_text_in_cells_stays_text(store, tmp_path):
    odd = line(1).replace("IRAN\t", "=cmd|' /C calc'!A0\t").replace("RUSSIA", '"a","b')
    admit_source(store, gdelt, file_of(tmp_path, "20200103.export.CSV", [odd]), NOW)
    (row,) = rows(store)
    assert row["actor_name"] == '"a","b'
    assert row["recipient_name"] == "=cmd|' /C calc'!A0"


def test_an_event_given_again_in_another_file_is_stored_once(store, tmp_path):
    month = file_of(tmp_path / "a", "202001.zip", map(line, (1, 2, 3)), packed=True)
    daily = file_of(tmp_path / "b", "20200103.export.CSV.zip", map(line, (2, 3, 4, 4)), packed=True)
    admit_source(store, gdelt, month, NOW)
    report = admit_source(store, gdelt, daily, NOW)
    assert (report.rows_new, report.rows_same) == (1, 3)
    assert [row["event_id"] for row in rows(store)] == [1, 2, 3, 4]


def test_a_file_changed_by_its_publisher_replaces_the_old_one_from_that_day(store, tmp_path):
    old = file_of(tmp_path / "a", "20200103.export.CSV", [line(1), line(2)])
    new = file_of(tmp_path / "b", "20200103.export.CSV", [line(2), line(3, goldstein="-1.0")])
    admit_source(store, gdelt, old, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    admit_source(store, gdelt, new, dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    before, after = dt.date(2026, 5, 31), dt.date(2026, 6, 1)
    assert [row["event_id"] for row in rows(store, before)] == [1, 2]
    assert [row["event_id"] for row in rows(store, after)] == [2, 3]
    assert {each.superseded_on for each in store.archive.files()} == {None, after}


def test_a_reader_of_a_past_day_sees_what_was_public(store, tmp_path):
    lines = [line(1), line(2, day="20190103", added="20200103")]
    admit_source(store, gdelt, file_of(tmp_path, "20200103.export.CSV", lines), NOW)
    assert rows(store, dt.date(2020, 1, 2)) == []
    assert len(rows(store, dt.date(2020, 1, 3))) == 2, "an old event is public with its file"


def test_excluded_sources_are_not_read(store):
    admit_source(store, gdelt, DAILY, NOW)
    with store.view(dt.date(2026, 1, 1), exclude_sources=["gdelt"]) as view:
        assert view.query("SELECT count(*) FROM archive_events") == [(0,)]


def test_large_files_come_in_pieces_and_are_whole_or_not_there(tmp_path):
    lines = [line(number, side=number % 3) for number in range(1, 2001)]
    whole = file_of(tmp_path / "files", "20200103.export.CSV.zip", lines, packed=True)
    small = ArchiveTerms(NOW.replace(tzinfo=None), piece_bytes=100_000)
    one, many = (EvidenceStore.open(tmp_path / name) for name in ("one", "many"))
    with one.writing(small.recorded_on):
        admit_archive(one, gdelt.SPEC, gdelt.ARCHIVE, [whole], ArchiveTerms(small.recorded_on))
    with many.writing(small.recorded_on):
        report, _ = admit_archive(many, gdelt.SPEC, gdelt.ARCHIVE, [whole], small)
    assert report.rows_new == 2000
    assert len(many.archive.segments()) > 1
    assert rows(one) == rows(many)
    # the same file, cut after its first pieces: nothing of it may be seen
    text = "".join(f"{each}\n" for each in lines).encode()
    cut = tmp_path / "cut" / "20210103.export.CSV.zip"
    cut.parent.mkdir()
    with zipfile.ZipFile(cut, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("20210103.export.CSV", text)
    content = cut.read_bytes()
    at = content.index(b"\n1500\t")
    cut.write_bytes(content[:at] + b"#" + content[at + 1 :])  # the checksum is wrong
    with many.writing(small.recorded_on):
        _, failures = admit_archive(many, gdelt.SPEC, gdelt.ARCHIVE, [cut], small)
    assert isinstance(failures[0][1], SourceChanged)
    assert len(rows(many)) == 2000
    assert many.verify() == len(many.archive.segments())


def test_what_a_killed_writer_left_is_swept_and_the_run_repeated(store, tmp_path):
    admit_source(store, gdelt, DAILY, NOW)
    stray = store.home / "archive" / "events" / "source=gdelt" / "year=2020" / "stray.parquet"
    stray.write_bytes(b"PAR1")
    other = file_of(tmp_path, "20200104.export.CSV", [line(9, day="20200104", added="20200104")])
    admit_source(store, gdelt, other, NOW)
    assert not stray.exists()
    assert len(rows(store)) == 8


def test_a_damaged_parquet_file_is_found(store):
    admit_source(store, gdelt, DAILY, NOW)
    (segment,) = store.archive.segments()
    path = store.home / segment.path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Exception, match="was changed"):
        store.verify()


def test_days_are_covered_by_files_not_by_rows_that_look_back(store):
    admit_source(store, gdelt, DAILY, NOW)
    admit_source(store, gdelt2, FIXTURES / "gdelt2" / "events-every-15-minutes", NOW)
    covered = ArchiveReading.of(store.home, NOW.date()).days_read()
    assert covered["gdelt", ""] == {dt.date(2020, 1, 3): 1.0}, "an event of 2019 covers no day"
    assert covered["gdelt2", ""] == {dt.date(2018, 1, 1): 1 / 96}


def test_translated_texts_are_a_stream_of_their_own(store, tmp_path):
    source = FIXTURES / "gdelt2" / "events-every-15-minutes" / "20180101000000.export.CSV"
    other = tmp_path / "20180101000000.translation.export.CSV"
    other.write_text(source.read_text("utf-8").replace("100", "200"), encoding="utf-8")
    admit_source(store, gdelt2, source, NOW)
    admit_source(store, gdelt2, other, NOW)
    assert {row["stream"] for row in rows(store)} == {None, "translation"}


def test_a_query_reads_only_the_row_groups_of_its_dyad(tmp_path):
    lines = [line(number, side=number % 4) for number in range(1, 90_001)]
    path = file_of(tmp_path, "20200103.export.CSV", lines)
    store = EvidenceStore.open(tmp_path / "store")
    admit_source(store, gdelt, path, NOW)
    (segment,) = store.archive.segments()
    engine = Engine("500MB")
    groups = engine.rows(
        "SELECT row_group_id, stats_min_value, stats_max_value FROM parquet_metadata(?)"
        " WHERE path_in_schema = 'dyad' ORDER BY 1",
        [str(store.home / segment.path)],
    )
    engine.close()
    holding = [g for g in groups if g[1] and g[1] <= "IRN-USA" <= g[2]]
    assert len(groups) >= 3
    assert len(holding) < len(groups)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the publishers' files are not beside the project")
def test_the_publishers_own_files_are_read(tmp_path):
    store = EvidenceStore.open(tmp_path / "store")
    new = admit_source(store, gdelt2, SHARED / "20180101000000.export.CSV", NOW)
    old = admit_source(store, gdelt, SHARED / "20141124.export.CSV.zip", NOW)
    assert (new.rows_new, new.quarantined) == (2414, 0)
    assert (old.rows_new, old.quarantined) == (100, 0)
    found = rows(store, source="gdelt2")
    days = {day: sum(row["day"] == day for row in found) for day in {r["day"] for r in found}}
    assert days == {
        dt.date(2018, 1, 1): 2391, dt.date(2017, 12, 31): 15, dt.date(2017, 12, 25): 2,
        dt.date(2017, 12, 2): 6,
    }  # fmt: skip
    (event,) = [row for row in found if row["dyad"] == "IRN-RUS"]
    assert event["goldstein"] == -6.5
    assert sum(row["dyad"] is not None for row in found) == 450
    mangled = SHARED / "gdelt2_20201114_filtered_header_csv.csv"
    with pytest.raises(SourceChanged):
        admit_source(store, gdelt2, mangled, NOW)


def test_merged_files_hold_the_same_rows_and_a_past_day_stays_as_it_was(store, tmp_path):
    for month in range(1, 13):
        day = f"2020{month:02d}03"
        lines = [line(month * 10 + n, side=n, day=day, added=day) for n in range(3)]
        admit_source(store, gdelt, file_of(tmp_path, f"{day}.export.CSV", lines), NOW)
    changed = file_of(
        tmp_path / "new", "20200103.export.CSV", [line(10, day="20200103", goldstein="5.0")]
    )
    later = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    admit_source(store, gdelt, changed, later)
    before = {day: rows(store, day) for day in (NOW.date(), later.date())}
    assert before[NOW.date()] != before[later.date()]
    done = compact_archive(store, later.replace(tzinfo=None))
    assert done == {"before": 13, "after": 1}
    assert {day: rows(store, day) for day in before} == before
    assert store.verify() == 1
    assert len(list((store.home / "archive").rglob("*.parquet"))) == 1
    assert compact_archive(store, later.replace(tzinfo=None)) == {"before": 1, "after": 1}


def test_a_correction_that_whole_files_cannot_have_is_refused_not_passed_over():
    (known, *_) = load_corrections("gdelt")
    other = known.model_copy(update={"kind": "first_of_repeated_id", "column": ""})
    engine = Engine("500MB")
    try:
        with pytest.raises(CatalogError, match=r"gdelt\.yml.*first_of_repeated_id.*strip"):
            Loader(engine, gdelt.SPEC, gdelt.ARCHIVE, [other])
    finally:
        engine.close()
