"""Addresses: where a mirror has a file, where a redirect may lead, and what may be shown."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit, urlunsplit

from comity.core.errors import SourceDenied, UsageError

__all__ = ["checked_base", "is_loopback", "mirrored", "redirected", "scrubbed", "shown"]

_HIDDEN = "***"
_SHORTEST = 4  # a shorter value cannot be a secret, and would blot out half of a message


def checked_base(base: str) -> str:
    """Return the base address of a mirror.

    Raises
    ------
    UsageError
        If it is no http(s) address, or holds a password.
    """
    parts = _split(base)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = "--from with an address names a mirror: http://HOST/ or https://HOST/, with a folder."
        raise UsageError(msg)
    if parts.query or parts.fragment or parts.password or parts.username:
        msg = "--from with an address takes no password and no ?query, only https://HOST/FOLDER/."
        raise UsageError(msg)
    return base


def mirrored(url: str, base: str) -> str:
    """Return where a mirror has what a publisher has at `url`.

    Examples
    --------
    >>> mirrored("https://host.org/a/b.csv?v=2", "http://127.0.0.1:8000/copy/")
    'http://127.0.0.1:8000/copy/a/b.csv?v=2'
    """
    if not base:
        return url
    parts = urlsplit(url)
    tail = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return base.rstrip("/") + tail


def shown(url: str) -> str:
    """Return an address as it may be shown: without user, password, query and fragment."""
    parts = _split(url)
    if parts is None:
        return "an address that cannot be read"
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, host + port, parts.path, "", ""))


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """Return one line of text with every secret blotted out."""
    line = " ".join(text.split())
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            line = line.replace(secret, _HIDDEN)
    return line


def is_loopback(url: str) -> bool:
    """Return whether an address is on this machine, as far as its text says."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def redirected(origin: str, target: str) -> str:
    """Return where a redirect leads, if it may be followed.

    Raises
    ------
    SourceDenied
        If it leaves http(s), gives up TLS, or leads from a public to a private address.
    """
    parts = _split(target)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        why = "to an address that is not http or https"
    elif urlsplit(origin).scheme == "https" and parts.scheme != "https":
        why = f"from https to {shown(target)}, which is not encrypted"
    elif _is_private(target) and not _is_private(origin):
        why = f"to {shown(target)}, which is a private address"
    else:
        return target
    msg = f"{shown(origin)} redirects {why}; that is not followed."
    raise SourceDenied(msg)


def _is_private(url: str) -> bool:
    """Return whether any address of a host is not public; a name that is unknown is public."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    hosts = {str(item[4][0]).partition("%")[0] for item in found}
    return any(not ipaddress.ip_address(host).is_global for host in hosts)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- reading it is what finds a port that is no number
    except ValueError:
        return None
    return parts
