import datetime as dt
import io
import random
from pathlib import Path

import pytest
from rich.console import Console

from comity.core.errors import CatalogError, UsageError
from comity.core.records import Batch
from comity.core.settings import Settings
from comity.evidence.ingest import Terms, ingest
from comity.workspace import Workspace

STATES = ("DEU", "FRA", "GBR", "IRN", "IRQ", "RUS", "USA")
YEARS = range(2003, 2010)
HOSTILE = {("IRN", "USA"), ("IRN", "IRQ"), ("RUS", "USA"), ("IRQ", "USA")}
ALLIES = {("GBR", "USA"), ("DEU", "FRA"), ("FRA", "USA"), ("DEU", "GBR")}


def times(years: list[int]) -> dict[str, list[object]]:
    return {
        "occurred_from": [dt.date(each, 1, 1) for each in years],
        "occurred_to": [dt.date(each + 1, 1, 1) for each in years],
        "precision": ["year"] * len(years),
        "public_from": [dt.date(each + 1, 1, 1) for each in years],
        "public_from_basis": ["act"] * len(years),
        "locator": [f"row {i}" for i in range(len(years))],
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = tmp_path_factory.mktemp("checked")
    workspace = Workspace(Settings(home=home / "store", draws=100))
    rng = random.Random(3)
    path = home / "made_up.txt"
    path.write_text("made up")

    def store(source: str, table: str, rows: list[dict[str, object]]) -> None:
        when = next(name for name in ("year", "period", "start_year") if name in rows[0])
        years = [int(str(row[when])) for row in rows]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        ingest(
            workspace.store, source, path, [Batch(table, {**columns, **times(years)})],
            spec_like=Terms(), recorded_on=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        )  # fmt: skip

    directed = [(a, b, y) for a in STATES for b in STATES if a != b for y in YEARS]
    heat = {(a, b): (25 if tuple(sorted((a, b))) in HOSTILE else 2) for a, b, _ in directed}
    store("icews", "dyad_counts", [
        {"actor": a, "recipient": b, "period": str(y),
         "verbal_cooperation": rng.randint(20, 60), "material_cooperation": rng.randint(2, 9),
         "verbal_conflict": rng.randint(0, heat[a, b]),
         "material_conflict": rng.randint(0, heat[a, b])}
        for a, b, y in directed
    ])  # fmt: skip
    pairs = [(a, b, y) for a, b, y in directed if a < b]
    store("cow_igo", "shared_memberships", [
        {"state_a": a, "state_b": b, "year": y, "shared": 40 + 9 * ((a, b) in ALLIES)}
        for a, b, y in pairs
    ])  # fmt: skip
    store("atop", "alliances", [
        {"state_a": a, "state_b": b, "year": y, "defense": True, "offense": False,
         "neutrality": False, "nonaggression": False, "consultation": True}
        for a, b, y in pairs if (a, b) in ALLIES
    ])  # fmt: skip
    store("rivalries", "rivalries", [
        {"scheme": "made_up", "rivalry_ref": str(i), "state_a": a, "state_b": b,
         "start_year": 1990, "end_year": 2009, "censored": False, "kinds": "positional"}
        for i, (a, b) in enumerate(sorted(HOSTILE))
    ])  # fmt: skip
    return workspace


def dispute(world: Workspace, tmp_path: Path) -> None:
    rows = [
        {"state_a": a, "state_b": b, "dispute_ref": f"{a}{b}{y}", "year": y, "onset": True}
        for a, b in sorted(HOSTILE) for y in (2005, 2008)
    ]  # fmt: skip
    path = tmp_path / "made_up.txt"
    path.write_text("made up")
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    ingest(
        world.store, "cow_mid", path,
        [Batch("disputes", {**columns, **times([int(row["year"]) for row in rows])})],
        spec_like=Terms(), recorded_on=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip


def test_a_panel_is_checked_against_what_it_does_not_use(world: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="comity collect cow_mid"):
        world.check_panel()
    dispute(world, tmp_path)
    written = tmp_path / "written.yml"
    written.write_text(
        "written_on: '2026-01-01'\n"
        "between:\n"
        "- {reading: cohesion, more: GBR-USA, less: IRN-USA, years: [2003, 2009], why: made up}\n"
        "- {reading: tension, more: GBR-USA, less: IRN-USA, years: [2003, 2009], why: wrong}\n"
        "- {reading: cohesion, more: CHN-PAK, less: IRN-USA, years: [2003, 2009], why: absent}\n"
    )
    found = world.check_panel(orderings=written)
    assert found["years"] == [2003, 2009]
    assert (found["pacts"], found["rivals"]) == (4, 4)
    assert found["onsets"] == 8
    assert found["scores"]["cohesion"] > 0.9
    assert found["scores"]["tension"] > 0.8
    low, high = found["bootstrap90"]["tension"]
    assert low <= found["scores"]["tension"] <= high
    assert found["without"]["events"]["tension"] is None, "no tension without events"
    assert found["without"]["votes"]["tension"] is not None
    orderings = found["orderings"]
    assert (orderings["cohesion"], orderings["tension"], orderings["unusable"]) == (1.0, 0.0, 1)
    assert [miss["why"] for miss in orderings["misses"]] == ["wrong"]
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(world.check_table(found))
    text = console.export_text()
    assert "events" in text
    assert "missed: GBR-USA over IRN-USA (tension)" in text


def test_judgements_are_read_strictly(world: Workspace, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("written_on: '2026-01-01'\nbetween:\n- {reading: love, more: GBR-USA}\n")
    with pytest.raises(CatalogError, match=r"between\.0"):
        world.check_panel(orderings=bad)
