import datetime as dt

import numpy as np
import pytest

from comity.core.actor import Actors
from comity.core.errors import ModelError, UsageError
from comity.core.records import Batch
from comity.core.settings import Settings
from comity.evidence.ingest import Terms, ingest
from comity.workspace import Workspace
from comity.workspace.event_counts import EventCount, EventCounts
from comity.workspace.panel_grid import Grid, period_texts
from comity.workspace.panel_inputs import _visits, panel_inputs
from comity.workspace.panel_streams import panel_streams
from comity.workspace.reference import ReferencePanel
from comity.workspace.shipped import ship_votes, shipped_panel

STATES = ("FRA", "GBR", "IRN", "RUS", "USA")


def test_a_year_stands_in_its_last_month() -> None:
    monthly = Grid(("IRN",), period_texts(2013, 2014, "month"))
    assert len(monthly.periods) == 24
    assert monthly.when("2014") == 23
    assert monthly.when("2014-02") == 13
    assert monthly.when(2012) is None
    yearly = Grid(("IRN",), period_texts(2013, 2014, "year"))
    assert yearly.when("2014-02") == yearly.when(2014) == 1
    assert yearly.when("2015") is None


def test_what_is_given_one_way_holds_both_ways_and_nothing_else() -> None:
    grid = Grid(("IRN", "RUS", "USA"), ("2013", "2014"))
    found = grid.symmetric([("IRN", "RUS", 2014, 3.0), ("XXX", "RUS", 2014, 9.0)])
    assert found[1, 0, 1] == found[1, 1, 0] == 3.0
    assert np.isfinite(found).sum() == 2


def test_states_exist_from_their_first_to_their_last_day() -> None:
    grid = Grid(("RUS", "SSD", "SUN"), ("1990", "1992", "2012"))
    found = grid.exists(Actors.load())
    assert found.tolist() == [[False, False, True], [True, False, False], [True, True, False]]


def counts(*rows: tuple[str, str, str, str, int]) -> EventCounts:
    made = tuple(EventCount(s, a, b, p, n, 0, 0, 0) for s, a, b, p, n in rows)
    covered: dict[str, dict[str, float]] = {}
    states: dict[str, set[str]] = {}
    for stream, a, b, period, _ in rows:
        covered.setdefault(stream, {})[period] = 1.0
        states.setdefault(stream, set()).update((a, b))
    return EventCounts(made, covered, {name: frozenset(x) for name, x in states.items()})


def test_the_fullest_stream_leads_and_streams_of_one_coder_are_told() -> None:
    grid = Grid(("IRN", "RUS", "USA"), ("2013", "2014"))
    found = panel_streams(
        counts(
            ("icews_quads/icews14", "IRN", "USA", "2014", 5),
            ("icews", "IRN", "RUS", "2013", 90),
            ("other", "IRN", "RUS", "2014", 7),
            ("other", "IRN", "RUS", "1999", 700),
        ),
        grid,
    )
    assert found.main_name == "icews"
    assert list(found.others) == ["other", "icews_quads/icews14"]
    assert found.coder == {"other": "other", "icews_quads/icews14": ""}
    assert found.main[0, 0, 0, 1] == 90
    assert found.main[0, 0, 1, 0] == 0, "covered, both named, no event: none"
    assert np.isnan(found.main[0, 0, 0, 2]), "a state that is never named is not covered"
    assert np.isnan(found.main[:, 1]).all(), "a period that is not covered"
    assert np.isnan(found.main[:, 0, 0, 0]).all()


def times(days: list[dt.date]) -> dict[str, list[object]]:
    return {
        "occurred_from": list(days),
        "occurred_to": [day + dt.timedelta(days=1) for day in days],
        "precision": ["day"] * len(days),
        "public_from": list(days),
        "public_from_basis": ["act"] * len(days),
        "locator": [f"row {i}" for i in range(len(days))],
    }


@pytest.fixture(scope="module")
def voting(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Five states over three sessions; the first three vote one way, the others another."""
    home = tmp_path_factory.mktemp("votes")
    workspace = Workspace(Settings(home=home / "store", draws=100))
    rng = np.random.default_rng(4)
    rows = []
    for session in (60, 61, 62):
        for vote in range(12):
            sides = rng.permutation(["yes", "no"])
            for at, state in enumerate(STATES):
                choice = str(sides[int(at >= 3)])
                rows.append((f"{session}-{vote}", state, session, choice))
            # Iran stays away from one vote in three
            if vote % 3 == 0:
                rows[-3] = (f"{session}-{vote}", "IRN", session, "absent")
    columns = dict(
        zip(("rcid", "voter", "session", "choice"), map(list, zip(*rows, strict=True)), strict=True)
    )
    days = [dt.date(int(row[2]) + 1945, 11, 1) for row in rows]
    path = home / "made_up.txt"
    path.write_text("made up")
    alliances = {
        "state_a": ["FRA", "IRN"], "state_b": ["GBR", "RUS"], "year": [2005, 2006],
        "defense": [True, False], "offense": [False, False], "neutrality": [False, True],
        "nonaggression": [False, False], "consultation": [False, False],
    }  # fmt: skip
    events = {
        "actor": ["IRN", "RUS", "IRN"], "recipient": ["RUS", "IRN", "RUS"],
        "period": ["2005", "2006", "2006-03"],
        "verbal_cooperation": [9, 9, 4], "material_cooperation": [1, 1, 1],
        "verbal_conflict": [1, 2, 1], "material_conflict": [0, 1, 0],
    }  # fmt: skip
    stamp = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for source, table, data, when in (
        ("un_votes", "ballots", columns, days),
        ("atop", "alliances", alliances, [dt.date(2005, 1, 1), dt.date(2006, 1, 1)]),
        ("icews", "dyad_counts", events, [dt.date(2005 + (i > 0), 1, 1) for i in range(3)]),
    ):
        batch = Batch(table, {**data, **times(when)})
        ingest(workspace.store, source, path, [batch], spec_like=Terms(), recorded_on=stamp)
    return workspace


def test_inputs_of_votes_and_treaties(voting: Workspace) -> None:
    with voting.store.view(dt.date.max) as view:
        made = panel_inputs(view, voting.actors)
    at = {state: i for i, state in enumerate(made.states)}
    when = made.periods.index("2006")
    un, treaty = made.symmetric["un"][when], made.symmetric["treaty"]
    assert un[at["FRA"], at["GBR"]] == pytest.approx(1.0)
    assert un[at["FRA"], at["USA"]] == pytest.approx(0.0)
    assert np.isfinite(un[at["IRN"], at["RUS"]]), "eight joint votes are enough"
    assert treaty[when, at["IRN"], at["RUS"]] == 0.5
    assert treaty[when - 1, at["FRA"], at["GBR"]] == 1.0
    assert treaty[when, at["FRA"], at["GBR"]] == 0.0, "covered, and not in force any more"
    assert np.isnan(treaty[made.periods.index("2007")]).all(), "after the register nothing is known"


def test_the_same_votes_from_a_second_publisher_change_nothing(voting: Workspace, tmp_path) -> None:
    with voting.store.view(dt.date.max) as view:
        before = panel_inputs(view, voting.actors).symmetric["un"]
    path = tmp_path / "library.txt"
    path.write_text("made up")
    ballots = [(f"undl-{n}", state) for n in range(12) for state in ("FRA", "USA")]
    columns = {
        "rcid": [rcid for rcid, _ in ballots],
        "voter": [state for _, state in ballots],
        "session": [61] * len(ballots),
        "choice": ["yes"] * len(ballots),  # they had never agreed
    }
    batch = Batch("ballots", {**columns, **times([dt.date(2006, 11, 1)] * len(ballots))})
    stamp = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    ingest(voting.store, "un_votes", path, [batch], spec_like=Terms(), recorded_on=stamp)
    with voting.store.view(dt.date.max) as view:
        after = panel_inputs(view, voting.actors).symmetric["un"]
    assert np.array_equal(before, after, equal_nan=True)


def test_trips_are_counted_and_a_leader_who_stayed_at_home_is_a_zero(tmp_path) -> None:
    workspace = Workspace(Settings(home=tmp_path / "store", draws=100))
    file = tmp_path / "visits.csv"
    file.write_text(
        "visit_ref,actor,recipient,leader,multilateral,occurred_from,occurred_to,precision\n"
        "v1,RUS,IRN,made up,false,2015-11-23,2015-11-24,day\n"
        "v2,RUS,CHN,made up,true,2015-09-02,2015-09-03,day\n"
        "v3,RUS,CHN,made up,false,2017-05-14,2017-05-15,day\n"
    )
    report = workspace.admit(file, "leader_visits")
    assert (report.rows_new, report.quarantined) == (3, 0)
    with workspace.store.view(dt.date.max) as view:
        found = _visits(view, Grid(("CHN", "IRN", "RUS"), ("2014", "2015", "2016", "2017")))
    assert found[:, 2, 1].tolist()[1:] == [1.0, 0.0, 0.0]
    assert np.isnan(found[0]).all(), "before the first trip nothing is known"
    assert found[1, 2, 0] == 0.0, "a meeting of many states is no visit to the host"
    assert np.isnan(found[:, 1, 2]).all(), "no trip of Iran's leaders is listed: not covered"


def test_a_panel_can_be_cut_to_years(voting: Workspace) -> None:
    with voting.store.view(dt.date.max) as view:
        made = panel_inputs(view, voting.actors, "month", 2006, 2006)
        with pytest.raises(UsageError, match="2007 to 2006"):
            panel_inputs(view, voting.actors, "year", 2007, 2006)
    assert made.periods[made.first_shown :] == period_texts(2006, 2006, "month")
    december = made.symmetric["un"][-1]
    assert np.isfinite(december).any()
    assert not np.isfinite(made.symmetric["un"][made.first_shown : -1]).any()


def test_standing_in_votes_is_shipped_as_whole_percentiles_and_the_same_bytes(
    voting: Workspace, tmp_path
) -> None:
    about = voting.ship_votes(tmp_path / "a.npz")
    voting.ship_votes(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert (about["dyads"], about["first"], about["last"]) == (10, "2005", "2007")
    panel = ReferencePanel.load(tmp_path / "a.npz")
    assert panel is not None
    assert not panel.readings
    together = panel.series("FRA-GBR", "un")
    apart = panel.series("FRA-USA", "un")
    assert [point["period"] for point in together] == ["2005", "2006", "2007"]
    for near, far in zip(together, apart, strict=True):
        assert near["value"] > far["value"]
        assert near["lo80"] <= near["value"] <= near["hi80"]
        assert near["value"] == round(near["value"])


def test_nothing_is_shipped_without_votes(tmp_path) -> None:
    workspace = Workspace(Settings(home=tmp_path / "empty"))
    with pytest.raises(ModelError, match="comity collect un_votes"):
        ship_votes(workspace.store, workspace.actors, workspace.settings, tmp_path / "x.npz")
    assert not (tmp_path / "x.npz").exists()


def test_the_package_carries_votes_and_says_whose_they_are() -> None:
    panel = shipped_panel()
    assert panel is not None
    assert panel.about["shipped"]
    assert "10.7910/DVN/LEJUQZ" in panel.about["url"]
    assert panel.about["licence"]
    close, far = (panel.series(key, "un")[-1] for key in ("GBR-USA", "IRN-USA"))
    assert close["value"] > 95
    assert far["value"] < 30
