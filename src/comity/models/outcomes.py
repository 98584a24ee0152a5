"""How probable each outcome of an opportunity is under each rival, so that all add up to one.

Several tests can be outcomes of one opportunity: an item on a wish-list arrives or is kept back.
To score each as a yes or no of its own would give a rival that rates both high something for every
opportunity, however it ended. With ``u = k r`` for a rating ``r``:

- with "none of them" possible, outcome ``j`` has ``exp(u_j) / (1 + sum exp(u))`` and "none"
  ``1 / (1 + sum exp(u))``. A test by itself is the case of one outcome: ``1 / (1 + exp(-u))``;
- where one of the `m` outcomes must come about, ``exp(s u_j) / sum exp(s u)`` with
  ``s = (m - 1) / m``. Ratings of 2 and -2 say the same thing twice, and the power takes their mean:
  83 of 100 still, as a test by itself rated 2 would have. Without it the two count as independent
  evidence (96 of 100).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError

__all__ = ["Outcomes"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FAR = 30.0


@dataclass(frozen=True)
class Outcomes:
    """Which tests are outcomes of one opportunity.

    Parameters
    ----------
    opportunity : numpy.ndarray of int
        Number of the opportunity of each test, dims (test,).
    none : numpy.ndarray of bool
        Whether an opportunity of each test can end in none of its tests, dims (test,).

    Raises
    ------
    ModelError
        If tests of one opportunity differ on "none", or one outcome is left without a rival.
    """

    opportunity: Ints
    none: Flags

    def __post_init__(self) -> None:
        for number in np.unique(self.opportunity):
            own = self.none[self.opportunity == number]
            if len(set(own.tolist())) > 1:
                msg = "tests of one opportunity must agree on whether none of them is possible."
                raise ModelError(msg)
            if len(own) == 1 and not own[0]:
                msg = "an opportunity with one outcome, which must come about, tells nothing."
                raise ModelError(msg)

    @classmethod
    def apart(cls, tests: int) -> Outcomes:
        """Return tests of which each is an opportunity of its own: the thing is seen or not."""
        return cls(np.arange(tests), np.ones(tests, dtype=bool))

    @cached_property
    def together(self) -> Flags:
        """Which tests share an opportunity, dims (test, test)."""
        return np.asarray(self.opportunity[:, None] == self.opportunity)

    @cached_property
    def ways(self) -> Ints:
        """In how many ways the opportunity of each test can end, "none" included, dims (test,)."""
        return np.asarray(self.together.sum(axis=1) + self.none)

    def logs(self, scale: Array) -> tuple[Array, Array]:
        """Return log probabilities of each test's thing, and of none of its opportunity.

        Parameters
        ----------
        scale : numpy.ndarray
            ``k`` times the ratings, dims (..., test, hypothesis).

        Returns
        -------
        tuple of numpy.ndarray
            Each of the dims of `scale`; "none" is minus infinity where it is not possible.
        """
        power = np.where(self.none, 1.0, (self.ways - 1) / self.ways)
        u = np.clip(scale * power[:, None], -_FAR, _FAR)
        total = np.einsum("ts,...sh->...th", self.together.astype(float), np.exp(u))
        total = np.log(total + self.none[:, None])
        with np.errstate(divide="ignore"):
            none = np.where(self.none[:, None], -total, -np.inf)
        return u - total, none

    def told(
        self,
        seen: Array,
        none: Array,
        present: Flags,
        truth: Array,
        test: Ints,
        unsettled: Flags | None = None,
    ) -> Array:
        """Return the probability that a finding is told, dims (..., finding, hypothesis).

        With the probability ``2 truth - 1`` what happened is known; else any way in which it could
        have ended is told as readily as any other. A truth of one half tells nothing. Where only
        one way is excluded, each of the others is what happened with equal readiness: the mean of
        their chances, so that the ways still add up to one whichever of them is told so.
        """
        chance = np.exp(np.where(present[:, None], seen[..., test, :], none[..., test, :]))
        if unsettled is not None and unsettled.any():
            others = (1 - np.exp(seen[..., test, :])) / (self.ways[test] - 1)[:, None]
            chance = np.where(unsettled[:, None], others, chance)
        known = (2 * truth - 1)[:, None]
        return np.asarray(known * chance + (1 - known) / self.ways[test][:, None])

    def contrast(self, scale: Array) -> tuple[Array, Array]:
        """Return how much more or less likely each way is than the mean of the others.

        Log ratios, dims of `scale`: of each test's thing, and of none of its opportunity (0 where
        it is not possible). A rival that is silent on all of them has 0.
        """
        seen, none = self.logs(scale)
        others = np.log((self.ways - 1.0)[:, None])

        def ratio(logs: Array) -> Array:
            chance = np.clip(np.exp(logs), 1e-15, 1 - 1e-15)
            return np.asarray(np.log(chance) - np.log1p(-chance) + others)

        return ratio(seen), np.where(self.none[:, None], ratio(none), 0.0)
