"""From an address to the engine that answers there."""

from __future__ import annotations

from comity.core.errors import UsageError
from comity.evidence.engine.duck import Engine
from comity.evidence.engine.protocol import QueryEngine

__all__ = ["open_engine"]


def open_engine(
    address: str | None = None, *, memory_limit: str = "2GB", wait: float = 10.0
) -> QueryEngine:
    """Return the engine at an address; the caller closes it.

    Parameters
    ----------
    address : str, optional
        None or ``"duckdb"`` for this process; ``spark://HOST:PORT`` (or ``sc://…`` with options)
        for a Spark Connect server.
    memory_limit : str
        Of DuckDB, e.g. ``"2GB"``; Spark's is set where it is started.
    wait : float
        How long to wait for a server. [seconds]

    Raises
    ------
    UsageError
        If the address names no engine, or what the engine needs is not installed.
    EvidenceError
        If no server answers.

    Examples
    --------
    >>> open_engine().close()
    """
    if address is None or address == "duckdb":
        return Engine(memory_limit, keep_order=False)  # every query orders its own answer
    if address.startswith(("spark://", "sc://")):
        # Only those who ask for Spark need wait for it.
        from comity.evidence.engine.spark import SparkEngine  # noqa: PLC0415

        return SparkEngine(address, wait)
    msg = f"no engine {address!r}. Give duckdb, or spark://HOST:PORT of a Spark Connect server."
    raise UsageError(msg)
