"""What may come: forecasts of the readings, scenarios and questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from comity.core.errors import UnknownName
from comity.core.period import Period, month_of, month_text
from comity.judgement.assessment import Gap, Outlook
from comity.judgement.drivers import load_drivers
from comity.judgement.hazards import count_shocks
from comity.judgement.implied.fact import percent
from comity.judgement.outlook_parts import (
    Horizon,
    Question,
    Scenario,
    ScenarioRule,
    Shock,
    Signpost,
)
from comity.judgement.outlook_record import skill_record
from comity.judgement.question_definitions import load_questions
from comity.judgement.questions import answer
from comity.judgement.readings import significant
from comity.judgement.scenarios import (
    assign,
    judged_in,
    largest_remainder,
    load_scenarios,
    not_judged_at,
)
from comity.judgement.signposts import Watch
from comity.models._protocol import READINGS
from comity.models.outlook import simulate_futures, simulate_shocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.judgement.assemble import Estimates
    from comity.judgement.assessment import Reading
    from comity.judgement.context import Context
    from comity.judgement.hazards import Counted
    from comity.judgement.scenarios import Change, ScenarioDefinition
    from comity.models.outlook import Futures

__all__ = ["outlook_gaps", "outlook_part"]

QUANTILES = {"p05": 0.05, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}
_HEAVY = 0.5


def outlook_part(
    estimates: Estimates,
    readings: Mapping[str, Reading],
    context: Context,
    catalogs: Sequence[Path] = (),
) -> Outlook:
    """Return the outlook; a dyad of which nothing can be forecast has no horizons.

    Raises
    ------
    CatalogError
        If a scenario or question is not declared as it must be.
    UnknownName
        If one names a driver, indicator, table or column that does not exist.
    """
    futures = simulate_futures(estimates.readings.paths, seed=int(estimates.diagnostics["seed"]))
    questions = _questions(context, futures, catalogs)
    if futures is None:
        return Outlook(horizons=[], questions=questions, not_forecast=_unforecast(readings, None))
    skill, not_tested = skill_record(context.dyad, estimates.months, estimates.items)
    scenarios = load_scenarios(catalogs)
    counted = count_shocks(scenarios, context)
    can, cannot = judged_in(
        scenarios, futures, {name: each.hazard for name, each in counted.items()}
    )
    shocks = simulate_shocks(
        {each.id: counted[each.id].hazard for each in can if each.shock is not None},
        futures,
        seed=int(estimates.diagnostics["seed"]),
    )
    assigned = assign(can, futures, estimates.readings.paths, shocks)
    untold = not_judged_at(can, futures, estimates.readings.paths)
    watch = Watch(context, readings, estimates.roles)
    known = {item.id for item in load_drivers(catalogs)}
    names = {each.id: _names(context, counted.get(each.id)) for each in scenarios}
    signposts = {
        each.id: [watch.signpost(post, names[each.id]) for post in each.signposts] for each in can
    }
    return Outlook(
        horizons=[
            Horizon(
                months=months,
                period=_month(estimates.months[-1], months),
                readings={
                    name: found | {"p_higher": round(float(futures.rises(name)[at]), 2)}
                    for name, found in _quantiles(futures.levels, at).items()
                },
                lines=_quantiles(futures.lines, at),
                scenarios=_scenarios(context, can, assigned[at], names, signposts, untold[at]),
                shocks=_shocks(can, shocks, counted, at, context, names),
                not_due=[name for name in futures.due if not futures.due[name][at]],
                not_judged=untold[at],
            )
            for at, months in enumerate(futures.horizons)
        ],
        questions=questions,
        rules=[
            _rule(each, names[each.id], watch, known, is_judged=each in can)
            for each in [*can, *cannot]
        ],
        not_forecast=_unforecast(readings, futures),
        method=_method(futures, estimates, readings),
        skill=skill,
        not_tested=not_tested,
    )


def outlook_gaps(outlook: Outlook) -> list[Gap]:
    """Return the gaps of an outlook: what cannot be forecast, and scenarios not told apart."""
    made = []
    if not outlook.horizons:
        made.append(
            Gap(
                what="Outlook",
                why="No reading has a record long enough to forecast from: "
                + " ".join(outlook.not_forecast),
                fill="Collect a source that reaches further back (`comity sources`).",
            )
        )
    missing = [each.name for each in outlook.rules if each.not_judged]
    if missing:
        made.append(
            Gap(
                what=f"Scenarios that are not told apart: {', '.join(missing)}",
                why="Their readings cannot be forecast, or the case declares no such shock. Such "
                "futures are counted with the last scenario.",
                fill="Collect what informs these readings; declare shocks in the case.",
            )
        )
    names = {each.id: each.name for each in outlook.rules}
    for horizon in outlook.horizons:
        if horizon.not_judged:
            why = [f"{names[name]}: {text}." for name, text in horizon.not_judged.items()]
            told = ", ".join(names[name] for name in horizon.not_judged)
            made.append(
                Gap(
                    what=f"Scenarios that are not told apart at {horizon.months} months: {told}",
                    why=" ".join(why) + " Such futures are counted with the other scenarios.",
                    fill="Collect what informs these readings over a longer time or more often.",
                )
            )
    return made


def _questions(
    context: Context, futures: Futures | None, catalogs: Sequence[Path]
) -> list[Question]:
    made = []
    for each, is_of_case in load_questions(context.dyad, catalogs):
        own = context.case.states if is_of_case and context.case is not None else context.dyad
        found = answer(each, context, futures, own)
        if found is not None:
            made.append(found)
    return made


def _names(context: Context, counted: Counted | None) -> dict[str, str]:
    name = counted.name if counted is not None and counted.name else "the war that ties them"
    return {"a": context.a, "b": context.b, "name": name}


def _month(last: str, ahead: int) -> str:
    return month_text(month_of(Period.parse(last).start) + ahead)


def _quantiles(draws: Mapping[Any, NDArray[np.float64]], at: int) -> dict[Any, dict[str, float]]:
    return {
        name: {
            key: significant(x)
            for key, x in zip(
                QUANTILES, np.quantile(each[at], list(QUANTILES.values())).tolist(), strict=True
            )
        }
        for name, each in draws.items()
    }


def _spread(holds: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return the share of futures and its 80 % interval over parameters."""
    by_parameter = holds.mean(axis=1)
    share = float(by_parameter.mean())
    lo, hi = np.quantile(by_parameter, [0.1, 0.9]).tolist()
    return share, min(lo, share), max(hi, share)


def _scenarios(
    context: Context,
    scenarios: Sequence[ScenarioDefinition],
    assigned: NDArray[np.int64],
    names: Mapping[str, Mapping[str, str]],
    signposts: Mapping[str, list[Signpost]],
    untold: Mapping[str, str],
) -> list[Scenario]:
    judged = [(place, each) for place, each in enumerate(scenarios) if each.id not in untold]
    found = [_spread(assigned == place) for place, _ in judged]
    whole = largest_remainder([share for share, _, _ in found])
    return [
        Scenario(
            id=each.id,
            name=each.name.format_map(names[each.id]),
            story=f"{each.what} {each.how}".format_map(names[each.id]),
            probability=points / 100,
            word=context.likelihood(points / 100).word,
            # whole percentages that add up may lie just outside the interval of the share
            lo80=min(round(lo, 3), points / 100),
            hi80=max(round(hi, 3), points / 100),
            share=round(share, 4),
            signposts=signposts[each.id],
        )
        for (_, each), (share, lo, hi), points in zip(judged, found, whole, strict=True)
    ]


def _shocks(
    scenarios: Sequence[ScenarioDefinition],
    shocks: Mapping[str, NDArray[np.bool_]],
    counted: Mapping[str, Counted],
    at: int,
    context: Context,
    names: Mapping[str, Mapping[str, str]],
) -> list[Shock]:
    made = []
    for each in scenarios:
        if each.shock is None:
            continue
        record = counted[each.id]
        share, lo, hi = _spread(shocks[each.id][at])
        said = context.likelihood(share)
        made.append(
            Shock(
                id=each.id,
                name=each.shock.what.format_map(names[each.id]),
                probability=said.p,
                word=said.word,
                lo80=min(round(lo, 3), said.p),
                hi80=max(round(hi, 3), said.p),
                events=record.events,
                years=significant(record.years, 3),
                prior_events=each.shock.events,
                prior_years=each.shock.years,
                prior_only=record.years == 0,
                counts=each.shock.counts,
                note=record.note,
                evidence=context.book.cite(record.records),
            )
        )
    return made


def _rule(
    each: ScenarioDefinition,
    names: Mapping[str, str],
    watch: Watch,
    known: set[str],
    *,
    is_judged: bool,
) -> ScenarioRule:
    for state in each.drivers:
        if state.driver not in known:
            raise UnknownName(f"driver of {each.id}", state.driver, sorted(known))
    parts = [f"the shock comes: {each.shock.what}"] if each.shock is not None else []
    parts += [_condition(condition) for condition in each.conditions]
    why = ""
    if not is_judged:
        lacking = ", ".join(sorted(each.readings))
        why = f"needs a forecast of {lacking}" if lacking else "the case declares no such shock"
    text = f"{each.order}. " + ("; ".join(parts) or "what no other scenario takes")
    return ScenarioRule(
        id=each.id,
        name=each.name.format_map(names),
        author=each.author,
        rule=text.format_map(names),
        drivers=[watch.state(state, f"goes with {state.driver}") for state in each.drivers],
        not_judged=why,
    )


def _condition(condition: Change) -> str:
    if condition.times <= 0:
        return f"{condition.reading} {condition.change}"
    return (
        f"{condition.reading} {condition.change} by more than {condition.times:g} times this "
        "dyad's usual change over so many months"
    )


def _unforecast(readings: Mapping[str, Reading], futures: Futures | None) -> list[str]:
    made = []
    for name in READINGS:
        if futures is not None and name in futures.changes:
            spans = zip(futures.horizons, futures.due[name], strict=True)
            made += [
                f"No value of {name} is due within {months} months: its line stands till then."
                for months, is_due in spans
                if not is_due
            ]
            continue
        why = "its record is shorter than seven years" if name in readings else "it cannot be read"
        made.append(f"{name} is not forecast: {why}.")
    return made


def _method(futures: Futures, estimates: Estimates, readings: Mapping[str, Reading]) -> list[str]:
    horizons, parameters, draws = futures.shape
    del horizons
    made = [
        f"{parameters * draws:,} joint futures ({parameters} draws of the parameters, {draws:,} "
        "futures each) start from the filtered state of the last month with all its doubt; the "
        "estimated steps are checked against how far the published lines really moved.",
        _tails_words(futures),
        _lasting_words(futures),
    ]
    for name in futures.changes:
        reading: Any = readings[name]
        chance = reading.p_rise_12m
        if chance is not None:
            made.append(
                f"{name}: futures are shifted so that {chance:.0%} of them stand above their own "
                "present after 12 months, the chance of a rise that the assessment gives; beyond "
                "12 months the shift does not grow."
            )
    made.append(
        "Shocks come at a constant hazard and by themselves. What a shock would do to the readings "
        "is not estimated: the past moves that the futures are drawn from hold the effects of past "
        "shocks."
    )
    if len(estimates.months) and "asymmetry" in futures.changes:
        made.append("A reading at the end of its scale cannot show a move beyond it.")
    return made


def _by_reading(futures: Futures, factors: Iterable[float]) -> str:
    return ", ".join(
        f"{name} {factor:.2f}" for name, factor in zip(futures.changes, factors, strict=True)
    )


def _lasting_words(futures: Futures) -> str:
    return (
        f"Moves over {futures.horizons[-1]} months over what those of a year lead to expect, 1 if "
        "steps neither go on nor are taken back: "
        f"{_by_reading(futures, futures.lasting)} (drawn to 1 by a declared prior)."
    )


def _tails_words(futures: Futures) -> str:
    heavy = futures.heavy_tails
    verdict = (
        "the record shows abrupt moves"
        if heavy > _HEAVY
        else "the record hardly shows abrupt moves"
    )
    return (
        f"Heavy tails: {verdict} (probability {percent(heavy)} that moves have heavier tails "
        "than the normal; declared prior 50 %). Past moves over what was expected: "
        f"{_by_reading(futures, futures.factors)}."
    )
