"""Until which day a dyad is known, and where its assessments are kept."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.core.case import load_case
from comity.core.errors import UsageError
from comity.evidence.coverage import public_span
from comity.workspace.question import register_sources
from comity.workspace.reference import write_atomically
from comity.workspace.reports import nothing_known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.actor import Actors
    from comity.core.dyad import Dyad
    from comity.evidence.store import EvidenceStore

__all__ = ["Horizon"]


@dataclass(frozen=True)
class Horizon:
    """The information cut-off of dyads, remembered until evidence or catalog change.

    Parameters
    ----------
    home : pathlib.Path
        Folder of the store; assessments are kept beside its evidence.
    store, actors, catalogs
        As in `Workspace`.
    """

    home: Path
    store: EvidenceStore
    actors: Actors
    catalogs: Sequence[Path]

    def place(self, dyad: Dyad, name: str) -> Path:
        """Return where a file about a dyad is kept; its folder exists."""
        folder = self.home / "assessments" / str(dyad)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def latest(self, dyad: Dyad, catalog_version: str) -> dt.date:
        """Return the cut-off of all that is stored of a dyad.

        Raises
        ------
        UsageError
            If nothing is stored.
        """
        key = f"{self.store.content_hash()}{catalog_version}"
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        note = self.place(dyad, f"cut-off-{digest}.txt")
        if note.exists():
            return dt.date.fromisoformat(note.read_text(encoding="utf-8").strip())
        found = self.cut_off(dyad, dt.date.max)
        write_atomically(note, f"{found.isoformat()}\n".encode())
        return found

    def cut_off(self, dyad: Dyad, as_of: dt.date) -> dt.date:
        """Return the latest day, not after `as_of`, from which a record of a dyad was public.

        For the rows of a case it is at most the day that the case declares as its cut-off.

        Raises
        ------
        UsageError
            If nothing about the dyad was public by `as_of`.
        """
        ids = [*self.actors.lineage(dyad.a), *self.actors.lineage(dyad.b)]
        case = load_case(dyad, self.catalogs)
        names = register_sources(dyad, self.catalogs)
        own = [name for name in names if name.startswith("case:")]
        user = [name for name in names if name not in own]
        with self.store.view(as_of) as view:
            _, latest = public_span(view, ids, user)
            _, of_case = public_span(view, [], own)
        if case is not None and of_case is not None:
            of_case = min(of_case, case.information_cut_off)
        days = [day for day in (latest, of_case) if day is not None]
        if not days:
            with self.store.view(dt.date.max) as view:
                earliest, _ = public_span(view, ids, names)
            raise UsageError(nothing_known(dyad, as_of, earliest))
        return max(days)
