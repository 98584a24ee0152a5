"""The doors of a workspace to the archive: what is in, named queries, fewer and larger files."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

from comity.core import clock
from comity.core.errors import UsageError
from comity.evidence.archive.reading import ArchiveReading
from comity.evidence.engine.choice import open_engine
from comity.evidence.engine.named import QUERIES, query_named
from comity.evidence.engine.query import REQUIRED
from comity.evidence.same_event import linked_events
from comity.evidence.spans import joined
from comity.workspace.evidence_doors import EvidenceDoors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence.engine.query import NamedQuery

__all__ = ["ArchiveDoors"]


class ArchiveDoors(EvidenceDoors):
    """A store, a catalog and settings: ask the archive of coded events."""

    def archive_status(self) -> list[dict[str, Any]]:
        """Return what the archive holds of each source: files, rows, days covered, repairs."""
        archive = self.store.archive
        covered = _covered(ArchiveReading.of(self.store.home, clock.today()))
        repairs = archive.repairs()
        sizes: dict[str, tuple[int, int]] = {}
        for each in archive.segments():
            count, size = sizes.get(each.source, (0, 0))
            sizes[each.source] = (count + 1, size + each.size)
        return [
            {
                **row,
                "parquet_files": sizes.get(row["source"], (0, 0))[0],
                "parquet_bytes": sizes.get(row["source"], (0, 0))[1],
                "repaired": repairs.get(row["source"], {}),
                "covered": {
                    stream: spans
                    for stream, spans in covered.items()
                    if stream.partition("/")[0] == row["source"]
                },
                "refused": [
                    {"file": each.name, "sha256": each.sha256, "reason": each.reason}
                    for each in archive.refusals(row["source"])
                ],
            }
            for row in archive.totals()
        ]

    def archive_queries(self) -> list[dict[str, Any]]:
        """Return the named queries, with what each must and may be told."""
        return [_described(query) for query in QUERIES.values()]

    def archive_query(
        self,
        name: str,
        given: Mapping[str, object] | None = None,
        *,
        as_of: dt.date | None = None,
        engine: str | None = None,
        at: str | None = None,
    ) -> dict[str, Any]:
        """Return the answer of a named query over the archive.

        Parameters
        ----------
        name : str
            One of `archive_queries`.
        given : mapping of str to object, optional
            What the query must or may be told; ``dyad`` as ``IRN-RUS``.
        as_of : datetime.date, optional
            Last day whose public knowledge is used; today by default.
        engine : str, optional
            ``spark://HOST:PORT`` of a Spark Connect server; DuckDB in this process by default.
        at : str, optional
            A folder or address with a copy of the archive's Parquet files, read in place of the
            store's: one that all workers of a cluster can reach.

        Returns
        -------
        dict
            ``query``, ``given``, ``columns``, ``rows``; and ``covered``: for each source and
            stream the spans of days whose files are in. A period without a row is a zero within
            them and not known outside.

        Raises
        ------
        UnknownName
            If there is no such query or parameter.
        UsageError
            If a parameter is missing or wrong, nothing is in the archive, or the engine is none.
        EvidenceError, StoreDamaged
            If the engine fails, or a file cannot be read.
        """
        query = query_named(name)
        bound = query.bound(given)
        reading = ArchiveReading.of(self.store.home, as_of or clock.today())
        places: list[Any] = [at] if at else list(reading.paths("events", *_window(bound)))
        if not places:
            msg = (
                "no coded events of these days are in the archive. Collect some first, for example"
                " `comity collect gdelt2 --since 2024-01 --until 2024-01`; `comity archive` says"
                " what is in."
            )
            raise UsageError(msg)
        with contextlib.closing(
            open_engine(engine, memory_limit=self.settings.memory_limit)
        ) as at_work:
            at_work.read_events(places, reading.condition())
            answer = at_work.answer(query, given)
        return {
            "query": query.name,
            "given": {key: str(value) for key, value in bound.items()},
            "columns": list(answer.columns),
            "rows": answer.records(),
            "covered": {} if at else _covered(reading),
        }

    def same_events(
        self,
        a: str,
        b: str,
        *,
        since: dt.date | None = None,
        until: dt.date | None = None,
        as_of: dt.date | None = None,
        window: int = 1,
        least: int = 2,
    ) -> list[dict[str, Any]]:
        """Return acts between two states that several records report, within and across coders.

        Parameters
        ----------
        a, b : str
            The two states.
        since, until : datetime.date, optional
            First and last day of the acts.
        as_of : datetime.date, optional
            Last day whose public knowledge is used; today by default.
        window : int, optional
            Greatest distance of two records of one act. [day]
        least : int, optional
            Fewest records of an act that is returned. [count]

        Raises
        ------
        UnknownName, UsageError
            If a state is not known, or there are too many records for one answer.
        """
        if window < 0 or least < 1:
            msg = f"--window {window} --least {least}: give a window of 0 days or more and least 1."
            raise UsageError(msg)
        dyad = self.dyad(a, b)
        with self.store.view(as_of or clock.today(), tables=["media_events"]) as view:
            found = linked_events(
                view,
                self.actors.lineage(dyad.a),
                self.actors.lineage(dyad.b),
                since=since,
                until=until,
                window=window,
            )
        return [
            {
                **{key: getattr(event, key) for key in _OF_EVENT},
                "records": len(event.members),
                "members": [each._asdict() for each in event.members],
            }
            for event in found
            if len(event.members) >= least
        ]

    def compact_archive(self, most: int = 8) -> dict[str, int]:
        """Merge small Parquet files of the archive, so that a query opens fewer.

        Parameters
        ----------
        most : int, optional
            A source's year is left alone if it has no more files than this. [count]

        Returns
        -------
        dict of str to int
            Parquet files ``before`` and ``after``. [count]

        Raises
        ------
        StoreBusy
            If another process is writing.
        """
        from comity.evidence.archive.compact import compact_archive

        return compact_archive(self.store, clock.now(), most)


_OF_EVENT = ("actor", "recipient", "root", "first_day", "last_day", "coders", "reports")


def _window(bound: Mapping[str, Any]) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and last day that a query's parameters ask for."""
    since = bound.get("before", bound.get("since"))
    until = bound.get("until")
    return since, until - dt.timedelta(days=1) if until else None


def _covered(reading: ArchiveReading) -> dict[str, list[tuple[dt.date, dt.date]]]:
    return {
        f"{source}/{stream or 'events'}": joined(
            (day, day) for day, share in days.items() if share > 0
        )
        for (source, stream), days in reading.days_read().items()
    }


def _described(query: NamedQuery) -> dict[str, Any]:
    return {
        "name": query.name,
        "doc": query.doc,
        "parameters": {
            name: {
                "doc": each.doc,
                "required": each.default is REQUIRED,
                "default": None if each.default is REQUIRED else str(each.default),
                "choices": list(each.choices),
            }
            for name, each in query.parameters.items()
        },
        "columns": dict(query.columns),
    }
