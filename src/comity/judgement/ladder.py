"""The ladder of alignment: criterion by criterion, from measured and coded indicators."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, builtin_catalog, read_yaml
from comity.judgement.assessment import Criterion, Holding, Ladder, LadderDown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.indicators.panel import Observation, Panel
    from comity.judgement.book import EvidenceBook

    RowsOf = Callable[[str, str, str], list[dict[str, Any]]]

__all__ = ["LadderDefinition", "climb", "load_ladder"]


class RungDefinition(Declaration):
    """One rung."""

    rung: int = Field(ge=0, le=6)
    name: str


class CriterionDefinition(Declaration):
    """A test on one or more indicators, over a window before the as-of date.

    Attributes
    ----------
    unit : str
        If given, only series in this unit count: an indicator may have measures of several kinds.
    statistic : str
        ``years_with`` counts the years of the window whose sum reaches `each_year`, or is above 0;
        ``rows`` counts rows of the register `table` under `where`, and the indicator names what
        would fill it: a value of a half-year may average several rows.
    would_move, would_fall : str
        What would meet a criterion that is not met, and what would end one that is.
    """

    id: str
    rung: int = Field(ge=1, le=6)
    statement: str
    indicator: str = ""
    indicators: tuple[str, ...] = ()
    statistic: Literal["latest", "sum", "max", "min_year_sum", "years_with", "rows"]
    table: str = ""
    where: str = ""
    window_years: int = Field(default=0, ge=0, le=50)
    unit: str = ""
    each_year: float = Field(default=0.0, ge=0)
    at_least: float
    would_move: str
    would_fall: str = ""

    @model_validator(mode="after")
    def _reads_something(self) -> CriterionDefinition:
        if bool(self.indicator) == bool(self.indicators):
            msg = "give either indicator or indicators"
            raise ValueError(msg)
        if (self.statistic == "rows") != bool(self.table and self.where):
            msg = "the statistic rows needs table and where, and no other statistic has them"
            raise ValueError(msg)
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        """The indicators that the test reads."""
        return self.indicators or (self.indicator,)


class LadderDefinition(Declaration):
    """Rungs and criteria."""

    id: str
    title: str
    citation: str
    note: str
    rungs: tuple[RungDefinition, ...]
    criteria: tuple[CriterionDefinition, ...]

    def name_of(self, rung: int) -> str:
        """Return the name of a rung."""
        return next(item.name for item in self.rungs if item.rung == rung)


def load_ladder(catalogs: Sequence[Path] = ()) -> LadderDefinition:
    """Return the ladder; a further catalog's ``ladder.yml`` replaces the built-in one."""
    for folder in (*reversed(catalogs), builtin_catalog()):
        path = folder / "ladder.yml"
        if path.exists():
            return read_yaml(path, LadderDefinition)
    return read_yaml(builtin_catalog() / "ladder.yml", LadderDefinition)


def climb(
    definition: LadderDefinition, panel: Panel, book: EvidenceBook, rows_of: RowsOf
) -> Ladder:
    """Return the highest rung whose criteria, and those of all rungs below, are met.

    `rows_of` gives the rows of a register table, each with whether it satisfies a filter.

    A criterion whose indicators have no data is neither met nor failed: it stops the climb, and the
    brief says so.
    """
    criteria = [_judge(item, panel, book, rows_of) for item in definition.criteria]
    rung = 0
    for level in range(1, 7):
        if all(item.met is True for item in criteria if item.rung == level):
            rung = level
        else:
            break
    known = any(item.met is not None for item in criteria)
    following = min(rung + 1, 6)
    above = [
        (item, made)
        for item, made in zip(definition.criteria, criteria, strict=True)
        if item.rung == following and made.met is not True
    ]
    missing = [
        item.would_move
        if made.met is False
        else f"data on {' and '.join(_name_of(each, panel) for each in item.reads)}"
        for item, made in above
    ]
    is_open = rung < 6 and any(made.met is None for _, made in above)
    name = definition.name_of(rung) + ("; whether higher is not known" if is_open else "")
    return Ladder(
        rung=rung if known else None,
        rung_name=name if known else "not known",
        next_rung=definition.name_of(following) if rung < 6 else "",
        would_move="; ".join(missing),
        criteria=criteria,
        down=_down(definition, rung, criteria) if known and rung else None,
    )


def _down(definition: LadderDefinition, rung: int, criteria: list[Criterion]) -> LadderDown:
    """Return the criteria that hold the rung and those below it, the nearest to failing first."""
    words = {item.id: item.would_fall or f"no longer: {item.statement}"
             for item in definition.criteria}  # fmt: skip
    holding = [
        Holding(
            criterion=item.id,
            falls_to=item.rung - 1,
            margin=round((item.value - item.at_least) / item.at_least, 4),
            lapses_in=item.lapses_in,
            would_fall=words[item.id],
            evidence=item.evidence,
        )
        for item in criteria
        if item.rung <= rung and item.met and item.value is not None and item.at_least
    ]
    holding.sort(key=lambda item: (item.margin, item.lapses_in or 9999, -item.falls_to))
    return LadderDown(
        rung_below=rung - 1,
        name=definition.name_of(rung - 1),
        nearest=holding[0].criterion if holding else "",
        holding=holding,
    )


def _name_of(indicator: str, panel: Panel) -> str:
    definition = panel.definitions.get(indicator)
    return f"{definition.name} ({indicator})" if definition else indicator


def _judge(
    item: CriterionDefinition, panel: Panel, book: EvidenceBook, rows_of: RowsOf
) -> Criterion:
    if item.statistic == "rows":
        return _judge_rows(item, panel, book, rows_of)
    observations = [
        observation
        for indicator in item.reads
        for series in panel.of(indicator)
        if item.unit in {"", series.unit}
        for observation in series.observations
    ]
    if not observations:
        wanted = f"no data in {item.unit}." if item.unit else "no data."
        gaps = [panel.gaps.get(name, wanted) for name in item.reads]
        return Criterion(
            id=item.id, rung=item.rung, statement=item.statement, met=None,
            why=f"Not known: {' '.join(gaps)}", evidence=[], at_least=item.at_least,
        )  # fmt: skip
    value, used = _statistic(item, observations, panel.as_of)
    met = value is not None and value >= item.at_least
    ids = [name for observation in reversed(used) for name in observation.evidence]
    shown = "nothing in the window" if value is None else f"{value:.3g}"
    names = " and ".join(_name_of(each, panel) for each in item.reads)
    why = f"{names}: {shown}; {item.at_least:g} or more needed."
    return Criterion(
        id=item.id, rung=item.rung, statement=item.statement, met=met,
        why=why, evidence=book.cite(ids, limit=6),
        value=None if value is None else float(f"{value:.6g}"), at_least=item.at_least,
        lapses_in=_lapses(item, observations, panel.as_of) if met else None,
    )  # fmt: skip


def _judge_rows(
    item: CriterionDefinition, panel: Panel, book: EvidenceBook, rows_of: RowsOf
) -> Criterion:
    """Return a criterion on the rows of a register; one without any row is not known."""
    every = rows_of(item.table, item.where, f"ladder.yml, {item.id}")
    first = _window_start(item, panel.as_of)
    inside = [row for row in every if row["q_met"] and row["occurred_to"] > first]
    value = len(inside) if every else None
    what = item.table.replace("_", " ")
    why = f"{what.capitalize()}: {len(inside)} of {len(every)} rows; {item.at_least:g} needed."
    missing = f"Not known: {' '.join(panel.gaps.get(name, 'no data.') for name in item.reads)}"
    met = None if value is None else value >= item.at_least
    ends = sorted((row["occurred_to"] for row in inside), reverse=True)[: int(item.at_least)]
    return Criterion(
        id=item.id, rung=item.rung, statement=item.statement, met=met,
        why=why if every else missing, value=value, at_least=item.at_least,
        evidence=book.cite([row["record_id"] for row in reversed(inside)], limit=6),
        lapses_in=ends[-1].year + item.window_years + 1 if met else None,
    )  # fmt: skip


def _window_start(item: CriterionDefinition, as_of: dt.date) -> dt.date:
    return dt.date(as_of.year - item.window_years, 1, 1)


def _lapses(
    item: CriterionDefinition, observations: list[Observation], as_of: dt.date
) -> int | None:
    """Return the year in which a criterion would fail if nothing more were recorded."""
    if item.statistic not in {"sum", "max"}:
        return None
    for year in range(as_of.year + 1, as_of.year + item.window_years + 2):
        value, _ = _statistic(item, observations, dt.date(year, 1, 1))
        if value is None or value < item.at_least:
            return year
    return None


def _statistic(
    item: CriterionDefinition, observations: list[Observation], as_of: dt.date
) -> tuple[float | None, list[Observation]]:
    """Return the statistic and the observations that it rests on, in order of time."""
    ordered = sorted(observations, key=lambda each: each.end)
    if item.statistic == "latest":
        return ordered[-1].value, ordered[-1:]
    first = _window_start(item, as_of)
    inside = [each for each in ordered if each.end > first]
    if not inside:
        return None, []
    with_records = [each for each in inside if each.n > 0]
    if item.statistic == "sum":
        return sum(each.value for each in inside), with_records
    if item.statistic == "max":
        best = max(inside, key=lambda each: each.value)
        return best.value, [best]
    sums = dict.fromkeys(range(item.window_years), 0.0)
    last = inside[-1].end
    for each in inside:
        # years counted back from the last observation, so that a part-year is not judged as a whole
        years_ago = (last - each.end).days // 365
        if years_ago in sums:
            sums[years_ago] += each.value
    if item.statistic == "min_year_sum":
        return min(sums.values()), with_records
    reached = [value >= item.each_year if item.each_year else value > 0 for value in sums.values()]
    return float(sum(reached)), with_records
