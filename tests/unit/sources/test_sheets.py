"""The workbook reader: what it gives, and that hostile files are errors, not crashes."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.styles import Font

from comity.core.errors import SourceChanged
from comity.sources import _sheets
from comity.sources._sheets import open_books, sheet_frames

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
OLD = FIXTURES / "gpr_index" / "monthly" / "data_gpr_export.xls"


def write(path, rows, title="Data"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def rows_of(path, title="Data", **kwargs):
    with open_books(path, "demo", ("a", "b")) as (book,):
        return list(book.rows(title, **kwargs))


def frames_of(path, title="Data", layouts=(("a", "b"),), **kwargs):
    with open_books(path, "demo", ("a", "b")) as (book,):
        return list(sheet_frames(book, title, layouts, **kwargs))


def rewrite(path, member, change):
    """Change the bytes of one part of a workbook."""
    content = path.read_bytes()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == member else data)
    return path


def test_cells_keep_their_type(tmp_path):
    path = write(tmp_path / "x.xlsx", [["text", 1, 2.5, True, dt.date(2024, 2, 29), None, "#N/A"]])
    (row,) = rows_of(path)
    assert row.cells == ["text", 1, 2.5, True, pd.Timestamp("2024-02-29"), None, None]
    assert row.number == 1


def test_old_workbooks_give_the_same_kinds(tmp_path):
    rows = rows_of(OLD, "Sheet1")
    assert rows[0].cells[0] == "month"
    assert rows[1].cells[:2] == [pd.Timestamp("1945-12-01"), None]
    assert rows[2].cells[1] == 101.0


def test_the_first_days_of_1900_are_dates(tmp_path):
    # Excel believes in 29 February 1900, so the days before March are counted otherwise.
    content = OLD.read_bytes()
    day = (dt.date(1945, 12, 1) - dt.date(1899, 12, 30)).days
    packed = struct.pack("<d", float(day))
    assert content.count(packed) == 1
    for serial, expected in ((1.0, "1900-01-01"), (61.0, "1900-03-01")):
        path = tmp_path / "x.xls"
        path.write_bytes(content.replace(packed, struct.pack("<d", serial)))
        assert rows_of(path, "Sheet1")[1].cells[0] == pd.Timestamp(expected)


def test_a_formula_counts_as_the_value_saved_with_it_and_is_never_computed(tmp_path):
    path = write(tmp_path / "x.xlsx", [["=1+1", '=HYPERLINK("http://example.org","x")']])
    (row,) = rows_of(path)
    assert row.cells == [None, None]  # nothing was saved with them


def test_colours_are_given_where_asked_for(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Data"
    book.active.append([1, 2, 3])
    book.active["B1"].font = Font(color="FFFF0000")
    book.active["C1"].font = Font(color=openpyxl.styles.colors.Color(indexed=12))
    book.save(tmp_path / "x.xlsx")
    (row,) = rows_of(tmp_path / "x.xlsx", colours=True)
    assert row.colours[1:] == ["rgb:FFFF0000", "indexed:12"]
    assert rows_of(tmp_path / "x.xlsx")[0].colours == []


def test_the_header_is_found_below_a_preamble_and_rows_say_where_they_stand(tmp_path):
    rows = [["A title"], [None], ["b", None, "a", "a"], [1, 2, 3, 4], [None, " "], [5, None, 6]]
    path = write(tmp_path / "x.xlsx", rows)
    ((frame, layout),) = frames_of(path, layouts=(("z",), ("a", "b")))
    assert layout == 1
    assert list(frame.data.columns) == ["b", "column 2", "a", "column 4"]
    assert frame.locators == ["x.xlsx, Data, row 4", "x.xlsx, Data, row 6"]
    assert frame.data["a"].tolist() == [3, 6]
    assert frame.raw(0) == "1 | 2 | 3 | 4"


def test_a_cell_beside_the_columns_rejects_its_row(tmp_path):
    path = write(tmp_path / "x.xlsx", [["a", "b"], [1, 2, 3], [1, 2]])
    ((frame, _),) = frames_of(path)
    assert [(row.code, row.locator) for row in frame.rejects] == [
        ("wrong_cell_count", "x.xlsx, Data, row 2")
    ]
    assert len(frame.data) == 1


def test_frames_are_bounded(tmp_path):
    path = write(tmp_path / "x.xlsx", [["a", "b"], *([i, i] for i in range(7))])
    assert [len(frame.data) for frame, _ in frames_of(path, rows=3)] == [3, 3, 1]


def test_workbooks_inside_a_zip(tmp_path):
    write(tmp_path / "x.xlsx", [["a", "b"], [1, 2]])
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.write(tmp_path / "x.xlsx", "folder/x.xlsx")
        archive.write(OLD, "old.xls")
    with open_books(tmp_path / "packed.zip", "demo", ("a",)) as books:
        assert [book.label for book in books] == ["packed.zip/folder/x.xlsx", "packed.zip/old.xls"]
        assert [book.titles for book in books] == [("Data",), ("Sheet1",)]
        ((frame, _),) = sheet_frames(books[0], "Data", (("a", "b"),))
    assert frame.locators == ["packed.zip/folder/x.xlsx, Data, row 2"]


def test_another_layout_is_named_with_what_was_expected_and_found(tmp_path):
    path = write(tmp_path / "x.xlsx", [["c", "d"], [1, 2]])
    with pytest.raises(SourceChanged) as caught:
        frames_of(path)
    assert caught.value.expected == ("a", "b")
    assert caught.value.found == ("c", "d")
    assert len(caught.value.sha256) == 64
    with pytest.raises(SourceChanged, match="the sheets Data"):
        frames_of(path, title="Other")


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("entity", [BOMB, OUTSIDE])
def test_xml_entities_are_refused(tmp_path, part, entity):
    path = write(tmp_path / "x.xlsx", [["a", "b"], ["x", 2]])
    rewrite(path, part, lambda data: entity + data.partition(b"?>")[2] if b"?>" in data[:60]
            else entity + data)  # fmt: skip
    with pytest.raises(SourceChanged):
        frames_of(path)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    path = write(tmp_path / "x.xlsx", [["a", "b"], [1, 2]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x.bin", bytes(40_000_000))
    with pytest.raises(SourceChanged, match="unpacks to 40,000,000"):
        frames_of(path)
    monkeypatch.setattr(_sheets, "MAX_PACKED", 100)
    with pytest.raises(SourceChanged, match="a file of"):
        frames_of(path)


def test_a_bomb_inside_a_zip_is_not_unpacked(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes(40_000_000))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x.xlsx", inner.getvalue())
    with pytest.raises(SourceChanged, match="unpacks to"):
        frames_of(tmp_path / "x.zip")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'r="2"', b'r="2000000000"'), (b'r="B2"', b'r="XFD2"')],
)
def test_a_sheet_that_claims_to_be_huge_is_refused(tmp_path, old, new):
    path = write(tmp_path / "x.xlsx", [["a", "b"], [1, 2]])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda data: data.replace(old, new))
    with pytest.raises(SourceChanged, match="more rows or columns"):
        frames_of(path)


@pytest.mark.parametrize(
    "content", [b"", b"text", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100]
)
def test_what_is_no_workbook_is_a_changed_source(tmp_path, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceChanged) as caught:
        frames_of(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
def test_a_damaged_workbook_is_an_error_and_no_crash(tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    content = OLD.read_bytes()
    if suffix == ".xlsx":
        content = write(path, [["a", "b"], *([i, f"text {i}"] for i in range(50))]).read_bytes()
    title = "Sheet1" if suffix == ".xls" else "Data"
    crashes = 0
    for at in range(0, len(content), 97):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        try:
            frames_of(path, title)
        except SourceChanged:
            crashes += 1
        path.write_bytes(content[:at])
        with pytest.raises(SourceChanged):
            frames_of(path, title)
    assert crashes
