"""The estimator's model by general software: ``statsmodels``, maximum likelihood by gradient.

Fifteen items see one level, each with a mean, a loading and a noise of its own; values may be
missing. `fit_reference` is a random walk with white noise, `fit_dynamic` the library's own model
of one autoregressive factor with autocorrelated noise. Neither knows abrupt shifts or the
uncertainty of the parameters, which our estimator's time contains.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.statespace.dynamic_factor import DynamicFactor
from statsmodels.tsa.statespace.mlemodel import MLEModel

__all__ = ["fit_dynamic", "fit_reference"]

Array = NDArray[np.float64]


class _OneWalk(MLEModel):
    """One random walk behind many items; parameters are means, loadings and logs of noise."""

    def __init__(self, values: Array) -> None:
        super().__init__(values, k_states=2, k_posdef=1)
        # the second state is 1 in all months: the reduction knows no intercepts
        self.ssm.initialize_known(np.array([0.0, 1.0]), np.diag([100.0, 0.0]))
        # fifteen values of one walk are reduced to one first: the fastest filter there is for it
        self.ssm.filter_collapsed = True
        self["transition"] = np.eye(2)
        self["selection", 0, 0] = 1.0
        self["state_cov", 0, 0] = 1.0

    @property
    def start_params(self) -> Array:
        items = self.k_endog
        spread = np.nanstd(self.endog, axis=0)
        walk = np.sqrt(len(self.endog) / 6.0)
        return np.concatenate(
            [np.nanmean(self.endog, axis=0), 0.7 * spread / walk, np.log(0.5 * spread**2)]
        ).reshape(3 * items)

    @property
    def param_names(self) -> list[str]:
        return [f"{what}.{i}" for what in ("mean", "load", "noise") for i in range(self.k_endog)]

    def update(self, params: Array, **kwargs: object) -> None:
        params = super().update(params, **kwargs)
        mean, loading, noise = params.reshape(3, self.k_endog)
        self["design"] = np.column_stack([loading, mean])
        self["obs_cov"] = np.diag(np.exp(noise))


def fit_reference(values: Array, *, rounds: int = 200) -> Array:
    """Return the smoothed level of one dyad, dims (time,).

    Parameters
    ----------
    values : numpy.ndarray
        Dims (time, item); NaN is missing.
    rounds : int, optional
        Most rounds of the optimiser.
    """
    model = _OneWalk(values)
    found = model.fit(disp=0, maxiter=rounds, cov_type="none")
    return np.asarray(found.smoothed_state[0])


def fit_dynamic(values: Array, *, rounds: int = 200) -> Array:
    """Return the smoothed factor of one dyad with autocorrelated noise; as `fit_reference`."""
    z = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    model = DynamicFactor(z, k_factors=1, factor_order=1, error_order=1)
    found = model.fit(disp=0, maxiter=rounds, cov_type="none")
    return np.asarray(found.smoothed_state[0])
