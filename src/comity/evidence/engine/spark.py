"""Spark through Spark Connect: the only module that imports pyspark and sqlglot.

The client needs no Java; the server is a Spark 4 with its Connect service started. Named queries
are written for DuckDB; here sqlglot turns them into Spark's SQL, and the server binds their
parameters as typed values. The session is in UTC and in ANSI mode, so that an overflow or a bad
cast is an error on both engines, not a null on one of them.
"""

from __future__ import annotations

import contextlib
import functools
import re
import socket
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.core.errors import EvidenceError, StoreDamaged, UsageError
from comity.evidence.engine.events import COLUMNS, RELATION
from comity.evidence.engine.protocol import Answer, check_columns, normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from comity.evidence.engine.query import NamedQuery

__all__ = ["PORT", "SparkEngine", "connect_address", "place_for_spark", "spark_sql"]

PORT = 15002
"""Where a Spark Connect server listens if nothing else is said."""

_INSTALL = "Install it with: pip install 'comity[spark]'."
_ADDRESS = re.compile(
    r"^(spark|sc)://(?P<host>\[[0-9A-Fa-f:]+\]|[^\s:/?#\[\]]+)(:(?P<port>\d+))?(?P<rest>/.*)?$"
)
_TYPES = {
    "BIGINT": "bigint",
    "INTEGER": "int",
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
}
_SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}


class SparkEngine:
    """A session of one Spark Connect server. A `QueryEngine`.

    Parameters
    ----------
    address : str
        ``spark://HOST:PORT`` of the Connect server (not of the master); ``sc://HOST:PORT/;token=…``
        with its options is passed on as it is.
    wait : float
        How long to wait for the server. [seconds]

    Raises
    ------
    UsageError
        If pyspark is not installed, or the address is none.
    EvidenceError
        If no Connect server answers there.
    """

    def __init__(self, address: str, wait: float = 10.0) -> None:
        url = connect_address(address)
        sessions = _sessions()
        _reach(address, url, wait)
        with _translated(), _quiet():
            builder = sessions.builder.remote(url)
            for name, value in _SETTINGS.items():
                builder = builder.config(name, value)
            self._session = builder.create()

    def read_events(self, places: Sequence[str | Path]) -> None:
        """Take the archive from files, folders or addresses that every worker can read."""
        if not places:
            msg = (
                "no place to read an archive from: give files, a folder or e.g. s3a://bucket/path."
            )
            raise UsageError(msg)
        paths = [place_for_spark(place) for place in places]
        with _translated():
            # Files below a folder are all meant, and its name says nothing about their columns.
            frame = self._session.read.option("recursiveFileLookup", "true").parquet(*paths)
            found = dict(frame.dtypes)
        declared = {name: _TYPES[kind] for name, kind in COLUMNS.items()}
        check_columns(found, declared, str(places[0]))
        with _translated():
            frame.createOrReplaceTempView(RELATION)

    def answer(self, query: NamedQuery, given: Mapping[str, object] | None = None) -> Answer:
        """Return the answer of a named query; see `QueryEngine`."""
        bound = query.bound(given)
        with _translated(), _quiet():
            table = self._session.sql(spark_sql(query.statement), args=bound).toArrow()
        cells = [column.to_pylist() for column in table.columns]
        return normalised(query, table.column_names, zip(*cells, strict=True))

    def close(self) -> None:
        """End the session; the server and what else it does go on."""
        with _translated(), _quiet():
            self._session.stop()


def connect_address(address: str) -> str:
    """Return the address of a Connect server as its client wants it.

    Raises
    ------
    UsageError
        If it is no such address.

    Examples
    --------
    >>> connect_address("spark://cluster.example")
    'sc://cluster.example:15002'
    """
    match = _ADDRESS.match(address)
    if match is None:
        msg = (
            f"{address!r} is not the address of a Spark Connect server. "
            f"Give spark://HOST:PORT (the port is {PORT} by default)."
        )
        raise UsageError(msg)
    return f"sc://{match['host']}:{match['port'] or PORT}{match['rest'] or ''}"


def place_for_spark(place: str | Path) -> str:
    r"""Return a file or folder as an address that means just it, or an address as it is.

    Examples
    --------
    >>> print(place_for_spark(Path("/data/a[1].parquet")))
    file:///data/a\[1\].parquet
    >>> place_for_spark("s3a://bucket/archive")
    's3a://bucket/archive'
    """
    if isinstance(place, str) and "://" in place:
        return place
    path = str(Path(place).resolve())
    return "file://" + re.sub(r"([\\*?\[\]{}])", r"\\\1", path)


@functools.cache
def spark_sql(statement: str) -> str:
    """Return DuckDB SQL as Spark SQL; ``$name`` becomes ``:name``, which the server binds.

    Raises
    ------
    UsageError
        If sqlglot is not installed.
    EvidenceError
        If the statement says what Spark cannot.
    """
    try:
        import sqlglot  # noqa: PLC0415 -- an extra
    except ImportError:
        msg = f"queries on Spark need sqlglot, which is not installed. {_INSTALL}"
        raise UsageError(msg) from None
    try:
        translated: list[str] = sqlglot.transpile(
            statement, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
    except sqlglot.errors.SqlglotError as error:
        msg = f"the query cannot be said in Spark's SQL: {_line(error)}"
        raise EvidenceError(msg) from error
    return translated[0]


def _sessions() -> Any:
    try:
        with _quiet():
            from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415 -- an extra
    except ImportError as error:
        msg = f"--engine spark:// needs pyspark with its Connect client ({_line(error)}) {_INSTALL}"
        raise UsageError(msg) from None
    return SparkSession


def _reach(address: str, url: str, wait: float) -> None:
    """Fail soon and clearly where the client would go on trying for minutes."""
    import grpc  # noqa: PLC0415 -- comes with the extra

    match = _ADDRESS.match(url)
    assert match is not None
    host, port = match["host"].strip("[]"), int(match["port"])
    try:
        socket.create_connection((host, port), timeout=wait).close()
        if not match["rest"]:  # with options, the connection may be encrypted
            with contextlib.closing(grpc.insecure_channel(f"{match['host']}:{port}")) as channel:
                grpc.channel_ready_future(channel).result(timeout=wait)
    except (OSError, grpc.FutureTimeoutError) as error:
        reason = f"{error}" if isinstance(error, OSError) else "it does not speak Spark Connect"
        msg = (
            f"no Spark Connect server answers at {address} within {wait:g} s: {reason}. "
            "Start it with sbin/start-connect-server.sh; its port is not that of the master "
            f"(7077) but {PORT} unless set otherwise."
        )
        raise EvidenceError(msg) from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    # pyspark warns of the installed pandas, of which nothing is used here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    from pyspark.errors import PySparkException  # noqa: PLC0415 -- an extra

    try:
        yield
    except PySparkException as error:
        text = _line(error)
        if re.search(
            r"FileSystem not found|UNSUPPORTED_FILE_SYSTEM|No FileSystem for scheme", text
        ):
            msg = (
                f"the Spark server cannot read such an address: {text} Start it and its workers "
                "with the file system's jar, for s3a:// that is hadoop-aws."
            )
            raise UsageError(msg) from error
        if re.search(r"PATH_NOT_FOUND|FAILED_READ_FILE|CANNOT_READ_FILE|UNABLE_TO_INFER", text):
            msg = (
                f"Spark cannot read the archive: {text} "
                "Every worker must see the same path; `comity doctor` checks the files themselves."
            )
            raise StoreDamaged(msg) from error
        msg = f"Spark failed: {text} The log of the Connect server says more."
        raise EvidenceError(msg) from error


def _line(error: Exception) -> str:
    text = " ".join(str(error).split("\n\nJVM stacktrace")[0].split())[:600]
    return text if text.endswith(".") else text + "."
