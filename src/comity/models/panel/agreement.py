"""Agreement on roll-call votes, weighted by how contested each vote was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError

__all__ = ["vote_agreement"]

Array = NDArray[np.float64]
_ANSWERS = (0.0, 0.5, 1.0)


def vote_agreement(votes: Array, *, least: int = 8, floor: float = 0.05) -> tuple[Array, Array]:
    """Return agreement of every two states over one session, and its sampling variance.

    A vote that divides nobody says nothing about anybody, so each counts with the variance of its
    answers. A state that is absent has not abstained: the vote is missing for it.

    Parameters
    ----------
    votes : numpy.ndarray
        Dims (vote, state): 1 yes, 0.5 abstention, 0 no, NaN absent.
    least : int
        Joint votes below which agreement is missing.
    floor : float
        Votes whose answers have a smaller standard deviation are left out.

    Returns
    -------
    tuple of numpy.ndarray
        Agreement [0-1] and variance, dims (state, state); NaN where missing.

    Raises
    ------
    ModelError
        If an answer is none of the three.

    Examples
    --------
    >>> votes = np.array([[1.0, 1.0, 0.0]] * 6 + [[1.0, 0.0, 0.0]] * 6)
    >>> vote_agreement(votes)[0][0].round(2).tolist()
    [nan, 0.5, 0.0]
    """
    seen = np.isfinite(votes)
    if not np.isin(votes[seen], _ANSWERS).all():
        raise ModelError("votes are coded 1 (yes), 0.5 (abstention), 0 (no) or NaN (absent).")
    n = np.maximum(seen.sum(axis=1), 1)
    mean = np.where(seen, votes, 0.0).sum(axis=1) / n
    weight = np.where(seen, (votes - mean[:, None]) ** 2, 0.0).sum(axis=1) / n
    keep = np.sqrt(weight) > floor
    votes, weight = votes[keep], weight[keep, None]
    at = [np.where(votes == answer, 1.0, 0.0) for answer in _ANSWERS]
    seen_now = np.isfinite(votes) * 1.0
    joint, total = seen_now.T @ seen_now, (seen_now * weight).T @ seen_now
    squares = (seen_now * weight**2).T @ seen_now
    apart = np.zeros_like(total)
    for left, x in zip(at, _ANSWERS, strict=True):
        for right, y in zip(at, _ANSWERS, strict=True):
            if x != y:
                apart += abs(x - y) * ((left * weight).T @ right)
    known = joint >= least
    known &= ~np.eye(len(known), dtype=bool)
    safe = np.where(known, total, 1.0)
    agreement = 1.0 - apart / safe
    # effective number of votes; the small term keeps perfect agreement on few votes in doubt
    effective = safe**2 / np.where(known, squares, 1.0)
    variance = (agreement * (1.0 - agreement) + 0.25 / (effective + 1.0)) / (effective + 1.0)
    return np.where(known, agreement, np.nan), np.where(known, variance, np.nan)
