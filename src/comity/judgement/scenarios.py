"""Scenarios as data: what must be true of a future for it to be one, and what to watch."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from comity.core.catalog import Declaration, read_yaml_folder
from comity.core.errors import CatalogError
from comity.models._protocol import Reading
from comity.models.moves import FEWEST_USUAL, is_due, usual_change
from comity.models.outlook import Hazard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.models._protocol import ReadingPath
    from comity.models.outlook import Futures

__all__ = [
    "Change",
    "DriverState",
    "PresentState",
    "ScenarioDefinition",
    "ShockDefinition",
    "SignpostDefinition",
    "assign",
    "judged_in",
    "largest_remainder",
    "load_scenarios",
    "not_judged_at",
]


class PresentState(Declaration):
    """A condition on the present: on one indicator, reading or role, above or below a threshold.

    An indicator's threshold is a percentile of its own history; with ``units`` it is a value, and
    holds only where the indicator is measured in one of these units. A reading's is points of its
    scale; a role's a balance from -1 (b supplies) to 1 (a supplies).

    An indicator that is measured in two directions is named with the one that is meant, as in
    ``THR-01>ba``, or with ``>either`` or ``>both``. ``ab`` is from the first state to the second;
    of an indicator about one state it is the first.
    """

    indicator: str | None = None
    reading: Reading | None = None
    role: str | None = None
    above: float | None = None
    below: float | None = None
    units: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_each(self) -> PresentState:
        if sum(each is not None for each in (self.indicator, self.reading, self.role)) != 1:
            msg = "name exactly one of indicator, reading and role"
            raise ValueError(msg)
        if (self.above is None) == (self.below is None):
            msg = "give either above or below"
            raise ValueError(msg)
        return self


class DriverState(PresentState):
    """The state of a driver or tension that a scenario goes with."""

    driver: str


class SignpostDefinition(PresentState):
    """What to watch, and what it would mean."""

    means: str


class Change(Declaration):
    """A change of a reading, against this dyad's own past changes of the same length.

    ``times`` is the least size of the change, in usual changes of that length
    (`comity.models.moves.usual_change`); 0 asks for any rise or fall. Not a share of past
    changes: where a record holds few of them, most are none.
    """

    reading: Reading
    change: Literal["rises", "falls"]
    times: Annotated[float, Field(ge=0, le=10)]


class ShockDefinition(Declaration):
    """A break from outside the readings, with a weak prior on how often it comes.

    The prior is worth ``events`` in ``years``; the case adds what its record holds.
    """

    kind: str
    side: Literal["a", "b"] | None = None
    what: str
    counts: str
    events: float = Field(gt=0)
    years: float = Field(gt=0)
    only_if_declared: bool = False


class ScenarioDefinition(Declaration):
    """One way in which the tie may develop. ``{a}``, ``{b}`` and ``{name}`` stand for names.

    Attributes
    ----------
    order : int
        A future belongs to the first scenario, in this order, whose conditions it meets. The last
        has neither conditions nor a shock and takes the rest.
    what, how : str
        A neutral sentence each: what it is, and how it would come about.
    shock : ShockDefinition or None
        It must have come by the horizon.
    conditions : list of Change
        All must hold at the horizon.
    drivers, signposts : list
        Present states that it goes with, and what to watch.
    months : tuple of int
        Horizons at which it is told apart.
    """

    id: Annotated[str, Field(pattern=r"^S-[A-Z0-9-]+$")]
    name: str
    order: int
    author: str
    what: str
    how: str
    shock: ShockDefinition | None = None
    conditions: tuple[Change, ...] = ()
    drivers: tuple[DriverState, ...] = ()
    signposts: tuple[SignpostDefinition, ...] = ()
    months: tuple[int, ...] = (6, 12, 24)

    @property
    def is_rest(self) -> bool:
        """Whether it takes what no other scenario takes."""
        return self.shock is None and not self.conditions

    @property
    def readings(self) -> set[Reading]:
        """Readings that must be forecast to tell it apart."""
        return {each.reading for each in self.conditions}


def load_scenarios(catalogs: Sequence[Path] = ()) -> list[ScenarioDefinition]:
    """Return the declared scenarios in their order.

    Raises
    ------
    CatalogError
        If a file is wrong, two have one place in the order, or not exactly one, the last, takes the
        rest.
    """
    found = read_yaml_folder("scenarios/*.yml", ScenarioDefinition, catalogs)
    made = sorted(found.values(), key=lambda each: each.order)
    for one, other in pairwise(made):
        if one.order == other.order:
            raise CatalogError("scenarios", f"{one.id} and {other.id} both have order {one.order}")
    if [each.id for each in made if each.is_rest] != [each.id for each in made[-1:]]:
        raise CatalogError(
            "scenarios",
            "the last in order, and only it, has neither shock nor conditions: it takes the rest",
        )
    return made


def judged_in(
    scenarios: Sequence[ScenarioDefinition], futures: Futures, hazards: Mapping[str, Hazard]
) -> tuple[list[ScenarioDefinition], list[ScenarioDefinition]]:
    """Return the scenarios that can be told apart with what is known, and those that cannot."""
    can: list[ScenarioDefinition] = []
    cannot: list[ScenarioDefinition] = []
    for each in scenarios:
        known = each.readings <= set(futures.changes)
        known &= each.shock is None or each.id in hazards
        (can if known else cannot).append(each)
    return can, cannot


def not_judged_at(
    scenarios: Sequence[ScenarioDefinition],
    futures: Futures,
    paths: Mapping[Reading, ReadingPath],
) -> list[dict[str, str]]:
    """Return which scenarios cannot be told apart at each horizon, by id, and why.

    A share of futures that meet conditions which nothing could meet is no small chance.

    Parameters
    ----------
    scenarios : sequence of ScenarioDefinition
        Those of which all readings are forecast.
    futures : Futures
        What may come.
    paths : mapping of Reading to ReadingPath
        For the dyad's own past changes.
    """
    found: list[dict[str, str]] = []
    for months in futures.horizons:
        here: dict[str, str] = {}
        for each in scenarios:
            if months not in each.months:
                told = ", ".join(str(span) for span in each.months)
                here[each.id] = f"it is declared for {told} months"
            for condition in each.conditions:
                why = _untold(condition, paths[condition.reading], months)
                if why and each.id not in here:
                    here[each.id] = why
        found.append(here)
    return found


def _untold(condition: Change, path: ReadingPath, months: int) -> str:
    """Return why a condition cannot be met or missed over a span; empty where it can."""
    start, name = path.ahead, condition.reading
    if start is None:
        return f"{name} is not forecast"
    if not is_due(start, months):
        return f"no value of {name} is due within {months} months"
    if condition.times > 0 and usual_change(start, months) is None:
        return (
            f"the record of {name} holds fewer than {FEWEST_USUAL} past changes over "
            f"{months} months, too few to call one usual"
        )
    return ""


def assign(
    scenarios: Sequence[ScenarioDefinition],
    futures: Futures,
    paths: Mapping[Reading, ReadingPath],
    shocks: Mapping[str, NDArray[np.bool_]],
) -> NDArray[np.int64]:
    """Return the place of the scenario of every future, dims (horizon, parameter, draw).

    Parameters
    ----------
    scenarios : sequence of ScenarioDefinition
        In order; the last takes the rest.
    futures : Futures
        What may come.
    paths : mapping of Reading to ReadingPath
        For the dyad's own past changes.
    shocks : mapping of str to numpy.ndarray
        Whether each scenario's shock has come, dims as the result.
    """
    found = np.full(futures.shape, len(scenarios) - 1, dtype=np.int64)
    for at, untold in enumerate(not_judged_at(scenarios, futures, paths)):
        free = np.ones(futures.shape[1:], dtype=bool)
        for place, each in enumerate(scenarios[:-1]):
            if each.id in untold:
                continue
            here = free.copy()
            if each.shock is not None:
                here &= shocks[each.id][at]
            for condition in each.conditions:
                here &= _holds(condition, futures, paths, at)
            found[at][here] = place
            free &= ~here
    return found


def _holds(
    condition: Change, futures: Futures, paths: Mapping[Reading, ReadingPath], at: int
) -> NDArray[np.bool_]:
    change = futures.changes[condition.reading][at]
    start = paths[condition.reading].ahead
    usual = None if start is None else usual_change(start, futures.horizons[at])
    # a usual change is not needed where any rise or fall is asked for
    bound = condition.times * (usual or 0.0)
    return np.asarray(change > bound if condition.change == "rises" else change < -bound)


def largest_remainder(shares: Sequence[float], total: int = 100) -> list[int]:
    """Return whole numbers that add up to `total`, as near to the shares as can be.

    Examples
    --------
    >>> largest_remainder([1 / 3, 1 / 3, 1 / 3])
    [34, 33, 33]
    """
    exact = [share * total for share in shares]
    whole = [int(each) for each in exact]
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole
