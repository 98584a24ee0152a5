"""How often shocks come: a declared prior, and the events that a case lists from its record."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from comity.models.outlook import Hazard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.core.case import Case, CaseShock
    from comity.judgement.context import Context
    from comity.judgement.scenarios import ScenarioDefinition

__all__ = ["Counted", "count_shocks"]

_YEAR_DAYS = 365.25


class Counted(NamedTuple):
    """What the record says about a shock.

    Parameters
    ----------
    hazard : Hazard
        Belief after the record.
    events : int
        Listed events that were public by then.
    years : float
        Years of record; 0 where the case declares nothing.
    name : str
        What the case calls it.
    note : str
        Remark of the case.
    records : list of str
        The events.
    """

    hazard: Hazard
    events: int
    years: float
    name: str
    note: str
    records: list[str]


def count_shocks(scenarios: Sequence[ScenarioDefinition], context: Context) -> dict[str, Counted]:
    """Return the belief about each scenario's shock, by scenario.

    A listed record that was not public by the as-of date does not count. A shock that is only meant
    where a case declares it is absent without one.
    """
    found = {}
    for each in scenarios:
        if each.shock is None:
            continue
        side = None if each.shock.side is None else getattr(context.dyad, each.shock.side)
        declared = _declared(context.case, each.shock.kind, side)
        if declared is None:
            if each.shock.only_if_declared:
                continue
            prior = Hazard(each.shock.events, each.shock.years)
            found[each.id] = Counted(prior, 0, 0.0, "", "", [])
            continue
        first = declared.since or (context.case.start if context.case else context.as_of)
        if first > context.as_of and each.shock.only_if_declared:
            continue  # what is to be settled had not begun
        # what came after the coder's last day would not be listed
        last = min(context.as_of, context.case.information_cut_off if context.case else first)
        years = max((last - first).days, 0) / _YEAR_DAYS
        records = [name for name in declared.events if _known(context, name)]
        found[each.id] = Counted(
            Hazard(each.shock.events + len(records), each.shock.years + years),
            len(records),
            years,
            declared.name,
            declared.note,
            records,
        )
    return found


def _declared(case: Case | None, kind: str, side: str | None) -> CaseShock | None:
    if case is None:
        return None
    fits = [each for each in case.shocks if each.kind == kind and each.side == side]
    return fits[0] if fits else None


def _known(context: Context, name: str) -> bool:
    record = context.view.record(name)
    return record is not None and record["occurred_from"] < context.as_of + dt.timedelta(days=1)
