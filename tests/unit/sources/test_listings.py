from __future__ import annotations

import datetime as dt

import pytest

from comity.core.sanctions_programmes import sanctions_programmes
from comity.sources._context import States
from comity.sources._formats import TextFile
from comity.sources._listings import (
    Entry,
    Grouped,
    Period,
    batches_of_entries,
    day_of,
    day_of_name,
    undated,
)
from comity.sources._places import Places, values_of

DAY = dt.date(2021, 7, 15)
STOOD = Period(DAY, DAY, "day")


def named(path, member=""):
    found = day_of_name(TextFile(path, member))
    return found and (str(found.first), str(found.last), found.precision)


@pytest.mark.parametrize(
    ("text", "first", "precision"),
    [
        ("28.2.2011", "2011-02-28", "day"),
        ("05/08/2026", "2026-08-05", "day"),
        ("2 December 1985", "1985-12-02", "day"),
        ("26 Feb. 2011", "2011-02-26", "day"),
        ("13-Feb-2026", "2026-02-13", "day"),
        ("2011-02", "2011-02-01", "month"),
        ("2011", "2011-01-01", "year"),
    ],
)
def test_days_in_the_shapes_that_lists_print(text, first, precision):
    found = day_of(text)
    assert (str(found.first), found.precision) == (first, precision)


@pytest.mark.parametrize("text", ["", "30.2.2011", "0.0.2011", "then", "2011-13", "1.1.1066"])
def test_what_is_no_day_is_none(text):
    assert day_of(text) is None


def test_the_day_of_a_list_is_in_the_name_of_file_or_folder(tmp_path):
    assert named(tmp_path / "2021-07-15_sdn.csv") == ("2021-07-15", "2021-07-15", "day")
    assert named(tmp_path / "2021-07" / "sdn.csv") == ("2021-07-01", "2021-07-31", "month")
    assert named(tmp_path / "2021-07-15" / "sdn.csv")[0] == "2021-07-15"
    # The file's own name comes before its folder's; an archive's members before the archive.
    assert named(tmp_path / "2020-01" / "2021-07-15_sdn.csv")[0] == "2021-07-15"
    assert named(tmp_path / "2020-01.zip", "2021-07/sdn.csv")[0] == "2021-07-01"
    assert named(tmp_path / "2021-07.zip", "files/sdn.csv")[0] == "2021-07-01"
    for name in ("sdn.csv", "2021-13_sdn.csv", "2021-07x.csv", "sdn_2021-07-15.csv"):
        assert named(tmp_path / "any" / name) is None


def test_a_list_without_a_day_says_how_to_name_it(tmp_path):
    message = str(undated(TextFile(tmp_path / "sdn.csv")))
    assert "2021-07-15_sdn.csv" in message
    assert "(2021-07)" in message


def test_places_are_never_guessed():
    places = Places(States(), DAY)
    assert places.named("Korea, North", "line 1") == ["PRK"]
    assert places.named("Congo, Republic of the", "line 1") == ["COG"]
    # A territory is not the state that a part of its name is like.
    assert places.named("Virgin Islands, British", "line 2") == []
    assert places.named("undetermined", "line 2") == places.named("", "line 2") == []
    assert places.several("Russian, Belarusian", "line 3") == ["RUS", "BLR"]
    assert places.several("Syrian/Iranian", "line 3") == ["SYR", "IRN"]
    assert places.several("Ukrainian (by birth), Atlantean", "line 4") == ["UKR"]
    assert places.address("1 Void Street, Tehran (Iran)", "line 5") == ["IRN"]
    assert places.address("1 Void Street, Tehran", "line 6") == []
    assert places.named("Atlantean", "line 7") == []
    (told,) = places.rejects()
    assert (told.code, told.locator) == ("unresolved_country", "line 2")
    assert told.raw == (
        "'Atlantean' 2; 'Virgin Islands, British' 1; 'an address without a state at its end' 1"
    )


def test_values_joined_by_semicolons_may_hold_one():
    assert values_of('"a; b"; c') == ["a; b", "c"]
    assert values_of(" a ") == ["a"]
    assert values_of("") == []


def entry(*programmes, countries=(), listed=None):
    return Entry("1", "n", "entity", programmes, countries, "line 1", listed)


def row_of(issuer, item, stood=STOOD):
    batch, *rejects = batches_of_entries(issuer, "X", "L", stood, [item])
    return {name: values[0] for name, values in batch.columns.items()}, rejects


@pytest.mark.parametrize(
    ("issuer", "item", "target", "basis"),
    [
        ("ofac", entry("IFSR", "NPWMD"), "IRN", "programme"),
        ("ofac", entry("SDGT"), None, None),
        ("ofac", entry("UKRAINE-EO13660", countries=("RUS",)), None, None),
        ("ofac", entry("IRGC", "SYRIA"), "IRN;SYR", "programme"),
        ("eu", entry("32014R0269", countries=("IRN",)), "RUS", "programme"),
        ("eu", entry("UKR", countries=("RUS",)), "RUS", "entry"),
        ("eu", entry("UKR", countries=("UKR",)), None, None),
        ("eu", entry("UKR", "RUS", countries=("RUS",)), "RUS", "programme"),
        ("un", entry("Taliban"), None, None),
    ],
)
def test_targets_come_from_the_table(issuer, item, target, basis):
    row, rejects = row_of(issuer, item)
    assert (row["target"], row["target_basis"]) == (target, basis)
    assert not rejects


def test_an_unknown_programme_is_told_and_gives_no_target():
    # The tag of another issuer is another programme.
    row, (told,) = row_of("un", entry("IRAN", countries=("IRN",)))
    assert (row["target"], row["programmes"]) == (None, "IRAN")
    assert (told.code, told.raw) == ("unmapped_programme", "'IRAN' 1")
    assert "'IRAN' 1 (1 in all)" in told.reason


def test_a_row_is_dated_by_its_listing_or_else_by_the_list():
    month = Period(dt.date(2021, 7, 1), dt.date(2021, 7, 31), "month")
    row, _ = row_of("ofac", entry(), month)
    assert row["list_date"] == row["occurred_from"] == dt.date(2021, 7, 1)
    assert row["occurred_to"] == dt.date(2021, 8, 1)
    # On which day of July it was out is not known, so that only the last is sure.
    assert (row["public_from"], row["public_from_basis"]) == (dt.date(2021, 7, 31), "source")
    assert row["listed_on"] is None
    row, _ = row_of("un", entry(listed=day_of("2012-12-31")))
    assert row["occurred_from"] == row["public_from"] == row["listed_on"] == dt.date(2012, 12, 31)
    assert row["public_from_basis"] == "act"
    row, _ = row_of("eu", entry(listed=day_of("2012-02")))
    assert row["listed_on"] is None
    assert row["public_from"] == dt.date(2012, 2, 29)


def test_rows_of_one_entry_are_joined_or_told_apart():
    grouped = Grouped()
    day = day_of("2022-03-01")
    rows = [("Alias", ("RUS",), day), ("Main", ("BLR",), day), ("Main", (), day_of("2022-03-02"))]
    said = [
        grouped.add(Entry("1", name, "person", ("P",), countries, "line", listed), is_main=i > 0)
        for i, (name, countries, listed) in enumerate(rows)
    ]
    assert said[:2] == [None, None]
    assert said[2][0] == "conflict"
    (found,) = grouped.entries()
    assert (found.name, found.countries, found.programmes) == ("Main", ("RUS", "BLR"), ("P",))


def test_the_table_of_programmes_covers_what_matters_here():
    known = sanctions_programmes()
    about = {key for key, row in known.items() if row.target == "IRN"}
    assert {("ofac", "IRAN"), ("ofac", "IFSR"), ("ofac", "IRGC"), ("eu", "32012R0267"),
            ("eu", "32023R1529"), ("un", "Iran")} <= about  # fmt: skip
    assert known["eu", "32014R0833"].target == "RUS"
    assert all(row.reference for row in known.values())
