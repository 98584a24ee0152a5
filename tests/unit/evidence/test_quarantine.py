from __future__ import annotations

import pytest

from comity.core.errors import StoreDamaged
from comity.core.records import Reject
from comity.evidence.quarantine import QuarantineWriter, read


def test_beyond_the_limit_rows_are_counted_not_lost(tmp_path):
    writer = QuarantineWriter(tmp_path / "q", "1", "s", {"beside"}, max_rows=2)
    for number in range(10):
        writer.add("f", Reject(f"line {number}", "bad", "reason", "text"))
    writer.add("f", Reject("line 11", "beside", "reason", "text"))
    assert (writer.bad, writer.out_of_scope) == (10, 1)
    assert writer.finish()
    rows = list(read(tmp_path / "q"))
    assert sum(row.count for row in rows) == 11
    assert [(row.locator, row.count) for row in rows] == [
        ("line 0", 1), ("line 1", 1), ("line 2", 8), ("line 11", 1),
    ]  # fmt: skip


def test_nothing_set_aside_leaves_no_file(tmp_path):
    writer = QuarantineWriter(tmp_path / "q", "1", "s", ())
    assert writer.finish() == ""
    assert not (tmp_path / "q").exists()


def test_text_that_is_not_unicode_is_kept_escaped(tmp_path):
    writer = QuarantineWriter(tmp_path / "q", "1", "s", ())
    writer.add("f", Reject("line 1", "bad", "reason", "a\udcffb\n\x1b[31m"))
    writer.finish()
    assert next(read(tmp_path / "q")).raw == "a\udcffb\n\x1b[31m"


def test_a_damaged_file_is_said(tmp_path):
    (tmp_path / "q").write_text("{not json\n")
    with pytest.raises(StoreDamaged, match="cannot be read"):
        list(read(tmp_path / "q"))
