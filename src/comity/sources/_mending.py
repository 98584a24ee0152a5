"""Declared corrections at work on the rows of a file; what the publisher wrote is kept.

A source mends a frame before it reads it, drops what it drops, and then asks for the column
``corrected`` and for the counts: a repair counts only where its row is stored, or was a repeat.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.cameo import codes_by_label
from comity.core.correction import corrected_cell
from comity.core.records import Repair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.core.correction import Correction
    from comity.sources._context import Frame, Seen

__all__ = ["Mending"]


class Mending:
    """The corrections of a source, applied to one frame.

    Parameters
    ----------
    frame : Frame
        Rows of a file; its cells are changed in place.
    corrections : sequence of Correction
        Those of the source.
    named : callable
        Name in the frame of a column as the publisher names it.
    """

    def __init__(
        self, frame: Frame, corrections: Sequence[Correction], named: Callable[[str], str] = str
    ) -> None:
        self._frame = frame
        self._corrections = corrections
        self._named = named
        self._rows: dict[str, Any] = {}
        self._originals: dict[int, dict[str, dict[str, str | None]]] = {}

    def cells(self) -> None:
        """Mend single cells: days in another format, and codes that only the label tells."""
        apply = {"date_format": _day_in_format, "code_from_label": _code_of_label}
        for item in self._corrections:
            if item.kind in apply:
                column = self._named(item.column)
                data = self._frame.data
                old = data[column] if column in data else pd.Series([None] * len(data))
                new = apply[item.kind](item, old, data, self._named)
                self._change(item, column, old, new)

    def _change(self, item: Correction, column: str, old: Any, new: Any) -> None:
        mended = np.array([value is not None for value in new], dtype=bool)
        for row in map(int, np.flatnonzero(mended)):
            before = old.iloc[row]
            cells = self._originals.setdefault(row, {}).setdefault(item.id, {})
            cells[item.column] = None if before is None else str(before)
        self._frame.data[column] = old.where(~mended, pd.Series(new, dtype=object))
        self._rows[item.id] = mended

    def repeats(self, seen: Seen) -> None:
        """Drop the kept rows that repeat an earlier one in every cell, where that is declared."""
        for item in self._corrections:
            if item.kind == "first_of_repeated_id":
                frame = self._frame
                again = np.zeros(len(frame.data), dtype=bool)
                again[frame.keep] = seen.add(frame.data[frame.keep])
                frame.keep &= ~again
                self._rows[item.id] = again

    def column(self) -> list[str | None]:
        """Return the column ``corrected`` of the kept rows, dims (row)."""
        return [
            corrected_cell(self._originals[row]) if row in self._originals else None
            for row in map(int, np.flatnonzero(self._frame.keep))
        ]

    def repairs(self) -> Iterator[Repair]:
        """Yield how many rows each correction mended or dropped; call it when rows are settled."""
        for item in self._corrections:
            rows = self._rows.get(item.id, np.zeros(0, dtype=bool))
            if item.kind != "first_of_repeated_id" and len(rows):
                rows = rows & self._frame.keep
            if rows.any():
                yield Repair(self._frame.locators[int(rows.argmax())], item.id, int(rows.sum()))


def _day_in_format(item: Correction, old: Any, _data: Any, _named: Any) -> list[str | None]:
    """Return ISO days where a cell is a day in the declared format and span, else None."""
    codes, distinct = pd.factorize(old)
    days = [_day(str(text), item) for text in distinct] + [None]
    return [days[code] for code in codes]


def _day(text: str, item: Correction) -> str | None:
    try:
        day = dt.datetime.strptime(text.strip(), item.format).date()  # noqa: DTZ007 -- a day
    except ValueError:
        return None
    inside = item.since is not None and item.until is not None and item.since <= day <= item.until
    return day.isoformat() if inside else None


def _code_of_label(
    item: Correction, old: Any, data: Any, named: Callable[[str], str]
) -> list[str | None]:
    """Return the code of the label where the code is a declared non-code, else None."""
    codes = codes_by_label()
    labels = data[named(item.label_column)]
    return [
        codes.get(str(label).strip()) if (code or "") in item.bad_values else None
        for code, label in zip(old, labels, strict=True)
    ]
