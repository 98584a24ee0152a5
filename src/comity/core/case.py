"""What a case folder declares, and where its tables are.

A case is a dyad with hand-coded evidence: ``catalog/cases/<aaa-bbb>/case.yml`` and CSV files whose
names are table names (``registers/claims.csv``, ``series.csv`` for values). A dyad without a
folder is still assessed, from public data alone.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from comity.core.actor import Actors
from comity.core.case_table import parse_case_table
from comity.core.catalog import Declaration, builtin_catalog, read_yaml
from comity.core.dyad import Dyad
from comity.core.errors import CatalogError, nearest
from comity.core.reading_rules import CrisisKind
from comity.core.records import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = [
    "Case",
    "CaseDyad",
    "CaseShock",
    "CoreIssue",
    "Crisis",
    "Dispute",
    "FlowClass",
    "JudgedPeriod",
    "Leader",
    "Lineage",
    "Project",
    "SideOutlets",
    "Theatre",
    "ThirdParty",
    "WishItem",
    "WishList",
    "case_folder",
    "case_tables",
    "load_case",
    "parse_case_table",
]

Iso3 = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Pair = Annotated[str, Field(pattern=r"^[A-Z]{3}-[A-Z]{3}$")]
ItemId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]

# File names that are not the name of their table.
_FILE_TABLES = {"series": "values"}
# Declared beside the tables: facts that sources state differently.
_OTHER_FILES = {"conflicts"}


class CaseDyad(Declaration):
    """The two states, in the order in which the case calls them first and second."""

    a: Iso3
    b: Iso3


class Lineage(Declaration):
    """A state that one of the two continues, so that earlier rows count for it."""

    predecessor: Iso3
    successor: Iso3
    until: dt.date
    note: str = ""


class ThirdParty(Declaration):
    """A state or organisation outside the dyad that matters to it."""

    id: str
    name: str
    role: str


class Theatre(Declaration):
    """A field of action in which the two may act together or against each other."""

    id: ItemId
    name: str
    blurb: str


class Crisis(Declaration):
    """A crisis of one of the two; the coded response is in ``registers/stress_tests.csv``."""

    id: ItemId
    name: str
    parent: ItemId | None = None
    kind: CrisisKind = "other"


class Leader(Declaration):
    """A change of who leads one of the two states, within the same order of government."""

    state: Iso3
    name: str
    since: dt.date
    source: str


class JudgedPeriod(Declaration):
    """A span of years for which rival explanations are weighed separately."""

    start: dt.date
    end: dt.date = Field(description="First day after it.")
    name: str

    @model_validator(mode="after")
    def _ordered(self) -> JudgedPeriod:
        if self.start >= self.end:
            msg = f"the period {self.name!r} ends before it starts"
            raise ValueError(msg)
        return self


class FlowClass(Declaration):
    """A class of flows for the question who supplies whom.

    ``item_classes`` are the classes of claimed items that belong to it; a class that is read from
    votes alone has none.
    """

    id: ItemId
    name: str
    item_classes: list[str] = Field(default_factory=list)


class WishItem(Declaration):
    """One promised or wanted item, by the id that the claims use."""

    id: ItemId
    name: str
    flow_class: ItemId | None = None


class WishList(Declaration):
    """What one side wants from the other."""

    supplier: Iso3
    recipient: Iso3
    items: list[WishItem] = Field(min_length=1)


class CoreIssue(Declaration):
    """A question on which one side cannot yield, and the other's stand can be read."""

    id: ItemId
    side: Iso3
    name: str
    blurb: str


class Project(Declaration):
    """A long project of the two, by the items that make it up."""

    id: ItemId
    name: str
    items: list[ItemId] = Field(default_factory=list)
    blurb: str


class Dispute(Declaration):
    """A standing dispute between the two."""

    id: ItemId
    name: str
    blurb: str


class SideOutlets(Declaration):
    """The outlets that speak for one side, by their ids in the list of outlets."""

    side: Iso3
    outlets: list[str] = Field(min_length=1)


class CaseShock(Declaration):
    """A kind of break from outside, and the records of those that came, for `comity outlook`.

    ``kind`` is that of a scenario, ``side`` the state that it strikes (none: both), ``since`` from
    when the record would show one (default: start of the case).
    """

    kind: ItemId
    side: Iso3 | None = None
    name: str = ""
    since: dt.date | None = None
    events: list[str] = Field(default_factory=list)
    note: str = ""


class Case(Declaration):
    """Everything about a dyad that is declared rather than measured."""

    id: Annotated[str, Field(pattern=r"^[a-z]{3}-[a-z]{3}$")]
    dyad: CaseDyad
    title: str
    start: dt.date
    start_note: str = ""
    information_cut_off: dt.date
    languages: list[str]
    lineage: list[Lineage] = Field(default_factory=list)
    third_parties: list[ThirdParty] = Field(default_factory=list)
    theatres: list[Theatre] = Field(default_factory=list)
    crises: list[Crisis] = Field(default_factory=list)
    leaders: list[Leader] = Field(default_factory=list)
    periods: list[JudgedPeriod] = Field(default_factory=list)
    flow_classes: list[FlowClass] = Field(default_factory=list)
    wish_lists: list[WishList] = Field(default_factory=list)
    core_issues: list[CoreIssue] = Field(default_factory=list)
    projects: list[Project] = Field(default_factory=list)
    disputes: list[Dispute] = Field(default_factory=list)
    outlets_by_side: list[SideOutlets] = Field(default_factory=list)
    compare: list[Pair] = Field(
        default_factory=list,
        max_length=12,
        description="Dyads to show beside this one on the scale of the reference panel, as "
        "RUS-CHN: an asymmetry is seen from the first named.",
    )
    shocks: list[CaseShock] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    gaps: list[str] = Field(default_factory=list)

    @property
    def states(self) -> Dyad:
        """The dyad in the order of the case."""
        return Dyad(self.dyad.a, self.dyad.b)

    @property
    def flow_class_by_item_class(self) -> dict[str, str]:
        """The id of the flow class to which each class of items belongs."""
        return {name: flow.id for flow in self.flow_classes for name in flow.item_classes}

    @property
    def compared(self) -> list[Dyad]:
        """The dyads that the case is compared with, in its order."""
        return [Dyad(*pair.split("-")) for pair in self.compare]

    @property
    def crisis_kinds(self) -> dict[str, str]:
        """The kind of each crisis by its id."""
        return {item.id: item.kind for item in self.crises}

    @property
    def theatre_names(self) -> dict[str, str]:
        """The name of each theatre by its id."""
        return {item.id: item.name for item in self.theatres}


def case_folder(dyad: Dyad, catalogs: Sequence[Path] = ()) -> Path | None:
    """Return the folder of the case of a dyad, whichever state is named first.

    Parameters
    ----------
    dyad : Dyad
        In either order.
    catalogs : sequence of Path
        Further catalogs; a later one wins over an earlier one and over the built-in one.

    Returns
    -------
    Path or None
        None if no catalog has the case.
    """
    for catalog in reversed((builtin_catalog(), *catalogs)):
        for slug in (dyad.slug, dyad.reversed.slug):
            folder = catalog / "cases" / slug
            if (folder / "case.yml").is_file():
                return folder
    return None


def load_case(dyad: Dyad, catalogs: Sequence[Path] = ()) -> Case | None:
    """Return the case of a dyad, or None; the case keeps its own order of the two states.

    Raises
    ------
    CatalogError
        If the file is wrong, names other states than its folder, or refers to an id that it does
        not declare.
    """
    folder = case_folder(dyad, catalogs)
    if folder is None:
        return None
    path = folder / "case.yml"
    case = read_yaml(path, Case)
    where = f"cases/{folder.name}/case.yml"
    if case.states.key != dyad.key or case.id != folder.name:
        raise CatalogError(
            where, f"declares the case {case.id} of {case.states}, not that of its folder"
        )
    _check_references(case, where)
    _check_compared(case, f"{where}, key compare", Actors.load(catalogs).states)
    return case


def _check_compared(case: Case, where: str, states: Collection[str]) -> None:
    """Refuse a compared dyad that is no dyad, is the case's own, is named twice or not known."""
    seen = {case.states.key}
    for pair in case.compare:
        first, second = pair.split("-")
        for state in (first, second):
            if state not in states:
                near = nearest(state, states)
                hint = f"; did you mean {' or '.join(near)}" if near else ""
                raise CatalogError(where, f"{pair} names the unknown state {state!r}{hint}")
        if first == second:
            raise CatalogError(where, f"{pair} names one state twice")
        key = Dyad(first, second).key
        if key in seen:
            own = "is the dyad of the case itself" if key == case.states.key else "is named twice"
            raise CatalogError(where, f"{pair} {own}")
        seen.add(key)


def _check_references(case: Case, where: str) -> None:
    flows = {flow.id for flow in case.flow_classes}
    crises = {crisis.id for crisis in case.crises}
    for wish in case.wish_lists:
        if {wish.supplier, wish.recipient} != {case.dyad.a, case.dyad.b}:
            raise CatalogError(
                f"{where}, key wish_lists",
                f"{wish.supplier} to {wish.recipient} is not between the two states of the case",
                (case.dyad.a, case.dyad.b),
            )
        for item in wish.items:
            if item.flow_class is not None and item.flow_class not in flows:
                raise CatalogError(
                    f"{where}, key wish_lists",
                    f"item {item.id!r} has the unknown flow class {item.flow_class!r}",
                    sorted(flows),
                )
    for shock in case.shocks:
        if shock.side not in (None, case.dyad.a, case.dyad.b):
            raise CatalogError(
                f"{where}, key shocks",
                f"{shock.kind!r} strikes {shock.side}, which is not one of the two states",
                (case.dyad.a, case.dyad.b),
            )
    for crisis in case.crises:
        if crisis.parent is not None and crisis.parent not in crises:
            raise CatalogError(
                f"{where}, key crises",
                f"{crisis.id!r} is part of the unknown crisis {crisis.parent!r}",
                sorted(crises),
            )


def case_tables(case_dir: Path) -> dict[str, Path]:
    """Return the CSV files of a case folder by the table that they fill.

    Raises
    ------
    CatalogError
        If a file is not named after a table, or two files fill one table.

    Examples
    --------
    >>> from comity.core.catalog import builtin_catalog
    >>> sorted(case_tables(builtin_catalog() / "cases" / "rus-irn"))[:2]
    ['body_votes', 'claims']
    """
    found: dict[str, Path] = {}
    for path in sorted(case_dir.rglob("*.csv")):
        if path.stem in _OTHER_FILES:
            continue
        name = _FILE_TABLES.get(path.stem, path.stem)
        where = path.relative_to(case_dir.parent).as_posix()
        if name not in TABLES or not TABLES[name].cited:
            known = sorted(table.name for table in TABLES.values() if table.cited)
            raise CatalogError(where, "the file is not named after a table", [*known, "series"])
        if name in found:
            raise CatalogError(where, f"{found[name].name} already fills the table {name}")
        found[name] = path
    return dict(sorted(found.items()))
