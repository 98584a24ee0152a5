from __future__ import annotations

import csv
import datetime as dt
import fnmatch
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from comity.core.actor import Actors
from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources import cepii_baci, cow_trade, gravity_trade
from comity.sources._m49 import NO_STATES, NUMBERS

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"


def split(module, path):
    items = list(module.parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def flows(rows):
    cells = rows[["actor", "recipient", "year", "value"]].to_numpy().tolist()
    return {(actor, recipient, year): value for actor, recipient, year, value in cells}


def test_the_seller_acts_zero_stays_zero_and_missing_stays_missing():
    rows, rejects = split(cow_trade, FIXTURES / "cow_trade" / "cow-dyadic-trade")
    # flow1 is what the first state imports from the second.
    assert flows(rows) == {
        ("IRN", "RUS", 2001): 12.5,
        ("RUS", "IRN", 2001): 340.0,
        ("IRN", "USA", 2001): 0.0,
        ("USA", "IRN", 2001): None,
    }
    assert [row.code for row in rejects] == ["before_our_states"]
    assert set(rows["public_from"]) == {dt.date(2002, 7, 1)}
    package, _ = split(cow_trade, FIXTURES / "cow_trade" / "peacesciencer-download")
    assert flows(package) == flows(rows)


def test_a_file_without_years_has_one_in_its_name(tmp_path):
    folder = FIXTURES / "cow_trade" / "one-year-with-names"
    rows, rejects = split(cow_trade, folder)
    assert not rejects
    assert flows(rows)["RUS", "IRN", 2001] == 340.0
    assert flows(rows)["COG", "RUS", 2001] == 2.0
    nameless = tmp_path / "cow_trade.rda"
    nameless.write_bytes((folder / "cow_trade_2001.rda").read_bytes())
    with pytest.raises(SourceChanged, match="without a year"):
        list(cow_trade.parse(nameless))


def test_flows_that_are_no_amounts_are_rejected(tmp_path):
    path = tmp_path / "Dyadic_COW_4.0.csv"
    lines = [
        "ccode1,ccode2,year,flow1,flow2",
        "365,630,2001,1,2",
        "365,630,2001,1,2",
        "365,630,2002,-1,2",
        "365,630,2003,much,2",
        "365,999,2003,1,2",
        "365,630,2004,,NA",
    ]
    path.write_text("\n".join(lines) + "\n")
    rows, rejects = split(cow_trade, path)
    assert flows(rows)["RUS", "IRN", 2004] is None
    assert set(rows["year"]) == {2001, 2004}
    assert sorted((row.locator[-1], row.code) for row in rejects) == [
        ("3", "duplicate"),
        ("4", "bad_value"),
        ("5", "bad_value"),
        ("6", "unknown_state"),
    ]


def test_products_are_summed_in_millions_and_comtrade_numbers_are_known():
    rows, rejects = split(cepii_baci, FIXTURES / "cepii_baci" / "baci-year")
    assert flows(rows) == {
        ("IND", "RUS", 2020): 1.0,
        ("IRN", "RUS", 2020): 0.2505,
        ("RUS", "IRN", 2020): 2.0,
    }
    # "Other Asia" is mostly Taiwan, but no state.
    assert [row.code for row in rejects] == ["not_a_state"]


def test_products_that_cannot_be_used_are_rejected(tmp_path):
    path = tmp_path / "BACI_HS92_Y2020_V202401.csv"
    lines = ["t,i,j,k,v,q", "2020,643,364,1,10,1", "2020,643,364,1,10,1", "2020,643,7,1,10,1",
             "2020,643,364,2,-1,1", "2020,643,643,1,10,1", "x,643,364,1,10,1"]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
    rows, rejects = split(cepii_baci, path)
    assert flows(rows) == {("RUS", "IRN", 2020): 0.01}
    assert sorted((row.locator[-1], row.code) for row in rejects) == [
        ("3", "duplicate"),
        ("4", "unknown_state"),
        ("5", "bad_value"),
        ("6", "same_state"),
        ("7", "bad_value"),
    ]


def test_sums_do_not_depend_on_where_a_frame_ends(tmp_path, monkeypatch):
    path = tmp_path / "BACI_HS92_Y2020_V202401.csv"
    lines = [f"2020,643,{364 if k % 2 else 156},{k},{k},1" for k in range(1, 41)]
    path.write_text("\n".join(["t,i,j,k,v,q", *lines]) + "\n")
    whole, _ = split(cepii_baci, path)
    frames_of = cepii_baci.frames_of
    monkeypatch.setattr(
        cepii_baci, "frames_of", lambda path, spec, **how: frames_of(path, spec, 7, **how)
    )
    pieces, _ = split(cepii_baci, path)
    assert flows(whole) == flows(pieces)
    assert flows(whole)["RUS", "IRN", 2020] == pytest.approx(0.4)


def year_file(year, *values):
    lines = [f"{year},643,364,{product},{value},1" for product, value in enumerate(values)]
    return "\n".join(["t,i,j,k,v,q", *lines]) + "\n"


def test_a_release_comes_as_one_archive_of_years(tmp_path):
    path = tmp_path / "BACI_HS92_V202401.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BACI_HS92_Y2019_V202401.csv", year_file(2019, 10, 20))
        archive.writestr("BACI_HS92_Y2020_V202401.csv", year_file(2020, 40))
        archive.writestr("country_codes_V202401.csv", "country_code,country_name\n643,Russia\n")
        archive.writestr("Readme.txt", "about BACI")
    rows, rejects = split(cepii_baci, path)
    assert not rejects
    assert flows(rows) == {("RUS", "IRN", 2019): 0.03, ("RUS", "IRN", 2020): 0.04}
    # A year's rows are given as soon as its file ends, so that memory holds one year.
    assert [set(item.columns["occurred_from"]) for item in cepii_baci.parse(path)] == [
        {dt.date(2019, 1, 1)},
        {dt.date(2020, 1, 1)},
    ]


def test_the_same_year_in_another_nomenclature_is_not_added_up(tmp_path):
    (tmp_path / "BACI_HS17_Y2020_V202401.csv").write_text(year_file(2020, 10))
    (tmp_path / "BACI_HS92_Y2020_V202401.csv").write_text(year_file(2020, 10, 5))
    rows, rejects = split(cepii_baci, tmp_path)
    assert flows(rows) == {("RUS", "IRN", 2020): 0.01}
    assert [row.code for row in rejects] == ["duplicate", "duplicate"]
    assert "another nomenclature" in rejects[0].reason


def test_the_archive_is_named_if_it_has_a_year_that_is_wanted():
    def names(since, until):
        return [file.name for file in cepii_baci.expected(None, since, until)]

    assert names(dt.date(2020, 6, 1), dt.date(2030, 1, 1)) == ["BACI_HS92_V202401.zip"]
    assert names(dt.date(1946, 1, 1), dt.date(1994, 12, 31)) == []


def test_gravity_package():
    rows, rejects = split(gravity_trade, FIXTURES / "gravity_trade" / "gravity-package")
    assert flows(rows) == {
        ("RUS", "IRN", 2006): 2000.5,
        ("IRN", "RUS", 2006): 200.25,
        ("AFG", "ARG", 2006): 0.0,
        ("SCG", "RUS", 2006): 8.0,
    }
    assert [row.code for row in rejects] == ["not_a_state"]


def test_every_state_of_today_has_a_number():
    present = {state.id for state in Actors.load().states.values() if state.end is None}
    # Without a number of its own in UN M49.
    assert present - set(NUMBERS.values()) == {"XAB", "XKX", "XSO"}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not there")
def test_real_trade_of_russia_and_iran_in_two_years():
    rows, rejects = split(cow_trade, SHARED / "trade_cow_2001" / "cow_trade_2001.rda")
    assert (len(rows), rejects) == (27_456, [])
    assert flows(rows)["RUS", "IRN", 2001] == pytest.approx(913.67)
    assert flows(rows)["IRN", "RUS", 2001] == pytest.approx(34.26)
    rows, rejects = split(gravity_trade, SHARED / "trade_gravity" / "gravity_zeros.rdata")
    assert len(rows) == 21_964
    assert {row.code for row in rejects} == {"not_a_state"}
    assert flows(rows)["RUS", "IRN", 2006] == pytest.approx(2084.8, abs=0.1)
    assert flows(rows)["IRN", "RUS", 2006] == pytest.approx(237.8, abs=0.1)
    assert (rows["value"] == 0).sum() == 5_371


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not there")
def test_real_products_of_two_exporters():
    folder = SHARED / "trade_baci_layout"
    rows, rejects = split(cepii_baci, folder / "ExampleTradeData.rda")
    assert set(rows["actor"]) == {"AFG", "ZAF"}
    assert (len(rows), len(rejects)) == (296, 1_688)
    assert {row.code for row in rejects} == {"not_a_state"}
    # Our numbers are those of the publisher's own list.
    with (folder / "country_codes_V202201.csv").open(encoding="latin-1") as stream:
        listed = {row["country_code"]: row["iso_3digit_alpha"] for row in csv.DictReader(stream)}
    both = listed.keys() & NUMBERS.keys()
    assert len(both) > 190
    # 280 is West Germany, which the publisher, whose data begin in 1995, calls Germany.
    assert [code for code in both if NUMBERS[code] != listed[code]] == ["280"]
    assert {int(code) for code in listed.keys() - both} <= NO_STATES


@pytest.mark.parametrize("module", [cow_trade, cepii_baci])
def test_what_can_be_fetched_has_a_name_that_is_read(module):
    (file,) = module.expected(None, dt.date(2001, 1, 1), dt.date(2001, 12, 31))
    assert file.url.rpartition("/")[2] == file.name
    stems = {layout.pattern.rpartition(".")[0] for layout in module.SPEC.layouts}
    assert any(fnmatch.fnmatch(file.name.rpartition(".")[0], stem) for stem in stems)
