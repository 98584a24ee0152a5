"""A publisher's server on this machine, which can be told to misbehave."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

EPOCH = 1_700_000_000


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Publisher:
    """Serves `files` by path, or by `place`.

    A path's `plans` are used up request by request, then it is well.

    Plans: ``404``, ``500`` and other numbers; ``429`` asks to come back at once; ``cut`` breaks
    off in the middle; ``short`` gives half a file as if it were whole; ``corrupt`` changes bytes;
    ``long`` gives more; ``to:URL`` redirects. A plan that ends in ``!`` stays for good.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.plans: dict[str, list[str]] = defaultdict(list)
        self.asked: list[Asked] = []
        self.ranges = self.marks = True
        self.age = 0
        self.delay = 0.0
        publisher = self

        class Handler(_Handler):
            owner = publisher

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Say nothing of a client that went away."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Publisher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def plan(self, path: str) -> str:
        plans = self.plans.get(path)
        if not plans:
            return ""
        return plans[0][:-1] if plans[0].endswith("!") else plans.pop(0)


def place(path: str, query: str) -> str:
    """Return the key of a file that only the query tells from others at the same path."""
    return f"{path}?{urlencode(sorted(parse_qsl(query)))}" if query else path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Publisher

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        size = int(self.headers.get("Content-Length", 0))
        asked = Asked(
            self.command,
            path,
            parts.query,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(size),
        )
        self.owner.asked.append(asked)
        plan = self.owner.plan(place(path, parts.query)) or self.owner.plan(path)
        data = self.owner.files.get(place(path, parts.query), self.owner.files.get(path))
        if plan.startswith("to:"):
            self._say(302, b"", {"Location": plan[3:]})
        elif plan.isdigit():
            self._say(int(plan), b"no", {"Retry-After": "0"} if plan == "429" else {})
        elif data is None:
            self._say(404, b"not here")
        else:
            self._serve(data, plan, asked)

    def _serve(self, data: bytes, plan: str, asked: Asked) -> None:
        marks = {}
        if self.owner.marks:
            marks["ETag"] = f'"{md5(data).hexdigest()}"'
            marks["Last-Modified"] = formatdate(EPOCH + self.owner.age, usegmt=True)
            if asked.headers.get("if-none-match") == marks["ETag"]:
                self._say(304, b"", marks)
                return
        start = 0
        wanted = asked.headers.get("range", "").removeprefix("bytes=").rstrip("-")
        valid = asked.headers.get("if-range") in (None, *marks.values())
        if wanted and self.owner.ranges and valid:
            start = int(wanted)
            if start >= len(data):
                self._say(416, b"")
                return
            marks["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        status, body = (206 if "Content-Range" in marks else 200), data[start:]
        if plan == "corrupt":
            body = bytes(byte ^ 0x55 for byte in body)
        elif plan == "short":
            body = body[: len(body) // 2]
        elif plan == "long":
            body += b"x" * 1000
        promised = len(body)
        if plan == "cut":
            body = body[: max(len(body) // 2, 1)]
            self.close_connection = True
        self._say(status, body, marks, promised)

    def _say(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, size: int = -1
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body) if size < 0 else size))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # whoever asked may have been killed
            half = len(body) // 2 if self.owner.delay else 0
            self.wfile.write(body[:half])
            time.sleep(self.owner.delay)
            self.wfile.write(body[half:])
            self.wfile.flush()
