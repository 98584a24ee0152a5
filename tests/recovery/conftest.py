"""A WebHDFS server of a folder, read only: a file system that Spark reaches over the network.

Enough of the protocol for a Hadoop client to list, to ask for a file's state and to read a part of
it. It stands for an object store: files are known by address, and no worker sees them as files.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

ROOT = "/webhdfs/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder = Path()
    asked: ClassVar[set[str]] = set()

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name.lower(): values[0] for name, values in parse_qs(url.query).items()}
        path = self.folder / unquote(url.path.removeprefix(ROOT)).strip("/")
        type(self).asked.add(query["op"])
        if not path.exists():
            what = {"exception": "FileNotFoundException", "message": f"no {path}",
                    "javaClassName": "java.io.FileNotFoundException"}  # fmt: skip
            self._json({"RemoteException": what}, 404)
        elif query["op"] == "GETFILESTATUS":
            self._json({"FileStatus": _status(path, "")})
        elif query["op"] == "LISTSTATUS":
            inside = sorted(path.iterdir()) if path.is_dir() else [path]
            found = [_status(each, each.name if path.is_dir() else "") for each in inside]
            self._json({"FileStatuses": {"FileStatus": found}})
        elif query["op"] == "OPEN" and "here" not in query:
            # the protocol's way from the name node to the node that has the data
            self.send_response(307)
            self.send_header("Location", f"http://{self.headers['Host']}{self.path}&here=1")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif query["op"] == "OPEN":
            self._part(path, int(query.get("offset", 0)), query.get("length"))
        else:
            what = {"exception": "UnsupportedOperationException", "message": query["op"],
                    "javaClassName": "java.lang.UnsupportedOperationException"}  # fmt: skip
            self._json({"RemoteException": what}, 400)

    def _part(self, path, offset, length):
        with path.open("rb") as file:
            file.seek(offset)
            self._send(file.read(int(length) if length else -1), 200)

    def _json(self, content, status=200):
        self._send(json.dumps(content).encode(), status)

    def _send(self, body, status):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002 -- the name is the library's
        pass


def _status(path, suffix):
    stat = path.stat()
    return {
        "pathSuffix": suffix, "type": "DIRECTORY" if path.is_dir() else "FILE",
        "length": 0 if path.is_dir() else stat.st_size, "owner": "o", "group": "g",
        "permission": "755", "accessTime": 0, "modificationTime": int(stat.st_mtime * 1000),
        "blockSize": 128 * 2**20, "replication": 1, "fileId": stat.st_ino, "childrenNum": 0,
        "storagePolicy": 0,
    }  # fmt: skip


class WebHdfs:
    """Serves a folder on the loopback address. A context manager.

    `address` is for Hadoop; `asked` holds the operations that clients asked for.
    """

    def __init__(self, folder: Path) -> None:
        self._handler = type("Handler", (_Handler,), {"folder": folder, "asked": set()})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler)
        self.address = f"webhdfs://127.0.0.1:{self._server.server_address[1]}"
        self.asked = self._handler.asked

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def webhdfs():
    """What serves a folder: ``with webhdfs(folder) as server``."""
    return WebHdfs
