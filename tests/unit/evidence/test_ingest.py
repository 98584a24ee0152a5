from __future__ import annotations

import datetime as dt
import os
from types import SimpleNamespace

import pytest

from comity.core.errors import (
    CatalogError,
    EvidenceError,
    QuarantineExceeded,
    SourceChanged,
    UsageError,
)
from comity.core.records import Reject, Repair
from comity.evidence.hand_tables import admit_table, sync_case
from comity.evidence.ingest import Terms, admit_source, ingest
from comity.sources._spec import Layout, SourceSpec

LATER = dt.datetime(2025, 2, 3, tzinfo=dt.UTC)
TODAY = dt.date(2030, 1, 1)


def count(store, table, as_of=TODAY, **kwargs):
    with store.view(as_of, **kwargs) as view:
        return view.query(f"SELECT count(*) FROM {table}")[0][0]


def spec(**changes):
    values = {
        "name": "testsource", "title": "T", "publisher": "P", "url": "https://example.org",
        "licence": "CC0", "redistribution": "yes", "citation": "t", "cadence": "Y",
        "coverage": "2000/", "reliability": "B", "tables": ("ballots",),
        "layouts": (Layout("one", "*.tab", ("a",), "doc"),),
    }  # fmt: skip
    return SourceSpec(**{**values, **changes})


# ------------------------------------------------------------------ ingest


def test_rows_are_stored_with_their_envelope(store, raw_file, ballots, now):
    path = raw_file("first")
    report = ingest(
        store, "testsource", path, [ballots([("RUS", "yes"), ("IRN", "no")])], recorded_on=now
    )
    assert (report.rows_new, report.by_table) == (2, {"ballots": 2})
    with store.view(TODAY) as view:
        row = view.record("ballot:testsource.1.IRN")
    assert row is not None
    assert row["choice"] == "no"
    assert row["locator"] == "line 3"
    assert row["snapshot"] == report.snapshots[0]
    assert row["recorded_on"] == now.replace(tzinfo=None)
    assert (row["revision"], row["known_from"]) == ("original", dt.date(2010, 6, 9))
    assert store.generation == 1
    assert list((store.home / "tmp").iterdir()) == []


def test_the_same_file_twice_is_stored_once_and_not_parsed_again(store, raw_file, ballots, now):
    path = raw_file("first")
    ingest(store, "testsource", path, [ballots([("RUS", "yes")])], recorded_on=now)

    def explode():
        raise AssertionError("parsed again")
        yield

    report = ingest(store, "testsource", path, explode(), recorded_on=LATER)
    assert (report.rows_new, report.rows_same, report.skipped) == (0, 1, ("file.txt",))
    assert store.generation == 1


def test_the_same_row_in_another_file_is_stored_once(store, raw_file, ballots, now):
    ingest(store, "testsource", raw_file("a", "a"), [ballots([("RUS", "yes")])], recorded_on=now)
    report = ingest(
        store, "testsource", raw_file("b", "b"),
        [ballots([("RUS", "yes"), ("IRN", "yes")])], recorded_on=LATER,
    )  # fmt: skip
    assert (report.rows_new, report.rows_same) == (1, 1)
    assert count(store, "ballots") == 2


def test_a_row_repeated_in_one_file_counts_once_and_a_contradiction_is_set_aside(
    store, raw_file, ballots, now
):
    report = ingest(
        store, "testsource", raw_file(),
        [ballots([("RUS", "yes"), ("RUS", "yes"), ("RUS", "no"), ("IRN", "no")])],
        spec_like=Terms(max_quarantine_share=0.5), recorded_on=now,
    )  # fmt: skip
    assert (report.rows_new, report.rows_same, report.quarantined) == (2, 1, 1)
    (row,) = store.quarantine()
    assert (row.code, row.locator, row.file) == ("duplicate_key", "line 4", "file.txt")
    assert "line 2" in row.reason
    assert count(store, "ballots WHERE voter = 'RUS' AND choice = 'yes'") == 1


def test_a_publishers_revision_counts_from_when_it_was_seen(store, raw_file, ballots, now):
    ingest(store, "testsource", raw_file("a", "a"), [ballots([("RUS", "yes")])], recorded_on=now)
    report = ingest(
        store, "testsource", raw_file("b", "b"), [ballots([("RUS", "no")])], recorded_on=LATER
    )
    assert (report.rows_new, report.rows_corrected) == (0, 1)
    with store.view(dt.date(2024, 12, 31)) as before, store.view(dt.date(2025, 2, 3)) as after:
        assert before.query("SELECT choice, revision FROM ballots") == [("yes", "original")]
        assert after.query("SELECT choice, revision FROM ballots") == [("no", "revised")]
        assert [row["choice"] for row in after.history("ballot:testsource.1.RUS")] == ["yes", "no"]


def test_a_correction_counts_at_all_dates(store, raw_file, ballots, now):
    ingest(store, "testsource", raw_file("a", "a"), [ballots([("RUS", "yes")])], recorded_on=now)
    ingest(
        store, "testsource", raw_file("b", "b"), [ballots([("RUS", "no")])],
        recorded_on=LATER, revision="corrected",
    )  # fmt: skip
    with store.view(dt.date(2010, 6, 9)) as view:
        assert view.query("SELECT choice FROM ballots") == [("no",)]


def test_a_correction_of_the_day_hides_the_old_row_before_it(store, raw_file, ballots, now):
    ingest(store, "testsource", raw_file("a", "a"), [ballots([("RUS", "yes")])], recorded_on=now)
    ingest(
        store, "testsource", raw_file("b", "b"),
        [ballots([("RUS", "yes")], day=dt.date(2012, 1, 1))],
        recorded_on=LATER, revision="corrected",
    )  # fmt: skip
    assert count(store, "ballots", dt.date(2011, 1, 1)) == 0
    assert count(store, "ballots", dt.date(2012, 1, 1)) == 1


def test_a_mended_parser_reads_a_known_file_again_and_corrects(store, raw_file, ballots, now):
    path = raw_file()
    ingest(store, "testsource", path, [ballots([("RUS", "yes")])], recorded_on=now)
    ingest(
        store, "testsource", path, [ballots([("RUS", "no")])],
        spec_like=Terms(parser_version=2), recorded_on=LATER,
    )  # fmt: skip
    with store.view(dt.date(2010, 6, 9)) as view:
        assert view.query("SELECT choice, revision FROM ballots") == [("no", "corrected")]


def test_broken_rows_are_quarantined_exactly(store, raw_file, ballots, now):
    batch = ballots([(f"A{i:02d}", "yes") for i in range(60)])
    batch.columns["choice"][7] = "maybe"
    batch.columns["voter"][9] = None
    rejects = [Reject("line 99", "bad_date", "no such day", "x" * 5000)]
    rejects += [Reject(f"line {i}", "out_of_scope", "not a state", "y") for i in range(100, 200)]
    report = ingest(
        store, "testsource", raw_file(), [batch, *rejects],
        spec_like=Terms(max_quarantine_share=0.05), recorded_on=now,
    )  # fmt: skip
    assert (report.rows_new, report.quarantined, report.out_of_scope) == (58, 3, 100)
    found = {(row.locator, row.code): row for row in store.quarantine("testsource")}
    assert {(at, code) for at, code in found if code != "out_of_scope"} == {
        ("line 99", "bad_date"), ("line 9", "unknown_choice"), ("line 11", "missing_value"),
    }  # fmt: skip
    assert found["line 100", "out_of_scope"].count == 100
    assert len(found["line 99", "bad_date"].raw) == 4000
    assert store.quarantine("other") == []


def test_repairs_are_counted_by_correction_and_remembered(store, raw_file, ballots, now):
    def items():
        return [ballots([("RUS", "yes")]), Repair("line 2", "padded", 3), Repair("line 9", "year")]

    report = ingest(store, "testsource", raw_file("first"), items(), recorded_on=now)
    assert report.repaired == {"padded": 3, "year": 1}
    again = ingest(store, "testsource", raw_file("second"), items(), recorded_on=LATER)
    assert (report + again).repaired == {"padded": 6, "year": 2}
    held = type(store)(store.home).sources()["testsource"]
    assert held.repaired == {"padded": 6, "year": 2}


def test_too_many_bad_rows_admit_nothing_but_can_be_looked_at(store, raw_file, ballots, now):
    bad = [Reject(f"line {n}", "bad_date", "no such day", "raw text") for n in (9, 10, 11)]
    with pytest.raises(QuarantineExceeded, match=r"3 bad rows of 5 \(60.0%, bound 2.0%\).*line 9"):
        ingest(
            store, "testsource", raw_file(),
            [ballots([("RUS", "yes"), ("IRN", "no")]), *bad], recorded_on=now,
        )  # fmt: skip
    assert store.is_empty()
    assert store.snapshots() == []
    assert [row.raw for row in store.quarantine()] == ["raw text"] * 3
    assert store.sources()["testsource"].failed == 1
    ingest(
        store, "testsource", raw_file(),
        [ballots([("RUS", "yes"), ("IRN", "no")])], recorded_on=now,
    )  # fmt: skip
    assert count(store, "ballots") == 2
    assert store.verify() == 3


@pytest.mark.parametrize(("bad", "good", "refused"), [(20, 40, False), (21, 40, True)])
def test_the_bound_is_not_held_against_a_small_file(
    store, raw_file, ballots, now, bad, good, refused
):
    rows = [ballots([(f"A{n:02d}", "yes") for n in range(good)])]
    rows += [Reject(f"line {n}", "bad_date", "no such day", "raw") for n in range(bad)]
    if refused:
        with pytest.raises(QuarantineExceeded):
            ingest(store, "testsource", raw_file(), rows, recorded_on=now)
        return
    report = ingest(store, "testsource", raw_file(), rows, recorded_on=now)
    assert (report.rows_new, report.quarantined) == (good, bad)
    assert {row.locator for row in store.quarantine()} == {f"line {n}" for n in range(bad)}


def test_a_file_cut_short_is_refused(store, raw_file, ballots, now):
    with pytest.raises(QuarantineExceeded, match="fewer than the 10 expected"):
        ingest(
            store, "testsource", raw_file(), [ballots([("RUS", "yes")])],
            spec_like=Terms(min_rows=10), recorded_on=now,
        )  # fmt: skip


def test_a_file_that_changes_while_it_is_read_is_refused(store, raw_file, ballots, now):
    path = raw_file("before")

    def rows():
        yield ballots([("RUS", "yes")])
        path.write_text("afterwards")

    with pytest.raises(EvidenceError, match="changed while it was read"):
        ingest(store, "testsource", path, rows(), recorded_on=now)
    assert store.is_empty()
    assert not any((store.home / "snapshots").rglob("*"))


def test_a_parser_that_fails_leaves_nothing(store, raw_file, ballots, now):
    def rows():
        yield ballots([("RUS", "yes")])
        raise SourceChanged("testsource", "f", ["a"], ["b"])

    with pytest.raises(SourceChanged):
        ingest(store, "testsource", raw_file(), rows(), recorded_on=now)
    assert store.is_empty()
    assert [p for p in store.home.rglob("*") if p.is_file() and p.parent != store.home] == []


@pytest.mark.parametrize("name", ["../up", "a/b", "", "A", "a:b:c", "x" * 60, "ü"])
def test_a_source_name_cannot_be_a_path(store, raw_file, now, name):
    with pytest.raises(UsageError, match="cannot name a source"):
        ingest(store, name, raw_file(), [], recorded_on=now)


def test_what_is_no_regular_file_is_refused(store, tmp_path, now):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        ingest(store, "testsource", tmp_path / "pipe", [], recorded_on=now)
    with pytest.raises(UsageError, match="there is no file"):
        ingest(store, "testsource", tmp_path / "nothing", [], recorded_on=now)


def test_too_large_a_file_is_refused(store, raw_file, now):
    store.max_snapshot = 10
    with pytest.raises(EvidenceError, match="larger than"):
        ingest(store, "testsource", raw_file("x" * 100), [], recorded_on=now)


def test_large_tables_are_split_by_years(store, raw_file, ballots, now):
    voters = [f"V{i:05d}" for i in range(30_000)]
    batches = [
        ballots([(v, "yes") for v in voters], rcid=str(year), day=dt.date(year, 3, 1))
        for year in (1990, 1991, 1995, 1996)
    ]
    ingest(store, "testsource", raw_file(), batches, recorded_on=now)
    years = sorted(segment.file.split("/")[3] for segment in store.segments())
    assert years == ["year=1990-1991", "year=1995-1996"]
    assert [segment.rows for segment in store.segments()] == [60_000, 60_000]
    assert count(store, "ballots", dt.date(1995, 12, 31)) == 90_000


def test_progress_names_the_file_and_counts(store, raw_file, ballots, now):
    told = []
    ingest(
        store, "testsource", raw_file(), [ballots([("RUS", "yes")]), ballots([("IRN", "no")])],
        recorded_on=now, progress=lambda name, rows: told.append((name, rows)),
    )  # fmt: skip
    assert told == [("file.txt", 1), ("file.txt", 2)]


# ------------------------------------------------------------------ admit_source


def source(ballots, **changes):
    def parse(path):
        files = sorted(path.glob("*.tab")) if path.is_dir() else [path]
        for file in files:
            if file.read_text().startswith("bad"):
                raise SourceChanged("testsource", file.name, ["a"], ["b"])
            yield ballots([(file.stem.upper(), "yes")], place=f"{file.name}, line ")

    return SimpleNamespace(SPEC=spec(**changes), parse=parse)


def test_a_folder_is_one_transaction_and_rows_keep_their_file(store, raw_file, ballots, now):
    for name in ("aaa", "bbb"):
        path = raw_file(name, f"d/{name}.tab")
    raw_file("not ours", "d/readme.md")
    report = admit_source(store, source(ballots), path.parent, now)
    assert (report.rows_new, store.generation) == (2, 1)
    assert sorted(item.name for item in store.snapshots()) == ["aaa.tab", "bbb.tab"]
    sha256 = {item.name: item.sha256 for item in store.snapshots()}
    with store.view(TODAY) as view:
        assert view.query("SELECT voter, snapshot FROM ballots ORDER BY 1") == [
            ("AAA", sha256["aaa.tab"]), ("BBB", sha256["bbb.tab"]),
        ]  # fmt: skip
    again = admit_source(store, source(ballots), path.parent, now)
    assert (again.rows_new, again.rows_same, store.generation) == (0, 2, 1)


def test_a_file_beside_is_kept_when_a_row_stands_in_it(store, raw_file, ballots, now):
    raw_file("dates", "d/calls.rda")
    raw_file("other", "d/unused.rda")
    path = raw_file("votes", "d/votes.tab")

    def parse(_):
        yield ballots([("RUS", "yes")], place="calls.rda, row ")
        yield ballots([("IRN", "yes")], place="votes.tab, row ")

    admit_source(store, SimpleNamespace(SPEC=spec(), parse=parse), path, now)
    assert sorted(item.name for item in store.snapshots()) == ["calls.rda", "votes.tab"]


def test_rows_that_do_not_say_name_all_files(store, raw_file, ballots, now):
    for name in ("aaa", "bbb"):
        path = raw_file(name, f"d/{name}.tab")
    odd = SimpleNamespace(SPEC=spec(), parse=lambda _: iter([ballots([("RUS", "yes")])]))
    admit_source(store, odd, path.parent, now)
    with store.view(TODAY) as view:
        ((joined,),) = view.query("SELECT snapshot FROM ballots")
    assert set(joined.split("+")) == {item.sha256 for item in store.snapshots()}


def test_files_that_stand_alone_are_admitted_one_by_one(store, raw_file, ballots, now):
    raw_file("a", "d/aaa.tab")
    raw_file("bad", "d/bbb.tab")
    path = raw_file("c", "d/ccc.tab")
    each = source(ballots, file_by_file=True)
    with pytest.raises(EvidenceError, match=r"1 of 3 files were refused.*bbb\.tab"):
        admit_source(store, each, path.parent, now)
    assert store.generation == 2
    raw_file("mended", "d/bbb.tab")
    report = admit_source(store, each, path.parent, now)
    assert (report.rows_new, report.rows_same, report.skipped) == (1, 2, ("aaa.tab", "ccc.tab"))


def test_a_folder_without_known_files_is_refused(store, raw_file, ballots, now):
    path = raw_file("x", "d/x.doc")
    with pytest.raises(SourceChanged, match=r"\*\.tab"):
        admit_source(store, source(ballots), path.parent, now)


# ------------------------------------------------------------------ admit_table


def test_a_users_table_is_found_from_its_header(store, claims_csv, now):
    report = admit_table(store, None, claims_csv([{}, {"claim_id": "c-2"}]), now)
    assert (report.source, report.rows_new, report.by_table) == ("user", 2, {"claims": 2})


def test_a_users_id_that_the_case_has_is_a_conflict_unless_replaced(store, claims_csv, now):
    sync_case(store, "rus-irn", {"claims": claims_csv([{}, {"claim_id": "c-2"}])}, now)
    mine = claims_csv(
        [{"state": "delivered"}, {"claim_id": "c-2"}, {"claim_id": "u-1"}], "mine.csv"
    )
    report = admit_table(store, "claims", mine, now)
    assert (report.rows_new, report.rows_same, report.quarantined) == (1, 1, 1)
    (row,) = store.quarantine("user")
    assert (row.code, row.locator) == ("duplicate_key", "line 2")
    assert "case:rus-irn" in row.reason
    report = admit_table(store, "claims", mine, now, replace_others=True)
    assert report.rows_corrected == 1
    with store.view(TODAY) as view:
        assert view.record("claim:c-1")["state"] == "delivered"
    with store.view(TODAY, exclude_sources=["user"]) as view:
        assert view.record("claim:c-1")["state"] == "claimed"
        assert view.record("claim:u-1") is None


def test_a_users_changed_row_corrects_the_old_one(store, claims_csv, now):
    admit_table(store, None, claims_csv([{}]), now)
    report = admit_table(store, None, claims_csv([{"state": "denied"}]), LATER)
    assert report.rows_corrected == 1
    with store.view(dt.date(2023, 3, 11)) as view:
        assert view.query("SELECT state FROM claims") == [("denied",)]
    # The old file again is a change again, not something known.
    assert admit_table(store, None, claims_csv([{}]), LATER).rows_corrected == 1
    assert admit_table(store, None, claims_csv([{}]), LATER).skipped == ("claims.csv",)


def test_a_table_with_an_unknown_column_is_refused(store, claims_csv, now):
    with pytest.raises(CatalogError, match="colour"):
        admit_table(store, "claims", claims_csv([{"colour": "red"}]), now)
    assert store.generation == 0


def test_a_folder_is_no_table(store, tmp_path, now):
    with pytest.raises(UsageError, match="is a folder"):
        admit_table(store, "claims", tmp_path, now)


# ------------------------------------------------------------------ sync_case


def test_an_unchanged_case_writes_nothing(store, claims_csv, now):
    path = claims_csv([{}, {"claim_id": "c-2"}])
    assert sync_case(store, "rus-irn", {"claims": path}, now).rows_new == 2
    report = sync_case(store, "rus-irn", {"claims": path}, LATER)
    assert (report.rows_same, report.skipped, store.generation) == (2, ("claims.csv",), 1)


def test_a_changed_case_corrects_withdraws_and_brings_back(store, claims_csv, now):
    first = [{}, {"claim_id": "c-2"}, {"claim_id": "c-3"}]
    sync_case(store, "rus-irn", {"claims": claims_csv(first)}, now)
    second = [{"state": "denied"}, {"claim_id": "c-3"}, {"claim_id": "c-4"}]
    report = sync_case(store, "rus-irn", {"claims": claims_csv(second)}, LATER)
    assert (report.rows_new, report.rows_same) == (1, 1)
    assert (report.rows_corrected, report.rows_withdrawn) == (1, 1)
    with store.view(dt.date(2023, 3, 11)) as view:
        assert view.query("SELECT claim_id, state FROM claims ORDER BY 1") == [
            ("c-1", "denied"), ("c-3", "claimed"), ("c-4", "claimed"),
        ]  # fmt: skip
        assert view.record("claim:c-2") is None
        assert [row["revision"] for row in view.history("claim:c-2")] == ["original", "withdrawn"]
    assert store.sources()["case:rus-irn"].rows == {"claims": 3}
    sync_case(store, "rus-irn", {"claims": claims_csv(first)}, LATER)
    with store.view(dt.date(2023, 3, 11)) as view:
        assert view.query("SELECT claim_id, state FROM claims ORDER BY 1") == [
            ("c-1", "claimed"), ("c-2", "claimed"), ("c-3", "claimed"),
        ]  # fmt: skip
    assert store.sources()["case:rus-irn"].rows == {"claims": 3}


def test_a_case_file_that_is_emptied_withdraws_everything(store, claims_csv, now):
    sync_case(store, "rus-irn", {"claims": claims_csv([{}])}, now)
    report = sync_case(store, "rus-irn", {"claims": claims_csv([])}, LATER)
    assert report.rows_withdrawn == 1
    assert count(store, "claims") == 0


def test_a_users_correction_outlives_the_withdrawal_of_the_case_row(store, claims_csv, now):
    sync_case(store, "rus-irn", {"claims": claims_csv([{}, {"claim_id": "c-2"}])}, now)
    mine = claims_csv([{"state": "delivered"}], "mine.csv")
    admit_table(store, "claims", mine, now, replace_others=True)
    sync_case(store, "rus-irn", {"claims": claims_csv([{"claim_id": "c-2"}])}, LATER)
    with store.view(TODAY) as view:
        assert view.query("SELECT claim_id, state, source FROM claims ORDER BY 1") == [
            ("c-1", "delivered", "user"), ("c-2", "claimed", "case:rus-irn"),
        ]  # fmt: skip
