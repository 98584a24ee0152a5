from __future__ import annotations

import pytest

from comity.core.errors import UsageError
from comity.core.records import TABLES
from comity.evidence.detection import detect_table


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_is_found_from_its_own_header(tmp_path, table):
    path = tmp_path / "mine.csv"
    path.write_text("date," + ",".join(column.name for column in table.all_columns) + "\n")
    assert detect_table(path) is table


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a,b,c", "fits no table"),
        ("", "fits no table"),
        ("claim_id,item_id,state,date", "nearest is claims, which also needs actor"),
    ],
)
def test_a_header_that_fits_nothing_is_explained(tmp_path, header, words):
    path = tmp_path / "mine.csv"
    path.write_text(header + "\n1,2,3\n")
    with pytest.raises(UsageError, match=words):
        detect_table(path)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UsageError, match="UTF-8"):
        detect_table(path)
