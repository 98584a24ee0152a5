"""Two directions as one signed series."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from comity.indicators.panel import Observation
from comity.indicators.sampling import balance_sd

if TYPE_CHECKING:
    from comity.core.dyad import Direction
    from comity.indicators.aggregates import Combine
    from comity.indicators.definition import Measure

__all__ = ["combined"]


def combined(
    by_direction: Mapping[Direction, Sequence[Observation]], combine: Combine, item: Measure
) -> list[Observation]:
    """Return one series of the two directions, for the periods in which both have a value.

    Parameters
    ----------
    by_direction : mapping
        Observations from a to b (``ab``) and back (``ba``).
    combine : str
        ``difference`` ab - ba; ``balance`` (ab - ba) / (ab + ba); ``log_ratio`` log(ab / ba).
    item : Measure
        Whose values these are.
    """
    back = {item.start: item for item in by_direction.get("ba", ())}
    found = []
    for forth in by_direction.get("ab", ()):
        other = back.get(forth.start)
        if other is None:
            continue
        made = _combine(forth, other, combine, item)
        if made is not None:
            value, sd = made
            evidence = tuple(dict.fromkeys(_alternate(forth.evidence, other.evidence)))[:12]
            found.append(
                Observation(
                    forth.start, forth.end, forth.label, value, sd, forth.n + other.n, evidence,
                    max(forth.known_from, other.known_from),
                )
            )  # fmt: skip
    return found


def _combine(
    forth: Observation, other: Observation, combine: Combine, item: Measure
) -> tuple[float, float | None] | None:
    a, b = forth.value, other.value
    match combine:
        case "difference":
            known = forth.sd is not None and other.sd is not None
            sd = math.hypot(forth.sd or 0.0, other.sd or 0.0) if known else item.sd
            return a - b, sd
        case "balance":
            if a + b <= 0:
                return None  # Nothing went either way: no role is not balance.
            counted = item.variance in ("poisson", "binomial")
            return (a - b) / (a + b), balance_sd(a, b) if counted else item.sd
        case "log_ratio":
            if a <= 0 or b <= 0:
                return None
            return math.log(a / b), item.sd


def _alternate(first: tuple[str, ...], second: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for index in range(max(len(first), len(second))):
        found += [*first[index : index + 1], *second[index : index + 1]]
    return found
