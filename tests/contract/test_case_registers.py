"""The coded case keeps its promises: keys, outlets, corrections, and nothing lost on the way in."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from comity.core.case import case_folder, case_tables, load_case, parse_case_table
from comity.core.catalog import builtin_catalog
from comity.core.dyad import Dyad
from comity.core.framework import load_outlets, load_references, load_terms, load_tests
from comity.core.period import Period
from comity.core.records import TABLES, Batch, record_id

if TYPE_CHECKING:
    from collections.abc import Iterator

FACTS = Path(__file__).resolve().parents[2] / ".." / "shared" / "facts"
CUT_OFF = dt.date(2026, 4, 15)
FOLDER = case_folder(Dyad("RUS", "IRN"))
assert FOLDER is not None
FILES = {name: path for name, path in case_tables(FOLDER).items() if name != "events"}
CORRECTIONS = builtin_catalog() / "corrections" / "rus-irn-registers.csv"
EXPECTED_ROWS = {
    "body_votes": 80, "claims": 262, "commissions": 13, "contacts": 126, "exercises": 21,
    "levers": 30, "obligations": 27, "perspectives": 62, "polls": 35,
    "published_judgements": 44, "reference_phases": 22, "stress_tests": 41, "theatres": 66,
    "values": 454,
}  # fmt: skip

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def parsed(table: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for part in parse_case_table(TABLES[table], FILES[table]):
        assert isinstance(part, Batch), part
        found += [
            dict(zip(part.columns, cells, strict=True))
            for cells in zip(*part.columns.values(), strict=True)
        ]
    return found


def corrections() -> list[Row]:
    return rows(CORRECTIONS)


def as_first_coded(table: str) -> Iterator[Row]:
    """Rows of a table with every correction taken back."""
    originals: dict[str, Row] = {}
    for item in corrections():
        originals.setdefault(item["record_id"], {})[item["column"]] = item["original"]
    for row in rows(FILES[table]):
        key = tuple(row[name] for name in TABLES[table].key)
        yield row | originals.get(record_id(TABLES[table], key), {})


# ------------------------------------------------------------------ the case by itself


def test_every_register_and_list_is_there() -> None:
    assert set(FILES) == set(EXPECTED_ROWS)


@pytest.mark.parametrize("table", sorted(EXPECTED_ROWS))
def test_every_row_is_admitted(table: str) -> None:
    assert len(parsed(table)) == EXPECTED_ROWS[table]


@pytest.mark.parametrize("table", sorted(EXPECTED_ROWS))
def test_outlets_and_grades_follow_the_list_of_outlets(table: str) -> None:
    outlets = load_outlets()
    for row in parsed(table):
        where = row[TABLES[table].key[0]]
        if not row["source_url"]:
            assert row["outlet"] is None, where
            continue
        outlet = outlets[str(row["outlet"])]
        assert row["reliability"] == outlet.reliability, where
        assert row["independence_group"], where


@pytest.mark.parametrize("table", sorted(EXPECTED_ROWS))
def test_nothing_is_known_after_the_cut_off(table: str) -> None:
    for row in parsed(table):
        where = row[TABLES[table].key[0]]
        known = row["public_from"]
        assert isinstance(known, dt.date), where
        assert known <= CUT_OFF, where
        for column, _ in TABLES[table].held_back:
            later = row[column]
            assert later is None or (isinstance(later, dt.date) and later <= CUT_OFF), where


@pytest.mark.parametrize("table", sorted(EXPECTED_ROWS))
def test_only_words_about_the_future_precede_their_period(table: str) -> None:
    ahead = {"announced", "announced_only", "planned"}
    for row in parsed(table):
        known, start = row["public_from"], row["occurred_from"]
        assert isinstance(known, dt.date)
        assert isinstance(start, dt.date)
        words = {row.get("status"), row.get("modality")} & ahead
        claimed = row.get("modality") == "claimed" and "contract" in str(row.get("series_id"))
        assert known >= start or words or claimed, row[TABLES[table].key[0]]


@pytest.mark.parametrize("table", ["claims", "levers", "obligations", "stress_tests"])
def test_visible_text_of_a_register_does_not_tell_the_future(table: str) -> None:
    free = {"item_id", "claim_id", "obligation_id", "in_force", "ended", "signed", "crisis_id"}
    hidden = {name for _, names in TABLES[table].held_back for name in names}
    promise = re.compile(
        r"promised|planned|expected|due|Schedule|needs|to 2000|plan 2026|see |^From "
    )
    for row in parsed(table):
        known = row["public_from"]
        assert isinstance(known, dt.date)
        for column in TABLES[table].columns:
            text = row.get(column.name)
            if column.name in free | hidden or not isinstance(text, str) or promise.search(text):
                continue
            years = [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", text)]
            assert all(year <= known.year for year in years), (row[TABLES[table].key[0]], text)


def test_the_case_file_and_the_registers_name_the_same_things() -> None:
    case = load_case(Dyad("IRN", "RUS"))
    assert case is not None
    assert case.states == Dyad("RUS", "IRN")
    assert case.information_cut_off == CUT_OFF
    crises = {item.id: item.name for item in case.crises}
    for row in rows(FILES["stress_tests"]):
        assert crises[row["crisis_id"]] == row["crisis_name"]
        assert not row["parent_crisis"] or row["parent_crisis"] in crises
    assert {item.id for item in case.theatres} == {r["theatre"] for r in rows(FILES["theatres"])}
    claims = {(r["actor"], r["recipient"], r["item_id"]): r for r in rows(FILES["claims"])}
    wished = {
        (wish.supplier, wish.recipient, item.id): item
        for wish in case.wish_lists
        for item in wish.items
    }
    assert set(wished) == set(claims)
    for key, item in wished.items():
        assert item.flow_class == case.flow_class_by_item_class.get(claims[key]["item_class"])
        assert item.name == claims[key]["item_name"]
    assert {name for project in case.projects for name in project.items} <= {k[2] for k in claims}
    outlets = load_outlets()
    assert all(name in outlets for side in case.outlets_by_side for name in side.outlets)


def test_one_item_has_one_name_and_one_class() -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    for row in rows(FILES["claims"]):
        seen.setdefault(row["item_id"], set()).add((row["item_name"], row["item_class"]))
    assert {item for item, names in seen.items() if len(names) > 1} == set()


def test_days_to_response_follow_from_the_dates() -> None:
    for row in rows(FILES["stress_tests"]):
        if row["response_date"] and row["days_to_response"]:
            start = Period.parse(row["date"]).start
            days = (Period.parse(row["response_date"]).start - start).days
            assert days == int(row["days_to_response"]), row["crisis_id"]
        if not row["score"]:
            assert not row["days_to_response"], row["crisis_id"]


def test_lever_outcomes_wait_for_their_window() -> None:
    for row in rows(FILES["levers"]):
        end = Period.parse(row["date"]).last_day
        known = dt.date.fromisoformat(row["outcome_known_from"])
        assert known == min(CUT_OFF, dt.date(end.year + 2, end.month, min(end.day, 28))) or (
            known - end
        ).days in (730, 731), row["episode_id"]
        if (CUT_OFF - end).days < 365:
            assert row["outcome"] == "open", row["episode_id"]
        if row["outcome"] in ("nominal", "open"):
            assert row["reads_on_h1"] == "0", row["episode_id"]


def test_theatre_confidence_counts_events_inside_the_phase() -> None:
    odd = {"gulf-2011-2015", "ukraine-2011-2015", "south_caucasus-2011-2015"}
    words = ["none", "low", "medium", "high"]
    for row in rows(FILES["theatres"]):
        phase = Period.parse(row["date"])
        events = [Period.parse(day) for day in row["events"].split(";") if day]
        assert all(phase.overlaps(day) for day in events), row["theatre_id"]
        if not row["alignment"]:
            assert row["coder_confidence"] == "none", row["theatre_id"]
        elif row["theatre_id"] not in odd:
            assert row["coder_confidence"] == words[min(len(events), 3)], row["theatre_id"]


def test_votes_are_scored_by_one_rule() -> None:
    penalise = {"yes": -2, "abstain": -1, "absent": 0, "no": 1, "veto": 2}
    for row in rows(FILES["body_votes"]):
        if row["effect"] == "penalise":
            assert int(row["directed_score"]) == penalise[row["vote"]], row["vote_id"]
        else:
            assert int(row["directed_score"]) in (1, 2), row["vote_id"]


def test_contacts_point_to_events_that_exist() -> None:
    events = {row["event_id"] for row in rows(FOLDER / "events.csv")}
    pointed = {row["duplicate_of"] for row in rows(FILES["contacts"])} - {""}
    assert pointed
    assert pointed <= events


@pytest.mark.parametrize("path", [*FILES.values(), CORRECTIONS, FOLDER / "case.yml"], ids=str)
def test_no_working_remarks_are_left(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"shared/|IN SHARED", text)


def test_tests_and_terms_can_be_loaded() -> None:
    assert load_tests()
    assert load_references()
    assert load_terms("topics")
    assert load_terms("regions")


# ------------------------------------------------------------------ corrections


def test_corrections_say_what_stands_in_the_tables() -> None:
    cells = {
        record_id(TABLES[table], tuple(row[name] for name in TABLES[table].key)): row
        for table in FILES
        for row in rows(FILES[table])
    }
    seen: Counter[tuple[str, str]] = Counter()
    for item in corrections():
        where = item["correction_id"]
        assert cells[item["record_id"]][item["column"]] == item["corrected"], where
        assert item["original"] != item["corrected"], where
        assert item["rule"], where
        assert item["reason"], where
        assert dt.date.fromisoformat(item["decided_on"]), where
        seen[(item["record_id"], item["column"])] += 1
    assert max(seen.values()) == 1
    ids = [item["correction_id"] for item in corrections()]
    assert len(ids) == len(set(ids))


# ------------------------------------------------------------------ nothing lost


def shared(name: str) -> list[Row]:
    path = FACTS / name
    if not path.is_file():
        pytest.skip(f"shared/facts/{name} is not beside the project")
    return rows(path)


def cut(day: str, precision: str) -> str:
    return day[: {"day": 10, "month": 7, "year": 4}[precision]]


def addresses(row: Row) -> list[str]:
    return [url for url in (row["source_url"], *row["second_url"].split(" ; ")) if url]


def split(*cells: str) -> list[str]:
    return [url.strip() for cell in cells for url in cell.split(" ; ") if url.strip()]


def same(theirs: Row, ours: Row, names: dict[str, str]) -> None:
    for their_name, our_name in names.items():
        text = theirs[their_name]
        if "shared/" in text.lower():
            assert ours[our_name], (ours, our_name)
            continue
        assert ours[our_name] == text.strip(), (ours, our_name)


def same_span(start: str, end: str, date: str) -> None:
    period = Period.parse(date.rstrip("/"))
    assert period.start.isoformat() == start
    if end and not date.endswith("/"):
        last = period.last_day.isoformat()
        assert (
            last == end
            or (end.endswith("-01") and last[:7] == end[:7])
            or (end.endswith("-01-01") and last[:4] == end[:4])
        ), (date, end)


@pytest.mark.shared
def test_claims_are_all_there() -> None:
    theirs, ours = shared("registers/claims.csv"), list(as_first_coded("claims"))
    assert len(theirs) == len(ours)
    names = {
        name: name
        for name in (
            "claim_id",
            "item_id",
            "item_name",
            "item_class",
            "state",
            "speaker",
            "speaker_side",
            "quantity",
            "unit",
            "note",
        )
    }
    names |= {"from_actor": "actor", "to_actor": "recipient", "source_reliability": "reliability",
              "information_credibility": "credibility_now"}  # fmt: skip
    for old, new in zip(theirs, ours, strict=True):
        same(old, new, names)
        assert new["credibility_at_date"] == old["information_credibility"], new["claim_id"]
        assert new["date"] == cut(old["date"], old["date_precision"])
        assert addresses(new) == split(old["source_url"], old["second_source_url"])


@pytest.mark.shared
@pytest.mark.parametrize(
    ("table", "name", "names"),
    [
        ("levers", "levers", "episode_id third_party target type instrument target_item terms"
         " response_6m response_12m response_24m outcome rival_explanations outcome_group"
         " reads_on_H1=reads_on_h1"),
        ("perspectives", "perspectives", "statement_id speaker rank side label_used salience_test"
         " claim_own_words=statement"),
        ("published_judgements", "judgements", "judgement_id author publisher horizon"
         " claim_own_words=statement resolvable_question=question resolution_criteria=criteria"
         " probability_stated=probability outcome_by_2026=outcome evidence=outcome_evidence"),
    ],
)  # fmt: skip
def test_dated_registers_are_all_there(table: str, name: str, names: str) -> None:
    theirs, ours = shared(f"registers/{name}.csv"), list(as_first_coded(table))
    assert len(theirs) == len(ours)
    mapping = {a: b or a for a, _, b in (word.partition("=") for word in names.split())}
    for old, new in zip(theirs, ours, strict=True):
        same(old, new, mapping)
        if old["date"]:
            assert new["date"] == cut(old["date"], old["date_precision"])
        else:
            assert not new["date"]
        given = old["sources"] if "sources" in old else f"{old['source']} ; {old['second_source']}"
        assert addresses(new) == split(given)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("table", "name", "names"),
    [
        ("stress_tests", "stress_tests", "crisis_id on_actor responder score days_to_response"
         " cost_borne what_was_done what_was_withheld parent_crisis"),
        ("theatres", "theatres", "theatre phase alignment coder_confidence why"),
        ("reference_phases", "phases", "phase_id scheme name description markers"),
    ],
)  # fmt: skip
def test_registers_of_spans_are_all_there(table: str, name: str, names: str) -> None:
    theirs, ours = shared(f"registers/{name}.csv"), list(as_first_coded(table))
    assert len(theirs) == len(ours)
    for old, new in zip(theirs, ours, strict=True):
        same(old, new, {word: word for word in names.split()})
        start, end = (old.get(f"phase_{edge}", old.get(edge, "")) for edge in ("start", "end"))
        same_span(start, end, new["date"])
        assert addresses(new) == split(old["sources"])


@pytest.mark.shared
def test_obligations_are_all_there() -> None:
    theirs, ours = shared("registers/obligations.csv"), list(as_first_coded("obligations"))
    assert len(theirs) == len(ours)
    names = ("obligation_id", "name", "signed", "in_force", "ended", "level", "scope",
             "articles_noted")  # fmt: skip
    for old, new in zip(theirs, ours, strict=True):
        same(old, new, {name: name for name in names})
        assert addresses(new) == split(old["sources"])


@pytest.mark.shared
def test_votes_of_both_lists_are_there_once() -> None:
    ours = {row["vote_id"]: row for row in as_first_coded("body_votes")}
    register = shared("registers/votes.csv")
    names = {"date": "date", "body": "body", "resolution": "resolution", "voter": "voter",
             "tally_yes_no_abstain": "tally", "subject_actor": "subject", "vote": "vote",
             "text_effect_on_subject": "effect", "directed_score": "directed_score",
             "note": "note"}  # fmt: skip
    for old in register:
        same(old, ours[old["vote_id"]], names)
        assert set(split(old["source"], old["second_source"])) <= set(
            addresses(ours[old["vote_id"]])
        )
    listed = shared("lists/unga_votes.csv")
    left = set(ours) - {old["vote_id"] for old in register}
    merged = 0
    for old in listed:
        day = cut(old["date"], old["date_precision"])
        hits = [
            key
            for key, row in ours.items()
            if (row["date"], row["voter"], row["vote"], row["tally"])
            == (day, old["voter"], old["vote"], old["tally_yes_no_abstain"])
            and (key == old["in_register"] or old["text"] in row["resolution"] or key not in left)
        ]
        assert len(hits) == 1, old
        assert old["source_url"] in addresses(ours[hits[0]])
        merged += hits[0] not in left
    assert len(ours) == len(register) + len(listed) - merged
    assert merged == 4


@pytest.mark.shared
@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("contacts", "level actor_rus=person_a actor_irn=person_b host place occasion initiative"
         " held=status kind=form summary"),
        ("exercises", "name domain=arm place participants host level summary"),
        ("commissions", "body number place cochair_rus=cochair_a cochair_irn=cochair_b status"
         " documents"),
        ("polls", "pollster country mode n question wording option value unit note"),
    ],
)  # fmt: skip
def test_lists_are_all_there(table: str, names: str) -> None:
    theirs, ours = shared(f"lists/{table}.csv"), list(as_first_coded(table))
    assert len(theirs) == len(ours)
    mapping = {a: b or a for a, _, b in (word.partition("=") for word in names.split())}
    mapping |= {"source_title": "source_title", "source_publisher": "source_publisher",
                "confidence": "coding_confidence", "source_date": "published_on"}  # fmt: skip
    for old, new in zip(theirs, ours, strict=True):
        if not old["source_date"]:  # the same address is dated in another list
            new = new | {"published_on": ""}  # noqa: PLW2901
        same(old, new, mapping)
        assert addresses(new) == split(old["source_url"])
        start = old.get("date") or old.get("start") or old["field_start"]
        if old["date_precision"] == "day":
            assert Period.parse(new["date"]).start.isoformat() == start
        else:
            assert Period.parse(new["date"]).contains(dt.date.fromisoformat(start))


@pytest.mark.shared
def test_values_are_all_there() -> None:
    theirs = [
        row
        for name in ("series_1989_2021.csv", "series_2022_2026.csv", "lists/series.csv")
        for row in shared(name)
    ]
    ours = list(as_first_coded("values"))
    assert len(theirs) == len(ours)
    for old, new in zip(theirs, ours, strict=True):
        names = {"series_id": "series_id", "period": "date", "value": "value", "unit": "unit",
                 "source_publisher": "source_publisher"}  # fmt: skip
        if "shared/" not in old["note"].lower():
            names["note"] = "note"
        optional = {"source_title": "source_title", "confidence": "coding_confidence"}
        names |= {given: name for given, name in optional.items() if given in old}
        same(old, new, names)
        assert addresses(new) == split(old["source_url"])
        if old.get("conflict"):
            assert new["conflict"] in (
                old["conflict"],
                {"yes": "true", "no": "false"}[old["conflict"]],
            )


@pytest.mark.shared
def test_every_figure_of_the_trade_view_is_a_value() -> None:
    # One name for a quantity, and numbers written with more or fewer zeros, are the same figure.
    named = {
        item["original"]: item["corrected"]
        for item in corrections()
        if item["column"] == "series_id"
    }
    have = {
        (named.get(row["series_id"], row["series_id"]), row["date"], row["value"])
        for row in as_first_coded("values")
    }
    for row in shared("lists/trade_view_all_sources.csv"):
        name = named.get(row["series_id"], row["series_id"])
        assert (name, row["period"], row["value"]) in have, row
