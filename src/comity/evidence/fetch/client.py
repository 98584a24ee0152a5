"""A polite client: one connection, pauses, retries with back-off, resumption, checks."""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import mktime_tz, parsedate_tz
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
import stamina

from comity.core import clock
from comity.core.errors import SourceAbsent, SourceCorrupt, SourceDenied, SourceUnavailable
from comity.evidence.fetch.addresses import is_loopback, mirrored, redirected, scrubbed, shown
from comity.evidence.fetch.partfile import Arrival, PartFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.sources._remote import RemoteFile

__all__ = ["Client", "Held", "Manners"]

_T = TypeVar("_T")
_REDIRECTS = 5
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_TOLD_EVERY = 1 << 20

_SECRET = re.compile("key|token|secret|passw|auth|sign|cookie", re.IGNORECASE)

# A retry is told through `progress`; nothing of a request may reach a log with its query.
logging.getLogger("stamina").addHandler(logging.NullHandler())


class _NoQuery(logging.Filter):
    """Takes the query, where keys are, from the addresses that httpx logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                shown(str(each)) if isinstance(each, httpx.URL) else each for each in record.args
            )
        return True


logging.getLogger("httpx").addFilter(_NoQuery())


@dataclass(frozen=True)
class Manners:
    """How a publisher's server is treated.

    Parameters
    ----------
    pause : float
        Least time between two requests. [s]
    attempts : int
        Tries in all before a file is given up for this run. [count]
    wait_first, wait_most : float
        Waiting before the second try, and the longest; it doubles in between. [s]
    patience : float
        Longest wait that a server may ask for with ``Retry-After``. [s]
    timeout : float
        Longest silence. [s]
    max_bytes : int
        Largest file whose size no index names. [byte]
    max_index : int
        Largest index. [byte]
    """

    pause: float = 1.0
    attempts: int = 5
    wait_first: float = 1.0
    wait_most: float = 60.0
    patience: float = 300.0
    timeout: float = 60.0
    max_bytes: int = 8 << 30
    max_index: int = 512 << 20

    def towards(self, base: str) -> Manners:
        """Return the manners towards a mirror: a server on this machine needs no patience."""
        if not base or not is_loopback(base):
            return self
        return replace(self, pause=0.0, wait_first=min(self.wait_first, 0.1), wait_most=2.0)


@dataclass(frozen=True)
class Held:
    """What is held of a file, by the marks that its server gave it."""

    etag: str = ""
    last_modified: str = ""


class _Passing(SourceUnavailable):
    """A failure that may pass; `after` is the wait that the server asks for [s]."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Client:
    """Reads from one publisher's server, or from a mirror of it.

    Parameters
    ----------
    manners : Manners
        Pauses, retries and bounds.
    base : str
        Base address of a mirror; empty for the publisher.
    secrets : iterable of str
        Blotted out of every message.
    progress : callable, optional
        Told what is being fetched, in words.
    """

    def __init__(
        self,
        manners: Manners,
        base: str = "",
        secrets: Iterable[str] = (),
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._manners = manners
        self._base = base
        self._secrets = set(secrets)
        self.progress = progress
        self._next = 0.0
        self._http = httpx.Client(
            headers={
                "User-Agent": f"comity/{version('comity')} (research; python-httpx)",
                "Accept-Encoding": "identity",
                "Accept": "*/*",
            },
            timeout=httpx.Timeout(manners.timeout),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            follow_redirects=False,
            # a proxy of the environment stands between here and the world, not before this machine
            trust_env=not (base and is_loopback(base)),
        )

    def clean(self, text: str) -> str:
        """Return one line of text without the secrets that were sent."""
        return scrubbed(text, self._secrets)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def read(self, url: str) -> bytes:
        """Return a small file.

        Raises
        ------
        SourceAbsent, SourceUnavailable
            If the server has it not, or does not give it.
        """
        return self._patiently(shown(url), lambda: self._read(url))

    def fetch(self, remote: RemoteFile, part: PartFile, held: Held | None) -> Arrival | None:
        """Fetch a file into its part, from where it was left; None if it is as it was.

        Parameters
        ----------
        remote : RemoteFile
            The file.
        part : PartFile
            Where its bytes go.
        held : Held or None
            The version that is held, to ask for another one only.

        Raises
        ------
        SourceAbsent
            If the server says that there is none.
        SourceCorrupt
            If it comes with another size or checksum than the index says, or is too large.
        SourceUnavailable
            If the server does not give it.
        """
        self._secrets |= {
            value
            for name, value in (*remote.query.items(), *remote.headers.items())
            if _SECRET.search(name)
        }

        def once() -> Arrival | None:
            whole = part.is_whole(mirrored(remote.url, self._base), remote)
            return part.finish(remote) if whole or self._fetch(remote, part, held) else None

        return self._patiently(remote.name, once)

    # ------------------------------------------------------------------ trying

    def _patiently(self, what: str, once: Callable[[], _T]) -> _T:
        """Try until it works, the failure is not one that passes, or patience ends."""
        manners, tries = self._manners, 0

        def wait(error: Exception) -> bool | float:
            if isinstance(error, SourceCorrupt):
                return tries < 2  # a line may garble bytes once; twice, it is the file
            if not isinstance(error, _Passing) or (error.after or 0) > manners.patience:
                return False
            return True if error.after is None else error.after

        for attempt in stamina.retry_context(
            on=wait,
            attempts=manners.attempts,
            timeout=None,
            wait_initial=manners.wait_first,
            wait_max=manners.wait_most,
            wait_jitter=manners.wait_first,
        ):
            with attempt:
                tries += 1
                again = f" (try {tries})" if tries > 1 else ""
                self.progress(f"fetching {what}{again}")
                return once()
        raise AssertionError  # pragma: no cover -- the loop returns or raises

    def _read(self, url: str) -> bytes:
        with self._answer("GET", mirrored(url, self._base)) as answer:
            self._must_be_fine(answer, url)
            return b"".join(self._blocks(answer, self._manners.max_index, url))

    def _fetch(self, remote: RemoteFile, part: PartFile, held: Held | None) -> bool:
        """Carry out one request; False if the server says that nothing has changed."""
        url = mirrored(remote.url, self._base)
        asked = part.resumption(url, remote)
        conditional = _conditions(held) if held and not asked and not remote.body else {}
        headers = {**remote.headers, **asked, **conditional}
        with self._answer(
            "POST" if remote.body else "GET", url, remote.query, headers, remote.body
        ) as answer:
            if conditional and answer.status_code == HTTPStatus.NOT_MODIFIED:
                return False
            if asked and answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                if answer.headers.get("content-range") == f"bytes */{part.size}":
                    return True
                part.forget()
                msg = f"{shown(remote.url)}: the server cannot go on where it was left"
                raise _Passing(msg, 0.0)
            self._must_be_fine(answer, remote.url)
            if answer.status_code != HTTPStatus.PARTIAL_CONTENT:
                part.begin(url, answer.headers)
            elif _start_of(answer) != part.size:
                part.forget()
                msg = f"{shown(remote.url)}: the server sent another part than the one asked for"
                raise _Passing(msg, 0.0)
            limit = self._manners.max_bytes if remote.size is None else remote.size
            self._write(answer, part, limit, remote)
        return True

    def _write(
        self, answer: httpx.Response, part: PartFile, limit: int, remote: RemoteFile
    ) -> None:
        size = told = part.size
        try:
            with part.writing() as stream:
                for block in self._blocks(answer, limit - size, remote.url):
                    stream.write(block)
                    size += len(block)
                    if size - told >= _TOLD_EVERY:
                        told = size
                        self.progress(f"fetching {remote.name}: {size / 1e6:,.0f} MB")
        except SourceCorrupt:
            part.forget()
            raise

    def _blocks(self, answer: httpx.Response, limit: int, url: str) -> Iterator[bytes]:
        """Yield the bytes as sent, no more than `limit`."""
        size = 0
        try:
            # as they come: blocks of a fixed size would lose what came before a break
            for block in answer.iter_raw():
                size += len(block)
                if size > limit:
                    msg = f"{shown(url)} gives more bytes than expected ({limit:,} more at most)"
                    raise SourceCorrupt(msg)
                yield block
        except httpx.HTTPError as error:
            raise self._broken(url, error) from None

    # ------------------------------------------------------------------ asking

    @contextlib.contextmanager
    def _answer(
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: str = "",
    ) -> Iterator[httpx.Response]:
        """Send one request and follow its redirects."""
        origin = url
        more: dict[str, Any] = {}
        sent = dict(headers or {})
        for _ in range(_REDIRECTS + 1):
            self._take_turn()
            if body and method == "POST":
                more |= {"content": body.encode()}
                sent |= {"Content-Type": "application/json"}
            with contextlib.ExitStack() as stack:
                try:
                    address = httpx.URL(url).copy_merge_params(dict(query or {}))
                    request = self._http.build_request(method, address, headers=sent, **more)
                    answer = stack.enter_context(self._closing(request))
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    raise self._broken(url, error) from None
                if not answer.has_redirect_location:
                    yield answer
                    return
                target = redirected(origin, _joined(url, answer.headers["location"]))
                if urlsplit(target).netloc != urlsplit(url).netloc:
                    # keys are for the publisher they came from
                    kept = {"range", "if-range", "if-none-match", "if-modified-since"}
                    sent = {name: value for name, value in sent.items() if name.lower() in kept}
                if answer.status_code not in {307, 308}:
                    method = "GET"
                url, query, more = target, None, {}
        msg = f"{shown(origin)} redirects more than {_REDIRECTS} times; that is not followed."
        raise SourceDenied(msg)

    @contextlib.contextmanager
    def _closing(self, request: httpx.Request) -> Iterator[httpx.Response]:
        answer = self._http.send(request, stream=True)
        try:
            yield answer
        finally:
            answer.close()

    def _take_turn(self) -> None:
        """Wait until the pause since the last request is over."""
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = time.monotonic() + self._manners.pause

    def _must_be_fine(self, answer: httpx.Response, url: str) -> None:
        status = answer.status_code
        if status in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
            return
        said = f"{shown(url)}: the server answers {status} {answer.reason_phrase}".rstrip()
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise SourceAbsent(said)
        if status in _TRANSIENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            after = _seconds(answer.headers.get("retry-after", ""))
            if after is not None and after > self._manners.patience:
                said += f" and asks to come back in {after:,.0f} s"
            raise _Passing(said, after)
        raise SourceDenied(said)

    def _broken(self, url: str, error: Exception) -> SourceUnavailable:
        what = scrubbed(str(error) or type(error).__name__, self._secrets)
        said = f"{shown(url)}: {what}"
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            return SourceDenied(said)
        return _Passing(said)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return ""  # is refused as no address


def _conditions(held: Held) -> dict[str, str]:
    pairs = {"If-None-Match": held.etag, "If-Modified-Since": held.last_modified}
    return {name: value for name, value in pairs.items() if value}


def _start_of(answer: httpx.Response) -> int:
    """Return at which byte a part begins; -1 if the server does not say."""
    text: str = answer.headers.get("content-range", "")
    start = text.removeprefix("bytes ").partition("-")[0].strip()
    return int(start) if start.isdigit() else -1


def _seconds(text: str) -> float | None:
    """Return the wait that ``Retry-After`` asks for, given in seconds or as a date [s]."""
    if text.strip().isdigit():
        return float(text)
    parsed = parsedate_tz(text) if text else None
    return max(mktime_tz(parsed) - clock.now().timestamp(), 0.0) if parsed else None
