"""Where notices of watches go: what a user may set under ``watch``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

__all__ = ["NoticeSettings"]

_SHORTEST_SECRET = 16


class NoticeSettings(BaseModel):
    """Channels of notices (``COMITY_WATCH__NAME``, or ``[watch]`` in ``comity.toml``).

    Attributes
    ----------
    terminal : bool
        Whether `comity watch run` prints the notices.
    file : pathlib.Path or None
        A file that notices are appended to, one JSON object a line.
    webhook : SecretStr or None
        An https address that takes notices as JSON; it may hold a key of the service.
    webhook_secret : SecretStr or None
        With which notices are signed; 16 characters or more.
    webhook_private : bool
        Whether the address may be a private one or this machine; then http will do too.
    mail_to : str
        Addresses, separated by commas.
    mail_from : str
        The sender's address.
    smtp_host, smtp_port : str, int
        The user's mail server.
    smtp_security : {"starttls", "ssl", "none"}
        Without encryption no password is sent.
    smtp_user, smtp_password : str, SecretStr
        At the mail server.
    ca_file : pathlib.Path or None
        Certificates to trust instead of the system's.
    timeout : float
        Longest time for one attempt. [s]
    attempts : int
        Tries within one run. [count]
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    terminal: bool = True
    file: Path | None = None
    webhook: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    webhook_private: bool = False
    mail_to: str = ""
    mail_from: str = ""
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "ssl", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    ca_file: Path | None = None
    timeout: float = Field(default=10.0, gt=0, le=120)
    attempts: int = Field(default=3, ge=1, le=10)

    @model_validator(mode="after")
    def _whole(self) -> NoticeSettings:
        if self.webhook is not None:
            secret = self.webhook_secret
            if secret is None or len(secret.get_secret_value()) < _SHORTEST_SECRET:
                msg = (
                    f"webhook needs webhook_secret, {_SHORTEST_SECRET} characters or more: whoever "
                    "takes a notice must be able to tell that it is yours"
                )
                raise ValueError(msg)
        if self.mail_to and not (self.mail_from and self.smtp_host):
            msg = "mail_to needs mail_from and smtp_host"
            raise ValueError(msg)
        if self.smtp_security == "none" and self.smtp_password is not None:
            msg = "smtp_password is not sent without encryption: set smtp_security to starttls"
            raise ValueError(msg)
        return self
