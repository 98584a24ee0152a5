"""The objects of one long array in a JSON file, one by one, whatever its length."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from comity.sources._formats import TextFile, changed

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Sequence

__all__ = ["json_objects"]

_CHUNK = 1 << 20
_MOST = 8 << 20
_HEAD = 1 << 16
_GAP = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()


def json_objects(
    file: TextFile, key: str, source: str, columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the objects of the array under `key`, or of a file that is one array.

    Only one object and a piece of text are held at a time. Under `key` a single object may stand
    in place of an array of one, as SDMX writes it.

    Parameters
    ----------
    file : TextFile
        The file, plain or in a zip archive.
    key : str
        Name of the array; it may stand inside further objects, near the head of the file.
    source : str
        For the message.
    columns : sequence of str
        What was expected, for the message.

    Raises
    ------
    SourceChanged
        If there is no such array, it holds something else than objects, or the file breaks off.
    """
    try:
        with file.open() as stream:
            yield from _objects(stream, key)
    except (ValueError, RecursionError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        found = [f"{file.label}: {_said(error)}"]
        raise changed(
            source, file.path, [f"an array {key!r} of {', '.join(columns)}"], found
        ) from (None)


def _said(error: Exception) -> str:
    if isinstance(error, _NotTheArrayError):
        return str(error)
    return f"JSON that breaks off or is damaged ({type(error).__name__})"


class _NotTheArrayError(ValueError):
    """The file is not what was looked for."""


def _objects(stream: io.TextIOWrapper, key: str) -> Iterator[dict[str, Any]]:
    text = stream.read(_HEAD)
    at, single = _start(text, key)
    while True:
        at = _end_of_gap(text, at)
        if at == len(text):
            text, at = stream.read(_CHUNK), 0
            at = _end_of_gap(text, at)
        if text.startswith("]", at):
            return
        if not text.startswith("{", at):
            msg = f"the array breaks off, or holds {text[at : at + 40]!r}"
            raise _NotTheArrayError(msg)
        while True:
            try:
                item, at = _DECODER.raw_decode(text, at)
                break
            except ValueError:
                # Most often the piece of text ends in the middle of an object.
                more = stream.read(_CHUNK) if len(text) - at < _MOST else ""
                if not more:
                    raise
                text, at = text[at:] + more, 0
        yield item
        if single:
            return


def _end_of_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at


def _start(head: str, key: str) -> tuple[int, bool]:
    opened = re.match(r"\s*\[", head)
    if opened:
        return opened.end(), False
    found = re.search(rf'"{re.escape(key)}"\s*:\s*([\[{{])', head)
    if not head.lstrip().startswith("{") or found is None:
        msg = f"no such array, the file begins {head[:60]!r}"
        raise _NotTheArrayError(msg)
    return (found.end(), False) if found[1] == "[" else (found.start(1), True)
