"""What every engine that answers named queries can do, and the form of an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from comity.core.errors import StoreDamaged
from comity.evidence.engine.events import COLUMNS, RELATION

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.engine.query import NamedQuery

__all__ = ["Answer", "QueryEngine", "check_columns", "normalised"]


@dataclass(frozen=True)
class Answer:
    """The rows of a named query, the same on every engine.

    Parameters
    ----------
    columns : tuple of str
        Names, in the order declared by the query.
    rows : tuple of tuple
        Cells are str, int, float, bool, `datetime.date`, `datetime.datetime` (UTC, no zone), a
        tuple of these, or None; in the order declared by the query.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class QueryEngine(Protocol):
    """Answers named queries over the Parquet files of an archive."""

    def read_events(self, places: Sequence[str | Path], condition: str = "true") -> None:
        """Take the archive from these files, folders or, where the engine can, addresses.

        Parameters
        ----------
        places : sequence of str or pathlib.Path
            Where its Parquet files lie.
        condition : str
            SQL, the same on every engine, that is true of the rows that may be seen.

        Raises
        ------
        UsageError
            If there are none, or the engine cannot read such a place.
        StoreDamaged
            If a file cannot be read, or does not have the columns of an archive.
        """
        ...

    def answer(self, query: NamedQuery, given: Mapping[str, object] | None = None) -> Answer:
        """Return the answer of a named query over the archive that was read.

        Raises
        ------
        UsageError
            If a parameter is missing, unknown or not of its type.
        StoreDamaged
            If a stored file cannot be read.
        EvidenceError
            If the engine fails or is too small for the query.
        """
        ...

    def close(self) -> None:
        """Let go of the engine."""
        ...


def normalised(
    query: NamedQuery, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> Answer:
    """Return an engine's rows in the types that a query declares.

    Raises
    ------
    AssertionError
        If the engine's columns are not the declared ones: a fault of the query.
    """
    assert tuple(columns) == tuple(query.columns), f"{query.name}: {columns}"
    kinds = [_PYTHON[kind] for kind in query.columns.values()]
    return Answer(
        tuple(columns),
        tuple(
            tuple(
                None if cell is None else kind(cell) for kind, cell in zip(kinds, row, strict=True)
            )
            for row in rows
        ),
    )


def check_columns(found: Mapping[str, str], declared: Mapping[str, str], where: str) -> None:
    """Refuse files that are not of an archive.

    Parameters
    ----------
    found, declared : mapping of str to str
        Type of each column, in the same words.
    where : str
        What was read.

    Raises
    ------
    StoreDamaged
        If columns are missing, of another type, or unknown.
    """
    wrong = [f"no {name}" for name in declared if name not in found]
    wrong += [
        f"{name} is {found[name]}, not {kind}"
        for name, kind in declared.items()
        if name in found and found[name] != kind
    ]
    wrong += [f"{name} is unknown" for name in found if name not in declared]
    if wrong:
        msg = (
            f"{where} does not have the {len(COLUMNS)} columns of the relation {RELATION!r}: "
            f"{'; '.join(wrong[:5])}. Only Parquet files of one archive can be queried."
        )
        raise StoreDamaged(msg)


def _whole(cell: Any) -> int:
    assert cell == int(cell), cell
    return int(cell)


def _day(cell: Any) -> dt.date:
    return cell.date() if isinstance(cell, dt.datetime) else dt.date.fromisoformat(str(cell))


def _moment(cell: Any) -> dt.datetime:
    assert isinstance(cell, dt.datetime), cell
    assert cell.tzinfo is None, cell
    return cell


def _numbers(cell: Any) -> tuple[int, ...]:
    return tuple(int(number) for number in cell)


_PYTHON: Mapping[str, Any] = {
    "text": str,
    "int": _whole,
    "float": float,
    "bool": bool,
    "date": _day,
    "timestamp": _moment,
    "ints": _numbers,
}
