"""Who a publisher's name or code means on a day; that it means no state is an answer too."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from comity.core.actor import Actors
from comity.core.actor_table import CodeSystem
from comity.core.errors import AmbiguousName, UnknownName, nearest
from comity.core.not_states import LETTERED, NotState, named_like, not_states, roles
from comity.core.office_holders import office_holders

if TYPE_CHECKING:
    import datetime as dt

    from comity.core.actor_table import State

__all__ = ["SYSTEMS", "Part", "Resolution", "System", "resolve"]

System = Literal["name", "iso3", "iso2", "cow", "gw", "cameo", "fips"]
SYSTEMS: tuple[str, ...] = get_args(System)
"""What `resolve` understands: ``name`` or a code system."""

_SHOWN = 80
_CAMEO = re.compile(r"[A-Z]{3}(?:[A-Z0-9]{3}){0,9}")
_BRACKETS = re.compile(r"(.*)\(([^()]*)\)")


@dataclass(frozen=True)
class Part:
    """One piece of a longer code or name.

    Parameters
    ----------
    text : str
        As given.
    kind : str
        state, territory, region, city, organisation, unknown, office, or the kind of a role.
    name : str
        What it means; empty if that is not known.
    """

    text: str
    kind: str
    name: str = ""


@dataclass(frozen=True)
class Resolution:
    """What a name or code means on a day.

    Parameters
    ----------
    text, system : str
        As asked.
    on : datetime.date or None
        The day; None asks about the present.
    kind : str
        state, territory, region, city, organisation, role (an actor without a country) or unknown.
    id : str
        Our id of the state or organisation; empty if there is none.
    name : str
        Usual name of what was found; empty if nothing was.
    parts : tuple of Part
        Pieces of a longer code: the country and the roles.
    candidates : tuple of str
        What an unknown one might be.
    elsewhere : tuple of str
        What the same letters mean in other code systems, where that is something else.
    note : str
        Why it is unknown, or what to mind.
    """

    text: str
    system: str
    on: dt.date | None
    kind: str
    id: str = ""
    name: str = ""
    parts: tuple[Part, ...] = ()
    candidates: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    note: str = field(default="")

    def as_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__}
        own["on"] = None if self.on is None else self.on.isoformat()
        own["parts"] = [{"text": p.text, "kind": p.kind, "name": p.name} for p in self.parts]
        return {**own, "candidates": list(self.candidates), "elsewhere": list(self.elsewhere)}


def resolve(
    text: str, system: str = "name", on: dt.date | None = None, actors: Actors | None = None
) -> Resolution:
    """Say who a name or code means on a day: a state, what is known to be none, or unknown.

    Parameters
    ----------
    text : str
        A name in English, Russian or Persian, a person, an ICEWS name with its country in
        brackets, or a code; a CAMEO code may carry roles after the country.
    system : str
        One of `SYSTEMS`.
    on : datetime.date, optional
        The day on which it was used; by default the present is meant.
    actors : Actors, optional
        The table of states; the built-in one if not given.

    Returns
    -------
    Resolution
        Never a guess: what two could be is ``unknown``, with both as candidates.

    Raises
    ------
    UnknownName
        If there is no such system.

    Examples
    --------
    >>> import datetime as dt
    >>> resolve("RUSGOV", "cameo", dt.date(1985, 5, 1)).id
    'SUN'
    >>> resolve("CH", "fips").id, resolve("CH", "iso2").id
    ('CHN', 'CHE')
    >>> resolve("MEAREB", "cameo").kind, resolve("QQQ", "cameo").kind
    ('region', 'unknown')
    """
    if system not in SYSTEMS:
        raise UnknownName("code system", system[:_SHOWN], SYSTEMS)
    given, known = text.strip(), actors or Actors.load()
    if system == "name":
        return _by_name(given, on, known)
    if system == "cameo":
        return _by_cameo(given, on, known)
    return _by_code(given, system, on, known)


def _by_code(text: str, system: str, on: dt.date | None, actors: Actors) -> Resolution:
    elsewhere = _elsewhere(text, system, on, actors)
    try:
        state = actors.resolve_code(text, cast("CodeSystem", system), on)
    except AmbiguousName as error:
        return _unknown(text, system, on, error, elsewhere)
    except UnknownName as error:
        other = not_states(system).get(text.upper())
        if other is None:
            return _unknown(text, system, on, error, elsewhere)
        return _no_state(text, system, on, other, elsewhere)
    return _state(text, system, on, state, elsewhere=elsewhere)


def _by_cameo(text: str, on: dt.date | None, actors: Actors) -> Resolution:
    code = text.upper()
    if not _CAMEO.fullmatch(code):
        note = "a CAMEO actor code is three letters for the country and three for each role."
        return Resolution(text[:_SHOWN], "cameo", on, "unknown", note=note)
    first, *rest = (code[at : at + 3] for at in range(0, len(code), 3))
    tail = tuple(_part(piece, on, actors) for piece in rest)
    elsewhere = _elsewhere(text, "cameo", on, actors)
    unread = [part.text for part in tail if part.kind == "unknown"]
    note = f"not in our list of roles: {', '.join(unread)}." if unread else ""
    if _is_cameo_country(first, actors):
        try:
            state = actors.resolve_code(first, "cameo", on)
        except AmbiguousName as error:
            return _unknown(text, "cameo", on, error, elsewhere, tail)
        parts = (Part(first, "state", state.name_en), *tail)
        return _state(text, "cameo", on, state, parts=parts, elsewhere=elsewhere, note=note)
    if first in not_states("cameo"):
        other = not_states("cameo")[first]
        parts = (Part(first, other.kind, other.name), *tail)
        return _no_state(text, "cameo", on, other, elsewhere, parts if tail else (), note)
    if first in roles():
        return _without_country(text, on, (_part(first, on, actors), *tail), elsewhere, note)
    missing = UnknownName("cameo code", first, (), "It may be an ethnic group or a body that our"
                          " list does not hold.")  # fmt: skip
    return _unknown(text, "cameo", on, missing, elsewhere, tail)


def _is_cameo_country(code: str, actors: Actors) -> bool:
    # An id of ours is no CAMEO code by itself: SUN there means Sunni, not the Soviet Union.
    return any(code == s.cameo or code in s.legacy_codes for s in actors.states.values())


def _part(code: str, on: dt.date | None, actors: Actors) -> Part:
    """Return what three letters mean after the country; a role comes before a country."""
    if code in roles():
        return Part(code, roles()[code].kind, roles()[code].name)
    if code in not_states("cameo"):
        return Part(code, not_states("cameo")[code].kind, not_states("cameo")[code].name)
    if _is_cameo_country(code, actors):
        try:
            return Part(code, "state", actors.resolve_code(code, "cameo", on).name_en)
        except AmbiguousName:
            return Part(code, "unknown")
    return Part(code, "unknown")


def _without_country(
    text: str,
    on: dt.date | None,
    parts: tuple[Part, ...],
    elsewhere: tuple[str, ...],
    note: str,
) -> Resolution:
    bodies = [not_states("cameo")[p.text] for p in parts if p.kind == "organisation"]
    if len(bodies) == 1:
        return _no_state(text, "cameo", on, bodies[0], elsewhere, parts, note)
    name = ", ".join(part.name for part in parts if part.name)
    return Resolution(text, "cameo", on, "role", "", name, parts, (), elsewhere,
                      note or "names a role and no country.")  # fmt: skip


def _by_name(text: str, on: dt.date | None, actors: Actors) -> Resolution:
    terms = office_holders().get(text, ())
    held = [t for t in terms if (t.start <= on < t.end if on else False)]
    if held:
        state = actors.state(held[0].state)
        return _state(text, "name", on, state, parts=(Part(text, "office", held[0].office),))
    if terms:
        spans = [f"{t.office} of {t.state} {t.start} to {t.end}" for t in terms]
        note = "held no listed office on that day." if on else "give the day: offices have terms."
        return Resolution(text, "name", on, "unknown", candidates=tuple(spans), note=note)
    try:
        return _state(text, "name", on, actors.resolve(text, on))
    except AmbiguousName as error:
        return _unknown(text, "name", on, error)
    except UnknownName as error:
        return _other_name(text, on, actors, error)


def _other_name(text: str, on: dt.date | None, actors: Actors, error: UnknownName) -> Resolution:
    bracketed = _BRACKETS.fullmatch(text)
    if bracketed and actors.is_name(bracketed[2]):
        inner = _by_name(bracketed[2].strip(), on, actors)
        parts = (Part(bracketed[1].strip(), "office"), Part(bracketed[2].strip(), inner.kind))
        return Resolution(text, "name", on, inner.kind, inner.id, inner.name, parts,
                          inner.candidates, (), inner.note)  # fmt: skip
    try:
        body = actors.organisation(text)
    except UnknownName:
        other = named_like(text)
        if other is not None:
            return _no_state(text, "name", on, other, ())
        near = nearest(text[:_SHOWN], (*error.known, *office_holders()))
        note = "no state, organisation or listed person has that name."
        return Resolution(text[:_SHOWN], "name", on, "unknown", candidates=tuple(near), note=note)
    return Resolution(text, "name", on, "organisation", body.id, body.name_en)


def _state(
    text: str,
    system: str,
    on: dt.date | None,
    state: State,
    *,
    parts: tuple[Part, ...] = (),
    elsewhere: tuple[str, ...] = (),
    note: str = "",
) -> Resolution:
    if state.begins_after(on):
        began = f"{state.id} was no state on {on}: it began on {state.start}"
        began += f", before that part of {state.predecessor}." if state.predecessor else "."
        note = f"{began} {note}".strip()
    return Resolution(text, system, on, "state", state.id, state.name_en, parts, (), elsewhere,
                      note)  # fmt: skip


def _no_state(
    text: str,
    system: str,
    on: dt.date | None,
    other: NotState,
    elsewhere: tuple[str, ...],
    parts: tuple[Part, ...] = (),
    note: str = "",
) -> Resolution:
    return Resolution(text, system, on, other.kind, other.organisation or "", other.name, parts, (),
                      elsewhere, note or f"known, and no state: {other.kind}.")  # fmt: skip


def _unknown(
    text: str,
    system: str,
    on: dt.date | None,
    error: UnknownName,
    elsewhere: tuple[str, ...] = (),
    parts: tuple[Part, ...] = (),
) -> Resolution:
    several = isinstance(error, AmbiguousName)
    near = error.known if several else nearest(text[:_SHOWN], error.known)
    return Resolution(text[:_SHOWN], system, on, "unknown", "", "", parts, tuple(near), elsewhere,
                      str(error))  # fmt: skip


def _elsewhere(text: str, system: str, on: dt.date | None, actors: Actors) -> tuple[str, ...]:
    """Return what the same letters mean in other systems, if that is not the same."""
    meant: dict[str, str] = {}
    for other in LETTERED:
        try:
            state = actors.resolve_code(text, cast("CodeSystem", other), on)
        except UnknownName:
            known = not_states(other).get(text.upper())
            if known is not None:
                meant[other] = f"{known.name} ({known.kind})"
        else:
            meant[other] = f"{state.id} ({state.name_en})"
    own = meant.pop(system, "")
    return tuple(f"{other}: {what}" for other, what in meant.items() if what != own)
