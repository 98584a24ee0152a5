"""The states that something watched can come to: a watch on any other would wait for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from comity.core.errors import UnknownName
from comity.core.ledger_rules import load_ledger_rules
from comity.judgement.assessment import IndicatorStatus
from comity.judgement.watching.looking import CLOSED, NO_LEADER, NOTHING_ESTABLISHED, OPEN, RUNGS
from comity.judgement.watching.outlooking import HOLDS, HOLDS_NOT, MET, NOT_MET

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.judgement.assessment import Assessment
    from comity.judgement.watching.condition import Condition
    from comity.judgement.watching.subject import Kind, Subject

__all__ = ["known_states", "with_known_state"]


def known_states(assessment: Assessment, subject: Subject) -> tuple[str, ...]:
    """Return the states that a subject can come to; none for what has a value only."""
    found = _STATES.get(subject.kind)
    return found(assessment) if found else ()


def with_known_state(assessment: Assessment, subject: Subject, condition: Condition) -> Condition:
    """Return a condition with its state as the assessment writes it.

    Raises
    ------
    UnknownName
        If the subject cannot come to such a state.
    """
    if condition.side != "reaches":
        return condition
    known = known_states(assessment, subject)
    by_fold = {_folded(each): each for each in known}
    state = by_fold.get(_folded(condition.state))
    if state is None:
        hint = f"It can be: {', '.join(known)}."
        raise UnknownName(f"state of {subject}", condition.state, known, hint)
    return replace(condition, state=state)


def _folded(state: str) -> str:
    return state.casefold().replace("_", " ").strip()


def _of_item(_: Assessment) -> tuple[str, ...]:
    """Return what the ledger declares but denials, which are about words and move nothing."""
    declared = load_ledger_rules().states
    return (NOTHING_ESTABLISHED, *(each.id for each in declared if each.kind != "denial"))


_STATES: dict[Kind, Callable[[Assessment], tuple[str, ...]]] = {
    "ladder": lambda _: RUNGS,
    "item": _of_item,
    "hypothesis": lambda made: (*(each.id for each in made.hypotheses), NO_LEADER),
    "status": lambda _: get_args(IndicatorStatus.model_fields["status"].annotation),
    "signpost": lambda _: (MET, NOT_MET),
    "assumption": lambda _: (HOLDS, HOLDS_NOT),
    "gap": lambda _: (OPEN, CLOSED),
}
