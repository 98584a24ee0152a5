"""The channels that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.notices.journal import Journal
from comity.notices.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.core.notice_settings import NoticeSettings
    from comity.notices.notice import Channel, Notice

__all__ = ["channel_names", "channels"]


def channel_names(settings: NoticeSettings) -> list[str]:
    """Return where notices go, in the order in which they are sent."""
    found = {
        "terminal": settings.terminal,
        "file": settings.file is not None,
        "webhook": settings.webhook is not None,
        "mail": bool(settings.mail_to),
    }
    return [name for name, is_set in found.items() if is_set]


def channels(settings: NoticeSettings, tell: Callable[[Notice], None]) -> dict[str, Channel]:
    """Return the channels by name.

    Parameters
    ----------
    settings : NoticeSettings
        Of the user.
    tell : callable
        Prints one notice.
    """
    found: dict[str, Channel] = {}
    if settings.terminal:
        found["terminal"] = Terminal(tell)
    if settings.file is not None:
        found["file"] = Journal(settings.file)
    if settings.webhook is not None and settings.webhook_secret is not None:
        # brings httpx, which nobody without a webhook needs
        from comity.notices.webhook import Webhook  # noqa: PLC0415

        found["webhook"] = Webhook(
            address=settings.webhook,
            secret=settings.webhook_secret,
            may_be_private=settings.webhook_private,
            timeout=settings.timeout,
            attempts=settings.attempts,
            ca_file=settings.ca_file,
        )
    if settings.mail_to:
        from comity.notices.mail import Mail  # noqa: PLC0415

        found["mail"] = Mail(
            to=settings.mail_to,
            sender=settings.mail_from,
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password,
            timeout=settings.timeout,
            attempts=settings.attempts,
            ca_file=settings.ca_file,
        )
    return found
