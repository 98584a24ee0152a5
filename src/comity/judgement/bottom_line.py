"""The bottom line: the answer in at most 120 words, from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.errors import JudgementError
from comity.judgement.assessment import BottomLine, Judgement, Likelihood
from comity.judgement.confidence import basis_of, confidence_sentence
from comity.judgement.dates import MONTHS, long_date, month_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.judgement.assessment import Ladder, Phase, Reading, Role
    from comity.judgement.context import Context

__all__ = ["bottom_line", "standing_judgements"]

MAX_WORDS = 120
_EVEN = 0.55  # up to here neither way is the likelier, whatever word the scale has for it


def bottom_line(
    readings: Mapping[str, Reading],
    roles: Mapping[str, Role],
    ladder: Ladder,
    phases: Sequence[Phase],
    context: Context,
) -> BottomLine:
    """Return the bottom line; sentences are dropped from the end of their rank until it fits.

    Raises
    ------
    JudgementError
        If even the first sentences are longer than 120 words.
    """
    outlook, chance = _direction(readings, context)
    sentences = [
        _levels(readings, context),
        outlook,
        _roles_sentence(roles, context),
        _ladder_sentence(ladder),
        _phase_sentence(phases),
    ]
    kept = [sentence for sentence in sentences if sentence]
    while len(" ".join(kept).split()) > MAX_WORDS:
        if len(kept) <= 2:
            msg = "the bottom line cannot be said in 120 words."
            raise JudgementError(msg)
        kept.pop()
    basis = basis_of(readings.get("cohesion") or readings.get("depth"), context)
    evidence = [
        record
        for reading in readings.values()
        for mover in reading.movers[:2]
        for record in mover.evidence[:2]
    ]
    return BottomLine(
        text=" ".join(kept),
        likelihood=chance,
        confidence=confidence_sentence(basis),
        evidence=context.book.cite(evidence, limit=10),
    )


def _levels(readings: Mapping[str, Reading], context: Context) -> str:
    if not readings:
        return f"Nothing can be measured for {context.a} and {context.b} with what is stored."
    shown = []
    for name in ("depth", "cohesion", "tension"):
        reading = readings.get(name)
        if reading is not None and reading.latest.value is not None:
            latest = reading.latest
            shown.append(f"{name} {latest.value:.0f} ({latest.lo80:.0f}–{latest.hi80:.0f})")
    text = (
        f"As of {long_date(context.as_of)}, {context.a} and {context.b} stand at "
        f"{', '.join(shown)}, where 50 is the middle of their own history."
        if shown
        else f"As of {long_date(context.as_of)} no level can be given."
    )
    return text + _asymmetry(readings.get("asymmetry"), context)


def _asymmetry(reading: Reading | None, context: Context) -> str:
    if reading is None or reading.latest.value is None:
        return ""
    latest = reading.latest
    if latest.lo80 <= 0 <= latest.hi80:  # type: ignore[operator]
        return " Who needs whom more cannot be told apart."
    needy, other = (context.a, context.b) if latest.value > 0 else (context.b, context.a)  # type: ignore[operator]
    return f" {needy} needs {other} more than the reverse."


def _direction(readings: Mapping[str, Reading], context: Context) -> tuple[str, Likelihood | None]:
    name = next((key for key in ("cohesion", "depth", "tension") if key in readings), None)
    if name is None or readings[name].p_rise_12m is None:
        return "", None
    p = readings[name].p_rise_12m or 0.0
    way = "higher" if p >= 0.5 else "lower"
    chance = context.likelihood(max(p, 1 - p))
    when = f"{MONTHS[context.as_of.month - 1]} {context.as_of.year + 1}"
    text = f"{context.scale.clause(chance.p)} that {name} is {way} in {when} than now"
    text += ": the record gives no direction." if chance.p <= _EVEN else "."
    return text, chance


def _roles_sentence(roles: Mapping[str, Role], context: Context) -> str:
    """Return who supplies arms, when that turned round, and how the two flows stand now."""
    role = roles.get("arms") or roles.get("registered_transfers")
    if role is None or not role.series:
        return ""
    flips = [flip for flip in role.flips if flip.probability >= 0.5]
    now = _flows_now(role, context)
    if not flips:
        return f"{now} No change of the main supplier is found."
    flip = flips[-1]
    span = f"80 % interval {month_name(flip.lo80)} to {month_name(flip.hi80)}"
    turned = (
        f"{context.names[flip.to]}, until then the client, became the main arms supplier in "
        f"{month_name(flip.date)} ({span})."
    )
    return f"{turned} {now}"


def _flows_now(role: Role, context: Context) -> str:
    last = role.series[-1]
    if last.value is None or last.lo80 is None or last.hi80 is None:
        return "The record holds no recent arms delivery by either."
    if last.lo80 <= 0 <= last.hi80:
        return "Recorded arms now flow both ways and neither clearly leads."
    leader = context.a if last.value > 0 else context.b
    return f"{leader} is the main arms supplier now."


def _ladder_sentence(ladder: Ladder) -> str:
    if ladder.rung is None:
        return ""
    above = [item for item in ladder.criteria if item.rung == ladder.rung + 1]
    if any(item.met is None for item in above):
        return (
            f"On the ladder of alignment the tie stands on rung {ladder.rung} of 6 at least; for "
            "more, evidence is missing."
        )
    text = f"On the ladder of alignment the tie stands on rung {ladder.rung} of 6"
    text += f" ({ladder.rung_name})"
    return f"{text}; {ladder.would_move} would move it up." if ladder.would_move else f"{text}."


def _phase_sentence(phases: Sequence[Phase]) -> str:
    if not phases or phases[-1].boundary.date is None:
        return ""
    return f"The present phase began around {month_name(phases[-1].boundary.date)}."


def standing_judgements(
    readings: Mapping[str, Reading],
    roles: Mapping[str, Role],
    ladder: Ladder,
    context: Context,
) -> list[Judgement]:
    """Return the judgements of the assessment, each with its evidence and assumptions."""
    made = []
    when = f"{MONTHS[context.as_of.month - 1]} {context.as_of.year + 1}"
    for name, reading in readings.items():
        if reading.p_rise_12m is None:
            continue
        p = reading.p_rise_12m
        way = "higher" if p >= 0.5 else "lower"
        chance = context.likelihood(max(p, 1 - p))
        made.append(
            Judgement(
                id=f"J-{name}",
                text=f"{name.capitalize()} is {way} in {when} than in "
                f"{month_name(reading.latest.period)}: {chance.word} ({100 * chance.p:.0f} %).",
                likelihood=chance,
                confidence=confidence_sentence(basis_of(reading, context)),
                evidence=context.book.cite(
                    (record for mover in reading.movers[:3] for record in mover.evidence), limit=6
                ),
                assumptions=["A1", "A2"],
            )
        )
    sentence = _roles_sentence(roles, context)
    if sentence:
        role = roles.get("arms") or roles["registered_transfers"]
        ids = role.flips[-1].evidence if role.flips else role.evidence[-6:]
        made.append(
            Judgement(id="J-roles", text=sentence, likelihood=None, confidence="",
                      evidence=context.book.cite(ids, limit=8), assumptions=["A3"])
        )  # fmt: skip
    if ladder.rung is not None:
        ids = [record for item in ladder.criteria if item.met for record in item.evidence]
        made.append(
            Judgement(id="J-ladder", text=_ladder_sentence(ladder), likelihood=None,
                      confidence="", evidence=context.book.cite(ids, limit=8), assumptions=["A4"])
        )  # fmt: skip
    return made
