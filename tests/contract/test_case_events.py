"""The events of the built-in case: complete, coded by rule, traceable to the first coding."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections import defaultdict
from pathlib import Path

import pytest

from comity.core.case_table import parse_case_table
from comity.core.framework import load_outlets, load_terms, outlet_of_host
from comity.core.period import Period
from comity.core.records import TABLES, Reject

CATALOG = Path(__file__).resolve().parents[2] / "src" / "comity" / "catalog"
CASE = CATALOG / "cases" / "rus-irn"
FACTS = Path(__file__).resolve().parents[2] / ".." / "shared" / "facts"
FILES = ("events_1989_2021.csv", "events_2022_2026.csv", "events_extra_1989_2026.csv")

QUADS = {
    "verbal_cooperation": ("AGREE", "CONSULT", "SUPPORT", "CONCEDE"),
    "material_cooperation": ("COOPERATE", "AID", "RETREAT"),
    "verbal_conflict": ("REQUEST", "ACCUSE", "REJECT", "THREATEN"),
    "material_conflict": ("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"),
}
QUAD_OF = {root: quad for quad, roots in QUADS.items() for root in roots}
DYAD = ({"RUS", "IRN"}, {"SUN", "IRN"})
RENAMED = {"actor": "initiator", "recipient": "target", "root": "plover"}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def events() -> list[dict[str, str]]:
    return _read(CASE / "events.csv")


@pytest.fixture(scope="module")
def corrections() -> list[dict[str, str]]:
    return _read(CATALOG / "corrections" / "rus-irn-events.csv")


@pytest.fixture(scope="module")
def facts() -> list[dict[str, str]]:
    if not FACTS.is_dir():
        pytest.skip("the first coding (shared/facts beside the checkout) is not here")
    return [row for name in FILES for row in _read(FACTS / name)]


def _shared_ids(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Rebuild the ids from the first coding, longer where four digits are not enough."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        text = "|".join(row[name] for name in ("date", "initiator", "target", "summary"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        length = 4
        while f"{row['date']}-{digest[:length]}" in found:
            length += 1
        found[f"{row['date']}-{digest[:length]}"] = row
    return found


def test_the_table_is_read_without_a_reject() -> None:
    batches = list(parse_case_table(TABLES["events"], CASE / "events.csv"))
    assert [item for item in batches if isinstance(item, Reject)] == []
    assert sum(len(batch) for batch in batches if not isinstance(batch, Reject)) == 979


def test_ids_are_unique(events: list[dict[str, str]]) -> None:
    assert len({row["event_id"] for row in events}) == len(events)


def test_actors_are_known(events: list[dict[str, str]]) -> None:
    known = {row["iso3"] for row in _read(CATALOG / "actors" / "states.csv")}
    known |= {row["id"] for row in _read(CATALOG / "actors" / "organisations.csv")}
    used = {row[name] for row in events for name in ("actor", "recipient")}
    used |= {part for row in events for part in row["other_parties"].split(";") if part}
    assert used - known == set()


def test_quad_follows_from_the_root(events: list[dict[str, str]]) -> None:
    wrong = [
        row["event_id"]
        for row in events
        if row["quad"] != (QUAD_OF[row["root"]] if row["root"] else "")
    ]
    assert wrong == []


def test_what_is_no_deed_keeps_the_size_of_a_statement(events: list[dict[str, str]]) -> None:
    for row in events:
        weak = row["modality"] in {"claimed", "denied", "planned"}
        if weak:
            assert abs(float(row["intensity"])) <= 3, row["event_id"]
        if row["modality"] in {"claimed", "planned"}:
            assert row["alleged_intensity"], row["event_id"]
        if row["modality"] in {"asserted", "historical"}:
            assert not row["alleged_intensity"], row["event_id"]


def test_intensity_has_the_sign_of_its_polarity(events: list[dict[str, str]]) -> None:
    for row in events:
        value = float(row["intensity"])
        assert not (row["polarity"] == "cooperation" and value < 0), row["event_id"]
        assert not (row["polarity"] == "tension" and value > 0), row["event_id"]


def test_third_party_rows_alone_carry_a_dyad_effect(events: list[dict[str, str]]) -> None:
    for row in events:
        outside = {row["actor"], row["recipient"]} not in DYAD
        assert bool(row["dyad_effect"]) is outside, row["event_id"]


def test_abstentions_have_one_sign(events: list[dict[str, str]]) -> None:
    found = [
        row
        for row in events
        if "abstain" in row["summary"].split("(")[0] and row["domain"] == "diplomatic"
    ]
    assert len(found) == 4
    assert {(r["root"], r["polarity"], r["intensity"]) for r in found} == {
        ("REJECT", "mixed", "-1")
    }


def test_outlets_exist_and_match_the_host(events: list[dict[str, str]]) -> None:
    outlets = load_outlets()
    for row in events:
        host = row["source_url"].split("/")[2]
        outlet = outlet_of_host(host, outlets)
        assert outlet is not None, row["source_url"]
        assert outlet.outlet == row["outlet"], row["event_id"]
        hosted_official_text = "iranwatch.org/library/" in row["source_url"]
        assert row["reliability"] == outlet.reliability or hosted_official_text


def test_credibility_and_groups_are_given(events: list[dict[str, str]]) -> None:
    for row in events:
        assert row["credibility_at_date"] in set("123456"), row["event_id"]
        assert row["credibility_now"] in set("123456"), row["event_id"]
        assert row["independence_group"], row["event_id"]
        if row["modality"] in {"claimed", "denied"}:
            assert int(row["credibility_at_date"]) >= 3, row["event_id"]


def test_topics_and_regions_are_in_the_vocabulary(events: list[dict[str, str]]) -> None:
    for name in ("topics", "regions"):
        known = set(load_terms(name))
        used = {part for row in events for part in row[name].split(";") if part}
        assert used - known == set()
    assert all(row["topics"] for row in events)


def test_nothing_was_public_before_it_began(events: list[dict[str, str]]) -> None:
    for row in events:
        start = Period.parse(row["date"]).start
        assert dt.date.fromisoformat(row["public_from"]) >= start, row["event_id"]


def test_corrections_are_of_known_rows_and_say_why(
    events: list[dict[str, str]], corrections: list[dict[str, str]]
) -> None:
    by_id = {row["event_id"]: row for row in events}
    assert len({c["correction_id"] for c in corrections}) == len(corrections)
    for correction in corrections:
        row = by_id[correction["record_id"]]
        assert row[correction["column"]] == correction["corrected"], correction["correction_id"]
        assert correction["original"] != correction["corrected"], correction["correction_id"]
        assert correction["rule"], correction["correction_id"]
        assert correction["reason"], correction["correction_id"]


def test_every_modality_other_than_asserted_is_logged(
    events: list[dict[str, str]], corrections: list[dict[str, str]]
) -> None:
    logged = {c["record_id"] for c in corrections if c["column"] == "modality"}
    assert logged == {row["event_id"] for row in events if row["modality"] != "asserted"}


def test_conflicts_name_rows_that_exist(events: list[dict[str, str]]) -> None:
    ids = {row["event_id"] for row in events}
    conflicts = _read(CASE / "conflicts.csv")
    assert len({row["conflict_id"] for row in conflicts}) == len(conflicts)
    for row in conflicts:
        assert row["versions"], row["conflict_id"]
        assert row["ruling"], row["conflict_id"]
        plain = [part for part in row["record_ids"].split(";") if ":" not in part]
        assert set(plain) <= ids, row["conflict_id"]


@pytest.mark.shared
def test_no_row_of_the_first_coding_is_lost(
    events: list[dict[str, str]], facts: list[dict[str, str]]
) -> None:
    assert len(facts) == 979
    assert set(_shared_ids(facts)) == {row["event_id"] for row in events}


@pytest.mark.shared
def test_undoing_the_corrections_gives_the_first_coding(
    events: list[dict[str, str]],
    corrections: list[dict[str, str]],
    facts: list[dict[str, str]],
) -> None:
    undo: dict[str, dict[str, str]] = defaultdict(dict)
    for correction in corrections:
        undo[correction["record_id"]][correction["column"]] = correction["original"]
    shared = _shared_ids(facts)
    columns = [
        "date",
        "actor",
        "recipient",
        "other_parties",
        "domain",
        "root",
        "polarity",
        "intensity",
    ]
    columns += ["summary", "quantity", "unit", "source_title", "source_publisher", "source_url"]
    for row in events:
        first = row | undo[row["event_id"]]
        for name in columns:
            wanted = shared[row["event_id"]][RENAMED.get(name, name)]
            assert first[name] == wanted, (row["event_id"], name)


@pytest.mark.shared
def test_every_host_of_the_facts_has_an_outlet() -> None:
    if not FACTS.is_dir():
        pytest.skip("the first coding (shared/facts beside the checkout) is not here")
    outlets = load_outlets()
    missing: set[str] = set()
    for path in sorted(FACTS.rglob("*.csv")):
        for row in _read(path):
            for cell in row.values():
                for part in (cell or "").replace(";", " ").replace(",", " ").split():
                    if not part.startswith(("http://", "https://")):
                        continue
                    host = part.split("/")[2].partition(":")[0]
                    if outlet_of_host(host, outlets) is None:
                        missing.add(host)
    assert missing == set()
