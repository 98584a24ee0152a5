"""Notices to a real server on this machine, which can be told to misbehave."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from comity.core.errors import NoticeFailed
from comity.notices import webhook as webhooks
from comity.notices.addresses import Target
from comity.notices.notice import Notice
from comity.notices.signature import signature as sign
from comity.notices.signature import verify
from comity.notices.webhook import Webhook
from loopback import Publisher

SECRET = "a secret of sixteen and more"
KEY_IN_PATH = "/hooks/T0-key-of-the-service"
NOTICE = Notice("comity-abc", {"title": "Tension rose.", "text": "Tension rose.\n"})


@pytest.fixture
def server() -> Iterator[Publisher]:
    with Publisher() as publisher:
        publisher.files[KEY_IN_PATH] = b"taken" * 1_000_000
        yield publisher


def webhook(server: Publisher, **given) -> Webhook:
    return Webhook(
        **{
            "address": SecretStr(server.base + KEY_IN_PATH),
            "secret": SecretStr(SECRET),
            "may_be_private": True,
            "timeout": 5.0,
            "wait": 0.01,
        }
        | given
    )


def test_a_notice_is_posted_and_can_be_verified(server: Publisher) -> None:
    webhook(server).send(NOTICE)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", KEY_IN_PATH)
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["idempotency-key"] == "comity-abc"
    assert asked.headers["host"] == server.base.removeprefix("http://")
    stamp, signature = asked.headers["comity-timestamp"], asked.headers["comity-signature"]
    now = time.time()
    assert verify(SECRET, stamp, signature, asked.body, now, 300)
    assert not verify(SECRET, stamp, signature, asked.body + b" ", now, 300)
    assert not verify(SECRET, str(int(stamp) + 1), signature, asked.body, now, 300)
    assert not verify("another secret", stamp, signature, asked.body, now, 300)
    assert not verify(SECRET, stamp, signature, asked.body, now + 400, 300)
    assert not verify(SECRET, "now", signature, asked.body, now, 300)


@pytest.mark.parametrize(
    ("stamp", "given"),
    [("1", "v1=é"), ("9" * 400, "v1=00"), ("9" * 5000, "v1=00"), ("١", "v1=00"), ("", "")],
)
def test_headers_that_no_one_of_ours_wrote_are_refused_and_raise_nothing(stamp, given) -> None:
    assert verify(SECRET, stamp, given, b"{}", 1.0, 300) is False
    page = Path(__file__).parents[3] / "docs" / "how-to" / "watch.md"
    snippet = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names: dict = {}
    exec(snippet, names)  # what we tell readers to run
    assert names["is_genuine"](SECRET, stamp, given, b"{}") is False
    good = str(int(time.time()))
    assert names["is_genuine"](SECRET, good, sign(SECRET, int(good), b"{}"), b"{}")


def test_what_passes_is_tried_again_in_bounds(server: Publisher) -> None:
    server.plans[KEY_IN_PATH] = ["503", "429"]
    webhook(server).send(NOTICE)
    assert len(server.asked) == 3
    assert len({each.headers["idempotency-key"] for each in server.asked}) == 1
    server.plans[KEY_IN_PATH] = ["500!"]
    with pytest.raises(NoticeFailed, match="500"):
        webhook(server).send(NOTICE)
    assert len(server.asked) == 6


@pytest.mark.parametrize("plan", ["400", "401", "404", "410"])
def test_a_refusal_is_not_tried_again(server: Publisher, plan: str) -> None:
    server.plans[KEY_IN_PATH] = [plan, "200"]
    with pytest.raises(NoticeFailed, match=plan) as raised:
        webhook(server).send(NOTICE)
    assert len(server.asked) == 1
    assert not raised.value.unsure


def test_no_redirect_is_followed(server: Publisher) -> None:
    server.files["/elsewhere"] = b"gotcha"
    server.plans[KEY_IN_PATH] = [f"to:{server.base}/elsewhere"]
    with pytest.raises(NoticeFailed, match="redirects"):
        webhook(server).send(NOTICE)
    assert server.paths() == [KEY_IN_PATH]


def test_this_machine_needs_leave(server: Publisher) -> None:
    for host in ("localhost", "127.0.0.1"):
        port = server.base.rpartition(":")[2]
        address = SecretStr(f"https://{host}:{port}{KEY_IN_PATH}")
        with pytest.raises(NoticeFailed, match="webhook_private"):
            webhook(server, address=address, may_be_private=False).send(NOTICE)
    assert server.asked == []


def test_no_secret_is_shown_or_logged(server: Publisher, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    hook = webhook(server)
    hook.send(NOTICE)
    server.plans[KEY_IN_PATH] = ["500!"]
    with pytest.raises(NoticeFailed) as raised:
        hook.send(NOTICE)
    shown = [str(raised.value), repr(hook), hook.place, caplog.text]
    shown += [str(vars(record)) for record in caplog.records]
    for text in shown:
        assert SECRET not in text
        assert "key-of-the-service" not in text


def test_a_large_answer_is_not_read(server: Publisher) -> None:
    """Five million bytes lie behind the headers; the server is cut off before they are sent."""
    server.delay = 3.0
    began = time.monotonic()
    webhook(server).send(NOTICE)
    assert time.monotonic() - began < 2.5


def _drip(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 400:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.05)
            except OSError:
                pass


def test_a_server_that_drips_does_not_hold_the_run() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_drip, args=(listener,), daemon=True)
    thread.start()
    address = SecretStr(f"http://127.0.0.1:{listener.getsockname()[1]}{KEY_IN_PATH}")
    hook = Webhook(address, SecretStr(SECRET), may_be_private=True, timeout=0.5, wait=0.01)
    began = time.monotonic()
    try:
        with pytest.raises(NoticeFailed, match=r"within 0\.5 s") as raised:
            hook.send(NOTICE)
    finally:
        listener.close()
    assert time.monotonic() - began < 3
    assert raised.value.unsure


def test_nobody_there_is_a_plain_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = SecretStr(f"http://127.0.0.1:{port}/")
    hook = Webhook(address, SecretStr(SECRET), may_be_private=True, attempts=2, wait=0.01)
    with pytest.raises(NoticeFailed) as raised:
        hook.send(NOTICE)
    assert not raised.value.unsure


def test_a_name_beyond_ascii_is_asked_for_by_its_encoded_form(
    server: Publisher, monkeypatch
) -> None:
    port = int(server.base.rpartition(":")[2])
    monkeypatch.setattr(webhooks, "resolved", lambda parts, **_: Target("127.0.0.1", port, parts))
    address = SecretStr(f"http://bücher.example:{port}{KEY_IN_PATH}")
    webhook(server, address=address).send(NOTICE)
    assert server.asked[0].headers["host"] == f"xn--bcher-kva.example:{port}"
