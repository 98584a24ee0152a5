from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from comity.core.case import parse_case_table
from comity.core.errors import CatalogError
from comity.core.records import TABLES, Batch, Reject

if TYPE_CHECKING:
    from pathlib import Path

VALUES = TABLES["values"]


def read(path: Path, text: str, table: str = "values") -> tuple[Batch | None, list[Reject]]:
    file = path / "rows.csv"
    file.write_text(text, encoding="utf-8")
    parts = list(parse_case_table(TABLES[table], file))
    batches = [part for part in parts if isinstance(part, Batch)]
    assert len(batches) <= 1
    return (batches[0] if batches else None), [p for p in parts if isinstance(p, Reject)]


HEAD = "value_id,date,series_id,value,unit\n"


def test_one_date_column_is_expanded(tmp_path: Path) -> None:
    batch, rejects = read(tmp_path, HEAD + "a,2022-Q2,trade,1.5,USD\n")
    assert not rejects
    assert batch is not None
    assert batch.columns["occurred_from"] == [dt.date(2022, 4, 1)]
    assert batch.columns["occurred_to"] == [dt.date(2022, 7, 1)]
    assert batch.columns["precision"] == ["quarter"]
    assert batch.columns["value"] == [1.5]
    assert batch.columns["locator"] == ["line 2"]


def test_unknown_publication_is_assumed_at_the_last_day(tmp_path: Path) -> None:
    batch, _ = read(tmp_path, HEAD + "a,2022,trade,1,USD\n")
    assert batch is not None
    assert batch.columns["public_from"] == [dt.date(2022, 12, 31)]
    assert batch.columns["public_from_basis"] == ["assumed"]


def test_given_publication_is_kept(tmp_path: Path) -> None:
    head = "value_id,date,series_id,value,unit,public_from,public_from_basis\n"
    batch, _ = read(
        tmp_path, head + "a,2022,t,1,USD,2024-05-01,source\nb,2022,t,1,USD,2023-01-05,\n"
    )
    assert batch is not None
    assert batch.columns["public_from"] == [dt.date(2024, 5, 1), dt.date(2023, 1, 5)]
    assert batch.columns["public_from_basis"] == ["source", "assumed"]


def test_direct_period_columns(tmp_path: Path) -> None:
    head = "value_id,occurred_from,occurred_to,precision,series_id,value,unit\n"
    rows = (
        "a,2022-01-01,2022-02-01,month,t,1,USD\n"
        "b,2022-01-01,,,t,1,USD\n"
        "c,2022-01-01,2022-01-05,,t,1,USD\n"
        "d,2022-01-05,2022-01-05,,t,1,USD\n"
    )
    batch, rejects = read(tmp_path, head + rows)
    assert batch is not None
    assert batch.columns["precision"] == ["month", "day", "span"]
    assert batch.columns["occurred_to"][1] == dt.date(2022, 1, 2)
    assert [(r.code, r.locator) for r in rejects] == [("bad_date", "line 5")]


@pytest.mark.parametrize(
    ("row", "code", "says"),
    [
        ("a,2022-13,t,1,USD", "bad_date", "YYYY-MM"),
        ("a,2022-02-30,t,1,USD", "bad_date", "2022-02-30"),
        ("a,0999,t,1,USD", "bad_date", "1000 to 2100"),
        ("a,2101,t,1,USD", "bad_date", "1000 to 2100"),
        ("a,9999,t,1,USD", "bad_date", "9999"),
        ("a,2022,t,nan,USD", "bad_number", "leave the cell empty"),
        ("a,2022,t,inf,USD", "bad_number", "leave the cell empty"),
        ("a,2022,t,1e999,USD", "bad_number", "leave the cell empty"),
        ('a,2022,t,"1,200",USD', "bad_number", "thousands separators"),
        ("a,2022,t,1_200,USD", "bad_number", "not a number"),
        ("a,2022,t,many,USD", "bad_number", "'many'"),
        ("a,2022,,1,USD", "missing_value", "series_id"),
        ("a,,t,1,USD", "missing_value", "when it happened"),
        (",2022,t,1,USD", "missing_value", "value_id"),
        ("a,2022,t,1", "wrong_cells", "4 cells"),
        ("a,2022,t,1,USD,x", "wrong_cells", "6 cells"),
        ('a,2022,t,"1"x,USD', "wrong_cells", "double quote"),
    ],
)
def test_bad_rows_are_rejected_alone(tmp_path: Path, row: str, code: str, says: str) -> None:
    batch, rejects = read(tmp_path, f"{HEAD}good1,2020,t,1,USD\n{row}\ngood2,2021,t,1,USD\n")
    assert batch is not None
    assert batch.columns["value_id"] == ["good1", "good2"]
    assert [(r.code, r.locator, r.raw) for r in rejects] == [(code, "line 3", row)]
    assert says in rejects[0].reason
    assert rejects[0].reason.endswith((".", "?"))


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("modality", "asserted", None),
        ("modality", "Asserted", "unknown_choice"),
        ("reliability", "G", "bad_grade"),
        ("credibility_now", "7", "bad_grade"),
        ("credibility_now", "2.5", "bad_number"),
        ("credibility_at_date", "0", "bad_grade"),
        ("conflict", "maybe", "bad_flag"),
        ("published_on", "May 2022", "bad_date"),
        ("published_on", "2022-05", None),
        ("public_from", "2022-05", "bad_date"),
        ("public_from", "2022-05-01", None),
    ],
)
def test_cells_are_checked_against_the_table(
    tmp_path: Path, column: str, cell: str, code: str | None
) -> None:
    text = f"value_id,date,series_id,value,unit,{column}\na,2022,t,1,USD,{cell}\n"
    _, rejects = read(tmp_path, text)
    assert [r.code for r in rejects] == ([] if code is None else [code])


def test_flags_are_read(tmp_path: Path) -> None:
    rows = "".join(f"{i},2022,t,1,USD,{cell}\n" for i, cell in enumerate(["yes", "0", "TRUE", ""]))
    batch, _ = read(tmp_path, "value_id,date,series_id,value,unit,conflict\n" + rows)
    assert batch is not None
    assert batch.columns["conflict"] == [True, False, True, None]


def test_second_use_of_a_key_is_rejected(tmp_path: Path) -> None:
    batch, rejects = read(tmp_path, HEAD + "a,2020,t,1,USD\na,2021,t,2,USD\n")
    assert batch is not None
    assert batch.columns["value"] == [1.0]
    assert rejects[0].code == "duplicate_key"
    assert "line 2" in rejects[0].reason


def test_line_numbers_count_lines_not_rows(tmp_path: Path) -> None:
    text = (
        'value_id,date,series_id,value,unit,note\na,2020,t,1,USD,"two\nlines"\n\nb,bad,t,1,USD,\n'
    )
    batch, rejects = read(tmp_path, text)
    assert batch is not None
    assert batch.columns["note"] == ["two\nlines"]
    assert [r.locator for r in rejects] == ["line 5"]


def test_an_open_quote_does_not_hide_the_rows_before(tmp_path: Path) -> None:
    batch, rejects = read(tmp_path, HEAD + 'a,2020,t,1,USD\nb,2021,"t,1,USD\nc,2022,t,1,USD\n')
    assert batch is not None
    assert batch.columns["value_id"] == ["a"]
    assert [r.code for r in rejects] == ["wrong_cells"]
    assert "c,2022" in rejects[0].raw


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("value_id,date,series_id,value,unit,relability", "did you mean 'reliability'"),
        ("value_id,date,series_id,value,unit,colour", "unknown column 'colour'"),
        ("value_id,date,date,series_id,value,unit", "given twice"),
        ("value_id,date,series_id,value", "'unit' of values is missing"),
        ("value_id,series_id,value,unit", "when it happened"),
        ("value_id,date,occurred_from,series_id,value,unit", "when it happened"),
        ("value_id;date;series_id;value;unit", "separated by commas"),
        ("", "no header"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(tmp_path: Path, header: str, says: str) -> None:
    with pytest.raises(CatalogError, match=r"rows\.csv, header") as error:
        read(tmp_path, f"{header}\na,2022,t,1,USD\n" if header else "")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes((HEAD + "é,2022,t,1,USD\n").encode("latin-1"))
    with pytest.raises(CatalogError, match="UTF-8"):
        list(parse_case_table(VALUES, file))


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    batch, rejects = read(tmp_path, "\ufeff" + HEAD + "a,2022,t,1,USD\n")
    assert batch is not None
    assert not rejects


def test_long_files_come_in_batches(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(HEAD + "".join(f"{i},2022,t,1,USD\n" for i in range(5_001)), encoding="utf-8")
    sizes = [len(part) for part in parse_case_table(VALUES, file) if isinstance(part, Batch)]
    assert sizes == [5_000, 1]


def test_tables_without_citation_are_read_too(tmp_path: Path) -> None:
    text = "rcid,voter,choice,date\n1,IRN,yes,2019-12-18\n1,RUS,maybe,2019-12-18\n"
    batch, rejects = read(tmp_path, text, "ballots")
    assert batch is not None
    assert batch.table == "ballots"
    assert [r.code for r in rejects] == ["unknown_choice"]
