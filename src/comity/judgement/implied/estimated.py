"""Facts from what was estimated or derived: readings, roles, indicators, ladder, rivals, claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.judgement.implied.fact import NOT_KNOWN, Fact, date, percent, plain, span, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.judgement.assessment import (
        FlipPoint,
        HypothesisPhase,
        IndicatorStatus,
        Reading,
    )
    from comity.judgement.implied.condition import Value
    from comity.judgement.implied.fields import Reference
    from comity.judgement.implied.resolve import Sides

__all__ = ["ESTIMATED"]

_STATUS_WORDS = {"no_data": "without data", "stale": "out of date"}


def _bounds(point: Any, show: Callable[[float | None], str]) -> tuple[dict[str, Any], ...]:
    """Return values, texts and numbers of a value with its interval."""
    values = {"value": point.value, "lo80": point.lo80, "hi80": point.hi80,
              "interval": point.value}  # fmt: skip
    shown = {key: show(values[key]) for key in ("value", "lo80", "hi80")}
    shown["interval"] = span(shown["value"], shown["lo80"], shown["hi80"])
    numbers = {}
    if point.value is not None:
        numbers["interval"] = {key: values[key] for key in ("value", "lo80", "hi80")}
    return values, shown, numbers


def _reading(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    reading: Reading | None = parts["readings"].get(to.id)
    if reading is None:
        return Fact("reading", {"name": to.id}, traces=["readings"], there=False)
    latest = reading.latest
    is_signed = to.id == "asymmetry"

    def show(value: float | None) -> str:
        return whole(value, sign=is_signed)

    values, shown, numbers = _bounds(latest, show)
    values |= {"name": to.id, "period": latest.period, "p_rise": reading.p_rise_12m}
    shown |= {"period": date(latest.period), "p_rise": percent(reading.p_rise_12m)}
    if reading.p_rise_12m is not None:
        p = reading.p_rise_12m
        chance = sides.scale.likelihood(max(p, 1 - p))
        values |= {"way": "higher" if p >= 0.5 else "lower", "likelihood": chance.word}
        values["due"] = _years_on(latest.period, 1)
        shown |= {"likelihood": f"{chance.word} ({percent(chance.p)})",
                  "due": date(values["due"])}  # fmt: skip
        numbers["likelihood"] = {"p": chance.p}
    before = _years_on(latest.period, -1)
    then = next((point for point in reading.series if point.period == before), None)
    if then is not None and then.value is not None:
        before_values, then_shown, then_numbers = _bounds(then, show)
        values |= {"then": before_values["value"], "then_interval": then.value,
                   "then_period": then.period}  # fmt: skip
        shown |= {"then": then_shown["value"], "then_interval": then_shown["interval"],
                  "then_period": date(then.period)}  # fmt: skip
        numbers["then_interval"] = then_numbers["interval"]
        if latest.value is not None:
            values["apart"] = latest.lo80 > then.hi80 or latest.hi80 < then.lo80  # type: ignore[operator]
    evidence = [name for mover in reading.movers[:3] for name in mover.evidence[:2]]
    return Fact("reading", values, shown, numbers, [to.id], evidence)


def _years_on(period: str, years: int) -> str:
    return f"{int(period[:4]) + years}{period[4:]}"


def _panel(to: Reference, parts: Mapping[str, Any], _: Sides) -> Fact:
    reading: Reading | None = parts["readings"].get(to.id)
    standing = reading.panel if reading is not None else None
    if standing is None:
        return Fact("panel", traces=["comparison"], there=False)
    values, shown, numbers = _bounds(standing.latest, whole)
    values |= {"period": standing.latest.period, "dyads": standing.dyads}
    shown |= {"period": date(standing.latest.period), "dyads": whole(standing.dyads)}
    return Fact("panel", values, shown, numbers, [to.id, "comparison"])


def _indicator(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    found = next((item for item in parts["indicators"] if item.id == to.id), None)
    if found is None:
        return Fact("indicator", {"id": to.id}, traces=["indicators"], there=False)
    latest = lead = found.latest
    if to.to:
        direction = "ab" if sides.code(to.to) == sides.a else "ba"
        series = [point for point in found.series if point.direction == direction]
        latest = max(series, key=lambda point: point.period) if series else None
    # deviation and flag are those of the direction observed last; the other has none
    leads = latest is not None and lead is not None and latest.direction == lead.direction
    z = found.z_own if leads else None
    values: dict[str, Value] = {
        "id": found.id, "name": found.name, "status": found.status, "unit": found.unit,
        "z": z, "flag": found.flag if leads else None, "due": found.next_expected,
        "since": found.coverage.first, "value": latest.value if latest else None,
        "signed": latest.value if latest else None,
        "period": latest.period if latest else None, "n": latest.n if latest else None,
    }  # fmt: skip
    shown = {
        "value": _in_unit(latest.value if latest else None, found.unit),
        "signed": plain(latest.value if latest else None, sign=True),
        "n": plain(latest.n if latest else None),
        "z": plain(z, sign=True), "flag": _flag(found, sides) if leads else NOT_KNOWN,
        "due": date(found.next_expected),
        "since": date(found.coverage.first), "period": date(latest.period if latest else None),
        "status": _STATUS_WORDS.get(found.status, found.status),
    }  # fmt: skip
    return Fact("indicator", values, shown, traces=[found.id], evidence=found.evidence[:4])


def _flag(found: IndicatorStatus, sides: Sides) -> str:
    """Return where the latest value stands; a balance is never low, it stands to one side."""
    if found.flag not in {"high", "low"}:
        return "in its usual range" if found.flag else NOT_KNOWN
    if found.direction != "signed":
        return found.flag
    return f"far to the side of {sides.name(sides.a if found.flag == 'high' else sides.b)}"


def _in_unit(value: float | None, unit: str) -> str:
    return f"{100 * value:.0f} %" if unit == "share" and value is not None else plain(value)


def _balance(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:+.2f}".replace("-", "−")


def _role(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    roles = parts["roles"]
    names = ("arms", "registered_transfers") if to.id == "main" else (to.id,)
    name = next((each for each in names if each in roles), to.id)
    role = roles.get(name)
    if role is None or not role.series:
        return Fact("role", traces=["roles"], there=False)
    last = role.series[-1]
    values, shown, numbers = _bounds(last, _balance)
    values |= {"name": role.name, "period": last.period, "coverage": role.coverage}
    shown["period"] = date(last.period)
    if last.value is not None:
        values["clear"] = bool(last.lo80 > 0 or last.hi80 < 0)
        if values["clear"]:
            values["leader"] = sides.a if last.value > 0 else sides.b
            values["led"] = sides.other(values["leader"])
    evidence = role.evidence[-4:]
    flips = [flip for flip in role.flips if flip.probability >= 0.5]
    if flips:
        more, more_shown = _flip(flips[-1])
        values |= more
        shown |= more_shown
        evidence = [*flips[-1].evidence[:3], *evidence[-2:]]
    return Fact("role", values, shown, numbers, [f"role:{name}"], evidence)


def _flip(flip: FlipPoint) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {
        "flip_date": flip.date, "flip_lo": flip.lo80, "flip_hi": flip.hi80,
        "flip_from": flip.from_, "flip_to": flip.to, "flip_p": flip.probability,
    }  # fmt: skip
    shown = {key: date(values[key]) for key in ("flip_date", "flip_lo", "flip_hi")}
    shown["flip_p"] = percent(flip.probability)
    if flip.end is not None:
        values |= {"end_p": flip.end.probability, "end_date": flip.end.date}
        shown |= {"end_p": percent(flip.end.probability), "end_date": date(flip.end.date)}
    return values, shown


def _ladder(_: Reference, parts: Mapping[str, Any], __: Sides) -> Fact:
    ladder = parts["ladder"]
    values = {"rung": ladder.rung, "rung_name": ladder.rung_name,
              "next_rung": ladder.next_rung or None,
              "would_move": ladder.would_move or None}  # fmt: skip
    evidence = [name for item in ladder.criteria if item.met for name in item.evidence[:2]]
    return Fact("ladder", values, {"rung": plain(ladder.rung)}, traces=["ladder"],
                evidence=evidence[:6])  # fmt: skip


def _criterion(to: Reference, parts: Mapping[str, Any], _: Sides) -> Fact:
    found = next((item for item in parts["ladder"].criteria if item.id == to.id), None)
    if found is None:
        return Fact("criterion", traces=["ladder"], there=False)
    values: dict[str, Value] = {
        "statement": found.statement.rstrip("."),
        "met": found.met,
        "rung": found.rung,
    }
    return Fact("criterion", values, {"rung": plain(found.rung)}, traces=[found.id],
                evidence=found.evidence[:4])  # fmt: skip


def _phase(parts: Mapping[str, Any], *, overall: bool) -> HypothesisPhase | None:
    found = [each for each in parts["hypothesis_phases"] if each.weights]
    return next((each for each in reversed(found) if each.overall == overall), None)


def _hypothesis(to: Reference, parts: Mapping[str, Any], _: Sides) -> Fact:
    found = next((item for item in parts["hypotheses"] if item.id == to.id), None)
    phase = _phase(parts, overall=to.rest == "overall")
    if found is None:
        return Fact("hypothesis", traces=["hypotheses"], there=False)
    weight = next((each for each in phase.weights if each.id == to.id), None) if phase else None
    values: dict[str, Any] = {"title": found.title or found.id, "statement": found.statement}
    shown: dict[str, str] = {}
    numbers: dict[str, dict[str, float]] = {}
    if weight is not None:
        more, more_shown, numbers = _weight(weight)
        values |= more
        shown |= more_shown
    return Fact("hypothesis", values, shown, numbers, [found.id], found.key_evidence[:3])


def _weight(point: Any) -> tuple[dict[str, Any], dict[str, str], dict[str, dict[str, float]]]:
    weight = point.weight if hasattr(point, "weight") else point.value
    values = {"weight": weight, "lo80": point.lo80, "hi80": point.hi80, "interval": weight}
    shown = {key: percent(values[key]) for key in ("weight", "lo80", "hi80")}
    shown["interval"] = f"{shown['weight']} ({100 * point.lo80:.0f}–{100 * point.hi80:.0f})"
    numbers = {"interval": {"weight": weight, "lo80": point.lo80, "hi80": point.hi80}}
    return values, shown, numbers


def _rivals(_: Reference, parts: Mapping[str, Any], __: Sides) -> Fact:
    phase = _phase(parts, overall=False) or _phase(parts, overall=True)
    if phase is None:
        return Fact("rivals", traces=["hypotheses"], there=False)
    best = max(phase.weights, key=lambda each: each.weight)
    found = next((item for item in parts["hypotheses"] if item.id == best.id), None)
    values, shown, numbers = _weight(best)
    values |= {"leader": (found.title if found else "") or best.id, "clear": phase.clear,
               "start": phase.start, "findings": phase.findings,
               "rivals": len(phase.weights)}  # fmt: skip
    shown |= {"start": date(phase.start), "findings": plain(phase.findings),
              "rivals": plain(len(phase.weights))}  # fmt: skip
    evidence = found.key_evidence[:3] if found else ()
    return Fact("rivals", values, shown, numbers, [best.id], evidence)


def _claim(to: Reference, parts: Mapping[str, Any], _: Sides) -> Fact:
    found = next((item for item in parts["claim_tests"] if item.id == to.id), None)
    if found is None:
        return Fact("claim", traces=["claim_tests"], there=False)
    values: dict[str, Any] = {
        "title": found.title, "strict": found.strict,
        "groups": found.groups, "kept": found.kept, "cut": found.cut,
    }  # fmt: skip
    shown = {key: plain(values[key]) for key in ("groups", "kept", "cut")}
    numbers: dict[str, dict[str, float]] = {}
    if found.weight.value is not None:
        more, more_shown, numbers = _weight(found.weight)
        values |= more
        shown |= more_shown
    return Fact(
        "claim", values, shown, numbers, [found.id], found.evidence[:6], there=found.groups > 0
    )


def _driver(to: Reference, parts: Mapping[str, Any], _: Sides) -> Fact:
    found = next((x for x in (*parts["drivers"], *parts["tensions"]) if x.id == to.id), None)
    if found is None:
        return Fact("driver", traces=["drivers"], there=False)
    values: dict[str, Value] = {"name": found.name, "strength": found.strength,
                                "trend": found.trend, "since": found.since}  # fmt: skip
    shown = {"strength": percent(found.strength), "since": date(found.since)}
    return Fact("driver", values, shown, traces=[found.id], evidence=found.evidence[:4])


def _chance(item: Any, sides: Sides) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """Return values, texts and numbers of something with a probability."""
    p = item.probability
    values: dict[str, Any] = {"p": p, "lo80": item.lo80, "hi80": item.hi80, "interval": p}
    shown = {key: percent(values[key]) for key in ("p", "lo80", "hi80")}
    if p is None or item.lo80 is None or item.hi80 is None:
        return values, shown, {}
    chance = sides.scale.likelihood(p)
    values["likelihood"] = chance.word
    shown["likelihood"] = f"{chance.word} ({percent(chance.p)})"
    shown["interval"] = f"{shown['p']} ({100 * item.lo80:.0f}–{100 * item.hi80:.0f})"
    bounds = {"p": p, "lo80": item.lo80, "hi80": item.hi80}
    return values, shown, {"likelihood": {"p": chance.p}, "interval": bounds}


def _question(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    found = next((each for each in parts["outlook"].questions if each.id == to.id), None)
    if found is None:
        return Fact("question", traces=["outlook"], there=False)
    values, shown, numbers = _chance(found, sides)
    values |= {"text": found.text.rstrip("?"), "resolves_on": found.resolves_on}
    shown["resolves_on"] = date(found.resolves_on)
    return Fact("question", values, shown, numbers, ["outlook"], found.evidence[:4])


def _scenario(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    months = int(to.rest) if to.rest.isdigit() else 12
    horizon = next((each for each in parts["outlook"].horizons if each.months == months), None)
    told = horizon.scenarios if horizon is not None else []
    found = next((each for each in told if each.id == to.id), None)
    if found is None or horizon is None:
        return Fact("scenario", traces=["outlook"], there=False)
    values, shown, numbers = _chance(found, sides)
    values |= {"name": found.name, "months": horizon.months, "period": horizon.period or None}
    shown |= {"months": plain(horizon.months), "period": date(horizon.period)}
    evidence = [name for signpost in found.signposts for name in signpost.evidence[:1]]
    return Fact("scenario", values, shown, numbers, ["outlook"], evidence[:4])


ESTIMATED: Mapping[str, Callable[[Reference, Mapping[str, Any], Sides], Fact]] = {
    "reading": _reading,
    "panel": _panel,
    "indicator": _indicator,
    "role": _role,
    "ladder": _ladder,
    "criterion": _criterion,
    "hypothesis": _hypothesis,
    "rivals": _rivals,
    "claim": _claim,
    "driver": _driver,
    "question": _question,
    "scenario": _scenario,
}
"""How each part is read."""
