"""States and organisations, and how a state keeps its identity over time."""

from __future__ import annotations

import datetime as dt
from functools import cache
from operator import methodcaller
from typing import TYPE_CHECKING, cast, get_args

from comity.core.actor_table import (
    CodeSystem,
    Language,
    Organisation,
    State,
    by_id,
    check_links,
    name_key,
    read_actors,
)
from comity.core.errors import AmbiguousName, DuplicateName, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Actors", "CodeSystem", "Language", "Organisation", "State", "name_key"]

_HINT = "Give an ISO3 code or a name in English, Russian or Persian."
_SHOWN = 80


class Actors:
    """All states and organisations, looked up by name, code and date.

    Parameters
    ----------
    states : iterable of State
        Each with its own id.
    organisations : iterable of Organisation, optional
        Their ids differ from those of the states.

    Attributes
    ----------
    states : mapping of str to State
        By id, ended ones included.
    organisations : mapping of str to Organisation
        By id.

    Raises
    ------
    DuplicateName
        If two entries have one id.
    CatalogError
        If a successor or predecessor is not in the table or ended before.

    Examples
    --------
    >>> actors = Actors.load()
    >>> actors.resolve("USSR").id, actors.resolve("Russia", dt.date(1988, 1, 1)).id
    ('RUS', 'SUN')
    >>> actors.resolve_code(345, "cow", dt.date(1999, 3, 24)).name_en
    'Serbia and Montenegro'
    >>> actors.lineage("RUS")
    ('SUN', 'RUS')
    """

    def __init__(self, states: Iterable[State], organisations: Iterable[Organisation] = ()) -> None:
        self.states: Mapping[str, State] = by_id(states, "actors/states.csv")
        self.organisations: Mapping[str, Organisation] = by_id(
            organisations, "actors/organisations.csv"
        )
        check_links(self.states)
        if twice := self.states.keys() & self.organisations.keys():
            raise DuplicateName(
                "actors/organisations.csv", f"the id {min(twice)!r} is that of a state"
            )
        self._by_name = _index(self.states.values(), _handles)
        self._by_code = {
            system: _index(self.states.values(), methodcaller("codes", system))
            for system in get_args(CodeSystem)
        }
        self._organisations = {
            name_key(name): item
            for item in self.organisations.values()
            for name in (*item.aliases, item.name_en, item.id)
        }

    @classmethod
    def load(cls, catalogs: Sequence[Path] = ()) -> Actors:
        """Read ``actors/*.csv`` of the built-in and further catalogs.

        A row of a later catalog replaces the row with the same id.

        Raises
        ------
        CatalogError
            If a table has an unknown column or a wrong value.
        """
        return cls._read(tuple(catalogs)) if catalogs else _builtin()

    @classmethod
    def _read(cls, catalogs: tuple[Path, ...]) -> Actors:
        states, organisations = read_actors(catalogs)
        return cls(states.values(), organisations.values())

    def state(self, state_id: str) -> State:
        """Return the state with exactly this id, whether or not it has ended.

        Raises
        ------
        UnknownName
            If there is none.
        """
        if state_id not in self.states:
            raise UnknownName("state", state_id[:_SHOWN], self.states, _HINT)
        return self.states[state_id]

    def organisation(self, text: str) -> Organisation:
        """Return an organisation by id, name or alias.

        Raises
        ------
        UnknownName
            If there is none.
        """
        found = self._organisations.get(name_key(text))
        if found is None:
            known = [n for o in self.organisations.values() for n in (o.id, o.name_en)]
            raise UnknownName("organisation", text[:_SHOWN], known)
        return found

    def is_known(self, actor_id: str) -> bool:
        """Say whether this is exactly the id of a state or an organisation."""
        return actor_id in self.states or actor_id in self.organisations

    def is_name(self, text: str) -> bool:
        """Say whether some state, at some time, was called this; cheaper than a failed `resolve`.

        Examples
        --------
        >>> Actors.load().is_name("Persia"), Actors.load().is_name("Atlantis")
        (True, False)
        """
        return name_key(text) in self._by_name

    def name(self, actor_id: str, language: Language = "en") -> str:
        """Return the usual name of a state or organisation by its id.

        Raises
        ------
        UnknownName
            If the id is neither.
        """
        if actor_id in self.organisations:
            return self.organisations[actor_id].name_en
        return self.state(actor_id).name(language)

    def resolve(self, text: str, on: dt.date | None = None) -> State:
        """Return the state that a name means on a date.

        Parameters
        ----------
        text : str
            Id, ISO3 or legacy code, name, alias or demonym in English, Russian or Persian.
        on : datetime.date, optional
            The date at which the name was used; by default the present state is meant.

        Returns
        -------
        State
            Among the states of that name the one that existed on that date; otherwise the
            single successor of one that had ended, or the state that it continues where it had
            not begun.

        Raises
        ------
        UnknownName
            If no state has that name.
        AmbiguousName
            If several states had it, it split into several, or none had begun; a subclass of
            `UnknownName`.
        """
        found = self._by_name.get(name_key(text))
        if not found:
            known = [name for s in self.states.values() for name in (s.id, *s.names())]
            raise UnknownName("state", text[:_SHOWN], known, _HINT)
        return self._pick(text, found, on)

    def resolve_code(self, code: int | str, system: CodeSystem, on: dt.date | None = None) -> State:
        """Return the state that a publisher's code means on a date.

        Parameters
        ----------
        code : int or str
            Leading zeros of a number and the case of letters do not count.
        system : {"iso3", "iso2", "cow", "gw", "cameo", "fips"}
            The code system.
        on : datetime.date, optional
            The date of the row; by default the present state is meant.

        Returns
        -------
        State
            As `resolve`, but a code used before its state began names that state: publishers
            carry present codes backwards (Ukraine voted in the United Nations from 1945).

        Raises
        ------
        UnknownName
            If the system or the code is not known.
        AmbiguousName
            If the state of that code had split into several.
        """
        if system not in self._by_code:
            raise UnknownName("code system", str(system)[:_SHOWN], self._by_code)
        text = str(code).strip()
        numeric = system in ("cow", "gw")
        key = (text.lstrip("0") or "0") if numeric else name_key(text)
        found = self._by_code[system].get(key)
        if not found:
            known = [] if numeric else [c for s in self.states.values() for c in s.codes(system)]
            raise UnknownName(f"{system} code", text[:_SHOWN], known, "It may be no state.")
        return self._pick(f"{system} {text}", found, on, lenient=True)

    def lineage(self, state_id: str) -> tuple[str, ...]:
        """Return the ids that count as one continuing state, oldest first.

        A state continues another when each names the other as successor and predecessor:
        RUS-SUN, DEU-BRD, YEM-YAR, SRB-SCG. A state that was absorbed stays apart.

        Raises
        ------
        UnknownName
            If there is no such id.
        """
        first = self.state(state_id)
        while before := self._continued(first):
            first = before
        line = [first]
        while (after := self.states.get(line[-1].successor)) and after.predecessor == line[-1].id:
            line.append(after)
        return tuple(state.id for state in line)

    def successors(self, state_id: str) -> tuple[State, ...]:
        """Return the states that emerged from this one.

        Raises
        ------
        UnknownName
            If there is no such id.
        """
        origin = self.state(state_id)
        heirs = [s for s in self.states.values() if s.predecessor == origin.id]
        if origin.successor and self.states[origin.successor] not in heirs:
            heirs.append(self.states[origin.successor])
        return tuple(heirs)

    def _continued(self, state: State) -> State | None:
        before = self.states.get(state.predecessor)
        return before if before is not None and before.successor == state.id else None

    def _pick(
        self, text: str, found: tuple[State, ...], on: dt.date | None, *, lenient: bool = False
    ) -> State:
        """Choose among the states of one name or code."""
        alive = [state for state in found if state.existed_on(on)]
        if not alive:
            if split := [last for s in found if (last := self._without_heir(s, on))]:
                raise self._split_error(text, split[0])
            moved = {s.id: s for state in found if (s := self._moved(state, on))}
            alive = list(moved.values())
        if len(alive) == 1:
            return alive[0]
        if not alive:
            if lenient:
                return min(found, key=lambda state: state.start or dt.date.min)
            raise _not_begun_error(text, found, cast("dt.date", on), self.states)
        reason = "can mean more than one state" + (f" on {on}" if on else "")
        raise AmbiguousName("state", text[:_SHOWN], map(_label, alive), reason)

    def _moved(self, state: State, on: dt.date | None) -> State | None:
        """Follow a state that had ended to its successor, or one to come to its predecessor."""
        current: State | None = state
        if state.begins_after(on):
            while current is not None and current.begins_after(on):
                current = self._continued(current)
        else:
            while current is not None and not current.existed_on(on):
                current = self.states.get(current.successor)
        return current

    def _without_heir(self, state: State, on: dt.date | None) -> State | None:
        """Return the last state on the way forward that ended without a single successor."""
        if state.begins_after(on):
            return None
        while not state.existed_on(on):
            if not state.successor:
                return state
            state = self.states[state.successor]
        return None

    def _split_error(self, text: str, last: State) -> AmbiguousName:
        heirs = map(_label, self.successors(last.id))
        reason = f"ended on {last.end} and has no single successor"
        return AmbiguousName("state", text[:_SHOWN], heirs, reason)


def _handles(state: State) -> Iterator[str]:
    yield from state.codes("iso3")
    yield from state.names()


def _index(
    states: Iterable[State], keys: Callable[[State], Iterable[str]]
) -> dict[str, tuple[State, ...]]:
    index: dict[str, dict[str, State]] = {}
    for state in states:
        for key in keys(state):
            index.setdefault(name_key(key), {})[state.id] = state
    return {key: tuple(found.values()) for key, found in index.items()}


def _label(state: State) -> str:
    return f"{state.id} ({state.name_en})"


def _not_begun_error(
    text: str, found: tuple[State, ...], on: dt.date, states: Mapping[str, State]
) -> AmbiguousName:
    starts = ", ".join(f"{_label(state)} began on {state.start}" for state in found)
    before: dict[str, State] = {}
    for state in found:
        origin = states.get(state.predecessor)
        while origin is not None and origin.begins_after(on):
            origin = states.get(origin.predecessor)
        if origin is not None and origin.existed_on(on):
            before[origin.id] = origin
    reason = f"was no state on {on}; {starts}"
    return AmbiguousName("state", text[:_SHOWN], map(_label, before.values()), reason)


@cache
def _builtin() -> Actors:
    return Actors._read(())  # noqa: SLF001 -- cached here so that the class stays plain
