"""The manifest: the one file that says what the store holds; what it does not name is not there."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.core.errors import StoreDamaged
from comity.core.provenance import Snapshot
from comity.evidence import durable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Manifest", "Segment", "Transaction", "content_digest", "load", "save"]

_SCHEMA = 1
_REMEDY = "Restore it from a backup, or collect again into an empty folder."


@dataclass(frozen=True)
class Segment:
    """One stored Parquet file: the rows of one table that one transaction gave.

    Parameters
    ----------
    table, source : str
        What the rows are, and who gave them.
    file : str
        Path below the store's folder.
    rows : int
        Stored versions. [count]
    records : int
        Records that came into being here, less those withdrawn. [count]
    revisions : int
        Rows that are not ``original``. [count]
    sha256 : str
        Hash of the file.
    batch : str
        Id of the transaction.
    first, last : datetime.date
        Earliest and latest ``occurred_from``.
    public_from : datetime.date
        Earliest day on which one of the rows was public.
    content : tuple of int
        Two sums over what the rows say, whatever their order.
    columns : tuple of str
        Columns of the file.
    """

    table: str
    source: str
    file: str
    rows: int
    records: int
    revisions: int
    sha256: str
    batch: str
    first: dt.date
    last: dt.date
    public_from: dt.date
    content: tuple[int, int]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Transaction:
    """One admission: all of its rows or none.

    Parameters
    ----------
    batch : str
        Its id; sorts in the order of admission.
    source : str
        Who gave the rows.
    recorded_on : datetime.datetime
        When. [UTC]
    admitted : bool
        False for a failed attempt, of which only the quarantine is kept.
    parser_version : int
        Version of the parser.
    reliability : str
        Admiralty reliability of the source as a whole; empty if rows carry their own.
    files : tuple of (str, str, int)
        Name and SHA-256 of each file read, and the good rows it gave.
    rows : dict of str to int
        Good rows read, by table. [count]
    quarantined, out_of_scope : int
        Rows set aside as bad, and as not concerning us. [count]
    quarantine : str
        Path of the quarantine file below the store's folder; empty if nothing was set aside.
    quarantine_sha256 : str
        Its hash.
    folder : str
        Name of the folder that the files came from; some publishers say only there what they are.
    given : str
        Name of the file that the parser was given; empty if it was given the folder.
    whole : bool
        Whether the user said that the files are the whole dataset.
    repaired : dict of str to int
        Rows mended, by the id of the declared correction. [count]
    """

    batch: str
    source: str
    recorded_on: dt.datetime
    admitted: bool
    parser_version: int
    reliability: str
    files: tuple[tuple[str, str, int], ...]
    rows: dict[str, int]
    quarantined: int
    out_of_scope: int
    quarantine: str = ""
    quarantine_sha256: str = ""
    folder: str = ""
    given: str = ""
    whole: bool = False
    repaired: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """Everything that one generation of the store holds."""

    generation: int = 0
    transactions: tuple[Transaction, ...] = ()
    segments: tuple[Segment, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()

    def files(self) -> dict[str, str]:
        """Return the SHA-256 of each file below the store's folder that belongs to it."""
        named = {segment.file: segment.sha256 for segment in self.segments}
        for item in self.transactions:
            if item.quarantine:
                named[item.quarantine] = item.quarantine_sha256
        for snapshot in self.snapshots:
            named[f"snapshots/{snapshot.sha256[:2]}/{snapshot.sha256}"] = snapshot.sha256
        return named

    def admissions(self, source: str) -> list[Transaction]:
        """Return the successful transactions of a source, oldest first."""
        return [item for item in self.transactions if item.admitted and item.source == source]

    def latest(self, source: str, name: str) -> Transaction | None:
        """Return the last successful transaction of a source that read a file of this name."""
        for item in reversed(self.admissions(source)):
            if any(name == file for file, _, _ in item.files):
                return item
        return None


def content_digest(contents: Iterable[tuple[int, int]], *salt: str) -> str:
    """Return one hash of sums over rows, whatever their order.

    Examples
    --------
    >>> content_digest([(1, 2), (3, 4)]) == content_digest([(3, 4), (1, 2)])
    True
    """
    pairs = list(contents)
    text = "\n".join((str(sum(p[0] for p in pairs)), str(sum(p[1] for p in pairs)), *salt))
    return hashlib.sha256(text.encode()).hexdigest()


def load(home: Path) -> Manifest:
    """Read the manifest of a store; an empty store has none.

    Raises
    ------
    StoreDamaged
        If it cannot be read, or was written by a later version.
    """
    path = home / "manifest.json"
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Manifest()
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read: {' '.join(str(error).split())}. {_REMEDY}"
        raise StoreDamaged(msg) from None
    if not isinstance(data, dict) or data.get("schema") != _SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        msg = (
            f"{path} has layout {found!r}, this version reads {_SCHEMA}."
            " Use the version of comity that wrote it, or another folder."
        )
        raise StoreDamaged(msg)
    try:
        return Manifest(
            generation=int(data["generation"]),
            transactions=tuple(_transaction(item) for item in data["transactions"]),
            segments=tuple(_segment(item) for item in data["segments"]),
            snapshots=tuple(_snapshot(item) for item in data["snapshots"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{path} is not a manifest: {type(error).__name__} {error}. {_REMEDY}"
        raise StoreDamaged(msg) from None


def save(home: Path, manifest: Manifest) -> None:
    """Publish a generation in one step."""
    data = {
        "schema": _SCHEMA,
        "generation": manifest.generation,
        "transactions": [dataclasses.asdict(item) for item in manifest.transactions],
        "segments": [dataclasses.asdict(item) for item in manifest.segments],
        "snapshots": [dataclasses.asdict(item) for item in manifest.snapshots],
    }
    text = json.dumps(data, default=_plain, ensure_ascii=False, separators=(",", ":"))
    durable.write(home / "manifest.json", text.encode(), home / "tmp" / "manifest.json")


def _plain(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _segment(item: dict[str, Any]) -> Segment:
    days = {name: dt.date.fromisoformat(item[name]) for name in ("first", "last", "public_from")}
    upper, lower = item["content"]
    return Segment(
        **{
            **item,
            **days,
            "content": (int(upper), int(lower)),
            "columns": tuple(item["columns"]),
        }
    )


def _transaction(item: dict[str, Any]) -> Transaction:
    return Transaction(
        **{
            **item,
            "recorded_on": dt.datetime.fromisoformat(item["recorded_on"]),
            "files": tuple(
                (str(name), str(digest), int(rows)) for name, digest, rows in item["files"]
            ),
        }
    )


def _snapshot(item: dict[str, Any]) -> Snapshot:
    return Snapshot(**{**item, "retrieved_on": dt.datetime.fromisoformat(item["retrieved_on"])})
