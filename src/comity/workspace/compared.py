"""Which dyads stand beside one, on the scale of the reference panel, and who is close to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.core.dyad import Dyad
from comity.core.period import Period
from comity.judgement.comparison_parts import ComparedDyad, Comparison, Network, Tie
from comity.judgement.dyad_context import contexts_of, registers_of
from comity.judgement.parts import PanelPoint

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from comity.core.actor import Actors
    from comity.evidence.view import EvidenceView
    from comity.judgement.comparison_parts import DyadContext, Register
    from comity.workspace.reference import ReferencePanel

__all__ = ["LEAST", "comparison_of", "context_rows", "why_empty"]

LEAST = 50.0
"""The middle of the panel. Below this depth two states have little to do with each other, and votes
alone make them look close or apart; below this cohesion or tension none is close or at odds."""
_PER_END = 2
_TIES = 8


def comparison_of(
    panel: ReferencePanel,
    dyad: Dyad,
    named: Sequence[Dyad],
    actors: Actors,
    view: EvidenceView,
    stored: Collection[str],
    as_of: dt.date,
) -> Comparison | None:
    """Return a dyad beside others, or None if no period of the panel was over by `as_of`.

    Parameters
    ----------
    panel : ReferencePanel
        All readings.
    dyad : Dyad
        The dyad of the assessment, in the order asked.
    named : sequence of Dyad
        Dyads that its case names. If none, for each of the two states the two dyads of highest and
        the two of lowest cohesion in the last year, among those with a depth of `LEAST` or
        more; of equals the first by name.
    actors : Actors
        Names and lineages of states.
    view : EvidenceView
        The store as of a day, for the context.
    stored : collection of str
        Sources of which anything is stored.
    as_of : datetime.date
        Only periods that were over by then are shown.
    """
    periods = panel.shown_periods(as_of)
    common = panel.common_period(as_of)
    if not periods or common is None:
        return None
    look = _Look(panel, common, actors)
    partners = {state: look.ties(state) for state in (dyad.a, dyad.b)}
    chosen = list(named) or _by_rule(dyad, partners)
    shown = [dyad, *(each for each in chosen if each.key != dyad.key)]
    registers, contexts = context_rows(shown, actors, view, stored)
    return Comparison(
        first=periods[0],
        last=periods[-1],
        panel_dyads=panel.most_ranked(common),
        chosen_by="case" if named else "rule",
        per_end=_PER_END,
        least_depth=LEAST,
        dyads=[_compared(panel, each, actors, contexts[str(each)], as_of) for each in shown],
        network=_network(dyad, partners, common),
        registers=registers,
        caution=str(panel.about.get("caution", "")),
    )


def context_rows(
    dyads: Sequence[Dyad], actors: Actors, view: EvidenceView, stored: Collection[str]
) -> tuple[list[Register], dict[str, DyadContext]]:
    """Return what registers say about dyads, by dyad in the order named, and what they cover."""
    registers = registers_of(view, stored)
    sides = {str(each): (actors.lineage(each.a), actors.lineage(each.b)) for each in dyads}
    return registers, contexts_of(view, sides, registers)


def why_empty(panel: ReferencePanel, dyad: Dyad) -> str:
    """Return why the panel says nothing of a dyad in the years shown."""
    if dyad.key in panel.dyads:
        return "in the reference panel, but without a reading in the years shown"
    named = {state for key in panel.dyads for state in key.split("-")}
    unnamed = [state for state in (dyad.a, dyad.b) if state not in named]
    if unnamed:
        return (
            f"not in the reference panel: no stored yearly count of events names "
            f"{' or '.join(unnamed)}"
        )
    return (
        "not in the reference panel: the two do not border, neither counts as a major power, and "
        "fewer than 30 events a year are coded between them"
    )


def _compared(
    panel: ReferencePanel, dyad: Dyad, actors: Actors, context: DyadContext, as_of: dt.date
) -> ComparedDyad:
    readings = {}
    for name in panel.readings:
        points = [
            PanelPoint(**point)
            for point in panel.standing(dyad.a, dyad.b, name)
            if Period.parse(point["period"]).is_over_by(as_of)
        ]
        if points:
            readings[name] = points
    return ComparedDyad(
        a=dyad.a,
        b=dyad.b,
        key=dyad.key,
        a_name=actors.state(dyad.a).name_en,
        b_name=actors.state(dyad.b).name_en,
        readings=readings,
        why_empty="" if readings else why_empty(panel, dyad),
        context=context,
    )


@dataclass(frozen=True)
class _Look:
    """The panel in one period, seen from a state."""

    panel: ReferencePanel
    period: str
    actors: Actors

    def ties(self, state: str) -> list[Tie]:
        """Return the dyads of a state that have depth, cohesion and tension in the period."""
        found = []
        for key in self.panel.dyads:
            first, _, second = key.partition("-")
            if state not in (first, second):
                continue
            points = {name: self._point(key, name) for name in ("depth", "cohesion", "tension")}
            if any(point is None for point in points.values()):
                continue
            other = second if first == state else first
            name = self.actors.state(other).name_en
            found.append(Tie(state=state, other=other, other_name=name, **points))
        return found

    def _point(self, key: str, reading: str) -> PanelPoint | None:
        found = self.panel.point(key, reading, self.period)
        return None if found is None else PanelPoint(**found)


def _by_rule(dyad: Dyad, partners: Mapping[str, Sequence[Tie]]) -> list[Dyad]:
    """Return, for each state, its closest and its most distant dyads, each dyad once."""
    chosen: dict[str, Dyad] = {}
    for state, ties in partners.items():
        ranked = _ranked([tie for tie in ties if _deep(tie)], "cohesion")
        others = [tie.other for tie in ranked if Dyad(state, tie.other).key != dyad.key]
        far = [other for other in others[-_PER_END:] if other not in others[:_PER_END]]
        for other in (*others[:_PER_END], *far):
            pair = Dyad(state, other)
            chosen.setdefault(pair.key, pair)
    return list(chosen.values())


def _network(dyad: Dyad, partners: Mapping[str, Sequence[Tie]], period: str) -> Network:
    own = next((tie for tie in partners[dyad.a] if tie.other == dyad.b), None)
    closest, tensest = {}, {}
    for state, ties in partners.items():
        others = [tie for tie in ties if Dyad(state, tie.other).key != dyad.key]
        closest[state] = _highest([tie for tie in others if _deep(tie)], "cohesion")
        tensest[state] = _highest(others, "tension")
    return Network(
        period=period,
        count=_TIES,
        least=LEAST,
        own=own,
        closest=closest,
        tensest=tensest,
    )


def _deep(tie: Tie) -> bool:
    return (tie.depth.value or 0.0) >= LEAST


def _highest(ties: Sequence[Tie], reading: str) -> list[Tie]:
    """Return the ties that stand highest, none of them below the middle."""
    ranked = _ranked(ties, reading)
    return [tie for tie in ranked if (getattr(tie, reading).value or 0.0) >= LEAST][:_TIES]


def _ranked(ties: Sequence[Tie], reading: str) -> list[Tie]:
    """Return ties from highest to lowest; of equals the first by code."""
    return sorted(ties, key=lambda tie: (-(getattr(tie, reading).value or 0.0), tie.other))
