"""Where a webhook may lead: public addresses, unless the user allows private ones."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import idna

from comity.core.errors import NoticeFailed, UsageError

__all__ = ["Target", "is_public", "parsed", "resolved"]

_SCHEMES = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Target:
    """One address, resolved once: what was checked is what is connected to.

    Parameters
    ----------
    ip : str
        To connect to.
    port : int
        Of the server.
    parts : SplitResult
        Of the address as given.
    """

    ip: str
    port: int
    parts: SplitResult

    @property
    def url(self) -> str:
        """The address with the number in place of the name."""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        query = f"?{self.parts.query}" if self.parts.query else ""
        return f"{self.parts.scheme}://{host}:{self.port}{self.parts.path or '/'}{query}"


def parsed(address: str, *, may_be_private: bool) -> SplitResult:
    """Return the parts of a webhook's address, its host in ASCII.

    A message never repeats them: they may hold a key.

    Raises
    ------
    UsageError
        If it is not one.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise UsageError("watch.webhook: this is not an address.") from None
    if parts.scheme not in _SCHEMES or not parts.hostname or port == 0:
        raise UsageError("watch.webhook: give an address as https://HOST/PATH.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UsageError("watch.webhook: the address takes no user, password or #part.")
    if parts.scheme == "http" and not may_be_private:
        msg = (
            "watch.webhook: give an https address; http will do for an address of your own network "
            "or this machine, with watch.webhook_private."
        )
        raise UsageError(msg)
    try:
        return parts._replace(netloc=_ascii(parts))
    except idna.IDNAError:
        raise UsageError("watch.webhook: this is not the name of a server.") from None


def _ascii(parts: SplitResult) -> str:
    """Return host and port as they go over the line: letters beyond ASCII are encoded (IDNA)."""
    if parts.netloc.isascii():
        return parts.netloc
    host = idna.encode(str(parts.hostname), uts46=True).decode("ascii")
    return host if parts.port is None else f"{host}:{parts.port}"


def resolved(parts: SplitResult, *, may_be_private: bool) -> Target:
    """Return where to connect to.

    Raises
    ------
    NoticeFailed
        If the name is not known, or leads to an address that is not allowed.
    """
    host, port = str(parts.hostname), parts.port or _SCHEMES[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoticeFailed(f"{host}: the name of this server is not known") from None
    ips = [str(item[4][0]).partition("%")[0] for item in found]
    private = [ip for ip in ips if not is_public(ip)]
    if private and not may_be_private:
        msg = (
            f"{host} is a private address or this machine; notices go there only with "
            "watch.webhook_private"
        )
        raise NoticeFailed(msg)
    if parts.scheme == "http" and len(private) < len(ips):
        raise NoticeFailed(f"{host} is a public address; notices go there by https only")
    return Target(ips[0], port, parts)


def is_public(ip: str) -> bool:
    """Say whether an address is one of the world's; one that wraps another is what it wraps.

    Examples
    --------
    >>> is_public("93.184.215.14"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    >>> is_public("64:ff9b::7f00:1"), is_public("169.254.169.254")
    (False, False)
    """
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
