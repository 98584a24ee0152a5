"""Reader for Excel workbooks: ``.xls`` and ``.xlsx``, plain or inside a zip archive.

Cells are read as values: a formula counts as the value that was saved with it and is never
computed, macros and links are not touched. Dates come as dates. What cannot be read is
`SourceChanged`. Sizes are checked before anything is unpacked, rows are read one by one.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast
from xml.etree.ElementTree import ParseError

import openpyxl
import pandas as pd
import xlrd
from openpyxl.utils.exceptions import InvalidFileException

from comity.core.errors import SourceChanged
from comity.core.provenance import sha256_of
from comity.sources._context import Frame, reject
from comity.sources._formats import changed

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Reject

__all__ = ["Book", "SheetRow", "open_books", "sheet_frames"]

MAX_PACKED = 64 * 1024**2
"""Largest workbook that is read, in bytes as it is stored."""

MAX_PART = 256 * 1024**2
"""Largest part of an ``.xlsx`` workbook, in bytes as it unpacks."""

MAX_ROWS, MAX_COLUMNS = 1_048_576, 1_024
"""Most rows and columns of a sheet; Excel itself ends at that row."""

_FRAME_ROWS = 20_000
_MAX_PREAMBLE = 40
_MAX_RATIO = 1_000
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_INDEX = "[Content_Types].xml"
_ERRORS = frozenset({
    "#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
})  # fmt: skip
# What the two libraries raise on files that are damaged or made to be.
_DAMAGE = (
    xlrd.XLRDError, xlrd.compdoc.CompDocError, InvalidFileException, ParseError, struct.error,
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RecursionError,
    ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet.

    Parameters
    ----------
    number : int
        As Excel counts, from 1.
    cells : list
        Text, numbers, truth values, `datetime.datetime`, and None for empty and error cells.
    colours : list of str
        Font colour of each cell as stored, e.g. ``"indexed:12"`` or ``"rgb:FFFF0000"``; empty
        where none is set, and the whole list where colours were not asked for.
    """

    number: int
    cells: list[Any]
    colours: list[str]


class _Reader(Protocol):
    def titles(self) -> list[str]: ...

    def rows(self, title: str, *, colours: bool) -> Iterator[tuple[list[Any], list[str]]]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Book:
    """An open workbook.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the archive that it is in.
    label : str
        The name that locators begin with.
    source : str
        Name of the source, for messages.
    expected : tuple of str
        What the source expects, for messages.
    titles : tuple of str
        Titles of the sheets, in their order.
    reader : _Reader
        What reads the cells.
    """

    path: Path
    label: str
    source: str
    expected: tuple[str, ...]
    titles: tuple[str, ...]
    reader: _Reader

    def rows(self, title: str, *, colours: bool = False) -> Iterator[SheetRow]:
        """Yield the rows of a sheet, empty ones included.

        Raises
        ------
        SourceChanged
            If there is no such sheet, it is damaged, or larger than a sheet can be.
        """
        if title not in self.titles:
            raise self.changed([f"the sheets {', '.join(self.titles) or 'none'}"])
        rows = _guarded(self.reader.rows(title, colours=colours), self)
        for number, (cells, marks) in enumerate(rows, start=1):
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise self.changed([f"{title}, with more rows or columns than a table has"])
            yield SheetRow(number, cells, marks)

    def changed(self, found: Sequence[str]) -> SourceChanged:
        """Return the error for a workbook without the layout, with its hash."""
        digest = sha256_of(self.path)
        return SourceChanged(self.source, self.label, self.expected, found, digest)


@contextmanager
def open_books(path: Path, source: str, expected: Sequence[str]) -> Iterator[list[Book]]:
    """Open a workbook, or all workbooks in a zip archive.

    Parameters
    ----------
    path : pathlib.Path
        ``.xls``, ``.xlsx``, or a zip archive of them.
    source : str
        For the message.
    expected : sequence of str
        What the source expects (columns, sheets), for the message.

    Raises
    ------
    SourceChanged
        If it is no workbook, is damaged or encrypted, or would unpack to more than `MAX_PART`.
    """
    books: list[Book] = []
    try:
        for label, content in _contents(path, source, expected):
            try:
                reader = _reader_of(content)
                titles = tuple(reader.titles())
            except _DAMAGE as error:
                raise changed(source, path, expected, [_said(error)]) from None
            books.append(Book(path, label, source, tuple(expected), titles, reader))
        yield books
    finally:
        for book in books:
            book.reader.close()


def sheet_frames(
    book: Book, title: str, layouts: Sequence[Sequence[str]], rows: int = _FRAME_ROWS
) -> Iterator[tuple[Frame, int]]:
    """Yield the rows below the header of a sheet as frames, with the layout that was found.

    The header is the first of 40 rows that holds all columns of a layout. Nameless columns are
    called by their number. Empty rows are passed over; a row with a cell beside the header's
    columns is rejected.

    Parameters
    ----------
    book, title
        The sheet.
    layouts : sequence of sequence of str
        Columns of each layout.
    rows : int
        Rows per frame.

    Raises
    ------
    SourceChanged
        If no row holds all columns of a layout, or the sheet is damaged.
    """
    lines = book.rows(title)
    names, layout = _header(book, lines, layouts)
    cells: list[list[Any]] = []
    numbers: list[int] = []
    rejects: list[Reject] = []

    def frame() -> Frame:
        table = pd.DataFrame(list(cells), columns=names, dtype=object)
        locators = [f"{book.label}, {title}, row {number}" for number in numbers]
        texts = [_text(row) for row in cells]
        out = Frame(table, locators, texts.__getitem__, list(rejects))
        for part in (cells, numbers, rejects):
            cast("list[Any]", part).clear()
        return out

    for line in lines:
        if all(_empty(cell) for cell in line.cells):
            continue
        if any(not _empty(cell) for cell in line.cells[len(names) :]):
            why = f"expected {len(names)} cells, found {len(line.cells)}."
            where = f"{book.label}, {title}, row {line.number}"
            rejects.append(reject(where, "wrong_cell_count", why, _text(line.cells)))
        else:
            kept = line.cells[: len(names)]
            cells.append(kept + [None] * (len(names) - len(kept)))
            numbers.append(line.number)
        if len(cells) >= rows or len(rejects) >= rows:
            yield frame(), layout
    yield frame(), layout


def _header(
    book: Book, lines: Iterator[SheetRow], layouts: Sequence[Sequence[str]]
) -> tuple[list[str], int]:
    widest: list[str] = []
    for line in lines:
        names = ["" if cell is None else str(cell).strip() for cell in line.cells]
        if sum(map(bool, names)) > sum(map(bool, widest)):
            widest = names
        for position, columns in enumerate(layouts):
            if set(columns) <= set(names):
                return _unique(names), position
        if line.number >= _MAX_PREAMBLE:
            break
    found = [name[:60].encode("ascii", "backslashreplace").decode() for name in widest if name]
    raise book.changed(found or ["an empty sheet"])


def _unique(names: Sequence[str]) -> list[str]:
    last = max((i for i, name in enumerate(names) if name), default=-1)
    out: list[str] = []
    for i, name in enumerate(names[: last + 1], start=1):
        out.append(name if name and name not in out else f"column {i}")
    return out


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(cells: Iterable[Any]) -> str:
    return " | ".join("" if cell is None else str(cell) for cell in cells)


# ---- files


def _contents(
    path: Path, source: str, expected: Sequence[str]
) -> Iterator[tuple[str, Path | io.BytesIO]]:
    """Yield each workbook of a file as label and path or stream."""
    if path.stat().st_size > MAX_PACKED:
        raise changed(source, path, expected, [f"a file of {path.stat().st_size:,} bytes"])
    with path.open("rb") as stream:
        mark = stream.read(8)
    if mark == _OLD:
        yield path.name, path
        return
    if not zipfile.is_zipfile(path):
        raise changed(source, path, expected, ["a file that is no Excel workbook"])
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive, path, source, expected)
            if _INDEX in archive.namelist():
                yield path.name, path
                return
            names = [n for n in archive.namelist() if n.lower().endswith((".xls", ".xlsx"))]
            names = [n for n in names if not n.startswith("__MACOSX/")]
            if not names:
                raise changed(source, path, expected, archive.namelist()[:20] or ["nothing"])
            inner = [(f"{path.name}/{name}", archive.read(name)) for name in names]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise changed(source, path, expected, [_said(error)]) from None
    for label, content in inner:
        if content[:8] != _OLD:
            try:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    _check_parts(archive, path, source, expected)
            except zipfile.BadZipFile as error:
                raise changed(source, path, expected, [_said(error)]) from None
        yield label, io.BytesIO(content)


def _check_parts(
    archive: zipfile.ZipFile, path: Path, source: str, expected: Sequence[str]
) -> None:
    total = 0
    for info in archive.infolist():
        total += info.file_size
        ratio = info.file_size / max(info.compress_size, 1)
        if total > MAX_PART or (info.file_size > 1 << 24 and ratio > _MAX_RATIO):
            found = f"{info.filename}, which unpacks to {info.file_size:,} bytes"
            raise changed(source, path, expected, [found])
        if info.flag_bits & 0x1:
            raise changed(source, path, expected, [f"{info.filename}, which is encrypted"])


def _said(error: BaseException) -> str:
    said = " ".join(str(error).split())[:120]
    return f"no readable workbook ({type(error).__name__}: {said})"


def _guarded(rows: Iterator[Any], book: Book) -> Iterator[Any]:
    """Yield from a reader: its warnings are kept quiet, damage becomes our error."""
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                row = next(rows)
        except StopIteration:
            return
        except _DAMAGE as error:
            raise book.changed([_said(error)]) from None
        yield row


# ---- the two formats


def _reader_of(content: Path | io.BytesIO) -> _Reader:
    if isinstance(content, io.BytesIO):
        mark = content.getvalue()[:8]
        return _OldReader(content.getvalue()) if mark == _OLD else _NewReader(content)
    with content.open("rb") as stream:
        mark = stream.read(8)
    return _OldReader(content.read_bytes()) if mark == _OLD else _NewReader(content)


class _OldReader:
    """``.xls`` through xlrd, which holds one sheet at a time in memory."""

    def __init__(self, content: bytes) -> None:
        # The library writes what it finds odd to a log; nobody reads it here.
        self._book = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True
        )

    def titles(self) -> list[str]:
        return [str(name) for name in self._book.sheet_names()]

    def rows(self, title: str, *, colours: bool) -> Iterator[tuple[list[Any], list[str]]]:
        del colours  # they would need the whole formatting; no source of ours wants them here
        sheet = self._book.sheet_by_name(title)
        for number in range(sheet.nrows):
            yield [self._value(cell) for cell in sheet.row(number)], []
        self._book.unload_sheet(title)

    def _value(self, cell: Any) -> Any:
        if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
            return None
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        if cell.ctype == xlrd.XL_CELL_DATE:
            try:
                return xlrd.xldate_as_datetime(cell.value, self._book.datemode)
            except (ValueError, OverflowError):
                return cell.value  # a number that is no day; the source rejects it
        return cell.value

    def close(self) -> None:
        self._book.release_resources()


class _NewReader:
    """``.xlsx`` through openpyxl, row by row; XML entities are refused (defusedxml)."""

    def __init__(self, content: Path | io.BytesIO) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._book = openpyxl.load_workbook(
                content, read_only=True, data_only=True, keep_links=False
            )

    def titles(self) -> list[str]:
        return [sheet.title for sheet in self._book.worksheets]

    def rows(self, title: str, *, colours: bool) -> Iterator[tuple[list[Any], list[str]]]:
        sheet: Any = self._book[title]
        sheet.reset_dimensions()  # what the file claims about its size is not believed
        for cells in sheet.iter_rows(values_only=not colours):
            if colours:
                yield [_value(cell.value) for cell in cells], [_colour(cell) for cell in cells]
            else:
                yield [_value(cell) for cell in cells], []

    def close(self) -> None:
        self._book.close()


def _value(cell: Any) -> Any:
    if isinstance(cell, str):
        return None if cell in _ERRORS else cell
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 -- Excel has no zone
    return cell


def _colour(cell: Any) -> str:
    colour = cell.font.color if cell.font is not None else None
    if colour is None or colour.type not in ("indexed", "rgb"):
        return ""
    return f"{colour.type}:{colour.value}"
