"""Text and addresses from outside, made safe to show and to link."""

from __future__ import annotations

import re

__all__ = ["clean", "host_of", "safe_url", "slug"]

# Control characters, separators of lines and characters that XML does not know.
_FORBIDDEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff]"
)
_SAFE_URL = re.compile(r"^https?://[^\s<>\"'\\^`{|}\x00-\x20]+$", re.IGNORECASE)


def clean(text: str) -> str:
    r"""Return text without characters that no page and no picture may hold.

    Examples
    --------
    >>> clean("a\x07b") == "a\ufffdb"
    True
    """
    return _FORBIDDEN.sub("\ufffd", text)


def slug(text: str) -> str:
    """Return `text` as a fragment identifier: letters, digits and hyphens.

    Examples
    --------
    >>> slug("claim:su-35/01 <b>")
    'claim-su-35-01-b'
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "x"


def safe_url(url: str | None) -> str | None:
    """Return an address that may be linked to: http or https only, without odd characters.

    Examples
    --------
    >>> safe_url("https://example.org/a"), safe_url("javascript:alert(1)")
    ('https://example.org/a', None)
    """
    text = (url or "").strip()
    return text if len(text) < 2000 and _SAFE_URL.match(text) else None


def host_of(url: str | None) -> str:
    """Return the host of a safe address, without ``www.``, or an empty string.

    Examples
    --------
    >>> host_of("https://www.example.org/a/b")
    'example.org'
    """
    if safe_url(url) is None or url is None:
        return ""
    host = url.strip().split("/")[2].split("@")[-1].split(":")[0]
    return host.removeprefix("www.").lower()
