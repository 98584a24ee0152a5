"""How far findings speak for rival hypotheses: likelihood ratios with all doubt carried along.

A rating ``r`` from -2 to 2 says how far a hypothesis leads one to expect a thing; the chance of
seeing it is ``1 / (1 + exp(-k r))``. Tests that are outcomes of one opportunity share its chances
(`comity.models.outcomes`). A finding says that the thing was seen, or was not where it could have
been; it is right with the probability that its grade gives. Findings of one opportunity in one
period are told by the same people about the same quarrels: `n` of them count as
``n / (1 + (n - 1) rho)``. Posterior draws carry three doubts: the steepness ``k``, each rating and
the dependence ``rho``.

Two answers are given. *Weight*: the probability of each hypothesis if exactly one of them rules.
*Share*: the part of the findings that each accounts for if several rule at once; a finding that
two explain equally well is shared between them.

References
----------
.. [1] Heuer, R. J. (1999), Psychology of Intelligence Analysis, chapter 8: Analysis of Competing
   Hypotheses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError
from comity.models.outcomes import Outcomes

__all__ = [
    "Doubt",
    "Evidence",
    "Shares",
    "Weights",
    "information",
    "log_likelihood",
    "point_weights",
    "share_out",
    "weigh",
]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_CHAINS = 160
_ROUNDS = 40


@dataclass(frozen=True)
class Doubt:
    """How far ratings and findings are to be trusted; declared, not learnt.

    Parameters
    ----------
    per_point : float
        ``k``: change of the log odds of seeing a thing for one point of rating.
    per_point_sd : float
        Standard deviation of ``log k``.
    rating_sd : float
        Standard deviation of each rating. [points]
    dependence : tuple of (float, float)
        Bounds of ``rho``. [1]
    concentration : float
        Of the prior over shares, for each hypothesis: below 1, a few are held to rule at once
        rather than all.
    """

    per_point: float
    per_point_sd: float
    rating_sd: float
    dependence: tuple[float, float]
    concentration: float = 1.0


@dataclass(frozen=True)
class Evidence:
    """Findings and what is expected of them.

    Parameters
    ----------
    expected : numpy.ndarray
        Ratings, dims (test, hypothesis). [points]
    prior : numpy.ndarray
        Prior weights, dims (hypothesis,), not necessarily of sum 1.
    test : numpy.ndarray of int
        Test of each finding, dims (finding,).
    cell : numpy.ndarray of int
        Opportunity and period of each finding, dims (finding,): findings of one cell depend on
        each other.
    present : numpy.ndarray of bool
        Whether the thing was seen, dims (finding,); if not, none of the outcomes of its
        opportunity was.
    truth : numpy.ndarray
        Probability that the finding is right, dims (finding,). [0.5-1]
    part : numpy.ndarray
        How much of each finding counts here, dims (finding,); below 1 where a record serves
        several opportunities.
    outcomes : Outcomes, optional
        Which tests are outcomes of one opportunity; by default each stands by itself.
    unsettled : numpy.ndarray of bool, optional
        Whether the thing was not seen and which of the other ways its opportunity ended is not
        told, dims (finding,); by default that is always told.

    Raises
    ------
    ModelError
        If the arrays do not fit, a probability is none, or nothing was seen of an opportunity of
        which one outcome must come about.
    """

    expected: Array
    prior: Array
    test: Ints
    cell: Ints
    present: NDArray[np.bool_]
    truth: Array
    part: Array
    outcomes: Outcomes | None = None
    unsettled: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        count = len(self.test)
        if any(len(each) != count for each in (self.cell, self.present, self.truth, self.part)):
            msg = "findings need a test, a cell, presence, truth and part each."
            raise ModelError(msg)
        if self.expected.shape[1] != len(self.prior) or not (self.prior > 0).all():
            msg = "every hypothesis needs ratings and a positive prior."
            raise ModelError(msg)
        if count and not ((self.truth >= 0.5) & (self.truth <= 1)).all():
            msg = "a finding is right with a probability between 0.5 and 1."
            raise ModelError(msg)
        if len(self.open) != count or (self.open & self.present).any():
            msg = "what was seen is settled; every finding says whether it is."
            raise ModelError(msg)
        if not (self.present | self.open | self.shared.none[self.test]).all():
            msg = "nothing was seen of an opportunity of which one outcome must come about."
            raise ModelError(msg)

    @property
    def open(self) -> NDArray[np.bool_]:
        """Which findings do not tell how their opportunity ended."""
        if self.unsettled is None:
            return np.zeros(len(self.test), dtype=bool)
        return self.unsettled

    @property
    def shared(self) -> Outcomes:
        """Which tests are outcomes of one opportunity."""
        return self.outcomes or Outcomes.apart(len(self.expected))


class Weights(NamedTuple):
    """Posterior probability of each hypothesis, dims (draw, hypothesis); rows sum to 1.

    ``support`` is the log likelihood of all findings, of the same dims, without the prior.
    """

    draws: Array
    support: Array


class Shares(NamedTuple):
    """Part of the findings that each hypothesis accounts for, dims (draw, hypothesis)."""

    draws: Array


def weigh(evidence: Evidence, doubt: Doubt, *, seed: int, draws: int = 1000) -> Weights:
    """Weigh hypotheses on findings.

    Parameters
    ----------
    evidence : Evidence
        Findings and ratings.
    doubt : Doubt
        Declared doubts.
    seed : int
        Same seed and evidence give the same numbers.
    draws : int, optional
        Number of posterior draws of the weights.

    Returns
    -------
    Weights
        Without a finding, the prior.
    """
    _, logs, counted = _drawn(evidence, doubt, seed, draws)
    support = np.einsum("df,dfh->dh", counted, logs)
    return Weights(_softmax(support + _log_prior(evidence)), support)


def share_out(evidence: Evidence, doubt: Doubt, *, seed: int) -> Shares:
    """Draw how much of the findings each hypothesis accounts for if several rule at once.

    Gibbs sampling, each chain under one draw of the doubts; parameters as for `weigh`. Without a
    finding the shares are those of the prior.
    """
    rng, logs, counted = _drawn(evidence, doubt, seed, _CHAINS)
    chance, weight = np.exp(logs), counted[:, :, None]
    start = doubt.concentration * evidence.prior / evidence.prior.mean()
    share = rng.dirichlet(start, _CHAINS)
    kinds, kept = np.arange(chance.shape[2]), []
    for turn in range(_ROUNDS):
        claim = (share[:, None, :] * chance).cumsum(axis=2)
        pick = rng.random((_CHAINS, chance.shape[1], 1)) * claim[:, :, -1:]
        owner = (claim < pick).sum(axis=2, keepdims=True)
        gamma = rng.standard_gamma(start + (weight * (owner == kinds)).sum(axis=1))
        share = gamma / gamma.sum(axis=1, keepdims=True)
        if turn >= _ROUNDS // 2:
            kept.append(share)
    return Shares(np.concatenate(kept))


def _drawn(
    evidence: Evidence, doubt: Doubt, seed: int, draws: int
) -> tuple[np.random.Generator, Array, Array]:
    """Return log probabilities of the findings and how much each counts, under drawn doubts."""
    rng = np.random.default_rng([seed, evidence.expected.shape[1], len(evidence.test)])
    k = doubt.per_point * np.exp(doubt.per_point_sd * rng.standard_normal(draws))
    noise = doubt.rating_sd * rng.standard_normal((draws, *evidence.expected.shape))
    rho = rng.uniform(*doubt.dependence, draws)
    scale = k[:, None, None] * (evidence.expected + noise)
    counted = evidence.part * _dependence(evidence.cell, rho)
    return rng, _log_chances(scale, evidence), counted


def log_likelihood(evidence: Evidence, doubt: Doubt) -> Array:
    """Return the log likelihood of all findings, every doubt at its centre, dims (hypothesis,)."""
    logs = _log_chances(doubt.per_point * evidence.expected[None], evidence)[0]
    rho = np.array([sum(doubt.dependence) / 2])
    return np.asarray((evidence.part * _dependence(evidence.cell, rho)[0]) @ logs)


def point_weights(evidence: Evidence, doubt: Doubt) -> Array:
    """Return the weights with every doubt at its centre, dims (hypothesis,); for comparisons."""
    support = log_likelihood(evidence, doubt) + _log_prior(evidence)
    return np.asarray(_softmax(support[None])[0])


def information(
    weights: Array, expected: Array, doubt: Doubt, truth: float, outcomes: Outcomes | None = None
) -> Array:
    """Return how much one further opportunity of each test would tell, dims (test,), in bits.

    Parameters
    ----------
    weights : numpy.ndarray
        Present weights, dims (hypothesis,).
    expected : numpy.ndarray
        Ratings, dims (test, hypothesis).
    doubt : Doubt
        For the steepness.
    truth : float
        Probability that such a finding would be right.
    outcomes : Outcomes, optional
        Which tests are outcomes of one opportunity; they tell the same.
    """
    shared = outcomes or Outcomes.apart(len(expected))
    tests = np.arange(len(expected))
    seen, none = shared.logs(doubt.per_point * expected)
    yes, right = np.ones(len(tests), dtype=bool), np.full(len(tests), truth)
    each = shared.told(seen, none, yes, right, tests)
    left = shared.told(seen, none, ~yes, right, tests)
    ways = shared.together.astype(float)
    return np.asarray(
        ways @ (_surprise(each @ weights) - _surprise(each) @ weights)
        + shared.none * (_surprise(left @ weights) - _surprise(left) @ weights)
    )


def _log_chances(scale: Array, evidence: Evidence) -> Array:
    """Return the log probability of each finding, dims (draw, finding, hypothesis)."""
    shared = evidence.shared
    seen, none = shared.logs(scale)
    told = shared.told(seen, none, evidence.present, evidence.truth, evidence.test, evidence.open)
    return np.asarray(np.log(np.maximum(told, 1e-300)))


def _log_prior(evidence: Evidence) -> Array:
    return np.asarray(np.log(evidence.prior / evidence.prior.sum()))


def _surprise(p: Array) -> Array:
    return np.asarray(-p * np.log2(np.clip(p, 1e-300, 1)))


def _softmax(support: Array) -> Array:
    raised = np.exp(support - support.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _dependence(cell: Ints, rho: Array) -> Array:
    """Return by how much each finding counts for its company, dims (draw, finding)."""
    if not len(cell):
        return np.ones((len(rho), 0))
    _, inverse, counts = np.unique(cell, return_inverse=True, return_counts=True)
    return np.asarray(1 / (1 + (counts[inverse] - 1) * rho[:, None]))
