"""The trade register of SIPRI as the database's own page asks for it, and the server's reply."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.sources._formats import TextFile, changed
from comity.sources._remote import RemoteFile

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["register_of", "text_of_reply"]

_MAX_REPLY = 128 * 1024**2


def register_of(first: int, last: int) -> RemoteFile:
    """Return the request for the register of the deliveries from one year to another."""
    fields = (("Delivery year", first, last), ("Order year", 0, last), ("opendeals", "", ""),
              ("exportOption", "", ""))  # fmt: skip
    filters: list[dict[str, Any]] = [
        {
            "field": name,
            "oldField": "",
            "condition": "contains" if high else "",
            "value1": low,
            "value2": high,
            "listData": [],
        }
        for name, low, high in fields
    ]
    return RemoteFile(
        f"trade-register-{first}-{last}.json",
        "https://atbackend.sipri.org/api/p/trades/trade-register-csv/",
        body=json.dumps({"filters": filters, "logic": "AND"}),
        changes=True,
    )


@dataclass(frozen=True)
class _Reply(TextFile):
    """The register inside a reply of the database's server."""

    text: str = ""

    @contextmanager
    def open(self) -> Iterator[io.TextIOWrapper]:
        """Open the decoded text."""
        with io.TextIOWrapper(io.BytesIO(self.text.encode()), encoding="utf-8-sig") as stream:
            yield stream


def text_of_reply(file: Path, source: str, columns: Sequence[str]) -> TextFile:
    """Return the register in a reply: JSON whose member ``bytes`` is the CSV in base64.

    Parameters
    ----------
    file : pathlib.Path
        The reply.
    source : str
        Name of the source, for the error.
    columns : sequence of str
        Columns that are expected, for the error.

    Raises
    ------
    SourceChanged
        If it is no such reply, or is too large.
    """
    if file.stat().st_size > _MAX_REPLY:
        raise changed(source, file, columns, [f"a reply of more than {_MAX_REPLY:,} bytes"])
    try:
        reply = json.loads(file.read_bytes())
        content = base64.b64decode(reply["bytes"], validate=True)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        found = [f"no reply with a register ({type(error).__name__})"]
        raise changed(source, file, columns, found) from None
    try:
        return _Reply(file, text=content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _Reply(file, text=content.decode("latin-1"))  # public readers of it expect either
