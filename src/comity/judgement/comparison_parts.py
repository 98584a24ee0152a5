"""The parts of an assessment that put its dyad beside others: panel series, ties, registers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from comity.judgement._part import EvidenceIds, Part
from comity.judgement.parts import PanelPoint

__all__ = [
    "Alliance",
    "ComparedDyad",
    "Comparison",
    "Disputes",
    "DyadContext",
    "Network",
    "Register",
    "Rivalry",
    "Tie",
]


class Register(Part):
    """One publisher's list that gives context, and the years that its stored rows cover.

    ``not_collected``: nothing of it is stored; ``not_public``: stored, but none of it was public
    by the as-of day. `first` and `last` are null then. After `last` nothing is known: a dyad that
    the list does not name had none *up to* that year.
    """

    kind: Literal["rivalries", "disputes", "alliances"]
    source: str
    state: Literal["collected", "not_public", "not_collected"]
    first: int | None = None
    last: int | None = None


class Rivalry(Part):
    """A rivalry of the newest list; `end` is null if it was running when the list ended."""

    start: int
    end: int | None
    kinds: list[str]


class Disputes(Part):
    """Militarised disputes of one dyad in one coding: never add two codings.

    `latest` is the last year of the latest dispute, `hostility` the highest level that either
    state reached in it (2 threat, 3 display, 4 use of force, 5 war).
    """

    source: str
    since: int
    count: int
    latest: int | None
    hostility: int | None


class Alliance(Part):
    """Obligations in force in the last year covered, and the last year with any."""

    source: str
    year: int
    obligations: list[str]
    last_in_force: int | None


class DyadContext(Part):
    """What registers say about a dyad: context, in no reading.

    Empty lists mean "none listed" only where the register is collected; see `Register`.
    """

    rivalries: list[Rivalry] = Field(default_factory=list)
    disputes: list[Disputes] = Field(default_factory=list)
    alliance: Alliance | None = None
    evidence: EvidenceIds


class ComparedDyad(Part):
    """One dyad on the scale of the panel, in the order in which it is named.

    A year without a reading is left out of its series. `why_empty` says why a dyad has none.
    """

    a: str
    b: str
    key: str
    a_name: str
    b_name: str
    readings: dict[str, list[PanelPoint]]
    why_empty: str = ""
    context: DyadContext


class Tie(Part):
    """One dyad of `state` in the period of the network."""

    state: str
    other: str
    other_name: str
    depth: PanelPoint
    cohesion: PanelPoint
    tension: PanelPoint


class Network(Part):
    """Who either state is closest to, and whom it is most at odds with, in one period.

    `closest` lists, by state, up to `count` dyads of highest cohesion, of which cohesion and depth
    are `least` or more; `tensest` up to `count` of highest tension, of `least` or more. The dyad
    itself is `own` and in neither.
    """

    period: str
    count: int
    least: float
    own: Tie | None
    closest: dict[str, list[Tie]]
    tensest: dict[str, list[Tie]]


class Comparison(Part):
    """The dyad beside others on the scale of the reference panel.

    `chosen_by` is ``case`` if the case names the dyads, ``rule`` if they are, for each of the two
    states, those of highest and of lowest cohesion in `last`. The first of `dyads` is the dyad of
    the assessment.
    """

    first: str
    last: str
    panel_dyads: int
    chosen_by: Literal["case", "rule"]
    per_end: int
    least_depth: float
    dyads: list[ComparedDyad]
    network: Network
    registers: list[Register]
    caution: str = ""
