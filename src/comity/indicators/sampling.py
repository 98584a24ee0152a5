"""Known sampling variance of one value, from the number and the grade of the records behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.indicators.definition import Measure

__all__ = [
    "LEAST_TRIALS",
    "Sample",
    "balance_sd",
    "binomial_sd",
    "log_count_sd",
    "poisson_sd",
    "pooled_variance",
    "sampling_sd",
]

OVERDISPERSION = 0.01
"""Correlation of records within a period: many reports of one affair are not many affairs."""

LEAST_TRIALS = 0.5
"""A share of less than half a record, such as a slice of an event known to the year, is none."""

LOG_OVERDISPERSION = 0.1
"""Variance of a log rate that no amount of records removes."""


@dataclass(frozen=True)
class Sample:
    """What stands behind one value.

    Parameters
    ----------
    value : float
        In the indicator's unit.
    n : int
        Independent reports.
    trials : float or None
        Weighted number of trials behind a share.
    variance : float or None
        Variance within the period of what a mean averages.
    count : float or None
        Count behind a value on a log scale.
    credibility : float or None
        Mean credibility, 1 to 6; None for publishers' data.
    """

    value: float
    n: int
    trials: float | None = None
    variance: float | None = None
    count: float | None = None
    credibility: float | None = None


def poisson_sd(count: float) -> float:
    """Return the standard deviation of a count, with a floor of 1.

    Examples
    --------
    >>> poisson_sd(0.0), poisson_sd(3.0)
    (1.0, 2.0)
    """
    return math.sqrt(max(count, 0.0) + 1.0)


def binomial_sd(share: float, trials: float) -> float:
    """Return the standard deviation of a share of `trials`, from 0 (excluded) to 0.5.

    The share is shrunk as with Jeffreys' prior; trials are discounted for overdispersion.

    Examples
    --------
    >>> round(binomial_sd(0.0, 3), 2)
    0.19
    >>> binomial_sd(0.0, 3) > binomial_sd(0.0, 30) > 0
    True
    """
    trials = max(trials, LEAST_TRIALS)
    shrunk = (min(max(share, 0.0), 1.0) * trials + 0.5) / (trials + 1.0)
    effective = trials / (1.0 + max(trials - 1.0, 0.0) * OVERDISPERSION)
    return min(math.sqrt(shrunk * (1.0 - shrunk) / effective), 0.5)


def balance_sd(a: float, b: float) -> float:
    """Return the standard deviation of ``(a - b) / (a + b)`` for two counts."""
    total = a + b
    return 2.0 * binomial_sd(a / total if total > 0 else 0.5, total)


def log_count_sd(count: float) -> float:
    """Return the standard deviation of the log of a rate that rests on `count` records."""
    return math.sqrt(1.0 / (max(count, 0.0) + 0.5) + LOG_OVERDISPERSION)


def pooled_variance(samples: Sequence[Sample]) -> float | None:
    """Return the variance within periods, pooled over them; None with fewer than 3 degrees."""
    pairs = [(item.variance, item.n) for item in samples if item.variance is not None]
    degrees = sum(n - 1 for _, n in pairs)
    if degrees < 3:
        return None
    return sum(variance * (n - 1) for variance, n in pairs) / degrees


def sampling_sd(measure: Measure, sample: Sample, pooled: float | None) -> float | None:
    """Return the known standard deviation of one value, in its unit; None if unknown.

    It grows with doubt about the records: by half at a mean credibility of 3, to twice at 4.
    """
    sd: float | None
    match measure.variance:
        case "poisson":
            sd = poisson_sd(sample.value)
        case "binomial":
            sd = binomial_sd(sample.value, sample.n if sample.trials is None else sample.trials)
        case "sample" if measure.sd is not None:
            sd = measure.sd / math.sqrt(max(sample.n, 1))
        case "sample" if pooled is not None:
            sd = math.sqrt(pooled / max(sample.n, 1))
        case "sample":
            sd = None
        case _:
            sd = measure.sd
    if sample.count is not None:
        sd = log_count_sd(sample.count)
    if sd is None or sample.credibility is None:
        return sd
    return sd * max(1.0, sample.credibility / 2.0)
