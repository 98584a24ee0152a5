"""The publisher's site, as a source sees it while it finds out which files to expect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from comity.core.errors import UsageError

if TYPE_CHECKING:
    from comity.evidence.fetch.client import Client
    from comity.sources._spec import SourceSpec

__all__ = ["PublisherSite"]

_NO_KEY = "not-sent-to-a-mirror"


class PublisherSite:
    """Implements `comity.sources._remote.Site`.

    Parameters
    ----------
    client : Client
        Reads from the server.
    spec : SourceSpec
        Of the source.
    keys : mapping of str to str
        The user's keys by name.
    mirror : bool
        Whether the server is not the publisher's own; it is given no key.
    """

    def __init__(
        self, client: Client, spec: SourceSpec, keys: Mapping[str, str], *, mirror: bool
    ) -> None:
        self._client = client
        self._spec = spec
        self._keys = {name.casefold(): value for name, value in keys.items()}
        self._mirror = mirror
        self._read: dict[str, bytes] = {}

    def read(self, url: str) -> bytes:
        """Return a small file, such as an index; asked for once in a run."""
        if url not in self._read:
            self._read[url] = self._client.read(url)
        return self._read[url]

    def key(self, name: str) -> str:
        """Return the user's key.

        Raises
        ------
        UsageError
            If there is none; says where to apply.
        """
        if self._mirror:
            return _NO_KEY
        found = self._keys.get(name.casefold(), "")
        if not found:
            where = self._spec.gated or f"see {self._spec.url}"
            msg = (
                f"{self._spec.name} needs a key of its publisher: {where.rstrip('.')}. Then set "
                f"COMITY_KEYS__{name.upper()}, or {name} under [keys] in comity.toml."
            )
            raise UsageError(msg)
        return found
