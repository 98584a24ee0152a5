"""The key assumptions check: what must hold, how sure, what would break it, and whether it holds.

Assumptions are declared, those of the method in ``assumptions.yml`` and those of a case in its
folder. Whether one holds is read off an indicator, by the declared condition; where the indicator
has no data, or none can be named, that is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from comity.core.case import case_folder
from comity.core.catalog import Declaration, builtin_catalog, read_yaml
from comity.core.errors import DuplicateName
from comity.indicators.quality import z_own
from comity.judgement.assumption_parts import KeyAssumption

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from comity.core.dyad import Dyad
    from comity.indicators.panel import IndicatorSeries, Observation
    from comity.judgement.context import Context
    from comity.judgement.parts import Judgement

__all__ = [
    "AssumptionList",
    "assumption_lines",
    "key_assumptions",
    "load_assumptions",
    "resting_on",
]

_STALE = frozenset({"no_data", "stale"})


class Watch(Declaration):
    """A condition on an indicator under which an assumption is taken to hold.

    Attributes
    ----------
    of : str or None
        The state whose direction counts (from it, or of it); of a signed balance, whose surplus is
        positive. Every direction if not given, and then the condition is met where each meets it.
    statistic : {"latest", "unusual", "records"}
        The latest value; its distance from the indicator's own past, in robust standard
        deviations, whatever the sign; or the number of records behind it.
    at_least, at_most : float or None
        Bounds within which the assumption holds.
    """

    indicator: str
    of: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    statistic: Literal["latest", "unusual", "records"]
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Watch:
        if self.at_least is None and self.at_most is None:
            msg = "give at_least, at_most or both"
            raise ValueError(msg)
        return self

    @property
    def bounds(self) -> str:
        """The condition in words."""
        parts = []
        if self.at_least is not None:
            parts.append(f"at least {self.at_least:g}")
        if self.at_most is not None:
            parts.append(f"at most {self.at_most:g}")
        return " and ".join(parts)

    def excess(self, value: float) -> float:
        """Return how far a value lies outside the bounds; 0 or less inside."""
        below = self.at_least - value if self.at_least is not None else float("-inf")
        above = value - self.at_most if self.at_most is not None else float("-inf")
        return max(below, above)


class AssumptionDefinition(Declaration):
    """One assumption, as an analyst declares it.

    Attributes
    ----------
    confidence : {"low", "moderate", "high"}
        How sure the author is that it holds; never a likelihood.
    basis : str
        Why.
    breaks_if : str
        What would show that it does not hold.
    watch : Watch or None
        The indicator to watch, and the condition.
    unwatched : str
        Why no indicator can be named.
    judgements : tuple of str
        Judgements that rest on it.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{1,15}$")]
    text: str
    confidence: Literal["low", "moderate", "high"]
    basis: str
    breaks_if: str
    watch: Watch | None = None
    unwatched: str = ""
    judgements: tuple[Annotated[str, Field(pattern=r"^J-")], ...] = ()
    citations: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _watched_or_not(self) -> AssumptionDefinition:
        if (self.watch is None) != bool(self.unwatched):
            msg = "give either watch or, where no indicator can be named, unwatched with the reason"
            raise ValueError(msg)
        return self


class AssumptionList(Declaration):
    """A file of assumptions and who made them."""

    id: str
    author: str
    assumptions: tuple[AssumptionDefinition, ...]

    @model_validator(mode="after")
    def _distinct(self) -> AssumptionList:
        names = [item.id for item in self.assumptions]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            msg = f"declared twice: {', '.join(twice)}"
            raise ValueError(msg)
        return self


def load_assumptions(
    dyad: Dyad | None = None, catalogs: Sequence[Path] = ()
) -> list[tuple[AssumptionList, Literal["method", "case"]]]:
    """Return the assumptions of the method and, for a dyad with a case, of the case.

    A further catalog's ``assumptions.yml`` replaces the built-in one.

    Raises
    ------
    CatalogError
        If a file cannot be read or a declaration is wrong.
    DuplicateName
        If a case takes an id of the method.
    """
    places = [folder / "assumptions.yml" for folder in (*reversed(catalogs), builtin_catalog())]
    method = read_yaml(next(path for path in places if path.exists()), AssumptionList)
    folder = case_folder(dyad, catalogs) if dyad is not None else None
    own = folder / "assumptions.yml" if folder is not None else None
    if own is None or not own.exists():
        return [(method, "method")]
    case = read_yaml(own, AssumptionList)
    taken = {item.id for item in method.assumptions} & {item.id for item in case.assumptions}
    if taken:
        where = f"cases/{own.parent.name}/assumptions.yml"
        raise DuplicateName(where, f"the id {min(taken)!r} is taken by the method's assumptions")
    return [(method, "method"), (case, "case")]


def assumption_lines(catalogs: Sequence[Path] = ()) -> list[str]:
    """Return the assumptions of the method as lines, each with its id."""
    (method, _), *_ = load_assumptions(None, catalogs)
    return [f"{item.id}: {item.text}" for item in method.assumptions]


def resting_on(
    judgements: Iterable[Judgement], context: Context, catalogs: Sequence[Path] = ()
) -> list[Judgement]:
    """Return the judgements, each with the ids of all declared assumptions that it rests on."""
    declared = [
        (item.id, item.judgements)
        for each, _ in load_assumptions(context.dyad, catalogs)
        for item in each.assumptions
    ]
    return [
        said.model_copy(
            update={
                "assumptions": list(
                    dict.fromkeys(
                        [*said.assumptions, *(name for name, on in declared if said.id in on)]
                    )
                )
            }
        )
        for said in judgements
    ]


def key_assumptions(
    judgements: Sequence[Judgement], context: Context, catalogs: Sequence[Path] = ()
) -> list[KeyAssumption]:
    """Return every declared assumption with the present state of what it is watched by."""
    return [
        _checked(item, each.author, scope, judgements, context)
        for each, scope in load_assumptions(context.dyad, catalogs)
        for item in each.assumptions
    ]


def _checked(
    item: AssumptionDefinition,
    author: str,
    scope: Literal["method", "case"],
    judgements: Sequence[Judgement],
    context: Context,
) -> KeyAssumption:
    holds, state, evidence = (
        (None, f"Not watched: {item.unwatched}", [])
        if item.watch is None
        else _state(item.watch, context)
    )
    return KeyAssumption(
        id=item.id,
        text=item.text,
        basis=item.basis,
        confidence=item.confidence,
        breaks_if=item.breaks_if,
        indicator=item.watch.indicator if item.watch else None,
        indicator_state=state,
        holds=holds,
        scope=scope,
        author=author,
        judgements=[said.id for said in judgements if item.id in said.assumptions],
        citations=list(item.citations),
        evidence=context.book.cite(evidence, limit=6),
    )


def _state(watch: Watch, context: Context) -> tuple[bool | None, str, Sequence[str]]:
    """Return whether the condition is met, in words too, and the records behind it."""
    panel = context.panel
    definition = panel.definitions.get(watch.indicator)
    name = f"{definition.name} ({watch.indicator})" if definition else watch.indicator
    if panel.statuses.get(watch.indicator, "no_data") in _STALE:
        return None, f"Not known: {name} has no recent observation.", ()
    found = [
        (value, series)
        for series in panel.of(watch.indicator)
        if series.observations and _counts(series, watch, context.dyad)
        for value in [_value(series, watch, context.dyad)]
        if value is not None
    ]
    if not found:
        return None, f"Not known: {name} has too few observations to say.", ()
    value, series = max(found, key=lambda each: watch.excess(each[0]))
    last = series.observations[-1]
    shown = {
        "latest": "",
        "unusual": " standard deviations from its own past",
        "records": " records",
    }
    text = (
        f"{name}{_direction(series, context)}, {last.label}: {value:.3g}{shown[watch.statistic]}; "
        f"{watch.bounds} wanted."
    )
    return watch.excess(value) <= 0, text, last.evidence


def _counts(series: IndicatorSeries, watch: Watch, dyad: Dyad) -> bool:
    if watch.of is None or series.direction == "mutual":
        return True
    return (dyad.a if series.direction == "ab" else dyad.b) == watch.of


def _value(series: IndicatorSeries, watch: Watch, dyad: Dyad) -> float | None:
    last: Observation = series.observations[-1]
    if watch.statistic == "records":
        return float(last.n)
    if watch.statistic == "unusual":
        z = z_own(series)
        return None if z is None else abs(z)
    signed = any(each.direction == "signed" for each in series.definition.measures)
    # a balance is that of the first state asked; the assumption names the state that it is about
    return -last.value if signed and watch.of == dyad.b else last.value


def _direction(series: IndicatorSeries, context: Context) -> str:
    a, b = context.a, context.b
    return {"ab": f", {a} to {b}", "ba": f", {b} to {a}"}.get(series.direction, "")
