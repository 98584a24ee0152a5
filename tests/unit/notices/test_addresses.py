"""Where a webhook may lead."""

import socket

import pytest

from comity.core.errors import NoticeFailed, UsageError
from comity.notices.addresses import is_public, parsed, resolved


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::",
        "ff02::1",
    ],
)  # fmt: skip
def test_private_addresses_are_told_however_they_are_wrapped(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"])
def test_public_addresses(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ftp://example.org/x", "https://HOST"),
        ("example.org", "https://HOST"),
        ("https://", "https://HOST"),
        ("https://example.org:99999/", "not an address"),
        ("https://u:secret@example.org/", "no user"),
        ("https://example.org/#secret", "no user"),
        ("http://example.org/secret", "https address"),
    ],
)
def test_other_addresses_are_refused_and_not_repeated(address: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        parsed(address, may_be_private=False)
    assert "secret" not in str(raised.value)


def test_one_private_answer_among_public_ones_is_enough_to_refuse(monkeypatch) -> None:
    """A name that leads to both would pass a look at the first address only."""
    answers = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(NoticeFailed, match="webhook_private"):
        resolved(parsed("https://example.org/x", may_be_private=False), may_be_private=False)
    target = resolved(parsed("https://example.org/x", may_be_private=True), may_be_private=True)
    assert target.url == "https://93.184.215.14:443/x"


def test_http_never_goes_to_the_world(monkeypatch) -> None:
    answers = [(2, 1, 6, "", ("93.184.215.14", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(NoticeFailed, match="https only"):
        resolved(parsed("http://example.org/x", may_be_private=True), may_be_private=True)


def test_a_name_beyond_ascii_is_encoded() -> None:
    for given, host in (
        ("https://bücher.example/x", "xn--bcher-kva.example"),
        ("https://BÜCHER.example:8443/x", "xn--bcher-kva.example:8443"),
        ("https://straße.example/x", "xn--strae-oqa.example"),  # not strasse.example
        ("https://[2606:2800::1]:8443/x", "[2606:2800::1]:8443"),
    ):
        parts = parsed(given, may_be_private=False)
        assert (parts.netloc, parts.path) == (host, "/x")
    with pytest.raises(UsageError, match="not the name of a server"):
        parsed("https://bü\u2028cher.example/x", may_be_private=False)
