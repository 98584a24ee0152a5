"""The doors of a workspace that bring evidence in and say what is stored."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.core import clock
from comity.core.actor import Actors
from comity.core.actor_codes import resolve
from comity.core.case import case_folder, case_tables
from comity.core.catalog import builtin_catalog
from comity.core.dyad import Dyad
from comity.core.errors import UsageError
from comity.core.settings import Settings
from comity.evidence.booking import collect_local
from comity.evidence.hand_tables import admit_table, check_table, sync_case, table_of_file
from comity.evidence.ingest import IngestReport
from comity.evidence.store import EvidenceStore
from comity.sources._spec import expected_of, source_named
from comity.workspace.completeness import (
    days_asked,
    days_lines,
    forget_file,
    gap_lines,
    ledger_rows,
    run_summary,
)
from comity.workspace.question import folder_hash
from comity.workspace.register_doors import (
    check_lines,
    check_report,
    must_have_dyad,
    register_rules,
)
from comity.workspace.reports import holdings, report_lines, source_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.evidence.register_checks import RegisterRules

__all__ = ["EvidenceDoors", "must_exist"]


class EvidenceDoors:
    """A store, a catalog and settings: collect, admit, sources.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment and ``comity.toml`` if not given.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.catalogs: tuple[Path, ...] = (
            (self.settings.catalog,) if self.settings.catalog is not None else ()
        )

    @cached_property
    def store(self) -> EvidenceStore:
        """The evidence store, opened on first use."""
        return EvidenceStore.open(self.settings.home, self.settings.memory_limit)

    @cached_property
    def actors(self) -> Actors:
        """States and organisations."""
        return Actors.load(self.catalogs)

    def sources(self) -> list[dict[str, Any]]:
        """Return what can be collected, with its terms and what is stored of it."""
        return source_rows(self.store)

    def source(self, name: str) -> dict[str, Any]:
        """Return one source as `sources` does.

        Raises
        ------
        UnknownName
            If there is none.
        """
        source_named(name)
        return next(row for row in self.sources() if row["name"] == name)

    def collect(
        self,
        name: str,
        path: Path,
        progress: Callable[[str, int], None] | None = None,
        *,
        whole: bool = False,
    ) -> IngestReport:
        """Read a publisher's file or folder, admit its records and book the files.

        Parameters
        ----------
        name : str
            Of the source.
        path : pathlib.Path
            A file or a folder.
        progress : callable, optional
            Told about the rows read so far.
        whole : bool
            Whether this is the whole dataset: records that it no longer has are withdrawn from
            today on.

        Raises
        ------
        UnknownName
            If there is no such source.
        SourceChanged
            If a file does not have a layout that the source declares.
        QuarantineExceeded
            If more rows are bad than the source declares as its bound; with `whole`, if one may be
            that of a record that seems to be gone.
        """
        source = source_named(name)
        must_exist(path)
        return collect_local(self.store, source, path, clock.now(), progress, whole=whole)

    def fetch(
        self,
        name: str,
        mirror: str = "",
        since: dt.date | None = None,
        until: dt.date | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Fetch what is missing or changed of a source, and admit it.

        Parameters
        ----------
        name : str
            Of the source.
        mirror : str
            Base address of a server that has the publisher's paths; the publisher by default.
        since, until : datetime.date, optional
            First and last day; from where the publisher's coverage begins, until today.
        progress : callable, optional
            Told what is being done.

        Returns
        -------
        dict
            As `IngestReport`, with ``ledger``: what is expected, present and missing; see
            `comity.workspace.completeness`.

        Raises
        ------
        UnknownName
            If there is no such source.
        UsageError
            If the source cannot be fetched, or needs a key that is not set.
        SourceUnavailable
            If the publisher's index cannot be had.
        """
        # The client of the network is slow to import, and other commands do without it.
        from comity.evidence.collecting import (
            Order,
            cannot_be_fetched,
            collect_remote,
        )

        source = source_named(name)
        if expected_of(source) is None:
            raise cannot_be_fetched(source)
        first, last = days_asked(source.SPEC.coverage, since, until, clock.today())
        order = Order(
            since=first,
            until=last,
            now=clock.now(),
            base=mirror,
            keys={key: value.get_secret_value() for key, value in self.settings.keys.items()},
        )
        made = collect_remote(self.store, source, order, progress)
        return {**asdict(made.report), "ledger": run_summary(self.store, name, order, made)}

    def gap_lines(self, fetched: dict[str, Any]) -> list[str]:
        """Return in sentences what a fetch brought and what is missing."""
        return gap_lines(fetched["ledger"])

    def days_text(self, row: dict[str, Any]) -> list[str]:
        """Return in sentences which days are missing in a row of `completeness`."""
        return days_lines(row)

    def completeness(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return what the ledger says of every source, or of one with each file not there.

        Raises
        ------
        UnknownName
            If there is no such source.
        """
        return ledger_rows(self.store, source_named(name).SPEC.name if name else None)

    def forget(self, name: str, file: str) -> None:
        """Take a file that is not there out of the ledger's list of what is missing.

        Raises
        ------
        UnknownName
            If the ledger has no such file that is not there.
        """
        forget_file(self.store, source_named(name).SPEC.name, file)

    def admit(
        self,
        path: Path,
        table: str | None = None,
        dyad: tuple[str, str] | None = None,
        *,
        replace: bool = False,
    ) -> IngestReport:
        """Admit a CSV of the user's own, whose columns are those of a table.

        Rows of registers are held against their codebook, and against what is stored of the dyad.

        Raises
        ------
        CatalogError
            If a column is unknown, or the table cannot be told from the header.
        UsageError
            If rows belong to a dyad and none is given.
        """
        must_exist(path)
        pair, rules = self._register_rules(path, table, dyad)
        return admit_table(
            self.store,
            table,
            path,
            recorded_on=clock.now(),
            source=_owner(pair),
            replace_others=replace,
            rules=rules,
        )

    def check(
        self,
        path: Path,
        table: str | None = None,
        dyad: tuple[str, str] | None = None,
        *,
        replace: bool = False,
    ) -> dict[str, Any]:
        """Say what `admit` would do with a file, and store nothing.

        Returns
        -------
        dict
            ``table``, ``rows`` that would be admitted or are stored already, and ``set_aside``:
            each with locator, code, reason, field, rule and what is allowed.

        Raises
        ------
        CatalogError, UsageError
            As `admit`.
        """
        must_exist(path)
        pair, rules = self._register_rules(path, table, dyad)
        found = check_table(self.store, table, path, rules, _owner(pair), replace_others=replace)
        return check_report(found)

    def check_lines(self, path: Path, report: dict[str, Any]) -> list[str]:
        """Return what `check` found in sentences."""
        return check_lines(path, report)

    def _register_rules(
        self, path: Path, table: str | None, dyad: tuple[str, str] | None
    ) -> tuple[Dyad | None, RegisterRules]:
        pair = self.dyad(*dyad) if dyad else None
        rules = register_rules(pair, self.actors, self.catalogs)
        must_have_dyad(table_of_file(table, path).name, pair, rules)
        if pair is not None:
            self.sync(pair)
        return pair, rules

    def holdings(self) -> dict[str, Any]:
        """Return what is stored by source, and the rows in quarantine."""
        return holdings(self.store)

    def report(self, report: IngestReport) -> dict[str, Any]:
        """Return the report of an admission as plain data."""
        return asdict(report)

    def report_lines(self, report: IngestReport | dict[str, Any]) -> list[str]:
        """Return the report of an admission in sentences."""
        return report_lines(report if isinstance(report, dict) else asdict(report))

    def dyad(self, a: str, b: str, on: dt.date | None = None) -> Dyad:
        """Return the dyad of two names or codes.

        Raises
        ------
        UnknownName
            If a state is unknown; the nearest names are shown.
        UsageError
            If both are the same state.
        """
        return Dyad(self.actors.resolve(a, on).id, self.actors.resolve(b, on).id)

    def resolve_actor(
        self, text: str, system: str = "name", on: dt.date | None = None
    ) -> dict[str, Any]:
        """Say who a publisher's name or code means on a day.

        Parameters
        ----------
        text : str
            A name, a person, or a code.
        system : str
            ``name`` or a code system: cameo, fips, iso2, iso3, cow, gw.
        on : datetime.date, optional
            The day on which it was used; the present by default.

        Returns
        -------
        dict
            As `comity.core.actor_codes.Resolution`; ``kind`` is unknown if it cannot be said.

        Raises
        ------
        UnknownName
            If there is no such system.
        """
        return resolve(text, system, on, self.actors).as_json()

    def catalog_version(self) -> str:
        """Return a hash over every file of the catalogs in use."""
        return self._catalog_hash

    @cached_property
    def _catalog_hash(self) -> str:
        digest = hashlib.sha256()
        for folder in (builtin_catalog(), *self.catalogs):
            digest.update(folder_hash(folder).encode())
        return digest.hexdigest()

    def sync(self, dyad: Dyad) -> None:
        """Admit the built-in evidence of the dyad's case, if it has one and it has changed."""
        folder = case_folder(dyad, self.catalogs)
        if folder is not None:
            sync_case(
                self.store,
                folder.name,
                case_tables(folder),
                clock.now(),
                partial(register_rules, dyad, self.actors, self.catalogs),
            )

    def sync_all(self) -> None:
        """Admit the built-in evidence of every case."""
        for catalog in (builtin_catalog(), *self.catalogs):
            for folder in sorted((catalog / "cases").glob("*-*")):
                a, _, b = folder.name.upper().partition("-")
                rules = partial(register_rules, Dyad(a, b), self.actors, self.catalogs)
                sync_case(self.store, folder.name, case_tables(folder), clock.now(), rules)


def _owner(dyad: Dyad | None) -> str:
    """Return the source under which a user's rows are kept."""
    return f"user:{dyad.key.lower()}" if dyad else "user"


def must_exist(path: Path) -> None:
    """Refuse a file or folder that is not there."""
    if not path.exists():
        msg = f"{path}: there is no such file or folder."
        raise UsageError(msg)
