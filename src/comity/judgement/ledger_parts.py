"""The parts of an assessment that show promises, what is established of them, and what is kept."""

from __future__ import annotations

from pydantic import Field

from comity.judgement._part import Bounded, EvidenceIds, Part

__all__ = [
    "Asymmetry",
    "Contradiction",
    "DenialPart",
    "EstablishedState",
    "Fulfilment",
    "FulfilmentPoint",
    "Inflation",
    "Inflow",
    "LedgerItem",
    "LedgerStep",
    "LedgerSummary",
    "MergedItem",
    "Quantity",
    "Share",
    "Word",
]


class LedgerStep(Part):
    """One dated state change of an item, as asserted by a speaker.

    ``verified`` says that this row alone establishes its state; ``establishes`` that it is one of
    the rows that together do. ``by`` is the state whose side the speaker is on.
    """

    date: str
    state: str
    speaker: str | None
    side: str | None
    verified: bool
    note: str
    grade: str | None
    evidence: EvidenceIds
    by: str | None = None
    establishes: bool = False
    joint: bool = False
    quantity: float | None = None
    unit: str | None = None


class EstablishedState(Part):
    """A state that satisfies the minimum evidence rule, and how long it lasted.

    Attributes
    ----------
    since : str
        Date of the act.
    since_lo, since_hi : str
        First and last day on which it may have begun.
    established_on : str
        From when the public evidence sufficed.
    confirmed_by : list of str
        Which of the two states assert it themselves.
    days_lo, days_hi : int
        Fewest and most days in the state. [days]
    running : bool
        Whether it still lasts at the as-of date, so that the days are censored.
    """

    state: str
    since: str
    since_lo: str
    since_hi: str
    established_on: str
    reached: str | None
    confirmed_by: list[str]
    days_lo: int
    days_hi: int
    running: bool
    evidence: EvidenceIds


class Word(Part):
    """The latest assertion of one voice."""

    by: str | None
    side: str | None
    state: str
    date: str
    speaker: str | None
    grade: str | None
    evidence: EvidenceIds


class DenialPart(Part):
    """A denial: what it answers, and whether it stands.

    ``outcome`` is ``stands``, ``against_established`` (what it denies, more than a claim or a
    request, is established and had begun by then) or
    ``asserted_again`` (the same side later asserts it, or its delivery).
    """

    date: str
    by: str | None
    speaker: str | None
    grade: str | None
    answers: str | None
    outcome: str
    evidence: EvidenceIds


class Contradiction(Part):
    """Rows that the declared transitions do not allow together; shown, never repaired."""

    rule: str
    text: str
    evidence: EvidenceIds


class Quantity(Part):
    """A number that a speaker gave for a state: part of a lot, a sum, a share."""

    date: str
    state: str
    quantity: float
    unit: str | None
    by: str | None
    establishes: bool
    evidence: EvidenceIds


class MergedItem(Part):
    """An item id that is declared to be the same thing as this one."""

    item: str
    on: str
    decided_by: str
    why: str
    evidence: EvidenceIds


class LedgerItem(Part):
    """A promised item: what is said (state, steps, words) and what is established."""

    id: str
    name: str
    item_class: str
    actor: str
    recipient: str
    state: str
    verified_state: str | None
    since: str
    claims: int
    denials: int
    steps: list[LedgerStep]
    evidence: EvidenceIds
    refusals: int = 0
    established: EstablishedState | None = None
    path: list[EstablishedState] = Field(default_factory=list)
    words: list[Word] = Field(default_factory=list)
    contested: bool = False
    answers: list[DenialPart] = Field(default_factory=list)
    contradictions: list[Contradiction] = Field(default_factory=list)
    quantities: list[Quantity] = Field(default_factory=list)
    flow_class: str | None = None
    merged: list[MergedItem] = Field(default_factory=list)


class Share(Bounded):
    """A share of items with its 80 % interval; null where no item can be counted."""

    k: int
    n: int


class FulfilmentPoint(Bounded):
    """Share of contracted items delivered within so many years, by cumulative incidence."""

    years: int
    at_risk: int


class Fulfilment(Part):
    """How many established contracts were followed by an established delivery, and how soon.

    Attributes
    ----------
    contracted : int
        Items with an established contract. [count]
    delivered, ended, open : int
        Of these delivered, ended without a delivery, and neither yet: censored, not failed.
        [count]
    within : FulfilmentPoint
        At the declared horizon.
    median_days : int or None
        From contract to first delivery; null until half of the items are delivered. [days]
    evidence : list of str
        The rows that establish the contracts and deliveries.
    """

    contracted: int
    delivered: int
    ended: int
    open: int
    within: FulfilmentPoint
    curve: list[FulfilmentPoint]
    median_days: int | None
    evidence: EvidenceIds


class Inflation(Part):
    """Items of which anybody asserts a state, and the share of which it is not established."""

    state: str
    asserted: int
    established: int
    unproven: Share


class Asymmetry(Part):
    """What one side asserts, and how the other answers.

    Attributes
    ----------
    asserted : int
        Items of which this side asserts a step. [count]
    confirmed, denied, refused, silent : Share
        Of the items of which this side's furthest step rests on its word alone, by what the other
        side said on or after that day: the same step or a further one; it last denied; it last
        refused what was asked or offered; it said nothing to it.
    proven : int
        Items left out of these shares, because the furthest step needs no second word: `joint` of
        them both say together, of `said_first` the other side had spoken before, the rest is
        confirmed by other sources (credibility 1).
    """

    by: str
    partner: str
    asserted: int
    proven: int
    confirmed: Share
    denied: Share
    silent: Share
    items: list[str]
    joint: int = 0
    said_first: int = 0
    refused: Share | None = None


class Inflow(Part):
    """Fulfilment in one direction or of one class of flows."""

    id: str
    name: str
    supplier: str | None
    recipient: str | None
    items: int
    fulfilment: Fulfilment


class LedgerSummary(Part):
    """The whole ledger: promises kept, announcements without proof, who claims and who denies."""

    items: int
    established: dict[str, int]
    contested: int
    contradictions: int
    fulfilment: Fulfilment
    by_direction: list[Inflow]
    by_flow_class: list[Inflow]
    inflation: list[Inflation]
    asymmetry: list[Asymmetry]
    note: str
