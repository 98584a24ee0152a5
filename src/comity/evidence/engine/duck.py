"""DuckDB: the only module that opens it."""

from __future__ import annotations

import contextlib
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.core.errors import EvidenceError, StoreDamaged, UsageError
from comity.evidence.engine.events import COLUMNS, RELATION
from comity.evidence.engine.protocol import Answer, check_columns, normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np

    from comity.evidence.engine.query import NamedQuery

__all__ = ["Engine", "literal_glob", "quoted", "scan"]


def quoted(text: str) -> str:
    """Return `text` as an SQL string literal.

    Examples
    --------
    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def scan(files: Sequence[Path], *, by_name: bool = False) -> str:
    """Return the SQL that reads Parquet files, whatever characters their names have.

    Parameters
    ----------
    files : sequence of pathlib.Path
        At least one.
    by_name : bool
        Whether the files differ in columns and are to be matched by name.
    """
    names = ", ".join(quoted(literal_glob(path)) for path in files)
    option = ", union_by_name=true" if by_name else ""
    return f"read_parquet([{names}], hive_partitioning=false{option})"


class Engine:
    """One in-memory database that spills to disk above its memory limit.

    Parameters
    ----------
    memory_limit : str
        E.g. ``"2GB"``.
    spill : pathlib.Path, optional
        Folder to spill to; a private one in the system's temporary folder by default.
    keep_order : bool
        Whether rows come in the order in which they are stored; without it, far less memory does.
    threads : int, optional
        Threads of the database; one for each core by default. [count]

    Raises
    ------
    UsageError
        If the memory limit is not one.
    """

    def __init__(
        self,
        memory_limit: str,
        spill: Path | None = None,
        *,
        keep_order: bool = True,
        threads: int | None = None,
    ) -> None:
        self._spill = spill or Path(tempfile.gettempdir()) / f"comity-{uuid.uuid4().hex}"
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": str(self._spill),
            "preserve_insertion_order": keep_order,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            config["threads"] = threads
        import duckdb  # noqa: PLC0415 -- brings numpy; a stored answer needs neither

        try:
            self._connection = duckdb.connect(":memory:", config=config)
        except duckdb.Error as error:
            msg = f"memory limit {memory_limit!r}: {_line(error)} Give for example '2GB'."
            raise UsageError(msg) from None

    def confine(self, folder: Path) -> None:
        """Let queries read nothing but `folder`, and let nothing undo that."""
        allowed = f"[{quoted(str(folder))}, {quoted(literal_glob(folder))}]"
        self.run(f"SET allowed_directories={allowed}")
        self.run("SET python_enable_replacements=false")
        self.run("SET enable_external_access=false")
        self.run("SET lock_configuration=true")

    def run(self, sql: str, params: Sequence[object] | None = None) -> None:
        """Run a statement for its effect; see `rows` for what is raised."""
        with _translated():
            self._connection.execute(sql, params)

    def rows(
        self, sql: str, params: Sequence[object] | Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Return all rows of a query.

        Raises
        ------
        StoreDamaged
            If a stored file cannot be read.
        EvidenceError
            If the memory limit or the disk is too small for the query.
        """
        with _translated():
            return self._connection.execute(sql, params).fetchall()

    def one(self, sql: str, params: Sequence[object] | None = None) -> Any:
        """Return the first cell of the first row; see `rows` for what is raised."""
        return self.rows(sql, params)[0][0]

    def records(self, sql: str, params: Sequence[object] | None = None) -> list[dict[str, object]]:
        """Return all rows as dictionaries; see `rows` for what is raised."""
        with _translated():
            result = self._connection.execute(sql, params)
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def arrays(
        self, sql: str, params: Sequence[object] | None = None
    ) -> dict[str, np.ndarray[Any, Any]]:
        """Return all columns as arrays; see `rows`.

        A missing number is NaN where the column can hold it; else the array is masked.
        """
        with _translated():
            found = self._connection.execute(sql, params).fetchnumpy()
        return {name: _unmasked(values) for name, values in found.items()}

    def append(self, table: str, columns: Mapping[str, Any], types: Mapping[str, str]) -> None:
        """Append columns of equal length to a table.

        Parameters
        ----------
        table : str
            Name of a table that has these columns.
        columns : mapping of str to array
            NumPy or pandas arrays; text as objects.
        types : mapping of str to str
            SQL type of each.
        """
        # Only writers need pandas, which is slow to import.
        import pandas as pd  # noqa: PLC0415

        names = ", ".join(f'"{name}"' for name in columns)
        casts = ", ".join(f'"{name}"::{types[name]}' for name in columns)
        with _translated():
            self._connection.register("incoming", pd.DataFrame(dict(columns)))
            self._connection.execute(f"INSERT INTO {table} ({names}) SELECT {casts} FROM incoming")
            self._connection.unregister("incoming")

    def read_events(self, places: Sequence[str | Path], condition: str = "true") -> None:
        """Take the archive from these files and folders; see `QueryEngine`."""
        files = [file for place in places for file in _parquet_files(place)]
        if not files:
            msg = f"no Parquet file in {', '.join(map(str, places)) or 'no place at all'}."
            raise UsageError(msg)
        described = self.rows(f"DESCRIBE SELECT * FROM {scan(files)}")
        check_columns({row[0]: row[1] for row in described}, COLUMNS, str(files[0]))
        rows = f"SELECT * FROM {scan(files)} WHERE {condition}"
        self.run(f"CREATE OR REPLACE TEMP VIEW {RELATION} AS {rows}")

    def answer(self, query: NamedQuery, given: Mapping[str, object] | None = None) -> Answer:
        """Return the answer of a named query; see `QueryEngine`."""
        with _translated():
            result = self._connection.execute(query.statement, query.bound(given))
            names = [column[0] for column in result.description or ()]
            return normalised(query, names, result.fetchall())

    def close(self) -> None:
        """Close the database; what it spilled is removed."""
        self._connection.close()


def _parquet_files(place: str | Path) -> list[Path]:
    if "://" in str(place):
        msg = (
            f"{place}: DuckDB reads files on this machine only. "
            "Give --engine spark://HOST:PORT, or copy the archive here."
        )
        raise UsageError(msg)
    path = Path(place)
    if not path.exists() and path.suffix != ".parquet":
        msg = f"{path}: there is no such file or folder. Check the place of the archive."
        raise UsageError(msg)
    return sorted(path.rglob("*.parquet")) if path.is_dir() else [path]


def _unmasked(given: Any) -> Any:
    import numpy as np  # noqa: PLC0415 -- as above

    values = np.ma.asanyarray(given)
    if not np.ma.is_masked(values):
        return values.data
    return values.filled(np.nan) if values.dtype.kind == "f" else values


def literal_glob(path: Path) -> str:
    """Return a path as a pattern that means just it, whatever characters it has."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in str(path))


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    import duckdb  # noqa: PLC0415 -- as above

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        msg = f"the memory limit is too small: {_line(error)} Raise COMITY_MEMORY_LIMIT."
        raise EvidenceError(msg) from error
    except duckdb.IOException as error:
        if "space" in str(error).lower():
            msg = f"the disk is full: {_line(error)} Make room and repeat; nothing was lost."
            raise EvidenceError(msg) from error
        msg = f"a stored file cannot be read: {_line(error)} `comity doctor` checks the store."
        raise StoreDamaged(msg) from error
    except duckdb.InvalidInputException as error:
        if "parquet" not in str(error).lower():
            raise
        msg = f"a stored file is not readable: {_line(error)} `comity doctor` checks the store."
        raise StoreDamaged(msg) from error


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if text.endswith(".") else text + "."
