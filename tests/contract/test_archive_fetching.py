"""What every source promises that is fetched into the archive, whatever it is called.

A server on this machine has some days of files made from the fixtures, and the publisher's own
kinds of index over them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from pathlib import Path

import pytest

from comity.core.errors import SourceUnavailable
from comity.evidence.collecting import Order, collect_remote
from comity.evidence.fetch.client import Manners
from comity.evidence.ledger import Ledger
from comity.evidence.store import EvidenceStore
from comity.sources import gdelt
from comity.sources._spec import archive_of, discover, expected_of
from loopback import Publisher

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
SOURCES = {
    name: source
    for name, source in discover().items()
    if archive_of(source) and expected_of(source)
}
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
QUICK = Manners(pause=0, attempts=2, wait_first=0.01, wait_most=0.01, timeout=5)
ONCE = Manners(pause=0, attempts=1, timeout=5)
DAYS = 5


def zipped(name, text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name.removesuffix(".zip"), (2020, 1, 1, 0, 0, 0))
        archive.writestr(info, text)
    return packed.getvalue()


def days_of_files(name):
    """The fixture as files of some days, by name; each row has a number of its own."""
    folder = FIXTURES / name
    path = sorted(folder.glob("*/*.CSV"))[0]
    stamp = re.match(r"\d+", path.name).group()
    start = dt.datetime.strptime(stamp[:8], "%Y%m%d").replace(tzinfo=dt.UTC)
    made = {}
    for number in range(DAYS):
        day = f"{start + dt.timedelta(days=number):%Y%m%d}"
        lines = [
            f"{number}{line}".replace(stamp[:8], day)
            for line in path.read_text("utf-8").splitlines(keepends=True)
        ]
        file = f"{path.name.replace(stamp[:8], day)}.zip"
        made[file] = zipped(file, "".join(lines))
    return made


def md5_of(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def stock(server, name):
    """Put files and indexes under the publisher's paths; return the files by path."""
    files = days_of_files(name)
    sums = {
        file: hashlib.md5(data, usedforsecurity=False).hexdigest() for file, data in files.items()
    }
    base = "/events/" if name == "gdelt" else "/gdeltv2/"
    paths = {base + file: data for file, data in files.items()}
    server.files.update(paths)
    if name == "gdelt":
        server.files["/events/md5sums"] = "".join(
            f"{sums[file]}  {file}\n" for file in files
        ).encode()
        server.files["/events/filesizes"] = "".join(
            f"{len(data)} {file}\n" for file, data in files.items()
        ).encode()
    else:
        host = "http://data.gdeltproject.org"
        server.files["/gdeltv2/masterfilelist.txt"] = "".join(
            f"{len(data)} {sums[file]} {host}{base}{file}\n" for file, data in files.items()
        ).encode()
        server.files["/gdeltv2/masterfilelist-translation.txt"] = b""
    return paths


@pytest.fixture
def server():
    with Publisher() as made:
        yield made


def order_for(server, paths, manners=QUICK):
    stamps = sorted(re.search(r"/(\d{8})", path).group(1) for path in paths)
    first, last = (dt.date.fromisoformat(stamps[0]), dt.date.fromisoformat(stamps[-1]))
    return Order(first, last, NOW, base=server.base, manners=manners)


def entry_of(store, name, path):
    with Ledger.open(store.home) as ledger:
        return ledger.entry(name, path.rpartition("/")[2])


def rows_of(store, name):
    relation = archive_of(SOURCES[name]).relation.name
    with store.view(dt.date(2026, 11, 22)) as view:
        return view.query(
            f"SELECT * EXCLUDE (file) FROM ({view.archive.sql(relation)}) ORDER BY ALL"
        )


@pytest.mark.parametrize("name", SOURCES)
def test_files_are_fetched_admitted_and_never_asked_for_again(name, server, tmp_path):
    paths = stock(server, name)
    store = EvidenceStore.open(tmp_path / "store", "500MB")
    run = collect_remote(store, SOURCES[name], order_for(server, paths))
    assert run.fetched == DAYS
    assert {entry_of(store, name, path).state for path in paths} == {"present"}
    files = store.archive.files(name)
    assert len(files) == DAYS
    assert all(each.url.startswith("http://data.gdeltproject.org/") for each in files)
    rows = rows_of(store, name)
    assert len(rows) == run.report.rows_new == sum(each.rows for each in files) > 0
    asked = len(server.asked)
    again = collect_remote(store, SOURCES[name], order_for(server, paths))
    assert (again.fetched, again.report.rows_new) == (0, 0)
    assert not {each.path for each in server.asked[asked:]} & set(paths)
    assert rows_of(store, name) == rows


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("plan", ["cut!", "corrupt!", "short!", "404!"])
def test_one_bad_file_keeps_no_other_out_and_comes_again(name, plan, server, tmp_path):
    paths = stock(server, name)
    whole = EvidenceStore.open(tmp_path / "whole", "500MB")
    collect_remote(whole, SOURCES[name], order_for(server, paths))
    store = EvidenceStore.open(tmp_path / "store", "500MB")
    victim = sorted(paths)[2]
    server.plans[victim] = [plan]
    collect_remote(store, SOURCES[name], order_for(server, paths, ONCE))
    entry = entry_of(store, name, victim)
    assert entry.state == "failed", "the index names it, so that it is not absent upstream"
    assert entry.fault == ("corrupt" if plan in {"corrupt!", "short!"} else "unavailable")
    assert len(store.archive.files(name)) == DAYS - 1
    missing = entry.first
    with Ledger.open(store.home) as ledger:
        present = {each.first for each in ledger.entries(name, {"present"})}
    assert missing not in present
    server.plans.clear()
    collect_remote(store, SOURCES[name], order_for(server, paths))
    assert entry_of(store, name, victim).state == "present"
    assert rows_of(store, name) == rows_of(whole, name)
    assert store.verify() == len(store.archive.segments())


@pytest.mark.parametrize("name", SOURCES)
def test_without_its_index_nothing_is_guessed(name, server, tmp_path):
    paths = stock(server, name)
    order = order_for(server, paths, ONCE)
    for path in list(server.files):
        if path not in paths:
            del server.files[path]
    store = EvidenceStore.open(tmp_path / "store", "500MB")
    with pytest.raises(SourceUnavailable):
        collect_remote(store, SOURCES[name], order)
    assert not store.archive.files()


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_that_its_publisher_changes_replaces_the_old_one(name, server, tmp_path):
    paths = stock(server, name)
    store = EvidenceStore.open(tmp_path / "store", "500MB")
    collect_remote(store, SOURCES[name], order_for(server, paths))
    before = len(rows_of(store, name))
    changed = sorted(paths)[0]
    file = changed.rpartition("/")[2]
    text = zipfile.ZipFile(io.BytesIO(paths[changed])).read(file.removesuffix(".zip"))
    fewer = zipped(file, b"".join(text.splitlines(keepends=True)[1:]))
    old, new = md5_of(paths[changed]).encode(), md5_of(fewer).encode()
    size, smaller = str(len(paths[changed])).encode(), str(len(fewer)).encode()
    for path in [each for each in server.files if each not in paths]:
        lines = server.files[path].splitlines(keepends=True)
        server.files[path] = b"".join(
            line.replace(old, new).replace(size + b" ", smaller + b" ")
            if file.encode() in line
            else line
            for line in lines
        )
    server.files[changed] = fewer
    collect_remote(store, SOURCES[name], order_for(server, paths))
    assert len(rows_of(store, name)) == before - 1
    assert len([each for each in store.archive.files(name) if each.superseded_on]) == 1


@pytest.mark.shared
def test_the_publishers_own_index_tells_a_file_that_was_cut(server, shared_data, tmp_path):
    """The index lists the whole file; what is beside the project are its first hundred rows."""
    folder = shared_data / "gdelt" / "index_files"
    for packed, path in (
        ("v1_event_md5sums.txt.zip", "/events/md5sums"),
        ("v1_event_file_list.txt.zip", "/events/filesizes"),
    ):
        with zipfile.ZipFile(folder / packed) as archive:
            server.files[path] = archive.read(archive.namelist()[0])
    file = "20141124.export.CSV.zip"
    server.files[f"/events/{file}"] = (shared_data / "gdelt" / file).read_bytes()
    day = dt.date(2014, 11, 24)
    store = EvidenceStore.open(tmp_path / "store", "500MB")
    collect_remote(store, gdelt, Order(day, day, NOW, base=server.base, manners=ONCE))
    entry = entry_of(store, "gdelt", file)
    assert (entry.state, entry.fault) == ("failed", "corrupt")
    assert "index says" in entry.error
    assert not store.archive.files()
