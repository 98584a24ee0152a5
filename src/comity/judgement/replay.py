"""What an assessment would have said on a past day, beside what was published and what happened."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from comity.core.period import Period, add_months
from comity.judgement._part import EvidenceIds, Part, Probability
from comity.judgement.book import partial_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.core.replay import PartNamed, ReplayDeclaration
    from comity.judgement.assessment import Assessment
    from comity.judgement.track_record_parts import PublishedJudgement

__all__ = ["Replay", "ReplayDay", "ScoredDirection", "replay_day"]

_HORIZONS = (6, 12, 24)
_YEAR = 12
_SHOWN = 16
"""What happened that is shown, filled up with the weightiest acts."""
_MONTHS_AFTER = 24


class ScoredDirection(Part):
    """A chance of a rise that was given then, and the change that the record shows now.

    ``change`` is in points of today's scale; null where the horizon is not over or the reading is
    not there. ``brier`` is null then too.
    """

    reading: str
    months: int
    said: Probability | None
    change: float | None
    rose: bool | None
    brier: float | None


class Published(Part):
    """One published judgement beside what the system said of the same matter then."""

    id: str
    author: str
    date: str
    text: str
    said: list[str]
    question: str | None
    outcome: Literal["true", "false", "mixed", "open"] | None
    outcome_text: str | None
    evidence: EvidenceIds


class Deed(Part):
    """One thing that happened in the 24 months after the day."""

    date: str
    kind: str
    text: str
    evidence: EvidenceIds


class ReplayDay(Part):
    """One past day: what the system would have said, the documents said, and what happened.

    ``outlook`` are the scenarios with most weight in twelve months. ``acts`` counts the acts on
    record in the 24 months after the day, of which ``happened`` shows the weightiest.
    """

    on: str
    cut_off: str
    bottom_line: str
    confidence: str
    readings: dict[str, dict[str, float | None]]
    leader: str
    claims: list[str]
    ladder: str
    outlook: list[str] = Field(default_factory=list)
    published: list[Published]
    scored: list[ScoredDirection]
    happened: list[Deed]
    acts: int = 0
    caveat: str


class Replay(Part):
    """Several days, with the mean Brier score of the directions that could be scored."""

    schema_: Literal["comity.replay/1"] = Field(default="comity.replay/1", alias="schema")
    dyad: str
    as_of: str
    days: list[ReplayDay]
    directions: int
    brier: float | None
    brier_of_half: float | None


def replay_day(
    then: Assessment,
    now: Assessment,
    declared: ReplayDeclaration,
    acts: Sequence[Mapping[str, Any]],
) -> ReplayDay:
    """Set an assessment of a past day beside the documents of its time and what came after.

    Parameters
    ----------
    then : Assessment
        As of the past day: only what was public by then.
    now : Assessment
        As of the present cut-off; gives outcomes.
    declared : ReplayDeclaration
        Which parts speak of which published judgement.
    acts : sequence of mapping
        Rows of the acts of either state towards the other, as known at present.
    """
    day = dt.date.fromisoformat(then.as_of)
    after = _after(acts, day)
    return ReplayDay(
        on=then.as_of,
        cut_off=then.cut_off,
        bottom_line=then.bottom_line.text,
        confidence=then.bottom_line.confidence,
        readings={
            name: {
                "value": reading.latest.value,
                "lo80": reading.latest.lo80,
                "hi80": reading.latest.hi80,
                "p_rise_12m": reading.p_rise_12m,
            }
            for name, reading in then.readings.items()
        },
        leader=_leader(then),
        claims=[claim.verdict for claim in then.claim_tests],
        ladder=f"rung {then.ladder.rung} of 6: {then.ladder.rung_name}",
        outlook=_outlook(then),
        published=[
            _published(each, then, declared)
            for each in now.track_record.published
            if _near(each.date, day, declared.months_back)
        ],
        scored=_scored(then, now, day),
        happened=_happened(now, day, after),
        acts=len(after),
        caveat=(
            "A reconstruction: the evidence is what was public by then as far as the register can "
            "tell, but the rules, ratings and the choice of what was coded are of today."
        ),
    )


def _near(date: str, day: dt.date, months: int) -> bool:
    """Return whether a judgement was surely published in the months up to a day."""
    last = Period.parse(date).last_day
    return add_months(day.replace(day=1), 1 - months) <= last <= day


def _outlook(then: Assessment) -> list[str]:
    """Return the three scenarios with most weight in twelve months."""
    at = next((each for each in then.outlook.horizons if each.months == _YEAR), None)
    ranked = sorted(at.scenarios if at else [], key=lambda each: (-each.share, each.id))
    return [f"{each.name} {100 * each.probability:.0f} %" for each in ranked[:3]]


def _leader(then: Assessment) -> str:
    present = [each for each in then.hypothesis_phases if each.weights and not each.overall]
    return present[-1].text if present else "Nothing on record told the rivals apart."


def _published(
    each: PublishedJudgement, then: Assessment, declared: ReplayDeclaration
) -> Published:
    match = declared.of(each.id)
    said = [text for part in (match.read if match else []) if (text := _said(part, then))]
    return Published(
        id=each.id,
        author=each.author,
        date=each.date,
        text=each.text,
        said=said,
        question=each.question,
        outcome=each.outcome,
        outcome_text=each.outcome_text,
        evidence=list(each.evidence),
    )


def _said(part: PartNamed, then: Assessment) -> str:
    """Return in a sentence what the assessment of the day says of one part."""
    return _READERS[part.kind](part.id, then)


def _claim(name: str, then: Assessment) -> str:
    return next((each.verdict for each in then.claim_tests if each.id == name), "")


def _ladder(_: str, then: Assessment) -> str:
    return f"Ladder: rung {then.ladder.rung} of 6, {then.ladder.rung_name}."


def _roles(_: str, then: Assessment) -> str:
    return next((each.text for each in then.judgements if each.id == "J-roles"), "")


def _weights(joined: str, then: Assessment) -> str:
    present = [each for each in then.hypothesis_phases if each.weights and not each.overall]
    if not present:
        return ""
    weights = {each.id: each for each in present[-1].weights}
    told = [
        f"{name} {100 * weights[name].weight:.0f} % ({100 * weights[name].lo80:.0f}–"
        f"{100 * weights[name].hi80:.0f})"
        for name in joined.split(";")
        if name in weights
    ]
    return f"Weights in {present[-1].name}: {', '.join(told)}." if told else ""


def _reading(name: str, then: Assessment) -> str:
    reading = then.readings.get(name)
    if reading is None or reading.latest.value is None:
        return f"No reading of {name} could be given."
    latest = reading.latest
    level = f"{name.capitalize()} {latest.value:.0f} ({latest.lo80:.0f}–{latest.hi80:.0f})"
    if reading.p_rise_12m is None:
        return f"{level}."
    return f"{level}; chance of a rise within 12 months {100 * reading.p_rise_12m:.0f} %."


def _phase(_: str, then: Assessment) -> str:
    if not then.phases or then.phases[-1].boundary.date is None:
        return "No turn was found in the record by then."
    last = then.phases[-1].boundary
    chance = f", probability {100 * last.probability:.0f} %" if last.probability is not None else ""
    return f"The latest turn was dated {last.date} ({last.lo80} to {last.hi80}{chance})."


def _item(name: str, then: Assessment) -> str:
    found = [each for each in then.ledger if each.id == name]
    if not found:
        return "Nothing on record of this item by then."
    item = found[0]
    proven = item.verified_state or "nothing"
    return (
        f"{item.name}: {item.state} was the latest statement ({item.since}); established: {proven}."
    )


def _question(name: str, then: Assessment) -> str:
    for each in then.outlook.questions:
        if each.id == name and each.probability is not None:
            return f"{each.text} {100 * each.probability:.0f} %."
    return ""


_READERS: dict[str, Callable[[str, Assessment], str]] = {
    "claim": _claim,
    "hypotheses": _weights,
    "reading": _reading,
    "ladder": _ladder,
    "roles": _roles,
    "phase": _phase,
    "item": _item,
    "question": _question,
}


def _scored(then: Assessment, now: Assessment, day: dt.date) -> list[ScoredDirection]:
    made = []
    for name, reading in then.readings.items():
        series = {
            point.period: point.value
            for point in (now.readings[name].series if name in now.readings else [])
        }
        start = series.get(f"{day:%Y-%m}")
        for months in _HORIZONS:
            end = series.get(f"{add_months(day.replace(day=1), months):%Y-%m}")
            change = None if start is None or end is None else end - start
            said = reading.p_rise_12m if months == 12 else None
            rose = None if change is None else change > 0
            brier = None if said is None or rose is None else round((said - float(rose)) ** 2, 3)
            made.append(
                ScoredDirection(
                    reading=name,
                    months=months,
                    said=said,
                    # shown short, judged as it is
                    change=None if change is None else round(change, 1),
                    rose=rose,
                    brier=brier,
                )
            )
    return made


def _after(acts: Sequence[Mapping[str, Any]], day: dt.date) -> list[Mapping[str, Any]]:
    """Return the acts that surely came in the 24 months after a day."""
    end = add_months(day, _MONTHS_AFTER) + dt.timedelta(days=1)
    return [row for row in acts if day < row["occurred_from"] and row["occurred_to"] <= end]


def _happened(now: Assessment, day: dt.date, acts: Sequence[Mapping[str, Any]]) -> list[Deed]:
    """Return turns, arrivals and the deeds that the brief marks, of 24 months: all of them.

    While there are few, the acts of greatest intensity beside them.
    """
    until = add_months(day, _MONTHS_AFTER)
    inside = (day.isoformat(), until.isoformat())
    found = [
        Deed(date=phase.boundary.date, kind="phase", text=f"A phase opens: {phase.name}.",
             evidence=list(phase.evidence[:4]))
        for phase in now.phases
        if phase.boundary.date and f"{day:%Y-%m}" < phase.boundary.date <= f"{until:%Y-%m}"
    ]  # fmt: skip
    found += [
        Deed(date=record.date, kind=record.kind, text=record.summary, evidence=[name])
        for name, record in now.evidence.items()
        if name in now.events and inside[0] < record.date <= inside[1]
    ]
    found += _arrivals(now, *inside)
    known = {name for each in found for name in each.evidence}
    ranked = sorted(acts, key=lambda row: (-abs(row["intensity"] or 0), row["record_id"]))
    more = [row for row in ranked if row["record_id"] not in known]
    found += [
        Deed(date=partial_date(row), kind="act", text=row["summary"], evidence=[row["record_id"]])
        for row in more[: max(_SHOWN - len(found), 0)]
    ]
    return sorted(found, key=lambda each: (each.date, each.text))


def _arrivals(now: Assessment, after: str, until: str) -> list[Deed]:
    made = []
    for item in now.ledger:
        steps = [
            step
            for step in item.steps
            if step.verified and step.state in {"delivered", "operational"}
        ]
        if steps and after < steps[0].date <= until:
            made.append(
                Deed(
                    date=steps[0].date, kind="arrival",
                    text=f"{item.name}: {steps[0].state}, established.",
                    evidence=list(steps[0].evidence),
                )
            )  # fmt: skip
    return made
