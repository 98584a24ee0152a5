"""Mail to a real server on this machine: encrypted, plain text, no header from outside."""

from __future__ import annotations

import logging
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest
from pydantic import SecretStr

from comity.core.errors import NoticeFailed, UsageError
from comity.notices.mail import Mail
from comity.notices.notice import Notice
from mail_server import MailServer, certificate

NOTICE = Notice("comity-abc", {"title": "Tension rose.", "text": "Tension rose.\n\nÜber 80 %.\n"})
PASSWORD = "hunter2-and-more"


@pytest.fixture(scope="module")
def pem(tmp_path_factory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("pem"))


def mail(server: MailServer, **given) -> Mail:
    return Mail(
        **{
            "to": "ann@example.org, ben@example.org",
            "sender": "comity@example.org",
            "host": "localhost",
            "port": server.port,
            "security": "none",
            "timeout": 5.0,
            "wait": 0.01,
        }
        | given
    )


def read(server: MailServer, at: int = 0):
    return message_from_string(server.mails[at][1], policy=default)


def test_a_notice_comes_as_plain_text() -> None:
    with MailServer() as server:
        mail(server).send(NOTICE)
    assert server.mails[0][0] == ["ann@example.org", "ben@example.org"]
    got = read(server)
    assert got["Subject"] == "comity: Tension rose."
    assert got["Message-ID"] == "<comity-abc@comity.invalid>"
    assert got.get_content_type() == "text/plain"
    assert "Über 80 %." in got.get_content()


@pytest.mark.parametrize("wrapped", [False, True], ids=["starttls", "ssl"])
def test_the_password_goes_over_an_encrypted_line(pem, wrapped: bool) -> None:
    with MailServer(pem, wrapped=wrapped) as server:
        given = {
            "security": "ssl" if wrapped else "starttls",
            "user": "ann",
            "password": SecretStr(PASSWORD),
        }
        mail(server, ca_file=pem[0], **given).send(NOTICE)
        assert server.logins == [("ann", PASSWORD)]
        assert len(server.mails) == 1
        # a certificate that nobody vouches for
        with pytest.raises(NoticeFailed, match="certificate"):
            mail(server, attempts=1, **given).send(NOTICE)
    assert len(server.logins) == len(server.mails) == 1


def test_without_the_encryption_asked_for_nothing_is_sent() -> None:
    with MailServer() as server, pytest.raises(NoticeFailed, match="STARTTLS"):
        mail(server, security="starttls", user="ann", password=SecretStr(PASSWORD)).send(NOTICE)
    assert server.mails == server.logins == []
    assert not [line for line in server.said if line.startswith(("MAIL", "AUTH"))]


def test_text_from_outside_becomes_no_header() -> None:
    evil = "Tension\r\nBcc: eve@example.org\nX-Spam: no\r\n\r\nbody\x1b[2J\x00"
    with MailServer() as server:
        mail(server).send(Notice(f"key\r\nCc: eve@x.org{evil}", {"title": evil, "text": evil}))
    got = read(server)
    assert got["Bcc"] is got["Cc"] is got["X-Spam"] is None
    assert server.mails[0][0] == ["ann@example.org", "ben@example.org"]
    assert "\x1b" not in got.get_content()
    assert "\x00" not in got.get_content()


def test_a_line_of_one_dot_does_not_end_the_mail() -> None:
    text = "first\n.\nMAIL FROM:<eve@example.org>\nlast"
    with MailServer() as server:
        mail(server).send(Notice("k", {"title": "t", "text": text}))
    assert len(server.mails) == 1
    assert not [line for line in server.said if "eve" in line]
    assert "last" in server.mails[0][1]


@pytest.mark.parametrize(
    "given",
    [
        {"to": "ann"},
        {"to": "ann@example.org\r\nBcc: eve@example.org"},
        {"to": "ann@example.org,,"},
        {"sender": "Eve <eve@example.org>\n"},
        {"sender": "@"},
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(given: dict) -> None:
    with MailServer() as server, pytest.raises(UsageError, match="not an address"):
        mail(server, **given).check()
    assert server.said == []


def test_failures_are_told_without_the_password(pem, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    secret = {"security": "starttls", "user": "ann", "password": SecretStr(PASSWORD)}
    with MailServer(pem) as server:
        hook = mail(server, ca_file=pem[0], **secret)
        server.plan = {"AUTH": f"535 wrong: {PASSWORD}"}
        with pytest.raises(NoticeFailed, match="user and password") as raised:
            hook.send(NOTICE)
        assert len([line for line in server.said if line.startswith("AUTH")]) == 1
        server.plan = {"MAIL": f"451 busy {PASSWORD}\x1b[2J"}
        with pytest.raises(NoticeFailed, match="451 busy") as again:
            hook.send(NOTICE)
        server.plan = {"RCPT": "550 no such reader"}
        with pytest.raises(NoticeFailed, match=r"takes no mail for ann@example\.org") as last:
            hook.send(NOTICE)
    for text in (str(raised.value), str(again.value), str(last.value), repr(hook), caplog.text):
        assert PASSWORD not in text
        assert "\x1b" not in text


def test_a_reader_who_was_refused_is_named_with_the_reason() -> None:
    with MailServer() as server:
        server.plan = {"ben@example.org": "450 try later"}
        said = mail(server, to="ann@example.org, ben@example.org").send(NOTICE)
        assert [to for to, _ in server.mails] == [["ann@example.org"]]
    assert said.startswith("not taken for ben@example.org (450) and not sent there again")


def test_hanging_up_after_the_text_leaves_it_open_whether_it_was_taken() -> None:
    with MailServer() as server:
        server.plan = {"after": "hang up"}
        with pytest.raises(NoticeFailed, match="hung up") as raised:
            mail(server).send(NOTICE)
    assert raised.value.unsure
    assert len(server.mails) == 1, "a mail that may have been taken is not sent again in the run"


def test_nobody_there_is_tried_in_bounds() -> None:
    with MailServer() as server:
        port = server.port
    with pytest.raises(NoticeFailed) as raised:
        Mail("a@example.org", "c@example.org", "localhost", port, "none", wait=0.01).send(NOTICE)
    assert not raised.value.unsure
