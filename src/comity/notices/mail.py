"""Notices by mail, through the user's own server: plain text, encrypted, no header from outside."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

import stamina

from comity.core import clock
from comity.core.errors import NoticeFailed, UsageError
from comity.notices.certificates import trusted
from comity.notices.deadline import within
from comity.notices.notice import clean_line, short

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr

    from comity.notices.notice import Notice

__all__ = ["Mail"]

_LONGEST_SUBJECT = 200


class _Passing(NoticeFailed):
    """The server could not be reached; nothing was handed to it."""


@dataclass(frozen=True)
class Mail:
    """Sends notices by mail.

    Parameters
    ----------
    to : str
        Addresses, separated by commas.
    sender : str
        The address they come from.
    host, port : str, int
        Of the mail server.
    security : {"starttls", "ssl", "none"}
        A server that does not offer the encryption asked for gets nothing.
    user, password : str, SecretStr or None
        At the server; never without encryption.
    timeout, attempts, ca_file, wait
        As of `Webhook`. Only reaching the server is tried again within a run.
    """

    to: str
    sender: str
    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: SecretStr | None = None
    timeout: float = 10.0
    attempts: int = 3
    ca_file: Path | None = None
    wait: float = 0.5
    name: str = field(default="mail", init=False)

    @property
    def place(self) -> str:
        """The server and the readers."""
        return f"{self.to} through {self.host}"

    def check(self) -> None:
        """Refuse what are no addresses, and certificates that cannot be read.

        Raises
        ------
        UsageError
            If one is none, or they cannot.
        """
        trusted(self.ca_file)
        _address(self.sender, "watch.mail_from")
        for each in self.to.split(","):
            _address(each, "watch.mail_to")

    def send(self, notice: Notice) -> str:
        """Send a notice to all readers in one message; returns which of them it was not taken for.

        A notice that one reader has is sent: it is not sent again for those that were refused.

        Raises
        ------
        UsageError
            If an address cannot be one.
        NoticeFailed
            If the server does not take it.
        """
        message = self.message(notice)
        for attempt in stamina.retry_context(
            on=_Passing,
            attempts=self.attempts,
            timeout=None,
            wait_initial=self.wait,
            wait_max=8 * self.wait,
            wait_jitter=self.wait,
        ):
            with attempt:
                return within(2 * self.timeout, self.host, lambda: self._hand_over(message))
        raise AssertionError  # pragma: no cover -- the loop returns or raises

    def message(self, notice: Notice) -> EmailMessage:
        """Return a notice as a message; what comes from outside can become no header.

        Raises
        ------
        UsageError
            If an address cannot be one.
        """
        made = EmailMessage(policy=SMTP)
        made["From"] = _address(self.sender, "watch.mail_from")
        made["To"] = [_address(each, "watch.mail_to") for each in self.to.split(",")]
        made["Subject"] = clean_line(f"comity: {notice.title}")[:_LONGEST_SUBJECT]
        made["Date"] = format_datetime(clock.now())
        made["Message-ID"] = f"<{clean_line(notice.key)}@comity.invalid>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(f"{notice.text}\n", cte="quoted-printable")
        return made

    def _hand_over(self, message: EmailMessage) -> str:
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            raise self._refused(error, reaching=True) from None
        try:
            refused = server.send_message(message)
        except smtplib.SMTPServerDisconnected as error:
            msg = (
                f"{self.host} hung up before it said whether it took the mail: {short(str(error))}"
            )
            raise NoticeFailed(msg, unsure=True) from None
        except TimeoutError:
            msg = f"{self.host} did not say in time whether it took the mail"
            raise NoticeFailed(msg, unsure=True) from None
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise self._refused(error, reaching=False) from None
        finally:
            _leave(server)
        if refused:
            said = ", ".join(f"{name} ({code})" for name, (code, _) in sorted(refused.items()))
            return f"not taken for {said} and not sent there again; the other readers have it"
        return ""

    def _connected(self) -> smtplib.SMTP:
        context = trusted(self.ca_file)
        if self.security == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.password is not None and self.security != "none":
                server.login(self.user, self.password.get_secret_value())
        except BaseException:
            _leave(server)
            raise
        return server

    def _refused(self, error: Exception, *, reaching: bool) -> NoticeFailed:
        """Return what the server said without the password, which some repeat."""
        said = short(_words(error))
        secret = self.password.get_secret_value() if self.password is not None else ""
        if secret:
            said = said.replace(secret, "***")
        msg = f"{self.host}: {said}"
        kept = isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError)
        return NoticeFailed(msg) if kept or not reaching else _Passing(msg)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it does not accept the user and password"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"it takes no mail for {', '.join(sorted(error.recipients))}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _address(text: str, where: str) -> Address:
    try:
        made = Address(addr_spec=text.strip())
    except (HeaderParseError, ValueError, IndexError):
        raise UsageError(
            f"{where}: {text.strip()!r} is not an address as ann@example.org."
        ) from None
    if not made.domain or not made.username:
        raise UsageError(f"{where}: {text.strip()!r} is not an address as ann@example.org.")
    return made
