"""Two-way centring: how near two states are, given how near each is to everybody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comity.core.errors import ModelError

__all__ = ["centre_two_way"]

Array = NDArray[np.float64]


def centre_two_way(x: Array, *, sweeps: int = 30) -> Array:
    """Return ``x_ij - m - a_i - a_j`` per period, over all states given.

    State effects are shrunk as if each state had one more partner at the mean. Give all states and
    not only those of the panel: a body that everybody belongs to vanishes only then.

    Parameters
    ----------
    x : numpy.ndarray
        Symmetric, dims (time, state, state); NaN where missing. The diagonal is not read.
    sweeps : int
        Alternations between mean and state effects.

    Raises
    ------
    ModelError
        If the dims are not (time, state, state).

    References
    ----------
    .. [1] Torgerson, W. S. (1958), Theory and Methods of Scaling (double centring).
    """
    if x.ndim != 3 or x.shape[1] != x.shape[2]:
        raise ModelError(f"two-way centring needs dims (time, state, state), not {x.shape}.")
    seen = np.isfinite(x) & ~np.eye(x.shape[1], dtype=bool)
    value = np.where(seen, x, 0.0)
    mask = seen.astype(float)
    n_state = seen.sum(axis=2)
    n_all = np.maximum(seen.sum(axis=(1, 2)), 1)
    row_sum, total = value.sum(axis=2), value.sum(axis=(1, 2))
    effect = np.zeros(x.shape[:2])
    mean = total / n_all
    for _ in range(sweeps):
        others = (mask @ effect[:, :, None])[:, :, 0]
        effect = (row_sum - n_state * mean[:, None] - others) / (n_state + 1)
        mean = (total - 2.0 * (n_state * effect).sum(axis=1)) / n_all
    fitted = effect[:, :, None] + effect[:, None, :] + mean[:, None, None]
    return np.where(seen, value - fitted, np.nan)
