"""Outlook: forecasts of the readings, scenarios with what to watch, and questions that resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Column,
    Empty,
    Finding,
    Fold,
    Listing,
    Outside,
    Paragraph,
    Quiet,
    Row,
    Strong,
    Table,
    Tag,
)
from comity.briefs.charts.calibration import figure as calibration_figure
from comity.briefs.charts.outlook import figure as fan_figure
from comity.briefs.sections._words import cite, dash
from comity.briefs.wording import (
    arrow_words,
    count_words,
    date_words,
    join_words,
    named,
    percent,
    plain_number,
)

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, DyadName
    from comity.judgement.outlook_parts import (
        Horizon,
        Outlook,
        Question,
        Scenario,
        Shock,
        Signpost,
        Skill,
    )

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 145
TITLE = "Outlook"
_YEAR = 12
_SHOWN = 12
_HELD = 0.65
"""Share of outcomes below which an 80 % interval is called too narrow."""


def build(assessment: Assessment) -> list[Block]:
    """Return forecasts, scenarios, shocks and questions; what is missing where nothing is."""
    outlook = assessment.outlook
    blocks: list[Block] = []
    if not outlook.horizons:
        what = (
            "Nothing can be forecast: no reading has a record long enough. No probability is given."
        )
        blocks.append(Empty(what, "comity sources"))
    else:
        blocks += _forecasts(assessment)
    if outlook.questions:
        blocks.append(_questions(assessment))
    if outlook.skill:
        blocks.append(_tested(outlook))
    if outlook.method:
        lines: list[Parts] = [(line,) for line in [*outlook.method, *outlook.not_forecast]]
        blocks.append(Fold("How the outlook is made", (Listing(tuple(lines)), _rules(outlook))))
    return blocks


def _forecasts(assessment: Assessment) -> list[Block]:
    outlook = assessment.outlook
    blocks: list[Block] = [Finding((_finding(outlook),))]
    caution = no_skill(outlook, assessment.dyad.key)
    if caution:
        blocks.append(Caveat((caution,)))
    fan = fan_figure(assessment)
    if fan is not None:
        blocks.append(fan)
    blocks += [_scenarios(assessment), _shocks(assessment)]
    if outlook.not_forecast:
        blocks.append(Caveat((" ".join(outlook.not_forecast),)))
    untold = _untold(outlook)
    if untold:
        blocks.append(Caveat((untold,)))
    return blocks


def _untold(outlook: Outlook) -> str:
    """Return which scenarios are not told apart at which horizon, and why; empty without any."""
    names = {each.id: each.name for each in outlook.rules}
    parts = []
    for horizon in outlook.horizons:
        whys: dict[str, list[str]] = {}
        for name, why in horizon.not_judged.items():
            whys.setdefault(why, []).append(names.get(name, name))
        parts += [
            f"At {horizon.months} months {join_words(told)} cannot be told apart: {why}."
            for why, told in whys.items()
        ]
    return " ".join(parts)


def _at_year(outlook: Outlook) -> Horizon:
    return next((each for each in outlook.horizons if each.months == _YEAR), outlook.horizons[0])


def _finding(outlook: Outlook) -> str:
    at = _at_year(outlook)
    ranked = sorted(at.scenarios, key=lambda each: (-each.probability, each.id))
    lead = join_words([f"{each.name} ({percent(each.probability)})" for each in ranked[:3]])
    return f"Most weight in {at.months} months: {lead}"


def no_skill(outlook: Outlook, key: str) -> str:
    """Return where such forecasts have shown no skill; empty where they were not tested."""
    own = [each for each in outlook.skill if each.own]
    panel = [each for each in outlook.skill if not each.own]
    parts = []
    if own:
        parts += _without(own, f"On the record of {key}")
        parts += _too_narrow(own)
    elif panel:
        why = f": {outlook.not_tested}" if outlook.not_tested else ""
        parts.append(f"These forecasts were not tested on this dyad's own record{why}.")
    parts += _without(panel, "On the panels")
    return " ".join(parts)


def _without(tested: list[Skill], where: str) -> list[str]:
    made = []
    for months in sorted({each.months for each in tested}):
        here = [each for each in tested if each.months == months]
        bad = [each for each in here if each.persistence.lo90 is None or each.persistence.lo90 <= 0]
        if not bad:
            continue
        which = "any reading" if len(bad) == len(here) else join_words([x.reading for x in bad])
        made.append(
            f"{where}, at {months} months these forecasts have shown no skill over staying put for "
            f"{which}."
        )
    return made


def _too_narrow(tested: list[Skill]) -> list[str]:
    """Return which readings' 80 % intervals of the printed line held clearly too little."""
    found = [each for each in tested if each.months == _YEAR and each.covered80 < _HELD]
    if not found:
        return []
    which = join_words([f"{each.reading} {100 * each.covered80:.0f} %" for each in found])
    return [f"At {_YEAR} months the 80 % intervals of the printed line held too little: {which}."]


def _scenarios(assessment: Assessment) -> Table:
    horizons = assessment.outlook.horizons
    columns = (
        Column("Scenario"),
        *(Column(f"{each.months} months", "number") for each in horizons),
        Column("In words, 12 months"),
        Column("What it is", "wide"),
        Column("Signposts: present, and what is missing", "wide"),
    )
    at = _at_year(assessment.outlook)
    # one that is not told apart in twelve months may be at another horizon
    every = {each.id: each for horizon in (*horizons, at) for each in horizon.scenarios}
    share = {each.id: each.share for each in at.scenarios}
    ranked = sorted(every.values(), key=lambda each: (-share.get(each.id, -1.0), each.id))
    rows = tuple(_scenario(assessment.dyad, each, horizons, at) for each in ranked)
    caption = (
        "Every simulated future belongs to exactly one scenario, the first whose conditions it "
        "meets, so that the percentages of a horizon add up to 100. Most probable in "
        f"{at.months} months first; the order of the rules stands below. In brackets the 80 % "
        "interval over parameters."
    )
    return Table(caption, columns, rows, show=_SHOWN)


def _scenario(dyad: DyadName, each: Scenario, horizons: list[Horizon], at: Horizon) -> Row:
    chances: list[Parts] = []
    for horizon in horizons:
        found = next((one for one in horizon.scenarios if one.id == each.id), None)
        if found is None:
            chances.append(("not told apart",))
            continue
        bounds = f"({100 * found.lo80:.0f}–{100 * found.hi80:.0f})"
        chances.append((f"{100 * found.probability:.0f} %", " ", Quiet(bounds)))
    posts: list[Parts] = [_signpost(dyad, post) for post in each.signposts]
    joined: Parts = tuple(part for post in posts for part in (*post, " "))
    word = each.word if each in at.scenarios else "not told apart"
    return Row(((Strong(each.name),), *chances, (word,), (each.story,), joined or dash()))


def _signpost(dyad: DyadName, post: Signpost) -> Parts:
    name = named(post.name, dyad).replace("(A to B)", f"({dyad.a_name} to {dyad.b_name})")
    name = name.replace("(B to A)", f"({dyad.b_name} to {dyad.a_name})")
    name = name.replace("(A)", f"({dyad.a_name})").replace("(B)", f"({dyad.b_name})")
    code, _, way = post.id.partition(">")
    label = f"{code} {name}" if post.on == "indicator" else name
    if way and not name.endswith(")"):  # nothing was measured that could say whose it is
        label = f"{label} ({arrow_words(way, dyad)})"
    of = f" ({date_words(post.period)})" if post.period else ""
    if post.present is None:
        state, tone = "not measured", "quiet"
    elif post.stale:
        state, tone = f"not known: last {plain_number(post.present)}{of}", "quiet"
    elif post.met:
        state, tone = f"reached, {plain_number(post.present)}{of}", "warn"
    elif post.distance is None:
        now = f"at {plain_number(post.present)}{of}"
        state, tone = f"{now}, threshold never reached so far", "plain"
    else:
        away = f"{plain_number(abs(post.distance))} short"
        state, tone = f"at {plain_number(post.present)}{of}, {away}", "plain"
    return (
        f"{label}, {post.condition}: ",
        Tag(state, tone),
        f" {post.means}",
        *cite(post.evidence),
    )


def _shocks(assessment: Assessment) -> Table:
    horizons = assessment.outlook.horizons
    columns = (
        Column("Shock"),
        *(Column(f"{each.months} months", "number") for each in horizons),
        Column("On record", "number"),
        Column("What counts", "wide"),
    )
    rows = tuple(
        Row(
            (
                (Strong(each.name),),
                *((f"{percent(h.shocks[place].probability)}",) for h in horizons),
                _record(each),
                (each.counts, " ", Outside(each.note), *cite(each.evidence)),
            )
        )
        for place, each in enumerate(horizons[0].shocks)
    )
    caption = (
        "Chance that each shock comes by the horizon, whichever scenario the future then belongs "
        "to. A weak declared prior and the events of the dyad's own record."
    )
    return Table(caption, columns, rows)


def _record(each: Shock) -> Parts:
    prior = Quiet(f"prior {each.prior_events:g} in {each.prior_years:g} years")
    if each.prior_only:
        return ("no record: prior only ", prior)
    return (f"{each.events} in {each.years:.0f} years ", prior)


def _questions(assessment: Assessment) -> Table:
    columns = (
        Column("Question"),
        Column("Chance", "number"),
        Column("Cases", "number"),
        Column("Resolves"),
        Column("Yes if", "wide"),
        Column("How the chance comes about", "wide"),
    )
    rows = tuple(_question(each) for each in assessment.outlook.questions)
    caption = (
        f"{count_words(len(rows), 'question').capitalize()} that a register or a later assessment "
        "answers on a day. Chance with its 80 % interval."
    )
    return Table(caption, columns, rows)


def _question(each: Question) -> Row:
    chance: Parts = dash()
    if each.probability is not None and each.lo80 is not None and each.hi80 is not None:
        bounds = Quiet(f"({100 * each.lo80:.0f}–{100 * each.hi80:.0f})")
        chance = (f"{percent(each.probability)} ", bounds)
    return Row(
        (
            (Strong(each.text),),
            chance,
            dash() if each.n is None else (f"{each.hits} of {each.n}",),
            (date_words(each.resolves_on),),
            (each.criteria, " ", Quiet(f"Source: {each.source} Void: {each.void}")),
            (each.method, *cite(each.evidence)),
        )
    )


def _rules(outlook: Outlook) -> Table:
    columns = (Column("Scenario"), Column("Rule, in order", "wide"), Column("Declared by"))
    rows = tuple(
        Row(
            (
                (Strong(each.name),),
                (
                    each.rule,
                    *((f" Not told apart: {each.not_judged}.",) if each.not_judged else ()),
                ),
                (each.author,),
            )
        )
        for each in outlook.rules
    )
    return Table("Declared in catalog/scenarios; edit them there.", columns, rows)


def _tested(outlook: Outlook) -> Fold:
    columns = (
        Column("Tested on"),
        Column("Months", "number"),
        Column("Forecasts", "number"),
        Column("Skill over staying put [90 %]"),
        Column("Skill over drift [90 %]"),
        Column("Brier of direction", "number"),
        Column("Held by 50, 80, 95 %"),
    )
    rows = tuple(
        Row(
            (
                (f"{each.on}: {each.reading}",),
                (f"{each.months}",),
                (f"{each.forecasts:,}",),
                (_skill(each.persistence.skill, each.persistence.lo90, each.persistence.hi90),),
                (_skill(each.drift.skill, each.drift.lo90, each.drift.hi90),),
                dash() if each.brier is None else (f"{each.brier:.3f}",),
                (_held(each),),
            )
        )
        for each in outlook.skill
    )
    text = (
        "Rolling origins: on the own record everything is estimated anew at each, from what lay "
        "before it. On the panels a plainer forecast with the same parts is tested, on values "
        "whose filter was fitted once, to all years. Skill is 1 less the ratio of the mean CRPS; "
        "0 is no better. 0.250 is the Brier score of always saying one half."
    )
    blocks: list[Block] = [Paragraph((text,)), Table("The test of such forecasts.", columns, rows)]
    shown = next((each for each in outlook.skill if each.months == _YEAR), None)
    if shown is not None and shown.reliability:
        blocks.append(calibration_figure(shown))
    return Fold("How such forecasts did so far", tuple(blocks))


def _held(each: Skill) -> str:
    shares = (each.covered50, each.covered80, each.covered95)
    return ", ".join(f"{100 * share:.0f}" for share in shares)


def _skill(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "nothing moved"
    if low is None or high is None:
        return f"{value:+.3f}"
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})"
