"""A mail server on this machine, which can be told to misbehave."""

from __future__ import annotations

import base64
import contextlib
import shutil
import socketserver
import ssl
import subprocess
import threading
from pathlib import Path

import pytest


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return a certificate for localhost, signed by nobody else, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (apt-get install openssl)")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key),
         "-out", str(cert), "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


class MailServer:
    """Takes mail and keeps it.

    `plan` may name the answer to a verb (``{"RCPT": "550 no such user"}``), or to a reader, or
    ``"hang up"`` after the text of a mail.
    """

    def __init__(self, pem: tuple[Path, Path] | None = None, *, wrapped: bool = False) -> None:
        self.mails: list[tuple[list[str], str]] = []
        self.said: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.plan: dict[str, str] = {}
        self.offers_tls = pem is not None and not wrapped
        self.context = None
        if pem is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*pem)
        owner = self

        class Handler(_Handler):
            server_of_mail = owner

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_: object) -> None:
                """Say nothing of a client that went away."""

        self.wrapped = wrapped
        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> MailServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])


class _Handler(socketserver.StreamRequestHandler):
    server_of_mail: MailServer

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def handle(self) -> None:
        # socketserver skips finish where handle raises: a client that trusts nobody hangs up
        with contextlib.suppress(OSError):
            self._talk()

    def _talk(self) -> None:
        owner = self.server_of_mail
        self.is_safe = owner.wrapped
        if owner.wrapped and owner.context is not None:
            self._encrypt(owner.context)
        self.to: list[str] = []
        self._say("220 stub")
        while line := self.rfile.readline(2000):
            text = line.decode().strip()
            owner.said.append(text)
            verb = text.split()[0].upper() if text else ""
            reader = text.partition("<")[2].partition(">")[0] if verb == "RCPT" else ""
            if planned := owner.plan.get(reader) or owner.plan.get(verb):
                self._say(planned)
            elif not self._obey(verb, text):
                return

    def _obey(self, verb: str, text: str) -> bool:
        owner = self.server_of_mail
        if verb in {"EHLO", "HELO"}:
            self._say("250-stub")
            if owner.offers_tls and not self.is_safe:
                self._say("250-STARTTLS")
            if self.is_safe:
                self._say("250-AUTH PLAIN")
            self._say("250 8BITMIME")
        elif verb == "STARTTLS":
            self._say("220 go")
            self._encrypt(owner.context)
        elif verb == "AUTH":
            _, user, password = base64.b64decode(text.split()[2]).decode().split("\0")
            owner.logins.append((user, password))
            self._say("235 welcome")
        elif verb == "MAIL":
            self._say("250 ok")
        elif verb == "RCPT":
            self.to.append(text.partition("<")[2].rstrip(">"))
            self._say("250 ok")
        elif verb == "DATA":
            self._say("354 go on")
            lines = []
            while (line := self.rfile.readline(5000)) not in {b".\r\n", b""}:
                lines.append(line.decode())
            owner.mails.append((self.to, "".join(lines)))
            if owner.plan.get("after") == "hang up":
                return False
            self._say("250 taken")
        elif verb == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say("500 what?")
        return True

    def _encrypt(self, context: ssl.SSLContext | None) -> None:
        assert context is not None
        self.rfile.close()
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = socketserver._SocketWriter(self.connection)
        self.is_safe = True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
