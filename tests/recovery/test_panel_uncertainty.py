"""Are intervals of the reference panel right where the world is unlike the model? Fresh seeds.

Figures of the documentation: ``pytest -m slow --log-cli-level=INFO`` on this file.
"""

from __future__ import annotations

import logging

import numpy as np
import pytest

from comity.models.panel._types import Weights
from comity.models.panel.centring import centre_two_way
from comity.models.panel.combine import percentile
from comity.models.panel.estimate import estimate_panel_of_dyads
from comity.models.panel.simulate import PanelTroubles, simulate_panel_inputs

pytestmark = pytest.mark.slow
log = logging.getLogger(__name__)

SEEDS = (78_001, 78_002)
STATES = 90
DECLARED = Weights(
    depth={"amount_vc": 1.0, "amount_mc": 1.0},
    cohesion={"trade": 1.0, "un": 1.0},
    tension={"amount_vf": 1.0, "amount_mf": 1.0},
    asymmetry={},
    kept_state={},
)
READINGS = ("cohesion", "tension", "depth")
# troubles, and true weights of the two classes behind depth and tension
CASES = {
    "independent": (PanelTroubles(), (1.0, 1.0)),
    "autocorrelated": (PanelTroubles(rho=0.6), (1.0, 1.0)),
    "abrupt shift": (PanelTroubles(shift=1.5), (1.0, 1.0)),
    "heavy tails": (PanelTroubles(tails=3.0), (1.0, 1.0)),
    "missing when tense": (PanelTroubles(missing="informative"), (1.0, 1.0)),
    "wrong weights": (PanelTroubles(), (1.5, 0.5)),
}


def _centred(level):
    a, b = np.triu_indices(STATES, 1)
    grid = np.full((level.shape[1], STATES, STATES), np.nan)
    grid[:, a, b] = grid[:, b, a] = level.T
    return centre_two_way(grid)[:, a, b].T


def _sum(first, second, weights):
    return weights[0] * first / first.std(axis=0) + weights[1] * second / second.std(axis=0)


def coverage(case, seeds=SEEDS):
    """Share of dyad-years inside the 80 and 95 % intervals and width of the 80 %, by reading."""
    troubles, weights = CASES[case]
    rows = {name: [] for name in READINGS}
    for seed in seeds:
        world = simulate_panel_inputs(seed, states=STATES, troubles=troubles)
        found = estimate_panel_of_dyads(world.inputs, seed=1, draws=200, weights=DECLARED)
        vc, mc, vf, mf = (_centred(level) for level in world.levels)
        truth = {
            "cohesion": _centred(world.closeness),
            "tension": _sum(vf, mf, weights),
            "depth": _sum(vc, mc, weights),
        }
        for name, true in truth.items():
            # a dyad that was never seen has no reading, and no rank among those that have one
            said = np.isfinite(found.readings[name].filtered)
            at = percentile(np.where(said, true, np.nan))[said]
            low80, high80 = (x[said] for x in found.readings[name].interval(0.8))
            low95, high95 = (x[said] for x in found.readings[name].interval(0.95))
            rows[name].append(
                (
                    np.mean((low80 <= at) & (at <= high80)),
                    np.mean((low95 <= at) & (at <= high95)),
                    np.mean(high80 - low80),
                )
            )
    return {name: np.mean(row, axis=0) for name, row in rows.items()}


# what is short of the goal of 0.04 (independent, autocorrelated) or 0.08 (all others): the least
# share that is inside the 80 and the 95 % interval; nothing else may be short
SHORT = {
    # votes and trade of one dyad err in the same way for years, and pass for its level
    ("autocorrelated", "cohesion"): (0.40, 0.58),
    ("autocorrelated", "tension"): (0.63, 0.82),
    ("autocorrelated", "depth"): (0.63, 0.82),
    # the states' own parts are estimated, and what is left of them is not in doubt
    ("independent", "cohesion"): (0.72, 0.88),
    # declared weights are not in doubt: three to one in truth where one to one is declared
    ("wrong weights", "tension"): (0.55, 0.75),
    ("wrong weights", "depth"): (0.55, 0.75),
}


@pytest.mark.parametrize("case", CASES)
def test_intervals_of_the_panel_cover(case):
    """Within 0.08 of 0.80 and 0.95, or 0.04 of them, except for what SHORT names.

    Short are: all readings where noise is autocorrelated from year to year (cohesion covers 0.44 of
    0.80), tension and depth where the true weights are three to one (0.59), cohesion by 0.05
    everywhere.
    """
    goal = 0.04 if case in ("independent", "autocorrelated") else 0.08
    for name, (inside80, inside95, width) in coverage(case).items():
        log.info("%s, %s: %.3f %.3f width %.1f", case, name, inside80, inside95, width)
        if (case, name) in SHORT:
            least80, least95 = SHORT[case, name]
            assert inside80 >= least80
            assert inside95 >= least95
        else:
            assert inside80 == pytest.approx(0.80, abs=goal)
            assert inside95 == pytest.approx(0.95, abs=goal)
        # an interval of the whole scale would cover too
        assert width < 35.0
