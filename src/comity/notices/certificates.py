"""Whose certificates a server is believed by: the system's, or those of a file of the user's."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from comity.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["trusted"]


def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Return what a connection is checked against.

    Raises
    ------
    UsageError
        If the file is not there, cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # also of a file that is no certificate
        said = error.strerror or "it holds no certificate"
        msg = f"watch.ca_file {ca_file}: {said}. Name a file of certificates in PEM."
        raise UsageError(msg) from None
