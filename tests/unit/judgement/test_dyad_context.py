"""What registers say about dyads: none listed, not collected and not public are three things."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from comity.briefs.context_words import alliance_words, disputes_words, rivalry_words
from comity.core.records import Batch
from comity.evidence.ingest import Terms, ingest
from comity.evidence.store import EvidenceStore
from comity.judgement.dyad_context import contexts_of, registers_of

if TYPE_CHECKING:
    from pathlib import Path

SIDES = {
    "RUS-IRN": (("SUN", "RUS"), ("IRN",)),
    "RUS-CHN": (("SUN", "RUS"), ("CHN",)),
    "USA-GBR": (("USA",), ("GBR",)),
}
RECORDED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def put(
    store: EvidenceStore, path: Path, source: str, table: str, rows: list[dict[str, Any]]
) -> None:
    """Store rows of one source; each is about a year and known from `public`."""
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in rows[0]}
    years = [row.get("year") or row["start_year"] for row in rows]
    last = [row.get("year") or row["end_year"] or 2020 for row in rows]
    public = columns.pop("public")
    columns |= {
        "occurred_from": [dt.date(year, 1, 1) for year in years],
        "occurred_to": [dt.date(year + 1, 1, 1) for year in last],
        "precision": ["span"] * len(rows),
        "public_from": [dt.date(year, 1, 1) for year in public],
        "public_from_basis": ["source"] * len(rows),
        "locator": [f"row {at}" for at in range(len(rows))],
    }
    file = path / f"{source}.txt"
    file.write_text(source)
    ingest(store, source, file, [Batch(table, columns)], spec_like=Terms(), recorded_on=RECORDED)


def dispute(a: str, b: str, ref: str, year: int, hostility: int | None) -> dict[str, Any]:
    return {
        "state_a": a, "state_b": b, "dispute_ref": ref, "year": year, "onset": False,
        "hostility": hostility, "public": year + 1,
    }  # fmt: skip


def rivalry(ref: str, a: str, b: str, start: int, end: int | None) -> dict[str, Any]:
    return {
        "scheme": "newest", "rivalry_ref": ref, "state_a": a, "state_b": b, "start_year": start,
        "end_year": end, "censored": end is None, "kinds": "spatial", "public": 2022,
    }  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EvidenceStore:
    path = tmp_path_factory.mktemp("context")
    made = EvidenceStore.open(path / "store")
    put(made, path, "cow_mid", "disputes", [
        dispute("CHN", "RUS", "1", 1993, 3), dispute("CHN", "RUS", "1", 1994, 4),
        dispute("CHN", "RUS", "2", 2012, None), dispute("IRN", "SUN", "3", 1991, 2),
        dispute("CHN", "SUN", "4", 1985, 5), dispute("FRA", "ITA", "5", 2014, 2),
    ])  # fmt: skip
    obligations = ("defense", "offense", "neutrality", "nonaggression", "consultation")
    none = dict.fromkeys(obligations, False)
    put(made, path, "atop", "alliances", [
        {"state_a": "IRN", "state_b": "SUN", "year": 1946, **none, "defense": True, "public": 1947},
        {"state_a": "CHN", "state_b": "RUS", "year": 2018, **none, "consultation": True,
         "public": 2019},
    ])  # fmt: skip
    put(made, path, "rivalries", "rivalries", [
        rivalry("1", "CHN", "SUN", 1958, 1989), rivalry("2", "GBR", "USA", 1990, None),
    ])  # fmt: skip
    return made


def found(store: EvidenceStore, as_of: dt.date) -> tuple[Any, Any]:
    held = [name for name, holding in store.sources().items() if holding.rows]
    with store.view(as_of) as view:
        registers = registers_of(view, held)
        return registers, contexts_of(view, SIDES, registers)


def test_a_dispute_of_several_years_is_counted_once_and_codings_are_not_added(store) -> None:
    registers, contexts = found(store, dt.date.max)
    (only,) = contexts["RUS-CHN"].disputes
    assert (only.source, only.count, only.latest, only.hostility) == ("cow_mid", 2, 2012, None)
    assert {each.source: each.state for each in registers}["gml_mid"] == "not_collected"
    assert disputes_words(contexts["RUS-CHN"], registers) == (
        "COW to 2014: two, latest 2012; GML not collected"
    )


def test_rows_of_a_state_that_one_continues_count_for_it(store) -> None:
    registers, contexts = found(store, dt.date.max)
    assert contexts["RUS-IRN"].disputes[0].latest == 1991
    assert contexts["RUS-IRN"].alliance.last_in_force == 1946
    assert alliance_words(contexts["RUS-IRN"], registers) == "none in 2018; the last in 1946"


def test_none_listed_names_the_last_year_that_is_covered(store) -> None:
    registers, contexts = found(store, dt.date.max)
    assert rivalry_words(contexts["RUS-IRN"], registers) == "none listed up to 2020"
    assert rivalry_words(contexts["RUS-CHN"], registers) == (
        "none running in 2020; the last ended in 1989"
    )
    assert rivalry_words(contexts["USA-GBR"], registers) == (
        "running in 2020, since 1990 (spatial)"
    )
    assert disputes_words(contexts["USA-GBR"], registers) == (
        "none listed: COW to 2014, GML not collected"
    )
    assert alliance_words(contexts["USA-GBR"], registers) == "none listed up to 2018"


def test_on_an_earlier_day_later_years_are_not_known(store) -> None:
    registers, contexts = found(store, dt.date(2000, 6, 1))
    state = {each.source: (each.state, each.last) for each in registers}
    assert state["rivalries"] == ("not_public", None)
    assert state["cow_mid"] == ("collected", 1994)
    assert rivalry_words(contexts["USA-GBR"], registers) == "not public by then"
    assert contexts["RUS-CHN"].disputes[0].count == 1
    assert contexts["RUS-CHN"].disputes[0].hostility == 4
    assert contexts["RUS-CHN"].alliance.obligations == []
    assert alliance_words(contexts["RUS-CHN"], registers) == "none listed up to 1946"


def test_before_the_years_that_are_counted_a_register_says_nothing(store) -> None:
    registers, contexts = found(store, dt.date(1987, 1, 1))
    assert contexts["RUS-CHN"].disputes == []
    assert "too early to say" in disputes_words(contexts["RUS-CHN"], registers)


def test_an_empty_store_says_not_collected_of_everything(tmp_path: Path) -> None:
    registers, contexts = found(EvidenceStore.open(tmp_path / "store"), dt.date.max)
    assert {each.state for each in registers} == {"not_collected"}
    for words in (rivalry_words, disputes_words, alliance_words):
        assert words(contexts["USA-GBR"], registers) == "not collected"


def test_every_record_named_as_evidence_is_there(store) -> None:
    _, contexts = found(store, dt.date.max)
    ids = [each for context in contexts.values() for each in context.evidence]
    assert len(ids) > 3
    with store.view(dt.date.max) as view:
        assert all(view.record(each) is not None for each in ids)
