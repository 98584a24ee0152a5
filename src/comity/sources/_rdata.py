"""R data files, which can only be read whole."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from typing import TYPE_CHECKING, Any

import pyreadr

from comity.sources._formats import MAX_UNPACKED, changed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

__all__ = ["read_rdata"]


def read_rdata(path: Path, source: str, objects: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the data frames of an R data file, which has to be read whole.

    Parameters
    ----------
    path : pathlib.Path
        ``.rda``, ``.RData`` or ``.rds``.
    source : str
        For the message.
    objects : sequence of str
        Names of the objects that are expected, for the message.

    Raises
    ------
    SourceChanged
        If the file is damaged, holds no data frame, or unpacks to more than `MAX_UNPACKED`.
    """
    try:
        if _unpacked_size(path) > MAX_UNPACKED:
            raise changed(source, path, objects, ["a file that unpacks to too much"])
        found = pyreadr.read_r(str(path))
    except (
        pyreadr.PyreadrError,
        pyreadr.LibrdataError,
        ValueError,
        OSError,
        EOFError,
        lzma.LZMAError,
        zlib.error,
    ) as error:
        said = [f"no readable R data ({type(error).__name__}: {' '.join(str(error).split())})"]
        raise changed(source, path, objects, said) from None
    frames = {str(name): value for name, value in found.items() if value is not None}
    if not frames:
        raise changed(source, path, objects, ["an R data file without a data frame"])
    return frames


def _unpacked_size(path: Path) -> int:
    """Count the unpacked bytes, stopping soon after the limit; raises if the end is missing."""
    openers: dict[bytes, Any] = {
        b"\x1f\x8b": gzip.open,
        b"BZ": bz2.open,
        b"\xfd7": lzma.open,
    }
    with path.open("rb") as stream:
        mark = stream.read(2)
    opener = openers.get(mark)
    if opener is None:
        return path.stat().st_size
    size = 0
    with opener(path, "rb") as unpacked:
        while size <= MAX_UNPACKED and (block := unpacked.read(1 << 20)):
            size += len(block)
    return size
