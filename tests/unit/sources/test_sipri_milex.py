from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.styles import Font

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources.sipri_milex import SPEC, expected, parse

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "sipri_milex" / "workbook"
NAME = "SIPRI-Milex-data-1949-2025_v1.2.xlsx"


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def changed(tmp_path, change):
    path = Path(shutil.copy(FIXTURE / NAME, tmp_path / NAME))
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def row_of(sheet, name):
    return next(row for row in sheet.iter_rows() if row[0].value == name)


def test_four_sheets_make_one_row_per_state_and_year():
    rows, rejects = split(FIXTURE)
    iran = rows[(rows["state"] == "IRN") & (rows["year"] == 2023)].iloc[0]
    assert iran[["constant_usd", "current_usd", "share_gdp", "share_government"]].tolist() == [
        15.0,
        7.5,
        0.0075,
        0.015,
    ]
    assert iran["public_from"] == dt.date(2024, 5, 1)
    assert {row.code for row in rejects} == {"not_a_state"} <= set(SPEC.out_of_scope)


def test_dots_and_xxx_are_no_zeros():
    rows, _ = split(FIXTURE)
    years = rows.groupby("state")["year"].agg(list).to_dict()
    assert years["SUN"] == [1990]
    assert years["RUS"] == [1992, 2023]
    # The sheet of current dollars holds a 0 for 1992 where the others say "unknown".
    assert years["IRN"] == [1990, 1991, 2023]


def test_a_zero_that_no_sheet_contradicts_is_a_zero():
    rows, _ = split(FIXTURE)
    assert rows[rows["state"] == "CRI"]["current_usd"].tolist() == [0.0] * 4


def test_colours_mark_estimates():
    rows, _ = split(FIXTURE)
    marked = rows[rows["estimated"].astype(bool)]
    assert marked[["state", "year"]].to_numpy().tolist() == [["IRN", 1990], ["RUS", 2023]]


def test_without_any_colour_nothing_is_said_of_estimates(tmp_path):
    def plain(book):
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    cell.font = Font()

    rows, _ = split(changed(tmp_path, plain))
    assert rows["estimated"].isna().all()


def test_germany_before_1990_is_the_federal_republic(tmp_path):
    def earlier(book):
        for sheet in book.worksheets[1:]:
            row = row_of(sheet, "Country")
            next(cell for cell in row if cell.value == 1990).value = 1985

    rows, _ = split(changed(tmp_path, earlier))
    assert rows[rows["year"] == 1985]["state"].tolist() == ["BRD", "CRI", "IRN", "SUN"]


@pytest.mark.parametrize(
    ("cell", "code"), [("about 7", "bad_value"), (-1, "bad_value"), (True, "bad_value")]
)
def test_a_cell_that_is_no_figure_is_rejected_and_the_others_are_kept(tmp_path, cell, code):
    def bad(book):
        row_of(book["Current US$"], "Iran")[2].value = cell

    rows, rejects = split(changed(tmp_path, bad))
    found = [row for row in rejects if row.code != "not_a_state"]
    assert [(row.code, row.locator) for row in found] == [(code, f"{NAME}, Current US$, row 12")]
    iran = rows[(rows["state"] == "IRN") & (rows["year"] == 1990)].iloc[0]
    assert (iran["current_usd"], iran["constant_usd"]) == (None, 11.0)


def test_unknown_and_repeated_states_are_rejected(tmp_path):
    def other(book):
        row_of(book["Current US$"], "Iran")[0].value = "Atlantis"
        row_of(book["Share of GDP"], "Germany")[0].value = "Iran"

    rows, rejects = split(changed(tmp_path, other))
    assert [row.code for row in rejects if row.code != "not_a_state"] == [
        "unknown_state",
        "duplicate",
    ]
    assert rows[rows["state"] == "DEU"]["share_gdp"].isna().all()


@pytest.mark.parametrize("title", ["Current US$", "Share of Govt. spending"])
def test_a_missing_sheet_is_a_changed_source(tmp_path, title):
    path = changed(tmp_path, lambda book: book.remove(book[title]))
    with pytest.raises(SourceChanged, match="the sheets Front page"):
        split(path)


def test_a_sheet_without_years_is_a_changed_source(tmp_path):
    def nameless(book):
        row_of(book["Current US$"], "Country")[0].value = "State"

    with pytest.raises(SourceChanged, match="without a row of Country and years"):
        split(changed(tmp_path, nameless))


def test_shares_in_percent_are_a_changed_source(tmp_path):
    def percent(book):
        for row in book["Share of GDP"].iter_rows():
            for cell in row[2:]:
                if isinstance(cell.value, float):
                    cell.value *= 1000

    with pytest.raises(SourceChanged, match="look like percent"):
        split(changed(tmp_path, percent))


def test_the_edition_that_is_known_is_expected():
    (file,) = expected(None, dt.date(2024, 1, 1), dt.date(2024, 1, 2))
    assert file.name == NAME
    assert file.url.endswith(NAME)
