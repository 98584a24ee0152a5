from __future__ import annotations

import datetime as dt
import zipfile

import numpy as np
import pandas as pd
import pyreadr
import pytest

from comity.core.errors import SourceChanged, UsageError
from comity.sources import _formats, _rdata
from comity.sources._context import (
    Frame,
    Seen,
    States,
    batches_of,
    day_columns,
    days_of,
    frames_of_table,
    numbers_of,
    reject,
    year_columns,
    years_of,
)
from comity.sources._formats import TextFile, files_of, find_header, read_frames, text_files
from comity.sources._rdata import read_rdata

COLUMNS = ("a", "b", "c")


def frames(path, rows=100):
    file = TextFile(path)
    return list(read_frames(file, find_header(file, [COLUMNS], "here"), "here", rows=rows))


def read(path, rows=100):
    got = frames(path, rows)
    return (
        [tuple(row) for frame in got for row in frame.data.itertuples(index=False, name=None)],
        [row for frame in got for row in frame.rejects],
        [locator for frame in got for locator in frame.locators],
    )


def test_preamble_mark_and_any_delimiter(tmp_path):
    for delimiter in ",\t;":
        path = tmp_path / "x.csv"
        lines = ["Some words, more words", "", delimiter.join(COLUMNS), delimiter.join("123")]
        path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
        assert read(path) == ([("1", "2", "3")], [], ["x.csv, line 4"])


def test_utf_16_with_a_mark(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\nä,и,س\n", encoding="utf-16")
    assert read(path)[0] == [("ä", "и", "س")]


def test_a_quoted_cell_may_hold_the_delimiter_and_line_ends(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('a,b,c\n1,"two, ""2""\nmore",3\n4,5,6\n')
    rows, bad, locators = read(path)
    assert rows == [("1", 'two, "2"\nmore', "3"), ("4", "5", "6")]
    assert not bad
    assert locators == ["x.csv, line 2", "x.csv, line 4"]


def test_a_stray_quote_costs_one_row_only(tmp_path):
    path = tmp_path / "x.csv"
    good = "\n".join(f"{i},x,y" for i in range(50))
    path.write_text(f'a,b,c\n1,"open,3\n{good}\n')
    rows, bad, _ = read(path)
    assert len(rows) == 50
    assert [(row.locator, row.code) for row in bad] == [("x.csv, line 2", "open_quote")]


def test_a_quote_inside_a_tab_cell_is_text(tmp_path):
    path = tmp_path / "x.tab"
    path.write_text('a\tb\tc\n1\t5" gun\t"quoted"\n')
    assert read(path)[0] == [("1", '5" gun', "quoted")]


def test_frames_are_bounded_and_nothing_is_lost(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n" + "".join(f"{i},b,c\n" for i in range(1000)))
    got = frames(path, rows=300)
    assert [len(frame.data) for frame in got] == [300, 300, 300, 100]
    assert got[-1].locators[-1] == "x.csv, line 1001"
    assert got[1].raw(0) == "300,b,c"


def test_one_endless_line_is_one_reject(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b,c\n" + b"z" * 3_500_000 + b"\n1,2,3\n")
    rows, bad, locators = read(path)
    assert rows == [("1", "2", "3")]
    assert [row.code for row in bad] == ["line_too_long"]
    assert len(bad[0].raw) == 4_000
    assert locators == ["x.csv, line 3"]


def test_reject_text_can_be_stored():
    row = reject("x, line 1", "code", "why.", "a\udcffb\x00" + "c" * 9_999)
    row.raw.encode("utf-8")
    assert row.raw.startswith("a\\udcffb\\x00c")
    assert "\x00" not in row.raw


def test_files_of_a_folder_are_sorted_and_matched(tmp_path):
    for name in ("b.csv", "A.CSV", "c.txt"):
        (tmp_path / name).write_text("x")
    assert [path.name for path in files_of(tmp_path, ["*.csv"])] == ["A.CSV", "b.csv"]
    with pytest.raises(UsageError, match=r"no file there matches \*\.tab"):
        files_of(tmp_path, ["*.tab"])


def test_zip_members_are_chosen_and_guarded(tmp_path, monkeypatch):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/data.csv", "a,b,c\n1,2,3\n")
        archive.writestr("__MACOSX/data.csv", "junk")
        archive.writestr("readme.md", "junk")
    (file,) = text_files(path, ["*.csv"], "here")
    header = find_header(file, [COLUMNS], "here")
    assert [len(frame.data) for frame in read_frames(file, header, "here")] == [1]
    with pytest.raises(SourceChanged, match=r"found .*readme\.md"):
        text_files(path, ["*.tab"], "here")
    monkeypatch.setattr(_formats, "MAX_UNPACKED", 5)
    with pytest.raises(SourceChanged, match="unpacks to 12 bytes"):
        text_files(path, ["*.csv"], "here")


def test_a_zip_bomb_is_refused_unread(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", b"0" * (80 << 20))
    with pytest.raises(SourceChanged, match="unpacks to"):
        text_files(path, ["*.csv"], "here")


def test_a_zip_with_a_wrong_checksum_fails_loudly(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("data.csv", "a,b,c\n" + "1,2,3\n" * 200_000)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"1,2,3\n1,2,3\n", b"1,2,3\n9,2,3\n", 1))
    (file,) = text_files(path, ["*.csv"], "here")
    header = find_header(file, [COLUMNS], "here")
    with pytest.raises(SourceChanged, match="breaks off or is damaged"):
        list(read_frames(file, header, "here"))


def test_r_data_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "x.rda"
    pyreadr.write_rdata(str(path), pd.DataFrame({"a": range(1000)}), "x", compress="gzip")
    assert list(read_rdata(path, "here", ["a"])["x"]["a"]) == list(range(1000))
    monkeypatch.setattr(_rdata, "MAX_UNPACKED", 100)
    with pytest.raises(SourceChanged, match="unpacks to too much"):
        read_rdata(path, "here", ["a"])


def test_frame_rejects_once_with_the_row_itself():
    (frame,) = frames_of_table(pd.DataFrame({"a": [1, 2, 3]}), "x.rda")
    frame.drop([True, False, False], "first", "one.")
    frame.drop([True, True, False], "second", lambda row: f"a is {frame.cell('a', row)}.")
    assert [(r.locator, r.code, r.reason, r.raw) for r in frame.rejects] == [
        ("x.rda, row 1", "first", "one.", "a=1"),
        ("x.rda, row 2", "second", "a is 2.", "a=2"),
    ]
    assert frame.kept(["x", "y", np.nan]) == [None]


def test_days_numbers_and_years():
    texts = ["2020-02-29", "2021-02-29", "", None, "2020-01-01T00:00", "1/2/2020"]
    assert list(days_of(texts)) == [
        dt.date(2020, 2, 29), None, None, None, dt.date(2020, 1, 1), None,
    ]  # fmt: skip
    assert list(days_of([dt.date(2020, 1, 1), dt.datetime(2020, 1, 2, 3)])) == [  # noqa: DTZ001
        dt.date(2020, 1, 1),
        dt.date(2020, 1, 2),
    ]
    assert np.isnan(numbers_of(["", "inf", "NaN", "x"])).all()
    assert list(numbers_of(["1", 2.5])) == [1.0, 2.5]
    assert years_of(["1999", 2000.0, 2000.5, "0", "99999", None]) == [
        1999, 2000, None, None, None, None,
    ]  # fmt: skip


def test_time_columns():
    days = [dt.date(2020, 12, 31), dt.date(2020, 12, 31)]
    columns = day_columns(days, lag=1)
    assert columns["occurred_to"] == columns["public_from"] == [dt.date(2021, 1, 1)] * 2
    years = year_columns([2020], lambda year: dt.date(year + 1, 3, 15), "source")
    assert years["public_from"] == [dt.date(2021, 3, 15)]
    assert years["occurred_to"] == [dt.date(2021, 1, 1)]


def test_batches_are_cut_and_empty_ones_left_out():
    assert list(batches_of("ballots", {"rcid": []})) == []
    assert [len(batch) for batch in batches_of("ballots", {"rcid": list("abcde")}, 2)] == [2, 2, 1]


def test_states_by_day_year_and_system():
    states = States()
    days = [dt.date(1991, 12, 25), dt.date(1991, 12, 26), dt.date(1950, 1, 1), None]
    assert list(states.on_day(["Russia"] * 4, days, "name")) == ["SUN", "RUS", "SUN", None]
    # Ukraine and Byelorussia had seats of their own before they were states.
    assert states.one("Ukraine", dt.date(1950, 1, 1), "name") == "UKR"
    assert states.one("Germany", dt.date(1975, 1, 1), "name") is None
    assert states.one("Atlantis", dt.date(1975, 1, 1), "name") is None
    assert list(states.in_year(["365", "365", "345", None], [1990, 1992, 2010, 1990], "cow")) == [
        "SUN", "RUS", "SRB", None,
    ]  # fmt: skip


def test_frame_holds_columns_of_one_length():
    frame = Frame(pd.DataFrame({"a": ["x"]}), ["here, line 1"], lambda _: "x")
    assert frame.kept(["y"]) == ["y"]


def test_seen_keys_across_frames():
    seen = Seen()
    assert list(seen.add(pd.DataFrame({"a": ["x", "y", "x"]}))) == [False, False, True]
    assert list(seen.add(pd.DataFrame({"a": []}))) == []
    for start in range(0, 5_000, 100):
        keys = pd.DataFrame({"a": [str(i) for i in range(start, start + 200)]})
        assert seen.add(keys).sum() == (0 if start == 0 else 100)
    assert list(seen.add(pd.DataFrame({"a": ["x", "4999", "new"]}))) == [True, True, False]


def test_a_rejected_row_does_not_make_the_next_one_a_duplicate():
    (frame,) = frames_of_table(pd.DataFrame({"a": ["k", "k", "k"]}), "x.rda")
    frame.drop([True, False, False], "bad_value", "bad.")
    frame.drop_repeated(frame.data[["a"]], Seen(), "twice.")
    assert [row.locator for row in frame.rejects] == ["x.rda, row 1", "x.rda, row 3"]
