"""The signature of a notice: HMAC-SHA256 over the time and the body."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["signature", "verify"]

_VERSION = "v1"
_LONGEST_TIME = 12
"""Digits of a time. Both headers come from outside: nothing in them may raise."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the signature that the header carries.

    Examples
    --------
    >>> signature("a secret of your own", 1774224000, b"{}")[:20]
    'v1=94ba62c905ba69936'
    """
    signed = f"{timestamp}.".encode() + body
    return f"{_VERSION}={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def verify(secret: str, timestamp: str, given: str, body: bytes, now: float, age: float) -> bool:
    """Say whether a notice is genuine and new, as whoever takes it should.

    Parameters
    ----------
    secret : str
        As in the settings.
    timestamp, given : str
        The headers ``Comity-Timestamp`` and ``Comity-Signature``.
    body : bytes
        As it came.
    now, age : float
        The present moment, and how old a notice may be. [s]
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIME):
        return False
    if not given.isascii() or abs(now - int(timestamp)) > age:
        return False
    return hmac.compare_digest(signature(secret, int(timestamp), body), given)
