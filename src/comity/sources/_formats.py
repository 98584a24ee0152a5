"""Readers for the text formats that sources share: delimited text, plain or in a zip archive.

Everything is read in bounded memory. What cannot be read is either a
`Reject` (one row) or `SourceChanged` (the file); nothing is skipped silently.
"""

from __future__ import annotations

import csv
import fnmatch
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

import pandas as pd

from comity.core.errors import SourceChanged, UsageError
from comity.core.provenance import sha256_of
from comity.sources._context import RAW_LIMIT, ROWS, Frame, reject

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Reject

__all__ = [
    "MAX_LINE",
    "MAX_UNPACKED",
    "Header",
    "TextFile",
    "changed",
    "files_of",
    "find_header",
    "read_frames",
    "text_files",
]

MAX_LINE = 1_000_000
"""Longest line that is read, in characters; a longer one is rejected."""

MAX_UNPACKED = 4 * 1024**3
"""Largest size of an unpacked zip member or R data file, in bytes."""

_MAX_RATIO = 1_000
_MAX_JOINED_LINES = 20
_MAX_PREAMBLE = 40
_DELIMITERS = ("\t", ",", ";")


@dataclass(frozen=True)
class TextFile:
    """A text file, plain or a member of a zip archive.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the archive.
    member : str
        Name inside the archive; empty for a plain file.
    encoding : str
        Of a file that is not UTF-8; empty for one that is, or that is UTF-16 with a mark.
    """

    path: Path
    member: str = ""
    encoding: str = ""

    @property
    def label(self) -> str:
        """The name that locators begin with."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @contextmanager
    def open(self) -> Iterator[io.TextIOWrapper]:
        """Open as text; bytes that are not UTF-8 (or UTF-16 with a mark) stay as surrogates."""
        if self.member:
            with (
                zipfile.ZipFile(self.path) as archive,
                archive.open(self.member) as stream,
                _as_text(stream, self.encoding) as text,
            ):
                yield text
        else:
            with self.path.open("rb") as stream, _as_text(stream, self.encoding) as text:
                yield text


def _as_text(stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    buffered = io.BufferedReader(cast("io.RawIOBase", stream), 1 << 20)
    mark = buffered.peek(2)[:2]
    usual = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    encoding = encoding or usual
    return io.TextIOWrapper(buffered, encoding=encoding, errors="surrogateescape")


def files_of(path: Path, patterns: Sequence[str]) -> list[Path]:
    """Return the file itself, or the files of a folder whose names match, sorted by name.

    Raises
    ------
    UsageError
        If there is no such file or folder, or no file of the folder matches.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        msg = f"{path}: there is no such file or folder."
        raise UsageError(msg)
    found = sorted(
        (item for item in path.iterdir() if item.is_file() and _matches(item.name, patterns)),
        key=lambda item: item.name,
    )
    if not found:
        msg = f"{path}: no file there matches {', '.join(patterns)}."
        raise UsageError(msg)
    return found


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in patterns)


def text_files(path: Path, patterns: Sequence[str], source: str) -> list[TextFile]:
    """Return the text file itself, or the members of a zip archive that match, in their order.

    Raises
    ------
    SourceChanged
        If an archive is damaged, encrypted, holds no matching member, or one that would unpack to
        more than a publisher's file can be.
    """
    if not zipfile.is_zipfile(path):
        if path.suffix.lower() == ".zip":
            raise changed(source, path, patterns, ["a damaged zip archive"])
        return [TextFile(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise changed(source, path, patterns, ["a damaged zip archive"]) from None
    wanted = [
        info
        for info in members
        if not info.is_dir()
        and _matches(info.filename.rpartition("/")[2], patterns)
        and not info.filename.startswith("__MACOSX/")
    ]
    if not wanted:
        raise changed(source, path, patterns, [info.filename for info in members])
    for info in wanted:
        if info.flag_bits & 0x1:
            raise changed(source, path, patterns, [f"{info.filename}, which is encrypted"])
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > MAX_UNPACKED or (info.file_size > 1 << 26 and ratio > _MAX_RATIO):
            size = f"{info.filename}, which unpacks to {info.file_size:,} bytes"
            raise changed(source, path, patterns, [size])
    return [TextFile(path, info.filename) for info in wanted]


def changed(
    source: str, path: Path, expected: Sequence[str], found: Sequence[str]
) -> SourceChanged:
    """Return the error for a file without a known layout, with its hash."""
    return SourceChanged(source, path.name, expected, found, sha256_of(path))


@dataclass(frozen=True)
class Header:
    """The header of a delimited file.

    Parameters
    ----------
    line : int
        Line number, from 1.
    cells : tuple of str
        Column names as published, without surrounding spaces.
    delimiter : str
        What separates the cells.
    layout : int
        Position of the matched layout in the list that was searched for.
    """

    line: int
    cells: tuple[str, ...]
    delimiter: str
    layout: int


def find_header(file: TextFile, layouts: Sequence[Sequence[str]], source: str) -> Header:
    """Return the first line that holds all columns of one of the layouts, after any preamble.

    Raises
    ------
    SourceChanged
        If no line of the first 40 does, or the file is empty or not text.
    """
    first: tuple[str, ...] = ()
    try:
        with file.open() as stream:
            for number in range(1, _MAX_PREAMBLE + 1):
                line = stream.readline(MAX_LINE)
                if not line:
                    break
                for delimiter in _DELIMITERS:
                    cells = tuple(cell.strip() for cell in _cells(line, delimiter) or ())
                    if len(cells) > len(first):
                        first = cells
                    for position, columns in enumerate(layouts):
                        if set(columns) <= set(cells):
                            return Header(number, cells, delimiter, position)
    except (UnicodeError, zipfile.BadZipFile, zlib.error, EOFError):
        first = ("bytes that are not text",)
    found = [_printable(cell) for cell in first] if any(first) else ["an empty file"]
    raise changed(source, file.path, layouts[0], found)


def _printable(cell: str) -> str:
    return cell[:60].encode("ascii", "backslashreplace").decode("ascii")


def _cells(line: str, delimiter: str) -> list[str] | None:
    """Split one line; None if a quote is left open."""
    line = line.rstrip("\r\n")
    if '"' not in line:
        return line.split(delimiter)
    if delimiter == "\t":
        return [_unquoted(cell) for cell in line.split(delimiter)]
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [""])
    except csv.Error:
        return None


def _unquoted(cell: str) -> str:
    # Tab files of Dataverse quote text but never the tab itself; a quote mark inside text stays.
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def read_frames(
    file: TextFile,
    header: Header,
    source: str,
    names: Sequence[str] | None = None,
    rows: int = ROWS,
    fit: Callable[[list[str]], list[str]] | None = None,
) -> Iterator[Frame]:
    """Yield the rows below the header as frames of text columns.

    Rows with another number of cells, an open quote, bytes that are not UTF-8, a NUL or more than
    a million characters are rejected one by one.

    Parameters
    ----------
    file, header
        From `text_files` and `find_header`.
    source : str
        For the message.
    names : sequence of str, optional
        Names for the columns, by position; as published if not given.
    rows : int
        Rows per frame.
    fit : callable, optional
        Gives the cells that a row should have had, where a declared correction mends its end.

    Raises
    ------
    SourceChanged
        If the file breaks off in the middle of a compressed block.
    """
    columns = list(names or header.cells)
    cells: list[list[str]] = []
    lines: list[str] = []
    locators: list[str] = []
    rejects: list[Reject] = []

    label = file.label

    def frame() -> Frame:
        kept, table = list(lines), pd.DataFrame(cells, columns=columns, dtype=object)
        out = Frame(table, list(locators), kept.__getitem__, list(rejects), label)
        for part in (cells, lines, locators, rejects):
            part.clear()
        return out

    size = 0
    for number, line, published, trouble in _rows(file, header, source):
        locator = f"{label}, line {number}"
        parsed = published if fit is None else fit(published)
        if trouble is not None:
            rejects.append(reject(locator, *trouble, line))
        elif len(parsed) != len(columns):
            why = f"expected {len(columns)} cells, found {len(parsed)}."
            rejects.append(reject(locator, "wrong_cell_count", why, line))
        else:
            cells.append(parsed)
            lines.append(line)
            locators.append(locator)
            size += len(line)
        if len(cells) >= rows or len(rejects) >= rows or size > 1 << 26:
            yield frame()
            size = 0
    yield frame()


_Row = tuple[int, str, list[str], tuple[str, str] | None]


def _rows(file: TextFile, header: Header, source: str) -> Iterator[_Row]:
    try:
        with file.open() as stream:
            yield from _rows_of(stream, header)
    except (UnicodeError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        # A damaged end must not lose the good rows before it, nor pass for a complete file.
        msg = [f"{file.label}, which breaks off or is damaged ({type(error).__name__})"]
        raise changed(source, file.path, header.cells, msg) from None


def _rows_of(stream: io.TextIOWrapper, header: Header) -> Iterator[_Row]:
    waiting: list[str] = []
    number = 0
    while True:
        line = waiting.pop(0) if waiting else stream.readline(MAX_LINE)
        if not line:
            return
        number += 1
        if number <= header.line:
            continue
        if len(line) >= MAX_LINE and not line.endswith("\n"):
            start = line
            while line and not line.endswith("\n"):
                line = stream.readline(MAX_LINE)
            yield (
                number,
                start[:RAW_LIMIT],
                [],
                ("line_too_long", "the line is too long to be a row."),
            )
            continue
        if not line.strip():
            continue
        text = line.rstrip("\r\n")
        if trouble := _trouble(text):
            yield number, text, [], trouble
            continue
        parsed = _cells(text, header.delimiter)
        if parsed is not None:
            yield number, text, parsed, None
            continue
        while len(waiting) < _MAX_JOINED_LINES and (more := stream.readline(MAX_LINE)):
            waiting.append(more)
        taken = _joined(text, waiting, header)
        if taken:
            joined = "\n".join([text, *(part.rstrip("\r\n") for part in waiting[:taken])])
            del waiting[:taken]
            yield number, joined, _multiline(joined, header.delimiter) or [], _trouble(joined)
            number += taken
        else:
            yield number, text, [], ("open_quote", "a quotation mark is opened but not closed.")


def _joined(text: str, waiting: Sequence[str], header: Header) -> int:
    """Return how many further lines close the quote and make a whole row; 0 if none do."""
    joined = text
    for count, line in enumerate(waiting, start=1):
        joined = f"{joined}\n{line.rstrip(chr(13) + chr(10))}"
        cells = _multiline(joined, header.delimiter)
        if cells is not None:
            return count if len(cells) == len(header.cells) else 0
    return 0


def _multiline(text: str, delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _trouble(text: str) -> tuple[str, str] | None:
    if "\x00" in text:
        return "control_character", "the row holds a NUL character."
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return "bad_encoding", "the row holds bytes that are not UTF-8."
    return None
