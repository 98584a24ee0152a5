"""The declared states of a promised item, their transitions, and what it takes to establish one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, builtin_catalog, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = [
    "EvidenceRule",
    "Exclusive",
    "LedgerRules",
    "LedgerState",
    "load_ledger_rules",
    "role_of",
]

Role = Literal["supplier", "receiver", "third", "press"]


class LedgerState(Declaration):
    """One state, what it means, who may assert it, and what may follow it.

    Attributes
    ----------
    kind : str
        ``step`` on the track from word to deed; ``takeover`` beyond its end; ``halt`` and ``end``
        stop it; ``denial`` is about words and moves nothing.
    then : tuple of str
        States that may follow; a denial has none.
    never_before : tuple of str
        States that one side may not assert for the first time after it asserted this one.
    reopened_by : tuple of str
        For an end: what lets steps follow that are not in `then`.
    """

    id: str
    kind: Literal["step", "takeover", "halt", "end", "denial"]
    means: str
    by: tuple[Role, ...]
    then: tuple[str, ...] = ()
    never_before: tuple[str, ...] = ()
    reopened_by: tuple[str, ...] = ()


class Alone(Declaration):
    """A grade that establishes a state by itself."""

    credibility: int = Field(ge=1, le=6)
    reliability: str = Field(pattern="^[A-F]+$")


class Together(Declaration):
    """So many independent reports of this grade or better establish a state."""

    voices: int = Field(ge=2, le=10)
    credibility: int = Field(ge=1, le=6)
    reliability: str = Field(pattern="^[A-F]+$")


class EvidenceRule(Declaration):
    """The minimum evidence rule.

    Attributes
    ----------
    one_voice : tuple of str
        Sides of which everything said about an item counts as one report.
    """

    note: str
    alone: tuple[Alone, ...]
    together: Together
    one_voice: tuple[Literal["A", "B", "third", "press"], ...] = ()

    def enough(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Say whether rows that assert one state establish it."""
        voices = set()
        for row in rows:
            reliability, credibility = row["reliability"] or "F", row["credibility_now"] or 6
            if any(
                credibility == each.credibility and reliability in each.reliability
                for each in self.alone
            ):
                return True
            rule = self.together
            if credibility <= rule.credibility and reliability in rule.reliability:
                voices.add(self._voice(row))
        return len(voices) >= self.together.voices

    def _voice(self, row: Mapping[str, Any]) -> str:
        side = row.get("speaker_side")
        if side in self.one_voice:
            return f"side {side}"
        return str(row["independence_group"] or row["record_id"])


class Exclusive(Declaration):
    """A state that one speaker cannot assert of one item on one day together with others."""

    state: str
    with_: tuple[str, ...] = Field(alias="with")


class Fulfilment(Declaration):
    """How the share of promises kept is counted [years]."""

    note: str
    within_years: int = Field(ge=1, le=50)
    horizons_years: tuple[int, ...]


class LedgerRules(Declaration):
    """The state machine of the ledger: states in order, transitions, evidence."""

    id: str
    title: str
    note: str
    roles: dict[Role, str]
    states: tuple[LedgerState, ...]
    evidence: EvidenceRule
    exclusive: tuple[Exclusive, ...]
    fulfilment: Fulfilment

    @model_validator(mode="after")
    def _known_states(self) -> LedgerRules:
        known = {state.id for state in self.states}
        if len(known) != len(self.states):
            msg = "a state is declared twice"
            raise ValueError(msg)
        named = [
            *(each for state in self.states for each in state.then),
            *(each for state in self.states for each in (*state.never_before, *state.reopened_by)),
            *(each for rule in self.exclusive for each in (rule.state, *rule.with_)),
        ]
        lost = sorted(set(named) - known)
        if lost:
            msg = f"unknown state {lost[0]!r}; known: {', '.join(sorted(known))}"
            raise ValueError(msg)
        return self

    @property
    def steps(self) -> tuple[str, ...]:
        """The states on the track, from word to deed, with the takeover at its end."""
        return tuple(item.id for item in self.states if item.kind in {"step", "takeover"})

    def state(self, name: str) -> LedgerState:
        """Return a state by its id."""
        return next(item for item in self.states if item.id == name)

    def rank(self, name: str) -> int:
        """Return the place of a step on the track, from 1; 0 for a state beside it."""
        return self.steps.index(name) + 1 if name in self.steps else 0

    def excludes(self, one: str, other: str) -> bool:
        """Say whether one speaker cannot assert both of one item on one day."""
        return any(
            (rule.state == one and other in rule.with_)
            or (rule.state == other and one in rule.with_)
            for rule in self.exclusive
        )


def role_of(side: str | None, *, supplier_is_a: bool) -> Role:
    """Return the part that a speaker has in an item.

    Examples
    --------
    >>> role_of("A", supplier_is_a=True), role_of("A", supplier_is_a=False), role_of(None,
    ...     supplier_is_a=True)
    ('supplier', 'receiver', 'press')
    """
    if side == "third":
        return "third"
    if side in {"A", "B"}:
        return "supplier" if (side == "A") == supplier_is_a else "receiver"
    return "press"


def load_ledger_rules(catalogs: Sequence[Path] = ()) -> LedgerRules:
    """Return the rules; a further catalog's ``ledger.yml`` replaces the built-in one.

    Raises
    ------
    CatalogError
        If the file has an unknown key, a wrong value or names an unknown state.
    """
    for folder in reversed(catalogs):
        path = folder / "ledger.yml"
        if path.exists():
            return read_yaml(path, LedgerRules)
    return _builtin()


@cache
def _builtin() -> LedgerRules:
    return read_yaml(builtin_catalog() / "ledger.yml", LedgerRules)
