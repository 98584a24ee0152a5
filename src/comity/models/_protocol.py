"""What models take and give. Array dimensions: draw, time, item, flow class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "HORIZONS",
    "READINGS",
    "Ahead",
    "ChangePoint",
    "Delivery",
    "Flip",
    "FlipEnd",
    "Item",
    "Lapse",
    "Reading",
    "ReadingPath",
    "Readings",
    "RolePath",
]

Reading = Literal["depth", "cohesion", "tension", "asymmetry"]
READINGS: tuple[Reading, ...] = ("depth", "cohesion", "tension", "asymmetry")


@dataclass(frozen=True)
class Item:
    """One indicator series on a monthly grid.

    Parameters
    ----------
    name : str
        Series id, e.g. ``POL-04>ab``.
    reads : Reading
        The reading that it informs.
    polarity : int
        1 or -1.
    weight : float
        Declared weight in its reading. [unitless]
    values : numpy.ndarray
        Dims (time,); NaN is missing. A value stands at the last month of its period. For a
        transformed indicator these are transformed values.
    sd : numpy.ndarray
        Dims (time,); known sampling standard deviation of each value, NaN if unknown.
    span : numpy.ndarray of int
        Dims (time,); months that a value averages over: 1 monthly, 12 yearly.
    kind : str
        ``flow`` (a fresh reading each period), ``state`` (a level that holds until changed) or
        ``episode`` (rare scored events).
    """

    name: str
    reads: Reading
    polarity: int
    weight: float
    values: NDArray[np.float64]
    sd: NDArray[np.float64]
    span: NDArray[np.int64]
    kind: Literal["flow", "state", "episode"] = "flow"
    comparable: bool = False


@dataclass(frozen=True)
class Ahead:
    """What the future of a reading starts from: its filter at the last month, and its past moves.

    All in latent units, like `ReadingPath.latent_mean`.

    Parameters
    ----------
    level : numpy.ndarray
        Draws of the level at the last month, dims (draw,).
    step : numpy.ndarray
        Variance of one month's step of the level, one for each draw of the items' parameters, dims
        (parameter,).
    first : int
        Index of the first month that moves are taken from.
    means : numpy.ndarray
        Filtered levels of the items times `unit`, dims (item, time).
    share : numpy.ndarray
        Shares of the items in the mean, dims (item, time); 0 before an item is alive.
    expected : mapping of int to numpy.ndarray
        Variance that the estimated steps lead to expect of the moves of the filtered mean, by
        length in months, dims (time - length,).
    """

    level: NDArray[np.float64]
    step: NDArray[np.float64]
    first: int
    means: NDArray[np.float64]
    share: NDArray[np.float64]
    expected: Mapping[int, NDArray[np.float64]]

    def moves(self, months: int) -> NDArray[np.float64]:
        """Return the moves of the filtered mean over so many months, dims (time - months,).

        Each is that of the items alive at its start, with their shares then, so that an item that
        comes alive is no move. NaN before `first`.
        """
        steps = self.means[:, months:] - self.means[:, :-months]
        found: NDArray[np.float64] = (self.share[:, :-months] * steps).sum(axis=0)
        found[: self.first] = float("nan")
        return found


HORIZONS = (6, 12, 24)
"""How far ahead forecasts reach. [months]"""


@dataclass(frozen=True)
class ReadingPath:
    """One reading over time.

    ``filtered`` uses only what was observed by each month, ``smoothed`` everything to the end of
    the grid; ``point`` is the period's own value without either (NaN where nothing was observed).
    Draws have dims (draw, time) on the 0-100 scale (asymmetry: -100 to 100), NaN in months before
    any item is alive. `latent_mean` and `latent_sd` are those of the filtered weighted mean, in
    standard deviations of the items; `contributions` are each item's part of `latent_mean`, dims
    (time,), NaN before the item is alive, and sum to it. `reference` holds quantiles of the
    reference distribution (asymmetry: none), so that latent values can be put on the scale;
    `common_steps` is the correlation found between the steps of two items' levels; `ahead` is what
    forecasts start from.
    """

    filtered: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    point: NDArray[np.float64]
    latent_mean: NDArray[np.float64]
    latent_sd: NDArray[np.float64]
    items_alive: NDArray[np.int64]
    contributions: Mapping[str, NDArray[np.float64]]
    p_rise_12m: float | None
    p_rise_method: str
    reference: NDArray[np.float64] | None = None
    common_steps: float = 0.0
    ahead: Ahead | None = None


@dataclass(frozen=True)
class Readings:
    """The readings of one dyad. A reading without items is absent, never zero."""

    months: tuple[str, ...]
    paths: Mapping[Reading, ReadingPath]
    diagnostics: Mapping[str, float | str]


@dataclass(frozen=True)
class ChangePoint:
    """A dated boundary between two phases.

    Parameters
    ----------
    month : str
        Posterior median of the date, ``YYYY-MM``: first month of the new phase.
    lo80, hi80 : str
        80 % interval of the date, half-open: `hi80` is the first month after it.
    probability : float
        Posterior probability that there is a boundary at or near this date.
    movers : tuple of (str, float)
        Items with the largest change across it, in standard deviations, largest first.
    """

    month: str
    lo80: str
    hi80: str
    probability: float
    movers: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Delivery:
    """One delivery of one flow class from one state to the other.

    Parameters
    ----------
    record : str
        Record id.
    flow_class : str
        E.g. ``major_arms``.
    sign : int
        1 if a supplies b, -1 if b supplies a.
    start, end : datetime.date
        Half-open span in which it happened, as precisely as known.
    size : float
        Weight of the delivery, in the class's own unit (TIV, or 1 per verified state change).
    p_real : float
        Probability that it happened, from its grade. [1]
    """

    record: str
    flow_class: str
    sign: int
    start: dt.date
    end: dt.date
    size: float
    p_real: float


@dataclass(frozen=True)
class FlipEnd:
    """Whether a change of the main supplier is over by the last month, and since when.

    Parameters
    ----------
    probability : float
        Share of the draws with the flip in which the new supplier is no longer the main one.
    month, lo80, hi80 : str or None
        Median and 80 % interval of the first month without it, as in `Flip`; None where fewer
        draws than are worth a date say that it is over.
    supplier : str or None
        Who is the main supplier then: ``a``, ``b``, or None for neither; None also without a date.
    """

    probability: float
    month: str | None = None
    lo80: str | None = None
    hi80: str | None = None
    supplier: Literal["a", "b"] | None = None


@dataclass(frozen=True)
class Flip:
    """A dated change of the main supplier.

    Parameters
    ----------
    month : str
        Median over the draws with this flip: first month of the new supplier.
    lo80, hi80 : str
        80 % interval of the date, half-open: `hi80` is the first month after it.
    supplier_before, supplier_after : str
        ``a`` or ``b``.
    probability : float
        Share of all draws with this flip.
    end : FlipEnd
        Whether it is over.
    """

    month: str
    lo80: str
    hi80: str
    supplier_before: Literal["a", "b"]
    supplier_after: Literal["a", "b"]
    probability: float
    end: FlipEnd


@dataclass(frozen=True)
class Lapse:
    """A dated end of a supplier's role: what it gave has faded below the floor and stays there.

    Month and interval as in `Flip`; it can be over for one side while the other goes on.
    """

    month: str
    lo80: str
    hi80: str
    supplier: Literal["a", "b"]
    probability: float


@dataclass(frozen=True)
class RolePath:
    """Who supplies whom in one flow class, from -1 (b supplies a) to 1 (a supplies b).

    Draws have dims (draw, time); NaN where neither side has supplied anything yet or for long: no
    role is not balance.
    """

    flow_class: str
    months: tuple[str, ...]
    draws: NDArray[np.float64]
    flips: tuple[Flip, ...]
    records: tuple[str, ...]
    lapses: tuple[Lapse, ...] = ()
