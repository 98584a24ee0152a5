"""What an admission did, and how it is followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.errors import ComityError

__all__ = ["IngestReport", "Outcome", "Progress", "Told"]

Progress = Callable[[str, int], None]
"""Called with the name of what is being read, and the rows read from it so far."""


@dataclass(frozen=True)
class IngestReport:
    """What an admission did.

    Attributes
    ----------
    source : str
        Who gave the rows.
    rows_new, rows_same, rows_corrected, rows_withdrawn : int
        Records first seen; seen before with the same values; stored in a new version (corrected or
        revised); withdrawn. [count]
    quarantined, out_of_scope : int
        Rows set aside as bad, and as not concerning us. [count]
    snapshots : tuple of str
        SHA-256 of the files that were read; a file known from before is not read again.
    skipped : tuple of str
        Names of files that were known from before.
    seconds : float
        Time taken. [s]
    by_table : dict of str to int
        Good rows read, by table. [count]
    repaired : dict of str to int
        Rows mended, by the id of the declared correction. [count]
    """

    source: str
    rows_new: int = 0
    rows_same: int = 0
    rows_corrected: int = 0
    rows_withdrawn: int = 0
    quarantined: int = 0
    out_of_scope: int = 0
    snapshots: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    seconds: float = 0.0
    by_table: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: IngestReport) -> IngestReport:
        return IngestReport(
            source=self.source,
            rows_new=self.rows_new + other.rows_new,
            rows_same=self.rows_same + other.rows_same,
            rows_corrected=self.rows_corrected + other.rows_corrected,
            rows_withdrawn=self.rows_withdrawn + other.rows_withdrawn,
            quarantined=self.quarantined + other.quarantined,
            out_of_scope=self.out_of_scope + other.out_of_scope,
            snapshots=self.snapshots + other.snapshots,
            skipped=self.skipped + other.skipped,
            seconds=self.seconds + other.seconds,
            by_table=_added(self.by_table, other.by_table),
            repaired=_added(self.repaired, other.repaired),
        )


def _added(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    return {name: a.get(name, 0) + b.get(name, 0) for name in sorted({*a, *b})}


@dataclass(frozen=True)
class Outcome:
    """What became of one file, or of files that are read as one.

    Attributes
    ----------
    files : tuple of (str, pathlib.Path)
        Name and place of each.
    report : IngestReport or None
        If they are stored, or were before.
    error : ComityError or None
        Why they were refused.
    """

    files: tuple[tuple[str, Path], ...]
    report: IngestReport | None = None
    error: ComityError | None = None


Told = Callable[[Outcome], None]
"""Called as soon as the fate of a file is settled, and durable."""
