"""The tables of states and organisations: rows, checks, and the form of a name."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import BeforeValidator

from comity.core.catalog import Declaration, builtin_catalog, read_csv
from comity.core.errors import CatalogError, DuplicateName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "CodeSystem",
    "Language",
    "Organisation",
    "State",
    "by_id",
    "check_links",
    "name_key",
    "read_actors",
]

CodeSystem = Literal["iso3", "iso2", "cow", "gw", "cameo", "fips"]
Language = Literal["en", "ru", "fa"]

# Letters that writers of Persian, Arabic and Urdu keyboards use for one another; no tatweel.
_LETTERS = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ـ": None,
        "&": " and ", "+": " plus ",
    }
)  # fmt: skip
_ARTICLE = re.compile(r"^\s*the\s+|\s*\(the\)\s*$")


def name_key(text: str) -> str:
    """Return the form of a name under which it is looked up.

    Case, diacritics, spaces, joiners and punctuation do not count, nor does "the" at the
    head or in brackets at the end.

    Examples
    --------
    >>> name_key("Côte d'Ivoire"), name_key("the U.S.A.")
    ('cotedivoire', 'usa')
    >>> name_key("كره‌ی شمالي") == name_key("کره ی شمالی")
    True
    """
    # Some capital letters fold to a letter with a mark, so that marks are split off twice.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    spelled = _ARTICLE.sub("", folded.translate(_LETTERS))
    return spelled if spelled.isalnum() else "".join(filter(str.isalnum, spelled))


def _text(value: object) -> object:
    return "" if value is None else value


def _split(value: object) -> object:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value


_Text = Annotated[str, BeforeValidator(_text)]
_Many = Annotated[tuple[str, ...], BeforeValidator(_split)]


class _StateRow(Declaration):
    """A row of ``actors/states.csv``."""

    id: str
    iso3: _Text
    cow: int | None
    gw: int | None
    cameo: _Text
    fips: _Text
    name_en: str
    name_ru: _Text
    name_fa: _Text
    aliases_en: _Many
    aliases_ru: _Many
    aliases_fa: _Many
    demonym_en: _Many
    demonym_ru: _Many
    demonym_fa: _Many
    start: dt.date | None
    end: dt.date | None
    successor: _Text
    predecessor: _Text
    legacy_codes: _Many
    iso2: _Text = ""


class _OrganisationRow(Declaration):
    """A row of ``actors/organisations.csv``."""

    id: str
    name_en: str
    aliases: _Many
    kind: str


@dataclass(frozen=True, slots=True)
class State:
    """A state, or a polity that data sets treat as one, between two dates.

    Parameters
    ----------
    id : str
        Our code, ISO 3166-1 alpha-3 where there is one.
    iso3 : str
        Alpha-3 code of that state; empty when none was assigned.
    cow, gw : int or None
        Correlates of War and Gleditsch-Ward numbers.
    cameo, fips : str
        CAMEO country code (three letters) and FIPS 10-4 code (two letters).
    name_en, name_ru, name_fa : str
        Usual name in English, Russian and Persian.
    aliases_en, aliases_ru, aliases_fa : tuple of str
        Other names and abbreviations.
    demonym_en, demonym_ru, demonym_fa : tuple of str
        Adjectives and names of nationals; may be empty.
    start, end : datetime.date or None
        Half-open span. No start: already a state on 1946-01-01; no end: still one.
    successor : str
        Id of the one state that a name of this ended state leads to; empty when it split.
    predecessor : str
        Id of the state it emerged from.
    legacy_codes : tuple of str
        Further codes: three letters read as ISO3 or CAMEO, two as FIPS.
    iso2 : str
        Alpha-2 code of that state; two letters that FIPS may give to another one.
    """

    id: str
    iso3: str
    cow: int | None
    gw: int | None
    cameo: str
    fips: str
    name_en: str
    name_ru: str
    name_fa: str
    aliases_en: tuple[str, ...]
    aliases_ru: tuple[str, ...]
    aliases_fa: tuple[str, ...]
    demonym_en: tuple[str, ...]
    demonym_ru: tuple[str, ...]
    demonym_fa: tuple[str, ...]
    start: dt.date | None
    end: dt.date | None
    successor: str
    predecessor: str
    legacy_codes: tuple[str, ...]
    iso2: str = ""

    def existed_on(self, day: dt.date | None) -> bool:
        """Say whether this was a state on `day`; None asks whether it still is one."""
        if day is None:
            return self.end is None
        return not self.begins_after(day) and (self.end is None or day < self.end)

    def begins_after(self, day: dt.date | None) -> bool:
        """Say whether this became a state only after `day`."""
        return day is not None and self.start is not None and day < self.start

    def name(self, language: Language = "en") -> str:
        """Return the usual name in a language; the English one where that is missing."""
        return {"en": self.name_en, "ru": self.name_ru, "fa": self.name_fa}[language] or (
            self.name_en
        )

    def names(self) -> Iterator[str]:
        """Yield every name, alias and demonym in all languages."""
        yield from filter(None, (self.name_en, self.name_ru, self.name_fa))
        yield from (*self.aliases_en, *self.aliases_ru, *self.aliases_fa)
        yield from (*self.demonym_en, *self.demonym_ru, *self.demonym_fa)

    def codes(self, system: CodeSystem) -> Iterator[str]:
        """Yield the codes of this state in a system, as text."""
        if system in ("cow", "gw"):
            number = self.cow if system == "cow" else self.gw
            if number is not None:
                yield str(number)
        elif system == "iso2":
            yield from filter(None, (self.iso2,))
        elif system == "fips":
            yield from filter(None, (self.fips, *(x for x in self.legacy_codes if len(x) == 2)))
        else:
            first = self.iso3 if system == "iso3" else self.cameo
            further = (x for x in self.legacy_codes if len(x) == 3)
            yield from dict.fromkeys(filter(None, (first, self.id, *further)))


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation, group of states or armed movement that appears beside states.

    Parameters
    ----------
    id : str
        Our code, e.g. ``"EU"``.
    name_en : str
        Full name in English.
    aliases : tuple of str
        Other names and abbreviations in any language.
    kind : str
        E.g. intergovernmental, alliance, group, organ, agency, armed_movement.
    """

    id: str
    name_en: str
    aliases: tuple[str, ...]
    kind: str


T = TypeVar("T", State, Organisation)


def by_id(items: Iterable[T], where: str) -> dict[str, T]:
    """Return states or organisations by their id.

    Raises
    ------
    DuplicateName
        If two have one id.
    """
    found: dict[str, T] = {}
    for item in items:
        if item.id in found:
            raise DuplicateName(where, f"the id {item.id!r} is given twice")
        found[item.id] = item
    return found


def check_links(states: Mapping[str, State]) -> None:
    """Check that every successor and predecessor exists and that time runs forward.

    Raises
    ------
    CatalogError
        If not.
    """
    where = "actors/states.csv"
    for state in states.values():
        for link in filter(None, (state.successor, state.predecessor)):
            if link not in states:
                raise CatalogError(where, f"{state.id} refers to an unknown state {link!r}")
        if state.start and state.end and state.end <= state.start:
            raise CatalogError(where, f"{state.id} ends before it starts")
        if not state.successor:
            continue
        heir = states[state.successor]
        # Ends that grow along the line also rule out a circle of successors.
        if state.end is None or (heir.end is not None and heir.end <= state.end):
            raise CatalogError(where, f"{state.id} does not end before its successor {heir.id}")


def read_actors(
    catalogs: Sequence[Path] = (),
) -> tuple[dict[str, State], dict[str, Organisation]]:
    """Read ``actors/*.csv`` of the built-in and further catalogs.

    A row of a later catalog replaces the row with the same id.

    Raises
    ------
    CatalogError
        If a table has an unknown column or a wrong value.
    DuplicateName
        If one table gives an id twice.
    """
    states: dict[str, State] = {}
    organisations: dict[str, Organisation] = {}
    for folder in (builtin_catalog(), *catalogs):
        path = folder / "actors" / "states.csv"
        if path.is_file():
            rows = (State(**row.__dict__) for row in read_csv(path, _StateRow))
            states |= by_id(rows, str(path))
        path = folder / "actors" / "organisations.csv"
        if path.is_file():
            found = (Organisation(**row.__dict__) for row in read_csv(path, _OrganisationRow))
            organisations |= by_id(found, str(path))
    return states, organisations
