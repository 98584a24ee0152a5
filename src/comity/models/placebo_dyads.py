"""The same date asked of other dyads: how many without a part in it moved as far.

The placebo test in space of Abadie, Diamond and Hainmueller [1]_, on the readings of the reference
panel, which all dyads have. A dyad that shares a state with the one asked may itself be moved by
the event, so it is no clean placebo: it is listed apart and enters no share.

References
----------
.. [1] Abadie, A., Diamond, A. and Hainmueller, J. (2010), Synthetic Control Methods for
   Comparative Case Studies, Journal of the American Statistical Association 105(490).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DyadPlacebo", "Neighbour", "placebo_dyads"]

Array = NDArray[np.float64]
_FEWEST = 8  # other dyads below which a share of them says nothing
_SHOWN = 5


@dataclass(frozen=True)
class Neighbour:
    """A dyad that has one of the two states, and its change in points of the panel."""

    dyad: str
    change: float


@dataclass(frozen=True)
class DyadPlacebo:
    """How the change of one dyad compares with that of the others.

    Parameters
    ----------
    change : float or None
        Of the dyad asked; None if it is not known in both periods. [points of the panel]
    share_as_far : float or None
        Share of the dyads with neither state that moved at least as far, up or down; None with
        fewer than 8 of them or without a change. [0-1]
    share_same_way : float or None
        The same, in the direction of the change; None also for a reading without a common
        direction, and for a change of nothing. [0-1]
    donors : int
        Dyads with neither state that are known in both periods.
    sharing : tuple of Neighbour
        Dyads with one of the two states that moved most, largest first.
    sharing_known : int
        How many such dyads are known in both periods.
    """

    change: float | None
    share_as_far: float | None
    share_same_way: float | None
    donors: int
    sharing: tuple[Neighbour, ...]
    sharing_known: int


def placebo_dyads(
    dyads: Sequence[str],
    before: Array,
    after: Array,
    asked: str,
    *,
    has_direction: bool = True,
    left_out: NDArray[np.bool_] | None = None,
) -> DyadPlacebo:
    """Compare the change of one dyad between two periods with that of all others.

    Parameters
    ----------
    dyads : sequence of str
        Sorted pairs, ``IRN-RUS``, dims (dyad,).
    before, after : numpy.ndarray
        A reading in the two periods, dims (dyad,); NaN where nothing is known.
    asked : str
        One of `dyads`.
    has_direction : bool, optional
        False for asymmetry: which state of another dyad comes first is a matter of spelling.
    left_out : numpy.ndarray of bool, optional
        Dyads whose values are not to be trusted, dims (dyad,); the one asked is never left out.

    Examples
    --------
    >>> names = ("AAA-BBB", "AAA-CCC", *(f"X{i:02d}-Y{i:02d}" for i in range(10)))
    >>> found = placebo_dyads(names, np.zeros(12), np.array([9.5, 20, *range(10)]), "AAA-BBB")
    >>> found.share_as_far, found.donors, found.sharing[0].dyad
    (0.0, 10, 'AAA-CCC')
    """
    change = np.asarray(after - before, dtype=float)
    place = list(dyads).index(asked)
    states = set(asked.split("-"))
    shares = np.array([not states.isdisjoint(name.split("-")) for name in dyads])
    usable = np.isfinite(change)
    if left_out is not None:
        usable &= ~left_out
    others = change[usable & ~shares]
    own = float(change[place])
    near = [i for i in np.flatnonzero(usable & shares).tolist() if i != place]
    near.sort(key=lambda i: (-abs(change[i]), dyads[i]))
    known = bool(np.isfinite(own)) and len(others) >= _FEWEST
    directed = known and has_direction and own != 0
    return DyadPlacebo(
        change=own if np.isfinite(own) else None,
        share_as_far=float(np.mean(np.abs(others) >= abs(own))) if known else None,
        share_same_way=float(np.mean(others * np.sign(own) >= abs(own))) if directed else None,
        donors=len(others),
        sharing=tuple(Neighbour(dyads[i], float(change[i])) for i in near[:_SHOWN]),
        sharing_known=len(near),
    )
