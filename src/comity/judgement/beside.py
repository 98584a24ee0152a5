"""What a user's own choice changes: the assessment with it, side by side with the unchanged one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import Field

from comity.judgement._part import Part, Probability
from comity.judgement.parts import LatestReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.judgement.assessment import Assessment, FlipPoint

__all__ = [
    "Beside",
    "DateBeside",
    "ItemBeside",
    "ReadingBeside",
    "RivalBeside",
    "RungBeside",
    "beside",
]


class ReadingBeside(Part):
    """One reading both ways; null where nothing informs it. ``difference`` is in its points."""

    reading: str
    unchanged: LatestReading | None
    changed: LatestReading | None
    difference: float | None
    p_rise_unchanged: Probability | None
    p_rise_changed: Probability | None


class RungBeside(Part):
    """The rung of the ladder both ways; null where the evidence cannot say."""

    unchanged: int | None
    changed: int | None


class DateBeside(Part):
    """A boundary of phases, or a flip of a role, that is not the same both ways.

    Dates are null on the side that does not have it. ``what`` names the role and its suppliers.
    """

    kind: Literal["phase", "flip"]
    what: str
    unchanged: str | None
    changed: str | None


class RivalBeside(Part):
    """The weight of one rival explanation over the whole record both ways; null if not weighed."""

    id: str
    unchanged: Probability | None
    changed: Probability | None


class ItemBeside(Part):
    """An item of the ledger whose established state is not the same both ways."""

    id: str
    name: str
    unchanged: str | None
    changed: str | None


class Beside(Part):
    """The unchanged assessment beside the one with the user's choice.

    ``dates`` holds only what differs; a date inside the other's 80 % interval is still a
    difference, but counts as the same boundary.
    """

    inputs_hash: str
    readings: list[ReadingBeside]
    rung: RungBeside
    dates: list[DateBeside]
    rivals: list[RivalBeside] = Field(default_factory=list)
    items: list[ItemBeside] = Field(default_factory=list)


class _Dated(Protocol):
    """Anything with a date and its interval."""

    @property
    def date(self) -> str | None: ...
    @property
    def lo80(self) -> str | None: ...
    @property
    def hi80(self) -> str | None: ...


def beside(unchanged: Assessment, changed: Assessment) -> Beside:
    """Return what differs between two assessments of one dyad as of one day.

    Parameters
    ----------
    unchanged : Assessment
        With everything as declared.
    changed : Assessment
        With sources left out, other weights or comparable indicators only.
    """
    return Beside(
        inputs_hash=unchanged.inputs_hash,
        readings=[
            _reading(name, unchanged, changed)
            for name in dict.fromkeys([*unchanged.readings, *changed.readings])
        ],
        rung=RungBeside(unchanged=unchanged.ladder.rung, changed=changed.ladder.rung),
        dates=[*_phases(unchanged, changed), *_flips(unchanged, changed)],
        rivals=_rivals(unchanged, changed),
        items=_items(unchanged, changed),
    )


def _rivals(unchanged: Assessment, changed: Assessment) -> list[RivalBeside]:
    other = {each.id: each.weight for each in changed.hypotheses}
    made = [
        RivalBeside(id=each.id, unchanged=each.weight, changed=other.get(each.id))
        for each in unchanged.hypotheses
    ]
    return sorted(made, key=lambda each: (-(each.unchanged or 0.0), each.id))


def _items(unchanged: Assessment, changed: Assessment) -> list[ItemBeside]:
    other = {each.id: each.verified_state for each in changed.ledger}
    return [
        ItemBeside(
            id=each.id, name=each.name, unchanged=each.verified_state, changed=other.get(each.id)
        )
        for each in unchanged.ledger
        if each.verified_state != other.get(each.id)
    ]


def _reading(name: str, unchanged: Assessment, changed: Assessment) -> ReadingBeside:
    one, other = unchanged.readings.get(name), changed.readings.get(name)
    then = one.latest.value if one else None
    now = other.latest.value if other else None
    return ReadingBeside(
        reading=name,
        unchanged=one.latest if one else None,
        changed=other.latest if other else None,
        difference=None if then is None or now is None else round(now - then, 2),
        p_rise_unchanged=one.p_rise_12m if one else None,
        p_rise_changed=other.p_rise_12m if other else None,
    )


def _phases(unchanged: Assessment, changed: Assessment) -> list[DateBeside]:
    one, other = (
        [phase.boundary for phase in each.phases if phase.boundary.date is not None]
        for each in (unchanged, changed)
    )
    return [
        DateBeside(kind="phase", what="a new phase", unchanged=old, changed=new)
        for old, new in _paired(one, other)
    ]


def _flips(unchanged: Assessment, changed: Assessment) -> list[DateBeside]:
    dyad = unchanged.dyad
    names = {dyad.a: dyad.a_name, dyad.b: dyad.b_name}
    found = []
    for key in dict.fromkeys([*unchanged.roles, *changed.roles]):
        name = next(each.roles[key].name for each in (unchanged, changed) if key in each.roles)
        for before, after in _ways(unchanged):
            one, other = (
                _those(each.roles[key].flips if key in each.roles else [], before, after)
                for each in (unchanged, changed)
            )
            what = f"{name}: from {names[before]} to {names[after]}"
            found += [
                DateBeside(kind="flip", what=what, unchanged=old, changed=new)
                for old, new in _paired(one, other)
            ]
    return found


def _ways(assessment: Assessment) -> tuple[tuple[str, str], tuple[str, str]]:
    a, b = assessment.dyad.a, assessment.dyad.b
    return (a, b), (b, a)


def _those(flips: Sequence[FlipPoint], before: str, after: str) -> list[FlipPoint]:
    return [flip for flip in flips if (flip.from_, flip.to) == (before, after)]


def _paired(one: Sequence[_Dated], other: Sequence[_Dated]) -> list[tuple[str | None, str | None]]:
    """Return dates that differ; two whose intervals meet are one, the nearest first come."""
    left = list(other)
    pairs: list[tuple[str | None, str | None]] = []
    for each in one:
        same = next((x for x in left if _meet(each, x)), None)
        if same is not None:
            left.remove(same)
        pairs.append((each.date, None if same is None else same.date))
    pairs += [(None, each.date) for each in left]
    differ = [pair for pair in pairs if pair[0] != pair[1]]
    return sorted(differ, key=lambda pair: pair[0] or pair[1] or "")


def _meet(one: _Dated, other: _Dated) -> bool:
    # bounds are half-open
    return (one.lo80 or "") < (other.hi80 or "") and (other.lo80 or "") < (one.hi80 or "")
