"""What a section is made of. Frozen values; no markup of any output format.

Text of ours is a plain `str`; text from outside is always `Outside`, so that a renderer can give it
its own direction and never mistakes it for markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, TypeAlias

__all__ = [
    "Block",
    "Callout",
    "Caveat",
    "Cite",
    "Column",
    "Confidence",
    "Dot",
    "Empty",
    "Event",
    "Events",
    "Figure",
    "Finding",
    "Fold",
    "Inline",
    "Jump",
    "Lead",
    "Level",
    "Listing",
    "Outside",
    "Panel",
    "Panels",
    "Paragraph",
    "Parts",
    "Quiet",
    "Row",
    "Rungs",
    "SourceList",
    "Spark",
    "Strong",
    "Table",
    "Tag",
    "Tile",
    "Tiles",
    "Track",
    "cited",
    "walk",
]


# ------------------------------------------------------------------------------- inside a line
@dataclass(frozen=True)
class Outside:
    """Text that came from a publisher or a register: data, never markup."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words that carry the line."""

    text: str


@dataclass(frozen=True)
class Quiet:
    """Words that may be skipped at first reading."""

    text: str


@dataclass(frozen=True)
class Cite:
    """Evidence of what stands before it; rendered as numbered marks."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Jump:
    """Words that lead to another place of the brief: a section, or a row with that anchor."""

    text: str
    target: str


@dataclass(frozen=True)
class Tag:
    """A short label: ``tone`` is one of plain, up, down, warn, a, b, quiet."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class Spark:
    """A line the size of a word. A gap is None.

    Parameters
    ----------
    values : tuple of float or None
        In order of time.
    label : str
        What a reader who cannot see it should hear.
    tone : str
        Name of a reading or ``plain``.
    """

    values: tuple[float | None, ...]
    label: str
    tone: str = "plain"


@dataclass(frozen=True)
class Dot:
    """A value on a strip from ``-limit`` to ``limit`` with zero in the middle."""

    value: float
    limit: float
    label: str


@dataclass(frozen=True)
class Level:
    """An ordinal value between `low` and `high`, drawn by position and sign as well as shade."""

    value: int | None
    low: int
    high: int
    label: str


@dataclass(frozen=True)
class Track:
    """A lifecycle: stages in order, how far verified and how far asserted, and how it ended.

    Parameters
    ----------
    stages : tuple of str
        Names, first to last.
    verified, asserted : int
        Number of stages reached, verified or asserted by somebody.
    ending : str
        Empty, or a state off the track: suspended, cancelled, refused ...
    """

    stages: tuple[str, ...]
    verified: int
    asserted: int
    ending: str = ""


Inline: TypeAlias = str | Outside | Strong | Quiet | Cite | Jump | Tag | Spark | Dot | Level | Track
Parts: TypeAlias = tuple[Inline, ...]


# ------------------------------------------------------------------------------- blocks
@dataclass(frozen=True)
class Lead:
    """The answer, in the largest text."""

    parts: Parts


@dataclass(frozen=True)
class Finding:
    """What a section found, from the numbers."""

    parts: Parts


@dataclass(frozen=True)
class Paragraph:
    """Prose."""

    parts: Parts


@dataclass(frozen=True)
class Confidence:
    """How sure we are: a sentence of its own, never beside a likelihood."""

    parts: Parts


@dataclass(frozen=True)
class Caveat:
    """What limits the reading of what stands above."""

    parts: Parts


@dataclass(frozen=True)
class Callout:
    """A passage set apart."""

    title: str
    parts: Parts


@dataclass(frozen=True)
class Empty:
    """An empty register: what is missing and what would fill it."""

    what: str
    fill: str


@dataclass(frozen=True)
class Listing:
    """A list of lines."""

    items: tuple[Parts, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Event:
    """One numbered marker of a chart."""

    number: int
    date: str
    parts: Parts


@dataclass(frozen=True)
class Events:
    """The text of numbered markers."""

    items: tuple[Event, ...]


@dataclass(frozen=True)
class Tile:
    """One reading at a glance."""

    name: str
    tone: str
    question: str
    value: str
    bounds: str
    spark: Spark | None
    note: str


@dataclass(frozen=True)
class Tiles:
    """Readings side by side."""

    items: tuple[Tile, ...]


@dataclass(frozen=True)
class Rungs:
    """A ladder from 0 to `top`; `current` is None where the evidence cannot say."""

    current: int | None
    top: int
    name: str
    compact: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a table; `kind` is text, number, graphic or wide (text that may be long)."""

    title: str
    kind: Literal["text", "number", "graphic", "wide"] = "text"


@dataclass(frozen=True)
class Row:
    """One row; each cell is a line. A `heading` row has one cell that spans the table.

    A row with an `anchor` can be the target of a `Jump`.
    """

    cells: tuple[Parts, ...]
    heading: bool = False
    anchor: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under headings. The first column names the row.

    Parameters
    ----------
    caption : str
        What the table holds, unit and coverage.
    show : int
        Rows shown before the rest is folded; 0 shows all.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    show: int = 0


@dataclass(frozen=True)
class Figure:
    """A chart: one spec for a wide and one for a narrow page, and its data as a table.

    Parameters
    ----------
    name : str
        Unique in the brief; a fragment identifier.
    title : str
        The finding.
    subtitle : str
        What is plotted, unit and coverage.
    alt : str
        What a reader who cannot see it should hear.
    wide, narrow : mapping
        Vega-Lite.
    table : Table
        The data.
    note : parts
        Source line.
    """

    name: str
    title: str
    subtitle: str
    alt: str
    wide: Mapping[str, Any]
    narrow: Mapping[str, Any]
    table: Table
    note: Parts = ()


@dataclass(frozen=True)
class Panel:
    """One of several blocks side by side."""

    title: str
    blocks: tuple[Block, ...]
    tone: str = "plain"


@dataclass(frozen=True)
class Panels:
    """Blocks side by side where the page is wide."""

    items: tuple[Panel, ...]
    columns: int = 2


@dataclass(frozen=True)
class Fold:
    """Blocks that open on demand; always open in print."""

    summary: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class SourceList:
    """Where the numbered sources stand."""


Block: TypeAlias = (
    Lead
    | Finding
    | Paragraph
    | Confidence
    | Caveat
    | Callout
    | Empty
    | Listing
    | Events
    | Tiles
    | Rungs
    | Table
    | Figure
    | Panels
    | Fold
    | SourceList
)


def walk(node: object) -> Iterator[object]:
    """Yield a block or line and everything inside it, in reading order."""
    if isinstance(node, tuple | list):
        for part in node:
            yield from walk(part)
    elif is_dataclass(node):
        yield node
        for item in fields(node):
            value = getattr(node, item.name)
            if not isinstance(value, Mapping):
                yield from walk(value)
    elif isinstance(node, str):
        yield node


def cited(node: object) -> tuple[str, ...]:
    """Return the evidence ids that a block cites, in order of first mention."""
    found: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, Cite):
            found.update(dict.fromkeys(part.ids))
    return tuple(found)
