"""Estimates that carry their draws, so that an interval is a type and not a second column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Estimate", "Interval"]


@dataclass(frozen=True)
class Interval:
    """A central interval.

    Parameters
    ----------
    lo, hi : float
        Bounds, in the unit of the quantity.
    level : float
        Probability inside, e.g. 0.8. [unitless]
    """

    lo: float
    hi: float
    level: float = 0.8


@dataclass(frozen=True, eq=False)
class Estimate:
    """Posterior draws with named dims.

    Parameters
    ----------
    draws : numpy.ndarray
        First dimension ``draw``.
    dims : tuple of str
        Names of the dimensions, e.g. ``("draw", "time")``.
    coords : dict of str to sequence, optional
        Labels along a dimension, e.g. ``{"time": ["2022-01", ...]}``.

    Raises
    ------
    UsageError
        If names and dimensions do not match.

    Examples
    --------
    >>> e = Estimate(np.arange(101.0)[:, None] * [1.0, 2.0], ("draw", "time"))
    >>> float(e.mean[1]), e.interval(0.8)[0].lo, e.interval(0.8)[0].hi
    (100.0, 10.0, 90.0)
    """

    draws: NDArray[np.float64]
    dims: tuple[str, ...]
    coords: dict[str, Sequence[str]] | None = None

    def __post_init__(self) -> None:
        if self.draws.ndim != len(self.dims) or self.dims[:1] != ("draw",):
            msg = f"draws of shape {self.draws.shape} do not fit dims {self.dims}."
            raise UsageError(msg)

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over draws."""
        return np.asarray(self.draws.mean(axis=0))

    @property
    def median(self) -> NDArray[np.float64]:
        """Median over draws."""
        return np.asarray(np.median(self.draws, axis=0))

    @property
    def sd(self) -> NDArray[np.float64]:
        """Standard deviation over draws."""
        return np.asarray(self.draws.std(axis=0))

    def quantile(self, q: float) -> NDArray[np.float64]:
        """Return the quantile `q` over draws."""
        return np.asarray(np.quantile(self.draws, q, axis=0))

    def interval(self, level: float = 0.8) -> list[Interval]:
        """Return the central interval at `level` for each remaining cell, flattened.

        Raises
        ------
        UsageError
            If `level` is not between 0 and 1.
        """
        if not 0 < level < 1:
            msg = f"the level of an interval lies between 0 and 1, got {level}."
            raise UsageError(msg)
        tail = round((1 - level) / 2, 12)  # 0.1, not 0.09999999999999998
        lo = np.atleast_1d(self.quantile(tail)).ravel()
        hi = np.atleast_1d(self.quantile(1 - tail)).ravel()
        return [Interval(float(x), float(y), level) for x, y in zip(lo, hi, strict=True)]
