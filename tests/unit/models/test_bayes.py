from __future__ import annotations

import sys

import numpy as np
import pytest

from comity.core.errors import ModelError, NotEnoughObservations
from comity.models.bayes import _Panel, fit_bayes
from comity.models.factor_em import standardise_panel
from comity.models.simulate import simulate_panel


@pytest.mark.parametrize("missing", ["jax", "numpyro"])
def test_without_numpyro_the_error_says_what_to_install(monkeypatch, missing):
    for name in ("jax", "numpyro"):
        monkeypatch.setitem(sys.modules, name, type(sys)(name))
    monkeypatch.setitem(sys.modules, missing, None)  # what an import of it then fails on
    values = simulate_panel(1, months=24, items=3).values
    with pytest.raises(ModelError, match=r"pip install 'comity\[bayes\]'") as caught:
        fit_bayes(values, seed=1)
    assert missing in str(caught.value)
    assert "\n" not in str(caught.value)


def test_too_little_is_said_before_anything_is_imported(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpyro", None)
    with pytest.raises(NotEnoughObservations, match="at least two"):
        fit_bayes(np.full((10, 2), np.nan), seed=1)


def test_a_yearly_value_sees_the_mean_of_its_months():
    values = np.full((24, 2), np.nan)
    values[::2, 0] = np.arange(12.0)
    values[[5, 17], 1] = 1.0, 2.0
    span = np.where(np.isfinite(values) & (np.arange(2) == 1), 12, 1)
    panel = _Panel.of(standardise_panel(values[None], None, span[None]), span[None])
    np.testing.assert_allclose(panel.average.sum(axis=1), 1.0)
    np.testing.assert_allclose(panel.average[17, 6:18], 1 / 12)
    # the first span begins before the window: only the months that are there
    np.testing.assert_allclose(panel.average[5, :6], 1 / 6)
    np.testing.assert_allclose(panel.average[4], np.eye(24)[4])
    assert panel.seen[:, 1].sum() == 0
    assert panel.seen_yearly[:, 1].sum() == 2
