"""Notices to a web address: JSON, signed, to a checked address, in bounded time."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING

import httpx
import stamina

from comity.core import clock
from comity.core.errors import NoticeFailed
from comity.notices.addresses import parsed, resolved
from comity.notices.certificates import trusted
from comity.notices.deadline import within
from comity.notices.notice import short
from comity.notices.signature import signature

if TYPE_CHECKING:
    from pathlib import Path
    from urllib.parse import SplitResult

    from pydantic import SecretStr

    from comity.notices.addresses import Target
    from comity.notices.notice import Notice

__all__ = ["Webhook"]

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_sending = threading.local()


class _Silent(logging.Filter):
    """Drops what httpx logs while a notice is sent: the address may hold a key."""

    def filter(self, record: logging.LogRecord) -> bool:
        del record
        return not getattr(_sending, "now", False)


logging.getLogger("httpx").addFilter(_Silent())
logging.getLogger("stamina").addHandler(logging.NullHandler())


class _Passing(NoticeFailed):
    """A failure that may pass."""


@dataclass(frozen=True)
class Webhook:
    """Posts notices.

    Parameters
    ----------
    address : SecretStr
        https, or http on a private network.
    secret : SecretStr
        With which notices are signed.
    may_be_private : bool
        Whether the address may be a private one.
    timeout : float
        Of one attempt, all in all. [s]
    attempts : int
        Tries within one run. [count]
    ca_file : pathlib.Path or None
        Certificates to trust instead of the system's.
    wait : float
        Before the second try; it doubles. [s]
    """

    address: SecretStr
    secret: SecretStr
    may_be_private: bool = False
    timeout: float = 10.0
    attempts: int = 3
    ca_file: Path | None = None
    wait: float = 0.5
    name: str = field(default="webhook", init=False)

    @property
    def place(self) -> str:
        """The server; the rest of the address may hold a key."""
        parts = parsed(self.address.get_secret_value(), may_be_private=self.may_be_private)
        return f"{parts.scheme}://{parts.netloc}/…"

    def check(self) -> None:
        """Refuse what is no address, and certificates that cannot be read.

        Raises
        ------
        UsageError
            If it is none, or they cannot.
        """
        parsed(self.address.get_secret_value(), may_be_private=self.may_be_private)
        trusted(self.ca_file)

    def send(self, notice: Notice) -> str:
        """Post a notice.

        No redirect is followed and no answer is read beyond its headers.

        Raises
        ------
        UsageError
            If the address cannot be one.
        NoticeFailed
            If the server does not take it.
        """
        body = notice.line
        parts = parsed(self.address.get_secret_value(), may_be_private=self.may_be_private)
        unsure = False
        try:
            for attempt in stamina.retry_context(
                on=_Passing,
                attempts=self.attempts,
                timeout=None,
                wait_initial=self.wait,
                wait_max=8 * self.wait,
                wait_jitter=self.wait,
            ):
                with attempt:
                    try:
                        self._try(parts, notice, body)
                    except NoticeFailed as error:
                        unsure = unsure or error.unsure
                        raise
        except NoticeFailed as error:
            raise NoticeFailed(str(error), unsure=unsure) from None
        return ""

    def _try(self, parts: SplitResult, notice: Notice, body: bytes) -> None:
        """Try once; the name is looked up in the thread too, since that may take long."""

        def once() -> None:
            target = resolved(parts, may_be_private=self.may_be_private)
            self._post(target, notice, body)

        within(self.timeout, self.place, once)

    def _post(self, target: Target, notice: Notice, body: bytes) -> None:
        verified = trusted(self.ca_file)
        _sending.now = True
        stamp = int(clock.now().timestamp())
        host = str(target.parts.hostname)
        headers = {
            "Host": target.parts.netloc,
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"comity/{version('comity')}",
            "Idempotency-Key": notice.key,
            "Comity-Timestamp": str(stamp),
            "Comity-Signature": signature(self.secret.get_secret_value(), stamp, body),
        }
        try:
            # no proxy of the environment: it would look the name up again, unchecked
            with (
                httpx.Client(
                    timeout=self.timeout, verify=verified, trust_env=False, follow_redirects=False
                ) as client,
                client.stream(
                    "POST", target.url, content=body, headers=headers,
                    extensions={"sni_hostname": host},
                ) as answer,
            ):  # fmt: skip
                self._must_be_taken(answer.status_code)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Passing(f"{self.place}: {_said(error)}") from None
        except httpx.HTTPError as error:
            # it may have been taken: only the answer is missing
            raise _Passing(f"{self.place}: {_said(error)}", unsure=True) from None
        finally:
            _sending.now = False

    def _must_be_taken(self, status: int) -> None:
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            msg = f"{self.place} redirects ({status}); that is not followed: set the new address"
            raise NoticeFailed(msg)
        msg = f"{self.place} answers {status} {_reason(status)}".rstrip()
        if status in _TRANSIENT:
            raise _Passing(msg)
        raise NoticeFailed(msg)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _said(error: Exception) -> str:
    """Return what went wrong; httpx tells no more than the system's words, never an address."""
    return short(str(error)) or type(error).__name__
