"""From a publisher's server to the store and the ledger, undisturbed and disturbed."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from hashlib import md5
from types import SimpleNamespace

import pytest

from comity.core.errors import SourceChanged, SourceUnavailable, StoreBusy, UsageError
from comity.core.records import Batch, Reject
from comity.evidence import durable
from comity.evidence.booking import collect_local
from comity.evidence.collecting import Order, collect_remote
from comity.evidence.fetch.client import Manners
from comity.evidence.fetch.partfile import PartFile
from comity.evidence.fetching import Fetcher
from comity.evidence.gaps import days_of, source_gaps
from comity.evidence.ledger import LEDGER_FILE, Ledger
from comity.evidence.lock import writing
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec
from loopback import Publisher

NOW = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2024, 1, 5)
HOST = "https://data.example.org"
QUICK = Manners(pause=0, attempts=2, wait_first=0.01, wait_most=0.01, timeout=5)
DAYS = [FIRST + dt.timedelta(days=i) for i in range(5)]


def content(day: dt.date, choice: str = "yes") -> bytes:
    lines = [f"{day:%Y%m%d}{i},{voter},{choice}" for i in range(3) for voter in ("RUS", "IRN")]
    return ("rcid,voter,choice\n" + "\n".join(lines) + "\n").encode()


def parse(path):
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as stream:
            rows = list(csv.reader(stream))
        if not rows or rows[0] != ["rcid", "voter", "choice"]:
            raise SourceChanged("made_up", file.name, ["rcid"], rows[0] if rows else [], "0" * 64)
        good = [row for row in rows[1:] if len(row) == 3]
        for number, row in enumerate(rows[1:]):
            if len(row) != 3:
                yield Reject(f"{file.name}, line {number + 2}", "bad", "A cell is missing.", "x")
        n = len(good)
        if n:
            yield Batch(
                "ballots",
                {
                    "rcid": [row[0] for row in good],
                    "voter": [row[1] for row in good],
                    "choice": [row[2] for row in good],
                    "occurred_from": [FIRST] * n,
                    "occurred_to": [FIRST + dt.timedelta(days=1)] * n,
                    "precision": ["day"] * n,
                    "public_from": [FIRST] * n,
                    "public_from_basis": ["act"] * n,
                    "locator": [f"{file.name}, line {i + 2}" for i in range(n)],
                },
            )


def spec(**changes):
    values = {
        "name": "made_up", "title": "T", "publisher": "P", "url": "https://example.org",
        "licence": "CC0", "redistribution": "yes", "citation": "t", "cadence": "D",
        "coverage": "2024/", "reliability": "B", "tables": ("ballots",), "pause": 0.0,
        "layouts": (Layout("one", "*.csv", ("rcid",), "doc"),), "file_by_file": True,
    }  # fmt: skip
    return SourceSpec(**{**values, **changes})


def by_day(**more):
    def expected(site, since, until):
        for day in DAYS:
            if since <= day <= until:
                name = f"{day:%Y%m%d}.csv"
                yield RemoteFile(name, f"{HOST}/d/{name}", day, day, **more)

    return expected


def by_index(site, since, until):
    for line in site.read(f"{HOST}/index").decode().splitlines():
        size, digest, name = line.split()
        day = dt.datetime.strptime(name[:8], "%Y%m%d").replace(tzinfo=dt.UTC).date()
        yield RemoteFile(
            name, f"{HOST}/d/{name}", day, day, size=int(size), md5=digest, listed=True
        )


def write_index(server):
    server.files["/index"] = "\n".join(
        f"{len(data)} {md5(data).hexdigest()} {path[3:]}"
        for path, data in server.files.items()
        if path.startswith("/d/")
    ).encode()


def made(expected, reader=parse, **changes):
    return SimpleNamespace(SPEC=spec(**changes), parse=reader, expected=expected)


@pytest.fixture
def server():
    with Publisher() as publisher:
        for day in DAYS:
            publisher.files[f"/d/{day:%Y%m%d}.csv"] = content(day)
        write_index(publisher)
        yield publisher


@pytest.fixture
def collect(store, server):
    def run(source, since=FIRST, until=LAST, now=NOW, **more):
        order = Order(since, until, now, base=server.base, manners=QUICK, **more)
        return collect_remote(store, source, order)

    return run


def count(store):
    with store.view(dt.date(2030, 1, 1), tables=["ballots"]) as view:
        return view.query("SELECT count(*), count(DISTINCT record_id) FROM ballots")[0]


def states(store, source="made_up"):
    with Ledger.open(store.home) as ledger:
        return {name: n for name, n in ledger.counts(source).items() if n}


def entry(store, day):
    with Ledger.open(store.home) as ledger:
        return ledger.entry("made_up", f"{day:%Y%m%d}.csv")


def downloads(store):
    folder = store.home / "downloads" / "made_up"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_everything_comes_is_admitted_and_booked(store, server, collect):
    run = collect(made(by_day()))
    assert (run.fetched, run.report.rows_new, run.stopped) == (5, 30, "")
    assert count(store) == (30, 30)
    assert states(store) == {"present": 5}
    one = entry(store, FIRST)
    assert (one.rows, one.rows_quarantined, one.size) == (6, 0, len(content(FIRST)))
    assert one.url == f"{HOST}/d/20240101.csv"
    assert {item.url for item in store.snapshots()} == {
        f"{HOST}/d/{day:%Y%m%d}.csv" for day in DAYS
    }
    assert downloads(store) == [], "the store has the bytes"
    store.verify()


def test_twice_is_as_good_as_once(store, server, collect):
    collect(made(by_day()))
    before = store.content_hash(), len(server.asked)
    run = collect(made(by_day()))
    assert (run.fetched, run.report.rows_new) == (0, 0)
    assert (store.content_hash(), len(server.asked)) == before


def test_a_hole_of_the_publisher_is_absent_and_no_failure(store, server, collect):
    del server.files["/d/20240103.csv"]
    collect(made(by_day()))
    assert states(store) == {"present": 4, "absent_upstream": 1}
    with Ledger.open(store.home) as ledger:
        days = days_of(ledger, "made_up", FIRST, LAST)
    assert (days.missing, days.incomplete) == ([(DAYS[2], DAYS[2])], [])
    server.files["/d/20240103.csv"] = content(DAYS[2])
    collect(made(by_day()))
    assert states(store) == {"present": 5}


def test_a_listed_file_that_is_not_there_has_failed(store, server, collect):
    del server.files["/d/20240103.csv"]
    collect(made(by_index))
    assert states(store) == {"present": 4, "failed": 1}
    assert "404" in entry(store, DAYS[2]).error


def test_one_corrupt_one_truncated_one_missing_then_all(store, server, collect):
    server.plans["/d/20240101.csv"] = ["corrupt!"]
    server.plans["/d/20240102.csv"] = ["short!"]
    server.plans["/d/20240104.csv"] = ["404!"]
    collect(made(by_index))
    assert states(store) == {"present": 2, "failed": 3}
    assert entry(store, DAYS[0]).fault == "corrupt"
    assert "MD5" in entry(store, DAYS[0]).error
    assert "bytes" in entry(store, DAYS[1]).error
    assert entry(store, DAYS[1]).attempts == 1
    assert count(store) == (12, 12)
    server.plans.clear()
    run = collect(made(by_index))
    assert run.fetched == 3
    assert states(store) == {"present": 5}
    assert count(store) == (30, 30)


def test_without_an_index_a_truncated_file_is_left_to_the_reader(store, server, collect):
    server.plans["/d/20240102.csv"] = ["corrupt!"]
    collect(made(by_day()))
    bad = entry(store, DAYS[1])
    assert (bad.state, bad.fault) == ("quarantined", "refused")
    assert "Expected rcid" in bad.error
    assert bad.sha256
    assert downloads(store) == ["20240102.csv"], "a person may look at it"
    run = collect(made(by_day()))
    assert (run.fetched, run.unchanged) == (0, 1), "the same bytes are not read again"
    server.plans.clear()
    collect(made(by_day()))
    assert states(store) == {"present": 5, "superseded": 1}
    assert downloads(store) == []


def test_a_file_that_the_publisher_changed_supersedes_the_old(store, server, collect):
    collect(made(by_index))
    server.files["/d/20240102.csv"] = content(DAYS[1], "no")
    server.age = 100
    write_index(server)
    run = collect(made(by_index), now=NOW + dt.timedelta(days=1))
    assert (run.fetched, run.report.rows_corrected) == (1, 6)
    assert states(store) == {"present": 5, "superseded": 1}
    with Ledger.open(store.home) as ledger:
        old, new = (e for e in ledger.entries("made_up") if e.name == "20240102.csv")
    assert (old.state, old.version, new.state, new.version) == ("superseded", 0, "present", 1)
    assert old.sha256 != new.sha256


def test_a_file_that_may_change_is_asked_for_conditionally(store, server, collect):
    source = made(by_day(changes=True))
    collect(source)
    assert collect(source).unchanged == 5
    assert server.asked[-1].headers["if-none-match"]
    server.plans["/d/20240101.csv"] = ["503!"]
    collect(source)
    one = entry(store, FIRST)
    assert (one.state, one.fault) == ("present", "unavailable")
    assert "not refreshed" in one.error
    server.plans.clear()
    collect(source)
    assert entry(store, FIRST).error == ""


def test_a_dated_file_bears_the_servers_day(store, server, collect):
    collect(made(by_day(dated=True)), until=FIRST)
    assert [item.name for item in store.snapshots()] == ["2023-11-14_20240101.csv"]
    server.marks = False
    server.files["/d/20240101.csv"] = content(FIRST, "no")
    collect(made(by_day(dated=True, changes=True)), until=FIRST)
    assert store.snapshots()[-1].name == "2024-05-01_20240101.csv"


def test_a_dead_server_is_not_asked_for_every_file(store, server, collect):
    for day in DAYS:
        server.plans[f"/d/{day:%Y%m%d}.csv"] = ["503!"]
    run = collect(made(by_day()))
    assert "3 files in a row" in run.stopped
    assert states(store) == {"failed": 3, "expected": 2}
    server.plans.clear()
    assert collect(made(by_day())).fetched == 5


def test_without_its_index_a_run_fails_and_says_so(store, server, collect):
    server.plans["/index"] = ["500!"]
    with pytest.raises(SourceUnavailable, match="index"):
        collect(made(by_index))
    with Ledger.open(store.home) as ledger:
        assert "index" in ledger.last_run("made_up")["outcome"]


def test_what_the_publisher_no_longer_names_is_not_missed(store, server, collect):
    del server.files["/d/20240103.csv"]
    collect(made(by_index))
    write_index(server)
    collect(made(by_index))
    assert states(store) == {"present": 4, "superseded": 1}


def test_a_reader_that_breaks_keeps_no_other_file_out(store, server, collect):
    def breaks(path):
        if path.name == "20240102.csv":
            raise KeyError("column")
        yield from parse(path)

    collect(made(by_day(), breaks))
    assert states(store) == {"present": 4, "quarantined": 1}
    assert "reader broke" in entry(store, DAYS[1]).error
    collect(made(by_day(), parse, parser_version=2))
    assert states(store) == {"present": 5}, "a mended reader reads it again"
    assert len([a for a in server.asked if a.path.endswith("20240102.csv")]) == 1


def test_a_full_disk_is_no_fault_of_the_file(store, server, collect):
    def full(path):
        raise OSError(28, "No space left on device")
        yield

    with pytest.raises(OSError, match="No space"):
        collect(made(by_day(), full))
    assert states(store) == {"expected": 5}
    assert collect(made(by_day())).fetched == 0, "they are whole and wait"
    assert states(store) == {"present": 5}


# ------------------------------------------------------------------ files that are read together


def test_files_that_belong_together_are_read_once_all_are_there(store, server, collect):
    source = made(by_day(listed=True), file_by_file=False)
    server.plans["/d/20240103.csv"] = ["404!"]
    collect(source)
    assert states(store) == {"expected": 4, "failed": 1}
    assert "waits for 20240103.csv" in entry(store, FIRST).error
    assert store.generation == 0
    server.plans.clear()
    run = collect(source)
    assert (run.fetched, run.report.rows_new) == (1, 30)
    assert states(store) == {"present": 5}
    assert entry(store, FIRST).rows == 6
    assert downloads(store) == []


def test_a_changed_part_is_read_with_the_others_that_were_kept(store, server, collect):
    source = made(by_day(changes=True), file_by_file=False)
    collect(source)
    server.files["/d/20240102.csv"] = content(DAYS[1], "no")
    run = collect(source, now=NOW + dt.timedelta(days=1))
    assert (run.fetched, run.report.rows_corrected, run.report.rows_same) == (1, 6, 24)
    assert states(store) == {"present": 5, "superseded": 1}


def test_the_bad_one_of_a_set_is_named(store, server, collect):
    source = made(by_day(), file_by_file=False)
    server.plans["/d/20240104.csv"] = ["corrupt!"]
    collect(source)
    assert states(store) == {"expected": 4, "quarantined": 1}
    assert entry(store, DAYS[3]).state == "quarantined"
    server.plans.clear()
    collect(source)
    assert states(store) == {"present": 5, "superseded": 1}


# ------------------------------------------------------------------ interruption


class Stopped(BaseException):
    """As a kill would: nothing may catch it."""


@pytest.mark.parametrize("at", range(1, 12))
def test_stopped_at_any_request_or_booking_it_goes_on(store, server, collect, at, monkeypatch):
    steps = 0
    for owner, name in ((Ledger, "arrived"), (Ledger, "book")):
        original = getattr(owner, name)

        def stepped(self, *args, _original=original, **kwargs):
            nonlocal steps
            steps += 1
            if steps == at:
                raise Stopped
            done = _original(self, *args, **kwargs)
            steps += 1
            if steps == at:
                raise Stopped
            return done

        monkeypatch.setattr(owner, name, stepped)
    with pytest.raises(Stopped):
        collect(made(by_day()))
    steps = -1000
    collect(made(by_day()))
    assert states(store) == {"present": 5}
    assert count(store) == (30, 30)
    assert downloads(store) == []
    assert len(server.paths()) == 5, "what was whole is not fetched again"
    store.verify()


def test_what_a_kill_left_of_admitted_files_is_removed(store, server, collect, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Fetcher, "clear", lambda *_: None)
        patch.setattr(Fetcher, "tidy", lambda *_: None)
        collect(made(by_day()))
    assert len(downloads(store)) == 5
    collect(made(by_day()))
    assert downloads(store) == []


def test_a_kill_between_the_name_and_the_notes_leaves_nothing_for_ever(
    store, server, collect, monkeypatch
):
    def named_only(self, final):
        durable.publish(self.path, final)
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(PartFile, "done", named_only)
        with pytest.raises(Stopped):
            collect(made(by_day()))
    assert [name for name in downloads(store) if name.endswith(".part.json")]
    collect(made(by_day()))
    assert states(store) == {"present": 5}
    assert downloads(store) == []


def test_two_runs_of_one_source_do_not_mix(store, server, collect):
    folder = store.home / "downloads" / ".locks" / "made_up"
    folder.mkdir(parents=True)
    with writing(folder, NOW), pytest.raises(StoreBusy):
        collect(made(by_day()))


def test_what_was_fetched_waits_while_another_writes(store, server, collect):
    with store.writing(NOW), pytest.raises(StoreBusy):
        collect(made(by_day()))
    run = collect(made(by_day()))
    assert (run.fetched, run.report.rows_new) == (0, 30)


def test_a_lost_ledger_admits_nothing_twice(store, server, collect):
    collect(made(by_day()))
    for path in store.home.glob(f"{LEDGER_FILE}*"):
        path.unlink()
    run = collect(made(by_day()))
    assert (run.report.rows_new, run.report.rows_same) == (0, 30)
    assert states(store) == {"present": 5}


def test_a_ledger_ahead_of_the_store_is_not_believed(store, server, collect):
    collect(made(by_day()))
    for name in ("manifest.json", "tables", "quarantine"):
        path = store.home / name
        if path.is_file():
            path.unlink()
        else:
            for file in path.rglob("*.parquet"):
                file.unlink()
    for name in ("tables", "quarantine", "snapshots"):
        (store.home / name).rename(store.home.parent / name) if (store.home / name).exists() else 0
    run = collect(made(by_day()))
    assert run.report.rows_new == 30
    assert count(store) == (30, 30)


# ------------------------------------------------------------------ keys, names, local files


def test_a_mirror_is_given_no_key(store, server, collect):
    def keyed(site, since, until):
        yield RemoteFile("a.csv", f"{HOST}/d/20240101.csv", query={"key": site.key("made")})

    collect(made(keyed, key="made"), keys={"made": "s3cret"})
    assert "s3cret" not in str(server.asked)
    assert b"s3cret" not in (store.home / LEDGER_FILE).read_bytes()


def test_a_missing_key_says_where_to_apply(store):
    def keyed(site, since, until):
        yield RemoteFile("a.csv", HOST, query={"key": site.key("made")})

    source = made(keyed, key="made", gated="apply at example.org")
    with pytest.raises(UsageError, match=r"apply at example.org.*COMITY_KEYS__MADE"):
        collect_remote(store, source, Order(FIRST, LAST, NOW))


def test_a_source_without_a_server_says_where_to_get_files(store):
    source = SimpleNamespace(SPEC=spec(gated="write to them"), parse=parse)
    with pytest.raises(UsageError, match=r"write to them.*--from"):
        collect_remote(store, source, Order(FIRST, LAST, NOW))


@pytest.mark.parametrize("name", ["../x.csv", "a/b.csv", "", ".hidden", "a\\b"])
def test_no_name_leads_out_of_the_folder(store, server, collect, name):
    def evil(site, since, until):
        yield RemoteFile(name, f"{HOST}/d/20240101.csv")

    with pytest.raises(Exception, match="no file name"):
        collect(made(evil))


def test_files_that_the_user_has_are_booked_too(store, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "20240101.csv").write_bytes(content(FIRST))
    (folder / "20240102.csv").write_bytes(b"something else")
    with pytest.raises(Exception, match="1 of 2 files were refused"):
        collect_local(store, made(by_day()), folder, NOW)
    assert states(store) == {"present": 1, "quarantined": 1}
    (folder / "20240102.csv").write_bytes(content(DAYS[1]))
    collect_local(store, made(by_day()), folder, NOW)
    assert states(store) == {"present": 2, "superseded": 1}
    collect_local(store, made(by_day()), folder, NOW)
    assert states(store) == {"present": 2, "superseded": 1}


def test_a_file_that_the_user_had_is_not_fetched_again(store, server, collect, tmp_path):
    mine = tmp_path / "20240101.csv"
    mine.write_bytes(content(FIRST))
    collect_local(store, made(by_day()), mine, NOW)
    assert collect(made(by_day())).fetched == 4


def test_gaps_are_told_for_the_days_in_use_only(store, server, collect):
    server.plans["/d/20240102.csv"] = ["403!"]
    collect(made(by_day()))
    tables = {"made_up": ("ballots",)}
    (gap,) = source_gaps(store.home, lambda: tables, FIRST, LAST)
    assert (gap.files, gap.of, gap.days) == (1, 5, ((DAYS[1], DAYS[1]),))
    assert gap.reasons == ("1 could not be fetched",)
    assert source_gaps(store.home, lambda: tables, DAYS[2], LAST) == []
    assert source_gaps(store.home, dict, FIRST, LAST) == []


def test_a_store_without_a_ledger_has_no_gaps_and_gets_none(store):
    assert source_gaps(store.home, lambda: {"made_up": ("ballots",)}, FIRST, LAST) == []
    assert not (store.home / LEDGER_FILE).exists()


def test_a_damaged_ledger_says_what_to_do(store):
    (store.home / LEDGER_FILE).write_bytes(b"no database" * 100)
    with pytest.raises(Exception, match="move it away"):
        Ledger.open(store.home)


def test_a_zip_comes_as_it_is(store, server, collect, tmp_path):
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.csv", content(FIRST))
    server.files["/d/a.zip"] = packed.read_bytes()

    def expected(site, since, until):
        yield RemoteFile("a.zip", f"{HOST}/d/a.zip", FIRST, FIRST)

    def reader(path):
        assert zipfile.is_zipfile(path)
        yield from ()

    collect(made(expected, reader, min_rows=0))
    assert states(store) == {"present": 1}
