import datetime as dt
import io
import random
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from comity.core.actor import Actors
from comity.core.errors import ModelError, StoreDamaged, UsageError
from comity.core.records import Batch
from comity.core.settings import Settings
from comity.evidence.ingest import Terms, ingest
from comity.workspace import Workspace
from comity.workspace.panel_grid import Grid
from comity.workspace.panel_inputs import _members, panel_inputs
from comity.workspace.reference import PANEL_FILE, ReferencePanel

STATES = ("USA", "GBR", "RUS", "IRN", "IRQ", "FRA")
YEARS = range(2003, 2010)


def panel() -> ReferencePanel:
    value = np.array([[10.0, 20.0], [np.nan, 40.0]])
    parts = {"value": value, "lo80": value - 5, "hi80": value + 5, "point": value + 1}
    share = np.where(np.isfinite(value), 0.8, 0.0)
    turned = {name: plane - 50 for name, plane in parts.items()}
    for each in (parts, turned):
        each |= {"observed": share, "informed": share}
    return ReferencePanel(
        ("AAA-BBB", "AAA-CCC"),
        ("2010", "2011"),
        {"cohesion": parts, "asymmetry": turned},
        np.zeros((2, 2), dtype=bool),
        {"dyads": 2},
    )


def test_a_panel_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    made = panel()
    made.save(tmp_path / PANEL_FILE)
    again = ReferencePanel.load(tmp_path / PANEL_FILE)
    assert again is not None
    assert again.dyads == made.dyads
    assert again.about == made.about
    np.testing.assert_array_equal(
        again.readings["cohesion"]["value"], made.readings["cohesion"]["value"]
    )


def test_what_is_not_known_is_left_out_and_never_zero() -> None:
    series = panel().series("AAA-CCC", "cohesion")
    assert [point["period"] for point in series] == ["2011"]
    assert panel().series("XXX-YYY", "cohesion") == []


def test_asymmetry_turns_with_the_order_asked() -> None:
    one = panel().standing("AAA", "BBB", "asymmetry")[0]
    other = panel().standing("BBB", "AAA", "asymmetry")[0]
    assert (other["value"], other["lo80"], other["hi80"]) == (
        -one["value"], -one["hi80"], -one["lo80"],
    )  # fmt: skip
    assert panel().standing("BBB", "AAA", "cohesion") == panel().standing("AAA", "BBB", "cohesion")


def test_a_damaged_file_says_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "panel.npz").write_bytes(b"not an archive")
    with pytest.raises(StoreDamaged, match="panel build"):
        ReferencePanel.load(tmp_path / "panel.npz")
    assert ReferencePanel.load(tmp_path / "nothing.npz") is None


def test_without_counts_the_panel_says_what_to_collect(tmp_path: Path) -> None:
    workspace = Workspace(Settings(home=tmp_path))
    with pytest.raises(ModelError, match="comity collect icews"):
        workspace.build_panel()
    alone = workspace.compare(["RUS-IRN"])
    assert alone["panel"]["shipped"]
    assert alone["dyads"][0]["readings"] == {}
    assert alone["dyads"][0]["items"]["un"]["latest"]["period"] == "2019"
    with pytest.raises(UsageError, match="RUS-IRN"):
        workspace.compare(["RUSIRN"])


def times(count: int, year: list[int]) -> dict[str, list[object]]:
    return {
        "occurred_from": [dt.date(each, 1, 1) for each in year],
        "occurred_to": [dt.date(each + 1, 1, 1) for each in year],
        "precision": ["year"] * count,
        "public_from": [dt.date(each + 1, 1, 1) for each in year],
        "public_from_basis": ["act"] * count,
        "locator": [f"row {i}" for i in range(count)],
    }


@pytest.fixture(scope="module")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = tmp_path_factory.mktemp("world")
    workspace = Workspace(Settings(home=home / "store", draws=100))
    rng = random.Random(3)
    rows = [(a, b, y) for a in STATES for b in STATES if a != b for y in YEARS]
    hostile = {("USA", "IRN"), ("IRN", "USA"), ("IRN", "IRQ"), ("IRQ", "IRN")}
    heat = [(a, b) in hostile for a, b, _ in rows]
    counts = {
        "actor": [a for a, _, _ in rows],
        "recipient": [b for _, b, _ in rows],
        "period": [str(y) for _, _, y in rows],
        "verbal_cooperation": [rng.randint(20, 60) for _ in rows],
        "material_cooperation": [rng.randint(2, 10) for _ in rows],
        "verbal_conflict": [rng.randint(*((30, 60) if each else (0, 5))) for each in heat],
        "material_conflict": [rng.randint(*((5, 20) if each else (0, 2))) for each in heat],
    }  # fmt: skip
    path = home / "made_up.txt"
    path.write_text("made up")
    ingest(
        workspace.store, "icews", path,
        [Batch("dyad_counts", {**counts, **times(len(rows), [y for _, _, y in rows])})],
        spec_like=Terms(), recorded_on=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    pairs = [(a, b, y) for a in STATES for b in STATES if a < b for y in YEARS]
    shared = {
        "state_a": [a for a, _, _ in pairs],
        "state_b": [b for _, b, _ in pairs],
        "year": [y for _, _, y in pairs],
        "shared": [30 + len(set(a) & set(b)) for a, b, _ in pairs],
    }
    ingest(
        workspace.store, "cow_igo", path,
        [Batch("shared_memberships", {**shared, **times(len(pairs), [y for _, _, y in pairs])})],
        spec_like=Terms(), recorded_on=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    return workspace


def test_inputs_hold_what_is_stored_and_nothing_else(small_world: Workspace) -> None:
    with small_world.store.view(dt.date.max) as view:
        made = panel_inputs(view, Actors.load())
    assert set(made.states) == set(STATES)
    assert made.periods[made.first_shown :] == tuple(str(year) for year in YEARS)
    assert np.isfinite(made.counts[:, made.first_shown :, 0, 1]).all()
    assert not np.isfinite(made.counts[:, : made.first_shown]).any()
    assert not np.isfinite(made.symmetric["un"]).any(), "no votes are stored: missing, not zero"
    assert not np.isfinite(made.flows["trade"]).any()
    assert made.member.any()


@pytest.mark.parametrize(("events", "member"), [(4.0, True), (3.0, False)])
def test_years_without_counts_are_not_quiet_years(events: float, member: bool) -> None:
    """Four classes each way: 32 events a year make a member, 24 do not, whatever the burn-in."""
    counts = np.full((4, 8, 2, 2), np.nan)
    counts[:, 4:] = events
    found = _members(
        counts,
        np.zeros((2, 2), dtype=bool),
        Grid(("IRN", "IRQ"), tuple(map(str, range(2000, 2008)))),
    )
    assert bool(found[0, 1]) is member


def test_a_small_panel_is_built_compared_and_enters_the_assessment(small_world: Workspace) -> None:
    about = small_world.build_panel()
    assert about["dyads"] == 15
    assert about["coverage"]["un"] == "nothing stored"
    found = small_world.compare(["USA-IRN", "USA-GBR", "IRN-USA"])
    rows = {f"{row['a']}-{row['b']}": row["readings"] for row in found["dyads"]}
    tension = {name: each["tension"]["latest"]["value"] for name, each in rows.items()}
    assert tension["USA-IRN"] > tension["USA-GBR"]
    assert tension["USA-IRN"] == tension["IRN-USA"]
    for row in rows.values():
        for reading in row.values():
            for point in reading["series"]:
                assert point["lo80"] <= point["value"] <= point["hi80"]
    with pytest.raises(UsageError, match="holds 2003 to 2009"):
        small_world.compare(["USA-IRN"], "1990")
    with pytest.raises(UsageError, match="is not a year"):
        small_world.compare(["USA-IRN"], "2005-06")
    made = small_world.assess("USA", "IRN")
    standing = made.readings["tension"].panel
    assert standing is not None
    assert standing.dyads == 15
    assert not any("reference panel" in gap.what for gap in made.gaps)
    early = small_world.assess("USA", "IRN", as_of=dt.date(2007, 6, 1))
    assert early.readings["tension"].panel is not None
    assert early.readings["tension"].panel.latest.period == "2006"


def _printed(workspace: Workspace, pairs: list[str], period: str | None = None) -> str:
    console = Console(width=160, file=io.StringIO(), force_terminal=False)
    console.print(workspace.compare_table(workspace.compare(pairs, period)))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_table_says_year_interval_and_what_is_missing(small_world: Workspace) -> None:
    small_world.build_panel()
    text = _printed(small_world, ["USA-IRN", "USA-TUV"], "2006")
    assert "15 dyads in 2006, 80 % interval" in text
    assert (
        "USA-TUV: not in the reference panel: no stored yearly count of events names TUV." in text
    )
    assert "not known" in text
    assert "intervals overlap cannot be told apart" in text
    assert "un nothing stored" in text
    assert text.count("not collected") == 6, "three registers for two dyads"


def test_a_value_of_an_earlier_year_is_marked_as_such(small_world: Workspace) -> None:
    small_world.build_panel()
    held = ReferencePanel.load(small_world.store.home / PANEL_FILE)
    assert held is not None
    for parts in held.readings.values():
        for plane in parts.values():
            plane[held.dyads.index("IRN-USA"), -1] = np.nan
    held.save(small_world.store.home / PANEL_FILE)
    text = _printed(small_world, ["USA-IRN", "USA-GBR"])
    assert "in 2008: " in text
    assert "do not compare" in text
    assert "do not compare" not in _printed(small_world, ["USA-GBR"])


def test_the_network_of_two_states_is_shown(small_world: Workspace) -> None:
    small_world.build_panel()
    made, part = small_world.show("USA", "IRN", "network")
    assert part["own"]["other"] == "IRN"
    assert {tie["other"] for ties in part["tensest"].values() for tie in ties} <= set(STATES)
    console = Console(width=160, file=io.StringIO(), force_terminal=False)
    console.print(small_world.table(made, "network"))
    assert "USA, at odds" in console.file.getvalue()  # type: ignore[attr-defined]
    without = made.model_copy(update={"comparison": None})
    console.print(small_world.table(without, "network"))
    assert "comity panel build" in console.file.getvalue()  # type: ignore[attr-defined]
