"""What every source that can be fetched promises, whatever it is called.

A server on this machine has the fixtures under the publisher's paths. Which fixture is which file
is found by name, or by asking the parser; where that does not do (an index, say), the file lies in
``tests/fixtures/sources/SOURCE/site/PATH``.
"""

from __future__ import annotations

import datetime as dt
import difflib
import io
import zipfile
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from comity.core.errors import ComityError, SourceUnavailable
from comity.core.records import Batch
from comity.evidence.collecting import Order, collect_remote
from comity.evidence.fetch.client import Client, Manners
from comity.evidence.fetch.site import PublisherSite
from comity.evidence.ingest import admit_source
from comity.evidence.ledger import Ledger
from comity.evidence.store import EvidenceStore
from comity.sources._spec import archive_of, discover, expected_of
from loopback import Publisher, place

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
# Sources whose files go to the archive whole: test_archive_fetching.
FETCHED = {
    name: each for name, each in discover().items() if expected_of(each) and not archive_of(each)
}
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
QUICK = Manners(pause=0, attempts=2, wait_first=0.01, wait_most=0.01, timeout=5)
ONCE = Manners(pause=0, attempts=1, timeout=5)
MOST = 6


def key_of(remote):
    parts = urlsplit(remote.url)
    query = "&".join(part for part in (parts.query, urlencode(dict(remote.query))) if part)
    return place(parts.path, query)


def payloads(name, remote):
    """Yield what a fixture folder has that may be this file, most likely first."""
    folder = FIXTURES / name
    files = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and "site" not in path.parts
    ]
    files.sort(key=lambda path: -difflib.SequenceMatcher(None, path.name, remote.name).ratio())
    suffix = Path(remote.name).suffix.lower()
    text = {".csv", ".tab", ".txt"}
    yield from (
        path.read_bytes()
        for path in files
        if path.suffix.lower() == suffix or {path.suffix.lower(), suffix} <= text
    )
    if suffix == ".zip":
        for layout in sorted(path for path in folder.iterdir() if path.is_dir()):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for path in sorted(layout.rglob("*")):
                    if path.is_file():
                        info = zipfile.ZipInfo(path.name, (2020, 1, 1, 0, 0, 0))
                        archive.writestr(info, path.read_bytes())
            yield packed.getvalue()


def gives_rows(source, name, data, folder):
    """Return whether the source reads bytes under this name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    try:
        if not hasattr(source, "parse"):  # goes into the archive as a whole
            report = admit_source(EvidenceStore.open(folder / "home"), source, path, NOW)
            return bool(report.snapshots)
        rows = sum(len(item) for item in source.parse(path) if isinstance(item, Batch))
    except ComityError:
        return False
    finally:
        path.unlink()
    return rows >= source.SPEC.min_rows


def span_of(name, source):
    """The last year of which the fixtures have a row."""
    last = dt.date(1900, 1, 1)
    if not hasattr(source, "parse"):
        return dt.date(int(source.SPEC.coverage[:4]), 1, 1), NOW.date()
    for folder in sorted(path for path in (FIXTURES / name).iterdir() if path.is_dir()):
        try:
            for item in source.parse(folder):
                if isinstance(item, Batch):
                    last = max(last, *item.columns["occurred_to"])
        except ComityError:
            continue
    last = min(last, NOW.date())
    return last - dt.timedelta(days=366), last


def files_named(source, server, since, until):
    with Client(QUICK, server.base) as client:
        site = PublisherSite(client, source.SPEC, {}, mirror=True)
        return list(expected_of(source)(site, since, until))


@pytest.fixture
def server():
    with Publisher() as made:
        yield made


@pytest.fixture
def world(name, server, tmp_path):
    """The source, its server stocked with fixtures, the span, and the files that are served."""
    source = FETCHED[name]
    for path in (FIXTURES / name / "site").rglob("*"):
        if path.is_file():
            server.files["/" + path.relative_to(FIXTURES / name / "site").as_posix()] = (
                path.read_bytes()
            )
    since, until = span_of(name, source)
    try:
        remotes = files_named(source, server, since, until)
        if not remotes:
            since, until = dt.date(int(source.SPEC.coverage[:4]), 1, 1), NOW.date()
            remotes = files_named(source, server, since, until)
    except SourceUnavailable as error:
        pytest.fail(f"put the publisher's index into tests/fixtures/sources/{name}/site: {error}")
    served = []
    for remote in remotes:
        if len(served) == MOST:
            break
        if key_of(remote) in server.files:
            served.append(remote)
            continue
        kept = f"2023-11-14_{remote.name}" if remote.dated else remote.name
        for data in payloads(name, remote):
            if gives_rows(source, kept, data, tmp_path / "probe"):
                server.files[key_of(remote)] = data
                served.append(remote)
                break
    assert served, f"no fixture of {name} can be served as {[each.name for each in remotes][:5]}"
    return source, server, Order(since, until, NOW, base=server.base, manners=QUICK), served


def fresh(tmp_path, name):
    return EvidenceStore.open(tmp_path / name, "500MB")


def content(store, source):
    """What the rows of the store say, and which files an archive beside them holds."""
    archive = getattr(store, "archive", None)
    return store.content_hash(), archive.hashes(source.SPEC.name) if archive else set()


def state_of(store, source, remote):
    with Ledger.open(store.home) as ledger:
        return ledger.entry(source.SPEC.name, remote.name)


def undisturbed(world, tmp_path):
    source, _, order, served = world
    store = fresh(tmp_path, "undisturbed")
    collect_remote(store, source, order)
    for remote in served:
        entry = state_of(store, source, remote)
        assert entry.state == "present", entry.error
    assert store.segments() or content(store, source)[1]
    return content(store, source)


pytestmark = pytest.mark.skipif(not FETCHED, reason="no source can be fetched")


@pytest.mark.parametrize("name", FETCHED)
def test_fetched_files_are_stored_as_if_the_user_had_them(name, world, tmp_path):
    source, server, order, served = world
    expected = undisturbed(world, tmp_path)
    again = fresh(tmp_path, "undisturbed")
    asked = len(server.asked)
    run = collect_remote(again, source, order)
    assert run.fetched == 0
    assert run.report.rows_new == 0
    assert content(again, source) == expected
    whole = {key_of(remote) for remote in served if not remote.changes}
    again_asked = {place(each.path, each.query) for each in server.asked[asked:]}
    assert not whole & again_asked, "a file that does not change is not asked for again"
    with Ledger.open(again.home) as ledger:
        left = set(ledger.counts(name)) - {"present"}
        names = {entry.name for entry in ledger.entries(name, left - {"superseded"})}
    assert names.isdisjoint(remote.name for remote in served)
    again.verify()


@pytest.mark.parametrize("name", FETCHED)
@pytest.mark.parametrize("plan", ["cut!", "corrupt!", "404!"])
def test_a_file_that_comes_badly_is_told_and_comes_again(name, plan, world, tmp_path):
    source, server, order, served = world
    expected = undisturbed(world, tmp_path)
    store = fresh(tmp_path, "disturbed")
    victim = served[-1]
    server.plans[key_of(victim)] = [plan]
    bad = Order(order.since, order.until, NOW, base=server.base, manners=ONCE)
    collect_remote(store, source, bad)
    entry = state_of(store, source, victim)
    if plan == "404!":
        assert entry.state == ("failed" if victim.listed else "absent_upstream")
    elif plan == "cut!":
        assert (entry.state, entry.fault) == ("failed", "unavailable")
    else:
        assert entry.state == ("failed" if victim.md5 else "quarantined"), entry.error
        assert entry.fault in {"corrupt", "refused"}
    assert "\n" not in entry.error
    if source.SPEC.file_by_file:
        others = [state_of(store, source, remote).state for remote in served[:-1]]
        assert set(others) <= {"present"}, "one bad file keeps no other out"
    server.plans.clear()
    asked = len(server.asked)
    collect_remote(store, source, order)
    assert state_of(store, source, victim).state == "present"
    assert content(store, source) == expected
    if plan == "cut!" and not victim.body:
        assert any("range" in each.headers for each in server.asked[asked:]), "it goes on"
    store.verify()


@pytest.mark.parametrize("name", list(FETCHED))
def test_a_file_cut_short_by_the_server_is_told_by_its_index(name, world, tmp_path):
    source, server, order, served = world
    listed = [remote for remote in served if remote.size is not None or remote.md5]
    if not listed:
        pytest.skip("the publisher has no index of sizes or checksums")
    store = fresh(tmp_path, "short")
    server.plans[key_of(listed[-1])] = ["short!"]
    collect_remote(store, source, order)
    entry = state_of(store, source, listed[-1])
    assert (entry.state, entry.fault) == ("failed", "corrupt")
    assert "index says" in entry.error


@pytest.mark.shared
@pytest.mark.parametrize("name", FETCHED)
def test_real_files_come_as_they_are(name, server, shared_data, tmp_path):
    source = FETCHED[name]
    real = {path.name.lower(): path for path in sorted(shared_data.rglob("*")) if path.is_file()}
    since, until = dt.date(int(source.SPEC.coverage[:4]), 1, 1), NOW.date()
    for path in sorted((FIXTURES / name / "site").rglob("*")):
        if path.is_file() and path.name.lower() in real:
            key = "/" + path.relative_to(FIXTURES / name / "site").as_posix()
            server.files[key] = real[path.name.lower()].read_bytes()
    try:
        remotes = files_named(source, server, since, until)
    except SourceUnavailable:
        pytest.skip("the folder has no index of this publisher")
    there = [remote for remote in remotes if remote.name.lower() in real]
    if not there:
        pytest.skip("the folder has none of the files that this source fetches")
    for remote in there:
        server.files[key_of(remote)] = real[remote.name.lower()].read_bytes()
    direct, fetched = fresh(tmp_path, "direct"), fresh(tmp_path, "fetched")
    folder = tmp_path / "mine"
    folder.mkdir()
    for remote in there:
        day = "2023-11-14_" if remote.dated else ""
        (folder / f"{day}{remote.name}").write_bytes(real[remote.name.lower()].read_bytes())
    report = admit_source(direct, source, folder, NOW)
    server.plans[key_of(there[0])] = ["cut", "500"]
    order = Order(since, until, NOW, base=server.base, manners=QUICK)
    collect_remote(fetched, source, order)
    collect_remote(fetched, source, order)
    assert content(fetched, source) == content(direct, source)
    assert report.rows_new > 0
    for remote in there:
        assert state_of(fetched, source, remote).state == "present"
