"""The board: live indicators grouped by domain, against the dyad's own history."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Caveat,
    Column,
    Dot,
    Empty,
    Finding,
    Panel,
    Panels,
    Quiet,
    Row,
    Spark,
    Table,
    Tag,
)
from comity.briefs.sections._words import DOMAIN_NAMES, cite, dash, domain_name, titled
from comity.briefs.wording import (
    count_words,
    date_words,
    join_words,
    named,
    number,
    of_words,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment, IndicatorStatus

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 60
TITLE = "Indicators by domain"
_LIMIT = 3.0
_FAR = 10.0
_NAMED = 3
_FLAGGED = frozenset({"high", "low"})


def build(assessment: Assessment) -> list[Block]:
    """Return one panel a domain with its live indicators."""
    live = [item for item in assessment.indicators if item.is_live]
    if not any(item.latest is not None for item in assessment.indicators):
        return [Empty("No indicator has an observation for this dyad.", "comity sources")]
    order = {name: place for place, name in enumerate(DOMAIN_NAMES)}
    items = sorted(
        assessment.indicators, key=lambda item: (order.get(item.domain, 99), item.domain)
    )
    panels = []
    for domain, group in groupby(items, key=lambda item: item.domain):
        every = list(group)
        alive = [item for item in every if item.latest is not None]
        if alive:
            count = sum(item.is_live for item in every)
            head = f"{domain_name(domain)} · {count} of {len(every)} live"
            panels.append(Panel(head, (_table(assessment, alive),)))
    return [
        Finding((_finding(assessment, live),)),
        Panels(tuple(panels)),
        Caveat(
            (
                "Strip: latest value against this dyad's own history, in robust standard "
                "deviations, middle line at zero, ends at ±3. High and low are not good and bad. "
                "Indicators without data are listed in the full table.",
            )
        ),
    ]


def _finding(assessment: Assessment, live: list[IndicatorStatus]) -> str:
    # a balance is not high or low: it stands to one state's side or to the other's
    plain = [item for item in live if item.direction != "signed"]
    high = _named(assessment, (item for item in plain if item.flag == "high"))
    low = _named(assessment, (item for item in plain if item.flag == "low"))
    parts = [f"{of_words(len(live), len(assessment.indicators), 'indicator')} are live"]
    parts.append(f"high against their own history: {high}" if high else "none stands high")
    parts.append(f"low: {low}" if low else "none stands low")
    for flag, state in (("high", assessment.dyad.a_name), ("low", assessment.dyad.b_name)):
        leaning = [item for item in live if item.direction == "signed" and item.flag == flag]
        if leaning:
            parts.append(f"far to the side of {state}: {_named(assessment, leaning)}")
    return "; ".join(parts)


def _flag_words(assessment: Assessment, item: IndicatorStatus) -> str:
    if item.direction != "signed":
        return str(item.flag)
    return f"{assessment.dyad.a_name if item.flag == 'high' else assessment.dyad.b_name}'s side"


def _capped(z: float) -> str:
    """Return a deviation; one beyond ten says only that, since its scale is then very small."""
    return signed(z) if abs(z) <= _FAR else ("> +10" if z > 0 else "< −10")


def _named(assessment: Assessment, items: Iterable[IndicatorStatus]) -> str:
    ranked = sorted(items, key=lambda item: -abs(item.z_own or 0))
    names = [named(item.name, assessment.dyad) for item in ranked]
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return join_words([*names[:_NAMED], *more])


def _table(assessment: Assessment, items: list[IndicatorStatus]) -> Table:
    columns = (
        Column("Indicator"),
        Column("History", "graphic"),
        Column("Latest", "number"),
        Column("Own history", "graphic"),
    )
    rows = tuple(_row(assessment, item) for item in items)
    return Table("", columns, rows)


def _row(assessment: Assessment, item: IndicatorStatus) -> Row:
    latest = item.latest
    assert latest is not None
    name, arrow = titled(assessment, item.name, latest.direction)
    values = tuple(point.value for point in item.series if point.direction == latest.direction)[
        -60:
    ]
    label = (
        f"{name}, {count_words(len(values), 'observation')}, "
        f"latest {number(latest.value, item.unit)}"
    )
    spark = (Spark(values, label, item.reads),) if len(values) > 1 else dash()
    mark = dash()
    if item.z_own is not None:
        dot = Dot(item.z_own, _LIMIT, f"{signed(item.z_own)} standard deviations")
        flag = (Tag(_flag_words(assessment, item), "warn"),) if item.flag in _FLAGGED else ()
        mark = (dot, " ", _capped(item.z_own), " ", *flag)
    return Row(
        (
            (name, *((" ", Quiet(arrow)) if arrow else ()), *cite(item.evidence[:3])),
            spark,
            (number(latest.value, item.unit), " ", Quiet(date_words(latest.period))),
            mark,
        )
    )
