"""Publisher's files as plain text of bounded size, ready for the database to read."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from comity.sources._formats import changed, text_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.sources._formats import TextFile
    from comity.sources._spec import Layout, SourceSpec

__all__ = ["PIECE_BYTES", "Piece", "pieces_of"]

PIECE_BYTES = 128 << 20
"""Text that is read at once; a larger file is cut at the end of a line. [byte]"""

_BLOCK = 4 << 20
_FIRST_LINES = 20


@dataclass(frozen=True)
class Piece:
    """Some whole lines of one publisher's file, as a plain text file.

    Parameters
    ----------
    path : pathlib.Path
        The text.
    label : str
        What locators begin with.
    before : int
        Lines of the file that stand before this piece. [count]
    size : int
        [byte]
    layout : Layout
        The layout of its lines.
    temporary : bool
        Whether `path` is ours, to be removed after reading.
    """

    path: Path
    label: str
    before: int
    size: int
    layout: Layout
    temporary: bool

    def discard(self) -> None:
        """Remove the text if it is ours."""
        if self.temporary:
            self.path.unlink(missing_ok=True)


def pieces_of(
    spec: SourceSpec, file: Path, folder: Path, limit: int = PIECE_BYTES
) -> Iterator[Piece]:
    """Yield a file as pieces of plain text, unpacked if need be.

    Parameters
    ----------
    spec : SourceSpec
        The source, for its layouts.
    file : pathlib.Path
        Plain, or a zip archive with one text file or several.
    folder : pathlib.Path
        Where temporary text may lie.
    limit : int
        Size above which a piece ends with its next line. [byte]

    Raises
    ------
    SourceChanged
        If the file is empty, damaged, cut short, or its lines do not have as many cells as a
        layout of the source.
    """
    for number, text in enumerate(text_files(file, ("*.csv", "*.txt", "*.tsv"), spec.name)):
        if not text.member and file.stat().st_size <= limit:
            with file.open("rb") as stream:
                layout = _layout(spec, file, stream.read(_BLOCK))
            yield Piece(file, text.label, 0, file.stat().st_size, layout, temporary=False)
        else:
            yield from _cut(spec, text, folder / f"{file.name}.{number}", limit)


def _cut(spec: SourceSpec, text: TextFile, base: Path, limit: int) -> Iterator[Piece]:
    before = part = 0
    layout: Layout | None = None
    path = base
    try:
        with _opened(text) as stream:
            while True:
                path = base.with_name(f"{base.name}.{part}.csv")
                size, lines, first = _copy_lines(stream, path, limit)
                if layout is None:
                    layout = _layout(spec, text.path, first)
                if not size:
                    path.unlink()
                    return
                yield Piece(path, text.label, before, size, layout, temporary=True)
                before += lines
                part += 1
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        path.unlink(missing_ok=True)
        msg = [f"{text.label}, which breaks off or is damaged ({type(error).__name__})"]
        raise changed(spec.name, text.path, spec.layouts[0].columns, msg) from None


class _opened:  # noqa: N801 -- reads as a function
    """Open a text file, or a member of an archive, as bytes."""

    def __init__(self, text: TextFile) -> None:
        self._archive = zipfile.ZipFile(text.path) if text.member else None
        self._stream: IO[bytes] = (
            self._archive.open(text.member) if self._archive else text.path.open("rb")
        )

    def __enter__(self) -> IO[bytes]:
        return self._stream

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        if self._archive:
            self._archive.close()


def _copy_lines(stream: IO[bytes], path: Path, limit: int) -> tuple[int, int, bytes]:
    """Copy whole lines until the limit is passed; return size, lines, and the first block."""
    size = lines = 0
    first = b""
    step = min(_BLOCK, limit)
    with path.open("wb", buffering=0) as target:
        while size < limit and (block := stream.read(step)):
            if size + len(block) >= limit:
                block += stream.readline()
            first = first or block
            target.write(block)
            size += len(block)
            lines += block.count(b"\n")
    return size, lines, first


def _layout(spec: SourceSpec, file: Path, block: bytes) -> Layout:
    """Return the layout that one of the first lines has; a single broken line is no new layout."""
    found: list[bytes] = []
    for line in block.split(b"\n", _FIRST_LINES)[:_FIRST_LINES]:
        cells = line.rstrip(b"\r").split(b"\t") if line.strip() else []
        for layout in spec.layouts:
            if len(layout.columns) == len(cells) and cells[0].strip().isdigit():
                return layout
        found = found or cells
    shown = [cell[:60].decode("ascii", "backslashreplace") for cell in found[:80]]
    near = min(spec.layouts, key=lambda each: abs(len(each.columns) - len(found)))
    raise changed(spec.name, file, near.columns, shown or ["an empty file"])
