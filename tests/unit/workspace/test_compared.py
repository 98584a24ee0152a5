"""Which dyads stand beside one, on a small panel that is made up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from comity.core.actor import Actors
from comity.core.dyad import Dyad
from comity.evidence.store import EvidenceStore
from comity.workspace.compared import LEAST, comparison_of, why_empty
from comity.workspace.reference import ReferencePanel
from comity.workspace.standing import reading_standings

if TYPE_CHECKING:
    from pathlib import Path

    from comity.judgement.assessment import Comparison

# cohesion, tension, depth in the last year
VALUES = {
    "IRN-RUS": (55, 70, 80),
    "CHN-RUS": (90, 30, 95),
    "IND-RUS": (80, 20, 60),
    "BLR-RUS": (70, 92, 98),
    "RUS-USA": (10, 97, 70),
    "PRT-RUS": (99, 5, 20),
    "GUY-RUS": (1, 40, 10),
    "IRN-TKM": (97, 35, 60),
    "IRN-SYR": (75, 87, 90),
    "IRN-USA": (2, 99, 55),
    "IRN-ISR": (0.1, 99.6, 30),
    "GBR-USA": (95, 80, 90),
}
YEARS = ("2012", "2013", "2014")


def panel(periods: tuple[str, ...] = YEARS) -> ReferencePanel:
    keys = tuple(sorted(VALUES))
    planes = np.array([VALUES[key] for key in keys], dtype=float).T
    readings = {}
    for name, last in zip(("cohesion", "tension", "depth"), planes, strict=True):
        value = np.stack([last * 0 + 50, last, last], axis=1)
        readings[name] = {
            "value": value, "lo80": np.maximum(value - 5, 0), "hi80": np.minimum(value + 5, 100),
            "point": value, "observed": np.ones_like(value),
        }  # fmt: skip
    sign = np.full((len(keys), len(YEARS)), 30.0)
    readings["asymmetry"] = {
        "value": sign, "lo80": sign - 9, "hi80": sign + 9, "point": sign,
        "observed": np.ones_like(sign),
    }  # fmt: skip
    # a dyad that the panel holds and of which nothing is known in the last year
    for parts in readings.values():
        for plane in parts.values():
            plane[keys.index("IND-RUS"), 2] = np.nan
    return ReferencePanel(keys, periods, readings, np.zeros((len(keys), 3), dtype=bool), {})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EvidenceStore:
    path: Path = tmp_path_factory.mktemp("compared")
    return EvidenceStore.open(path / "store")


def compared(
    store: EvidenceStore,
    dyad: str = "RUS-IRN",
    named: tuple[str, ...] = (),
    as_of: dt.date = dt.date(2020, 6, 1),
    periods: tuple[str, ...] = YEARS,
) -> Comparison | None:
    with store.view(dt.date.max) as view:
        return comparison_of(
            panel(periods),
            Dyad(*dyad.split("-")),
            [Dyad(*each.split("-")) for each in named],
            Actors.load(),
            view,
            (),
            as_of,
        )


def test_the_rule_takes_the_closest_and_the_most_distant_of_either_state(store) -> None:
    made = compared(store)
    assert made is not None
    assert made.chosen_by == "rule"
    shown = [f"{each.a}-{each.b}" for each in made.dyads]
    assert shown == [
        "RUS-IRN",
        *("RUS-CHN", "RUS-BLR", "RUS-USA"),
        *("IRN-TKM", "IRN-SYR", "IRN-USA"),
    ], "Portugal and Guyana have little to do with Russia, Israel with Iran; India has no value"


def test_dyads_that_the_case_names_are_shown_in_its_order(store) -> None:
    made = compared(store, named=("USA-GBR", "RUS-CHN", "RUS-TUV"))
    assert made is not None
    assert [f"{each.a}-{each.b}" for each in made.dyads] == [
        "RUS-IRN", "USA-GBR", "RUS-CHN", "RUS-TUV",
    ]  # fmt: skip
    turned = made.dyads[1].readings["asymmetry"][-1]
    assert (turned.value, turned.lo80, turned.hi80) == (-30, -39, -21), "the key is GBR-USA"
    assert made.dyads[3].readings == {}
    assert "TUV" in made.dyads[3].why_empty


def test_the_network_lists_high_cohesion_with_depth_and_high_tension(store) -> None:
    made = compared(store)
    assert made is not None
    network = made.network
    assert network.own is not None
    assert (network.own.state, network.own.other) == ("RUS", "IRN")
    assert [tie.other for tie in network.closest["RUS"]] == ["CHN", "BLR"]
    assert [tie.other for tie in network.closest["IRN"]] == ["TKM", "SYR"]
    assert [tie.other for tie in network.tensest["RUS"]] == ["USA", "BLR"]
    assert [tie.other for tie in network.tensest["IRN"]] == ["ISR", "USA", "SYR"]
    for ties in network.tensest.values():
        assert all(tie.tension.value >= LEAST for tie in ties)


def test_a_missing_year_is_left_out_and_never_zero(store) -> None:
    made = compared(store, named=("RUS-IND",))
    assert made is not None
    periods = [point.period for point in made.dyads[1].readings["cohesion"]]
    assert periods == ["2012", "2013"]
    assert made.last == "2014"


def test_only_years_before_the_day_are_shown(store) -> None:
    made = compared(store, as_of=dt.date(2014, 1, 1))
    assert made is not None
    assert made.last == made.network.period == "2013"
    assert all(
        point.period < "2014"
        for each in made.dyads
        for series in each.readings.values()
        for point in series
    )
    assert compared(store, as_of=dt.date(2012, 12, 31)) is None


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        (dt.date(2014, 2, 28), "2014-01"),
        (dt.date(2014, 3, 1), "2014-02"),
        (dt.date(2014, 3, 30), "2014-02"),
        (dt.date(2014, 3, 31), "2014-02"),
        (dt.date(2014, 4, 1), "2014-03"),
    ],
)
def test_months_of_the_year_itself_are_shown_once_they_are_over(store, as_of, last) -> None:
    """All that draws on the panel cuts it at the same period."""
    months = ("2014-01", "2014-02", "2014-03")
    made = compared(store, named=("RUS-CHN",), as_of=as_of, periods=months)
    assert made is not None
    assert made.last == made.network.period == last
    assert made.dyads[0].readings["cohesion"][-1].period == last
    standing = reading_standings(panel(months), Dyad("RUS", "IRN"), as_of)
    assert standing["cohesion"].latest.period == last
    assert panel(months).shown_periods(as_of)[-1] == panel(months).common_period(as_of) == last


@pytest.mark.parametrize(
    ("pair", "told"),
    [("RUS-TUV", "names TUV"), ("GBR-IND", "do not border"), ("RUS-IND", "without a reading")],
)
def test_the_reason_why_a_dyad_is_empty_is_the_right_one(pair: str, told: str) -> None:
    assert told in why_empty(panel(), Dyad(*pair.split("-")))


def test_the_same_inputs_give_the_same_comparison(store) -> None:
    assert compared(store) == compared(store)
