import datetime as dt
import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from comity.briefs.render.effects import render_effects
from comity.core.dyad import Dyad
from comity.workspace.event_study import panel_placebos
from comity.workspace.reference import PANEL_FILE, ReferencePanel

PERIODS = tuple(str(year) for year in range(2005, 2015))
DYADS = ("IRN-RUS", "IRN-USA", "RUS-UKR", *(f"X{i:02d}-Y{i:02d}" for i in range(20)))
LATE = dt.date(2026, 1, 1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rng = np.random.default_rng(11)
    value = np.clip(50 + rng.normal(0, 2, (len(DYADS), len(PERIODS))), 0, 100)
    value[0, 5:] += 30  # from 2010
    value[1, 5:] += 20
    parts = {"value": value, "lo80": value - 5, "hi80": value + 5, "point": value}
    needs = {name: plane - 50 for name, plane in parts.items()}
    for each in (parts, needs):
        each["observed"] = np.ones_like(value)
    artefact = np.zeros(value.shape, dtype=bool)
    artefact[-1, 5:] = True
    readings = {"cohesion": parts, "asymmetry": needs}
    about = {"dyads": len(DYADS)}
    ReferencePanel(DYADS, PERIODS, readings, artefact, about).save(tmp_path / PANEL_FILE)
    return tmp_path


def asked(home: Path, month: str = "2010-06", as_of: dt.date = LATE, months: int = 12, **dyad: str):
    pair = dyad or {"a": "RUS", "b": "IRN"}
    return panel_placebos(home, Dyad(pair["a"], pair["b"]), month, months, as_of)


def test_a_planted_move_is_farther_than_that_of_other_dyads(home: Path) -> None:
    found = asked(home)
    assert (found["before"], found["after"], found["wanted"]) == ("2009", "2011", "2011")
    cohesion = next(row for row in found["readings"] if row["reading"] == "cohesion")
    assert cohesion["change"] > 20
    assert (cohesion["share_as_far"], cohesion["share_same_way"]) == (0.0, 0.0)
    assert cohesion["donors"] == 19, "a dyad with doubtful counts is no placebo"
    assert found["left_out"] == 1
    assert [each["dyad"] for each in cohesion["sharing"]] == ["IRN-USA", "RUS-UKR"]
    assert cohesion["before"]["lo80"] < cohesion["before"]["value"] < cohesion["before"]["hi80"]


def test_asymmetry_turns_with_the_order_and_has_no_common_direction(home: Path) -> None:
    one, other = asked(home), asked(home, a="IRN", b="RUS")
    first, second = (
        next(row for row in found["readings"] if row["reading"] == "asymmetry")
        for found in (one, other)
    )
    assert first["change"] == -second["change"] != 0
    assert first["share_as_far"] == second["share_as_far"]
    assert first["share_same_way"] is second["share_same_way"] is None
    assert first["sharing"] == second["sharing"]


def test_a_shorter_window_is_said(home: Path) -> None:
    found = asked(home, "2014-03")
    assert (found["before"], found["after"], found["wanted"]) == ("2013", "2014", "2015")
    effects = {"dyad": "IRN-RUS", "date": "2014-03", "months": 12, "effects": []}
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(render_effects(effects | {"placebo_dyads": found}))
    text = console.export_text()
    assert "The window ends in 2015, the panel in 2014" in text
    assert "2013 to 2014" in text


@pytest.mark.parametrize("month", ["2022-02", "2005-06", "1999-01"])
def test_a_panel_that_does_not_reach_is_one_line_with_the_next_step(home: Path, month: str) -> None:
    found = asked(home, month)
    assert found["readings"] == []
    assert "2005 to 2014" in found["why_empty"]
    assert "comity panel build" in found["why_empty"]
    assert "\n" not in found["why_empty"]


def test_years_not_over_at_the_as_of_day_are_not_used(home: Path) -> None:
    found = asked(home, as_of=dt.date(2011, 6, 1))
    assert found["after"] == "2010"
    unborn = asked(home, as_of=dt.date(2010, 8, 1))
    assert unborn["readings"] == []
    assert "5 years were over by 2010-08-01" in unborn["why_empty"]


def test_no_panel_and_no_such_dyad_say_what_to_do(home: Path, tmp_path: Path) -> None:
    assert "comity panel build" in asked(tmp_path / "empty")["why_empty"]
    missing = asked(home, a="PAK", b="CHN")
    assert "CHN-PAK is not one of the 23 dyads" in missing["why_empty"]
    effects = {"dyad": "CHN-PAK", "date": "2010-06", "months": 12, "effects": []}
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(render_effects(effects | {"placebo_dyads": missing}))
    assert "Other dyads: CHN-PAK is not one of" in console.export_text()
