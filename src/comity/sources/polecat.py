"""Machine-coded events from news text in seven languages (POLECAT), in the ontology PLOVER."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.cameo import QUADS, plover_types
from comity.core.correction import Correction, load_corrections
from comity.core.records import Repair
from comity.sources._context import (
    NOT_A_STATE,
    TERRITORIES,
    Frame,
    Seen,
    States,
    batches_of,
    days_of,
    numbers_of,
)
from comity.sources._formats import files_of, find_header, read_frames, text_files
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject
    from comity.sources._formats import Header, TextFile

__all__ = ["SPEC", "parse"]

_BEFORE = ("Event ID", "Event Date", "Event Type", "Event Mode")
_AFTER = (
    "Quad Code", "Contexts", "Actor Name", "Actor Country", "Actor COW", "Primary Actor Sector",
    "Actor Sectors", "Actor Title", "Actor Name Raw", "Wikipedia Actor ID", "Recipient Name",
    "Recipient Country", "Recipient COW", "Primary Recipient Sector", "Recipient Sectors",
    "Recipient Title", "Recipient Name Raw", "Wikipedia Recipient ID", "Placename", "City",
    "District", "Province", "Country", "Latitude", "Longitude", "GeoNames ID", "Raw Placename",
    "Feature Type", "Source", "Publication Date", "Story People", "Story Organizations",
    "Story Locations", "Language", "Version",
)  # fmt: skip
_NEW = Layout(
    "weekly events",
    "ngecEvents*.txt",
    (*_BEFORE, "Event Intensity", *_AFTER),
    "Harvard Dataverse doi:10.7910/DVN/AJGVIT, e.g. ngecEvents.20230103111842.Release603.DV.txt:"
    " tab-separated, 40 columns, one file per week, or per year inside a zip archive.",
)
_OLD = Layout(
    "events of the first years",
    "ngecEvents*.txt",
    (*_BEFORE, "Intensity", *_AFTER),
    "The same with a column Intensity instead of Event Intensity, e.g. ngecEventsDV-2018.txt.",
)

SPEC = SourceSpec(
    name="polecat",
    title="POLECAT Weekly Data (Political Event Classification, Attributes, and Types)",
    publisher="Grace Scarborough and others (Harvard Dataverse)",
    url="https://doi.org/10.7910/DVN/AJGVIT",
    licence="not verified",
    redistribution="unknown",
    citation="polecat",
    cadence="W",
    coverage="2018/",
    reliability="C",
    tables=("media_events",),
    layouts=(_NEW, _OLD),
    out_of_scope=(NOT_A_STATE,),
    file_by_file=True,
    notes="Written from the documentation and from public programs that read the files, and tested"
    " on made-up rows only: no file of the publisher was at hand. Get the files from the Dataverse"
    " page. Coded by machine from news in seven languages, and not by the coder of ICEWS: the two"
    " overlap from 2018, so POLECAT's events stand in a stream of their own, polecat, that"
    " indicators do not add to ICEWS's; the reference panel uses it as one more stream. A cell may"
    " name several countries (RUS; IRN): the event is then stored once for each pair of an actor"
    " and a recipient, its number followed by the pair, since it happened between each of them;"
    " count stories or numbers, not rows, to know how many events there were. Countries that act"
    " jointly are no pair. A row is set aside as not_a_state if one side names no country; if it"
    " names a territory beside states, the states count. The literal None means empty. The type"
    " and mode are PLOVER's; the CAMEO code is the root from which most codes of the type come, no"
    " finer (a concession and a retreat are both 08), and the quad class is that of the file.",
    credibility=3,
)

_QUADS = {quad.replace("_", " ").upper(): quad for quad in sorted(set(QUADS.values()))}
_TEXTS = {
    "actor_name": "Actor Name", "recipient_name": "Recipient Name",
    "actor_sectors": "Actor Sectors", "recipient_sectors": "Recipient Sectors",
    "publisher_name": "Source", "place_country": "Country",
}  # fmt: skip


def parse(path: Path) -> Iterator[Batch | Reject | Repair]:
    """Yield one row per event and directed pair of states, in bounded memory.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of such files, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states, seen = States(), Seen()
    for file in files_of(path, (_NEW.pattern, "ngecEvents*.zip")):
        for text in text_files(file, ("*.txt",), SPEC.name):
            header = find_header(text, (_NEW.columns, _OLD.columns), SPEC.name)
            shape = _shape_of(text, header, load_corrections(SPEC.name))
            yield from shape.repairs
            for frame in read_frames(text, header, SPEC.name, shape.names, fit=shape.fit):
                yield from shape.trimmed(frame)
                yield from _events(frame, states, seen)


# ------------------------------------------------------------------ the frame of a file


@dataclass
class _Shape:
    """What the columns of a file are, after declared corrections of its header and row ends."""

    names: list[str]
    repairs: list[Repair]
    fit: Callable[[list[str]], list[str]] | None
    trailing: str
    cut: list[int]

    def trimmed(self, frame: Frame) -> Iterator[Repair]:
        """Yield how many rows read since the last time ended in too many empty cells."""
        if self.cut[0]:
            place = frame.locators[0] if frame.locators else ""
            yield Repair(place, self.trailing, self.cut[0])
            self.cut[0] = 0


def _shape_of(text: TextFile, header: Header, corrections: tuple[Correction, ...]) -> _Shape:
    names = list(header.cells)
    place = f"{text.label}, line {header.line}"
    shape = _Shape(names, [], None, "", [0])
    for item in corrections:
        if item.kind == "drop_empty_trailing_cells":
            if not names[-1]:
                shape.repairs.append(Repair(place, item.id))
            while not names[-1]:
                names.pop()
            shape.trailing = item.id
    for item in corrections:
        own = [name for name in names if name not in item.names]
        # Only the rows can tell whether the extra names stand for cells.
        if item.names and own != names and _width(text, header, len(own)) == len(own):
            shape.repairs.append(Repair(place, item.id))
            names[:] = own
    if shape.trailing:
        shape.fit = _cutter(len(names), shape.cut)
    return shape


def _width(text: TextFile, header: Header, least: int) -> int:
    """Return the number of cells of the first row, without empty ones beyond `least`."""
    with text.open() as stream:
        for _ in range(header.line):
            stream.readline()
        cells = stream.readline().rstrip("\r\n").split(header.delimiter)
    while len(cells) > least and not cells[-1]:
        cells.pop()
    return len(cells)


def _cutter(width: int, cut: list[int]) -> Callable[[list[str]], list[str]]:
    def fit(cells: list[str]) -> list[str]:
        if len(cells) > width and not any(cells[width:]):
            cut[0] += 1
            return cells[:width]
        return cells

    return fit


# ------------------------------------------------------------------ rows


def _events(frame: Frame, states: States, seen: Seen) -> Iterator[Batch | Reject]:
    data = frame.data
    days = days_of(data["Event Date"])
    numbers = _texts(data["Event ID"])
    types = _texts(data["Event Type"])
    known = plover_types()
    intensity_column = "Event Intensity" if "Event Intensity" in data else "Intensity"
    intensity = numbers_of(_texts(data[intensity_column]))
    frame.drop(
        pd.isna(days), "bad_date", lambda row: f"no such day: {frame.cell('Event Date', row)!r}."
    )
    frame.drop(pd.isna(numbers), "missing_value", "the event has no number.")
    frame.drop(
        [kind not in known for kind in types],
        "bad_value",
        lambda row: f"{frame.cell('Event Type', row)!r} is no event type of PLOVER.",
    )
    frame.drop(
        ~(np.abs(intensity) <= 10.0) & ~pd.isna(_texts(data[intensity_column])),
        "bad_value",
        lambda row: f"the intensity {frame.cell(intensity_column, row)!r} is not within -10 to 10.",
    )
    quads = _quads(frame, types)
    sides = [_states_of(frame, f"{side} Country", days, states) for side in ("Actor", "Recipient")]
    frame.drop_repeated(pd.DataFrame({"ref": numbers}), seen, "this event is given twice.")
    yield from frame.rejects
    rows, pairs = _pairs(frame, *sides)
    several = pd.Series(rows).duplicated(keep=False).to_numpy()
    modes = _texts(data["Event Mode"])
    columns: dict[str, list[Any]] = {
        "event_ref": [
            f"{numbers[row]}.{a}-{b}" if more else str(numbers[row])
            for row, (a, b), more in zip(rows, pairs, several, strict=True)
        ],
        "actor": [a for a, _ in pairs],
        "recipient": [b for _, b in pairs],
        **{ours: _taken(_texts(data[theirs]), rows) for ours, theirs in _TEXTS.items()},
        "cameo": [known[types[row]].root for row in rows],
        "plover": [f"{types[row]}/{modes[row]}" if modes[row] else types[row] for row in rows],
        "goldstein": [None if np.isnan(intensity[row]) else intensity[row] for row in rows],
        "quad": _taken(quads, rows),
        # The number is that of the story and of the event in it.
        "story": [str(numbers[row]).rpartition("_")[0] or None for row in rows],
        "stream": [SPEC.name] * len(rows),
        "locator": [frame.locators[row] for row in rows],
        **_times(_taken(days, rows), _taken(days_of(data["Publication Date"]), rows)),
    }
    columns["goldstein"] = [None if n is None else float(n) for n in columns["goldstein"]]
    yield from batches_of("media_events", columns)


def _texts(values: Any) -> Any:
    """Return trimmed texts, None for empty cells and the literal None, dims (row)."""
    codes, distinct = pd.factorize(np.asarray(values, dtype=object))
    texts = np.empty(len(distinct) + 1, dtype=object)
    for position, value in enumerate(distinct):
        text = str(value).strip()
        texts[position] = None if text in ("", "None") else text
    return texts[codes]


def _quads(frame: Frame, types: Any) -> Any:
    """Return the quad class of the file, or of the type where the file says nothing."""
    given = _texts(frame.data["Quad Code"])
    known = plover_types()
    quads = np.array(
        [
            (known[kind].quad if kind in known else None)
            if quad is None
            else _QUADS.get(quad.upper())
            for quad, kind in zip(given, types, strict=True)
        ],
        dtype=object,
    )
    frame.drop(
        pd.isna(quads),
        "bad_value",
        lambda row: f"{frame.cell('Quad Code', row)!r} is no quad class.",
    )
    return quads


def _states_of(frame: Frame, column: str, days: Any, states: States) -> list[tuple[str, ...]]:
    """Return the states that each cell names; rows without one, or with an unknown code, go."""
    out: list[tuple[str, ...]] = []
    unknown: dict[int, str] = {}
    texts = _texts(frame.data[column])
    split = {text: _codes(text) for text in set(texts) if text}
    for row, text in enumerate(texts):
        named: list[str] = []
        for code in split.get(text, ()):
            state = None if days[row] is None else states.one(code, days[row], "iso3")
            if state is not None:
                named.append(state)
            elif code not in TERRITORIES:
                unknown[row] = code
        out.append(tuple(dict.fromkeys(named)))
    frame.drop(
        [row in unknown for row in range(len(out))],
        "unknown_state",
        lambda row: f"no state {unknown[row]!r} on {days[row]}.",
    )
    side = column.partition(" ")[0].lower()
    frame.drop([not named for named in out], NOT_A_STATE, f"the {side} belongs to no state.")
    return out


def _codes(text: str) -> tuple[str, ...]:
    parts = (part.strip().upper() for part in text.split(";"))
    return tuple(part for part in parts if part and part != "NONE")


def _pairs(
    frame: Frame, actors: list[tuple[str, ...]], recipients: list[tuple[str, ...]]
) -> tuple[list[int], list[tuple[str, str]]]:
    """Return the row and the two states of each directed pair.

    A state with itself is a pair only where the row names no other.
    """
    rows: list[int] = []
    pairs: list[tuple[str, str]] = []
    for row in map(int, np.flatnonzero(frame.keep)):
        every = [(a, b) for a in actors[row] for b in recipients[row]]
        between = [pair for pair in every if pair[0] != pair[1]] or every[:1]
        rows += [row] * len(between)
        pairs += between
    return rows, pairs


def _taken(values: Any, rows: list[int]) -> list[Any]:
    return [values[row] for row in rows]


def _times(days: list[Any], published: list[Any]) -> dict[str, list[object]]:
    step = dt.timedelta(days=1)
    known = [day if later is None else max(day, later) for day, later in
             zip(days, published, strict=True)]  # fmt: skip
    return {
        "occurred_from": list(days),
        "occurred_to": [day + step for day in days],
        "precision": ["day"] * len(days),
        "public_from": [
            day + step if later is None else first
            for day, later, first in zip(days, published, known, strict=True)
        ],
        "public_from_basis": ["act" if later is None else "source" for later in published],
    }
