"""Rows that could not be read, kept with the reason: bad input never disappears."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from comity.core.errors import StoreDamaged
from comity.evidence import durable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from comity.core.records import Reject

__all__ = ["QuarantineWriter", "QuarantinedRow", "read"]

RAW_LIMIT = 4_000
_MAX_ROWS = 100_000


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that was set aside.

    Parameters
    ----------
    file, locator : str
        Where it stands.
    code, reason : str
        Why it was set aside, for a machine and for a person.
    raw : str
        Its text, cut at 4,000 characters.
    batch : str
        Id of the transaction.
    count : int
        How many rows this stands for: rows that do not concern us are kept as one example per file
        and code. [count]
    source : str
        Who gave it.
    field, rule, allowed : str
        The column at fault, the rule of the codebook, and what it allows; empty for other reasons.
    """

    file: str
    locator: str
    code: str
    reason: str
    raw: str
    batch: str
    count: int
    source: str
    field: str = ""
    rule: str = ""
    allowed: str = ""


class QuarantineWriter:
    """Collects the rows that one transaction sets aside, in bounded memory.

    Parameters
    ----------
    path : pathlib.Path
        Temporary file to write to; made with the first row.
    batch, source : str
        Of the transaction.
    out_of_scope : iterable of str
        Codes of rows that are readable but do not concern us; kept as one example and a count.
    max_rows : int
        Bad rows kept one by one; what comes after is kept as an example and a count.
    """

    def __init__(
        self,
        path: Path,
        batch: str,
        source: str,
        out_of_scope: Iterable[str],
        max_rows: int = _MAX_ROWS,
    ) -> None:
        self._path = path
        self._batch = batch
        self._source = source
        self._beside = frozenset(out_of_scope)
        self._left = max_rows
        self._examples: dict[tuple[str, str], QuarantinedRow] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._stream = path.open("w", encoding="utf-8", errors="backslashreplace")
        self.codes: Counter[str] = Counter()
        self.first: QuarantinedRow | None = None

    @property
    def bad(self) -> int:
        """Rows that could not be read [count]."""
        return sum(n for code, n in self.codes.items() if code not in self._beside)

    @property
    def out_of_scope(self) -> int:
        """Rows that do not concern us [count]."""
        return sum(n for code, n in self.codes.items() if code in self._beside)

    def add(self, file: str, reject: Reject) -> None:
        """Set a row aside."""
        row = QuarantinedRow(
            file, reject.locator, reject.code, reject.reason, reject.raw[:RAW_LIMIT],
            self._batch, 1, self._source, reject.field, reject.rule, reject.allowed,
        )  # fmt: skip
        self.codes[row.code] += 1
        if row.code in self._beside or self._left <= 0:
            self._examples.setdefault((file, row.code), row)
            self._counts[file, row.code] += 1
            return
        self._left -= 1
        self.first = self.first or row
        self._write(row, 1)

    def finish(self) -> str:
        """Force everything to disk; return the SHA-256 of the file, empty if there is none."""
        for key, row in self._examples.items():
            self._write(row, self._counts[key])
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        if not self.codes:
            self._path.unlink()
            return ""
        return hashlib.sha256(self._path.read_bytes()).hexdigest()

    def close(self) -> None:
        """Let go of the file without keeping it."""
        self._stream.close()

    def publish(self, final: Path) -> None:
        """Give the finished file its final name."""
        durable.publish(self._path, final)

    def _write(self, row: QuarantinedRow, count: int) -> None:
        self._stream.write(json.dumps({**asdict(row), "count": count}) + "\n")


def read(path: Path) -> Iterator[QuarantinedRow]:
    """Yield the rows of one quarantine file.

    Raises
    ------
    StoreDamaged
        If it is missing or unreadable.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                yield QuarantinedRow(**json.loads(line))
    except (OSError, ValueError, TypeError) as error:
        msg = f"{path} cannot be read: {error}. `comity doctor` checks the store."
        raise StoreDamaged(msg) from None
