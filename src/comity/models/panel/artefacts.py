"""Coder artefacts: two states that can hardly have had so much to do with each other.

Automatic coders mistake one state for another (a namesake, a city, a demonym), and the mistake is
as loud as a war. A dyad far apart whose verbal traffic is much larger than its states' activity
and distance explain is flagged. Its counts stay, with a doubt that does not average out over the
years: a mistaken coder goes on being mistaken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comity.models.panel._types import PanelInputs
from comity.models.panel.counts import fit_counts

__all__ = ["DOUBT", "screen_artefacts"]

Array = NDArray[np.float64]
DOUBT = 8.0
"""Variance of the lasting error in the count items of a flagged dyad. [log squared]"""
_BOUND = 2.0
_QUIET = 0.5


def screen_artefacts(inputs: PanelInputs, *, bound: float = _BOUND) -> NDArray[np.bool_]:
    """Return which dyads look miscoded by each period, dims (time, state, state).

    A period is judged with those before it only, so that a past assessment is not corrected with
    later knowledge. Without distances or nearness nothing can be said and nothing is flagged.

    Parameters
    ----------
    inputs : PanelInputs
        Read: verbal co-operation, `distance`, `near`.
    bound : float
        Standard deviations above which traffic is out of proportion.
    """
    time, n = len(inputs.periods), len(inputs.states)
    if inputs.distance is None or inputs.near is None:
        return np.zeros((time, n, n), dtype=bool)
    verbal = inputs.counts[0] + np.transpose(inputs.counts[0], (0, 2, 1))
    far = np.where(inputs.distance > 0, inputs.distance, np.nan)
    covariate = np.broadcast_to(np.log(far) - np.nanmean(np.log(far)), verbal.shape)
    fit = fit_counts(verbal, covariate)
    noise = fit.variance + fit.dispersion[:, None, None]
    z = fit.residual / np.sqrt(noise)
    seen = np.isfinite(z)
    n_seen = np.cumsum(seen, axis=0)
    # one loud year may be news: the mean is drawn to 0 as if half a year had been quiet
    so_far = np.cumsum(np.where(seen, z, 0.0), axis=0) / (n_seen + _QUIET)
    return np.asarray((so_far > bound) & (n_seen > 0) & ~inputs.near)
