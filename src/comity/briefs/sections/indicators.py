"""All declared indicators: live ones with their latest value, the others with what fills them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Column,
    Empty,
    Finding,
    Fold,
    Quiet,
    Row,
    Strong,
    Table,
    Tag,
)
from comity.briefs.outside import slug
from comity.briefs.sections._words import DOMAIN_NAMES, cite, dash, domain_name, titled
from comity.briefs.wording import (
    capital,
    count_words,
    date_words,
    number,
    of_words,
    span_words,
    year_of,
)

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, IndicatorStatus

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 150
TITLE = "All indicators"

_TONES = {"measured": "plain", "coded": "plain", "stale": "warn", "no_data": "quiet"}


def build(assessment: Assessment) -> list[Block]:
    """Return the whole framework, folded, grouped by domain."""
    items = assessment.indicators
    if not items:
        return [Empty("No indicator is declared in the catalog.", "comity doctor")]
    columns = (
        Column("Indicator"),
        Column("Reads"),
        Column("Status"),
        Column("Latest", "number"),
        Column("Coverage"),
        Column("Next expected"),
        Column("Signal cost"),
        Column("Note, or what would fill it"),
    )
    order = {name: place for place, name in enumerate(DOMAIN_NAMES)}
    ranked = sorted(items, key=lambda item: (order.get(item.domain, 99), item.domain, item.id))
    rows: list[Row] = []
    for domain, group in groupby(ranked, key=lambda item: item.domain):
        rows.append(Row(((Strong(domain_name(domain)),),), heading=True))
        rows += [_row(assessment, item) for item in group]
    table = Table(
        "★ marks the core set. Signal cost: what the act costs its actor.", columns, tuple(rows)
    )
    return [
        Finding((_finding(items),)),
        Fold(f"Table of all {len(items)} indicators", (table,)),
    ]


def _finding(items: list[IndicatorStatus]) -> str:
    live = [item for item in items if item.is_live]
    stale = sum(item.status == "stale" for item in items)
    core = [item for item in items if item.core]
    alive = sum(item in live for item in core)
    text = f"{capital(of_words(len(live), len(items), 'indicator'))} live"
    if core:
        text += f", {alive} of the {len(core)} core ones"
    if stale:
        text += f"; {stale} {'is' if stale == 1 else 'are'} stale"
    rest = len(items) - len(live) - stale
    if rest:
        text += f"; {rest} {'has' if rest == 1 else 'have'} no data, each with what would fill it"
    return text


def _row(assessment: Assessment, item: IndicatorStatus) -> Row:
    direction = item.latest.direction if item.latest else ""
    name, arrow = titled(assessment, item.name, direction)
    latest: Parts = dash()
    if item.latest is not None:
        latest = (
            number(item.latest.value, item.unit),
            " ",
            Quiet(date_words(item.latest.period) + (f", {arrow}" if arrow else "")),
        )
    coverage: Parts = dash()
    if item.coverage.n:
        span = span_words(
            str(year_of(item.coverage.first) or ""), str(year_of(item.coverage.last) or "")
        )
        coverage = (f"{span} ", Quiet(count_words(item.coverage.n, "observation")))
    star = "★ " if item.core else ""
    return Row(
        (
            (Quiet(f"{star}{item.id} "), name, *cite(item.evidence)),
            (item.reads,),
            (Tag(item.status.replace("_", " "), _TONES[item.status]),),
            latest,
            coverage,
            (date_words(item.next_expected),) if item.next_expected else dash(),
            (item.signal_cost,),
            (item.note,) if item.note else dash(),
        ),
        anchor=f"i-{slug(item.id)}",
    )
