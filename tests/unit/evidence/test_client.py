"""The client against a server that misbehaves in every way a publisher's does."""

from __future__ import annotations

import logging
import time
from hashlib import md5, sha256

import pytest

from comity.core.errors import (
    SourceAbsent,
    SourceCorrupt,
    SourceDenied,
    SourceUnavailable,
    UsageError,
)
from comity.evidence.fetch import addresses
from comity.evidence.fetch.addresses import checked_base, mirrored, redirected, scrubbed, shown
from comity.evidence.fetch.client import Client, Held, Manners
from comity.evidence.fetch.partfile import PartFile
from comity.sources._remote import RemoteFile
from loopback import Publisher

DATA = bytes(range(256)) * 4_000
URL = "https://data.example.org/files/a.csv"
PATH = "/files/a.csv"
QUICK = Manners(pause=0.0, attempts=4, wait_first=0.01, wait_most=0.02, timeout=5.0)


@pytest.fixture
def server():
    with Publisher() as made:
        made.files[PATH] = DATA
        yield made


@pytest.fixture
def part(tmp_path):
    return PartFile(tmp_path / "a.csv.part")


def fetch(server, part, manners=QUICK, held=None, **remote):
    with Client(manners, server.base) as client:
        return client.fetch(RemoteFile("a.csv", URL, **remote), part, held)


def test_a_file_comes_whole_with_its_hashes_and_marks(server, part):
    got = fetch(server, part, size=len(DATA), md5=md5(DATA).hexdigest())
    assert part.path.read_bytes() == DATA
    assert (got.size, got.sha256) == (len(DATA), sha256(DATA).hexdigest())
    assert got.etag
    assert got.last_modified
    asked = server.asked[0]
    assert asked.headers["user-agent"].startswith("comity/")
    assert asked.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "plans", [["500", "503"], ["429", "429"], ["cut"], ["408"], ["cut", "500", "cut"]]
)
def test_what_may_pass_is_tried_again(server, part, plans):
    server.plans[PATH] = list(plans)
    assert fetch(server, part).sha256 == sha256(DATA).hexdigest()
    assert len(server.asked) == len(plans) + 1


@pytest.mark.parametrize(
    ("plan", "error"),
    [("404", SourceAbsent), ("410", SourceAbsent), ("401", SourceDenied), ("403", SourceDenied)],
)
def test_a_refusal_is_not_asked_again(server, part, plan, error):
    server.plans[PATH] = [plan]
    with pytest.raises(error, match=plan):
        fetch(server, part)
    assert len(server.asked) == 1


def test_a_server_that_stays_down_is_given_up(server, part):
    server.plans[PATH] = ["503!"]
    with pytest.raises(SourceUnavailable, match="503") as caught:
        fetch(server, part)
    assert len(server.asked) == QUICK.attempts
    assert caught.value.exit_code == 75


def test_no_server_is_unavailable(part):
    with Publisher() as server:
        base = server.base
    with Client(QUICK, base) as client, pytest.raises(SourceUnavailable, match=r"a\.csv"):
        client.fetch(RemoteFile("a.csv", URL), part, None)


def test_a_silent_server_is_unavailable(tmp_path):
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as silent:
        base = f"http://127.0.0.1:{silent.getsockname()[1]}"
        manners = Manners(pause=0, attempts=2, wait_first=0.01, wait_most=0.01, timeout=0.1)
        with Client(manners, base) as client, pytest.raises(SourceUnavailable):
            client.read(URL)


def test_what_was_cut_off_goes_on_where_it_stopped(server, part):
    server.plans[PATH] = ["cut"]
    fetch(server, part)
    assert server.asked[1].headers["range"] == f"bytes={len(DATA) // 2}-"
    assert server.asked[1].headers["if-range"]


def test_a_later_run_goes_on_where_the_first_was_killed(server, part):
    server.plans[PATH] = ["cut!"]
    with pytest.raises(SourceUnavailable):
        fetch(server, part, Manners(pause=0, attempts=1))
    before = part.size
    assert 0 < before < len(DATA)
    server.plans.clear()
    assert fetch(server, part).sha256 == sha256(DATA).hexdigest()
    assert server.asked[-1].headers["range"] == f"bytes={before}-"


def test_a_file_that_changed_meanwhile_starts_again(server, part):
    server.plans[PATH] = ["cut"]
    with pytest.raises(SourceUnavailable):
        fetch(server, part, Manners(pause=0, attempts=1))
    server.files[PATH] = DATA[::-1]
    server.age = 60
    assert fetch(server, part).sha256 == sha256(DATA[::-1]).hexdigest()


def test_a_server_without_ranges_sends_it_all_again(server, part):
    server.ranges = False
    server.plans[PATH] = ["cut"]
    assert fetch(server, part).sha256 == sha256(DATA).hexdigest()


def test_without_marks_a_rest_is_only_taken_if_a_checksum_will_tell(server, part):
    server.marks = False
    server.plans[PATH] = ["cut"]
    fetch(server, part)
    assert "range" not in server.asked[1].headers
    server.plans[PATH] = ["cut"]
    part.forget()
    fetch(server, part, md5=md5(DATA).hexdigest())
    assert "range" in server.asked[3].headers


def test_a_rest_that_does_not_exist_starts_again(server, part):
    fetch(server, part)
    with part.path.open("ab") as stream:
        stream.write(b"too much")
    assert fetch(server, part).sha256 == sha256(DATA).hexdigest()


@pytest.mark.parametrize("plan", ["corrupt", "short"])
def test_bytes_that_the_index_does_not_name_are_refused(server, part, plan):
    known = {"size": len(DATA), "md5": md5(DATA).hexdigest()}
    server.plans[PATH] = [plan]
    assert fetch(server, part, **known).size == len(DATA), "one bad transfer may be bad luck"
    server.plans[PATH] = [f"{plan}!"]
    part.forget()
    with pytest.raises(SourceCorrupt, match=r"index says.*sha256") as caught:
        fetch(server, part, **known)
    assert caught.value.exit_code == 65
    assert not part.path.exists()


def test_more_bytes_than_named_are_refused(server, part):
    server.plans[PATH] = ["long!"]
    with pytest.raises(SourceCorrupt, match="more bytes"):
        fetch(server, part, size=len(DATA))
    assert not part.path.exists()
    with pytest.raises(SourceCorrupt, match="more bytes"):
        fetch(server, part, Manners(pause=0, max_bytes=1000))


def test_an_index_is_bounded_too(server):
    narrow = Manners(pause=0, max_index=10)
    with Client(narrow, server.base) as client, pytest.raises(SourceCorrupt):
        client.read(URL)


def test_what_has_not_changed_is_not_sent(server, part):
    got = fetch(server, part)
    assert fetch(server, part.__class__(part.path.with_name("b")), held=Held(got.etag)) is None
    server.files[PATH] = b"new"
    again = PartFile(part.path.with_name("c"))
    assert fetch(server, again, held=Held(got.etag, got.last_modified)).size == 3


def test_a_redirect_is_followed_and_takes_no_key_along(server, part):
    with Publisher() as other:
        other.files["/b"] = b"there"
        server.plans[PATH] = [f"to:{other.base}/b"]
        got = fetch(server, part, query={"token": "s3cret"}, headers={"X-Key": "s3cret2"})
        assert got.size == 5
        assert server.asked[0].query == "token=s3cret"
        assert server.asked[0].headers["x-key"] == "s3cret2"
        assert other.asked[0].query == ""
        assert "x-key" not in other.asked[0].headers


def test_a_circle_of_redirects_ends(server, part):
    server.plans[PATH] = [f"to:{PATH}!"]
    with pytest.raises(SourceDenied, match="more than 5"):
        fetch(server, part)
    assert len(server.asked) == 6


@pytest.mark.parametrize("target", ["ftp://example.org/x", "file:///etc/passwd", "http://[bad"])
def test_a_redirect_out_of_the_web_is_not_followed(server, part, target):
    server.plans[PATH] = [f"to:{target}"]
    with pytest.raises(SourceUnavailable):
        fetch(server, part)


@pytest.mark.parametrize(
    ("origin", "target", "why"),
    [
        ("http://8.8.8.8/", "http://127.0.0.1/x", "private"),
        ("http://8.8.8.8/", "http://10.1.2.3/x", "private"),
        ("http://8.8.8.8/", "http://169.254.169.254/latest", "private"),
        ("http://8.8.8.8/", "http://[::1]/x", "private"),
        ("https://8.8.8.8/", "http://9.9.9.9/x", "not encrypted"),
    ],
)
def test_no_redirect_leads_inside_or_gives_up_encryption(origin, target, why):
    with pytest.raises(SourceDenied, match=why):
        redirected(origin, target)


def test_other_redirects_are_fine():
    for origin, target in (
        ("http://8.8.8.8/", "https://9.9.9.9/x"),
        ("http://127.0.0.1/", "http://127.0.0.1:99/x"),
    ):
        assert redirected(origin, target) == target


def test_a_name_that_leads_inside_counts_as_inside(monkeypatch):
    answers = {"inside.example": "192.168.0.1", "outside.example": "8.8.8.8"}
    monkeypatch.setattr(
        addresses.socket,
        "getaddrinfo",
        lambda host, *_, **__: [(0, 0, 0, "", (answers[host], 0))],
    )
    with pytest.raises(SourceDenied, match="private"):
        redirected("http://outside.example/", "http://inside.example/")


def test_keys_are_in_no_message_and_no_log(server, part, caplog):
    caplog.set_level(logging.DEBUG)
    server.plans[PATH] = ["500", "cut", "403"]
    with pytest.raises(SourceDenied) as caught:
        fetch(server, part, query={"key": "s3cret-key"}, headers={"Authorization": "Bearer t0ken"})
    assert server.asked[0].query == "key=s3cret-key"
    told = str(caught.value) + caplog.text + "".join(str(r.__dict__) for r in caplog.records)
    assert "HTTP Request" in told, "the log is looked at"
    assert "s3cret-key" not in told
    assert "t0ken" not in told


def test_a_body_is_posted_as_json(server, part):
    fetch(server, part, body='{"a": 1}', query={"p": "2"})
    asked = server.asked[0]
    assert (asked.method, asked.body, asked.query) == ("POST", b'{"a": 1}', "p=2")
    assert asked.headers["content-type"] == "application/json"


def test_a_query_in_the_address_stays(server, part):
    with Client(QUICK, server.base) as client:
        client.fetch(RemoteFile("a", f"{URL}?page=2", query={"key": "abcd"}), part, None)
    assert server.asked[0].query == "page=2&key=abcd"


def test_there_is_a_pause_between_requests(server):
    with Client(Manners(pause=0.15), server.base) as client:
        began = time.monotonic()
        for _ in range(3):
            client.read(URL)
        assert time.monotonic() - began >= 0.3


def test_the_wait_that_a_server_asks_for_is_kept_or_the_run_given_up(server, part, monkeypatch):
    from comity.evidence.fetch import client as module  # noqa: PLC0415

    monkeypatch.setattr(module, "_seconds", lambda _: 1000.0)
    server.plans[PATH] = ["429!"]
    with pytest.raises(SourceUnavailable, match="come back in 1,000 s"):
        fetch(server, part)
    assert len(server.asked) == 1
    monkeypatch.setattr(module, "_seconds", lambda _: 0.3)
    server.plans[PATH] = ["429"]
    began = time.monotonic()
    fetch(server, part)
    assert time.monotonic() - began >= 0.3


def test_one_connection_serves_all(server):
    ports = set()
    original = server._server.RequestHandlerClass.do_GET

    def noted(handler):
        ports.add(handler.client_address[1])
        original(handler)

    server._server.RequestHandlerClass.do_GET = noted
    with Client(QUICK, server.base) as client:
        for _ in range(4):
            client.read(URL)
    assert len(ports) == 1


def test_addresses_are_shown_without_what_is_secret():
    assert shown("https://user:pw@h.org:8443/a?token=x#y") == "https://h.org:8443/a"
    assert scrubbed("a\nb  s3cret", ["s3cret", "a"]) == "a b ***"
    assert mirrored(URL, "") == URL


@pytest.mark.parametrize(
    "base", ["ftp://h/", "http://", "http://u:p@h/", "http://h/?q=1", "http://h:x/"]
)
def test_a_mirror_is_an_address_without_secrets(base):
    with pytest.raises(UsageError):
        checked_base(base)
