"""Find what is watched in an assessment. What is not there is said to be missing, never zero."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from comity.core.errors import UnknownName, UsageError
from comity.core.ledger_rules import load_ledger_rules
from comity.core.period import Period, add_months
from comity.judgement.watching.look import Cause, Look, Point
from comity.judgement.watching.outlooking import (
    assumption,
    assumptions,
    question,
    questions,
    scenario,
    scenarios,
    signpost,
    signposts,
)
from comity.judgement.watching.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.judgement.assessment import Assessment, IndicatorStatus, LatestIndicator

__all__ = ["CLOSED", "NOTHING_ESTABLISHED", "NO_LEADER", "OPEN", "RUNGS", "look_at", "named"]

NOTHING_ESTABLISHED = "nothing established"
NO_LEADER = "no clear leader"
OPEN, CLOSED = "open", "closed"
RUNGS = tuple(str(rung) for rung in range(7))
_PANEL_HOLDS = 36
"""How long after its end a panel still says where a dyad stands. [months]"""
_EIGHTY = 1.2815515655446004
"""Half the width of an 80 % interval of a normal distribution, in standard deviations."""


def look_at(assessment: Assessment, subject: Subject) -> Look:
    """Return what the assessment says of a subject, or why it says nothing."""
    return _LOOKS[subject.kind](assessment, subject.name)


def named(assessment: Assessment, subject: Subject, *, in_panel: bool = False) -> Subject:
    """Return a subject as the assessment names it.

    Parameters
    ----------
    assessment : Assessment
        Of the dyad.
    subject : Subject
        As a user names it.
    in_panel : bool
        Whether its place in the reference panel is watched, which knows no directions.

    Raises
    ------
    UnknownName
        If this assessment cannot have it.
    UsageError
        If it could mean either direction of an indicator.
    """
    known = _NAMES[subject.kind](assessment)
    if subject.kind == "gap":
        hits = [each for each in known if each.casefold().startswith(subject.name.casefold())]
        if not hits:
            raise UnknownName("gap", subject.name, known)
        return subject
    by_fold = {each.casefold(): each for each in known}
    if not subject.name and "" in by_fold:
        return subject
    name = by_fold.get(subject.name.casefold())
    if name is None:
        hint = "" if known else "This assessment has none yet."
        raise UnknownName(subject.kind, subject.name, known, hint)
    if subject.kind == "indicator" and ">" not in name and not in_panel:
        ways = _ways(_status(assessment, name))
        if len(ways) > 1:
            listed = " or ".join(f"{name}>{way}" for way in ways)
            msg = f"{name} is measured in both directions: watch {listed}."
            raise UsageError(msg)
    return Subject(subject.kind, name)


# ---------------------------------------------------------------------------- numbers


def _reading(assessment: Assessment, name: str) -> Look:
    found = assessment.readings.get(name)
    shown = name.capitalize()
    if found is None or found.latest.value is None:
        return Look(shown, missing=f"no indicator that informs {name} has an observation")
    points = tuple(
        Point(each.period, each.value, each.lo80, each.hi80, each.items)
        for each in found.series
        if each.value is not None
    )
    ranked = found.panel.series if found.panel is not None else []
    return Look(
        shown,
        unit="points",
        series=points,
        panel=_panel_points(ranked),
        panel_missing=_panel_missing(ranked, assessment.as_of),
        period=found.latest.period,
        records=points[-1].records if points else 0,
        evidence=tuple(dict.fromkeys(each for mover in found.movers for each in mover.evidence)),
        causes=tuple(
            Cause(f"{mover.text or mover.indicator} ({mover.indicator})", mover.effect,
                  tuple(mover.evidence))
            for mover in found.movers
        ),
    )  # fmt: skip


def _panel_points(series: Sequence[Any]) -> tuple[Point, ...]:
    return tuple(
        Point(each.period, each.value, each.lo80, each.hi80)
        for each in series
        if each.value is not None
    )


def _panel_missing(series: Sequence[Any], as_of: str) -> str:
    """Say where a panel ended so long ago that it is no place to stand in now."""
    points = _panel_points(series)
    if not points:
        return ""
    ended = Period.parse(points[-1].period).last_day
    if dt.date.fromisoformat(as_of) <= add_months(ended, _PANEL_HOLDS):
        return ""
    return f"the reference panel ends in {points[-1].period}, which is too long ago"


def _indicator(assessment: Assessment, name: str) -> Look:
    base, _, way = name.partition(">")
    status = _status(assessment, base)
    if status is None:
        return Look(base, missing=f"the catalog has no indicator {base} any more")
    shown = _with_direction(f"{status.name} ({base})", way, status.about, assessment)
    rows = [each for each in status.series if not way or each.direction == way]
    if status.status == "stale" or way in status.stale_directions:
        last = rows[-1].period if rows else "an earlier year"
        why = f"its last observation, of {last}, is stale"
        return Look(shown, unit=status.unit, missing=why, evidence=tuple(status.evidence))
    if status.status == "no_data" or not rows:
        return Look(shown, unit=status.unit, missing=_clause(status.note) or "it has no data")
    points = tuple(_point(each) for each in rows)
    # the panel ranks the indicator as a whole: no direction has a place of its own in it
    ranked = status.panel.series if status.panel is not None and not way else []
    return Look(
        shown,
        unit=status.unit,
        series=() if not way and len(_ways(status)) > 1 else points,
        panel=_panel_points(ranked),
        panel_missing=_panel_missing(ranked, assessment.as_of),
        period=points[-1].period,
        records=points[-1].records,
        evidence=tuple(status.evidence),
    )


def _point(row: LatestIndicator) -> Point:
    half = None if row.sd is None else _EIGHTY * row.sd
    lo, hi = (None, None) if half is None else (row.value - half, row.value + half)
    return Point(row.period, row.value, lo, hi, row.n)


def _with_direction(text: str, way: str, about: str, assessment: Assessment) -> str:
    """Return a name with its direction, or with the one state that such a series is about."""
    dyad = assessment.dyad
    ends = {"ab": (dyad.a_name, dyad.b_name), "ba": (dyad.b_name, dyad.a_name)}.get(way)
    if ends and about:
        return f"{text}, {about.format(state=ends[0])}"
    return f"{text}, {ends[0]} to {ends[1]}" if ends else text


def _ladder(assessment: Assessment, name: str) -> Look:
    del name
    ladder = assessment.ladder
    shown = "The rung on the ladder of alignment"
    if ladder.rung is None:
        return Look(shown, missing="no criterion of the ladder can be told")
    rests_on = [each for each in ladder.criteria if each.rung <= ladder.rung + 1]
    cited = [name for each in reversed(rests_on) if each.met for name in each.evidence]
    return Look(
        shown,
        series=(Point(assessment.as_of, float(ladder.rung)),),
        state=str(ladder.rung),
        order=RUNGS,
        period=assessment.as_of,
        records=len(set(cited)),
        evidence=tuple(dict.fromkeys(cited)),
        causes=tuple(
            Cause(f"{each.statement} {each.why}", None, tuple(each.evidence))
            for each in reversed(rests_on)
        ),
    )


# ---------------------------------------------------------------------------- states


def _item(assessment: Assessment, name: str) -> Look:
    item = next((each for each in assessment.ledger if each.id == name), None)
    if item is None:
        return Look(name, missing=f"the ledger has no item {name}")
    now = item.established
    state = now.state if now is not None else item.verified_state
    behind = [step for step in item.steps if step.state == state] if state else []
    cited = tuple(dict.fromkeys(name for step in reversed(behind) for name in step.evidence))
    return Look(
        item.name,
        state=state or NOTHING_ESTABLISHED,
        furthest=item.verified_state,
        order=(NOTHING_ESTABLISHED, *load_ledger_rules().steps),
        period=now.since if now is not None else item.since,
        records=len(cited),
        evidence=cited,
        causes=tuple(
            Cause(f"{step.state}, says {step.speaker or 'somebody not named'} ({step.date})", None,
                  tuple(step.evidence))
            for step in reversed(behind)
        ),
    )  # fmt: skip


def _hypothesis(assessment: Assessment, name: str) -> Look:
    phases = [each for each in assessment.hypothesis_phases if not each.overall]
    if name:
        phases = [each for each in assessment.hypothesis_phases if each.name == name]
    if not phases:
        return Look("The leading explanation", missing="no rival explanations were weighed")
    phase = phases[-1]
    shown = f"The leading explanation of {phase.name}"
    if not phase.weights:
        return Look(shown, missing="nothing on record tells the rivals apart in this period")
    leader = phase.leader if phase.clear else None
    told = {each.id: each.title or each.statement for each in assessment.hypotheses}
    heard = next((each for each in assessment.hypotheses if each.id == leader), None)
    return Look(
        shown,
        state=leader or NO_LEADER,
        period=phase.end,
        records=phase.findings,
        evidence=tuple(heard.key_evidence) if heard else (),
        causes=(Cause(f"{leader}: {told[leader]}"),) if leader in told else (),
    )


def _state_of_indicator(assessment: Assessment, name: str) -> Look:
    status = _status(assessment, name)
    if status is None:
        return Look(name, missing=f"the catalog has no indicator {name} any more")
    last = status.latest.period if status.latest else assessment.as_of
    note = (Cause(status.note),) if status.note else ()
    return Look(
        f"The state of {status.name} ({name})",
        state=status.status,
        period=last,
        records=status.coverage.n,
        evidence=tuple(status.evidence),
        causes=note,
    )


def _gap(assessment: Assessment, name: str) -> Look:
    hits = [each for each in assessment.gaps if each.what.casefold().startswith(name.casefold())]
    return Look(
        f"The gap {name}",
        state=OPEN if hits else CLOSED,
        period=assessment.as_of,
        causes=tuple(Cause(f"{each.what}: {each.why} {each.fill}".strip()) for each in hits),
    )


def _evidence(assessment: Assessment, name: str) -> Look:
    found = sorted(
        ((record.public_from, key) for key, record in assessment.evidence.items()
         if record.kind == name),
        reverse=True,
    )  # fmt: skip
    return Look(
        f"Evidence of kind {name}",
        period=found[0][0] if found else assessment.as_of,
        records=len(found),
        published=tuple((key, day) for day, key in found),
    )


# ---------------------------------------------------------------------------- names


def _status(assessment: Assessment, name: str) -> IndicatorStatus | None:
    return next((each for each in assessment.indicators if each.id == name), None)


def _ways(status: IndicatorStatus | None) -> list[str]:
    found = {each.direction for each in status.series} if status else set()
    return sorted(found & {"ab", "ba"})


def _indicators(assessment: Assessment) -> list[str]:
    names = [each.id for each in assessment.indicators]
    return names + [f"{name}>{way}" for name in names for way in _ways(_status(assessment, name))]


def _gaps(assessment: Assessment) -> list[str]:
    return [each.what for each in assessment.gaps] + [each.id for each in assessment.indicators]


def _clause(text: str) -> str:
    """Return a sentence as it stands within another."""
    return text.strip().rstrip(".")


_LOOKS: dict[str, Callable[[Assessment, str], Look]] = {
    "reading": _reading,
    "indicator": _indicator,
    "ladder": _ladder,
    "item": _item,
    "hypothesis": _hypothesis,
    "status": _state_of_indicator,
    "gap": _gap,
    "evidence": _evidence,
    "scenario": scenario,
    "question": question,
    "signpost": signpost,
    "assumption": assumption,
}

_NAMES: dict[str, Callable[[Assessment], list[str]]] = {
    "reading": lambda _: ["depth", "cohesion", "tension", "asymmetry"],
    "indicator": _indicators,
    "ladder": lambda _: [""],
    "item": lambda made: [each.id for each in made.ledger],
    "hypothesis": lambda made: ["", *(each.name for each in made.hypothesis_phases)],
    "status": lambda made: [each.id for each in made.indicators],
    "gap": _gaps,
    "evidence": lambda made: sorted({each.kind for each in made.evidence.values()}),
    "scenario": lambda made: list(scenarios(made)),
    "question": lambda made: list(questions(made)),
    "signpost": lambda made: list(signposts(made)),
    "assumption": lambda made: list(assumptions(made)),
}
