"""From levels of items to readings: declared weights, one scale per period, percentiles, draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.models.panel.items import DyadItem
from comity.models.panel.levels import LevelFit, pool_streams

__all__ = ["ScaledItem", "percentile", "scale_item", "signed_percentile"]

Array = NDArray[np.float64]
Draws = NDArray[np.float32]
_TINY = 1e-12


class ScaledItem(NamedTuple):
    """One item on the panel's scale: 0 is the panel's mean, 1 its standard deviation.

    Parameters
    ----------
    filtered, smoothed, point, sd : numpy.ndarray
        Level by filter and smoother, the period's own value, and the filter's standard deviation,
        dims (dyad, time).
    centre, scale : numpy.ndarray
        Of the filtered and the smoothed levels, dims (2, time).
    kept : numpy.ndarray
        Part of the states' own activity that stays, dims (dyad, time).
    trust, bias : numpy.ndarray
        Share of a level that is believed, and standard deviation of the lasting error, dims (dyad,
        time); 1 and 0 where nothing is suspected.
    """

    filtered: Array
    smoothed: Array
    point: Array
    sd: Array
    centre: Array
    scale: Array
    kept: Array
    trust: Array
    bias: Array

    def draws(self, levels: Draws, which: int, shock: Draws) -> Draws:
        """Return draws of levels on this scale.

        Parameters
        ----------
        levels : numpy.ndarray
            Dims (dyad, time, draw).
        which : int
            0 for filtered levels, 1 for smoothed ones.
        shock : numpy.ndarray
            Standard normal, dims (dyad, draw): one lasting error per dyad and draw.
        """
        gain = (self.trust / self.scale[which]).astype(np.float32)
        offset = (self.kept - self.centre[which]) * self.trust / self.scale[which]
        moved: Draws = gain[:, :, None] * levels + offset.astype(np.float32)[:, :, None]
        for dyad in np.flatnonzero(self.bias.any(axis=1)):
            lasting = (self.bias[dyad] / self.scale[which]).astype(np.float32)
            moved[dyad] += lasting[:, None] * shock[dyad]
        return moved


def scale_item(
    item: DyadItem, fit: LevelFit, kept_state: float, alive: NDArray[np.bool_] | None = None
) -> ScaledItem:
    """Standardise the levels of an item within period.

    The scale is the standard deviation of the levels themselves, that of the means and the doubt
    about each together. A dyad without evidence therefore stays near the panel's mean with a wide
    interval, and an item that is badly known all over the panel loses weight by itself.

    Parameters
    ----------
    item : DyadItem
        The measured item.
    fit : LevelFit
        Its levels.
    kept_state : float
        Part of the states' own activity that stays. [0-1]
    alive : numpy.ndarray of bool, optional
        Where both states exist, dims (dyad, time); only there does a dyad take part in the scale.
    """
    here = np.ones(fit.filtered.shape) if alive is None else alive.astype(float)
    here /= np.maximum(here.sum(axis=0), 1.0)
    kept = kept_state * item.state_part
    centre, scale, moved = [], [], []
    for level, var in ((fit.filtered, fit.filtered_var), (fit.smoothed, fit.smoothed_var)):
        value = level + kept
        middle = np.zeros(value.shape[1]) if item.is_signed else (here * value).sum(axis=0)
        spread = np.sqrt((here * ((value - middle) ** 2 + var)).sum(axis=0))
        centre.append(middle)
        scale.append(np.maximum(spread, _TINY))
        moved.append(value - middle)
    trust = scale[0] ** 2 / (scale[0] ** 2 + item.doubt)
    bias = np.sqrt(trust * item.doubt)
    return ScaledItem(
        filtered=trust * moved[0] / scale[0],
        smoothed=trust * moved[1] / scale[1],
        point=trust * (_own_value(item, fit) + kept - centre[0]) / scale[0],
        sd=np.sqrt(trust**2 * fit.filtered_var + bias**2) / scale[0],
        centre=np.array(centre),
        scale=np.array(scale),
        kept=kept,
        trust=trust,
        bias=bias,
    )


def _own_value(item: DyadItem, fit: LevelFit) -> Array:
    """Return the period's value alone, drawn to the panel's mean as far as it is sampling noise.

    Where nothing was seen the filtered level stands in, so that a yearly item does not jump out of
    a monthly point.
    """
    middle = 0.0 if item.is_signed else fit.filtered.mean(axis=0)
    spread = fit.filtered.var(axis=0) + fit.filtered_var.mean(axis=0) + fit.parameters.noise
    value, variance, _ = pool_streams(*item.streams(), fit.parameters.others)
    trust = spread / (spread + variance)
    return np.where(fit.seen, middle + trust * (value - middle), fit.filtered)


def percentile(latent: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the mid-rank along the first dim among the values there, 0 to 100; NaN stays.

    Parameters
    ----------
    latent : numpy.ndarray
        First dim is the dyad.

    Examples
    --------
    >>> percentile(np.array([[3.0], [1.0], [2.0], [2.0]]))[:, 0].tolist()
    [87.5, 12.5, 50.0, 50.0]
    """
    flat = np.ascontiguousarray(latent.reshape(len(latent), -1).T)
    out = np.full(flat.shape, np.nan, dtype=latent.dtype)
    for row, into in zip(flat, out, strict=True):
        seen = np.isfinite(row)
        value = row[seen]
        at = np.argsort(value)
        order = value[at]
        if (order[1:] == order[:-1]).any():
            rank = np.searchsorted(order, value, "left") + np.searchsorted(order, value, "right")
        else:
            rank = np.empty(len(value), dtype=np.int64)
            rank[at] = np.arange(1, 2 * len(value), 2)
        into[seen] = 50.0 * rank / max(len(value), 1)
    return np.ascontiguousarray(out.T).reshape(latent.shape)


def signed_percentile(latent: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return values on -100 to 100 against the panel and its mirror image.

    Turning a dyad round turns the sign and nothing else.

    Parameters
    ----------
    latent : numpy.ndarray
        First dim is the dyad; 0 is balance.
    """
    size = percentile(np.abs(latent))
    return np.asarray(np.sign(latent) * size, dtype=latent.dtype)
