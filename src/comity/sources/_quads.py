"""Quadruple files: which set a folder holds, which part a file is, and what its numbers mean.

A quadruple is head, relation, tail and time. Publishers give the first three as names, or as
numbers with a dictionary of each beside; time is a date, or counted from a day that only the name
of the folder tells.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.errors import SourceChanged, UsageError
from comity.sources._context import Frame, Seen, days_of, numbers_of
from comity.sources._formats import (
    MAX_LINE,
    Header,
    TextFile,
    changed,
    files_of,
    read_frames,
    text_files,
)
from comity.sources._rdata import read_rdata
from comity.sources._spec import Layout

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Reject

__all__ = ["DAYS", "HOURS", "NAMED", "SCORED", "Quads", "quads_of", "scores_of"]

DAYS = Layout(
    "numbered by day",
    "*.txt",
    ("head", "relation", "tail", "day"),
    "G2S: train.txt, valid.txt and test.txt without a header, with entity2id.txt and"
    " relation2id.txt in one folder named ICEWS14 or ICEWS18: only its name gives day 0.",
)
HOURS = Layout(
    "numbered by hour",
    "*.txt",
    ("head", "relation", "tail", "hour", "0"),
    "RE-Net: as by day, but five columns padded with spaces; time in hours, whole days only.",
)
NAMED = Layout(
    "named",
    "*.txt",
    ("head", "relation", "tail", "YYYY-MM-DD"),
    "mmkb: icews_2014_valid.txt and the like, with names and dates and without a header.",
)
SCORED = Layout(
    "with intensities",
    "*goldstein*.rda",
    ("code", "goldstein"),
    "Optional, beside any of the others: goldstein_mappings.rda of the R package icews"
    " (A. Beger), the Goldstein score of each CAMEO code. Without it intensities stay empty.",
)

SOURCE = "icews_quads"

_DICTIONARIES = ("entity2id", "relation2id")
_PARTS = ("train", "valid", "test")
_DIGITS = re.compile(r"[0-9]{1,15}")
_PART = re.compile(r"(?:(?P<set>.+)_)?(?P<part>train|valid|test)", re.IGNORECASE)
_FILES = (*(f"*{part}.txt" for part in _PARTS), *(f"{each}.txt" for each in _DICTIONARIES), "*.zip")
_SHAPES = (
    (re.compile(r"[^\t]+\t[^\t]+\t[^\t]+\t\d{4}-\d\d-\d\d"), NAMED),
    (re.compile(r"\d+\t\d+\t\d+\t\d+"), DAYS),
    (re.compile(r"\d+ *\t *\d+ *\t *\d+ *\t *\d+ *\t *0"), HOURS),
)
_ORIGIN = re.compile(r"icews[-_ ]?(14|18)(?![\d-])", re.IGNORECASE)
_LINES = 40  # looked at for one that fits a layout
_MAX_NUMBERED = 5_000_000  # entries of a dictionary; the largest known has 23,033
_SPREAD = 0.9  # of the years touched: a later stretch of a year covers less, a random draw more


_Part = tuple[str, TextFile, Layout]


@dataclass(frozen=True)
class Quads:
    """One set: its parts, its name, and the day its times count from, if they are numbers.

    Parameters
    ----------
    name : str
        Of the set, e.g. ``"icews14"``.
    stream : str
        What its rows may be counted with: the name, with the parts if some are missing.
    parts : tuple of (str, TextFile, Layout)
        Which part each file is, and how it is laid out.
    origin : datetime.date or None
        Day of number 0; None if the parts give names and dates.
    numbers : mapping
        Name by number, for ``entity2id`` and ``relation2id``.
    """

    name: str
    stream: str
    parts: tuple[_Part, ...]
    origin: dt.date | None
    numbers: Mapping[str, Mapping[int, str]]

    def frames(self) -> Iterator[Frame]:
        """Yield the rows with names in ``head``, ``relation``, ``tail`` and a date in ``day``."""
        for _, text, layout in self.parts:
            for frame in read_frames(text, Header(0, layout.columns, "\t", 0), SOURCE):
                yield _named(frame, layout, self)


def quads_of(path: Path) -> Iterator[Reject | Quads]:
    """Yield the sets at a path, and before them the lines of dictionaries that cannot be read.

    Text is read in bounded memory. The span of each part is read first, since it tells a random
    draw from a stretch of days.

    Parameters
    ----------
    path : pathlib.Path
        A folder with the parts of a set, or one part with names and dates, also in a zip archive.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or a dictionary is missing or damaged.
    UsageError
        If there is no such file, or times are numbered and the folder's name gives no first day.
    """
    texts = [
        text for file in files_of(path, _FILES) for text in text_files(file, _FILES[:-1], SOURCE)
    ]
    numbers: dict[str, dict[int, str]] = {}
    for text in texts:
        if _stem(text) in _DICTIONARIES:
            found: dict[int, str] = {}
            yield from _dictionary(text, found)
            numbers[_stem(text)] = found
    for (name, origin), items in _sets(path, texts).items():
        missing = [f"{each}.txt" for each in _DICTIONARIES if each not in numbers]
        if origin is not None and missing:
            raise SourceChanged(SOURCE, path.name, missing, [text.label for text in texts])
        yield Quads(name, _stream(name, origin, items), tuple(items), origin, numbers)


def scores_of(path: Path) -> dict[str, float]:
    """Return the Goldstein score of each CAMEO code, empty if the folder has no such table.

    Raises
    ------
    SourceChanged
        If the table is damaged, has other columns, or a score that is not within -10 to 10.
    """
    if not path.is_dir():
        return {}
    scores: dict[str, float] = {}
    for file in sorted(path.iterdir()):
        if not re.fullmatch(r".*goldstein.*\.rda", file.name.lower()):
            continue
        for table in read_rdata(file, SOURCE, SCORED.columns).values():
            if not set(SCORED.columns) <= set(table.columns):
                raise changed(SOURCE, file, SCORED.columns, [str(c) for c in table.columns])
            values = numbers_of(table["goldstein"])
            if not (np.abs(values) <= 10.0).all():
                found = ["a score that is not within -10 to 10"]
                raise changed(SOURCE, file, SCORED.columns, found)
            scores |= dict(zip(map(str, table["code"]), map(float, values), strict=True))
    return scores


def _named(frame: Frame, layout: Layout, each: Quads) -> Frame:
    """Replace numbers by names and times by days; drop the rows where that fails."""
    data, days = frame.data, _days(frame, layout, each.origin)
    columns: dict[str, Any] = {"day": days}
    frame.drop(
        pd.isna(days),
        "bad_date",
        lambda row: f"{str(data.iloc[row, 3])[:80]!r} is no day of {each.name}.",
    )
    for side in ("head", "relation", "tail"):
        cells = [cell.strip() for cell in data[side]]
        if each.origin is not None:
            known = each.numbers["relation2id" if side == "relation" else "entity2id"]
            cells = [known.get(int(cell)) if _DIGITS.fullmatch(cell) else None for cell in cells]
        columns[side] = np.array([*cells, None], dtype=object)[:-1]
        frame.drop(
            [not cell for cell in cells],
            "unknown_number" if each.origin is not None else "missing_value",
            partial(_no_name, frame, side),
        )
    frame.data = pd.DataFrame(columns, dtype=object)
    return frame


def _no_name(frame: Frame, side: str, row: int) -> str:
    return f"no {side} has the name or number {frame.cell(side, row)!r}."


# ---------------------------------------------------------------------- which set, which part


def _stem(text: TextFile) -> str:
    return (text.member or text.path.name).rpartition("/")[2].rpartition(".")[0].lower()


def _sets(path: Path, texts: Sequence[TextFile]) -> dict[tuple[str, dt.date | None], list[_Part]]:
    """Return the parts of each set, by its name and the day its numbers count from."""
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    parts = [text for text in texts if _stem(text) not in _DICTIONARIES]
    expected = [f"{part}.txt" for part in _PARTS]
    if not parts:
        raise changed(SOURCE, texts[0].path, expected, [text.label for text in texts])
    sets: dict[tuple[str, dt.date | None], list[_Part]] = {}
    for text in parts:
        layout = _layout_of(text)
        match = _PART.fullmatch(_stem(text))
        if match is None:
            raise changed(SOURCE, text.path, expected, [text.label])
        name, origin = match["set"] or _slug(folder.name), None
        if layout is not NAMED:
            origin = _origin(path, text, folder.name)
            name = f"icews{origin:%y}"
        sets.setdefault((name, origin), []).append((match["part"], text, layout))
    return sets


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-") or "unnamed"


def _layout_of(text: TextFile) -> Layout:
    first: list[str] = []
    try:
        with text.open() as stream:
            for line in itertools.islice(iter(partial(stream.readline, MAX_LINE), ""), _LINES):
                for shape, layout in _SHAPES:
                    if shape.fullmatch(line.strip()):
                        return layout
                first = first or [cell[:60] for cell in line.strip().split("\t") if cell]
    except (UnicodeError, zipfile.BadZipFile, zlib.error, EOFError):
        first = ["bytes that are not text"]
    shown = [cell.encode("ascii", "backslashreplace").decode("ascii") for cell in first]
    raise changed(SOURCE, text.path, NAMED.columns, shown or ["an empty file"])


def _origin(path: Path, text: TextFile, folder: str) -> dt.date:
    match = _ORIGIN.search(folder)
    if match is None or text.member or not path.is_dir():
        msg = (
            f"{path}: {text.label} gives times as numbers, and only the name of its folder says"
            " from which day they count. Put all files of the set into one folder, name it ICEWS14"
            " (from 2014-01-01) or ICEWS18 (from 2018-01-01), and give that folder."
        )
        raise UsageError(msg)
    return dt.date(2000 + int(match[1]), 1, 1)


def _stream(name: str, origin: dt.date | None, items: Sequence[_Part]) -> str:
    present = {part for part, _, _ in items}
    spans = sorted(span for item in items if (span := _span(item, origin)) is not None)
    if origin is not None and "train" in present and spans and spans[0][0] != origin:
        # Some copies count from 1: every date would be a day late.
        found = [f"a first event {(spans[0][0] - origin).days} days later"]
        raise changed(SOURCE, items[0][1].path, [f"an event on {origin}, time 0"], found)
    if present == set(_PARTS):
        return name
    name = "-".join([name, *(part for part in _PARTS if part in present)])
    return f"{name}-sample" if _is_sample(spans) else name


def _is_sample(spans: Sequence[tuple[dt.date, dt.date]]) -> bool:
    if any(early[1] >= late[0] for early, late in itertools.pairwise(spans)):
        return True
    if len(spans) != 1:
        return False
    first, last = spans[0]
    years = dt.date(last.year + 1, 1, 1) - dt.date(first.year, 1, 1)
    return (last - first).days + 1 > _SPREAD * years.days


def _span(item: _Part, origin: dt.date | None) -> tuple[dt.date, dt.date] | None:
    _, text, layout = item
    ends: list[dt.date] = []
    for frame in read_frames(text, Header(0, layout.columns, "\t", 0), SOURCE):
        days = [day for day in set(_days(frame, layout, origin)) if day is not None]
        ends = [min(ends + days), max(ends + days)] if days else ends
    return (ends[0], ends[1]) if ends else None


def _days(frame: Frame, layout: Layout, origin: dt.date | None) -> Any:
    """Return the day of each row, None where there is no such day of the set."""
    values = frame.data[layout.columns[3]]
    if origin is None:
        return days_of(values)
    step = 24 if layout is HOURS else 1
    ends = (dt.date(origin.year + 1, 1, 1) - origin).days
    days = [
        origin + dt.timedelta(int(number)) if number == int(number) and 0 <= number < ends else None
        for number in np.nan_to_num(numbers_of(values), nan=-1.0) / step
    ]
    return np.array([*days, None], dtype=object)[:-1]


# ---------------------------------------------------------------------- what stands beside


def _dictionary(text: TextFile, found: dict[int, str]) -> Iterator[Reject]:
    """Fill `found` with the name of each number; yield the lines that are none."""
    seen = Seen()
    for frame in read_frames(text, Header(0, ("name", "number"), "\t", 0), SOURCE):
        numbers = numbers_of(frame.data["number"])
        frame.drop(
            ~((numbers >= 0) & (numbers == np.floor(numbers))),
            "bad_value",
            lambda row, frame=frame: f"{frame.cell('number', row)!r} is no number.",  # type: ignore[misc]
        )
        frame.drop_repeated(pd.DataFrame({"number": numbers}), seen, "this number is given twice.")
        yield from frame.rejects
        names = [name.strip() for name in frame.kept(frame.data["name"])]
        found.update(zip(map(int, numbers[frame.keep]), names, strict=True))
        if len(found) > _MAX_NUMBERED:
            said = [f"more than {_MAX_NUMBERED:,} names"]
            raise changed(SOURCE, text.path, ("name", "number"), said)
    if not found:
        raise changed(SOURCE, text.path, ("name", "number"), ["no such line"])
