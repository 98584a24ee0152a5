"""Hypotheses, discriminating tests, references, outlets and vocabularies: what judgement cites."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, RootModel, field_validator, model_validator

from comity.core.catalog import Declaration, catalog_files, read_csv, read_yaml, read_yaml_folder
from comity.core.errors import CatalogError, DuplicateName, UnknownName
from comity.core.opportunities import check_opportunities
from comity.core.reading_rules import ReadingRule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "DiscriminatingTest",
    "Hypothesis",
    "Outlet",
    "Reference",
    "Term",
    "load_hypotheses",
    "load_outlets",
    "load_references",
    "load_terms",
    "load_tests",
    "outlet_of_host",
]

VOCABULARIES = ("topics", "regions")
NULL_HYPOTHESIS = "H0"
"""The announcement artefact: always among the rivals, whatever else a catalog declares."""


class Hypothesis(Declaration):
    """One explanation of a dyad, stated so that it could be false.

    Parameters
    ----------
    id : str
        E.g. ``H5a``.
    title : str
        Its short name.
    statement : str
        What it says.
    who_says : list of str
        Keys of references that hold it.
    core_prediction : str
        What should be seen if it is true.
    counts_against : str
        What would count against it.
    rivals : list of str
        Ids of the hypotheses it has to be told apart from.
    """

    id: Annotated[str, Field(pattern=r"^H\d+[a-z]?$")]
    title: str
    statement: str
    who_says: list[str] = Field(default_factory=list)
    core_prediction: str
    counts_against: str
    rivals: list[str] = Field(min_length=1)


class DiscriminatingTest(Declaration):
    """One observation that the hypotheses expect to different degrees.

    Parameters
    ----------
    id : str
        E.g. ``E8``.
    text : str
        What would be observed.
    indicators : list of str
        Ids of the indicators by which it is read.
    expected : dict of str to int
        For each hypothesis -2 (would count heavily against) to 2 (strongly expected). [score]
    author : str
        Whose ratings these are.
    note : str
        How to read them.
    caution : str
        What in the way it is read decides the order of the rivals; printed with the weights.
    read : list of rule
        How it is read from the record; see `comity.core.reading_rules`.
    not_read : str
        Why nothing reads it, where `read` is empty.
    outcome_of : str
        Name of the opportunity of which this is one outcome among several tests; empty where the
        test stands by itself.
    none_possible : bool
        Whether such an opportunity can end in none of its tests; the same in all of them.

    How far the ratings differ is computed (`comity.core.opportunities.diagnosticity`): a `spread`
    that an older file gives is not read.
    """

    id: Annotated[str, Field(pattern=r"^E\d+$")]
    text: str
    indicators: list[str] = Field(min_length=1)
    expected: dict[str, Annotated[int, Field(ge=-2, le=2)]]
    author: str
    note: str = ""
    caution: str = ""
    read: list[ReadingRule] = Field(default_factory=list)
    not_read: str = ""
    outcome_of: str = ""
    none_possible: bool = True

    @model_validator(mode="before")
    @classmethod
    def _computed(cls, value: object) -> object:
        if isinstance(value, dict):
            return {key: each for key, each in value.items() if key != "spread"}
        return value

    @property
    def opportunity(self) -> str:
        """Name of its opportunity; its own id where it stands by itself."""
        return self.outcome_of or self.id


class Outlet(Declaration):
    """One outlet: who publishes, where, and how far it can be trusted in general.

    Parameters
    ----------
    outlet : str
        Stable id.
    name : str
        As a reader knows it.
    hosts : tuple of str
        Host names of its addresses, without ``www.``.
    kind : str
        Official record, agency, newspaper, institute, mirror ...
    country : str
        ISO3, or empty.
    reliability : str
        Admiralty reliability, A to F.
    independence_group_default : str
        Group of its reports unless a row says otherwise.
    note : str
        What a reader must know.
    """

    outlet: str
    name: str
    hosts: tuple[str, ...] = ()
    kind: str = ""
    country: str = ""
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    independence_group_default: str = ""
    note: str = ""

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(";") if part.strip())
        return value if value is not None else ()

    @field_validator("kind", "country", "independence_group_default", "note", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return "" if value is None else value


class Term(Declaration):
    """One term of a controlled vocabulary.

    Parameters
    ----------
    id : str
        As rows write it.
    name : str
        As a reader sees it.
    parent : str or None
        The wider term.
    definition : str
        What belongs under it.
    see : list of str
        Terms that are easily confused with it.
    """

    id: str
    name: str
    parent: str | None = None
    definition: str = ""
    see: list[str] = Field(default_factory=list)

    @field_validator("see", mode="before")
    @classmethod
    def _as_list(cls, value: object) -> object:
        if value is None:
            return []
        return [value] if isinstance(value, str) else value


class _Terms(RootModel[list[Term]]):
    """A vocabulary file."""


@dataclass(frozen=True)
class Reference:
    """One entry of a bibliography.

    Parameters
    ----------
    key : str
        As cited.
    kind : str
        Entry type, e.g. ``article``.
    fields : dict of str to str
        As written, without braces.
    """

    key: str
    kind: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Address; that of the DOI if there is one."""
        if doi := self.fields.get("doi"):
            return f"https://doi.org/{doi}"
        return self.fields.get("url", "")

    @property
    def text(self) -> str:
        """One line for a list of references, from the fields that are there."""
        names = ("author", "title", "publisher", "year", "note")
        parts = [self.fields[name] for name in names if self.fields.get(name)]
        return ". ".join(part.rstrip(".") for part in parts) + "."


def load_hypotheses(catalogs: Sequence[Path] = ()) -> dict[str, Hypothesis]:
    """Return all hypotheses by id, in the order of their ids.

    Raises
    ------
    CatalogError
        If a file is wrong or names an unknown rival.
    """
    found = read_yaml_folder("hypotheses/*.yml", Hypothesis, catalogs)
    if NULL_HYPOTHESIS not in found:
        raise CatalogError(
            "hypotheses",
            f"{NULL_HYPOTHESIS} is missing; the possibility that nothing but announcements is seen "
            "must always be among the rivals",
            sorted(found),
        )
    for item in found.values():
        for rival in item.rivals:
            if rival not in found or rival == item.id:
                raise CatalogError(
                    f"hypotheses/{item.id}.yml, key rivals",
                    f"unknown hypothesis {rival!r}",
                    [name for name in sorted(found) if name != item.id],
                )
    return dict(sorted(found.items()))


def load_tests(catalogs: Sequence[Path] = ()) -> dict[str, DiscriminatingTest]:
    """Return all discriminating tests by id, in the order of their numbers.

    Raises
    ------
    CatalogError
        If a file is wrong, rates other hypotheses than those declared, or shares an opportunity
        with tests that read another.
    """
    found = read_yaml_folder("tests/*.yml", DiscriminatingTest, catalogs)
    known = set(load_hypotheses(catalogs))
    for item in found.values():
        if set(item.expected) != known:
            odd = sorted(set(item.expected) ^ known)
            raise CatalogError(
                f"tests/{item.id}.yml, key expected",
                f"must rate every hypothesis once; differs in {', '.join(odd)}",
                sorted(known),
            )
    check_opportunities(found)
    return dict(sorted(found.items(), key=lambda pair: int(pair[0][1:])))


def load_outlets(catalogs: Sequence[Path] = ()) -> dict[str, Outlet]:
    """Return all outlets by id.

    Raises
    ------
    CatalogError
        If a row is wrong.
    DuplicateName
        If two outlets share an id or a host.
    """
    found: dict[str, Outlet] = {}
    hosts: dict[str, str] = {}
    for path in catalog_files("outlets.csv", catalogs):
        for outlet in read_csv(path, Outlet):
            if outlet.outlet in found:
                raise DuplicateName(path.name, f"the outlet {outlet.outlet!r} is given twice")
            found[outlet.outlet] = outlet
            for host in outlet.hosts:
                if other := hosts.get(host):
                    raise DuplicateName(path.name, f"{host} belongs to {other} already")
                hosts[host] = outlet.outlet
    return found


def outlet_of_host(host: str, outlets: dict[str, Outlet]) -> Outlet | None:
    """Return the outlet to which a host belongs: the host itself or its nearest parent domain.

    Examples
    --------
    >>> tass = Outlet(outlet="tass", name="TASS", hosts=("tass.com",), reliability="C")
    >>> outlet_of_host("www.tass.com", {"tass": tass}).outlet
    'tass'
    """
    by_host = {name: outlet for outlet in outlets.values() for name in outlet.hosts}
    labels = host.casefold().partition(":")[0].strip(".").removeprefix("www.").split(".")
    for start in range(len(labels) - 1):
        if outlet := by_host.get(".".join(labels[start:])):
            return outlet
    return None


def load_terms(vocabulary: str, catalogs: Sequence[Path] = ()) -> dict[str, Term]:
    """Return a controlled vocabulary by id.

    Parameters
    ----------
    vocabulary : str
        ``topics`` or ``regions``.
    catalogs : sequence of Path
        Further catalogs; a later file of the same name replaces an earlier one.

    Raises
    ------
    UnknownName
        If there is no such vocabulary.
    CatalogError
        If an entry is wrong or has an unknown parent.
    DuplicateName
        If an id is given twice.
    """
    if vocabulary not in VOCABULARIES:
        raise UnknownName("vocabulary", vocabulary, VOCABULARIES)
    found: dict[str, Term] = {}
    for path in catalog_files(f"vocabulary/{vocabulary}.yml", catalogs):
        where = f"vocabulary/{path.name}"
        for term in read_yaml(path, _Terms).root:
            if term.id in found:
                raise DuplicateName(where, f"the term {term.id!r} is given twice")
            found[term.id] = term
        for term in found.values():
            if term.parent is not None and term.parent not in found:
                raise CatalogError(
                    where, f"{term.id!r} has the unknown parent {term.parent!r}", sorted(found)
                )
    return found


# ------------------------------------------------------------------ BibTeX

_ENTRY = re.compile(r"^@(?P<kind>[a-z]+)\{(?P<key>[^,\s]+),\s*$")
_FIELD = re.compile(r"^\s*(?P<name>[a-z]+)\s*=\s*\{(?P<value>.*)\}\s*,?\s*$")


def load_references(catalogs: Sequence[Path] = ()) -> dict[str, Reference]:
    r"""Return the bibliography by key.

    Only the plain form that our files use is read: one field on each line, values in braces, the
    closing brace of an entry on its own line, ``%`` for comments.

    Raises
    ------
    CatalogError
        If a line is none of these.
    DuplicateName
        If a key is given twice.
    """
    found: dict[str, Reference] = {}
    for path in catalog_files("references.bib", catalogs):
        for reference in _read_bibtex(path):
            if reference.key in found:
                raise DuplicateName(path.name, f"the key {reference.key!r} is given twice")
            found[reference.key] = reference
    return found


def _read_bibtex(path: Path) -> list[Reference]:
    found: list[Reference] = []
    current: Reference | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("%"):
            continue
        if current is None and (entry := _ENTRY.match(text)):
            current = Reference(entry["key"], entry["kind"], {})
        elif current is not None and text == "}":
            found.append(current)
            current = None
        elif current is not None and (pair := _FIELD.match(line)):
            current.fields[pair["name"]] = pair["value"].replace("{", "").replace("}", "")
        else:
            raise CatalogError(
                f"{path.name}, line {number}",
                "not readable; write '@misc{key,', then one 'name = {value},' a line, then '}'",
            )
    if current is not None:
        raise CatalogError(path.name, f"the entry {current.key!r} is not closed")
    return found
