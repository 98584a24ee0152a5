"""The course of a watch from look to look: armed, beyond, blind; one step per crossing.

Pure: the same course and the same look give the same steps. What happened is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from comity.judgement.watching.condition import Condition, Verdict

__all__ = ["TOLD", "Course", "Crossing", "Step", "StepKind", "next_steps"]

StepKind = Literal["set", "crossed", "cleared", "corrected", "blind", "sees"]

TOLD: frozenset[StepKind] = frozenset({"crossed", "corrected", "blind"})
"""Steps that give a notice; the others are kept without one."""


@dataclass(frozen=True)
class Crossing:
    """A crossing that was told.

    Parameters
    ----------
    period : str or None
        Of the value or state that crossed.
    as_of : str
        Day of the assessment.
    before : str or None
        The state before it.
    evidence : tuple of str
        What it rested on.
    """

    period: str | None
    as_of: str
    before: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """Where a watch stands after its last look.

    Parameters
    ----------
    begun : bool
        Whether there was a look at all.
    beyond : bool
        Whether the condition was met and the value has not come back since.
    blind : bool
        Whether the condition could not be judged.
    state : str or None
        The last state that was seen.
    crossing : Crossing or None
        The last one that was told, unless it was cleared or corrected since.
    """

    begun: bool = False
    beyond: bool = False
    blind: bool = False
    state: str | None = None
    crossing: Crossing | None = None


@dataclass(frozen=True)
class Step:
    """One thing that happened to a watch."""

    kind: StepKind
    why: str = ""


def next_steps(
    condition: Condition,
    course: Course,
    verdict: Verdict,
    *,
    undone: str = "",
    news: Sequence[str] = (),
) -> list[Step]:
    """Return what a look makes of a course.

    Parameters
    ----------
    condition : Condition
        Of the watch.
    course : Course
        So far.
    verdict : Verdict
        On the new look.
    undone : str
        Why the last crossing is taken back by what is known now; empty where it stands.
    news : sequence of str
        Of new evidence of a kind: the record ids.
    """
    if not verdict.judged:
        if not course.begun:
            return [Step("set", verdict.why)]
        return [] if course.blind else [Step("blind", verdict.why)]
    if not course.begun:
        return [Step("set")]
    steps = [Step("sees")] if course.blind else []
    if condition.side == "changes":
        return steps + _changes(course, verdict, undone, news)
    return steps + _crosses(course, verdict, undone)


def _crosses(course: Course, verdict: Verdict, undone: str) -> list[Step]:
    """Return the steps of a watch with a threshold or a state to reach.

    A crossing that never was is taken back wherever the value stands now; if that is beyond the
    threshold too, it is another crossing, and told as one.
    """
    crossed = [Step("crossed")] if verdict.beyond else []
    if not course.beyond:
        return crossed
    if undone and course.crossing is not None:
        return [Step("corrected", undone), *crossed]
    return [Step("cleared")] if verdict.cleared else []


def _changes(course: Course, verdict: Verdict, undone: str, news: Sequence[str]) -> list[Step]:
    """Return the step of a watch on any change, which is armed again at once."""
    if news:
        return [Step("crossed")]
    if verdict.state is None or course.state is None or _is_same(verdict.state, course.state):
        return []
    before = course.crossing.before if course.crossing is not None else None
    if undone and before is not None and _is_same(before, verdict.state):
        return [Step("corrected", undone)]
    return [Step("crossed")]


def _is_same(one: str, other: str) -> bool:
    """Say whether two states are one; a number is the same however many digits it was kept with."""
    if one == other:
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False
